//! `chat-server room`: rooms, private ones too.

use chat_proto::error::Code;
use chat_proto::id::ClientId;
use chat_proto::name::{Identity, RoomName};
use chat_proto::request::{RoomAdd, RoomConfigure, RoomCreate, RoomRemove, RoomSetRole};
use chat_proto::room::{RoomChanges, RoomKind, RoomRole, Visibility};
use chat_proto::text::TopicText;

use crate::cli::RoomCommand;
use crate::operate::Problem;
use crate::operate::asking::Asking;
use crate::operate::table::table;
use crate::operate::terminal::confirm;
use crate::service::operator::{RoomDelete, RoomLine, RoomListAll};
use crate::settings::Settings;

/// Does the command; gives what it prints.
///
/// # Errors
/// One sentence: what is wrong, and what to do.
pub async fn run(settings: &Settings, command: RoomCommand) -> Result<String, Problem> {
    let server = Asking::open(settings).await?;
    let told = match command {
        RoomCommand::List { json } => list(&server, json).await,
        RoomCommand::Create { name, private, topic } => create(&server, name, private, topic).await,
        RoomCommand::Archive { room, undo } => archive(&server, &room, !undo).await,
        RoomCommand::Delete { room, yes } => delete(&server, &room, yes).await,
        RoomCommand::Add { room, user, role } => add(&server, &room, &user, role).await,
        RoomCommand::Remove { room, user } => remove(&server, &room, &user).await,
    };
    server.close().await;
    told
}

async fn list(server: &Asking, json: bool) -> Result<String, Problem> {
    let reply = server.ask(&RoomListAll {}).await?;
    if json {
        let lines = reply.rooms.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    let row = |line: &RoomLine| {
        let RoomLine { room, members, messages } = line;
        let archived = if room.settings.archived { "archived" } else { "" };
        vec![
            format!("#{}", room.name),
            kind(room.kind).to_owned(),
            members.to_string(),
            messages.to_string(),
            room.id.to_string(),
            archived.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = reply.rooms.iter().map(row).collect();
    let conversations = count(reply.conversations, "conversation");
    Ok(format!("{}And {conversations}.\n", table(&["ROOM", "KIND", "MEMBERS", "MESSAGES", "ID", ""], &rows)))
}

async fn create(server: &Asking, name: RoomName, private: bool, topic: Option<TopicText>) -> Result<String, Problem> {
    let visibility = private.then_some(Visibility::Private);
    let made = server.ask(&RoomCreate { topic, visibility, ..RoomCreate::public(client_id()?, name) }).await?.room;
    let (name, id, word) = (&made.name, &made.id, kind(made.kind));
    // By its id, since the name of a private room may be another one's, too.
    let by = if private { id.as_str() } else { name.as_str() };
    Ok(format!("Made the {word} room #{name} ({id}). It has no owner; chat-server room add {by} NAME --role owner gives it one.\n"))
}

async fn archive(server: &Asking, room: &str, archived: bool) -> Result<String, Problem> {
    let line = find(server, room).await?;
    let changes = RoomChanges { archived: Some(archived), ..RoomChanges::default() };
    server.ask(&RoomConfigure { room: line.room.id, client_id: client_id()?, after: None, changes }).await?;
    let name = line.room.name;
    Ok(if archived { format!("#{name} is archived: everything can be read, nothing said.\n") } else { format!("#{name} is open again.\n") })
}

async fn delete(server: &Asking, room: &str, yes: bool) -> Result<String, Problem> {
    let RoomLine { room, members, messages } = find(server, room).await?;
    if !yes {
        let (members, messages) = (count(members.into(), "member"), count(messages, "message"));
        let what = format!("#{} has {members} and {messages}, and nothing of it can be had back.", room.name);
        confirm(&what, room.name.as_str())?;
    }
    server.ask(&RoomDelete { room: room.id }).await?;
    Ok(format!("Deleted the {} room #{}.\n", kind(room.kind), room.name))
}

async fn add(server: &Asking, room: &str, name: &Identity, role: Option<RoomRole>) -> Result<String, Problem> {
    let line = find(server, room).await?;
    let (room, user) = (line.room.id, server.account(name).await?.id);
    let add = RoomAdd { room: room.clone(), user: user.clone(), client_id: client_id()?, after: None };
    let Some(role) = role else {
        server.ask(&add).await?;
        return Ok(format!("{name} is in #{} now.\n", line.room.name));
    };
    let set_role = RoomSetRole { room, user, role, client_id: client_id()?, after: None };
    match server.ask(&set_role).await {
        Ok(_) => {}
        // Not a member yet.
        Err(Problem::Refused(error)) if error.code == Code::Invalid && error.field.as_deref() == Some("user") => {
            server.ask(&add).await?;
            if role != RoomRole::Member {
                server.ask(&RoomSetRole { client_id: client_id()?, ..set_role }).await?;
            }
        }
        Err(problem) => return Err(problem),
    }
    let what = match role {
        RoomRole::Member => "a member",
        RoomRole::Moderator => "a moderator",
        RoomRole::Owner => "an owner",
    };
    Ok(format!("{name} is {what} of #{} now.\n", line.room.name))
}

async fn remove(server: &Asking, room: &str, name: &Identity) -> Result<String, Problem> {
    let line = find(server, room).await?;
    let user = server.account(name).await?.id;
    server.ask(&RoomRemove { room: line.room.id, user, client_id: client_id()?, after: None }).await?;
    Ok(format!("{name} is in #{} no longer.\n", line.room.name))
}

/// The room of that id, or the only one of that name.
pub(super) async fn find(server: &Asking, wanted: &str) -> Result<RoomLine, Problem> {
    let mut rooms = server.ask(&RoomListAll {}).await?.rooms;
    let by_id = rooms.iter().position(|line| line.room.id.as_str() == wanted);
    if let Some(found) = by_id {
        return Ok(rooms.swap_remove(found));
    }
    let name = RoomName::parse(wanted);
    rooms.retain(|line| name.as_ref().is_ok_and(|name| line.room.name == *name));
    if rooms.len() > 1 {
        let one = |line: &RoomLine| format!("{} ({}, {})", line.room.id, kind(line.room.kind), count(line.members.into(), "member"));
        let which: Vec<String> = rooms.iter().map(one).collect();
        let sentence = format!("{} rooms are called {wanted}; name the one that is meant by its id: {}.", rooms.len(), which.join(", "));
        return Err(Problem::Failed(sentence));
    }
    rooms.pop().ok_or_else(|| Problem::Failed(format!("There is no room {wanted}. chat-server room list shows them all.")))
}

fn kind(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Lobby => "lobby",
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "conversation",
        RoomKind::Inbox => "inbox",
        RoomKind::Friends => "friends",
        RoomKind::Unknown => "unknown",
    }
}

fn count(many: u64, what: &str) -> String {
    format!("{many} {what}{}", if many == 1 { "" } else { "s" })
}

fn client_id() -> Result<ClientId, Problem> {
    Ok(crate::startup::fresh_client_id()?)
}
