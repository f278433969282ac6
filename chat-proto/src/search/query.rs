//! A query as it is typed, taken apart.

use crate::search::words::{Word, words};

/// What a query asks for, in the order in which it was typed. What the filters' values mean is for
/// the server to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Every one of these must occur.
    pub all: Vec<Phrase>,
    /// None of these may.
    pub none: Vec<Phrase>,
    /// What restricts it, such as `from:ada`.
    pub filters: Vec<Filter>,
}

/// Words that must stand one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words, as [`words`] gives them; at least one.
    pub words: Vec<String>,
    /// Whether the last one may be the beginning of a longer word.
    pub prefix: bool,
}

/// A word before a colon that restricts what is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Which.
    pub key: Key,
    /// What stands behind the colon, without the quotation marks around it; perhaps nothing.
    pub value: String,
    /// Whether a minus stands before it.
    pub excluded: bool,
}

/// The words before a colon that mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `from:`, whose messages.
    From,
    /// `in:`, in which room.
    In,
    /// `before:`, until when.
    Before,
    /// `after:`, from when on.
    After,
}

impl Key {
    const ALL: [(&'static str, Self); 4] = [("from:", Self::From), ("in:", Self::In), ("before:", Self::Before), ("after:", Self::After)];

    /// As it is typed, with its colon.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, key)| *key == self).map_or("", |(text, _)| text)
    }
}

impl Parsed {
    /// Takes a query apart. Any text is one; it may ask for nothing.
    ///
    /// The last word that is neither quoted nor excluded may be the beginning of a longer one.
    #[must_use]
    pub fn of(query: &str) -> Self {
        let mut parsed = Self::default();
        // The last plain word and its place in `all`.
        let mut last = None;
        let mut rest = query.trim_start();
        while !rest.is_empty() {
            let excluded = rest.starts_with('-') && rest[1..].starts_with(|c: char| !c.is_whitespace() && c != '-');
            rest = rest.strip_prefix('-').filter(|_| excluded).unwrap_or(rest);
            let filter = Key::ALL.into_iter().find(|(name, _)| rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)));
            if let Some((name, _)) = filter {
                rest = &rest[name.len()..];
            }
            let (value, quoted, behind) = value(rest);
            rest = behind.trim_start();
            match (filter, excluded) {
                (Some((_, key)), _) => parsed.filters.push(Filter { key, value: value.trim().to_owned(), excluded }),
                (None, true) => parsed.none.extend(Phrase::of(value, false)),
                (None, false) => {
                    if let Some(phrase) = Phrase::of(value, false) {
                        last = Some((parsed.all.len(), value)).filter(|_| !quoted);
                        parsed.all.push(phrase);
                    }
                }
            }
        }
        if let Some((index, value)) = last
            && let Some(phrase) = Phrase::of(value, true)
        {
            parsed.all[index] = phrase;
        }
        parsed
    }
}

