//! Rooms that are not open to everybody: private ones, conversations, the inbox, and what their rules
//! make of the screen.

use chat_proto::entry::{Add, Body, Invite, Remove, Role};
use chat_proto::id::{ClientId, RoomId};
use chat_proto::name::RoomName;
use chat_proto::room::{History, Post, RoomChanges, RoomKind, RoomRole, Visibility};
use chat_proto::text::TopicText;
use chat_proto::user::ServerRole;
use chat_tui::event::Event;
use insta::assert_snapshot;

use crate::app::App;
use crate::server::{Server, account};

pub fn made(name: &str) -> ClientId {
    ClientId::parse(format!("made-{name}")).unwrap()
}

pub fn room(name: &str) -> RoomId {
    RoomId::parse(format!("r-{name}")).unwrap()
}

/// Rooms of all kinds.
pub fn server() -> Server {
    let mut server = Server::new();
    server.users.extend([account("carol", "#e5b567"), account("Dora Offline", "#7fd38a"), account("erin", "#f08a8a")]);
    server.make_room_of(&["me", "ada"], "zebra", "", RoomKind::Public, made("zebra"), "ada");
    server.make_room_of(&["me", "ada", "bob"], "board", "What was decided", RoomKind::Private, made("board"), "ada");
    server.make_room_of(&["me", "carol"], "x1", "", RoomKind::Direct, made("x1"), "carol");
    server.make_room_of(&["me", "Dora Offline"], "x2", "", RoomKind::Direct, made("x2"), "me");
    server.make_room_of(&["me", "bob", "carol"], "x3", "", RoomKind::Direct, made("x3"), "me");
    server.invite_me("garden");
    server
}

fn with_settings(change: RoomChanges) -> App {
    let mut server = server();
    change.apply(&mut server.log(&room("board")).info);
    let mut app = App::new(80, 24, server);
    app.say("/join board");
    app
}

pub fn heard(app: &App, name: &str) -> usize {
    app.server.heard.iter().filter(|heard| *heard == name).count()
}

pub fn sends(app: &mut App, room: &RoomId) -> Vec<String> {
    let said = app.server.log(room).entries.iter().filter_map(|entry| match &entry.body {
        Body::Message(message) => Some(message.content.text.clone()),
        _ => None,
    });
    said.collect()
}

#[test]
fn the_list_of_rooms_has_all_kinds() {
    let mut app = App::new(120, 30, server());
    assert_snapshot!("rooms_120", app.screen());
    app.feed(Event::Resize(80, 24));
    app.say("/join #board");
    assert_snapshot!("rooms_80", app.screen());
    app.feed(Event::Resize(50, 24));
    app.keys("F7");
    assert_snapshot!("rooms_50", app.screen());
}

#[test]
fn keys_and_the_switcher_follow_the_order_of_the_list() {
    let mut app = App::new(80, 24, server());
    let order = ["#lobby", "#board", "#zebra", "bob, carol", "carol", "Dora Offline"];
    for (number, name) in (1..).zip(order) {
        app.keys(&format!("Alt+{number}"));
        assert!(app.sees(&format!("Write to {name}")), "{number}: {name}");
    }
    app.keys("Alt+7");
    assert!(app.sees("> Here you only read."));
    app.keys("Ctrl+N");
    assert!(app.sees("Write to #lobby"));
    app.keys("Ctrl+K");
    app.write("dora");
    app.keys("Enter");
    assert!(app.sees("Write to Dora Offline"));
}

