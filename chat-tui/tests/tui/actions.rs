//! Every action of the table that the terminal has: its key or command is understood, and does
//! something that can be observed.

use chat_proto::action::{ACTIONS, ActionId, Input, read_input};
use chat_proto::room::RoomKind;
use chat_tui::effect::Effect;
use chat_tui::event::Event;

use crate::app::{App, lobby_line};
use crate::server::{Server, account, unread};

/// A room full of things to act on.
fn app() -> App {
    let mut server = Server::new();
    server.users.push(account("carol", "#e5b567"));
    server.make_room("ops", "", RoomKind::Public);
    server.make_room("quiet", "", RoomKind::Public);
    let quiet = server.rooms[2].info.id.clone();
    let me = server.person("me").id.clone();
    server.log(&quiet).members.retain(|member| *member != me);
    for number in 0..50 {
        server.say("ada", &format!("line {number}"));
    }
    server.say("ada", "see https://example.org @me");
    server.say("bob", "another one @me");
    server.read = unread(10, 9, 40);
    let mut app = App::new(80, 24, server);
    app.wanted.clear();
    app.server.heard.clear();
    app
}

/// Somebody with an account and a friend, in the lobby.
fn among_friends() -> App {
    let mut server = Server::with_friends(&["ada"]);
    server.users.push(account("carol", "#e5b567"));
    server.tell_friends("ada", 30, "a word to all of you");
    App::new(80, 24, server)
}

fn heard(app: &App, name: &str) -> bool {
    app.server.heard.iter().any(|heard| heard == name)
}

