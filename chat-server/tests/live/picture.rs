//! A terminal's screen as an SVG.

use chat_tui::play::picture::{self, Cell, Ink};
use vt100::{Color, Screen};

/// Draws the screen in its colours.
pub fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    picture::svg(columns.get(), rows.get(), |column, row| {
        let cell = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation())?;
        Some(Cell {
            letters: cell.contents().to_owned(),
            wide: cell.is_wide(),
            front: ink(cell.fgcolor()),
            back: ink(cell.bgcolor()),
            style: [cell.bold(), cell.italic(), cell.underline(), cell.dim(), cell.inverse()],
        })
    })
}

fn ink(color: Color) -> Ink {
    match color {
        Color::Default => Ink::Own,
        Color::Idx(index) => Ink::Indexed(index),
        Color::Rgb(r, g, b) => Ink::Rgb(r, g, b),
    }
}
