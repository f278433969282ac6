//! HTTP by hand, so that a test sees every byte.

use std::collections::HashMap;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The way every old client asks: text, once, in Engine.IO 3.
pub const PLAIN: (&str, &str) = ("content-type", "text/plain;charset=UTF-8");

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Asks on a connection of its own.
pub async fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer with a head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Answer { status, headers: headers.collect(), body: answer[end + 4..].to_vec() }
}

/// A session over polling.
pub struct Polling {
    address: SocketAddr,
    /// What every request asks with, the session's id too.
    pub query: String,
    pub sid: String,
    /// The answer that opened it.
    pub opening: Answer,
}

impl Polling {
    /// Opens one with that query.
    pub async fn open(address: SocketAddr, query: &str) -> Self {
        let opening = ask(address, "GET", &format!("/socket.io/?{query}"), &[], &[]).await;
        assert_eq!(opening.status, 200, "{opening:?}");
        let text = String::from_utf8_lossy(&opening.body).into_owned();
        let open: Value = serde_json::from_str(&text[text.find('{').unwrap()..]).unwrap();
        let sid = open["sid"].as_str().unwrap().to_owned();
        Self { address, query: format!("{query}&sid={sid}"), sid, opening }
    }

    pub async fn poll(&self) -> Answer {
        ask(self.address, "GET", &format!("/socket.io/?{}", self.query), &[], &[]).await
    }

    /// Polls until all of that has come, in however many answers.
    pub async fn poll_all(&self, expected: &[u8]) -> Vec<u8> {
        let mut found = Vec::new();
        while found.len() < expected.len() {
            let answer = self.poll().await;
            assert_eq!(answer.status, 200, "{answer:?}");
            found.extend(answer.body);
        }
        found
    }

    pub async fn post(&self, kind: (&str, &str), body: &[u8]) -> Answer {
        ask(self.address, "POST", &format!("/socket.io/?{}", self.query), &[kind], body).await
    }
}
