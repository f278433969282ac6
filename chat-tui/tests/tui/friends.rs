//! Friends: the one place where all of them speak, and how one becomes one.

use chat_proto::entry::{Body, Content, Join, Message};
use chat_proto::error::{Code, Error};
use chat_proto::event::{AnyEvent, PresenceChanged, TypingChanged};
use chat_proto::fold::{Line, LineBody};
use chat_proto::id::{ClientId, RoomId};
use chat_proto::request::friend_list::Friendship;
use chat_proto::user::{Member, Presence};
use chat_tui::event::Event;
use chat_tui::state::Spot;
use chat_tui::state::room::Room;
use chat_tui::state::shown::Shown;
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::app::App;
use crate::server::{Server, account, unread};

/// Three friends who have spoken in turns, and `me` in between.
fn server() -> Server {
    let mut server = Server::with_friends(&["ada", "bob", "carol"]);
    server.tell_friends("ada", 10, "the garden is open tonight");
    server.tell_friends("bob", 20, "I bring bread");
    server.tell_friends("me", 30, "and I the soup");
    server.tell_friends("ada", 40, "wonderful");
    server.tell_friends("carol", 50, "see you at eight, @me");
    server
}

fn friends(columns: u16, rows: u16, server: Server) -> App {
    let mut app = App::new(columns, rows, server);
    app.say("/friends");
    app
}

fn line(name: &str, seq: u64) -> Spot {
    Spot::Line(RoomId::parse(format!("r-friends-{name}")).unwrap(), seq)
}

/// Somebody says something to friends, and `me` is told at once.
fn comes(app: &mut App, name: &str, second: u64, text: &str) {
    let entry = app.server.tell_friends(name, second, text);
    let room = app.server.friends_room(name);
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    app.settle();
}

/// What is shown of what friends say, the oldest first.
fn said(app: &App) -> Vec<String> {
    let shown = Shown::of(&app.state);
    let text = |line: &Line| match &line.body {
        LineBody::Message { content, .. } => content.text.clone(),
        other => panic!("{other:?} is nothing that is said"),
    };
    let mut texts: Vec<_> = shown.lines_up().map(|said| text(said.line)).collect();
    texts.reverse();
    texts
}

fn texts_of(requests: &[String], name: &str) -> usize {
    requests.iter().filter(|heard| *heard == name).count()
}

#[test]
fn three_sizes() {
    for (columns, rows) in [(120, 30), (80, 24), (50, 24)] {
        let mut app = friends(columns, rows, server());
        assert_snapshot!(format!("friends_{columns}"), app.screen());
    }
}

#[test]
fn the_list_has_one_place_with_all_that_is_unread() {
    let mut app = App::new(80, 24, server());
    assert_snapshot!("friends_unread", app.screen());
    app.keys("Alt+A");
    assert!(app.sees("Write to your friends"), "those with a mention come first");
    app.wait(3_000);
    app.keys("Ctrl+N");
    assert!(app.sees("\n Friends        │"), "and all of them are read: {}", app.screen());
    assert_eq!(app.server.reads.len(), 3, "each friend's by itself");
    app.keys("Ctrl+K");
    assert_eq!(app.screen().matches("Friends").count(), 2, "the list and the switcher have it once: {}", app.screen());
}

#[test]
fn lines_stand_in_the_order_of_time_then_room_then_seq() {
    let mut server = Server::with_friends(&["ada", "bob"]);
    for (name, second, text) in [("bob", 5, "b1"), ("ada", 5, "a1"), ("ada", 5, "a2"), ("bob", 7, "b2"), ("me", 6, "m1"), ("me", 7, "m2")] {
        server.tell_friends(name, second, text);
    }
    let mut app = friends(80, 24, server);
    assert_eq!(said(&app), ["a1", "a2", "b1", "m1", "b2", "m2"]);
    // What comes late by its time stands where it belongs, and what is in the same second by its room.
    comes(&mut app, "ada", 7, "a3");
    assert_eq!(said(&app), ["a1", "a2", "b1", "m1", "a3", "b2", "m2"]);
    let down: Vec<Spot> = std::iter::successors(Some(line("ada", 2)), |spot| Shown::of(&app.state).below_spot(spot)).collect();
    let mut up: Vec<Spot> = std::iter::successors(down.last().cloned(), |spot| Shown::of(&app.state).above_spot(spot)).collect();
    up.reverse();
    assert_eq!(down.len(), 7);
    assert_eq!(down, up, "the way down is the way up");
}

