//! A small, complete client of the chat: it joins a room, reads back, listens, and sends each line of
//! its input exactly once. `../README.md` tells its shape and what each rule is for; the rules are
//! those of `docs/protocol.md`, "Delivery".
//!
//! ```text
//! chat-example URL ROOM NAME
//! ```

mod client;
mod connection;
mod outbox;
mod screen;
mod timeline;

use std::time::Duration;

use chat_proto::name::{DisplayName, RoomName};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver, channel, unbounded_channel};

use client::{Client, Quit};
use connection::What;

/// How often it looks whether something is due.
const TICK: Duration = Duration::from_millis(100);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Quit(code, reason) = match start().await {
        Ok(quit) | Err(quit) => quit,
    };
    if !reason.is_empty() {
        screen::say(&reason);
    }
    // The thread that reads the input would hold up an ordinary end.
    std::process::exit(code.into())
}

async fn start() -> Result<Quit, Quit> {
    let usage = |reason: &str| Quit(2, format!("{reason}usage: chat-example URL ROOM NAME"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, room, name] = arguments.as_slice() else { return Err(usage("")) };
    let Some((_, address)) = url.split_once("://") else { return Err(usage("URL has no http:// before it; ")) };
    let host = address.split('/').next().unwrap_or(address);
    let room = RoomName::parse(room.as_str()).map_err(|reason| usage(&format!("ROOM {reason}; ")))?;
    let name = DisplayName::parse(name.as_str()).map_err(|reason| usage(&format!("NAME {reason}; ")))?;
    let ((tell, happens), (tell_line, lines)) = (unbounded_channel(), channel(1));
    let client = Client::new(url.clone(), host, room, name, tell, tell_line)?;
    Ok(run(client, happens, lines).await)
}

/// Works off what happens, in order.
async fn run(mut client: Client, mut happens: UnboundedReceiver<(u64, What)>, mut lines: Receiver<Option<String>>) -> Quit {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        let done = tokio::select! {
            _ = ticks.tick() => client.tick().await,
            Some((number, what)) = happens.recv() => client.happened(number, what).await,
            Some(line) = lines.recv() => client.line(line).await,
        };
        if let Err(quit) = done {
            return quit;
        }
    }
}
