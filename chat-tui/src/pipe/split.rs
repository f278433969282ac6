//! Text into messages: what is too long for one becomes several, cut at the ends of lines.
//!
//! It goes as it comes: what is known to be a whole message is given at once, so that of an endless
//! text no more is held than a message and what was just read.

use chat_proto::limits;

/// How long one message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// In bytes of UTF-8.
    pub bytes: usize,
    /// In lines.
    pub lines: usize,
}

impl Size {
    /// What a server allows that allows so many bytes.
    #[must_use]
    pub fn of(bytes: u32) -> Self {
        Self { bytes: (bytes as usize).clamp(MOST_FENCE * 8, limits::TEXT), lines: limits::TEXT_LINES }
    }
}

/// No server allows less than a text in which some fence has room.
const MOST_FENCE: usize = 16;

/// What becomes of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Each message is a block of code.
    pub code: bool,
    /// Each line is a message, the empty ones left out.
    pub each_line: bool,
}

/// Cuts a text into messages while it comes.
#[derive(Debug)]
pub struct Splitter {
    size: Size,
    style: Style,
    /// What is no whole message yet.
    rest: String,
}

impl Splitter {
    /// A text that begins.
    #[must_use]
    pub fn new(size: Size, style: Style) -> Self {
        Self { size, style, rest: String::new() }
    }

    /// The text goes on; gives what is a whole message now.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        let mut messages = Vec::new();
        self.rest.push_str(text);
        if self.style.each_line
            && let Some(end) = self.rest.rfind('\n')
        {
            let unfinished = self.rest.split_off(end + 1);
            let lines = std::mem::replace(&mut self.rest, unfinished);
            for line in lines.lines() {
                self.cut_all(line, &mut messages);
            }
        }
        let mut from = 0;
        while let Some((message, next)) = self.cut(&self.rest[from..]) {
            messages.extend(self.message(message));
            from += next;
        }
        self.rest.drain(..from);
        messages
    }

    /// The text is at its end; gives what is left of it.
    #[must_use]
    pub fn finish(mut self) -> Vec<String> {
        let rest = std::mem::take(&mut self.rest);
        let mut messages = Vec::new();
        self.cut_all(rest.trim_end_matches('\n'), &mut messages);
        messages
    }

    /// A text of which no more comes.
    fn cut_all(&self, text: &str, messages: &mut Vec<String>) {
        let mut rest = text;
        while let Some((message, next)) = self.cut(rest) {
            messages.extend(self.message(message));
            rest = &rest[next..];
        }
        messages.extend(self.message(rest));
    }

    /// The first message of a text that is too long for one, and where the next one begins.
    fn cut<'a>(&self, text: &'a str) -> Option<(&'a str, usize)> {
        let mut room = self.size.bytes;
        loop {
            let (part, next) = cut(text, Size { bytes: room, lines: self.size.lines - if self.style.code { 2 } else { 0 } });
            let whole = part.len() + if self.style.code { 2 * (fence(part).len() + 1) } else { 0 };
            if whole <= self.size.bytes {
                return (next < text.len() || part.len() < text.len()).then_some((part, next));
            }
            // A shorter part needs no longer fence, so that this ends.
            room = (self.size.bytes - (whole - part.len()).min(self.size.bytes / 2)).min(room - 1);
        }
    }

    /// The message that says it; nothing but space says nothing.
    fn message(&self, text: &str) -> Option<String> {
        if text.trim().is_empty() {
            return None;
        }
        if !self.style.code {
            return Some(text.to_owned());
        }
        let fence = fence(text);
        Some(format!("{fence}\n{text}\n{fence}"))
    }
}