/// What stands at the beginning: in quotation marks, or up to the next space; whether it was
/// quoted; and what stands behind it. A quotation that does not end goes to the end of the query.
fn value(text: &str) -> (&str, bool, &str) {
    const MARKS: [char; 4] = ['"', '“', '”', '„'];
    if let Some(inner) = text.strip_prefix(MARKS) {
        let (quoted, behind) = inner.split_once(MARKS).unwrap_or((inner, ""));
        return (quoted, true, behind);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (&text[..end], false, &text[end..])
}

impl Phrase {
    /// The words of a text one behind the other; none where it holds no word. With `open` the last
    /// one may be the beginning of a longer word, if it has two characters at least.
    ///
    /// A single character of a script without spaces always may, since a word begins at each of them.
    #[must_use]
    pub fn of(text: &str, open: bool) -> Option<Self> {
        let mut found = words(text);
        let last = found.last()?;
        let mut prefix = open && last.text.chars().count() >= 2;
        if last.tail {
            // In the text that is looked for the run may go on.
            let pair = found.len() >= 2 && found[found.len() - 2].end == last.end;
            prefix = !pair;
            if pair {
                found.pop();
            }
        }
        Some(Self { words: found.into_iter().map(|word| word.text).collect(), prefix })
    }

    /// Where in a text the phrase stands: the indices of its first words.
    pub fn places<'a>(&'a self, text: &'a [Word]) -> impl Iterator<Item = usize> + 'a {
        let many = self.words.len();
        text.windows(many.max(1)).enumerate().filter(move |(_, window)| self.stands(window)).map(|(index, _)| index)
    }

    fn stands(&self, window: &[Word]) -> bool {
        let last = self.words.len().saturating_sub(1);
        self.words.iter().zip(window).enumerate().all(|(index, (wanted, found))| {
            if index == last && self.prefix { found.text.starts_with(wanted.as_str()) } else { found.text == *wanted }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(words: &str, prefix: bool) -> Phrase {
        Phrase { words: words.split(' ').map(str::to_owned).collect(), prefix }
    }

    fn filter(key: Key, value: &str, excluded: bool) -> Filter {
        Filter { key, value: value.to_owned(), excluded }
    }

    #[test]
    fn words_phrases_and_exclusions() {
        let parsed = Parsed::of("  Rust \"exact Words\" -slow -\"not this\" v1.4  rel ");
        assert_eq!(parsed.all, [phrase("rust", false), phrase("exact words", false), phrase("v1 4", false), phrase("rel", true)]);
        assert_eq!(parsed.none, [phrase("slow", false), phrase("not this", false)]);
        assert_eq!(Parsed::of("one \"two\"").all, [phrase("one", false), phrase("two", false)]);
        assert_eq!(Parsed::of("“smart quotes” x").all, [phrase("smart quotes", false), phrase("x", false)]);
        assert_eq!(Parsed::of("\"never closed").all, [phrase("never closed", false)]);
        assert_eq!(Parsed::of("rel -slow").all, [phrase("rel", true)]);
        for nothing in ["", "  ", "-", "- -", "--", "\"\"", "🎉 …", "-\"", "\""] {
            assert_eq!(Parsed::of(nothing), Parsed::default(), "{nothing:?}");
        }
        assert_eq!(Parsed::of("a - b --c").all.len(), 3);
    }

    #[test]
    fn filters_and_what_only_looks_like_one() {
        let parsed = Parsed::of("from:ada FROM:\"Ada Lovelace\" in:#ops -from:bob before:2026-01-02 after: xyz:thing rel");
        assert_eq!(
            parsed.filters,
            [
                filter(Key::From, "ada", false),
                filter(Key::From, "Ada Lovelace", false),
                filter(Key::In, "#ops", false),
                filter(Key::From, "bob", true),
                filter(Key::Before, "2026-01-02", false),
                filter(Key::After, "", false),
            ]
        );
        assert_eq!(parsed.all, [phrase("xyz thing", false), phrase("rel", true)]);
        assert_eq!(Parsed::of("rel from:me").all, [phrase("rel", true)], "a filter is no word");
        assert_eq!(Parsed::of("\"from:ada\"").filters, []);
    }

    #[test]
    fn scripts_without_spaces() {
        assert_eq!(Parsed::of("中文").all, [phrase("中文", false)]);
        assert_eq!(Parsed::of("日本語 x").all, [phrase("日本 本語", false), phrase("x", false)]);
        assert_eq!(Parsed::of("\"語\" -本").all, [phrase("語", true)]);
        assert_eq!(Parsed::of("-本").none, [phrase("本", true)]);
        assert_eq!(Parsed::of("東京tower").all, [phrase("東京 京 tower", true)]);
        assert_eq!(Parsed::of("x東").all, [phrase("x 東", true)]);
    }

    #[test]
    fn a_phrase_knows_where_it_stands() {
        let text = words("to be or not to be, or not to bee");
        let places = |query: &str| Parsed::of(query).all[0].places(&text).collect::<Vec<_>>();
        assert_eq!(places("\"to be\""), [0, 4]);
        assert_eq!(places("be"), [1, 5, 9]);
        assert_eq!(places("\"be\""), [1, 5]);
        assert_eq!(places("\"to be or not to be or not to bee or\""), Vec::<usize>::new());
    }
}
