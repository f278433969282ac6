//! A repeat is known as one by the release after the one that stored it, too.

use chat_proto::name::DisplayName;
use chat_proto::request::AnyRequest;
use chat_proto::user::{Color, User, UserKind};
use chat_server::domain::write::{EntryRequest, Write};
use serde_json::{Value, json};

fn digest(name: &str, payload: Value) -> i64 {
    let author = User {
        id: chat_proto::id::UserId::parse("u").unwrap(),
        name: DisplayName::parse("ada").unwrap(),
        color: Color::parse("#7aa2f7").unwrap(),
        kind: UserKind::Guest,
        identity: None,
        role: chat_proto::user::ServerRole::Member,
    };
    Write::new(author, EntryRequest::from_any(AnyRequest::parse(name, payload).unwrap()).unwrap()).digest
}

/// What was stored is stored under these digests. Where one changes, a message that was stored
/// before an upgrade and whose answer was lost is refused as a `conflict` when it is sent again. A
/// new optional field stays out of the JSON while it is absent (`skip_serializing_if`).
#[test]
fn digests_outlive_an_upgrade() {
    let place = json!({ "epoch": "e", "seq": 1, "id": "i" });
    let content = json!({ "type": "text", "text": "hello" });
    let requests = [
        ("message:send", json!({ "room": "r", "client_id": "c", "content": content }), 6_766_503_974_486_039_489),
        (
            "message:send",
            json!({ "room": "r", "client_id": "c", "content": content, "mentions": ["u"], "reply_to": place }),
            4_704_204_228_462_316_526,
        ),
        (
            "message:edit",
            json!({ "room": "r", "client_id": "c", "target": place, "content": content, "mentions": [] }),
            -880_058_005_418_824_725,
        ),
        ("message:delete", json!({ "room": "r", "client_id": "c", "target": place }), -4_806_238_330_750_500_514),
        ("message:react", json!({ "room": "r", "client_id": "c", "target": place, "emoji": "👍", "on": true }), 9_205_048_534_067_495_500),
        ("room:set_topic", json!({ "room": "r", "client_id": "c", "topic": "things" }), -4_619_717_411_084_989_215),
        ("room:create", json!({ "client_id": "c", "name": "ops" }), 984_010_802_617_333_150),
        ("room:join", json!({ "room": "r", "client_id": "c" }), 4_857_943_460_504_144_025),
        ("room:leave", json!({ "room": "r", "client_id": "c" }), -4_716_119_446_012_230_866),
        ("friend:ask", json!({ "client_id": "c", "user": "u" }), 3_351_753_004_821_721_627),
        ("friend:accept", json!({ "client_id": "c", "user": "u" }), -3_941_949_006_944_153_728),
        ("friend:refuse", json!({ "client_id": "c", "user": "u" }), 7_304_443_574_581_667_046),
        ("friend:remove", json!({ "client_id": "c", "user": "u" }), -8_498_070_324_994_041_284),
    ];
    let found: Vec<(&str, i64)> = requests.iter().map(|(name, payload, _)| (*name, digest(name, payload.clone()))).collect();
    let expected: Vec<(&str, i64)> = requests.iter().map(|(name, _, digest)| (*name, *digest)).collect();
    assert_eq!(found, expected);
}

/// What may differ between two attempts does not count.
#[test]
fn the_predecessor_does_not_count() {
    let send = |after: Value| {
        digest("message:send", json!({ "room": "r", "client_id": "c", "after": after, "content": { "type": "text", "text": "x" } }))
    };
    assert_eq!(send(json!(null)), send(json!("before")));
}
