//! Links in a text.

/// Where links stand in a text, in bytes, in order.
pub fn find(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &text[from..];
            let at = from + rest.find("http")?;
            let link = &text[at..];
            let after = ["https://", "http://"].iter().find_map(|scheme| link.strip_prefix(scheme));
            let starts = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let Some(after) = after.filter(|_| starts) else {
                from = at + 4;
                continue;
            };
            let scheme = link.len() - after.len();
            let end = after.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`".contains(c)).unwrap_or(after.len());
            let length = trim(&link[..scheme + end]);
            from = at + length.max(4);
            if length > scheme {
                return Some((at, at + length));
            }
        }
    })
}

/// Without the punctuation that ends the sentence; a closing bracket stays where one was opened.
fn trim(link: &str) -> usize {
    let mut link = link;
    loop {
        let Some(last) = link.chars().next_back() else { return 0 };
        let opened = |open: char, close: char| link.matches(open).count() >= link.matches(close).count();
        let keep = match last {
            ')' => opened('(', ')'),
            ']' => opened('[', ']'),
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '|' => false,
            _ => true,
        };
        if keep {
            return link.len();
        }
        link = &link[..link.len() - last.len_utf8()];
    }
}

/// The first link of a text.
#[must_use]
pub fn first(text: &str) -> Option<&str> {
    find(text).next().map(|(from, to)| &text[from..to])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_before_the_sentence_does() {
        let all = |text: &'static str| find(text).map(|(from, to)| &text[from..to]).collect::<Vec<_>>();
        assert_eq!(all("see https://a.b/c_(d). And (http://x.y/z)!"), ["https://a.b/c_(d)", "http://x.y/z"]);
        assert_eq!(all("[doc](https://a.b/c) http:// xhttp://q"), ["https://a.b/c"]);
        assert_eq!(first("nothing here"), None);
    }
}
