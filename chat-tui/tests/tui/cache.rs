//! What the next program shows before the server has said a word, and what becomes of it then.

use chat_proto::entry::{Body, Delete};
use chat_proto::id::{ClientId, Epoch, ServerId, UserId};
use chat_proto::room::RoomKind;
use chat_tui::effect::Effect;
use chat_tui::storage::disk::Disk;
use chat_tui::storage::{Cached, Kept, Pair, Storage};

use crate::app::App;
use crate::server::{Server, user};

fn pair() -> Pair {
    (ServerId::parse("s1").unwrap(), UserId::parse("u-me").unwrap())
}

/// A server with some lines and another room, seen by a client that has kept all of it.
fn seen() -> App {
    let mut server = Server::new();
    server.make_room("ops", "on call", RoomKind::Public);
    for number in 0..500 {
        server.say("bob", &format!("line {number}."));
    }
    let mut app = App::new(80, 24, server);
    app.keys("Ctrl+N");
    app.keys("Ctrl+P");
    app.wait(20_000);
    app
}

fn kept(app: &mut App) -> Kept {
    app.storage.load(&pair()).unwrap()
}

#[test]
fn a_start_without_a_server_shows_what_was_there() {
    let mut app = seen();
    app.write("half a tho");
    let mut app = app.restarted(false);
    let screen = app.screen();
    for seen in ["line 499.", "#lobby", "#ops", "Welcome in", "> half a tho", "connecting"] {
        assert!(screen.contains(seen), "{seen}:\n{screen}");
    }
    app.down();
    app.say("ught");
    assert!(app.sees("half a thought") && app.sees("…"));
    app.keys("Ctrl+N");
    assert!(app.sees("Write to #ops"));
    let mut app = app.restarted(true);
    assert!(app.sees("half a thought"), "also after a kill");
    app.server.heard.clear();
    app.welcome();
    let sends = app.server.heard.iter().filter(|name| *name == "message:send").count();
    assert_eq!((sends, app.state.outbox.items().count()), (1, 0));
    assert!(app.sees("half a thought") && !app.sees("…"));
}

#[test]
fn a_start_without_a_server_says_so_and_how_to_try_again() {
    let mut app = seen().restarted(true);
    app.down();
    app.say("said to nobody yet, in so many words that they take more than one row of the screen");
    app.keys("Up");
    assert!(app.sees("e edit · X discard · y copy · Esc back"));
    app.keys("Esc");
    insta::assert_snapshot!("no_server_80", app.screen());
    app.feed(chat_tui::event::Event::Resize(50, 24));
    insta::assert_snapshot!("no_server_50", app.screen());
    app.welcome();
    app.server.refusals.push_back(chat_proto::error::Error::new(chat_proto::error::Code::Forbidden, "You are muted until tomorrow."));
    app.say("said while muted");
    insta::assert_snapshot!("refused_50", app.screen());
}

#[test]
fn only_what_is_missing_is_read_then() {
    let mut app = seen();
    for number in 500..510 {
        app.server.say("bob", &format!("line {number}."));
    }
    let deleted = app.state.room().unwrap().timeline.lines().next_back().unwrap().mark();
    let lobby = app.server.lobby().info.id.clone();
    app.server.write("bob", &lobby, ClientId::parse("gone").unwrap(), Body::Delete(Delete { target: deleted }));
    let mut app = app.restarted(true);
    assert!(app.sees("line 499.") && !app.sees("line 500."));
    app.server.heard.clear();
    let (welcome, number) = (app.server.welcome(), app.state.link.number);
    app.feed(chat_tui::event::Event::Link(number, chat_tui::event::Link::Wire(welcome)));
    let sync = app.sent.iter().find(|emit| emit.name == "sync").unwrap();
    assert_eq!(sync.payload["cursors"][0]["seq"], 501);
    app.settle();
    assert_eq!(app.server.heard.iter().filter(|name| *name == "history:read").count(), 1);
    assert!(app.sees("line 509.") && app.sees("message deleted") && !app.sees("line 499."));
    assert_eq!(app.state.room().unwrap().timeline.live_window(), Some((402, 512)));
}

