//! From the text of a file to a scenario. Strictly: whatever it does not know, or is not as it should
//! be, is named with its line, and all of that at once.

use std::ops::Range;
use std::time::Duration;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::scenario::{Actor, Deed, Emit, Kind, Line, Look, Power, Run, Scenario, Step, Time, What};
use crate::keys::Key;

/// How long an assertion waits where nothing else is said: machines are slow and shared.
pub const WITHIN: Duration = Duration::from_secs(60);
/// The verbs of actors, of which a step has one.
const DEEDS: [&str; 14] =
    ["connect", "disconnect", "say", "type", "press", "edit", "react", "reply", "join", "run", "emit", "sees", "sees_not", "waits_for"];
/// The verbs without an actor.
const OTHERS: [&str; 4] = ["server", "picture", "note", "pause"];

/// The other keys: of a scenario, of an actor and of a step.
const SCENARIO: [&str; 6] = ["title", "about", "time", "server", "actor", "step"];
const ACTOR: [&str; 7] = ["name", "kind", "columns", "rows", "width", "height", "room"];
const MORE: [&str; 12] = ["by", "of", "within", "times", "keeps", "input", "exits", "prints", "background", "with", "answered", "config"];

/// All keys that a file may have.
pub fn keys() -> impl Iterator<Item = &'static str> {
    SCENARIO.into_iter().chain(ACTOR).chain(DEEDS).chain(OTHERS).chain(MORE)
}

/// Something in a file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, from 1 on.
    pub line: usize,
    /// What, and what would be right.
    pub sentence: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.sentence)
    }
}

/// Reads a scenario.
///
/// # Errors
/// All its mistakes, in the order of their lines.
pub fn read(text: &str) -> Result<Scenario, Vec<Mistake>> {
    let mut reader = Reader { text, mistakes: Vec::new() };
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            return Err(vec![Mistake { line: reader.line(&at), sentence: format!("this is no TOML: {}.", error.message()) }]);
        }
    };
    let scenario = reader.scenario(&table);
    reader.mistakes.sort();
    if reader.mistakes.is_empty() { Ok(scenario) } else { Err(reader.mistakes) }
}

type Entry<'a> = &'a Spanned<DeValue<'a>>;

struct Reader<'t> {
    text: &'t str,
    mistakes: Vec<Mistake>,
}

/// A table of the file, and where it begins.
struct Fields<'a> {
    table: &'a DeTable<'a>,
    at: Range<usize>,
    what: &'static str,
}

