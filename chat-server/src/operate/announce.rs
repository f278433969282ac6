//! `chat-server announce`: tells everybody who is connected something.

use chat_proto::request::{RoomFind, ServerAnnounce};
use chat_proto::text::MessageText;

use crate::cli::AnnounceArgs;
use crate::operate::Problem;
use crate::operate::asking::Asking;
use crate::settings::Settings;

/// Does the command, on a server that runs: nobody else would hear it.
///
/// # Errors
/// One sentence: what is wrong, and what to do.
pub async fn run(settings: &Settings, args: AnnounceArgs) -> Result<String, Problem> {
    let server = Asking::running(settings).await?;
    let text = MessageText::parse(args.text).map_err(|reason| format!("The text {reason}."))?;
    let room = match args.room {
        Some(name) => Some(server.ask(&RoomFind { name }).await?.room.id),
        None => None,
    };
    server.ask(&ServerAnnounce { text, room }).await?;
    Ok(String::new())
}
