//! Which room is meant: `lobby`, `#lobby`, a room's id, or `@bob` for the conversation with somebody.

use std::fmt;

use chat_proto::error::Code;
use chat_proto::id::{RoomId, UserId};
use chat_proto::name::RoomName;
use chat_proto::request::sync::RoomState;
use chat_proto::request::{DirectOpen, RoomFind, RoomJoin, UserFind};
use chat_proto::room::RoomKind;
use chat_proto::text::Query;
use chat_proto::user::User;
use chat_proto::words;

use super::Failure;
use super::session::Session;
use crate::sanitize;
use crate::state::people::called;

/// A room, as it is called on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The room of that name, or with that id.
    Room(String),
    /// The conversation with exactly these people.
    People(Vec<String>),
}

/// What to do where there is no conversation yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversation {
    /// Begin it.
    Begin,
    /// There is nothing to be read.
    MustExist,
}

impl Target {
    /// Reads what stands on the command line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with('@') {
            let names = text.split(',').map(|name| name.trim().trim_start_matches('@').to_owned()).collect::<Vec<_>>();
            if let Some(reason) =
                names.iter().find_map(|name| if name.is_empty() { Some("is empty".to_owned()) } else { Query::parse(name).err() })
            {
                return Err(format!("a name {reason}"));
            }
            return Ok(Self::People(names));
        }
        match (RoomName::parse(text), RoomId::parse(text)) {
            (Err(reason), Err(_)) => Err(format!("the room's name {reason}")),
            _ => Ok(Self::Room(text.to_owned())),
        }
    }

    /// The room itself. A public one is joined; a conversation is begun where that is wanted.
    ///
    /// # Errors
    /// The server's refusal, and where there is no such room.
    pub async fn enter(&self, session: &mut Session, conversation: Conversation) -> Result<RoomId, Failure> {
        session.online().await?;
        match self {
            Self::Room(name) => room(session, name).await,
            Self::People(names) => self.conversation(session, names, conversation).await,
        }
    }

    async fn conversation(&self, session: &mut Session, names: &[String], conversation: Conversation) -> Result<RoomId, Failure> {
        let mut users = Vec::new();
        for name in names {
            let user = person(session, name).await?;
            if !users.contains(&user) {
                users.push(user);
            }
        }
        let welcome = session.welcome()?;
        let exactly = |state: &&RoomState| {
            state.room.kind == RoomKind::Direct
                && state.people.len() == users.len()
                && state.people.iter().all(|other| users.contains(&other.id))
        };
        if let Some(state) = welcome.sync.rooms.iter().find(exactly) {
            return Ok(state.room.id.clone());
        }
        match conversation {
            Conversation::Begin => {
                let client_id = session.new_client_id();
                Ok(session.request(&DirectOpen { client_id, users }).await?.room.id)
            }
            Conversation::MustExist => Err(Failure::Failed(format!("There is no conversation with {self} yet. chat-tui send begins one."))),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(name) => write!(f, "#{}", sanitize::line(name.trim_start_matches('#'))),
            Self::People(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("@{}", sanitize::line(name))).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

async fn room(session: &mut Session, text: &str) -> Result<RoomId, Failure> {
    let name = RoomName::parse(text);
    let mine = &session.welcome()?.sync.rooms;
    // A conversation has a name, too, but none that anybody knows; the inbox is no room to be in.
    let has_name = |state: &&RoomState| !matches!(state.room.kind, RoomKind::Direct | RoomKind::Inbox);
    let named = mine.iter().filter(has_name).find(|state| name.as_ref().is_ok_and(|name| state.room.name == *name));
    let with_id = || mine.iter().filter(|state| state.room.kind != RoomKind::Inbox).find(|state| state.room.id.as_str() == text);
    if let Some(state) = named.or_else(with_id) {
        return Ok(state.room.id.clone());
    }
    let Ok(name) = name else { return Err(no_such_room(text)) };
    let found = match session.request(&RoomFind { name }).await {
        Err(Failure::Refused(error)) if error.code == Code::NotFound => return Err(no_such_room(text)),
        found => found?,
    };
    if !found.joined {
        let client_id = session.new_client_id();
        session.request(&RoomJoin { room: found.room.id.clone(), client_id, after: None, code: None }).await?;
    }
    Ok(found.room.id)
}

fn no_such_room(text: &str) -> Failure {
    let name = sanitize::line(text.trim_start_matches('#')).into_owned();
    Failure::Refused(chat_proto::error::Error::new(Code::NotFound, format!("There is no room #{name}.")))
}

/// Who is called so: an account that the server knows, else somebody of a conversation or of the lobby.
async fn person(session: &mut Session, name: &str) -> Result<UserId, Failure> {
    let query = Query::parse(name).map_err(|reason| Failure::Failed(format!("The name {reason}.")))?;
    let told = session.request(&UserFind { query, limit: None }).await?.users;
    let sync = &session.welcome()?.sync;
    let met = sync
        .rooms
        .iter()
        .flat_map(|state| &state.people)
        .chain(sync.presence.iter().flat_map(|room| &room.members).map(|member| &member.user));
    let found = called(told.iter(), name);
    let found = if found.is_empty() { called(met, name) } else { found };
    match found.as_slice() {
        [user] => Ok(user.id.clone()),
        [] => Err(Failure::Failed(words::fill(words::NOBODY, &[("user", name)]))),
        several => {
            let identity = |user: &&User| user.identity.as_ref().map_or(words::GUEST, |identity| identity.as_str()).to_owned();
            let names: Vec<_> = several.iter().map(identity).collect();
            Err(Failure::Failed(words::fill(words::SEVERAL_PEOPLE, &[("user", name), ("names", &names.join(", "))])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_and_people_are_told_apart() {
        let parse = |text: &str| Target::parse(text).map(|target| target.to_string());
        assert_eq!(parse("#Lobby"), Ok("#Lobby".into()));
        assert_eq!(parse("@ada, bob"), Ok("@ada,@bob".into()));
        assert_eq!(parse("_w4Xb0"), Ok("#_w4Xb0".into()), "an id may begin like no name");
        assert!(parse("@").is_err() && parse("@ada,").is_err() && parse("").is_err() && parse("two words").is_err());
    }
}
