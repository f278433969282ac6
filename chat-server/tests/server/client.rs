//! A client of raw frames, so that a test sees every byte that another client would.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// One connection over a WebSocket.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    /// Events that came while something else was waited for.
    pub inbox: VecDeque<(String, Value)>,
    /// The Engine.IO session id, which nobody else may ever see.
    pub sid: String,
    /// The `welcome`.
    pub welcome: Value,
    /// Every frame as it came.
    pub frames: Vec<String>,
    next_rid: u64,
}

impl Client {
    /// Connects and waits for its `welcome`.
    pub async fn connect(address: SocketAddr, auth: Value) -> Self {
        Self::try_connect(address, auth, &[]).await.unwrap()
    }

    /// A guest of that name, under a token made from it.
    pub async fn guest(address: SocketAddr, name: &str) -> Self {
        Self::connect(address, json!({ "guest": name, "token": token(name) })).await
    }

    /// Connects; a refusal is the error object.
    pub async fn try_connect(address: SocketAddr, auth: Value, headers: &[(&'static str, String)]) -> Result<Self, Value> {
        Self::open(address, auth, headers, None).await
    }

    /// Connects, and sends an event as soon as the namespace is open, long before its `welcome`.
    pub async fn eager(address: SocketAddr, auth: Value, name: &str, payload: Value) -> Self {
        Self::open(address, auth, &[], Some(json!([name, payload]))).await.unwrap()
    }

    /// A guest whose socket holds as little unread as the system allows.
    pub async fn narrow(address: SocketAddr, name: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        Self::open_over(stream, address, json!({ "guest": name, "token": token(name) }), &[], None).await.unwrap()
    }

    async fn open(address: SocketAddr, auth: Value, headers: &[(&'static str, String)], early: Option<Value>) -> Result<Self, Value> {
        let stream = TcpStream::connect(address).await.unwrap();
        Self::open_over(stream, address, auth, headers, early).await
    }

    async fn open_over(
        stream: TcpStream,
        address: SocketAddr,
        auth: Value,
        headers: &[(&'static str, String)],
        early: Option<Value>,
    ) -> Result<Self, Value> {
        let mut request = format!("ws://{address}/socket.io/?EIO=4&transport=websocket").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        let mut client = Self { socket, inbox: VecDeque::new(), sid: String::new(), welcome: Value::Null, frames: Vec::new(), next_rid: 0 };
        let open = client.frame().await;
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        client.sid = open["sid"].as_str().unwrap().to_owned();
        client.send_frame(format!("40/v1,{auth}")).await;
        let answer = client.frame().await;
        if let Some(refusal) = answer.strip_prefix("44/v1,") {
            let refusal: Value = serde_json::from_str(refusal).unwrap();
            return Err(serde_json::from_str(refusal["message"].as_str().unwrap()).unwrap());
        }
        assert!(answer.starts_with("40/v1,"), "{answer}");
        if let Some(event) = early {
            client.send_frame(format!("42/v1,{event}")).await;
        }
        client.welcome = client.event("welcome").await;
        Ok(client)
    }

    /// The lobby's id.
    pub fn lobby(&self) -> String {
        self.welcome["sync"]["rooms"][0]["room"]["id"].as_str().unwrap().to_owned()
    }

    /// The user's id.
    pub fn user(&self) -> String {
        self.welcome["user"]["id"].as_str().unwrap().to_owned()
    }

    /// Emits a request; gives its `rid`.
    pub async fn emit(&mut self, name: &str, mut payload: Value) -> String {
        self.next_rid += 1;
        let rid = format!("r{}", self.next_rid);
        payload["rid"] = json!(rid);
        self.emit_raw(name, payload).await;
        rid
    }

    /// Emits a request, unless the line is cut.
    pub async fn try_emit(&mut self, name: &str, mut payload: Value) -> bool {
        payload["rid"] = json!("tried");
        self.try_emit_raw(name, payload).await
    }

    /// Emits anything at all, unless the line is cut.
    pub async fn try_emit_raw(&mut self, name: &str, payload: Value) -> bool {
        self.socket.send(Message::text(format!("42/v1,{}", json!([name, payload])))).await.is_ok()
    }

    /// Emits anything at all.
    pub async fn emit_raw(&mut self, name: &str, payload: Value) {
        self.send_frame(format!("42/v1,{}", json!([name, payload]))).await;
    }

    /// Emits a request and waits for its answer.
    pub async fn request(&mut self, name: &str, payload: Value) -> Result<Value, Value> {
        let rid = self.emit(name, payload).await;
        self.answer(&rid).await
    }

    /// Waits for the answer of that `rid`.
    pub async fn answer(&mut self, rid: &str) -> Result<Value, Value> {
        let answer = self.event_where("answer", |answer| answer["rid"] == rid).await;
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["ok"].clone()),
        }
    }

    /// Says something in a room.
    pub async fn say(&mut self, room: &str, client_id: &str, text: &str) -> Result<Value, Value> {
        self.request("message:send", send(room, client_id, None, text)).await
    }

    /// Waits for an event of that name.
    pub async fn event(&mut self, name: &str) -> Value {
        self.event_where(name, |_| true).await
    }

    /// Waits for an event of that name that fits.
    pub async fn event_where(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.inbox.iter().position(|(known, payload)| known == name && fits(payload)) {
            return self.inbox.remove(index).unwrap().1;
        }
        loop {
            let (found, payload) = self.next_event().await.unwrap_or_else(|| panic!("the line was cut while waiting for {name}"));
            if found == name && fits(&payload) {
                return payload;
            }
            self.inbox.push_back((found, payload));
        }
    }

    /// The next event; none once the line is cut.
    pub async fn next_event(&mut self) -> Option<(String, Value)> {
        loop {
            let frame = self.try_frame().await?;
            if let Some(event) = frame.strip_prefix("42/v1,") {
                let event: Value = serde_json::from_str(event).unwrap();
                return Some((event[0].as_str().unwrap().to_owned(), event[1].clone()));
            }
            if frame.starts_with("41/v1") || frame.starts_with('1') {
                return None;
            }
        }
    }

    /// Collects the entries of a room until so many of them draw a message.
    pub async fn messages(&mut self, room: &str, many: usize) -> Vec<Value> {
        let mut found = Vec::new();
        while found.len() < many {
            let event = self.event_where("entries", |event| event["room"] == room).await;
            found.extend(event["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "message").cloned());
        }
        found
    }

    /// Asserts that nothing of that name comes before the answer of a request that is made now.
    pub async fn nothing(&mut self, name: &str) {
        self.request("sync", json!({})).await.unwrap();
        let unexpected = self.inbox.iter().find(|(found, _)| found == name);
        assert!(unexpected.is_none(), "{unexpected:?}");
    }

    /// Drops what came and was not waited for, as a test that goes on for long does.
    pub fn forget(&mut self) {
        self.inbox.clear();
        self.frames.clear();
    }

    /// Sends one frame.
    pub async fn send_frame(&mut self, frame: String) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    async fn frame(&mut self) -> String {
        self.try_frame().await.expect("the line was cut")
    }

    async fn try_frame(&mut self) -> Option<String> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("nothing came in time");
            match message {
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.socket.send(Message::text("3")).await.ok()?,
                Some(Ok(Message::Text(text))) => {
                    self.frames.push(text.to_string());
                    return Some(text.to_string());
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}

/// The payload of a `message:send`.
pub fn send(room: &str, client_id: &str, after: Option<&str>, text: &str) -> Value {
    json!({ "room": room, "client_id": client_id, "after": after, "content": { "type": "text", "text": text } })
}

/// A token made from a name, so that a test comes back as the same guest.
pub fn token(name: &str) -> String {
    let mut token: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    token.push_str(&"-".repeat(43 - token.len()));
    token
}