#[test]
fn the_inbox_is_read_and_its_invitations_are_taken_up() {
    let mut server = server();
    server.invite_me("attic");
    let mut app = App::new(80, 24, server);
    app.keys("Alt+7");
    app.say("hello?");
    assert!(app.sees("Here you only read. /accept takes an invitation up.") && heard(&app, "message:send") == 0);
    assert_eq!(app.state.composer.text(), "hello?", "it is not lost");
    app.keys("Ctrl+U Up Up");
    assert_snapshot!("inbox_80", app.screen());
    app.keys("r e d y +");
    app.keys("Esc Esc Esc Up Up");
    assert!(heard(&app, "message:react") == 0, "an invitation is no message");
    app.keys("Enter");
    assert!(app.sees("Write to #garden"), "the chosen one, not the newest");
    app.say("/accept");
    assert!(app.sees("Write to #attic"));
    app.say("/accept");
    assert!(app.sees("Write to #attic"), "there is none left, and that is no reason to complain");
    app.say("/accept garden");
    assert!(app.sees("Write to #garden"));
    app.say("/accept nowhere");
    assert!(app.sees("There is no invitation for you."));
    app.feed(Event::Resize(50, 24));
    app.keys("Alt+9 Ctrl+P");
    while !app.sees("> Here you only read") {
        app.keys("Ctrl+N");
    }
    assert_snapshot!("inbox_50", app.screen());
}

#[test]
fn a_code_or_a_link_lets_in() {
    let mut app = App::new(80, 24, server());
    app.say("/join board");
    app.say("/invite");
    app.say("/invite");
    let board = room("board");
    let me = app.server.me.clone();
    for word in ["http://elsewhere:3000/join/ABCD-2345", "abcd 2346"] {
        app.server.log(&board).members.retain(|member| *member != me);
        app.wait(40_000);
        assert!(app.sees("Write to #lobby"));
        app.say(&format!("/accept {word}"));
        assert!(app.sees("Write to #board"), "{word}");
    }
    app.say("/accept WXYZ-9999");
    assert!(app.sees("That join code lets nobody in."));
}

#[test]
fn what_may_not_be_said_is_refused_here_and_commands_still_work() {
    let only_moderators = RoomChanges { post: Some(Post::Moderators), ..RoomChanges::default() };
    let mut app = with_settings(only_moderators.clone());
    assert!(app.sees("#board (private, read-only)  What was decided"));
    app.say("but I");
    assert_snapshot!("read_only_80", app.screen());
    app.feed(Event::Resize(50, 24));
    assert_snapshot!("read_only_50", app.screen());
    assert_eq!((heard(&app, "message:send"), heard(&app, "typing:set")), (0, 0));
    app.keys("Ctrl+U");
    app.say("/topic what is decided");
    assert!(heard(&app, "room:set_topic") == 1);
    // Whoever keeps order, there or on the whole server, may.
    let role = Role { user: app.server.my_user().author(), role: RoomRole::Moderator };
    let told = app.server.does(&room("board"), Body::Role(role));
    app.wire(told);
    assert!(app.sees("Write to #board") && app.sees("me is moderator now, by ada"));
    // On the whole server that counts in rooms that are everybody's.
    let mut server = server();
    for name in ["board", "zebra"] {
        only_moderators.apply(&mut server.log(&room(name)).info);
    }
    server.my_user().role = ServerRole::Moderator;
    let mut app = App::new(80, 24, server);
    app.say("/join board");
    assert!(app.sees("> Only moderators write here."));
    app.say("/join zebra");
    app.say("but I");
    assert_eq!(sends(&mut app, &room("zebra")), ["but I"]);
}

#[test]
fn who_keeps_order_takes_back_what_others_said() {
    let mut server = server();
    server.say("bob", "something rude");
    let mut app = App::new(80, 24, server);
    app.keys("Up d");
    assert!(app.sees("Only its author can do that.") && heard(&app, "message:delete") == 0);
    app.server.my_user().role = ServerRole::Moderator;
    app.down();
    app.wait(2_000);
    app.welcome();
    app.keys("Up d");
    assert!(app.sees("Delete this message?"));
    app.keys("y");
    assert!(app.sees("message deleted") && !app.sees("something rude"));
}

#[test]
fn an_archived_room_is_only_read() {
    let mut app = with_settings(RoomChanges { archived: Some(true), post: Some(Post::Moderators), ..RoomChanges::default() });
    assert!(app.sees("#board (private, archived)"));
    app.say("too late");
    assert!(app.sees("This room is archived: nothing can be said here any more.") && heard(&app, "message:send") == 0);
}

