//! The access tables, line by line, against a real server.

use std::collections::{BTreeMap, BTreeSet};

use chat_proto::AnyRequest;
use chat_proto::name::{DisplayName, Identity};
use chat_proto::secret::Token;
use chat_proto::user::{Color, ServerRole};
use chat_server::service::token_hash;
use chat_server::storage::sqlite::SqliteStore;
use chat_server::storage::{NewSession, NewUser, Store};
use serde_json::{Value, json};

use crate::client::{Client, token};
use crate::dice::Dice;
use crate::running::Running;

mod dialects;
mod going;

const ROOMS: &str = include_str!("access/rooms.txt");
const SERVER: &str = include_str!("access/server.txt");

/// The accounts of the room tables: one for each column that is one, and two whom things are done to.
const ACCOUNTS: [&str; 8] = ["stranger", "former", "invited", "member", "moderator", "owner", "somebody", "nobody"];

/// The lines of a section of a table: what is asked, and what each column is answered.
fn lines(table: &'static str, section: &str) -> Vec<(&'static str, Vec<&'static str>)> {
    let begin = if section.is_empty() { 0 } else { table.find(&format!("\n[{section}]\n")).unwrap() + section.len() + 4 };
    let body = table[begin..].split("\n[").next().unwrap();
    let lines = body.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with('['));
    lines.map(|line| (line[..28].trim(), line[28..].split_whitespace().collect())).collect()
}

/// A server with those accounts, each signed in by a token made from its name.
pub async fn server_with(accounts: &[(&str, ServerRole)]) -> Running {
    let dir = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let data = chat_server::data_dir::DataDir::open(dir.path()).unwrap();
    let store = SqliteStore::open(&data.database(), 1_000, &mut Dice(11)).await.unwrap();
    for (number, (name, role)) in accounts.iter().enumerate() {
        let id = chat_proto::id::UserId::parse(format!("user-{name}")).unwrap();
        let color = Color::parse("#7aa2f7").unwrap();
        let new = NewUser { id, name: DisplayName::parse(*name).unwrap(), color, taken: std::sync::Arc::default() };
        let guest = store.guest(&[number as u8; 32], &new, 1_000).await.unwrap();
        let id = chat_proto::id::SessionId::parse(format!("session-{name}")).unwrap();
        let session = NewSession { id, hash: token_hash(&Token::parse(token(name)).unwrap()), client: None };
        store.register(&guest, &Identity::parse(*name).unwrap(), "no hash", &session, 1_000).await.unwrap().unwrap();
        store.set_server_role(&guest.id, *role, false).await.unwrap().unwrap();
    }
    store.close().await;
    drop(data);
    Running::start_in(dir, |settings| {
        settings.limits.message_burst = 1_000_000;
        settings.limits.messages_per_second = 1_000_000;
    })
    .await
}

/// One room for one cell of a table, with everybody in their places.
struct Scene {
    room: String,
    name: String,
    /// A message of somebody's, and one of the asker's own.
    others: Value,
    own: Value,
    head: Value,
    code: String,
}

/// The people of the room tables, connected.
struct Cast {
    clients: BTreeMap<&'static str, Client>,
    scenes: u32,
}

impl Cast {
    async fn enter(server: &Running) -> Self {
        let mut clients = BTreeMap::new();
        for name in ACCOUNTS {
            clients.insert(name, Client::connect(server.address, json!({ "token": token(name) })).await);
        }
        clients.insert("guest", Client::guest(server.address, "guest").await);
        Self { clients, scenes: 0 }
    }

    async fn ask(&mut self, who: &str, name: &str, payload: Value) -> Result<Value, Value> {
        self.clients.get_mut(who).unwrap().request(name, payload).await
    }

    /// Asks what must be granted.
    async fn do_(&mut self, who: &str, name: &str, payload: Value) -> Value {
        self.ask(who, name, payload).await.unwrap_or_else(|error| panic!("{who} {name}: {error}"))
    }

    fn user(&self, who: &str) -> String {
        self.clients[who].user()
    }

    async fn come_in(&mut self, who: &str, room: &str) {
        let user = self.user(who);
        self.do_("owner", "room:invite", write(json!({ "room": room, "user": user }))).await;
        self.do_(who, "room:join", write(json!({ "room": room }))).await;
    }

    async fn say(&mut self, who: &str, room: &str, epoch: &Value) -> Value {
        let text = json!({ "type": "text", "text": "hello" });
        let said = self.do_(who, "message:send", write(json!({ "room": room, "content": text, "mentions": [] }))).await;
        json!({ "epoch": epoch, "seq": said["seq"], "id": said["id"] })
    }

