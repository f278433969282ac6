//! `chat-server token`.

use super::*;

async fn create(data: &Path, arguments: &[&str]) -> Value {
    let told = done(data, &[&["token", "create", "--json"], arguments].concat(), "").await;
    serde_json::from_str(&told).unwrap()
}

#[tokio::test]
async fn a_bot_is_made_listed_and_ended_while_the_server_runs() {
    let server = Process::start("");
    let data = server.data();
    done(data, &["room", "create", "ops", "--private"], "").await;
    let told = done(data, &["token", "create", "deploy", "--room", "ops", "--scope", "read,send,hook", "--signed"], "").await;
    for part in ["Made the bot deploy in #ops", "CHAT_TOKEN", "POST /hooks/", "Secret", "token revoke"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let made = create(data, &["ci", "--room", "ops", "--scope", "read"]).await;
    let token = made["token"].as_str().unwrap();
    let mut bot = Client::connect(server.address, json!({ "token": token })).await;
    assert_eq!((&bot.welcome["user"]["kind"], &bot.welcome["user"]["name"]), (&json!("bot"), &json!("ci")));
    let rooms = bot.welcome["sync"]["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 1, "its rooms, and not the lobby: {rooms:?}");

    let tokens = listed(data, "token").await;
    let facts: Vec<_> = tokens.iter().map(|line| json!([line["bot"]["name"], line["scopes"], line["signed"]])).collect();
    assert_eq!(facts, [json!(["ci", ["read"], false]), json!(["deploy", ["read", "send", "hook"], true])]);
    assert!(tokens[0]["used"].is_u64() && tokens[1]["used"].is_null(), "{tokens:?}");
    assert!(!tokens.iter().any(|line| line.to_string().contains(token)), "a token is shown once");
    let table = done(data, &["token", "list"], "").await;
    assert!(table.starts_with("BOT") && table.contains("read,send,hook") && table.contains("never"), "{table}");

    assert!(refused(data, &["token", "create", "CI", "--room", "ops", "--scope", "read"], "").await.contains("taken"));
    assert!(refused(data, &["token", "create", "x", "--room", "nowhere", "--scope", "read"], "").await.contains("no room nowhere"));
    assert!(refused(data, &["token", "create", "x", "--room", "ops", "--scope", "read", "--signed"], "").await.contains("hook"));
    assert_eq!(run(data, &["token", "create", "x", "--room", "ops", "--scope", "rule"], "").await.code, Some(2));
    assert_eq!(run(data, &["token", "create", "x", "--room", "ops"], "").await.code, Some(2));

    assert!(done(data, &["token", "revoke", "ci"], "").await.contains("Ended the token of ci"));
    assert_eq!(bot.event("closing").await["error"]["code"], "signed_out");
    let again = Client::try_connect(server.address, json!({ "token": token }), &[]).await;
    assert_eq!(again.err().unwrap()["code"], "signed_out");
    assert!(refused(data, &["token", "revoke", "ci"], "").await.contains("no bot ci"));
    assert_eq!(listed(data, "token").await.len(), 1);
    // The name is free.
    create(data, &["ci", "--room", "ops", "--scope", "read"]).await;
}

#[tokio::test]
async fn the_same_where_no_server_runs_and_after_a_restart() {
    let mut server = Process::start("");
    let dir = server.dir.clone();
    server.terminate();
    assert_eq!(server.wait(), Some(0));
    let data = dir.path();
    let made = create(data, &["ci", "--room", "lobby", "--scope", "read,send"]).await;
    let (id, token) = (made["info"]["id"].as_str().unwrap(), made["token"].clone());
    let server = Process::start_in(dir.clone(), "");
    let bot = Client::connect(server.address, json!({ "token": token })).await;
    assert_eq!(bot.welcome["sync"]["rooms"][0]["room"]["kind"], "lobby");
    drop(bot);
    stopped(server);
    done(data, &["token", "revoke", id], "").await;
    let server = Process::start_in(dir.clone(), "");
    let again = Client::try_connect(server.address, json!({ "token": token }), &[]).await;
    assert_eq!(again.err().unwrap()["code"], "signed_out");
}
