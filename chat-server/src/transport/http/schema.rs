//! The protocol's description, as generated from its types.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

macro_rules! files {
    ($($name:literal: $kind:literal),* $(,)?) => {
        const FILES: &[(&str, &str, &str)] = &[$(($name, $kind, include_str!(concat!("../../../../chat-proto/gen/", $name)))),*];
    };
}

files! {
    "schema.json": "application/json",
    "asyncapi.json": "application/json",
    "proto.ts": "text/plain; charset=utf-8",
}

/// One of the files.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], *text).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such schema file. /schema/ lists them.\n").into_response(),
    }
}

/// The list of them.
pub(super) async fn index() -> Html<String> {
    let rows: String = FILES.iter().map(|(name, ..)| format!("<li><a href=\"/schema/{name}\">{name}</a></li>")).collect();
    Html(format!("<!doctype html><title>Schema</title><h1>The protocol's schema</h1><ul>{rows}</ul>"))
}