/// Ada speaks all the time and bob once an hour: a page of hers reaches back a part of one of his.
fn uneven() -> Server {
    let mut server = Server::with_friends(&["ada", "bob"]);
    for number in 0..500 {
        server.tell_friends("ada", number * 10, &format!("ada {number}."));
        if number % 50 == 0 {
            server.tell_friends("bob", number * 10 + 5, &format!("bob {number}."));
        }
    }
    server
}

#[test]
fn nothing_is_shown_above_which_something_is_missing() {
    let mut app = friends(80, 24, uneven());
    let whole = |app: &App| {
        let shown = said(app);
        let number = |text: &str| text.split(' ').nth(1).unwrap().trim_end_matches('.').parse::<u64>().unwrap();
        let first = number(&shown[0]);
        let mut expected = Vec::new();
        for number in first..500 {
            expected.push(format!("ada {number}."));
            if number % 50 == 0 {
                expected.push(format!("bob {number}."));
            }
        }
        if !shown[0].starts_with("ada") {
            expected.remove(0);
        }
        assert_eq!(shown, expected);
        first
    };
    let first = whole(&app);
    assert!(first > 300, "bob's older lines are held, and hidden as long as ada's of then are not: {first}");
    let (mut before, mut pages) = (first, 0);
    while before > 0 {
        app.keys("PageUp PageUp PageUp");
        let now = whole(&app);
        assert!(now <= before);
        (before, pages) = (now, pages + 1);
        assert!(pages < 100, "the beginning is never reached");
    }
    app.keys("Ctrl+Home");
    assert!(app.sees("This is the beginning of what you and your friends say."), "{}", app.screen());
    assert!(app.sees("bob 0."));
}

#[test]
fn no_page_is_asked_for_that_is_not_needed() {
    let mut app = friends(80, 24, uneven());
    let pages = texts_of(&app.server.heard, "history:read");
    assert_eq!(pages, 4, "the lobby, ada, bob and what I say: once each");
    app.server.heard.clear();
    app.keys("PageUp PageUp PageUp PageUp");
    assert_eq!(texts_of(&app.server.heard, "history:read"), 1, "ada's alone, who says how far up is shown");
}

#[test]
fn a_hit_leads_to_its_place_among_what_the_others_said() {
    let mut app = App::new(80, 24, uneven());
    app.say("/search \"ada 120.\"");
    assert!(app.sees("Friends  "), "{}", app.screen());
    app.keys("Enter");
    assert!(app.sees("▌         09:32  ada 120."), "{}", app.screen());
    assert_eq!(app.state.chosen, Some(line("ada", 122)));
    assert!(app.sees("ada 118.") && app.sees("ada 122.") && app.sees("Write to your friends"));
    app.keys("Up");
    assert_eq!(app.state.chosen, Some(line("ada", 121)));
    app.keys("Esc");
    app.keys("Esc Esc");
    assert!(app.sees("Write to #lobby"), "back where one was");
    // One that there is none of.
    let room = RoomId::parse("r-friends-ada").unwrap();
    app.feed(Event::Jump(room, 9_000));
    assert!(app.sees("That message is not here any more."));
}

