//! Pages of different dialects in one room, who hears what, and what nobody may hear.

use serde_json::{Value, json};

use super::old_page::{Kind, OldPage, Spec, received};
use super::scene::{Said, Scene};

/// In all that is said here.
const MARK: &str = "héllo 你好 👋";

#[test]
fn a_lurker_hears_all_dialects_and_a_speaker_its_own() {
    let scene = Scene::start();
    let pages = [
        OldPage::open(&scene, "a", &Spec::new(Kind::A, "1.3.5")),
        OldPage::open(&scene, "b", &Spec::new(Kind::B, "1.2.0").named("Ada")),
        OldPage::open(&scene, "c", &Spec::new(Kind::C, "2.5.0")),
        OldPage::open(&scene, "d", &Spec::new(Kind::D, "4.8")),
    ];
    let lurker = OldPage::open(&scene, "lurker", &Spec::new(Kind::Raw, "4.8"));
    let speakers = Kind::ALL.map(|kind| (kind, OldPage::open(&scene, &format!("raw-{kind:?}"), &Spec::new(Kind::Raw, "1.7.4"))));
    scene.until_people(2 + 4 + 1 + 4);
    for (kind, speaker) in &speakers {
        // From its first word on a connection hears its own dialect alone.
        let (event, argument) = kind.saying(&format!("{kind:?} speaks"));
        speaker.emit(event, &json!([argument]));
        speaker.until("it has spoken", |shown| shown.iter().any(|line| line.contains(" speaks")));
    }

    let ids: Vec<(String, String)> = pages
        .iter()
        .chain([&lurker])
        .chain(speakers.iter().map(|(_, speaker)| speaker))
        .map(|page| (page.key.clone(), page.engine_id()))
        .collect();
    for page in &pages {
        page.say(&format!("{} says {MARK}", page.key));
    }
    for (kind, speaker) in &speakers {
        let (event, argument) = kind.saying(&format!("{} says {MARK}", speaker.key));
        speaker.emit(event, &json!([argument]));
    }
    scene.until_said(MARK, 8);
    scene.tty.say(&format!("tty says {MARK}"));
    scene.until_said(MARK, 9);
    scene.page.say(&format!("page says {MARK}"));
    let log = scene.until_said(MARK, 10);
    scene.page.say("that is all");
    for page in pages.iter().chain([&lurker]).chain(speakers.iter().map(|(_, speaker)| speaker)) {
        // What comes twice comes before this.
        page.until("it hears the end", |shown| shown.iter().any(|line| line.contains("that is all")));
    }

    for page in &pages {
        let own = format!("{} says {MARK}", page.key);
        let wanted: Vec<String> = log.iter().map(|said| page.kind.line(&said.author, &said.text, said.text == own)).collect();
        assert_eq!(page.shown_with(MARK), wanted, "{}", page.key);
    }
    let heard = heard(&lurker);
    for kind in Kind::ALL {
        assert_eq!(of_dialect(kind, &heard), in_dialect(kind, &log, ""), "the lurker, of dialect {kind:?}");
    }
    assert_eq!(heard.len(), 4 * log.len(), "{heard:#?}");
    for (kind, speaker) in &speakers {
        let own = format!("{} says {MARK}", speaker.key);
        assert_eq!(without_colors(&self::heard(speaker)), in_dialect(*kind, &log, &own), "the speaker of dialect {kind:?}");
    }
    scene.until_tty_shows(MARK, &log);
    assert_secret(&scene, &ids);
    scene.finish();
}

/// The frames that a page shows, of what is said here.
fn heard(page: &OldPage) -> Vec<Value> {
    page.shown_with(MARK).iter().map(|frame| serde_json::from_str(frame).unwrap()).collect()
}

fn of_dialect(kind: Kind, frames: &[Value]) -> Vec<Value> {
    let event = match kind {
        Kind::A | Kind::Raw => "message",
        Kind::B => "serverMessage",
        Kind::C => "server-talking",
        Kind::D => "chat message",
    };
    without_colors(&frames.iter().filter(|frame| frame[0] == event).cloned().collect::<Vec<_>>())
}

/// The frames, with `#RRGGBB` for each colour: those are chosen at random.
fn without_colors(frames: &[Value]) -> Vec<Value> {
    let mut frames = frames.to_vec();
    for color in frames.iter_mut().filter_map(|frame| frame[1].get_mut("color")) {
        let text = color.as_str().unwrap();
        let is_hex = text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(is_hex, "{text:?} is no colour");
        *color = "#RRGGBB".into();
    }
    frames
}

/// The frames that tell the log in that dialect to whoever said `own`.
fn in_dialect(kind: Kind, log: &[Said], own: &str) -> Vec<Value> {
    let frame = |Said { author, text }: &Said| match kind {
        Kind::A | Kind::Raw => json!(["message", text]),
        Kind::B if text == own => json!(["serverMessage", format!("You said: {text}")]),
        Kind::B => json!(["serverMessage", format!("{author} said: {text}")]),
        Kind::C => json!(["server-talking", { "text": text, "user": author, "color": "#RRGGBB" }]),
        Kind::D => json!(["chat message", text]),
    };
    log.iter().map(frame).collect()
}

/// Whoever knows a connection's Engine.IO session id can speak and hear as it: nobody else may get it.
fn assert_secret(scene: &Scene, ids: &[(String, String)]) {
    let (log, export) = (scene.server.log(), scene.server.export());
    assert!(export.contains(MARK), "the export has what was said:\n{export}");
    for (owner, id) in ids {
        assert!(!log.contains(id.as_str()), "the server's log has the id {id} of {owner}:\n{log}");
        assert!(!export.contains(id.as_str()), "the export has the id {id} of {owner}:\n{export}");
        for key in ids.iter().map(|(key, _)| key.as_str()).chain(["page"]) {
            let received = received(&scene.browser, key);
            assert!(received.contains("that is all"), "all that {key} receives is kept, but that is:\n{received}");
            assert!(key == owner || !received.contains(id.as_str()), "{key} received the id {id} of {owner}:\n{received}");
        }
    }
}
