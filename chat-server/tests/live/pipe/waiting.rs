//! `wait`.

use chat_proto::request::RoomMembers;
use chat_proto::user::Presence;
use serde_json::Value;

use crate::pipe::{Person, Running, Scene, end};
use crate::wait::until;

#[test]
fn what_matches_is_printed_and_nothing_else_ends_it() {
    let scene = Scene::start();
    scene.run(&["send", "lobby", "ok from before", "--name", "ada"]);
    let mut waiting = Running::start(&mut scene.tool(&["wait", "lobby", "--match", "ok|failed"]));
    // It waits from the moment on in which it is there, which nobody is told: so it is said until it is heard.
    let mut number = 0;
    until("it has matched", || {
        number += 1;
        scene.run(&["send", "lobby", &format!("nothing {number}"), "--name", "ada"]);
        scene.run(&["send", "lobby", &format!("{number} is\nok\u{1b}"), "--name", "ada"]);
        if waiting.child.try_wait().unwrap().is_some() { Ok(()) } else { Err(waiting.lines().join("\n")) }
    });
    let (code, lines, told) = waiting.end();
    assert_eq!((code, told.as_str()), (Some(0), ""));
    assert!(lines.len() == 2 && lines[0].ends_with(" is") && lines[1] == "ok\u{fffd}", "{lines:?}");
}

#[test]
fn it_ends_by_its_time_with_a_code_of_its_own() {
    let scene = Scene::start();
    scene.run(&["send", "lobby", "ok from before"]);
    let output = scene.tool(&["wait", "lobby", "--match", "ok", "--timeout", "1s"]).output().unwrap();
    assert_eq!((end(&output), output.stdout.len()), ((Some(3), "chat-tui: The time is up: nothing in #lobby has matched.\n".into()), 0));
    let output = scene.tool(&["wait", "nowhere", "--match", "ok"]).output().unwrap();
    assert_eq!(end(&output), (Some(4), "chat-tui: There is no room #nowhere.\n".into()));
}

#[test]
fn what_was_said_since_a_time_counts_and_json_is_the_entry() {
    let scene = Scene::start();
    for text in ["first ok", "second ok"] {
        scene.run(&["send", "lobby", text]);
    }
    assert_eq!(scene.run(&["wait", "lobby", "--match", "(?i)OK", "--since", "1h"]), "first ok\n");
    let entry: Value = serde_json::from_str(&scene.run(&["wait", "lobby", "--match", "^second", "--since", "1h", "--json"])).unwrap();
    assert_eq!((&entry["kind"], &entry["content"]["text"]), (&"message".into(), &"second ok".into()));
    assert!(entry["room"].is_string() && entry["epoch"].is_string() && entry["seq"].is_u64());
}

/// What is said in the moment in which the server comes back is not missed.
#[test]
fn it_waits_through_a_restart() {
    let scene = Scene::start();
    let mut waiting = Running::start(&mut scene.tool(&["wait", "lobby", "--match", "^out$", "--name", "waiter"]));
    let mut ada = Person::guest(&scene, "ada");
    let lobby = ada.room("lobby");
    until("it is there", || {
        let here = ada.request(&RoomMembers { room: lobby.clone() }).members;
        let here = here.iter().any(|member| member.user.name.as_str() == "waiter" && member.presence == Presence::Online);
        if here { Ok(()) } else { Err("it is not".to_owned()) }
    });
    assert!(waiting.child.try_wait().unwrap().is_none());
    // It is seen before its welcome has come to it, and waits from that on; when it has cannot be seen from outside.
    std::thread::sleep(std::time::Duration::from_secs(1));
    scene.server.kill();
    scene.server.start_again();
    scene.run(&["send", "lobby", "out"]);
    let (code, lines, told) = waiting.end();
    assert_eq!((code, lines), (Some(0), vec!["out".to_owned()]), "{told}");
}
