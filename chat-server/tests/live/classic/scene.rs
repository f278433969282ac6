//! A server with a directory of old pages, our page and a terminal in its lobby, and a browser.

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;

use super::folder::Folder;
use crate::page::{Browser, Page};
use crate::server::Server;
use crate::terminal::Terminal;
use crate::wait::until;

pub struct Scene {
    // In this order they end: clients first, then the server, then its directory.
    pub page: Page,
    pub tty: Terminal,
    pub browser: Arc<Browser>,
    pub server: Server,
    pub folder: Folder,
    pub dir: TempDir,
}

/// Something that was said, as our page or a terminal shows it.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Said {
    pub author: String,
    pub text: String,
}

/// High enough that a whole conversation is on the screen, although the page draws only what is.
const TALL: u32 = 9_000;

impl Scene {
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// The same with these settings, in TOML.
    pub fn start_with(settings: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::fill(dir.path().join("pages"));
        let config = dir.path().join("chat.toml");
        std::fs::write(&config, settings).unwrap();
        let more = vec!["--pages".into(), folder.path.clone().into(), "--config".into(), config.into()];
        let server = Server::start_with(dir.path(), more);
        let browser = Browser::start();
        browser.ask("", "record", json!({}));
        let tty = Terminal::start(dir.path(), &server.url(), "tty", 200, 240);
        let page = Page::open(&browser, "page", &server.url(), 1200, TALL);
        let scene = Self { page, tty, browser, server, folder, dir };
        scene.until_people(2);
        scene
    }

    /// Waits until so many are in the room that our page shows. Who is seen there hears the room
    /// already.
    pub fn until_people(&self, count: usize) {
        until(&format!("our page shows {count} people"), || {
            let people = self.page.presence();
            let online = people.iter().filter(|one| one.ends_with(" online")).count();
            if online == count { Ok(()) } else { Err(format!("{online}: {people:#?}\nserver:\n{}", self.server.log())) }
        })
    }

    /// Waits until exactly these guests are in the room that our page shows; it may also show who was there.
    pub fn until_here(&self, wanted: &[String]) {
        let mut wanted: Vec<String> = wanted.iter().map(|name| format!("● {name} guest online")).collect();
        wanted.sort_unstable();
        until(&format!("our page shows {wanted:?}"), || {
            let mut people = self.page.presence();
            people.retain(|one| one.ends_with(" online"));
            people.sort_unstable();
            if people == wanted { Ok(()) } else { Err(format!("{people:?}\nserver:\n{}", self.server.log())) }
        });
    }

    /// What was said, with this in its text, as our page shows it.
    pub fn said(&self, part: &str) -> Vec<Said> {
        let said: Vec<Said> = serde_json::from_value(self.page.ask("spoken", json!({}))).unwrap();
        said.into_iter().filter(|said| said.text.contains(part)).collect()
    }

    /// Waits until our page shows so many lines with this in them, and returns those.
    pub fn until_said(&self, part: &str, count: usize) -> Vec<Said> {
        until(&format!("our page shows {count} lines with {part:?}"), || {
            let said = self.said(part);
            if said.len() == count {
                return Ok(said);
            }
            Err(format!("{} lines: {said:#?}\nall: {:#?}\nserver:\n{}", said.len(), self.said(""), self.server.log()))
        })
    }

    /// What was said, with this in its text, as the terminal shows it.
    pub fn said_in_tty(&self, part: &str) -> Vec<Said> {
        let rows = self.tty.rows();
        let lines = rows.iter().flat_map(|row| row.split('│')).filter(|line| line.contains(part));
        lines.filter_map(said).collect()
    }

    /// Waits until the terminal shows these lines, and no other with this in it.
    pub fn until_tty_shows(&self, part: &str, wanted: &[Said]) {
        until(&format!("the terminal shows what our page does of {part:?}"), || {
            let shown = self.said_in_tty(part);
            if shown == wanted { Ok(()) } else { Err(format!("{shown:#?}\ninstead of {wanted:#?}\n{}", self.tty.text())) }
        });
    }

    /// Checks what must hold at the end of every conversation.
    pub fn finish(self) {
        assert_eq!(self.browser.strangers(), Vec::<String>::new(), "a page asked another host");
        assert_eq!(self.browser.complaints(), Vec::<String>::new(), "a page complained, or opened a dialog that none expects");
    }
}

/// A line of the terminal's timeline: name, time, text.
fn said(line: &str) -> Option<Said> {
    let is_clock = |word: &&str| word.len() == 5 && word.as_bytes()[2] == b':' && word.bytes().filter(u8::is_ascii_digit).count() == 4;
    let clock = line.split_whitespace().find(is_clock)?;
    let (author, text) = line.split_once(clock)?;
    Some(Said { author: author.trim().to_owned(), text: text.trim().to_owned() })
}
