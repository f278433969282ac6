//! People at real screens: terminals in pseudo-terminals and pages in a browser. What they say is
//! theirs once the screen shows it as said; at the end the screens are read from top to bottom.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chat_proto::words::{MESSAGE_DELETED, SEARCH};

use crate::page::{Browser, Line, Page};
use crate::proxy::Proxy;
use crate::terminal::Terminal;

/// A terminal so tall is read with few turns.
const ROWS: u16 = 500;
const COLUMNS: u16 = 100;
/// The page's window, in pixels.
const TALL: u32 = 2_400;
/// How long a screen may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a screen stands still before it counts as drawn.
const STILL: Duration = Duration::from_millis(250);
/// A turn of the page, after some rows back by the wheel (three a notch). By itself a turn leaves two rows of the screen
/// before it. At the top of what is loaded two rows are no lines (that more is coming, and the day); where such a page
/// joins what was held already, these two give way only after the screen was read, and nothing would be left.
const TURN: &str = "\x1b[<65;50;50M\x1b[<65;50;50M\x1b[<65;50;50M\x1b[<65;50;50M\x1b[<65;50;50M\x1b[5~";
/// By which the lines are known that tell who came and went.
const NEWS: [&str; 3] = [" joined", " left", " made the room"];
/// Everybody may search twice a second.
const BETWEEN_SEARCHES: Duration = Duration::from_millis(550);

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
        let failed = self.timeline().into_iter().filter(|row| is_unsent(row));
        words(&failed.collect::<Vec<_>>()).into_iter().map(|word| format!("{word} {}", self.name)).collect()
    }

    /// The words of the messages on the screen that have a place. What it says it could not send stands below
    /// them until it is sent again, or its entry is loaded: it may be stored after all.
    fn said(&self) -> Vec<String> {
        words(&self.timeline().into_iter().filter(|row| !is_unsent(row)).collect::<Vec<_>>())
    }

    /// Those, and between them the lines that tell who came and went, and that a message is deleted: two screens may
    /// have nothing else in common.
    fn told(&self) -> Vec<String> {
        let told = |row: String| {
            let line = row.rsplit('│').next().unwrap_or_default().trim();
            let word = line.split_whitespace().find(|word| is_token(word));
            let deleted = || line.ends_with(MESSAGE_DELETED).then_some(MESSAGE_DELETED);
            let news = || NEWS.iter().any(|news| line.contains(news)).then_some(line);
            word.or_else(deleted).or_else(news).map(str::to_owned)
        };
        self.timeline().into_iter().filter(|row| !is_unsent(row)).filter_map(told).collect()
    }

    /// Reads a room from its end, which is that word, to its beginning: the first word of every message,
    /// in order. Beside it the words of a screen that does not join what was below it.
    pub fn read(&self, room: &str, first: &str, last: &str) -> (Vec<String>, Vec<String>) {
        self.enter(room);
        let begun = Instant::now();
        loop {
            self.press("\x1b[1;5F");
            within(PATIENCE, || self.said().last().is_some_and(|word| word == last));
            match self.read_upwards(first) {
                // Below it stood what was not loaded yet: it is read again from its end.
                (_, stray) if !stray.is_empty() && begun.elapsed() < PATIENCE * 3 => {}
                read => return read,
            }
        }
    }

    fn read_upwards(&self, first: &str) -> (Vec<String>, Vec<String>) {
        self.settle();
        let mut read = self.told();
        let mut idle = Instant::now();
        while read.iter().find(|told| is_token(told)).is_none_or(|word| word != first) && idle.elapsed() < PATIENCE {
            let before = self.timeline();
            self.press(TURN);
            // A second turn before a busy machine has drawn the first would leave out what that shows.
            within(PATIENCE / 4, || self.timeline() != before);
            // A screen that does not join was seen half drawn, and is looked at again.
            let looked = Instant::now();
            let more = loop {
                self.settle();
                match above(&self.told(), &read) {
                    None if looked.elapsed() < PATIENCE / 4 => {}
                    more => break more,
                }
            };
            let Some(more) = more else {
                let (now, few) = (self.timeline(), 6);
                let (above, below) = (now[now.len().saturating_sub(few)..].join("\n"), before[..few.min(before.len())].join("\n"));
                println!("chaos: {}: a screen that ends with\n{above}\ndoes not join one that began with\n{below}", self.name);
                return (read.into_iter().filter(|told| is_token(told)).collect(), self.said());
            };
            if !more.is_empty() {
                idle = Instant::now();
            }
            read.splice(..0, more);
        }
        (read.into_iter().filter(|told| is_token(told)).collect(), Vec::new())
    }

    /// Goes to the line of that word by a search, as people do, and back; the words that the screen shows there.
    /// Else what it shows instead. A screen that is not `right` may be half drawn, and is looked at again.
    pub fn visit(&self, word: &str, right: impl Fn(&[String]) -> bool) -> Result<Vec<String>, String> {
        std::thread::sleep(BETWEEN_SEARCHES);
        // A jump that failed left it there.
        if self.is_searching() {
            self.press("\x1b");
            within(PATIENCE, || !self.is_searching());
        }
        self.press(&format!("\x15/search {word}\r"));
        // It alone: a screen that is half drawn still holds what stood there.
        let is_found = || self.is_searching() && self.hits() == [word];
        let found = within(PATIENCE, || {
            // Whoever searches too often is told to wait, and asks again.
            if self.is_searching() && self.rows().iter().any(|row| row.contains("Too many searches")) {
                std::thread::sleep(BETWEEN_SEARCHES);
                self.press("\r");
            }
            is_found()
        });
        if !found {
            return Err(self.text());
        }
        self.press("\r");
        if !within(PATIENCE, || !self.is_searching() && self.said().iter().any(|shown| shown == word)) {
            return Err(self.text());
        }
        let mut shown = Vec::new();
        within(PATIENCE / 4, || {
            self.settle();
            shown = self.said();
            right(&shown)
        });
        // Back to what was found, and from there to where it was.
        self.press("\x1b");
        let went_back = within(PATIENCE, || self.is_searching());
        self.press("\x1b");
        if went_back && within(PATIENCE, || !self.is_searching()) { Ok(shown) } else { Err(self.text()) }
    }

    /// The words of what a search has found: not what stands in its field.
    fn hits(&self) -> Vec<String> {
        words(&self.rows().into_iter().filter(|row| !row.contains("│ > ")).collect::<Vec<_>>())
    }

    /// Whether it shows the search, in place of a room.
    fn is_searching(&self) -> bool {
        self.rows().iter().take(2).any(|row| row.split('│').any(|part| part.trim() == SEARCH))
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

/// Whether a row of a terminal says that its message was not sent.
fn is_unsent(row: &str) -> bool {
    row.trim_end().ends_with('!')
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

/// What a screen further up has more than what was read already; `None` when they do not join.
fn above(screen: &[String], read: &[String]) -> Option<Vec<String>> {
    let overlap = (1..=screen.len().min(read.len())).rev().find(|overlap| read.starts_with(&screen[screen.len() - overlap..]));
    // Scrolled not at all, or by less than what was read: it lies within.
    let lies_within = || read.windows(screen.len().max(1)).any(|part| part == screen);
    match overlap {
        Some(overlap) => Some(screen[..screen.len() - overlap].to_vec()),
        None => lies_within().then(Vec::new),
    }
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

    /// The page's process ends, and the page is opened again. Tells the milliseconds until it was dead, loaded,
    /// and ready.
    pub fn crash(&self) -> [u64; 3] {
        let _care = self.care.lock().unwrap();
        self.page.lock().unwrap().crash()
    }

    pub fn state(&self) -> String {
        self.page.lock().unwrap().state()
    }

    /// Whether the page is connected and no line is on its way, on the screen or in what the browser keeps.
    pub fn is_at_rest(&self) -> bool {
        self.state() == "connected" && self.waiting().is_empty() && !self.kept().contains(r#""is":"waiting""#)
    }

    /// The lines that are still on their way, as the page shows them.
    pub fn waiting(&self) -> Vec<String> {
        let lines = self.page.lock().unwrap().lines();
        lines.into_iter().filter(|line| line.seq.is_none() && !is_failed(line)).map(|line| line.whole).collect()
    }

    /// What the browser keeps of what has no answer yet, as JSON.
    pub fn kept(&self) -> String {
        let kept: Vec<serde_json::Value> = serde_json::from_str(&self.page.lock().unwrap().kept()).unwrap();
        serde_json::Value::from_iter(kept.into_iter().filter(|kept| kept["item"]["is"] != "answered")).to_string()
    }

    /// What the page says it could not send: it was set aside, and may be stored or not.
    pub fn unsent(&self) -> Vec<String> {
        let lines = self.page.lock().unwrap().lines();
        lines.into_iter().filter(|line| line.seq.is_none() && is_failed(line)).map(|line| line.text).collect()
    }

    /// Goes to the line of that word by a search, as people do, and back; the messages that the page shows there.
    /// Else what it shows instead.
    pub fn visit(&self, word: &str) -> Result<Vec<(u64, String)>, String> {
        std::thread::sleep(BETWEEN_SEARCHES);
        Ok(placed(self.page.lock().unwrap().visit(word)?))
    }

    /// Reads a room from its end, which stands at `last`, to its beginning, at `first`: each message's text by its
    /// place. Beside it what was seen after a turn that left nothing in view of what had been there.
    pub fn read(&self, room: &str, first: u64, last: u64) -> (BTreeMap<u64, String>, Vec<String>) {
        self.enter(room);
        let page = self.page.lock().unwrap();
        let shows = |lines: &[(u64, String)], seq| lines.iter().any(|(shown, _)| *shown == seq);
        let mut seen = Vec::new();
        within(PATIENCE, || {
            seen = placed(page.turn("Control+End"));
            shows(&seen, last)
        });
        let (mut read, mut leaps): (BTreeMap<u64, String>, _) = (seen.iter().cloned().collect(), Vec::new());
        let mut idle = Instant::now();
        while !shows(&seen, first) && idle.elapsed() < PATIENCE {
            let before = std::mem::replace(&mut seen, placed(page.turn("PageUp")));
            if !before.iter().any(|(seq, _)| shows(&seen, *seq)) {
                leaps.push(format!("{} to {}", ends(&before), ends(&seen)));
            }
            if seen != before {
                idle = Instant::now();
            }
            read.extend(seen.iter().cloned());
        }
        (read, leaps)
    }
}

/// The lines that have a place.
fn placed(lines: Vec<Line>) -> Vec<(u64, String)> {
    lines.into_iter().filter_map(|line| Some((line.seq?, line.text))).collect()
}

fn ends(lines: &[(u64, String)]) -> String {
    match lines {
        [(first, _), .., (last, _)] => format!("{first}..={last}"),
        [(only, _)] => only.to_string(),
        [] => "nothing".to_owned(),
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
