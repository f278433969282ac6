//! Read positions: three statements a batch, whatever its size.

use chat_proto::error::Error;
use chat_proto::id::{EntryId, Epoch, UserId};
use chat_proto::request::room_mark_read::{ReadPosition, RoomMarkRead};
use serde_json::json;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use crate::domain::mark_read::{MarkFacts, Position, decide_marks};
use crate::storage::StoreError;
use crate::storage::sqlite::facts::Keys;
use crate::storage::sqlite::rows::{number, read, text};

/// Moves the read positions of a batch, and tells each caller where they stand then.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    marks: &[(UserId, RoomMarkRead)],
) -> Result<Vec<Result<ReadPosition, Error>>, StoreError> {
    let (mut facts, keys) = look_up(connection, marks).await?;
    let decision = decide_marks(&mut facts, marks);
    let key = |room| keys.get(room).copied().unwrap_or_default();
    let moved: Vec<_> = decision.moved.iter().map(|((room, user), position)| json!([user, key(room), position.seq, position.n])).collect();
    if !moved.is_empty() {
        store(connection, moved).await?;
    }
    let ends = marks
        .iter()
        .zip(&decision.outcomes)
        .map(|((user, mark), outcome)| outcome.as_ref().map_or(json!(null), |position| json!([user, key(&mark.room), position.seq])));
    let mentions = mentions_behind(connection, ends.collect()).await?;
    let told = marks.iter().zip(decision.outcomes).zip(mentions).map(|(((_, mark), outcome), mentions)| {
        let end = facts.rooms.get(&mark.room).map_or(0, |(_, end)| end.n);
        outcome.map(|position| position.told(end, mentions))
    });
    Ok(told.collect())
}

async fn look_up(connection: &mut SqliteConnection, marks: &[(UserId, RoomMarkRead)]) -> Result<(MarkFacts, Keys), StoreError> {
    let asked: Vec<_> = marks.iter().map(|(user, mark)| json!([mark.room, user, mark.place.seq])).collect();
    let sql = "SELECT j.key AS mark, r.key AS room, r.epoch, r.head_seq, r.n AS head_n, e.id, e.n, p.seq AS read_seq, p.n AS read_n,
                      EXISTS (SELECT 1 FROM memberships m WHERE m.user = j.value ->> 1 AND m.room = r.key AND m.to_seq IS NULL)
                      OR (r.kind = 'lobby' AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user = j.value ->> 1 AND m.room = r.key)) AS member
               FROM json_each(?) j
               JOIN rooms r ON r.id = j.value ->> 0
               LEFT JOIN entries e ON e.room = r.key AND e.seq = j.value ->> 2
               LEFT JOIN positions p ON p.user = j.value ->> 1 AND p.room = r.key";
    let (mut facts, mut keys) = (MarkFacts::default(), Keys::new());
    for row in sqlx::query(sql).bind(json!(asked).to_string()).fetch_all(connection).await? {
        let Some((user, mark)) = marks.get(row.try_get::<i64, _>("mark")? as usize) else { continue };
        let room = &mark.room;
        if !keys.contains_key(room) {
            let end = Position { seq: number(&row, "head_seq")?, n: number(&row, "head_n")? };
            facts.rooms.insert(room.clone(), (read(Epoch::parse(text(&row, "epoch")?))?, end));
            keys.insert(room.clone(), row.try_get("room")?);
        }
        if row.try_get("member")? {
            facts.members.insert((room.clone(), user.clone()));
        }
        if let Some(id) = row.try_get::<Option<String>, _>("id")? {
            facts.entries.insert((room.clone(), mark.place.seq), (read(EntryId::parse(id))?, number(&row, "n")?));
        }
        if row.try_get::<Option<i64>, _>("read_seq")?.is_some() {
            let position = Position { seq: number(&row, "read_seq")?, n: number(&row, "read_n")? };
            facts.positions.insert((room.clone(), user.clone()), position);
        }
    }
    Ok((facts, keys))
}

async fn store(connection: &mut SqliteConnection, moved: Vec<serde_json::Value>) -> Result<(), StoreError> {
    // `WHERE true` lets the parser tell the conflict's ON from a join's.
    let sql = "INSERT INTO positions (user, room, seq, n)
               SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
               ON CONFLICT (user, room) DO UPDATE SET seq = excluded.seq, n = excluded.n";
    sqlx::query(sql).bind(serde_json::Value::Array(moved).to_string()).execute(connection).await?;
    Ok(())
}

/// How many entries mention each user behind each place of a room.
async fn mentions_behind(connection: &mut SqliteConnection, places: Vec<serde_json::Value>) -> Result<Vec<u64>, StoreError> {
    let sql =
        "SELECT (SELECT COUNT(*) FROM mentions m WHERE m.user = j.value ->> 0 AND m.room = j.value ->> 1 AND m.seq > j.value ->> 2) AS many
               FROM json_each(?) j ORDER BY j.key";
    let rows = sqlx::query(sql).bind(serde_json::Value::Array(places).to_string()).fetch_all(connection).await?;
    rows.iter().map(|row| number(row, "many")).collect()
}
