//! Everything that the client knows. Changed by [`update`](crate::update) alone, drawn by
//! [`view`](crate::view).

use std::collections::BTreeMap;

use chat_proto::entry::Invited;
use chat_proto::event::ServerInfo;
use chat_proto::fold::LineBody;
use chat_proto::id::{ClientId, RoomId, UserId};
use chat_proto::limits::Limits;
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::place::{Millis, Seq};
use chat_proto::request::friend_list::Friend;
use chat_proto::user::{Member, Presence, ServerRole, User};
use jiff::tz::TimeZone;

use crate::credentials::Credentials;
use crate::storage::{Pair, Stranded};
use crate::theme::{Choice, Depth};

pub mod asked;
pub mod completion;
pub mod composer;
pub mod find;
pub mod friends;
pub mod link;
pub mod outbox;
pub mod people;
pub mod popup;
pub mod random;
pub mod recall;
pub mod role;
pub mod room;
pub mod scope;
pub mod setting;
pub mod shown;
pub mod viewport;
mod work;

use asked::Asked;
use completion::Completion;
use composer::Composer;
use find::Find;
use link::Link;
use outbox::Outbox;
use popup::Popup;
use random::Random;
use recall::Recall;
use room::Room;
use viewport::Viewport;

/// What is fixed when the program starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's address.
    pub url: String,
    /// Whether the line is encrypted, or never leaves this machine.
    pub private_line: bool,
    /// Whether secrets may go over a line that is not.
    pub insecure: bool,
    /// The room to open first.
    pub room: Option<RoomName>,
    /// The name asked for on the command line or the environment, when there is one.
    pub name: Option<DisplayName>,
    /// The local time zone.
    pub zone: TimeZone,
    /// Whether the account's token came from outside, and is the only one to be used.
    pub given_token: bool,
    /// How many colours the terminal has.
    pub depth: Depth,
    /// Whether the terminal told a light background.
    pub light: bool,
    /// Where random numbers begin.
    pub seed: u64,
}

/// Everything that the client knows.
#[derive(Clone, Debug)]
pub struct State {
    /// What was fixed at the start.
    pub settings: Settings,
    /// It is this late, by the clock that only goes forward.
    pub now: Millis,
    /// By so much the clock on the wall is ahead of it.
    pub date_ahead: i64,
    /// Columns and rows of the screen.
    pub screen: (u16, u16),
    /// Who this person is at the server, as far as it is kept.
    pub credentials: Credentials,
    /// Whether this person comes without a token and keeps nothing.
    pub passing: Option<DisplayName>,
    /// The connection.
    pub link: Link,
    /// Who the server says that this person is.
    pub me: Option<User>,
    /// The server.
    pub server: Option<ServerInfo>,
    /// What it allows.
    pub limits: Limits,
    /// The rooms that this person is in.
    pub rooms: BTreeMap<RoomId, Room>,
    /// The room on the screen.
    pub current: Option<RoomId>,
    /// The room that was there before it.
    pub last: Option<RoomId>,
    /// Friends and open questions to be one, as last told.
    pub friends: Option<Vec<Friend>>,
    /// A room to go to as soon as it is known.
    pub wanted: Option<Wanted>,
    /// The room that was on the screen and was mine no longer when the line came back: the inbox may tell why.
    pub taken: Option<RoomId>,
    /// What has no final answer yet.
    pub outbox: Outbox,
    /// What was asked of the server and is not answered.
    pub asked: Asked,
    /// When `sync` is due.
    pub sync_at: Option<Millis>,
    /// What is being written.
    pub composer: Composer,
    /// Drafts of rooms that are not known yet.
    pub drafts: BTreeMap<RoomId, String>,
    /// What of it is kept as the draft of the room on the screen; `None` when that is not known.
    pub kept_draft: Option<String>,
    /// When something was stored that is not durable yet.
    pub unsealed_since: Option<Millis>,
    /// Whether what waits outlives the program.
    pub lasts: bool,
    /// What waits here for somebody else, and is to be offered.
    pub stranded: Vec<Stranded>,
    /// What was written before.
    pub recall: Recall,
    /// A completion under way.
    pub completion: Option<Completion>,
    /// What lies over the screen.
    pub popup: Option<Popup>,
    /// The search, over the lines or while one of its hits is looked at.
    pub find: Option<Find>,
    /// The chosen message.
    pub chosen: Option<Spot>,
    /// One sentence above the composer.
    pub notice: Option<Notice>,
    /// Whether the rooms slide over, or are hidden where there is space.
    pub rooms_toggled: bool,
    /// The same for the people.
    pub people_toggled: bool,
    /// The theme.
    pub theme: Choice,
    /// What was last seen of the screen.
    pub viewport: Viewport,
    /// A first key of two.
    pub chord: bool,
    /// The terminal's window has the focus, as far as it tells: what comes meanwhile is not read.
    pub focused: bool,
    /// When a key was last pressed.
    pub active_at: Millis,
    /// Away by own word or for want of keys.
    pub away: Away,
    /// When the server was last told about typing, and in which room.
    pub typing_told: Option<(RoomId, Millis)>,
    /// The program ends as soon as all is sent, and asks at this moment if it is not.
    pub quit_at: Option<Millis>,
    /// When Ctrl+C was last pressed on an empty line.
    pub interrupted_at: Option<Millis>,
    /// The sessions as last listed, for `/revoke`.
    pub sessions: Vec<chat_proto::request::session_list::Session>,
    /// One's bots as last listed, for `/token revoke`.
    pub tokens: Vec<chat_proto::request::token_create::TokenInfo>,
    /// Ids and jitter.
    pub random: Random,
}

