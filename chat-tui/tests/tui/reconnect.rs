//! Losing the server and coming back.

use chat_proto::error::{Code, Error};
use chat_proto::event::{AnyEvent, Closing};
use chat_proto::id::Epoch;
use chat_proto::room::RoomKind;
use chat_tui::effect::Effect;
use chat_tui::state::link::Phase;

use crate::app::App;
use crate::server::Server;

fn connects(app: &App) -> usize {
    app.wanted.iter().filter(|effect| matches!(effect, Effect::Connect(..))).count()
}

#[test]
fn the_state_is_told_in_the_same_words_everywhere() {
    let mut app = App::connecting(80, 24, Server::new());
    assert!(app.sees("connecting"));
    app.welcome();
    assert!(app.sees("connected"));
    app.down();
    assert!(app.sees("reconnecting in 1 s"));
    app.wait(1_000);
    assert!(app.sees("reconnecting") && !app.sees("reconnecting in"));
    app.welcome();
    assert!(app.sees("connected"));
}

#[test]
fn a_first_connection_that_fails_says_why() {
    let mut app = App::connecting(80, 24, Server::new());
    app.down();
    assert!(app.sees("http://127.0.0.1:3000 cannot be reached: cut."));
    app.wait(2_000);
    app.welcome();
    assert!(!app.sees("cannot be reached"));
}

#[test]
fn the_wait_grows_and_has_an_end() {
    let mut app = App::new(80, 24, Server::new());
    let mut waits = Vec::new();
    for _ in 0..12 {
        app.down();
        let Phase::Waiting(until) = app.state.link.phase else { panic!("waits") };
        waits.push(until - app.state.now);
        app.wait(until - app.state.now);
    }
    assert!(waits.iter().all(|wait| (500..=10_000).contains(wait)), "{waits:?}");
    assert!(waits[0] <= 500 && waits[11] >= 5_000, "{waits:?}");
    app.keys("Esc");
    let before = connects(&app);
    app.down();
    app.say("/reconnect");
    assert_eq!(connects(&app), before + 1, "now, not later");
}

#[test]
fn a_server_that_cuts_after_each_welcome_is_not_hammered() {
    let mut app = App::new(80, 24, Server::new());
    for _ in 0..8 {
        app.down();
        app.wait(11_000);
        app.welcome();
        app.wait(1_000);
    }
    app.down();
    let Phase::Waiting(until) = app.state.link.phase else { panic!("waits") };
    assert!(until - app.state.now >= 4_000, "the wait grew");
    app.wait(11_000);
    app.welcome();
    app.wait(20_000);
    app.down();
    let Phase::Waiting(until) = app.state.link.phase else { panic!("waits") };
    assert!(until - app.state.now <= 1_000, "a connection that lasted forgives");
}

#[test]
fn silence_counts_as_down() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.wait(44_000);
    assert!(app.state.link.is_online());
    app.wait(2_000);
    assert!(!app.state.link.is_online());
    let mut app = App::connecting(80, 24, Server::new());
    app.wait(16_000);
    assert!(app.sees("reconnecting"), "an opening that never ends is given up");
}

#[test]
fn what_was_missed_is_fetched() {
    let mut app = App::new(80, 24, Server::new());
    app.down();
    for number in 0..300 {
        app.server.say("bob", &format!("missed {number}"));
    }
    app.wait(2_000);
    app.welcome();
    assert!(app.sees("missed 299"));
    let room = app.state.room().unwrap();
    assert_eq!(room.timeline.live_window(), Some((1, 301)), "all of it, without a hole");
}

#[test]
fn who_missed_too_much_starts_at_the_head() {
    let mut app = App::new(80, 24, Server::new());
    app.down();
    for number in 0..1_500 {
        app.server.say("bob", &format!("missed {number}"));
    }
    app.wait(2_000);
    app.welcome();
    assert!(app.sees("missed 1499"));
    assert_eq!(app.state.room().unwrap().timeline.live_window(), Some((1_402, 1_501)));
}

