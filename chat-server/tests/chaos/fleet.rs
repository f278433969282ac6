//! A process of fast clients: each is the terminal client's core with its network and its disk, and
//! no screen. Orders come as lines of JSON on standard input, what is seen goes as lines of JSON to
//! standard output: a pipe holds what was written before a kill.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use chat_proto::id::{ClientId, RoomId};
use chat_proto::place::Seq;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::switches::{Rule, Switches};
use crate::witness::Told;

mod client;

/// Which clients, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct FleetArgs {
    /// The server's address, or a proxy's.
    #[arg(long)]
    pub url: String,
    /// Below it each client has a directory of its own.
    #[arg(long)]
    pub dir: PathBuf,
    /// The number of the first client.
    #[arg(long)]
    pub first: usize,
    /// How many.
    #[arg(long)]
    pub count: usize,
    /// A rule of delivery that does not hold for them.
    #[arg(long)]
    pub without: Option<Rule>,
}

/// What a client is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// Type this line in that room.
    Type { room: String, text: String },
    /// Take its newest message in that room back.
    Delete { room: String },
    /// The clock on its wall is so far ahead from now on.
    SetClock { by: i64 },
    /// Tell how things stand.
    Status,
    /// Go to these places, one after the other.
    Visit { room: RoomId, seqs: Vec<Seq> },
    /// Scroll to the beginning of that room, and tell what is shown.
    ShowAll { room: RoomId },
    /// Tell the line at that place, whole.
    Tell { room: RoomId, seq: Seq },
}

/// An order and for whom.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ordered {
    pub client: usize,
    #[serde(flatten)]
    pub order: Order,
}

/// What comes back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Word {
    /// Something about what it was to write.
    Told { told: Told },
    /// How things stand.
    Status {
        online: bool,
        open: usize,
        oldest: Option<String>,
        set_aside: Vec<ClientId>,
        me: Option<chat_proto::id::UserId>,
        rooms: Vec<RoomId>,
    },
    /// A place was reached: the digest of the line there, none where nothing is shown.
    Visited { room: RoomId, seq: Seq, digest: Option<u64> },
    /// All of a room is shown: from where to where, each line's seq and digest.
    Shown { room: RoomId, from: Seq, to: Seq, lines: Vec<(Seq, u64)> },
    /// The line at a place.
    Line { room: RoomId, seq: Seq, line: String },
}

/// A word and whose it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spoken {
    pub client: usize,
    #[serde(flatten)]
    pub word: Word,
}

/// The name of a fast client.
pub fn name(client: usize) -> String {
    format!("fast{client:02}")
}

/// The digest of a line as it is shown.
pub fn digest(line: &chat_proto::fold::Line) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(line).unwrap().hash(&mut hasher);
    hasher.finish()
}

/// Runs the clients until standard input ends.
pub fn run(args: &FleetArgs) {
    let orders: Vec<UnboundedSender<Order>> = (args.first..args.first + args.count)
        .map(|client| {
            let (sender, orders) = unbounded_channel();
            let (url, dir, switches) = (args.url.clone(), args.dir.join(name(client)), Switches { off: args.without });
            std::thread::spawn(move || client::run(client, url, &dir, switches, orders));
            sender
        })
        .collect();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ordered { client, order } = serde_json::from_str(&line).unwrap();
        let _ = orders[client - args.first].send(order);
    }
}

/// Says a word; who reads it is gone only when all is over.
pub fn speak(client: usize, word: Word) {
    static OUT: Mutex<()> = Mutex::new(());
    let line = serde_json::to_string(&Spoken { client, word }).unwrap();
    let _whole = OUT.lock().unwrap();
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
