//! A simulated terminal: the real client's core, what it kept on disk, and its person.

use chat_proto::entry::Entry;
use chat_proto::error::Retry;
use chat_proto::event::{AnyEvent, Entries, Outcome};
use chat_proto::fold::Line;
use chat_proto::handshake::Auth;
use chat_proto::id::RoomId;
use chat_proto::name::DisplayName;
use chat_proto::place::{Mark, Millis};
use chat_proto::request::stored::Stored;
use chat_proto::secret::Token;
use chat_tui::credentials::{Credentials, Known};
use chat_tui::effect::{Effect, Emit};
use chat_tui::event::{Event, Link};
use chat_tui::keys::Key;
use chat_tui::state::outbox::{Target, Work};
use chat_tui::state::viewport::Viewport;
use chat_tui::state::{Settings, State};
use chat_tui::storage::memory::Memory;
use chat_tui::storage::{Change, Storage};
use chat_tui::theme::Depth;
use chat_tui::update::{start, update};
use jiff::tz::TimeZone;

use crate::audit::{Ledger, Wanted};
use crate::switches::Switches;

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
        if !self.switches.outbox {
            self.sealed = Memory::default();
        }
        self.disk = self.sealed.clone();
    }

    /// Something happens to the client at that time.
    pub fn feed(&mut self, now: Millis, event: Event, ledger: &mut Ledger) {
        self.note_answer(&event, ledger);
        for event in [Event::Time(now), event] {
            let Some(state) = &mut self.state else { return };
            let effects = update(state, event);
            self.perform(effects, ledger);
        }
    }

    /// What an answer says of the thing that it answers, before the client knows.
    fn note_answer(&mut self, event: &Event, ledger: &mut Ledger) {
        let Event::Link(number, Link::Wire(AnyEvent::Answer(answer))) = event else { return };
        let Some(state) = self.state.as_ref().filter(|state| state.link.number == *number) else { return };
        let Some(item) = answer.rid.as_ref().and_then(|rid| state.outbox.sent_as(rid)) else { return };
        match &answer.outcome {
            Outcome::Ok(value) => {
                if let Ok(Stored { seq, id, .. }) = serde_json::from_value(value.clone()) {
                    ledger.stored(&item.client_id, Mark { seq, id });
                }
            }
            Outcome::Error(error) if error.retry == Retry::Never && !item.has_final_answer() => ledger.refused(&item.client_id),
            Outcome::Error(_) => {}
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
            match effect {
                Effect::Connect(number, auth) => self.wishes.push(Wish::Connect(number, auth)),
                Effect::Disconnect => self.wishes.push(Wish::Disconnect),
                Effect::Emit(emit) => {
                    if let (Some(client_id), Some(target)) = (&emit.item, emit.payload.get("target")) {
                        let target: Mark = serde_json::from_value(target.clone()).unwrap();
                        ledger.points_at(client_id, target.id);
                    }
                    self.wishes.push(Wish::Emit(emit));
                }
                Effect::Store(pair, change) => {
                    self.note_kept(&change, ledger);
                    let urgent = change.is_urgent();
                    self.disk.store(&pair, vec![*change]).unwrap();
                    if urgent {
                        self.sealed = self.disk.clone();
                    }
                }
                Effect::Cache(pair, what) => self.disk.cache(&pair, what).unwrap(),
                Effect::KeepPair(pair) => self.credentials.in_use_mut().unwrap().pair = Some(pair),
                Effect::Seal => self.sealed = self.disk.clone(),
                Effect::Load(pair) => outcomes.push(Event::Loaded(self.disk.load(&pair).unwrap())),
                Effect::Copy(_) | Effect::Open(_) | Effect::Editor(_) | Effect::Redraw | Effect::NameGuest(_) => {}
                Effect::KeepAccount(..) | Effect::ForgetAccount | Effect::NewGuest(_) | Effect::Quit => {
                    unreachable!("{}: {effect:?}", self.name)
                }
            }
        }
        for outcome in outcomes {
            let Some(state) = &mut self.state else { return };
            let effects = update(state, outcome);
            self.perform(effects, ledger);
        }
    }

    fn note_kept(&self, change: &Change, ledger: &mut Ledger) {
        if let Change::Withdrawn(client_id) = change {
            ledger.withdrawn(client_id);
        }
        if let Change::Queued(item, _) = change
            && let Some(room) = item.work.room()
        {
            let wanted = match &item.work {
                Work::Send { text, .. } => Wanted::Message(text.as_str().to_owned()),
                Work::Edit { target, .. } | Work::Delete { target, .. } | Work::React { target, .. } => Wanted::Amendment(match target {
                    Target::Place(place) => Some(place.id.clone()),
                    Target::Own(_) => None,
                }),
                Work::Join { .. } => Wanted::Coming,
                Work::Leave { .. } | Work::Topic { .. } | Work::Create { .. } => Wanted::Other,
            };
            ledger.keep(&self.name, room, &item.client_id, wanted);
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

    /// Without gap detection, entries that are missing seem to be there: nothing of them is seen.
    pub fn blind_to_gaps(&self, event: AnyEvent) -> AnyEvent {
        let AnyEvent::Entries(frame) = event else { return event };
        let cursor = self.state.as_ref().and_then(|state| state.rooms.get(&frame.room)?.timeline.cursor().map(|cursor| cursor.seq));
        let (Some(cursor), Some(first)) = (cursor, frame.entries.first().cloned()) else { return AnyEvent::Entries(frame) };
        let nothing = |seq: u64| {
            let mut fields = serde_json::to_value(&first).unwrap();
            fields["seq"] = seq.into();
            fields["kind"] = "nothing".into();
            serde_json::from_value::<Entry>(fields).unwrap()
        };
        let entries = (cursor + 1..first.seq).map(nothing).chain(frame.entries.clone()).collect();
        AnyEvent::Entries(Box::new(Entries { entries, ..*frame }))
    }

    /// What it shows of a room that it holds to the newest entry: from where, to where, the lines.
    pub fn shows(&self, room: &RoomId) -> Option<((u64, u64), Vec<Line>)> {
        let timeline = &self.state.as_ref()?.rooms.get(room)?.timeline;
        let window = timeline.live_window()?;
        Some((window, timeline.lines_in(window.0..=window.1).cloned().collect()))
    }
}
