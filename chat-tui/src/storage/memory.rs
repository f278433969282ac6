//! Keeps for as long as the program runs.

use std::collections::HashMap;

use super::{Cached, Change, Kept, Pair, Storage, Stranded};

/// Storage that ends with the program.
#[derive(Clone, Debug, Default)]
pub struct Memory(HashMap<Pair, Kept>);

impl Storage for Memory {
    fn store(&mut self, pair: &Pair, changes: Vec<Change>) -> Result<(), String> {
        let kept = self.0.entry(pair.clone()).or_default();
        changes.into_iter().for_each(|change| apply(kept, change));
        Ok(())
    }

    fn seal(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn cache(&mut self, pair: &Pair, what: Cached) -> Result<(), String> {
        let kept = self.0.entry(pair.clone()).or_default();
        let (gone, room) = match what {
            Cached::Who(who) => {
                kept.who = Some(*who);
                return Ok(());
            }
            Cached::Room(room) => (room.info.id.clone(), Some(*room)),
            Cached::Gone(id) => (id, None),
        };
        kept.rooms.retain(|room| room.info.id != gone);
        kept.rooms.extend(room);
        Ok(())
    }

    fn stranded(&mut self, pair: &Pair) -> Result<Vec<Stranded>, String> {
        let others = self.0.iter().filter(|(of, _)| of.0 == pair.0 && *of != pair);
        let found = others.filter_map(|(of, kept)| Stranded::new(of.clone(), kept.who.as_ref().map(|who| &who.user), &kept.outbox));
        Ok(found.collect())
    }

    fn discard(&mut self, pair: &Pair) -> Result<(), String> {
        if let Some(kept) = self.0.get_mut(pair) {
            kept.outbox.clear();
        }
        Ok(())
    }

    fn load(&mut self, pair: &Pair) -> Result<Kept, String> {
        Ok(self.0.get(pair).cloned().unwrap_or_default())
    }
}

fn apply(kept: &mut Kept, change: Change) {
    match change {
        Change::Queued(item, room) => {
            kept.outbox.retain(|old| old.client_id != item.client_id);
            kept.outbox.push(item);
            if let Some(room) = room {
                kept.drafts.remove(&room);
            }
        }
        Change::Changed(item) => {
            if let Some(old) = kept.outbox.iter_mut().find(|old| old.client_id == item.client_id) {
                *old = item;
            }
        }
        Change::Settled(client_id) | Change::Withdrawn(client_id) => kept.outbox.retain(|item| item.client_id != client_id),
        Change::Draft(room, text) if text.is_empty() => {
            kept.drafts.remove(&room);
        }
        Change::Draft(room, text) => {
            kept.drafts.insert(room, text);
        }
    }
}
