//! What terminals show after many frames, where they disagree about how wide a symbol is.

use std::cell::RefCell;
use std::io::{self, Write};
use std::num::NonZero;
use std::rc::Rc;

use chat_tui::runtime::backend::WideLast;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::app::App;
use crate::server::Server;

const COLUMNS: u16 = 60;
const ROWS: u16 = 12;
/// Makes an emoji of a symbol.
const VARIATION_SELECTOR: char = '\u{FE0F}';

/// What the program wrote and no terminal has read yet.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A room in which rows with such symbols stand above and below rows without, of many lengths.
fn colourful() -> Server {
    let mut server = Server::new();
    for number in 0..60_usize {
        let heart = ["❤️ ", "", "✔️ and ❤️ again ", "日本 ", "👍 "][number % 5];
        let tail = "so it goes ".repeat(number * 7 % 4);
        server.say(["ada", "bob"][number / 3 % 2], &format!("{number} {heart}{tail}{}", "x".repeat(number % 11)));
    }
    server
}

/// The rows on which the terminal shows something else than was drawn.
fn wrong(drawn: &Buffer, terminal: &vt100::Parser, is_wide: bool) -> Vec<String> {
    let shown = |x, y| terminal.screen().cell(y, x).map_or("", vt100::Cell::contents).trim().to_owned();
    let as_drawn = |y| {
        let mut x = 0;
        while x < COLUMNS {
            let symbol = drawn[(x, y)].symbol();
            let wanted = if is_wide { symbol.to_owned() } else { symbol.replace(VARIATION_SELECTOR, "") };
            if shown(x, y) != wanted.trim() {
                return false;
            }
            let covered = x + 1..x + drawn[(x, y)].cell_width().max(1);
            if covered.clone().any(|x| !shown(x, y).is_empty()) {
                return false;
            }
            x = covered.end;
        }
        true
    };
    let row = |y| (0..COLUMNS).map(|x| drawn[(x, y)].symbol()).collect::<String>();
    (0..ROWS).filter(|y| !as_drawn(*y)).map(|y| format!("{}\n  is shown as\n{}", row(y), terminal.screen().contents())).collect()
}

#[test]
fn symbols_that_are_two_columns_to_some_terminals_and_one_to_others_shift_nothing() {
    let written = Written::default();
    let mut app = App::new(COLUMNS, ROWS, colourful());
    let area = app.draw().area;
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    let mut screen = Terminal::with_options(WideLast(CrosstermBackend::new(written.clone())), options).unwrap();
    let size = |n| NonZero::new(n).unwrap();
    // This emulator makes such a symbol wide; it cannot where the selector is kept from it.
    let mut terminals = [true, false].map(|is_wide| (is_wide, vt100::Parser::new(size(ROWS), size(COLUMNS), 0)));
    for key in "PageUp PageUp PageUp PageDown Up Up Up Esc PageUp PageUp PageDown PageUp Down Down Esc".split(' ') {
        app.keys(key);
        let drawn = app.draw();
        screen.draw(|frame| frame.buffer_mut().clone_from(&drawn)).unwrap();
        let bytes = written.0.take();
        let text = String::from_utf8(bytes).unwrap();
        for (is_wide, terminal) in &mut terminals {
            let text = if *is_wide { text.clone() } else { text.replace(VARIATION_SELECTOR, "") };
            terminal.process(text.as_bytes());
            let wrong = wrong(&drawn, terminal, *is_wide);
            assert!(wrong.is_empty(), "after {key}, where such symbols are {} wide:\n{}", if *is_wide { 2 } else { 1 }, wrong.join("\n"));
        }
    }
}
