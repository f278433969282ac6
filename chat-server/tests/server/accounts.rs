//! Guests, accounts and sessions over the wire and over HTTP.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Client, token};
use crate::running::Running;

#[tokio::test]
async fn a_guest_becomes_an_account_and_stays_the_same_person() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let user = ada.user();
    let weak = ada.request("account:register", json!({ "identity": "ada", "password": "short" })).await.unwrap_err();
    assert_eq!(weak["field"], "password");
    let registered = ada.request("account:register", json!({ "identity": "ada", "password": "correct horse" })).await.unwrap();
    assert_eq!((registered["user"]["id"].as_str(), registered["user"]["kind"].as_str()), (Some(user.as_str()), Some("account")));
    assert_eq!(ada.event("user:changed").await["user"]["identity"], "ada");
    let error = ada.request("account:register", json!({ "identity": "eve", "password": "correct horse" })).await.unwrap_err();
    assert_eq!(error["code"], "forbidden");

    // The guest's token has ended, the session's works, and so does the password.
    let refused = Client::try_connect(server.address, json!({ "guest": "ada", "token": token("ada") }), &[]).await.err().unwrap();
    assert_eq!((refused["code"].as_str(), refused["retry"].as_str()), (Some("signed_out"), Some("never")));
    let session = Client::connect(server.address, json!({ "token": registered["token"] })).await;
    assert_eq!(session.user(), user);
    let mut visitor = Client::guest(server.address, "visitor").await;
    let wrong = visitor.request("account:login", json!({ "identity": "ada", "password": "wrong password" })).await.unwrap_err();
    let nobody = visitor.request("account:login", json!({ "identity": "nobody", "password": "wrong password" })).await.unwrap_err();
    assert_eq!((&wrong["code"], &wrong["message"]), (&nobody["code"], &nobody["message"]), "nobody learns which names exist");
    let login = visitor.request("account:login", json!({ "identity": "ADA", "password": "correct horse" })).await.unwrap();
    let mut third = Client::connect(server.address, json!({ "token": login["token"], "client": "test/1" })).await;
    assert_eq!(third.user(), user);

    // Nobody else may look like her.
    let imposter = Client::guest(server.address, "аda").await;
    assert_eq!(imposter.welcome["user"]["name"], "аda 2");

    let sessions = third.request("session:list", json!({})).await.unwrap();
    let sessions = sessions["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();
    third.request("session:revoke", json!({ "id": other["id"] })).await.unwrap();
    assert_eq!(ada.event("closing").await["error"]["code"], "signed_out", "its connections are closed");
    while ada.next_event().await.is_some() {}
    assert!(Client::try_connect(server.address, json!({ "token": registered["token"] }), &[]).await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    ada.request("account:register", json!({ "identity": "ada", "password": "correct horse" })).await.unwrap();
    let login = ada.request("account:login", json!({ "identity": "ada", "password": "correct horse" })).await.unwrap();
    let mut other = Client::connect(server.address, json!({ "token": login["token"] })).await;
    let change = |old: &str| json!({ "old": old, "new": "battery staple" });
    assert_eq!(ada.request("account:set_password", change("not the old one")).await.unwrap_err()["field"], "old");
    ada.request("account:set_password", change("correct horse")).await.unwrap();
    other.event("closing").await;
    ada.request("session:list", json!({})).await.unwrap();
    ada.request("account:logout", json!({})).await.unwrap();
    assert_eq!(ada.event("closing").await["error"]["code"], "signed_out");
    server.stop().await;
}

#[tokio::test]
async fn attempts_to_sign_in_are_throttled() {
    let server = Running::start().await;
    let mut eve = Client::guest(server.address, "eve").await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        let error = eve.request("account:login", json!({ "identity": "ada", "password": "guess number one" })).await.unwrap_err();
        codes.push(error["code"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes.iter().filter(|code| *code == "slow_down").count(), 4, "{codes:?}");
    server.stop().await;
}

#[tokio::test]
async fn registrations_from_one_address_are_throttled() {
    let server = Running::start().await;
    let mut statuses = Vec::new();
    for index in 0..10 {
        let body = json!({ "identity": format!("person-{index}"), "password": "correct horse" });
        statuses.push(http(&server, "POST /api/account/register", &[], Some(body)).await.0);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 200, 429, 429]);
    server.stop().await;
}

#[tokio::test]
async fn names_in_use_count_up_and_a_token_keeps_its_name() {
    let server = Running::start().await;
    let ada = Client::guest(server.address, "Ada").await;
    let passing = Client::connect(server.address, json!({ "guest": "ada" })).await;
    assert_eq!(passing.welcome["user"]["name"], "ada 2");
    let another = Client::connect(server.address, json!({ "guest": "ADA" })).await;
    assert_eq!(another.welcome["user"]["name"], "ADA 3");
    let nameless = Client::connect(server.address, json!({})).await;
    assert!(nameless.welcome["user"]["name"].as_str().unwrap().starts_with("guest-"));
    let again = Client::connect(server.address, json!({ "guest": "other", "token": token("Ada") })).await;
    assert_eq!((again.user(), again.welcome["user"]["name"].as_str()), (ada.user(), Some("Ada")));
    for (auth, field) in
        [(json!({ "guest": "a\u{202e}b" }), "guest"), (json!({ "token": "short" }), "token"), (json!({ "protocol": 9 }), "protocol")]
    {
        let refused = Client::try_connect(server.address, auth, &[]).await.err().unwrap();
        assert_eq!(refused["field"], field, "{refused}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_passing_guest_leaves_nothing_behind() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let made = ada.request("room:create", json!({ "client_id": "r", "name": "ops" })).await.unwrap();
    let ops = made["room"]["id"].as_str().unwrap().to_owned();
    let mut visitor = Client::connect(server.address, json!({ "guest": "visitor" })).await;
    visitor.request("room:join", json!({ "room": ops, "client_id": "j", "after": null })).await.unwrap();
    visitor.say(&ops, "1", "just passing").await.unwrap();
    let user = visitor.user();
    drop(visitor);
    let left = |event: &Value| {
        event["entries"].as_array().unwrap().iter().any(|entry| entry["kind"] == "leave" && entry["author"]["id"] == user.as_str())
    };
    ada.event_where("entries", |event| event["room"] == ops.as_str() && left(event)).await;
    let found = ada.request("room:find", json!({ "name": "ops" })).await.unwrap();
    assert_eq!(found["members"], 1);
    let again = Client::connect(server.address, json!({ "guest": "visitor" })).await;
    assert_eq!(again.welcome["user"]["name"], "visitor", "the name is free at once");
    server.stop().await;
}

#[tokio::test]
async fn new_names_are_throttled() {
    let server = Running::start().await;
    let mut ada = Client::guest(server.address, "ada").await;
    let mut refused = 0;
    for index in 0..8 {
        let outcome = ada.request("user:rename", json!({ "name": format!("ada {index} of many") })).await;
        refused += usize::from(outcome.is_err_and(|error| error["code"] == "slow_down"));
    }
    assert_eq!(refused, 3);
    server.stop().await;
}

/// One HTTP request by hand: status, headers, body.
async fn http(server: &Running, request: &str, headers: &[(&str, &str)], body: Option<Value>) -> (u16, String, Value) {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let mut text = format!("{request} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n", server.address, body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    answer.push_str(&String::from_utf8_lossy(&bytes));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head.to_owned(), serde_json::from_str(body).unwrap_or(Value::Null))
}

fn cookie(head: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).expect("a cookie");
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax"), "{line}");
    line.split_once(':').unwrap().1.split(';').next().unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_page_signs_in_by_a_cookie_that_counts_from_our_own_page_alone() {
    let server = Running::start().await;
    let guest = Client::guest(server.address, "ada").await;
    let body = json!({ "identity": "ada", "password": "correct horse", "guest_token": token("ada") });
    let (status, head, answer) = http(&server, "POST /api/account/register", &[], Some(body)).await;
    assert_eq!((status, answer["ok"]["user"]["id"].as_str()), (200, Some(guest.user().as_str())));
    let session = cookie(&head);
    assert!(!head.contains("Secure"), "over plain HTTP the browser would not send it back");

    let (_, _, who) = http(&server, "GET /api/session", &[("cookie", &session)], None).await;
    assert_eq!(who["ok"]["user"]["identity"], "ada");
    let (_, _, foreign) = http(&server, "GET /api/session", &[("cookie", &session), ("origin", "http://evil.example")], None).await;
    assert!(foreign["ok"]["user"].is_null());
    let (status, ..) =
        http(&server, "POST /api/account/logout", &[("cookie", &session), ("origin", "http://evil.example")], Some(json!({}))).await;
    assert_eq!(status, 403);

    let own = format!("http://{}", server.address);
    let by_cookie = |origin: String| {
        let headers = [("cookie", session.clone()), ("origin", origin)];
        let address = server.address;
        async move { Client::try_connect(address, json!({}), &headers).await.unwrap() }
    };
    let mut page = by_cookie(own).await;
    assert_eq!(page.welcome["user"]["identity"], "ada");
    let stranger = by_cookie("http://evil.example".to_owned()).await;
    assert_eq!(stranger.welcome["user"]["kind"], "guest");
    let explicit = Client::try_connect(server.address, json!({ "guest": "carol" }), &[("cookie", session.clone())]).await.unwrap();
    assert_eq!(explicit.welcome["user"]["name"], "carol", "an explicit auth wins over the cookie");

    let (status, head, _) = http(&server, "POST /api/account/logout", &[("cookie", &session)], Some(json!({}))).await;
    assert_eq!(status, 200);
    assert!(head.to_lowercase().contains("max-age=0"));
    page.event("closing").await;
    let (status, _, wrong) =
        http(&server, "POST /api/account/login", &[], Some(json!({ "identity": "ada", "password": "wrong password" }))).await;
    assert_eq!((status, wrong["error"]["code"].as_str()), (401, Some("wrong_password")));
    let (status, head, _) =
        http(&server, "POST /api/account/login", &[], Some(json!({ "identity": "ada", "password": "correct horse" }))).await;
    assert_eq!(status, 200);
    cookie(&head);
    let (status, _, bad) = http(&server, "POST /api/account/login", &[], Some(json!({ "identity": 5 }))).await;
    assert_eq!((status, bad["error"]["field"].as_str()), (400, Some("identity")));
    server.stop().await;
}

/// Behind a proxy that ends TLS the cookie is for encrypted lines alone, and `Origin` is the proxy's.
#[tokio::test]
async fn behind_a_believed_proxy_the_cookie_is_secure() {
    let server = Running::start_with(|settings| settings.proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    let body = json!({ "identity": "ada", "password": "correct horse" });
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "chat.example"), ("origin", "https://chat.example")];
    let (status, head, _) = http(&server, "POST /api/account/register", &forwarded, Some(body.clone())).await;
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("; Secure"), "{head}");
    let foreign = [("x-forwarded-proto", "https"), ("x-forwarded-host", "chat.example"), ("origin", "http://chat.example")];
    assert_eq!(http(&server, "POST /api/account/login", &foreign, Some(body)).await.0, 403);
    server.stop().await;
}

#[tokio::test]
async fn the_page_and_its_neighbours_are_served() {
    let server = Running::start().await;
    for (path, status, word) in [
        ("/", 200, "text/html"),
        ("/index", 200, "text/html"),
        ("/chat", 200, "text/html"),
        ("/socket.io/socket.io.js", 200, "text/javascript"),
        ("/schema/proto.ts", 200, "text/plain"),
        ("/healthz", 200, "text/plain"),
        ("/readyz", 200, "text/plain"),
        ("/assets/nothing.js", 404, "text/plain"),
        ("/schema/nothing", 404, "text/plain"),
    ] {
        let (found, head, _) = http(&server, &format!("GET {path}"), &[("accept", "*/*")], None).await;
        assert_eq!(found, status, "{path}");
        assert!(head.contains(word), "{path}: {head}");
    }
    let (_, head, _) = http(&server, "GET /", &[("accept-encoding", "gzip, br")], None).await;
    assert!(head.contains("content-encoding: br"), "{head}");
    let (_, head, _) = http(&server, "GET /", &[], None).await;
    assert!(!head.contains("content-encoding"), "{head}");
    assert!(head.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{head}");
    server.stop().await;
}