#[test]
fn each_thing_that_changes_is_told_and_holds_at_once() {
    let mut app = App::new(80, 24, server());
    app.say("/join board");
    let changes = RoomChanges {
        name: RoomName::parse("council").ok(),
        title: TopicText::parse("The Council").ok(),
        visibility: Some(Visibility::Public),
        post: Some(Post::Members),
        invite: Some(chat_proto::room::Inviters::Moderators),
        history: Some(History::Joined),
        archived: Some(true),
    };
    for changes in [changes, RoomChanges { title: TopicText::parse("").ok(), archived: Some(false), ..RoomChanges::default() }] {
        let told = app.server.does(&room("board"), Body::Settings(changes));
        app.wire(told);
    }
    let bob = app.server.person("bob").author();
    let carol = app.server.person("carol").author();
    let bodies = [
        Body::Invite(Invite { user: carol.clone() }),
        Body::Add(Add { user: carol }),
        Body::Role(Role { user: bob.clone(), role: RoomRole::Owner }),
        Body::Remove(Remove { user: bob }),
    ];
    for body in bodies {
        let told = app.server.does(&room("board"), body);
        app.wire(told);
    }
    assert_snapshot!("system_lines", app.screen());
    let mut app = App::new(80, 24, server());
    app.say("/join board");
    app.say("/set title The Board of Everything");
    app.say("/set visibility public");
    app.say("/set archived no");
    app.say("/set post everybody");
    assert!(app.sees("post is one of: members, moderators."));
    app.say("/set colour red");
    assert!(app.sees("There is no setting colour: name, title,"));
    app.say("/set title");
    assert!(app.sees("title: The Board of Everything"));
    for (columns, name) in [(120, "settings_120"), (80, "settings_80"), (50, "settings_50")] {
        app.feed(Event::Resize(columns, 24));
        app.say("/set");
        assert_snapshot!(name, app.screen());
        app.keys("Esc");
    }
    app.say("/set archived yes");
    assert!(app.sees("Archive #board? Nothing can be said there") && app.sees("any more. (y/n)"));
    app.keys("n");
    assert!(app.sees("Write to #board"));
    app.say("/set archived yes");
    app.keys("y");
    assert!(app.sees("> This room is archived"));
}

#[test]
fn roles_stand_beside_the_people() {
    let mut server = server();
    server.log(&room("board")).roles.insert(account("bob", "#62da8a").id, RoomRole::Moderator);
    let mut app = App::new(120, 24, server);
    app.say("/join board");
    assert!(app.sees("● ada owner guest") && app.sees("○ bob M away"));
    let bob = app.server.person("bob").author();
    let told = app.server.does(&room("board"), Body::Remove(Remove { user: bob }));
    app.wire(told);
    assert!(!app.sees("○ bob"));
    let carol = app.server.person("carol").author();
    app.say("/msg carol hi");
    app.say("/join board");
    let told = app.server.does(&room("board"), Body::Add(Add { user: carol.clone() }));
    app.wire(told);
    assert!(app.sees("● carol"), "she is known to be here");
    let told = app.server.does(&room("board"), Body::Role(Role { user: carol, role: RoomRole::Owner }));
    app.wire(told);
    assert!(app.sees("● carol owner"));
}

#[test]
fn who_is_removed_goes_back_to_the_lobby_and_is_told_by_whom() {
    let mut app = App::new(80, 24, server());
    app.say("/join board");
    app.write("what I was about to s");
    for told in app.server.remove_me(&room("board")) {
        app.wire(told);
    }
    app.settle();
    assert!(app.sees("ada removed you from #board.") && app.sees("Write to #lobby") && !app.sees(" #board *"));
    app.keys("Ctrl+P");
    assert!(app.sees("ada removed you from #board.") && app.sees("ada invites you into #garden."), "and it stands in the inbox");
    app.say("/accept");
    assert!(app.sees("Write to #garden"), "an invitation holds");
    for told in app.server.remove_me(&room("garden")) {
        app.wire(told);
    }
    app.settle();
    app.say("/accept");
    assert!(app.sees("There is no invitation for you."), "a removal ends it");
    let told = app.server.add_me(&room("board"));
    app.wire(told);
    app.settle();
    assert!(app.sees("#board"), "added again");
    // The room may be gone before it could tell.
    app.say("/join board");
    let [_, inbox] = app.server.remove_me(&room("board"));
    app.wire(inbox);
    app.settle();
    assert!(app.sees("ada removed you from #board.") && app.sees("Write to #lobby"));
}

