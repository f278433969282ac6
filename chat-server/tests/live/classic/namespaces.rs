//! `/` and `/chat`, which start in rooms of their own.

use super::folder::VERSIONS;
use super::old_page::{Kind, OldPage, Spec};
use super::scene::Scene;
use crate::wait::until;

/// In all that is said here.
const MARK: &str = "héllo 你好 👋";

/// A page that has a name, and is there.
fn open(scene: &Scene, key: &str, version: &'static str, namespace: &'static str) -> OldPage {
    let page = OldPage::open(scene, key, &Spec::new(Kind::B, version).in_namespace(namespace).named(key));
    page.until_shows(&format!("Currently logged in as {key}"));
    page
}

#[test]
fn the_two_namespaces_are_apart() {
    let scene = Scene::start();
    // A client of Engine.IO 3 is connected to `/` before `/chat`, by its protocol, and is one person.
    let there = VERSIONS.map(|version| open(&scene, &format!("there-{version}"), version, "/chat"));
    // Whoever comes later is seen later: that only these are seen tells something of those before.
    let here = ["1.3.5", "4.8"].map(|version| open(&scene, &format!("here-{version}"), version, "/"));
    let names = |pages: &[OldPage]| -> Vec<String> { pages.iter().map(|page| page.key.clone()).collect() };
    let in_lobby: Vec<String> = names(&here).into_iter().chain(["page".to_owned(), "tty".to_owned()]).collect();
    scene.until_here(&in_lobby);
    for page in here.iter().chain(&there) {
        page.say(&format!("{} {MARK}", page.key));
        page.until_shows(&format!("You said: {} {MARK}", page.key));
    }
    for pages in [&here[..], &there[..]] {
        for page in pages {
            let line = |author: &OldPage| Kind::B.line(&author.key, &format!("{} {MARK}", author.key), author.key == page.key);
            page.until_shows_of(MARK, &pages.iter().map(line).collect::<Vec<_>>());
        }
    }
    let of = |pages: &[OldPage]| -> Vec<String> { pages.iter().map(|page| format!("{} {MARK}", page.key)).collect() };
    let said: Vec<String> = scene.until_said(MARK, here.len()).into_iter().map(|said| said.text).collect();
    assert_eq!(said, of(&here));
    let last = open(&scene, "last", "4.8", "/");
    scene.until_here(&[in_lobby, vec!["last".to_owned()]].concat());

    // Native people can be in either: in the room of /chat there is each page once.
    scene.page.say("/join chat");
    scene.until_here(&[names(&there), vec!["page".to_owned()]].concat());
    let said: Vec<String> = scene.until_said(MARK, there.len()).into_iter().map(|said| said.text).collect();
    assert_eq!(said, of(&there));
    scene.page.say("from our page");
    for page in &there {
        page.until_shows("page said: from our page");
    }
    last.say("from the lobby");
    last.until_shows("You said: from the lobby");
    assert_eq!(last.shown_with("from our page"), Vec::<String>::new());
    assert_eq!(here[0].shown_with("from our page"), Vec::<String>::new());
    scene.finish();
}

#[test]
fn an_old_client_of_chat_is_gone_from_both() {
    let scene = Scene::start();
    let page = open(&scene, "Ada", "1.3.5", "/chat");
    page.say("hello");
    page.until_shows("You said: hello");
    let witness = open(&scene, "witness", "1.3.5", "/");
    scene.until_here(&["page".to_owned(), "tty".to_owned(), "witness".to_owned()]);
    scene.page.say("/join chat");
    scene.until_here(&["page".to_owned(), "Ada".to_owned()]);
    page.close();
    scene.until_here(&["page".to_owned()]);
    // Not even as somebody who is not there.
    until("our page lists nobody of that name", || match scene.page.presence() {
        people if people.iter().any(|one| one.contains("Ada")) => Err(format!("{people:#?}")),
        _ => Ok(()),
    });
    // Nobody in the other namespace is told of somebody who was not there.
    witness.say("hello");
    witness.until_shows("You said: hello");
    assert_eq!(witness.shown_with("Ada"), Vec::<String>::new());
    scene.finish();
}
