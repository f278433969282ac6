//! `export`: held against what the server's own export tells.

use std::collections::BTreeSet;

use chat_proto::entry::NewContent;
use chat_proto::place::Place;
use chat_proto::request::{MessageDelete, MessageEdit, MessageReact, RoomConfigure, RoomCreate};
use chat_proto::room::{History, RoomChanges};
use chat_proto::text::{Emoji, MessageText};
use serde_json::{Value, json};

use crate::pipe::{Person, Scene, Tool, end, feed};
use crate::wait::until;

fn lines(printed: &str) -> Vec<Value> {
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A room's entries as the protocol has them.
fn entries(lines: &[Value]) -> Vec<Value> {
    let entries = lines.iter().filter(|line| line["seq"].is_u64()).cloned();
    entries
        .map(|mut entry| {
            let fields = entry.as_object_mut().unwrap();
            fields.retain(|name, _| name != "room" && name != "epoch");
            entry
        })
        .collect()
}

struct Written {
    scene: Scene,
    ada: Person,
}

/// A log of many pages, with edits, deletions and reactions all over it.
fn written() -> Written {
    let scene = Scene::start_fast();
    let mut ada = Person::guest(&scene, "ada");
    let lobby = ada.room("lobby");
    assert_eq!(
        end(&scene
            .shell("seq 900 | sed \"s/$/ $(printf %400s | tr ' ' x)/\" | chat-tui send lobby --each-line --name bob")
            .output()
            .unwrap()),
        (Some(0), String::new())
    );
    let sync = ada.request(&chat_proto::request::SyncRequest::default());
    let epoch = sync.rooms.iter().find(|state| state.room.id == lobby).unwrap().epoch.clone();
    let place = |number: u64, ada: &mut Person| {
        let client_id = ada.client_id();
        let content = NewContent::text(MessageText::parse(format!("ada {number}")).unwrap());
        let send =
            chat_proto::request::MessageSend { room: lobby.clone(), client_id, after: None, content, mentions: vec![], reply_to: None };
        let stored = ada.request(&send);
        Place { epoch: epoch.clone(), seq: stored.seq, id: stored.id }
    };
    for number in 0..60 {
        let target = place(number, &mut ada);
        let (room, client_id) = (lobby.clone(), ada.client_id());
        match number % 4 {
            0 => {
                for text in ["first edit", "last edit"] {
                    let (client_id, content) = (ada.client_id(), NewContent::text(MessageText::parse(text).unwrap()));
                    ada.request(&MessageEdit {
                        room: room.clone(),
                        client_id,
                        after: None,
                        target: target.clone(),
                        content,
                        mentions: vec![],
                    });
                }
            }
            1 => drop(ada.request(&MessageDelete { room, client_id, after: None, target })),
            2 => drop(ada.request(&MessageReact { room, client_id, after: None, target, emoji: Emoji::parse("👍").unwrap(), on: true })),
            _ => {}
        }
    }
    assert_eq!(end(&scene.shell("seq 300 | chat-tui send lobby --each-line --name bob").output().unwrap()), (Some(0), String::new()));
    Written { scene, ada }
}

#[test]
fn it_is_complete() {
    let Written { scene, ada: _ada } = written();
    let theirs = scene.log("lobby");
    let printed = lines(&scene.run(&["export", "lobby", "--name", "carol"]));
    let head = &printed[0];
    assert_eq!((&head["room"]["name"], &head["head"]["seq"]), (&json!("lobby"), &theirs.last().unwrap()["seq"]));
    let (room, epoch) = (&head["room"]["id"], &head["epoch"]);
    assert!(printed[1..].iter().all(|line| line["room"] == *room && line["epoch"] == *epoch));
    // All of it is there but what pages tell otherwise: edits that others came after, and of reactions how
    // they stand.
    let ours = entries(&printed);
    let seqs: Vec<u64> = ours.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|a, b| a < b), "oldest first, each once");
    let mut left = BTreeSet::new();
    for entry in &theirs {
        match ours.iter().find(|own| own["seq"] == entry["seq"]) {
            Some(own) => assert_eq!(own, entry),
            None => drop(left.insert((entry["kind"].as_str().unwrap(), entry["content"]["text"].as_str().unwrap_or("")))),
        }
    }
    assert_eq!(left, BTreeSet::from([("edit", "first edit"), ("react", "")]));
    assert_eq!(ours.len(), theirs.len() - 15 - 15);
    let standing: Vec<&Value> = printed.iter().filter(|line| line["reactions"].is_array()).collect();
    assert_eq!(standing.len(), 15, "each once");
    let reacted: BTreeSet<u64> =
        theirs.iter().filter(|entry| entry["kind"] == "react").map(|entry| entry["target"]["seq"].as_u64().unwrap()).collect();
    assert!(standing.iter().all(|line| reacted.contains(&line["target"].as_u64().unwrap())), "{standing:?}");
    assert!(standing.iter().all(|line| line["reactions"] == json!([{ "emoji": "👍", "count": 1, "mine": false }])), "{standing:?}");
    // From some time on, it is the end of the same.
    let time = ours[1_000]["time"].as_u64().unwrap();
    let since = jiff::Timestamp::from_millisecond(time.try_into().unwrap()).unwrap().to_string();
    let later = entries(&lines(&scene.run(&["export", "lobby", "--name", "carol", "--since", &since])));
    let wanted: Vec<Value> = ours.into_iter().filter(|entry| entry["time"].as_u64().unwrap() >= time).collect();
    assert_eq!(later, wanted);
}

