//! A server and three people in its lobby: a wide page, a phone's page and a terminal.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chat_proto::words::{self, fill};
use tempfile::TempDir;

use crate::page::{Browser, Line, Page};
use crate::server::Server;
use crate::terminal::Terminal;
use crate::wait::until;

pub struct Suite {
    // In this order they end: clients first, then the server, then its directory.
    pub desk: Page,
    pub phone: Page,
    browser: Arc<Browser>,
    pub tty: Terminal,
    pub server: Server,
    dir: TempDir,
}

/// High enough that a whole conversation is on the screen, although the page draws only what is.
const TALL: u32 = 9_000;

impl Suite {
    pub fn start() -> Self {
        Self::start_as(["desk", "phone", "tty"])
    }

    /// The same under other names: of the wide page, of the phone's page and of the terminal.
    pub fn start_as([desk, phone, tty]: [&'static str; 3]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path());
        let browser = Browser::start();
        let tty = Terminal::start(dir.path(), &server.url(), tty, 110, 240);
        let desk = Page::open(&browser, desk, &server.url(), 1440, TALL);
        let phone = Page::open(&browser, phone, &server.url_from_afar(), 375, TALL);
        let suite = Self { desk, phone, browser, tty, server, dir };
        suite.until_connected();
        suite
    }

    /// The terminal client is quit and started again, on what it kept.
    pub fn restart_tty(&mut self, name: &str) {
        self.tty.quit();
        self.tty = Terminal::start(self.dir.path(), &self.server.url(), name, 110, 240);
    }

    pub fn until_connected(&self) {
        until("all three are connected", || {
            let states =
                [self.desk.state(), self.phone.state(), if self.tty_is("connected") { "connected".to_owned() } else { self.tty.text() }];
            if states.iter().all(|state| state == "connected") { Ok(()) } else { Err(states.join("\n---\n")) }
        });
    }

    /// Waits until all three are told that all three are here.
    pub fn until_all_are_here(&self) {
        until("all three say that three are here", || {
            let people = self.desk.presence();
            let online = people.iter().filter(|one| one.ends_with(" online")).count();
            let (phone, tty) = (self.phone.header(), self.tty.text());
            let here = fill(words::HERE, &[("count", "3")]);
            if online == 3 && phone.contains(&here) && tty.contains(&here) { Ok(()) } else { Err(format!("{people:?}\n{phone}\n{tty}")) }
        });
    }

    /// Whether the terminal's status says this word.
    pub fn tty_is(&self, word: &str) -> bool {
        self.tty.rows().iter().rev().take(3).any(|row| row.split_whitespace().any(|found| found == word))
    }

    /// Waits until all three screens show so many of the conversation's lines, answered, each once and in one
    /// order; returns them.
    pub fn until_all_show(&self, conversation: &Conversation, count: usize) -> Vec<Line> {
        until("all three screens show the same lines", || {
            let desk = conversation.answered(self.desk.lines());
            let on_desk: Vec<&str> = desk.iter().map(|line| line.text.as_str()).collect();
            let phone = conversation.answered(self.phone.lines());
            let on_phone: Vec<&str> = phone.iter().map(|line| line.text.as_str()).collect();
            let screen = self.tty.text();
            let on_tty = conversation.words(&screen);
            if on_desk.len() == count && on_desk == on_phone && on_desk == on_tty {
                return Ok(desk);
            }
            Err(format!(
                "desk {}: {on_desk:?}\nphone {}: {on_phone:?}\ntty {}: {on_tty:?}\n{screen}",
                on_desk.len(),
                on_phone.len(),
                on_tty.len()
            ))
        })
    }

    /// Leaves pictures of all three at the sizes that people have.
    pub fn pictures(&self, name: &str) {
        let dir = pictures_dir();
        self.desk.resize(1200, 640);
        self.phone.resize(375, 812);
        self.desk.picture(&dir.join(format!("{name}-page.png")));
        self.phone.picture(&dir.join(format!("{name}-phone.png")));
        self.tty.resize(110, 30);
        until("the terminal has drawn itself in its new size", || if self.tty_is("connected") { Ok(()) } else { Err(self.tty.text()) });
        self.tty.picture(&dir.join(format!("{name}-terminal.svg")));
    }

    /// Checks what must hold at the end of every conversation.
    pub fn finish(self) {
        assert_eq!(self.browser.strangers(), Vec::<String>::new(), "a page asked another host");
        assert_eq!(self.browser.complaints(), Vec::<String>::new(), "a page's console has errors");
    }
}

/// Lines of three speakers, each a word such as `desk-a-07`.
pub struct Conversation(pub char);

impl Conversation {
    pub fn line(&self, speaker: &str, number: usize) -> String {
        format!("{speaker}-{}-{number:02}", self.0)
    }

    /// The conversation's lines among the words of a screen.
    pub fn words<'a>(&self, screen: &'a str) -> Vec<&'a str> {
        let part = format!("-{}-", self.0);
        screen.split_whitespace().filter(|word| word.contains(&part)).collect()
    }

    /// The conversation's lines of a page that the server has answered.
    pub fn answered(&self, lines: Vec<Line>) -> Vec<Line> {
        lines.into_iter().filter(|line| line.seq.is_some() && self.words(&line.text).len() == 1).collect()
    }
}

pub fn pictures_dir() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_chat-server")).ancestors().nth(2).unwrap();
    let dir = target.join("live");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
