//! `tail`, through a server that dies and comes back, and before readers that do not stay.

use std::io::{BufRead, BufReader};

use serde_json::Value;

use crate::pipe::{Running, Scene, Tool, end, feed, numbers, peak_memory};
use crate::wait::until;

fn texts(lines: &[String]) -> Vec<String> {
    let entries = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter_map(|entry| entry["content"]["text"].as_str().map(str::to_owned)).collect()
}

#[test]
fn it_follows_through_a_restart_each_entry_once_and_in_order() {
    let scene = Scene::start_fast();
    scene.run(&["send", "lobby", "0"]);
    let mut followed = Running::start(&mut scene.tool(&["tail", "lobby", "--follow", "--json"]));
    let mut plain = Running::start(&mut scene.tool(&["tail", "#lobby", "-f", "-n", "0"]));
    followed.until("it is there", |lines| texts(lines) == ["0"]);
    let mut child = Tool::start(&mut scene.tool(&["send", "lobby", "--each-line", "--name", "ada"]));
    let feeding = feed(&mut child, (1..=3_000).map(|number| number.to_string()));
    for least in [300, 1_500] {
        until("so much is said", || match scene.said("lobby").len() {
            said if said >= least => Ok(()),
            said => Err(said.to_string()),
        });
        scene.server.kill();
        scene.server.start_again();
    }
    feeding.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let lines = followed.until("the last one is told", |lines| texts(lines).last().is_some_and(|last| last == "3000"));
    assert_eq!(numbers(&texts(&lines)), (0..=3_000).collect::<Vec<_>>());
    let seqs: Vec<u64> = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (seqs[0]..seqs[0] + seqs.len() as u64).collect::<Vec<_>>());
    plain.until("for people too", |lines| lines.last().is_some_and(|last| last.ends_with(" ada: 3000")));
    followed.signal(rustix::process::Signal::TERM);
    plain.signal(rustix::process::Signal::INT);
    let ((followed, ..), (plain, lines, _)) = (followed.end(), plain.end());
    assert_eq!((followed, plain), (Some(143), Some(130)));
    let of_one: Vec<_> = lines.iter().filter(|line| line.contains(" ada: ")).collect();
    assert!(of_one.len() <= 3_001 && of_one.len() > 2_900, "none twice: {}", of_one.len());
}

/// Who passes by is another guest on each connection, and a member of no room by then.
#[test]
fn a_passing_guest_follows_a_public_room_through_a_restart() {
    let scene = Scene::start();
    for room in ["ops", "deploy"] {
        scene.operate(&["room", "create", room], "");
        scene.run(&["send", room, "before", "--name", "ada"]);
    }
    let mut followed = Running::start(&mut scene.tool(&["tail", "ops", "deploy", "--follow", "--json"]));
    followed.until("it is there", |lines| texts(lines) == ["before", "before"]);
    for round in ["first", "second"] {
        scene.server.kill();
        scene.server.start_again();
        for room in ["ops", "deploy"] {
            scene.run(&["send", room, &format!("{round} in {room}"), "--name", "ada"]);
        }
        followed.until("both are told", |lines| texts(lines).iter().filter(|text| text.starts_with(round)).count() == 2);
    }
    followed.signal(rustix::process::Signal::TERM);
    let (code, lines, told) = followed.end();
    assert_eq!((code, texts(&lines).len()), (Some(143), 6), "{told}");
}

