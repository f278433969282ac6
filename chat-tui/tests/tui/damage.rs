//! Files that are damaged, too new, or that cannot be written: nothing is lost in silence.

use std::fs;
use std::path::Path;

use chat_proto::text::MessageText;
use chat_tui::state::outbox::{Item, Work};
use chat_tui::storage::{Change, Kept, Storage};
use rstest::rstest;

use crate::storage::{client_id, disk, files, ids, item, pair, queued, room};

/// Whatever becomes of the file: all that was acknowledged is there, or the person is told and the
/// file is kept beside.
fn is_whole_or_told(root: &Path, what: &str) -> bool {
    let (mut disk, kept) = disk(root, "ada");
    let whole =
        ids(&kept) == ["c0", "c1", "c2", "c3", "c4", "c5"] && kept.outbox.iter().enumerate().all(|(number, is)| *is == item(number));
    if !whole {
        assert_eq!((kept.outbox.len(), kept.troubles.len()), (0, 1), "{what}");
        assert!(kept.troubles[0].contains("outbox-1.redb cannot be read"), "{what}: {}", kept.troubles[0]);
        let beside = files(root).into_iter().filter(|file| file.to_string_lossy().ends_with(".redb.damaged-1")).count();
        assert_eq!(beside, 1, "{what}");
    }
    disk.store(&pair("ada"), vec![queued(6)]).unwrap();
    whole
}

#[rstest]
#[case::after_a_kill(false)]
#[case::after_a_quiet_end(true)]
fn damage_anywhere_loses_nothing_in_silence(#[case] closed: bool) {
    let directory = tempfile::tempdir().unwrap();
    let (mut disk, _) = disk(directory.path(), "ada");
    for number in 0..6 {
        disk.store(&pair("ada"), vec![queued(number)]).unwrap();
    }
    let file = files(directory.path()).remove(0);
    let bytes = if closed {
        drop(disk);
        fs::read(&file).unwrap()
    } else {
        fs::read(&file).unwrap()
    };
    let inside = file.strip_prefix(directory.path()).unwrap();
    let check = |bytes: &[u8], what: &str| {
        let copy = tempfile::tempdir().unwrap();
        fs::create_dir_all(copy.path().join(inside).parent().unwrap()).unwrap();
        fs::write(copy.path().join(inside), bytes).unwrap();
        is_whole_or_told(copy.path(), what)
    };
    assert!(check(&bytes, "untouched"));
    // The header densely, the pages that hold something less so; the rest of the file is free.
    let places = (0..320).step_by(7).chain((4_096..bytes.len().min(60_000)).step_by(611));
    let mut whole = 0;
    for at in places {
        let mut garbled = bytes.clone();
        garbled[at] ^= 0x55;
        whole += usize::from(check(&garbled, &format!("garbled at {at}")));
    }
    assert!(whole > 0, "damage of what is free does no harm");
    for length in (1..bytes.len()).step_by(bytes.len() / 40) {
        assert!(!check(&bytes[..length], &format!("cut at {length}")));
    }
    for block in (0..bytes.len().min(60_000)).step_by(4_096) {
        let mut blank = bytes.clone();
        let end = (block + 4_096).min(bytes.len());
        blank[block..end].fill(0);
        check(&blank, &format!("blank from {block}"));
    }
}

#[test]
fn a_file_of_a_newer_program_is_moved_aside() {
    let directory = tempfile::tempdir().unwrap();
    let (mut disk, _) = disk(directory.path(), "ada");
    disk.store(&pair("ada"), vec![queued(0)]).unwrap();
    drop(disk);
    let database = redb::Database::open(&files(directory.path())[0]).unwrap();
    let transaction = database.begin_write().unwrap();
    let about = redb::TableDefinition::<&str, u64>::new("about");
    transaction.open_table(about).unwrap().insert("format", 2).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let (_, kept) = self::disk(directory.path(), "ada");
    assert!(kept.troubles[0].contains("a newer version of this program wrote it"), "{:?}", kept.troubles);
}

/// This test runs itself once more, where no file may grow beyond some size until it says so.
#[cfg(unix)]
#[test]
fn a_full_disk_refuses_and_what_was_acknowledged_stays() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const FULL: &str = "CHAT_TEST_FULL_DISK";
    if std::env::var_os(FULL).is_none() {
        let name = "damage::a_full_disk_refuses_and_what_was_acknowledged_stays";
        let script = format!("trap '' XFSZ; ulimit -S -f 4000; exec \"$0\" --exact {name} --nocapture");
        let output = std::process::Command::new("sh").args(["-c", &script]).arg(std::env::current_exe().unwrap()).env(FULL, "1").output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (mut disk, kept) = disk(directory.path(), "ada");
    assert!(kept.lasts, "{:?}", kept.troubles);
    let long = |number: usize| {
        let text = MessageText::parse(format!("{number} {}", "x".repeat(4_000))).unwrap();
        Item::new(client_id(number), Work::Send { room: room(), text, mentions: vec![], reply_to: None, quote: None }, 0)
    };
    let full = (0..2_000).find_map(|number| Some((number, disk.store(&pair("ada"), vec![Change::Queued(long(number), None)]).err()?)));
    let (number, reason) = full.unwrap();
    assert!(number > 20 && reason.contains("It could not be kept in") && reason.contains("Is the disk full?"), "{number} {reason}");
    for again in 0..3 {
        assert!(disk.store(&pair("ada"), vec![Change::Queued(long(number + again), None)]).is_err());
    }
    // There is space again.
    setrlimit(Resource::Fsize, Rlimit { current: None, ..getrlimit(Resource::Fsize) }).unwrap();
    disk.store(&pair("ada"), vec![queued(5_000)]).unwrap();
    let held = |kept: &Kept| kept.outbox.iter().map(|item| item.client_id.clone()).collect::<Vec<_>>();
    let acknowledged: Vec<_> = (0..number).chain([5_000]).map(client_id).collect();
    drop(disk);
    let (_, kept) = self::disk(directory.path(), "ada");
    assert_eq!((held(&kept), kept.troubles.len()), (acknowledged, 0));
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_made_is_named_and_all_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("file");
    fs::write(&root, "in the way").unwrap();
    let (mut disk, kept) = disk(&root, "ada");
    assert!(kept.troubles[0].contains(&format!("Nothing can be kept in {}", root.display())), "{:?}", kept.troubles);
    assert!(kept.troubles[0].contains("set XDG_CACHE_HOME"));
    disk.store(&pair("ada"), vec![queued(0)]).unwrap();
}
