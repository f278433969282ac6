//! A terminal's screen as an SVG, for documents and for people who look at a failed run.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Width and height of a cell, and where in it the letters stand.
const CELL: (f32, f32, f32) = (8.4, 18.0, 13.5);
const GROUND: &str = "#12141a";
const TEXT: &str = "#e6e8ee";

/// A colour, as terminals have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The terminal's own.
    Own,
    /// One of the 256.
    Indexed(u8),
    /// Any.
    Rgb(u8, u8, u8),
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The letter, with all that belongs to it; empty for none.
    pub letters: String,
    /// It takes the next cell too.
    pub wide: bool,
    /// Its colour.
    pub front: Ink,
    /// The ground's.
    pub back: Ink,
    /// Whether it is bold, in italics, underlined, dim, and whether its colours are reversed.
    pub style: [bool; 5],
}

/// Draws a screen in its colours: `cell` tells what stands in a column and a row, `None` for what a wide
/// letter before it takes.
#[must_use]
pub fn svg(columns: u16, rows: u16, cell: impl Fn(u16, u16) -> Option<Cell>) -> String {
    let (width, height, baseline) = CELL;
    let (whole_width, whole_height) = (f32::from(columns) * width, f32::from(rows) * height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole_width:.0}\" height=\"{whole_height:.0}\" viewBox=\"0 0 {whole_width:.1} \
         {whole_height:.1}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{GROUND}\"/>\n"
    );
    for row in 0..rows {
        let y = f32::from(row) * height;
        let mut pieces: Vec<Piece> = Vec::new();
        for column in 0..columns {
            let Some(cell) = cell(column, row) else { continue };
            let piece = Piece::of(cell, column);
            match pieces.last_mut() {
                // Wide letters stand alone, so that each is exactly as wide as its cells.
                Some(last) if last.look == piece.look && !last.wide && !piece.wide => {
                    last.cells += piece.cells;
                    last.letters.push_str(&piece.letters);
                }
                _ => pieces.push(piece),
            }
        }
        for Piece { column, cells, letters, look, .. } in pieces {
            let (x, width) = (f32::from(column) * width, f32::from(cells) * width);
            if look.back != GROUND {
                let _ = writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{}\"/>", look.back);
            }
            if letters.trim().is_empty() {
                continue;
            }
            let letters = letters.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" \
                 fill=\"{}\"{}>{letters}</text>",
                y + baseline,
                look.front,
                look.style,
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

/// A picture without what is never the same twice: times, days, and the colours of people.
#[must_use]
pub fn masked(svg: &str) -> String {
    svg.lines().filter_map(masked_row).fold(String::new(), |all, row| all + &row + "\n")
}

/// The rule with the day in it is as long as the day's name, and is left out.
fn masked_row(row: &str) -> Option<String> {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let Some((head, letters)) = row.strip_prefix("<text").and_then(|rest| rest.split_once('>')) else { return Some(row.to_owned()) };
    let text = letters.trim_end_matches("</text>");
    if DAYS.iter().any(|day| text.contains(day)) || text.trim().chars().all(|c| c == '─') {
        return None;
    }
    let head = match head.split_once("fill=\"") {
        Some((before, after)) => {
            let (color, after) = after.split_once('"').unwrap_or((after, ""));
            let known = PALETTE.contains(&color);
            format!("{before}fill=\"{}\"{after}", if known { color } else { "a person's" })
        }
        None => head.to_owned(),
    };
    Some(format!("<text{head}>{}", without_times(letters)))
}

/// The colours of the dark theme that mean something, and those of the terminal itself; any other is a person's.
const PALETTE: [&str; 11] =
    [GROUND, TEXT, "#181b23", "#2a2f3b", "#9aa3b5", "#7aa2f7", "#7fd38a", "#e5b567", "#f08a8a", "#3a3320", "#2b3550"];

/// `09:14` becomes `00:00`.
fn without_times(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for at in 0..letters.len().saturating_sub(4) {
        let is_time = [0, 1, 3, 4].iter().all(|offset| letters[at + offset].is_ascii_digit()) && letters[at + 2] == ':';
        let is_longer = at > 0 && letters[at - 1].is_ascii_digit();
        if is_time && !is_longer {
            [0, 1, 3, 4].iter().for_each(|offset| letters[at + offset] = '0');
        }
    }
    letters.into_iter().collect()
}

/// Draws what is in a buffer.
#[must_use]
pub fn of_buffer(buffer: &Buffer) -> String {
    let area = buffer.area;
    svg(area.width, area.height, |column, row| {
        let is_taken = column > 0 && buffer[(area.x + column - 1, area.y + row)].symbol().width() > 1;
        let cell = &buffer[(area.x + column, area.y + row)];
        let has = |modifier| cell.modifier.contains(modifier);
        (!is_taken).then(|| Cell {
            letters: cell.symbol().to_owned(),
            wide: cell.symbol().width() > 1,
            front: ink(cell.fg),
            back: ink(cell.bg),
            style: [Modifier::BOLD, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::DIM, Modifier::REVERSED].map(has),
        })
    })
}

fn ink(color: Color) -> Ink {
    match color {
        Color::Reset => Ink::Own,
        Color::Black => Ink::Indexed(0),
        Color::Red => Ink::Indexed(1),
        Color::Green => Ink::Indexed(2),
        Color::Yellow => Ink::Indexed(3),
        Color::Blue => Ink::Indexed(4),
        Color::Magenta => Ink::Indexed(5),
        Color::Cyan => Ink::Indexed(6),
        Color::Gray => Ink::Indexed(7),
        Color::DarkGray => Ink::Indexed(8),
        Color::LightRed => Ink::Indexed(9),
        Color::LightGreen => Ink::Indexed(10),
        Color::LightYellow => Ink::Indexed(11),
        Color::LightBlue => Ink::Indexed(12),
        Color::LightMagenta => Ink::Indexed(13),
        Color::LightCyan => Ink::Indexed(14),
        Color::White => Ink::Indexed(15),
        Color::Rgb(r, g, b) => Ink::Rgb(r, g, b),
        Color::Indexed(index) => Ink::Indexed(index),
    }
}

/// Neighbours in a row that look alike.
struct Piece {
    column: u16,
    cells: u16,
    wide: bool,
    letters: String,
    look: Look,
}

#[derive(PartialEq)]
struct Look {
    front: String,
    back: String,
    style: String,
}

impl Piece {
    fn of(cell: Cell, column: u16) -> Self {
        let mut front = hex(cell.front).unwrap_or_else(|| TEXT.to_owned());
        let mut back = hex(cell.back).unwrap_or_else(|| GROUND.to_owned());
        let [bold, italic, underlined, dim, reversed] = cell.style;
        if reversed {
            (front, back) = (back, front);
        }
        let styles = [
            (bold, " font-weight=\"bold\""),
            (italic, " font-style=\"italic\""),
            (underlined, " text-decoration=\"underline\""),
            (dim, " opacity=\"0.7\""),
        ];
        let style = styles.iter().filter(|(on, _)| *on).map(|(_, style)| *style).collect();
        let letters = if cell.letters.is_empty() { " ".to_owned() } else { cell.letters };
        Self { column, cells: 1 + u16::from(cell.wide), wide: cell.wide, letters, look: Look { front, back, style } }
    }
}

/// The colour as terminals draw it; none for the terminal's own.
fn hex(ink: Ink) -> Option<String> {
    let (r, g, b) = match ink {
        Ink::Own => return None,
        Ink::Rgb(r, g, b) => (r, g, b),
        Ink::Indexed(index @ 0..=15) => {
            let strong = if index >= 8 { 255 } else { 205 };
            let part = |bit: u8| if index & bit == 0 { if index == 8 { 127 } else { 0 } } else { strong };
            (part(1), part(2), part(4))
        }
        Ink::Indexed(index @ 16..=231) => {
            let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let index = index - 16;
            (step(index / 36), step(index / 6 % 6), step(index % 6))
        }
        Ink::Indexed(index) => {
            let gray = 8 + 10 * (index - 232);
            (gray, gray, gray)
        }
    };
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(time: &str, color: Ink, text: &str) -> String {
        let row: Vec<char> = format!("ada {time} {text}").chars().collect();
        svg(20, 1, |column, _| {
            let letters = row.get(usize::from(column)).map_or_else(String::new, char::to_string);
            Some(Cell { letters, wide: false, front: if column < 3 { color } else { Ink::Own }, back: Ink::Own, style: [false; 5] })
        })
    }

    #[test]
    fn another_time_and_another_colour_are_the_same_picture() {
        let one = picture("09:14", Ink::Rgb(1, 2, 3), "hello");
        let other = picture("23:59", Ink::Rgb(9, 8, 7), "hello");
        assert_ne!(one, other);
        assert_eq!(masked(&one), masked(&other));
        assert_ne!(masked(&one), masked(&picture("09:14", Ink::Rgb(1, 2, 3), "hallo")));
        // An error's colour is nobody's.
        assert_ne!(masked(&one), masked(&picture("09:14", Ink::Rgb(0xf0, 0x8a, 0x8a), "hello")));
    }

    #[test]
    fn a_day_is_no_part_of_it() {
        let rule = |day: &str| format!("<text x=\"1\" fill=\"#9aa3b5\">──── {day} ────</text>\n<text x=\"2\">b</text>\n");
        assert_eq!(masked(&rule("Sunday, 29 November")), masked(&rule("Monday, 1 May")));
    }
}
