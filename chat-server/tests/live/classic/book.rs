//! What the book chapter has besides talking: names and rooms.

use serde_json::Value;

use super::every_version::is_made;
use super::old_page::{Kind, OldPage, Spec};
use super::scene::Scene;
use crate::wait::until;

/// Opens a page of the book chapter whose prompts are answered so.
fn open(scene: &Scene, key: &str, answers: &[Value]) -> OldPage {
    let spec = Spec { answers: answers.to_vec(), ..Spec::new(Kind::B, "1.3.5") };
    OldPage::open(scene, key, &spec)
}

/// Waits until a page is told what it is called.
fn name(page: &OldPage) -> String {
    until(&format!("{} is told its name", page.key), || {
        let shown = page.shown();
        let name = shown.iter().find_map(|line| line.strip_prefix("Currently logged in as "));
        name.map(str::to_owned).ok_or_else(|| format!("{shown:#?}\nserver:\n{}", page.text()))
    })
}

#[test]
fn names_are_asked_for_and_kept_apart() {
    let scene = Scene::start();
    let witness = open(&scene, "witness", &["witness".into()]);
    assert_eq!(name(&witness), "witness");

    let ada = open(&scene, "ada", &["Ada".into()]);
    assert_eq!(name(&ada), "Ada");
    witness.until_shows("User Ada Logged in");
    let cancelled = open(&scene, "cancelled", &[Value::Null]);
    let made = name(&cancelled);
    assert!(is_made(&made), "{made}");
    let empty = open(&scene, "empty", &["".into()]);
    assert!(is_made(&name(&empty)), "{}", name(&empty));
    let second = open(&scene, "second", &["Ada".into()]);
    assert_eq!(name(&second), "Ada 2");
    witness.until_shows("User Ada 2 Logged in");
    // Our page's guest has that name.
    let posing = open(&scene, "posing", &["page".into()]);
    assert_eq!(name(&posing), "page 2");
    let spaced = open(&scene, "spaced", &["  Ada King  of Lovelace ".into()]);
    assert_eq!(name(&spaced), "Ada King  of Lovelace");
    witness.until_shows("User Ada King  of Lovelace Logged in");

    // One that cannot be used at all is refused, and asked for once more.
    let long = open(&scene, "long", &["x".repeat(65).into(), "short".into()]);
    assert_eq!(name(&long), "short");
    let shown = long.shown();
    assert!(shown.iter().any(|line| line.contains("at most 64")), "{shown:#?}");

    // Everybody is known by that.
    for (page, author) in [(&ada, "Ada"), (&cancelled, made.as_str()), (&second, "Ada 2"), (&spaced, "Ada King  of Lovelace")] {
        let text = format!("this is {}", page.key);
        page.say(&text);
        page.until_shows(&format!("You said: {text}"));
        witness.until_shows(&format!("{author} said: {text}"));
        assert_eq!(scene.until_said(&text, 1)[0].author, author);
    }
    // Who goes is gone at once, and the name is free.
    ada.close();
    witness.until_shows("User Ada disconnected");
    let next = open(&scene, "next", &["Ada".into()]);
    assert_eq!(name(&next), "Ada");
    // A second name is a new one.
    next.emit("login", &serde_json::json!(["Grace"]));
    next.until_shows("Currently logged in as Grace");
    witness.until_shows("User Grace Logged in");
    scene.finish();
}

#[test]
fn a_page_goes_to_another_room() {
    let scene = Scene::start();
    let [cook, guest, outside] = ["cook", "guest", "outside"].map(|key| open(&scene, key, &[key.into()]));
    for page in [&cook, &guest, &outside] {
        assert_eq!(name(page), page.key);
    }
    scene.until_people(5);
    for page in [&cook, &guest] {
        page.say("/j kitchen");
        page.until_shows("joined room success!");
    }
    scene.until_people(3);
    cook.say("the soup is ready");
    cook.until_shows("You said: the soup is ready");
    guest.until_shows("cook said: the soup is ready");
    outside.say("where is everybody?");
    outside.until_shows("You said: where is everybody?");
    scene.until_said("where is everybody?", 1);
    assert_eq!(outside.shown_with("soup"), Vec::<String>::new());
    assert!(scene.said("soup").is_empty(), "{:#?}", scene.said(""));
    assert_eq!(cook.shown_with("everybody"), Vec::<String>::new());

    // The other dialects have the same way out of the lobby, and nothing of it is said.
    let others = [Kind::A, Kind::C, Kind::D].map(|kind| OldPage::open(&scene, &format!("{kind:?}"), &Spec::new(kind, "1.2.1")));
    scene.until_people(3 + others.len());
    for page in &others {
        page.say("/join kitchen");
        page.say(&format!("{} is hungry", page.key));
        guest.until("it hears who is hungry", |shown| shown.iter().any(|line| line.ends_with(&format!("said: {} is hungry", page.key))));
        page.say(&format!("//me is {}", page.key));
        guest.until("it hears a slash", |shown| shown.iter().any(|line| line.ends_with(&format!("said: /me is {}", page.key))));
    }
    assert_eq!(guest.shown_with("/join kitchen"), Vec::<String>::new());
    // People of the terminal go there too, and what a room has is still there.
    scene.tty.say("/join kitchen");
    until("the terminal shows the soup", || match scene.tty.text() {
        text if text.contains("the soup is ready") => Ok(()),
        text => Err(text),
    });
    scene.tty.say("enjoy your meal");
    cook.until_shows("tty said: enjoy your meal");
    for page in &others {
        page.until("it hears the terminal", |shown| shown.iter().any(|line| line.ends_with("enjoy your meal")));
    }
    scene.finish();
}

/// A prompt blocks its whole page, heartbeats too.
#[test]
fn a_prompt_may_be_answered_late() {
    if std::env::var_os("CHAT_TEST_FULL").is_none() {
        return;
    }
    let scene = Scene::start();
    let pages: Vec<OldPage> = ["1.2.0", "1.3.5", "2.5.0", "4.8"]
        .map(|version| {
            // Longer than a ping and the time for its answer.
            let late = serde_json::json!({ "text": format!("late {version}"), "after_ms": 70_000 });
            OldPage::open(&scene, &format!("late-{version}"), &Spec { answers: vec![late], ..Spec::new(Kind::B, version) })
        })
        .into();
    for page in &pages {
        assert_eq!(name(page), page.key.replace('-', " "));
        page.say("sorry");
        page.until_shows("You said: sorry");
        assert_eq!(page.shown_with("Currently").len(), 1, "{:#?}", page.shown());
    }
    scene.finish();
}
