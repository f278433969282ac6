//! One room.

use std::collections::BTreeMap;

use chat_proto::entry::{Body, Entry};
use chat_proto::fold::{Line, LineBody, Timeline};
use chat_proto::id::{RoomId, UserId};
use chat_proto::place::{Mark, Millis, Seq};
use chat_proto::request::room_mark_read::ReadPosition;
use chat_proto::request::sync::RoomState;
use chat_proto::room::{Post, Room as Info, RoomKind, RoomRole};
use chat_proto::user::{Author, ServerRole, User};
use chat_proto::words;

use super::Spot;
use super::composer::{Composer, Mode};
use super::people::People;

/// New messages below the screen are counted up to this many.
const MOST_BELOW: usize = 1_000;

/// One room.
#[derive(Clone, Debug)]
pub struct Room {
    /// What it is called and about.
    pub info: Info,
    /// What this person is there.
    pub role: RoomRole,
    /// In a conversation: the others in it.
    pub others: Vec<User>,
    /// The newest entry that is known to exist.
    pub head: Mark,
    /// What is held of its log.
    pub timeline: Timeline,
    /// How far it is read.
    pub read: ReadPosition,
    /// Live entries up to here are in the counts of `read`.
    pub counted: Seq,
    /// Where the screen stands in it.
    pub scroll: Scroll,
    /// The newest entry when the reader scrolled up; what comes after it is new below.
    pub left_bottom_at: Option<Seq>,
    /// What was new when the room was entered begins after this entry.
    pub new_after: Option<Seq>,
    /// A page is under way; asked at most once at a time.
    pub loading: bool,
    /// No page is asked for before this moment.
    pub load_at: Millis,
    /// Where to go once the page is here.
    pub goal: Option<Goal>,
    /// Since when an entry is missing.
    pub gap_since: Option<Millis>,
    /// When the read position was last told.
    pub marked_at: Millis,
    /// The read position that was last told.
    pub marked: Seq,
    /// The read position stays where the reader put it until they leave the room.
    pub kept_unread: bool,
    /// Since when something of it is not kept.
    pub unkept_since: Option<Millis>,
    /// Who is typing, and when that was told.
    pub typing: (Vec<Author>, Millis),
    /// Who is here.
    pub people: People,
    /// What was being written when the room was left.
    pub draft: Composer,
}

/// Where the screen stands in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    /// What the screen hangs on.
    pub anchor: Anchor,
    /// Rows to move up (or, negative, down) from there at the next drawing.
    pub rows: i32,
}

/// What the screen hangs on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The newest line stands at the bottom.
    #[default]
    Bottom,
    /// This line stands at the bottom, with so many of its rows below the edge.
    At(Spot, u16),
    /// This line stands in the middle.
    Middle(Spot),
    /// This line stands at the top.
    Top(Spot),
}

/// Where to go once it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To this line, and choose it.
    Line(Seq),
    /// To the first line of the log.
    Beginning,
}

impl Room {
    /// A room as the server tells it.
    #[must_use]
    pub fn new(state: RoomState, me: &UserId) -> Self {
        Self {
            timeline: Timeline::new(me.clone(), state.epoch),
            counted: state.head.seq,
            head: state.head,
            info: state.room,
            role: state.role,
            others: state.people,
            read: state.read,
            scroll: Scroll::default(),
            left_bottom_at: None,
            new_after: None,
            loading: false,
            load_at: 0,
            goal: None,
            gap_since: None,
            marked_at: 0,
            marked: 0,
            kept_unread: false,
            unkept_since: None,
            typing: (Vec::new(), 0),
            people: People::default(),
            draft: Composer::default(),
        }
    }

