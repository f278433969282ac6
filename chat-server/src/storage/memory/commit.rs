//! The writer's step, on the same decision as every store's.

use std::collections::HashMap;

use chat_proto::entry::{Body, Content, Entry, Message};
use chat_proto::id::{RoomId, UserId};
use chat_proto::request::code_create::InviteCode;
use chat_proto::request::friend_list::Friendship;
use chat_proto::request::stored::Stored;
use chat_proto::room::History;
use chat_proto::user::{Author, ServerRole, User, UserKind};

use crate::domain::access::is_open;
use crate::domain::decide::{Context, NewEntry, decide};
use crate::domain::facts::{CodeFacts, Creation, Facts, Known, RoomFacts, Target, Wanted, friends_key, inbox_key, private_key};
use crate::domain::mark_read::Position;
use crate::storage::memory::{Log, Tables, key, mark_read};
use crate::storage::{Batch, Committed, CommittedEntry};

pub(super) fn run(tables: &mut Tables, batch: &Batch, context: &mut Context<'_>) -> Committed {
    let mut facts = look_up(tables, &Wanted::of(&batch.writes));
    let decision = decide(&mut facts, &batch.writes, context);
    for new in decision.rooms {
        tables.rooms.insert(new.room.id.clone(), Log::new(new.room, new.key, new.epoch, (new.creator, new.client_id)));
    }
    let mut entries = Vec::new();
    for new in decision.entries {
        if let Some(log) = tables.rooms.get_mut(&new.room) {
            log.push(new.entry.clone(), Some(new.digest));
            log.apply(&new.entry);
            log.move_people(&new);
            if matches!(new.entry.body, Body::Message(_)) {
                tables.said.push((new.room.clone(), new.entry.seq));
            }
            entries.push(CommittedEntry::from(new));
        }
    }
    decision.friendships.into_iter().for_each(|change| tables.note_friendship(change));
    for code in decision.codes {
        if let Some(code) = tables.codes.get_mut(&code) {
            code.uses_left = code.uses_left.saturating_sub(1);
        }
    }
    Committed { outcomes: decision.outcomes, marks: mark_read::run(tables, &batch.marks), entries }
}

/// What there is a limit on.
const COUNTED: [Friendship; 3] = [Friendship::AsksYou, Friendship::YouAsked, Friendship::Friends];

fn look_up(tables: &Tables, wanted: &Wanted) -> Facts {
    let mut facts = Facts::default();
    let listed = wanted.listed.iter().filter_map(|room| tables.rooms.get(room)).map(|log| key(log.room.name.as_str()));
    let taken = |name: &String| tables.rooms.values().any(|log| log.key == *name);
    facts.taken_names = wanted.names.iter().cloned().chain(listed).filter(taken).collect();
    let by_key = |key: &String| tables.rooms.values().find(|log| log.key == *key).map(|log| log.room.id.clone());
    facts.inboxes = wanted.inboxes.iter().filter_map(|user| Some((user.clone(), by_key(&inbox_key(user))?))).collect();
    facts.friends_rooms = wanted.friends_rooms.iter().filter_map(|user| Some((user.clone(), by_key(&friends_key(user))?))).collect();
    facts.directs = wanted.directs.iter().filter_map(|key| Some((key.clone(), by_key(key)?))).collect();
    for id in wanted.rooms.iter().chain(facts.inboxes.values()).chain(facts.friends_rooms.values()).chain(facts.directs.values()) {
        if let Some(log) = tables.rooms.get(id) {
            let head = log.head();
            let known = RoomFacts {
                room: log.room.clone(),
                epoch: log.epoch.clone(),
                head: head.seq,
                head_id: Some(head.id.clone()),
                time: head.time,
                n: head.n,
            };
            facts.rooms.insert(id.clone(), known);
        }
    }
    for creation in &wanted.creations {
        if let Some(log) = tables.rooms.values().find(|log| (&log.creator.0, log.creator.1.as_ref()) == (&creation.0, Some(&creation.1)))
            && let Some(row) = log.row(1)
        {
            let made = Creation { room: log.room.clone(), stored: stored(&row.entry), digest: row.digest };
            facts.creations.insert(creation.clone(), made);
        }
    }
    let in_inbox = wanted.known_in_inbox.iter().filter_map(|(user, id)| Some((facts.inboxes.get(user)?.clone(), user.clone(), id.clone())));
    let in_inbox: Vec<_> = in_inbox.collect();
    for (room, user, client_id) in wanted.known.iter().chain(&in_inbox) {
        let log = tables.rooms.get(room);
        let seq = log.and_then(|log| log.by_client.get(&(user.clone(), client_id.clone())));
        if let Some(row) = seq.and_then(|seq| log?.row(*seq)) {
            let known = Known { stored: stored(&row.entry), digest: row.digest };
            facts.known.insert((room.clone(), user.clone(), client_id.clone()), known);
        }
    }
    for (room, user) in &wanted.members {
        if let Some(role) = tables.rooms.get(room).and_then(|log| log.role(user)) {
            facts.members.insert((room.clone(), user.clone()), role);
        }
    }
    look_up_people(tables, wanted, &mut facts);
    for (room, seq) in &wanted.targets {
        if let Some(target) = tables.rooms.get(room).and_then(|log| log.target(*seq)) {
            facts.targets.insert((room.clone(), *seq), target);
        }
    }
    for (room, seq) in &wanted.reactions {
        let standing = tables.rooms.get(room).into_iter().flat_map(|log| &log.reactions).filter(|((target, _), _)| target == seq);
        let standing: HashMap<_, _> = standing.map(|((_, emoji), people)| (emoji.clone(), people.clone())).collect();
        facts.reactions.insert((room.clone(), *seq), standing);
    }
    facts
}