#[test]
fn it_goes_on_behind_a_restart() {
    let Written { scene, ada: _ada } = written();
    let whole = scene.run(&["export", "lobby", "--name", "carol"]);
    // A reader that takes its time, so that there is more to be read when the server dies.
    let mut command = scene.tool(&["export", "lobby", "lobby", "--name", "carol"]);
    let mut child = Tool::start(&mut command);
    let mut stdout = child.stdout.take().unwrap();
    let mut printed = vec![0; 1];
    std::io::Read::read_exact(&mut stdout, &mut printed).unwrap();
    scene.server.kill();
    scene.server.start_again();
    std::io::Read::read_to_end(&mut stdout, &mut printed).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(entries(&lines(&String::from_utf8(printed).unwrap())), entries(&lines(&whole)));
}

/// What was said before somebody joined, where new members do not see that, is named and not told.
#[test]
fn what_may_not_be_read_is_said_to_be_hidden() {
    let scene = Scene::start();
    let mut ada = Person::guest(&scene, "ada");
    let client_id = ada.client_id();
    let name = chat_proto::name::RoomName::parse("team").unwrap();
    let room = ada.request(&RoomCreate { history: Some(History::Joined), ..RoomCreate::public(client_id, name) }).room.id;
    let mut child = Tool::start(&mut scene.tool(&["send", "team", "--each-line", "--name", "bob"]));
    feed(&mut child, (1..=5).map(|number| format!("secret {number}"))).join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    scene.run(&["send", "team", "hello", "--name", "carol"]);
    let printed = scene.run(&["export", "team", "--name", "carol"]);
    assert!(!printed.contains("secret") && printed.contains("hello"), "{printed}");
    let hidden: Vec<Value> = lines(&printed).into_iter().filter(|line| line["hidden"].is_array()).collect();
    assert_eq!(hidden.iter().map(|line| &line["hidden"]).collect::<Vec<_>>(), [&json!([1, 7])]);
    // The room is opened: what was said then stays hidden, what is said now is not.
    let (client_id, changes) = (ada.client_id(), RoomChanges { history: Some(History::All), ..RoomChanges::default() });
    ada.request(&RoomConfigure { room, client_id, after: None, changes });
    until("that is told", || {
        let printed = scene.run(&["export", "team", "--name", "dave"]);
        if printed.contains("\"history\":\"all\"") { Ok(()) } else { Err(printed) }
    });
}