#[test]
fn what_is_new_is_marked_where_it_begins() {
    let mut server = server();
    server.reads.insert(RoomId::parse("r-friends-ada").unwrap(), unread(2, 1, 1));
    server.reads.insert(RoomId::parse("r-friends-bob").unwrap(), unread(2, 1, 0));
    server.reads.insert(RoomId::parse("r-friends-carol").unwrap(), unread(1, 0, 1));
    let mut app = friends(80, 24, server);
    assert_snapshot!("friends_new", app.screen());
    app.wait(5_000);
    assert!(app.sees("── new ──"), "read, and marked all the same");
    app.keys("Ctrl+P Ctrl+N");
    assert!(!app.sees("── new ──"));
    // Unread from a line on: of everybody whose lines stand there or below.
    app.keys("Up Up u");
    app.settle();
    assert!(app.sees("── new ──"), "{}", app.screen());
    let of = |app: &App, name: &str| app.state.rooms[&RoomId::parse(format!("r-friends-{name}")).unwrap()].read.unread;
    assert_eq!((of(&app, "ada"), of(&app, "bob"), of(&app, "carol")), (1, 0, 1));
    app.wait(3_000);
    assert_eq!((of(&app, "ada"), of(&app, "carol")), (1, 1), "and stays so");
}

#[test]
fn who_scrolled_up_is_told_what_comes_below() {
    let mut app = friends(80, 24, uneven());
    app.keys("PageUp");
    comes(&mut app, "bob", 6_000, "are you there?");
    comes(&mut app, "ada", 6_001, "they are asleep");
    assert!(app.sees("↓ 2 new below") && !app.sees("asleep"));
    app.keys("Ctrl+End");
    assert!(app.sees("asleep"));
}

#[test]
fn what_is_written_goes_to_all_friends_and_what_is_done_into_the_room_of_the_line() {
    let mut app = friends(80, 24, server());
    app.say("a word to all");
    app.keys("Up Up");
    assert_eq!(app.state.chosen, Some(line("carol", 2)));
    assert!(app.sees("+ react · y copy") && !app.sees("r answer"), "{}", app.screen());
    app.keys("+ Enter Up");
    assert_eq!(app.state.chosen, Some(line("me", 3)));
    app.keys("e Ctrl+U");
    app.say("a word to all of you");
    app.keys("Up r");
    app.say("to be clear");
    app.keys("Up Up d y");
    let own = RoomId::parse("r-friends-me").unwrap();
    let kinds = |app: &mut App, room: &RoomId| -> Vec<&'static str> {
        let kind = |body: &Body| match body {
            Body::Message(message) if message.reply_to.is_some() => "answer",
            Body::Message(_) => "message",
            Body::Edit(_) => "edit",
            Body::Delete(_) => "delete",
            Body::React(_) => "react",
            _ => "other",
        };
        app.server.log(room).entries.iter().map(|entry| kind(&entry.body)).collect()
    };
    assert_eq!(kinds(&mut app, &own), ["other", "message", "message", "edit", "answer", "delete"]);
    assert_eq!(kinds(&mut app, &RoomId::parse("r-friends-carol").unwrap()), ["other", "message", "react"]);
    assert_snapshot!("friends_acted", app.screen());
}

#[test]
fn nobody_answers_in_the_room_of_another() {
    let mut app = friends(80, 24, server());
    app.keys("Up r");
    assert!(app.sees("Only carol writes there, to all of their friends. /msg carol") && app.sees("answers them alone."));
    app.keys("Esc");
    app.say("/reply of course");
    assert!(app.sees("Only carol writes there"));
    assert!(!app.server.heard.contains(&"message:send".to_owned()));
    for command in ["/topic soup", "/leave", "/invite bob", "/set post members", "/kick bob", "/codes"] {
        app.say(command);
        assert!(app.sees("That is for rooms.") || app.sees("Only rooms have settings."), "{command}: {}", app.screen());
    }
    assert!(!app.server.heard.iter().any(|name| name.starts_with("room:set") || name == "room:leave"));
}

