//! Frames of the native protocol over a WebSocket, from either end, so that a test sees and says
//! every byte.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept, client};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// One end of a connection.
pub struct Wire {
    socket: WebSocket<TcpStream>,
    next_rid: u64,
}

impl Wire {
    /// Connects as a guest, and waits for `welcome`.
    pub fn connect(url: &str, name: &str) -> (Self, Value) {
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let address = format!("{}/socket.io/?EIO=4&transport=websocket", url.replacen("http", "ws", 1));
        let (socket, _) = client(address, stream).unwrap();
        let mut wire = Self { socket, next_rid: 0 };
        assert!(wire.frame().unwrap().starts_with('0'));
        wire.send(format!("40/v1,{}", json!({ "guest": name })));
        assert!(wire.frame().unwrap().starts_with("40/v1,"));
        let welcome = wire.hear("welcome");
        (wire, welcome)
    }

    /// Waits for a client; gives its `auth` beside. It is connected and has not heard `welcome`.
    pub fn accept(listener: &TcpListener) -> (Self, Value) {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut wire = Self { socket: accept(stream).unwrap(), next_rid: 0 };
        wire.send(r#"0{"sid":"s","upgrades":[],"pingInterval":60000,"pingTimeout":60000,"maxPayload":100000}"#.to_owned());
        let mut frame = wire.frame().unwrap();
        // Some engines answer a ping that they expect.
        while frame == "3" {
            frame = wire.frame().unwrap();
        }
        let auth = serde_json::from_str(frame.strip_prefix("40/v1,").expect(&frame)).unwrap();
        wire.send(r#"40/v1,{"sid":"t"}"#.to_owned());
        (wire, auth)
    }

    /// Asserts that nothing was said before the answer to a ping that is sent now.
    pub fn quiet(&mut self) {
        self.send("2".to_owned());
        assert_eq!(self.frame().as_deref(), Some("3"), "nothing is to be said now");
    }

    /// Cuts the line.
    pub fn cut(&mut self) {
        self.socket.get_mut().shutdown(Shutdown::Both).unwrap();
    }

    pub fn emit(&mut self, event: &str, payload: &Value) {
        self.send(format!("42/v1,{}", json!([event, payload])));
    }

    /// Makes a request, and waits for what it is answered with.
    pub fn ask(&mut self, event: &str, mut request: Value) -> Value {
        self.next_rid += 1;
        request["rid"] = json!(self.next_rid.to_string());
        self.emit(event, &request);
        loop {
            let answer = self.hear("answer");
            if answer["rid"] == request["rid"] {
                assert!(answer["ok"].is_object(), "{request}: {answer}");
                return answer["ok"].clone();
            }
        }
    }

    /// Waits for an event of that name, whatever comes before it.
    pub fn hear(&mut self, event: &str) -> Value {
        loop {
            let (name, payload) = self.next();
            if name == event {
                return payload;
            }
        }
    }

    /// The next event.
    pub fn next(&mut self) -> (String, Value) {
        loop {
            let frame = self.frame().expect("the line was cut");
            if let Some(event) = frame.strip_prefix("42/v1,") {
                let event: Value = serde_json::from_str(event).unwrap();
                return (event[0].as_str().unwrap().to_owned(), event[1].clone());
            }
        }
    }

    fn send(&mut self, frame: String) {
        self.socket.send(Message::text(frame)).unwrap();
    }

    /// The next frame; none once the line is cut.
    fn frame(&mut self) -> Option<String> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) if text.as_str() == "2" => self.send("3".to_owned()),
                Ok(Message::Text(text)) => return Some(text.to_string()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
