//! Friends over real sockets: who asks, who is told, who hears what, and from when to when.

use chat_proto::user::ServerRole;
use serde_json::{Value, json};

use crate::access::server_with;
use crate::client::{Client, send, token};
use crate::running::Running;

/// A server with these accounts.
async fn server_of(names: &[&str]) -> Running {
    server_with(&names.iter().map(|name| (*name, ServerRole::Member)).collect::<Vec<_>>()).await
}

/// One more connection of that account.
pub async fn signed_in(server: &Running, name: &str) -> Client {
    Client::connect(server.address, json!({ "token": token(name) })).await
}

/// One step between the client and somebody.
async fn step(client: &mut Client, request: &str, client_id: &str, user: &str) -> Result<Value, Value> {
    client.request(request, json!({ "client_id": client_id, "user": user })).await
}

/// Makes friends of the two.
pub async fn befriend(one: &mut Client, other: &mut Client) {
    let both = format!("{}-{}", one.user(), other.user());
    step(one, "friend:ask", &format!("ask-{both}"), &other.user()).await.unwrap();
    step(other, "friend:accept", &format!("accept-{both}"), &one.user()).await.unwrap();
}

/// What the list says: names and states.
async fn listed(client: &mut Client) -> Vec<(String, String)> {
    let reply = client.request("friend:list", json!({})).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    reply["friends"].as_array().unwrap().iter().map(|friend| (text(&friend["user"]["name"]), text(&friend["state"]))).collect()
}

/// The rooms in which friends speak, by whose they are; the own one without a name.
async fn heard(client: &mut Client) -> Vec<(String, String)> {
    let sync = client.request("sync", json!({})).await.unwrap();
    let rooms = sync["rooms"].as_array().unwrap().iter().filter(|state| state["room"]["kind"] == "friends");
    let mut rooms: Vec<(String, String)> = rooms
        .map(|state| {
            let friend = state["people"][0]["name"].as_str().unwrap_or_default();
            assert_eq!(state["role"] == "owner", friend.is_empty(), "{state}");
            (friend.to_owned(), state["room"]["id"].as_str().unwrap().to_owned())
        })
        .collect();
    rooms.sort();
    rooms
}

/// The room in which somebody speaks to their friends.
pub async fn own_room(client: &mut Client) -> String {
    heard(client).await.into_iter().find(|(friend, _)| friend.is_empty()).unwrap().1
}

/// Waits until an entry of that kind comes, in whatever room; gives it.
async fn told(client: &mut Client, kind: &str) -> Value {
    let has = |event: &Value| event["entries"].as_array().unwrap().iter().any(|entry| entry["kind"] == kind);
    let event = client.event_where("entries", has).await;
    event["entries"].as_array().unwrap().iter().rfind(|entry| entry["kind"] == kind).unwrap().clone()
}

fn hears_of(client: &Client, text: &str) -> bool {
    client.frames.iter().any(|frame| frame.contains(text))
}