impl<'a> Fields<'a> {
    fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl Reader<'_> {
    fn line(&self, at: &Range<usize>) -> usize {
        self.text.as_bytes()[..at.start.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn wrong(&mut self, at: &Range<usize>, sentence: impl Into<String>) {
        let line = self.line(at);
        self.mistakes.push(Mistake { line, sentence: sentence.into() });
    }

    fn scenario(&mut self, table: &DeTable) -> Scenario {
        let fields = Fields { table, at: 0..0, what: "a scenario" };
        self.only(&fields, &SCENARIO);
        let title = self.required(&fields, "title").unwrap_or_default();
        let about = self.string(&fields, "about").unwrap_or_default();
        let time = self.one_of(&fields, "time", &[("real", Time::Real), ("fast", Time::Fast)]).unwrap_or_default();
        let config = self.config(&fields);
        let actors = self.tables(&fields, "actor").iter().map(|fields| self.actor(fields)).collect::<Vec<_>>();
        for (index, actor) in actors.iter().enumerate() {
            if actors[..index].iter().any(|before| before.name == actor.name) {
                self.wrong(&fields.at, format!("there are two actors called {:?}.", actor.name));
            }
        }
        let steps = self.tables(&fields, "step").iter().filter_map(|fields| self.step(fields, &actors)).collect::<Vec<_>>();
        if steps.is_empty() && self.mistakes.is_empty() {
            self.wrong(&fields.at, "nothing happens: write a [[step]].");
        }
        Scenario { title, about, time, config, actors, steps }
    }

    fn config(&mut self, fields: &Fields) -> Map<String, Value> {
        let Some(server) = fields.get("server") else { return Map::new() };
        let Some(table) = server.get_ref().as_table() else {
            self.wrong(&server.span(), "`server` is a table, with the settings as `config`.");
            return Map::new();
        };
        let fields = Fields { table, at: server.span(), what: "the server" };
        self.only(&fields, &["config"]);
        self.object(&fields, "config")
    }

    fn actor(&mut self, fields: &Fields) -> Actor {
        self.only(fields, &ACTOR);
        let name = self.required(fields, "name").unwrap_or_default();
        if name == "server" || name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
            self.wrong(&fields.at, format!("{name:?} is no name for an actor: letters, digits, - and _ make one, and `server` is taken."));
        }
        let kind = if fields.has("kind") {
            self.one_of(fields, "kind", &Kind::ALL).unwrap_or(Kind::Terminal)
        } else {
            self.wrong(&fields.at, "an actor needs a `kind`.");
            Kind::Terminal
        };
        Actor {
            name,
            kind,
            columns: self.number(fields, "columns", 20, 500).and_then(|n| n.try_into().ok()).unwrap_or(100),
            rows: self.number(fields, "rows", 6, 500).and_then(|n| n.try_into().ok()).unwrap_or(30),
            width: self.number(fields, "width", 200, 10_000).unwrap_or(1_200),
            height: self.number(fields, "height", 200, 10_000).unwrap_or(800),
            room: self.string(fields, "room").unwrap_or_else(|| "lobby".to_owned()),
        }
    }

    fn step(&mut self, fields: &Fields, actors: &[Actor]) -> Option<Step> {
        let before = self.mistakes.len();
        let verbs: Vec<&str> = DEEDS.iter().chain(&OTHERS).copied().filter(|verb| fields.has(verb)).collect();
        let [verb] = verbs[..] else {
            let found = if verbs.is_empty() { "none".to_owned() } else { verbs.join(" and ") };
            self.wrong(
                &fields.at,
                format!("a step has one verb, and this one has {found}. The verbs are {} and {}.", DEEDS.join(", "), OTHERS.join(", ")),
            );
            return None;
        };
        let more: &[&str] = match verb {
            "run" => &["by", "run", "input", "exits", "prints", "background", "within"],
            "emit" => &["by", "emit", "with", "answered", "within"],
            "sees" => &["by", "sees", "times", "keeps", "within"],
            "sees_not" | "waits_for" => &["by", "sees_not", "waits_for", "within"],
            "picture" => &["picture", "of"],
            other if OTHERS.contains(&other) => &OTHERS,
            _ => &["by", "connect", "disconnect", "say", "type", "press", "edit", "react", "reply", "join"],
        };
        self.only(fields, more);
        let what = match verb {
            "server" => {
                self.one_of(fields, verb, &[("kill", Power::Kill), ("stop", Power::Stop), ("start", Power::Start)]).map(What::Server)
            }
            "note" => self.text(fields, verb).map(What::Note),
            "pause" => self.duration(fields, verb).map(What::Pause),
            "picture" => {
                let name = self.text(fields, verb).unwrap_or_default();
                if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                    self.wrong(&fields.at, format!("{name:?} is no name for a picture: letters, digits and - make one."));
                }
                let of = self.who(fields, "of", verb, actors);
                of.map(|of| What::Picture(name, of.name.clone()))
            }
            _ => self.who(fields, "by", verb, actors).and_then(|by| self.deed(fields, verb, by)),
        };
        let line = self.line(&fields.at);
        what.filter(|_| self.mistakes.len() == before).map(|what| Step { line, what })
    }

