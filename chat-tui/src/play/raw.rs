//! A bare connection: it sends what a scenario says, and keeps what comes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chat_proto::event::{AnyEvent, Outcome};
use chat_proto::handshake::{Auth, Versions};
use chat_proto::id::Rid;
use chat_proto::name::DisplayName;
use chat_proto::secret::Token;
use chat_proto::text::ClientName;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::scenario::{Actor, Deed, Emit, Line};
use super::stage::{Pace, Player};
use crate::credentials::new_token;
use crate::event::Link;
use crate::network::Network;
use crate::runtime::date;

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(10);
/// How long the connection may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bare connection.
pub struct Raw {
    name: DisplayName,
    token: Token,
    room: String,
    network: Network,
    reports: UnboundedReceiver<(u64, Link)>,
    /// The number of the connection; those before it are over.
    number: u64,
    requests: u64,
    /// All events that came, each on a line.
    received: String,
    answers: Vec<(Rid, Outcome)>,
    connected: bool,
    /// The id of its room, once it is told.
    room_id: Option<String>,
}

impl Raw {
    /// Connects, as a guest of the actor's name.
    ///
    /// # Errors
    /// Why that is no guest.
    pub fn enter(actor: &Actor, url: &str) -> Result<Self, String> {
        let name = DisplayName::parse(&actor.name).map_err(|reason| format!("The name {} {reason}.", actor.name))?;
        let (report, reports) = unbounded_channel();
        let mut raw = Self {
            name,
            token: new_token()?,
            room: actor.room.clone(),
            network: Network::new(url.to_owned(), report),
            reports,
            number: 0,
            requests: 0,
            received: String::new(),
            answers: Vec::new(),
            connected: false,
            room_id: None,
        };
        raw.connect();
        Ok(raw)
    }

    fn connect(&mut self) {
        self.number += 1;
        let auth = Auth {
            guest: Some(self.name.clone()),
            token: Some(self.token.clone()),
            client: ClientName::parse(crate::CLIENT).ok(),
            protocol: Some(Versions::One(chat_proto::PROTOCOL)),
        };
        self.network.connect(self.number, &auth);
    }

    /// Takes in what has come.
    fn read(&mut self) {
        while let Ok((number, link)) = self.reports.try_recv() {
            if number != self.number {
                continue;
            }
            let line = match link {
                Link::Wire(event) => {
                    self.note(&event);
                    words(&event)
                }
                Link::Down(reason) => {
                    self.connected = false;
                    format!("(down) {reason}")
                }
                Link::Refused(error) => format!("(refused) {}", serde_json::to_string(&error).unwrap_or_default()),
                Link::Unreadable(what) => format!("(unreadable) {what}"),
            };
            self.received.push_str(&line);
            self.received.push('\n');
        }
    }

    fn note(&mut self, event: &AnyEvent) {
        match event {
            AnyEvent::Welcome(welcome) => {
                self.connected = true;
                let room = welcome.sync.rooms.iter().find(|state| state.room.name.as_str() == self.room);
                self.room_id = room.map(|state| state.room.id.as_str().to_owned());
            }
            AnyEvent::Answer(answer) => {
                if let Some(rid) = &answer.rid {
                    self.answers.push((rid.clone(), answer.outcome.clone()));
                }
            }
            AnyEvent::Entries(_)
            | AnyEvent::PresenceChanged(_)
            | AnyEvent::TypingChanged(_)
            | AnyEvent::ReadChanged(_)
            | AnyEvent::UserChanged(_)
            | AnyEvent::Announced(_)
            | AnyEvent::Closing(_) => {}
        }
    }

