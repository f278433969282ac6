//! The classic dialects at the wire: what a page of any tutorial says and hears.

use chat_server::dialect::Require;
use serde_json::{Value, json};

use crate::classic_client::ClassicClient;
use crate::client::Client;
use crate::old_clients::OldClients;
use crate::running::Running;

/// `héllo 你好 👋` and what would be HTML.
const TEXT: &str = "héllo 你好 👋 <b>&'\"";
const ESCAPED: &str = "héllo 你好 👋 &lt;b&gt;&amp;&#39;&quot;";

/// Lets a page speak a dialect, by an event that says nothing; it hears no other one afterwards.
pub async fn speaks(client: &mut ClassicClient, dialect: char) {
    let (event, arguments) = match dialect {
        // It stays where it is.
        'a' => ("leave", json!([])),
        'b' => ("my event", json!(["x"])),
        'c' => ("my other event", json!([{}])),
        _ => ("chat message", json!([])),
    };
    let answer = client.ask(event, arguments).await;
    assert_eq!(answer.get("error").is_some(), dialect == 'd', "{answer}");
}

/// The name under which a native reader sees the last message, and its text.
async fn told(native: &mut Client) -> (String, String) {
    let lobby = native.lobby();
    let message = native.messages(&lobby, 1).await.remove(0);
    (message["author"]["name"].as_str().unwrap().to_owned(), message["content"]["text"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn each_dialect_hears_the_others_in_its_own_words() {
    let server = Running::start().await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut lurker = ClassicClient::connect(server.address).await;
    let mut a = ClassicClient::connect_to(server.address, 3, "/").await;
    let mut b = ClassicClient::connect_to(server.address, 3, "/").await;
    let mut c = ClassicClient::connect(server.address).await;
    let mut d = ClassicClient::connect(server.address).await;
    for (client, dialect) in [(&mut a, 'a'), (&mut b, 'b'), (&mut c, 'c'), (&mut d, 'd')] {
        speaks(client, dialect).await;
    }

    // What a native user says.
    native.say(&native.lobby(), "1", TEXT).await.unwrap();
    told(&mut native).await;
    let color = native.welcome["user"]["color"].clone();
    let as_c = |user: &str, color: &Value| json!([{ "text": ESCAPED, "user": user, "color": color }]);
    a.hears("message", json!([TEXT])).await;
    b.hears("serverMessage", json!([format!("ada said: {TEXT}")])).await;
    c.hears("server-talking", as_c("ada", &color)).await;
    d.hears("chat message", json!([TEXT])).await;
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(lurker.event().await.0);
    }
    heard.sort();
    assert_eq!(heard, ["chat message", "message", "server-talking", "serverMessage"], "once in each dialect");

    // What each of them says.
    a.emit("message", json!([TEXT])).await;
    let (name_of_a, text) = told(&mut native).await;
    assert!(name_of_a.starts_with("guest-") && name_of_a.len() == 12 && text == TEXT, "{name_of_a} {text}");
    a.hears("message", json!([TEXT])).await;
    b.hears("serverMessage", json!([format!("{name_of_a} said: {TEXT}")])).await;
    let (_, of_a) = c.event().await;
    assert_eq!(of_a[0]["user"], name_of_a);
    d.hears("chat message", json!([TEXT])).await;

    b.emit("clientMessage", json!([TEXT])).await;
    let (name_of_b, _) = told(&mut native).await;
    b.hears("serverMessage", json!([format!("You said: {TEXT}")])).await;
    a.hears("message", json!([TEXT])).await;
    let (_, of_b) = c.event().await;
    assert_eq!((&of_b[0]["user"], &of_b[0]["text"]), (&json!(name_of_b), &json!(ESCAPED)));
    d.hears("chat message", json!([TEXT])).await;

    c.emit("client-talking", json!([{ "text": TEXT }])).await;
    let (name_of_c, _) = told(&mut native).await;
    let (event, own) = c.event().await;
    assert_eq!((event.as_str(), &own[0]["user"]), ("server-talking", &json!(name_of_c)));
    b.hears("serverMessage", json!([format!("{name_of_c} said: {TEXT}")])).await;

    d.emit("chat message", json!([TEXT])).await;
    let (name_of_d, _) = told(&mut native).await;
    d.hears("chat message", json!([TEXT])).await;
    d.hears("chat message", json!([TEXT])).await;
    b.hears("serverMessage", json!([format!("{name_of_d} said: {TEXT}")])).await;

    // Nobody's socket id is anywhere in what the others heard.
    let clients = [&lurker, &a, &b, &c, &d];
    for (at, client) in clients.iter().enumerate() {
        let others = clients.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, other)| &other.frames);
        let leaked = others.chain(&native.frames).find(|frame| frame.contains(&client.sid));
        assert!(leaked.is_none(), "{leaked:?}");
    }
}