    /// Sets the stage for one cell: everybody in their place in a new room.
    async fn scene(&mut self, section: &str, line: &str, asker: &str) -> Scene {
        self.scenes += 1;
        let name = format!("{section}-{}", self.scenes);
        match section {
            "direct" => return self.conversation().await,
            "friends" => return self.friends().await,
            _ => {}
        }
        let visibility = if ["private", "archived"].contains(&section) { "private" } else { "public" };
        let create = json!({ "client_id": fresh(), "name": name, "visibility": visibility });
        let room = self.do_("owner", "room:create", create).await["room"]["id"].as_str().unwrap().to_owned();
        let epoch = self.do_("owner", "history:read", json!({ "room": room })).await["epoch"].clone();
        for who in ["somebody", "member", "moderator", "former"] {
            self.come_in(who, &room).await;
        }
        let moderator = self.user("moderator");
        self.do_("owner", "room:set_role", write(json!({ "room": room, "user": moderator, "role": "moderator" }))).await;
        self.do_("former", "room:leave", write(json!({ "room": room }))).await;
        let invited = self.user("invited");
        self.do_("owner", "room:invite", write(json!({ "room": room, "user": invited }))).await;
        let others = self.say("somebody", &room, &epoch).await;
        let is_inside = ["member", "moderator", "owner"].contains(&asker);
        let own = if is_inside { self.say(asker, &room, &epoch).await } else { others.clone() };
        // Codes are not made without end.
        let code = match line {
            "room:join code" | "code:find" | "code:end" => self.do_("owner", "code:create", json!({ "room": room })).await["code"].clone(),
            _ => json!("ABCD-2345"),
        };
        let code = code.as_str().unwrap().to_owned();
        let changes = match section {
            "announcements" => Some(json!({ "post": "moderators", "invite": "moderators" })),
            "archived" => Some(json!({ "archived": true })),
            _ => None,
        };
        if let Some(changes) = changes {
            self.do_("owner", "room:configure", write(json!({ "room": room, "changes": changes }))).await;
        }
        let head = self.head(&room, &epoch).await;
        Scene { room, name, others, own, head, code }
    }

    async fn head(&mut self, room: &str, epoch: &Value) -> Value {
        let head = self.do_("owner", "history:read", json!({ "room": room })).await["head"].clone();
        json!({ "epoch": epoch, "seq": head["seq"], "id": head["id"] })
    }

    /// The owner, the member and somebody talk. There is one conversation of these three, for all cells.
    async fn conversation(&mut self) -> Scene {
        let users = [self.user("member"), self.user("somebody")];
        let made = self.do_("owner", "direct:open", json!({ "client_id": fresh(), "users": users })).await;
        let room = made["room"]["id"].as_str().unwrap().to_owned();
        let epoch = self.do_("owner", "history:read", json!({ "room": room })).await["epoch"].clone();
        let others = self.say("somebody", &room, &epoch).await;
        let own = self.say("member", &room, &epoch).await;
        let head = self.head(&room, &epoch).await;
        Scene { name: made["room"]["name"].as_str().unwrap().to_owned(), room, others, own, head, code: "ABCD-2345".to_owned() }
    }

    /// The owner has the member and somebody for friends, had another, and is asked by one more. There is one such
    /// room for all cells.
    async fn friends(&mut self) -> Scene {
        let owner = self.user("owner");
        if self.ask("owner", "friend:list", json!({})).await.unwrap()["friends"].as_array().unwrap().is_empty() {
            for who in ["member", "somebody", "former", "invited"] {
                self.do_(who, "friend:ask", json!({ "client_id": fresh(), "user": owner })).await;
            }
            for who in ["member", "somebody", "former"] {
                let user = self.user(who);
                self.do_("owner", "friend:accept", json!({ "client_id": fresh(), "user": user })).await;
            }
            self.do_("former", "friend:remove", json!({ "client_id": fresh(), "user": owner })).await;
        }
        let sync = self.do_("owner", "sync", json!({})).await;
        let is_own = |state: &&Value| state["room"]["kind"] == "friends" && state["role"] == "owner";
        let own = sync["rooms"].as_array().unwrap().iter().find(is_own).unwrap();
        let (room, epoch) = (own["room"]["id"].as_str().unwrap().to_owned(), own["epoch"].clone());
        // Nobody but the owner says anything there.
        let said = self.say("owner", &room, &epoch).await;
        let head = self.head(&room, &epoch).await;
        let name = own["room"]["name"].as_str().unwrap().to_owned();
        Scene { room, name, others: said.clone(), own: said, head, code: "ABCD-2345".to_owned() }
    }

