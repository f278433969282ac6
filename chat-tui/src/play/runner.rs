//! Plays a scenario on a stage, step after step, until something is not as it says.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::record::Recorder;
use super::report::{Failure, Report, sentence};
use super::scenario::{Deed, Kind, Line, Look, Scenario, Time, What};
use super::stage::{Pace, Player, Stage};

/// How often somebody who waits for something looks.
const LOOK: Duration = Duration::from_millis(25);
/// How long whoever watches may look at what has happened.
const WATCH: Duration = Duration::from_millis(1_500);

/// How a scenario is played.
#[derive(Clone, Copy, Debug, Default)]
pub struct How<'a> {
    /// As fast as the programs are, whatever the scenario says.
    pub fast: bool,
    /// Where to record it.
    pub record: Option<&'a Path>,
}

/// Plays a scenario; whoever watches is told what happens.
pub fn play(file: &str, scenario: &Scenario, stage: &mut dyn Stage, how: How, tell: &mut dyn FnMut(&str)) -> Report {
    let begun = Instant::now();
    let fast = how.fast || scenario.time == Time::Fast;
    let mut report = Report {
        file: file.to_owned(),
        title: scenario.title.clone(),
        steps: scenario.steps.len(),
        passed: 0,
        took: Duration::ZERO,
        failure: None,
    };
    let lacks = lacking(scenario, |kind| stage.has(kind), stage.owns_server());
    if let Some(why) = lacks {
        report.failure = Some(Failure { step: None, what: "It cannot be played here.".to_owned(), why, screen: None });
        return report;
    }
    let mut runner = Runner {
        scenario,
        stage,
        fast,
        players: Vec::new(),
        kept: BTreeMap::new(),
        recorder: how.record.map(|dir| Recorder::new(dir, scenario)),
    };
    for (index, step) in scenario.steps.iter().enumerate() {
        let words = sentence(step, scenario);
        tell(&words);
        if let Err((why, of)) = runner.step(&step.what) {
            let screen = of.and_then(|of| runner.screen(&of).map(|screen| (of, screen)));
            report.failure = Some(Failure { step: Some((index + 1, step.line)), what: words, why, screen });
            break;
        }
        if let Some(recorder) = &mut runner.recorder {
            recorder.step(&step.what, &words);
        }
        report.passed += 1;
        runner.watch(&step.what);
    }
    report.took = begun.elapsed();
    let end = runner.finish(&report);
    if report.failure.is_none() {
        report.failure = end.err().map(|why| Failure { step: None, what: "Everybody goes.".to_owned(), why, screen: None });
    }
    report
}

/// Why a scenario cannot be played where there are actors of those kinds, with a server that is ours or not.
#[must_use]
pub fn lacking(scenario: &Scenario, has: impl Fn(Kind) -> bool, owns_server: bool) -> Option<String> {
    let lacking: Vec<String> =
        scenario.actors.iter().filter(|actor| !has(actor.kind)).map(|actor| format!("{} ({})", actor.name, actor.kind)).collect();
    if !lacking.is_empty() {
        return Some(format!("There is nobody here to play {}: pages are played by scripts/demo.", lacking.join(", ")));
    }
    let drives = scenario.drives_server() && !owns_server;
    drives.then(|| "It has settings for the server, or kills it: that takes a server that is started for it (--server PATH).".to_owned())
}

struct Runner<'a> {
    scenario: &'a Scenario,
    stage: &'a mut dyn Stage,
    fast: bool,
    players: Vec<(String, Box<dyn Player>)>,
    /// Words that were seen, by the names that the scenario gave them.
    kept: BTreeMap<String, String>,
    recorder: Option<Recorder>,
}

/// Why, and whose screen tells more.
type Trouble = (String, Option<String>);

