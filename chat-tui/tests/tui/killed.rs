//! The real program, killed at any moment, against a server that is there or not.
#![cfg(unix)]

use std::rc::Rc;
use std::time::{Duration, Instant};

use chat_proto::entry::Body;
use tempfile::TempDir;

use crate::pty::Terminal;
use crate::server::Server;
use crate::wire::Wire;

fn home() -> Rc<TempDir> {
    Rc::new(tempfile::tempdir().unwrap())
}

fn client(home: &Rc<TempDir>, wire: &Wire) -> Terminal {
    Terminal::at_home(home, &[&wire.url(), "--name", "me"])
}

/// What was said by the person here, in the order of the log.
fn said(wire: &Wire) -> Vec<String> {
    let server = wire.server();
    let entries = server.rooms[0].entries.iter().filter(|entry| entry.author.id == server.me);
    let text = |body: &Body| match body {
        Body::Message(message) => Some(message.content.text.clone()),
        _ => None,
    };
    entries.filter_map(|entry| text(&entry.body)).collect()
}

/// Waits until so much was said.
fn wait_for_said(wire: &Wire, terminal: &mut Terminal, count: usize) {
    let until = Instant::now() + Duration::from_secs(30);
    while said(wire).len() < count {
        assert!(Instant::now() < until, "{:?} and no more was said:\n{}", said(wire), terminal.sees());
        terminal.read_for(Duration::from_millis(20));
    }
}

/// Rows of the timeline with this text, and whether each is on its way.
fn rows(terminal: &Terminal, text: &str) -> Vec<bool> {
    let screen = terminal.sees();
    let rows = screen.lines().filter(|line| line.contains(text) && !line.contains("> "));
    rows.map(|line| line.trim_end().ends_with('…')).collect()
}

fn say(terminal: &mut Terminal, text: &str) {
    terminal.write(format!("{text}\r").as_bytes());
    wait_for_row(terminal, text);
}

/// Waits until it is said, as far as the screen tells.
fn wait_for_row(terminal: &mut Terminal, text: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    while rows(terminal, text).is_empty() {
        assert!(Instant::now() < until, "{text} is not there:\n{}", terminal.sees());
        terminal.read_for(Duration::from_millis(5));
    }
}

/// A home in which the server was seen once, with its last lines.
fn been_there(wire: &mut Wire) -> Rc<TempDir> {
    let home = home();
    wire.start();
    let mut terminal = client(&home, wire);
    terminal.wait_for("connected");
    terminal.wait_for("the last line");
    terminal.write(b"\x11");
    assert_eq!(terminal.end(), 0);
    wire.stop();
    home
}

fn wire() -> Wire {
    let mut server = Server::new();
    for number in 0..40 {
        server.say("bob", &format!("line {number}."));
    }
    server.say("bob", "the last line");
    Wire::new(server)
}

#[test]
fn lines_said_without_a_server_survive_a_kill_and_leave_once_in_order() {
    let mut wire = wire();
    let home = been_there(&mut wire);
    let mut terminal = client(&home, &wire);
    terminal.wait_for("the last line");
    terminal.wait_for("reconnecting in");
    for text in ["first words", "second words", "third words"] {
        say(&mut terminal, text);
    }
    terminal.kill();
    let mut terminal = client(&home, &wire);
    terminal.wait_for("third words");
    assert!(["first words", "second words", "third words"].iter().all(|text| rows(&terminal, text) == [true]), "{}", terminal.sees());
    wire.start();
    wait_for_said(&wire, &mut terminal, 3);
    terminal.read_for(Duration::from_millis(300));
    assert_eq!(said(&wire), ["first words", "second words", "third words"]);
    assert_eq!(rows(&terminal, "second words"), [false]);
    terminal.kill();
}

#[test]
fn what_the_screen_showed_as_said_is_never_lost_and_never_doubled() {
    let mut wire = wire();
    let home = been_there(&mut wire);
    wire.start();
    let mut shown = Vec::new();
    for round in 0..14_u64 {
        let mut terminal = client(&home, &wire);
        terminal.wait_for(if round.is_multiple_of(3) { "Write to #lobby" } else { "connected" });
        for line in 0..3 {
            terminal.write(format!("words {round} {line};\r").as_bytes());
        }
        // Not a fixed moment: before the key is read, between the disk and the wire, after the answer.
        terminal.read_for(Duration::from_micros(900 * round * round));
        if round % 2 == 1 {
            // Or in the moment in which the screen first shows it.
            wait_for_row(&mut terminal, &format!("words {round} {};", round % 3));
        }
        shown.extend((0..3).map(|line| format!("words {round} {line};")).filter(|text| !rows(&terminal, text).is_empty()));
        terminal.kill();
    }
    let mut terminal = client(&home, &wire);
    terminal.wait_for("connected");
    terminal.write(b"the end\r");
    let until = Instant::now() + Duration::from_secs(30);
    while said(&wire).last().is_none_or(|text| text != "the end") {
        assert!(Instant::now() < until, "{:?}", said(&wire));
        terminal.read_for(Duration::from_millis(20));
    }
    let said = said(&wire);
    for text in &shown {
        assert_eq!(said.iter().filter(|other| *other == text).count(), 1, "{text} of {said:?}");
    }
    let mut once = said.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), said.len(), "nothing is there twice: {said:?}");
    let number = |text: &String| text.trim_end_matches(';').split(' ').skip(1).map(|number| number.parse().unwrap()).collect::<Vec<u64>>();
    let order: Vec<_> = said[..said.len() - 1].iter().map(number).collect();
    assert!(order.is_sorted(), "in the order in which it was said: {said:?}");
    assert!(shown.len() >= 7, "something was seen before the kill: {shown:?}");
    terminal.kill();
}

#[test]
fn two_clients_of_one_person_keep_to_their_own_and_the_next_one_takes_over() {
    let mut wire = wire();
    let home = been_there(&mut wire);
    let mut one = client(&home, &wire);
    one.wait_for("reconnecting in");
    let mut two = client(&home, &wire);
    two.wait_for("reconnecting in");
    for number in 0..3 {
        say(&mut one, &format!("by one {number}"));
        say(&mut two, &format!("by two {number}"));
    }
    assert!(rows(&one, "by two").is_empty() && rows(&two, "by one").is_empty());
    one.kill();
    wire.start();
    wait_for_said(&wire, &mut two, 3);
    assert_eq!(said(&wire), ["by two 0", "by two 1", "by two 2"], "nobody sends what another one keeps");
    let mut three = client(&home, &wire);
    wait_for_said(&wire, &mut three, 6);
    assert_eq!(said(&wire)[3..], ["by one 0", "by one 1", "by one 2"]);
    two.kill();
    three.kill();
}

#[test]
fn drafts_come_back_also_after_a_kill() {
    let mut wire = wire();
    let home = been_there(&mut wire);
    let mut terminal = client(&home, &wire);
    terminal.wait_for("the last line");
    terminal.write(b"half a thought");
    terminal.wait_for("half a thought");
    terminal.write(b"\x11");
    assert_eq!(terminal.end(), 0, "nothing would be lost: it does not ask");
    let mut terminal = client(&home, &wire);
    terminal.wait_for("> half a thought");
    terminal.write(b" more\r");
    terminal.wait_for("half a thought more");
    terminal.kill();
    let mut terminal = client(&home, &wire);
    terminal.wait_for("half a thought more");
    terminal.read_for(Duration::from_millis(300));
    assert!(!terminal.sees().contains("> half"), "{}", terminal.sees());
    terminal.kill();
}
