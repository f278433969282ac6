//! `POST /hooks/{id}/{secret}`: somebody else's program says something.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chat_proto::error::{Code, Error};
use chat_proto::id::{ClientId, RoomId};
use chat_proto::name::RoomName;
use chat_proto::room::Room;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::Hook;
use crate::transport::hooks::{self, Said, github, signature};
use crate::transport::http::Shared;
use crate::transport::http::account::{ok, refuse};

/// Longest body, in bytes.
const BODY: usize = 1_048_576;
/// By which a repeat is told, where the body has no `client_id`.
const KEY: &str = "idempotency-key";

/// What the address may say behind a question mark.
#[derive(Deserialize)]
pub(super) struct Wishes {
    /// The room, by name or id.
    room: Option<String>,
    /// `slack`: read the body as Slack's, whatever is in it.
    format: Option<String>,
}

/// Takes a post.
pub(super) async fn post(
    State(shared): State<Shared>,
    path: Result<Path<(String, String)>, PathRejection>,
    wishes: Result<Query<Wishes>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Response {
    // What cannot be read is no webhook's address either.
    let (id, secret) = path.map_or_else(|_| (String::new(), String::new()), |Path(path)| path);
    let hook = match shared.service.hook(&id, &secret).await {
        Ok(hook) => hook,
        Err(error) => return refuse(&error),
    };
    let Ok(Query(wishes)) = wishes else { return refuse(&Error::invalid("query", "cannot be read")) };
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        let error = Error::invalid("content-type", "is not application/json; choose JSON where the post is set up");
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, Json(json!({ "error": error }))).into_response();
    }
    let Ok(body) = to_bytes(body, BODY).await else {
        let error = Error::invalid("payload", format_args!("is longer than {BODY} bytes, or broke off"));
        return (StatusCode::PAYLOAD_TOO_LARGE, Json(json!({ "error": error }))).into_response();
    };
    match shared.say(&hook, &parts.headers, &wishes, &body).await {
        Ok(Some(stored)) => ok(&stored).into_response(),
        Ok(None) => (StatusCode::ACCEPTED, ok(&json!({ "said": false }))).into_response(),
        Err(error) => refuse(&error),
    }
}

impl Shared {
    /// Says what a post says; none where it is an event that is not said.
    async fn say(&self, hook: &Hook, headers: &HeaderMap, wishes: &Wishes, body: &[u8]) -> Result<Option<Value>, Error> {
        if let Some(secret) = &hook.signing
            && !signature::fits(secret, body, text(headers, signature::HEADER))
        {
            let message = "The post is not signed with this webhook's signing secret. Set the secret up where the post comes from.";
            let mut error = Error::new(Code::Forbidden, message);
            error.field = Some(signature::HEADER.to_owned());
            return Err(error);
        }
        let body: Value = serde_json::from_slice(body).map_err(|error| Error::invalid("payload", format_args!("is no JSON: {error}")))?;
        let said = match (text(headers, github::EVENT), wishes.format.as_deref()) {
            (Some(event), None | Some("github")) => github::read(event, &body)?,
            (_, Some("slack")) => Some(hooks::read(body, true)?),
            (_, None) => Some(hooks::read(body, false)?),
            (_, Some(_)) => return Err(Error::invalid("format", "is none that this server reads; it is left out, or `slack`")),
        };
        let Some(Said { text: message, client_id, mentions, room }) = said else { return Ok(None) };
        let client_id = match client_id {
            Some(client_id) => Some(client_id),
            None => key(headers)?,
        };
        let rooms = self.service.rooms_of_hook(hook).await?;
        let room = chosen(room.or_else(|| wishes.room.clone()).as_deref(), &rooms)?;
        let written = self.service.say_by_hook(hook, room, client_id, message, mentions).await?;
        Ok(Some(json!(written)))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = text(headers, header::CONTENT_TYPE.as_str()).and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What makes a repeat one, of the headers.
fn key(headers: &HeaderMap) -> Result<Option<ClientId>, Error> {
    for name in [KEY, github::DELIVERY] {
        if let Some(value) = headers.get(name) {
            let value = value.to_str().map_err(|_| Error::invalid(name, "holds a character that is not visible ASCII"))?;
            return ClientId::parse(value).map(Some).map_err(|reason| Error::invalid(name, reason));
        }
    }
    Ok(None)
}

/// The room that is named, of those that the bot is in; where none is named, the only one.
fn chosen(wanted: Option<&str>, rooms: &[Room]) -> Result<RoomId, Error> {
    let Some(wanted) = wanted else {
        return match rooms {
            [room] => Ok(room.id.clone()),
            rooms => Err(Error::invalid("room", format_args!("is missing, and the webhook's bot is in {} rooms", rooms.len()))),
        };
    };
    let name = RoomName::parse(wanted);
    let by_id = rooms.iter().find(|room| room.id.as_str() == wanted);
    let mut by_name = rooms.iter().filter(|room| name.as_ref().is_ok_and(|name| room.name == *name));
    let found = by_id.or_else(|| by_name.next().filter(|_| by_name.next().is_none()));
    found.map(|room| room.id.clone()).ok_or_else(|| {
        let message = "The webhook's bot is in no such room, or in several of that name: name the room by its id.";
        let mut error = Error::new(Code::NotFound, message);
        error.field = Some("room".to_owned());
        error
    })
}