#[test]
fn a_gap_on_a_live_link_is_fetched_after_a_grace() {
    let mut app = App::new(80, 24, Server::new());
    app.server.say("bob", "never told");
    let entry = app.server.say("bob", "told");
    let room = app.server.lobby().info.id.clone();
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    assert!(!app.sees("told"));
    app.wait(250);
    assert!(!app.sees("told"));
    app.wait(100);
    assert!(app.sees("never told") && app.sees("told"));
}

#[test]
fn a_log_that_was_made_anew_is_read_anew() {
    let mut app = App::new(80, 24, Server::new());
    app.server.say("bob", "of the old log");
    app.down();
    app.wait(2_000);
    app.server.lobby().epoch = Epoch::parse("e2").unwrap();
    app.server.lobby().entries.truncate(1);
    app.server.say("bob", "of the new log");
    app.welcome();
    assert!(app.sees("of the new log") && !app.sees("of the old log"));
}

/// A database is copied back that is older than what the client knows of, but not than its cursor.
#[test]
fn a_log_that_became_shorter_ends_where_the_server_says() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.server.say("bob", "lost, and never told");
    let entry = app.server.say("bob", "lost");
    let room = app.server.lobby().info.id.clone();
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    app.down();
    app.server.lobby().entries.truncate(1);
    app.server.say("bob", "of the copy");
    app.online = true;
    app.wait(2_000);
    app.welcome();
    assert!(app.sees("of the copy") && !app.sees("lost"));
    assert_eq!(app.state.room().unwrap().head.seq, 2);
}

#[test]
fn an_answered_line_that_is_gone_with_its_log_is_not_shown_any_more() {
    let mut app = App::new(80, 24, Server::new());
    app.online = false;
    app.say("gone with the disk");
    let emit = app.sent.drain(..).find(|emit| emit.name == "message:send").unwrap();
    let answer = app.server.handle(&emit.rid, emit.name, emit.payload).into_iter().find(|event| matches!(event, AnyEvent::Answer(_)));
    app.wire(answer.unwrap());
    assert!(app.sees("gone with the disk"));
    app.down();
    assert!(app.sees("gone with the disk"), "nobody has said yet that it is");
    app.server.lobby().entries.truncate(1);
    app.online = true;
    app.wait(2_000);
    app.welcome();
    assert!(!app.sees("gone with the disk"));
}

#[test]
fn a_room_that_is_missing_is_mine_no_longer() {
    let mut server = Server::new();
    let ops = server.make_room("ops", "", RoomKind::Public);
    let mut app = App::new(80, 24, server);
    app.keys("Ctrl+N");
    assert!(app.sees("Write to #ops"));
    app.server.log(&ops).members.clear();
    app.wait(31_000);
    assert!(app.sees("Write to #lobby") && !app.sees("#ops"));
}

#[test]
fn entries_of_an_unknown_room_ask_for_sync() {
    let mut app = App::new(80, 24, Server::new());
    let ops = app.server.make_room("ops", "", RoomKind::Public);
    let entry = app.server.log(&ops).entries[0].clone();
    let told = app.server.told(&ops, vec![entry]);
    app.wire(told);
    assert!(app.sees("#ops"));
}

#[test]
fn the_server_says_when_to_come_back() {
    let mut app = App::new(80, 24, Server::new());
    let error = Error::new(Code::Unavailable, "The server is going down.").after(4_000);
    app.wire(AnyEvent::Closing(Box::new(Closing { error })));
    assert!(app.sees("reconnecting in 4 s"));
    app.wait(4_000);
    app.welcome();
    app.wire(AnyEvent::Closing(Box::new(Closing { error: Error::new(Code::Forbidden, "You were banned.") })));
    assert!(app.sees("failed: You were banned."));
    let before = connects(&app);
    app.wait(60_000);
    assert_eq!(connects(&app), before, "it does not come back by itself");
}

#[test]
fn a_token_that_is_no_good_makes_a_guest() {
    let mut app = App::connecting(80, 24, Server::new());
    let token = chat_proto::secret::Token::parse("a".repeat(43)).unwrap();
    let name = chat_proto::name::DisplayName::parse("ada").unwrap();
    app.state.credentials.account = Some(chat_tui::credentials::Known { name, token, pair: None });
    app.refused(Error::new(Code::SignedOut, "Sign in again."));
    assert!(app.wanted.iter().any(|effect| matches!(effect, Effect::ForgetAccount)));
    let Some(Effect::Connect(_, auth)) = app.wanted.iter().rev().find(|effect| matches!(effect, Effect::Connect(..))) else { panic!() };
    assert_eq!(auth.guest.as_ref().map(|name| name.as_str()), Some("me"));
    assert!(app.sees("Your session has ended"));
}

