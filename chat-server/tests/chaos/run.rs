//! One run: set up, load and faults, calm, verdict.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::Scope;
use std::time::{Duration, Instant};

use chat_proto::id::RoomId;

use crate::Plan;
use crate::audit::{Kind, Ledger};
use crate::crew::{CREW, Crew};
use crate::fleet::{Order, Word};
use crate::host::Host;
use crate::load::{self, LOBBY, Numbers, ROOMS, room_of};
use crate::page::Browser;
use crate::proxy::Proxy;
use crate::report::Report;
use crate::screens::{Seat, Tab, within};
use crate::switches::Rule;
use crate::{deadline, faults, verdict};

/// How long everything may take to be there at the beginning.
const SETUP: Duration = Duration::from_secs(120);
/// How long the outboxes may take to drain once the faults have stopped.
pub const DRAIN: Duration = Duration::from_secs(60);
/// How much longer a run that has failed by that waits before it looks for what is wrong besides.
const LATE: Duration = Duration::from_secs(240);

/// How many things that are wrong in the same way are told.
const SHOWN: usize = 8;

/// The parts of the run that panicked, and what each said: told at the end, where it is looked for.
static BROKEN_OFF: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// All that takes part.
pub struct Arena {
    pub ledger: Arc<Mutex<Ledger>>,
    pub numbers: Numbers,
    // In this order they end: clients first, then the server, then its directory.
    pub tabs: Vec<Tab>,
    pub seats: Vec<Seat>,
    pub crews: Vec<Crew>,
    pub host: Host,
    /// Held for reading while a page is loaded: it needs a server.
    pub host_care: RwLock<()>,
    rooms: BTreeMap<String, RoomId>,
    ending: AtomicBool,
    /// The faults that are done; all of them, if none is named.
    pub only: Vec<String>,
    /// How often each fault was done.
    pub faults: Mutex<BTreeMap<&'static str, u32>>,
    began: Instant,
    pub dir: PathBuf,
    _kept: tempfile::TempDir,
}

impl Arena {
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    pub fn clients(&self) -> usize {
        self.crews.len() * CREW
    }

    pub fn order(&self, client: usize, order: Order) {
        self.crews[client / CREW].order(client, order);
    }

    pub fn room_id(&self, name: &str) -> RoomId {
        self.rooms[name].clone()
    }

    /// Tells a fault, before it is done.
    pub fn count(&self, fault: &'static str) {
        println!("chaos: {:>5.1} s: {fault}", self.began.elapsed().as_secs_f64());
        *self.faults.lock().unwrap().entry(fault).or_default() += 1;
    }

    /// Starts a part of the run as a thread of that name. One that panics ends the run: the others would work on, or
    /// wait for it, for ever.
    pub fn start<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, name: &str, part: impl FnOnce() + Send + 'scope) {
        let named = name.to_owned();
        let watched = move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(part)) {
                let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
                BROKEN_OFF.lock().unwrap().push(format!("{named}: {}", text.unwrap_or_default()));
                self.ending.store(true, Ordering::Relaxed);
                resume_unwind(panic);
            }
        };
        std::thread::Builder::new().name(name.to_owned()).spawn_scoped(scope, watched).unwrap();
    }

    /// Whether everybody is online and nothing is on its way.
    fn is_at_rest(&self) -> bool {
        self.crews_are_at_rest().is_ok() && self.seats.iter().all(Seat::is_at_rest) && self.tabs.iter().all(Tab::is_at_rest)
    }

    /// Whether every fast client says that it is online and nothing is open.
    fn crews_are_at_rest(&self) -> Result<(), String> {
        for crew in &self.crews {
            let status = crew.ask_status(Duration::from_secs(10));
            for client in crew.clients() {
                match status.get(&client) {
                    Some(Word::Status { online: true, open: 0, .. }) => {}
                    other => return Err(format!("{}: {other:?}", crate::fleet::name(client))),
                }
            }
        }
        Ok(())
    }
}

/// Runs it; tells whether it is well: nothing is wrong, or with a rule off, what must be wrong then.
pub fn run(plan: &Plan) -> bool {
    let seed =
        plan.seed.unwrap_or_else(|| u64::from(std::process::id()) * 1_000_003 + Instant::now().elapsed().subsec_nanos() as u64 + fresh());
    deadline::watch(plan.minutes, seed);
    catch_unwind(|| run_with(plan, seed)).unwrap_or_else(|_| {
        println!("chaos: FAILED with seed {seed}: it broke off");
        for part in BROKEN_OFF.lock().unwrap().iter() {
            println!("  {part}");
        }
        false
    })
}

