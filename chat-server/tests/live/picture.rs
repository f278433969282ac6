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
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
            let (x, y) = (f32::from(column) * width, f32::from(row) * height);
            let (front, back) = colors(cell);
            let cells = if cell.is_wide() { 2.0 } else { 1.0 };
            if back != GROUND {
                let _ =
                    writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height}\" fill=\"{back}\"/>", width * cells);
            }
            let letters = cell.contents();
            if letters.trim().is_empty() {
                continue;
            }
            let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
            let style = if cell.italic() { " font-style=\"italic\"" } else { "" };
            let line = if cell.underline() { " text-decoration=\"underline\"" } else { "" };
            let faint = if cell.dim() { " opacity=\"0.7\"" } else { "" };
            let letters = letters.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{front}\"{weight}{style}{line}{faint}>{letters}</text>",
                y + baseline,
                width * cells,
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

fn colors(cell: &Cell) -> (String, String) {
    let front = hex(cell.fgcolor()).unwrap_or_else(|| TEXT.to_owned());
    let back = hex(cell.bgcolor()).unwrap_or_else(|| GROUND.to_owned());
    if cell.inverse() { (back, front) } else { (front, back) }
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
