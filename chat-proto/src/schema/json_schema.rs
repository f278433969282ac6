//! The JSON Schema of the protocol: every type, and a table of what is said with them.

use serde_json::{Map, Value, json};

use crate::schema::definitions::{Definitions, errors, outcome};

const PATH: &str = "/$defs";

/// The text of `gen/schema.json`.
#[must_use]
pub fn json_schema() -> String {
    let Definitions { types, requests, events } = Definitions::collect(PATH);
    let request_table: Map<_, _> = requests
        .iter()
        .map(|one| {
            let row = json!({
                "effect": one.effect,
                "payload": one.payload,
                "reply": one.reply,
                "answer": outcome(PATH, &one.reply),
            });
            (one.name.to_owned(), row)
        })
        .collect();
    let event_table: Map<_, _> = events.iter().map(|one| (one.name.to_owned(), json!({ "payload": one.payload }))).collect();
    let error_table = errors(&types);
    let mut definitions = types;
    definitions.insert(
        "ClientFrame".to_owned(),
        frames("What a client emits: a request's name and its payload.", requests.iter().map(|one| (one.name, &one.payload))),
    );
    definitions.insert(
        "ServerFrame".to_owned(),
        frames("What the server emits: an event's name and its payload.", events.iter().map(|one| (one.name, &one.payload))),
    );
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The native protocol of the chat",
        "description": "A frame is the array of a Socket.IO EVENT packet: a name and one object. `requests` pairs the payload of each \
            request with its reply (the `ok`) and its whole answer; `events` has the payload of each event of the server's; `errors` says \
            what each code means and whether to send again; `handshake` is the `auth` of the connection. Lengths are in characters; where \
            bytes or graphemes are counted instead, the description says so. Readers ignore fields that they do not know.",
        "protocol": crate::PROTOCOL,
        "namespace": crate::NAMESPACE,
        "anyOf": [{ "$ref": "#/$defs/ClientFrame" }, { "$ref": "#/$defs/ServerFrame" }],
        "handshake": { "$ref": "#/$defs/Auth" },
        "requests": request_table,
        "events": event_table,
        "errors": error_table,
        "$defs": definitions,
    });
    document.sort_all_objects();
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn frames<'a>(description: &str, names: impl Iterator<Item = (&'a str, &'a Value)>) -> Value {
    let frames: Vec<Value> = names
        .map(|(name, payload)| json!({ "type": "array", "prefixItems": [{ "const": name }, payload], "minItems": 2, "maxItems": 2 }))
        .collect();
    json!({ "description": description, "oneOf": frames })
}
