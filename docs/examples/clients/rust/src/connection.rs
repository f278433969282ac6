//! One connection. `rust_socketio` is taken for a thin transport: it neither comes back by itself nor
//! pairs answers with requests (its acknowledgements are numbered at random, and two alike end it).

use std::time::Duration;

use chat_proto::error::{Code, Error, Retry};
use chat_proto::event::AnyEvent;
use chat_proto::handshake::Auth;
use futures_util::FutureExt;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

/// How long the opening, and each send, may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What happens.
pub enum What {
    /// The server told something.
    Heard(AnyEvent),
    /// It refuses the connection.
    Refused(Error),
    /// The connection is over, and why.
    Down(String),
}

/// Where it is told, with the number of the connection.
pub type Tell = UnboundedSender<(u64, What)>;

/// A connection that is open, or was.
pub struct Connection {
    /// The first is 1.
    pub number: u64,
    client: Client,
    tell: Tell,
}

impl Connection {
    /// Opens a connection.
    pub async fn open(number: u64, url: &str, auth: &Auth, tell: Tell) -> Result<Self, String> {
        let auth = serde_json::to_value(auth).unwrap_or_default();
        // A callback only hands on: waiting for anything in one would stop the reading.
        let on = |read: fn(&str, Payload) -> Option<What>| {
            let tell = tell.clone();
            move |event: &str, payload| {
                if let Some(what) = read(event, payload) {
                    tell.send((number, what)).ok();
                }
                std::future::ready(()).boxed()
            }
        };
        let (any, error, close) = (on(heard), on(|_, payload| Some(failed(payload))), on(|_, _| Some(What::Down("closed".to_owned()))));
        let builder = ClientBuilder::new(url)
            .namespace(chat_proto::NAMESPACE)
            .auth(auth)
            .transport_type(TransportType::Websocket)
            .reconnect(false)
            .on_any(move |event, payload, _| any(event.as_str(), payload))
            .on(Event::Error, move |payload, _| error("", payload))
            .on(Event::Close, move |payload, _| close("", payload));
        match tokio::time::timeout(PATIENCE, builder.connect()).await {
            Ok(Ok(client)) => Ok(Self { number, client, tell }),
            Ok(Err(error)) => Err(cause(&error)),
            Err(_) => Err("the server does not answer".to_owned()),
        }
    }

    /// Sends something; should that fail, the connection is over.
    pub async fn emit(&self, event: &str, payload: Value) {
        let over = match tokio::time::timeout(PATIENCE, self.client.emit(event, payload)).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => cause(&error),
            Err(_) => "the server reads nothing any more".to_owned(),
        };
        self.tell.send((self.number, What::Down(over))).ok();
    }

    /// Says goodbye, without waiting for it.
    pub fn close(self) {
        tokio::spawn(async move { tokio::time::timeout(PATIENCE, self.client.disconnect()).await });
    }
}

/// The first cause, which says more than what it led to.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

/// `None` for an event that this program is too old to know.
fn heard(event: &str, payload: Payload) -> Option<What> {
    let Payload::Text(values) = payload else { return None };
    match AnyEvent::parse(event, values.into_iter().next().unwrap_or_default())? {
        Ok(event) => Some(What::Heard(event)),
        Err(error) => Some(What::Down(format!("the server's {event} cannot be read: {error}"))),
    }
}

/// A refused handshake comes as text with the JSON of an error object in it; other texts tell of the line.
fn failed(payload: Payload) -> What {
    let Payload::Text(values) = payload else { return What::Down("the line broke".to_owned()) };
    let text = values.first().and_then(Value::as_str).unwrap_or("the line broke");
    let Some((_, refusal)) = text.split_once("ConnectError frame: ") else { return What::Down(text.to_owned()) };
    let refusal: Value = serde_json::from_str(refusal).unwrap_or_default();
    let message = refusal["message"].as_str().unwrap_or(text);
    let error = serde_json::from_str(message).unwrap_or_else(|_| {
        let mut error = Error::new(Code::Unknown, message);
        error.retry = Retry::Later;
        error
    });
    What::Refused(error)
}
