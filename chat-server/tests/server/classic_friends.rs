//! Dialect C with a web login's session: what is said reaches the friends, and nobody else.

use chat_server::cli::ServeArgs;
use chat_server::dialect::Audience;
use chat_server::settings::Settings;
use serde_json::{Value, json};

use crate::access::server_with;
use crate::classic_client::ClassicClient;
use crate::client::{Client, send, token};
use crate::friends::{befriend, own_room, signed_in};
use crate::late::late;
use crate::old_clients::OldClients;
use crate::running::Running;

async fn server() -> Running {
    let accounts = ["ada", "bob", "cyd", "eve"].map(|name| (name, chat_proto::user::ServerRole::Member));
    server_with(&accounts).await
}

/// A page with the session of that account, greeted, which has not shown yet what it speaks.
async fn page(server: &Running, version: u8, namespace: &'static str, name: &str) -> ClassicClient {
    let headers = [("cookie", format!("chat_session={}", token(name))), ("origin", format!("http://{}", server.address))];
    let mut page = ClassicClient::open(server.address, version, namespace, "", &headers).await.unwrap();
    page.greeted().await;
    page
}

/// The same of the social network chapter, as its page shows at once.
async fn social(server: &Running, version: u8, namespace: &'static str, name: &str) -> ClassicClient {
    let mut page = page(server, version, namespace, name).await;
    speaks(&mut page).await;
    page
}

async fn speaks(page: &mut ClassicClient) {
    assert_eq!(page.ask("my other event", json!([{ "my": "data" }])).await, json!({ "ok": {} }));
}

async fn talk(page: &mut ClassicClient, text: &str) {
    page.emit("client-talking", json!([{ "text": text }])).await;
}

/// A command, which says nothing.
async fn command(page: &mut ClassicClient, text: &str) {
    assert_eq!(page.ask("client-talking", json!([{ "text": text }])).await, json!({ "ok": {} }));
}

/// Waits until the page hears that from somebody; nothing else may come before it.
async fn hears(page: &mut ClassicClient, user: &str, text: &str) {
    let (event, arguments) = page.event().await;
    let heard = arguments[0]["user"].as_str().unwrap();
    // Whoever has no name is called `guest-` and something.
    let heard = if heard.starts_with("guest-") { "guest" } else { heard };
    assert_eq!((event.as_str(), heard, &arguments[0]["text"]), ("server-talking", user, &json!(text)));
}

/// Whether nothing of it came to the page, up to the answer of what it asks now.
async fn never_heard(page: &mut ClassicClient, text: &str) {
    page.ask("my other event", json!([{}])).await;
    assert!(!page.frames.iter().any(|frame| frame.contains(text)), "{text}: {:?}", page.frames);
}

