//! The scripted server on a real socket: as much of Socket.IO as the client speaks. It can go away
//! and come back on the same port, and be slow to answer.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chat_proto::event::{AnyEvent, Event};
use chat_proto::id::Rid;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{broadcast, oneshot};
use tokio_tungstenite::tungstenite::Message;

use crate::server::Server;

/// A server that listens, until it is dropped or stopped.
pub struct Wire {
    pub server: Arc<Mutex<Server>>,
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, std::thread::JoinHandle<()>)>,
}

impl Wire {
    /// A server on some free port, which does not answer yet.
    pub fn new(server: Server) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { server: Arc::new(Mutex::new(server)), address, running: None }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap()
    }

    /// Answers from now on.
    pub fn start(&mut self) {
        let (stop, stopped) = oneshot::channel();
        let (server, address) = (Arc::clone(&self.server), self.address);
        let (ready, started) = std::sync::mpsc::channel();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = loop {
                    // The connections of before may still hold the port for a moment.
                    match tokio::net::TcpListener::bind(address).await {
                        Ok(listener) => break listener,
                        Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                    }
                };
                ready.send(()).unwrap();
                let accept = async {
                    let (told, _) = broadcast::channel(1_000);
                    while let Ok((stream, _)) = listener.accept().await {
                        tokio::spawn(connection(stream, Arc::clone(&server), told.clone()));
                    }
                };
                tokio::select! {
                    () = accept => {}
                    _ = stopped => {}
                }
            });
            // With the runtime all connections are gone.
        };
        self.running = Some((stop, std::thread::spawn(run)));
        started.recv().unwrap();
    }

    /// Is gone, with all its connections.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            thread.join().unwrap();
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn connection(stream: tokio::net::TcpStream, server: Arc<Mutex<Server>>, told: broadcast::Sender<String>) -> Option<()> {
    let mut socket = tokio_tungstenite::accept_async(stream).await.ok()?;
    let open = json!({ "sid": "s", "upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 1_000_000 });
    socket.send(Message::text(format!("0{open}"))).await.ok()?;
    let mut others = told.subscribe();
    loop {
        let message = tokio::select! {
            message = socket.next() => message?.ok()?,
            frame = others.recv() => {
                socket.send(Message::text(frame.ok()?)).await.ok()?;
                continue;
            }
        };
        let Ok(text) = message.to_text() else { continue };
        if text.starts_with("40/v1,") {
            let welcome = server.lock().unwrap().welcome();
            socket.send(Message::text(r#"40/v1,{"sid":"t"}"#)).await.ok()?;
            socket.send(Message::text(packet(&welcome))).await.ok()?;
        } else if let Some(event) = text.strip_prefix("42/v1,") {
            let (name, payload): (String, Value) = serde_json::from_str(event).ok()?;
            let rid = Rid::parse(payload["rid"].as_str()?).ok()?;
            let frames = server.lock().unwrap().handle(&rid, &name, payload);
            for frame in frames {
                match frame {
                    // To everybody, this connection included.
                    AnyEvent::Entries(_) => drop(told.send(packet(&frame))),
                    _ => socket.send(Message::text(packet(&frame))).await.ok()?,
                }
            }
        }
    }
}

/// A packet of an event.
fn packet(event: &AnyEvent) -> String {
    fn of<E: Event>(event: &E) -> String {
        format!("42/v1,{}", json!([E::NAME, event]))
    }
    match event {
        AnyEvent::Welcome(event) => of(&**event),
        AnyEvent::Entries(event) => of(&**event),
        AnyEvent::Answer(event) => of(&**event),
        AnyEvent::PresenceChanged(event) => of(&**event),
        AnyEvent::TypingChanged(event) => of(&**event),
        AnyEvent::ReadChanged(event) => of(&**event),
        AnyEvent::UserChanged(event) => of(&**event),
        AnyEvent::Announced(event) => of(&**event),
        AnyEvent::Closing(event) => of(&**event),
    }
}
