//! The processes of fast clients, as the run sees them: started, ordered, killed, and heard.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chat_proto::id::RoomId;
use chat_proto::place::Seq;
use clap::ValueEnum;
use rustix::process::{Pid, Signal, kill_process};

use crate::audit::Ledger;
use crate::fleet::{Order, Ordered, Spoken, Word, name};
use crate::proxy::Proxy;
use crate::screens::within;
use crate::switches::Rule;

/// Clients in one process.
pub const CREW: usize = 5;

/// One process of fast clients.
pub struct Crew {
    first: usize,
    dir: PathBuf,
    without: Option<Rule>,
    pub proxy: Proxy,
    /// Held by the hand that has it away, so that no other one starts it.
    pub care: Mutex<()>,
    process: Mutex<Option<Process>>,
    /// What the clients last said of each kind.
    pub heard: Arc<Mutex<Heard>>,
    ledger: Arc<Mutex<Ledger>>,
}

/// What was heard of the clients of a process.
#[derive(Default)]
pub struct Heard {
    pub status: HashMap<usize, Word>,
    pub visited: HashMap<(usize, RoomId, Seq), Option<u64>>,
    pub shown: HashMap<(usize, RoomId), Shown>,
    pub lines: HashMap<(usize, RoomId, Seq), String>,
}

/// How far a client showed a room, and the seq and digest of each line.
type Shown = (Seq, Vec<(Seq, u64)>);

struct Process {
    child: Child,
    /// Written by a thread of its own: the pipe of a process that is stopped fills up, and whoever waited for it here
    /// would keep everybody out who wants to continue it.
    orders: Sender<String>,
    listener: std::thread::JoinHandle<()>,
}

impl Crew {
    pub fn start(first: usize, dir: &Path, without: Option<Rule>, proxy: Proxy, ledger: Arc<Mutex<Ledger>>) -> Self {
        let (dir, care, process, heard) = (dir.to_owned(), Mutex::default(), Mutex::default(), Arc::default());
        let crew = Self { first, dir, without, proxy, care, process, heard, ledger };
        crew.start_again();
        crew
    }

    pub fn clients(&self) -> std::ops::Range<usize> {
        self.first..self.first + CREW
    }

    pub fn start_again(&self) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["fleet", "--url", &self.proxy.url(), "--dir"]).arg(&self.dir);
        command.args(["--first", &self.first.to_string(), "--count", &CREW.to_string()]);
        if let Some(rule) = self.without.and_then(|rule| rule.to_possible_value()) {
            command.args(["--without", rule.get_name()]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut pipe, words) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (orders, given) = channel::<String>();
        // It ends with the process, or when there is nobody any more who gives orders.
        let named = |name: &str| std::thread::Builder::new().name(name.to_owned());
        named("orders").spawn(move || while given.recv().is_ok_and(|order| writeln!(pipe, "{order}").is_ok()) {}).unwrap();
        let (ledger, heard) = (self.ledger.clone(), self.heard.clone());
        let listen = move || {
            for line in BufReader::new(words).lines().map_while(Result::ok) {
                // The last line of a killed process may be half a line.
                if let Ok(spoken) = serde_json::from_str::<Spoken>(&line) {
                    hear(spoken, &ledger, &heard);
                }
            }
        };
        let listener = named("words").spawn(listen).unwrap();
        *self.process.lock().unwrap() = Some(Process { child, orders, listener });
    }

    /// SIGKILL. What the process had told is heard when this returns.
    pub fn kill(&self) {
        if let Some(Process { mut child, orders, listener }) = self.process.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
            drop(orders);
            listener.join().unwrap();
        }
    }

    /// SIGSTOP and SIGCONT.
    pub fn freeze(&self, frozen: bool) {
        if let Some(process) = &*self.process.lock().unwrap() {
            let pid = Pid::from_raw(process.child.id().try_into().unwrap()).unwrap();
            kill_process(pid, if frozen { Signal::STOP } else { Signal::CONT }).unwrap();
        }
    }

    /// Gives an order; one to a process that does not run is lost.
    pub fn order(&self, client: usize, order: Order) {
        if let Some(process) = &*self.process.lock().unwrap() {
            let _ = process.orders.send(serde_json::to_string(&Ordered { client, order }).unwrap());
        }
    }

    /// Asks what a client shows at a place.
    pub fn ask_line(&self, client: usize, room: &RoomId, seq: Seq) -> Option<String> {
        let key = (client, room.clone(), seq);
        self.order(client, Order::Tell { room: room.clone(), seq });
        within(Duration::from_secs(10), || self.heard.lock().unwrap().lines.contains_key(&key));
        self.heard.lock().unwrap().lines.remove(&key)
    }

    /// Asks all of its clients how things stand.
    pub fn ask_status(&self, patience: Duration) -> HashMap<usize, Word> {
        self.heard.lock().unwrap().status.clear();
        self.clients().for_each(|client| self.order(client, Order::Status));
        let deadline = Instant::now() + patience;
        loop {
            let status = self.heard.lock().unwrap().status.clone();
            if status.len() == CREW || Instant::now() > deadline {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn hear(Spoken { client, word }: Spoken, ledger: &Mutex<Ledger>, heard: &Mutex<Heard>) {
    let mut heard = heard.lock().unwrap();
    match word {
        Word::Told { told } => ledger.lock().unwrap().hear(&name(client), told),
        Word::Status { .. } => drop(heard.status.insert(client, word)),
        Word::Visited { room, seq, digest } => drop(heard.visited.insert((client, room, seq), digest)),
        Word::Line { room, seq, line } => drop(heard.lines.insert((client, room, seq), line)),
        Word::Shown { room, to, lines, .. } => drop(heard.shown.insert((client, room), (to, lines))),
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.kill();
    }
}
