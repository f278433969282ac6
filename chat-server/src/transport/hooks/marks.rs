//! Other people's text, as text of our Markdown: it says what it says, and marks nothing.

/// On one line, with nothing in it that marks.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' | '#' | '&') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// The same, no longer than that.
pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", plain(&text[..end])),
        None => plain(text),
    }
}

/// As code.
pub(super) fn code(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", text.replace('`', "'"))
}

/// Marked text that leads to an address, where that is one of the web.
pub(super) fn link(marked: &str, address: &str) -> String {
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let is_whole = !address.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '(' | ')' | '<' | '>' | '\\'));
    if is_web && is_whole { format!("[{marked}]({address})") } else { marked.to_owned() }
}

/// As a quote, of so many characters.
pub(super) fn quote(text: &str, most: usize) -> String {
    let cut = text.char_indices().nth(most).map_or(text.to_owned(), |(end, _)| format!("{}…", &text[..end]));
    let lines = cut.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_marks_nothing() {
        assert_eq!(plain("a *b*\n[c](d) <e> \\ #1"), "a \\*b\\* \\[c\\](d) \\<e\\> \\\\ \\#1");
        assert_eq!(short("ääää", 2), "ää…");
        assert_eq!(code("a`b\nc"), "`a'b c`");
        assert_eq!(link("x", "https://a/b"), "[x](https://a/b)");
        for bad in ["javascript:alert(1)", "https://a/)b", "https://a b", ""] {
            assert_eq!(link("x", bad), "x");
        }
        assert_eq!(quote("a\n\nb  \nc", 100), "> a\n> b\n> c");
    }
}
