//! Bots at the real server: what their tokens let them do, and when that ends.

use std::collections::BTreeMap;

use chat_proto::AnyRequest;
use chat_proto::user::ServerRole;
use serde_json::{Value, json};

use crate::access::server_with;
use crate::client::{Client, send, token};
use crate::running::Running;

const TABLE: &str = include_str!("access/bots.txt");
const PEOPLE: [(&str, ServerRole); 2] = [("owner", ServerRole::Member), ("member", ServerRole::Member)];

/// A private room with its owner and a member.
async fn room(server: &Running) -> (Client, Client, String) {
    let mut owner = Client::connect(server.address, json!({ "token": token("owner") })).await;
    let mut member = Client::connect(server.address, json!({ "token": token("member") })).await;
    let create = json!({ "client_id": "room", "name": "ops", "visibility": "private" });
    let room = owner.request("room:create", create).await.unwrap()["room"]["id"].as_str().unwrap().to_owned();
    owner.request("room:invite", json!({ "room": room, "client_id": "i", "after": null, "user": member.user() })).await.unwrap();
    member.request("room:join", json!({ "room": room, "client_id": "j", "after": null })).await.unwrap();
    (owner, member, room)
}

async fn create(owner: &mut Client, name: &str, scopes: &[&str], rooms: &[&str]) -> Result<Value, Value> {
    owner.request("token:create", json!({ "name": name, "scopes": scopes, "rooms": rooms })).await
}

async fn bot(server: &Running, owner: &mut Client, name: &str, scopes: &[&str], room: &str) -> (Client, Value) {
    let made = create(owner, name, scopes, &[room]).await.unwrap();
    (Client::connect(server.address, json!({ "token": made["token"] })).await, made)
}

