//! What an operator can choose, and announce, as old pages meet it.

use std::path::Path;

use super::every_version::is_made;
use super::old_page::{Kind, OldPage, Spec};
use super::scene::Scene;
use crate::server::Server;
use crate::wait::until;

/// Another server with the scene's pages and these settings, in TOML.
fn start(scene: &Scene, name: &str, settings: &str) -> Server {
    let dir = scene.dir.path().join(name);
    std::fs::create_dir_all(&dir).unwrap();
    let config = dir.join("chat.toml");
    std::fs::write(&config, settings).unwrap();
    let pages: &Path = &scene.folder.path;
    Server::start_with(&dir, vec!["--pages".into(), pages.into(), "--config".into(), config.into()])
}

/// A raw page of that server.
fn raw(version: &'static str, server: &Server) -> Spec {
    Spec::new(Kind::Raw, version).of(&server.url())
}

/// Waits until a page is refused with exactly that, under the name that its version has for it, and hears nothing else.
fn is_refused(page: &OldPage, version: &str, with: &str) {
    let event = if version.starts_with('4') { "connect_error" } else { "error" };
    let refusal = serde_json::json!([event, with]).to_string();
    page.until_shows(&refusal);
    assert!(page.shown().iter().all(|line| *line == refusal), "{}: {:#?}", page.key, page.shown());
}

const WELCOME: &str = "[\"message\",\"Welcome!\"]";

#[test]
fn who_does_not_bring_what_is_required_is_refused() {
    let scene = Scene::start();
    let cookie = start(&scene, "cookie", "[classic]\nrequire = { cookie = \"*\" }\n");
    let sid = start(&scene, "sid", "[classic]\nrequire = { query = { name = \"sid\", value = \"123456\" } }\n");
    let off = start(&scene, "off", "[classic]\nenabled = false\n");
    // The versions, whose pages are opened together.
    std::thread::scope(|scope| {
        for version in ["1.2.1", "2.5.0", "4.8"] {
            let (scene, cookie, sid, off) = (&scene, &cookie, &sid, &off);
            scope.spawn(move || {
                let open = |what: &str, spec: Spec| OldPage::open(scene, &format!("{what}-{version}"), &spec);
                let refused = [
                    (open("no-cookie", raw(version, cookie)), "Authentication error"),
                    (open("wrong-sid", Spec { query: Some("sid=654321"), ..raw(version, sid) }), "Authentication error"),
                    (open("no-sid", raw(version, sid)), "Authentication error"),
                    (open("off", raw(version, off)), "This server does not take classic clients: its chat is the namespace /v1."),
                ];
                let accepted = [
                    open("cookie", Spec { cookie: Some("visited=yes; path=/"), ..raw(version, cookie) }),
                    open("sid", Spec { query: Some("sid=123456"), ..raw(version, sid) }),
                ];
                for (page, with) in &refused {
                    is_refused(page, version, with);
                }
                for page in &accepted {
                    page.until_shows(WELCOME);
                }
            });
        }
    });
    scene.finish();
}

#[test]
fn names_stand_before_texts_and_announcements_reach_every_dialect() {
    let scene = Scene::start_with("[classic]\nnames = true\n");
    let [a, b, c, d] = [(Kind::A, "1.2.1"), (Kind::B, "1.3.5"), (Kind::C, "1.7.4"), (Kind::D, "4.8")].map(|(kind, version)| {
        let page = OldPage::open(&scene, &format!("{kind:?}"), &Spec::new(kind, version).named("Ada"));
        page.say(&format!("from {kind:?}"));
        page.until("it has spoken", |shown| shown.iter().any(|line| line.ends_with(&format!("from {kind:?}"))));
        page
    });
    // A and D have no place for a name. What one says itself stands there as it was said.
    a.until_shows("from A");
    d.until_shows("from D");
    let author = scene.until_said("from D", 1).remove(0).author;
    assert!(is_made(&author), "{author}");
    a.until_shows(&format!("{author}: from D"));
    scene.page.say("from page");
    for page in [&a, &d] {
        page.until_shows("page: from page");
    }
    b.until_shows("page said: from page");

    let in_chat = OldPage::open(&scene, "in-chat", &Spec::new(Kind::A, "1.3.3").in_namespace("/chat"));
    in_chat.until_shows("hello world!");
    scene.server.announce(None, "欢迎使用！");
    scene.server.announce(Some("chat"), "今天天气晴");
    for (page, line) in [
        (&in_chat, "DATA 欢迎使用！"),
        (&in_chat, "DATA 今天天气晴"),
        (&a, "DATA 欢迎使用！"),
        (&b, "欢迎使用！"),
        (&c, "Chat: 欢迎使用！"),
        (&d, "欢迎使用！"),
    ] {
        page.until_shows(line);
    }
    until("our page shows it", || match scene.page.text() {
        text if text.contains("欢迎使用！") => Ok(()),
        text => Err(text),
    });
    until("the terminal shows it", || match scene.tty.text() {
        text if text.contains("欢迎使用！") => Ok(()),
        text => Err(text),
    });
    // What is for one room is told there alone; this came after it.
    scene.page.say("that is all");
    for page in [&a, &b, &c, &d] {
        page.until("it hears the end", |shown| shown.iter().any(|line| line.contains("that is all")));
        assert_eq!(page.shown_with("今天天气晴"), Vec::<String>::new(), "{}", page.key);
    }
    scene.finish();
}
