//! Breaking styled text into rows of a width, by what the screen shows: wide characters count
//! double, clusters stay whole, words too long for a row are cut.

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Row;

/// A piece of text in one style.
pub type Run = (String, Style);

/// The columns that a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    // Per cluster, as the screen's cells are filled.
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The text, cut to a width, with `…` where something was cut.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        used += cluster.width();
        if used + 1 > most {
            break;
        }
        out.push_str(cluster);
    }
    out.push('…');
    out
}

/// The text, cut or filled with spaces to exactly that width.
#[must_use]
pub fn fit(text: &str, exactly: usize) -> String {
    let mut out = if exactly == 0 { String::new() } else { cut(text, exactly) };
    out.extend(std::iter::repeat_n(' ', exactly.saturating_sub(width(&out))));
    out
}

/// Breaks one line of runs into rows.
#[must_use]
pub fn wrap(runs: &[Run], most: usize) -> Vec<Row> {
    let most = most.max(2);
    let mut rows = Rows { rows: Vec::new(), spans: Vec::new(), used: 0, most };
    let mut word: Vec<(&str, Style)> = Vec::new();
    let mut word_width = 0;
    for (text, style) in runs {
        for cluster in text.graphemes(true) {
            let wide = cluster.width();
            let is_space = cluster == " ";
            if is_space || wide > 1 {
                rows.put_word(&mut word, &mut word_width);
            }
            if is_space {
                rows.put_space(*style);
            } else if wide > 1 {
                rows.put_word(&mut vec![(cluster, *style)], &mut { wide });
            } else {
                word.push((cluster, *style));
                word_width += wide;
            }
        }
    }
    rows.put_word(&mut word, &mut word_width);
    rows.finish()
}

struct Rows {
    rows: Vec<Row>,
    spans: Vec<Span<'static>>,
    used: usize,
    most: usize,
}

impl Rows {
    fn put(&mut self, cluster: &str, style: Style) {
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(cluster),
            _ => self.spans.push(Span::styled(cluster.to_owned(), style)),
        }
        self.used += cluster.width();
    }

    fn put_space(&mut self, style: Style) {
        // A space at the end of a full row is what broke it, and is not seen.
        if self.used < self.most {
            self.put(" ", style);
        } else {
            self.end_row();
        }
    }

    fn put_word(&mut self, word: &mut Vec<(&str, Style)>, word_width: &mut usize) {
        if self.used > 0 && self.used + *word_width > self.most {
            self.end_row();
        }
        for (cluster, style) in word.drain(..) {
            if self.used + cluster.width() > self.most {
                self.end_row();
            }
            self.put(cluster, style);
        }
        *word_width = 0;
    }

    fn end_row(&mut self) {
        self.rows.push(Row::from(std::mem::take(&mut self.spans)));
        self.used = 0;
    }

    fn finish(mut self) -> Vec<Row> {
        if !self.spans.is_empty() || self.rows.is_empty() {
            self.end_row();
        }
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, most: usize) -> Vec<String> {
        wrap(&[(text.to_owned(), Style::new())], most).iter().map(|row| row.spans.iter().map(|span| &*span.content).collect()).collect()
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(rows("the build is green", 9), ["the build", "is green"]);
        assert_eq!(rows("https://example.org/long", 10), ["https://ex", "ample.org/", "long"]);
        assert_eq!(rows("", 10), [""]);
    }

    #[test]
    fn wide_characters_count_double() {
        assert_eq!(rows("日本語テスト", 5), ["日本", "語テ", "スト"]);
        assert_eq!(rows("ab👍🏽cd", 4), ["ab👍🏽", "cd"]);
        assert_eq!((width("日本"), width("e\u{301}"), width("👩‍👩‍👧")), (4, 1, 2));
    }

    #[test]
    fn cutting_says_so() {
        assert_eq!((cut("abcdef", 4), cut("abc", 4), cut("日本語", 5)), ("abc…".into(), "abc".into(), "日本…".into()));
        assert_eq!(fit("日本語", 4), "日… ");
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_nothing_is_lost(text in "[a-z 日本👍é]{0,80}", most in 2_usize..20) {
            let rows = rows(&text, most);
            prop_assert!(rows.iter().all(|row| width(row) <= most));
            let squeezed = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeezed(&rows.concat()), squeezed(&text));
        }
    }
}
