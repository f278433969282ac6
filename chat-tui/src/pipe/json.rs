//! A log as one JSON object a line, in the schema's own words.

use chat_proto::entry::Entry;
use chat_proto::id::{Epoch, RoomId};
use chat_proto::place::Seq;
use chat_proto::request::history_read::Standing;
use chat_proto::request::sync::RoomState;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// An entry, with where it stands.
#[must_use]
pub fn entry(room: &RoomId, epoch: &Epoch, entry: &Entry) -> String {
    line(room, epoch, entry)
}

/// How reactions stand on a message.
#[must_use]
pub fn reactions(room: &RoomId, epoch: &Epoch, standing: &Standing) -> String {
    line(room, epoch, standing)
}

/// A part of the log that the reader may not read.
#[must_use]
pub fn hidden(room: &RoomId, epoch: &Epoch, range: (Seq, Seq)) -> String {
    line(room, epoch, &json!({ "hidden": range }))
}

/// A room before its entries: what it is called, and where its log ends.
#[must_use]
pub fn room(state: &RoomState) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        room: &'a chat_proto::room::Room,
        epoch: &'a Epoch,
        head: &'a chat_proto::place::Mark,
    }
    let line = Line { room: &state.room, epoch: &state.epoch, head: &state.head };
    ended(serde_json::to_string(&line))
}

fn line(room: &RoomId, epoch: &Epoch, what: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Line<'a, T: Serialize> {
        room: &'a RoomId,
        epoch: &'a Epoch,
        #[serde(flatten)]
        what: &'a T,
    }
    ended(match serde_json::to_value(what) {
        // A kind of a later version may use these names; they mean the place here.
        Ok(Value::Object(mut fields)) if fields.contains_key("room") || fields.contains_key("epoch") => {
            fields.retain(|name, _| name != "room" && name != "epoch");
            serde_json::to_string(&Line::<Map<String, Value>> { room, epoch, what: &fields })
        }
        _ => serde_json::to_string(&Line { room, epoch, what }),
    })
}

fn ended(line: serde_json::Result<String>) -> String {
    line.unwrap_or_else(|error| unreachable!("what came as JSON goes as JSON: {error}")) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_entry_and_its_place() {
        let author = json!({ "id": "u", "name": "ada", "color": "#7aa2f7" });
        let mut wire = json!({ "seq": 1, "id": "e", "time": 1, "author": author, "client_id": "c", "n": 1,
            "kind": "message", "content": { "type": "text", "text": "hi\u{1b}" }, "mentions": [] });
        let told =
            |wire: &Value| entry(&RoomId::parse("r").unwrap(), &Epoch::parse("p").unwrap(), &serde_json::from_value(wire.clone()).unwrap());
        let line = told(&wire);
        assert!(line.starts_with(r#"{"room":"r","epoch":"p","seq":1,"#) && line.ends_with("}\n") && !line.contains('\u{1b}'), "{line}");
        wire["room"] = "r".into();
        wire["epoch"] = "p".into();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), wire);
        // A kind that does not exist yet.
        wire["kind"] = "moved".into();
        wire["room"] = "elsewhere".into();
        let line = told(&wire);
        assert_eq!(line.matches("\"room\"").count(), 1, "{line}");
    }
}
