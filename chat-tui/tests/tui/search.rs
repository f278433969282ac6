//! Searching what was said: the screen of it, pages, jumping to a hit and back, and what goes wrong.

use chat_proto::entry::{Body, Content, Delete, Message};
use chat_proto::error::{Code, Error};
use chat_proto::event::{Answer, AnyEvent, Outcome};
use chat_proto::id::{ClientId, Epoch, RoomId};
use chat_proto::name::DisplayName;
use chat_proto::request::search_read::{SearchCursor, SearchReply};
use chat_proto::room::RoomKind;
use chat_tui::event::{Event, Mouse};
use chat_tui::state::Spot;
use insta::assert_snapshot;
use ratatui::style::Modifier;

use crate::app::App;
use crate::rooms::{made, room};
use crate::server::{Server, account};

/// A minute after the last thing that was said, somebody says something in a room.
fn say(server: &mut Server, room: &RoomId, name: &str, text: &str) {
    server.time += 60_000;
    let id = ClientId::parse(format!("said-{}", server.time)).unwrap();
    server.write(name, room, id, Body::Message(Message { content: Content::text(text), mentions: vec![], reply_to: None }));
}

/// A lobby with a hundred lines, and a few other rooms in which something green is told.
fn server() -> Server {
    let mut server = Server::new();
    server.users.extend([account("carol", "#e5b567"), account("Dora the Explorer of Far Away Lands", "#7fd38a")]);
    server.make_room("ops", "", RoomKind::Public);
    server.make_room_of(&["me", "carol", "bob"], "x1", "", RoomKind::Direct, made("x1"), "carol");
    let (lobby, ops, direct) = (room("lobby"), room("ops"), room("x1"));
    server.time -= 400 * 86_400_000;
    say(&mut server, &lobby, "Dora the Explorer of Far Away Lands", "Green, GREEN, greenhouse: how many greens are there?");
    server.time += 370 * 86_400_000;
    say(&mut server, &ops, "ada", "the build is **green** again\nand so is the coffee");
    server.time += 30 * 86_400_000;
    for number in 0..100 {
        say(&mut server, &lobby, "bob", &format!("line {number}."));
    }
    let long = "a very long line about this and that which takes its time before it comes to what it is about, namely that everything is green now, \
                and then does not stop either";
    say(&mut server, &direct, "carol", long);
    say(&mut server, &lobby, "ada", "日本語のテキスト green 日本語のテキスト");
    say(&mut server, &ops, "bob", "\u{1b}[31m green\u{202e} is not red");
    for number in 100..140 {
        say(&mut server, &lobby, "bob", &format!("line {number}."));
    }
    server
}

fn app(columns: u16, rows: u16) -> App {
    App::new(columns, rows, server())
}

fn error(code: Code, sentence: &str) -> Result<SearchReply, Error> {
    Err(Error::new(code, sentence))
}

fn cursor(text: &str) -> Option<SearchCursor> {
    Some(SearchCursor::parse(text).unwrap())
}

#[test]
fn the_search_lies_over_the_lines() {
    for (columns, rows) in [(120, 30), (80, 24), (50, 24)] {
        let mut app = app(columns, rows);
        app.keys("Ctrl+F");
        assert_snapshot!(format!("search_empty_{columns}"), app.screen());
        app.say("green");
        assert_snapshot!(format!("search_{columns}"), app.screen());
    }
}

#[test]
fn what_is_found_is_marked_without_colours() {
    let mut app = app(80, 24);
    app.say("/search green -red");
    let screen = app.screen();
    assert_eq!(app.server.searched, ["green -red"]);
    let row = screen.lines().position(|line| line.contains("the build is")).unwrap() as u16;
    let buffer = app.draw();
    let marked = Modifier::BOLD | Modifier::UNDERLINED;
    let cells = (0..80).filter(|x| buffer[(*x, row)].modifier.contains(marked));
    let shown: String = cells.map(|x| buffer[(x, row)].symbol().to_owned()).collect();
    assert_eq!(shown, "green");
    assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}'));
}

#[test]
fn right_to_left_text_turns_nothing_beside_it() {
    let mut server = server();
    server.users.push(account("dana", "#7fd38a"));
    server.users.last_mut().unwrap().name = DisplayName::parse("דנה").unwrap();
    say(&mut server, &room("lobby"), "דנה", "one שלום two");
    let mut app = App::new(80, 24, server);
    app.say("/search one");
    assert!(app.sees("  \u{2068}דנה\u{2069}") && app.sees("one \u{2068}שלום\u{2069} two"));
}