#[test]
fn a_log_that_is_another_one_now_is_not_mixed_with_the_kept_one() {
    let mut app = seen().restarted(true);
    assert!(app.sees("line 499."));
    app.server.lobby().epoch = Epoch::parse("e2").unwrap();
    app.server.lobby().entries.truncate(1);
    app.server.say("bob", "of the new log");
    app.welcome();
    assert!(app.sees("of the new log") && !app.sees("line 499."));
    app.wait(20_000);
    let mut app = app.restarted(true);
    assert!(app.sees("of the new log") && !app.sees("line 499."));
}

#[test]
fn who_was_away_for_long_starts_at_the_head() {
    let mut app = seen();
    for number in 0..1_500 {
        app.server.say("bob", &format!("missed {number}."));
    }
    let mut app = app.restarted(true);
    app.welcome();
    assert!(app.sees("missed 1499.") && !app.sees("line 499."));
    assert_eq!(app.state.room().unwrap().timeline.live_window(), Some((1_902, 2_001)));
}

#[test]
fn a_deleted_text_is_not_kept() {
    let mut app = seen();
    let line = app.server.say("bob", "a secret");
    let lobby = app.server.lobby().info.id.clone();
    let told = app.server.told(&lobby, vec![line.clone()]);
    app.wire(told);
    app.wait(10_000);
    let text = |app: &mut App| serde_json::to_string(&kept(app).rooms).unwrap();
    assert!(text(&mut app).contains("a secret"));
    let delete = app.server.write("bob", &lobby, ClientId::parse("gone").unwrap(), Body::Delete(Delete { target: line.mark() }));
    let told = app.server.told(&lobby, vec![delete]);
    app.wire(told);
    app.wait(10_000);
    assert!(!text(&mut app).contains("a secret") && text(&mut app).contains("line 499."));
}

#[test]
fn a_busy_room_is_not_kept_with_each_entry() {
    let mut app = seen();
    let before = app.cached;
    let lobby = app.server.lobby().info.id.clone();
    for number in 0..200 {
        let entry = app.server.say("bob", &format!("busy {number}"));
        let told = app.server.told(&lobby, vec![entry]);
        app.wire(told);
        app.wait(50);
    }
    assert!((1..=3).contains(&(app.cached - before)), "{} times in 10 s", app.cached - before);
    let before = app.cached;
    app.wait(20_000);
    let settled = app.cached;
    assert!(settled - before <= 2);
    app.wait(25_000);
    assert!(app.cached - settled <= 1, "nothing happens: nothing is kept");
}

#[test]
fn a_room_that_was_left_is_not_kept() {
    let mut app = seen();
    assert_eq!(kept(&mut app).rooms.len(), 2);
    app.keys("Ctrl+N");
    app.say("/leave");
    app.wait(31_000);
    assert_eq!(kept(&mut app).rooms.len(), 1);
}

#[test]
fn somebody_else_sees_and_sends_nothing_of_it() {
    let mut app = seen();
    app.down();
    app.say("for me alone");
    app.write("a private draft");
    let mut app = app.restarted(false);
    assert!(app.sees("for me alone") && app.sees("a private draft"));
    // The token is somebody else's now: a server that was begun anew.
    app.server.users.push(user("somebody", "#7aa2f7"));
    app.server.me = UserId::parse("u-somebody").unwrap();
    app.server.lobby().members.push(UserId::parse("u-somebody").unwrap());
    app.online = false;
    let welcome = app.server.welcome();
    app.wire(welcome);
    assert!(!app.sees("for me alone") && !app.sees("a private draft"));
    assert!(!app.sent.iter().any(|emit| emit.name == "message:send"));
    assert!(app.wanted.iter().any(|effect| matches!(effect, Effect::KeepPair((_, user)) if user.as_str() == "u-somebody")));
    assert_eq!((kept(&mut app).outbox.len(), kept(&mut app).drafts.len()), (1, 1), "it is kept for whose it is");
}

