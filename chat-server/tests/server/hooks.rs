//! Webhooks: real posts, as GitHub, Slack's senders and scripts make them, and what comes of them in the room.

use chat_proto::user::ServerRole;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::access::server_with;
use crate::client::{Client, token};
use crate::running::Running;

/// What came of a post.
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

/// A room with its owner, and a webhook into it.
struct Scene {
    server: Running,
    owner: Client,
    room: String,
    made: Value,
}

impl Scene {
    async fn new(signed: bool) -> Self {
        Self::on(server_with(&[("owner", ServerRole::Member)]).await, signed).await
    }

    async fn on(server: Running, signed: bool) -> Self {
        let mut owner = Client::connect(server.address, json!({ "token": token("owner") })).await;
        let create = json!({ "client_id": "room", "name": "ops", "visibility": "private" });
        let room = owner.request("room:create", create).await.unwrap()["room"]["id"].as_str().unwrap().to_owned();
        let create = json!({ "name": "builds", "scopes": ["hook"], "rooms": [room], "signed": signed });
        let made = owner.request("token:create", create).await.unwrap();
        Self { server, owner, room, made }
    }

    fn path(&self) -> String {
        format!("/hooks/{}/{}", self.made["info"]["id"].as_str().unwrap(), self.made["token"].as_str().unwrap())
    }

    async fn post(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        post(&self.server, &self.path(), &[&[("content-type", "application/json")], headers].concat(), body.as_bytes()).await
    }

