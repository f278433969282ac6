//! Classic pages of which nothing is heard any more, with a server in a hurry.

use std::time::Duration;

use chat_server::dialect::Waits;
use serde_json::{Value, json};

use crate::classic_client::ClassicClient;
use crate::client::Client;
use crate::engine::raw::{PLAIN, Polling};
use crate::running::Running;

const MISSED: Duration = Duration::from_millis(400);
const SILENT: Duration = Duration::from_millis(1_500);
/// More often than that: so often a client of Engine.IO 3 is heard that lives.
const HEARTBEAT: Duration = Duration::from_millis(100);

async fn hurried() -> Running {
    Running::start_with(|settings| settings.classic.waits = Waits { missed: MISSED, silent: SILENT }).await
}

/// One that gives nobody up by itself.
async fn patient(missed: Duration) -> Running {
    Running::start_with(|settings| {
        settings.classic.waits = Waits { missed, ..Waits::default() };
        settings.proxies = vec![[127, 0, 0, 1].into()];
    })
    .await
}

async fn until_online(native: &mut Client, wanted: u64) {
    let lobby = native.lobby();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let members = native.request("room:members", json!({ "room": lobby })).await.unwrap();
        if members["online"] == wanted {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{wanted} wanted: {members}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn who_is_silent_is_given_up_unless_a_prompt_may_block_them() {
    let server = hurried().await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut gone = Vec::new();
    for (event, arguments) in [("chat message", json!(["hi"])), ("client-talking", json!([{ "text": "hi" }])), ("message", json!(["hi"]))] {
        let mut client = ClassicClient::connect_to(server.address, 3, "/").await;
        assert_eq!(client.ask(event, arguments).await, json!({ "ok": {} }));
        gone.push(client);
    }
    let mut named = ClassicClient::connect_to(server.address, 3, "/").await;
    named.emit("login", json!(["Grace"])).await;
    named.hears("serverMessage", json!(["Currently logged in as Grace"])).await;
    gone.push(named);
    // Its name cannot be: it is asked for another one.
    let mut asked_again = ClassicClient::connect_to(server.address, 3, "/").await;
    assert_eq!(asked_again.ask("login", json!(["x".repeat(400)])).await["error"]["code"], "invalid");
    let undecided = ClassicClient::connect_to(server.address, 3, "/").await;
    let mut asked = ClassicClient::connect_to(server.address, 3, "/chat").await;
    assert_eq!(asked.ask("my event", json!(["x"])).await, json!({ "ok": {} }));
    let mut alive = ClassicClient::connect_to(server.address, 3, "/").await;
    assert_eq!(alive.ask("chat message", json!(["hi"])).await, json!({ "ok": {} }));

    let beating = async {
        loop {
            alive.ping().await;
            tokio::time::sleep(HEARTBEAT).await;
        }
    };
    let ending = async {
        for client in gone {
            let frames = client.ends().await;
            // Who is told `41` stays away, as Socket.IO's clients do; who loses the line comes back.
            assert!(!frames.iter().any(|frame| frame.starts_with("41")), "{frames:?}");
        }
        until_online(&mut native, 4).await;
        // So long again, and nobody else is missing.
        tokio::time::sleep(SILENT).await;
        until_online(&mut native, 4).await;
    };
    tokio::select! {
        () = beating => {}
        () = ending => {}
    }
    alive.emit("chat message", json!(["here"])).await;
    for mut client in [alive, asked_again, undecided] {
        assert_eq!(client.ask("join", json!(["lobby"])).await, json!({ "ok": {} }));
    }
    // The half of this page that stepped back for the other one blocks nothing, and does not end it either.
    assert_eq!(asked.ask("clientMessage", json!(["still here"])).await, json!({ "ok": {} }));
}

#[tokio::test]
async fn who_polls_and_is_silent_is_given_up_too() {
    let server = hurried().await;
    let mut native = Client::guest(server.address, "ada").await;
    for (query, joining, saying) in [
        ("EIO=4&transport=polling", Some("40"), "42[\"chat message\",\"hi\"]"),
        ("EIO=3&transport=polling&b64=1", None, "23:42[\"chat message\",\"hi\"]"),
    ] {
        let session = Polling::open(server.address, query).await;
        if let Some(packet) = joining {
            assert_eq!(session.post(PLAIN, packet.as_bytes()).await.status, 200);
        }
        // Who has not come in cannot speak.
        while !session.poll().await.text().contains("Welcome!") {}
        assert_eq!(session.post(PLAIN, saying.as_bytes()).await.status, 200);
        // Polls are heard: it is there for longer than it may be silent.
        for _ in 0..SILENT.as_millis() * 3 / 2 / HEARTBEAT.as_millis() {
            let heartbeat: &[u8] = if query.contains("EIO=3") { b"1:2" } else { b"3" };
            assert_eq!(session.post(PLAIN, heartbeat).await.status, 200);
            tokio::time::sleep(HEARTBEAT).await;
        }
        until_online(&mut native, 2).await;
        until_online(&mut native, 1).await;
        // It is told that its session is over, which makes its client open another one.
        for _ in 0..2 {
            let answer = session.poll().await;
            assert_eq!((answer.status, answer.text()), (400, r#"{"code":"1","message":"Session ID unknown"}"#), "{query}");
        }
    }
}

/// As clients do that fail at the first answer and begin anew, over and over: none of them sits in a prompt.
#[tokio::test]
async fn sessions_that_were_opened_and_never_asked_again_do_not_gather() {
    let server = hurried().await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut left = Vec::new();
    for _ in 0..20 {
        left.push(Polling::open(server.address, "EIO=3&transport=polling&b64=1").await);
    }
    until_online(&mut native, 21).await;
    until_online(&mut native, 1).await;
    for session in left {
        assert_eq!(session.poll().await.text(), r#"{"code":"1","message":"Session ID unknown"}"#);
    }
}

/// The first name of whoever logs in as Ada from that address.
async fn ada_from(server: &Running, address: &str) -> (ClassicClient, Value) {
    let headers = [("x-forwarded-for", address.to_owned())];
    let mut client = ClassicClient::open(server.address, 3, "/", "", &headers).await.unwrap();
    client.greeted().await;
    client.emit("login", json!(["Ada"])).await;
    loop {
        let (_, mut told) = client.event().await;
        // That somebody else of that name went is told to whoever comes, too.
        if told[0] != "User Ada disconnected" {
            return (client, told[0].take());
        }
    }
}

#[tokio::test]
async fn a_name_is_free_that_a_dead_line_from_the_same_address_holds() {
    let server = patient(MISSED).await;
    let (first, name) = ada_from(&server, "192.0.2.1").await;
    assert_eq!(name, "Currently logged in as Ada");
    tokio::time::sleep(MISSED * 2).await;
    let (mut other, name) = ada_from(&server, "192.0.2.2").await;
    assert_eq!(name, "Currently logged in as Ada 2", "from another address");
    let (mut back, name) = ada_from(&server, "192.0.2.1").await;
    assert_eq!(name, "Currently logged in as Ada");
    first.ends().await;
    // Neither of those who are left was given up.
    assert_eq!(other.ask("clientMessage", json!(["hi"])).await, json!({ "ok": {} }));
    assert_eq!(back.ask("clientMessage", json!(["hi"])).await, json!({ "ok": {} }));
}

#[tokio::test]
async fn a_name_stays_with_a_line_that_was_just_heard() {
    let server = patient(Waits::default().missed).await;
    let (mut first, name) = ada_from(&server, "192.0.2.1").await;
    assert_eq!(name, "Currently logged in as Ada");
    let (_, name) = ada_from(&server, "192.0.2.1").await;
    assert_eq!(name, "Currently logged in as Ada 2");
    assert_eq!(first.ask("clientMessage", json!(["hi"])).await, json!({ "ok": {} }));
}
