//! Parts of a page that are never of its story, told by what publishing systems call them (`class="photo-caption"`,
//! `id="relatedPosts"`) and by the words that head them ("Most read"). Those that are nothing but links are in `links.rs`.
//!
//! Names lie now and then, so a part goes only if it is small beside the page and holds few of its paragraphs.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use dom_query::{Document, NodeRef};

use super::links;
use super::meta::Tags;

/// A paragraph of prose has so many bytes at least.
const PROSE: usize = 80;

/// Most quotations, and most headings of boxes, that are looked at: around each the page is measured.
const MOST: usize = 100;

/// What a part is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// What readers wrote. It may be longer than the story.
    Comments,
    /// Other stories, invitations, who wrote it, what only paper or a screen reader shows.
    Box,
    /// The words under a picture.
    Caption,
    /// A picture with its words.
    Picture,
    /// The lines between headline and story that say once more what it says.
    Standfirst,
}

/// Words of classes and ids. A space stands for the border of a word, so that `" related"` begins one; a bar
/// for the beginning of a name.
const NAMES: &[(Kind, &[&str])] = &[
    (
        Kind::Comments,
        &[
            " comments ",
            " comment list ",
            " commentlist ",
            " discussion ",
            " disqus ",
            " livefyre ",
            " reader comments ",
        ],
    ),
    (
        Kind::Box,
        &[
            " related",
            " recommended ",
            " recommendations ",
            " recommendation ",
            " recirc",
            " outbrain ",
            " taboola ",
            " most read ",
            " mostread ",
            " most popular ",
            " most viewed ",
            " trending ",
            " read more ",
            " readmore ",
            " also read ",
            " read also ",
            " see also ",
            " more stories ",
            " more news ",
            " more from ",
            " up next ",
            " next article ",
            " interstitial link ",
            " newsletter",
            " signup ",
            " sign up ",
            " subscribe ",
            " subscription ",
            " subscriptions ",
            " paywall message ",
            " paywall prompt ",
            " paywall overlay ",
            " paywall banner ",
            " regwall ",
            " cta ",
            " promo ",
            " promos ",
            " advert ",
            " advertisement ",
            " advertising ",
            " ad slot ",
            " adslot ",
            " ad container ",
            " ad wrapper ",
            " sponsored ",
            " bio ",
            " author box ",
            " authorbox ",
            " author info ",
            " author card ",
            " author profile ",
            " author description ",
            " author content ",
            " author about ",
            " about author ",
            " about the author ",
            " post author ",
            " article author ",
            " share ",
            " sharing ",
            " share buttons ",
            " sharedaddy ",
            " social share ",
            " follow us ",
            " cookie ",
            " cookies ",
            " consent ",
            " gdpr ",
            " breadcrumb ",
            " breadcrumbs ",
            " tags ",
            " tag list ",
            " topic list ",
            " copyright ",
            " slideshow ",
            " player overlay ",
            " visually hidden ",
            " visuallyhidden ",
            " sr only ",
            " screen reader ",
            " print only ",
            " printonly ",
            " visible print ",
            " d print block ",
            " read time ",
            " reading time ",
        ],
    ),
    (
        Kind::Caption,
        &[
            "caption ",
            "captions ",
            " caption text ",
            " image credit ",
            " photo credit ",
            "credit ",
            " credits ",
        ],
    ),
    (
        Kind::Picture,
        &[
            "| image ",
            "| photo ",
            "| picture ",
            "| inline image ",
            "| article image ",
            "| lead image ",
            "| image top ",
            "| wp image ",
        ],
    ),
    (
        Kind::Standfirst,
        &[
            " standfirst ",
            " dek ",
            " strapline ",
            " subheadline ",
            " sub headline ",
            " alternative headline ",
            " article subtitle ",
            " entry subtitle ",
            " post subtitle ",
        ],
    ),
];

/// Elements that never hold words of the story.
const NEVER: &str = "script, style, amp-ad, amp-consent, amp-sidebar, amp-social-share";

/// Beginnings of names that say how a thing looks or what is filed under it, not what it is.
const TURNS: &[&str] = &["has-", "is-", "with-", "no-", "tag-", "category-", "u-"];

/// A box that is headed like this holds other stories, in any case.
const HEADINGS: &[&str] = &[
    "you may also like",
    "you might also like",
    "most read",
    "most popular",
    "most viewed",
    "top stories",
    "don't miss",
    "don’t miss",
    "more from",
    "more on this",
    "more stories",
    "more news",
    "read more",
    "read next",
    "up next",
    "related",
    "recommended",
    "trending",
    "latest news",
    "about the author",
    "share this",
    "follow us",
];