    /// The newest message of the room.
    async fn newest(&mut self) -> Value {
        let page = self.owner.request("history:read", json!({ "room": self.room })).await.unwrap();
        let mut entries = page["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "message");
        entries.next_back().cloned().unwrap_or(Value::Null)
    }
}

async fn post(server: &Running, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let mut request = format!("POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // A body that is too long is not read to its end.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
}

macro_rules! samples {
    ($($event:literal $name:literal),* $(,)?) => {
        [$(($event, $name, include_str!(concat!("hooks/", $name, ".json")), include_str!(concat!("hooks/", $name, ".md")))),*]
    };
}

#[tokio::test]
async fn what_github_and_slack_send_is_said_in_words() {
    let mut scene = Scene::new(false).await;
    let samples = samples!(
        "ping" "ping", "push" "push", "push" "push_forced", "push" "push_tag", "push" "push_deleted",
        "pull_request" "pull_request_opened", "pull_request" "pull_request_merged", "issues" "issues_closed",
        "issue_comment" "issue_comment", "release" "release", "workflow_run" "workflow_run",
        "" "slack_alert", "" "slack_attachments", "" "slack_blocks",
    );
    for (event, name, body, expected) in samples {
        let headers: &[(&str, &str)] = if event.is_empty() { &[] } else { &[("x-github-event", event), ("x-github-delivery", name)] };
        let answer = scene.post(headers, body).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let said = scene.newest().await;
        assert_eq!(said["content"]["text"].as_str().unwrap(), expected.trim_end(), "{name}");
        assert_eq!((&said["seq"], &said["author"]["name"]), (&answer.body["ok"]["seq"], &json!("builds")), "{name}");
        assert_eq!((&said["author"]["bot"], &said["mentions"]), (&json!(true), &json!([])), "{name}");
    }
    scene.server.stop().await;
}

#[tokio::test]
async fn events_that_are_none_of_ours_are_taken_and_not_said() {
    let mut scene = Scene::new(false).await;
    for (event, body) in [
        ("star", json!({ "action": "created" })),
        ("pull_request", json!({ "action": "labeled" })),
        ("workflow_run", json!({ "action": "requested" })),
        ("nonsense of tomorrow", json!({})),
    ] {
        let answer = scene.post(&[("x-github-event", event)], &body.to_string()).await;
        assert_eq!((answer.status, &answer.body), (202, &json!({ "ok": { "said": false } })), "{event}");
    }
    for (event, body, field) in [
        ("push", json!({ "repository": { "full_name": "a/b" } }), "ref"),
        ("push", json!({ "ref": "refs/heads/main" }), "repository.full_name"),
        ("issues", json!({ "action": "opened", "sender": { "login": "a" }, "issue": {} }), "issue.number"),
        ("push", json!([]), "payload"),
    ] {
        let answer = scene.post(&[("x-github-event", event)], &body.to_string()).await;
        assert_eq!((answer.status, &answer.body["error"]["field"]), (400, &json!(field)), "{}", answer.body);
    }
    assert_eq!(scene.newest().await, Value::Null);
    scene.server.stop().await;
}

#[tokio::test]
async fn our_own_body_says_what_it_says() {
    let mut scene = Scene::new(false).await;
    let owner = scene.owner.user();
    let body = json!({ "text": "/leave **now** <b>@owner</b>", "mentions": [owner], "client_id": "build-1" });
    let first = scene.post(&[], &body.to_string()).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let said = scene.newest().await;
    assert_eq!((&said["content"]["text"], &said["mentions"]), (&body["text"], &json!([owner])), "never a command");
    assert_eq!(said["client_id"], "build-1");
    for (body, field) in [
        (json!({}), "text"),
        (json!({ "text": " " }), "text"),
        (json!({ "text": 5 }), "text"),
        (json!({ "text": "x".repeat(20_000) }), "text"),
        (json!({ "text": "x", "mentions": vec!["a"; 51] }), "mentions"),
        (json!({ "text": "x", "client_id": "a b" }), "client_id"),
        (json!({ "attachments": [] }), "text"),
        (json!({ "attachments": {} }), "attachments"),
        (json!({ "username": "x", "text": 5 }), "text"),
        (json!("text"), "payload"),
    ] {
        let answer = scene.post(&[], &body.to_string()).await;
        let error = &answer.body["error"];
        assert_eq!((answer.status, &error["code"], &error["field"]), (400, &json!("invalid"), &json!(field)), "{}", answer.body);
    }
    for (headers, body, status, field) in [
        (&[("content-type", "text/plain")][..], "{\"text\": \"x\"}", 415, "content-type"),
        (&[], "{\"text\": \"x\"}", 415, "content-type"),
        (&[("content-type", "application/json")], "{\"text\"", 400, "payload"),
        (&[("content-type", "application/json"), ("idempotency-key", "a b")], "{\"text\": \"x\"}", 400, "idempotency-key"),
    ] {
        let answer = post(&scene.server, &scene.path(), headers, body.as_bytes()).await;
        assert_eq!((answer.status, &answer.body["error"]["field"]), (status, &json!(field)), "{}", answer.body);
    }
    let long = post(&scene.server, &scene.path(), &[("content-type", "application/json")], &vec![b' '; 1_048_577]).await;
    assert_eq!((long.status, &long.body["error"]["field"]), (413, &json!("payload")));
    let odd =
        post(&scene.server, &format!("{}?format=smoke", scene.path()), &[("content-type", "application/json")], b"{\"text\":\"x\"}").await;
    assert_eq!((odd.status, &odd.body["error"]["field"]), (400, &json!("format")));
    // What has nothing of Slack's in it is read as theirs where that is wished.
    let slack = format!("{}?format=slack", scene.path());
    post(&scene.server, &slack, &[("content-type", "application/json; charset=utf-8")], b"{\"text\":\"*bold*\"}").await;
    assert_eq!(scene.newest().await["content"]["text"], "**bold**");
    scene.server.stop().await;
}

#[tokio::test]
async fn a_redelivery_is_said_once() {
    let mut scene = Scene::new(false).await;
    let push = include_str!("hooks/push.json");
    for (headers, body) in [
        (vec![("x-github-event", "push"), ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")], push),
        (vec![("idempotency-key", "deploy-7")], "{\"text\": \"deployed\"}"),
        (vec![], "{\"text\": \"built\", \"client_id\": \"b7\"}"),
    ] {
        let first = scene.post(&headers, body).await;
        let again = scene.post(&headers, body).await;
        assert_eq!((first.status, again.status), (200, 200), "{}", again.body);
        assert_eq!(first.body, again.body);
    }
    let other = scene.post(&[("idempotency-key", "deploy-7")], "{\"text\": \"something else\"}").await;
    assert_eq!((other.status, &other.body["error"]["code"]), (409, &json!("conflict")));
    let page = scene.owner.request("history:read", json!({ "room": scene.room })).await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "message").count(), 3);
    scene.server.stop().await;
}

#[tokio::test]
async fn a_webhook_that_wants_signatures_takes_nothing_else() {
    let mut scene = Scene::new(true).await;
    let secret = scene.made["signing_secret"].as_str().unwrap().to_owned();
    let body = "{\"text\": \"signed\"}";
    let sign = |body: &str, secret: &str| {
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256={hex}")
    };
    let wrong = [String::new(), sign("other", &secret), sign(body, "other secret"), sign(body, scene.made["token"].as_str().unwrap())];
    for signature in &wrong {
        let headers: &[(&str, &str)] = if signature.is_empty() { &[] } else { &[("x-hub-signature-256", signature)] };
        let answer = scene.post(headers, body).await;
        assert_eq!((answer.status, &answer.body["error"]["field"]), (403, &json!("x-hub-signature-256")), "{}", answer.body);
    }
    assert_eq!(scene.newest().await, Value::Null);
    let right = sign(body, &secret);
    assert_eq!(scene.post(&[("x-hub-signature-256", &right)], body).await.status, 200);
    // After a restart the same.
    let (path, room) = (scene.path(), scene.room.clone());
    let server = scene.server.restart().await;
    for (signature, status) in [(&right, 200), (&wrong[1], 403)] {
        let headers = [("content-type", "application/json"), ("x-hub-signature-256", signature.as_str())];
        assert_eq!(post(&server, &path, &headers, body.as_bytes()).await.status, status);
    }
    let mut owner = Client::connect(server.address, json!({ "token": token("owner") })).await;
    let page = owner.request("history:read", json!({ "room": room })).await.unwrap();
    assert_eq!(page["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "message").count(), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_address_tells_nothing() {
    let mut scene = Scene::new(false).await;
    let (id, secret) = (scene.made["info"]["id"].as_str().unwrap().to_owned(), scene.made["token"].as_str().unwrap().to_owned());
    let connects = json!({ "name": "connects", "scopes": ["read", "send"], "rooms": [scene.room] });
    let other = scene.owner.request("token:create", connects).await.unwrap();
    let paths = [
        format!("/hooks/{id}/{}", "a".repeat(43)),
        format!("/hooks/{id}/short"),
        format!("/hooks/none/{secret}"),
        format!("/hooks/{}/{secret}", other["info"]["id"].as_str().unwrap()),
        format!("/hooks/{}/{}", other["info"]["id"].as_str().unwrap(), other["token"].as_str().unwrap()),
        format!("/hooks/{id}/{}", token("owner")),
        "/hooks/%ff/%ff".to_owned(),
    ];
    let mut answers = Vec::new();
    for path in &paths {
        // Nothing of the post is looked at: not even that it is no JSON.
        let answer = post(&scene.server, path, &[("content-type", "text/plain")], b"x").await;
        answers.push((answer.status, answer.body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 404), "{answers:?}");
    // Once it is revoked, its own address is one of those.
    assert_eq!(scene.post(&[], "{\"text\": \"x\"}").await.status, 200);
    scene.owner.request("token:revoke", json!({ "id": id })).await.unwrap();
    let revoked = scene.post(&[], "{\"text\": \"x\"}").await;
    assert_eq!((revoked.status, revoked.body), answers[0]);
    scene.server.stop().await;
}

#[tokio::test]
async fn a_webhook_into_several_rooms_is_told_which() {
    let mut scene = Scene::new(false).await;
    let bot = scene.made["info"]["bot"]["id"].clone();
    let create = json!({ "client_id": "second", "name": "alerts", "visibility": "private" });
    let second = scene.owner.request("room:create", create).await.unwrap()["room"]["id"].as_str().unwrap().to_owned();
    let add = json!({ "room": second, "client_id": "add", "after": null, "user": bot });
    scene.owner.request("room:add", add).await.unwrap();
    let unnamed = scene.post(&[], "{\"text\": \"x\"}").await;
    assert_eq!((unnamed.status, &unnamed.body["error"]["field"]), (400, &json!("room")));
    let path = format!("{}?room=alerts", scene.path());
    let json_type = [("content-type", "application/json")];
    assert_eq!(post(&scene.server, &path, &json_type, b"{\"text\": \"to the second\"}").await.status, 200);
    assert_eq!(scene.owner.messages(&second, 1).await[0]["content"]["text"], "to the second");
    let body = json!({ "text": "to the first", "room": scene.room }).to_string();
    assert_eq!(scene.post(&[], &body).await.status, 200);
    assert_eq!(scene.newest().await["content"]["text"], "to the first");
    for elsewhere in ["lobby", "nowhere", "a b"] {
        let answer = scene.post(&[], &json!({ "text": "x", "room": elsewhere }).to_string()).await;
        assert_eq!((answer.status, &answer.body["error"]["field"]), (404, &json!("room")), "{elsewhere}: {}", answer.body);
    }
    // What is archived takes no post.
    let close = json!({ "room": second, "client_id": "close", "after": null, "changes": { "archived": true } });
    scene.owner.request("room:configure", close).await.unwrap();
    assert_eq!(post(&scene.server, &path, &json_type, b"{\"text\": \"x\"}").await.status, 403);
    scene.server.stop().await;
}

#[tokio::test]
async fn too_many_posts_are_told_when_to_come_back() {
    let server = server_with(&[("owner", ServerRole::Member)]).await;
    let dir = server.dir.clone();
    server.stop().await;
    let server = Running::start_in(dir, |settings| {
        (settings.bot_limits.message_burst, settings.bot_limits.messages_per_second) = (2, 1);
    })
    .await;
    let scene = Scene::on(server, false).await;
    let mut statuses = Vec::new();
    for number in 0..3 {
        let answer = scene.post(&[], &json!({ "text": format!("number {number}") }).to_string()).await;
        if answer.status == 429 {
            assert_eq!(answer.body["error"]["code"], "slow_down");
            assert!(answer.head.contains("\r\nretry-after: 1"), "{}", answer.head);
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    scene.server.stop().await;
}