#[test]
fn who_was_removed_while_away_is_told_by_whom() {
    let mut app = App::new(80, 24, server());
    app.say("/join board");
    app.wait(10_000);
    for killed in [false, true] {
        app = app.restarted(killed);
        app.say("/join board");
        assert!(app.sees("Write to #board"));
        app.down();
        app.server.remove_me(&room("board"));
        app.wait(2_000);
        app.welcome();
        assert!(app.sees("Write to #lobby") && app.sees("ada removed you from #board."));
        app.server.add_me(&room("board"));
        app.wait(40_000);
    }
    app.say("/join board");
    app.say("/leave");
    assert!(app.sees("Write to #lobby") && app.state.notice.is_none(), "who goes knows why");
}

#[test]
fn a_removal_from_another_room_moves_nothing() {
    let mut app = App::new(80, 24, server());
    app.write("half a tho");
    for told in app.server.remove_me(&room("board")) {
        app.wire(told);
    }
    app.settle();
    assert!(app.sees("> half a tho") && !app.sees("#board *") && app.state.notice.is_none());
}

#[test]
fn an_invitation_is_told_as_it_comes_also_when_it_is_the_first() {
    let mut app = App::new(80, 24, Server::new());
    assert!(!app.sees("Inbox"));
    for name in ["attic", "garden"] {
        let invited = app.server.invite_me(name);
        let inbox = room("inbox");
        let entry = app.server.log(&inbox).entries.last().unwrap().clone();
        let told = app.server.told(&inbox, vec![entry]);
        app.wire(told.clone());
        app.settle();
        assert!(app.sees(&format!("ada invites you into #{name}. /accept {name}")) && app.sees("Inbox"));
        assert!(!app.state.rooms.contains_key(&invited));
        app.keys("Esc");
        app.wire(told);
        assert!(app.state.notice.is_none(), "once");
    }
    assert!(app.sees(" Inbox        2"));
}

#[test]
fn a_command_without_what_it_needs_says_what_that_is() {
    let mut app = App::new(80, 24, server());
    for (line, usage) in [
        ("/role bob", "Usage: /role <name> <member|moderator|owner>"),
        ("/serverrole bob", "Usage: /serverrole <name> <member|moderator|owner>"),
        ("/codes ABCD-2345", "Usage: /codes [end <code>]"),
        ("/codes end", "Usage: /codes [end <code>]"),
        ("/codes end nothing", "nothing is not a join code such as ABCD-2345."),
        ("/claim me", "me is not a join code such as ABCD-2345."),
        ("/msg", "Usage: /msg <name[,name]> [text]"),
    ] {
        app.say(line);
        assert!(app.sees(usage), "{line}");
    }
    assert!(app.server.heard.iter().all(|name| !name.starts_with("code:") && !name.starts_with("user:")));
}

#[test]
fn commands_complete_people_and_values() {
    let mut app = App::new(80, 24, server());
    for (typed, completed) in [
        ("/invite c", "/invite @carol "),
        ("/msg @bob,ca", "/msg @bob,@carol "),
        ("/whois Dor", "/whois @Dora Offline "),
        ("/kick a", "/kick @ada "),
        ("/role @ada mo", "/role @ada moderator "),
        ("/serverrole @carol o", "/serverrole @carol owner "),
        ("/set vis", "/set visibility "),
        ("/set visibility pr", "/set visibility private "),
        ("/accept ga", "/accept garden "),
        ("/codes e", "/codes end "),
    ] {
        app.write(typed);
        app.keys("Tab");
        assert_eq!(app.state.composer.text(), completed);
        app.keys("Ctrl+U");
    }
    app.write("/kick erin");
    app.keys("Tab");
    assert_eq!(app.state.composer.text(), "/kick erin", "she is not here");
}