#[tokio::test]
async fn what_is_said_reaches_the_friends_who_are_online_and_nobody_else() {
    let server = server().await;
    let (mut ada, mut bob, mut eve) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await, signed_in(&server, "eve").await);
    befriend(&mut ada, &mut bob).await;
    let mut guest = Client::guest(server.address, "gast").await;
    let (mut of_ada, mut also_ada) = (social(&server, 3, "/chat", "ada").await, social(&server, 4, "/", "ada").await);
    let (mut of_bob, mut of_eve) = (social(&server, 4, "/chat", "bob").await, social(&server, 3, "/", "eve").await);
    let mut of_guest = ClassicClient::connect_to(server.address, 4, "/chat").await;
    speaks(&mut of_guest).await;

    talk(&mut of_ada, "a secret for my friends").await;
    for page in [&mut of_ada, &mut also_ada, &mut of_bob] {
        hears(page, "ada", "a secret for my friends").await;
    }
    let room = own_room(&mut ada).await;
    for native in [&mut ada, &mut bob] {
        assert_eq!(native.messages(&room, 1).await[0]["content"]["text"], "a secret for my friends");
    }
    // What a friend says natively comes that way as well.
    let of_bobs = own_room(&mut bob).await;
    bob.say(&of_bobs, "m1", "from a terminal <b>").await.unwrap();
    for page in [&mut of_bob, &mut of_ada, &mut also_ada] {
        hears(page, "bob", "from a terminal &lt;b&gt;").await;
    }
    for page in [&mut of_eve, &mut of_guest] {
        never_heard(page, "a secret").await;
        never_heard(page, "from a terminal").await;
    }
    for native in [&mut eve, &mut guest] {
        native.request("sync", json!({})).await.unwrap();
        assert!(!native.frames.iter().any(|frame| frame.contains("a secret") || frame.contains("from a terminal")));
    }

    // Nor do they hear what is said in the rooms where the two namespaces start, and guests do.
    ada.say(&ada.lobby(), "m2", "in the open").await.unwrap();
    let chat = guest.request("room:find", json!({ "name": "chat" })).await.unwrap()["id"].as_str().unwrap().to_owned();
    guest.request("room:join", json!({ "room": chat, "client_id": "j", "after": null })).await.unwrap();
    guest.say(&chat, "m3", "in the chat").await.unwrap();
    hears(&mut of_guest, "gast", "in the chat").await;
    for page in [&mut of_ada, &mut also_ada, &mut of_bob, &mut of_eve] {
        never_heard(page, "in the open").await;
        never_heard(page, "in the chat").await;
    }
    // Without a session one speaks in the room like everybody.
    talk(&mut of_guest, "is anybody here?").await;
    let heard = guest.messages(&chat, 2).await;
    assert_eq!(heard[1]["content"]["text"], "is anybody here?");
    // What comes last comes behind all that was to come, and nobody heard what was not for them.
    hears(&mut of_guest, "guest", "is anybody here?").await;
    talk(&mut of_eve, "talking to myself").await;
    hears(&mut of_eve, "eve", "talking to myself").await;
    for page in [&mut of_eve, &mut of_guest] {
        for text in ["a secret", "from a terminal", "in the open"] {
            never_heard(page, text).await;
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn who_has_no_friends_hears_themself() {
    let server = server().await;
    let mut eve = signed_in(&server, "eve").await;
    let mut other = ClassicClient::connect(server.address).await;
    let (mut of_eve, mut also_eve) = (social(&server, 3, "/", "eve").await, social(&server, 4, "/chat", "eve").await);
    talk(&mut of_eve, "only the walls hear me").await;
    for page in [&mut of_eve, &mut also_eve] {
        hears(page, "eve", "only the walls hear me").await;
    }
    let room = own_room(&mut eve).await;
    let page = eve.request("history:read", json!({ "room": room })).await.unwrap();
    assert!(page.to_string().contains("only the walls hear me"));
    never_heard(&mut other, "the walls").await;
    // A friend who comes now does not read what was said before.
    let mut ada = signed_in(&server, "ada").await;
    let mut of_ada = social(&server, 4, "/", "ada").await;
    befriend(&mut ada, &mut eve).await;
    let page = ada.request("history:read", json!({ "room": room })).await.unwrap();
    assert!(!page.to_string().contains("the walls"), "{page}");
    talk(&mut of_eve, "at last").await;
    hears(&mut of_ada, "eve", "at last").await;
    server.stop().await;
}

/// A page that has shown nothing yet may be any of the four: it hears its room in three dialects, and in C its
/// friends.
#[tokio::test]
async fn before_it_says_anything_it_hears_its_friends_in_c_alone() {
    let server = server().await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    let mut unfixed = page(&server, 4, "/", "bob").await;
    let here = |event: &Value| event["online"].as_u64().is_some_and(|online| online >= 2);
    ada.event_where("presence:changed", here).await;
    ada.say(&ada.lobby(), "m1", "in the open").await.unwrap();
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(unfixed.event().await.0);
    }
    heard.sort();
    assert_eq!(heard, ["chat message", "message", "serverMessage"]);
    let room = own_room(&mut ada).await;
    ada.say(&room, "m2", "among friends").await.unwrap();
    hears(&mut unfixed, "ada", "among friends").await;
    // One of another dialect hears its room, and its friends no more.
    unfixed.emit("chat message", json!(["as everybody"])).await;
    unfixed.hears("chat message", json!(["as everybody"])).await;
    ada.say(&room, "m3", "not for that page").await.unwrap();
    ada.say(&ada.lobby(), "m4", "for it").await.unwrap();
    unfixed.hears("chat message", json!(["for it"])).await;
    assert!(!unfixed.frames.iter().any(|frame| frame.contains("not for that page")), "{:?}", unfixed.frames);
    server.stop().await;
}

#[tokio::test]
async fn whoever_goes_into_a_room_speaks_there_until_they_go_back() {
    let server = server().await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    let (mut of_ada, mut of_bob) = (social(&server, 3, "/", "ada").await, social(&server, 4, "/", "bob").await);
    command(&mut of_ada, "/j kitchen").await;
    talk(&mut of_ada, "who has the salt?").await;
    hears(&mut of_ada, "ada", "who has the salt?").await;
    let kitchen = bob.request("room:find", json!({ "name": "kitchen" })).await.unwrap()["id"].as_str().unwrap().to_owned();
    bob.request("room:join", json!({ "room": kitchen, "client_id": "j", "after": null })).await.unwrap();
    bob.say(&kitchen, "m1", "it is on the table").await.unwrap();
    let of_bobs = own_room(&mut bob).await;
    bob.say(&of_bobs, "m2", "to my friends alone").await.unwrap();
    hears(&mut of_bob, "bob", "to my friends alone").await;
    hears(&mut of_ada, "bob", "it is on the table").await;
    never_heard(&mut of_ada, "to my friends alone").await;
    never_heard(&mut of_bob, "who has the salt?").await;

    assert_eq!(of_ada.ask("leave", json!([])).await, json!({ "ok": {} }));
    talk(&mut of_ada, "back among you").await;
    hears(&mut of_bob, "ada", "back among you").await;
    hears(&mut of_ada, "ada", "back among you").await;
    bob.say(&kitchen, "m3", "gone again").await.unwrap();
    never_heard(&mut of_ada, "gone again").await;
    server.stop().await;
}

#[tokio::test]
async fn who_becomes_a_friend_is_heard_and_who_is_none_any_more_is_not() {
    let server = server().await;
    let (mut ada, mut bob, mut cyd) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await, signed_in(&server, "cyd").await);
    befriend(&mut ada, &mut cyd).await;
    let (mut of_ada, mut of_bob, mut of_cyd) =
        (social(&server, 4, "/", "ada").await, social(&server, 3, "/", "bob").await, social(&server, 4, "/chat", "cyd").await);
    talk(&mut of_ada, "before").await;
    for page in [&mut of_ada, &mut of_cyd] {
        hears(page, "ada", "before").await;
    }
    befriend(&mut bob, &mut ada).await;
    talk(&mut of_ada, "now").await;
    for page in [&mut of_ada, &mut of_bob, &mut of_cyd] {
        hears(page, "ada", "now").await;
    }
    talk(&mut of_bob, "hello").await;
    for page in [&mut of_ada, &mut of_bob] {
        hears(page, "bob", "hello").await;
    }

    // The end and a secret in one commit, and what either says afterwards.
    let room = own_room(&mut ada).await;
    let end = ada.emit("friend:remove", json!({ "client_id": "e", "user": bob.user() })).await;
    let secret = ada.emit("message:send", send(&room, "m1", None, "a secret of ada's")).await;
    ada.answer(&end).await.unwrap();
    ada.answer(&secret).await.unwrap();
    talk(&mut of_bob, "a secret of bob's").await;
    hears(&mut of_bob, "bob", "a secret of bob&#39;s").await;
    talk(&mut of_ada, "another secret").await;
    for text in ["a secret of ada&#39;s", "another secret"] {
        hears(&mut of_cyd, "ada", text).await;
        hears(&mut of_ada, "ada", text).await;
    }
    never_heard(&mut of_bob, "secret of ada").await;
    never_heard(&mut of_bob, "another secret").await;
    never_heard(&mut of_ada, "secret of bob").await;
    // A page that begins now is no nearer.
    let mut late = social(&server, 4, "/", "bob").await;
    talk(&mut of_ada, "the last secret").await;
    hears(&mut of_cyd, "ada", "the last secret").await;
    never_heard(&mut late, "last secret").await;
    bob.request("sync", json!({})).await.unwrap();
    assert!(!bob.frames.iter().any(|frame| frame.contains("secret of ada") || frame.contains("another secret")));
    server.stop().await;
}

