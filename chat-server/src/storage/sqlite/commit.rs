//! The writer's transaction: look up, decide, insert, commit.

use chat_proto::entry::{Body, Entry, Role};
use chat_proto::error::{Code, Error};
use chat_proto::name::JoinCode;
use chat_proto::room::{Room, RoomChanges, RoomRole};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};

use crate::domain::access::is_open;
use crate::domain::decide::{Context, Decision, NewEntry, decide};
use crate::domain::facts::{Wanted, name_key, private_key};
use crate::domain::write::Write;
use crate::storage::sqlite::facts::{Keys, look_up};
use crate::storage::sqlite::friends;
use crate::storage::sqlite::mark_read;
use crate::storage::sqlite::rows::{ROOM, kind, room as read_room, spelled, unreadable};
use crate::storage::sqlite::search;
use crate::storage::{Batch, Committed, CommittedEntry, StoreError};

/// Runs one batch.
pub(super) async fn run(connection: &mut SqliteConnection, batch: &Batch, context: &mut Context<'_>) -> Result<Committed, StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut committed = Committed::default();
    if !batch.writes.is_empty() {
        let decision = store(&mut transaction, &batch.writes, context).await?;
        committed.outcomes = decision.outcomes;
        committed.entries = decision.entries.into_iter().map(CommittedEntry::from).collect();
    }
    if !batch.marks.is_empty() {
        committed.marks = mark_read::run(&mut transaction, &batch.marks).await?;
    }
    transaction.commit().await?;
    Ok(committed)
}

