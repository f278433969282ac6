//! A power cut at any moment: what was acknowledged is on the disk, once, in its place.
//!
//! A copy of a stopped process's files holds all that it has *written*, which is more than a power
//! cut leaves: that is what was *synced*. So the second test takes away what a disk may lose. When
//! an answer goes out, nothing but the write-ahead log up to its commit has to be on the disk;
//! SQLite syncs just that before the commit returns where `synchronous` is FULL (a test beside
//! `SqliteStore` holds the writer to it) and writes nothing of the database in between but what an
//! earlier, synced part of the log says. Whatever else is lost or torn, in whichever order a disk
//! wrote it, must not matter.

#![cfg(target_os = "linux")]

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::dice::Dice;
use crate::export::{FAST, Room, export};
use crate::running::Running;
use crate::sender::{Answered, End, Script, Sender};
use crate::spawned::Process;

/// How often the running server's files are copied.
const COPIES: usize = 40;
/// The length of the log's header, and of the header of each of its frames (sqlite.org/walformat.html).
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Dice whose seed is told when the test fails; `FAULT_SEED` sets it.
pub fn dice() -> Dice {
    let seed = std::env::var("FAULT_SEED").map_or(2026, |seed| seed.parse().unwrap());
    eprintln!("FAULT_SEED={seed}");
    Dice(seed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_copy_of_the_files_holds_what_was_acknowledged() {
    let mut dice = dice();
    let server = Process::start(FAST);
    // He hears of everything and has read none of it.
    let bob = Client::guest(server.address, "bob").await;
    let script = Script { name: "ada", total: u64::MAX, text: "x".repeat(2_000), mentions: Some(bob.user()) };
    drop(bob);
    let mut sender = Sender::new(script.clone(), server.data());
    let mut heard = sender.told.subscribe();
    let address = server.address;
    let sending = tokio::spawn(async move { sender.run(address).await });

    let mut checkpoints = BTreeSet::new();
    let mut closing = JoinSet::new();
    for _ in 0..COPIES {
        let more = heard.borrow().answers.len() + 1 + dice.pick(150);
        heard.wait_for(|told| told.answers.len() >= more).await.unwrap();
        // At some instruction of a commit, of an answer, of a checkpoint.
        let wait = dice.below(3_000);
        tokio::time::sleep(std::time::Duration::from_micros(wait)).await;
        server.freeze();
        let answers = heard.borrow().answers.clone();
        let copy = Arc::new(TempDir::new().unwrap());
        for name in ["chat.db", "chat.db-wal"] {
            std::fs::copy(server.data().join(name), copy.path().join(name)).unwrap();
        }
        checkpoints.insert(Log::read(copy.path()).bytes[12..16].to_vec());
        closing.spawn(check(copy, &script, &answers, &mut dice).await);
        server.thaw();
    }
    closing.join_all().await;
    assert!(checkpoints.len() > 2, "the log was moved into the database meanwhile: {checkpoints:?}");
    drop(server);
    assert_eq!(sending.await.unwrap(), End::Cut);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cut_of_the_log_loses_what_was_acknowledged() {
    let mut dice = dice();
    let server = Process::start(FAST);
    let bob = Client::guest(server.address, "bob").await;
    let script = Script { name: "ada", total: 150, text: "y".repeat(200), mentions: Some(bob.user()) };
    drop(bob);
    // First alone, so that the log's length at each answer is that of its own commit; then in groups.
    let mut ada = Client::guest(server.address, script.name).await;
    let lobby = ada.lobby();
    let mut answers = Vec::new();
    for number in 0..40 {
        let client_id = format!("ada-{number}");
        let stored = ada.request("message:send", script.payload(&lobby, &client_id)).await.unwrap();
        let log = std::fs::metadata(server.data().join("chat.db-wal")).unwrap().len();
        let (seq, id) = (stored["seq"].as_u64().unwrap(), stored["id"].as_str().unwrap().to_owned());
        answers.push(Answered { client_id, seq, id, log });
    }
    drop(ada);
    let mut sender = Sender::starting_at(script.clone(), server.data(), 40);
    assert_eq!(sender.run(server.address).await, End::Done);
    answers.extend(sender.told.borrow().answers.iter().cloned());
    let dir = server.kill();

    let log = Log::read(dir.path());
    let commits = log.commits();
    for answer in &answers[..40] {
        assert!(commits.contains(&(answer.log as usize)), "{answer:?} came before its commit was written whole");
    }
    // What had to be on the disk when an answer came ends with the last commit before.
    let needed = |answer: &Answered| *commits.iter().rev().find(|end| **end <= answer.log as usize).unwrap();
    let kept = |from: usize| answers.iter().filter(|answer| needed(answer) <= from).cloned().collect::<Vec<_>>();
    let first = needed(&answers[0]);

    let mut cuts: Vec<usize> = log.frames().flat_map(|end| [end - 1, end, end + 1]).chain(answers.iter().map(|a| a.log as usize)).collect();
    cuts.extend((0..200).map(|_| first + dice.pick(log.bytes.len() - first)));
    cuts.retain(|cut| (first..=log.bytes.len()).contains(cut));
    for cut in &cuts {
        check_log(dir.path(), &log.bytes[..*cut], &kept(*cut)).await;
    }
    // A tail that is not missing but wrong: never written, half written, written over.
    for round in 0..200 {
        let cut = cuts[dice.pick(cuts.len())];
        let mut bytes = log.bytes.clone();
        match round % 4 {
            0 => bytes[cut..].fill_with(|| dice.below(256) as u8),
            1 => bytes[cut..].fill(0),
            2 => {
                // Some sectors behind it reached the disk, others did not.
                for sector in bytes[cut..].chunks_mut(512) {
                    if dice.below(2) == 0 {
                        sector.fill(0);
                    }
                }
            }
            _ => {
                // The frames of an earlier commit stand there, sound in themselves.
                let tail = log.bytes.len() - cut;
                let from = LOG_HEADER + dice.pick(cut - LOG_HEADER + 1);
                let stale: Vec<u8> =
                    log.bytes[LOG_HEADER..from].iter().copied().cycle().take(if from > LOG_HEADER { tail } else { 0 }).collect();
                bytes.truncate(cut);
                bytes.extend(stale);
            }
        }
        check_log(dir.path(), &bytes, &kept(cut)).await;
    }
    for _ in 0..5 {
        let cut = cuts[dice.pick(cuts.len())];
        let copy = Arc::new(TempDir::new().unwrap());
        std::fs::copy(dir.path().join("chat.db"), copy.path().join("chat.db")).unwrap();
        std::fs::write(copy.path().join("chat.db-wal"), &log.bytes[..cut]).unwrap();
        check(copy, &script, &kept(cut), &mut dice).await.await;
    }
}

/// Reads the database with that log.
async fn check_log(dir: &Path, log: &[u8], answers: &[Answered]) {
    std::fs::write(dir.join("chat.db-wal"), log).unwrap();
    let _ = std::fs::remove_file(dir.join("chat.db-shm"));
    let mut out = Vec::new();
    chat_server::storage::sqlite::export::export(&dir.join("chat.db"), &[], &mut out).await.unwrap();
    let rooms = crate::export::parse(&out);
    holds(&rooms[0], answers);
}

/// Every message of which somebody was told that it is stored is there, once, where they were told.
pub fn holds(room: &Room, answers: &[Answered]) {
    let mut by_client: HashMap<&str, &Value> = HashMap::new();
    for entry in room.entries.iter().filter(|entry| entry["kind"] == "message") {
        let client_id = entry["client_id"].as_str().unwrap();
        assert!(by_client.insert(client_id, entry).is_none(), "{client_id} is there twice");
    }
    for answer in answers {
        let entry = by_client.get(answer.client_id.as_str()).unwrap_or_else(|| panic!("{answer:?} is lost"));
        assert_eq!((&entry["seq"], &entry["id"]), (&json!(answer.seq), &json!(answer.id)), "{answer:?} stands elsewhere");
    }
}

/// Opens a copy of a server's files with another one, and looks at it as its users would. What is
/// left to do takes the time of a goodbye.
async fn check(copy: Arc<TempDir>, script: &Script, answers: &[Answered], dice: &mut Dice) -> impl Future<Output = ()> + use<> {
    let room = export(copy.path(), &[]).await.remove(0);
    holds(&room, answers);
    let server = Running::start_in(copy.clone(), |_| {}).await;

    let bob = Client::guest(server.address, "bob").await;
    let (user, state) = (json!(bob.user()), &bob.welcome["sync"]["rooms"][0]);
    assert_eq!(state["head"], room.line["head"]);
    let messages: Vec<&Value> = room.entries.iter().filter(|entry| entry["kind"] == "message").collect();
    let mentions = messages.iter().filter(|entry| entry["mentions"] == json!([user])).count();
    assert_eq!((&state["read"]["unread"], &state["read"]["mentions"]), (&json!(messages.len()), &json!(mentions)));

    let mut ada = Client::guest(server.address, script.name).await;
    let lobby = ada.lobby();
    for _ in 0..3 {
        let answer = &answers[dice.pick(answers.len())];
        let again = ada.request("message:send", script.payload(&lobby, &answer.client_id)).await.unwrap();
        assert_eq!((&again["seq"], &again["id"]), (&json!(answer.seq), &json!(answer.id)), "a repeat gets the first result");
    }
    let new = ada.say(&lobby, "new", "goes on").await.unwrap();
    assert_eq!(new["seq"], json!(room.entries.len() + 1));
    async move {
        server.stop().await;
        let options = SqliteConnectOptions::new().filename(copy.path().join("chat.db"));
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        let verdict = sqlx::query("PRAGMA integrity_check").fetch_one(&mut database).await.unwrap();
        assert_eq!(verdict.get::<String, _>(0), "ok");
    }
}

/// A write-ahead log, read by its format.
struct Log {
    bytes: Vec<u8>,
    page: usize,
}

impl Log {
    fn read(dir: &Path) -> Self {
        let bytes = std::fs::read(dir.join("chat.db-wal")).unwrap();
        let page = u32::from_be_bytes(bytes[8..12].try_into().unwrap()) as usize;
        Self { bytes, page }
    }

    /// Where each frame ends.
    fn frames(&self) -> impl Iterator<Item = usize> {
        let frame = FRAME_HEADER + self.page;
        (LOG_HEADER + frame..=self.bytes.len()).step_by(frame)
    }

    /// Where each commit ends: its last frame tells the database's size after it.
    fn commits(&self) -> Vec<usize> {
        let frame = FRAME_HEADER + self.page;
        self.frames().filter(|end| self.bytes[end - frame + 4..end - frame + 8] != [0; 4]).collect()
    }
}
