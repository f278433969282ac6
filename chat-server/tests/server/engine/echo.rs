//! A small server with the edge for old clients and nothing behind it but an echo.

use std::future::{Ready, ready};
use std::net::SocketAddr;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use chat_proto::limits;
use chat_server::transport::engine::sid::original_query;
use chat_server::transport::engine::{Edge, edge, engines};
use chat_server::transport::slim::slim;
use serde_json::{Value, json};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use tokio::net::TcpListener;

/// A text that shows each way in which UTF-8 goes wrong.
pub const SAID: &str = "héllo 你好 👋";

/// Starts it; `/closed` refuses everybody. Each connection is sent the text and the query that it was opened with; of a
/// `message` it is told how the server heard it, and whether that was the text.
pub async fn echo() -> SocketAddr {
    let (layer, io) = SocketIo::builder().max_payload(limits::PACKET as u64).build_layer();
    io.ns("/chat", greet);
    io.ns("/closed", greet.with(refuse));
    io.ns("/", greet);
    let both = Edge::new([&layer, &layer]);
    let app = Router::new().layer(from_fn_with_state(both.clone(), engines)).layer(from_fn(slim)).layer(from_fn_with_state(both, edge));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn refuse() -> Result<(), &'static str> {
    Err("Authentication error")
}

fn greet(socket: SocketRef) -> Ready<()> {
    socket.on("message", |socket: SocketRef, TryData(text): TryData<Value>, ack: AckSender| {
        let text = text.unwrap_or_default();
        // Most ask for no acknowledgement, and some have gone already.
        let _ = socket.emit("heard", &json!({ "text": text, "right": text == SAID }));
        let _ = ack.send(SAID);
        ready(())
    });
    let _ = socket.emit("message", SAID);
    let _ = socket.emit("query", original_query(socket.req_parts()));
    ready(())
}
