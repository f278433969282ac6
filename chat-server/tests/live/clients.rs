//! The example clients of `docs/examples/clients`, each run as it is: against the real server, and
//! against one that plays by a script what a real one does seldom.

mod amended;
mod example;
mod killed;
mod refused;
mod rules;
mod talk;
mod wire;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::server::Server;
use example::Language;

/// The room that they talk in: not the lobby, so that they have to join.
const ROOM: &str = "ops";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/clients")
}

/// A server with the room, and these limits.
fn start(dir: &Path, limits: &str) -> Server {
    let config = dir.join("chat.toml");
    std::fs::write(&config, format!("[limits]\n{limits}\n")).unwrap();
    let server = Server::start_with(dir, vec!["--config".into(), config.into()]);
    server.make_room(ROOM);
    server
}

/// The messages of the room, as `NAME: TEXT` in the order of its log.
fn log(server: &Server) -> Vec<String> {
    let (mut room, mut said) = (Value::Null, Vec::new());
    for line in server.export().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["entry"].is_null() {
            room = line["room"]["name"].clone();
        } else if room == ROOM && line["entry"]["kind"] == "message" {
            let entry = &line["entry"];
            said.push(format!("{}: {}", entry["author"]["name"].as_str().unwrap(), entry["content"]["text"].as_str().unwrap()));
        }
    }
    said
}

#[test]
fn every_example_is_run() {
    let here: Vec<String> = std::fs::read_dir(examples())
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        // What npm installs, and what a client keeps that was started here.
        .filter(|name| name != "node_modules" && !name.contains('@'))
        .collect();
    let mut listed: Vec<&str> = Language::ALL.iter().map(|language| language.folder()).collect();
    let mut here: Vec<&str> = here.iter().map(String::as_str).collect();
    listed.sort_unstable();
    here.sort_unstable();
    assert_eq!(
        here, listed,
        "give each folder of docs/examples/clients a `Language` in tests/live/clients/example.rs, and each of them a folder"
    );
    let readme = std::fs::read_to_string(examples().join("README.md")).unwrap();
    for folder in listed {
        assert!(readme.contains(&format!("]({folder}/")), "docs/examples/clients/README.md has no link into {folder}/");
    }
}
