//! What is refused: told to whoever wanted it, in their own dialect's words, and to nobody else.

use serde_json::{Value, json};

use super::old_page::{Kind, OldPage, Spec};
use super::scene::Scene;

const SETTINGS: &str = "[server]\nname = \"The server\"\n\n[limits]\nmessage_burst = 4\nmessages_per_second = 1\n";

#[test]
fn a_refusal_is_told_in_the_dialects_own_words() {
    let scene = Scene::start_with(SETTINGS);
    let lurker = OldPage::open(&scene, "lurker", &Spec::new(Kind::Raw, "4.8"));
    let witnesses = Kind::ALL.map(|kind| speaker(&scene, &format!("witness-{kind:?}"), kind, "4.8"));
    let mut refused = Vec::new();
    for (kind, version) in Kind::ALL.into_iter().zip(["1.2.0", "1.3.5", "2.5.0", "4.8"]) {
        let page = speaker(&scene, &format!("{kind:?}"), kind, version);
        for (event, args, code, part) in wrong(kind) {
            let answer = page.emit_and_wait(event, &args);
            let (found, message) = (&answer["error"]["code"], answer["error"]["message"].as_str().unwrap_or_default());
            assert!(
                found == code && message.contains(part),
                "{event} {:.200} in {kind:?}: {answer}, and not {code}, {part:?}",
                args.to_string()
            );
            page.until_shows(&notice(kind, message).to_string());
            refused.push(message.to_owned());
        }
        // Without asking for an acknowledgement, too, and each of them.
        page.emit("frobnicate", &json!([]));
        let unknown = notice(kind, "There is no event `frobnicate` here.").to_string();
        page.until("it is told twice", |shown| shown.iter().filter(|line| **line == unknown).count() == 2);
    }
    // Whoever has not shown yet which dialect they speak is told in all.
    lurker.emit("frobnicate", &json!([]));
    for kind in Kind::ALL {
        lurker.until_shows(&notice(kind, "There is no event `frobnicate` here.").to_string());
    }
    scene.page.say("that is all");
    for witness in &witnesses {
        witness.until("it hears the end", |shown| shown.iter().any(|line| line.contains("that is all")));
        let heard = witness.shown().join("\n");
        for message in &refused {
            assert!(!heard.contains(message.as_str()), "{} heard {message:?}:\n{heard}", witness.key);
        }
    }
    let said = scene.said("");
    assert!(said.iter().all(|said| said.text.ends_with(" speaks") || said.text == "that is all"), "{said:#?}");
    scene.finish();
}

#[test]
fn who_is_too_fast_is_told_so() {
    let scene = Scene::start_with(SETTINGS);
    for (kind, version) in Kind::ALL.into_iter().zip(["4.8", "1.7.4", "1.3.3", "1.2.1"]) {
        let page = speaker(&scene, &format!("{kind:?}"), kind, version);
        let witness = speaker(&scene, &format!("witness-{kind:?}"), kind, version);
        let all = 12;
        for number in 0..all {
            let (event, argument) = kind.saying(&format!("{kind:?} hurries {number}"));
            page.emit(event, &json!([argument]));
        }
        page.until("each is said or refused", |shown| {
            let (said, refused) =
                (shown.iter().filter(|line| line.contains("hurries")), shown.iter().filter(|line| line.contains("too much at once")));
            let (said, refused) = (said.count(), refused.count());
            said >= 3 && refused >= 1 && said + refused == all
        });
        // Nobody else is slowed, or told.
        let (event, argument) = kind.saying("and I am calm");
        witness.emit(event, &json!([argument]));
        witness.until("it hears itself", |shown| shown.iter().any(|line| line.contains("and I am calm")));
        assert_eq!(witness.shown_with("too much at once"), Vec::<String>::new());
        let hurried = page.shown_with("hurries").len();
        scene.until_said(&format!("{kind:?} hurries"), hurried);
    }
    scene.finish();
}

/// A page that has shown which dialect it speaks.
fn speaker(scene: &Scene, key: &str, kind: Kind, version: &'static str) -> OldPage {
    let page = OldPage::open(scene, key, &Spec::new(Kind::Raw, version));
    let (event, argument) = kind.saying(&format!("{key} speaks"));
    page.emit(event, &json!([argument]));
    page.until("it has spoken", |shown| shown.iter().any(|line| line.contains(&format!("{key} speaks"))));
    page
}

/// Events with their arguments that are wrong in a dialect, the code, and a part of the sentence.
fn wrong(kind: Kind) -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let say = |text: &str| {
        let (event, argument) = kind.saying(text);
        (event, json!([argument]))
    };
    let (event, _) = say("");
    let (_, too_long) = say(&"x".repeat(16_385));
    let (_, blank) = say("   ");
    let (_, command) = say("/frobnicate now");
    let (_, nowhere) = say("/j");
    vec![
        (event, too_long, "invalid", "at most 16384"),
        (event, blank, "invalid", "is empty"),
        (event, command, "unknown_event", "/frobnicate"),
        (event, nowhere, "invalid", "/join ROOM"),
        (event, json!([7]), "invalid", "text"),
        (event, json!([{ "text": 7 }]), "invalid", "text"),
        (event, json!([["hello"]]), "invalid", "text"),
        (event, json!([null]), "invalid", "text"),
        (event, json!([]), "invalid", "text"),
        ("join", json!([7]), "invalid", "text"),
        ("join", json!(["two words"]), "invalid", "' '"),
        ("message:send", json!([{ "text": "x" }]), "unknown_event", "message:send"),
        ("frobnicate", json!([]), "unknown_event", "frobnicate"),
    ]
}

/// The frame that tells a sentence in a dialect.
fn notice(kind: Kind, sentence: &str) -> Value {
    match kind {
        Kind::A | Kind::Raw => json!(["message", sentence]),
        Kind::B => json!(["serverMessage", sentence]),
        Kind::C => json!(["server-talking", { "text": escaped(sentence), "user": "The server", "color": "#808080" }]),
        Kind::D => json!(["chat message", sentence]),
    }
}

fn escaped(text: &str) -> String {
    let pairs = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")];
    pairs.iter().fold(text.to_owned(), |text, (plain, entity)| text.replace(plain, entity))
}
