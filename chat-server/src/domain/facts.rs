//! What a store looks up before a batch of writes is decided, and keeps up while it is.

use std::collections::{BTreeSet, HashMap, HashSet};

use chat_proto::entry::Quote;
use chat_proto::id::{ClientId, EntryId, Epoch, RoomId, UserId};
use chat_proto::name::JoinCode;
use chat_proto::place::{Millis, Place, Seq};
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::stored::Stored;
use chat_proto::room::{Room, RoomRole};
use chat_proto::text::Emoji;
use chat_proto::user::{Author, User};
use sha2::{Digest, Sha256};

use crate::domain::ranges::Range;
use crate::domain::write::{EntryRequest, Write};

/// What is known about everything that a batch names.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The rooms that exist, of those named.
    pub rooms: HashMap<RoomId, RoomFacts>,
    /// The name keys that are taken, of those that creations want.
    pub taken_names: HashSet<String>,
    /// The rooms that creations of the batch made before, by author and client id.
    pub creations: HashMap<(UserId, ClientId), Creation>,
    /// The entries that stand under the client ids and predecessors named.
    pub known: HashMap<(RoomId, UserId, ClientId), Known>,
    /// In which role the authors, the mentioned and the meant are members of the rooms named.
    pub members: HashMap<(RoomId, UserId), RoomRole>,
    /// Who of the authors and the meant was invited, and is no member.
    pub invited: HashSet<(RoomId, UserId)>,
    /// Who of them was a member before.
    pub former: HashSet<(RoomId, UserId)>,
    /// The join codes that are given.
    pub codes: HashMap<JoinCode, CodeFacts>,
    /// The people who are meant: invited, added, removed, given a role, talked with, befriended.
    pub people: HashMap<UserId, User>,
    /// The inboxes of those of them who have one.
    pub inboxes: HashMap<UserId, RoomId>,
    /// The rooms in which those who are befriended speak to their friends, of those who have one.
    pub friends_rooms: HashMap<UserId, RoomId>,
    /// How those who are befriended stand to one another, as the first of them sees it; missing where it is nothing.
    pub friendships: HashMap<(UserId, UserId), Friendship>,
    /// To how many people each of them stands like that.
    pub friend_counts: HashMap<(UserId, Friendship), u32>,
    /// The conversations that exist, of those that are to be opened, by key.
    pub directs: HashMap<String, RoomId>,
    /// In rooms whose new members do not see what was said before: when those who are members were there.
    pub ranges: HashMap<RoomId, HashMap<UserId, Vec<Range>>>,
    /// The entries that stand at the seqs that are pointed at.
    pub targets: HashMap<(RoomId, Seq), Target>,
    /// Whose reactions stand on the messages that are reacted to.
    pub reactions: HashMap<(RoomId, Seq), HashMap<Emoji, HashSet<UserId>>>,
}

/// When somebody was a member: from each entry to the other, or until now.
pub type Memberships = Vec<(Seq, Option<Seq>)>;

/// One room as it stands.
#[derive(Clone, Debug)]
pub struct RoomFacts {
    /// What it is called and about.
    pub room: Room,
    /// The life of its log.
    pub epoch: Epoch,
    /// The newest entry's number.
    pub head: Seq,
    /// The newest entry's id; none in a room that is only being made.
    pub head_id: Option<EntryId>,
    /// The newest entry's time.
    pub time: Millis,
    /// How many messages the log holds.
    pub n: u64,
}

/// A join code.
#[derive(Clone, Debug)]
pub struct CodeFacts {
    /// The room that it lets in to.
    pub room: RoomId,
    /// Until when it holds.
    pub expires: Millis,
    /// How many people may still use it.
    pub uses_left: u32,
}

/// A room that an earlier request with the same client id made.
#[derive(Clone, Debug)]
pub struct Creation {
    /// The room.
    pub room: Room,
    /// Its first entry.
    pub stored: Stored,
    /// The digest of the request that made it.
    pub digest: Option<i64>,
}

/// An entry that stands under a client id.
#[derive(Clone, Debug)]
pub struct Known {
    /// Where.
    pub stored: Stored,
    /// The digest of the request that wrote it; none once it was blanked.
    pub digest: Option<i64>,
}

