//! `chat-server user`.

use super::*;

const PASSWORD: &str = "correct horse\n";

#[tokio::test]
async fn an_account_is_made_and_listed() {
    let server = Process::start("");
    let data = server.data();
    let made = done(data, &["user", "add", "Ada", "--role", "owner"], PASSWORD).await;
    assert!(made.contains("account ada") && made.contains("owner"), "{made}");
    let ada = signed_in(&server, "ada", "correct horse").await;
    assert_eq!((&ada.welcome["user"]["identity"], &ada.welcome["user"]["role"]), (&json!("ada"), &json!("owner")));
    done(data, &["user", "add", "bob"], "battery staple\n").await;
    let accounts = listed(data, "user").await;
    let facts: Vec<_> = accounts.iter().map(|line| json!([line["identity"], line["sessions"], line["online"]])).collect();
    assert_eq!(facts, [json!(["ada", 1, true]), json!(["bob", 0, false])]);
    assert!(accounts[1]["created"].as_u64().unwrap() <= accounts[0]["seen"].as_u64().unwrap());
    let table = done(data, &["user", "list"], "").await;
    assert!(table.starts_with("NAME") && table.lines().count() == 3 && table.contains("owner"), "{table}");

    let problem = refused(data, &["user", "add", "аda"], PASSWORD).await;
    assert!(problem.contains("looks like"), "a look-alike is refused: {problem}");
    assert!(refused(data, &["user", "add", "carol"], "short\n").await.contains("too short"));
    assert_eq!(run(data, &["user", "add", "carol", "--role", "king"], PASSWORD).await.code, Some(2));
    assert_eq!(run(data, &["user", "add", "car ol"], PASSWORD).await.code, Some(2));
    assert_eq!(listed(data, "user").await.len(), 2);
}

#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    let server = Process::start("");
    let data = server.data();
    done(data, &["user", "add", "ada"], PASSWORD).await;
    let mut ada = signed_in(&server, "ada", "correct horse").await;
    done(data, &["user", "passwd", "ada"], "battery staple\n").await;
    assert_eq!(ada.event("closing").await["error"]["code"], "signed_out");
    let mut guest = Client::guest(server.address, "eve").await;
    let old = guest.request("account:login", json!({ "identity": "ada", "password": "correct horse" })).await;
    assert_eq!(old.unwrap_err()["code"], "wrong_password");
    signed_in(&server, "ada", "battery staple").await;
    assert!(refused(data, &["user", "passwd", "nobody"], PASSWORD).await.contains("no account nobody"));
}

#[tokio::test]
async fn a_role_holds_at_once_and_is_told() {
    let server = Process::start("");
    let data = server.data();
    done(data, &["user", "add", "ada"], PASSWORD).await;
    let mut ada = signed_in(&server, "ada", "correct horse").await;
    let mut bob = Client::guest(server.address, "bob").await;
    let lobby = bob.lobby();
    let rename = json!({ "room": lobby, "client_id": "c1", "after": null, "changes": { "title": "Welcome" } });
    assert_eq!(ada.request("room:configure", rename.clone()).await.unwrap_err()["code"], "forbidden");
    done(data, &["user", "role", "ada", "moderator"], "").await;
    for client in [&mut ada, &mut bob] {
        let told = client.event_where("user:changed", |event| event["user"]["identity"] == "ada").await;
        assert_eq!(told["user"]["role"], "moderator");
    }
    ada.request("room:configure", rename).await.unwrap();
}