/// Brings the app to where the action makes sense, and tells how to see that it did something.
fn drive(id: ActionId) -> bool {
    let mut app = app();
    let action = ACTIONS.iter().find(|action| action.id == id).unwrap();
    let press = |app: &mut App| app.keys(action.keys[0]);
    let choose = |app: &mut App| app.keys("Up");
    match id {
        ActionId::Send => {
            app.write("hello");
            press(&mut app);
            heard(&app, "message:send")
        }
        ActionId::NewLine => {
            app.write("a");
            press(&mut app);
            app.state.composer.text() == "a\n"
        }
        ActionId::Complete => {
            app.write("@a");
            press(&mut app);
            app.state.composer.text() == "@ada "
        }
        ActionId::CompleteBack => {
            app.write("/re");
            app.keys("Tab Tab");
            press(&mut app);
            app.state.completion.as_ref().unwrap().index == 0
        }
        ActionId::InputOlder => {
            app.say("said before");
            press(&mut app);
            app.state.composer.text() == "said before"
        }
        ActionId::InputNewer => {
            app.say("said before");
            app.write("unfinished");
            app.keys("Ctrl+Up");
            press(&mut app);
            app.state.composer.text() == "unfinished"
        }
        ActionId::Editor => {
            app.write("draft");
            app.keys("Ctrl+X Ctrl+E");
            let wanted = app.wanted.contains(&Effect::Editor("draft".into()));
            app.feed(Event::Edited(Ok("written\n".into())));
            wanted && app.state.composer.text() == "written"
        }
        ActionId::Emote => {
            app.say("/me waves");
            app.sees("waves") && heard(&app, "message:send")
        }
        ActionId::Shrug => {
            app.say("/shrug who knows");
            app.sees("who knows ¯\\_(ツ)_/¯")
        }
        ActionId::SelectMessage => {
            press(&mut app);
            app.sees("▌bob")
        }
        ActionId::Reply => {
            choose(&mut app);
            press(&mut app);
            let label = app.sees("answering bob");
            app.say("an answer");
            label && app.sees("↳ bob: another one @me")
        }
        ActionId::Edit => {
            app.say("frist");
            app.say("/edit first");
            heard(&app, "message:edit") && app.sees("first (edited)")
        }
        ActionId::Delete => {
            app.say("to be gone");
            choose(&mut app);
            press(&mut app);
            let asks = app.sees("It cannot be brought back");
            app.keys("y");
            asks && app.sees("message deleted") && !app.sees("to be gone")
        }
        ActionId::React => {
            choose(&mut app);
            press(&mut app);
            let asks = app.sees("React with");
            app.keys("Enter");
            asks && app.sees("👍 1")
        }
        ActionId::Copy => {
            choose(&mut app);
            press(&mut app);
            app.wanted.contains(&Effect::Copy("another one @me".into()))
        }
        ActionId::OpenLink => {
            app.keys("Up Up");
            press(&mut app);
            app.wanted.contains(&Effect::Open("https://example.org".into()))
        }
        ActionId::JumpToQuoted => {
            for _ in 0..45 {
                app.keys("Up");
            }
            app.keys("r");
            app.say("an answer far below");
            choose(&mut app);
            press(&mut app);
            !app.sees("an answer far below")
        }
        ActionId::Retry | ActionId::Discard => {
            let refusal = chat_proto::error::Error::new(chat_proto::error::Code::Forbidden, "No.");
            app.server.refusals.push_back(refusal);
            app.say("refused");
            choose(&mut app);
            press(&mut app);
            app.sees("refused") == (id == ActionId::Retry) && !app.sees("failed")
        }
        ActionId::Join => {
            app.say("/join #quiet");
            heard(&app, "room:join") && app.sees("Write to #quiet")
        }
        ActionId::Leave => {
            app.keys("Ctrl+N");
            app.say("/leave");
            heard(&app, "room:leave") && app.sees("Write to #lobby")
        }
        ActionId::Create => {
            app.say("/create garden what grows");
            heard(&app, "room:create") && app.sees("Write to #garden")
        }
        ActionId::CreatePrivate => {
            app.say("/private den for few");
            heard(&app, "room:create") && app.sees("#den (private)  for few")
        }
        ActionId::Invite => {
            app.keys("Ctrl+N");
            app.say("/invite @Carol");
            let invited = heard(&app, "room:invite") && app.sees("me invited carol") && app.sees("carol is invited.");
            app.say("/invite");
            invited && heard(&app, "code:create") && app.sees("http://127.0.0.1:3000/join/ABCD-2345 in a browser")
        }
        ActionId::Accept => {
            let room = app.server.invite_me("den");
            app.wait(40_000);
            app.say("/accept");
            let by_invitation = app.sees("Write to #den");
            app.server.log(&room).members.clear();
            app.wait(40_000);
            let left = app.sees("Write to #lobby");
            app.say("/codes");
            app.say("/join ops");
            app.say("/invite");
            app.server.codes[0].room = room;
            app.say("/accept abcd2345");
            by_invitation && left && heard(&app, "code:find") && heard(&app, "room:join") && app.sees("Write to #den")
        }
        ActionId::Codes => {
            app.say("/codes");
            let none = app.sees("There is no join code for #lobby.");
            app.say("/invite");
            app.say("/codes");
            let listed = app.sees("ABCD-2345: until 26 November 09:12, for 100000 more people");
            app.keys("Esc");
            app.say("/codes end abcd-2345");
            none && listed && heard(&app, "code:end") && app.server.codes.is_empty() && app.sees("lets nobody in any more")
        }
        ActionId::Kick => {
            app.keys("Ctrl+N");
            app.say("/kick @bob");
            let asked = app.sees("Remove bob from #ops? (y/n)") && !heard(&app, "room:remove");
            app.keys("y");
            asked && heard(&app, "room:remove") && app.sees("me removed bob")
        }
        ActionId::Role => {
            app.keys("Ctrl+N");
            app.say("/role bob king");
            let refused = app.sees("There is no role king: member, moderator or owner.");
            app.say("/role bob Moderator");
            refused && heard(&app, "room:set_role") && app.sees("bob is moderator now, by me")
        }
        ActionId::Settings => {
            app.keys("Ctrl+N");
            app.say("/set post moderators");
            let changed = heard(&app, "room:configure") && app.sees("me lets moderators alone write");
            app.say("/settings");
            changed && app.sees("Settings of #ops") && app.sees("post: moderators")
        }
        ActionId::Direct => {
            app.say("/msg carol are you there?");
            let opened = heard(&app, "user:find") && heard(&app, "direct:open") && heard(&app, "message:send");
            opened && app.sees("Write to carol") && app.sees("are you there?")
        }
        ActionId::Whois => {
            app.say("/whois carol");
            let asked = heard(&app, "user:find") && heard(&app, "user:read");
            asked && app.sees("carol (carol), away, here since 19 November 2026. Rooms in") && app.sees("common: #ops")
        }
        ActionId::Claim => {
            app.say("/claim ABCD-2345");
            heard(&app, "server:claim") && app.sees("You are the owner of this server now.")
        }
        ActionId::ServerRole => {
            app.say("/serverrole carol moderator");
            heard(&app, "user:set_role") && app.sees("carol is moderator on this server now.")
        }
        ActionId::Friend => {
            let mut app = among_friends();
            let asked = app.server.asks_me("bob");
            app.wire(asked);
            app.settle();
            let told = app.sees("bob asks to be your friend. /friend accept bob says yes.");
            app.say("/friend accept bob");
            let accepted = heard(&app, "friend:accept") && app.sees("You and bob are friends now.");
            app.say("/friend @carol");
            let asked = heard(&app, "friend:ask") && app.sees("You asked carol to be your friend.");
            app.say("/friend");
            let listed = heard(&app, "friend:list") && app.sees("carol  you asked them") && app.sees("ada  friends since");
            app.keys("Esc");
            app.say("/friend remove carol");
            let taken_back = app.sees("You took back your question to carol.");
            app.say("/friend remove ada");
            let warned = app.sees("End the friendship with ada?");
            app.keys("y");
            told && accepted && asked && listed && taken_back && warned && heard(&app, "friend:remove") && app.sees("friends no longer")
        }
        ActionId::Friends => {
            let mut app = among_friends();
            app.say("/friends");
            app.sees("Write to your friends") && app.sees("a word to all of you")
        }
        ActionId::Refuse => {
            let mut app = among_friends();
            let asked = app.server.asks_me("bob");
            app.wire(asked);
            app.settle();
            app.keys("Ctrl+P Up");
            let offered = app.sees("Enter accept · x refuse");
            press(&mut app);
            offered && heard(&app, "friend:refuse") && app.sees("You said no to bob.")
        }
        ActionId::Topic => {
            app.say("/topic of the day");
            heard(&app, "room:set_topic") && app.sees("set the topic: of the day")
        }
        ActionId::ListRooms => {
            app.say("/list");
            app.sees("Rooms · Enter joins") && app.sees("#quiet")
        }
        ActionId::Members => {
            app.say("/names");
            app.sees("○ bob")
        }
        ActionId::NextRoom => {
            press(&mut app);
            app.sees("Write to #ops")
        }
        ActionId::PreviousRoom => {
            press(&mut app);
            app.sees("Write to #ops")
        }
        ActionId::RoomByNumber => {
            app.keys("Alt+2");
            let by_key = app.sees("Write to #ops");
            app.say("/room 1");
            by_key && app.sees("Write to #lobby")
        }
        ActionId::LastRoom => {
            app.keys("Ctrl+N");
            press(&mut app);
            app.sees("Write to #lobby")
        }
        ActionId::NextUnread => {
            let ops = app.server.rooms[1].info.id.clone();
            let body = app.server.lobby().entries.last().unwrap().body.clone();
            let entry = app.server.write("ada", &ops, chat_proto::id::ClientId::parse("x").unwrap(), body);
            let told = app.server.told(&ops, vec![entry]);
            app.wire(told);
            let counted = app.sees("@1");
            press(&mut app);
            counted && app.sees("Write to #ops")
        }
        ActionId::FirstUnread => {
            press(&mut app);
            app.sees("── new ──") && app.sees("line 9")
        }
        ActionId::Switcher => {
            press(&mut app);
            app.write("ops");
            app.keys("Enter");
            app.sees("Write to #ops")
        }
        ActionId::NextMention => {
            app.keys("Alt+P Alt+P Alt+N");
            app.sees("▌bob")
        }
        ActionId::PreviousMention => {
            app.keys("Alt+P Alt+P");
            app.state.chosen == Some(lobby_line(52)) && app.sees("▌")
        }
        ActionId::MarkRead => {
            app.keys("PageUp");
            app.server.heard.clear();
            app.say("/read");
            heard(&app, "room:mark_read")
        }
        ActionId::MarkUnread => {
            app.wait(2_000);
            app.keys("Up Up u");
            app.state.room().unwrap().read.unread > 0 && app.sees("── new ──")
        }
        ActionId::Search => {
            press(&mut app);
            let opened = app.sees("Words, \"a phrase\", -without");
            app.write("line 7");
            app.keys("Enter");
            let found = heard(&app, "search:read") && app.sees("1 found") && app.sees("#lobby  09:12  ada");
            app.keys("Enter");
            let there = app.state.chosen == Some(lobby_line(9)) && app.sees("line 7") && app.sees("Esc Back to the search");
            app.keys("Esc Esc");
            opened && found && there && app.sees("another one @me")
        }
        ActionId::ScrollUp => {
            press(&mut app);
            !app.sees("another one")
        }
        ActionId::ScrollDown => {
            app.keys("PageUp");
            press(&mut app);
            app.sees("another one")
        }
        ActionId::Top => {
            press(&mut app);
            app.sees("This is the beginning")
        }
        ActionId::Bottom => {
            app.keys("Ctrl+Home");
            press(&mut app);
            app.sees("another one")
        }
        ActionId::RoomPanel => {
            press(&mut app);
            !app.sees("Rooms  ")
        }
        ActionId::MemberPanel => {
            press(&mut app);
            app.sees("People") && heard(&app, "room:members")
        }
        ActionId::Cancel => {
            choose(&mut app);
            press(&mut app);
            app.state.chosen.is_none()
        }
        ActionId::Rename => {
            app.say("/nick Someone Else");
            heard(&app, "user:rename") && app.sees("You are called Someone Else now.")
        }
        ActionId::Announce => {
            app.say("/announce the coffee is ready");
            heard(&app, "server:announce") && app.sees("Announced.")
        }
        ActionId::Away => {
            app.say("/away");
            heard(&app, "presence:set") && app.sees("You are away.")
        }
        ActionId::Back => {
            app.say("/away");
            app.say("/back");
            app.sees("You are back.")
        }
        ActionId::Register | ActionId::SignIn => {
            let register = id == ActionId::Register;
            app.say(if register { "/register ada" } else { "/login ada" });
            let hidden = app.sees("Password for ada:");
            app.write("correct horse");
            let secret = !app.sees("horse");
            app.keys("Enter");
            if register {
                app.write("correct horse");
                app.keys("Enter");
            }
            let kept = app.wanted.iter().any(|effect| matches!(effect, Effect::KeepAccount(..)));
            let asked = heard(&app, if register { "account:register" } else { "account:login" });
            let recalled = !format!("{:?}{:?}", app.state.recall, app.state.outbox).contains("horse");
            hidden && secret && kept && asked && recalled && app.sees("Signed in as me.")
        }
        ActionId::SignOut => {
            app.say("/login ada");
            app.write("correct horse");
            app.keys("Enter");
            app.welcome();
            app.say("/logout");
            heard(&app, "account:logout") && app.wanted.contains(&Effect::ForgetAccount) && app.sees("Signed out.")
        }
        ActionId::Password => {
            app.server.users[0].kind = chat_proto::user::UserKind::Account;
            app.down();
            app.wait(2_000);
            app.welcome();
            app.say("/password");
            for word in ["correct horse", "better horse", "better horse"] {
                app.write(word);
                app.keys("Enter");
            }
            heard(&app, "account:set_password") && app.sees("The password is changed")
        }
        ActionId::Sessions => {
            app.say("/sessions");
            app.sees("chat-tui/0.1.0 · this one")
        }
        ActionId::RevokeSession => {
            app.say("/sessions");
            app.keys("Esc");
            app.say("/revoke 2");
            heard(&app, "session:revoke") && app.sees("That session was ended.")
        }
        ActionId::Token => {
            app.say("/token");
            let none = app.sees("You have no bots.");
            app.say("/token create my bot read,hook signed");
            let secret = |letter: &str| letter.repeat(43);
            let made = app.sees("The token of my bot. It is shown this once:") && app.sees(&secret("a")) && app.sees(&secret("b"));
            let hook = app.sees("/hooks/t1/");
            app.keys("Enter");
            let stays = app.sees(&secret("a"));
            app.keys("Esc");
            let gone = !app.sees(&secret("a"));
            app.say("/token create x rule");
            let refused = app.sees("There is no scope rule: read, send and hook there are.");
            app.say("/token");
            let listed = app.sees("my bot: may read, hook, last used never");
            app.keys("Esc");
            app.say("/token revoke 2");
            let unknown = app.sees("There is no bot 2.");
            app.say("/token revoke 1");
            let ended = heard(&app, "token:revoke") && app.server.tokens.is_empty() && app.sees("That bot is ended");
            none && made && hook && stays && gone && refused && listed && unknown && ended
        }
        ActionId::Theme => {
            app.say("/theme day");
            app.state.theme == chat_tui::theme::Choice::Day
        }
        ActionId::Help => {
            press(&mut app);
            app.sees("Help · Esc closes")
        }
        ActionId::Reconnect => {
            app.say("/reconnect");
            app.wanted.iter().any(|effect| matches!(effect, Effect::Connect(..)))
        }
        ActionId::Redraw => {
            press(&mut app);
            app.wanted.contains(&Effect::Redraw)
        }
        ActionId::Interrupt => {
            app.write("some words");
            press(&mut app);
            let cleared = app.state.composer.is_empty();
            app.keys("Ctrl+C Ctrl+C");
            cleared && app.sees("Quit? (y/n)")
        }
        ActionId::Quit => {
            press(&mut app);
            app.wanted.contains(&Effect::Quit)
        }
    }
}

