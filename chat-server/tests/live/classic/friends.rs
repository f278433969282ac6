//! Pages of the social network chapter in browsers with a web login's session: two friends and a stranger.

use serde_json::{Value, json};

use super::old_page::{Kind, OldPage, Spec, Transport};
use super::scene::Scene;
use crate::page::Page;
use crate::wait::until;

/// In all that is said here.
const MARK: &str = "héllo 你好 👋";

#[test]
fn what_friends_say_is_heard_by_friends_alone() {
    let scene = Scene::start();
    // Each in a profile of its own; the guests that our page makes of them first have other names.
    let profiles = ["second", "third"].map(|name| Page::open(&scene.browser, name, &scene.server.url(), 800, 600));
    for (page, name) in [(&scene.page, "ada"), (&profiles[0], "bob"), (&profiles[1], "eve")] {
        page.ask("sign_up", json!({ "identity": name }));
    }
    let (ada, bob) = (native(&scene, "ada", "page"), native(&scene, "bob", "second"));
    befriend(&ada, &bob);

    let guest = OldPage::open(&scene, "guest", &Spec::new(Kind::C, "4.8"));
    for version in ["1.2.1", "1.3.5", "2.5.0", "4.8"] {
        for transport in [Transport::Default, Transport::Polling, Transport::WebSocket] {
            let key = |name: &str| format!("{name}-{version}-{transport:?}");
            let open = |name: &str, beside| {
                let spec = Spec { beside: Some(beside), ..Spec::new(Kind::C, version).over(transport) };
                OldPage::open(&scene, &key(name), &spec)
            };
            let [of_ada, of_bob, of_eve] = [open("ada", "page"), open("bob", "second"), open("eve", "third")];
            // Whoever hears themself is there: what comes then comes to all who are to hear it.
            for (page, name) in [(&of_eve, "eve"), (&of_bob, "bob"), (&of_ada, "ada")] {
                page.say(&format!("{MARK} is {name} there?"));
                page.until_shows(&Kind::C.line(name, &format!("{MARK} is {name} there?"), true));
            }
            for (page, name) in [(&of_ada, "ada"), (&of_bob, "bob")] {
                let text = format!("{MARK} from {}", key(name));
                page.say(&text);
                for page in [&of_ada, &of_bob] {
                    page.until_shows(&Kind::C.line(name, &text, false));
                }
            }
            of_eve.say(&format!("{MARK} still alone"));
            let alone = ["is eve there?", "still alone"].map(|text| Kind::C.line("eve", &format!("{MARK} {text}"), true));
            of_eve.until_shows_of(MARK, &alone);
            for page in [of_ada, of_bob, of_eve] {
                page.close();
            }
        }
    }
    // In the open nothing of it was heard.
    guest.say(&format!("{MARK} to everybody"));
    let author = scene.until_said(MARK, 1).remove(0).author;
    guest.until_shows_of(MARK, &[Kind::C.line(&author, &format!("{MARK} to everybody"), true)]);
    scene.finish();
}

/// A connection of the native protocol in that profile.
fn native(scene: &Scene, name: &str, beside: &'static str) -> OldPage {
    let spec = Spec { beside: Some(beside), ..Spec::new(Kind::Raw, "4.8").in_namespace("/v1") };
    OldPage::open(scene, &format!("native-{name}"), &spec)
}

fn befriend(one: &OldPage, other: &OldPage) {
    let (one_id, other_id) = (user_of(one), user_of(other));
    for (page, request, user) in [(one, "friend:ask", other_id), (other, "friend:accept", one_id)] {
        let answer = page.emit_and_wait(request, &json!([{ "client_id": request, "user": user }]));
        assert!(answer["ok"]["seq"].is_u64(), "{request}: {answer}");
    }
}

/// Who it is, as its `welcome` tells.
fn user_of(page: &OldPage) -> String {
    until(&format!("{} is welcome", page.key), || {
        let shown = page.shown_with("\"welcome\"");
        let welcome = shown.first().and_then(|line| serde_json::from_str::<Value>(line).ok());
        welcome.and_then(|event| event[1]["user"]["id"].as_str().map(str::to_owned)).ok_or_else(|| page.text())
    })
}