#[tokio::test]
async fn a_friend_at_a_page_is_seen_by_friends_and_forgotten_at_once() {
    let server = server().await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    let (of_bobs, bob_id) = (own_room(&mut bob).await, bob.user());
    // Who is gone with their last connection is shown as here for a while: with the server it is at once.
    let server = server.restart().await;
    let mut ada = signed_in(&server, "ada").await;
    let is_bob = |event: &Value, presence: &str| {
        let changes = event["changes"].as_array().unwrap();
        event["room"] == of_bobs && changes.iter().any(|member| member["id"] == bob_id && member["presence"] == presence)
    };
    let of_bob = social(&server, 3, "/", "bob").await;
    ada.event_where("presence:changed", |event| is_bob(event, "online")).await;
    let members = ada.request("room:members", json!({ "room": ada.lobby() })).await.unwrap();
    let bobs = members["members"].as_array().unwrap().iter().find(|member| member["id"] == bob_id).unwrap();
    assert_eq!(bobs["presence"], "offline", "he neither hears nor speaks in the lobby");
    of_bob.close().await;
    let gone = ada.event_where("presence:changed", |event| is_bob(event, "offline")).await;
    assert_eq!(gone["gone"], json!([]), "he is a friend still");
    server.stop().await;
}

/// Whoever signs out while their page opens is not there by it: neither seen, nor heard, nor told what friends say.
#[tokio::test]
async fn a_session_that_ends_while_a_page_opens_ends_the_page() {
    let (server, late) = late(server().await).await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    let of_adas = own_room(&mut ada).await;
    late.arm();
    let mut of_bob = page(&server, 4, "/", "bob").await;
    late.read().await;
    bob.request("account:logout", json!({})).await.unwrap();
    late.go_on();
    of_bob.emit("client-talking", json!([{ "text": "I am still here" }])).await;
    // It is answered that at once; then its connection ends.
    let is_told = |frame: &String| frame.contains("Your session has ended");
    while !of_bob.frames.iter().any(is_told) {
        of_bob.event().await;
    }
    ada.say(&of_adas, "m1", "a secret").await.unwrap();
    of_bob.put_out().await;
    assert!(!of_bob.frames.iter().any(|frame| frame.contains("a secret")), "{:?}", of_bob.frames);
    ada.request("sync", json!({})).await.unwrap();
    assert!(!ada.frames.iter().any(|frame| frame.contains("still here")), "{:?}", ada.frames);
    server.stop().await;
}

