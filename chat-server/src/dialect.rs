//! The classic dialects: the event names of the tutorials by which most people met Socket.IO, so
//! that their pages join unmodified. Pure codecs: transport reads requests with them, fan-out
//! writes frames, and the service sees neither.
//!
//! | dialect | says | hears | from |
//! | --- | --- | --- | --- |
//! | [`FirstSteps`](Dialect::FirstSteps) (A) | `message` | `message`, `DATA` | the first steps tutorial |
//! | [`Book`](Dialect::Book) (B) | `clientMessage` | `serverMessage` | the book chapter |
//! | [`Social`](Dialect::Social) (C) | `client-talking` | `server-talking` | the social network chapter |
//! | [`Smallest`](Dialect::Smallest) (D) | `chat message` | `chat message` | the smallest chat |
//!
//! Each child says what its dialect hears; [`hear`] reads what all of them say, since a connection
//! has no dialect before it says something.

use chat_proto::error::{Code, Error};
use serde::ser::SerializeTupleStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

mod book;
mod command;
mod first_steps;
mod rules;
mod smallest;
mod social;

pub use rules::{Audience, Manners, Require, Rules, Waits};

/// One of the tutorials' sets of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// A: `message`, `DATA`.
    FirstSteps,
    /// B: `login`, `clientMessage`, `serverMessage`.
    Book,
    /// C: `client-talking`, `server-talking`, `news`.
    Social,
    /// D: `chat message`.
    Smallest,
}

/// What somebody at a classic page wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To say something in the room that they are in.
    Say(String),
    /// To be called that; none where the `prompt()` for it was cancelled or left empty.
    LogIn(Option<String>),
    /// To leave the room that they are in and enter that one.
    Enter(String),
    /// To go back to the room where connections start.
    GoBack,
    /// To announce something to everybody.
    Announce(String),
    /// To have something written into the server's log.
    Log(String),
}

/// One frame for a classic client.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The event's name.
    pub event: &'static str,
    /// Its arguments.
    pub arguments: Arguments,
}

/// The arguments of an event: none or one, as all dialects have it.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    /// No argument at all.
    None,
    /// A text.
    Text(String),
    /// An object.
    Object(Value),
}

/// A message on its way to classic clients.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What its author was called when they said it.
    pub name: &'a str,
    /// Their colour, `#RRGGBB`.
    pub color: &'a str,
    /// The text.
    pub text: &'a str,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::FirstSteps, Self::Book, Self::Social, Self::Smallest];

    /// The dialect that an event's name belongs to alone.
    #[must_use]
    pub fn of_event(name: &str) -> Option<Self> {
        match name {
            "message" | "leave" => Some(Self::FirstSteps),
            "login" | "clientMessage" | "my event" => Some(Self::Book),
            "client-talking" | "my other event" => Some(Self::Social),
            "chat message" => Some(Self::Smallest),
            _ => None,
        }
    }

    /// How the dialect is called in the names of Socket.IO's rooms.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::FirstSteps => 'a',
            Self::Book => 'b',
            Self::Social => 'c',
            Self::Smallest => 'd',
        }
    }

    /// What a new connection hears first.
    #[must_use]
    pub fn greeting(self, manners: &Manners) -> Option<Frame> {
        match self {
            Self::FirstSteps => Some(first_steps::text(&manners.welcome)),
            Self::Book => Some(book::ask_for_name()),
            Self::Social => Some(social::news()),
            Self::Smallest => None,
        }
    }

    /// A message, for everybody but its author.
    #[must_use]
    pub fn said(self, said: Said<'_>, manners: &Manners) -> Frame {
        match self {
            Self::FirstSteps => first_steps::text(&with_name(said, manners)),
            Self::Book => book::said(said),
            Self::Social => social::said(said),
            Self::Smallest => smallest::text(&with_name(said, manners)),
        }
    }

    /// A message, for its author.
    #[must_use]
    pub fn said_yourself(self, said: Said<'_>) -> Frame {
        match self {
            Self::FirstSteps => first_steps::text(said.text),
            Self::Book => book::said_yourself(said.text),
            Self::Social => social::said(said),
            Self::Smallest => smallest::text(said.text),
        }
    }

    /// A refusal or a notice: a sentence of the server's own.
    #[must_use]
    pub fn notice(self, sentence: &str, manners: &Manners) -> Frame {
        match self {
            Self::FirstSteps => first_steps::text(sentence),
            Self::Book => book::sentence(sentence),
            Self::Social => social::notice(sentence, &manners.server),
            Self::Smallest => smallest::text(sentence),
        }
    }

    /// What the operator announces.
    #[must_use]
    pub fn announcement(self, text: &str, manners: &Manners) -> Frame {
        match self {
            Self::FirstSteps => first_steps::announcement(text),
            Self::Book | Self::Social | Self::Smallest => self.notice(text, manners),
        }
    }
}

/// To whoever took a name, as far as the dialect says so.
#[must_use]
pub fn logged_in(name: &str) -> Frame {
    book::sentence(&format!("Currently logged in as {name}"))
}