#[test]
fn who_is_mentioned_and_who_types_is_seen() {
    let mut app = friends(80, 24, server());
    app.keys("Alt+P");
    assert_eq!(app.state.chosen, Some(line("carol", 2)));
    app.keys("Esc");
    for name in ["ada", "bob"] {
        let (room, users) = (app.server.friends_room(name), vec![app.server.person(name).author()]);
        app.wire(AnyEvent::TypingChanged(Box::new(TypingChanged { room, users })));
    }
    assert!(app.sees("ada and bob are typing"), "{}", app.screen());
    app.wait(9_000);
    assert!(!app.sees("typing"));
    app.write("@car");
    app.keys("Tab");
    assert_eq!(app.state.composer.text(), "@carol ");
    app.keys("Enter");
    let own = RoomId::parse("r-friends-me").unwrap();
    let Body::Message(Message { mentions, .. }) = app.server.log(&own).entries.last().unwrap().body.clone() else { panic!() };
    assert_eq!(mentions, [app.server.person("carol").id.clone()]);
}

#[test]
fn the_people_are_the_friends_those_who_are_gone_too() {
    let mut app = friends(120, 30, server());
    assert!(app.sees("○ bob away") && app.sees("● ada"), "{}", app.screen());
    let (room, user) = (RoomId::parse("r-friends-me").unwrap(), app.server.person("ada").clone());
    let changes = vec![Member { user, presence: Presence::Offline, room_role: None }];
    app.wire(AnyEvent::PresenceChanged(Box::new(PresenceChanged { room, online: 3, total: 4, changes, gone: vec![] })));
    assert!(app.sees("○ ada") && app.sees("2 here"), "{}", app.screen());
}

#[test]
fn a_friendship_that_ends_takes_its_lines_along() {
    let mut app = friends(80, 24, server());
    app.keys("Up Up");
    assert_eq!(app.state.chosen, Some(line("ada", 3)));
    app.server.part("ada");
    app.wait(31_000);
    assert_eq!(said(&app), ["I bring bread", "and I the soup", "see you at eight, @me"]);
    assert_eq!(app.state.chosen, None);
    assert!(app.sees("see you at eight"));
}

#[test]
fn a_new_friend_comes_in_while_one_reads_further_up() {
    let mut server = uneven();
    server.users.push(account("carol", "#e5b567"));
    let mut app = friends(80, 24, server);
    app.keys("PageUp PageUp");
    let (anchor, before) = (app.state.room().unwrap().scroll.anchor.clone(), said(&app));
    app.server.befriend("carol");
    app.server.tell_friends("carol", 9_000, "here I am");
    app.wait(31_000);
    assert_eq!(app.state.room().unwrap().scroll.anchor, anchor, "the screen stays where it was");
    assert_eq!(said(&app), [before, vec!["here I am".to_owned()]].concat());
}

#[test]
fn questions_are_answered_where_they_stand() {
    let mut server = Server::with_friends(&[]);
    server.users.push(account("dora", "#e5b567"));
    let mut app = App::new(80, 24, server);
    let asked = app.server.asks_me("dora");
    app.wire(asked);
    app.settle();
    assert!(app.sees("dora asks to be your friend. /friend accept dora says yes."));
    assert!(!app.sees("Friends"), "there is no place without a friend");
    app.keys("Ctrl+P Up");
    assert_snapshot!("friend_question", app.screen());
    app.keys("Enter");
    assert!(app.sees("You and dora are friends now."), "the inbox notes it: {}", app.screen());
    app.wait(31_000);
    assert!(app.sees("Friends"), "{}", app.screen());
    app.say("/friends");
    assert!(app.sees("Nobody has said anything yet."), "{}", app.screen());
    assert_eq!(app.server.friends, [(app.server.person("dora").id.clone(), Friendship::Friends)]);
}

