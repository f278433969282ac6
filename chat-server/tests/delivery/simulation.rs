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
mod lines;
mod machine;
mod people;
mod verdict;
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
}