#[test]
fn a_read_position_that_got_lost_is_told_again() {
    let mut app = App::new(80, 24, Server::new());
    app.wait(2_000);
    app.online = false;
    let entry = app.server.say("bob", "read and seen");
    let lobby = app.server.lobby().info.id.clone();
    let told = app.server.told(&lobby, vec![entry]);
    app.wire(told);
    app.wait(2_000);
    assert!(app.sent.iter().any(|emit| emit.name == "room:mark_read"));
    app.down();
    app.online = true;
    app.server.heard.clear();
    app.wait(2_000);
    app.welcome();
    app.wait(2_000);
    assert!(app.server.heard.contains(&"room:mark_read".to_owned()));
    assert_eq!(app.server.read.seq, 2);
}

/// The clock on the wall is set to another day, forth and back.
fn set_clock(app: &mut App, days: i64) {
    const DAY: i64 = 86_400_000;
    app.feed(chat_tui::event::Event::Date(app.state.date().saturating_add_signed(days * DAY)));
}

#[test]
fn a_clock_that_is_set_neither_stalls_nor_hurries_anything() {
    for days in [1, -1, 20_000, -20_000] {
        let mut app = App::new(80, 24, Server::new());
        // Nothing that waits on a live link: an answer, the silence, a refusal for later, a sync.
        app.online = false;
        app.say("lost on the way");
        app.sent.clear();
        set_clock(&mut app, days);
        app.wait(9_000);
        assert!(!app.sent.iter().any(|emit| emit.name == "message:send"), "not before its time");
        app.online = true;
        app.wait(2_000);
        assert_eq!(app.server.heard.iter().filter(|name| *name == "message:send").count(), 1);
        app.server.refusals.push_back(Error::new(Code::SlowDown, "Too much at once.").after(3_000));
        app.say("too soon");
        set_clock(&mut app, -days);
        app.server.heard.clear();
        app.wait(2_900);
        assert!(!app.server.heard.contains(&"message:send".to_owned()));
        app.wait(200);
        assert!(app.server.heard.contains(&"message:send".to_owned()));
        set_clock(&mut app, days);
        app.server.heard.clear();
        app.wait(31_000);
        let syncs = app.server.heard.iter().filter(|name| *name == "sync").count();
        assert!((1..=2).contains(&syncs), "{syncs} syncs in half a minute");
        assert!(app.state.link.is_online());

        // Nor between two connections.
        app.down();
        set_clock(&mut app, days);
        let before = connects(&app);
        app.wait(100);
        assert_eq!(connects(&app), before, "not before its time");
        set_clock(&mut app, -2 * days);
        app.wait(1_000);
        assert_eq!(connects(&app), before + 1);
        app.wait(14_000);
        assert_eq!(connects(&app), before + 1);
        app.wait(2_500);
        assert_eq!(connects(&app), before + 2, "an opening that never ends is given up");
        app.welcome();
        set_clock(&mut app, days);
        app.online = false;
        app.wait(46_000);
        assert!(!app.state.link.is_online(), "silence is heard");
    }
}

#[test]
fn lines_are_dated_by_the_clock_on_the_wall() {
    let mut app = App::new(80, 24, Server::new());
    app.down();
    set_clock(&mut app, 1);
    app.say("said tomorrow");
    let made = app.state.outbox.items().next().unwrap().made;
    assert_eq!((made, made - app.state.now), (app.state.date(), 86_400_000));
}

#[test]
fn secrets_stay_here_on_a_plain_line() {
    let mut app = App::connecting(80, 24, Server::new());
    app.state.settings.private_line = false;
    app.welcome();
    assert!(app.sees("This line is not encrypted: others on the network"));
    app.say("/login ada");
    assert!(app.sees("the password is not sent") && app.state.popup.is_none());
    app.state.settings.insecure = true;
    app.say("/login ada");
    assert!(app.sees("Password for ada:"));
}