impl Runner<'_> {
    fn step(&mut self, what: &What) -> Result<(), Trouble> {
        match what {
            What::Does(by, deed) => {
                let deed = self.fill_deed(deed);
                let is_here = self.players.iter().any(|(name, _)| name == by);
                let pace = if self.fast { Pace::FAST } else { Pace::REAL };
                let player = self.player(by)?;
                // Who acts for the first time comes by that.
                if deed == Deed::Connect && !is_here {
                    return Ok(());
                }
                player.act(&deed, pace).map_err(|why| (why, Some(by.clone())))
            }
            What::Looks(by, look, within) => self.look(by, look, *within).map_err(|why| (why, Some(by.clone()))),
            What::Server(power) => self.stage.power(*power).map_err(|why| (why, None)),
            What::Picture(name, of) => {
                let Some(recorder) = &self.recorder else {
                    // It is looked at all the same: a picture of nothing is a mistake.
                    return self.player(of)?.sees().map(drop).map_err(|why| (why, None));
                };
                let stem = recorder.stem(name);
                let path = self.player(of)?.picture(&stem).map_err(|why| (why, Some(of.clone())))?;
                if let Some(recorder) = &mut self.recorder {
                    recorder.picture(&path);
                }
                Ok(())
            }
            What::Note(_) => Ok(()),
            What::Pause(time) => {
                if !self.fast {
                    std::thread::sleep(*time);
                }
                Ok(())
            }
        }
    }

    /// The actor, who comes when first asked for.
    fn player(&mut self, name: &str) -> Result<&mut Box<dyn Player>, Trouble> {
        if !self.players.iter().any(|(known, _)| known == name) {
            let actor = self.scenario.actor(name).ok_or_else(|| (format!("There is no actor called {name}."), None))?;
            let player = self.stage.enter(actor).map_err(|why| (why, None))?;
            self.players.push((name.to_owned(), player));
        }
        let found = self.players.iter_mut().find(|(known, _)| known == name);
        found.map(|(_, player)| player).ok_or_else(|| (format!("{name} is not there."), None))
    }

    /// Looks again and again until it is as it should be.
    fn look(&mut self, by: &str, look: &Look, within: Duration) -> Result<(), String> {
        let look = self.fill_look(look);
        let deadline = Instant::now() + within;
        loop {
            let player = self.player(by).map_err(|(why, _)| why)?;
            match is_so(player.as_mut(), &look)? {
                Ok(word) => {
                    if let (Look::Sees { keeps: Some(name), .. }, Some(word)) = (&look, word) {
                        self.kept.insert(name.clone(), word);
                    }
                    return Ok(());
                }
                Err(why) if Instant::now() >= deadline => return Err(format!("{why} Waited for {:.1} s.", within.as_secs_f64())),
                Err(_) => std::thread::sleep(LOOK),
            }
        }
    }

    fn screen(&mut self, of: &str) -> Option<String> {
        self.player(of).ok()?.sees().ok()
    }

    /// Whoever watches may look at it for a while.
    fn watch(&self, what: &What) {
        let lasts = match what {
            What::Note(text) => WATCH + Duration::from_millis(20) * u32::try_from(text.chars().count().min(200)).unwrap_or(0),
            What::Does(..) | What::Server(_) => WATCH,
            What::Looks(..) | What::Picture(..) | What::Pause(_) => return,
        };
        if !self.fast {
            std::thread::sleep(lasts);
        }
    }

    /// Everybody goes; what was recorded is written.
    fn finish(mut self, report: &Report) -> Result<(), String> {
        let mut troubles = Vec::new();
        for (name, player) in &mut self.players {
            if let (Some(recorder), Some(cast)) = (&mut self.recorder, player.cast()) {
                recorder.cast(name, cast);
            }
            troubles.extend(player.leave().err().map(|why| format!("{name}: {why}")));
        }
        self.players.clear();
        troubles.extend(self.stage.finish().err());
        troubles.extend(self.recorder.take().and_then(|recorder| recorder.finish(report).err()));
        if troubles.is_empty() { Ok(()) } else { Err(troubles.join("\n")) }
    }
}

/// Whether it is as it should be, with the word that follows what was seen; else why not.
fn is_so(player: &mut dyn Player, look: &Look) -> Result<Result<Option<String>, String>, String> {
    Ok(match look {
        Look::Sees { text, times, keeps } => {
            let seen = player.sees()?;
            let found = seen.matches(text.as_str()).count();
            let word = seen.split_once(text.as_str()).map(|(_, rest)| word_of(rest));
            match times {
                _ if found == 0 => Err("It is not there.".to_owned()),
                Some(times) if found != *times => Err(format!("It is there {found} times.")),
                _ if keeps.is_some() && word.as_ref().is_none_or(String::is_empty) => Err("No word follows it.".to_owned()),
                _ => Ok(word),
            }
        }
        Look::SeesNot(text) => {
            if player.sees()?.contains(text.as_str()) {
                Err("It is still there.".to_owned())
            } else {
                Ok(None)
            }
        }
        Look::Line(wanted) => match (player.line()?, wanted) {
            (line, wanted) if line == *wanted => Ok(None),
            (Line::Connected, _) => Err("It is connected.".to_owned()),
            (Line::Disconnected, _) => Err("It is not connected.".to_owned()),
        },
    })
}

/// The word with which a text begins.
fn word_of(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

/// Words that were kept, in the place of their names.
impl Runner<'_> {
    fn fill(&self, text: &str) -> String {
        self.kept.iter().fold(text.to_owned(), |text, (name, word)| text.replace(&format!("{{{name}}}"), word))
    }

    fn fill_deed(&self, deed: &Deed) -> Deed {
        let fill = |text: &String| self.fill(text);
        match deed {
            Deed::Say(text) => Deed::Say(fill(text)),
            Deed::Type(text) => Deed::Type(fill(text)),
            Deed::Edit(text) => Deed::Edit(fill(text)),
            Deed::Reply(text) => Deed::Reply(fill(text)),
            Deed::Join(room) => Deed::Join(fill(room)),
            Deed::Run(run) => {
                let mut run = run.clone();
                run.arguments.iter_mut().for_each(|argument| *argument = fill(argument));
                run.input = fill(&run.input);
                run.prints = run.prints.as_ref().map(fill);
                Deed::Run(run)
            }
            Deed::Emit(emit) => {
                let mut emit = emit.clone();
                emit.with.values_mut().for_each(|value| self.fill_value(value));
                Deed::Emit(emit)
            }
            Deed::Connect | Deed::Disconnect | Deed::Press(_) | Deed::React(_) => deed.clone(),
        }
    }

    fn fill_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.fill(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill_value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.fill_value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn fill_look(&self, look: &Look) -> Look {
        match look {
            Look::Sees { text, times, keeps } => Look::Sees { text: self.fill(text), times: *times, keeps: keeps.clone() },
            Look::SeesNot(text) => Look::SeesNot(self.fill(text)),
            Look::Line(line) => Look::Line(*line),
        }
    }
}
