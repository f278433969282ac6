//! Whole screens, at three sizes.

use chat_proto::event::{AnyEvent, TypingChanged};
use chat_proto::room::RoomKind;
use chat_tui::event::{Event, Mouse};
use chat_tui::theme::contrast::{self, Rgb};
use chat_tui::theme::{Choice, Depth};
use insta::assert_snapshot;
use ratatui::style::{Color, Modifier};

use crate::app::App;
use crate::server::{Server, unread};

/// A conversation with everything in it.
fn busy() -> Server {
    let mut server = Server::new();
    server.make_room("ops", "What runs, and what does not", RoomKind::Public);
    server.say("ada", "the build is green again\nand so is the **coffee**");
    server.say("bob", "thanks! see https://example.org/builds/4711 for `v1.4`");
    server.time += 600_000;
    server.say("bob", "- one\n- two that goes on for a while so that it has to be wrapped somewhere\n\n> quoted");
    server.say("ada", "日本語のテスト 👍🏽 ünï");
    server.say("ada", "@me look:\n```rust\nlet x = 1;\n```");
    server
}

fn at(columns: u16, rows: u16) -> App {
    App::new(columns, rows, busy())
}

#[test]
fn eighty_by_twenty_four() {
    let mut app = at(80, 24);
    app.say("watching");
    app.keys("Up Up");
    app.say("+");
    app.keys("Enter Esc");
    assert_snapshot!(app.screen());
}

#[test]
fn fifty_by_twenty_four() {
    let mut app = at(50, 24);
    assert_snapshot!("fifty_by_twenty_four", app.screen());
    app.keys("F7");
    assert_snapshot!("fifty_with_the_rooms", app.screen());
}

#[test]
fn a_hundred_and_twenty_by_forty() {
    let mut app = at(120, 40);
    assert_snapshot!(app.screen());
}

#[test]
fn no_connection_yet_and_none_any_more() {
    let mut app = App::connecting(80, 24, busy());
    app.write("nothing can be written yet");
    assert_snapshot!("connecting", app.screen());
    app.welcome();
    app.down();
    app.say("this waits");
    assert_snapshot!("lines_wait", app.screen());
}

#[test]
fn refused_messages_say_why() {
    let mut app = at(80, 24);
    app.server.refusals.push_back(chat_proto::error::Error::new(chat_proto::error::Code::Forbidden, "You are muted here."));
    app.say("not for you");
    app.keys("Up");
    assert_snapshot!(app.screen());
}

#[test]
fn help_is_generated_from_the_table() {
    let mut app = at(80, 24);
    app.keys("F1");
    assert_snapshot!("help", app.screen());
    app.keys(&["PageDown"; 12].join(" "));
    assert!(app.sees("//text"));
    app.keys("Esc");
    assert!(!app.sees("//text"));
}

#[test]
fn the_switcher_finds_rooms_by_a_part_of_their_name() {
    let mut app = at(80, 24);
    app.keys("Ctrl+K");
    app.write("op");
    assert_snapshot!("switcher", app.screen());
    app.keys("Enter");
    assert!(app.sees("#ops  What runs"));
}

#[test]
fn new_lines_are_marked_until_the_room_is_left() {
    let mut server = busy();
    server.read = unread(3, 2, 3);
    let mut app = App::new(80, 24, server);
    assert_snapshot!("new_lines", app.screen());
    app.wait(5_000);
    assert!(app.sees("── new ──"), "read, but still marked");
    app.keys("Ctrl+N Ctrl+P");
    assert!(!app.sees("── new ──"));
}

