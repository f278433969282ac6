//! Any set of windows in any interleaving with live entries equals that window of the full fold.

use chat_proto::fold::{Line, Timeline};
use chat_proto::place::Seq;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{Log, Step, epoch, me, schedule};

fn run(steps: &[Step]) -> Timeline {
    let mut timeline = Timeline::new(me(), epoch());
    for step in steps {
        match step {
            Step::Live(entries) => timeline.apply_live(entries),
            Step::Request => timeline.page_requested(),
            Step::Fail => timeline.page_failed(),
            Step::Page(page) => timeline.apply_page(page),
        }
    }
    timeline
}

/// The fold of the whole log, entry by entry.
fn full(log: &Log) -> Timeline {
    let mut timeline = Timeline::new(me(), epoch());
    timeline.apply_page(&log.page(1, 1, 1));
    timeline.apply_live(&log.entries[1..]);
    timeline
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn any_schedule_ends_in_the_same_window(seed in any::<u64>()) {
        let (log, steps) = schedule(seed);
        let (timeline, full) = (run(&steps), full(&log));
        let last = log.entries.len() as Seq;
        prop_assert_eq!(timeline.cursor().map(|cursor| cursor.seq), Some(last));
        prop_assert_eq!(timeline.gap(), None);
        let expected: Vec<&Line> = full.lines().filter(|line| timeline.covered().contains(line.seq)).collect();
        let found: Vec<&Line> = timeline.lines().collect();
        prop_assert_eq!(found, expected);
    }
}

/// One schedule and what must come of it, for the page's fold.
#[derive(Serialize, Deserialize)]
pub struct Fixture {
    me: String,
    epoch: String,
    steps: Vec<Step>,
    lines: Vec<Line>,
    cursor: Seq,
    covered: Vec<(Seq, Seq)>,
}

/// The fixtures that are written to `gen/fold-fixtures.json`.
pub fn fixtures() -> Vec<Fixture> {
    (0..16)
        .map(|seed| {
            let (_, steps) = schedule(seed);
            let timeline = run(&steps);
            Fixture {
                me: me().to_string(),
                epoch: epoch().to_string(),
                lines: timeline.lines().cloned().collect(),
                cursor: timeline.cursor().map_or(0, |cursor| cursor.seq),
                covered: timeline.covered().as_slice().to_vec(),
                steps,
            }
        })
        .collect()
}

#[test]
fn fixtures_survive_the_wire() {
    let text = serde_json::to_string(&fixtures()).unwrap();
    let read: Vec<Fixture> = serde_json::from_str(&text).unwrap();
    for (fixture, again) in fixtures().iter().zip(&read) {
        assert_eq!(run(&again.steps).lines().cloned().collect::<Vec<_>>(), fixture.lines);
    }
}