/// Runs a batch whose data something is wrong with, so that only the culprit is refused.
pub(super) async fn run_one_by_one(
    connection: &mut SqliteConnection,
    batch: &Batch,
    context: &mut Context<'_>,
) -> Result<Committed, StoreError> {
    let mut all = Committed::default();
    let writes = batch.writes.iter().map(|write| Batch { writes: vec![write.clone()], marks: Vec::new() });
    let marks = batch.marks.iter().map(|mark| Batch { writes: Vec::new(), marks: vec![mark.clone()] });
    for single in writes.chain(marks) {
        match run(connection, &single, context).await {
            Ok(one) => {
                all.outcomes.extend(one.outcomes);
                all.marks.extend(one.marks);
                all.entries.extend(one.entries);
            }
            Err(error) if is_data_error(&error) => {
                tracing::error!(%error, "a request was refused by the database");
                let refused = Error::new(Code::Invalid, "The database refused this request's data.");
                if single.marks.is_empty() {
                    all.outcomes.push(Err(refused));
                } else {
                    all.marks.push(Err(refused));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Whether the data is at fault (a constraint, a type) and not the disk or the connection.
pub(super) fn is_data_error(error: &StoreError) -> bool {
    /// SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_ERROR (malformed JSON).
    const DATA: [i32; 4] = [19, 20, 18, 1];
    let StoreError::Database(sqlx::Error::Database(error)) = error else { return false };
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| DATA.contains(&(code & 0xff)))
}

async fn store(connection: &mut SqliteConnection, writes: &[Write], context: &mut Context<'_>) -> Result<Decision, StoreError> {
    let (mut facts, mut keys) = look_up(connection, &Wanted::of(writes)).await?;
    let decision = decide(&mut facts, writes, context);
    if decision.entries.is_empty() {
        return Ok(decision);
    }
    make_rooms(connection, &decision, &mut keys).await?;
    insert_entries(connection, &decision.entries, &keys).await?;
    move_heads(connection, &decision.entries, &keys).await?;
    note_mentions(connection, &decision.entries, &keys).await?;
    search::index::add(connection, &decision.entries, &keys).await?;
    for new in &decision.entries {
        let Some(key) = keys.get(&new.room) else { continue };
        apply(connection, *key, &new.entry).await?;
        move_people(connection, *key, new).await?;
    }
    use_codes(connection, &decision.codes).await?;
    friends::note(connection, &decision.friendships).await?;
    Ok(decision)
}

async fn make_rooms(connection: &mut SqliteConnection, decision: &Decision, keys: &mut Keys) -> Result<(), StoreError> {
    for new in &decision.rooms {
        let Room { id, name, title, topic, kind, settings } = &new.room;
        // What no request made is found by its key alone.
        let creation = new.client_id.as_ref().map_or(new.key.as_str(), |id| id.as_str());
        let key = sqlx::query(
            "INSERT INTO rooms (id, name, name_key, title, topic, kind, post, invite, history, epoch, head_seq, head_id, head_time, n, members, creator, creation)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, 0, 0, ?, ?) RETURNING key",
        )
        .bind(id.as_str())
        .bind(name.as_str())
        .bind(&new.key)
        .bind(title.as_str())
        .bind(topic.as_str())
        .bind(spelled(kind)?)
        .bind(spelled(settings.post)?)
        .bind(spelled(settings.invite)?)
        .bind(spelled(settings.history)?)
        .bind(new.epoch.as_str())
        .bind(new.creator.as_str())
        .bind(creation)
        .fetch_one(&mut *connection)
        .await?
        .try_get(0)?;
        keys.insert(new.room.id.clone(), key);
    }
    Ok(())
}

async fn insert_entries(connection: &mut SqliteConnection, entries: &[NewEntry], keys: &Keys) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(entries.len());
    for NewEntry { room, entry, digest, .. } in entries {
        let Some(key) = keys.get(room) else { continue };
        let quote = match &entry.body {
            Body::Message(message) => message.reply_to.as_ref().map(|quote| quote.seq),
            _ => None,
        };
        let body = serde_json::to_string(&entry.body).map_err(unreadable)?;
        let target = entry.body.target().map(|target| target.seq);
        let Entry { seq, id, time, author, client_id, n, .. } = entry;
        let kind = kind(&entry.body);
        rows.push(json!([
            key,
            seq,
            id,
            time,
            author.id,
            author.name,
            author.color,
            client_id,
            n,
            kind,
            target,
            quote,
            body,
            digest,
            i64::from(author.bot)
        ]));
    }
    // One statement for the whole batch: a statement a row was three times slower.
    sqlx::query(
        "INSERT INTO entries (room, seq, id, time, author, name, color, client_id, n, kind, target, quote, body, digest, bot)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
                value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14
         FROM json_each(?)",
    )
    .bind(serde_json::Value::Array(rows).to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn move_heads(connection: &mut SqliteConnection, entries: &[NewEntry], keys: &Keys) -> Result<(), StoreError> {
    let mut heads = std::collections::HashMap::new();
    for new in entries {
        heads.insert(&new.room, &new.entry);
    }
    let rows: Vec<_> =
        heads.into_iter().filter_map(|(room, entry)| Some(json!([keys.get(room)?, entry.seq, entry.id, entry.time, entry.n]))).collect();
    sqlx::query(
        "UPDATE rooms SET head_seq = j.value ->> 1, head_id = j.value ->> 2, head_time = j.value ->> 3, n = j.value ->> 4
         FROM json_each(?) j WHERE rooms.key = j.value ->> 0",
    )
    .bind(serde_json::Value::Array(rows).to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn note_mentions(connection: &mut SqliteConnection, entries: &[NewEntry], keys: &Keys) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for new in entries {
        if let (Body::Message(message), Some(key)) = (&new.entry.body, keys.get(&new.room)) {
            rows.extend(message.mentions.iter().map(|user| json!([user, key, new.entry.seq])));
        }
    }
    if !rows.is_empty() {
        insert_mentions(connection, rows).await?;
    }
    Ok(())
}

async fn insert_mentions(connection: &mut SqliteConnection, rows: Vec<serde_json::Value>) -> Result<(), StoreError> {
    sqlx::query("INSERT OR IGNORE INTO mentions (user, room, seq) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)")
        .bind(serde_json::Value::Array(rows).to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// What an entry changes beside the log. Messages, by far the most, change nothing more.
async fn apply(connection: &mut SqliteConnection, room: i64, entry: &Entry) -> Result<(), StoreError> {
    let user = entry.author.id.as_str();
    let seq = entry.seq as i64;
    match &entry.body {
        Body::Message(_) | Body::Unknown(_) => {}
        Body::Edit(edit) => {
            let target = edit.target.seq as i64;
            sqlx::query("DELETE FROM mentions WHERE room = ? AND seq = ?").bind(room).bind(target).execute(&mut *connection).await?;
            let rows = edit.mentions.iter().map(|user| json!([user, room, target])).collect();
            insert_mentions(&mut *connection, rows).await?;
            search::index::replace(connection, room, target, seq, &edit.content.text).await?;
        }
        Body::Delete(delete) => {
            let target = delete.target.seq as i64;
            search::index::remove(connection, room, target).await?;
            blank(connection, room, target, seq).await?;
        }
        Body::React(react) => {
            let sql = if react.on {
                "INSERT OR IGNORE INTO reactions (room, target, emoji, user) VALUES (?, ?, ?, ?)"
            } else {
                "DELETE FROM reactions WHERE room = ? AND target = ? AND emoji = ? AND user = ?"
            };
            sqlx::query(sql).bind(room).bind(react.target.seq as i64).bind(react.emoji.as_str()).bind(user).execute(connection).await?;
        }
        Body::Topic(topic) => {
            sqlx::query("UPDATE rooms SET topic = ? WHERE key = ?").bind(topic.topic.as_str()).bind(room).execute(connection).await?;
        }
        Body::Invite(invite) => {
            let sql = "INSERT OR IGNORE INTO invitations (user, room) VALUES (?, ?)";
            sqlx::query(sql).bind(invite.user.id.as_str()).bind(room).execute(connection).await?;
        }
        Body::Remove(remove) => {
            let sql = "DELETE FROM invitations WHERE user = ? AND room = ?";
            sqlx::query(sql).bind(remove.user.id.as_str()).bind(room).execute(connection).await?;
        }
        Body::Role(role) => give_role(connection, room, role).await?,
        Body::Settings(changes) => configure(connection, room, changes).await?,
        Body::Create(_)
        | Body::Join(_)
        | Body::Leave(_)
        | Body::Add(_)
        | Body::Invited(_)
        | Body::Removed(_)
        | Body::FriendNews(_)
        | Body::FriendNote(_) => {}
    }
    Ok(())
}

/// Who comes and goes by an entry.
async fn move_people(connection: &mut SqliteConnection, room: i64, new: &NewEntry) -> Result<(), StoreError> {
    for (user, role) in &new.moves.joins {
        join(connection, room, user.as_str(), *role, &new.entry).await?;
    }
    for user in &new.moves.leaves {
        leave(connection, room, user.as_str(), new.entry.seq as i64).await?;
    }
    Ok(())
}

async fn use_codes(connection: &mut SqliteConnection, codes: &[JoinCode]) -> Result<(), StoreError> {
    for code in codes {
        let sql = "UPDATE codes SET uses_left = uses_left - 1 WHERE code = ?";
        sqlx::query(sql).bind(code.as_str()).execute(&mut *connection).await?;
    }
    Ok(())
}

/// In the lobby, where people are by rule, a role is the first thing that is stored of a membership.
async fn give_role(connection: &mut SqliteConnection, room: i64, role: &Role) -> Result<(), StoreError> {
    let (user, word) = (role.user.id.as_str(), spelled(role.role)?);
    let sql = "UPDATE memberships SET role = ? WHERE user = ? AND room = ? AND to_seq IS NULL";
    let known = sqlx::query(sql).bind(&word).bind(user).bind(room).execute(&mut *connection).await?.rows_affected();
    if known == 0 {
        let sql = "INSERT INTO memberships (user, room, from_seq, role) VALUES (?, ?, 1, ?)";
        sqlx::query(sql).bind(user).bind(room).bind(word).execute(connection).await?;
    }
    Ok(())
}

async fn configure(connection: &mut SqliteConnection, room: i64, changes: &RoomChanges) -> Result<(), StoreError> {
    let sql = format!("SELECT {ROOM} FROM rooms r WHERE r.key = ?");
    let mut now = read_room(&sqlx::query(AssertSqlSafe(sql)).bind(room).fetch_one(&mut *connection).await?)?;
    changes.apply(&mut now);
    let key = if is_open(now.kind) { name_key(now.name.as_str()) } else { private_key(&now.id) };
    let Room { name, title, kind, settings, .. } = &now;
    sqlx::query(
        "UPDATE rooms SET name = ?, name_key = ?, title = ?, kind = ?, post = ?, invite = ?, history = ?, archived = ? WHERE key = ?",
    )
    .bind(name.as_str())
    .bind(key)
    .bind(title.as_str())
    .bind(spelled(kind)?)
    .bind(spelled(settings.post)?)
    .bind(spelled(settings.invite)?)
    .bind(spelled(settings.history)?)
    .bind(settings.archived)
    .bind(room)
    .execute(connection)
    .await?;
    Ok(())
}

/// Nothing of a deleted message is left: not in its edits, not in quotes, not in counts.
async fn blank(connection: &mut SqliteConnection, room: i64, target: i64, deletion: i64) -> Result<(), StoreError> {
    sqlx::query(
        r#"UPDATE entries SET body = '{"kind":"message","content":{"type":"text","text":""},"mentions":[]}', digest = NULL, quote = NULL, deleted = ?
           WHERE room = ? AND seq = ?"#,
    )
    .bind(deletion)
    .bind(room)
    .bind(target)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        // Named, since the planner would rather walk through the room's whole log.
        "UPDATE entries INDEXED BY entries_by_target
         SET body = json_set(body, '$.content.text', '', '$.mentions', json('[]')), digest = NULL
         WHERE room = ? AND target = ? AND kind = 'edit'",
    )
    .bind(room)
    .bind(target)
    .execute(&mut *connection)
    .await?;
    for sql in [
        "UPDATE entries INDEXED BY entries_by_quote SET body = json_set(body, '$.reply_to.text', '') WHERE room = ? AND quote = ?",
        "DELETE FROM mentions WHERE room = ? AND seq = ?",
        "DELETE FROM reactions WHERE room = ? AND target = ?",
    ] {
        sqlx::query(sql).bind(room).bind(target).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Opens a range of membership, and counts what was said before as read.
async fn join(connection: &mut SqliteConnection, room: i64, user: &str, role: RoomRole, entry: &Entry) -> Result<(), StoreError> {
    let (seq, n) = (entry.seq as i64, entry.n as i64);
    sqlx::query("INSERT INTO memberships (user, room, from_seq, role) VALUES (?, ?, ?, ?)")
        .bind(user)
        .bind(room)
        .bind(seq)
        .bind(spelled(role)?)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM invitations WHERE user = ? AND room = ?").bind(user).bind(room).execute(&mut *connection).await?;
    sqlx::query("UPDATE rooms SET members = members + 1 WHERE key = ?").bind(room).execute(&mut *connection).await?;
    sqlx::query(
        "INSERT INTO positions (user, room, seq, n) VALUES (?, ?, ?, ?)
         ON CONFLICT (user, room) DO UPDATE SET seq = excluded.seq, n = excluded.n",
    )
    .bind(user)
    .bind(room)
    .bind(seq)
    .bind(n)
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes the open range with the very entry by which its owner left.
async fn leave(connection: &mut SqliteConnection, room: i64, user: &str, seq: i64) -> Result<(), StoreError> {
    let closed = sqlx::query("UPDATE memberships SET to_seq = ? WHERE user = ? AND room = ? AND to_seq IS NULL")
        .bind(seq)
        .bind(user)
        .bind(room)
        .execute(&mut *connection)
        .await?
        .rows_affected();
    if closed == 0 {
        // The lobby's membership by rule, from the first entry on.
        sqlx::query("INSERT INTO memberships (user, room, from_seq, to_seq) VALUES (?, ?, 1, ?)")
            .bind(user)
            .bind(room)
            .bind(seq)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("UPDATE rooms SET members = MAX(members - 1, 0) WHERE key = ?").bind(room).execute(connection).await?;
    Ok(())
}