/// A room that somebody wants to go to and that is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one of that name; where it is none of ours, it is joined.
    Named(RoomName),
    /// This one, in which this person is a member by now. It is looked for in so many more answers of
    /// `sync`: one may have been on its way before.
    Room(RoomId, u8),
}

/// Whether this person is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Here.
    No,
    /// No key for a long time.
    Idle,
    /// `/away`.
    Said,
}

/// A message on the screen: one of the log, or one of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// It stands in the log of that room.
    Line(RoomId, Seq),
    /// It is on its way.
    Pending(ClientId),
}

/// One sentence above the composer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// Whether something went wrong.
    pub error: bool,
}

impl State {
    /// The state at the start.
    #[must_use]
    pub fn new(settings: Settings, credentials: Credentials, passing: Option<DisplayName>, now: Millis, screen: (u16, u16)) -> Self {
        Self {
            now,
            date_ahead: 0,
            screen,
            credentials,
            passing,
            link: Link::default(),
            me: None,
            server: None,
            limits: Limits::default(),
            rooms: BTreeMap::new(),
            current: None,
            last: None,
            friends: None,
            wanted: settings.room.clone().map(Wanted::Named),
            taken: None,
            outbox: Outbox::default(),
            asked: Asked::default(),
            sync_at: None,
            composer: Composer::default(),
            drafts: BTreeMap::new(),
            kept_draft: None,
            unsealed_since: None,
            lasts: false,
            stranded: Vec::new(),
            recall: Recall::default(),
            completion: None,
            popup: None,
            find: None,
            chosen: None,
            notice: None,
            rooms_toggled: false,
            people_toggled: false,
            theme: Choice::Auto,
            viewport: Viewport::default(),
            chord: false,
            focused: true,
            active_at: now,
            away: Away::No,
            typing_told: None,
            quit_at: None,
            interrupted_at: None,
            sessions: Vec::new(),
            tokens: Vec::new(),
            random: Random::new(settings.seed),
            settings,
        }
    }

    /// The room on the screen.
    #[must_use]
    pub fn room(&self) -> Option<&Room> {
        self.rooms.get(self.current.as_ref()?)
    }

    /// The room on the screen, to change it.
    pub fn room_mut(&mut self) -> Option<&mut Room> {
        self.rooms.get_mut(self.current.as_ref()?)
    }

    /// The rooms in the order of the list: the lobby, those with names, conversations, the one that stands for
    /// all in which friends speak, the inbox.
    #[must_use]
    pub fn listed(&self) -> Vec<&Room> {
        let home = self.friends_home().map(Room::id);
        let mut rooms: Vec<_> = self.rooms.values().filter(|room| !room.is_friends() || home == Some(room.id())).collect();
        rooms.sort_by_cached_key(|room| room.order());
        rooms
    }

    /// The room of that name, among one's own.
    #[must_use]
    pub fn room_named(&self, name: &RoomName) -> Option<&Room> {
        self.rooms.values().find(|room| room.has_name() && room.info.name == *name)
    }

    /// Whether the search is on the screen.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        self.find.as_ref().is_some_and(|find| find.away.is_none())
    }

    /// Whether the list of people is shown.
    #[must_use]
    pub fn shows_people(&self) -> bool {
        (self.screen.0 >= viewport::THREE_COLUMNS) != self.people_toggled
    }

    /// The inbox, once there is one.
    #[must_use]
    pub fn inbox(&self) -> Option<&Room> {
        self.rooms.values().find(|room| room.is_inbox())
    }

    /// The invitations that were not ended by a removal, the oldest first.
    #[must_use]
    pub fn invitations(&self) -> Vec<&Invited> {
        let mut open: Vec<&Invited> = Vec::new();
        for line in self.inbox().into_iter().flat_map(|inbox| inbox.timeline.lines()) {
            match &line.body {
                LineBody::Invited(invited) => open.push(invited),
                LineBody::Removed(removed) => open.retain(|invited| invited.room != removed.room),
                _ => {}
            }
        }
        open
    }

    /// The conversation with exactly these people.
    #[must_use]
    pub fn conversation_with(&self, people: &[UserId]) -> Option<&Room> {
        let exactly = |room: &&Room| {
            let others: Vec<_> = room.others.iter().map(|user| &user.id).collect();
            others.len() == people.len() && people.iter().all(|user| others.contains(&user))
        };
        self.rooms.values().filter(|room| room.is_conversation()).find(exactly)
    }

    /// Somebody as they are known from the rooms in which they were seen here.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<&Member> {
        let seen = self.rooms.values().filter_map(|room| room.people.members.get(user));
        seen.min_by_key(|member| member.presence)
    }

    /// Whether the other one of a conversation is here: as it tells itself, else as other rooms do.
    #[must_use]
    pub fn presence(&self, conversation: &Room, other: &UserId) -> Presence {
        let told = conversation.people.online > 0;
        let member = if told { conversation.people.members.get(other) } else { self.member(other) };
        member.map_or(Presence::Offline, |member| member.presence)
    }

    /// What this person is on the whole server.
    #[must_use]
    pub fn server_role(&self) -> ServerRole {
        self.me.as_ref().map_or(ServerRole::Member, |me| me.role)
    }

    /// Whose outbox and drafts these are, once the server told.
    #[must_use]
    pub fn pair(&self) -> Option<Pair> {
        Some((self.server.as_ref()?.id.clone(), self.me.as_ref()?.id.clone()))
    }

    /// The time of day, as people have it.
    #[must_use]
    pub fn date(&self) -> Millis {
        self.now.saturating_add_signed(self.date_ahead)
    }

    /// A new id for a request that writes an entry.
    pub fn new_client_id(&mut self) -> ClientId {
        self.random.client_id(self.date())
    }

    /// Shows a sentence.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), error: false });
    }

    /// Shows what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), error: true });
    }
}
