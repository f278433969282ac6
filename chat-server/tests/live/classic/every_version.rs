//! Every client of the tutorials' days in every dialect, all in one room.

use super::folder::VERSIONS;
use super::old_page::{Kind, OldPage, Spec, Transport};
use super::scene::{Said, Scene};
use crate::wait::until;

/// In all that is said here.
const MARK: &str = "héllo 你好 👋";

#[test]
fn every_version_speaks_every_dialect_with_everybody() {
    everybody_speaks(Transport::Default);
}

/// Over its default transport a client has done this in the test before.
#[test]
fn every_version_speaks_every_dialect_over_every_transport() {
    if std::env::var_os("CHAT_TEST_FULL").is_some() {
        everybody_speaks(Transport::Polling);
        everybody_speaks(Transport::WebSocket);
    }
}

fn everybody_speaks(transport: Transport) {
    let scene = Scene::start();
    let pages = open_all(&scene, transport);
    scene.until_people(pages.len() + 2);
    for page in &pages {
        let wanted = if transport == Transport::Polling { "polling" } else { "websocket" };
        until(&format!("{} is connected by {wanted}", page.key), || match page.transport() {
            found if found == wanted => Ok(()),
            found => Err(found),
        });
    }

    let line = |speaker: &str| format!("{speaker} {MARK}");
    let mut said = vec![line("page")];
    scene.page.say(&said[0]);
    for page in &pages {
        page.say(&line(&page.key));
        said.push(line(&page.key));
    }
    scene.until_said(MARK, said.len());
    scene.tty.say(&line("tty"));
    said.push(line("tty"));
    scene.until_said(MARK, said.len());
    scene.page.say(&line("once more page"));
    said.push(line("once more page"));

    let log = scene.until_said(MARK, said.len());
    let mut texts: Vec<&str> = log.iter().map(|said| said.text.as_str()).collect();
    texts.sort_unstable();
    said.sort_unstable();
    assert_eq!(texts, said, "everything is there once");
    assert_authors(&log);
    for page in &pages {
        let own = line(&page.key);
        let wanted: Vec<String> = log.iter().map(|said| page.kind.line(&said.author, &said.text, said.text == own)).collect();
        page.until_shows_of(MARK, &wanted);
    }
    scene.until_tty_shows(MARK, &log);
    scene.finish();
}

/// Opens a page for each version and dialect, some at a time.
fn open_all(scene: &Scene, transport: Transport) -> Vec<OldPage> {
    let mut pages = Vec::new();
    for version in VERSIONS {
        let open = |kind: Kind| {
            let key = format!("{kind:?}-{version}").to_lowercase();
            OldPage::open(scene, &key, &Spec::new(kind, version).over(transport).named(&key))
        };
        std::thread::scope(|scope| {
            let opening = Kind::ALL.map(|kind| scope.spawn(move || open(kind)));
            pages.extend(opening.map(|page| page.join().unwrap()));
        });
    }
    pages
}

/// Everybody has a name of their own: the one that they gave, where the dialect has a place for it.
fn assert_authors(log: &[Said]) {
    let mut names: Vec<&str> = Vec::new();
    for Said { author, text } in log {
        let named = ["page", "tty", "b-"].iter().any(|named| text.starts_with(named));
        if named {
            assert!(text.starts_with(author.as_str()), "{author} said {text:?}");
        } else if !text.starts_with("once more") {
            assert!(is_made(author), "{author} said {text:?}");
        }
        names.push(author);
    }
    names.sort_unstable();
    names.dedup();
    // One of them speaks twice.
    assert_eq!(names.len(), log.len() - 1, "{log:#?}");
}

/// Whether it is a name that the server makes.
pub fn is_made(name: &str) -> bool {
    name.strip_prefix("guest-").is_some_and(|tail| tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