    /// What the asker of a line is answered.
    async fn answer(&mut self, line: &str, asker: &str, scene: &Scene) -> String {
        let Scene { room, name, others, own, head, code } = scene;
        let text = json!({ "type": "text", "text": "other words" });
        let [somebody, nobody, moderator] = ["somebody", "nobody", "moderator"].map(|who| self.user(who));
        let payload = match line {
            "sync" => json!({ "show": [room] }),
            "history:read" | "room:members" | "code:list" => json!({ "room": room }),
            "message:send" => write(json!({ "room": room, "content": text, "mentions": [], "reply_to": others })),
            "message:edit" => write(json!({ "room": room, "target": own, "content": text, "mentions": [] })),
            "message:edit others" => write(json!({ "room": room, "target": others, "content": text, "mentions": [] })),
            "message:delete" => write(json!({ "room": room, "target": own })),
            "message:delete others" => write(json!({ "room": room, "target": others })),
            "message:react" => write(json!({ "room": room, "target": others, "emoji": "👍", "on": true })),
            "typing:set" => json!({ "room": room, "typing": true }),
            "room:mark_read" => json!({ "room": room, "place": head, "unread": false }),
            "search:read" => json!({ "query": "hello", "room": room }),
            "room:find" => json!({ "name": name }),
            "room:set_topic" => write(json!({ "room": room, "topic": "things" })),
            "room:configure title" => write(json!({ "room": room, "changes": { "title": "Things" } })),
            "room:configure history" => write(json!({ "room": room, "changes": { "history": "joined" } })),
            "room:configure reopen" => write(json!({ "room": room, "changes": { "archived": false } })),
            "room:invite" | "room:add" => write(json!({ "room": room, "user": nobody })),
            "room:remove" => write(json!({ "room": room, "user": somebody })),
            // The moderator cannot be removed by themself: another one is made of somebody.
            "room:remove moderator" => {
                let user = if asker == "moderator" { &somebody } else { &moderator };
                if asker == "moderator" && self.user("owner") != *user {
                    let role = write(json!({ "room": room, "user": user, "role": "moderator" }));
                    self.do_("owner", "room:set_role", role).await;
                }
                write(json!({ "room": room, "user": user }))
            }
            "room:set_role" => write(json!({ "room": room, "user": somebody, "role": "owner" })),
            "room:join" | "room:leave" => write(json!({ "room": room })),
            "room:join code" => write(json!({ "room": room, "code": code })),
            "code:create" => json!({ "room": room, "uses": 1 }),
            "code:end" => json!({ "room": room, "code": code }),
            "code:find" => json!({ "code": code }),
            other => panic!("access/rooms.txt asks for {other:?}: say here what that sends"),
        };
        let request = line.split(' ').next().unwrap();
        let answer = self.ask(asker, request, payload).await;
        if line == "sync"
            && let Ok(reply) = &answer
        {
            let is_told = reply.to_string().contains(room.as_str());
            let is_inside = ["member", "moderator", "owner"].contains(&asker);
            assert_eq!(is_told, is_inside, "sync tells {asker} of the room: {is_told}");
        }
        word(answer)
    }
}

fn word(answer: Result<Value, Value>) -> String {
    answer.map_or_else(|error| error["code"].as_str().unwrap().to_owned(), |_| "ok".to_owned())
}

/// A payload that writes an entry.
fn write(mut payload: Value) -> Value {
    payload["client_id"] = json!(fresh());
    payload["after"] = Value::Null;
    payload
}