#[test]
fn every_action_does_something() {
    for action in ACTIONS.iter().filter(|action| action.not_in_terminal.is_empty()) {
        assert!(drive(action.id), "{:?} does nothing that can be seen", action.id);
    }
}

#[test]
fn every_command_is_understood() {
    for action in ACTIONS {
        for command in action.commands {
            assert!(matches!(read_input(&format!("/{command} x")), Input::Command(found, "x") if found.id == action.id));
        }
    }
}

#[test]
fn a_mistyped_command_is_never_said() {
    let mut app = app();
    app.say("/jion ops");
    assert!(app.sees("There is no command /jion. Did you mean /join?"));
    assert_eq!(app.state.composer.text(), "/jion ops", "to be mended");
    app.keys("Ctrl+U");
    app.say("//etc/hosts");
    assert!(app.sees("/etc/hosts"));
    app.say("/join");
    assert!(app.sees("Usage: /join <room>"));
}

#[test]
fn a_jump_enters_the_room_and_loads_what_is_around_the_entry() {
    let mut server = Server::new();
    let lobby = server.lobby().info.id.clone();
    server.make_room("ops", "", RoomKind::Public);
    for number in 1..=400 {
        server.say("bob", &format!("line {number}."));
    }
    let mut app = App::new(80, 24, server);
    app.keys("Ctrl+N");
    app.feed(Event::Jump(lobby.clone(), 101));
    app.settle();
    assert!(app.sees("line 100.") && !app.sees("line 400."));
    assert_eq!(app.state.chosen, Some(lobby_line(101)));
    app.feed(Event::Jump(lobby, 4_000));
    app.settle();
    assert!(app.sees("That message is not here any more."));
    app.server.heard.clear();
    app.wait(10_000);
    assert!(app.server.heard.iter().filter(|name| *name == "history:read").count() < 3, "and it is not asked for again");
    let lobby = app.server.lobby().info.id.clone();
    app.down();
    app.feed(Event::Jump(lobby.clone(), 380));
    assert_eq!(app.state.chosen, Some(lobby_line(380)), "what is held is shown without a connection");
    app.feed(Event::Jump(lobby, 250));
    assert!(app.sees("What you look for is shown"));
    app.wait(2_000);
    app.welcome();
    assert_eq!(app.state.chosen, Some(lobby_line(250)));
    app.feed(Event::Jump(chat_proto::id::RoomId::parse("r-none").unwrap(), 1));
    assert!(app.sees("You are not in that room."));
}
