//! A room's log as the tools of the shell read it: each entry once and in order, whatever is lost.

use chat_proto::entry::{Body, Content, Delete, Edit, Entry};
use chat_proto::event::{AnyEvent, Outcome};
use chat_proto::id::{ClientId, Epoch, Rid, RoomId};
use chat_proto::place::{Millis, Seq};
use chat_proto::request::HistoryRead;
use chat_proto::request::history_read::Page;
use chat_proto::request::sync::RoomState;
use chat_tui::pipe::follow::{Begin, Follow};
use chat_tui::pipe::plain::Plain;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::server::{MORNING, Server};

/// A server, somebody who reads along, and the line between them.
struct Scene {
    server: Server,
    follow: Follow,
    /// What was told to the reader.
    told: Vec<Entry>,
    plain: String,
    now: Millis,
    online: bool,
    /// What the server has sent live, and the reader has not got yet.
    on_the_way: Vec<Entry>,
    page: Option<Page>,
}

impl Scene {
    fn begin(mut server: Server, begin: Begin) -> Self {
        let follow = Follow::new(&stands(&mut server), 0, begin);
        Self { server, follow, told: vec![], plain: String::new(), now: 10_000, online: true, on_the_way: vec![], page: None }
    }

    fn take(&mut self, batch: &chat_tui::pipe::follow::Batch) {
        self.told.extend(batch.entries.iter().map(|told| told.entry.clone()));
        self.plain += &Plain { zone: TimeZone::UTC, room: None }.lines(batch);
    }

    fn say(&mut self, text: &str) {
        let entry = self.server.say("bob", text);
        self.on_the_way.push(entry);
    }

    fn amend(&mut self, target: Seq, text: Option<&str>) {
        let lobby = lobby();
        let target = self.server.lobby().entries[target as usize - 1].mark();
        self.server.time += 1_000;
        let client_id = ClientId::parse(format!("a-{}", self.server.time)).unwrap();
        let body = match text {
            Some(text) => Body::Edit(Edit { target, content: Content::text(text), mentions: vec![] }),
            None => Body::Delete(Delete { target }),
        };
        let entry = self.server.write("bob", &lobby, client_id, body);
        self.on_the_way.push(entry);
    }

    fn deliver(&mut self, has_room: bool) {
        let entries = std::mem::take(&mut self.on_the_way);
        if self.online && !entries.is_empty() {
            let epoch = self.server.lobby().epoch.clone();
            let batch = self.follow.live(&epoch, &entries, has_room, self.now).unwrap();
            self.take(&batch);
        }
    }

    /// Asks for a page that is due; it is on its way back then.
    fn ask(&mut self) {
        if self.online
            && let Some(request) = self.follow.ask(self.now)
        {
            assert!(self.page.is_none(), "one at a time");
            self.page = Some(read(&mut self.server, &request));
        }
    }

    fn answer(&mut self) {
        if let Some(page) = self.page.take() {
            let batch = self.follow.page(page, self.now).unwrap();
            self.take(&batch);
        }
    }

    fn cut(&mut self) {
        self.online = false;
        self.page = None;
        self.on_the_way.clear();
        self.follow.forget_connection();
    }

    fn reconnect(&mut self) -> bool {
        self.online = true;
        self.on_the_way.clear();
        let state = stands(&mut self.server);
        self.follow.stands(&state, 0, true)
    }

    /// Nothing is lost any more.
    fn settle(&mut self) {
        if !self.online {
            assert!(!self.reconnect());
        }
        for _ in 0..2_000 {
            let state = stands(&mut self.server);
            assert!(!self.follow.stands(&state, 0, false));
            if self.follow.is_caught_up() {
                return;
            }
            self.now += 100;
            self.deliver(true);
            self.ask();
            self.answer();
        }
        panic!("it never comes to the end: {:?}", self.follow);
    }

    fn seqs(&self) -> Vec<Seq> {
        self.told.iter().map(|entry| entry.seq).collect()
    }
}

fn lobby() -> RoomId {
    RoomId::parse("r-lobby").unwrap()
}