static FINDER: LazyLock<Option<(AhoCorasick, Vec<Kind>)>> = LazyLock::new(|| {
    let kinds = NAMES
        .iter()
        .flat_map(|(kind, names)| names.iter().map(|_| *kind));
    let names = NAMES.iter().flat_map(|(_, names)| names.iter());
    let finder = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(names);
    Some((finder.ok()?, kinds.collect()))
});

/// How much a page shows, and how much of it is prose in paragraphs.
struct Measure {
    shown: usize,
    prose: usize,
}

impl Measure {
    fn of(node: &NodeRef) -> Self {
        let shown = node.text().trim().len();
        let paragraphs = node.descendants_it().filter(|n| n.has_name("p"));
        let prose = paragraphs
            .map(|p| p.text().trim().len())
            .filter(|len| *len >= PROSE)
            .sum();
        Self { shown, prose }
    }
}

/// Takes out what is not of the story. `address` is the page's own, if it says it.
pub(super) fn drop_parts(page: &Document, address: Option<&str>) {
    page.select(NEVER).remove();
    let Some(body) = page.body() else { return };
    keep_embedded(page);
    keep_answers(page);
    let whole = Measure::of(&body);
    drop_named(&body, &whole);
    drop_headed(page, &whole);
    drop_standfirst(page);
    links::drop_links(page, address);
}

/// A post that a story shows is quoted in it. What it is wrapped in is called "social media", which else are buttons.
fn keep_embedded(page: &Document) {
    for quote in page.select("blockquote").nodes().iter().take(MOST) {
        let len = quote.text().trim().len();
        quote.remove_attrs(&["class", "id"]);
        // Links make it look like a list of other stories.
        let links = quote.descendants();
        for link in links.iter().filter(|n| n.has_name("a")) {
            link.rename("span");
        }
        for around in quote.ancestors(Some(3)) {
            let few = around.children_it(false).take(12).count() < 12;
            let only = few && around.text().trim().len() <= len + 20;
            if !only || !(around.has_name("div") || around.has_name("figure")) {
                break;
            }
            around.remove_attrs(&["class", "id"]);
        }
    }
}

/// Questions and answers may stand in a list of terms, which the search for the story does not look into.
fn keep_answers(page: &Document) {
    for list in page.select("dl").nodes() {
        for part in list.descendants() {
            if part.has_name("dt") || part.has_name("dd") {
                let is_paragraph = !part.descendants_it().any(|n| n.has_name("p"));
                part.rename(if is_paragraph { "p" } else { "div" });
            }
        }
        list.rename("div");
    }
}

fn drop_named(body: &NodeRef, whole: &Measure) {
    let mut going = Vec::new();
    let mut ids = HashSet::new();
    let mut words = String::new();
    let (mut begun, mut standfirst) = (false, false);
    for node in body.descendants_it().filter(NodeRef::is_element) {
        begun |= !begun && node.has_name("p") && node.text().trim().len() >= PROSE;
        begun &= !node.has_name("h1");
        let Some(kind) = kind(&node, &mut words) else {
            continue;
        };
        if node
            .ancestors_it(None)
            .any(|around| ids.contains(&around.id))
        {
            continue;
        }
        let part = Measure::of(&node);
        let small = part.shown * 3 < whole.shown && part.prose * 2 <= whole.prose;
        let goes = match kind {
            Kind::Comments => whole.prose >= part.prose + 3 * PROSE,
            Kind::Box if node.has_name("p") => part.shown < 2 * PROSE,
            Kind::Box => small,
            Kind::Caption => small && part.shown <= 1200,
            Kind::Picture => small && part.shown <= 400 && holds_picture(&node),
            Kind::Standfirst => small && part.shown <= 600 && !begun && !standfirst,
        };
        if goes && !holds_story(&node) {
            standfirst |= kind == Kind::Standfirst;
            ids.insert(node.id);
            going.push((node, kind, part.prose));
        }
    }
    let boxed = going.iter().filter(|(_, kind, _)| *kind == Kind::Box);
    let boxed: usize = boxed.map(|(_, _, prose)| prose).sum();
    // Where boxes hold most of the page's prose, it is the story that is called by such a name.
    let is_story = boxed * 2 > whole.prose;
    for (node, kind, prose) in going {
        if !(is_story && kind == Kind::Box && prose > 0) {
            node.remove_from_parent();
        }
    }
}

