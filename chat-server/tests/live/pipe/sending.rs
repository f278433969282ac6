//! `send`, while the server dies and comes back, and while it dies itself.

use std::process::Stdio;
use std::time::Instant;

use crate::pipe::{Running, Scene, Tool, end, feed, numbers, peak_memory};
use crate::wait::until;

/// As many as are said at least.
fn until_said(scene: &Scene, least: usize) {
    until("so much is said", || match scene.said("lobby").len() {
        said if said >= least => Ok(()),
        said => Err(format!("{said} of {least}")),
    });
}

/// `seq 10000 | chat-tui send lobby --each-line`, with the server killed twice on the way.
#[test]
fn ten_thousand_lines_through_two_kills_are_all_there_once_and_in_order() {
    let scene = Scene::start_fast();
    let child = Tool::start(&mut scene.shell("seq 10000 | chat-tui send lobby --each-line"));
    for least in [1_000, 4_000] {
        until_said(&scene, least);
        scene.server.kill();
        assert!(scene.said("lobby").len() < 10_000, "it was killed on the way");
        scene.server.start_again();
    }
    let output = child.end();
    let (code, told) = end(&output);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told.matches("The line is lost").count(), 2, "{told}");
    assert_eq!(numbers(&scene.said("lobby")), (1..=10_000).collect::<Vec<_>>());
    // Without a name, and yet one and the same guest on all three connections.
    let log = scene.log("lobby");
    let authors: std::collections::BTreeSet<_> =
        log.iter().filter(|entry| entry["kind"] == "message").map(|entry| entry["author"].to_string()).collect();
    assert_eq!(authors.len(), 1, "{authors:?}");
}

/// The rate that every server has: it is waited for, and nothing else.
#[test]
fn the_rate_is_obeyed() {
    let scene = Scene::start();
    let begun = Instant::now();
    let output = scene.shell("seq 350 | chat-tui send lobby --each-line").output().unwrap();
    assert_eq!(end(&output), (Some(0), String::new()));
    assert_eq!(numbers(&scene.said("lobby")), (1..=350).collect::<Vec<_>>());
    assert!(begun.elapsed().as_millis() > 1_000, "the server let it wait: 300 at once, 25 a second after that");
}

#[test]
fn what_a_killed_send_had_not_sent_is_never_sent() {
    let scene = Scene::start_fast();
    let name = ["--name", "ada"];
    let mut command = scene.tool(&["send", "lobby", "--each-line"]);
    let mut child = Tool::start(command.args(name));
    let feeding = feed(&mut child, (1..).map(|number| number.to_string()));
    until_said(&scene, 500);
    child.kill().unwrap();
    child.wait().unwrap();
    feeding.join().unwrap();
    // Whoever comes next under that name, here or on a screen, finds nothing to send.
    let kept = scene.kept();
    assert!(
        !kept.is_empty() && kept.iter().all(|path| path.file_stem().is_some_and(|name| name == "credentials")),
        "an outbox is kept: {kept:?}"
    );
    scene.tool(&["send", "lobby", "later"]).args(name).status().unwrap();
    let said = scene.said("lobby");
    let (last, before) = said.split_last().unwrap();
    assert_eq!(
        (last.as_str(), numbers(before)),
        ("later", (1..=before.len() as u64).collect::<Vec<_>>()),
        "a beginning of it, and then no more"
    );
    assert!(before.len() >= 500);
    let mut screen = crate::terminal::Terminal::start(scene.dir.path(), &scene.server.url(), "ada", 80, 24);
    until("the client on the screen is there", || if screen.text().contains("connected") { Ok(()) } else { Err(screen.text()) });
    screen.quit();
    assert_eq!(scene.said("lobby").len(), said.len());
}

#[test]
fn what_is_unanswered_when_it_is_to_end_is_unknown() {
    let scene = Scene::start_fast();
    let mut command = scene.tool(&["send", "lobby", "--each-line"]);
    let mut child = Tool::start(&mut command);
    let feeding = feed(&mut child, (1..).map(|number| number.to_string()));
    until_said(&scene, 500);
    // Whatever it does, some of the lines that keep its window full have no answer then.
    scene.server.kill();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    let output = child.end();
    feeding.join().unwrap();
    let (code, told) = end(&output);
    assert_eq!(code, Some(5), "{told}");
    assert!(told.contains("it is unknown whether they are"), "{told}");
    // What it says is sent is there, in order; of the rest, no more than it says.
    scene.server.start_again();
    let said = numbers(&scene.said("lobby"));
    let counts: Vec<u64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [sent, unknown] = counts[..] else { panic!("two counts: {told}") };
    assert_eq!(said, (1..=said.len() as u64).collect::<Vec<_>>());
    assert!((sent..=sent + unknown).contains(&(said.len() as u64)), "{} are there: {told}", said.len());
}

#[test]
fn an_endless_input_waits_for_the_chat() {
    let scene = Scene::start_fast();
    let mut command = scene.tool(&["send", "lobby", "--each-line"]);
    let mut child = Tool::start(&mut command);
    let line = "x".repeat(1_000);
    let feeding = feed(&mut child, std::iter::repeat_with(move || line.clone()));
    until_said(&scene, 300);
    scene.server.kill();
    // Without a server nothing is read that has no room: what feeds it stands still.
    until("nothing more is read", || {
        let read = || std::fs::read_to_string(format!("/proc/{}/io", child.id())).unwrap().lines().next().unwrap().to_owned();
        let before = read();
        std::thread::sleep(std::time::Duration::from_millis(300));
        if read() == before { Ok(()) } else { Err(before) }
    });
    assert!(!feeding.is_finished());
    let peak = peak_memory(child.id());
    assert!(peak < 64_000, "{peak} KB");
    child.kill().unwrap();
    child.wait().unwrap();
    feeding.join().unwrap();
}

#[test]
fn lines_go_as_they_come() {
    let scene = Scene::start();
    let mut running = Running::start(scene.tool(&["send", "lobby", "--each-line"]).stdin(Stdio::piped()));
    let mut stdin = running.child.stdin.take().unwrap();
    for number in 1..=3_u64 {
        use std::io::Write;
        writeln!(stdin, "{number}").unwrap();
        until_said(&scene, usize::try_from(number).unwrap());
    }
    drop(stdin);
    assert_eq!(running.end(), (Some(0), vec![], String::new()));
}
