//! People at real screens: terminals in pseudo-terminals and pages in a browser. What they say is
//! theirs once the screen shows it as said; at the end the screens are read from top to bottom.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::page::{Browser, Line, Page};
use crate::proxy::Proxy;
use crate::terminal::Terminal;

/// A terminal so tall is read with few turns.
const ROWS: u16 = 500;
const COLUMNS: u16 = 100;
/// The page's window, in pixels.
const TALL: u32 = 2_000;
/// How long a screen may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a screen stands still before it counts as drawn.
const STILL: Duration = Duration::from_millis(250);

/// Somebody at a terminal.
pub struct Seat {
    pub name: String,
    pub room: String,
    pub proxy: Proxy,
    dir: PathBuf,
    terminal: Mutex<Option<Terminal>>,
}

impl Seat {
    pub fn start(name: String, room: String, dir: &Path, proxy: Proxy) -> Self {
        let dir = dir.join(&name);
        std::fs::create_dir_all(&dir).unwrap();
        let seat = Self { name, room, proxy, dir, terminal: Mutex::default() };
        seat.start_again();
        seat
    }

    pub fn start_again(&self) {
        *self.terminal.lock().unwrap() = Some(Terminal::start(&self.dir, &self.proxy.url(), &self.name, COLUMNS, ROWS));
    }

    /// SIGKILL.
    pub fn kill(&self) {
        if let Some(terminal) = self.terminal.lock().unwrap().take() {
            terminal.kill();
        }
    }

    /// Goes to a room; tells whether the screen shows it.
    pub fn enter(&self, room: &str) -> bool {
        if self.is_in(room) {
            return true;
        }
        // Whatever was being written before a kill is back as a draft.
        self.press("\x1b\x15");
        self.press(&format!("/join {room}\r"));
        within(PATIENCE / 4, || self.is_in(room))
    }

    fn is_in(&self, room: &str) -> bool {
        let title = format!("#{room}");
        self.rows().iter().take(1).any(|row| row.rsplit('│').next().is_some_and(|head| head.split_whitespace().next() == Some(&title)))
    }

    /// Types a line and waits until the screen shows it as said; `false` when that was not seen.
    pub fn say(&self, text: &str) -> bool {
        if !self.enter(&self.room) {
            return false;
        }
        self.press(&format!("\x15{text}\r"));
        within(PATIENCE, || self.timeline().iter().any(|row| row.contains(text)))
    }

    /// The rows of the timeline: not the composer's, which may hold a line that is not said yet.
    fn timeline(&self) -> Vec<String> {
        let rows = self.rows();
        let end = rows.iter().rposition(|row| row.trim_start_matches(['│', ' ']).starts_with('>')).unwrap_or(rows.len());
        rows[..end].to_vec()
    }

    fn rows(&self) -> Vec<String> {
        self.terminal.lock().unwrap().as_ref().map_or_else(Vec::new, Terminal::rows)
    }

    pub fn text(&self) -> String {
        self.terminal.lock().unwrap().as_ref().map_or_else(String::new, Terminal::text)
    }

    fn press(&self, keys: &str) {
        if let Some(terminal) = &*self.terminal.lock().unwrap() {
            terminal.press(keys);
        }
    }

    /// Whether the status says that it is connected and no line is on its way.
    pub fn is_at_rest(&self) -> bool {
        let rows = self.rows();
        let connected = rows.iter().rev().take(3).any(|row| row.split_whitespace().any(|word| word == "connected"));
        connected && !self.timeline().iter().any(|row| row.trim_end().ends_with('…'))
    }

    /// What the screen says it could not send: it was set aside, and may be stored or not.
    pub fn unsent(&self) -> Vec<String> {
        let failed = self.timeline().into_iter().filter(|row| row.trim_end().ends_with('!'));
        words(&failed.collect::<Vec<_>>()).into_iter().map(|word| format!("{word} {}", self.name)).collect()
    }

    /// Reads a room from its end to its beginning: the first word of every message, in order.
    pub fn read(&self, room: &str, is_first: impl Fn(&str) -> bool) -> Vec<String> {
        self.enter(room);
        self.press("\x1b[1;5F");
        self.settle();
        let mut read = words(&self.timeline());
        let mut idle = Instant::now();
        while !read.first().is_some_and(|word| is_first(word)) && idle.elapsed() < PATIENCE {
            self.press("\x1b[5~");
            self.settle();
            let above = words(&self.timeline());
            let grown = merge(&above, &read);
            if grown.len() > read.len() {
                idle = Instant::now();
            }
            read = grown;
        }
        read
    }