/// An entry that is pointed at.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its id.
    pub id: EntryId,
    /// Who wrote it, as they were called then.
    pub author: Author,
    /// Whether it is a message.
    pub is_message: bool,
    /// Whether it was taken back.
    pub deleted: bool,
    /// What it says now.
    pub text: String,
}

impl Target {
    /// A quote of it as it reads now.
    #[must_use]
    pub fn quote(&self, seq: Seq) -> Quote {
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match line.char_indices().nth(chat_proto::limits::QUOTE) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        };
        Quote { seq, id: self.id.clone(), author: self.author.clone(), text }
    }
}

/// What a batch names, so that a store can look it up in one query a kind.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Rooms.
    pub rooms: HashSet<RoomId>,
    /// Name keys of rooms to be made, or to be called otherwise.
    pub names: HashSet<String>,
    /// Rooms that are to be listed from now on, or no longer: whether their names are free is wanted, too.
    pub listed: HashSet<RoomId>,
    /// Creations.
    pub creations: HashSet<(UserId, ClientId)>,
    /// Client ids and predecessors.
    pub known: HashSet<(RoomId, UserId, ClientId)>,
    /// Authors, mentioned people, and those who are meant.
    pub members: HashSet<(RoomId, UserId)>,
    /// Join codes.
    pub codes: HashSet<JoinCode>,
    /// People who are meant, with the room that they are meant in, if there is one.
    pub people: HashSet<(Option<RoomId>, UserId)>,
    /// People whose inbox is written to.
    pub inboxes: HashSet<UserId>,
    /// Client ids that may stand in their author's own inbox, which is one of them.
    pub known_in_inbox: HashSet<(UserId, ClientId)>,
    /// People whose room for their friends may be needed.
    pub friends_rooms: HashSet<UserId>,
    /// Who befriends whom.
    pub friendships: HashSet<(UserId, UserId)>,
    /// Keys of conversations.
    pub directs: HashSet<String>,
    /// Rooms where something points at a message, or somebody comes.
    pub ranges: HashSet<RoomId>,
    /// Seqs that are pointed at.
    pub targets: HashSet<(RoomId, Seq)>,
    /// Messages that are reacted to.
    pub reactions: HashSet<(RoomId, Seq)>,
}

impl Wanted {
    /// What the batch names.
    #[must_use]
    pub fn of(batch: &[Write]) -> Self {
        let mut wanted = Self::default();
        for write in batch {
            wanted.add(write);
        }
        wanted
    }

    /// Of whom it is wanted whether they were invited, or were members before: of those who are none.
    pub fn strangers<'a>(&'a self, facts: &'a Facts) -> impl Iterator<Item = &'a (RoomId, UserId)> {
        self.members.iter().filter(|key| !facts.members.contains_key(*key))
    }

