//! The simulated world: one server, three people with four terminals, and the lines between them.
//!
//! Everything that happens is a step that the dice choose; the same seed gives the same world. A
//! line delivers what it was given late, in another order, twice, or (frames that may be dropped)
//! not at all; a cut loses what is on it, in either direction, and either side may go on for a while
//! as if nothing had happened. Either side is killed at any step, a client also between two effects
//! of one step; the server's disk fails and refuses, and is replaced by an older copy of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_proto::event::AnyEvent;
use chat_proto::handshake::Auth;
use chat_proto::id::{RoomId, UserId};
use chat_proto::limits::Limits;
use chat_proto::place::Millis;
use chat_proto::request::room_mark_read::ReadPosition;
use chat_server::domain::presence::ConnectionId;
use chat_server::storage::memory::MemoryStore;
use chat_tui::effect::Emit;
use chat_tui::event::{Event, Link};
use chat_tui::state::outbox::Phase;

use crate::audit::{Damage, Kind, Ledger, Log, judge, judge_view};
use crate::dice::Dice;
use crate::switches::Switches;

mod client;
mod disk;
mod machine;
mod wires;

use client::{Client, Wish};
use disk::{Disk, Keeper};
use machine::{Machine, Time};

/// How many steps are taken before all mishaps end.
const STEPS: usize = 500;
/// How often the world may turn until everything has come to rest; beyond it something is stuck.
const PATIENCE: usize = 3_000;
/// When the simulated world begins.
const BEGIN: Millis = 1_700_000_000_000;

/// A line between a client and the server.
struct Line {
    id: ConnectionId,
    client: usize,
    /// The client's own number of it.
    number: u64,
    auth: Option<Auth>,
    up: Vec<Emit>,
    /// Each end learns by itself that the other one is gone.
    client_holds: bool,
    server_holds: bool,
}

pub struct World {
    dice: Dice,
    now: Millis,
    time: Time,
    disk: Arc<Disk>,
    keeper: Keeper,
    machine: Option<Machine>,
    clients: Vec<Client>,
    lines: Vec<Line>,
    next_line: ConnectionId,
    ledger: Ledger,
    switches: Switches,
    backup: Option<(MemoryStore, BTreeMap<RoomId, usize>)>,
    mishaps: bool,
    said: u32,
    /// Tells on standard error what happens.
    told: bool,
}

/// What one schedule came to.
#[derive(Debug)]
pub struct Report {
    pub damage: Vec<Damage>,
    /// How many things were kept by an outbox.
    pub kept: usize,
    /// What happened, by its name.
    pub happened: BTreeMap<&'static str, usize>,
}

/// Runs the schedule of this seed.
pub fn run(seed: u64, switches: Switches) -> Report {
    let mut world = World::new(seed, switches);
    let mut happened = BTreeMap::new();
    world.settle();
    world.make_rooms();
    world.set_mishaps(true);
    for _ in 0..STEPS {
        let what = world.step();
        world.tell(|| format!("* {what}"));
        *happened.entry(what).or_default() += 1;
    }
    world.set_mishaps(false);
    let damage = world.end();
    Report { damage, kept: world.ledger.len(), happened }
}

impl World {
    fn new(seed: u64, switches: Switches) -> Self {
        let keeper = Keeper::new(seed ^ 0x5eed, switches);
        let store = MemoryStore::new(BEGIN, &mut Dice(seed ^ 0xd15c));
        let disk = Arc::new(Disk { inner: store, around: keeper.clone() });
        let clients = [("ada-1", "ada"), ("ada-2", "ada"), ("bob-1", "bob"), ("eve-1", "eve")];
        let clients = clients.iter().enumerate().map(|(index, (name, user))| Client::new(name, user, seed * 10 + index as u64, switches));
        let mut world = Self {
            dice: Dice(seed),
            now: BEGIN,
            time: Time::default(),
            disk,
            keeper,
            machine: None,
            clients: clients.collect(),
            lines: Vec::new(),
            next_line: 1,
            ledger: Ledger::default(),
            switches,
            backup: None,
            mishaps: false,
            said: 0,
            told: std::env::var_os("CHAT_TRACE").is_some(),
        };
        world.pass(1);
        world.start_server();
        world.note_first_entries();
        for index in 0..world.clients.len() {
            world.start_client(index);
        }
        world
    }

