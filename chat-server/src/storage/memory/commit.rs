//! The writer's step, on the same decision as every store's.

use std::collections::HashMap;

use chat_proto::entry::{Body, Content, Entry, Message};
use chat_proto::request::stored::Stored;

use crate::domain::decide::{Context, decide};
use crate::domain::facts::{Creation, Facts, Known, RoomFacts, Target, Wanted};
use crate::domain::mark_read::Position;
use crate::storage::memory::{Log, Tables, key, mark_read};
use crate::storage::{Batch, Committed, CommittedEntry};

pub(super) fn run(tables: &mut Tables, batch: &Batch, context: &mut Context<'_>) -> Committed {
    let mut facts = look_up(tables, &Wanted::of(&batch.writes));
    let decision = decide(&mut facts, &batch.writes, context);
    for new in decision.rooms {
        tables.rooms.insert(new.room.id.clone(), Log::new(new.room, new.epoch, (new.creator, new.client_id)));
    }
    let mut entries = Vec::new();
    for new in decision.entries {
        if let Some(log) = tables.rooms.get_mut(&new.room) {
            log.push(new.entry.clone(), Some(new.digest));
            if !new.by_server {
                log.apply(&new.entry);
            }
            if matches!(new.entry.body, Body::Message(_)) {
                tables.said.push((new.room.clone(), new.entry.seq));
            }
            entries.push(CommittedEntry { room: new.room, epoch: new.epoch, entry: new.entry });
        }
    }
    Committed { outcomes: decision.outcomes, marks: mark_read::run(tables, &batch.marks), entries }
}

fn look_up(tables: &Tables, wanted: &Wanted) -> Facts {
    let mut facts = Facts::default();
    let names: Vec<String> = tables.rooms.values().map(|log| key(log.room.name.as_str())).collect();
    facts.taken_names = wanted.names.iter().filter(|name| names.contains(name)).cloned().collect();
    for id in &wanted.rooms {
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
        if let Some(log) = tables.rooms.values().find(|log| log.creator == *creation)
            && let Some(row) = log.row(1)
        {
            let made = Creation { room: log.room.clone(), stored: stored(&row.entry), digest: row.digest };
            facts.creations.insert(creation.clone(), made);
        }
    }
    for (room, user, client_id) in &wanted.known {
        let log = tables.rooms.get(room);
        let seq = log.and_then(|log| log.by_client.get(&(user.clone(), client_id.clone())));
        if let Some(row) = seq.and_then(|seq| log?.row(*seq)) {
            let known = Known { stored: stored(&row.entry), digest: row.digest };
            facts.known.insert((room.clone(), user.clone(), client_id.clone()), known);
        }
    }
    for (room, user) in &wanted.members {
        if tables.rooms.get(room).is_some_and(|log| log.is_member(user)) {
            facts.members.insert((room.clone(), user.clone()));
        }
    }
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

impl Log {
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
            Body::Create(_) | Body::Join(_) => {
                self.memberships.entry(user.clone()).or_default().push((entry.seq, None));
                self.members += 1;
                self.positions.insert(user.clone(), Position { seq: entry.seq, n: entry.n });
            }
            Body::Leave(_) => {
                let ranges = self.memberships.entry(user.clone()).or_insert_with(|| vec![(1, None)]);
                if let Some((_, to)) = ranges.last_mut() {
                    *to = Some(entry.seq);
                }
                self.members = self.members.saturating_sub(1);
            }
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
