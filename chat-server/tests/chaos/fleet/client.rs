//! One fast client.

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::time::Duration;

use chat_proto::event::{AnyEvent, Outcome};
use chat_proto::fold::Line;
use chat_proto::id::{ClientId, RoomId};
use chat_proto::name::DisplayName;
use chat_proto::place::Seq;
use chat_tui::credentials::{File, Known, new_token};
use chat_tui::effect::{Effect, Emit};
use chat_tui::event::{Event, Link};
use chat_tui::keys::Key;
use chat_tui::runtime::rim::Rim;
use chat_tui::runtime::{date, now};
use chat_tui::state::outbox::Phase;
use chat_tui::state::viewport::Viewport;
use chat_tui::state::{Settings, State};
use chat_tui::storage::Kept;
use chat_tui::storage::disk::Disk;
use chat_tui::theme::Depth;
use chat_tui::update::{start, tick, update};
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Order, Word, digest, speak};
use crate::switches::{Rule, Switches};
use crate::witness;

/// With so many things unsent a person stops writing, and waits.
const MOST_UNSENT: usize = 300;
/// How often the screen that it does not have is drawn.
const DRAW: Duration = Duration::from_millis(500);

struct Client {
    number: usize,
    state: State,
    rim: Rim,
    clock_ahead: i64,
    visits: VecDeque<(RoomId, Seq)>,
    showing: Option<RoomId>,
    /// What the server last said no to.
    refusal: Option<String>,
    switches: Switches,
    /// What was sent already, where repeats are to be taken for something new.
    sent: HashSet<ClientId>,
}

/// Runs it until nobody orders anything any more.
pub fn run(number: usize, url: String, dir: &Path, switches: Switches, orders: UnboundedReceiver<Order>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = File::at(dir.join("credentials.toml"));
    let kept = file.load(&url).unwrap();
    let kept = if kept.guests.is_empty() {
        let name = DisplayName::parse(super::name(number)).unwrap();
        file.change(&url, |kept| kept.put_guest(Known { name, token: new_token().unwrap(), pair: None })).unwrap()
    } else {
        kept
    };
    let settings = Settings {
        url: url.clone(),
        private_line: true,
        insecure: false,
        room: None,
        name: None,
        zone: TimeZone::UTC,
        given_token: false,
        depth: Depth::None,
        light: false,
        seed: seed(),
    };
    let (report, reports) = unbounded_channel();
    let rim = Rim::new(url, report, Box::new(Disk::at(dir.join("cache"))), file);
    let state = State::new(settings, kept.choose(None), None, now(), (80, 24));
    let (visits, sent) = (VecDeque::new(), HashSet::new());
    let client = Client { number, state, rim, clock_ahead: 0, visits, showing: None, refusal: None, switches, sent };
    runtime.block_on(client.run(orders, reports));
    runtime.shutdown_background();
}

fn seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

