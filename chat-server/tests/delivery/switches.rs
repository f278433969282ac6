//! Rules of delivery that a test can switch off, to see that the judge finds what then breaks. They
//! sit between the programs, which know nothing of them.

use chat_proto::entry::Entry;
use chat_proto::event::{AnyEvent, Entries, Outcome};
use chat_tui::state::State;

use crate::audit::Kind;

/// A rule of delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Rule {
    /// A repeat of a client id gets the first result.
    Idempotency,
    /// A request waits for the one before it in its outbox.
    After,
    /// A client sees that entries are missing between two that came live.
    GapDetection,
    /// A page tells the edits, deletions and reactions that stand in its range.
    Amendments,
    /// What was said and not answered outlives the client.
    Outbox,
}

impl Rule {
    /// What the judge must find where it does not hold.
    pub fn damage(self) -> Kind {
        match self {
            Self::Idempotency => Kind::Doubled,
            Self::After => Kind::Misplaced,
            Self::GapDetection | Self::Amendments => Kind::WrongView,
            Self::Outbox => Kind::Lost,
        }
    }
}

/// Which rules hold: all, or all but one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Switches {
    pub off: Option<Rule>,
}

impl Switches {
    pub fn hold(&self, rule: Rule) -> bool {
        self.off != Some(rule)
    }

    /// An event as it reaches a client.
    pub fn event(&self, state: Option<&State>, event: AnyEvent) -> AnyEvent {
        match self.off {
            Some(Rule::Amendments) => without_amendments(event),
            Some(Rule::GapDetection) => blind_to_gaps(state, event),
            _ => event,
        }
    }
}

fn without_amendments(event: AnyEvent) -> AnyEvent {
    let AnyEvent::Answer(mut answer) = event else { return event };
    if let Outcome::Ok(value) = &mut answer.outcome
        && let Some(page) = value.as_object_mut()
    {
        for field in ["amendments", "reactions"] {
            if let Some(told) = page.get_mut(field) {
                *told = serde_json::json!([]);
            }
        }
    }
    AnyEvent::Answer(answer)
}

/// Without gap detection, entries that are missing seem to be there: nothing of them is seen.
fn blind_to_gaps(state: Option<&State>, event: AnyEvent) -> AnyEvent {
    let AnyEvent::Entries(frame) = event else { return event };
    let cursor = state.and_then(|state| state.rooms.get(&frame.room)?.timeline.cursor().map(|cursor| cursor.seq));
    let (Some(cursor), Some(first)) = (cursor, frame.entries.first().cloned()) else { return AnyEvent::Entries(frame) };
    let nothing = |seq: u64| {
        let mut fields = serde_json::to_value(&first).unwrap();
        fields["seq"] = seq.into();
        fields["kind"] = "nothing".into();
        serde_json::from_value::<Entry>(fields).unwrap()
    };
    let entries = (cursor + 1..first.seq).map(nothing).chain(frame.entries.clone()).collect();
    AnyEvent::Entries(Box::new(Entries { entries, ..*frame }))
}
