//! What a run came to, as Markdown.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::Plan;
use crate::audit::{Damage, Kind};
use crate::verdict::Judged;

pub struct Report<'a> {
    pub plan: &'a Plan,
    pub seed: u64,
    pub drained: Duration,
    pub took: Duration,
    pub judged: Judged,
    pub faults: BTreeMap<&'static str, u32>,
    pub damage: &'a [Damage],
}

impl Report<'_> {
    fn found(&self, kinds: &[Kind]) -> usize {
        self.damage.iter().filter(|damage| kinds.contains(&damage.kind)).count()
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Judged { entries, kept, acknowledged, refused, views, visits } = self.judged;
        writeln!(f, "| what | how many |\n| --- | ---: |")?;
        let rows: [(&str, String); 14] = [
            ("minutes of faults", self.plan.minutes.to_string()),
            ("seed", self.seed.to_string()),
            ("things that an outbox kept or a screen showed as said", kept.to_string()),
            ("of them acknowledged to a fast client", acknowledged.to_string()),
            ("refused for good", refused.to_string()),
            ("entries in the logs at the end", entries.to_string()),
            ("seconds until all outboxes were empty", format!("{:.1}", self.drained.as_secs_f64())),
            ("rooms read from end to beginning, by all clients", views.to_string()),
            ("places jumped to", visits.to_string()),
            ("**lost**", self.found(&[Kind::Lost, Kind::NotDrained]).to_string()),
            ("**doubled**", self.found(&[Kind::Doubled]).to_string()),
            ("**misplaced**", self.found(&[Kind::Misplaced, Kind::WrongTarget, Kind::BrokenLog]).to_string()),
            ("**phantom**", self.found(&[Kind::Phantom, Kind::Unrefused]).to_string()),
            ("**wrong on a screen**", self.found(&[Kind::WrongView]).to_string()),
        ];
        for (what, how_many) in rows {
            writeln!(f, "| {what} | {how_many} |")?;
        }
        writeln!(f, "\n| fault | times |\n| --- | ---: |")?;
        for (fault, times) in &self.faults {
            writeln!(f, "| {fault} | {times} |")?;
        }
        writeln!(f, "\nAll in all {} s.", self.took.as_secs())
    }
}
