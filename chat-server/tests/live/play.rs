//! `chat-tui play`, as people run it: with a terminal, a tool in the shell and a bare connection.

use std::path::Path;
use std::process::{Command, Output};

use crate::server::Server;

const SCENE: &str = r#"
title = "Three ways in"
about = "A terminal, a tool in the shell and a bare connection meet."

[[actor]]
name = "ada"
kind = "terminal"
columns = 80
rows = 20

[[actor]]
name = "tool"
kind = "pipe"

[[actor]]
name = "bare"
kind = "raw"

[[step]]
by = "ada"
waits_for = "connected"
[[step]]
by = "bare"
waits_for = "connected"
[[step]]
by = "tool"
run = ["send", "lobby", "from the shell"]
[[step]]
by = "ada"
sees = "from the shell"
times = 1
[[step]]
by = "bare"
sees = "from the shell"
[[step]]
by = "bare"
emit = "message:send"
with = { room = "{room}", client_id = "{client_id}", after = "{client_id}", content = { type = "text", text = "from nobody's client" }, mentions = [] }
answered = "out_of_order"
[[step]]
by = "bare"
emit = "film:show"
answered = "unknown_event"
[[step]]
by = "ada"
say = "said at the terminal"
[[step]]
by = "bare"
sees = "said at the terminal"
[[step]]
by = "ada"
edit = "said, and changed, at the terminal"
[[step]]
by = "ada"
react = "🎉"
[[step]]
by = "ada"
sees = "🎉 1"
[[step]]
by = "tool"
run = ["tail", "lobby", "-n", "50"]
prints = "changed, at the terminal"
[[step]]
by = "ada"
disconnect = true
[[step]]
by = "ada"
waits_for = "disconnected"
[[step]]
by = "ada"
connect = true
[[step]]
by = "ada"
waits_for = "connected"
[[step]]
by = "ada"
sees = "said, and changed, at the terminal"
times = 1
[[step]]
picture = "terminal"
of = "ada"
"#;

fn play(dir: &Path, scenario: &str, arguments: &[&str]) -> Output {
    let file = dir.join("scene.toml");
    std::fs::write(&file, scenario).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_chat-server")).with_file_name("chat-tui");
    Command::new(program).arg("play").arg(file).arg("--fast").args(arguments).env("TZ", "UTC").output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_scenario_is_played_against_a_running_server_and_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let out = dir.path().join("out");
    let output = play(dir.path(), SCENE, &["--url", &server.url(), "--record", out.to_str().unwrap()]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("ada says: said at the terminal") && told.contains("passed  "), "{told}");
    let kept = |name: &str| std::fs::read_to_string(out.join("scene").join(name)).unwrap();
    assert!(kept("transcript.md").contains("![terminal.svg](terminal.svg)"));
    assert!(kept("terminal.svg").contains("said, and changed, at the terminal"));
    // What the cast tells a terminal is what stands on the screen at the end.
    let cast = kept("ada.cast");
    let mut screen = vt100::Parser::new(20.try_into().unwrap(), 80.try_into().unwrap(), 0);
    for line in cast.lines().skip(1) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        screen.process(event[2].as_str().unwrap().as_bytes());
    }
    let shown = screen.screen().contents();
    assert!(shown.contains("said, and changed, at the terminal") && shown.contains("connected"), "{shown}");
}

#[test]
fn a_wrong_expectation_fails_and_says_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let wrong = SCENE.replace("sees = \"from the shell\"\ntimes = 1", "sees = \"from the moon\"\nwithin = \"1s\"");
    let output = play(dir.path(), &wrong, &["--url", &server.url()]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for words in ["at step 4 of 19", "ada sees: from the moon", "It is not there. Waited for 1.0 s.", "What ada saw:", "from the shell"] {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
}

#[test]
fn a_throw_away_server_is_killed_and_started_by_a_scenario() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = r#"
title = "Back again"
[server]
config = { classic = { enabled = false } }
[[actor]]
name = "ada"
kind = "terminal"
[[step]]
by = "ada"
waits_for = "connected"
[[step]]
server = "kill"
[[step]]
by = "ada"
waits_for = "disconnected"
[[step]]
by = "ada"
say = "nobody hears this yet"
[[step]]
server = "start"
[[step]]
by = "ada"
waits_for = "connected"
within = "90s"
[[step]]
by = "ada"
sees = "nobody hears this yet"
times = 1
[[step]]
server = "stop"
"#;
    let output = play(dir.path(), scenario, &["--server", env!("CARGO_BIN_EXE_chat-server")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    // Without a server of its own it does not begin.
    let output = play(dir.path(), scenario, &["--url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("--server PATH"), "{}", text(&output));
}

#[test]
fn mistakes_and_missing_actors_are_told_before_anything_is_played() {
    let dir = tempfile::tempdir().unwrap();
    let output = play(
        dir.path(),
        &SCENE.replace("kind = \"raw\"", "kind = \"page\"").replace("emit = ", "say = "),
        &["--url", "http://127.0.0.1:9"],
    );
    let told = text(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("scene.toml, line 38: a step has no `with` here"), "{told}");
    let page = "title = \"x\"\n[[actor]]\nname = \"carol\"\nkind = \"page\"\n[[step]]\nby = \"carol\"\nsay = \"hello\"\n";
    let output = play(dir.path(), page, &["--url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("There is nobody here to play carol (page)"), "{}", text(&output));
}
