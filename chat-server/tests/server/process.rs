//! The real binary as a process: its log, its end, its limits.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Client;

/// A server process; it is ended with the test.
struct Process {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    _dir: tempfile::TempDir,
}

impl Process {
    /// Starts it below a shell that sets limits first.
    fn start(limits: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let binary = env!("CARGO_BIN_EXE_chat-server");
        let script = format!("{limits} exec {binary} --listen 127.0.0.1:0 --data {}", dir.path().display());
        let mut child = Command::new("bash").args(["-c", &script]).env("CHAT_LOG__FORMAT", "json").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().expect("a line of the log").unwrap();
        let entry: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("no JSON: {first}"));
        let address = entry["message"].as_str().unwrap().strip_prefix("listening on http://").expect(&first).parse().unwrap();
        let log = Arc::new(Mutex::new(vec![first]));
        let kept = log.clone();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line)));
        Self { child, address, log, _dir: dir }
    }

    fn terminate(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    fn get(&self, path: &str) -> Option<u16> {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    fn wait(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not end: {:?}", self.log.lock().unwrap());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn sigterm_tells_the_clients_and_exits_with_0() {
    let mut server = Process::start("");
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    ada.say(&lobby, "1", "\u{1b}[31mred\u{7}").await.unwrap();
    server.terminate();
    let closing = ada.event("closing").await;
    assert_eq!((closing["error"]["code"].as_str(), closing["error"]["retry"].as_str()), (Some("unavailable"), Some("later")));
    while ada.next_event().await.is_some() {}
    assert_eq!(server.wait(), Some(0));
    let log = server.log.lock().unwrap().clone();
    for line in &log {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
    }
    assert!(log.iter().any(|line| line.contains("\"stopped\"")), "{log:?}");
}

/// What is sent while the server stops is stored or to be sent again; it is never refused for good.
#[tokio::test]
async fn nothing_is_refused_for_good_while_it_stops() {
    let mut server = Process::start("CHAT_LIMITS__MESSAGE_BURST=100000");
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    let mut closing = false;
    for index in 0.. {
        if index == 50 {
            server.terminate();
        }
        let payload = crate::client::send(&lobby, &format!("c{index}"), None, "x");
        if !ada.try_emit("message:send", payload).await {
            break;
        }
        let Some((name, event)) = ada.next_event().await else { break };
        closing |= name == "closing";
        assert!(name != "answer" || event["ok"].is_object() || event["error"]["retry"] == "later", "{event}");
    }
    assert!(closing, "it said that it closes");
    assert_eq!(server.wait(), Some(0));
}

/// Out of descriptors the server waits; once there are some again it goes on as if nothing was.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn running_out_of_descriptors_passes() {
    let server = Process::start("ulimit -n 64;");
    let mut ada = Client::guest(server.address, "ada").await;
    assert_eq!(server.get("/readyz"), Some(200));
    let crowd: Vec<TcpStream> = (0..100).filter_map(|_| TcpStream::connect(server.address).ok()).collect();
    assert!(crowd.len() > 64);
    assert_eq!(server.get("/healthz"), None, "no descriptor is left for anybody new");
    let lobby = ada.lobby();
    ada.say(&lobby, "1", "still here").await.unwrap();
    drop(crowd);
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.get("/readyz") != Some(200) {
        assert!(Instant::now() < deadline, "it did not recover: {:?}", server.log.lock().unwrap());
    }
    let mut bob = Client::guest(server.address, "bob").await;
    bob.say(&lobby, "1", "hello").await.unwrap();
}