fn holds_picture(node: &NodeRef) -> bool {
    node.descendants_it().any(|n| {
        ["img", "picture", "amp-img"]
            .iter()
            .any(|name| n.has_name(name))
    })
}

/// Does it hold the page's headline, or what says of itself that it is the story?
fn holds_story(node: &NodeRef) -> bool {
    node.descendants_it().any(|n| {
        n.has_name("h1")
            || n.attr("itemprop")
                .is_some_and(|prop| prop.contains("articleBody"))
    })
}

/// What the names of an element say that it is. `words` is used again and again.
fn kind(node: &NodeRef, words: &mut String) -> Option<Kind> {
    if ["main", "article", "h1"].iter().any(|n| node.has_name(n)) {
        return None;
    }
    if node.has_name("figcaption") {
        return Some(Kind::Caption);
    }
    if node.has_name("nav") || node.has_name("aside") {
        return Some(Kind::Box);
    }
    words.clear();
    {
        let element = node.element_ref()?;
        for attribute in &element.attrs {
            if matches!(
                attribute.name.local.as_ref(),
                "class" | "id" | "data-component" | "data-testid" | "itemprop"
            ) {
                push_words(words, &attribute.value);
            }
        }
    }
    if words.is_empty() {
        return None;
    }
    let (finder, kinds) = FINDER.as_ref()?;
    finder
        .find_overlapping_iter(words.as_str())
        .filter_map(|found| kinds.get(found.pattern().as_usize()).copied())
        .min()
}

/// The words of names: `photoCaption wp-caption--wide` becomes `| photo caption | wp caption `.
fn push_words(words: &mut String, names: &str) {
    for name in names.split_ascii_whitespace() {
        if TURNS.iter().any(|turn| name.starts_with(turn)) {
            continue;
        }
        // What follows two hyphens says how it looks.
        let name = match name.find("--") {
            Some(at) if at > 0 => &name[..at],
            _ => name,
        };
        // So that no two words of different names stand side by side.
        words.push_str("| ");
        let mut low = false;
        for c in name.chars() {
            if !c.is_alphanumeric() {
                if !words.ends_with(' ') {
                    words.push(' ');
                }
                low = false;
                continue;
            }
            if c.is_uppercase() && low {
                words.push(' ');
            }
            low = c.is_lowercase() || c.is_ascii_digit();
            if c.is_ascii() {
                words.push(c.to_ascii_lowercase());
            } else {
                words.extend(c.to_lowercase());
            }
        }
        if !words.ends_with(' ') {
            words.push(' ');
        }
    }
}

/// Takes out boxes headed "Most read" and the like.
fn drop_headed(page: &Document, whole: &Measure) {
    let mut found = 0;
    for heading in page.select("h2, h3, h4, h5, h6, strong").nodes() {
        if found == MOST {
            break;
        }
        let text = heading.text();
        let text = text.trim();
        if text.len() > 60 || text.is_empty() {
            continue;
        }
        let lower = text.to_lowercase();
        if !HEADINGS.iter().any(|h| lower.starts_with(h)) {
            continue;
        }
        found += 1;
        let mut part = None;
        for around in heading.ancestors_it(Some(4)) {
            let is_box = ["div", "section", "aside", "ul"]
                .iter()
                .any(|name| around.has_name(name));
            let measure = Measure::of(&around);
            let small = measure.shown * 2 < whole.shown && measure.prose * 3 <= whole.prose;
            if !small || !around.text().trim().starts_with(text) || holds_story(&around) {
                break;
            }
            if is_box {
                part = Some(around);
            }
        }
        if let Some(part) = part {
            part.remove_from_parent();
        }
    }
}

/// A heading that says what the page's description says is above the story, not of it.
fn drop_standfirst(page: &Document) {
    let Some(description) = Tags::of(page).say(&["og:description", "description"]) else {
        return;
    };
    let description = letters(&description);
    if description.len() < 40 {
        return;
    }
    for heading in page.select("h2, h3, h4, h5").nodes() {
        let text = letters(&heading.text());
        if text.len() >= 40 && (description.starts_with(&text) || text.starts_with(&description)) {
            heading.remove_from_parent();
            return;
        }
    }
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::push_words;

    #[test]
    fn names_are_words() {
        let words = |names: &str| {
            let mut words = String::new();
            push_words(&mut words, names);
            words
        };
        assert_eq!(
            words("photoCaption wp-caption__text--wide"),
            "| photo caption | wp caption text "
        );
        assert_eq!(words("has-related tag-cookies is-print-only"), "");
        assert_eq!(words("post--related"), "| post ");
    }
}