/// What is sent by each request; those that no bot may ask for are well-formed, so that nothing else refuses them.
fn payloads(room: &str, user: &str, own: &Value, head: &Value) -> BTreeMap<&'static str, Value> {
    let write = |mut payload: Value| {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(1);
        payload["client_id"] = json!(format!("p{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        payload["after"] = Value::Null;
        payload
    };
    let text = json!({ "type": "text", "text": "words" });
    BTreeMap::from([
        ("sync", json!({})),
        ("presence:set", json!({ "away": false })),
        ("history:read", json!({ "room": room })),
        ("search:read", json!({ "query": "hello", "room": room })),
        ("room:members", json!({ "room": room })),
        ("room:mark_read", json!({ "room": room, "place": head, "unread": false })),
        ("user:read", json!({ "user": user })),
        ("message:send", write(json!({ "room": room, "content": text, "mentions": [] }))),
        ("message:edit", write(json!({ "room": room, "target": own, "content": text, "mentions": [] }))),
        ("message:delete", write(json!({ "room": room, "target": own }))),
        ("message:react", write(json!({ "room": room, "target": head, "emoji": "👍", "on": true }))),
        ("typing:set", json!({ "room": room, "typing": true })),
        ("room:list", json!({})),
        ("room:find", json!({ "name": "ops" })),
        ("room:create", json!({ "client_id": "c", "name": "another" })),
        ("room:join", write(json!({ "room": room }))),
        ("room:leave", write(json!({ "room": room }))),
        ("room:invite", write(json!({ "room": room, "user": user }))),
        ("room:add", write(json!({ "room": room, "user": user }))),
        ("room:remove", write(json!({ "room": room, "user": user }))),
        ("room:set_role", write(json!({ "room": room, "user": user, "role": "owner" }))),
        ("room:configure", write(json!({ "room": room, "changes": { "title": "Mine" } }))),
        ("room:set_topic", write(json!({ "room": room, "topic": "things" }))),
        ("direct:open", json!({ "client_id": "d", "users": [user] })),
        ("friend:ask", json!({ "client_id": "f1", "user": user })),
        ("friend:accept", json!({ "client_id": "f2", "user": user })),
        ("friend:refuse", json!({ "client_id": "f3", "user": user })),
        ("friend:remove", json!({ "client_id": "f4", "user": user })),
        ("friend:list", json!({})),
        ("code:create", json!({ "room": room })),
        ("code:find", json!({ "code": "ABCD-2345" })),
        ("code:list", json!({ "room": room })),
        ("code:end", json!({ "room": room, "code": "ABCD-2345" })),
        ("user:rename", json!({ "name": "somebody else" })),
        ("user:find", json!({ "query": "own" })),
        ("user:set_role", json!({ "user": user, "role": "owner" })),
        ("account:register", json!({ "identity": "robot", "password": "long enough" })),
        ("account:login", json!({ "identity": "robot", "password": "long enough" })),
        ("account:logout", json!({})),
        ("account:set_password", json!({ "old": "long enough", "new": "longer enough" })),
        ("server:announce", json!({ "text": "hear, hear" })),
        ("server:claim", json!({ "code": "ABCD-2345" })),
        ("session:list", json!({})),
        ("session:revoke", json!({ "id": "none" })),
        ("token:create", json!({ "name": "another bot", "scopes": ["read"], "rooms": [room] })),
        ("token:list", json!({})),
        ("token:revoke", json!({ "id": "none" })),
    ])
}

#[tokio::test]
async fn every_request_is_answered_to_bots_as_the_table_says() {
    let server = server_with(&PEOPLE).await;
    let (mut owner, member, room) = room(&server).await;
    let page = owner.request("history:read", json!({ "room": room })).await.unwrap();
    let place = |stored: &Value| json!({ "epoch": page["epoch"], "seq": stored["seq"], "id": stored["id"] });
    let said = owner.say(&room, "hello", "hello").await.unwrap();
    let head = place(&said);
    let table: BTreeMap<&str, Vec<&str>> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| (line[..28].trim(), line[28..].split_whitespace().collect()))
        .collect();
    let mut wrong = Vec::new();
    for (column, scopes) in [&["read"][..], &["send"], &["read", "send"]].into_iter().enumerate() {
        let (mut bot, _) = bot(&server, &mut owner, &format!("bot {column}"), scopes, &room).await;
        // What a bot without `send` would change is the owner's, and what it is refused is not that.
        let own = match bot.request("message:send", send(&room, "own", None, "mine")).await {
            Ok(stored) => place(&stored),
            Err(_) => head.clone(),
        };
        let payloads = payloads(&room, &member.user(), &own, &head);
        let missing: Vec<_> = AnyRequest::NAMES.iter().filter(|name| !payloads.contains_key(*name)).collect();
        assert!(missing.is_empty(), "say here what {missing:?} sends");
        for (name, payload) in payloads {
            let expected = table.get(name).map_or("forbidden", |columns| columns[column]);
            let answer = bot.request(name, payload).await;
            let found = answer.map_or_else(|error| error["code"].as_str().unwrap().to_owned(), |_| "ok".to_owned());
            // An edit behind its deletion would be refused for that; the table's order is by name, so it comes after.
            let found = if found == "deleted" { "ok".to_owned() } else { found };
            if found != expected {
                wrong.push(format!("{name}: a bot that may {scopes:?} is answered {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

#[tokio::test]
async fn who_keeps_order_in_a_room_makes_bots_for_it() {
    let server = server_with(&PEOPLE).await;
    let (mut owner, mut member, room) = room(&server).await;
    let lobby = owner.lobby();
    let refused = [
        (create(&mut member, "a bot", &["read"], &[&room]).await, "forbidden", None),
        (create(&mut owner, "a bot", &["read"], &[&room, &lobby]).await, "forbidden", None),
        (create(&mut owner, "a bot", &[], &[&room]).await, "invalid", Some("scopes")),
        (create(&mut owner, "a bot", &["rule"], &[&room]).await, "invalid", Some("scopes[0]")),
        (create(&mut owner, "a bot", &["read"], &[]).await, "invalid", Some("rooms")),
        (create(&mut owner, "a bot", &["read"], &["none"]).await, "not_found", Some("room")),
        (create(&mut owner, "MEMBER", &["read"], &[&room]).await, "name_taken", Some("name")),
    ];
    for (answer, code, field) in refused {
        let error = answer.unwrap_err();
        assert_eq!((error["code"].as_str(), error["field"].as_str()), (Some(code), field), "{error}");
    }
    assert_eq!(owner.request("token:list", json!({})).await.unwrap()["tokens"], json!([]));
    let (mut bot, made) = bot(&server, &mut owner, "a bot", &["read", "send"], &room).await;
    let added = member.event_where("entries", |event| event.to_string().contains("a bot")).await;
    assert_eq!((&added["entries"][0]["kind"], &added["entries"][0]["user"]["bot"]), (&json!("add"), &json!(true)), "{added}");
    // Others see neither the token nor who has which.
    assert_eq!(member.request("token:list", json!({})).await.unwrap()["tokens"], json!([]));
    let refused = member.request("token:revoke", json!({ "id": made["info"]["id"] })).await.unwrap_err();
    assert_eq!(refused["code"], "not_found");
    let listed = owner.request("token:list", json!({})).await.unwrap()["tokens"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["bot"]["kind"]), (1, &json!("bot")));

    // It hears and is heard, with its marker.
    owner.say(&room, "o1", "build it").await.unwrap();
    assert_eq!(bot.messages(&room, 1).await[0]["content"]["text"], "build it");
    bot.say(&room, "b1", "built").await.unwrap();
    let heard = member.event_where("entries", |event| event.to_string().contains("built")).await;
    assert_eq!(heard["entries"][0]["author"]["bot"], true, "{heard}");
    let people = member.request("room:members", json!({ "room": room })).await.unwrap();
    assert!(people["members"].as_array().unwrap().iter().any(|member| member["kind"] == "bot"), "{people}");

    // Who is removed hears nothing more.
    owner.request("room:remove", json!({ "room": room, "client_id": "r", "after": null, "user": bot.user() })).await.unwrap();
    owner.say(&room, "o2", "a secret").await.unwrap();
    assert_eq!(bot.request("history:read", json!({ "room": room })).await.unwrap_err()["code"], "not_found");
    assert!(!bot.frames.iter().any(|frame| frame.contains("a secret")));
    // Added again, it has the room again.
    owner.request("room:add", json!({ "room": room, "client_id": "a", "after": null, "user": bot.user() })).await.unwrap();
    bot.say(&room, "b2", "back").await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_bot_that_may_only_send_hears_nothing() {
    let server = server_with(&PEOPLE).await;
    let (mut owner, _member, room) = room(&server).await;
    let (mut bot, _) = bot(&server, &mut owner, "a bot", &["send"], &room).await;
    assert_eq!(bot.welcome["sync"]["rooms"][0]["room"]["id"], room.as_str(), "it is told where it may say something");
    assert_eq!((&bot.welcome["sync"]["presence"], &bot.welcome["limits"]["messages_per_second"]), (&json!([]), &json!(100)));
    owner.say(&room, "o1", "a secret").await.unwrap();
    bot.say(&room, "b1", "built").await.unwrap();
    assert_eq!(owner.messages(&room, 2).await[1]["content"]["text"], "built");
    let sync = bot.request("sync", json!({ "show": [room] })).await.unwrap();
    assert_eq!(sync["presence"], json!([]));
    assert!(!bot.frames.iter().any(|frame| frame.contains("\"entries\"") || frame.contains("a secret")), "{:?}", bot.frames);
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_is_over_at_once_and_one_that_is_not_outlives_a_restart() {
    let server = server_with(&PEOPLE).await;
    let (mut owner, mut member, room) = room(&server).await;
    let (mut bot, made) = bot(&server, &mut owner, "a bot", &["read", "send"], &room).await;
    let kept = create(&mut owner, "another", &["read"], &[&room]).await.unwrap();
    owner.request("token:revoke", json!({ "id": made["info"]["id"] })).await.unwrap();
    assert_eq!(bot.event("closing").await["error"]["code"], "signed_out");
    member.event_where("entries", |event| event.to_string().contains("\"leave\"")).await;
    for auth in [json!({ "token": made["token"] }), json!({ "guest": "somebody", "token": made["token"] })] {
        let again = Client::try_connect(server.address, auth, &[]).await;
        assert_eq!(again.err().unwrap()["code"], "signed_out");
    }
    let server = server.restart().await;
    let again = Client::try_connect(server.address, json!({ "token": made["token"] }), &[]).await;
    assert_eq!(again.err().unwrap()["code"], "signed_out");
    let bot = Client::connect(server.address, json!({ "token": kept["token"] })).await;
    assert_eq!(bot.welcome["user"]["name"], "another");
    server.stop().await;
}

#[tokio::test]
async fn a_token_for_a_webhook_does_not_connect() {
    let server = server_with(&PEOPLE).await;
    let (mut owner, _member, room) = room(&server).await;
    let made = create(&mut owner, "a hook", &["hook"], &[&room]).await.unwrap();
    let refused = Client::try_connect(server.address, json!({ "token": made["token"] }), &[]).await.err().unwrap();
    assert_eq!(refused["code"], "forbidden", "{refused}");
    server.stop().await;
}
