//! The terminal itself: taken over whole, and given back whole, whatever happens.

use std::io::{self, BufWriter, Stdout, Write};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange, EnableMouseCapture,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::backend::CrosstermBackend;

use super::backend::WideLast;

type Screen = ratatui::Terminal<WideLast<CrosstermBackend<BufWriter<Stdout>>>>;

/// The terminal while it is ours. Dropping it gives it back.
pub struct Terminal {
    screen: Screen,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn enter() -> io::Result<Self> {
        let before = std::panic::take_hook();
        let ours = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            // A connection's thread that panics is a connection that is down, and no more: the
            // screen goes on, and words on standard error would lie over it.
            if std::thread::current().id() == ours {
                give_back();
                before(info);
            }
        }));
        take_over()?;
        let backend = WideLast(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout())));
        match ratatui::Terminal::new(backend) {
            Ok(screen) => Ok(Self { screen }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// What is drawn on.
    pub fn screen(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// Puts a text into the clipboard, through whatever stands between (OSC 52).
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Gives the terminal to another program.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn leave(&mut self) -> io::Result<()> {
        give_back();
        Ok(())
    }

    /// Takes the terminal back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn come_back(&mut self) -> io::Result<()> {
        take_over()?;
        self.screen.clear()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn take_over() -> io::Result<()> {
    enable_raw_mode()?;
    // Terminals that cannot tell Shift+Enter apart ignore the flags.
    let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        EnableMouseCapture,
        PushKeyboardEnhancementFlags(flags)
    )
}

/// Gives the terminal back, as far as that can still be done.
pub(super) fn give_back() {
    let mut out = io::stdout();
    execute!(
        out,
        PopKeyboardEnhancementFlags,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    )
    .ok();
    out.flush().ok();
    disable_raw_mode().ok();
}