#[test]
fn what_stands_in_the_kept_lines_is_not_sent_again() {
    let mut app = seen();
    app.say("said once");
    let item = app.server.lobby().entries.last().unwrap().client_id.clone();
    app.wait(20_000);
    // The answer was not kept: as far as the disk knows, it is still on its way.
    let work = chat_tui::state::outbox::Work::Send {
        room: app.server.lobby().info.id.clone(),
        text: chat_proto::text::MessageText::parse("said once").unwrap(),
        mentions: vec![],
        reply_to: None,
        quote: None,
    };
    let item = chat_tui::state::outbox::Item::new(item, work, app.state.now);
    app.storage.store(&pair(), vec![chat_tui::storage::Change::Queued(item, None)]).unwrap();
    let mut app = app.restarted(true);
    assert_eq!(app.screen().matches("said once").count(), 1);
    assert_eq!(kept(&mut app).outbox.len(), 0);
}

#[test]
fn rooms_that_an_older_program_kept_are_shown() {
    let mut app = seen();
    let who = kept(&mut app).who.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut disk = Disk::at(directory.path());
    disk.load(&pair()).unwrap();
    disk.cache(&pair(), Cached::Who(Box::new(who))).unwrap();
    for room in kept(&mut app).rooms {
        disk.cache(&pair(), Cached::Room(Box::new(room))).unwrap();
    }
    let folder = directory.path().join("server-s1/user-u-me/rooms");
    for file in std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        let mut older: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let room = older["kept"].as_object_mut().unwrap();
        assert!(room.remove("role").is_some() && room.remove("others").is_some());
        let info = room["info"].as_object_mut().unwrap();
        assert!(info.remove("title").is_some() && info.remove("settings").is_some());
        std::fs::write(&file, serde_json::to_vec(&older).unwrap()).unwrap();
    }
    let mut app = App::connecting(80, 24, Server::new());
    app.feed(chat_tui::event::Event::Loaded(disk.load(&pair()).unwrap()));
    assert!(app.sees("#lobby  Welcome in") && app.sees("line 499.") && app.sees("#ops"));
    // One without what every program has kept is none, and the others are there.
    std::fs::write(folder.join("room-r-ops.json"), r#"{"format":1,"kept":{"info":{"id":"r-ops"}}}"#).unwrap();
    assert_eq!(disk.load(&pair()).unwrap().rooms.len(), 1);
}

#[test]
fn on_disk_a_room_is_a_file_without_what_was_deleted_and_one_that_is_damaged_is_none() {
    let mut app = seen();
    let rooms = kept(&mut app).rooms;
    let who = kept(&mut app).who.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut disk = Disk::at(directory.path());
    disk.load(&pair()).unwrap();
    disk.cache(&pair(), Cached::Who(Box::new(who.clone()))).unwrap();
    for room in rooms.clone() {
        disk.cache(&pair(), Cached::Room(Box::new(room))).unwrap();
    }
    let mut read = disk.load(&pair()).unwrap();
    read.rooms.sort_by_key(|room| room.info.id.clone());
    assert_eq!((read.rooms, read.who), (rooms.clone(), Some(who.clone())));
    let folder = directory.path().join("server-s1/user-u-me");
    let file = folder.join("rooms/room-r-lobby.json");
    let whole = std::fs::read(&file).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file, &whole[..length]).unwrap();
        assert_eq!(disk.load(&pair()).unwrap().rooms.len(), 1);
    }
    let newer = String::from_utf8(whole).unwrap().replacen("\"format\":1", "\"format\":2", 1);
    std::fs::write(&file, newer).unwrap();
    assert_eq!(disk.load(&pair()).unwrap().rooms.len(), 1);
    disk.cache(&pair(), Cached::Gone(rooms[1].info.id.clone())).unwrap();
    disk.cache(&pair(), Cached::Gone(rooms[1].info.id.clone())).unwrap();
    assert_eq!(disk.load(&pair()).unwrap().rooms.len(), 0);
    assert_eq!(std::fs::read_dir(folder.join("rooms")).unwrap().count(), 1, "nothing is left beside them");
}
