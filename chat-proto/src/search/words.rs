//! A text as the words that are indexed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Longest word, in characters; what is longer counts by its beginning.
const LONGEST: usize = 64;

/// One word of a text as the index knows it, and where it stands there, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word: letters and digits, normalised (NFKC), lower case, without accents.
    pub text: String,
    /// Where it begins.
    pub start: usize,
    /// Where its first character ends; a mark of a single such character ends there.
    pub head: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether it is the last, single character of a run in a script that is written without
    /// spaces. The characters before it begin words of two characters each.
    pub tail: bool,
}

/// The words of a text, in order.
///
/// A word is a run of letters and digits; everything else parts words, also inside of `foo_bar`,
/// `v1.4` and `docs.rs`. Han, kana, Hangul and the scripts of south-east Asia have no spaces to go
/// by: a run of them gives overlapping words of two characters, and its last character alone, so
/// that a word begins at each character and a single one is found as a prefix.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Found::default();
    if text.is_ascii() {
        // By far the most text, and the writer's time.
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' => found.letter(at, at + 1, |word| word.push(char::from(byte))),
                b'A'..=b'Z' => found.letter(at, at + 1, |word| word.push(char::from(byte.to_ascii_lowercase()))),
                _ => found.gap(),
            }
        }
    } else {
        for (at, cluster) in text.grapheme_indices(true) {
            let end = at + cluster.len();
            match cluster.chars().next().map_or(Class::Gap, class) {
                Class::Gap => found.gap(),
                Class::Nothing => {}
                Class::Letter => found.letter(at, end, |word| fold(cluster, word)),
                Class::Dense => found.dense(at, end, cluster),
            }
        }
    }
    found.gap();
    found.words
}

/// What a character is for words.
enum Class {
    /// It parts words.
    Gap,
    /// It is not seen, and parts nothing.
    Nothing,
    /// It belongs to a word.
    Letter,
    /// It belongs to a run of a script without spaces.
    Dense,
}

fn class(c: char) -> Class {
    match c {
        '\u{ad}' | '\u{640}' | '\u{2060}' | '\u{feff}' => Class::Nothing,
        _ if !c.is_alphanumeric() => Class::Gap,
        // Thai, Lao, Myanmar, Khmer.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' => Class::Dense,
        // Hangul jamo, kana, Bopomofo, Hangul letters, Han, Hangul syllables, the halfwidth forms.
        '\u{1100}'..='\u{11ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{318f}'
        | '\u{31a0}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ffdc}'
        | '\u{1aff0}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}' => Class::Dense,
        _ => Class::Letter,
    }
}

#[derive(Default)]
struct Found {
    words: Vec<Word>,
    /// The word that is being read; its text is empty between words.
    word: Option<Word>,
    /// How many characters it has.
    length: usize,
    /// The character before in a run without spaces, and where it stands.
    before: Option<(String, usize, usize)>,
}

impl Found {
    fn gap(&mut self) {
        self.words.extend(self.word.take().filter(|word| !word.text.is_empty()));
        if let Some((text, start, end)) = self.before.take() {
            self.words.push(Word { text, start, head: end, end, tail: true });
        }
    }

    fn letter(&mut self, start: usize, end: usize, push: impl FnOnce(&mut String)) {
        if self.before.is_some() {
            self.gap();
        }
        let word = self.word.get_or_insert_with(|| {
            self.length = 0;
            Word { text: String::new(), start, head: end, end, tail: false }
        });
        word.end = end;
        self.length += 1;
        if self.length <= LONGEST {
            push(&mut word.text);
        }
    }

    fn dense(&mut self, start: usize, end: usize, cluster: &str) {
        self.words.extend(self.word.take().filter(|word| !word.text.is_empty()));
        let mut text = String::new();
        fold(cluster, &mut text);
        if text.is_empty() {
            return;
        }
        if let Some((before, first, head)) = self.before.take() {
            self.words.push(Word { text: before + &text, start: first, head, end, tail: false });
        }
        self.before = Some((text, start, end));
    }
}

/// Appends a character, with the marks that belong to it, as the index knows it.
fn fold(cluster: &str, word: &mut String) {
    let lower: String = cluster.nfkc().collect::<String>().to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    let mut base = ' ';
    for c in lower.nfkd() {
        if is_accent(c) {
            // й is a letter of its own and not an и with an accent, but ё is written as е by most.
            let is_letter = matches!(base, '\u{400}'..='\u{52f}') && base != 'е';
            if !is_letter {
                continue;
            }
        } else if !is_combining_mark(c) {
            base = c;
        }
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'đ' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ł' => plain.push('l'),
            'ı' => plain.push('i'),
            'ς' => plain.push('σ'),
            c if c.is_alphanumeric() || is_combining_mark(c) => plain.push(c),
            _ => {}
        }
    }
    word.extend(plain.nfc());
}

/// Whether the mark is one that people leave out when they search: accents, and the vowel signs
/// that Hebrew and Arabic are mostly written without. Those of kana and Devanagari make another sound.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}') && is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        assert_eq!(texts("Hello, World! It's 10:30."), ["hello", "world", "it", "s", "10", "30"]);
        assert_eq!(texts("foo_bar v1.4 https://docs.rs/tokio"), ["foo", "bar", "v1", "4", "https", "docs", "rs", "tokio"]);
        assert_eq!(texts(" \n … 🎉 -- "), Vec::<String>::new());
        assert_eq!(texts("a🎉b"), ["a", "b"]);
        assert_eq!(texts(&"x".repeat(500)), ["x".repeat(LONGEST)]);
        assert_eq!(texts(&"é".repeat(500)), ["e".repeat(LONGEST)]);
    }

    #[test]
    fn however_it_is_written_it_is_the_same_word() {
        for (one, other) in [
            ("café", "CAFE\u{301}"),
            ("ＡＢＣ１２", "abc12"),
            ("Straße", "STRASSE"),
            ("Ærø", "aero"),
            ("ёлка", "Елка"),
            ("ﬃ", "ffi"),
            ("İstanbul", "istanbul"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("שָׁלוֹם", "שלום"),
            ("co\u{ad}operate", "cooperate"),
            ("ｶﾞｷﾞ", "ガギ"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ] {
            assert_eq!(texts(one), texts(other), "{one} {other}");
            assert!(!texts(one).is_empty());
        }
        assert_ne!(texts("мой"), texts("мои"));
        assert_ne!(texts("か"), texts("が"));
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(texts("日本語"), ["日本", "本語", "語"]);
        assert_eq!(texts("中"), ["中"]);
        assert_eq!(texts("iPhone手机，好"), ["iphone", "手机", "机", "好"]);
        assert_eq!(texts("2026年5月"), ["2026", "年", "5", "月"]);
        assert_eq!(texts("ไทย").len(), "ไทย".graphemes(true).count());
    }

    #[test]
    fn each_word_knows_where_it_stands() {
        for text in ["a Café, 日本語 x", "Ｆｏｏ bar", "ABC def"] {
            for word in words(text) {
                let piece = &text[word.start..word.end];
                assert_eq!(texts(piece).first(), Some(&word.text), "{text}: {piece}");
                assert!(word.start < word.head && word.head <= word.end && text.is_char_boundary(word.head));
            }
        }
        let places: Vec<_> = words("x 日本").into_iter().map(|word| (word.start, word.head, word.end, word.tail)).collect();
        assert_eq!(places, [(0, 1, 1, false), (2, 5, 8, false), (5, 8, 8, true)]);
    }
}