/// To the others in the room of whoever took a name.
#[must_use]
pub fn came(name: &str) -> Frame {
    book::sentence(&format!("User {name} Logged in"))
}

/// To the others in the room of whoever is gone.
#[must_use]
pub fn gone(name: &str) -> Frame {
    book::sentence(&format!("User {name} disconnected"))
}

/// The answer to `join`.
#[must_use]
pub fn entered() -> Frame {
    book::sentence("joined room success!")
}

/// Asks for a name (once more).
#[must_use]
pub fn ask_for_name() -> Frame {
    book::ask_for_name()
}

/// Reads an event of any dialect.
///
/// # Errors
/// `unknown_event`, or `invalid` where an argument is missing or of the wrong type.
pub fn hear(event: &str, arguments: &[Value]) -> Result<Wish, Error> {
    match event {
        "message" => first_text(arguments).and_then(command::read),
        "clientMessage" | "chat message" => text(arguments).and_then(command::read),
        "client-talking" => social::talking(arguments).and_then(command::read),
        "join" => argument(arguments, "room").map(Wish::Enter),
        "leave" => Ok(Wish::GoBack),
        "login" => book::name(arguments).map(Wish::LogIn),
        "DATA" => text(arguments).map(Wish::Announce),
        "my event" | "my other event" => Ok(Wish::Log(arguments.first().map(shown).unwrap_or_default())),
        _ => Err(Error::new(Code::UnknownEvent, format!("There is no event `{}` here.", short(event)))),
    }
}

fn text(arguments: &[Value]) -> Result<String, Error> {
    argument(arguments, "text")
}

/// The first argument, which must be a text; `name` is what a refusal calls it.
fn argument(arguments: &[Value], name: &str) -> Result<String, Error> {
    match arguments.first() {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Error::invalid(name, "is not a text")),
        None => Err(Error::invalid(name, "is missing")),
    }
}

/// `socket.send` takes any number of arguments: the first text among them is what is said.
fn first_text(arguments: &[Value]) -> Result<String, Error> {
    let found = arguments.iter().find_map(Value::as_str);
    found.map_or_else(|| text(arguments), |found| Ok(found.to_owned()))
}

/// Any value, as it goes to the log.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An event's name, cut: its sender hears it again.
fn short(event: &str) -> String {
    event.chars().take(40).filter(|c| !c.is_control()).collect()
}

fn with_name(said: Said<'_>, manners: &Manners) -> String {
    if manners.names { format!("{}: {}", said.name, said.text) } else { said.text.to_owned() }
}

