//! A classic client of raw frames: of Engine.IO 4 as today's, or of Engine.IO 3 as in the tutorials' days.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const PATIENCE: Duration = Duration::from_secs(10);

/// An event and its arguments.
pub type Heard = (String, Vec<Value>);

/// One connection over a WebSocket, in one namespace.
pub struct ClassicClient {
    socket: WebSocketStream<TcpStream>,
    /// `/` or `/chat`.
    namespace: &'static str,
    /// The Engine.IO session id.
    pub sid: String,
    /// How long it may leave a heartbeat unanswered, in milliseconds, as the handshake tells.
    pub ping_timeout: u64,
    /// Every frame as it came.
    pub frames: Vec<String>,
}

impl ClassicClient {
    /// A client of today in the namespace `/`, greeted.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::connect_to(address, 4, "/").await
    }

    /// A client of that Engine.IO version in that namespace, greeted.
    pub async fn connect_to(address: SocketAddr, version: u8, namespace: &'static str) -> Self {
        let mut client = Self::open(address, version, namespace, "", &[]).await.unwrap();
        client.greeted().await;
        client
    }

    /// Connects; a refusal is its text.
    pub async fn open(
        address: SocketAddr,
        version: u8,
        namespace: &'static str,
        query: &str,
        headers: &[(&'static str, String)],
    ) -> Result<Self, String> {
        let url = format!("ws://{address}/socket.io/?EIO={version}&transport=websocket{query}");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.map_err(|error| error.to_string())?;
        let mut client = Self { socket, namespace, sid: String::new(), ping_timeout: 0, frames: Vec::new() };
        let open = client.frame().await;
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        client.sid = open["sid"].as_str().unwrap().to_owned();
        client.ping_timeout = open["pingTimeout"].as_u64().unwrap();
        if version == 4 || namespace != "/" {
            let packet = if namespace == "/" { "40".to_owned() } else { format!("40{namespace},") };
            client.socket.send(Message::text(packet)).await.unwrap();
        }
        let connected = client.prefix("40");
        let refused = client.prefix("44");
        loop {
            let frame = client.frame().await;
            if let Some(rest) = frame.strip_prefix(&refused) {
                return Err(rest.to_owned());
            }
            let is_it = frame.strip_prefix(&connected).is_some_and(|rest| rest.is_empty() || rest.starts_with('{'));
            if is_it {
                return Ok(client);
            }
        }
    }

    /// The greeting in all dialects that have one.
    pub async fn greeted(&mut self) {
        self.hears("message", json!(["Welcome!"])).await;
        self.hears("login", json!([])).await;
        self.hears("news", json!([{ "hello": "world" }])).await;
    }

    /// `TYPE` and the namespace, as the protocol puts it before a packet.
    fn prefix(&self, kind: &str) -> String {
        if self.namespace == "/" { kind.to_owned() } else { format!("{kind}{},", self.namespace) }
    }

    /// Emits an event.
    pub async fn emit(&mut self, event: &str, arguments: Value) {
        self.send(self.prefix("42"), event, arguments).await;
    }

    /// Emits an event and waits for its acknowledgement.
    pub async fn ask(&mut self, event: &str, arguments: Value) -> Value {
        self.send(format!("{}7", self.prefix("42")), event, arguments).await;
        let prefix = format!("{}7", self.prefix("43"));
        loop {
            let frame = self.frame().await;
            if let Some(arguments) = frame.strip_prefix(&prefix) {
                return serde_json::from_str::<Value>(arguments).unwrap()[0].take();
            }
        }
    }

    async fn send(&mut self, prefix: String, event: &str, arguments: Value) {
        let mut packet = vec![json!(event)];
        packet.extend(arguments.as_array().unwrap().iter().cloned());
        self.socket.send(Message::text(format!("{prefix}{}", Value::from(packet)))).await.unwrap();
    }

    /// The next event.
    pub async fn event(&mut self) -> Heard {
        let prefix = self.prefix("42");
        loop {
            let frame = self.frame().await;
            if let Some(event) = frame.strip_prefix(&prefix).filter(|event| event.starts_with('[')) {
                let mut all: Vec<Value> = serde_json::from_str(event).unwrap();
                let name = all.remove(0).as_str().unwrap().to_owned();
                return (name, all);
            }
        }
    }

    /// Waits for the next event, which must be this one.
    pub async fn hears(&mut self, event: &str, arguments: Value) {
        assert_eq!(self.event().await, (event.to_owned(), arguments.as_array().unwrap().clone()));
    }

    async fn frame(&mut self) -> String {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            let message = message.unwrap_or_else(|_| panic!("nothing came in time after {:?}", self.frames));
            match message {
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.socket.send(Message::text("3")).await.unwrap(),
                Some(Ok(Message::Text(text))) => {
                    self.frames.push(text.to_string());
                    return text.to_string();
                }
                Some(Ok(_)) => {}
                over => panic!("the line was cut: {over:?} after {:?}", self.frames),
            }
        }
    }

    /// Sends a packet as it is written.
    pub async fn send_frame(&mut self, packet: &str) {
        self.socket.send(Message::text(packet)).await.unwrap();
    }

    /// Sends a heartbeat, as clients of Engine.IO 3 do.
    pub async fn ping(&mut self) {
        self.socket.send(Message::text("2")).await.unwrap();
    }

    /// Waits until the server ends the connection, by Socket.IO and for good.
    pub async fn put_out(&mut self) {
        let over = self.prefix("41");
        while !self.frame().await.starts_with(&over) {}
    }

    /// Waits until the server ends the line; gives what came before that.
    pub async fn ends(mut self) -> Vec<String> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match message.unwrap_or_else(|_| panic!("the line is not cut after {:?}", self.frames)) {
                Some(Ok(Message::Text(text))) => self.frames.push(text.to_string()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return self.frames,
            }
        }
    }

    /// Ends the connection.
    pub async fn close(mut self) {
        self.socket.close(None).await.unwrap();
    }
}