fn fresh() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("c{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

#[tokio::test]
async fn every_request_is_answered_to_everybody_as_the_table_of_rooms_says() {
    const COLUMNS: [&str; 7] = ["stranger", "guest", "former", "invited", "member", "moderator", "owner"];
    let mut wrong = Vec::new();
    for section in ["private", "public", "announcements", "archived", "direct", "friends"] {
        let server = server_with(&ACCOUNTS.map(|name| (name, ServerRole::Member))).await;
        let mut cast = Cast::enter(&server).await;
        for (line, expected) in lines(ROOMS, section) {
            assert_eq!(expected.len(), COLUMNS.len(), "[{section}] {line}");
            for (asker, expected) in COLUMNS.into_iter().zip(expected).filter(|(_, expected)| *expected != "-") {
                let scene = cast.scene(section, line, asker).await;
                let found = cast.answer(line, asker, &scene).await;
                if found != expected {
                    wrong.push(format!("[{section}] {line}: {asker} is answered {found}, not {expected}"));
                }
                cast.clients.values_mut().for_each(Client::forget);
            }
        }
        server.stop().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_request_is_answered_to_everybody_as_the_table_of_the_server_says() {
    let roles = [("account", ServerRole::Member), ("moderator", ServerRole::Moderator), ("owner", ServerRole::Owner)];
    let mut wrong = Vec::new();
    for (line, expected) in lines(SERVER, "") {
        // A server for each line: some of them change who somebody is.
        let server = server_with(&[&roles[..], &[("somebody", ServerRole::Member)]].concat()).await;
        let mut askers = vec![
            ("passing", Client::connect(server.address, json!({ "guest": "passing" })).await),
            ("guest", Client::guest(server.address, "guest").await),
        ];
        for (name, _) in roles {
            askers.push((name, Client::connect(server.address, json!({ "token": token(name) })).await));
        }
        let mut somebody = Client::connect(server.address, json!({ "token": token("somebody") })).await;
        assert_eq!(expected.len(), askers.len(), "{line}");
        for ((asker, client), expected) in askers.iter_mut().zip(expected) {
            let payload = match line {
                "room:list" | "session:list" | "account:logout" => json!({}),
                "room:create" => json!({ "client_id": fresh(), "name": format!("of-{asker}") }),
                "room:create private" => json!({ "client_id": fresh(), "name": format!("of-{asker}"), "visibility": "private" }),
                "direct:open" => json!({ "client_id": fresh(), "users": ["user-somebody"] }),
                "friend:ask" | "friend:accept unasked" | "friend:refuse unasked" | "friend:remove unasked" => {
                    json!({ "client_id": fresh(), "user": "user-somebody" })
                }
                "friend:accept" | "friend:refuse" => {
                    let ask = json!({ "client_id": fresh(), "user": client.user() });
                    let asked = somebody.request("friend:ask", ask).await;
                    assert_eq!(asked.is_ok(), !["passing", "guest"].contains(asker), "{line}: {asked:?}");
                    json!({ "client_id": fresh(), "user": "user-somebody" })
                }
                "friend:remove" => {
                    let ask = json!({ "client_id": fresh(), "user": "user-somebody" });
                    let asked = client.request("friend:ask", ask).await;
                    assert_eq!(asked.is_ok(), !["passing", "guest"].contains(asker), "{line}: {asked:?}");
                    json!({ "client_id": fresh(), "user": "user-somebody" })
                }
                "friend:list" => json!({}),
                "presence:set" => json!({ "away": true }),
                "user:rename" => json!({ "name": format!("{asker} renamed") }),
                "user:find" => json!({ "query": "some" }),
                "user:read" => json!({ "user": "user-somebody" }),
                "user:set_role" => json!({ "user": "user-somebody", "role": "moderator" }),
                "server:claim" => json!({ "code": "ABCD-2345" }),
                "server:announce" => json!({ "text": "hear, hear" }),
                "account:register" | "account:login" => json!({ "identity": format!("new-{asker}"), "password": "long enough" }),
                "account:set_password" => json!({ "old": "wrong password", "new": "long enough" }),
                "session:revoke" | "token:revoke" => json!({ "id": "none" }),
                "token:create" => json!({ "name": format!("bot of {asker}"), "scopes": ["read"], "rooms": [client.lobby()] }),
                "token:list" => json!({}),
                other => panic!("access/server.txt asks for {other:?}: say here what that sends"),
            };
            let found = word(client.request(line.split(' ').next().unwrap(), payload).await);
            if found != expected {
                wrong.push(format!("{line}: {asker} is answered {found}, not {expected}"));
            }
        }
        server.stop().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_request_stands_in_a_table() {
    let of_rooms = lines(ROOMS, "private").into_iter().map(|(line, _)| line);
    let named: BTreeSet<&str> = of_rooms.chain(lines(SERVER, "").into_iter().map(|(line, _)| line)).collect();
    let requests: BTreeSet<&str> = named.iter().map(|line| line.split(' ').next().unwrap()).collect();
    let missing: Vec<_> = AnyRequest::NAMES.iter().filter(|name| !requests.contains(*name)).collect();
    assert!(missing.is_empty(), "access/rooms.txt and access/server.txt say nothing of {missing:?}: who may?");
    let private: Vec<_> = lines(ROOMS, "private").into_iter().map(|(line, _)| line).collect();
    for section in ["public", "announcements", "archived", "direct", "friends"] {
        let other: Vec<_> = lines(ROOMS, section).into_iter().map(|(line, _)| line).collect();
        assert_eq!(other, private, "[{section}] of access/rooms.txt has not the lines of [private]");
    }
}
