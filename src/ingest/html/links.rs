//! Parts of a page that are nothing but links: the outlet's other headlines in the midst of a story, the column of links
//! beside it, the card that opens over a name.

use dom_query::{Document, NodeRef};

/// Takes them out. `address` is the page's own, if it says it.
pub(super) fn drop_links(page: &Document, address: Option<&str>) {
    let site = address.and_then(host);
    drop_lists(page, site);
    drop_paragraphs(page, site);
    drop_cards(page);
}

/// The host of an address, without `www.`.
fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("//")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// Bytes of what is linked within a part, how many links there are, and whether all lead to the outlet's own pages.
fn links(part: &NodeRef, site: Option<&str>) -> (usize, usize, bool) {
    let (mut linked, mut number, mut own) = (0, 0, true);
    for link in part.descendants_it().filter(|n| n.has_name("a")) {
        let len = link.text().trim().len();
        if len == 0 {
            continue;
        }
        linked += len;
        number += 1;
        let href = link.attr("href").unwrap_or_default();
        own &= match host(&href) {
            Some(host) => site.is_some_and(|site| is_of_one_house(host, site)),
            None => !href.contains(':'),
        };
    }
    (linked, number, own)
}

/// Are both of one outlet, like `sport.courier.example` and `courier.example`, or `courier.example` and
/// `courier.example.org`? The longest part of a host names it.
fn is_of_one_house(a: &str, b: &str) -> bool {
    a == b || longest(a).len() >= 5 && longest(a) == longest(b)
}

fn longest(host: &str) -> &str {
    host.split('.')
        .max_by_key(|part| part.len())
        .unwrap_or_default()
}

/// A list each item of which is the headline of another story; and table cells that hold nothing but links, as old pages
/// have them beside the story.
fn drop_lists(page: &Document, site: Option<&str>) {
    for list in page.select("ul, ol").nodes() {
        let items = list.element_children();
        let mut shown = 0;
        let all = !items.is_empty()
            && items.iter().all(|item| {
                let text = item.text();
                let text = text.trim();
                shown += text.len();
                let (linked, _, own) = links(item, site);
                own && linked * 10 >= text.len() * 9 && !text.ends_with('.')
            });
        if !all || shown < 15 * items.len() {
            continue;
        }
        let after = list.next_element_sibling();
        let ends = after.is_none_or(|n| is_heading(&n) || n.has_name("ul"));
        if let Some(before) = list.prev_element_sibling() {
            let text = before.text();
            let text = text.trim();
            let introduces = text.ends_with(':') && (is_heading(&before) || before.has_name("p"));
            if text.len() <= 60 && (introduces || is_heading(&before) && ends) {
                before.remove_from_parent();
            }
        }
        list.remove_from_parent();
    }
    for cell in page.select("td").nodes() {
        let len = cell.text().trim().len();
        let (linked, number, _) = links(cell, site);
        if number >= 2 && len < 1000 && linked * 10 >= len * 8 {
            cell.remove_children();
        }
    }
}

fn is_heading(node: &NodeRef) -> bool {
    ["h2", "h3", "h4", "h5", "h6"]
        .iter()
        .any(|name| node.has_name(name))
}

/// A paragraph that is nothing but a link leads to another story.
fn drop_paragraphs(page: &Document, site: Option<&str>) {
    for paragraph in page.select("p").nodes() {
        let text = paragraph.text();
        let text = text.trim();
        if text.is_empty() || text.len() >= 400 || text.ends_with(['.', '”', '"', '!', '?', '’'])
        {
            continue;
        }
        let (linked, number, own) = links(paragraph, site);
        // An address that is printed in full is a source.
        let is_source = text.starts_with("http") && !text.contains(' ');
        let is_link = linked * 10 >= text.len() * 9 && text.len() < 200 && !is_source;
        let are_links = number >= 2 && own && linked * 10 >= text.len() * 7;
        if is_link || are_links {
            paragraph.remove_from_parent();
        }
    }
}

/// The card that opens over a name in the middle of a sentence: a picture and links.
fn drop_cards(page: &Document) {
    for span in page.select("p span").nodes() {
        let len = span.text().trim().len();
        let (linked, number, _) = links(span, None);
        let holds = |name: &str| span.descendants_it().any(|n| n.has_name(name));
        if number >= 2 && linked * 10 >= len * 9 && holds("img") {
            // The innermost one is the card; those around it have the name too.
            let inner = span.descendants_it().any(|n| {
                n.has_name("span")
                    && n.descendants_it().any(|i| i.has_name("img"))
                    && links(&n, None).1 >= 2
            });
            if !inner {
                span.remove_from_parent();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{host, is_of_one_house};

    #[test]
    fn hosts() {
        assert_eq!(
            host("https://www.courier.example/a"),
            Some("courier.example")
        );
        assert_eq!(host("//courier.example?x"), Some("courier.example"));
        assert_eq!(host("/a/b"), None);
        assert!(is_of_one_house(
            "sport.lanterns.example",
            "lanterns.example"
        ));
        assert!(is_of_one_house("lanterns.de", "lanterns.com"));
        assert!(!is_of_one_house("unlanterns.com", "lanterns.com"));
        assert!(!is_of_one_house("abc.com", "abd.com"));
    }
}
