//! The people whom a batch means, and how they may come and go.

use chat_proto::id::{RoomId, UserId};
use chat_proto::name::JoinCode;
use chat_proto::user::{ServerRole, User, UserKind};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use crate::domain::facts::{CodeFacts, Facts, Wanted, friends_key, inbox_key};
use crate::storage::StoreError;
use crate::storage::sqlite::facts::{Keys, by_key, room_of};
use crate::storage::sqlite::rows::{USER, author, number, read, text, user};

/// The people who are meant: as they are stored, or a passing guest as the room's log knows them.
pub(super) async fn people(connection: &mut SqliteConnection, wanted: &Wanted, facts: &mut Facts) -> Result<(), StoreError> {
    if wanted.people.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = wanted.people.iter().map(|(_, user)| user).collect();
    let sql = format!("SELECT {USER} FROM users u WHERE u.id IN (SELECT value FROM json_each(?))");
    for row in sqlx::query(AssertSqlSafe(sql)).bind(json!(ids).to_string()).fetch_all(&mut *connection).await? {
        let user = user(&row)?;
        facts.people.insert(user.id.clone(), user);
    }
    for (room, id) in &wanted.people {
        let Some(room) = room.as_ref().filter(|_| !facts.people.contains_key(id)) else { continue };
        let sql = "SELECT e.author, e.name, e.color, e.bot FROM rooms r JOIN entries e ON e.room = r.key AND e.author = ?
                   WHERE r.id = ? ORDER BY e.seq DESC LIMIT 1";
        let row = sqlx::query(sql).bind(id.as_str()).bind(room.as_str()).fetch_optional(&mut *connection).await?;
        if let Some(row) = row {
            let author = author(&row)?;
            let (name, color) = (author.name, author.color);
            let guest = User { id: author.id, name, color, kind: UserKind::Guest, identity: None, role: ServerRole::Member };
            facts.people.insert(id.clone(), guest);
        }
    }
    Ok(())
}

/// The inboxes, the rooms for friends and the conversations that are there already.
pub(super) async fn made_rooms(connection: &mut SqliteConnection, wanted: &Wanted, facts: &mut Facts) -> Result<Vec<RoomId>, StoreError> {
    let mut found = Vec::new();
    let inboxes: Vec<(String, &UserId)> = wanted.inboxes.iter().map(|user| (inbox_key(user), user)).collect();
    let friends: Vec<(String, &UserId)> = wanted.friends_rooms.iter().map(|user| (friends_key(user), user)).collect();
    let keys: Vec<&String> = inboxes.iter().chain(&friends).map(|(key, _)| key).chain(&wanted.directs).collect();
    if keys.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT id, name_key FROM rooms WHERE name_key IN (SELECT value FROM json_each(?))";
    for row in sqlx::query(sql).bind(json!(keys).to_string()).fetch_all(connection).await? {
        let (id, key) = (read(RoomId::parse(text(&row, "id")?))?, text(&row, "name_key")?);
        if let Some((_, user)) = inboxes.iter().find(|(inbox, _)| *inbox == key) {
            facts.inboxes.insert((*user).clone(), id.clone());
        } else if let Some((_, user)) = friends.iter().find(|(friends, _)| *friends == key) {
            facts.friends_rooms.insert((*user).clone(), id.clone());
        } else {
            facts.directs.insert(key, id.clone());
        }
        found.push(id);
    }
    Ok(found)
}

/// Invitations, join codes, and when members were there where that decides what they may read.
pub(super) async fn come_and_go(
    connection: &mut SqliteConnection,
    wanted: &Wanted,
    keys: &Keys,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let names = by_key(keys);
    // Of nearly all batches everybody is a member, and nothing is looked up.
    let asked: Vec<_> = wanted.strangers(facts).filter_map(|(room, user)| Some((keys.get(room)?, user))).collect();
    if !asked.is_empty() {
        let asked = json!(asked).to_string();
        let sql = "SELECT i.room, i.user FROM json_each(?) j JOIN invitations i ON i.room = j.value ->> 0 AND i.user = j.value ->> 1";
        for row in sqlx::query(sql).bind(&asked).fetch_all(&mut *connection).await? {
            let Some(room) = room_of(&row, &names)? else { continue };
            facts.invited.insert((room, read(UserId::parse(text(&row, "user")?))?));
        }
        let sql =
            "SELECT DISTINCT m.room, m.user FROM json_each(?) j JOIN memberships m ON m.room = j.value ->> 0 AND m.user = j.value ->> 1";
        for row in sqlx::query(sql).bind(&asked).fetch_all(&mut *connection).await? {
            let Some(room) = room_of(&row, &names)? else { continue };
            facts.former.insert((room, read(UserId::parse(text(&row, "user")?))?));
        }
    }
    if !wanted.codes.is_empty() {
        let sql = "SELECT c.code, r.id, c.expires, c.uses_left FROM codes c JOIN rooms r ON r.key = c.room
                   WHERE c.code IN (SELECT value FROM json_each(?))";
        for row in sqlx::query(sql).bind(json!(wanted.codes).to_string()).fetch_all(&mut *connection).await? {
            let room = read(RoomId::parse(text(&row, "id")?))?;
            let known = CodeFacts { room, expires: number(&row, "expires")?, uses_left: number(&row, "uses_left")? as u32 };
            facts.codes.insert(read(JoinCode::parse(text(&row, "code")?))?, known);
        }
    }
    let ranged: Vec<_> = wanted.ranges.iter().filter_map(|room| keys.get(room)).collect();
    if ranged.is_empty() {
        return Ok(());
    }
    let sql = "SELECT m.room, m.user, m.from_seq, m.to_seq FROM json_each(?) j
               JOIN rooms r ON r.key = j.value AND r.history = 'joined'
               JOIN memberships o ON o.room = r.key AND o.to_seq IS NULL
               JOIN memberships m ON m.room = o.room AND m.user = o.user
               ORDER BY m.room, m.user, m.from_seq";
    for row in sqlx::query(sql).bind(json!(ranged).to_string()).fetch_all(connection).await? {
        let Some(room) = room_of(&row, &names)? else { continue };
        let to: Option<i64> = row.try_get("to_seq")?;
        let range = (number(&row, "from_seq")?, to.map(|to| to.max(0) as u64));
        let members = facts.ranges.entry(room).or_default();
        members.entry(read(UserId::parse(text(&row, "user")?))?).or_default().push(range);
    }
    Ok(())
}
