//! The rim without a screen: what it keeps together, and what it leaves to others.

use std::cell::RefCell;
use std::rc::Rc;

use chat_proto::id::{RoomId, ServerId, UserId};
use chat_tui::credentials::File;
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::runtime::rim::Rim;
use chat_tui::storage::{Cached, Change, Kept, Pair, Storage, Stranded};

use crate::app::App;
use crate::server::Server;

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
fn what_could_not_be_kept_is_told_whole() {
    let ((one, first), (two, second)) = (draft("one"), draft("two"));
    let (_, performed) = perform(Err("The disk is full.".into()), vec![first, second]);
    let [Event::NotKept(changes, reason)] = performed.outcomes.as_slice() else { panic!("{performed:?}") };
    assert_eq!((changes.as_slice(), reason.as_str()), ([one, two].as_slice(), "The disk is full."));
}
