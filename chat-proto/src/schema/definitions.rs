//! The JSON Schema of every type of the protocol, which both documents are written from.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::bounds;
use crate::error::{Code, Error};
use crate::event::Event;
use crate::fold::Line;
use crate::handshake::Auth;
use crate::limits;
use crate::request::{Effect, Request};
use crate::schema::{Visit, describe};

/// Every type by its name, and which of them each request and event uses.
pub(super) struct Definitions {
    pub types: Map<String, Value>,
    pub requests: Vec<RequestTypes>,
    pub events: Vec<EventType>,
}

/// A request's name, what it does, and references to the types of its payload and its reply.
pub(super) struct RequestTypes {
    pub name: &'static str,
    pub effect: &'static str,
    pub payload: Value,
    pub reply: Value,
}

/// An event's name and a reference to the type of its payload.
pub(super) struct EventType {
    pub name: &'static str,
    pub payload: Value,
}

impl Definitions {
    /// Collects all types; references begin with `path`.
    pub fn collect(path: &'static str) -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = path.into());
        let mut collector = Collector {
            // What clients write may leave out what has a default; what the server writes does not.
            read: settings.clone().for_deserialize().into_generator(),
            written: settings.for_serialize().into_generator(),
            requests: Vec::new(),
            events: Vec::new(),
        };
        describe(&mut collector);
        collector.read.subschema_for::<Auth>();
        collector.written.subschema_for::<Error>();
        collector.written.subschema_for::<Line>();
        let mut types = collector.written.take_definitions(false);
        for (name, schema) in collector.read.take_definitions(false) {
            let other = types.insert(name.clone(), schema.clone());
            assert!(other.is_none_or(|other| other == schema), "{name} reads otherwise than it is written: give the two a type each");
        }
        let payloads: Vec<&str> = collector.requests.iter().filter_map(|request| type_of(&request.payload)).collect();
        for (name, schema) in &mut types {
            if payloads.contains(&name.as_str()) {
                schema["properties"]["rid"] = rid(path);
            }
            if let Ok(schema) = schema.try_into() {
                RecursiveTransform(tidy).transform(schema);
            }
        }
        Self { types, requests: collector.requests, events: collector.events }
    }
}

/// The name of the type that a reference points to.
pub(super) fn type_of(reference: &Value) -> Option<&str> {
    reference["$ref"].as_str()?.rsplit('/').next()
}

/// Every code of the error object, with its meaning and whether to send again.
pub(super) fn errors(types: &Map<String, Value>) -> Map<String, Value> {
    let known = types["Code"]["anyOf"].as_array().into_iter().flatten();
    known
        .filter_map(|one| {
            let code: Code = serde_json::from_value(one.get("const")?.clone()).ok()?;
            Some((one["const"].as_str()?.to_owned(), json!({ "description": one["description"], "retry": code.retry() })))
        })
        .collect()
}

/// What a request's `ok` and `error` look like.
pub(super) fn outcome(path: &str, reply: &Value) -> Value {
    json!({ "oneOf": [
        { "type": "object", "properties": { "ok": reply }, "required": ["ok"] },
        { "type": "object", "properties": { "error": { "$ref": format!("#{path}/Error") } }, "required": ["error"] },
    ]})
}

fn rid(path: &str) -> Value {
    json!({
        "anyOf": [{ "$ref": format!("#{path}/Rid") }, { "type": "null" }],
        "description": "Asks for an `answer` event with the same `rid`, where no Socket.IO acknowledgement is asked for.",
    })
}

struct Collector {
    read: SchemaGenerator,
    written: SchemaGenerator,
    requests: Vec<RequestTypes>,
    events: Vec<EventType>,
}

impl Visit for Collector {
    fn request<Q: Request + JsonSchema, R: JsonSchema>(&mut self, _: &str) {
        let effect = match Q::EFFECT {
            Effect::Entry => "entry",
            Effect::State => "state",
            Effect::Read => "read",
        };
        let (payload, reply) = (self.read.subschema_for::<Q>().to_value(), self.written.subschema_for::<R>().to_value());
        self.requests.push(RequestTypes { name: Q::NAME, effect, payload, reply });
    }

