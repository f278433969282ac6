//! What was edited and taken back, by somebody else.

use serde_json::{Value, json};

use super::example::{Example, Language};
use super::wire::Wire;
use super::{ROOM, start};

/// Several pages of it.
const LINES: usize = 35;

/// Somebody who says, edits and takes back.
struct Peer {
    wire: Wire,
    room: Value,
    epoch: Value,
    said: usize,
}

impl Peer {
    fn join(url: &str) -> Self {
        let (mut wire, _) = Wire::connect(url, "ada");
        let room = wire.ask("room:find", json!({ "name": ROOM }))["id"].clone();
        wire.ask("room:join", json!({ "room": room, "client_id": "join" }));
        let rooms = wire.ask("sync", json!({}))["rooms"].clone();
        let state = rooms.as_array().unwrap().iter().find(|state| state["room"]["id"] == room).unwrap();
        Self { epoch: state["epoch"].clone(), wire, room, said: 0 }
    }

    fn write(&mut self, event: &str, mut fields: Value) -> Value {
        self.said += 1;
        fields["room"] = self.room.clone();
        fields["client_id"] = json!(format!("c{}", self.said));
        fields["after"] = Value::Null;
        self.wire.ask(event, fields)
    }

    /// Says something; gives its place.
    fn say(&mut self, text: &str) -> Value {
        let stored = self.write("message:send", json!({ "content": { "type": "text", "text": text } }));
        json!({ "epoch": self.epoch, "seq": stored["seq"], "id": stored["id"] })
    }

    fn edit(&mut self, target: &Value, text: &str) {
        self.write("message:edit", json!({ "target": target, "content": { "type": "text", "text": text } }));
    }

    fn delete(&mut self, target: &Value) {
        self.write("message:delete", json!({ "target": target }));
    }
}

#[test]
fn edits_and_deletions_show_when_read_back_and_live() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "page_lines = 10");
    let mut ada = Peer::join(&server.url());
    let places: Vec<Value> = (0..LINES).map(|number| ada.say(&format!("line {number}"))).collect();
    ada.edit(&places[1], "once");
    ada.edit(&places[30], "once");
    ada.edit(&places[30], "twice");
    ada.edit(&places[12], "for nothing");
    ada.delete(&places[12]);
    ada.delete(&places[34]);
    ada.say("\u{1b}[31mred \u{202e}and\nmore");
    ada.edit(&places[2], "late");
    let mut wanted: Vec<String> = (0..LINES).map(|number| format!("ada: line {number}")).collect();
    for (number, text) in [(1, "once (edited)"), (30, "twice (edited)"), (2, "late (edited)")] {
        wanted[number] = format!("ada: {text}");
    }
    wanted[12] = "ada: (message deleted)".to_owned();
    wanted[34] = "ada: (message deleted)".to_owned();
    wanted.push("ada: \u{fffd}[31mred and more".to_owned());

    let clients = Language::ALL.map(|language| {
        let own = dir.path().join(language.folder());
        std::fs::create_dir(&own).unwrap();
        let client = Example::start(language, &own, &server.url(), ROOM);
        client.until_shown("all that was said", |shown| shown.len() >= wanted.len());
        assert_eq!(client.shown(), wanted, "{language:?} reads back");
        client
    });
    ada.edit(&places[3], "now");
    ada.delete(&places[4]);
    ada.edit(&places[3], "and again");
    for line in ["ada: now (edited)", "ada: (message deleted)", "ada: and again (edited)"] {
        wanted.push(line.to_owned());
    }
    for client in clients {
        client.until_shown("what is changed now", |shown| shown.len() >= wanted.len());
        assert_eq!(client.end(), (Some(0), wanted.clone()));
    }
}
