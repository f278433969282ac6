//! The rules of docs/protocol.md, "Delivery", one after the other, against a server that plays by a
//! script: it refuses, forgets, cuts and turns into another as a real one does seldom.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};

use super::ROOM;
use super::example::{Example, Language, token, waiting};
use super::wire::Wire;
use crate::wait::until;

/// How long the script asks to wait once.
const WAIT: Duration = Duration::from_millis(400);

/// The life of the room's log: a database that is copied back keeps it.
const EPOCH: &str = "one";

/// A server with one room, and a client.
struct Stage<'a> {
    listener: TcpListener,
    wire: Wire,
    dir: &'a Path,
    language: Language,
    /// The seq of the newest entry.
    head: u64,
}

impl Stage<'_> {
    fn send(&mut self, event: &str, payload: Value) {
        self.wire.emit(event, &payload);
    }

    /// The next thing that the client says is this.
    fn expect(&mut self, event: &str) -> Value {
        let (name, request) = self.wire.next();
        assert_eq!(name, event, "{:?} says {request}", self.language);
        request
    }

    fn answer(&mut self, request: &Value, ok: Value) {
        self.send("answer", json!({ "rid": request["rid"], "ok": ok }));
    }

    fn refuse(&mut self, request: &Value, code: &str, retry: &str, after: Option<Duration>) {
        let mut error = json!({ "code": code, "message": "for a reason", "retry": retry });
        if let Some(after) = after {
            error["retry_after_ms"] = json!(after.as_millis() as u64);
        }
        self.send("answer", json!({ "rid": request["rid"], "error": error }));
    }

    /// The line is cut and the client comes again; before `welcome` it says nothing.
    fn reconnect(&mut self, server: &str, user: &str) {
        self.wire.cut();
        let (wire, auth) = Wire::accept(&self.listener);
        self.wire = wire;
        self.welcome(&auth, server, user);
    }

    fn welcome(&mut self, auth: &Value, server: &str, user: &str) {
        let kept = token(self.dir);
        assert_eq!((&auth["token"], auth["guest"].as_str()), (&json!(kept), Some(self.language.folder())));
        assert!(kept.len() == 43 && kept.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{kept:?}");
        self.wire.quiet();
        let limits = json!({
            "text": 60_000, "in_flight": 4, "page_lines": 50, "page_scan": 1_000, "catch_up": 1_000,
            "message_burst": 300, "messages_per_second": 25, "sync_ms": 3_600_000, "typing_ms": 6_000
        });
        let user = json!({ "id": user, "name": "me", "color": "#123456", "kind": "guest" });
        let server = json!({ "id": server, "name": "Chat", "version": "0.1.0" });
        let sync = json!({ "time": 1, "rooms": [], "presence": [] });
        self.send("welcome", json!({ "protocol": 1, "server": server, "user": user, "limits": limits, "time": 1, "sync": sync }));
    }

    /// The client goes into the room.
    fn join(&mut self) {
        let find = self.expect("room:find");
        assert_eq!(find["name"], ROOM);
        let mut summary = room();
        (summary["members"], summary["joined"]) = (json!(1), json!(false));
        self.answer(&find, summary);
        let join = self.expect("room:join");
        assert_eq!(join["room"], "r");
        assert_is_uuid7(&join["client_id"]);
        self.answer(&join, stored(1));
    }

    /// The client asks where the room stands, which is told; `reset`: not where it believes.
    fn synced(&mut self, cursor: Option<u64>, reset: bool) {
        let sync = self.expect("sync");
        let cursors = cursor.map(|seq| json!({ "room": "r", "epoch": EPOCH, "seq": seq, "id": id(seq) }));
        assert_eq!(sync["cursors"], json!(cursors.into_iter().collect::<Vec<_>>()), "{:?}", self.language);
        if reset {
            self.head = 2;
        }
        let read = json!({ "seq": 0, "n": 0, "unread": 0, "mentions": 0 });
        let state = json!({
            "room": room(), "epoch": EPOCH, "head": mark(self.head), "n": 0,
            "read": read, "reset": reset, "role": "member", "people": []
        });
        self.answer(&sync, json!({ "time": 1, "rooms": [state], "presence": [] }));
    }

    /// The client asks for what comes after this entry, which it holds where it is not the beginning.
    fn page(&mut self, after: u64, entries: &[Value], amendments: &[Value]) {
        let read = self.expect("history:read");
        let place = if after == 0 { Value::Null } else { json!({ "epoch": EPOCH, "seq": after, "id": id(after) }) };
        assert_eq!((&read["room"], &read["after"], &read["place"]), (&json!("r"), &json!(after), &place), "{:?}", self.language);
        let page = json!({
            "room": "r", "epoch": EPOCH, "from": after + 1, "to": mark(self.head), "head": mark(self.head),
            "entries": entries, "amendments": amendments, "reactions": [], "hidden": []
        });
        self.answer(&read, page);
    }

    /// The client sends this line, which it has kept, after that one.
    fn sends(&mut self, text: &str, after: Option<&Value>) -> Value {
        let send = self.expect("message:send");
        let content = json!({ "type": "text", "text": text });
        assert_eq!((&send["room"], &send["content"]), (&json!("r"), &content), "{:?}", self.language);
        let after = after.map(|before| &before["client_id"]);
        assert_eq!(send["after"], json!(after), "{:?} sends {text}", self.language);
        assert_is_uuid7(&send["client_id"]);
        let kept = waiting(self.dir);
        assert!(kept.iter().any(|item| item["text"] == text), "{:?} sends {text} and keeps {kept:?}", self.language);
        send
    }

    /// Entries of the log, the newest last.
    fn entries(&mut self, entries: &[Value]) {
        self.head = entries.last().unwrap()["seq"].as_u64().unwrap();
        self.send("entries", json!({ "room": "r", "epoch": EPOCH, "entries": entries }));
    }

    /// What was sent is stored: its answer, and its entry.
    fn stores(&mut self, send: &Value) {
        let seq = self.head + 1;
        self.answer(send, stored(seq));
        self.entries(&[own(seq, send)]);
    }
}