/// Gone are the account and its way in; what it said stays, and everybody sees it go.
#[tokio::test]
async fn a_deleted_account_is_gone_from_everywhere() {
    let server = Process::start("");
    let data = server.data();
    for name in ["ada", "bob"] {
        done(data, &["user", "add", name], PASSWORD).await;
    }
    let (mut ada, mut bob) = (signed_in(&server, "ada", "correct horse").await, signed_in(&server, "bob", "correct horse").await);
    let made = ada.request("room:create", json!({ "client_id": "r", "name": "ops", "visibility": "private" })).await.unwrap();
    let ops = made["room"]["id"].as_str().unwrap().to_owned();
    let invite = json!({ "room": ops, "user": bob.user(), "client_id": "i", "after": null });
    ada.request("room:invite", invite).await.unwrap();
    bob.request("room:join", json!({ "room": ops, "client_id": "j", "after": null })).await.unwrap();
    let talk = json!({ "users": [bob.user()], "client_id": "d" });
    let talk = ada.request("direct:open", talk).await.unwrap()["room"]["id"].as_str().unwrap().to_owned();
    ada.say(&talk, "1", "between us").await.unwrap();
    ada.say(&ops, "2", "for all of ops").await.unwrap();
    let (id, lobby) = (ada.user(), ada.lobby());

    let problem = refused(data, &["user", "delete", "ada"], "bob\n").await;
    assert!(problem.contains("nothing was deleted"), "{problem}");
    ada.request("sync", json!({})).await.unwrap();
    let told = run(data, &["user", "delete", "ada"], "ada\n").await;
    assert_eq!((told.code, told.out.as_str()), (Some(0), "Deleted the account ada.\n"), "{}", told.problem);
    assert_eq!(ada.event("closing").await["error"]["code"], "signed_out");

    let left = |event: &Value| event["entries"].as_array().unwrap().iter().any(|e| e["kind"] == "leave" && e["author"]["id"] == *id);
    for room in [&lobby, &ops, &talk] {
        bob.event_where("entries", |event| event["room"] == **room && left(event)).await;
    }
    for (room, text) in [(&ops, "for all of ops"), (&talk, "between us")] {
        let page = bob.request("history:read", json!({ "room": room })).await.unwrap();
        let said = page["entries"].as_array().unwrap().iter().find(|entry| entry["kind"] == "message").unwrap();
        assert_eq!((&said["content"]["text"], &said["author"]["name"]), (&json!(text), &json!("ada")));
    }
    let sync = bob.request("sync", json!({})).await.unwrap();
    let talk = sync["rooms"].as_array().unwrap().iter().find(|state| state["room"]["id"] == *talk).unwrap();
    assert_eq!(talk["people"][0]["name"], "ada", "a conversation still says with whom it was");
    for (room, many) in [(&lobby, 1), (&ops, 1)] {
        let members = bob.request("room:members", json!({ "room": room })).await.unwrap();
        let stored = members["members"].as_array().unwrap().iter().filter(|member| member["room_role"].is_string()).count();
        assert_eq!(stored, many, "{members}");
    }
    assert_eq!(bob.request("direct:open", json!({ "users": [id], "client_id": "d2" })).await.unwrap_err()["code"], "not_found");
    assert_eq!(bob.request("user:read", json!({ "user": id })).await.unwrap_err()["code"], "not_found");

    let mut guest = Client::guest(server.address, "eve").await;
    let login = guest.request("account:login", json!({ "identity": "ada", "password": "correct horse" })).await;
    assert_eq!(login.unwrap_err()["code"], "wrong_password");
    // The name is free, and its next bearer is somebody else.
    done(data, &["user", "add", "ada"], PASSWORD).await;
    let again = signed_in(&server, "ada", "correct horse").await;
    assert_ne!(again.user(), id);
    assert_eq!(again.welcome["sync"]["rooms"].as_array().unwrap().len(), 1, "in the lobby alone");
}

