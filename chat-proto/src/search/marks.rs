//! Where the words of a query stand in a text, for whoever draws it.

use std::ops::Range;

use crate::search::query::{Parsed, Phrase};
use crate::search::words::{Word, words};

/// The places in `text` where the words of `query` stand: ranges of bytes, in order, none overlapping
/// another. A phrase is one range.
#[must_use]
pub fn marks(query: &str, text: &str) -> Vec<Range<usize>> {
    marks_of(&Parsed::of(query).all, text)
}

/// The same for a query that was taken apart before.
#[must_use]
pub fn marks_of(phrases: &[Phrase], text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for phrase in phrases {
        for first in phrase.places(&words) {
            let last = first + phrase.words.len() - 1;
            // Of a pair of which only the first character is looked for, that one alone.
            let half = phrase.prefix && is_pair(&words, last) && phrase.words.last() != Some(&words[last].text);
            found.push(words[first].start..if half { words[last].head } else { words[last].end });
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match merged.last_mut() {
            Some(before) if range.start < before.end => before.end = before.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Whether the word is a pair of characters, the second of which begins the next word.
fn is_pair(words: &[Word], index: usize) -> bool {
    words.get(index + 1).is_some_and(|next| next.start == words[index].head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(query: &str, text: &str) -> String {
        let mut shown = String::new();
        let mut at = 0;
        for range in marks(query, text) {
            shown.push_str(&text[at..range.start]);
            shown.push_str(&format!("[{}]", &text[range.clone()]));
            at = range.end;
        }
        shown + &text[at..]
    }

    #[test]
    fn what_is_found_is_marked_as_it_is_written() {
        assert_eq!(marked("cafe", "Ein Café, zwei CAFÉS"), "Ein [Café], zwei [CAFÉS]");
        assert_eq!(marked("\"cafe\" from:me -zwei", "Ein Café, zwei CAFÉS"), "Ein [Café], zwei CAFÉS");
        assert_eq!(marked("\"to be\" or", "To be or not to be"), "[To be] [or] not [to be]");
        assert_eq!(marked("v1.4", "since v1.4 or v1 4"), "since [v1.4] or [v1 4]");
        assert_eq!(marked("日本語", "私は日本語を話す"), "私は[日本語]を話す");
        assert_eq!(marked("語", "日本語を語"), "日本[語]を[語]");
        assert_eq!(marked("本 日", "日本"), "[日][本]");
        assert_eq!(marked("ＦＯＯ", "foo Ｆｏｏ"), "[foo] [Ｆｏｏ]");
        assert_eq!(marked("", "nothing"), "nothing");
    }
}
