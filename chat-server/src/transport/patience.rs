//! Two Socket.IO engines behind one address, which differ in how long a silent client is waited for.
//!
//! A page of the book tutorial asks for a name by a blocking `prompt()`: as long as nobody types,
//! it answers no heartbeat, and its own timers run over. Both ends must be patient then, and how
//! patient a client is it learns from the handshake, before it says in which namespace it will be.
//! But the clients that open with a WebSocket of Engine.IO 4 are ours and those written for our
//! protocol: they want to learn soon that a line is dead. So those get the prompt engine, and all
//! others (Engine.IO 3, and whoever opens by polling, as the usual client does) the patient one.

use std::time::Duration;

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::Next;
use axum::response::Response;

/// The address of Socket.IO.
pub const PATH: &str = "/socket.io";
/// Where the prompt engine listens, inside this process.
pub const PROMPT_PATH: &str = "/.prompt/socket.io";
/// How long a client of the prompt engine may take to answer a heartbeat: Socket.IO's own default.
pub const PROMPT: Duration = Duration::from_secs(20);
/// How long one of the patient engine may: so long a person may think about their name.
pub const PATIENT: Duration = Duration::from_secs(300);

/// Leads a handshake to its engine.
pub async fn route(mut request: Request, next: Next) -> Response {
    if let Some(uri) = to_prompt(request.uri()) {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

/// The address in the prompt engine, where that is whose handshake it is.
fn to_prompt(uri: &Uri) -> Option<Uri> {
    let rest = uri.path().strip_prefix(PATH).filter(|rest| rest.starts_with('/'))?;
    let query = uri.query()?;
    let has = |wanted: &str| query.split('&').any(|pair| pair == wanted);
    let opens = !query.split('&').any(|pair| pair.starts_with("sid="));
    if !(has("EIO=4") && has("transport=websocket") && opens) {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{PROMPT_PATH}{rest}?{query}")).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opens_with_a_websocket_of_today_is_answered_promptly() {
        let led = |uri: &str| to_prompt(&uri.parse().unwrap()).map(|uri| uri.to_string());
        let prompt = led("/socket.io/?EIO=4&transport=websocket&t=x");
        assert_eq!(prompt.as_deref(), Some("/.prompt/socket.io/?EIO=4&transport=websocket&t=x"));
        let patient = [
            "/socket.io/?EIO=3&transport=websocket",
            "/socket.io/?EIO=4&transport=polling",
            "/socket.io/?EIO=4&transport=websocket&sid=abc",
            "/socket.io/socket.io.js",
            "/socket.iox/?EIO=4&transport=websocket",
            "/",
        ];
        assert_eq!(patient.map(led), [const { None }; 6]);
    }
}