    /// Something changed that is to be kept.
    pub fn touch(&mut self, now: Millis) {
        self.unkept_since = self.unkept_since.or(Some(now));
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &RoomId {
        &self.info.id
    }

    /// Whether it is called by its name; the others are called by who is in them, or by what they are.
    #[must_use]
    pub fn has_name(&self) -> bool {
        match self.info.kind {
            RoomKind::Lobby | RoomKind::Public | RoomKind::Private | RoomKind::Unknown => true,
            RoomKind::Direct | RoomKind::Friends | RoomKind::Inbox => false,
        }
    }

    /// Whether it is a conversation between people.
    #[must_use]
    pub fn is_conversation(&self) -> bool {
        self.info.kind == RoomKind::Direct
    }

    /// Whether it is this person's inbox.
    #[must_use]
    pub fn is_inbox(&self) -> bool {
        self.info.kind == RoomKind::Inbox
    }

    /// Whether somebody speaks there to all of their friends.
    #[must_use]
    pub fn is_friends(&self) -> bool {
        self.info.kind == RoomKind::Friends
    }

    /// What it is called in a sentence: `#name`, the people in it, friends, or the inbox.
    #[must_use]
    pub fn label(&self) -> String {
        match self.info.kind {
            RoomKind::Lobby | RoomKind::Public | RoomKind::Private | RoomKind::Unknown => format!("#{}", self.info.name),
            RoomKind::Inbox => words::INBOX.to_owned(),
            // It is seen among those of all friends, and as a room of its own nowhere.
            RoomKind::Friends => words::FRIENDS.to_owned(),
            RoomKind::Direct if self.others.is_empty() => words::CONVERSATIONS.to_owned(),
            RoomKind::Direct => {
                let names: Vec<_> = self.others.iter().map(|user| user.name.as_str()).collect();
                names.join(", ")
            }
        }
    }

    /// Where it stands in the list of rooms: which group, and the name within that.
    #[must_use]
    pub fn order(&self) -> (u8, String) {
        let group = match self.info.kind {
            RoomKind::Lobby => 0,
            RoomKind::Public | RoomKind::Private | RoomKind::Unknown => 1,
            RoomKind::Direct => 2,
            RoomKind::Friends => 3,
            RoomKind::Inbox => 4,
        };
        (group, self.label().to_lowercase())
    }

    /// What this person may do here: their role, raised in rooms that are everybody's by what they are on
    /// the whole server.
    #[must_use]
    pub fn role_with(&self, server: ServerRole) -> RoomRole {
        let raised = match (self.info.kind, server) {
            (RoomKind::Private | RoomKind::Direct | RoomKind::Friends | RoomKind::Inbox | RoomKind::Unknown, _)
            | (_, ServerRole::Member) => RoomRole::Member,
            (RoomKind::Lobby | RoomKind::Public, ServerRole::Moderator) => RoomRole::Moderator,
            (RoomKind::Lobby | RoomKind::Public, ServerRole::Owner) => RoomRole::Owner,
        };
        self.role.max(raised)
    }

    /// Why nothing can be said in it, if that is so; `server` is what this person is on the whole server.
    #[must_use]
    pub fn closed_to(&self, server: ServerRole) -> Option<&'static str> {
        let keeps_order = self.role_with(server) > RoomRole::Member;
        if self.is_inbox() {
            Some(words::INBOX_IS_READ)
        } else if self.info.settings.archived {
            Some(words::IS_ARCHIVED)
        } else if self.info.settings.post == Post::Moderators && !keeps_order {
            Some(words::MAY_NOT_POST)
        } else {
            None
        }
    }

    /// Drops the lines, to start at the head; what is being written stays.
    pub fn start_anew(&mut self, me: &UserId, epoch: chat_proto::id::Epoch) {
        self.timeline = Timeline::new(me.clone(), epoch);
        self.stand_at_the_end();
    }

    /// There is another connection: lines that nothing vouches for are dropped.
    pub fn reconnected(&mut self) {
        if self.timeline.reconnected() {
            self.stand_at_the_end();
        }
        // Where the log ends is told anew: an older database that was copied back is shorter.
        match self.timeline.cursor() {
            Some(cursor) => self.head = cursor.clone(),
            None => self.head.seq = 0,
        }
        self.counted = self.head.seq;
    }