#[test]
fn what_was_refused_is_said_and_a_cut_line_loses_nothing() {
    let mut server = server();
    server.users.push(account("dora", "#e5b567"));
    let mut app = App::new(80, 24, server);
    app.server.refusals.push_back(Error::new(Code::Forbidden, "You have too many open questions."));
    app.say("/friend dora");
    assert!(app.sees("You have too many open questions."));
    app.online = false;
    app.say("/friend @dora");
    app.down();
    app.online = true;
    app.wait(2_000);
    app.welcome();
    app.wait(1_000);
    // The question after dora went with the line: it is a read. The name is asked for again by the person.
    app.say("/friend dora");
    assert!(app.sees("You asked dora to be your friend."), "{}", app.screen());
    app.say("/whois dora");
    assert!(app.sees("their friend; /friend remove dora takes that back."), "{}", app.screen());
    app.say("/whois ada");
    assert!(app.sees("/friend remove ada ends it."), "{}", app.screen());
    app.say("/whois me");
    assert!(!app.sees("/friend"), "{}", app.screen());
}

#[test]
fn who_missed_what_became_of_a_friendship_asks() {
    let mut app = App::new(80, 24, server());
    let asked = app.server.asks_me("bob");
    app.wire(asked);
    app.settle();
    // Told by nobody: ada ends it, and somebody asks.
    app.server.part("ada");
    drop(app.server.asks_me("carol"));
    app.server.heard.clear();
    app.wait(31_000);
    assert_eq!(texts_of(&app.server.heard, "friend:list"), 1);
    let of = |app: &App, name: &str| app.state.friendship(&app.server.person(name).id).unwrap();
    assert_eq!((of(&app, "ada"), of(&app, "carol")), (Friendship::None, Friendship::AsksYou));
    app.say("/friend remove ada");
    assert!(app.sees("They did not ask you."), "there is nothing to confirm: {}", app.screen());
}

#[test]
fn the_list_of_friends_takes_the_next_step() {
    let mut server = server();
    server.users.push(account("dora", "#e5b567"));
    let mut app = App::new(80, 24, server);
    let asked = app.server.asks_me("dora");
    app.wire(asked);
    app.settle();
    app.say("/friend list");
    assert_snapshot!("friend_list", app.screen());
    app.keys("x");
    assert!(app.sees("You said no to dora."));
    app.say("/friend");
    app.keys("x");
    assert!(app.sees("End the friendship with ada?"));
    app.keys("n");
    app.say("/friend");
    app.keys("Down Enter");
    assert!(app.sees("Write to bob"), "a friend is written to: {}", app.screen());
}

#[test]
fn guests_are_told_that_friends_are_for_accounts() {
    let mut app = App::new(80, 24, Server::new());
    for command in ["/friend ada", "/friend", "/friends"] {
        app.say(command);
        assert!(app.sees("Friends are for accounts. /register NAME makes one of your"), "{command}: {}", app.screen());
        app.keys("Esc");
    }
    assert!(!app.server.heard.iter().any(|name| name.starts_with("friend:")));
}

#[test]
fn words_and_names_are_completed() {
    let mut server = server();
    server.users.push(account("dora", "#e5b567"));
    let mut app = App::new(80, 24, server);
    let asked = app.server.asks_me("dora");
    app.wire(asked);
    app.settle();
    for (typed, completed) in
        [("/friend ref", "/friend refuse "), ("/friend accept ", "/friend accept @dora "), ("/friend remove @b", "/friend remove @bob ")]
    {
        app.write(typed);
        app.keys("Tab");
        assert_eq!(app.state.composer.text(), completed);
        app.keys("Ctrl+U");
    }
    app.say("/friend accept");
    assert!(app.sees("Usage: /friend [accept|refuse|remove|list] [name]"));
}

#[test]
fn what_friends_said_is_there_before_the_server() {
    let app = friends(80, 24, server());
    let mut app = app.restarted(false);
    app.say("/friends");
    assert!(app.sees("see you at eight"), "{}", app.screen());
    app.online = false;
    assert_eq!(said(&app).len(), 5);
    app.online = true;
    app.welcome();
    assert_eq!(said(&app).len(), 5);
}

