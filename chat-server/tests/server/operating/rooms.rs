//! `chat-server room`.

use super::*;
use crate::classic_client::ClassicClient;

const PASSWORD: &str = "correct horse\n";

/// A server with an account on it that is connected.
async fn server_with_ada() -> (Process, Client) {
    let server = Process::start("");
    done(server.data(), &["user", "add", "ada"], PASSWORD).await;
    let ada = signed_in(&server, "ada", "correct horse").await;
    (server, ada)
}

/// The id of the room of that name, as the list shows it.
async fn id_of(data: &Path, name: &str) -> String {
    let rooms = listed(data, "room").await;
    let room = rooms.iter().find(|room| room["name"] == name).unwrap();
    room["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_room_is_made_and_gets_an_owner() {
    let (server, mut ada) = server_with_ada().await;
    let data = server.data();
    let made = done(data, &["room", "create", "#Ops", "--private", "--topic", "things"], "").await;
    let id = id_of(data, "ops").await;
    assert!(made.contains("#ops") && made.contains(&format!("room add {id} NAME --role owner")), "{made}");
    assert_eq!(ada.request("room:find", json!({ "name": "ops" })).await.unwrap_err()["code"], "not_found");

    // She has it without connecting again, and hears what happens in it.
    done(data, &["room", "add", "ops", "ada", "--role", "owner"], "").await;
    let is_added = |event: &Value| event["entries"].as_array().unwrap().iter().any(|entry| entry["kind"] == "add");
    let told = ada.event_where("entries", |event| event["room"] == *id && is_added(event)).await;
    assert_eq!(told["entries"].as_array().unwrap().last().unwrap()["author"]["name"], "server");
    let sync = ada.request("sync", json!({})).await.unwrap();
    let state = sync["rooms"].as_array().unwrap().iter().find(|state| state["room"]["id"] == *id).unwrap();
    assert_eq!((&state["role"], &state["room"]["topic"]), (&json!("owner"), &json!("things")));
    ada.say(&id, "1", "mine").await.unwrap();

    done(data, &["room", "create", "open"], "").await;
    assert!(refused(data, &["room", "create", "open"], "").await.contains("already"));
    let table = done(data, &["room", "list"], "").await;
    assert!(table.lines().count() == 5 && table.contains("#open") && table.ends_with("And 0 conversations.\n"), "{table}");
    let facts: Vec<_> =
        listed(data, "room").await.iter().map(|room| json!([room["name"], room["kind"], room["members"], room["messages"]])).collect();
    assert_eq!(facts, [json!(["lobby", "lobby", 1, 0]), json!(["open", "public", 0, 0]), json!(["ops", "private", 1, 1])]);
}

#[tokio::test]
async fn who_is_removed_hears_nothing_more() {
    let (server, mut ada) = server_with_ada().await;
    let data = server.data();
    done(data, &["room", "create", "ops"], "").await;
    done(data, &["room", "add", "ops", "ada"], "").await;
    assert!(refused(data, &["room", "add", "ops", "ada"], "").await.contains("in the room already"));
    done(data, &["room", "add", "ops", "ada", "--role", "moderator"], "").await;
    let ops = id_of(data, "ops").await;
    let mut bob = Client::guest(server.address, "bob").await;
    bob.request("room:join", json!({ "room": ops, "client_id": "j", "after": null })).await.unwrap();
    done(data, &["room", "remove", "ops", "ada"], "").await;
    let removed = |event: &Value| event["entries"].as_array().unwrap().iter().any(|entry| entry["kind"] == "remove");
    ada.event_where("entries", |event| event["room"] == *ops && removed(event)).await;
    ada.forget();
    bob.say(&ops, "1", "without her").await.unwrap();
    assert_eq!(ada.say(&ops, "2", "let me in").await.unwrap_err()["code"], "forbidden");
    ada.request("sync", json!({})).await.unwrap();
    assert!(!ada.inbox.iter().any(|(name, event)| name == "entries" && event["room"] == *ops), "{:?}", ada.inbox);
    assert!(refused(data, &["room", "remove", "ops", "ada"], "").await.contains("not in the room"));
    assert!(refused(data, &["room", "remove", "nowhere", "ada"], "").await.contains("no room nowhere"));
    assert!(refused(data, &["room", "add", "ops", "nobody"], "").await.contains("no account nobody"));
}

#[tokio::test]
async fn an_archived_room_is_read_and_opened_again() {
    let (server, mut ada) = server_with_ada().await;
    let data = server.data();
    let made = ada.request("room:create", json!({ "client_id": "r", "name": "ops" })).await.unwrap();
    let ops = made["room"]["id"].as_str().unwrap().to_owned();
    done(data, &["room", "archive", "ops"], "").await;
    assert_eq!(ada.say(&ops, "1", "one").await.unwrap_err()["code"], "forbidden");
    assert!(done(data, &["room", "list"], "").await.contains("archived"));
    done(data, &["room", "archive", "ops", "--undo"], "").await;
    ada.say(&ops, "2", "two").await.unwrap();
    for command in ["archive", "delete"] {
        let problem = refused(data, &["room", command, "lobby"], "lobby\n").await;
        assert!(problem.contains("lobby keeps"), "{problem}");
    }
}

/// Members and visitors lose it at once, and nobody finds anything of it any more.
#[tokio::test]
async fn a_deleted_room_is_gone_at_once() {
    let (server, mut ada) = server_with_ada().await;
    let data = server.data();
    let made = ada.request("room:create", json!({ "client_id": "r", "name": "general" })).await.unwrap();
    let room = made["room"]["id"].as_str().unwrap().to_owned();
    ada.say(&room, "1", "a secret plan").await.unwrap();
    let sync = ada.request("sync", json!({})).await.unwrap();
    let state = sync["rooms"].as_array().unwrap().iter().find(|state| state["room"]["id"] == *room).unwrap().clone();
    ada.forget();
    assert!(refused(data, &["room", "delete", "general"], "generals\n").await.contains("nothing was deleted"));
    let told = run(data, &["room", "delete", "general"], "general\n").await;
    assert_eq!(told.code, Some(0), "{}", told.problem);
    assert!(told.problem.contains("1 member and 1 message,"), "{}", told.problem);

    // A frame of another epoch, by which a client that knows the room asks where it is.
    // (What was said before may still be on its way.)
    let frame = ada.event_where("entries", |event| event["room"] == *room && event["epoch"] != state["epoch"]).await;
    assert!(frame["entries"].as_array().unwrap().is_empty(), "{frame}");
    let sync = ada.request("sync", json!({})).await.unwrap();
    assert!(!sync["rooms"].as_array().unwrap().iter().any(|state| state["room"]["id"] == *room));
    for (request, payload) in [
        ("history:read", json!({ "room": room })),
        ("room:members", json!({ "room": room })),
        ("room:join", json!({ "room": room, "client_id": "j", "after": null })),
        ("typing:set", json!({ "room": room, "typing": true })),
    ] {
        assert_eq!(ada.request(request, payload).await.unwrap_err()["code"], "not_found", "{request}");
    }
    let export = crate::export::export(data, &[]).await;
    assert_eq!(export.len(), 1, "the lobby alone");
    // Its name is free for another room.
    let again = ada.request("room:create", json!({ "client_id": "r2", "name": "general" })).await.unwrap();
    assert_ne!(again["room"]["id"], *room);
}

/// A classic page that visits the room is told so when it speaks, and the next one gets a room that begins anew.
#[tokio::test]
async fn a_deleted_room_is_visited_no_more() {
    let server = Process::start("");
    let data = server.data();
    let mut page = ClassicClient::connect_to(server.address, 3, "/chat").await;
    page.emit("chat message", json!(["hi"])).await;
    page.hears("chat message", json!(["hi"])).await;
    let room = id_of(data, "chat").await;
    done(data, &["room", "delete", "chat", "--yes"], "").await;
    page.emit("chat message", json!(["is anybody here?"])).await;
    page.hears("chat message", json!(["There is no such room."])).await;
    let mut next = ClassicClient::connect_to(server.address, 3, "/chat").await;
    next.emit("chat message", json!(["anew"])).await;
    next.hears("chat message", json!(["anew"])).await;
    assert_ne!(id_of(data, "chat").await, room);
    let frames = page.frames.join("\n");
    assert!(!frames.contains("anew"), "{frames}");
}

#[tokio::test]
async fn rooms_of_one_name_are_told_apart_by_their_ids() {
    let (server, _ada) = server_with_ada().await;
    let data = server.data();
    for _ in 0..2 {
        done(data, &["room", "create", "ops", "--private"], "").await;
    }
    let problem = refused(data, &["room", "add", "ops", "ada"], "").await;
    let ids: Vec<String> = listed(data, "room").await.iter().skip(1).map(|room| room["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.len() == 2 && ids.iter().all(|id| problem.contains(id)), "{problem}");
    done(data, &["room", "add", &ids[1], "ada"], "").await;
    done(data, &["room", "delete", &ids[0], "--yes"], "").await;
    let left = listed(data, "room").await;
    assert_eq!((left.len(), left[1]["id"].as_str(), &left[1]["members"]), (2, Some(ids[1].as_str()), &json!(1)));
}

#[tokio::test]
async fn without_a_server_rooms_are_made_and_deleted_all_the_same() {
    let (server, mut ada) = server_with_ada().await;
    ada.request("room:create", json!({ "client_id": "r", "name": "old" })).await.unwrap();
    let dir = stopped(server);
    let data = dir.path();
    done(data, &["room", "create", "ops", "--private"], "").await;
    done(data, &["room", "add", "ops", "ada", "--role", "owner"], "").await;
    done(data, &["room", "archive", "ops"], "").await;
    done(data, &["room", "delete", "old", "--yes"], "").await;
    let server = Process::start_in(dir, "");
    let ada = signed_in(&server, "ada", "correct horse").await;
    let rooms = ada.welcome["sync"]["rooms"].as_array().unwrap();
    let facts: Vec<_> =
        rooms.iter().map(|state| json!([state["room"]["name"], state["role"], state["room"]["settings"]["archived"]])).collect();
    assert_eq!(facts, [json!(["lobby", "member", false]), json!(["ops", "owner", true])]);
}
