//! What the commands print in columns.

use std::fmt::Write;

use chat_proto::place::Millis;
use time::OffsetDateTime;

/// Rows under their headings, as wide as they need to be.
#[must_use]
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let mut text = String::new();
    for row in std::iter::once(&headings).chain(rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A time in UTC, to the minute.
#[must_use]
pub fn moment(time: Millis) -> String {
    let seconds = i64::try_from(time / 1_000).unwrap_or(i64::MAX);
    let Ok(at) = OffsetDateTime::from_unix_timestamp(seconds) else { return String::from("?") };
    let mut text = String::new();
    let (month, day) = (u8::from(at.month()), at.day());
    // Writing to a string cannot fail.
    let _ = write!(text, "{:04}-{month:02}-{day:02} {:02}:{:02}", at.year(), at.hour(), at.minute());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["ada".to_owned(), "1".to_owned()], vec!["a longer name".to_owned(), "22".to_owned()]];
        assert_eq!(table(&["NAME", "N"], &rows), "NAME           N\nada            1\na longer name  22\n");
        assert_eq!(moment(1_795_176_546_492), "2026-11-20 12:09");
    }
}
