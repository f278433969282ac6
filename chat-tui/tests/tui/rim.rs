//! The rim without a screen: what it keeps together, and what it leaves to others.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use chat_proto::event::AnyEvent;
use chat_proto::handshake::Auth;
use chat_proto::id::{ClientId, Rid, RoomId, ServerId, UserId};
use chat_proto::request::TypingSet;
use chat_tui::credentials::File;
use chat_tui::effect::{Effect, Emit};
use chat_tui::event::{Event, Link};
use chat_tui::runtime::rim::Rim;
use chat_tui::storage::{Cached, Change, Kept, Pair, Storage, Stranded};

use crate::app::App;
use crate::server::Server;
use crate::wire::Wire;

/// Writes down what is asked of it.
struct Notes(Rc<RefCell<Vec<Vec<Change>>>>, Result<(), String>);

impl Storage for Notes {
    fn store(&mut self, _: &Pair, changes: Vec<Change>) -> Result<(), String> {
        self.0.borrow_mut().push(changes);
        self.1.clone()
    }

    fn seal(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn cache(&mut self, _: &Pair, _: Cached) -> Result<(), String> {
        Ok(())
    }

    fn stranded(&mut self, _: &Pair) -> Result<Vec<Stranded>, String> {
        Ok(vec![])
    }

    fn discard(&mut self, _: &Pair) -> Result<(), String> {
        Ok(())
    }

    fn load(&mut self, _: &Pair) -> Result<Kept, String> {
        Ok(Kept::default())
    }
}

fn perform(outcome: Result<(), String>, effects: Vec<Effect>) -> (Vec<Vec<Change>>, chat_tui::runtime::rim::Performed) {
    let (report, _) = tokio::sync::mpsc::unbounded_channel();
    let directory = tempfile::tempdir().unwrap();
    let notes = Rc::default();
    let storage = Box::new(Notes(Rc::clone(&notes), outcome));
    let mut rim = Rim::new("http://127.0.0.1:9".into(), report, storage, File::at(directory.path().join("credentials.toml")));
    let performed = rim.perform(&App::new(80, 24, Server::new()).state, effects);
    (notes.take(), performed)
}

fn draft(text: &str) -> (Change, Effect) {
    let pair = (ServerId::parse("s1").unwrap(), UserId::parse("u-me").unwrap());
    let change = Change::Draft(RoomId::parse("r").unwrap(), text.into());
    (change.clone(), Effect::Store(pair, Box::new(change)))
}

#[test]
fn what_follows_one_another_is_kept_at_once() {
    let ((one, first), (two, second), (three, third)) = (draft("one"), draft("two"), draft("three"));
    let (kept, performed) = perform(Ok(()), vec![first, second, Effect::Redraw, third, Effect::Quit]);
    assert_eq!(kept, [vec![one, two], vec![three]]);
    assert_eq!(performed.rest, [Effect::Redraw, Effect::Quit], "left to who has a screen");
    assert!(performed.outcomes.is_empty());
}

#[test]
fn nothing_of_the_outbox_leaves_that_could_not_be_kept() {
    let mut wire = Wire::new(Server::new());
    wire.start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (report, mut reports) = tokio::sync::mpsc::unbounded_channel();
    let directory = tempfile::tempdir().unwrap();
    let storage = Box::new(Notes(Rc::default(), Err("The disk is full.".into())));
    let mut rim = Rim::new(wire.url(), report, storage, File::at(directory.path().join("credentials.toml")));
    let state = App::new(80, 24, Server::new()).state;
    let mut next = || runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), reports.recv()).await.unwrap().unwrap().1 });
    rim.perform(&state, vec![Effect::Connect(1, Auth::default())]);
    while !matches!(next(), Link::Wire(AnyEvent::Welcome(_))) {}
    let rid = |text: &str| Rid::parse(text).unwrap();
    let typing = TypingSet { room: RoomId::parse("r-lobby").unwrap(), typing: true };
    let of_outbox = Emit { item: ClientId::parse("c1").ok(), ..Emit::new(rid("3"), &typing) };
    let performed = rim.perform(&state, vec![draft("one").1, Effect::Emit(of_outbox.clone()), Effect::Emit(Emit::new(rid("4"), &typing))]);
    assert!(matches!(performed.outcomes.as_slice(), [Event::NotKept(..)]));
    rim.perform(&state, vec![Effect::Emit(Emit { rid: rid("5"), ..of_outbox })]);
    let mut answered = Vec::new();
    while answered.last().is_none_or(|rid: &String| rid != "5") {
        if let Link::Wire(AnyEvent::Answer(answer)) = next() {
            answered.push(answer.rid.unwrap().to_string());
        }
    }
    assert_eq!(answered, ["4", "5"], "all but what was to be kept first");
    rim.finish();
}

#[test]
fn what_could_not_be_kept_is_told_whole() {
    let ((one, first), (two, second)) = (draft("one"), draft("two"));
    let (_, performed) = perform(Err("The disk is full.".into()), vec![first, second]);
    let [Event::NotKept(changes, reason)] = performed.outcomes.as_slice() else { panic!("{performed:?}") };
    assert_eq!((changes.as_slice(), reason.as_str()), ([one, two].as_slice(), "The disk is full."));
}
