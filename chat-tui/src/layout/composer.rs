//! The rows of what is being written, and where its caret stands.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::sanitize;

/// What is being written, in rows of a width.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The rows.
    pub rows: Vec<String>,
    /// The caret's row and column.
    pub caret: (u16, u16),
}

/// Breaks a text wherever a row is full, so that the caret never jumps while a word is typed.
#[must_use]
pub fn rows(text: &str, caret: usize, width: u16) -> Written {
    let width = usize::from(width.max(2));
    let mut written = Written::default();
    let mut row = String::new();
    let mut used = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        if at == caret {
            written.caret = place(&written.rows, used);
        }
        if cluster == "\n" || cluster == "\r\n" {
            written.rows.push(std::mem::take(&mut row));
            used = 0;
            continue;
        }
        let cluster = sanitize::line(cluster);
        let wide = cluster.width();
        if used + wide > width {
            written.rows.push(std::mem::take(&mut row));
            used = 0;
            if at == caret {
                written.caret = place(&written.rows, 0);
            }
        }
        row.push_str(&cluster);
        used += wide;
    }
    if caret >= text.len() && used >= width {
        // The caret needs a place of its own.
        written.rows.push(std::mem::take(&mut row));
        used = 0;
    }
    if caret >= text.len() {
        written.caret = place(&written.rows, used);
    }
    written.rows.push(row);
    written
}

fn place(rows: &[String], column: usize) -> (u16, u16) {
    (u16::try_from(rows.len()).unwrap_or(u16::MAX), u16::try_from(column).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_where_the_next_character_will() {
        assert_eq!(rows("abc", 3, 10), Written { rows: vec!["abc".into()], caret: (0, 3) });
        assert_eq!(rows("abcd", 4, 4), Written { rows: vec!["abcd".into(), String::new()], caret: (1, 0) });
        assert_eq!(rows("日本語", 9, 4), Written { rows: vec!["日本".into(), "語".into()], caret: (1, 2) });
        assert_eq!(rows("a\nb", 1, 10), Written { rows: vec!["a".into(), "b".into()], caret: (0, 1) });
        assert_eq!(rows("a\n", 2, 10).caret, (1, 0));
        assert_eq!(rows("", 0, 10), Written { rows: vec![String::new()], caret: (0, 0) });
    }
}