fn stands(server: &mut Server) -> RoomState {
    let AnyEvent::Welcome(welcome) = server.welcome() else { unreachable!() };
    welcome.sync.rooms.into_iter().find(|state| state.room.id == lobby()).unwrap()
}

fn read(server: &mut Server, request: &HistoryRead) -> Page {
    let frames = server.handle(&Rid::parse("1").unwrap(), "history:read", serde_json::to_value(request).unwrap());
    let Some(AnyEvent::Answer(answer)) = frames.into_iter().next() else { panic!("no answer") };
    let Outcome::Ok(value) = answer.outcome else { panic!("refused") };
    serde_json::from_value(value).unwrap()
}

/// A log of so many messages behind its first entry, one a second.
fn log(count: usize) -> Server {
    let mut server = Server::new();
    for number in 0..count {
        server.say("bob", &format!("line {number}"));
    }
    server
}

fn read_from(count: usize, begin: Begin) -> Vec<Seq> {
    let mut scene = Scene::begin(log(count), begin);
    scene.settle();
    scene.seqs()
}

#[test]
fn it_begins_where_it_is_to() {
    assert_eq!(read_from(450, Begin::First), (1..=451).collect::<Vec<_>>());
    assert_eq!(read_from(450, Begin::Now), Vec::<Seq>::new());
    assert_eq!(read_from(450, Begin::Last(0)), Vec::<Seq>::new());
    assert_eq!(read_from(450, Begin::Last(3)), [449, 450, 451]);
    assert_eq!(read_from(450, Begin::Last(250)), (202..=451).collect::<Vec<_>>());
    assert_eq!(read_from(2, Begin::Last(250)), [1, 2, 3]);
    for line in [1, 2, 60, 199, 450] {
        // The message with that number is said in that second.
        let since = MORNING + line * 1_000;
        assert_eq!(read_from(450, Begin::Since(since)), (line + 1..=451).collect::<Vec<_>>());
        assert_eq!(read_from(450, Begin::LastSince(2, since)), (line.max(449) + 1..=451).collect::<Vec<_>>());
    }
    assert_eq!(read_from(450, Begin::Since(MORNING - 1)), (1..=451).collect::<Vec<_>>());
    assert_eq!(read_from(450, Begin::Since(MORNING + 1_000_000)), Vec::<Seq>::new());
}

#[test]
fn what_cannot_be_taken_is_fetched_later() {
    let mut scene = Scene::begin(log(3), Begin::Now);
    for number in 0..20 {
        scene.say(&format!("new {number}"));
        scene.deliver(number < 5);
    }
    assert_eq!(scene.seqs(), [5, 6, 7, 8, 9]);
    scene.settle();
    assert_eq!(scene.seqs(), (5..=24).collect::<Vec<_>>());
}

#[test]
fn a_log_that_was_copied_back_is_read_on_behind_what_was_told() {
    let mut scene = Scene::begin(log(10), Begin::First);
    scene.settle();
    scene.told.clear();
    scene.cut();
    // The last five are gone, and others stand where they stood.
    scene.server.lobby().entries.truncate(6);
    scene.server.time += 60_000;
    for number in 0..8 {
        let mut entry = scene.server.say("bob", &format!("other {number}"));
        entry.id = chat_proto::id::EntryId::parse(format!("other-{number}")).unwrap();
        *scene.server.lobby().entries.last_mut().unwrap() = entry;
    }
    // That it is another one, only the server can see: `place` does not fit.
    assert!(!scene.reconnect());
    let request = scene.follow.ask(scene.now).unwrap();
    assert_eq!(request.place.unwrap().seq, 11);
    let error = chat_proto::error::Error::new(chat_proto::error::Code::EpochChanged, "another log");
    scene.follow.refused(error, scene.now);
    assert!(scene.follow.ask(scene.now).is_none(), "it asks where the log stands first");
    let state = stands(&mut scene.server);
    assert!(scene.follow.stands(&state, 0, false));
    scene.settle();
    assert_eq!(scene.seqs(), (7..=14).collect::<Vec<_>>());
    // A shorter one shows by itself.
    scene.cut();
    scene.server.lobby().entries.truncate(9);
    assert!(scene.reconnect());
    scene.cut();
    scene.server.lobby().epoch = Epoch::parse("e2").unwrap();
    assert!(scene.reconnect());
}