    fn settle(&self) {
        let (mut seen, mut since) = (self.rows(), Instant::now());
        let deadline = Instant::now() + PATIENCE;
        while since.elapsed() < STILL && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
            let now = self.rows();
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
        }
    }
}

/// The texts on a screen, each known by its first word, `t-…` or `e-…`.
fn words(rows: &[String]) -> Vec<String> {
    let word = |row: &String| row.split_whitespace().find(|word| is_token(word)).map(str::to_owned);
    rows.iter().filter_map(word).collect()
}

/// Whether it is a text of this run.
pub fn is_token(word: &str) -> bool {
    let number = word.strip_prefix("t-").or_else(|| word.strip_prefix("e-"));
    number.is_some_and(|number| number.len() == 7 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Puts what was read further up before what was read already; they overlap.
fn merge(above: &[String], below: &[String]) -> Vec<String> {
    let fits = |overlap: &usize| below.starts_with(&above[above.len() - overlap..]);
    let overlap = (1..=above.len().min(below.len())).rev().find(fits).unwrap_or(0);
    above[..above.len() - overlap].iter().chain(below).cloned().collect()
}

/// Somebody at a page.
pub struct Tab {
    pub name: &'static str,
    pub room: String,
    pub proxy: Proxy,
    /// Held while the page is loaded, and while its line is bad: a document or a script that is cut is
    /// no page (Chromium takes half a header for a whole one), and has no outbox that would wait.
    pub care: Mutex<()>,
    page: Mutex<Page>,
}

impl Tab {
    pub fn start(browser: &Arc<Browser>, name: &'static str, room: String, proxy: Proxy) -> Self {
        let page = Page::open(browser, name, &proxy.url(), 1_200, TALL);
        Self { name, room, proxy, care: Mutex::default(), page: Mutex::new(page) }
    }

    /// Goes to a room; tells whether the page shows it.
    pub fn enter(&self, room: &str) -> bool {
        let is_in = || self.page.lock().unwrap().header().starts_with(&format!("#{room}"));
        if !within(Duration::ZERO, is_in) {
            self.page.lock().unwrap().say(&format!("/join {room}"));
        }
        within(PATIENCE / 4, is_in)
    }

    /// Types a line and waits until the page shows it as said.
    pub fn say(&self, text: &str) -> bool {
        if !self.enter(&self.room) {
            return false;
        }
        self.page.lock().unwrap().say(text);
        within(PATIENCE, || self.page.lock().unwrap().lines().iter().any(|line| line.text.contains(text)))
    }

    pub fn reload(&self) {
        let _care = self.care.lock().unwrap();
        self.page.lock().unwrap().reload();
    }

    /// The page's process ends, and the page is opened again.
    pub fn crash(&self) {
        let _care = self.care.lock().unwrap();
        self.page.lock().unwrap().crash();
    }

    pub fn state(&self) -> String {
        self.page.lock().unwrap().state()
    }

    pub fn is_at_rest(&self) -> bool {
        let page = self.page.lock().unwrap();
        page.state() == "connected" && page.lines().iter().all(|line| line.seq.is_some() || is_failed(line))
    }

    /// What the page says it could not send: it was set aside, and may be stored or not.
    pub fn unsent(&self) -> Vec<String> {
        let lines = self.page.lock().unwrap().lines();
        lines.into_iter().filter(|line| line.seq.is_none() && is_failed(line)).map(|line| line.text).collect()
    }

    /// Reads a room from its end to its beginning: each message's text by its seq.
    pub fn read(&self, room: &str) -> BTreeMap<u64, String> {
        self.enter(room);
        std::thread::sleep(STILL * 2);
        let mut read = BTreeMap::new();
        // Down again as well: what a glance missed between two turns is seen then.
        for key in ["PageUp", "PageDown"] {
            let mut idle = Instant::now();
            while idle.elapsed() < PATIENCE / 5 {
                let before = read.len();
                let page = self.page.lock().unwrap();
                read.extend(page.lines().into_iter().filter_map(|line| Some((line.seq?, line.text))));
                page.press(key);
                let seen = page.lines();
                read.extend(seen.into_iter().filter_map(|line| Some((line.seq?, line.text))));
                if read.len() > before {
                    idle = Instant::now();
                }
            }
        }
        read
    }
}

/// Whether a page's line says that it was not sent.
fn is_failed(line: &Line) -> bool {
    line.whole.contains("! ")
}

/// Whether it comes true in time.
pub fn within(patience: Duration, mut is_true: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        if is_true() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}
