//! Roles in words: as they are typed behind a command, and as they are drawn.

use chat_proto::room::RoomRole;
use chat_proto::user::ServerRole;
use chat_proto::words;

/// All of them, the lowest first.
pub const ROLES: &[&str] = &[words::ROLE_MEMBER, words::ROLE_MODERATOR, words::ROLE_OWNER];

/// What somebody is in a room.
#[must_use]
pub fn word(role: RoomRole) -> &'static str {
    match role {
        RoomRole::Member => words::ROLE_MEMBER,
        RoomRole::Moderator => words::ROLE_MODERATOR,
        RoomRole::Owner => words::ROLE_OWNER,
    }
}

/// What somebody is on the server.
#[must_use]
pub fn server_word(role: ServerRole) -> &'static str {
    match role {
        ServerRole::Member => words::ROLE_MEMBER,
        ServerRole::Moderator => words::ROLE_MODERATOR,
        ServerRole::Owner => words::ROLE_OWNER,
    }
}

/// The role in a room that is called so.
#[must_use]
pub fn parse(text: &str) -> Option<RoomRole> {
    [RoomRole::Member, RoomRole::Moderator, RoomRole::Owner].into_iter().find(|role| word(*role).eq_ignore_ascii_case(text))
}

/// The role on the server that is called so.
#[must_use]
pub fn parse_server(text: &str) -> Option<ServerRole> {
    [ServerRole::Member, ServerRole::Moderator, ServerRole::Owner].into_iter().find(|role| server_word(*role).eq_ignore_ascii_case(text))
}