/// The longest beginning of a text that is not longer than that, and where to go on: cut at the end of
/// a line, else behind a space, else between two characters.
fn cut(text: &str, size: Size) -> (&str, usize) {
    let most = text.floor_char_boundary(size.bytes);
    let ends = text.match_indices('\n').map(|(at, _)| at).take(size.lines);
    let mut last = None;
    for (count, end) in ends.enumerate() {
        if end > most {
            break;
        }
        last = Some(end);
        if count + 1 == size.lines {
            return (&text[..end], end + 1);
        }
    }
    if most == text.len() {
        return (text, text.len());
    }
    if let Some(end) = last {
        return (&text[..end], end + 1);
    }
    let space = text[..most].rfind(char::is_whitespace).map(|at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    // A word that is nearly as long as a message is cut all the same.
    let at = space.filter(|at| *at > most / 2).unwrap_or(most);
    (&text[..at], at)
}

/// What stands around code so that nothing in it can end it: a run longer than any in it, of the sign
/// whose runs are the shorter.
fn fence(text: &str) -> String {
    let (mut longest, mut run) = ([0, 0], (' ', 0));
    for c in text.chars() {
        run = if c == run.0 { (c, run.1 + 1) } else { (c, 1) };
        match c {
            '`' => longest[0] = longest[0].max(run.1),
            '~' => longest[1] = longest[1].max(run.1),
            _ => {}
        }
    }
    let [ticks, tildes] = longest;
    let (sign, run) = if tildes < ticks && ticks > MOST_FENCE { ("~", tildes) } else { ("`", ticks) };
    sign.repeat((run + 1).max(3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: Size = Size { bytes: 128, lines: 6 };

    fn split(style: Style, chunks: &[&str]) -> Vec<String> {
        let mut splitter = Splitter::new(SIZE, style);
        let mut messages: Vec<String> = chunks.iter().flat_map(|chunk| splitter.push(chunk)).collect();
        messages.extend(splitter.finish());
        messages
    }

    const TEXT: Style = Style { code: false, each_line: false };
    const CODE: Style = Style { code: true, each_line: false };
    const LINES: Style = Style { code: false, each_line: true };

    #[test]
    fn what_fits_is_one_message() {
        assert_eq!(split(TEXT, &["hel", "lo\nyou\n", "\n"]), ["hello\nyou"]);
        assert_eq!(split(TEXT, &["", "\n \n"]), Vec::<String>::new());
        assert_eq!(split(CODE, &["make: *** [all] Error 2\n"]), ["```\nmake: *** [all] Error 2\n```"]);
    }

    #[test]
    fn long_text_is_cut_at_the_ends_of_lines() {
        let line = "x".repeat(50);
        let text = format!("{line}\n{line}\n{line}\n{line}\n{line}\n");
        assert_eq!(split(TEXT, &[&text]), [format!("{line}\n{line}"), format!("{line}\n{line}"), line.clone()]);
        assert_eq!(split(CODE, &[&text]).len(), 3);
        let short = "1\n2\n3\n4\n5\n6\n7\n8\n";
        assert_eq!(split(TEXT, &[short]), ["1\n2\n3\n4\n5\n6", "7\n8"]);
        assert_eq!(split(CODE, &[short]), ["```\n1\n2\n3\n4\n```", "```\n5\n6\n7\n8\n```"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_between_words_or_characters() {
        let words = "word ".repeat(40);
        let messages = split(TEXT, &[words.trim_end()]);
        assert!(messages.iter().all(|message| message.len() <= SIZE.bytes && message.trim().split(' ').all(|word| word == "word")));
        let emoji = "👍".repeat(100);
        assert_eq!(split(TEXT, &[&emoji]).concat(), emoji);
        assert_eq!(split(LINES, &[&emoji, "\nnext\n"]).len(), 5);
    }

    #[test]
    fn each_line_goes_as_soon_as_it_is_whole() {
        let mut splitter = Splitter::new(SIZE, LINES);
        assert_eq!(splitter.push("one\ntw"), ["one"]);
        assert_eq!(splitter.push("o\n\n  \nthree"), ["two"]);
        assert_eq!(splitter.finish(), ["three"]);
    }

    #[test]
    fn nothing_in_code_ends_it() {
        assert_eq!(split(CODE, &["```\nrm\n```"]), ["````\n```\nrm\n```\n````"]);
        let many = "`".repeat(100);
        assert_eq!(split(CODE, &[&many]), [format!("~~~\n{many}\n~~~")]);
    }

    /// What a reader of Markdown sees as the code of a message that is one block of it.
    fn code(message: &str) -> String {
        use pulldown_cmark::{Event, Parser, Tag, TagEnd};
        let mut events = Parser::new(message);
        assert!(matches!(events.next(), Some(Event::Start(Tag::CodeBlock(_)))), "{message:?}");
        let mut text = String::new();
        loop {
            match events.next() {
                Some(Event::Text(more)) => text.push_str(&more),
                Some(Event::End(TagEnd::CodeBlock)) => break,
                other => panic!("{other:?} in {message:?}"),
            }
        }
        assert!(events.next().is_none(), "something stands behind the code of {message:?}");
        text
    }

    fn chunks() -> impl Strategy<Value = Vec<String>> {
        let piece = prop_oneof![
            Just("`".to_owned()),
            Just("```\n".to_owned()),
            Just("~~~~".to_owned()),
            Just("\n".to_owned()),
            Just(" ".to_owned()),
            "[a-z👍]{1,9}",
            "`{1,90}",
            "~{1,90}"
        ];
        prop::collection::vec(prop::collection::vec(piece, 1..30).prop_map(|pieces| pieces.concat()), 1..8)
    }

    proptest! {
        #[test]
        fn all_of_it_is_said_in_messages_that_are_allowed(chunks in chunks(), code_too in any::<bool>(), each_line in any::<bool>()) {
            let style = Style { code: code_too, each_line };
            let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
            let messages = split(style, &chunks);
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let mut said = String::new();
            for message in &messages {
                prop_assert!(message.len() <= SIZE.bytes && message.split('\n').count() <= SIZE.lines, "{:?}", message);
                said.push_str(&bare(&if code_too { code(message) } else { message.clone() }));
            }
            prop_assert_eq!(said, bare(&chunks.concat()));
        }
    }
}