#[test]
fn pages_follow_one_another() {
    let mut app = app(80, 24);
    app.say("/search line");
    assert!(app.sees("20+ found"));
    assert_eq!(app.server.searched.len(), 1);
    app.keys("PageDown PageDown");
    assert_eq!(app.server.searched.len(), 1, "not before the end is reached");
    app.keys("PageDown");
    assert!(app.sees("40+ found"));
    app.keys("Ctrl+End Ctrl+End Ctrl+End Ctrl+End Ctrl+End Ctrl+End");
    assert!(app.sees("141 found"));
    app.keys("Ctrl+End");
    assert!(app.sees("line 0."));
    let asked = app.server.searched.len();
    app.keys("Down Down");
    assert_eq!(app.server.searched.len(), asked, "there is no more");
    app.keys("Ctrl+Home");
    assert!(app.sees("line 139."));
}

#[test]
fn an_empty_page_with_more_is_no_end() {
    let mut app = app(80, 24);
    let empty = |more: Option<SearchCursor>| Ok(SearchReply { hits: vec![], more, preparing: true });
    app.server.searches.extend([empty(cursor("0")), empty(cursor("1"))]);
    app.say("/search green");
    assert_eq!(app.server.searched.len(), 3);
    assert!(app.sees("4 found"), "the newest one was on the page that came empty");
    app.server.searches.extend([empty(cursor("7")), empty(cursor("7"))]);
    app.keys("Ctrl+U");
    app.write("greens");
    app.keys("Enter");
    assert!(app.sees("Nothing was found for greens.") && app.sees("The server is still preparing older messages"));
    assert_eq!(app.server.searched.len(), 5, "a page that ends where it begins is the last one");
}

#[test]
fn a_search_that_was_refused_half_way_goes_on_from_there() {
    let mut app = app(80, 24);
    let nothing_yet = SearchReply { hits: vec![], more: cursor("1"), preparing: false };
    app.server.searches.extend([Ok(nothing_yet), error(Code::SlowDown, "Slower, please.")]);
    app.say("/search green");
    assert!(app.sees("Slower, please.") && !app.sees("found"));
    app.keys("Enter");
    assert!(app.sees("4 found") && !app.sees("Slower, please."), "the newest one was on the page before");
}

#[test]
fn a_hit_is_looked_at_and_everything_is_as_before() {
    let mut app = app(80, 24);
    app.keys("PageUp");
    let before = app.screen();
    app.say("/search green");
    app.keys("Down Down Down");
    let found = app.screen();
    app.keys("Enter");
    assert!(app.sees("Write to #ops") && app.sees("▌ada") && app.sees("Esc Back to the search"));
    assert_eq!(app.state.chosen, Some(Spot::Line(RoomId::parse("r-ops").unwrap(), 2)));
    app.keys("Esc");
    assert_eq!(app.screen(), found, "with its hits and its place");
    app.keys("Down Enter");
    assert!(app.sees("Write to #lobby") && app.sees("▌Dora"), "what is around it was loaded");
    assert!(app.server.heard.iter().filter(|name| *name == "history:read").count() > 1);
    app.keys("Ctrl+F Esc");
    assert_eq!(app.screen(), before);
    assert!(app.state.find.is_none() && app.state.chosen.is_none());
}

#[test]
fn whoever_goes_elsewhere_from_a_hit_is_done_with_the_search() {
    let mut app = app(80, 24);
    app.say("/search coffee");
    app.keys("Enter");
    assert!(app.sees("Write to #ops"));
    app.keys("Ctrl+C");
    app.say("/join lobby");
    assert!(!app.sees("Back to the search"));
    app.keys("Esc");
    assert!(app.sees("Write to #lobby"));
    app.say("/search coffee");
    app.keys("Alt+2");
    assert!(app.sees("Write to #ops") && !app.sees("1 found"));
}

#[test]
fn what_is_being_written_stays() {
    let mut app = app(80, 24);
    app.write("half a sentence");
    app.keys("Ctrl+F");
    app.feed(Event::Paste("coffee\nand more".into()));
    app.keys("Enter Enter");
    assert!(app.sees("Write to #ops"));
    app.keys("r");
    app.write("an ans");
    app.keys("Esc");
    assert!(app.sees("Write to #ops") || app.sees("> an ans"), "the answer is given up first");
    app.keys("Esc");
    assert!(app.sees("1 found"));
    app.keys("Esc");
    assert!(app.sees("> half a sentence"));
}

#[test]
fn nothing_is_read_behind_the_search() {
    let mut app = app(80, 24);
    app.wait(3_000);
    app.keys("Ctrl+F");
    app.server.heard.clear();
    let entry = app.server.say("ada", "unseen");
    let told = app.server.told(&room("lobby"), vec![entry]);
    app.wire(told);
    app.wait(3_000);
    assert!(!app.server.heard.iter().any(|name| name == "room:mark_read"));
    app.keys("Esc");
    app.wait(3_000);
    assert!(app.server.heard.iter().any(|name| name == "room:mark_read"));
}

