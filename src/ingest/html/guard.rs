//! Looks at a page before it is parsed: trees that are too deep cost the parser quadratic time and others the stack.

/// Deepest tree that is parsed. Pages of news have some 30 levels.
const MOST_DEPTH: usize = 200;

/// Most tags that are parsed.
const MOST_TAGS: usize = 150_000;

/// Elements without an end tag.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose end tag may be left out; what holds them is counted instead.
const IMPLIED: &[&str] = &[
    "p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup",
    "colgroup", "rt", "rp", "html", "head", "body",
];

/// Is the page such that parsing it ends in good time?
pub(super) fn is_bearable(page: &str) -> bool {
    let (mut depth, mut tags) = (0usize, 0usize);
    let mut deepest = 0;
    // Open <svg> and <math>: inside them other rules hold.
    let mut foreign = 0usize;
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let closing = rest.starts_with('/');
        let name_at = usize::from(closing);
        let name_len = rest[name_at..]
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        if name_len == 0 {
            continue;
        }
        let name = rest[name_at..name_at + name_len].to_ascii_lowercase();
        tags += 1;
        if foreign == 0 && matches!(name.as_str(), "script" | "style") && !closing {
            // What is inside these is no markup of the page.
            let end = rest.find(&format!("</{name}")).unwrap_or(rest.len());
            rest = &rest[end.min(rest.len())..];
            if let Some(next) = rest.strip_prefix('<') {
                rest = next;
            }
            continue;
        }
        if matches!(name.as_str(), "svg" | "math") {
            foreign = if closing {
                foreign.saturating_sub(1)
            } else {
                foreign + 1
            };
        }
        // Only in drawings and formulas does a slash end an element.
        if foreign > 0 && !closing && ends_itself(rest) {
            continue;
        }
        if VOID.contains(&name.as_str()) || IMPLIED.contains(&name.as_str()) {
            continue;
        }
        if closing {
            depth = depth.saturating_sub(1);
        } else {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest <= MOST_DEPTH && tags <= MOST_TAGS
}

/// Does the tag whose name begins here end in `/>`?
fn ends_itself(tag: &str) -> bool {
    tag.find('>').is_some_and(|end| tag[..end].ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_bearable;

    #[test]
    fn depth_and_number_are_capped() {
        assert!(is_bearable(
            "<p>One<p>Two<ul><li>a<li>b</ul><br><div><span>x</span></div>"
        ));
        assert!(is_bearable(&"<li>x".repeat(10_000)));
        assert!(is_bearable(&"<div><p>x</p></div>".repeat(10_000)));
        assert!(!is_bearable(&"<div>".repeat(100_000)));
        assert!(!is_bearable(&"<ul><li>".repeat(64 << 10)));
        assert!(!is_bearable(&"<b>x".repeat(5_000)));
        assert!(!is_bearable(&"<br>".repeat(500_000)));
    }
}