/// Between the moment at which a page's friends are read and the one from which it hears them, one is lost and one
/// is won.
#[tokio::test]
async fn a_friend_who_is_lost_while_a_page_opens_is_not_heard() {
    let (server, late) = late(server().await).await;
    let (mut ada, mut bob, mut cyd) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await, signed_in(&server, "cyd").await);
    befriend(&mut ada, &mut bob).await;
    let of_adas = own_room(&mut ada).await;

    late.arm();
    let mut of_bob = page(&server, 4, "/", "bob").await;
    late.read().await;
    ada.request("friend:remove", json!({ "client_id": "e", "user": bob.user() })).await.unwrap();
    ada.say(&of_adas, "m1", "a secret").await.unwrap();
    befriend(&mut cyd, &mut bob).await;
    let of_cyds = own_room(&mut cyd).await;
    // Whoever says it hears it when it has gone out.
    ada.messages(&of_adas, 1).await;
    late.go_on();
    speaks(&mut of_bob).await;
    ada.say(&of_adas, "m2", "another secret").await.unwrap();
    ada.messages(&of_adas, 1).await;
    cyd.say(&of_cyds, "m3", "welcome").await.unwrap();
    hears(&mut of_bob, "cyd", "welcome").await;
    talk(&mut of_bob, "to my friends").await;
    hears(&mut of_bob, "bob", "to my friends").await;
    never_heard(&mut of_bob, "secret").await;
    server.stop().await;
}