    /// The lobby's first entry was written with the database, before anybody kept a record.
    fn note_first_entries(&mut self) {
        let lobby = chat_server::storage::Store::lobby(&*self.disk);
        let (epoch, entries) = self.disk.inner.log(&lobby).unwrap();
        self.keeper.record().logs.insert(lobby.clone(), Log { room: lobby, epoch, entries });
    }

    fn set_mishaps(&mut self, mishaps: bool) {
        self.mishaps = mishaps;
        self.keeper.record().mishaps = mishaps;
    }

    fn pass(&mut self, milliseconds: Millis) {
        self.now += milliseconds;
        self.time.set(self.now);
    }

    fn start_server(&mut self) {
        // Small windows, so that a short schedule meets all of their edges.
        let limits = Limits { page_lines: 8, page_scan: 16, catch_up: 40, in_flight: 6, message_burst: 20, ..Limits::default() };
        let seed = self.dice.below(u64::MAX);
        self.machine = Some(Machine::start(self.disk.clone(), self.time.clone(), limits, seed));
    }

    fn kill_server(&mut self) {
        self.machine = None;
        for line in &mut self.lines {
            line.server_holds = false;
            line.up.clear();
        }
    }

    fn start_client(&mut self, index: usize) {
        self.clients[index].start(self.now, &mut self.ledger);
        self.grant(index);
    }

    /// With `CHAT_TRACE` set, to follow one schedule.
    fn tell(&self, what: impl FnOnce() -> String) {
        if self.told {
            eprintln!("{:>9} {}", self.now - BEGIN, what());
        }
    }

    fn feed(&mut self, index: usize, event: Event) {
        let now = self.now;
        if !matches!(event, Event::Time(_)) {
            self.tell(|| format!("{} <- {event:?}", self.clients[index].name));
        }
        self.clients[index].feed(now, event, &mut self.ledger);
        self.grant(index);
    }

    fn types(&mut self, index: usize, text: &str) {
        let now = self.now;
        self.tell(|| format!("{} types {text}", self.clients[index].name));
        self.clients[index].types(now, text, &mut self.ledger);
        self.grant(index);
    }

    /// Does what a client wanted of the network.
    fn grant(&mut self, index: usize) {
        for wish in std::mem::take(&mut self.clients[index].wishes) {
            self.tell(|| format!("{} -> {wish:?}", self.clients[index].name));
            match wish {
                Wish::Connect(number, auth) => {
                    self.drop_lines_of(index);
                    let id = self.next_line;
                    self.next_line += 1;
                    let line =
                        Line { id, client: index, number, auth: Some(auth), up: Vec::new(), client_holds: true, server_holds: false };
                    self.lines.push(line);
                }
                Wish::Disconnect => self.drop_lines_of(index),
                Wish::Emit(emit) => {
                    if let Some(line) = self.lines.iter_mut().find(|line| line.client == index && line.client_holds) {
                        line.up.push(emit);
                    }
                }
            }
        }
        if self.clients[index].state().is_none() {
            self.drop_lines_of(index);
        }
    }

    fn drop_lines_of(&mut self, index: usize) {
        for line in self.lines.iter_mut().filter(|line| line.client == index) {
            line.client_holds = false;
        }
    }

