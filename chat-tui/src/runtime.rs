//! Joins the core with the world: feeds it events, does what it says, draws what it knows.

use std::io;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chat_proto::place::Millis;
use ratatui::layout::Position;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::credentials::File;
use crate::effect::Effect;
use crate::event::{Event, Link};
use crate::platform;
use crate::state::State;
use crate::storage::Storage;
use crate::update::{self, start, tick, update};
use crate::view::cache::Cache;
use crate::view::draw;

pub mod backend;
pub mod editor;
pub mod input;
pub mod login;
pub mod rim;
pub mod terminal;

use rim::{Performed, Rim};
use terminal::Terminal;

/// What comes from the network is drawn at most so often.
const FRAME: Duration = Duration::from_millis(16);
/// A clock on the wall that is so far off was set.
const SET_MS: Millis = 1_000;
/// Events of the network taken in before the screen is drawn again.
const BATCH: usize = 500;

/// Why the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The person wanted it.
    Quit,
    /// The system wanted it.
    Signal,
}

/// Runs the client on this terminal until it ends.
///
/// # Errors
/// When the terminal cannot be read or written.
pub fn run(state: State, storage: Box<dyn Storage>, credentials: File) -> io::Result<End> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let terminal = Terminal::enter()?;
    let (report, reports) = unbounded_channel();
    let rim = Rim::new(state.settings.url.clone(), report, storage, credentials);
    let client = Client { state, terminal, rim, cache: Cache::default(), dirty: true, end: None, drawn_at: None };
    let end = runtime.block_on(client.run(reports));
    runtime.shutdown_background();
    end
}

/// It is this late by a clock that only goes forward, and that began as the one on the wall: what
/// the core waits by.
#[must_use]
pub fn now() -> Millis {
    static START: OnceLock<(Millis, Duration)> = OnceLock::new();
    let steady = platform::steady();
    let (began, at) = START.get_or_init(|| (date(), steady));
    began + Millis::try_from(steady.saturating_sub(*at).as_millis()).unwrap_or(0)
}

/// The time of day, which jumps when the clock is set.
#[must_use]
pub fn date() -> Millis {
    #[expect(clippy::disallowed_methods, reason = "the one clock of this program")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Far enough from the end of the numbers to be counted on with.
    Millis::try_from(since.as_millis()).unwrap_or(0)
}

struct Client {
    state: State,
    terminal: Terminal,
    rim: Rim,
    cache: Cache,
    dirty: bool,
    end: Option<End>,
    drawn_at: Option<Instant>,
}

impl Client {
    async fn run(mut self, mut reports: UnboundedReceiver<(u64, Link)>) -> io::Result<End> {
        let asked_to_end = platform::asked_to_end();
        tokio::pin!(asked_to_end);
        let mut terminal = platform::Input::open()?;
        let effects = start(&mut self.state);
        // Something is on the screen before anything is read or connected.
        self.draw()?;
        self.perform(effects)?;
        self.draw_if_dirty()?;
        loop {
            let wait = self.wait();
            tokio::select! {
                biased;
                () = &mut asked_to_end => self.end = Some(End::Signal),
                () = terminal.readable() => {
                    // What is pasted without brackets comes as many keys, and is drawn once.
                    while !terminal.is_gone() && let Some(event) = input::next()? {
                        self.take(input::read(event))?;
                    }
                    if terminal.is_gone() {
                        self.end = Some(End::Signal);
                    }
                    self.draw_if_dirty()?;
                }
                report = reports.recv() => {
                    let mut next = report;
                    for _ in 0..BATCH {
                        let Some((number, link)) = next else { break };
                        self.take(Some(Event::Link(number, link)))?;
                        next = reports.try_recv().ok();
                    }
                    if let Some((number, link)) = next {
                        self.take(Some(Event::Link(number, link)))?;
                    }
                }
                () = wait => self.tick()?,
            }
            if self.drawn_at.is_none_or(|at| at.elapsed() >= FRAME) {
                self.draw_if_dirty()?;
            }
            if let Some(end) = self.end {
                let effects = update::end(&mut self.state);
                self.rim.perform(&self.state, effects);
                self.rim.finish();
                return Ok(end);
            }
        }
    }