#[tokio::test]
async fn a_question_an_answer_and_what_is_said_then() {
    let server = server_of(&["ada", "bob", "eve"]).await;
    let (mut ada, mut bob, mut eve) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await, signed_in(&server, "eve").await);
    let mut elsewhere = signed_in(&server, "ada").await;
    assert_eq!((ada.welcome["limits"]["friends"].clone(), ada.welcome["limits"]["friend_questions"].clone()), (json!(500), json!(100)));

    step(&mut ada, "friend:ask", "q1", &bob.user()).await.unwrap();
    let news = told(&mut bob, "friend_news").await;
    assert_eq!((&news["change"], &news["author"]["name"], &news["n"]), (&json!("asked"), &json!("ada"), &json!(1)));
    let note = told(&mut elsewhere, "friend_note").await;
    assert_eq!(
        (&note["change"], &note["user"]["name"], &note["client_id"], &note["n"]),
        (&json!("asked"), &json!("bob"), &json!("q1"), &json!(0))
    );
    assert_eq!(listed(&mut ada).await, [("bob".to_owned(), "you_asked".to_owned())]);
    assert_eq!(listed(&mut bob).await, [("ada".to_owned(), "asks_you".to_owned())]);
    let profile = bob.request("user:read", json!({ "user": ada.user() })).await.unwrap();
    assert_eq!(profile["friendship"], "asks_you");
    assert_eq!((heard(&mut ada).await, heard(&mut bob).await), (vec![], vec![]));

    step(&mut bob, "friend:accept", "y1", &ada.user()).await.unwrap();
    assert_eq!(told(&mut ada, "friend_news").await["change"], "accepted");
    let profile = eve.request("user:read", json!({ "user": ada.user() })).await.unwrap();
    assert_eq!(profile["friendship"], "none", "between others it is nobody's business");
    let (of_ada, of_bob) = (heard(&mut ada).await, heard(&mut bob).await);
    assert_eq!((of_ada[0].0.as_str(), of_ada[1].0.as_str(), of_bob[1].0.as_str()), ("", "bob", "ada"));
    assert_eq!((&of_ada[0].1, &of_ada[1].1), (&of_bob[1].1, &of_bob[0].1), "the same two rooms");

    // From here on they hear one another, on all of their devices, and nobody else does.
    ada.say(&of_ada[0].1, "m1", "to my friends").await.unwrap();
    for client in [&mut bob, &mut elsewhere] {
        assert_eq!(client.messages(&of_ada[0].1, 1).await[0]["content"]["text"], "to my friends");
    }
    let said = bob.say(&of_bob[0].1, "m1", "to mine").await.unwrap();
    assert_eq!(elsewhere.messages(&of_bob[0].1, 1).await[0]["content"]["text"], "to mine");
    let refused = bob.say(&of_ada[0].1, "m2", "into her room").await.unwrap_err();
    assert_eq!(refused["code"], "forbidden");
    let epoch = bob.request("history:read", json!({ "room": of_bob[0].1 })).await.unwrap()["epoch"].clone();
    let target = json!({ "epoch": epoch, "seq": said["seq"], "id": said["id"] });
    let react = json!({ "room": of_bob[0].1, "client_id": "r", "after": null, "target": target, "emoji": "🎉", "on": true });
    ada.request("message:react", react).await.unwrap();
    assert_eq!(told(&mut bob, "react").await["count"], 1);
    eve.nothing("entries").await;
    assert!(!hears_of(&eve, "to my friends") && !hears_of(&eve, "to mine"));
    for request in ["history:read", "room:members"] {
        assert_eq!(eve.request(request, json!({ "room": of_ada[0].1 })).await.unwrap_err()["code"], "not_found");
    }
    let late = signed_in(&server, "bob").await;
    let people = late.welcome["sync"]["rooms"].as_array().unwrap().iter().find(|state| state["room"]["id"] == of_ada[0].1);
    assert_eq!(people.unwrap()["people"][0]["id"], ada.user());
    server.stop().await;
}

#[tokio::test]
async fn who_is_told_of_what_and_who_is_not() {
    let server = server_of(&["ada", "bob"]).await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    let (ada_id, bob_id) = (ada.user(), bob.user());
    step(&mut ada, "friend:ask", "q1", &bob_id).await.unwrap();
    step(&mut bob, "friend:refuse", "n1", &ada_id).await.unwrap();
    let refused = told(&mut ada, "friend_news").await;
    assert_eq!((&refused["change"], &refused["n"]), (&json!("refused"), &json!(0)), "told, and not counted");
    step(&mut ada, "friend:ask", "q2", &bob_id).await.unwrap();
    step(&mut ada, "friend:remove", "w2", &bob_id).await.unwrap();
    let has = |event: &Value| event.to_string().contains("withdrawn");
    bob.event_where("entries", has).await;
    assert_eq!((listed(&mut ada).await, listed(&mut bob).await), (vec![], vec![]));
    // Both ask: nobody has to answer any more.
    step(&mut ada, "friend:ask", "q3", &bob_id).await.unwrap();
    step(&mut bob, "friend:ask", "q1", &ada_id).await.unwrap();
    assert_eq!(listed(&mut ada).await, [("bob".to_owned(), "friends".to_owned())]);
    step(&mut bob, "friend:remove", "e1", &ada_id).await.unwrap();
    let has = |event: &Value| event.to_string().contains("\"ended\"");
    ada.event_where("entries", has).await;
    assert_eq!((heard(&mut ada).await.len(), heard(&mut bob).await.len()), (1, 1), "each with their own room, which stays");

    // Of all that each has in the inbox what is nice to read, and what they did themself.
    for (client, lines, counted) in [(&mut ada, 6, 1), (&mut bob, 7, 3)] {
        let sync = client.request("sync", json!({})).await.unwrap();
        let inbox = sync["rooms"].as_array().unwrap().iter().find(|state| state["room"]["kind"] == "inbox").unwrap();
        assert_eq!(inbox["read"]["unread"], counted, "{inbox}");
        let page = client.request("history:read", json!({ "room": inbox["room"]["id"] })).await.unwrap();
        assert_eq!(page["entries"].as_array().unwrap().len(), lines, "{page}");
        assert_eq!(page["amendments"], json!([]));
    }
    server.stop().await;
}

