//! The admin socket in the data directory: whoever may open it (0600) is the server's operator.
//!
//! A line of JSON for each request, in the words of the protocol, and a line for each answer:
//!
//! ```text
//! {"event": "server:announce", "payload": {"text": "Back in five minutes."}}
//! {"ok": {}}
//! ```

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use chat_proto::AnyRequest;
use chat_proto::error::{Code, Error};
use chat_proto::request::Effect;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::data_dir::DataDir;
use crate::platform;
use crate::service::{Reply, Service};

/// Longest request, in bytes.
const LONGEST: u64 = 256 * 1_024;

/// One request of an operator's command.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ask {
    /// The request's name.
    pub event: String,
    /// Its payload.
    pub payload: Value,
}

/// What came of it, as it is serialised.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok(Reply),
    Error(Error),
}

/// Asks the server that runs on this data directory.
///
/// # Errors
/// One sentence: that none runs there, or why it refuses.
pub async fn ask(data: &Path, event: &str, payload: Value) -> Result<Value, String> {
    let line = serde_json::to_string(&Ask { event: event.to_owned(), payload }).map_err(|error| error.to_string())?;
    let answers = platform::ask_admin(&DataDir::admin_socket_in(data), &[line]).await.map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
            format!("No server runs on {}. Start it, or name its data directory with --data.", data.display())
        }
        _ => format!("The server on {} cannot be reached: {error}.", data.display()),
    })?;
    let mut answer: Value =
        serde_json::from_str(&answers.concat()).map_err(|error| format!("The server's answer cannot be read: {error}."))?;
    match answer.get("error").and_then(|error| error.get("message")).and_then(Value::as_str) {
        Some(message) => Err(message.to_owned()),
        None => Ok(answer["ok"].take()),
    }
}

/// Answers the requests of one operator's command, until it closes its end.
///
/// # Errors
/// When the command is gone, or what it sends is no line of text.
pub async fn serve(service: Arc<Service>, stream: impl AsyncRead + AsyncWrite) -> std::io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = String::new();
        if (&mut reader).take(LONGEST).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let outcome = match answer(&service, &line).await {
            Ok(reply) => Outcome::Ok(reply),
            Err(error) => Outcome::Error(error),
        };
        let mut text = serde_json::to_vec(&outcome)?;
        text.push(b'\n');
        writer.write_all(&text).await?;
    }
}

async fn answer(service: &Service, line: &str) -> Result<Reply, Error> {
    let ask: Ask = serde_json::from_str(line).map_err(|error| Error::invalid("request", error))?;
    let request = AnyRequest::parse(&ask.event, ask.payload)?;
    if request.effect() == Effect::Entry || matches!(request, AnyRequest::RoomMarkRead(_)) {
        return Err(Error::new(Code::Forbidden, format!("{} is nothing that the server does itself.", request.name())));
    }
    service.run(&service.own_caller(), "the admin socket", request).await
}
