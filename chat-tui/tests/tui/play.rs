//! Scenarios without programs: how they are read, and what the report says.

use std::path::{Path, PathBuf};

use chat_tui::play::read::read;
use chat_tui::play::report::Report;
use chat_tui::play::runner::{How, play};
use chat_tui::play::scenario::{Actor, Deed, Kind, Line, Power};
use chat_tui::play::stage::{Pace, Player, Stage, command};

/// A room of people who read one wall.
#[derive(Default)]
struct Wall {
    text: std::rc::Rc<std::cell::RefCell<String>>,
    server: Vec<Power>,
}

struct Reader {
    name: String,
    wall: std::rc::Rc<std::cell::RefCell<String>>,
    here: bool,
}

impl Player for Reader {
    fn act(&mut self, deed: &Deed, _pace: Pace) -> Result<(), String> {
        match (deed, command(deed)) {
            (Deed::Disconnect, _) => self.here = false,
            (Deed::Connect, _) => self.here = true,
            (_, Some(line)) => self.wall.borrow_mut().push_str(&format!("{}: {line}\n", self.name)),
            _ => return Err("Nobody here can do that.".to_owned()),
        }
        Ok(())
    }

    fn sees(&mut self) -> Result<String, String> {
        Ok(self.wall.borrow().clone())
    }

    fn line(&mut self) -> Result<Line, String> {
        Ok(if self.here { Line::Connected } else { Line::Disconnected })
    }

    fn picture(&mut self, stem: &Path) -> Result<PathBuf, String> {
        let path = stem.with_extension("txt");
        std::fs::write(&path, &*self.wall.borrow()).map_err(|error| error.to_string())?;
        Ok(path)
    }

    fn cast(&mut self) -> Option<String> {
        Some("{}\n".to_owned())
    }

    fn leave(&mut self) -> Result<(), String> {
        Ok(())
    }
}

impl Stage for Wall {
    fn has(&self, kind: Kind) -> bool {
        kind != Kind::Page
    }

    fn owns_server(&self) -> bool {
        true
    }

    fn enter(&mut self, actor: &Actor) -> Result<Box<dyn Player>, String> {
        Ok(Box::new(Reader { name: actor.name.clone(), wall: self.text.clone(), here: true }))
    }

    fn power(&mut self, power: Power) -> Result<(), String> {
        self.server.push(power);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        Ok(())
    }
}

const PEOPLE: &str = r#"
title = "A wall"
[[actor]]
name = "ada"
kind = "terminal"
[[actor]]
name = "bob"
kind = "terminal"
"#;

fn played(steps: &str, record: Option<&Path>) -> (Report, Vec<String>) {
    let scenario = read(&format!("{PEOPLE}{steps}")).unwrap();
    let mut told = Vec::new();
    let mut report =
        play("wall.toml", &scenario, &mut Wall::default(), How { fast: true, record }, &mut |words| told.push(words.to_owned()));
    report.took = std::time::Duration::ZERO;
    (report, told)
}

#[test]
fn what_is_not_seen_is_reported_with_what_is() {
    let steps = r#"
[[step]]
by = "ada"
say = "the build is red"

[[step]]
by = "bob"
sees = "the build is green"
within = "0s"

[[step]]
by = "bob"
say = "never said"
"#;
    let (report, told) = played(steps, None);
    assert_eq!(told, ["ada says: the build is red", "bob sees: the build is green"]);
    let wanted = "\
FAILED  wall.toml: A wall, at step 2 of 3 (line 14)
  bob sees: the build is green
  It is not there. Waited for 0.0 s.
  What bob saw:
  | ada: the build is red";
    assert_eq!(report.to_string(), wanted);
}

#[test]
fn how_often_it_is_seen_counts_and_a_word_is_kept() {
    let steps = r#"
[[step]]
by = "ada"
say = "the code is XK-42, tell nobody"
[[step]]
by = "bob"
sees = "the code is"
keeps = "code"
[[step]]
by = "bob"
say = "it is {code}, and {nothing}"
[[step]]
by = "ada"
sees = "bob: it is XK-42, and {nothing}"
times = 1
[[step]]
by = "ada"
disconnect = true
[[step]]
by = "ada"
waits_for = "disconnected"
[[step]]
server = "kill"
[[step]]
by = "ada"
sees = "XK-42"
times = 3
within = "0s"
"#;
    let (report, _) = played(steps, None);
    assert_eq!(report.passed, 7);
    assert_eq!(report.failure.as_ref().map(|failure| failure.why.as_str()), Some("It is there 2 times. Waited for 0.0 s."));
    let (report, _) = played(&steps.replace("times = 3", "times = 2"), None);
    assert_eq!(report.to_string(), "passed  wall.toml: A wall (8 steps, 0.0 s)");
}

