//! A terminal's screen as an SVG, for documents and for people who look at a failed run.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// Width and height of a cell, and where in it the letters stand.
const CELL: (f32, f32, f32) = (8.4, 18.0, 13.5);
const GROUND: &str = "#12141a";
const TEXT: &str = "#e6e8ee";

/// Draws the screen in its colours.
pub fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
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
            let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
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
    fn of(cell: &Cell, column: u16) -> Self {
        let mut front = hex(cell.fgcolor()).unwrap_or_else(|| TEXT.to_owned());
        let mut back = hex(cell.bgcolor()).unwrap_or_else(|| GROUND.to_owned());
        if cell.inverse() {
            (front, back) = (back, front);
        }
        let styles = [
            (cell.bold(), " font-weight=\"bold\""),
            (cell.italic(), " font-style=\"italic\""),
            (cell.underline(), " text-decoration=\"underline\""),
            (cell.dim(), " opacity=\"0.7\""),
        ];
        let style = styles.iter().filter(|(on, _)| *on).map(|(_, style)| *style).collect();
        let letters = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
        Self { column, cells: 1 + u16::from(cell.is_wide()), wide: cell.is_wide(), letters, look: Look { front, back, style } }
    }
}

/// The colour as terminals draw it; none for the terminal's own.
fn hex(color: Color) -> Option<String> {
    let (r, g, b) = match color {
        Color::Default => return None,
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Idx(index @ 0..=15) => {
            let strong = if index >= 8 { 255 } else { 205 };
            let part = |bit: u8| if index & bit == 0 { if index == 8 { 127 } else { 0 } } else { strong };
            (part(1), part(2), part(4))
        }
        Color::Idx(index @ 16..=231) => {
            let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let index = index - 16;
            (step(index / 36), step(index / 6 % 6), step(index % 6))
        }
        Color::Idx(index) => {
            let gray = 8 + 10 * (index - 232);
            (gray, gray, gray)
        }
    };
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}