#[test]
fn what_was_seen_is_read_also_when_the_room_is_left_at_once() {
    let mut app = at(80, 24);
    app.wait(2_000);
    let room = app.server.lobby().info.id.clone();
    for text in ["first", "right behind it"] {
        let entry = app.server.say("bob", text);
        let told = app.server.told(&room, vec![entry]);
        app.wire(told);
    }
    // From here on the server only listens.
    app.online = false;
    app.keys("Alt+Down");
    let head = app.server.lobby().entries.last().unwrap().seq;
    let marks = app.sent.iter().filter(|emit| emit.name == "room:mark_read" && emit.payload["room"] == room.as_str());
    assert_eq!(marks.map(|emit| emit.payload["place"]["seq"].clone()).collect::<Vec<_>>(), [head]);
}

#[test]
fn what_comes_while_nobody_looks_is_not_read() {
    let mut app = at(80, 24);
    app.wait(2_000);
    app.feed(Event::Focus(false));
    app.server.heard.clear();
    let entry = app.server.say("bob", "anybody there?");
    let room = app.server.lobby().info.id.clone();
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    app.wait(5_000);
    assert!(app.sees("── new ──") && !app.server.heard.contains(&"room:mark_read".to_owned()));
    app.feed(Event::Focus(true));
    app.wait(2_000);
    assert!(app.sees("── new ──") && app.server.heard.contains(&"room:mark_read".to_owned()));
}

#[test]
fn who_scrolled_up_is_told_what_is_new_below() {
    let mut server = busy();
    for number in 0..60 {
        server.say("bob", &format!("line {number}"));
    }
    let mut app = App::new(80, 24, server);
    app.wait(2_000);
    app.keys("PageUp");
    let entry = app.server.say("ada", "something new");
    let room = app.server.lobby().info.id.clone();
    let told = app.server.told(&room, vec![entry]);
    app.wire(told);
    assert_snapshot!("new_below", app.screen());
    assert!(!app.sees("something new"));
    app.keys("Ctrl+End");
    assert!(app.sees("something new") && !app.sees("new below"));
}

#[test]
fn typing_is_shown_and_ends() {
    let mut app = at(80, 24);
    let (room, users) = (app.server.lobby().info.id.clone(), vec![app.server.person("bob").author(), app.server.person("me").author()]);
    app.wire(AnyEvent::TypingChanged(Box::new(TypingChanged { room, users })));
    assert!(app.sees("bob is typing"));
    app.wait(9_000);
    assert!(!app.sees("is typing"));
}

#[test]
fn history_loads_while_scrolling_up() {
    let mut server = Server::new();
    for number in 0..450 {
        server.say("bob", &format!("line {number}"));
    }
    let mut app = App::new(80, 24, server);
    assert!(app.sees("line 449") && !app.sees("line 300"));
    for _ in 0..40 {
        app.keys("PageUp");
    }
    assert!(app.sees("This is the beginning of #lobby.") && app.sees("line 0"));
    app.keys("Ctrl+End");
    assert!(app.sees("line 449"));
    app.keys("Ctrl+Home");
    assert!(app.sees("This is the beginning of #lobby."));
}

#[test]
fn a_frame_costs_as_much_as_it_shows() {
    let mut server = Server::new();
    for number in 0..5_000 {
        server.say("bob", &format!("line {number}"));
    }
    let mut app = App::new(80, 24, server);
    for _ in 0..100 {
        app.keys("PageUp");
    }
    let before = app.cache.laid_out;
    app.keys("PageUp");
    let one_page = app.cache.laid_out - before;
    assert!(one_page <= 80, "{one_page} messages were laid out for one page");
    let before = app.cache.laid_out;
    app.write("typing lays out nothing");
    assert_eq!(app.cache.laid_out, before);
}

#[test]
fn the_composer_grows_to_a_third_and_holds_the_caret() {
    let mut app = at(80, 24);
    app.write("日本");
    let (column, row) = app.caret.unwrap();
    assert_eq!((column, row), (24, 22));
    for _ in 0..20 {
        app.keys("Alt+Enter");
    }
    app.write("end");
    assert_eq!(app.caret.unwrap(), (23, 22));
    assert_snapshot!(app.screen());
}