impl Client {
    async fn run(mut self, mut orders: UnboundedReceiver<Order>, mut reports: UnboundedReceiver<(u64, Link)>) {
        let effects = start(&mut self.state);
        self.perform(effects);
        let mut drawing = tokio::time::interval(DRAW);
        loop {
            let due = tick::next_deadline(&self.state).map_or(DRAW, |at| Duration::from_millis(at.saturating_sub(now()).max(1)));
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return self.rim.finish(),
                },
                report = reports.recv() => {
                    let mut next = report;
                    for _ in 0..100 {
                        let Some((number, link)) = next else { break };
                        self.feed(Event::Link(number, link));
                        next = reports.try_recv().ok();
                    }
                    if let Some((number, link)) = next {
                        self.feed(Event::Link(number, link));
                    }
                }
                () = tokio::time::sleep(due) => self.tell_time(),
                _ = drawing.tick() => self.draw(false),
            }
            self.go_on();
        }
    }

    fn feed(&mut self, event: Event) {
        self.tell_time();
        self.take(event);
    }

    fn tell_time(&mut self) {
        self.take(Event::Time(now()));
        let date = date().saturating_add_signed(self.clock_ahead);
        if date.abs_diff(self.state.date()) > 1_000 {
            self.take(Event::Date(date));
        }
    }

    fn take(&mut self, event: Event) {
        let event = self.unruly_event(event);
        let told = witness::of_event(&self.state, &event);
        if let Event::Link(_, Link::Wire(AnyEvent::Answer(answer))) = &event
            && let Outcome::Error(error) = &answer.outcome
        {
            self.refusal = Some(format!("{:?}: {}", error.code, error.message));
        }
        let effects = update(&mut self.state, event);
        told.into_iter().for_each(|told| speak(self.number, Word::Told { told }));
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        let effects = self.unruly_effects(effects);
        let told: Vec<_> = effects.iter().filter_map(witness::of_effect).collect();
        let performed = self.rim.perform(&self.state, effects);
        let kept = !performed.outcomes.iter().any(|outcome| matches!(outcome, Event::NotKept(..)));
        for told in told.into_iter().filter(|_| kept) {
            speak(self.number, Word::Told { told });
        }
        performed.outcomes.into_iter().for_each(|outcome| self.take(outcome));
    }

    /// What comes, as it comes where a rule does not hold.
    fn unruly_event(&self, event: Event) -> Event {
        match event {
            Event::Link(number, Link::Wire(wire)) => Event::Link(number, Link::Wire(self.switches.event(Some(&self.state), wire))),
            Event::Loaded(kept) if !self.switches.hold(Rule::Outbox) => Event::Loaded(Kept { outbox: Vec::new(), ..kept }),
            event => event,
        }
    }

    /// What goes, likewise.
    fn unruly_effects(&mut self, mut effects: Vec<Effect>) -> Vec<Effect> {
        let (repeats_are_new, nothing_waits) = (!self.switches.hold(Rule::Idempotency), !self.switches.hold(Rule::After));
        for effect in effects.iter_mut().filter(|_| repeats_are_new || nothing_waits) {
            if let Effect::Emit(Emit { item: Some(item), payload, .. }) = effect {
                if repeats_are_new && !self.sent.insert(item.clone()) {
                    payload["client_id"] = format!("again-{}", seed()).into();
                }
                // What came before may be known to the server by such a name alone.
                payload["after"] = serde_json::Value::Null;
            }
        }
        effects
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Type { room, text } => {
                if self.state.outbox.open() < MOST_UNSENT && self.goes_to(&room) {
                    self.types(&text);
                }
            }
            Order::Delete { room } => {
                if self.goes_to(&room) {
                    self.types("/delete");
                    if self.state.popup.is_some() {
                        self.feed(Event::Key(Key::parse("y").unwrap()));
                    }
                }
            }
            Order::SetClock { by } => self.clock_ahead = by,
            Order::Status => {
                let set_aside = self.state.outbox.items().filter(|item| item.phase == Phase::SetAside);
                let status = Word::Status {
                    online: self.state.link.is_online(),
                    open: self.state.outbox.open(),
                    oldest: self.state.outbox.items().find(|item| !item.has_final_answer()).map(|item| {
                        format!("{} in {:?}: {:?} at {}, {:?}", item.client_id, item.work.room(), item.phase, self.state.now, self.refusal)
                    }),
                    set_aside: set_aside.map(|item| item.client_id.clone()).collect(),
                    me: self.state.me.as_ref().map(|me| me.id.clone()),
                    rooms: self.state.rooms.keys().cloned().collect(),
                };
                speak(self.number, status);
            }
            Order::Visit { room, seqs } => {
                self.visits = seqs.into_iter().map(|seq| (room.clone(), seq)).collect();
                self.visit();
            }
            Order::Tell { room, seq } => {
                let line = format!("{:?}", self.state.rooms.get(&room).and_then(|known| known.timeline.line(seq)));
                speak(self.number, Word::Line { room, seq, line });
            }
            Order::ShowAll { room } => {
                self.feed(Event::Jump(room.clone(), 1));
                self.showing = Some(room);
            }
        }
    }

    /// Whether it is in that room now; a room that it does not know yet it asks to join.
    fn goes_to(&mut self, room: &str) -> bool {
        let is_there = |state: &State| state.room().is_some_and(|current| current.info.name.as_str() == room);
        if !is_there(&self.state) {
            self.types(&format!("/join {room}"));
        }
        is_there(&self.state)
    }

    fn types(&mut self, text: &str) {
        self.state.popup = None;
        self.state.chosen = None;
        self.state.composer.take();
        self.feed(Event::Paste(text.to_owned()));
        self.feed(Event::Key(Key::parse("Enter").unwrap()));
    }

    fn draw(&mut self, near_top: bool) {
        let Some(room) = self.state.room() else { return };
        let anchor = room.scroll.anchor.clone();
        let room = Some(room.id().clone());
        self.feed(Event::Drawn(Viewport { room, anchor, height: 20, near_top, near_bottom: true, below: 0, hits: Vec::new() }));
    }

    fn visit(&mut self) {
        if let Some((room, seq)) = self.visits.front().cloned() {
            self.feed(Event::Jump(room, seq));
        }
    }

    /// Goes on with what takes long: visiting places, scrolling to the beginning.
    fn go_on(&mut self) {
        while let Some((room, seq)) = self.visits.front().cloned() {
            let Some(known) = self.state.rooms.get(&room) else { break };
            let line = known.timeline.line(seq);
            if line.is_none() && known.goal.is_some() {
                break;
            }
            speak(self.number, Word::Visited { room, seq, digest: line.map(digest) });
            self.visits.pop_front();
            self.visit();
        }
        let Some(known) = self.showing.as_ref().and_then(|room| self.state.rooms.get(room)) else { return };
        match known.timeline.live_window() {
            Some((1, to)) if to >= known.head.seq => {
                let lines = known.timeline.lines_in(1..=to).map(|line: &Line| (line.seq, digest(line))).collect();
                speak(self.number, Word::Shown { room: known.id().clone(), from: 1, to, lines });
                self.showing = None;
            }
            _ if !known.loading => {
                // Scrolled up: the live window grows at its top.
                if let Some(room) = self.state.room_mut() {
                    room.scroll = chat_tui::state::room::Scroll::default();
                }
                self.draw(true);
            }
            _ => {}
        }
    }
}
