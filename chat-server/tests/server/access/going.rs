//! Who goes, or is shut out, hears nothing more: not one entry of the very commit by which they went.

use chat_proto::user::ServerRole;
use serde_json::{Value, json};

use super::{server_with, write};
use crate::classic_client::ClassicClient;
use crate::client::{Client, token};
use crate::late::late;
use crate::running::Running;

const PEOPLE: [&str; 3] = ["owner", "member", "other"];

async fn people(server: &Running) -> [Client; 3] {
    let mut clients = Vec::new();
    for name in PEOPLE {
        clients.push(Client::connect(server.address, json!({ "token": token(name) })).await);
    }
    clients.try_into().unwrap_or_else(|_| unreachable!())
}

/// A page of the tutorials with the session of that account.
async fn page_of(server: &Running, name: &str) -> ClassicClient {
    let origin = format!("http://{}", server.address);
    let headers = [("cookie", format!("chat_session={}", token(name))), ("origin", origin)];
    let mut page = ClassicClient::open(server.address, 4, "/", "", &headers).await.unwrap();
    page.greeted().await;
    page
}

async fn room(owner: &mut Client, name: &str, visibility: &str, members: &mut [&mut Client]) -> String {
    let create = json!({ "client_id": name, "name": name, "visibility": visibility });
    let room = owner.request("room:create", create).await.unwrap()["room"]["id"].as_str().unwrap().to_owned();
    for member in members {
        owner.request("room:invite", write(json!({ "room": room, "user": member.user() }))).await.unwrap();
        member.request("room:join", write(json!({ "room": room }))).await.unwrap();
    }
    room
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

#[tokio::test]
async fn a_removal_and_a_secret_in_one_commit() {
    let server = server_with(&PEOPLE.map(|name| (name, ServerRole::Member))).await;
    let [mut owner, mut member, mut other] = people(&server).await;
    let room = room(&mut owner, "secret", "private", &mut [&mut member, &mut other]).await;
    let mut page = page_of(&server, "member").await;
    page.ask("join", json!(["secret"])).await;
    page.ask("my event", json!(["x"])).await;
    owner.say(&room, "m1", "for all of us").await.unwrap();
    page.hears("serverMessage", json!(["owner said: for all of us"])).await;
    // Sent behind one another without waiting: the writer takes both at once, or the second right after.
    let remove = owner.emit("room:remove", write(json!({ "room": room, "user": member.user() }))).await;
    let secret = owner.emit("message:send", write(json!({ "room": room, "content": text("a secret"), "mentions": [] }))).await;
    owner.answer(&remove).await.unwrap();
    owner.answer(&secret).await.unwrap();
    other.event_where("entries", |event| event.to_string().contains("a secret")).await;
    let gone = member.event_where("entries", |event| event.to_string().contains("\"remove\"")).await;
    assert_eq!(gone["room"], room.as_str());
    let told = member.event_where("entries", |event| event.to_string().contains("\"removed\"")).await;
    assert_eq!(told["entries"].as_array().unwrap().last().unwrap()["name"], "secret", "the inbox tells of it");
    owner.say(&room, "m2", "another secret").await.unwrap();
    let refused = page.ask("clientMessage", json!(["still here?"])).await;
    assert_eq!(refused["error"]["code"], "not_found", "{refused}");
    member.request("sync", json!({})).await.unwrap();
    for frames in [&member.frames, &page.frames] {
        assert!(!frames.iter().any(|frame| frame.contains("secret\"") && frame.contains("a secret")), "{frames:?}");
        assert!(!frames.iter().any(|frame| frame.contains("another secret")), "{frames:?}");
    }
    server.stop().await;
}

/// Between the moment at which a connection's rooms are read and the one from which it hears them.
#[tokio::test]
async fn a_room_that_is_lost_while_a_connection_opens_is_not_heard() {
    let (server, late) = late(server_with(&PEOPLE.map(|name| (name, ServerRole::Member))).await).await;
    let [mut owner, mut member, mut other] = people(&server).await;
    let lost = room(&mut owner, "lost", "private", &mut [&mut member, &mut other]).await;
    let kept = room(&mut owner, "kept", "private", &mut [&mut member, &mut other]).await;
    let is_said = |what: &'static str| move |event: &Value| event.to_string().contains(what);
    late.arm();
    let address = server.address;
    let opening = tokio::spawn(async move { Client::connect(address, json!({ "token": token("member") })).await });
    late.read().await;
    owner.request("room:remove", write(json!({ "room": lost, "user": member.user() }))).await.unwrap();
    // All of it has gone out when somebody hears what follows it.
    owner.say(&lost, "m1", "a secret").await.unwrap();
    other.event_where("entries", is_said("a secret")).await;
    late.go_on();
    let mut opened = opening.await.unwrap();
    owner.say(&lost, "m2", "another secret").await.unwrap();
    other.event_where("entries", is_said("another secret")).await;
    owner.say(&kept, "m3", "for all of us").await.unwrap();
    opened.event_where("entries", is_said("for all of us")).await;
    assert!(!opened.frames.iter().any(|frame| frame.contains("secret")), "{:?}", opened.frames);
    server.stop().await;
}

#[tokio::test]
async fn a_room_that_is_closed_ends_all_visits_to_it() {
    let server = server_with(&PEOPLE.map(|name| (name, ServerRole::Member))).await;
    let [mut owner, mut member, _] = people(&server).await;
    let room = room(&mut owner, "square", "public", &mut [&mut member]).await;
    let mut visitor = ClassicClient::connect(server.address).await;
    visitor.ask("join", json!(["square"])).await;
    visitor.ask("my event", json!(["x"])).await;
    owner.say(&room, "m1", "in the open").await.unwrap();
    visitor.hears("serverMessage", json!(["owner said: in the open"])).await;
    let close = write(json!({ "room": room, "changes": { "visibility": "private" } }));
    let close = owner.emit("room:configure", close).await;
    let secret = owner.emit("message:send", write(json!({ "room": room, "content": text("behind doors"), "mentions": [] }))).await;
    owner.answer(&close).await.unwrap();
    owner.answer(&secret).await.unwrap();
    member.event_where("entries", |event| event.to_string().contains("behind doors")).await;
    let refused = visitor.ask("clientMessage", json!(["hello?"])).await;
    assert_eq!(refused["error"]["code"], "not_found", "{refused}");
    // Its name is nobody's now, and so the server's to give: another room, in which the first is not heard.
    visitor.ask("join", json!(["square"])).await;
    owner.say(&room, "m2", "and still").await.unwrap();
    visitor.ask("my event", json!(["y"])).await;
    assert!(!visitor.frames.iter().any(|frame| frame.contains("behind doors") || frame.contains("and still")));
    server.stop().await;
}

#[tokio::test]
async fn nobody_comes_into_a_private_room_by_a_page_of_old() {
    let server = server_with(&PEOPLE.map(|name| (name, ServerRole::Member))).await;
    let [mut owner, mut member, other] = people(&server).await;
    let room = room(&mut owner, "den", "private", &mut [&mut member]).await;
    owner.request("room:invite", write(json!({ "room": room, "user": other.user() }))).await.unwrap();
    // Who was invited has not come yet; a stranger does not even hear that there is such a room.
    let mut invited = page_of(&server, "other").await;
    let refused = invited.ask("join", json!(["den"])).await;
    assert_eq!(refused["error"]["code"], "forbidden", "{refused}");
    let mut stranger = ClassicClient::connect(server.address).await;
    stranger.ask("join", json!(["den"])).await;
    for page in [&mut invited, &mut stranger] {
        page.ask("my event", json!(["x"])).await;
    }
    owner.say(&room, "m1", "among us").await.unwrap();
    for page in [&mut invited, &mut stranger] {
        page.ask("my event", json!(["y"])).await;
        assert!(!page.frames.iter().any(|frame| frame.contains("among us")));
    }
    // A member's page says and hears what the member may.
    let mut page = page_of(&server, "member").await;
    page.ask("join", json!(["den"])).await;
    page.ask("chat message", json!(["from an old page"])).await;
    let said = owner.event_where("entries", |event| event.to_string().contains("from an old page")).await;
    assert_eq!((&said["room"], &said["entries"][0]["author"]["name"]), (&json!(room), &json!("member")));
    server.stop().await;
}