fn room() -> Value {
    let settings = json!({ "post": "members", "invite": "members", "history": "all", "archived": false });
    json!({ "id": "r", "name": ROOM, "title": "", "topic": "", "kind": "public", "settings": settings })
}

fn id(seq: u64) -> String {
    format!("id-{seq}")
}

fn mark(seq: u64) -> Value {
    json!({ "seq": seq, "id": id(seq) })
}

fn stored(seq: u64) -> Value {
    json!({ "seq": seq, "id": id(seq), "time": 1, "n": seq })
}

fn entry(seq: u64, user: &str, client_id: &str, body: &Value) -> Value {
    let mut entry = json!({
        "seq": seq, "id": id(seq), "time": 1, "n": seq, "client_id": client_id,
        "author": { "id": user, "name": user, "color": "#123456" }
    });
    entry.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    entry
}

fn own(seq: u64, send: &Value) -> Value {
    let body = json!({ "kind": "message", "content": send["content"], "mentions": [] });
    entry(seq, "me", send["client_id"].as_str().unwrap(), &body)
}

fn said(seq: u64, text: &str) -> Value {
    entry(seq, "bob", "c", &json!({ "kind": "message", "content": { "type": "text", "text": text }, "mentions": [] }))
}

fn edited(seq: u64, target: u64, text: &str) -> Value {
    let content = json!({ "type": "text", "text": text });
    entry(seq, "bob", "c", &json!({ "kind": "edit", "target": mark(target), "content": content, "mentions": [] }))
}

fn deleted(seq: u64, target: u64) -> Value {
    entry(seq, "bob", "c", &json!({ "kind": "delete", "target": mark(target) }))
}

fn assert_is_uuid7(client_id: &Value) {
    let text = client_id.as_str().unwrap();
    let fits = |(place, c): (usize, char)| match place {
        8 | 13 | 18 | 23 => c == '-',
        14 => c == '7',
        19 => "89ab".contains(c),
        _ => c.is_ascii_digit() || ('a'..='f').contains(&c),
    };
    assert!(text.len() == 36 && text.char_indices().all(fits), "{text} is no UUIDv7");
}

