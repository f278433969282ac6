//! A server that is started anew under open pages.

use super::old_page::{Kind, OldPage, Spec};
use super::scene::Scene;

#[test]
fn pages_come_back_to_a_server_that_was_started_anew() {
    let scene = Scene::start();
    let mut pages = Vec::new();
    for version in ["1.3.5", "4.8"] {
        for kind in [Kind::B, Kind::D] {
            let key = format!("{kind:?}-{version}");
            // It is asked for its name whenever it connects.
            let answers = vec![key.as_str().into(); 3];
            pages.push(OldPage::open(&scene, &key, &Spec { answers, ..Spec::new(kind, version) }));
        }
    }
    talk(&scene, &pages, 1, "at first");
    scene.server.stop();
    scene.server.start_again();
    talk(&scene, &pages, 2, "after a restart");
    scene.server.kill();
    scene.server.start_again();
    talk(&scene, &pages, 3, "after a crash");
    scene.finish();
}

/// Each of them says something, and hears everybody; it is the page's so-manieth connection.
fn talk(scene: &Scene, pages: &[OldPage], connection: usize, when: &str) {
    for page in pages {
        // What is said while the line is down is sent once it is there again. Who hears it hears the room.
        let text = format!("{} is here {connection}", page.key);
        page.say(&text);
        page.until_shows(&page.kind.line("", &text, true));
        if page.kind == Kind::B {
            let named = format!("Currently logged in as {}", page.key);
            page.until("it has its name", |shown| shown.iter().filter(|line| **line == named).count() == connection);
        }
    }
    for page in pages {
        page.say(&format!("{when}: {}", page.key));
    }
    scene.page.say(&format!("{when}: page"));
    let log = scene.until_said(when, pages.len() + 1);
    for page in pages {
        let own = format!("{when}: {}", page.key);
        let wanted: Vec<String> = log.iter().map(|said| page.kind.line(&said.author, &said.text, said.text == own)).collect();
        page.until_shows_of(when, &wanted);
    }
}
