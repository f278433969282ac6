//! What drives nobody's page and nobody's terminal, whoever sends it in whatever dialect.

use chat_proto::text::is_bidi;
use serde_json::json;

use super::old_page::{Kind, OldPage, Spec};
use super::scene::Scene;
use crate::wait::until;

/// In all that is said here.
const MARK: &str = "hostile";

/// Markup that would run something.
const MARKUP: [&str; 3] =
    ["<img src=x onerror=\"window.owned='img'\">", "<script>window.owned='script'</script>", "\"'><svg onload=\"window.owned='svg'\">"];

/// What is markup already, and what terminals obey.
const MORE: [&str; 4] =
    ["&lt;b&gt; &amp;amp; stays", "\u{1b}[31mred\u{1b}]0;owned\u{7}", "c1 \u{9b}2J \u{7f} \u{8}\u{8}", "\u{202e}desrever\u{2066}"];

/// Markup as the name of an event.
const EVENT: &str = "<img src=x onerror=window.owned='event'>";

#[test]
fn nothing_that_is_said_is_executed() {
    let scene = Scene::start();
    let pages = [
        OldPage::open(&scene, "a", &Spec::new(Kind::A, "1.3.3")),
        OldPage::open(&scene, "b", &Spec::new(Kind::B, "1.2.1").named(MARKUP[0])),
        OldPage::open(&scene, "c", &Spec::new(Kind::C, "1.3.5")),
        OldPage::open(&scene, "d", &Spec::new(Kind::D, "4.8")),
    ];
    scene.until_people(2 + pages.len());
    let mut said = Vec::new();
    for page in &pages {
        for text in MARKUP.iter().chain(&MORE) {
            let text = format!("{MARK} {} {} {text}", page.key, said.len());
            let (event, argument) = page.kind.saying(&text);
            page.emit(event, &json!([argument]));
            said.push(text);
        }
    }
    for markup in MARKUP {
        let text = format!("{MARK} tty {} {markup}", said.len());
        scene.tty.say(&text);
        said.push(text);
        let text = format!("{MARK} page {} {markup}", said.len());
        scene.page.say(&text);
        said.push(text);
    }
    // A line that our page sends says more than the markup alone: all of it went through.
    scene.until_said(MARK, said.len());

    // Everybody gets exactly what was said.
    let [a, b, c, d] = &pages;
    d.until("it shows everything", |shown| shown.iter().filter(|line| line.contains(MARK)).count() == said.len());
    let shown = d.shown_with(MARK);
    let sorted = |mut lines: Vec<String>| {
        lines.sort_unstable();
        lines
    };
    assert_eq!(sorted(shown.clone()), sorted(said.clone()));
    a.until_shows_of(MARK, &shown);
    for page in [b, c] {
        let what = "it shows everything, with who said it";
        page.until(what, |lines| {
            let lines: Vec<&String> = lines.iter().filter(|line| line.contains(MARK)).collect();
            lines.len() == shown.len() && lines.iter().zip(&shown).all(|(line, text)| line.ends_with(text.as_str()))
        });
    }
    // The one who has markup for a name is called by that, and it is no markup.
    c.until("it shows the name", |lines| lines.iter().any(|line| line.starts_with(MARKUP[0])));
    assert_harmless(&scene, &pages);

    // It would have been: this page writes what it hears as HTML, and the test sees what that does.
    c.hear("server-talking", &json!([{ "text": MARKUP[0], "user": "x", "color": "#808080" }]));
    until("unescaped markup is executed", || match c.harm() {
        harm if harm.iter().any(|done| done == "owned by img") => Ok(()),
        harm => Err(format!("{harm:?}")),
    });
    scene.finish();
}

#[test]
fn nothing_that_is_no_message_is_executed() {
    let scene = Scene::start();
    let spec = Spec { answers: vec!["\u{1b}[31mred".into(), "\u{202e}live".into(), "plain".into()], ..Spec::new(Kind::B, "1.3.5") };
    let named = OldPage::open(&scene, "named", &spec);
    named.until_shows("Currently logged in as plain");
    let pages = [
        OldPage::open(&scene, "a", &Spec::new(Kind::A, "1.2.0")),
        OldPage::open(&scene, "c", &Spec::new(Kind::C, "1.7.4")),
        OldPage::open(&scene, "d", &Spec::new(Kind::D, "2.5.0")),
        named,
    ];
    scene.until_people(2 + pages.len());
    for page in &pages {
        // Each refusal quotes what it refuses.
        for (event, args) in [(EVENT, json!([])), ("join", json!([MARKUP[0]])), ("join", json!(["\u{1b}[31mred\u{202e}"]))] {
            page.emit(event, &args);
        }
        let (event, argument) = page.kind.saying(&format!("/{}", MARKUP[0]));
        page.emit(event, &json!([argument]));
        page.until("it is told of all four", |shown| {
            shown.iter().filter(|line| line.contains("There is no") || line.contains("holds '")).count() == 4
        });
    }
    let long = format!("\u{1b}[31m\u{202e}{}\n", "x".repeat(10_000));
    pages[3].emit("my event", &json!([long]));
    pages[1].emit("my other event", &json!([{ "my": long }]));
    let log = until("the server has logged both", || match scene.server.log() {
        log if log.matches("[31m").count() >= 2 => Ok(log),
        log => Err(log),
    });
    assert!(log.chars().all(|c| c == '\n' || !(c.is_control() || is_bidi(c))), "{log:?}");
    assert!(log.lines().all(|line| line.len() < 500), "{log}");
    assert_harmless(&scene, &pages);
    scene.finish();
}

/// No page has done anything, and the terminal shows nothing that one obeys.
fn assert_harmless(scene: &Scene, pages: &[OldPage]) {
    for page in pages {
        assert_eq!(page.harm(), Vec::<String>::new(), "{}", page.key);
    }
    assert_eq!(scene.page.ask("harm", json!({})), json!([]), "our page");
    let last = scene.said("").last().map(|said| said.text.clone()).unwrap_or_default();
    // The terminal shows the last line as well: what went before it has been drawn.
    let end = last.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    until("the terminal shows the last line", || match scene.tty.text() {
        text if text.contains(&end) => Ok(()),
        text => Err(text),
    });
    let seen = [MARKUP[0], MARKUP[1], MARKUP[2], "[31mred]0;owned", "c1 2J", " desrever"];
    // Nothing of it was obeyed, or it would not be there to be read.
    let wanted: &[&str] = if scene.tty.text().contains(MARK) { &seen } else { &[] };
    // What stands in the place of control characters (U+FFFD) is on real screens. The emulator of this test leaves it out, and
    // what was there before shows through until all is drawn anew.
    scene.tty.resize(190, 240);
    let screen = until("the terminal shows all of it", || {
        let screen = scene.tty.text();
        let missing: Vec<&&str> = wanted.iter().filter(|seen| !screen.contains(**seen)).collect();
        if missing.is_empty() && screen.contains(&end) { Ok(screen) } else { Err(format!("{missing:?} is not in\n{screen}")) }
    });
    assert!(screen.chars().all(|c| c == '\n' || !(c.is_control() || is_bidi(c))), "{screen:?}");
}