    fn until<T>(&mut self, within: Duration, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> Result<T, String> {
        let deadline = Instant::now() + within;
        loop {
            self.read();
            if let Some(found) = look(self) {
                return Ok(found);
            }
            if Instant::now() >= deadline {
                return Err(format!("{what} within {:.1} s.", within.as_secs_f64()));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn emit(&mut self, emit: &Emit) -> Result<(), String> {
        self.until(PATIENCE, "It was not connected", |raw| raw.connected.then_some(()))?;
        self.requests += 1;
        let rid = Rid::parse(format!("play-{}", self.requests)).map_err(|reason| format!("The request's id {reason}."))?;
        let mut payload = Value::Object(emit.with.clone());
        self.fill(&mut payload)?;
        // Names are those of the table; a scenario may try one that is none, and there are as many as it has lines.
        let name: &'static str = Box::leak(emit.event.clone().into_boxed_str());
        self.network.emit(crate::effect::Emit { rid: rid.clone(), name, payload, item: None });
        let Some(wanted) = &emit.answered else { return Ok(()) };
        let answer = self.until(emit.within, "It was not answered", |raw| {
            raw.answers.iter().find(|(answered, _)| *answered == rid).map(|(_, outcome)| outcome.clone())
        })?;
        let found = match &answer {
            Outcome::Ok(_) => "ok".to_owned(),
            Outcome::Error(error) => {
                serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
            }
        };
        if found == *wanted {
            return Ok(());
        }
        Err(format!("It was answered {found}, not {wanted}: {}", serde_json::to_string(&answer).unwrap_or_default()))
    }

    /// `{room}` and `{client_id}` in the place of which there is the room's id, and a new id.
    fn fill(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) if text == "{room}" => {
                *text = self.room_id.clone().ok_or_else(|| format!("It is in no room #{}.", self.room))?;
            }
            Value::String(text) if text == "{client_id}" => *text = client_id()?,
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.fill(item))?,
            Value::Object(fields) => fields.values_mut().try_for_each(|value| self.fill(value))?,
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }
}

/// A new UUIDv7.
fn client_id() -> Result<String, String> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|error| format!("The system gives no random numbers: {error}."))?;
    Ok(uuid::Builder::from_unix_timestamp_millis(date(), &random).into_uuid().to_string())
}

/// An event and its payload.
fn words(event: &AnyEvent) -> String {
    let (name, payload) = match event {
        AnyEvent::Welcome(event) => ("welcome", serde_json::to_string(event)),
        AnyEvent::Entries(event) => ("entries", serde_json::to_string(event)),
        AnyEvent::Answer(event) => ("answer", serde_json::to_string(event)),
        AnyEvent::PresenceChanged(event) => ("presence:changed", serde_json::to_string(event)),
        AnyEvent::TypingChanged(event) => ("typing:changed", serde_json::to_string(event)),
        AnyEvent::ReadChanged(event) => ("read:changed", serde_json::to_string(event)),
        AnyEvent::UserChanged(event) => ("user:changed", serde_json::to_string(event)),
        AnyEvent::Announced(event) => ("announced", serde_json::to_string(event)),
        AnyEvent::Closing(event) => ("closing", serde_json::to_string(event)),
    };
    format!("{name} {}", payload.unwrap_or_default())
}

impl Player for Raw {
    fn act(&mut self, deed: &Deed, _pace: Pace) -> Result<(), String> {
        match deed {
            Deed::Connect if self.connected => Err("It is connected already.".to_owned()),
            Deed::Connect => {
                self.connect();
                Ok(())
            }
            Deed::Disconnect => {
                self.network.disconnect();
                self.connected = false;
                // What the old connection still tells is no news.
                self.number += 1;
                Ok(())
            }
            Deed::Emit(emit) => self.emit(emit),
            _ => Err("A bare connection cannot do that.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        self.read();
        Ok(self.received.clone())
    }

    fn line(&mut self) -> Result<Line, String> {
        self.read();
        Ok(if self.connected { Line::Connected } else { Line::Disconnected })
    }

    fn picture(&mut self, _stem: &Path) -> Result<PathBuf, String> {
        Err("A bare connection has no screen.".to_owned())
    }

    fn cast(&mut self) -> Option<String> {
        None
    }

    fn leave(&mut self) -> Result<(), String> {
        self.network.finish();
        Ok(())
    }
}