    /// The connection is gone, and what it alone kept going.
    pub fn disconnected(&mut self) {
        self.typing.0.clear();
        self.gap_since = None;
        self.people.roles = None;
    }

    /// The lines are gone, and whatever stood on them.
    fn stand_at_the_end(&mut self) {
        self.scroll = Scroll::default();
        (self.new_after, self.left_bottom_at, self.goal, self.gap_since) = (None, None, None, None);
        (self.loading, self.load_at) = (false, 0);
        if matches!(self.draft.mode, Mode::Edit(..) | Mode::Reply(..)) {
            self.draft.mode = Mode::Write;
        }
    }

    /// The window that is shown: around what the screen hangs on, else the live one.
    #[must_use]
    pub fn window(&self) -> Option<(Seq, Seq)> {
        let hangs_on = match &self.scroll.anchor {
            Anchor::At(Spot::Line(room, seq), _) | Anchor::Middle(Spot::Line(room, seq)) | Anchor::Top(Spot::Line(room, seq)) => {
                Some(*seq).filter(|_| room == self.id())
            }
            _ => None,
        };
        hangs_on.and_then(|seq| self.timeline.covered().around(seq)).or_else(|| self.timeline.live_window())
    }

    /// Whether the shown window ends at the newest entry.
    #[must_use]
    pub fn shows_live(&self) -> bool {
        self.window() == self.timeline.live_window()
    }

    /// How many messages by others came since the reader scrolled up.
    #[must_use]
    pub fn new_below(&self, me: Option<&UserId>) -> usize {
        let Some(left) = self.left_bottom_at else { return 0 };
        self.timeline.lines_in(left + 1..).filter(|line| counts(line)).filter(|line| Some(&line.author.id) != me).take(MOST_BELOW).count()
    }

    /// Counts live entries: what is new and by others.
    pub fn count(&mut self, entries: &[Entry], me: &UserId) {
        for entry in entries.iter().filter(|entry| entry.seq > self.counted) {
            if entry.body.counts() && entry.author.id != *me {
                self.read.unread += 1;
            }
            if let Body::Message(message) = &entry.body
                && entry.author.id != *me
            {
                self.read.mentions += u64::from(message.mentions.contains(me));
            }
        }
        if let Some(last) = entries.last().filter(|last| last.seq > self.counted) {
            self.counted = last.seq;
        }
        if let Some(last) = entries.last().filter(|last| last.seq > self.head.seq) {
            self.head = last.mark();
        }
    }

    /// Those who are in it, as far as they were told.
    pub fn met(&self) -> impl Iterator<Item = &User> {
        self.people.members.values().map(|member| &member.user).chain(&self.others)
    }

    /// People by whose names one can be mentioned: those who are here, and those who wrote.
    #[must_use]
    pub fn known_people(&self) -> BTreeMap<UserId, String> {
        let mut known: BTreeMap<_, _> = self.others.iter().map(|user| (user.id.clone(), user.name.as_str().to_owned())).collect();
        for line in self.timeline.lines() {
            known.insert(line.author.id.clone(), line.author.name.as_str().to_owned());
        }
        for member in self.people.members.values() {
            known.insert(member.user.id.clone(), member.user.name.as_str().to_owned());
        }
        known
    }
}

/// Whether the line counts as one that is unread.
#[must_use]
pub fn counts(line: &Line) -> bool {
    match line.body {
        LineBody::Message { .. } | LineBody::Invited(_) | LineBody::Removed(_) => true,
        LineBody::FriendNews(ref news) => news.change.is_told(),
        LineBody::Topic { .. }
        | LineBody::Create { .. }
        | LineBody::Join
        | LineBody::Leave
        | LineBody::Invite(_)
        | LineBody::Add(_)
        | LineBody::Remove(_)
        | LineBody::Role(_)
        | LineBody::Settings(_)
        | LineBody::FriendNote(_)
        | LineBody::Other { .. } => false,
    }
}
