//! The one gateway: who may do what, where. Every path to a room goes through it: requests, history,
//! search, members, typing, export, the classic pages, and whatever comes later. Stores look up how
//! somebody stands to a room, and ask here.
//!
//! A bot asks here twice: [`may_ask`] by the scopes of its token, and then as everybody does for the room.
//!
//! Somebody who may not know of a room is told that there is none; who knows it is told who may.

use chat_proto::error::{Code, Error};
use chat_proto::request::token_create::Scope;
use chat_proto::room::{Inviters, Post, Room, RoomKind, RoomRole};
use chat_proto::user::{ServerRole, User, UserKind};

/// How somebody stands to a room.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Guest, account, bot, or the server itself, which acts for whoever may open its admin socket.
    pub kind: UserKind,
    /// What they may do on the whole server.
    pub server: ServerRole,
    /// Their role in the room, while they are its member.
    pub member: Option<RoomRole>,
    /// Whether they were a member before, and are none now.
    pub former: bool,
    /// Whether they were invited, or hold a join code.
    pub invited: bool,
    /// Whether they are a classic page, which is in rooms without being their member.
    pub visiting: bool,
    /// Whether they are a guest without a token, who keeps nothing.
    pub passing: bool,
}

impl Standing {
    /// The standing of that user, who is a member in that role, or none.
    #[must_use]
    pub fn of(user: &User, member: Option<RoomRole>) -> Self {
        Self { kind: user.kind, server: user.role, member, former: false, invited: false, visiting: false, passing: false }
    }

    /// Their role, raised in rooms that are everybody's by what they may on the whole server.
    #[must_use]
    pub fn role(&self, room: &Room) -> Option<RoomRole> {
        let raised = match self.server {
            _ if !is_open(room.kind) => RoomRole::Member,
            ServerRole::Owner => RoomRole::Owner,
            ServerRole::Moderator => RoomRole::Moderator,
            ServerRole::Member => RoomRole::Member,
        };
        self.member.map(|role| role.max(raised))
    }
}

/// What somebody wants to do with a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Know that it exists, and what it is called.
    See,
    /// Read its log: history, search, counts.
    Read,
    /// Know who is in it, and who types.
    SeePeople,
    /// Hear what is said from now on without being a member: the classic pages.
    Visit,
    /// Say that they type.
    Type,
    /// Say something.
    Say,
    /// React to a message.
    React,
    /// Change, or take back, a message of their own.
    AmendOwn,
    /// Take back somebody else's message.
    DeleteOthers,
    /// Say what it is about.
    SetTopic,
    /// Change how it is headed, who may post and who may invite.
    Configure,
    /// Change its name, whether it is listed, what new members see, whether it is closed.
    Rule,
    /// Open it again after it was closed.
    Reopen,
    /// Ask somebody in, make join codes, see and end them.
    Invite,
    /// Make somebody a member who was not asked.
    Add,
    /// Make a bot a member.
    AddBot,
    /// End the membership of somebody in that role.
    Remove(RoomRole),
    /// Give somebody a role.
    GiveRole,
    /// Become a member.
    Join,
    /// Be a member no longer.
    Leave,
    /// The same of an account that is being deleted: from everywhere.
    LeaveForGood,
}

/// Whether a bot with these scopes may ask for that request at all. What is named nowhere here no bot may ask for.
///
/// # Errors
/// `forbidden`, which says which scope is missing.
pub fn may_ask(scopes: &[Scope], request: &str) -> Result<(), Error> {
    let needed: &[Scope] = match request {
        "sync" | "presence:set" => &[Scope::Read, Scope::Send],
        "history:read" | "search:read" | "room:members" | "room:mark_read" | "user:read" => &[Scope::Read],
        "message:send" | "message:edit" | "message:delete" | "message:react" | "typing:set" => &[Scope::Send],
        _ => return Err(forbidden("A bot reads and says something in its rooms, and does nothing else.")),
    };
    if needed.iter().any(|scope| scopes.contains(scope)) {
        return Ok(());
    }
    let scope = if needed == [Scope::Send] { "send" } else { "read" };
    Err(forbidden(format!("This bot's token has not the scope `{scope}`. Make it another token with that scope.")))
}