#[test]
fn lines_for_people_say_what_is_in_force_and_what_changes_later() {
    let mut scene = Scene::begin(log(0), Begin::First);
    for text in ["one", "two", "three\n2026-11-19 09:12 mallory: forged", "four \u{1b}[31m\u{202e}"] {
        scene.say(text);
    }
    scene.amend(2, Some("ONE"));
    scene.amend(3, None);
    scene.settle();
    let wanted = "\
2026-11-19 09:12 * ada made the room #lobby
2026-11-19 09:12 bob (edited): ONE
2026-11-19 09:12 bob: message deleted
2026-11-19 09:12 bob: three
    2026-11-19 09:12 mallory: forged
2026-11-19 09:12 bob: four \u{fffd}[31m
";
    assert_eq!(scene.plain, wanted);
    scene.plain.clear();
    scene.amend(2, Some("1"));
    scene.deliver(true);
    scene.cut();
    scene.amend(5, None);
    scene.say("five");
    scene.settle();
    let wanted = "\
2026-11-19 09:12 bob (edited): 1
2026-11-19 09:12 bob: message deleted
2026-11-19 09:12 bob: five
";
    assert_eq!(scene.plain, wanted);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Say,
    Amend(u8, bool),
    Deliver(bool),
    Lose,
    Ask,
    Answer,
    Cut,
    Reconnect,
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Say),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(target, edit)| Step::Amend(target, edit)),
        4 => prop::bool::weighted(0.8).prop_map(Step::Deliver),
        1 => Just(Step::Lose),
        3 => Just(Step::Ask),
        3 => Just(Step::Answer),
        1 => Just(Step::Cut),
        2 => Just(Step::Reconnect),
        2 => Just(Step::Wait),
    ]
}

fn begin() -> impl Strategy<Value = Begin> {
    prop_oneof![
        Just(Begin::First),
        Just(Begin::Now),
        (0_u32..30).prop_map(Begin::Last),
        (0_u64..40).prop_map(|line| Begin::Since(MORNING + line * 1_000)),
    ]
}

proptest! {
    #[test]
    fn each_entry_is_told_once_and_in_order(before in 0_usize..300, begin in begin(), steps in prop::collection::vec(step(), 0..120)) {
        let mut scene = Scene::begin(log(before), begin);
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Say => scene.say(&format!("new {number}")),
                Step::Amend(target, edit) => {
                    let messages = scene.server.lobby().entries.iter().filter(|entry| matches!(entry.body, Body::Message(_)));
                    let messages: Vec<Seq> = messages.map(|entry| entry.seq).collect();
                    if let Some(target) = messages.get(usize::from(target) % messages.len().max(1)).copied() {
                        scene.amend(target, edit.then_some("edited"));
                    }
                }
                Step::Deliver(has_room) => scene.deliver(has_room),
                Step::Lose => scene.on_the_way.clear(),
                Step::Ask => scene.ask(),
                Step::Answer => scene.answer(),
                Step::Cut if scene.online => scene.cut(),
                Step::Reconnect if !scene.online => prop_assert!(!scene.reconnect()),
                Step::Cut | Step::Reconnect => {}
                Step::Wait => scene.now += 400,
            }
        }
        scene.settle();
        let head = scene.server.lobby().entries.len() as Seq;
        let first = match begin {
            Begin::First => 1,
            Begin::Now | Begin::Last(0) => before as Seq + 2,
            Begin::Since(time) => (time.saturating_sub(MORNING) / 1_000 + 1).min(head + 1),
            // What was said while it was looked for moves where it begins.
            Begin::Last(_) | Begin::LastSince(..) => scene.seqs().first().copied().unwrap_or(head + 1),
        };
        prop_assert_eq!(scene.seqs(), (first..=head).collect::<Vec<_>>());
        if let Begin::Last(lines @ 1..) = begin {
            let at_first = (before as Seq + 2).saturating_sub(Seq::from(lines)).max(1);
            prop_assert!(first >= at_first && (scene.told.len() as u32) >= lines.min(before as u32 + 1), "from {} on", first);
        }
    }
}
