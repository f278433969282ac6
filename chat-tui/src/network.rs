//! The only place that knows Socket.IO. One connection at a time, each with a thread and a runtime
//! of its own: `rust_socketio` gives no handle to the task that reads a connection, so that only
//! the end of its runtime is sure to end it.

use std::panic::AssertUnwindSafe;
use std::thread::JoinHandle;
use std::time::Duration;

use chat_proto::error::{Code, Error};
use chat_proto::event::AnyEvent;
use chat_proto::handshake::Auth;
use futures_util::FutureExt;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::effect::Emit;
use crate::event::Link;

/// How long the connection's opening may take.
const OPEN: Duration = Duration::from_secs(10);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_millis(300);

/// Where a connection's events go, with its number.
pub type Report = UnboundedSender<(u64, Link)>;

/// Connections to one server.
pub struct Network {
    url: String,
    report: Report,
    open: Option<Connection>,
}

struct Connection {
    emits: UnboundedSender<Emit>,
    thread: JoinHandle<()>,
}

impl Network {
    /// Connections to the server at that address, which tell what happens there.
    #[must_use]
    pub fn new(url: String, report: Report) -> Self {
        Self { url, report, open: None }
    }

    /// Opens a connection under this number; the one before it is closed.
    pub fn connect(&mut self, number: u64, auth: &Auth) {
        self.open = None;
        let (emits, queue) = unbounded_channel();
        let (url, report) = (self.url.clone(), self.report.clone());
        let auth = serde_json::to_value(auth).unwrap_or_default();
        let told = report.clone();
        let run = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                let run = || runtime.block_on(connection(number, &url, auth, queue, &report));
                if std::panic::catch_unwind(AssertUnwindSafe(run)).is_err() {
                    report.send((number, Link::Down("the connection broke in an unforeseen way".to_owned()))).ok();
                }
                runtime.shutdown_background();
            }
            Err(error) => drop(report.send((number, Link::Down(error.to_string())))),
        };
        match std::thread::Builder::new().name("connection".to_owned()).spawn(run) {
            Ok(thread) => self.open = Some(Connection { emits, thread }),
            Err(error) => drop(told.send((number, Link::Down(error.to_string())))),
        }
    }

    /// Sends a request. On a connection that is gone it is lost; the core hears of the end.
    pub fn emit(&self, emit: Emit) {
        if let Some(open) = &self.open {
            open.emits.send(emit).ok();
        }
    }

    /// Closes the connection.
    pub fn disconnect(&mut self) {
        self.open = None;
    }

    /// Closes the connection after what was sent on it has left.
    pub fn finish(&mut self) {
        let Some(Connection { emits, thread }) = self.open.take() else { return };
        drop(emits);
        let waited = std::time::Instant::now();
        while !thread.is_finished() && waited.elapsed() < GOODBYE * 2 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A connection, from its opening until nobody sends on it any more.
async fn connection(number: u64, url: &str, auth: Value, mut queue: UnboundedReceiver<Emit>, report: &Report) {
    let down = |reason: String| drop(report.send((number, Link::Down(reason))));
    let client = match tokio::time::timeout(OPEN, builder(number, url, auth, report).connect()).await {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => return down(deepest(&error)),
        Err(_) => return down("the server does not answer".to_owned()),
    };
    while let Some(Emit { rid, name, mut payload, item: _ }) = queue.recv().await {
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("rid".to_owned(), Value::String(rid.into()));
        }
        // A peer that reads nothing any more would hold this for as long as TCP has hope.
        match tokio::time::timeout(OPEN, client.emit(name, payload)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return down(deepest(&error)),
            Err(_) => return down("the server reads nothing any more".to_owned()),
        }
    }
    tokio::time::timeout(GOODBYE, client.disconnect()).await.ok();
}

/// The first cause, which says more than what it led to.
fn deepest(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), deepest)
}

/// Callbacks only hand on what came: awaiting anything in one would stop the connection's reading.
fn builder(number: u64, url: &str, auth: Value, report: &Report) -> ClientBuilder {
    let tell = |read: fn(Payload) -> Link| {
        let report = report.clone();
        move |payload: Payload, _: Client| {
            report.send((number, read(payload))).ok();
            std::future::ready(()).boxed()
        }
    };
    let events = report.clone();
    ClientBuilder::new(url)
        .namespace(chat_proto::NAMESPACE)
        .auth(auth)
        .transport_type(TransportType::Websocket)
        .reconnect(false)
        .on(Event::Error, tell(|payload| read_error(&text(payload))))
        .on(Event::Close, tell(|_| Link::Down("the server closed the connection".to_owned())))
        .on_any(move |event, payload, _| {
            if let Some(link) = read_event(event.as_str(), payload) {
                events.send((number, link)).ok();
            }
            std::future::ready(()).boxed()
        })
}

/// An event of the protocol; `None` for one that this program is too old to know.
fn read_event(name: &str, payload: Payload) -> Option<Link> {
    let Payload::Text(mut values) = payload else { return None };
    let value = if values.is_empty() { Value::Null } else { values.swap_remove(0) };
    Some(match AnyEvent::parse(name, value)? {
        Ok(event) => Link::Wire(event),
        Err(error) => Link::Unreadable(format!("{name}: {error}")),
    })
}

fn text(payload: Payload) -> String {
    match payload {
        Payload::Text(values) => match values.into_iter().next() {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// A refused handshake comes as an error string that ends in JSON, whose `message` is the JSON of
/// our error object; anything else says that the connection is gone.
fn read_error(text: &str) -> Link {
    let Some((_, refusal)) = text.split_once("ConnectError frame: ") else { return Link::Down(text.to_owned()) };
    let words = match serde_json::from_str::<Value>(refusal) {
        Ok(Value::Object(fields)) => fields.get("message").and_then(Value::as_str).unwrap_or(refusal).to_owned(),
        Ok(Value::String(text)) => text,
        _ => refusal.to_owned(),
    };
    Link::Refused(serde_json::from_str(&words).unwrap_or_else(|_| Error::new(Code::Unknown, words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read() {
        let error = Error::new(Code::SignedOut, "Sign in again.");
        let words = serde_json::to_string(&error).unwrap();
        let frame = format!("Received an ConnectError frame: {}", serde_json::json!({ "message": words }));
        assert!(matches!(read_error(&frame), Link::Refused(read) if read == error));
        let other = r#"Received an ConnectError frame: {"message":"Invalid namespace"}"#;
        assert!(matches!(read_error(other), Link::Refused(error) if error.message == "Invalid namespace"));
        assert!(matches!(read_error("EngineIO Error"), Link::Down(_)));
    }

    #[test]
    fn events_are_read_by_their_name() {
        let payload = || Payload::Text(vec![serde_json::json!({"room": "r", "users": []})]);
        assert!(matches!(read_event("typing:changed", payload()), Some(Link::Wire(AnyEvent::TypingChanged(_)))));
        assert!(matches!(read_event("entries", payload()), Some(Link::Unreadable(_))));
        assert!(read_event("film:shown", payload()).is_none());
    }
}
