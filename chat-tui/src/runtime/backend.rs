//! The terminal as ratatui writes to it, with one thing put right: the order in which a wide symbol and
//! the columns under it are written.
//!
//! Terminals disagree about emoji that a variation selector makes one (`❤️`, U+2764 U+FE0F): most draw them two
//! columns wide, some one. For the latter ratatui clears the second column, but after the symbol and without
//! moving the cursor; where the symbol took two columns, the rest of the row then stands one column too far
//! right, and pieces of it outlive the next frames. Cleared before it, the column is right in both.
//!
//! ratatui does the same in a version to come (ratatui/ratatui#2686); until then this stands here.

use std::io;
use std::iter::Peekable;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};

/// A change of the screen: column, row, and what stands there.
type Change<'a> = (u16, u16, &'a Cell);

/// A backend that writes each wide symbol after the columns which it covers.
#[derive(Debug)]
pub struct WideLast<B>(pub B);

impl<B: Backend<Error = io::Error>> Backend for WideLast<B> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = Change<'a>>>(&mut self, content: I) -> io::Result<()> {
        self.0.draw(Reordered { changes: content.peekable(), wide: None })
    }

    fn append_lines(&mut self, count: u16) -> io::Result<()> {
        self.0.append_lines(count)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.0.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.0.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.0.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Reordered<'a, I: Iterator<Item = Change<'a>>> {
    changes: Peekable<I>,
    /// Waits until the columns that it covers are written.
    wide: Option<Change<'a>>,
}

impl<'a, I: Iterator<Item = Change<'a>>> Iterator for Reordered<'a, I> {
    type Item = Change<'a>;

    fn next(&mut self) -> Option<Change<'a>> {
        if self.wide.is_none() {
            let change = self.changes.next()?;
            if change.2.cell_width() < 2 {
                return Some(change);
            }
            self.wide = Some(change);
        }
        let (x, y, wide) = self.wide?;
        let is_covered = |&(column, row, _): &Change<'a>| row == y && (x + 1..x.saturating_add(wide.cell_width())).contains(&column);
        self.changes.next_if(is_covered).or_else(|| self.wide.take())
    }
}
