//! A terminal client without a terminal: its core, its network and its disk, drawn into memory.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chat_proto::name::{DisplayName, RoomName};
use jiff::tz::TimeZone;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::{TerminalOptions, Viewport};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use unicode_width::UnicodeWidthStr;

use super::cast::Cast;
use super::picture;
use super::scenario::{Actor, Deed, Line};
use super::stage::{Pace, Player, command};
use crate::credentials::{File, Known, new_token};
use crate::effect::Effect;
use crate::event::{Event, Link};
use crate::keys::{Code, Key};
use crate::network::Report;
use crate::runtime::rim::Rim;
use crate::runtime::{date, now};
use crate::state::{Settings, State};
use crate::storage::disk::Disk;
use crate::theme::Depth;
use crate::update::{self, start, tick, update};
use crate::view::cache::Cache;
use crate::view::draw;

/// At least so often it looks what time it is.
const TICK: Duration = Duration::from_secs(1);
/// How long an answer may take.
const SETTLE: Duration = Duration::from_secs(30);
/// How often it is looked whether it is there.
const LOOK: Duration = Duration::from_millis(5);

/// A terminal client that is played.
pub struct Terminal {
    actor: Actor,
    url: String,
    dir: PathBuf,
    shown: Arc<Mutex<Shown>>,
    /// How many keys were pressed.
    pressed: u64,
    running: Option<Running>,
}

struct Running {
    keys: UnboundedSender<Key>,
    thread: JoinHandle<Result<(), String>>,
}

/// What is on its screen.
struct Shown {
    buffer: Buffer,
    online: bool,
    /// How many keys it has taken.
    taken: u64,
    /// All that it wrote has its answer.
    settled: bool,
    cast: Cast,
}

impl Terminal {
    /// Starts it, with all that it keeps in that directory.
    ///
    /// # Errors
    /// Why it did not start.
    pub fn enter(actor: &Actor, url: &str, dir: PathBuf) -> Result<Self, String> {
        let shown = Shown {
            buffer: Buffer::empty(Rect::new(0, 0, actor.columns, actor.rows)),
            online: false,
            taken: 0,
            settled: true,
            cast: Cast::new(actor.columns, actor.rows, &actor.name),
        };
        let mut terminal =
            Self { actor: actor.clone(), url: url.to_owned(), dir, shown: Arc::new(Mutex::new(shown)), pressed: 0, running: None };
        terminal.start()?;
        Ok(terminal)
    }