/// The people who are meant, and how they may come and go.
fn look_up_people(tables: &Tables, wanted: &Wanted, facts: &mut Facts) {
    for (room, user) in &wanted.people {
        let as_said = || {
            let log = tables.rooms.get(room.as_ref()?)?;
            let Author { id, name, color, bot: _ } = log.rows.iter().rev().find(|row| row.entry.author.id == *user)?.entry.author.clone();
            Some(User { id, name, color, kind: UserKind::Guest, identity: None, role: ServerRole::Member })
        };
        if let Some(person) = tables.users.get(user).map(|stored| stored.user.clone()).or_else(as_said) {
            facts.people.insert(user.clone(), person);
        }
    }
    for (user, other) in &wanted.friendships {
        facts.friendships.insert((user.clone(), other.clone()), tables.friendship(user, other));
        facts.friendships.insert((other.clone(), user.clone()), tables.friendship(other, user));
        for (one, state) in [user, other].into_iter().flat_map(|one| COUNTED.map(|state| (one, state))) {
            facts.friend_counts.insert((one.clone(), state), tables.count_friends(one, state));
        }
    }
    let invited = |(room, user): &&(RoomId, UserId)| tables.rooms.get(room).is_some_and(|log| log.invited.contains(user));
    let former = |(room, user): &&(RoomId, UserId)| tables.rooms.get(room).is_some_and(|log| log.memberships.contains_key(user));
    let strangers: Vec<(RoomId, UserId)> = wanted.strangers(facts).cloned().collect();
    facts.invited = strangers.iter().filter(invited).cloned().collect();
    facts.former = strangers.iter().filter(former).cloned().collect();
    for code in wanted.codes.iter().filter_map(|code| tables.codes.get(code)) {
        let InviteCode { code, room, expires, uses_left, .. } = code.clone();
        facts.codes.insert(code, CodeFacts { room, expires, uses_left });
    }
    for log in wanted.ranges.iter().filter_map(|room| tables.rooms.get(room)) {
        if log.room.settings.history == History::Joined {
            let members = log.memberships.iter().filter(|(user, _)| log.is_member(user));
            facts.ranges.insert(log.room.id.clone(), members.map(|(user, ranges)| (user.clone(), ranges.clone())).collect());
        }
    }
}

