//! The real terminal client in a pseudo-terminal of our own, which is recorded.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chat_tui::play::cast::Cast;
use chat_tui::play::scenario::{Actor, Deed, Line};
use chat_tui::play::stage::{Pace, Player, command};

use crate::caught;
use crate::keys;
use crate::terminal::{Spec, Terminal};

pub struct Tty {
    actor: Actor,
    url: String,
    dir: PathBuf,
    terminal: Option<Terminal>,
    cast: Arc<Mutex<Cast>>,
}

impl Tty {
    pub fn enter(actor: &Actor, url: String, dir: PathBuf) -> Result<Self, String> {
        let cast = Arc::new(Mutex::new(Cast::new(actor.columns, actor.rows, &actor.name)));
        let mut tty = Self { actor: actor.clone(), url, dir, terminal: None, cast };
        tty.start()?;
        Ok(tty)
    }

    fn start(&mut self) -> Result<(), String> {
        if self.terminal.is_some() {
            return Err("It is there already.".to_owned());
        }
        let Actor { name, room, columns, rows, .. } = &self.actor;
        let spec = Spec { dir: &self.dir, url: &self.url, name, room, size: (*columns, *rows), cast: Some(self.cast.clone()) };
        self.terminal = Some(caught(|| Terminal::start_as(&spec))?);
        Ok(())
    }

    fn terminal(&self) -> Result<&Terminal, String> {
        self.terminal.as_ref().ok_or_else(|| "It is not there: it has gone.".to_owned())
    }

    fn write(&self, text: &str, pace: Pace) -> Result<(), String> {
        let terminal = self.terminal()?;
        text.chars().try_for_each(|c| {
            pace.rest();
            caught(|| terminal.press(&keys::text(&c.to_string())))
        })
    }
}

impl Player for Tty {
    fn act(&mut self, deed: &Deed, pace: Pace) -> Result<(), String> {
        if let Some(line) = command(deed) {
            self.write(&line, pace)?;
            let terminal = self.terminal()?;
            return caught(|| terminal.press("\r"));
        }
        match deed {
            Deed::Connect => self.start(),
            Deed::Disconnect => self.leave(),
            Deed::Type(text) => self.write(text, pace),
            Deed::Press(pressed) => {
                let terminal = self.terminal()?;
                caught(|| pressed.iter().for_each(|key| terminal.press(&keys::bytes(*key))))
            }
            _ => Err("A terminal cannot do that.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        Ok(self.terminal.as_ref().map(Terminal::text).unwrap_or_default())
    }

    fn line(&mut self) -> Result<Line, String> {
        let rows = self.terminal.as_ref().map(Terminal::rows).unwrap_or_default();
        Ok(line(&rows))
    }

    fn picture(&mut self, stem: &Path) -> Result<PathBuf, String> {
        let path = stem.with_extension("svg");
        let terminal = self.terminal()?;
        caught(|| terminal.picture(&path))?;
        Ok(path)
    }

    fn cast(&mut self) -> Option<String> {
        Some(self.cast.lock().unwrap().text())
    }

    /// Quits; the program must end well and leave the terminal as it found it.
    fn leave(&mut self) -> Result<(), String> {
        let Some(mut terminal) = self.terminal.take() else { return Ok(()) };
        // What stands in the composer is no part of the command.
        caught(|| {
            terminal.press("\x15");
            terminal.quit();
        })
    }
}

/// What the status of a terminal client says.
pub fn line(rows: &[String]) -> Line {
    let told = rows.iter().rev().filter(|row| !row.trim().is_empty()).take(1);
    let connected = told.flat_map(|row| row.split_whitespace()).any(|word| word == chat_proto::words::CONNECTED);
    if connected { Line::Connected } else { Line::Disconnected }
}