#[rstest]
fn every_rule_is_kept(#[values(Language::JavaScript, Language::TypeScript, Language::Python, Language::Rust)] language: Language) {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut client = Example::start(language, dir.path(), &url, ROOM);
    let (wire, auth) = Wire::accept(&listener);
    let mut stage = Stage { listener, wire, dir: dir.path(), language, head: 1 };
    stage.welcome(&auth, "server", "me");
    stage.join();
    stage.synced(None, false);
    let create = entry(1, "bob", "c", &json!({ "kind": "create", "name": ROOM }));
    stage.page(0, &[create], &[]);

    // No more than four in flight, each after the one before it.
    ["a", "b", "c", "d", "e", "f"].iter().for_each(|text| client.say(text));
    let a = stage.sends("a", None);
    let b = stage.sends("b", Some(&a));
    let c = stage.sends("c", Some(&b));
    let d = stage.sends("d", Some(&c));
    until("all lines are kept", || if waiting(dir.path()).len() == 6 { Ok(()) } else { Err(String::new()) });
    stage.wire.quiet();

    // Refused for the moment, three deep: the same go again, in order, and not before it was said.
    let refused = Instant::now();
    stage.refuse(&a, "slow_down", "later", Some(WAIT));
    [&b, &c, &d].iter().for_each(|send| stage.refuse(send, "out_of_order", "later", None));
    let again = stage.sends("a", None);
    assert!(refused.elapsed() >= WAIT, "{language:?} waits as it was told");
    assert_eq!(again, a, "the same is sent, under the same id");

    // Its own entry settles it, before an answer and without one; the answer that comes late does no harm.
    stage.entries(&[own(2, &a)]);
    let b = stage.sends("b", None);
    stage.answer(&a, stored(2));
    let c = stage.sends("c", Some(&b));
    until("what is stored is kept no more", || if waiting(dir.path()).len() == 5 { Ok(()) } else { Err(String::new()) });

    // "now": `sync`, then the same again.
    stage.refuse(&b, "unavailable", "now", None);
    stage.refuse(&c, "out_of_order", "later", None);
    stage.synced(Some(2), false);
    let b = stage.sends("b", None);
    stage.stores(&b);
    let c = stage.sends("c", None);
    stage.sends("d", Some(&c));

    // Cut before the answers: on the next connection `sync` with the cursor, then all that has none.
    stage.reconnect("server", "me");
    stage.synced(Some(3), false);
    let again = stage.sends("c", None);
    assert_eq!(again["client_id"], c["client_id"]);
    let d = stage.sends("d", Some(&c));
    let e = stage.sends("e", Some(&d));
    let f = stage.sends("f", Some(&e));
    // Refused for good: what follows waits for it no longer.
    stage.refuse(&c, "forbidden", "never", None);
    [&d, &e, &f].iter().for_each(|send| stage.refuse(send, "out_of_order", "later", None));
    let d = stage.sends("d", None);
    stage.stores(&d);
    let e = stage.sends("e", None);
    let f = stage.sends("f", Some(&e));
    stage.stores(&e);
    stage.stores(&f);
    client.until_said("not sent: c (for a reason)");
    let mut shown: Vec<String> = ["a", "b", "d", "e", "f"].iter().map(|text| format!("me: {text}")).collect();
    client.until_shown("what is stored", |lines| lines == shown);

    // A gap is closed by a page, with what is in force for its lines.
    stage.entries(&[said(9, "nine")]);
    stage.page(6, &[said(7, "seven"), said(9, "nine")], &[edited(8, 7, "sieben")]);
    shown.extend(["bob: sieben (edited)", "bob: nine"].map(str::to_owned));
    // Live, and once more, and of a kind that nobody knows; what a terminal would obey is taken out.
    stage.entries(&[deleted(10, 7), edited(11, 9, "neun")]);
    stage.entries(&[edited(11, 9, "neun")]);
    stage.entries(&[said(12, "\u{1b}[31mred\nmore"), entry(13, "bob", "c", &json!({ "kind": "film", "fallback": "a film" }))]);
    stage.entries(&[said(14, "after the film")]);
    shown.extend(["bob: (message deleted)", "bob: neun (edited)", "bob: \u{fffd}[31mred more", "bob: after the film"].map(str::to_owned));
    client.until_shown("what came live", |lines| lines == shown);
    // A log that another one took the place of, perhaps: `sync`.
    stage.send("entries", json!({ "room": "r", "epoch": "another", "entries": [] }));
    stage.synced(Some(14), false);

    // Nothing of it is said under another pair of server and user; it waits for its own.
    client.say("g");
    let g = stage.sends("g", None);
    for (server, user) in [("server", "somebody-else"), ("another-server", "me")] {
        stage.reconnect(server, user);
        stage.join();
        stage.synced(None, false);
        stage.page(0, &[said(14, user)], &[]);
        shown.push(format!("bob: {user}"));
        client.until_shown("the room", |lines| lines == shown);
        client.until_said("1 lines in ");
        stage.wire.quiet();
        assert_eq!(waiting(dir.path()).len(), 1);
    }
    stage.reconnect("server", "me");
    stage.join();
    stage.synced(None, false);
    stage.page(0, &[said(14, "back")], &[]);
    let again = stage.sends("g", None);
    assert_eq!(again, g, "{language:?} sends it again, under the same id");
    stage.stores(&g);
    shown.extend(["bob: back", "me: g"].map(str::to_owned));
    client.until_shown("its line", |lines| lines == shown);

    // A log that is not the one that was read, since a database was copied back, is read from its end.
    stage.reconnect("server", "me");
    stage.synced(Some(15), true);
    stage.page(0, &[said(2, "anew")], &[]);
    shown.push("bob: anew".to_owned());
    client.until_shown("the log anew", |lines| lines == shown);
    assert_eq!(client.end(), (Some(1), shown), "{language:?}: one line was refused for good");
}