#[test]
fn tab_completes_and_shows_what_there_is() {
    let mut app = at(80, 24);
    app.write("/re");
    app.keys("Tab");
    assert_snapshot!("completion", app.screen());
    app.keys("Ctrl+U");
    app.write("hello a");
    app.keys("Tab");
    assert_eq!(app.state.composer.text(), "hello @ada ");
    app.write(":rocke");
    app.keys("Tab");
    assert_eq!(app.state.composer.text(), "hello @ada 🚀 ");
}

#[test]
fn pasted_newlines_do_not_send() {
    let mut app = at(80, 24);
    app.feed(Event::Paste("one\r\ntwo\n".into()));
    assert_eq!(app.state.composer.text(), "one\ntwo\n");
    app.settle();
    assert!(!app.server.heard.contains(&"message:send".to_owned()));
}

#[test]
fn the_mouse_chooses_and_scrolls() {
    let mut app = at(80, 24);
    app.screen();
    app.feed(Event::Mouse(Mouse::Click, 3, 3));
    assert!(app.sees("#ops  What runs"), "a room was clicked");
    app.feed(Event::Mouse(Mouse::Click, 3, 2));
    app.screen();
    let row = app.screen().lines().position(|line| line.contains("日本語")).unwrap();
    app.feed(Event::Mouse(Mouse::Click, 40, u16::try_from(row).unwrap()));
    assert!(app.sees("▌ada"), "a message was clicked");
    assert!(app.sees("r answer"));
}

#[test]
fn text_from_others_cannot_drive_the_terminal() {
    let mut server = Server::new();
    server.say("ada", "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m \u{202e}evil\u{2066} \u{8}\r\u{7f}\tend");
    server.say("ada", "```\u{1b}\n\u{1b}[31m\n```\n> \u{1b}[1m **\u{9b}**");
    let mut app = App::new(80, 24, server);
    let screen = app.screen();
    assert!(screen.contains("evil") && screen.contains("end"));
    assert!(screen.chars().all(|c| c == '\n' || !chat_tui::sanitize::is_dangerous(c)), "{screen:?}");
}

#[test]
fn without_colours_signs_and_weight_say_the_same() {
    let mut server = busy();
    server.read = unread(3, 2, 3);
    let mut app = App::new(120, 30, server);
    app.keys("Up");
    let buffer = app.draw();
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset), "no colour at all");
    let chosen = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED));
    assert!(chosen.count() > 10, "what is chosen is reversed");
    app.state.settings.depth = Depth::Basic;
    let buffer = app.draw();
    assert!(buffer.content.iter().all(|cell| !matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_))), "16 colours and no more");
    app.state.settings.depth = Depth::Indexed;
    let buffer = app.draw();
    assert!(buffer.content.iter().all(|cell| !matches!(cell.fg, Color::Rgb(..))), "256 colours and no more");
}

#[test]
fn what_is_read_can_be_read() {
    for choice in [Choice::Night, Choice::Day] {
        let mut app = App::new(120, 30, busy());
        app.state.settings.depth = Depth::True;
        app.state.theme = choice;
        app.keys("Up");
        let buffer = app.draw();
        let lines = ["│", "─", "┌", "▌", " "];
        for cell in buffer.content.iter().filter(|cell| !lines.contains(&cell.symbol())) {
            let (Color::Rgb(r, g, b), Color::Rgb(x, y, z)) = (cell.fg, cell.bg) else { panic!("{cell:?} has no colours") };
            let ratio = contrast::ratio(Rgb(r, g, b), Rgb(x, y, z));
            assert!(ratio >= 4.5, "{cell:?} has {ratio:.2}");
        }
    }
}

#[test]
fn right_to_left_text_is_isolated() {
    let mut server = Server::new();
    server.say("ada", "before שלום after");
    let mut app = App::new(80, 24, server);
    assert!(app.sees("before \u{2068}שלום\u{2069} after"));
}