#[test]
fn a_recorded_scenario_leaves_a_transcript_pictures_and_casts() {
    let dir = tempfile::tempdir().unwrap();
    let steps = r#"
[[step]]
note = "They meet."
[[step]]
by = "ada"
say = "hello"
[[step]]
picture = "wall"
of = "ada"
"#;
    let (report, _) = played(steps, Some(dir.path()));
    assert_eq!(report.failure, None);
    let kept = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(kept("wall.txt"), "ada: hello\n");
    assert_eq!(kept("ada.cast"), "{}\n");
    let transcript = kept("transcript.md");
    for words in ["# A wall", "- **ada**: terminal", "## They meet.", "- ada says: hello", "![wall.txt](wall.txt)", "passed  wall.toml"] {
        assert!(transcript.contains(words), "{words} is not in\n{transcript}");
    }
}

#[test]
fn all_mistakes_are_named_at_once_with_their_lines() {
    let text = r#"title = "Wrong"
colour = "red"
[[actor]]
name = "ada"
kind = "termnal"
[[actor]]
name = "bob"
kind = "raw"
rows = 2
[[step]]
by = "ada"
say = "hello"
press = "Enter"
[[step]]
by = "bob"
say = "hello"
[[step]]
by = "eve"
say = "hello"
[[step]]
by = "ada"
press = "Ctrl+K Hyper+X"
[[step]]
by = "ada"
sees = "x"
within = "soon"
[[step]]
by = "ada"
edit = 5
[[step]]
server = "explode"
[[step]]
by = "ada"
say = "hello"
input = "x"
[[step]]
picture = "wall"
"#;
    let mistakes = read(text).unwrap_err();
    let lines: Vec<usize> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [2, 5, 9, 10, 14, 18, 20, 26, 29, 31, 35, 36], "{mistakes:#?}");
    for (line, words) in [
        (2, "a scenario has no `colour` here; it has title"),
        (5, "`kind` is one of \"terminal\", \"page\""),
        (9, "`rows` is a number from 6 to 500"),
        (10, "a step has one verb, and this one has say and press"),
        (14, "bob is of the kind raw, which cannot `say`"),
        (18, "there is no actor called \"eve\""),
        (20, "Hyper+X is no key"),
        (26, "`within` is a time"),
        (29, "`edit` is a text"),
        (31, "`server` is one of \"kill\", \"stop\", \"start\""),
        (35, "a step has no `input` here"),
        (36, "`picture` needs an actor: `of = NAME`"),
    ] {
        assert!(mistakes.iter().any(|mistake| mistake.line == line && mistake.sentence.contains(words)), "{line}: {words}\n{mistakes:#?}");
    }
    assert_eq!(read("title = ").unwrap_err()[0].line, 1);
}

#[test]
fn who_is_missing_is_told_before_anything_is_done() {
    let scenario =
        read(&format!("{PEOPLE}[[actor]]\nname = \"carol\"\nkind = \"page\"\n[[step]]\nby = \"ada\"\nsay = \"hello\"\n")).unwrap();
    let mut wall = Wall::default();
    let report = play("wall.toml", &scenario, &mut wall, How { fast: true, record: None }, &mut |words| panic!("{words}"));
    assert_eq!(report.failure.unwrap().why, "There is nobody here to play carol (page): pages are played by scripts/demo.");
    assert_eq!(*wall.text.borrow(), "");
}

#[test]
fn the_scenarios_of_the_repository_can_be_read() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/scenarios");
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let scenario =
            read(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|mistakes| panic!("{}: {mistakes:#?}", path.display()));
        assert!(!scenario.about.is_empty(), "{} does not say what it is about", path.display());
        count += 1;
    }
    assert!(count >= 5);
}

#[test]
fn the_documentation_has_every_key_and_verb() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios.md")).unwrap();
    for key in chat_tui::play::read::keys() {
        assert!(page.contains(&format!("`{key}`")), "docs/scenarios.md does not have `{key}`");
    }
    for (kind, _) in Kind::ALL {
        assert!(page.contains(&format!("`{kind}`")), "docs/scenarios.md does not have the kind `{kind}`");
    }
}