#[tokio::test]
async fn an_end_and_a_secret_in_one_commit() {
    let server = server_of(&["ada", "bob", "cyd"]).await;
    let (mut ada, mut bob, mut cyd) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await, signed_in(&server, "cyd").await);
    befriend(&mut ada, &mut bob).await;
    befriend(&mut ada, &mut cyd).await;
    befriend(&mut bob, &mut cyd).await;
    let (of_ada, of_bob) = (own_room(&mut ada).await, own_room(&mut bob).await);
    ada.say(&of_ada, "m1", "for all of you").await.unwrap();
    bob.messages(&of_ada, 1).await;
    // Sent behind one another without waiting: the writer takes both at once, or the second right after.
    let end = ada.emit("friend:remove", json!({ "client_id": "e", "user": bob.user() })).await;
    let secret = ada.emit("message:send", send(&of_ada, "m2", None, "a secret of ada's")).await;
    ada.answer(&end).await.unwrap();
    ada.answer(&secret).await.unwrap();
    bob.say(&of_bob, "m3", "a secret of bob's").await.unwrap();
    cyd.messages(&of_ada, 2).await;
    cyd.messages(&of_bob, 1).await;
    let gone = told(&mut bob, "remove").await;
    assert_eq!(gone["user"]["id"], bob.user(), "the last that he hears of her room");
    told(&mut ada, "leave").await;
    ada.say(&of_ada, "m4", "another secret").await.unwrap();
    cyd.messages(&of_ada, 1).await;
    for client in [&mut ada, &mut bob] {
        client.request("sync", json!({})).await.unwrap();
    }
    assert!(!hears_of(&bob, "a secret of ada's") && !hears_of(&bob, "another secret"), "{:?}", bob.frames);
    assert!(!hears_of(&ada, "a secret of bob's"), "{:?}", ada.frames);

    // What was said before is his to read, and the log ends for him where the friendship did.
    let page = bob.request("history:read", json!({ "room": of_ada })).await.unwrap();
    assert!(page.to_string().contains("for all of you") && !page.to_string().contains("secret"), "{page}");
    assert_eq!((&page["head"]["seq"], &page["to"]["seq"]), (&gone["seq"], &gone["seq"]));
    let found = bob.request("search:read", json!({ "query": "secret" })).await.unwrap();
    assert!(found["hits"].as_array().unwrap().iter().all(|hit| hit["room"] == of_bob), "{found}");
    // A connection that begins now is in her room no more than the one that was there.
    let mut late = signed_in(&server, "bob").await;
    ada.say(&of_ada, "m5", "the last secret").await.unwrap();
    cyd.messages(&of_ada, 1).await;
    late.request("sync", json!({})).await.unwrap();
    assert!(!hears_of(&late, "secret of ada's") && !hears_of(&late, "the last secret"));
    server.stop().await;
}

#[tokio::test]
async fn a_repeat_is_one_question_and_gets_one_answer() {
    let server = server_of(&["ada", "bob"]).await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    let ask = json!({ "client_id": "q", "user": bob.user() });
    let rids = [ada.emit("friend:ask", ask.clone()).await, ada.emit("friend:ask", ask.clone()).await];
    let first = ada.answer(&rids[0]).await.unwrap();
    assert_eq!(ada.answer(&rids[1]).await.unwrap(), first);
    let server = server.restart().await;
    let (mut ada, mut again) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    assert_eq!(ada.request("friend:ask", ask.clone()).await.unwrap(), first, "after a restart, too");
    step(&mut again, "friend:accept", "y", &ada.user()).await.unwrap();
    assert_eq!(ada.request("friend:ask", ask).await.unwrap(), first);
    let conflict = json!({ "client_id": "q", "user": ada.user() });
    assert_eq!(ada.request("friend:ask", conflict).await.unwrap_err()["code"], "conflict");
    let page = ada.request("friend:list", json!({})).await.unwrap();
    assert_eq!(page["friends"].as_array().unwrap().len(), 1);
    bob.forget();
    server.stop().await;
}