/// Socket.IO's arguments are the elements of a tuple; a unit would be the one argument `null`.
impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple_struct("Arguments", usize::from(*self != Self::None))?;
        match self {
            Self::None => {}
            Self::Text(text) => tuple.serialize_field(text)?,
            Self::Object(object) => tuple.serialize_field(object)?,
        }
        tuple.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manners(names: bool) -> Manners {
        Manners { server: "Chat".to_owned(), welcome: "Welcome!".to_owned(), names }
    }

    fn wire(frame: &Frame) -> Value {
        json!([frame.event, frame.arguments])
    }

    const SAID: Said<'static> = Said { name: "Ada <b>", color: "#a1b2c3", text: "héllo 你好 <img src=x onerror=alert(1)> & \"'" };

    #[test]
    fn golden_samples() {
        let manners = manners(false);
        let golden = |dialect: Dialect| {
            [
                dialect.greeting(&manners).as_ref().map_or(Value::Null, wire),
                wire(&dialect.said(SAID, &manners)),
                wire(&dialect.said_yourself(SAID)),
                wire(&dialect.notice("No <b>.", &manners)),
                wire(&dialect.announcement("今天天气晴", &manners)),
            ]
        };
        let text = SAID.text;
        assert_eq!(
            golden(Dialect::FirstSteps),
            [
                json!(["message", ["Welcome!"]]),
                json!(["message", [text]]),
                json!(["message", [text]]),
                json!(["message", ["No <b>."]]),
                json!(["DATA", ["今天天气晴"]]),
            ]
        );
        assert_eq!(
            golden(Dialect::Book),
            [
                json!(["login", []]),
                json!(["serverMessage", [format!("Ada <b> said: {text}")]]),
                json!(["serverMessage", [format!("You said: {text}")]]),
                json!(["serverMessage", ["No <b>."]]),
                json!(["serverMessage", ["今天天气晴"]]),
            ]
        );
        let escaped = "héllo 你好 &lt;img src=x onerror=alert(1)&gt; &amp; &quot;&#39;";
        let talking = json!(["server-talking", [{"text": escaped, "user": "Ada &lt;b&gt;", "color": "#a1b2c3"}]]);
        assert_eq!(
            golden(Dialect::Social),
            [
                json!(["news", [{"hello": "world"}]]),
                talking.clone(),
                talking,
                json!(["server-talking", [{"text": "No &lt;b&gt;.", "user": "Chat", "color": "#808080"}]]),
                json!(["server-talking", [{"text": "今天天气晴", "user": "Chat", "color": "#808080"}]]),
            ]
        );
        assert_eq!(
            golden(Dialect::Smallest),
            [
                Value::Null,
                json!(["chat message", [text]]),
                json!(["chat message", [text]]),
                json!(["chat message", ["No <b>."]]),
                json!(["chat message", ["今天天气晴"]]),
            ]
        );
    }

    #[test]
    fn names_stand_before_what_others_say_where_the_operator_wants_it() {
        for dialect in [Dialect::FirstSteps, Dialect::Smallest] {
            assert_eq!(dialect.said(SAID, &manners(true)).arguments, Arguments::Text(format!("Ada <b>: {}", SAID.text)));
            assert_eq!(dialect.said_yourself(SAID).arguments, Arguments::Text(SAID.text.to_owned()));
        }
    }

    #[test]
    fn sentences_of_the_book() {
        let sentences = [logged_in("ada"), came("ada"), gone("ada"), entered()].map(|frame| wire(&frame));
        let expected = ["Currently logged in as ada", "User ada Logged in", "User ada disconnected", "joined room success!"];
        assert_eq!(sentences, expected.map(|sentence| json!(["serverMessage", [sentence]])));
        assert_eq!(wire(&ask_for_name()), json!(["login", []]));
    }

    #[test]
    fn every_event_is_heard() {
        let say = |text: &str| Wish::Say(text.to_owned());
        let cases: &[(&str, Value, Wish)] = &[
            ("message", json!(["hello world!"]), say("hello world!")),
            ("message", json!([{"a": 1}, 2, "the first text", "another"]), say("the first text")),
            ("clientMessage", json!(["hi"]), say("hi")),
            ("chat message", json!(["hi"]), say("hi")),
            ("client-talking", json!([{"text": "hi", "more": 1}]), say("hi")),
            ("clientMessage", json!(["//j is a command"]), say("/j is a command")),
            ("clientMessage", json!(["/j  kitchen "]), Wish::Enter("kitchen".to_owned())),
            ("chat message", json!(["/join kitchen"]), Wish::Enter("kitchen".to_owned())),
            ("join", json!(["kitchen"]), Wish::Enter("kitchen".to_owned())),
            ("leave", json!([]), Wish::GoBack),
            ("leave", json!(["kitchen"]), Wish::GoBack),
            ("login", json!(["Ada Lovelace"]), Wish::LogIn(Some("Ada Lovelace".to_owned()))),
            ("login", json!([null]), Wish::LogIn(None)),
            ("login", json!([]), Wish::LogIn(None)),
            ("login", json!(["  "]), Wish::LogIn(None)),
            ("DATA", json!(["欢迎使用！"]), Wish::Announce("欢迎使用！".to_owned())),
            ("my event", json!([{"my": "data"}]), Wish::Log("{\"my\":\"data\"}".to_owned())),
            ("my other event", json!(["x"]), Wish::Log("x".to_owned())),
        ];
        for (event, arguments, wish) in cases {
            assert_eq!(hear(event, arguments.as_array().unwrap()).as_ref(), Ok(wish), "{event} {arguments}");
        }
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let cases: &[(&str, Value, Code)] = &[
            ("message", json!([]), Code::Invalid),
            ("message", json!([{"text": "x"}]), Code::Invalid),
            ("clientMessage", json!([1]), Code::Invalid),
            ("clientMessage", json!([null, "x"]), Code::Invalid),
            ("client-talking", json!(["x"]), Code::Invalid),
            ("client-talking", json!([{"text": 1}]), Code::Invalid),
            ("client-talking", json!([]), Code::Invalid),
            ("chat message", json!([["x"]]), Code::Invalid),
            ("join", json!([]), Code::Invalid),
            ("join", json!([1]), Code::Invalid),
            ("login", json!([{"name": "x"}]), Code::Invalid),
            ("clientMessage", json!(["/nick ada"]), Code::UnknownEvent),
            ("clientMessage", json!(["/j"]), Code::Invalid),
            ("message:send", json!([{"text": "x"}]), Code::UnknownEvent),
        ];
        for (event, arguments, code) in cases {
            let heard = hear(event, arguments.as_array().unwrap());
            assert_eq!(heard.as_ref().map_err(|error| error.code), Err(*code), "{event} {arguments}");
        }
    }

    #[test]
    fn events_of_one_dialect_fix_it() {
        let fixed = |name| Dialect::of_event(name);
        assert_eq!(["message", "leave"].map(fixed), [Some(Dialect::FirstSteps); 2]);
        assert_eq!(["login", "clientMessage", "my event"].map(fixed), [Some(Dialect::Book); 3]);
        assert_eq!(["client-talking", "my other event"].map(fixed), [Some(Dialect::Social); 2]);
        assert_eq!(fixed("chat message"), Some(Dialect::Smallest));
        assert_eq!(["join", "DATA", "message:send", ""].map(fixed), [None; 4]);
    }
}
