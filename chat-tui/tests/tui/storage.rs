//! What every storage keeps, and what the one on disk does about other clients and damage.

use std::fs;
use std::path::{Path, PathBuf};

use chat_proto::error::{Code, Error};
use chat_proto::event::ServerInfo;
use chat_proto::id::{ClientId, Epoch, RoomId, ServerId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::Identity;
use chat_proto::place::Place;
use chat_proto::text::MessageText;
use chat_proto::user::User;
use chat_tui::state::outbox::{Item, Phase, Target, Work};
use chat_tui::storage::disk::Disk;
use chat_tui::storage::memory::Memory;
use chat_tui::storage::{Cached, Change, Kept, Pair, Storage, Stranded, Who};
use rstest::rstest;

pub fn pair(user: &str) -> Pair {
    (ServerId::parse("../s/1").unwrap(), UserId::parse(user).unwrap())
}

pub fn room() -> RoomId {
    RoomId::parse("r-lobby").unwrap()
}

pub fn item(number: usize) -> Item {
    let place = Place { epoch: Epoch::parse("e").unwrap(), seq: 7, id: chat_proto::id::EntryId::parse("m7").unwrap() };
    let work = Work::Send {
        room: room(),
        text: MessageText::parse(format!("line {number}")).unwrap(),
        mentions: vec![UserId::parse("u-bob").unwrap()],
        reply_to: Some(if number.is_multiple_of(2) { Target::Place(place) } else { Target::Own(client_id(number - 1)) }),
        quote: Some(("bob".into(), "what?".into())),
    };
    Item::new(client_id(number), work, 1_000 + number as u64)
}

pub fn client_id(number: usize) -> ClientId {
    ClientId::parse(format!("c{number}")).unwrap()
}

pub fn queued(number: usize) -> Change {
    Change::Queued(item(number), None)
}

pub fn ids(kept: &Kept) -> Vec<String> {
    kept.outbox.iter().map(|item| item.client_id.to_string()).collect()
}

/// A storage, and where it is, if it is anywhere.
struct Anywhere {
    storage: Box<dyn Storage>,
    directory: Option<tempfile::TempDir>,
}

impl Anywhere {
    fn new(on_disk: bool) -> Self {
        if !on_disk {
            return Self { storage: Box::new(Memory::default()), directory: None };
        }
        let directory = tempfile::tempdir().unwrap();
        Self { storage: Box::new(Disk::at(directory.path().join("deep/chat-tui"))), directory: Some(directory) }
    }

    /// The program ends, and another one starts.
    fn restart(&mut self) {
        if let Some(directory) = &self.directory {
            self.storage = Box::new(Memory::default());
            self.storage = Box::new(Disk::at(directory.path().join("deep/chat-tui")));
        }
    }
}

#[rstest]
fn what_is_stored_is_kept_in_order(#[values(false, true)] on_disk: bool) {
    let mut place = Anywhere::new(on_disk);
    let ada = pair("ada");
    assert_eq!(place.storage.load(&ada).unwrap(), Kept { lasts: on_disk, ..Kept::default() });
    place.storage.store(&ada, vec![Change::Draft(room(), "half a li".into())]).unwrap();
    place.storage.store(&ada, vec![queued(0), queued(1), Change::Queued(item(2), Some(room()))]).unwrap();
    let mut refused = item(1);
    (refused.phase, refused.emitted) = (Phase::Refused(Error::new(Code::Forbidden, "You are muted.")), true);
    place.storage.store(&ada, vec![Change::Changed(refused.clone()), Change::Changed(item(9))]).unwrap();
    place.storage.store(&ada, vec![Change::Settled(client_id(0)), queued(3)]).unwrap();
    place.storage.store(&ada, vec![Change::Draft(room(), "more".into())]).unwrap();
    place.storage.seal().unwrap();
    place.restart();
    let kept = place.storage.load(&ada).unwrap();
    assert_eq!(kept.outbox, [refused, item(2), item(3)]);
    assert_eq!(kept.drafts, [(room(), "more".to_owned())].into());
    assert!(kept.troubles.is_empty());
    place.storage.store(&ada, vec![Change::Withdrawn(client_id(1)), queued(2), Change::Draft(room(), String::new())]).unwrap();
    place.restart();
    let kept = place.storage.load(&ada).unwrap();
    assert_eq!((ids(&kept), kept.drafts.len()), (vec!["c3".to_owned(), "c2".to_owned()], 0), "what is queued anew stands at the end");
}

#[rstest]
fn each_pair_has_its_own(#[values(false, true)] on_disk: bool) {
    let mut place = Anywhere::new(on_disk);
    for user in ["ada", "ADA", "../ada", ".."] {
        place.storage.load(&pair(user)).unwrap();
        place.storage.store(&pair(user), vec![queued(user.len())]).unwrap();
    }
    place.restart();
    for user in ["ada", "ADA", "../ada", ".."] {
        assert_eq!(place.storage.load(&pair(user)).unwrap().outbox, [item(user.len())], "{user}");
    }
}

#[rstest]
fn what_waits_for_others_is_found_and_can_be_discarded(#[values(false, true)] on_disk: bool) {
    let mut place = Anywhere::new(on_disk);
    for user in ["ada", "bob", "eve"] {
        place.storage.load(&pair(user)).unwrap();
        let known = User {
            id: pair(user).1,
            identity: Identity::parse(user).ok().filter(|_| user == "ada"),
            ..crate::server::user(user, "#7aa2f7")
        };
        let server = ServerInfo { id: pair(user).0, name: "test".into(), version: "0".into() };
        place.storage.cache(&pair(user), Cached::Who(Box::new(Who { user: known, server, limits: Limits::default() }))).unwrap();
    }
    place.storage.load(&pair("ada")).unwrap();
    let join = Item::new(client_id(5), Work::Join { room: room(), code: None }, 0);
    place
        .storage
        .store(&pair("ada"), vec![queued(0), queued(1), Change::Queued(join.clone(), None), Change::Draft(room(), "mine".into())])
        .unwrap();
    let mut refused = item(1);
    refused.phase = Phase::Refused(Error::new(Code::Forbidden, "You are muted."));
    place.storage.store(&pair("ada"), vec![Change::Changed(refused)]).unwrap();
    place.storage.load(&pair("bob")).unwrap();
    place.storage.store(&pair("bob"), vec![Change::Queued(join, None)]).unwrap();
    assert!(place.storage.stranded(&(ServerId::parse("s2").unwrap(), pair("eve").1)).unwrap().is_empty(), "another server");
    place.storage.load(&pair("eve")).unwrap();
    let found = place.storage.stranded(&pair("eve")).unwrap();
    let ada = Stranded { pair: pair("ada"), name: Some("ada".into()), identity: Identity::parse("ada").ok(), texts: vec!["line 0".into()] };
    assert_eq!(found, [ada], "what has no answer, and is a message");
    place.restart();
    place.storage.load(&pair("eve")).unwrap();
    place.storage.discard(&pair("ada")).unwrap();
    assert!(place.storage.stranded(&pair("eve")).unwrap().is_empty());
    let kept = place.storage.load(&pair("ada")).unwrap();
    assert_eq!((kept.outbox.len(), kept.drafts.len()), (0, 1));
}

#[test]
fn what_a_running_client_has_is_not_stranded() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ada, _) = disk(directory.path(), "ada");
    ada.store(&pair("ada"), vec![queued(0)]).unwrap();
    let (mut bob, _) = disk(directory.path(), "bob");
    assert!(bob.stranded(&pair("bob")).unwrap().is_empty());
    drop(ada);
    assert_eq!(bob.stranded(&pair("bob")).unwrap().len(), 1);
    let (_, kept) = disk(directory.path(), "ada");
    assert_eq!(ids(&kept), ["c0"], "to look changes nothing");
}