#[tokio::test]
async fn who_asks_too_many_people_waits() {
    let server = server_of(&["ada", "bob"]).await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    let (ada_id, bob_id) = (ada.user(), bob.user());
    let mut asked = 0;
    let refused = loop {
        if let Err(error) = step(&mut ada, "friend:ask", &format!("q{asked}"), &bob_id).await {
            break error;
        }
        asked += 1;
        step(&mut bob, "friend:refuse", &format!("n{asked}"), &ada_id).await.unwrap();
        assert!(asked < 200, "nobody is asked without end");
    };
    assert_eq!((&refused["code"], &refused["retry"]), (&json!("slow_down"), &json!("later")));
    assert!(refused["retry_after_ms"].as_u64().is_some_and(|wait| wait > 1_000), "{refused}");
    assert!(asked >= 20, "{asked}");
    // A repeat costs nothing, and who was asked may ask.
    step(&mut ada, "friend:ask", "q0", &bob_id).await.unwrap();
    step(&mut bob, "friend:ask", "b0", &ada_id).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn friends_see_one_another_and_who_writes() {
    let server = server_of(&["ada", "bob"]).await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    let (of_ada, of_bob) = (own_room(&mut ada).await, own_room(&mut bob).await);
    let here = ada.request("sync", json!({ "show": [of_bob] })).await.unwrap();
    let members = here["presence"][0]["members"].as_array().unwrap();
    assert!(members.iter().any(|member| member["id"] == bob.user() && member["presence"] == "online"), "{here}");
    bob.request("presence:set", json!({ "away": true })).await.unwrap();
    let away = |event: &Value| event["room"] == of_bob && event.to_string().contains("\"away\"");
    ada.event_where("presence:changed", away).await;
    assert_eq!(bob.request("typing:set", json!({ "room": of_ada, "typing": true })).await.unwrap_err()["code"], "forbidden");
    ada.request("typing:set", json!({ "room": of_ada, "typing": true })).await.unwrap();
    let typing = bob.event_where("typing:changed", |event| event["room"] == of_ada).await;
    assert_eq!(typing["users"][0]["name"], "ada");
    // After the end neither sees the other come and go.
    step(&mut ada, "friend:remove", "e", &bob.user()).await.unwrap();
    let gone = bob.event_where("presence:changed", |event| event["room"] == of_bob && event["gone"] == json!([ada.user()])).await;
    assert_eq!(gone["total"], 1);
    let here = bob.request("sync", json!({ "show": [of_ada] })).await.unwrap();
    assert_eq!(here["presence"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn a_friend_is_called_as_they_are_called() {
    let server = server_of(&["ada", "bob"]).await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    ada.request("user:rename", json!({ "name": "Countess" })).await.unwrap();
    bob.event_where("user:changed", |event| event["user"]["name"] == "Countess").await;
    assert_eq!(listed(&mut bob).await, [("Countess".to_owned(), "friends".to_owned())]);
    assert_eq!(heard(&mut bob).await[1].0, "Countess");
    // Marking read and mentioning work as in every room.
    let of_ada = own_room(&mut ada).await;
    let mut mention = send(&of_ada, "m1", None, "@bob look");
    mention["mentions"] = json!([bob.user(), "nobody-at-all"]);
    let said = ada.request("message:send", mention).await.unwrap();
    let sync = bob.request("sync", json!({})).await.unwrap();
    let state = sync["rooms"].as_array().unwrap().iter().find(|state| state["room"]["id"] == of_ada).unwrap();
    assert_eq!((&state["read"]["unread"], &state["read"]["mentions"]), (&json!(1), &json!(1)));
    let place = json!({ "epoch": state["epoch"], "seq": said["seq"], "id": said["id"] });
    let read = bob.request("room:mark_read", json!({ "room": of_ada, "place": place, "unread": false })).await.unwrap();
    assert_eq!((&read["unread"], &read["mentions"]), (&json!(0), &json!(0)));
    server.stop().await;
}
