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
use chat_proto::error::Error;
use chat_proto::event::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::data_dir::DataDir;
use crate::platform;
use crate::service::Service;
use crate::service::operator::Operation;

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

/// Whether a server runs on this data directory and listens to its operator.
///
/// # Errors
/// One sentence: why that cannot be found out.
pub async fn is_running(data: &Path) -> Result<bool, String> {
    Ok(exchange(data, &[]).await?.is_some())
}

/// Asks the server that runs on this data directory; none where no server does.
///
/// # Errors
/// One sentence: why it cannot be reached.
pub async fn ask(data: &Path, ask: &Ask) -> Result<Option<Outcome>, String> {
    let line = serde_json::to_string(ask).map_err(|error| error.to_string())?;
    let Some(answers) = exchange(data, &[line]).await? else { return Ok(None) };
    serde_json::from_str(&answers.concat()).map(Some).map_err(|error| format!("The server's answer cannot be read: {error}."))
}

async fn exchange(data: &Path, lines: &[String]) -> Result<Option<Vec<String>>, String> {
    match platform::ask_admin(&DataDir::admin_socket_in(data), lines).await {
        Ok(answers) => Ok(Some(answers)),
        // Where the system has no such sockets, a server that runs is found by its lock.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::Unsupported) => Ok(None),
        // Something else than a directory stands there; whoever opens it says so.
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(format!("The server on {} cannot be reached: {error}.", data.display())),
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
        let outcome = match serde_json::from_str(&line) {
            Ok(ask) => answer(&service, ask).await,
            Err(error) => Outcome::Error(Error::invalid("request", error)),
        };
        let mut text = serde_json::to_vec(&outcome)?;
        text.push(b'\n');
        writer.write_all(&text).await?;
    }
}

/// Answers one request as the server's operator: of the operator's own, or of the protocol.
pub async fn answer(service: &Service, Ask { event, payload }: Ask) -> Outcome {
    let answered = match Operation::parse(&event, &payload) {
        Some(Ok(operation)) => service.operate(operation).await,
        Some(Err(error)) => Err(error),
        None => match AnyRequest::parse(&event, payload) {
            Ok(request) => service.operate_by(request).await,
            Err(error) => Err(error),
        },
    };
    answered.map_or_else(Outcome::Error, Outcome::Ok)
}
