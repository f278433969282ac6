//! `chat-server export`: everything in the database, in one moment, beside whoever writes it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::client::{Client, send};
use crate::sender::{End, Script, Sender};
use crate::spawned::{self, Process};

/// Limits that no test of throughput runs into.
pub const FAST: &str = "CHAT_LIMITS__MESSAGE_BURST=1000000";

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.arg("export").args(arguments).arg("--data").arg(data).env_remove("CHAT_CONFIG").stdin(Stdio::null());
    command
}

async fn run(data: &Path, arguments: &[&str]) -> Output {
    let mut command = command(data, arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// One exported room: its line, and its entries.
pub struct Room {
    pub line: Value,
    pub entries: Vec<Value>,
}

/// Exports with the real binary.
pub async fn export(data: &Path, arguments: &[&str]) -> Vec<Room> {
    let output = run(data, arguments).await;
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    parse(&output.stdout)
}

/// Reads an export, and checks what holds for each: a room's entries follow it, without a hole.
pub fn parse(output: &[u8]) -> Vec<Room> {
    let mut rooms: Vec<Room> = Vec::new();
    for line in output.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).unwrap();
        if line.get("entry").is_none() {
            rooms.push(Room { line, entries: Vec::new() });
            continue;
        }
        let room = rooms.last_mut().expect("a room comes before its entries");
        assert_eq!((&line["room"], &line["epoch"]), (&room.line["room"]["id"], &room.line["epoch"]));
        let _: chat_proto::entry::Entry = serde_json::from_value(line["entry"].clone()).unwrap();
        room.entries.push(line["entry"].clone());
    }
    for room in &rooms {
        let seqs: Vec<u64> = room.entries.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
        assert_eq!(room.line["entries"], json!(seqs.len()));
        let last = room.entries.last().unwrap();
        assert_eq!((&room.line["head"]["seq"], &room.line["head"]["id"]), (&last["seq"], &last["id"]));
    }
    rooms
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_one_moment_of_a_database_that_is_being_written() {
    let server = Process::start(FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    let created = ada.request("room:create", json!({ "client_id": "r", "name": "ops", "topic": "things" })).await.unwrap();
    let ops = created["room"]["id"].as_str().unwrap().to_owned();
    let (address, room) = (server.address, lobby.clone());
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let (told, mut heard) = tokio::sync::watch::channel(0);
    let writing = tokio::spawn(async move {
        let mut bob = Client::guest(address, "bob").await;
        for number in 1.. {
            let stored = bob.say(&room, &format!("b{number}"), "busy").await.unwrap();
            bob.inbox.clear();
            told.send_replace(stored["seq"].as_u64().unwrap());
            if stopped.try_recv().is_ok() {
                return;
            }
        }
    });
    let mut head = 1;
    for _ in 0..5 {
        let before = *heard.wait_for(|seq| *seq > head + 3).await.unwrap();
        let rooms = export(server.data(), &[]).await;
        let names: Vec<&Value> = rooms.iter().map(|room| &room.line["room"]["name"]).collect();
        assert_eq!(names, ["lobby", "ops"]);
        head = rooms[0].line["head"]["seq"].as_u64().unwrap();
        assert!(head >= before, "{before} was acknowledged, and the export ends at {head}");
    }
    stop.send(()).unwrap();
    writing.await.unwrap();

    // Only the room that was asked for, by its name or its id.
    ada.say(&ops, "o", "in ops").await.unwrap();
    for asked in ["ops", "#OPS", &ops] {
        let rooms = export(server.data(), &[asked]).await;
        assert_eq!((rooms.len(), &rooms[0].line["room"]["topic"]), (1, &json!("things")));
        assert_eq!(rooms[0].entries[1]["content"]["text"], "in ops");
    }
}

#[tokio::test]
async fn what_was_taken_back_stays_blank() {
    let server = Process::start(FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    let epoch = ada.welcome["sync"]["rooms"][0]["epoch"].clone();
    let stored = ada.say(&lobby, "c", "a secret").await.unwrap();
    let place = json!({ "epoch": epoch, "seq": stored["seq"], "id": stored["id"] });
    let mut reply = send(&lobby, "q", None, "indeed");
    reply["reply_to"] = place.clone();
    ada.request("message:send", reply).await.unwrap();
    let edit = json!({ "room": lobby, "client_id": "e", "target": place, "content": { "type": "text", "text": "another secret" } });
    ada.request("message:edit", edit).await.unwrap();
    ada.request("message:delete", json!({ "room": lobby, "client_id": "d", "target": place })).await.unwrap();
    let output = run(server.data(), &[]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\"kind\":\"delete\"") && text.contains("indeed") && !text.contains("secret"), "{text}");
}

/// What a server left that was killed is complete: its log beside the database is read, not changed.
#[tokio::test]
async fn a_log_that_a_crash_left_is_read() {
    let server = Process::start(FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    for number in 0..50 {
        ada.say(&lobby, &format!("c{number}"), "still only in the log").await.unwrap();
    }
    let dir = server.kill();
    std::fs::remove_file(dir.path().join("chat.db-shm")).unwrap();
    let files = || ["chat.db", "chat.db-wal"].map(|name| std::fs::read(dir.path().join(name)).unwrap());
    let before = files();
    assert!(!before[0].windows(5).any(|window| window == b"still"), "the test's messages are in the log alone");
    for _ in 0..2 {
        assert_eq!(export(dir.path(), &[]).await[0].entries.len(), 51);
        assert!(files() == before, "an export writes nothing");
    }
    // And a server that starts afterwards is not disturbed.
    let server = Process::start_in(dir, FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    assert_eq!(ada.say(&lobby, "c49", "still only in the log").await.unwrap()["seq"], 51);
    assert_eq!(ada.say(&lobby, "c50", "new").await.unwrap()["seq"], 52);
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_ends_it_well() {
    let server = Process::start(FAST);
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    // More than a pipe and a buffer hold.
    for number in 0..30 {
        ada.say(&lobby, &format!("c{number}"), &"x".repeat(10_000)).await.unwrap();
    }
    let mut child = command(server.data(), &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("\"lobby\""), "{first}");
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

/// A log is longer than memory: what is printed is not gathered.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_takes_little_memory() {
    const LINES: u64 = 3_000;
    const LENGTH: usize = 16_000;
    let server = Process::start(FAST);
    let script = Script { name: "ada", total: LINES, text: "x".repeat(LENGTH), mentions: None };
    assert_eq!(Sender::new(script, server.data()).run(server.address).await, End::Done);
    let mut child = command(server.data(), &[]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // A pipe holds 64 KB, so with this much unread it is not at its end.
    let read = lines.by_ref().take(LINES as usize - 20).map(|line| line.unwrap().len()).sum::<usize>();
    let peak = spawned::peak_memory_kb(child.id()) * 1_024;
    assert!(peak < read as u64 * 2 / 3, "{peak} bytes for {read} printed");
    assert_eq!(lines.count(), 22);
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn what_is_wrong_is_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let problem = |name: &'static str, output: Output, code: i32, words: &'static [&'static str]| {
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{name}: {text}");
        assert!(text.starts_with("chat-server: ") && text.lines().count() == 1, "{name}: {text}");
        assert!(words.iter().all(|word| text.contains(word)), "{name}: {text}");
    };
    let nowhere = dir.path().join("nowhere");
    problem("no directory", run(&nowhere, &[]).await, 1, &["no database", "nowhere", "--data"]);
    assert!(!nowhere.exists(), "and none is made");
    problem("no database", run(dir.path(), &[]).await, 1, &["no database", "--data"]);
    let database = dir.path().join("chat.db");
    std::fs::write(&database, "").unwrap();
    problem("an empty file", run(dir.path(), &[]).await, 1, &["empty", "--data"]);
    std::fs::write(&database, "this is no database, and never was one. ".repeat(100)).unwrap();
    problem("another file", run(dir.path(), &[]).await, 1, &["not a chat database"]);
    std::fs::remove_file(&database).unwrap();

    let mut server = Process::start_in(std::sync::Arc::new(dir), FAST);
    problem("no such room", run(server.data(), &["lobby", "nowhere"]).await, 1, &["no room nowhere"]);
    server.terminate();
    assert_eq!(server.wait(), Some(0));
    let mut bytes = std::fs::read(&database).unwrap();
    let half = bytes.len() / 2;
    bytes[100..half].fill(0xff);
    std::fs::write(&database, &bytes).unwrap();
    problem("a damaged database", run(server.data(), &[]).await, 1, &["damaged", "backup"]);
}
