//! The tools of the shell as real programs, against a server whose answers are in the test's hands.

use std::io::{Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use chat_proto::entry::Body;
use chat_proto::error::{Code, Error};
use chat_proto::room::RoomKind;
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::pty::Terminal;
use crate::server::Server;
use crate::wire::Wire;

/// The program with nothing of this person's around it.
fn tool(home: &TempDir, wire: &Wire, arguments: &[&str]) -> Command {
    // Tests that run in the background were started to ignore some signals; who starts these was not.
    let mut command = Command::new("/usr/bin/env");
    command.args(["--default-signal=HUP,INT,TERM", env!("CARGO_BIN_EXE_chat-tui")]);
    command.env_clear().env("XDG_DATA_HOME", home.path()).env("XDG_CACHE_HOME", home.path()).env("TZ", "UTC");
    command.args(arguments).args(["--url", &wire.url()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

struct Scene {
    wire: Wire,
    home: TempDir,
}

impl Scene {
    fn start() -> Self {
        let mut wire = Wire::new(Server::new());
        wire.start();
        Self { wire, home: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        tool(&self.home, &self.wire, arguments).output().unwrap()
    }

    fn spawn(&self, arguments: &[&str]) -> Tool {
        Tool(Some(tool(&self.home, &self.wire, arguments).stdin(Stdio::piped()).spawn().unwrap()))
    }

    fn said(&self) -> Vec<String> {
        let server = self.wire.server();
        let said = server.rooms[0].entries.iter().filter_map(|entry| match &entry.body {
            Body::Message(message) => Some(message.content.text.clone()),
            _ => None,
        });
        said.collect()
    }

    fn heard(&self, name: &str) -> usize {
        self.wire.server().heard.iter().filter(|heard| *heard == name).count()
    }
}

/// A program that is ended with the test, should that fail.
struct Tool(Option<Child>);

impl Tool {
    fn child(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }

    fn write(&mut self, text: &str) {
        self.child().stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn signal(&mut self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(self.child()), signal).unwrap();
    }

    /// Waits for its end, which comes.
    fn end(mut self) -> Output {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.child().try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is() {
        assert!(Instant::now() < deadline, "waited until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Its exit code, and the one sentence that it says.
fn end(output: &Output) -> (Option<i32>, String) {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    (output.status.code(), told)
}

#[test]
fn what_the_server_wants_later_is_sent_later() {
    let scene = Scene::start();
    let later = |milliseconds| Error::new(Code::SlowDown, "Slowly.").after(milliseconds);
    scene.wire.server().refusals.extend([later(300), later(100), Error::new(Code::Unavailable, "Not now.")]);
    let mut child = scene.spawn(&["send", "lobby", "--each-line"]);
    child.write("one\n\ntwo\r\nthree");
    let output = child.end();
    assert_eq!((end(&output), output.stdout.len()), ((Some(0), String::new()), 0));
    assert_eq!(scene.said(), ["one", "two", "three"]);
}

#[test]
fn a_final_refusal_is_told_and_ends_it() {
    let scene = Scene::start();
    scene.wire.server().refusals.push_back(Error::new(Code::Forbidden, "Only moderators\nwrite here."));
    assert_eq!(end(&scene.run(&["send", "lobby", "hello"])), (Some(4), "chat-tui: Only moderators write here.\n".into()));
    // One line goes, the next is refused, and what stands behind it is not sent.
    let later = Error::new(Code::SlowDown, "Slowly.").after(60_000);
    scene.wire.server().refusals.extend([Error::new(Code::Forbidden, "Not that."), later]);
    let mut child = scene.spawn(&["send", "lobby", "--each-line"]);
    child.write(&"line\n".repeat(500));
    let (code, told) = end(&child.end());
    assert_eq!((code, scene.said().len()), (Some(4), 0), "{told}");
    assert!(told.starts_with("chat-tui: Not that. Nothing is sent, and nothing else will be."), "{told}");
    assert_eq!(end(&scene.run(&["send", "#nowhere", "x"])), (Some(4), "chat-tui: There is no room #nowhere.\n".into()));
    assert_eq!(end(&scene.run(&["tail", "@nobody"])), (Some(1), "chat-tui: There is nobody called nobody.\n".into()));
}

#[test]
fn what_was_sent_and_not_answered_is_unknown() {
    let scene = Scene::start();
    assert_eq!(scene.run(&["send", "lobby", "known"]).status.code(), Some(0));
    scene.wire.server().silent = true;
    for stop in [rustix::process::Signal::TERM, rustix::process::Signal::INT, rustix::process::Signal::HUP] {
        let before = scene.heard("message:send");
        let mut child = scene.spawn(&["send", "lobby", "is it there?"]);
        until("it is sent", || scene.heard("message:send") > before);
        child.signal(stop);
        let (code, told) = end(&child.end());
        assert_eq!(code, Some(5), "{told}");
        assert!(told.contains("unknown"), "{told}");
    }
    // The same when its time is up, and when the server is gone by then.
    let (code, told) = end(&scene.run(&["send", "lobby", "is it there?", "--timeout", "1s"]));
    assert_eq!((code, told.contains("The time is up. Nothing is sent, and one more was not answered")), (Some(5), true), "{told}");
    assert_eq!(scene.said(), ["known"]);
}

#[test]
fn what_was_never_sent_is_not_unknown() {
    let mut scene = Scene::start();
    let mut child = scene.spawn(&["send", "lobby", "--each-line"]);
    until("it is there", || scene.heard("room:members") == 1);
    child.signal(rustix::process::Signal::TERM);
    let output = child.end();
    assert_eq!(end(&output), (Some(143), "chat-tui: Nothing is sent, and nothing else will be.\n".into()));
    let mut child = scene.spawn(&["tail", "lobby", "--follow"]);
    until("it is there", || scene.heard("history:read") > 0);
    child.signal(rustix::process::Signal::INT);
    assert_eq!(child.end().status.code(), Some(130));
    // A refusal for now says that it is not stored.
    scene.wire.server().refusals.push_back(Error::new(Code::SlowDown, "Slowly.").after(60_000));
    // So long that a busy machine connects in it.
    let (code, told) = end(&scene.run(&["send", "lobby", "x", "--timeout", "5"]));
    assert_eq!((code, told.as_str()), (Some(3), "chat-tui: The time is up. Nothing is sent, and nothing else will be.\n"));
    scene.wire.stop();
    let (code, told) = end(&scene.run(&["send", "lobby", "x", "--timeout", "1s"]));
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("cannot be reached") && told.lines().count() == 2, "{told}");
}

#[test]
fn what_is_started_to_ignore_a_signal_ignores_it() {
    let scene = Scene::start();
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' HUP INT; exec \"$0\" tail lobby --follow --url \"$1\"", env!("CARGO_BIN_EXE_chat-tui"), &scene.wire.url()]);
    child.env("XDG_DATA_HOME", scene.home.path()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = Tool(Some(child.spawn().unwrap()));
    until("it is there", || scene.heard("history:read") > 0);
    child.signal(rustix::process::Signal::HUP);
    child.signal(rustix::process::Signal::INT);
    let entry = scene.wire.server().say("bob", "still there?");
    let told = scene.wire.server().told(&chat_proto::id::RoomId::parse("r-lobby").unwrap(), vec![entry]);
    drop(told);
    // A second command makes the server tell everybody.
    assert_eq!(scene.run(&["send", "lobby", "yes"]).status.code(), Some(0));
    let mut text = String::new();
    let mut stdout = child.child().stdout.take().unwrap();
    let mut bytes = [0; 1_000];
    while !text.contains("me: yes") {
        let length = stdout.read(&mut bytes).unwrap();
        assert!(length > 0, "it has ended: {text}");
        text += &String::from_utf8_lossy(&bytes[..length]);
    }
    assert!(text.contains("bob: still there?"), "what came before it was fetched: {text}");
    child.signal(rustix::process::Signal::TERM);
    assert_eq!(child.end().status.code(), Some(143));
}

#[test]
fn names_in_what_is_said_are_mentions_and_in_code_they_are_not() {
    let scene = Scene::start();
    for arguments in [&["send", "#Lobby", "@bob look"][..], &["send", "lobby", "--code", "@bob look"], &["send", "lobby", "mail@bob"]] {
        assert_eq!(end(&scene.run(arguments)), (Some(0), String::new()));
    }
    let server = scene.wire.server();
    let mentions = server.rooms[0].entries.iter().filter_map(|entry| match &entry.body {
        Body::Message(message) => Some(message.mentions.len()),
        _ => None,
    });
    assert_eq!(mentions.collect::<Vec<_>>(), [1, 0, 0]);
}

#[test]
fn a_public_room_is_joined_and_a_conversation_begun() {
    let scene = Scene::start();
    {
        let mut server = scene.wire.server();
        server.make_room_of(&["ada"], "ops", "", RoomKind::Public, chat_proto::id::ClientId::parse("made").unwrap(), "ada");
        server.users.push(crate::server::account("Carol", "#da62aa"));
    }
    assert_eq!(end(&scene.run(&["send", "ops", "hello"])), (Some(0), String::new()));
    assert_eq!(end(&scene.run(&["send", "ops", "again"])), (Some(0), String::new()));
    assert_eq!(scene.heard("room:join"), 1);
    let (code, told) = end(&scene.run(&["tail", "@carol"]));
    assert_eq!((code, told.contains("There is no conversation with @carol yet")), (Some(1), true), "{told}");
    assert_eq!(end(&scene.run(&["send", "@carol", "psst"])), (Some(0), String::new()));
    let output = scene.run(&["tail", "@Carol", "--json"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("psst"));
    // The id of a room is as good as its name.
    let output = scene.run(&["tail", "r-ops", "-n", "2"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().map(|line| &line[17..]).collect::<Vec<_>>(), ["me: hello", "me: again"]);
}

#[test]
fn what_is_wrong_with_the_command_line_is_told_before_anything_is_done() {
    let scene = Scene::start();
    for arguments in [
        &["send"][..],
        &["send", "two words", "x"],
        &["send", "lobby", " "],
        &["send", "lobby", "x", "--timeout", "soon"],
        &["tail"],
        &["tail", "lobby", "--since", "yesterday"],
        &["wait", "lobby"],
        &["wait", "lobby", "--match", "("],
        &["wait", "lobby", "--match", "(a{1000}){1000}{1000}"],
        &["export"],
    ] {
        let output = scene.run(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    }
    assert_eq!(scene.wire.server().heard, Vec::<String>::new());
    // Nothing to say is nothing to do.
    assert_eq!(end(&scene.run(&["send", "lobby"])), (Some(0), String::new()));
    assert_eq!(scene.heard("message:send"), 0);
}

#[test]
fn output_that_cannot_be_written_is_told() {
    let scene = Scene::start();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = tool(&scene.home, &scene.wire, &["export", "lobby"]).stdout(full).output().unwrap();
    let (code, told) = end(&output);
    assert_eq!(code, Some(1));
    assert!(told.starts_with("chat-tui: Standard output cannot be written: "), "{told}");
}

/// A terminal on standard error shows how far it is; what is piped through it is on standard output.
#[test]
fn a_long_input_shows_how_far_it_is() {
    let home = Rc::new(tempfile::tempdir().unwrap());
    let mut wire = Wire::new(Server::new());
    wire.start();
    let script =
        format!("(seq 20; cat) | '{}' send lobby --each-line --url {} --name me; echo code $?", env!("CARGO_BIN_EXE_chat-tui"), wire.url());
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &script]);
    let mut terminal = Terminal::run("xterm", command);
    terminal.wait_for("20 sent, 0 on their way; connected");
    terminal.write(b"\x04");
    terminal.wait_for("code 0");
    assert!(!terminal.sees().contains("on their way"), "it is gone at the end:\n{}", terminal.sees());
    assert!(!terminal.raw.contains(&0x1b), "no escape sequence is needed for it");
    terminal.end();
    drop(home);
}

#[test]
fn without_a_name_it_asks_on_a_terminal() {
    let mut wire = Wire::new(Server::new());
    wire.start();
    let script = format!("'{}' send lobby hello --url {}; echo code $?", env!("CARGO_BIN_EXE_chat-tui"), wire.url());
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &script]);
    let mut terminal = Terminal::run("xterm", command);
    terminal.wait_for("Your name");
    terminal.write(b"ada\r");
    terminal.wait_for("code 0");
    terminal.end();
}
