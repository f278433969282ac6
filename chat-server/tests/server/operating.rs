//! The operator's commands, by the real binary: on a server that runs, and where none does.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::Client;
use crate::spawned::Process;

mod rooms;
mod tokens;
mod users;

/// What came of a command.
struct Told {
    code: Option<i32>,
    out: String,
    problem: String,
}

/// Gives the command, with that on its standard input.
async fn run(data: &Path, arguments: &[&str], input: &str) -> Told {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(arguments).arg("--data").arg(data).env_remove("CHAT_CONFIG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let input = input.to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        // Who is refused before it reads has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Told { code: output.status.code(), out: text(output.stdout), problem: text(output.stderr) }
}

/// The same for one that must succeed; gives what it printed.
async fn done(data: &Path, arguments: &[&str], input: &str) -> String {
    let told = run(data, arguments, input).await;
    assert_eq!((told.code, told.problem.as_str()), (Some(0), ""), "{arguments:?}");
    told.out
}

/// The same for one that must be refused, in one sentence; gives it.
async fn refused(data: &Path, arguments: &[&str], input: &str) -> String {
    let told = run(data, arguments, input).await;
    assert_eq!((told.code, told.out.as_str()), (Some(1), ""), "{arguments:?}: {}", told.problem);
    assert_eq!(told.problem.lines().count(), 1, "{}", told.problem);
    told.problem
}

/// The lines of a list, as `--json` prints them.
async fn listed(data: &Path, what: &str) -> Vec<Value> {
    let lines = done(data, &[what, "list", "--json"], "").await;
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Signs in, and comes in by the session.
async fn signed_in(server: &Process, name: &str, password: &str) -> Client {
    let mut guest = Client::guest(server.address, &format!("{name}-guest")).await;
    let login = guest.request("account:login", json!({ "identity": name, "password": password })).await.unwrap();
    Client::connect(server.address, json!({ "token": login["token"] })).await
}

#[tokio::test]
async fn help_and_completions_name_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let commands = [
        ("user", vec!["add", "list", "passwd", "role", "delete"]),
        ("room", vec!["list", "create", "archive", "delete", "add", "remove"]),
        ("token", vec!["create", "list", "revoke"]),
    ];
    for (what, verbs) in commands {
        let help = done(dir.path(), &[what, "--help"], "").await;
        for verb in verbs {
            assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{verb} "))), "{verb}: {help}");
            let one = done(dir.path(), &[what, verb, "--help"], "").await;
            assert!(one.contains("--data") && one.contains(&format!("chat-server {what} {verb}")), "{one}");
        }
        assert!(help.contains("Exit codes"), "{help}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_chat-server")).args(["completions", "bash"]).output().unwrap();
    let completions = String::from_utf8(output.stdout).unwrap();
    assert!(completions.contains("passwd") && completions.contains("archive") && completions.contains("moderator"));
}

/// Data on which no server runs any more.
fn stopped(mut server: Process) -> Arc<tempfile::TempDir> {
    server.terminate();
    assert_eq!(server.wait(), Some(0));
    server.dir.clone()
}