    /// Ends when something is due: by the core's clock, or a frame that was put off.
    fn wait(&self) -> impl Future<Output = ()> + use<> {
        let due = tick::next_deadline(&self.state).map(|at| Duration::from_millis(at.saturating_sub(now())));
        let frame = self.dirty.then(|| FRAME.saturating_sub(self.drawn_at.map_or(FRAME, |at| at.elapsed())));
        let wait = [due, frame].into_iter().flatten().min();
        async move {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        }
    }

    fn tick(&mut self) -> io::Result<()> {
        let due = tick::next_deadline(&self.state).is_some_and(|at| at <= now());
        self.dirty |= due;
        let effects = self.tell_time();
        self.perform(effects)
    }

    fn tell_time(&mut self) -> Vec<Effect> {
        let mut effects = update(&mut self.state, Event::Time(now()));
        if date().abs_diff(self.state.date()) > SET_MS {
            effects.extend(update(&mut self.state, Event::Date(date())));
        }
        effects
    }

    fn take(&mut self, event: Option<Event>) -> io::Result<()> {
        let Some(event) = event else { return Ok(()) };
        self.dirty = true;
        let mut effects = self.tell_time();
        effects.extend(update(&mut self.state, event));
        self.perform(effects)
    }

    fn draw_if_dirty(&mut self) -> io::Result<()> {
        if self.dirty && self.end.is_none() { self.draw() } else { Ok(()) }
    }

    fn draw(&mut self) -> io::Result<()> {
        self.dirty = false;
        // The screen may have changed its size before that was told.
        self.terminal.screen().autoresize()?;
        let area = self.terminal.screen().get_frame().area();
        if (area.width, area.height) != self.state.screen {
            update(&mut self.state, Event::Resize(area.width, area.height));
        }
        let (state, cache) = (&self.state, &mut self.cache);
        let mut viewport = None;
        self.terminal.screen().draw(|frame| {
            let drawn = draw(state, cache, frame.buffer_mut());
            if let Some((column, row)) = drawn.caret {
                frame.set_cursor_position(Position::new(column, row));
            }
            viewport = Some(drawn.viewport);
        })?;
        self.drawn_at = Some(Instant::now());
        if let Some(viewport) = viewport {
            let effects = update(&mut self.state, Event::Drawn(viewport));
            self.dirty |= !effects.is_empty();
            self.perform(effects)?;
        }
        Ok(())
    }

    /// Does what the core wants: what needs no screen in order, then what does. What comes of it is
    /// told after all of it is done.
    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        let Performed { mut outcomes, rest } = self.rim.perform(&self.state, effects);
        for effect in rest {
            outcomes.extend(self.perform_one(effect)?);
        }
        outcomes.into_iter().try_for_each(|outcome| self.take(Some(outcome)))
    }

    fn perform_one(&mut self, effect: Effect) -> io::Result<Option<Event>> {
        let trouble = |outcome: Result<(), String>| outcome.err().map(Event::Trouble);
        Ok(match effect {
            Effect::Copy(text) => trouble(self.terminal.copy(&text).map_err(|error| format!("It could not be copied: {error}."))),
            Effect::Open(link) => {
                trouble(platform::open_link(&link).map_err(|error| format!("The link could not be opened ({error}): {link}")))
            }
            Effect::Editor(text) => {
                self.terminal.leave()?;
                let edited = editor::edit(&text);
                self.terminal.come_back()?;
                Some(Event::Edited(edited))
            }
            Effect::Redraw => {
                self.terminal.screen().clear()?;
                None
            }
            Effect::Quit => {
                self.end = Some(End::Quit);
                None
            }
            // The rim has done it.
            Effect::Connect(..)
            | Effect::Disconnect
            | Effect::Emit(_)
            | Effect::Store(..)
            | Effect::Seal
            | Effect::Load(_)
            | Effect::Cache(..)
            | Effect::FindStranded(_)
            | Effect::DiscardStranded(_)
            | Effect::KeepAccount(_)
            | Effect::KeepPair(_)
            | Effect::ForgetAccount
            | Effect::NewGuest(_)
            | Effect::NameGuest(_) => None,
        })
    }
}