/// Whose account is deleted is nobody's friend any more, and asks nobody; what was said stays theirs who heard it.
#[tokio::test]
async fn a_deleted_account_has_no_friends() {
    let server = Process::start("");
    let data = server.data();
    for name in ["ada", "bob", "cyd", "dan"] {
        done(data, &["user", "add", name], PASSWORD).await;
    }
    let mut people = Vec::new();
    for name in ["ada", "bob", "cyd", "dan"] {
        people.push(signed_in(&server, name, "correct horse").await);
    }
    let [ada, bob, cyd, dan] = &mut people[..] else { unreachable!() };
    let step = |id: &str, user: &Client| json!({ "client_id": id, "user": user.user() });
    ada.request("friend:ask", step("1", bob)).await.unwrap();
    bob.request("friend:accept", step("1", ada)).await.unwrap();
    ada.request("friend:ask", step("2", cyd)).await.unwrap();
    dan.request("friend:ask", step("1", ada)).await.unwrap();
    let sync = ada.request("sync", json!({})).await.unwrap();
    let own = sync["rooms"].as_array().unwrap().iter().find(|state| state["room"]["kind"] == "friends" && state["role"] == "owner");
    let own = own.unwrap()["room"]["id"].as_str().unwrap().to_owned();
    ada.say(&own, "3", "to my friends").await.unwrap();
    bob.messages(&own, 1).await;

    done(data, &["user", "delete", "ada", "--yes"], "").await;
    assert_eq!(ada.event("closing").await["error"]["code"], "signed_out");
    for (person, change) in [(&mut *bob, "ended"), (&mut *cyd, "withdrawn"), (&mut *dan, "refused")] {
        person.event_where("entries", |event| event.to_string().contains(change)).await;
        let list = person.request("friend:list", json!({})).await.unwrap();
        assert_eq!(list["friends"], json!([]));
    }
    let sync = bob.request("sync", json!({})).await.unwrap();
    assert!(!sync.to_string().contains(own.as_str()), "{sync}");
    let page = bob.request("history:read", json!({ "room": own })).await.unwrap();
    assert!(page.to_string().contains("to my friends"), "{page}");
    // The operator is told of rooms, not of what friends say, and cannot come into it.
    let rooms = done(data, &["room", "list"], "").await;
    assert!(!rooms.contains("friends"), "{rooms}");
    for command in [&["room", "add", &own, "dan"][..], &["room", "remove", &own, "bob"], &["room", "archive", &own]] {
        assert!(refused(data, command, "").await.contains("There is no room"), "{command:?}");
    }
}

#[tokio::test]
async fn without_a_server_the_command_takes_its_place() {
    let server = Process::start("");
    done(server.data(), &["user", "add", "bob"], PASSWORD).await;
    let dir = stopped(server);
    let data = dir.path();
    done(data, &["user", "add", "ada", "--role", "moderator"], PASSWORD).await;
    done(data, &["user", "role", "ada", "owner"], "").await;
    done(data, &["user", "passwd", "ada"], "battery staple\n").await;
    done(data, &["user", "delete", "bob", "--yes"], "").await;
    assert_eq!(listed(data, "user").await.len(), 1);

    let server = Process::start_in(dir, "");
    let mut ada = signed_in(&server, "ada", "battery staple").await;
    assert_eq!(ada.welcome["user"]["role"], "owner");
    let page = ada.request("history:read", json!({ "room": ada.lobby() })).await.unwrap();
    let last = page["entries"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["kind"], &last["author"]["name"]), (&json!("leave"), &json!("bob")));
}

#[tokio::test]
async fn a_directory_without_a_database_is_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = dir.path().join("nowhere");
    for data in [dir.path(), &nowhere] {
        let problem = refused(data, &["user", "list"], "").await;
        assert!(problem.contains("no database") && problem.contains("--data"), "{problem}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Somebody who holds the lock and does not listen, such as another command, is named.
#[tokio::test]
async fn a_directory_that_is_in_use_is_not_touched() {
    let dir = Process::start("").kill();
    let _held = chat_server::data_dir::DataDir::open(dir.path()).unwrap();
    let problem = refused(dir.path(), &["user", "list"], "").await;
    assert!(problem.contains("in use") && problem.contains(&std::process::id().to_string()), "{problem}");
}