    fn add(&mut self, write: &Write) {
        let author = &write.author.id;
        match &write.request {
            EntryRequest::Create(create) => {
                self.names.insert(name_key(create.name.as_str()));
                self.creations.insert((author.clone(), create.client_id.clone()));
            }
            EntryRequest::Direct(direct) => {
                self.directs.insert(direct_key(author, &direct.users));
                self.people.extend(direct.users.iter().map(|user| (None, user.clone())));
            }
            EntryRequest::FriendAsk(request) => self.befriends(write, &request.user),
            EntryRequest::FriendAccept(request) => self.befriends(write, &request.user),
            EntryRequest::FriendRefuse(request) => self.befriends(write, &request.user),
            EntryRequest::FriendRemove(request) => self.befriends(write, &request.user),
            EntryRequest::OpenFriends(_) => {
                self.people.insert((None, author.clone()));
                self.friends_rooms.insert(author.clone());
            }
            _ => {}
        }
        let Some(room) = write.request.room() else { return };
        self.rooms.insert(room.clone());
        self.members.insert((room.clone(), author.clone()));
        self.known.insert((room.clone(), author.clone(), write.request.client_id().clone()));
        if let Some(after) = write.request.after() {
            self.known.insert((room.clone(), author.clone(), after.clone()));
        }
        match &write.request {
            EntryRequest::Send(send) => {
                self.members.extend(send.mentions.iter().map(|user| (room.clone(), user.clone())));
                self.points_at(room, send.reply_to.as_ref());
            }
            EntryRequest::Edit(edit) => {
                self.members.extend(edit.mentions.iter().map(|user| (room.clone(), user.clone())));
                self.points_at(room, Some(&edit.target));
            }
            EntryRequest::Delete(delete) => self.points_at(room, Some(&delete.target)),
            EntryRequest::React(react) => {
                self.points_at(room, Some(&react.target));
                self.reactions.insert((room.clone(), react.target.seq));
            }
            EntryRequest::Configure(configure) => {
                // Also a room that is listed from now on needs a name of its own.
                self.names.extend(configure.changes.name.iter().map(|name| name_key(name.as_str())));
                self.listed.extend(configure.changes.visibility.map(|_| room.clone()));
            }
            EntryRequest::Join(join) => {
                self.codes.extend(join.code.clone());
                self.ranges.insert(room.clone());
            }
            EntryRequest::Invite(invite) => self.means(room, &invite.user),
            EntryRequest::Add(add) => {
                self.means(room, &add.user);
                self.ranges.insert(room.clone());
            }
            EntryRequest::Remove(remove) => self.means(room, &remove.user),
            EntryRequest::Role(role) => self.means(room, &role.user),
            EntryRequest::Topic(_)
            | EntryRequest::Leave(_)
            | EntryRequest::Create(_)
            | EntryRequest::Direct(_)
            | EntryRequest::FriendAsk(_)
            | EntryRequest::FriendAccept(_)
            | EntryRequest::FriendRefuse(_)
            | EntryRequest::FriendRemove(_)
            | EntryRequest::OpenFriends(_) => {}
        }
    }

    fn points_at(&mut self, room: &RoomId, place: Option<&Place>) {
        if let Some(place) = place {
            self.targets.insert((room.clone(), place.seq));
            self.ranges.insert(room.clone());
        }
    }

    fn befriends(&mut self, write: &Write, user: &UserId) {
        let author = &write.author.id;
        for id in [author, user] {
            self.people.insert((None, id.clone()));
            self.inboxes.insert(id.clone());
            self.friends_rooms.insert(id.clone());
        }
        self.known_in_inbox.insert((author.clone(), write.request.client_id().clone()));
        self.friendships.insert((author.clone(), user.clone()));
    }

    fn means(&mut self, room: &RoomId, user: &UserId) {
        self.members.insert((room.clone(), user.clone()));
        self.people.insert((Some(room.clone()), user.clone()));
        self.inboxes.insert(user.clone());
    }
}

/// Begins the keys of names that nobody types: no name of a room holds it.
const UNTYPED: char = '\u{1}';

/// The key under which the name of a listed room is unique.
#[must_use]
pub fn name_key(name: &str) -> String {
    chat_proto::name::confusable_key(name)
}

/// The key of a private room's name, which does not tell by being taken that there is such a room.
#[must_use]
pub fn private_key(room: &RoomId) -> String {
    format!("{UNTYPED}private {room}")
}

/// The key of somebody's inbox.
#[must_use]
pub fn inbox_key(user: &UserId) -> String {
    format!("{UNTYPED}inbox {user}")
}

/// The key of the room in which somebody speaks to their friends.
#[must_use]
pub fn friends_key(user: &UserId) -> String {
    format!("{UNTYPED}friends {user}")
}

/// How the other one of the two sees it.
#[must_use]
pub fn mirrored(state: Friendship) -> Friendship {
    match state {
        Friendship::AsksYou => Friendship::YouAsked,
        Friendship::YouAsked => Friendship::AsksYou,
        Friendship::None | Friendship::Friends | Friendship::Unknown => state,
    }
}

/// The key of the conversation of these people: the same for every one of them who opens it.
#[must_use]
pub fn direct_key(author: &UserId, users: &[UserId]) -> String {
    let people: BTreeSet<&str> = users.iter().chain([author]).map(UserId::as_str).collect();
    let mut hasher = Sha256::new();
    for user in people {
        // No id is as long as that: where one ends is plain.
        hasher.update([user.len() as u8]);
        hasher.update(user);
    }
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{UNTYPED}direct {digest}")
}