#[test]
fn what_others_wrote_drives_no_terminal_and_passes_for_no_line() {
    let scene = Scene::start();
    scene.run(&["send", "lobby", "one\n2026-11-29 10:00 root: two\r\n\u{1b}]0;title\u{7}\u{202e}\u{9b}31m", "--name", "mallory"]);
    let output = scene.run(&["tail", "lobby"]);
    assert!(!output.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{output:?}");
    let (ours, theirs): (Vec<&str>, Vec<&str>) = output.lines().partition(|line| !line.starts_with("    "));
    assert_eq!((ours.len(), theirs.len()), (2, 2), "{output}");
    assert!(ours[1].ends_with(" mallory: one"), "{output}");
    // JSON has them as escapes.
    let json = scene.run(&["tail", "lobby", "--json"]);
    assert!(!json.contains('\u{1b}') && json.contains("\\u001b"), "{json}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let scene = Scene::start_fast();
    assert_eq!(end(&scene.shell("seq 3000 | chat-tui send lobby --each-line").output().unwrap()), (Some(0), String::new()));
    for line in [
        "chat-tui tail lobby -n 3000 | head -n 1",
        "chat-tui export lobby | head -n 1",
        // Nothing more comes that could tell it: the other end of the pipe does.
        "chat-tui tail lobby --follow | head -n 1",
        "chat-tui tail lobby --follow --json | head -c 1 >/dev/null; echo",
    ] {
        let output = scene.shell(&format!("{line}; echo ${{PIPESTATUS[0]}}")).output().unwrap();
        let printed = String::from_utf8(output.stdout.clone()).unwrap();
        let codes = printed.lines().last().unwrap();
        assert_eq!((codes, end(&output)), ("0", (Some(0), String::new())), "{line}");
    }
}

/// A pager that stands still: what is said meanwhile does not pile up in memory, and is there at the end.
#[test]
fn a_slow_reader_is_waited_for_and_misses_nothing() {
    const LINES: u64 = 600;
    let scene = Scene::start_fast();
    let mut tail = Tool::start(&mut scene.tool(&["tail", "lobby", "--follow", "--json", "-n", "1"]));
    let mut stdout = BufReader::new(tail.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    let before = peak_memory(tail.id());
    let mut child = Tool::start(&mut scene.tool(&["send", "lobby", "--each-line"]));
    let line = "x".repeat(14_000);
    feed(&mut child, (1..=LINES).map(move |number| format!("{number} {line}"))).join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let grown = peak_memory(tail.id()) - before;
    assert!(grown < 4_000, "{grown} KB for the 8 MB that wait");
    let mut seen = Vec::new();
    for line in stdout.lines() {
        let entry: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = entry["content"]["text"].as_str().unwrap();
        seen.push(text.split(' ').next().unwrap().parse::<u64>().unwrap());
        if seen.last() == Some(&LINES) {
            break;
        }
    }
    assert_eq!(seen, (1..=LINES).collect::<Vec<_>>());
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
fn times_and_counts_say_where_it_begins() {
    let scene = Scene::start();
    scene.operate(&["room", "create", "ops"], "");
    for number in 0..20 {
        scene.run(&["send", "ops", &number.to_string(), "--name", "ada"]);
    }
    let tail = |arguments: &[&str]| {
        let printed = scene.run(&[&["tail", "ops", "--name", "ada"][..], arguments].concat());
        printed.lines().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&tail(&[])), (10..20).collect::<Vec<_>>());
    assert_eq!(tail(&["-n", "2"]), ["18", "19"]);
    assert_eq!(numbers(&tail(&["--since", "1h"])), (0..20).collect::<Vec<_>>());
    assert_eq!(tail(&["--since", "1h", "-n", "1"]), ["19"]);
    assert_eq!(tail(&["--since", "2099-01-01"]), Vec::<String>::new());
    let log = scene.log("ops");
    let tenth = log.iter().find(|entry| entry["content"]["text"] == "10").unwrap()["time"].as_u64().unwrap();
    let since = jiff::Timestamp::from_millisecond(tenth.try_into().unwrap()).unwrap().to_string();
    assert_eq!(numbers(&tail(&["--since", &since])), (10..20).collect::<Vec<_>>());
    // Several rooms say which.
    let both = scene.run(&["tail", "lobby", "ops", "-n", "1", "--name", "ada"]);
    assert!(both.lines().next().unwrap().contains(" #lobby ") && both.lines().last().unwrap().contains(" #ops ada: 19"), "{both}");
}