#[tokio::test]
async fn names_of_the_book() {
    let server = Running::start().await;
    let _ada = Client::guest(server.address, "ada").await;
    let mut other = ClassicClient::connect(server.address).await;
    speaks(&mut other, 'b').await;
    let mut b = ClassicClient::connect(server.address).await;
    b.emit("login", json!([null])).await;
    let (_, nobody) = b.event().await;
    assert!(nobody[0].as_str().unwrap().starts_with("Currently logged in as guest-"), "{nobody:?}");
    b.emit("login", json!(["Ada"])).await;
    b.hears("serverMessage", json!(["Currently logged in as Ada 2"])).await;
    other.hears("serverMessage", json!(["User Ada 2 Logged in"])).await;
    b.emit("login", json!(["Grace  Hopper"])).await;
    b.hears("serverMessage", json!(["Currently logged in as Grace  Hopper"])).await;
    other.hears("serverMessage", json!(["User Grace  Hopper Logged in"])).await;
    b.emit("clientMessage", json!(["hi"])).await;
    b.hears("serverMessage", json!(["You said: hi"])).await;
    other.hears("serverMessage", json!(["Grace  Hopper said: hi"])).await;
    let refused = b.ask("login", json!(["x".repeat(400)])).await;
    assert_eq!(refused["error"]["code"], "invalid");
    b.emit("login", json!([{ "name": "x" }])).await;
    // Once with the first refusal, which the acknowledgement overtook in the test; once with the second.
    let frames = b.frames.iter().filter(|frame| frame.as_str() == "42[\"login\"]").count();
    assert_eq!(frames, 2, "asked again: {:?}", b.frames);
    b.close().await;
    other.hears("serverMessage", json!(["User Grace  Hopper disconnected"])).await;
    let mut next = ClassicClient::connect(server.address).await;
    next.emit("login", json!(["Grace  Hopper"])).await;
    next.hears("serverMessage", json!(["Currently logged in as Grace  Hopper"])).await;
}

#[tokio::test]
async fn rooms_by_join_and_by_command() {
    let server = Running::start().await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut b = ClassicClient::connect(server.address).await;
    let mut d = ClassicClient::connect(server.address).await;
    let mut stays = ClassicClient::connect(server.address).await;
    for (client, dialect) in [(&mut b, 'b'), (&mut d, 'd'), (&mut stays, 'd')] {
        speaks(client, dialect).await;
    }
    b.emit("join", json!(["Kitchen"])).await;
    b.hears("serverMessage", json!(["joined room success!"])).await;
    assert_eq!(d.ask("chat message", json!(["/j kitchen"])).await, json!({ "ok": {} }));
    d.emit("chat message", json!(["tea?"])).await;
    d.hears("chat message", json!(["tea?"])).await;
    let (_, said) = b.event().await;
    assert!(said[0].as_str().unwrap().ends_with(" said: tea?"), "{said:?}");

    // It is a room like any other, and nobody's membership.
    let found = native.request("room:find", json!({ "name": "kitchen" })).await.unwrap();
    assert_eq!((&found["members"], &found["joined"]), (&json!(0), &json!(false)));
    let kitchen = found["id"].as_str().unwrap().to_owned();
    native.request("room:join", json!({ "room": kitchen, "client_id": "j", "after": null })).await.unwrap();
    native.say(&kitchen, "1", "with milk").await.unwrap();
    b.hears("serverMessage", json!(["ada said: with milk"])).await;
    d.hears("chat message", json!(["with milk"])).await;
    let members = native.request("room:members", json!({ "room": kitchen })).await.unwrap();
    assert_eq!(members["online"], 3, "{members}");

    // Those in the lobby hear nothing of it; a slash can be said.
    d.emit("leave", json!([])).await;
    d.emit("chat message", json!(["//j is how"])).await;
    d.hears("chat message", json!(["/j is how"])).await;
    stays.hears("chat message", json!(["/j is how"])).await;
    let refused = d.ask("chat message", json!(["/nick x"])).await;
    assert_eq!(refused["error"]["code"], "unknown_event");
}