    fn event<E: Event + JsonSchema>(&mut self, _: &str) {
        self.events.push(EventType { name: E::NAME, payload: self.written.subschema_for::<E>().to_value() });
    }
}

/// Says what the protocol promises and a derive cannot know.
fn tidy(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = prose(text);
    }
    match object.remove("format").as_ref().and_then(Value::as_str) {
        Some("uint64") => _ = object.insert("maximum".to_owned(), bounds::INTEGER.into()),
        Some("uint32") => _ = object.insert("maximum".to_owned(), u32::MAX.into()),
        _ => {}
    }
    open_words(object);
    open_kinds(object);
}

/// A list of words that can grow is open: a reader keeps a word that it does not know.
fn open_words(object: &mut Map<String, Value>) {
    let newer = |one: &Value| one["const"] == "unknown";
    if !object.get("oneOf").and_then(Value::as_array).is_some_and(|words| words.iter().any(newer)) {
        return;
    }
    if let Some(Value::Array(mut words)) = object.remove("oneOf") {
        words.retain(|one| !newer(one));
        words.push(json!({ "type": "string", "description": "A word that is newer than this document." }));
        object.insert("anyOf".to_owned(), words.into());
    }
}

/// A kind that a reader does not know has any fields; one that it knows has its own.
fn open_kinds(object: &mut Map<String, Value>) {
    let Some(Value::Array(kinds)) = object.get_mut("anyOf") else { return };
    let known: Vec<Value> = kinds.iter().filter_map(|one| one.pointer("/properties/kind/const").cloned()).collect();
    if let Some(newer) = kinds.iter_mut().find(|one| type_of(one) == Some("Unknown")) {
        newer["properties"] = json!({ "kind": { "type": "string", "not": { "enum": known } } });
        newer["required"] = json!(["kind"]);
    }
}

/// A doc comment as prose: one line a paragraph, links as their words, constants as their values.
fn prose(text: &str) -> String {
    let constants = [
        ("TEXT", limits::TEXT),
        ("TEXT_LINES", limits::TEXT_LINES),
        ("TOPIC", limits::TOPIC),
        ("DISPLAY_NAME", limits::DISPLAY_NAME),
        ("PASSWORD_MIN", limits::PASSWORD_MIN),
        ("QUOTE", limits::QUOTE),
        ("DIRECT_PEOPLE", limits::DIRECT_PEOPLE),
        ("FOUND_PEOPLE", limits::FOUND_PEOPLE as usize),
        ("JOIN_CODE_MS", limits::JOIN_CODE_MS as usize),
        ("JOIN_CODE_USES", limits::JOIN_CODE_USES as usize),
        ("SEARCH", limits::SEARCH),
        ("SEARCH_HITS", limits::SEARCH_HITS as usize),
        ("SEARCH_HITS_DEFAULT", limits::SEARCH_HITS_DEFAULT as usize),
        ("HIGHLIGHTS", limits::HIGHLIGHTS),
        ("PRESENCE_MEMBERS", limits::PRESENCE_MEMBERS as usize),
        ("PROTOCOL", crate::PROTOCOL as usize),
    ];
    let paragraphs: Vec<String> = text.split("\n\n").map(|one| one.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let mut text = paragraphs.join("\n\n").replace("[`TYPING_MS`]", &format!("{} s", limits::TYPING_MS / 1_000));
    for (name, value) in constants {
        for link in [format!("[`{name}`]"), format!("[`limits::{name}`]")] {
            text = text.replace(&link, &value.to_string());
        }
    }
    while let Some((start, length)) = text.find("(crate::").and_then(|start| Some((start, text[start..].find(')')?))) {
        text.replace_range(start..=start + length, "");
    }
    text
}