pub fn disk(root: &Path, user: &str) -> (Disk, Kept) {
    let mut disk = Disk::at(root);
    let kept = disk.load(&pair(user)).unwrap();
    (disk, kept)
}

/// The files that hold what waits, by name.
pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("outbox-")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_urgent_survives_a_kill_and_what_is_not_does_once_it_is_sealed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut disk, _) = disk(directory.path(), "ada");
    let ada = pair("ada");
    let killed = |disk: &Disk| {
        // What the file holds while its program still runs is what a kill leaves.
        let _ = disk;
        let copy = tempfile::tempdir().unwrap();
        let to = copy.path().join(files(directory.path())[0].strip_prefix(directory.path()).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&files(directory.path())[0], to).unwrap();
        let (_, kept) = self::disk(copy.path(), "ada");
        (ids(&kept), kept.drafts.len())
    };
    disk.store(&ada, vec![queued(0), queued(1)]).unwrap();
    assert_eq!(killed(&disk), (vec!["c0".into(), "c1".into()], 0));
    disk.store(&ada, vec![Change::Settled(client_id(0)), Change::Draft(room(), "half".into())]).unwrap();
    assert_eq!(killed(&disk), (vec!["c0".into(), "c1".into()], 0), "not on disk yet");
    disk.seal().unwrap();
    assert_eq!(killed(&disk), (vec!["c1".into()], 1));
    disk.store(&ada, vec![Change::Withdrawn(client_id(1))]).unwrap();
    assert_eq!(killed(&disk).0, Vec::<String>::new());
}