#[tokio::test]
async fn the_two_namespaces_are_apart_and_a_page_is_one_person() {
    let server = Running::start().await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut old = ClassicClient::connect_to(server.address, 3, "/chat").await;
    let mut root = ClassicClient::connect(server.address).await;
    old.emit("chat message", json!(["in chat"])).await;
    old.hears("chat message", json!(["in chat"])).await;
    native.say(&native.lobby(), "1", "in the lobby").await.unwrap();
    let mut heard = Vec::new();
    while heard.len() < 4 {
        heard.push(root.event().await.1);
    }
    assert!(heard.iter().all(|arguments| arguments[0].to_string().contains("in the lobby")), "{heard:?}");
    // After the grace the lobby holds ada and the client of `/`; the half of `/chat` is not there.
    let members = loop {
        let members = native.request("room:members", json!({ "room": native.lobby() })).await.unwrap();
        if members["online"] == 2 {
            break members;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let later = native.request("room:members", json!({ "room": native.lobby() })).await.unwrap();
    assert_eq!(members["online"], later["online"]);
    assert!(!old.frames.iter().any(|frame| frame.contains("in the lobby") && frame.starts_with("42/chat")));
}

#[tokio::test]
async fn refusals_come_in_the_dialect_s_own_words_to_that_connection_alone() {
    let server = Running::start().await;
    let mut other = ClassicClient::connect(server.address).await;
    let mut unfixed = ClassicClient::connect(server.address).await;
    unfixed.emit("no such event", json!([])).await;
    let sentence = "There is no event `no such event` here.";
    unfixed.hears("message", json!([sentence])).await;
    unfixed.hears("serverMessage", json!([sentence])).await;
    unfixed.hears("server-talking", json!([{ "text": sentence, "user": "Chat", "color": "#808080" }])).await;
    unfixed.hears("chat message", json!([sentence])).await;

    let mut c = ClassicClient::connect(server.address).await;
    speaks(&mut c, 'c').await;
    let long = "x".repeat(100_000);
    let refused = c.ask("client-talking", json!([{ "text": long }])).await;
    assert_eq!(refused["error"]["code"], "invalid");
    assert!(c.frames.iter().any(|frame| frame.starts_with("42[\"server-talking\"") && frame.contains("at most")), "{:?}", c.frames);
    let refused = c.ask("client-talking", json!([{ "text": 5 }])).await;
    assert_eq!(refused["error"]["message"], "`text` is not a text.");
    other.emit("chat message", json!(["done"])).await;
    other.hears("chat message", json!(["done"])).await;
}

#[tokio::test]
async fn what_the_operator_requires_of_a_handshake() {
    // Clients up to 2.x know a refusal as a text.
    let refused = |version| if version == 3 { "\"Authentication error\"" } else { "{\"message\":\"Authentication error\"}" };
    let cases: [(Require, &str, Option<&str>); 4] = [
        (Require::AnyCookie, "", Some("a=b")),
        (Require::Cookie("sid".to_owned()), "", Some("x=y; sid=123")),
        // The tutorial's own, although `sid` is the engine's parameter.
        (Require::Query { name: "sid".to_owned(), value: "123456".to_owned() }, "&sid=123456", None),
        (Require::Query { name: "key".to_owned(), value: "123456".to_owned() }, "&key=123456", None),
    ];
    for (require, query, cookie) in cases {
        let server = Running::start_with(|settings| settings.classic.require = Some(require.clone())).await;
        for version in [3, 4] {
            let headers: Vec<_> = cookie.iter().map(|cookie| ("cookie", (*cookie).to_owned())).collect();
            let refusal = ClassicClient::open(server.address, version, "/", "&key=wrong", &[]).await.err();
            assert_eq!(refusal.as_deref(), Some(refused(version)), "{require:?}");
            let mut client = ClassicClient::open(server.address, version, "/", query, &headers).await.unwrap();
            client.greeted().await;
        }
        Client::guest(server.address, "native").await;
    }
    let server = Running::start_with(|settings| settings.classic.enabled = false).await;
    let refusal = ClassicClient::open(server.address, 4, "/", "", &[]).await.err().unwrap();
    assert!(refusal.contains("does not take classic clients"), "{refusal}");
}

/// The tutorial's own check, with clients of its days and of ours.
#[tokio::test]
async fn the_tutorials_sid_is_right_wrong_or_missing() {
    let require = Require::Query { name: "sid".to_owned(), value: "123456".to_owned() };
    let server = Running::start_with(|settings| settings.classic.require = Some(require)).await;
    let url = format!("http://{}", server.address);
    let mut clients = OldClients::start();
    for version in ["1.2.1", "2.5.0", "4.8"] {
        for transport in ["polling", "websocket"] {
            for (what, query) in [("right", json!({ "sid": "123456" })), ("wrong", json!({ "sid": "654321" })), ("missing", json!(null))] {
                let client = format!("{version} by {transport}, {what}");
                clients.open(&client, version, &url, json!({ "transports": [transport], "query": query })).await;
                if what == "right" {
                    assert_eq!(clients.heard(&client, "message").await, json!(["Welcome!"]), "{client}");
                    continue;
                }
                let refused = clients.state(&client, if version == "4.8" { "connect_error" } else { "error" }).await[0].take();
                assert_eq!(refused, "Authentication error", "{client}");
            }
        }
    }
}

#[tokio::test]
async fn names_may_stand_before_texts() {
    let server = Running::start_with(|settings| settings.classic.manners.names = true).await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut d = ClassicClient::connect(server.address).await;
    d.emit("chat message", json!(["mine"])).await;
    d.hears("chat message", json!(["mine"])).await;
    native.say(&native.lobby(), "1", "hers").await.unwrap();
    d.hears("chat message", json!(["ada: hers"])).await;
}

#[tokio::test]
async fn announcements_reach_everybody_in_their_own_way() {
    let server = Running::start().await;
    let mut native = Client::guest(server.address, "ada").await;
    let mut a = ClassicClient::connect(server.address).await;
    let mut b = ClassicClient::connect_to(server.address, 3, "/chat").await;
    let mut d = ClassicClient::connect(server.address).await;
    for (client, dialect) in [(&mut a, 'a'), (&mut b, 'b'), (&mut d, 'd')] {
        speaks(client, dialect).await;
    }
    let refused = a.ask("DATA", json!(["欢迎使用！"])).await;
    assert_eq!(refused["error"]["code"], "forbidden");
    assert_eq!(native.request("server:announce", json!({ "text": "x" })).await.unwrap_err()["code"], "forbidden");

    let announce = |room: Option<&'static str>, text: &'static str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chat-server"));
        command.args(["announce", "--data"]).arg(server.dir.path());
        command.args(room.iter().flat_map(|room| ["--room", room])).arg(text);
        async move { tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap() }
    };
    assert!(announce(None, "欢迎使用！").await.status.success());
    assert_eq!(native.event("announced").await["text"], "欢迎使用！");
    a.hears("DATA", json!(["欢迎使用！"])).await;
    b.hears("serverMessage", json!(["欢迎使用！"])).await;
    d.hears("chat message", json!(["欢迎使用！"])).await;
    assert!(announce(Some("chat"), "今天天气晴").await.status.success());
    b.hears("serverMessage", json!(["今天天气晴"])).await;
    native.nothing("announced").await;
    let missing = announce(Some("nowhere"), "x").await;
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("There is no room #nowhere"), "{missing:?}");
    d.emit("chat message", json!(["still here"])).await;
    d.hears("chat message", json!(["still here"])).await;
}