    fn start(&mut self) -> Result<(), String> {
        if self.running.is_some() {
            return Err("It is there already.".to_owned());
        }
        let (report, reports) = unbounded_channel();
        let (keys, pressed) = unbounded_channel();
        let (actor, url, dir, shown) = (self.actor.clone(), self.url.clone(), self.dir.clone(), self.shown.clone());
        let (began, begun) = std::sync::mpsc::channel();
        let run = move || {
            let client = client(&actor, &url, &dir, report).and_then(|(state, rim)| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
                Ok((Client::new(state, rim, shown).map_err(|error| error.to_string())?, runtime))
            });
            let (client, runtime) = match client {
                Ok(client) => client,
                Err(why) => {
                    began.send(Err(why)).ok();
                    return Ok(());
                }
            };
            began.send(Ok(())).ok();
            let done = runtime.block_on(client.run(pressed, reports)).map_err(|error| error.to_string());
            runtime.shutdown_background();
            done
        };
        let thread = std::thread::Builder::new().name(self.actor.name.clone()).spawn(run).map_err(|error| error.to_string())?;
        begun.recv().map_err(|_| "The client broke.".to_owned()).flatten()?;
        self.running = Some(Running { keys, thread });
        Ok(())
    }

    fn press(&mut self, key: Key) -> Result<(), String> {
        let running = self.running.as_ref().ok_or("It is not there: it has gone.")?;
        self.pressed += 1;
        running.keys.send(key).map_err(|_| "The client has ended.".to_owned())
    }

    /// Waits, as people do who see a message on its way, until what was written has its answer; not for a
    /// connection that is not there.
    fn settle(&self) -> Result<(), String> {
        let deadline = Instant::now() + SETTLE;
        loop {
            let (taken, settled, online) = {
                let shown = lock(&self.shown);
                (shown.taken, shown.settled, shown.online)
            };
            if taken == self.pressed && (settled || !online) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(format!("What it wrote had no answer after {} s.", SETTLE.as_secs()));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn write(&mut self, text: &str, pace: Pace) -> Result<(), String> {
        for c in text.chars() {
            self.press(if c == '\n' { Key { alt: true, ..Key::plain(Code::Enter) } } else { Key::plain(Code::Char(c)) })?;
            pace.rest();
        }
        Ok(())
    }

    /// Ends the client in order, as its quitting does.
    fn end(&mut self) -> Result<(), String> {
        let Some(Running { keys, thread }) = self.running.take() else { return Ok(()) };
        drop(keys);
        let done = thread.join().map_err(|_| "The client broke.".to_owned()).flatten();
        let mut shown = lock(&self.shown);
        shown.online = false;
        // What was pressed and not taken is lost with it.
        self.pressed = shown.taken;
        done
    }
}

impl Player for Terminal {
    fn act(&mut self, deed: &Deed, pace: Pace) -> Result<(), String> {
        if matches!(deed, Deed::Edit(_) | Deed::React(_) | Deed::Reply(_)) {
            self.settle()?;
        }
        if let Some(line) = command(deed) {
            self.write(&line, pace)?;
            return self.press(Key::plain(Code::Enter));
        }
        match deed {
            Deed::Connect => self.start(),
            Deed::Disconnect => self.end(),
            Deed::Type(text) => self.write(text, pace),
            Deed::Press(keys) => keys.iter().try_for_each(|key| self.press(*key)),
            _ => Err("A terminal cannot do that.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        Ok(text(&lock(&self.shown).buffer))
    }

    fn line(&mut self) -> Result<Line, String> {
        Ok(if lock(&self.shown).online { Line::Connected } else { Line::Disconnected })
    }

    fn picture(&mut self, stem: &Path) -> Result<PathBuf, String> {
        let path = stem.with_extension("svg");
        let drawn = picture::of_buffer(&lock(&self.shown).buffer);
        std::fs::write(&path, drawn).map_err(|error| format!("{} cannot be written: {error}.", path.display()))?;
        Ok(path)
    }

    fn cast(&mut self) -> Option<String> {
        Some(lock(&self.shown).cast.text())
    }

    fn leave(&mut self) -> Result<(), String> {
        self.end()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.end().ok();
    }
}

/// The client before its first event, with what it kept.
fn client(actor: &Actor, url: &str, dir: &Path, report: Report) -> Result<(State, Rim), String> {
    let name = DisplayName::parse(&actor.name).map_err(|reason| format!("The name {} {reason}.", actor.name))?;
    let room = RoomName::parse(&actor.room).map_err(|reason| format!("The room's name {reason}."))?;
    crate::platform::private_directory(dir).map_err(|error| format!("{} cannot be made: {error}.", dir.display()))?;
    let file = File::at(dir.join("credentials.toml"));
    let mut kept = file.load(url)?;
    if kept.guests.is_empty() {
        let guest = Known { name, token: new_token()?, pair: None };
        kept = file.change(url, |kept| kept.put_guest(guest))?;
    }
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|error| format!("The system gives no random numbers: {error}."))?;
    let settings = Settings {
        url: url.to_owned(),
        private_line: true,
        insecure: false,
        room: Some(room),
        name: None,
        zone: TimeZone::system(),
        given_token: false,
        depth: Depth::True,
        light: false,
        seed: u64::from_le_bytes(seed),
    };
    let state = State::new(settings, kept.choose(None), None, now(), (actor.columns, actor.rows));
    let rim = Rim::new(url.to_owned(), report, Box::new(Disk::at(dir.join("cache"))), file);
    Ok((state, rim))
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The rows of a screen that are not empty.
fn text(buffer: &Buffer) -> String {
    let row = |y| {
        let (mut row, mut taken) = (String::new(), 0);
        for x in 0..buffer.area.width {
            if taken > 0 {
                taken -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            taken = symbol.width().saturating_sub(1);
            row.push_str(symbol);
        }
        row.trim_end().to_owned()
    };
    let told = |row: &String| row.chars().any(|c| !c.is_whitespace() && c != '│');
    (0..buffer.area.height).map(row).filter(told).collect::<Vec<_>>().join("\n")
}

/// What a terminal would be told, until it is taken.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The client itself, in a thread of its own.
struct Client {
    state: State,
    rim: Rim,
    cache: Cache,
    screen: ratatui::Terminal<CrosstermBackend<Output>>,
    output: Output,
    shown: Arc<Mutex<Shown>>,
    taken: u64,
    ended: bool,
}

impl Client {
    fn new(state: State, rim: Rim, shown: Arc<Mutex<Shown>>) -> io::Result<Self> {
        let output = Output::default();
        // It goes on counting where the one before it ended.
        let area = lock(&shown).buffer.area;
        let taken = lock(&shown).taken;
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let screen = ratatui::Terminal::with_options(CrosstermBackend::new(output.clone()), options)?;
        lock(&shown).cast.shows(b"\x1b[2J");
        Ok(Self { state, rim, cache: Cache::default(), screen, output, shown, taken, ended: false })
    }

    async fn run(mut self, mut keys: UnboundedReceiver<Key>, mut reports: UnboundedReceiver<(u64, Link)>) -> io::Result<()> {
        let effects = start(&mut self.state);
        self.perform(effects);
        while !self.ended {
            self.draw()?;
            let due = tick::next_deadline(&self.state).map_or(TICK, |at| Duration::from_millis(at.saturating_sub(now()).max(1)));
            tokio::select! {
                biased;
                key = keys.recv() => match key {
                    Some(key) => {
                        self.feed(Event::Key(key));
                        self.taken += 1;
                    }
                    None => break,
                },
                report = reports.recv() => if let Some((number, link)) = report {
                    self.feed(Event::Link(number, link));
                },
                () = tokio::time::sleep(due.min(TICK)) => self.tell_time(),
            }
        }
        let effects = update::end(&mut self.state);
        self.rim.perform(&self.state, effects);
        self.rim.finish();
        Ok(())
    }

    fn feed(&mut self, event: Event) {
        self.tell_time();
        self.take(event);
    }

    fn tell_time(&mut self) {
        self.take(Event::Time(now()));
        if date().abs_diff(self.state.date()) > 1_000 {
            self.take(Event::Date(date()));
        }
    }

    fn take(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let performed = self.rim.perform(&self.state, effects);
        // There is no clipboard here, no browser and no editor.
        self.ended |= performed.rest.contains(&Effect::Quit);
        performed.outcomes.into_iter().for_each(|outcome| self.take(outcome));
    }

    fn draw(&mut self) -> io::Result<()> {
        let (state, cache) = (&self.state, &mut self.cache);
        let mut viewport = None;
        let drawn = self.screen.draw(|frame| {
            let drawn = draw(state, cache, frame.buffer_mut());
            if let Some((column, row)) = drawn.caret {
                frame.set_cursor_position(Position::new(column, row));
            }
            viewport = Some(drawn.viewport);
        })?;
        {
            let mut shown = lock(&self.shown);
            shown.buffer = drawn.buffer.clone();
            shown.online = self.state.link.is_online();
            shown.taken = self.taken;
            shown.settled = self.state.outbox.open() == 0;
            let told = self.output.take();
            if !told.is_empty() {
                shown.cast.shows(&told);
            }
        }
        if let Some(viewport) = viewport {
            self.take(Event::Drawn(viewport));
        }
        Ok(())
    }
}