#[test]
fn errors_stand_below_the_field() {
    let mut app = app(80, 24);
    app.say("/search -red");
    assert!(app.sees("A search needs a word that is to be found"));
    for (number, (code, sentence)) in [
        (Code::NotFound, "Nobody here is called nemo."),
        (Code::NotFound, "There is no room #nowhere."),
        (Code::SlowDown, "Too many searches. Try again in a second."),
    ]
    .into_iter()
    .enumerate()
    {
        app.server.searches.push_back(error(code, sentence));
        app.keys("Ctrl+U");
        app.say(&format!("neverwas{number}"));
        assert!(app.sees(sentence) && !app.sees("Nothing was"));
        app.keys("Enter");
        assert!(app.sees("Nothing was found") && !app.sees(sentence), "Enter asks once more");
    }
    app.keys("Ctrl+U");
    app.say("line");
    app.server.searches.push_back(error(Code::SlowDown, "Slower, please."));
    app.keys("Ctrl+End");
    assert!(app.sees("20+ found") && app.sees("Slower, please."));
    app.keys("Down");
    assert!(app.sees("40+ found") && !app.sees("Slower, please."));
    app.keys("Ctrl+U");
    app.say(&"x".repeat(501));
    assert!(app.sees("What you look for is 501 bytes long"));
}

#[test]
fn answers_to_what_is_not_looked_for_any_more_are_ignored() {
    let mut app = app(80, 24);
    app.online = false;
    app.say("/search coffee");
    let old = app.sent.iter().find(|emit| emit.name == "search:read").cloned().unwrap();
    app.keys("Ctrl+U");
    app.say("green");
    app.online = true;
    app.settle();
    assert!(app.sees("5 found"));
    let hits = app.server.handle(&old.rid, old.name, old.payload.clone());
    hits.into_iter().for_each(|frame| app.wire(frame));
    assert!(app.sees("5 found"));
    app.online = false;
    app.keys("Ctrl+U");
    app.say("coffee");
    app.keys("Esc Ctrl+F");
    app.online = true;
    app.settle();
    assert!(app.sees("Words, \"a phrase\""), "another search knows nothing of it");
}

#[test]
fn an_answer_that_cannot_be_read_is_told() {
    let mut app = app(80, 24);
    app.online = false;
    app.say("/search coffee");
    let asked = app.sent.iter().find(|emit| emit.name == "search:read").cloned().unwrap();
    app.sent.clear();
    let answer = Answer { rid: Some(asked.rid), outcome: Outcome::Ok(serde_json::json!({ "hits": 3 })) };
    app.wire(AnyEvent::Answer(Box::new(answer)));
    assert!(app.sees("cannot be read"));
}

#[test]
fn without_a_connection_that_is_said() {
    let mut app = app(80, 24);
    app.say("/search green");
    app.online = false;
    app.keys("Ctrl+U");
    app.say("coffee");
    app.down();
    assert!(app.sees("There is no connection. Try again when it is back."), "of one that is on its way");
    app.keys("Ctrl+U");
    app.say("green");
    assert!(app.sees("There is no connection. Try again when it is back."));
    app.online = true;
    app.wait(2_000);
    app.welcome();
    app.keys("Enter");
    assert!(app.sees("5 found"));
    app.down();
    app.keys("Ctrl+End Enter");
    assert!(app.sees("What you look for is shown") && app.sees("Esc Back to the search"));
    app.wait(2_000);
    app.welcome();
    assert!(app.sees("▌Dora"));
}

#[test]
fn hits_that_are_gone_are_told() {
    let mut app = app(80, 24);
    app.say("/search green");
    let target = app.server.log(&room("ops")).entries[1].mark();
    let told = app.server.does(&room("ops"), Body::Delete(Delete { target }));
    app.wire(told);
    assert!(app.sees("4 found") && !app.sees("the build is"));
    app.server.log(&room("x1")).members.clear();
    app.server.lobby().epoch = Epoch::parse("e2").unwrap();
    app.down();
    app.wait(2_000);
    app.welcome();
    app.keys("Down Down Enter");
    assert!(app.sees("You are not in that room."));
    app.keys("Up Enter");
    assert!(app.sees("That message is not here any more."));
}

#[test]
fn the_mouse_chooses_and_moves() {
    let mut app = app(80, 24);
    app.say("/search green");
    app.feed(Event::Mouse(Mouse::WheelDown, 40, 10));
    assert_eq!(app.state.find.as_ref().unwrap().index, 1);
    let row = app.screen().lines().position(|line| line.contains("the build is")).unwrap() as u16;
    app.feed(Event::Mouse(Mouse::Click, 40, row));
    app.settle();
    assert!(app.sees("Write to #ops"));
    app.keys("Esc");
    app.feed(Event::Mouse(Mouse::Click, 3, 2));
    app.settle();
    assert!(app.sees("Write to #lobby") && app.state.find.is_none());
}