    /// One thing that happens; tells its name.
    fn step(&mut self) -> &'static str {
        let index = self.dice.pick(self.clients.len());
        // What is down does not stay so for long.
        if self.machine.is_none() && self.dice.below(10) == 0 {
            return self.restart_server();
        }
        if self.clients[index].state().is_none() && self.dice.below(4) == 0 {
            return self.kill_or_start(index);
        }
        match self.dice.below(1_000) {
            0..330 => self.carry_up(),
            330..640 => self.carry_down(),
            640..740 => self.commit(),
            740..800 => self.go_on(),
            800..900 => self.act(index),
            900..935 => self.look(index),
            935..960 => self.cut(),
            960..975 => self.kill_or_start(index),
            975..982 => self.restart_server(),
            982..985 => self.copy_disk(),
            985..987 => self.copy_back(),
            987..990 => self.set_clock(index),
            _ => self.wait_long(),
        }
    }

    /// Something reaches the server.
    fn carry_up(&mut self) -> &'static str {
        let Some(machine) = &mut self.machine else { return "nobody listens" };
        for id in machine.openings() {
            machine.open(id);
        }
        let ready: Vec<usize> =
            (0..self.lines.len()).filter(|at| self.lines[*at].auth.is_some() || !self.lines[*at].up.is_empty()).collect();
        if ready.is_empty() {
            return "nothing to carry";
        }
        let line = &mut self.lines[ready[self.dice.pick(ready.len())]];
        if let Some(auth) = line.auth.take() {
            line.server_holds = true;
            let (client, number) = (line.client, line.number);
            if let Err(error) = machine.accept(line.id, auth) {
                line.server_holds = false;
                self.feed(client, Event::Link(number, Link::Refused(error)));
            }
            return "opened";
        }
        if !line.server_holds {
            line.up.clear();
            return "lost";
        }
        // Mostly in order; a request that comes twice comes again at some other time.
        let at = if self.mishaps && self.dice.below(6) == 0 { self.dice.pick(line.up.len()) } else { 0 };
        let twice = self.mishaps && self.dice.below(25) == 0;
        let emit = if twice { line.up[at].clone() } else { line.up.remove(at) };
        let (line, told) = (line.id, self.told.then(|| format!("server <- {} {emit:?}", self.clients[line.client].name)));
        machine.request(line, emit);
        self.tell(|| told.unwrap_or_default());
        if twice { "repeated" } else { "carried up" }
    }

    /// Something reaches a client.
    fn carry_down(&mut self) -> &'static str {
        let Some(machine) = &self.machine else { return "nobody speaks" };
        let picked = {
            let mut wires = machine.wires.all();
            let ready: Vec<usize> =
                (0..self.lines.len()).filter(|at| wires.get(&self.lines[*at].id).is_some_and(|wire| !wire.down.is_empty())).collect();
            if ready.is_empty() {
                return "nothing to carry";
            }
            let line = &self.lines[ready[self.dice.pick(ready.len())]];
            let down = &mut wires.get_mut(&line.id).unwrap().down;
            let at = if self.mishaps && self.dice.below(6) == 0 { self.dice.pick(down.len()) } else { 0 };
            let twice = self.mishaps && self.dice.below(25) == 0 && !matches!(down[at], AnyEvent::Welcome(_));
            let event = if twice { down[at].clone() } else { down.remove(at) };
            let may_drop = !matches!(event, AnyEvent::Answer(_) | AnyEvent::Welcome(_) | AnyEvent::Closing(_));
            let dropped = self.mishaps && may_drop && self.dice.below(8) == 0;
            (line.client, line.number, line.client_holds && !dropped, event)
        };
        let (client, number, heard, event) = picked;
        if !heard {
            return "lost";
        }
        let event = if self.switches.amendments { event } else { without_amendments(event) };
        let event = if self.switches.gap_detection { event } else { self.clients[client].blind_to_gaps(event) };
        self.feed(client, Event::Link(number, Link::Wire(event)));
        "carried down"
    }

    fn commit(&mut self) -> &'static str {
        let Some(machine) = &mut self.machine else { return "nobody writes" };
        machine.commit();
        "committed"
    }

    /// A moment passes for everybody.
    fn go_on(&mut self) -> &'static str {
        let moment = 1 + self.dice.below(400);
        self.pass(moment);
        self.tick_all();
        "a moment passed"
    }

    fn wait_long(&mut self) -> &'static str {
        let long = 1_000 + self.dice.below(40_000);
        self.pass(long);
        self.tick_all();
        "a long time passed"
    }

    fn tick_all(&mut self) {
        if let Some(machine) = &mut self.machine {
            machine.tick();
        }
        for index in 0..self.clients.len() {
            let now = self.now;
            if self.clients[index].state().is_some() {
                self.feed(index, Event::Time(now));
            }
        }
        // What nobody holds any more is gone.
        let Self { lines, machine, .. } = self;
        lines.retain(|line| {
            let busy = machine.is_some() && (line.server_holds || line.auth.is_some());
            line.client_holds || busy
        });
    }

    /// Somebody says or does something.
    fn act(&mut self, index: usize) -> &'static str {
        if self.clients[index].state().is_none() {
            return "nobody is there";
        }
        self.said += 1;
        let (name, number) = (self.clients[index].name.clone(), self.said);
        if self.mishaps && self.dice.below(12) == 0 {
            self.clients[index].fuse = Some(self.dice.below(8));
        }
        match self.dice.below(100) {
            0..55 => {
                self.types(index, &format!("{name} says {number}"));
                "said"
            }
            55..67 => {
                self.types(index, &format!("/edit {name} means {number}"));
                "edited"
            }
            67..73 => {
                self.types(index, "/delete");
                let now = self.now;
                let waits = self.clients[index].state().is_some_and(|state| state.popup.is_some());
                if waits {
                    self.clients[index].press(now, "y", &mut self.ledger);
                }
                self.grant(index);
                "deleted"
            }
            73..83 => {
                let emoji = ["👍", "🎉"][self.dice.pick(2)];
                self.types(index, &format!("/react {emoji}"));
                "reacted"
            }
            83..86 => {
                self.types(index, &format!("/topic about {number}"));
                "set the topic"
            }
            86..89 => {
                self.types(index, "/leave");
                "left"
            }
            89..91 => {
                self.types(index, "/retry");
                "retried"
            }
            91..93 => {
                self.types(index, "/discard");
                "discarded"
            }
            _ => {
                let room = ["den", "lobby"][self.dice.pick(2)];
                self.types(index, &format!("/join {room}"));
                "went to a room"
            }
        }
    }

    /// Somebody looks at the screen, and scrolls.
    fn look(&mut self, index: usize) -> &'static str {
        let (now, top) = (self.now, self.dice.below(2) == 0);
        self.clients[index].draw(now, top, &mut self.ledger);
        self.grant(index);
        "looked"
    }

    /// A line breaks; each end learns of it in its own time.
    fn cut(&mut self) -> &'static str {
        if self.lines.is_empty() {
            return "nothing to cut";
        }
        let at = self.dice.pick(self.lines.len());
        let line = &mut self.lines[at];
        let (id, client, number) = (line.id, line.client, line.number);
        let (held_by_client, held_by_server) = (line.client_holds, line.server_holds);
        match self.dice.below(3) {
            0 if held_by_client => {
                // The server goes on with what has reached its end of the line.
                line.client_holds = false;
                self.feed(client, Event::Link(number, Link::Down("cut by the test".into())));
                "cut at the client"
            }
            1 if held_by_server => {
                line.server_holds = false;
                line.up.clear();
                if let Some(machine) = &mut self.machine {
                    machine.closed(id);
                }
                "cut at the server"
            }
            _ => {
                line.up.clear();
                line.auth = None;
                (line.client_holds, line.server_holds) = (false, false);
                if let Some(machine) = &mut self.machine {
                    machine.closed(id);
                }
                if held_by_client {
                    self.feed(client, Event::Link(number, Link::Down("cut by the test".into())));
                }
                "cut"
            }
        }
    }

    fn kill_or_start(&mut self, index: usize) -> &'static str {
        if self.clients[index].state().is_some() {
            self.clients[index].kill();
            self.drop_lines_of(index);
            "killed a client"
        } else {
            self.start_client(index);
            "started a client"
        }
    }

    fn restart_server(&mut self) -> &'static str {
        if self.machine.is_some() {
            self.kill_server();
            "killed the server"
        } else {
            self.start_server();
            "started the server"
        }
    }

    fn copy_disk(&mut self) -> &'static str {
        self.backup = Some((self.disk.inner.copy(), self.keeper.record().heads()));
        "copied the disk"
    }

    /// Somebody sets the clock on their wall, an hour or a day forward or back.
    fn set_clock(&mut self, index: usize) -> &'static str {
        let by = [3_600_000, 86_400_000][self.dice.pick(2)];
        let date = if self.dice.below(2) == 0 { self.now + by } else { self.now - by };
        self.feed(index, Event::Date(date));
        "set a clock"
    }

    /// The operator copies an older file back, with the server stopped.
    fn copy_back(&mut self) -> &'static str {
        let Some((store, heads)) = self.backup.take() else { return "there is no copy" };
        self.kill_server();
        let undone = self.keeper.record().cut_back(&heads);
        self.ledger.undo(&undone);
        self.disk = Arc::new(Disk { inner: store, around: self.keeper.clone() });
        self.start_server();
        "copied the disk back"
    }

    fn make_rooms(&mut self) {
        self.types(0, "/create den");
        self.settle();
        for index in 1..self.clients.len() {
            self.types(index, "/join den");
            self.settle();
        }
        self.copy_disk();
    }

    /// Lets everything come to rest, with nothing going wrong; tells whether it did.
    fn settle(&mut self) -> bool {
        let mut quiet = 0;
        for _ in 0..PATIENCE {
            let before = self.now;
            self.turn();
            self.pass(200.max(self.now - before));
            self.tick_all();
            quiet = if self.is_at_rest() { quiet + 1 } else { 0 };
            if quiet > 5 {
                return true;
            }
        }
        false
    }

    /// Carries everything that is there, in both directions.
    fn turn(&mut self) {
        loop {
            // What one end holds alone is noticed by the other.
            let broken: Vec<usize> =
                (0..self.lines.len()).filter(|at| self.lines[*at].client_holds != self.lines[*at].server_holds).collect();
            for at in broken.into_iter().filter(|at| *at < self.lines.len()).collect::<Vec<_>>() {
                let line = &mut self.lines[at];
                if line.auth.is_some() && line.client_holds {
                    continue;
                }
                let (id, client, number, held) = (line.id, line.client, line.number, line.client_holds);
                line.up.clear();
                (line.client_holds, line.server_holds) = (false, false);
                if let Some(machine) = &mut self.machine {
                    machine.closed(id);
                }
                if held {
                    self.feed(client, Event::Link(number, Link::Down("noticed".into())));
                }
            }
            let up = self.carry_up();
            self.commit();
            let down = self.carry_down();
            if up == "nothing to carry"
                && down == "nothing to carry"
                && self.machine.as_ref().is_none_or(|machine| machine.openings().is_empty())
            {
                return;
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.clients.iter().all(|client| client.is_online() && client.state().is_some_and(|state| state.outbox.open() == 0))
    }

    /// The mishaps are over: everything drains, everybody looks at everything, and is judged.
    fn end(&mut self) -> Vec<Damage> {
        if self.machine.is_none() {
            self.start_server();
        }
        for index in 0..self.clients.len() {
            self.clients[index].fuse = None;
            if self.clients[index].state().is_none() {
                self.start_client(index);
            }
        }
        let mut damage = Vec::new();
        if !self.settle() {
            damage.push(Damage { kind: Kind::Lost, what: format!("an outbox does not drain: {}", self.stuck()) });
        }
        // What was dropped at the very end is found by the next `sync`.
        for _ in 0..2 {
            self.pass(31_000);
            self.tick_all();
            self.settle();
        }
        // What cut the line three times is not sent again by itself, and nobody is told otherwise.
        for state in self.clients.iter().filter_map(Client::state) {
            let set_aside = state.outbox.items().filter(|item| item.phase == Phase::SetAside);
            self.ledger.undo(set_aside.map(|item| &item.client_id));
        }
        let logs: Vec<Log> = self.keeper.record().logs.values().cloned().collect();
        damage.extend(judge(&self.ledger, &logs));
        for index in 0..self.clients.len() {
            damage.extend(self.judge_screens(index, &logs));
        }
        damage.extend(self.judge_read_positions());
        damage
    }

    /// Two terminals of one person agree on how far each room is read.
    fn judge_read_positions(&self) -> Option<Damage> {
        let read = |index: usize| -> Option<BTreeMap<&RoomId, &ReadPosition>> {
            Some(self.clients[index].state()?.rooms.iter().map(|(id, room)| (id, &room.read)).collect())
        };
        let (one, other) = (read(0), read(1));
        (one != other).then(|| Damage { kind: Kind::WrongView, what: format!("ada has read {one:?} and {other:?}") })
    }

    fn stuck(&self) -> String {
        let stuck = self.clients.iter().filter_map(|client| {
            let state = client.state()?;
            let open: Vec<_> = state.outbox.items().filter(|item| !item.has_final_answer()).take(2).collect();
            (!open.is_empty() || !client.is_online()).then(|| format!("{} {:?} {open:?}", client.name, state.link.phase))
        });
        stuck.collect::<Vec<_>>().join("; ")
    }

    /// A client goes to each of its rooms and scrolls up to its beginning.
    fn judge_screens(&mut self, index: usize, logs: &[Log]) -> Vec<Damage> {
        let mut damage = Vec::new();
        let who = self.clients[index].name.clone();
        for log in logs {
            let Some((me, name)) = self.room_of(index, &log.room) else { continue };
            self.feed(index, Event::Jump(log.room.clone(), 1));
            self.settle();
            for _ in 0..PATIENCE {
                if self.clients[index].shows(&log.room).is_some_and(|((from, _), _)| from == 1) {
                    break;
                }
                let now = self.now;
                self.clients[index].draw(now, true, &mut self.ledger);
                self.grant(index);
                self.settle();
            }
            let wrong = |what: String| Damage { kind: Kind::WrongView, what: format!("{who} in {name}: {what}") };
            let Some((window, lines)) = self.clients[index].shows(&log.room) else {
                damage.push(wrong("shows nothing".to_owned()));
                continue;
            };
            let whole = (1, log.entries.len() as u64);
            if window != whole {
                damage.push(wrong(format!("shows {window:?} of {whole:?}")));
            }
            damage.extend(judge_view(&who, log, &me, window, &lines));
        }
        damage
    }

    /// Who the client is and what the room is called, if it is one of theirs.
    fn room_of(&self, index: usize, room: &RoomId) -> Option<(UserId, String)> {
        let state = self.clients[index].state()?;
        Some((state.me.as_ref()?.id.clone(), state.rooms.get(room)?.info.name.as_str().to_owned()))
    }
}

fn without_amendments(event: AnyEvent) -> AnyEvent {
    use chat_proto::event::Outcome;
    let AnyEvent::Answer(mut answer) = event else { return event };
    if let Outcome::Ok(value) = &mut answer.outcome
        && let Some(page) = value.as_object_mut()
    {
        for field in ["amendments", "reactions"] {
            if let Some(told) = page.get_mut(field) {
                *told = serde_json::json!([]);
            }
        }
    }
    AnyEvent::Answer(answer)
}