    /// The actor of a step, who can do that.
    fn who<'a>(&mut self, fields: &Fields, key: &str, verb: &str, actors: &'a [Actor]) -> Option<&'a Actor> {
        let Some(name) = self.string(fields, key) else {
            if !fields.has(key) {
                self.wrong(&fields.at, format!("`{verb}` needs an actor: `{key} = NAME`."));
            }
            return None;
        };
        let Some(actor) = actors.iter().find(|actor| actor.name == name) else {
            let at = fields.get(key).map_or(fields.at.clone(), Spanned::span);
            self.wrong(&at, format!("there is no actor called {name:?}."));
            return None;
        };
        if !actor.kind.can(verb) {
            self.wrong(&fields.at, format!("{name} is of the kind {}, which cannot `{verb}`.", actor.kind));
            return None;
        }
        Some(actor)
    }

    fn deed(&mut self, fields: &Fields, verb: &str, by: &Actor) -> Option<What> {
        let within = if fields.has("within") { self.duration(fields, "within")? } else { WITHIN };
        let deed = match verb {
            "connect" | "disconnect" => {
                if !self.flag(fields, verb) {
                    self.wrong(&fields.at, format!("`{verb}` is true, or not written at all."));
                }
                if verb == "connect" { Deed::Connect } else { Deed::Disconnect }
            }
            "say" => Deed::Say(self.text(fields, verb)?),
            "type" => Deed::Type(self.text(fields, verb)?),
            "edit" => Deed::Edit(self.text(fields, verb)?),
            "react" => Deed::React(self.text(fields, verb)?),
            "reply" => Deed::Reply(self.text(fields, verb)?),
            "join" => Deed::Join(self.text(fields, verb)?),
            "press" => Deed::Press(self.keys(fields, verb)?),
            "run" => Deed::Run(Run {
                arguments: self.strings(fields, verb)?,
                input: self.string(fields, "input").unwrap_or_default(),
                exits: self.number(fields, "exits", 0, 255).and_then(|code| code.try_into().ok()).unwrap_or(0),
                prints: self.string(fields, "prints"),
                background: fields.has("background") && self.flag(fields, "background"),
                within,
            }),
            "emit" => Deed::Emit(Emit {
                event: self.text(fields, verb)?,
                with: self.object(fields, "with"),
                answered: self.string(fields, "answered"),
                within,
            }),
            "sees" => {
                let times = self.number(fields, "times", 1, 1_000).and_then(|times| times.try_into().ok());
                let keeps = self.string(fields, "keeps");
                return Some(What::Looks(by.name.clone(), Look::Sees { text: self.text(fields, verb)?, times, keeps }, within));
            }
            "sees_not" => return Some(What::Looks(by.name.clone(), Look::SeesNot(self.text(fields, verb)?), within)),
            "waits_for" => {
                let line = self.one_of(fields, verb, &[("connected", Line::Connected), ("disconnected", Line::Disconnected)])?;
                return Some(What::Looks(by.name.clone(), Look::Line(line), within));
            }
            _ => return None,
        };
        Some(What::Does(by.name.clone(), deed))
    }
}