impl Log {
    /// Who comes and goes by an entry.
    fn move_people(&mut self, new: &NewEntry) {
        for (user, role) in &new.moves.joins {
            self.memberships.entry(user.clone()).or_default().push((new.entry.seq, None));
            self.roles.insert(user.clone(), *role);
            self.invited.remove(user);
            self.members += 1;
            self.positions.insert(user.clone(), Position { seq: new.entry.seq, n: new.entry.n });
        }
        for user in &new.moves.leaves {
            let ranges = self.memberships.entry(user.clone()).or_insert_with(|| vec![(1, None)]);
            if let Some((_, to)) = ranges.last_mut() {
                *to = Some(new.entry.seq);
            }
            self.roles.remove(user);
            self.members = self.members.saturating_sub(1);
        }
    }

    fn target(&self, seq: u64) -> Option<Target> {
        let row = self.row(seq)?;
        let edited = self.rows.iter().rev().find_map(|row| match &row.entry.body {
            Body::Edit(edit) if edit.target.seq == seq => Some(edit.content.text.clone()),
            _ => None,
        });
        let (is_message, text) = match &row.entry.body {
            Body::Message(message) => (true, edited.unwrap_or_else(|| message.content.text.clone())),
            _ => (false, String::new()),
        };
        Some(Target { id: row.entry.id.clone(), author: row.entry.author.clone(), is_message, deleted: row.deleted, text })
    }

    /// What an entry changes beside the log.
    fn apply(&mut self, entry: &Entry) {
        let user = &entry.author.id;
        match &entry.body {
            Body::Message(message) => {
                self.mentions.extend(message.mentions.iter().map(|user| (user.clone(), entry.seq)));
            }
            Body::Edit(edit) => {
                self.mentions.retain(|(_, seq)| *seq != edit.target.seq);
                self.mentions.extend(edit.mentions.iter().map(|user| (user.clone(), edit.target.seq)));
            }
            Body::Delete(delete) => self.blank(delete.target.seq),
            Body::React(react) => {
                let people = self.reactions.entry((react.target.seq, react.emoji.clone())).or_default();
                if react.on {
                    people.insert(user.clone());
                } else {
                    people.remove(user);
                }
            }
            Body::Topic(topic) => self.room.topic = topic.topic.clone(),
            Body::Settings(changes) => {
                changes.apply(&mut self.room);
                let is_open = is_open(self.room.kind);
                self.key = if is_open { key(self.room.name.as_str()) } else { private_key(&self.room.id) };
            }
            Body::Invite(invite) => drop(self.invited.insert(invite.user.id.clone())),
            Body::Remove(remove) => drop(self.invited.remove(&remove.user.id)),
            Body::Role(role) => drop(self.roles.insert(role.user.id.clone(), role.role)),
            Body::Create(_)
            | Body::Join(_)
            | Body::Leave(_)
            | Body::Add(_)
            | Body::Invited(_)
            | Body::Removed(_)
            | Body::FriendNews(_)
            | Body::FriendNote(_) => {}
            Body::Unknown(_) => {}
        }
    }

    /// Nothing of a deleted message is left: not in its edits, not in quotes, not in counts.
    fn blank(&mut self, target: u64) {
        self.mentions.retain(|(_, seq)| *seq != target);
        self.reactions.retain(|(seq, _), _| *seq != target);
        if let Some(row) = self.row_mut(target) {
            row.entry.body = Body::Message(Message { content: Content::text(""), mentions: Vec::new(), reply_to: None });
            row.deleted = true;
            row.digest = None;
        }
        for row in &mut self.rows {
            match &mut row.entry.body {
                Body::Edit(edit) if edit.target.seq == target => {
                    edit.content.text.clear();
                    edit.mentions.clear();
                    row.digest = None;
                }
                Body::Message(message) => {
                    if let Some(quote) = message.reply_to.as_mut().filter(|quote| quote.seq == target) {
                        quote.text.clear();
                    }
                }
                _ => {}
            }
        }
    }
}

fn stored(entry: &Entry) -> Stored {
    Stored { seq: entry.seq, id: entry.id.clone(), time: entry.time, n: entry.n }
}
