//! A sender as the protocol wants one: what it says waits in an outbox and is sent again, under
//! the same client id, until it has its answer. It keeps every answer, outside the server.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::client::{Client, send};

/// How many sends it has under way at most.
const WINDOW: usize = 32;

/// What the sender was told to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub client_id: String,
    pub seq: u64,
    pub id: String,
    /// How long the database's write-ahead log was when the answer came.
    pub log: u64,
}

/// All that the sender was told, outside the server and longer than it lives.
#[derive(Default)]
pub struct Told {
    /// Every answer, in the order in which they came.
    pub answers: Vec<Answered>,
    /// How many of them were of something that an earlier connection had sent and the server kept.
    pub repeats: usize,
    /// How often it was told to try again later.
    pub refusals: usize,
}

/// Why the sender stopped.
#[derive(Debug, PartialEq)]
pub enum End {
    /// All is answered.
    Done,
    /// The line was cut.
    Cut,
}

/// What a sender says, and as whom.
#[derive(Clone)]
pub struct Script {
    /// The guest's name.
    pub name: &'static str,
    /// How many messages in all.
    pub total: u64,
    /// What each of them says.
    pub text: String,
    /// Whom every seventh of them mentions.
    pub mentions: Option<String>,
}

impl Script {
    /// What is sent under that client id, each time it is.
    pub fn payload(&self, room: &str, client_id: &str) -> Value {
        let mut payload = send(room, client_id, None, &self.text);
        if let (Some(user), 0) = (&self.mentions, number(client_id) % 7) {
            payload["mentions"] = json!([user]);
        }
        payload
    }
}

/// Which of its sender's messages it is, by its client id.
pub fn number(client_id: &str) -> u64 {
    client_id.rsplit_once('-').unwrap().1.parse().unwrap()
}

/// One sender of numbered messages to the lobby.
pub struct Sender {
    script: Script,
    log: PathBuf,
    next: u64,
    /// Client ids without an answer, in order.
    open: VecDeque<String>,
    pub told: watch::Sender<Told>,
    /// Every entry that it was shown live: id by seq.
    pub shown: BTreeMap<u64, String>,
}

impl Sender {
    /// A sender to the server of that data directory.
    pub fn new(script: Script, data: &Path) -> Self {
        Self::starting_at(script, data, 0)
    }

    /// The same, of which that many messages are sent already.
    pub fn starting_at(script: Script, data: &Path, next: u64) -> Self {
        let (told, _) = watch::channel(Told::default());
        Self { script, log: data.join("chat.db-wal"), next, open: VecDeque::new(), told, shown: BTreeMap::new() }
    }

    /// The guest's name.
    pub fn name(&self) -> &'static str {
        self.script.name
    }

    /// Begins nothing new: what is under way is the last of it.
    pub fn finish(&mut self) {
        self.script.total = self.next;
    }

    /// Sends, and sends again what an earlier connection left without an answer, first things first.
    pub async fn run(&mut self, address: SocketAddr) -> End {
        let mut client = Client::guest(address, self.script.name).await;
        let lobby = client.lobby();
        let head = client.welcome["sync"]["rooms"][0]["head"]["seq"].as_u64().unwrap();
        let mut emitted = 0;
        loop {
            while emitted < self.open.len() || (self.open.len() < WINDOW && self.next < self.script.total) {
                if emitted == self.open.len() {
                    self.open.push_back(format!("{}-{}", self.script.name, self.next));
                    self.next += 1;
                }
                if !self.emit(&mut client, &lobby, emitted).await {
                    return End::Cut;
                }
                emitted += 1;
            }
            if self.open.is_empty() {
                return End::Done;
            }
            client.frames.clear();
            let Some((name, event)) = client.next_event().await else { return End::Cut };
            match name.as_str() {
                "answer" => {
                    let place = self.open.iter().position(|id| event["rid"] == id.as_str()).expect("one answer for each send");
                    if event["ok"].is_object() {
                        self.settle(place, &event["ok"], head);
                        emitted -= 1;
                    } else {
                        assert_eq!(event["error"]["retry"], "later", "nothing is refused for good: {event}");
                        self.told.send_modify(|told| told.refusals += 1);
                        if !self.emit(&mut client, &lobby, place).await {
                            return End::Cut;
                        }
                    }
                }
                "entries" => self.look_at(&event),
                _ => {}
            }
        }
    }

    /// Emits the item at that place of the outbox, behind the one before it.
    async fn emit(&self, client: &mut Client, room: &str, place: usize) -> bool {
        let client_id = &self.open[place];
        let after = place.checked_sub(1).map(|before| self.open[before].as_str());
        let mut payload = self.script.payload(room, client_id);
        payload["after"] = json!(after);
        payload["rid"] = json!(client_id);
        client.try_emit_raw("message:send", payload).await
    }

    fn settle(&mut self, place: usize, stored: &Value, head: u64) {
        let client_id = self.open.remove(place).unwrap();
        let (seq, id) = (stored["seq"].as_u64().unwrap(), stored["id"].as_str().unwrap().to_owned());
        let log = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        self.told.send_modify(|told| {
            told.repeats += usize::from(seq <= head);
            told.answers.push(Answered { client_id, seq, id, log });
        });
    }

    fn look_at(&mut self, event: &Value) {
        for entry in event["entries"].as_array().unwrap() {
            self.shown.insert(entry["seq"].as_u64().unwrap(), entry["id"].as_str().unwrap().to_owned());
        }
    }
}
