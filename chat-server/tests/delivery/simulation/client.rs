//! A simulated terminal: the real client's core, what it kept on disk, and its person.

use chat_proto::fold::Line;
use chat_proto::handshake::Auth;
use chat_proto::id::RoomId;
use chat_proto::name::DisplayName;
use chat_proto::place::Millis;
use chat_proto::secret::Token;
use chat_tui::credentials::{Credentials, Known};
use chat_tui::effect::{Effect, Emit};
use chat_tui::event::Event;
use chat_tui::keys::Key;
use chat_tui::state::viewport::Viewport;
use chat_tui::state::{Settings, State};
use chat_tui::storage::Storage;
use chat_tui::storage::memory::Memory;
use chat_tui::theme::Depth;
use chat_tui::update::{start, update};
use jiff::tz::TimeZone;

use crate::audit::Ledger;
use crate::switches::{Rule, Switches};
use crate::witness;

/// What the client wants of the network, in order.
#[derive(Debug)]
pub enum Wish {
    Connect(u64, Auth),
    Disconnect,
    Emit(Emit),
}

pub struct Client {
    pub name: String,
    /// None while the program does not run.
    state: Option<State>,
    disk: Memory,
    /// What of it is durable.
    sealed: Memory,
    credentials: Credentials,
    switches: Switches,
    seed: u64,
    pub wishes: Vec<Wish>,
    /// So many effects are still done before it is killed.
    pub fuse: Option<u64>,
}

impl Client {
    pub fn new(name: &str, user: &str, seed: u64, switches: Switches) -> Self {
        let token = Token::parse(format!("{user:x<43}")).unwrap();
        let guest = Known { name: DisplayName::parse(user).unwrap(), token, pair: None };
        Self {
            name: name.to_owned(),
            state: None,
            disk: Memory::default(),
            sealed: Memory::default(),
            credentials: Credentials { guest: Some(guest), account: None },
            switches,
            seed,
            wishes: Vec::new(),
            fuse: None,
        }
    }

    pub fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    pub fn is_online(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.link.is_online())
    }

    /// The program starts, with nothing but what it kept.
    pub fn start(&mut self, now: Millis, ledger: &mut Ledger) {
        self.seed += 1_000;
        let settings = Settings {
            url: "http://127.0.0.1:3000".into(),
            private_line: true,
            insecure: false,
            room: None,
            name: None,
            zone: TimeZone::UTC,
            given_token: false,
            depth: Depth::None,
            light: false,
            seed: self.seed,
        };
        let mut state = State::new(settings, self.credentials.clone(), None, now, (80, 24));
        let effects = start(&mut state);
        self.state = Some(state);
        self.perform(effects, ledger);
    }

    /// The program is gone, and what of its disk was not durable; all of it, if there is to be no outbox.
    pub fn kill(&mut self) {
        self.state = None;
        self.fuse = None;
        if !self.switches.hold(Rule::Outbox) {
            self.sealed = Memory::default();
        }
        self.disk = self.sealed.clone();
    }

    /// Something happens to the client at that time.
    pub fn feed(&mut self, now: Millis, event: Event, ledger: &mut Ledger) {
        for event in [Event::Time(now), event] {
            self.witness(&event, ledger);
            let Some(state) = &mut self.state else { return };
            let effects = update(state, event);
            self.perform(effects, ledger);
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, ledger: &mut Ledger) {
        let mut outcomes = Vec::new();
        for effect in effects {
            if let Some(fuse) = &mut self.fuse {
                if *fuse == 0 {
                    return self.kill();
                }
                *fuse -= 1;
            }
            if let Some(told) = witness::of_effect(&effect) {
                ledger.hear(&self.name, told);
            }
            match effect {
                Effect::Connect(number, auth) => self.wishes.push(Wish::Connect(number, auth)),
                Effect::Disconnect => self.wishes.push(Wish::Disconnect),
                Effect::Emit(emit) => self.wishes.push(Wish::Emit(emit)),
                Effect::Store(pair, change) => {
                    let urgent = change.is_urgent();
                    self.disk.store(&pair, vec![*change]).unwrap();
                    if urgent {
                        self.sealed = self.disk.clone();
                    }
                }
                Effect::Cache(pair, what) => self.disk.cache(&pair, what).unwrap(),
                Effect::KeepPair(pair) => self.credentials.in_use_mut().unwrap().pair = Some(pair),
                Effect::Seal => self.sealed = self.disk.clone(),
                Effect::FindStranded(pair) => outcomes.push(Event::Stranded(self.disk.stranded(&pair).unwrap())),
                Effect::DiscardStranded(pair) => self.disk.discard(&pair).unwrap(),
                Effect::Load(pair) => outcomes.push(Event::Loaded(self.disk.load(&pair).unwrap())),
                Effect::Copy(_) | Effect::Open(_) | Effect::Editor(_) | Effect::Redraw | Effect::NameGuest(_) => {}
                Effect::KeepAccount(..) | Effect::ForgetAccount | Effect::NewGuest(_) | Effect::Quit => {
                    unreachable!("{}: {effect:?}", self.name)
                }
            }
        }
        for outcome in outcomes {
            self.witness(&outcome, ledger);
            let Some(state) = &mut self.state else { return };
            let effects = update(state, outcome);
            self.perform(effects, ledger);
        }
    }

    fn witness(&self, event: &Event, ledger: &mut Ledger) {
        for told in self.state.iter().flat_map(|state| witness::of_event(state, event)) {
            ledger.hear(&self.name, told);
        }
    }

    /// The person types a line and sends it.
    pub fn types(&mut self, now: Millis, text: &str, ledger: &mut Ledger) {
        self.feed(now, Event::Paste(text.to_owned()), ledger);
        self.press(now, "Enter", ledger);
    }

    pub fn press(&mut self, now: Millis, key: &str, ledger: &mut Ledger) {
        self.feed(now, Event::Key(Key::parse(key).unwrap()), ledger);
    }

    /// The screen is drawn: a reader who scrolls to the top, or stands at the end.
    pub fn draw(&mut self, now: Millis, at_top: bool, ledger: &mut Ledger) {
        let Some(room) = self.state.as_ref().and_then(State::room) else { return };
        let anchor = room.scroll.anchor.clone();
        let viewport =
            Viewport { room: Some(room.id().clone()), anchor, height: 20, near_top: at_top, near_bottom: true, below: 0, hits: Vec::new() };
        self.feed(now, Event::Drawn(viewport), ledger);
    }

    /// What it shows of a room that it holds to the newest entry: from where, to where, the lines.
    pub fn shows(&self, room: &RoomId) -> Option<((u64, u64), Vec<Line>)> {
        let timeline = &self.state.as_ref()?.rooms.get(room)?.timeline;
        let window = timeline.live_window()?;
        Some((window, timeline.lines_in(window.0..=window.1).cloned().collect()))
    }
}
