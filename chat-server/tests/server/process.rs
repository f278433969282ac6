//! The real binary as a process: its log, its end, its limits.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::classic_client::ClassicClient;
use crate::client::Client;
use crate::spawned::Process;

#[tokio::test]
async fn sigterm_tells_the_clients_and_exits_with_0() {
    let mut server = Process::start("");
    let mut ada = Client::guest(server.address, "ada").await;
    let lobby = ada.lobby();
    ada.say(&lobby, "1", "\u{1b}[31mred\u{7}").await.unwrap();
    let mut page = ClassicClient::connect(server.address).await;
    page.emit("chat message", serde_json::json!(["hi"])).await;
    page.hears("chat message", serde_json::json!(["hi"])).await;
    server.terminate();
    page.hears("chat message", serde_json::json!(["The server is restarting."])).await;
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

/// Whoever knows a session id can post as that connection; an operator's log is read by many.
#[tokio::test]
async fn the_log_tells_of_classic_pages_and_of_no_session_id() {
    let mut server = Process::start("");
    let native = Client::guest(server.address, "ada").await;
    let mut page = ClassicClient::connect(server.address).await;
    page.emit("my event", serde_json::json!(["\u{1b}[31mred"])).await;
    page.emit("message", serde_json::json!(["hi"])).await;
    page.hears("serverMessage", serde_json::json!(["You said: hi"])).await;
    let sids = [native.sid.clone(), page.sid.clone()];
    page.close().await;
    server.terminate();
    assert_eq!(server.wait(), Some(0));
    let log = server.log.lock().unwrap().join("\n");
    assert!(log.contains("a user connected") && log.contains("user disconnected") && log.contains("[31mred"), "{log}");
    assert!(!log.contains('\u{1b}') && !sids.iter().any(|sid| log.contains(sid.as_str())), "{log}");
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

/// An operator who reads errors looks for their cause: a server that is stopped in the middle of its work has none.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_stops_without_an_error_in_its_log() {
    for _ in 0..5 {
        let mut server = Process::start("CHAT_LIMITS__MESSAGE_BURST=100000");
        let address = server.address;
        let asking: Vec<_> = (0..8)
            .map(|number| {
                tokio::spawn(async move {
                    let mut guest = Client::guest(address, &format!("guest {number}")).await;
                    while guest.try_emit("sync", serde_json::json!({})).await && guest.next_event().await.is_some() {}
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.terminate();
        assert_eq!(server.wait(), Some(0));
        for asking in asking {
            asking.await.unwrap();
        }
        let log = server.log.lock().unwrap().clone();
        assert!(!log.iter().any(|line| line.contains("\"ERROR\"") || line.contains("\"WARN\"")), "{log:#?}");
    }
}

/// A socket keeps its handlers, and a handler that kept its connection would keep the socket: some
/// 12 KB for each connection that there ever was.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_that_ended_leave_nothing_behind() {
    const CROWD: usize = 1_500;
    let server = Process::start("");
    let grown = |before: u64| server.memory().saturating_sub(before);
    for number in 0..500 {
        drop(Client::connect(server.address, serde_json::json!({ "guest": format!("early {number}") })).await);
        ClassicClient::connect(server.address).await.close().await;
    }
    let before = server.memory();
    for number in 0..CROWD {
        drop(Client::connect(server.address, serde_json::json!({ "guest": format!("late {number}") })).await);
        ClassicClient::connect(server.address).await.close().await;
    }
    let each = grown(before) / (2 * CROWD as u64);
    assert!(each < 4_096, "{each} bytes of each connection are left");
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

/// A full disk may be the log's, too: what cannot be logged is lost, and nothing else.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_chat-server"))
        .args(["serve", "--listen", &address.to_string(), "--data"])
        .arg(dir.path())
        .env("CHAT_LOG__FILTER", "debug")
        .stderr(full)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(address).is_err() {
        assert!(child.try_wait().unwrap().is_none() && Instant::now() < deadline, "the server does not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut ada = Client::guest(address, "ada").await;
    let lobby = ada.lobby();
    ada.say(&lobby, "1", "said").await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}
