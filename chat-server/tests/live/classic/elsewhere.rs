//! Pages that come from another port and from a file, and whose cookies count.

use super::every_version::is_made;
use super::old_page::{Home, Kind, OldPage, Spec, Transport};
use super::scene::Scene;
use crate::server::Server;

/// In all that is said here.
const MARK: &str = "héllo 你好 👋";

#[test]
fn a_page_may_come_from_another_port_and_from_a_file() {
    let scene = Scene::start();
    let other = start_other(&scene);
    let mut pages = Vec::new();
    for version in ["1.3.5", "2.5.0", "4.8"] {
        for transport in [Transport::Default, Transport::Polling] {
            for (place, home) in [("port", Home::Elsewhere(other.url())), ("file", Home::File)] {
                let key = format!("{place} {version} {transport:?}");
                let spec = Spec::new(Kind::B, version).over(transport).from(home).named(&key);
                let page = OldPage::open(&scene, &key.replace(' ', "-"), &spec);
                page.until_shows(&format!("Currently logged in as {key}"));
                pages.push((key, page));
            }
        }
    }
    scene.until_people(2 + pages.len());
    for (key, page) in &pages {
        page.say(&format!("{MARK} from {key}"));
    }
    scene.until_said(MARK, pages.len());
    scene.tty.say(&format!("{MARK} from tty"));
    let log = scene.until_said(MARK, pages.len() + 1);
    for (key, page) in &pages {
        let own = format!("{MARK} from {key}");
        let wanted: Vec<String> = log.iter().map(|said| Kind::B.line(&said.author, &said.text, said.text == own)).collect();
        page.until_shows_of(MARK, &wanted);
        assert!(log.iter().any(|said| said.author == *key && said.text == own), "{log:#?}");
    }
    scene.finish();
}

/// Cookies know no ports: the browser sends the session's cookie along with what another port's page asks.
#[test]
fn a_session_counts_for_pages_of_our_own_origin_alone() {
    let scene = Scene::start();
    let other = start_other(&scene);
    scene.page.ask("sign_up", serde_json::json!({ "identity": "grace" }));
    for version in ["1.3.5", "2.5.0", "4.8"] {
        for transport in [Transport::Default, Transport::Polling, Transport::WebSocket] {
            for home in [Home::Server, Home::Elsewhere(other.url())] {
                let ours = home == Home::Server;
                let key = format!("{}-{version}-{transport:?}", if ours { "ours" } else { "other" });
                let spec = Spec { beside: Some("page"), ..Spec::new(Kind::D, version).over(transport).from(home) };
                let page = OldPage::open(&scene, &key, &spec);
                page.say(&key);
                page.until_shows(&key);
                let author = scene.until_said(&key, 1).remove(0).author;
                assert!(if ours { author == "grace" } else { is_made(&author) }, "{key} was said by {author:?}");
                page.close();
            }
        }
    }
    scene.finish();
}

/// Another server with the same pages, on a port of its own.
fn start_other(scene: &Scene) -> Server {
    let dir = scene.dir.path().join("other");
    std::fs::create_dir_all(&dir).unwrap();
    Server::start_with(&dir, vec!["--pages".into(), scene.folder.path.clone().into()])
}