/// Values of one type each.
impl Reader<'_> {
    /// Names what is there besides these.
    fn only(&mut self, fields: &Fields, known: &[&str]) {
        for (key, _) in fields.table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            self.wrong(&key.span(), format!("{} has no `{}` here; it has {}.", fields.what, key.get_ref(), known.join(", ")));
        }
    }

    fn string(&mut self, fields: &Fields, key: &str) -> Option<String> {
        let value = fields.get(key)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(&value.span(), format!("`{key}` is a text, in quotes."));
        }
        text
    }

    fn required(&mut self, fields: &Fields, key: &str) -> Option<String> {
        if !fields.has(key) {
            self.wrong(&fields.at, format!("{} needs a `{key}`.", fields.what));
        }
        self.string(fields, key)
    }

    /// A text that is not empty.
    fn text(&mut self, fields: &Fields, key: &str) -> Option<String> {
        let text = self.string(fields, key)?;
        if text.is_empty() {
            self.wrong(&fields.at, format!("`{key}` is empty."));
        }
        Some(text).filter(|text| !text.is_empty())
    }

    fn flag(&mut self, fields: &Fields, key: &str) -> bool {
        let Some(value) = fields.get(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(&value.span(), format!("`{key}` is true or false."));
            true
        })
    }

    fn number(&mut self, fields: &Fields, key: &str, least: u32, most: u32) -> Option<u32> {
        let value = fields.get(key)?;
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10).and_then(|number| number.as_str().parse().ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong(&value.span(), format!("`{key}` is a number from {least} to {most}."));
        }
        number
    }

    fn one_of<T: Copy>(&mut self, fields: &Fields, key: &str, values: &[(&str, T)]) -> Option<T> {
        let value = fields.get(key)?;
        let found = value.get_ref().as_str().and_then(|word| values.iter().find(|(name, _)| *name == word));
        if found.is_none() {
            let words: Vec<String> = values.iter().map(|(word, _)| format!("{word:?}")).collect();
            self.wrong(&value.span(), format!("`{key}` is one of {}.", words.join(", ")));
        }
        found.map(|(_, value)| *value)
    }

    fn duration(&mut self, fields: &Fields, key: &str) -> Option<Duration> {
        let value = fields.get(key)?;
        let found = value.get_ref().as_str().and_then(|text| crate::pipe::since::duration(text).ok());
        if found.is_none() {
            self.wrong(&value.span(), format!("`{key}` is a time such as \"2s\" or \"1m30s\"."));
        }
        found
    }

    fn keys(&mut self, fields: &Fields, key: &str) -> Option<Vec<Key>> {
        let text = self.text(fields, key)?;
        let mut keys = Vec::new();
        for name in text.split_whitespace() {
            match Key::parse(name) {
                Some(key) => keys.push(key),
                None => self.wrong(&fields.at, format!("{name} is no key: see the table of keys (F1), and set a space between two.")),
            }
        }
        Some(keys)
    }

    fn strings(&mut self, fields: &Fields, key: &str) -> Option<Vec<String>> {
        let value = fields.get(key)?;
        let found = value.get_ref().as_array().map(|items| items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect());
        let found: Option<Vec<String>> = found.flatten().filter(|words: &Vec<String>| !words.is_empty());
        if found.is_none() {
            self.wrong(&value.span(), format!("`{key}` is a list of texts: the command and its arguments."));
        }
        found
    }

    fn object(&mut self, fields: &Fields, key: &str) -> Map<String, Value> {
        let Some(value) = fields.get(key) else { return Map::new() };
        match self.json(value) {
            Some(Value::Object(fields)) => fields,
            Some(_) => {
                self.wrong(&value.span(), format!("`{key}` is a table."));
                Map::new()
            }
            None => Map::new(),
        }
    }

    fn json(&mut self, value: Entry) -> Option<Value> {
        Some(match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => number.into(),
                Err(error) => {
                    self.wrong(&value.span(), format!("this number cannot be read: {error}."));
                    return None;
                }
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
                Some(number) => Value::Number(number),
                None => {
                    self.wrong(&value.span(), "this number has no place in JSON.");
                    return None;
                }
            },
            DeValue::Datetime(time) => Value::String(time.to_string()),
            DeValue::Array(items) => Value::Array(items.iter().filter_map(|item| self.json(item)).collect()),
            DeValue::Table(table) => {
                let fields = table.iter().filter_map(|(key, value)| Some((key.get_ref().to_string(), self.json(value)?)));
                Value::Object(fields.collect())
            }
        })
    }

    /// The tables of a list such as `[[step]]`.
    fn tables<'a>(&mut self, fields: &Fields<'a>, key: &'static str) -> Vec<Fields<'a>> {
        let Some(value) = fields.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(&value.span(), format!("`{key}` is written as [[{key}]], once for each."));
            return Vec::new();
        };
        let what = if key == "actor" { "an actor" } else { "a step" };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Fields { table, at: item.span(), what }),
                None => self.wrong(&item.span(), format!("`{key}` is written as [[{key}]], once for each.")),
            }
        }
        tables
    }
}