fn run_with(plan: &Plan, seed: u64) -> bool {
    println!("chaos: seed {seed}, {} minutes, {} fast clients, {} things said a second", plan.minutes, plan.clients, plan.rate);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let began = Instant::now();
    let arena = Arc::new(set_up(plan, &runtime));
    println!("chaos: all are there after {} s", began.elapsed().as_secs());

    let until = Instant::now() + Duration::from_secs_f64(plan.minutes * 60.0);
    std::thread::scope(|scope| {
        let arena = &arena;
        arena.start(scope, "load", move || load::drive(arena, plan.rate, seed));
        for (seat, at) in arena.seats.iter().zip(0..) {
            arena.start(scope, &seat.name, move || load::sit(arena, at));
        }
        for (tab, at) in arena.tabs.iter().zip(0..) {
            arena.start(scope, tab.name, move || load::browse(arena, at));
        }
        // The hands may be through before the time is over, and never end before their last fault is healed.
        std::thread::scope(|hands| {
            arena.start(hands, "server's hand", move || faults::host::work(arena, seed, until));
            arena.start(hands, "network's hand", move || faults::network::work(arena, seed, until));
            arena.start(hands, "clients' hand", move || faults::clients::work(arena, plan.away, seed, until));
        });
        within(until.saturating_duration_since(Instant::now()), || arena.is_ending());
        arena.ending.store(true, Ordering::Relaxed);
    });
    println!("chaos: the faults have stopped after {} s", began.elapsed().as_secs());

    let calm = Instant::now();
    let mut damage = Vec::new();
    let mut told = calm;
    let rested = within(DRAIN, || {
        let rested = arena.is_at_rest();
        if !rested && told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            println!("chaos: not drained yet: {}", verdict::not_drained(&arena, arena.crews_are_at_rest()).what);
        }
        rested
    });
    if !rested {
        damage.push(verdict::not_drained(&arena, arena.crews_are_at_rest()));
        // What is still on its way would be told as lost, and hide what is.
        within(LATE, || arena.is_at_rest());
    }
    let drained = calm.elapsed();
    println!("chaos: {:.1} s for the outboxes to drain", drained.as_secs_f64());
    let judged = verdict::judge_all(&arena, seed, &mut damage);
    let report =
        Report { plan, seed, drained, judged, faults: arena.faults.lock().unwrap().clone(), damage: &damage, took: began.elapsed() };
    print!("{report}");
    if let Some(path) = &plan.report {
        std::fs::write(path, report.to_string()).unwrap();
    }
    let mut shown: BTreeMap<Kind, usize> = BTreeMap::new();
    for damage in &damage {
        let shown = shown.entry(damage.kind).or_default();
        *shown += 1;
        if *shown <= SHOWN {
            println!("  {damage}");
        }
    }
    if let Some(rule) = plan.without {
        let found = damage.iter().filter(|damage| damage.kind == rule.damage()).count();
        let word = if found == 0 { "FAILED" } else { "found it" };
        println!("chaos: {word} with seed {seed}: without {rule:?} {found} things are {:?}", rule.damage());
        return found > 0;
    }
    if !damage.is_empty() {
        println!("chaos: FAILED with seed {seed}: {} things are wrong", damage.len());
        keep_evidence(&arena);
        // Again, and short: of a long output the end is looked at first, and it may be all that is kept.
        for damage in damage.iter().take(SHOWN) {
            println!("  {}", damage.to_string().lines().next().unwrap_or_default());
        }
    }
    damage.is_empty()
}

/// What the server said stays for whoever looks for the cause.
fn keep_evidence(arena: &Arena) {
    let kept = std::env::temp_dir().join("chaos-server.log");
    if std::fs::copy(arena.dir.join("server.log"), &kept).is_ok() {
        println!("chaos: the server's log is {}", kept.display());
    }
    for tab in &arena.tabs {
        println!("chaos: {} keeps {}", tab.name, tab.kept());
    }
}

fn fresh() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish() >> 32
}

fn set_up(plan: &Plan, runtime: &tokio::runtime::Runtime) -> Arena {
    let kept = tempfile::tempdir().unwrap();
    let dir = kept.path().to_owned();
    let ledger: Arc<Mutex<Ledger>> = Arc::default();
    let host = Host::start(&dir, plan.without == Some(Rule::After));
    let proxy = || runtime.block_on(Proxy::start(host.address));
    let crews: Vec<Crew> =
        (0..plan.clients.div_ceil(CREW)).map(|crew| Crew::start(crew * CREW, &dir, plan.without, proxy(), ledger.clone())).collect();
    // The first client makes the rooms, the others join.
    within(SETUP, || matches!(crews[0].ask_status(Duration::from_secs(5)).get(&0), Some(Word::Status { online: true, .. })));
    for room in ROOMS {
        crews[0].order(0, Order::Type { room: LOBBY.to_owned(), text: format!("/create {room}") });
        std::thread::sleep(Duration::from_millis(300));
    }
    let seats: Vec<Seat> = (0..4).map(|seat| Seat::start(format!("seat{seat}"), ROOMS[seat].to_owned(), &dir, proxy())).collect();
    let browser = Browser::start();
    let tabs: Vec<Tab> =
        ["tab0", "tab1", "tab2"].into_iter().zip(ROOMS).map(|(name, room)| Tab::start(&browser, name, room.to_owned(), proxy())).collect();
    for crew in &crews {
        for client in crew.clients() {
            crew.order(client, Order::Type { room: LOBBY.to_owned(), text: format!("/join {}", room_of(client)) });
        }
    }
    for seat in &seats {
        within(SETUP, || seat.is_at_rest());
        seat.enter(&seat.room);
    }
    for tab in &tabs {
        within(SETUP, || tab.is_at_rest());
        tab.enter(&tab.room);
    }
    let rooms: BTreeMap<String, RoomId> =
        host.export().iter().map(|room| (room.room.name.as_str().to_owned(), room.room.id.clone())).collect();
    assert_eq!(rooms.len(), ROOMS.len() + 1, "not all rooms were made: {rooms:?}");
    let arena = Arena {
        ledger,
        numbers: Numbers::default(),
        tabs,
        seats,
        crews,
        host,
        host_care: RwLock::default(),
        rooms,
        ending: AtomicBool::new(false),
        only: plan.only.clone(),
        faults: Mutex::default(),
        began: Instant::now(),
        dir,
        _kept: kept,
    };
    let joined = within(SETUP, || {
        arena.crews.iter().all(|crew| {
            let status = crew.ask_status(Duration::from_secs(5));
            crew.clients().all(
                |client| matches!(status.get(&client), Some(Word::Status { rooms, .. }) if rooms.contains(&arena.room_id(room_of(client)))),
            )
        })
    });
    assert!(joined, "not everybody came into their rooms");
    arena
}
