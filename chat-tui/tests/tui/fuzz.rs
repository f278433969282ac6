//! Whatever is typed, sent and resized: nothing panics, nothing dangerous is drawn, and client and
//! server come to rest.

use chat_proto::entry::{Body, Role};
use chat_proto::error::{Code, Error};
use chat_proto::id::ClientId;
use chat_proto::room::{Post, RoomChanges, RoomKind, RoomRole};
use chat_tui::event::{Event, Mouse};
use proptest::prelude::*;

use crate::app::App;
use crate::server::{Server, account};

#[derive(Clone, Debug)]
enum Step {
    Key(&'static str),
    Write(String),
    Said(String),
    Resize(u16, u16),
    Mouse(u8, u16, u16),
    Wait(u64),
    Down,
    Refuse(Code),
    Restart(bool),
    Clock(i64),
    Ruled(Ruled),
}

/// What ada does with the room `ops`.
#[derive(Clone, Copy, Debug)]
enum Ruled {
    AddsMe,
    RemovesMe,
    Archives(bool),
    LetsModeratorsWrite,
    MakesMe(RoomRole),
}

const KEYS: &[&str] = &[
    "Enter",
    "Enter",
    "Enter",
    "Tab",
    "Shift+Tab",
    "Up",
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "Backspace",
    "Delete",
    "Esc",
    "PageUp",
    "PageUp",
    "PageDown",
    "Ctrl+Home",
    "Ctrl+End",
    "Ctrl+K",
    "Ctrl+F",
    "Ctrl+F",
    "Ctrl+N",
    "Ctrl+P",
    "Ctrl+A",
    "Ctrl+W",
    "Ctrl+U",
    "Ctrl+Y",
    "Ctrl+_",
    "Ctrl+C",
    "Alt+A",
    "Alt+U",
    "Alt+N",
    "Alt+P",
    "Alt+1",
    "Alt+2",
    "Alt+/",
    "Alt+Enter",
    "Alt+B",
    "Alt+F",
    "Alt+D",
    "F1",
    "F7",
    "F8",
    "Ctrl+Up",
    "Ctrl+Down",
    "r",
    "e",
    "d",
    "y",
    "+",
    "u",
    "R",
    "X",
    "n",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => proptest::sample::select(KEYS).prop_map(Step::Key),
        2 => "(/me |/topic |/join ops|/leave|/list|/names|/edit |@|:)?[a-z日👍 ]{0,12}".prop_map(Step::Write),
        2 => "/search (-|\"|from:|in:)?[a-e日]{1,2}".prop_map(Step::Write),
        2 => "/(msg|invite|kick|whois|accept|codes|set|set archived|role|serverrole|claim) (ada|@bob|carol|garden|yes|no)?[ ,]?(carol|owner|x)?"
            .prop_map(Step::Write),
        1 => proptest::sample::select(vec![
            Ruled::AddsMe, Ruled::RemovesMe, Ruled::Archives(true), Ruled::Archives(false), Ruled::LetsModeratorsWrite,
            Ruled::MakesMe(RoomRole::Moderator), Ruled::MakesMe(RoomRole::Member),
        ]).prop_map(Step::Ruled),
        2 => "\\PC{0,40}".prop_map(Step::Said),
        1 => any::<String>().prop_map(Step::Said),
        1 => "(```\n|> |- |# |\\*\\*|`|\\[a\\]\\(b\\)|<b>|\n){1,6}[a-z ]{0,20}".prop_map(Step::Said),
        1 => (0_u16..130, 0_u16..45).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => (0_u8..3, 0_u16..80, 0_u16..24).prop_map(|(what, column, row)| Step::Mouse(what, column, row)),
        1 => (0_u64..40_000).prop_map(Step::Wait),
        1 => Just(Step::Down),
        1 => any::<bool>().prop_map(Step::Restart),
        1 => (-100_000_000_000_i64..100_000_000_000).prop_map(Step::Clock),
        1 => proptest::sample::select(vec![Code::SlowDown, Code::Forbidden, Code::Conflict, Code::Unavailable]).prop_map(Step::Refuse),
    ]
}

fn take(mut app: App, step: Step) -> App {
    match step {
        Step::Key(key) => app.keys(key),
        Step::Write(text) => app.write(&text),
        Step::Said(text) => {
            let entry = app.server.say("ada", &text);
            let room = app.server.lobby().info.id.clone();
            let told = app.server.told(&room, vec![entry]);
            if app.state.link.is_online() {
                app.wire(told);
            }
        }
        Step::Resize(columns, rows) => app.feed(Event::Resize(columns, rows)),
        Step::Mouse(what, column, row) => {
            let mouse = [Mouse::Click, Mouse::WheelUp, Mouse::WheelDown][usize::from(what)];
            app.feed(Event::Mouse(mouse, column, row));
        }
        Step::Wait(milliseconds) => app.wait(milliseconds),
        Step::Down => {
            app.down();
            app.wait(11_000);
            app.welcome();
        }
        Step::Restart(killed) => {
            app = app.restarted(killed);
            app.screen();
            app.welcome();
        }
        Step::Clock(by) => app.feed(Event::Date(app.state.date().saturating_add_signed(by))),
        Step::Ruled(ruled) => {
            let ops = app.server.rooms[1].info.id.clone();
            let me = app.server.my_user().author();
            let changes = RoomChanges::default();
            let told = match ruled {
                Ruled::AddsMe => vec![app.server.add_me(&ops)],
                Ruled::RemovesMe => app.server.remove_me(&ops).into(),
                Ruled::Archives(archived) => {
                    vec![app.server.does(&ops, Body::Settings(RoomChanges { archived: Some(archived), ..changes }))]
                }
                Ruled::LetsModeratorsWrite => {
                    vec![app.server.does(&ops, Body::Settings(RoomChanges { post: Some(Post::Moderators), ..changes }))]
                }
                Ruled::MakesMe(role) => vec![app.server.does(&ops, Body::Role(Role { user: me, role }))],
            };
            for told in told {
                if app.state.link.is_online() {
                    app.wire(told);
                }
            }
        }
        Step::Refuse(code) => app.server.refusals.push_back(Error::new(code, "Not now.")),
    }
    app.settle();
    if app.wanted.len() > 1_000 {
        app.wanted.clear();
    }
    app
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_that_happens_breaks_it(steps in proptest::collection::vec(step(), 1..60)) {
        let mut server = Server::new();
        server.make_room("ops", "", RoomKind::Public);
        for number in 0..120 {
            server.say("bob", &format!("line {number}"));
        }
        server.users.push(account("carol", "#e5b567"));
        let with_carol = ClientId::parse("made-x1").unwrap();
        server.make_room_of(&["me", "carol"], "x1", "", RoomKind::Direct, with_carol, "carol");
        server.invite_me("garden");
        let mut app = App::new(80, 24, server);
        for step in steps {
            app = take(app, step);
            let screen = app.screen();
            let dangerous = |c: char| chat_tui::sanitize::is_dangerous(c) && !matches!(c, '\n' | '\u{2068}' | '\u{2069}');
            prop_assert!(!screen.contains(dangerous), "{screen:?}");
        }
    }
}