/// Whether they may.
///
/// # Errors
/// `not_found` where they may not know of the room; else `forbidden`, which says who may.
pub fn may(who: &Standing, what: What, room: &Room) -> Result<(), Error> {
    if who.kind == UserKind::Server {
        return match room.kind {
            RoomKind::Lobby if what == What::Rule => Err(lobby_keeps()),
            // It is theirs, whoever's machine it stands on.
            RoomKind::Friends if !matches!(what, What::See | What::Read | What::SeePeople) => {
                Err(forbidden("What friends say to one another is theirs: the server changes nothing about it."))
            }
            _ => Ok(()),
        };
    }
    let Some(role) = who.role(room) else { return may_stranger(who, what, room) };
    let name = &room.name;
    let is_common = matches!(room.kind, RoomKind::Lobby | RoomKind::Public | RoomKind::Private);
    match what {
        What::See | What::Read | What::SeePeople | What::Visit | What::Join | What::LeaveForGood => return Ok(()),
        What::Leave if room.kind == RoomKind::Lobby && who.kind == UserKind::Guest => {
            return Err(forbidden("The lobby is where guests are. Sign in to leave it."));
        }
        What::Leave if is_common => return Ok(()),
        What::Leave if room.kind == RoomKind::Friends => {
            return Err(forbidden("Nobody leaves what a friend says: end the friendship to hear no more of it."));
        }
        What::Leave => return Err(forbidden("Nobody leaves a conversation.")),
        _ if room.kind == RoomKind::Inbox => return Err(forbidden("In an inbox one only reads.")),
        _ if room.kind == RoomKind::Friends => return may_friend(role, what),
        _ => {}
    }
    let closed = room.settings.archived;
    if closed && !matches!(what, What::Reopen | What::Remove(_) | What::GiveRole) {
        return Err(forbidden(format!("#{name} is archived: nothing changes there any more. Its owner can open it again.")));
    }
    let needed = match what {
        What::Say if room.settings.post == Post::Moderators => RoomRole::Moderator,
        What::Say | What::Type | What::React | What::AmendOwn => RoomRole::Member,
        _ if !is_common => {
            // Topics are for everybody in a conversation; there is nothing else to decide about it.
            return if what == What::SetTopic { Ok(()) } else { Err(forbidden("That is nothing that a conversation has.")) };
        }
        What::SetTopic if room.settings.post == Post::Moderators => RoomRole::Moderator,
        What::SetTopic => RoomRole::Member,
        What::Invite if room.settings.invite == Inviters::Moderators => RoomRole::Moderator,
        What::Invite => RoomRole::Member,
        What::DeleteOthers | What::Configure | What::AddBot => RoomRole::Moderator,
        What::Remove(other) if role > other => RoomRole::Moderator,
        What::Remove(RoomRole::Member) => RoomRole::Moderator,
        What::Remove(_) => return Err(forbidden("Moderators and owners are removed by somebody above them.")),
        What::Rule if room.kind == RoomKind::Lobby => return Err(lobby_keeps()),
        What::Rule | What::Reopen | What::GiveRole => RoomRole::Owner,
        What::Add => return Err(forbidden("Only an operator of the server adds people without asking them.")),
        What::See | What::Read | What::SeePeople | What::Visit | What::Join | What::Leave | What::LeaveForGood => RoomRole::Member,
    };
    if role >= needed {
        return Ok(());
    }
    let who_may = if needed == RoomRole::Owner { "Only an owner" } else { "Only moderators and owners" };
    Err(forbidden(format!("{who_may} of #{name} may do that.")))
}

/// The same where one account speaks to its friends: it alone says something, and nobody decides about anything.
fn may_friend(role: RoomRole, what: What) -> Result<(), Error> {
    match what {
        What::React | What::AmendOwn => Ok(()),
        What::Say | What::Type if role == RoomRole::Owner => Ok(()),
        What::Say | What::Type => {
            Err(forbidden("Here only the friend says something whose room it is. What you say to your friends is said in yours."))
        }
        What::DeleteOthers => Err(forbidden("Only the friend who said it can take it back.")),
        What::See
        | What::Read
        | What::SeePeople
        | What::Visit
        | What::SetTopic
        | What::Configure
        | What::Rule
        | What::Reopen
        | What::Invite
        | What::Add
        | What::AddBot
        | What::Remove(_)
        | What::GiveRole
        | What::Join
        | What::Leave
        | What::LeaveForGood => {
            Err(forbidden("That is nothing that friends have. Friends come and go by `friend:ask` and `friend:remove`."))
        }
    }
}

/// The same for somebody who is not a member.
fn may_stranger(who: &Standing, what: What, room: &Room) -> Result<(), Error> {
    let name = &room.name;
    match room.kind {
        RoomKind::Lobby | RoomKind::Public => match what {
            What::See | What::Visit => Ok(()),
            What::Join if !room.settings.archived || room.kind == RoomKind::Lobby => Ok(()),
            What::Join => Err(forbidden(format!("#{name} is archived: nobody joins it any more."))),
            What::Say | What::SeePeople | What::Type if who.visiting && room.settings.archived => {
                Err(forbidden(format!("#{name} is archived: nothing can be said there any more.")))
            }
            What::Say if who.visiting && room.settings.post == Post::Moderators => {
                Err(forbidden(format!("Only moderators and owners of #{name} may do that.")))
            }
            What::Say if who.visiting => Ok(()),
            _ => Err(forbidden(format!("You are not in #{name}. /join {name} lets you in."))),
        },
        RoomKind::Private if who.invited => match what {
            What::See => Ok(()),
            What::Join if room.settings.archived => Err(forbidden(format!("#{name} is archived: nobody joins it any more."))),
            What::Join => Ok(()),
            _ => Err(forbidden(format!("You are not in #{name}. /accept {name} lets you in."))),
        },
        // What was said while they were friends stays theirs to read.
        RoomKind::Friends if who.former => match what {
            What::See | What::Read => Ok(()),
            _ => Err(forbidden("You are friends no longer: what was said until then can be read, and nothing more.")),
        },
        RoomKind::Private | RoomKind::Direct | RoomKind::Inbox | RoomKind::Friends | RoomKind::Unknown => Err(no_such_room()),
    }
}

/// Whether the room is everybody's to find and to join.
#[must_use]
pub fn is_open(kind: RoomKind) -> bool {
    matches!(kind, RoomKind::Lobby | RoomKind::Public)
}

/// The same words for a room that does not exist and for one that the caller may not know of.
#[must_use]
pub fn no_such_room() -> Error {
    let mut error = Error::new(Code::NotFound, "There is no such room.");
    error.field = Some("room".to_owned());
    error
}

fn lobby_keeps() -> Error {
    forbidden("The lobby keeps its name and its rules.")
}

fn forbidden(message: impl Into<String>) -> Error {
    Error::new(Code::Forbidden, message)
}
