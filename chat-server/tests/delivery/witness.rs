//! What a client's program shows of the things that it was to write, seen where its core meets the
//! world: what it keeps, what it sends, what it is answered.

use chat_proto::error::Retry;
use chat_proto::event::{AnyEvent, Outcome};
use chat_proto::id::{ClientId, EntryId, RoomId};
use chat_proto::place::Mark;
use chat_proto::request::stored::Stored;
use chat_tui::effect::Effect;
use chat_tui::event::{Event, Link};
use chat_tui::state::State;
use chat_tui::state::outbox::{Item, Target, Work};
use chat_tui::storage::Change;
use serde::{Deserialize, Serialize};

use crate::audit::Wanted;

/// One thing that was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// The outbox has it.
    Kept { room: RoomId, client_id: ClientId, wanted: Wanted },
    /// It stood in the outbox when the program started.
    Found { room: RoomId, client_id: ClientId, wanted: Wanted },
    /// It says something else now, before it was sent.
    Changed { client_id: ClientId, wanted: Wanted },
    /// Its request points at this entry.
    PointsAt { client_id: ClientId, target: EntryId },
    /// It was answered with its place.
    Stored { client_id: ClientId, mark: Mark },
    /// It was answered with an error for good.
    Refused { client_id: ClientId },
    /// It was taken back before it was sent.
    Withdrawn { client_id: ClientId },
}

/// What an effect shows, once it is done.
pub fn of_effect(effect: &Effect) -> Option<Told> {
    match effect {
        Effect::Store(_, change) => match &**change {
            Change::Queued(item, _) => {
                let (room, client_id, wanted) = of_item(item)?;
                Some(Told::Kept { room, client_id, wanted })
            }
            Change::Changed(item) => {
                let (_, client_id, wanted) = of_item(item)?;
                Some(Told::Changed { client_id, wanted })
            }
            Change::Withdrawn(client_id) => Some(Told::Withdrawn { client_id: client_id.clone() }),
            _ => None,
        },
        Effect::Emit(emit) => {
            let target: Mark = serde_json::from_value(emit.payload.get("target")?.clone()).ok()?;
            Some(Told::PointsAt { client_id: emit.item.clone()?, target: target.id })
        }
        _ => None,
    }
}

/// What an event shows, before the core has seen it.
pub fn of_event(state: &State, event: &Event) -> Vec<Told> {
    match event {
        Event::Link(number, Link::Wire(AnyEvent::Answer(answer))) if *number == state.link.number => {
            let Some(item) = answer.rid.as_ref().and_then(|rid| state.outbox.sent_as(rid)) else { return Vec::new() };
            let client_id = item.client_id.clone();
            match &answer.outcome {
                Outcome::Ok(value) => match serde_json::from_value::<Stored>(value.clone()) {
                    Ok(Stored { seq, id, .. }) => vec![Told::Stored { client_id, mark: Mark { seq, id } }],
                    Err(_) => Vec::new(),
                },
                Outcome::Error(error) if error.retry == Retry::Never => vec![Told::Refused { client_id }],
                Outcome::Error(_) => Vec::new(),
            }
        }
        Event::Loaded(kept) => {
            let found = kept.outbox.iter().filter_map(of_item);
            found.map(|(room, client_id, wanted)| Told::Found { room, client_id, wanted }).collect()
        }
        _ => Vec::new(),
    }
}

/// What an item wants; `None` for a room's making, which has no room yet.
fn of_item(item: &Item) -> Option<(RoomId, ClientId, Wanted)> {
    let wanted = match &item.work {
        Work::Send { text, .. } => Wanted::Message(text.as_str().to_owned()),
        Work::Edit { target, .. } | Work::Delete { target, .. } | Work::React { target, .. } => Wanted::Amendment(match target {
            Target::Place(place) => Some(place.id.clone()),
            Target::Own(_) => None,
        }),
        Work::Join { .. } => Wanted::Coming,
        Work::Leave { .. }
        | Work::Topic { .. }
        | Work::Create { .. }
        | Work::SendTo { .. }
        | Work::Invite { .. }
        | Work::Remove { .. }
        | Work::Role { .. }
        | Work::Configure { .. }
        | Work::Direct { .. }
        | Work::Friend { .. } => Wanted::Other,
    };
    Some((item.work.room()?.clone(), item.client_id.clone(), wanted))
}