#[tokio::test]
async fn who_may_be_blocked_by_a_prompt_is_waited_for() {
    let server = Running::start().await;
    let old = ClassicClient::connect_to(server.address, 3, "/").await;
    let prompt = ClassicClient::connect(server.address).await;
    assert_eq!((old.ping_timeout, prompt.ping_timeout), (300_000, 20_000));
    let (status, opened) = server.get("/socket.io/?EIO=4&transport=polling").await;
    assert_eq!(status, 200);
    assert!(opened.contains("\"pingTimeout\":300000"), "{opened}");
}

/// The page of a signed-in person speaks as that person; nobody else appears under their name.
#[tokio::test]
async fn a_session_cookie_counts_from_our_own_page_alone() {
    let server = Running::start().await;
    let mut native = Client::guest(server.address, "ada").await;
    let register = json!({ "identity": "lovelace", "password": "correct horse battery" });
    let token = native.request("account:register", register).await.unwrap()["token"].as_str().unwrap().to_owned();
    let open = |origin: String| async move {
        let headers = [("cookie", format!("chat_session={token}")), ("origin", origin)];
        let mut client = ClassicClient::open(server.address, 3, "/", "", &headers).await.unwrap();
        client.greeted().await;
        client.emit("login", json!(["somebody else"])).await;
        let (_, named) = client.event().await;
        client.emit("clientMessage", json!(["hi"])).await;
        client.hears("serverMessage", json!(["You said: hi"])).await;
        named[0].as_str().unwrap().to_owned()
    };
    assert_eq!(open.clone()(format!("http://{}", server.address)).await, "Currently logged in as ada");
    assert_eq!(told(&mut native).await.0, "ada");
    assert_eq!(open.clone()("http://evil.example".to_owned()).await, "Currently logged in as somebody else");
    assert_eq!(told(&mut native).await.0, "somebody else");
    // (The next free name, unless the page before is found to be gone already.)
    assert!(open("null".to_owned()).await.starts_with("Currently logged in as somebody else"));
}
