//! Pages of which nothing is heard any more.
//!
//! The engine that most of them have is patient for minutes, since a page of the book chapter may sit
//! in a blocking `prompt()` (`transport/patience.rs`). Nobody else may be away for so long: a page that
//! sits in no prompt is given up here, once it has been silent for longer than Socket.IO itself would wait.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chat_proto::name::{DisplayName, confusable_key};
use socketioxide::socket::Sid;

use super::connection::Connection;
use super::{Classic, lock};
use crate::domain::presence::ConnectionId;
use crate::transport::engine::query::Protocol;
use crate::transport::watched::{Heard, Peer};

/// How long a WebSocket that is opened for a session may wait for somebody to come in, and how many do.
const EARLY: Duration = Duration::from_secs(30);
const EARLY_LINES: usize = 1_000;

/// Somebody at a page, in one namespace or in both.
pub(super) struct Person {
    pub(super) connections: Vec<Weak<Connection>>,
    /// When something was last heard of them, by whichever transport they use now.
    pub(super) heard: Heard,
    /// By which protocol the page polls; none while it has a WebSocket.
    polls: Option<Protocol>,
    /// Over for everybody else; the engine may not have found out yet.
    given_up: bool,
}

/// A session that polls no longer, of which its engine has to be told.
pub struct Abandoned {
    /// The session.
    pub sid: Sid,
    /// How it polled.
    pub protocol: Protocol,
}

impl Person {
    /// Somebody who is heard there, and has no connection yet.
    pub(super) fn heard_by(heard: Heard, polls: Option<Protocol>) -> Self {
        Self { connections: Vec::new(), heard, polls, given_up: false }
    }

    /// It has a WebSocket now, and is heard by that.
    pub(super) fn upgrade(&mut self, line: Heard) {
        (self.heard, self.polls) = (line, None);
    }

    fn living(&self) -> impl Iterator<Item = Arc<Connection>> {
        self.connections.iter().filter_map(Weak::upgrade)
    }

    /// Ends all that the page has here, and its line. It is told nothing: who is told by Socket.IO that the server ended
    /// it stays away, and whose line ends comes back, should they be there after all.
    fn give_up(&mut self) -> Vec<Arc<Connection>> {
        self.given_up = true;
        self.heard.hang_up();
        self.living().collect()
    }
}

/// The line of whoever made that request, if it is theirs alone: pages that poll share theirs with others.
pub(super) fn line_of(request: &Parts) -> Option<&Heard> {
    let is_websocket = request.uri.query().is_some_and(|query| query.contains("transport=websocket"));
    request.extensions.get::<ConnectInfo<Peer>>().filter(|_| is_websocket).map(|peer| &peer.0.heard)
}

impl Classic {
    /// Gives up the pages that are silent for too long. To be called a few times a second; the engine is to be
    /// told of the sessions that it gives, since it would keep each for minutes.
    #[must_use]
    pub fn give_up_the_silent(&self) -> Vec<Abandoned> {
        let too_long = self.rules.waits.silent;
        let (mut gone, mut abandoned) = (Vec::new(), Vec::new());
        {
            let mut people = self.people();
            let silent = people.iter_mut().filter(|(_, person)| !person.given_up && person.heard.silent_for() > too_long);
            for (sid, person) in silent {
                // Who polls and has not once asked again was never told to ask for a name.
                let was_asked = person.polls.is_none() || person.heard.was_heard_again();
                if was_asked && person.living().any(|connection| connection.may_be_in_a_prompt()) {
                    continue;
                }
                abandoned.extend(person.polls.map(|protocol| Abandoned { sid: *sid, protocol }));
                gone.extend(person.give_up());
            }
        }
        gone.iter().for_each(|connection: &Arc<Connection>| connection.give_up());
        abandoned
    }

    /// Lets those go who hold that name, come from that address and have missed a heartbeat: it is
    /// them who came back, before their old line was found to be dead.
    pub(super) fn free_name(&self, name: &DisplayName, from: &str, own: ConnectionId) {
        let key = confusable_key(name.as_str());
        let holds = |connection: Arc<Connection>| {
            connection.id() != own && connection.is_from(from) && confusable_key(connection.caller().user.name.as_str()) == key
        };
        let gone: Vec<Arc<Connection>> = {
            let mut people = self.people();
            let silent = people.values_mut().filter(|person| !person.given_up && person.heard.silent_for() > self.rules.waits.missed);
            silent.filter(|person| person.living().any(holds)).flat_map(Person::give_up).collect()
        };
        gone.iter().for_each(|connection| connection.give_up());
    }

    /// Notes that a page was heard: by polling with each request, by a WebSocket with all that comes over it.
    pub async fn note(State(classic): State<Arc<Self>>, request: Request, next: Next) -> Response {
        let (head, body) = request.into_parts();
        let query = head.uri.query().unwrap_or_default();
        let sid = query.split('&').find_map(|pair| pair.strip_prefix("sid=")).and_then(|sid| sid.parse::<Sid>().ok());
        let is_over = sid.is_some_and(|sid| !classic.note_heard(sid, line_of(&head)));
        if !is_over {
            return next.run(Request::from_parts(head, body)).await;
        }
        // As the engine says it of sessions that it does not know: the page comes back with a new one.
        (StatusCode::BAD_REQUEST, axum::Json(serde_json::json!({ "code": "1", "message": "Session ID unknown" }))).into_response()
    }

    /// Whether that session is still somebody's, as far as is known.
    fn note_heard(&self, sid: Sid, line: Option<&Heard>) -> bool {
        let mut people = self.people();
        match (people.get_mut(&sid), line) {
            (Some(person), _) if person.given_up => return false,
            (Some(person), Some(line)) => person.upgrade(line.clone()),
            (Some(person), None) => person.heard.note(),
            // A page may upgrade before it has come in. Anybody can name sessions that there are not: few are kept, for a while.
            (None, Some(line)) => {
                let mut early = lock(&self.early_lines);
                early.retain(|_, (since, _)| since.elapsed() < EARLY);
                if early.len() < EARLY_LINES {
                    early.insert(sid, (Instant::now(), line.clone()));
                }
            }
            (None, None) => {}
        }
        true
    }
}
