//! The AsyncAPI 3 document: the same protocol for the tools that read it. It stands alone, and its
//! schemas keep to JSON Schema draft 7, on which AsyncAPI's own are built.

use schemars::transform::{RemoveRefSiblings, ReplacePrefixItems, Transform};
use serde_json::{Map, Value, json};

use crate::schema::definitions::{Definitions, errors, outcome};

const PATH: &str = "/components/schemas";
const CHANNEL: &str = "#/channels/v1";

/// The text of `gen/asyncapi.json`.
#[must_use]
pub fn asyncapi() -> String {
    let Definitions { mut types, requests, events } = Definitions::collect(PATH);
    let error_lines: Vec<String> = errors(&types)
        .iter()
        .map(|(code, row)| format!("- `{code}`, retry {}: {}", text(&row["retry"]), text(&row["description"])))
        .collect();
    let mut messages = handshake_messages();
    let mut operations = Map::new();
    operations.insert(
        "connect".to_owned(),
        operation("receive", "Opens the namespace; answered by `welcome`, or refused.", "connect", &["welcome", "connect_error"]),
    );
    for request in &requests {
        let (id, answer) = (id(request.name), format!("{}_answer", id(request.name)));
        let summary = text(&types[type_name(&request.payload)]["description"]);
        messages.insert(id.clone(), message(request.name, summary, request.payload.clone(), true));
        let mut payload = outcome(PATH, &request.reply);
        payload["properties"] = json!({ "rid": types["Answer"]["properties"]["rid"] });
        let about = format!(
            "The answer to `{}`: as its Socket.IO acknowledgement, then without `rid`, or as the event `answer`, then with it.",
            request.name
        );
        messages.insert(answer.clone(), message("answer", &about, payload, true));
        operations.insert(id.clone(), operation("receive", summary, &id, &[&answer]));
    }
    for event in &events {
        // Each request has an `answer` of its own above, with what its `ok` holds.
        if event.name != "answer" {
            let summary = text(&types[type_name(&event.payload)]["description"]);
            messages.insert(id(event.name), message(event.name, summary, event.payload.clone(), false));
            operations.insert(id(event.name), operation("send", summary, &id(event.name), &[]));
        }
    }
    for schema in types.values_mut().chain(messages.values_mut().map(|message| &mut message["payload"])) {
        if let Ok(schema) = <&mut schemars::Schema>::try_from(schema) {
            RemoveRefSiblings::default().transform(schema);
            ReplacePrefixItems::default().transform(schema);
        }
    }
    let channel_messages: Map<_, _> =
        messages.keys().map(|name| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }))).collect();
    let mut document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "The native protocol of the chat",
            "version": format!("{}.0.0", crate::PROTOCOL),
            "description": format!(
                "Socket.IO 5 over Engine.IO 4, by WebSocket or long polling, on the namespace `{}`. A message is one EVENT packet, \
                 `[name, payload]`. Every request is answered once, with `ok` or with `error`.\n\n# Error codes\n\n{}",
                crate::NAMESPACE,
                error_lines.join("\n")
            ),
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "local": {
            "host": "127.0.0.1:3000",
            "pathname": "/socket.io/",
            "protocol": "ws",
            "description": "What `chat-server` listens on without configuration.",
        }},
        "channels": { "v1": {
            "address": crate::NAMESPACE,
            "description": "The Socket.IO namespace of the native protocol; a new major version is a new namespace.",
            "servers": [{ "$ref": "#/servers/local" }],
            "messages": channel_messages,
            "bindings": { "ws": {
                "method": "GET",
                "query": {
                    "type": "object",
                    "required": ["EIO", "transport"],
                    "properties": {
                        "EIO": { "type": "string", "const": "4", "description": "The version of Engine.IO." },
                        "transport": { "type": "string", "enum": ["websocket", "polling"] },
                    },
                },
                "bindingVersion": "0.1.0",
            }},
        }},
        "operations": operations,
        "components": { "messages": messages, "schemas": types },
    });
    document.sort_all_objects();
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn handshake_messages() -> Map<String, Value> {
    let refusal = json!({
        "type": "object",
        "required": ["message"],
        "properties": { "message": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "The JSON text of an `Error`.",
        }},
    });
    let auth = json!({ "$ref": format!("#{PATH}/Auth") });
    [
        ("connect".to_owned(), message("connect", "The CONNECT packet of Socket.IO, with the client's `auth`.", auth, false)),
        ("connect_error".to_owned(), message("connect_error", "The CONNECT_ERROR packet of Socket.IO: the refusal.", refusal, false)),
    ]
    .into_iter()
    .collect()
}

fn message(name: &str, summary: &str, payload: Value, paired: bool) -> Value {
    let mut message = json!({ "name": name, "title": name, "summary": summary, "payload": payload });
    if paired {
        message["correlationId"] = json!({ "location": "$message.payload#/rid", "description": "Pairs an answer with its request." });
    }
    message
}

/// An operation as the server sees it: it receives requests and sends events.
fn operation(action: &str, summary: &str, message: &str, replies: &[&str]) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("{CHANNEL}/messages/{name}") });
    let channel = json!({ "$ref": CHANNEL });
    let mut operation = json!({ "action": action, "channel": channel, "summary": summary, "messages": [reference(message)] });
    if !replies.is_empty() {
        let replies: Vec<Value> = replies.iter().copied().map(reference).collect();
        operation["reply"] = json!({ "channel": channel, "messages": replies });
    }
    operation
}

/// The name as AsyncAPI allows it for a key.
fn id(name: &str) -> String {
    name.replace(':', "_")
}

fn type_name(reference: &Value) -> &str {
    crate::schema::definitions::type_of(reference).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