#[test]
fn a_missing_line_heals_by_the_rules_of_its_room() {
    let mut app = friends(80, 24, server());
    app.server.tell_friends("ada", 60, "lost on the way");
    comes(&mut app, "ada", 61, "did you get that?");
    assert!(!app.sees("did you get that?"));
    app.wait(1_000);
    assert!(app.sees("lost on the way") && app.sees("did you get that?"));
}

#[test]
fn a_frame_costs_what_it_shows() {
    let frame = |lines: u64| {
        let mut server = Server::with_friends(&["ada", "bob", "carol"]);
        for number in 0..lines {
            let name = ["ada", "bob", "carol"][number as usize % 3];
            server.tell_friends(name, number, &format!("line {number}."));
        }
        let mut app = friends(80, 24, server);
        app.keys("Ctrl+Home Ctrl+End");
        let before = app.cache.laid_out;
        comes(&mut app, "ada", lines + 10, "one more");
        app.cache.laid_out - before
    };
    assert_eq!(frame(60), frame(900));
}

#[test]
fn friends_of_friends_are_not_told() {
    let mut app = friends(80, 24, server());
    let room = app.server.friends_room("bob");
    let add = Body::Join(Join {});
    let entry = app.server.write("carol", &room, ClientId::parse("j").unwrap(), add);
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    assert!(!app.sees("carol joined"), "who else is a friend of a friend is not told there");
    let content = Content::text("after all");
    let body = Body::Message(Message { content, mentions: vec![], reply_to: None });
    let entry = app.server.write("bob", &room, ClientId::parse("k").unwrap(), body);
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    assert!(app.sees("after all"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_shown_is_all_that_is_held_down_to_the_horizon(
        turns in proptest::collection::vec((0..4_usize, 0..3_u64, 0..6_u8), 1..700),
        pages in 0..6_usize,
    ) {
        let names = ["ada", "bob", "carol", "me"];
        let mut server = Server::with_friends(&names[..3]);
        let mut second = 0;
        for (number, (who, pause, kind)) in turns.into_iter().enumerate() {
            second += pause;
            let entry = server.tell_friends(names[who], second, &format!("{number}"));
            if kind == 0 {
                // Somebody joins, where nobody sees it.
                let room = server.friends_room(names[who]);
                server.log(&room).entries[entry.seq as usize - 1].body = Body::Join(Join {});
            }
        }
        let mut app = friends(80, 24, server);
        for _ in 0..pages {
            app.keys("PageUp PageUp PageUp PageUp");
        }
        let held = |room: &Room| -> Vec<(u64, String, u64, bool)> {
            let (from, to) = room.timeline.live_window().unwrap();
            let key = |line: &Line| (line.time, room.id().to_string(), line.seq, matches!(line.body, LineBody::Message { .. }));
            room.timeline.lines_in(from..=to).map(key).collect()
        };
        let begins_late = app.state.friends_rooms().filter(|room| room.timeline.live_window().unwrap().0 > 1);
        let horizon = begins_late.map(|room| held(room).into_iter().next().unwrap()).max();
        let mut expected: Vec<_> = app.state.friends_rooms().flat_map(held).collect();
        expected.sort();
        expected.retain(|line| line.3 && horizon.as_ref().is_none_or(|horizon| line >= horizon));
        let expected: Vec<Spot> = expected.into_iter().map(|(_, room, seq, _)| Spot::Line(RoomId::parse(room).unwrap(), seq)).collect();
        let shown = Shown::of(&app.state);
        let mut up: Vec<Spot> = shown.lines_up().map(|said| said.spot()).collect();
        up.reverse();
        prop_assert_eq!(&up, &expected);
        let down: Vec<Spot> = std::iter::successors(up.first().cloned(), |spot| shown.below_spot(spot)).collect();
        prop_assert_eq!(&down, &expected);
    }
}