#[test]
fn each_running_client_has_a_file_and_the_next_one_adopts_those_that_are_left() {
    let directory = tempfile::tempdir().unwrap();
    let ada = pair("ada");
    let mut running: Vec<Disk> = (0..3).map(|_| disk(directory.path(), "ada").0).collect();
    for (number, disk) in running.iter_mut().enumerate() {
        disk.store(&ada, vec![queued(10 * number), queued(10 * number + 1), Change::Draft(room(), format!("draft {number}"))]).unwrap();
        disk.seal().unwrap();
    }
    assert_eq!(files(directory.path()).len(), 3);
    let third = running.pop().unwrap();
    running.clear();
    let (fourth, kept) = disk(directory.path(), "ada");
    assert_eq!(ids(&kept), ["c0", "c1", "c10", "c11"], "the order within each stays");
    assert_eq!(kept.drafts, [(room(), "draft 0\ndraft 1".to_owned())].into());
    assert_eq!(files(directory.path()).len(), 2, "what was taken in is gone");
    let (fifth, kept) = disk(directory.path(), "ada");
    assert!(kept.outbox.is_empty(), "what others have open is theirs");
    drop((third, fourth, fifth));
    let (_, kept) = disk(directory.path(), "ada");
    assert_eq!(ids(&kept), ["c0", "c1", "c10", "c11", "c20", "c21"]);
    assert_eq!(files(directory.path()).len(), 1);
}

#[test]
fn a_file_that_holds_nothing_is_not_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    let (mut disk, _) = disk(directory.path(), "ada");
    disk.store(&pair("ada"), vec![queued(0), Change::Draft(room(), "half".into())]).unwrap();
    disk.store(&pair("ada"), vec![Change::Settled(client_id(0))]).unwrap();
    disk.load(&pair("bob")).unwrap();
    assert_eq!(files(directory.path()).len(), 2, "a draft is something");
    disk.load(&pair("ada")).unwrap();
    assert_eq!(files(directory.path()).len(), 1);
    disk.store(&pair("ada"), vec![Change::Draft(room(), String::new())]).unwrap();
    drop(disk);
    assert!(files(directory.path()).is_empty());
}

#[test]
fn clients_that_start_at_once_never_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let ada = pair("ada");
    for round in 0..5 {
        let clients: Vec<_> = (0..4)
            .map(|number| {
                let root = directory.path().to_owned();
                std::thread::spawn(move || {
                    let (mut disk, kept) = self::disk(&root, "ada");
                    disk.store(&pair("ada"), vec![queued(100 * round + number)]).unwrap();
                    (disk, kept)
                })
            })
            .collect();
        let clients: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        let mut adopted: Vec<String> = clients.iter().flat_map(|(_, kept)| ids(kept)).collect();
        adopted.sort();
        adopted.dedup();
        assert_eq!(adopted.len(), 4 * round, "all that was left is somebody's");
        assert_eq!(clients.iter().map(|(_, kept)| kept.outbox.len()).sum::<usize>(), 4 * round, "and one's alone");
    }
    let (_, kept) = disk(directory.path(), "ada");
    assert_eq!(kept.outbox.len(), 20);
    drop(ada);
}

/// As the first release wrote it; this text never changes.
#[test]
fn an_item_of_the_first_format_is_read() {
    let text = r#"{"client_id":"c1","work":{"send":{"room":"r","text":"hi","mentions":["u"],"reply_to":{"place":{"epoch":"e","seq":3,"id":"m3"}},"quote":["bob","what?"]}},"made":5,"phase":{"waiting":0},"emitted":true}"#;
    let read: Item = serde_json::from_str(text).unwrap();
    assert_eq!((read.client_id.as_str(), read.emitted, read.phase), ("c1", true, Phase::Waiting(0)));
    let Work::Send { reply_to: Some(Target::Place(place)), .. } = read.work else { panic!("{:?}", read.work) };
    assert_eq!(place.seq, 3);
    for (text, name) in [
        (r#"{"edit":{"room":"r","target":{"own":"c0"},"text":"hi","mentions":[]}}"#, "edit"),
        (r#"{"delete":{"room":"r","target":{"own":"c0"}}}"#, "delete"),
        (r#"{"react":{"room":"r","target":{"own":"c0"},"emoji":"👍","on":true}}"#, "react"),
        (r#"{"join":{"room":"r"}}"#, "join"),
        (r#"{"leave":{"room":"r"}}"#, "leave"),
        (r#"{"topic":{"room":"r","topic":"t"}}"#, "topic"),
        (r#"{"create":{"name":"ops","topic":null}}"#, "create"),
    ] {
        let work: Work = serde_json::from_str(text).unwrap();
        assert!(serde_json::to_value(work).unwrap().get(name).is_some(), "and written in the same way");
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look_into_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("chat-tui");
    let (mut disk, _) = disk(&root, "ada");
    disk.store(&pair("ada"), vec![queued(0)]).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut folder = files(&root)[0].clone();
    assert_eq!(mode(&folder), 0o600);
    while folder != root {
        folder.pop();
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}