/// What an operator announces reaches a page once, in however many rooms its friends speak, and in none.
#[tokio::test]
async fn announcements_reach_it_once() {
    let server = server().await;
    let (mut ada, mut bob, mut cyd) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await, signed_in(&server, "cyd").await);
    befriend(&mut ada, &mut bob).await;
    befriend(&mut ada, &mut cyd).await;
    let (mut of_ada, mut of_eve) = (social(&server, 4, "/", "ada").await, social(&server, 3, "/chat", "eve").await);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command.args(["announce", "--data"]).arg(server.dir.path()).arg("a new kettle");
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(done.status.success(), "{done:?}");
    for page in [&mut of_ada, &mut of_eve] {
        hears(page, "Chat", "a new kettle").await;
        page.ask("my other event", json!([{}])).await;
        let told = page.frames.iter().filter(|frame| frame.contains("a new kettle")).count();
        assert_eq!(told, 1, "{:?}", page.frames);
    }
    server.stop().await;
}

#[tokio::test]
async fn an_operator_may_have_everybody_speak_in_the_room() {
    let dir = server().await;
    let kept = dir.dir.clone();
    dir.stop().await;
    let file = kept.path().join("chat.toml");
    std::fs::write(&file, "[classic]\nc_audience = \"room\"\n").unwrap();
    let chosen = Settings::load(&ServeArgs { config: Some(file), data: Some(kept.path().to_owned()), ..ServeArgs::default() }).unwrap();
    assert_eq!(chosen.classic.c_audience, Audience::Room);
    let server = Running::start_in(kept, |settings| settings.classic = chosen.classic).await;
    let mut guest = Client::guest(server.address, "gast").await;
    let mut of_ada = social(&server, 3, "/", "ada").await;
    let mut of_guest = ClassicClient::connect(server.address).await;
    speaks(&mut of_guest).await;
    talk(&mut of_ada, "hello everybody").await;
    hears(&mut of_guest, "ada", "hello everybody").await;
    assert_eq!(guest.messages(&guest.lobby(), 1).await[0]["author"]["name"], "ada");
    server.stop().await;
}

/// With the files that pages of those days load, in a browser that has the session's cookie.
#[tokio::test]
async fn clients_of_their_days_speak_to_friends() {
    let server = server().await;
    let (mut ada, mut bob) = (signed_in(&server, "ada").await, signed_in(&server, "bob").await);
    befriend(&mut ada, &mut bob).await;
    let mut clients = OldClients::start();
    let url = format!("http://{}", server.address);
    for version in ["1.2.1", "1.3.5", "2.5.0", "4.8"] {
        for transport in ["polling", "websocket"] {
            let mut keys = Vec::new();
            for name in ["ada", "bob", "eve"] {
                let key = format!("{name} {version} {transport}");
                let cookie = format!("chat_session={}", token(name));
                let options = json!({ "transports": [transport], "browser": url, "cookie": cookie });
                clients.open(&key, version, &format!("{url}/chat"), options).await;
                assert_eq!(clients.heard(&key, "news").await, json!([{ "hello": "world" }]), "{key}");
                clients.request(&key, "my other event", json!([{ "my": "data" }])).await;
                keys.push(key);
            }
            let text = format!("from {version} by {transport}");
            assert_eq!(clients.request(&keys[0], "client-talking", json!([{ "text": text }])).await, json!([{ "ok": {} }]));
            for key in &keys[..2] {
                let heard = clients.heard(key, "server-talking").await;
                assert_eq!((&heard[0]["user"], &heard[0]["text"]), (&json!("ada"), &json!(text)), "{key}");
            }
            // A stranger has heard nothing when their own line comes back.
            let own = format!("alone at {version} by {transport}");
            clients.request(&keys[2], "client-talking", json!([{ "text": own }])).await;
            assert_eq!(clients.heard(&keys[2], "server-talking").await[0]["text"], own);
            for key in keys {
                clients.ask("close", json!({ "client": key })).await;
            }
        }
    }
    server.stop().await;
}
