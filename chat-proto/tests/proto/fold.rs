//! Any set of windows in any interleaving with live entries equals that window of the full fold.

use chat_proto::entry::{Body, Content, Message, React};
use chat_proto::fold::{Line, Timeline};
use chat_proto::place::Seq;
use chat_proto::text::Emoji;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{Dice, Log, Step, epoch, me, schedule};

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Kept at any moment of any schedule, in as many lines as one likes, and taken up again: the
    /// same lines, and the same ones still after whatever comes then.
    #[test]
    fn what_is_kept_goes_on_as_if_nothing_had_happened(seed in any::<u64>(), share in 0.0..1.0, most in 1_usize..40) {
        let (log, steps) = schedule(seed);
        let mut before = run(&steps[..1 + (share * steps.len() as f64) as usize]);
        let Some(snapshot) = before.snapshot(most) else { return Ok(()) };
        let text = serde_json::to_string(&snapshot).unwrap();
        let mut after = Timeline::restore(me(), serde_json::from_str(&text).unwrap()).unwrap();
        prop_assert_eq!(after.cursor(), before.cursor());
        prop_assert_eq!(after.checkpoint(), before.cursor_place());
        let (from, to) = before.live_window().unwrap();
        let mut newest: Vec<&Line> = before.lines_in(from..=to).rev().take(most).collect();
        newest.reverse();
        prop_assert_eq!(after.lines().collect::<Vec<_>>(), newest);
        after.confirmed();
        prop_assert_eq!(after.snapshot(most), Some(snapshot));

        let last = log.entries.len() as Seq;
        let cursor = after.cursor().unwrap().seq;
        let mut dice = Dice::new(seed ^ 1);
        let mut at = cursor.saturating_sub(dice.below(5));
        while at < last {
            let to = (at + 1 + dice.below(9)).min(last);
            let page = (dice.percent(40) && to > cursor).then(|| log.page(at + 1, to, last));
            for timeline in [&mut before, &mut after] {
                match &page {
                    Some(page) => timeline.apply_page(page),
                    None => timeline.apply_live(&log.entries[at as usize..to as usize]),
                }
            }
            at = to;
        }
        // An older page, too, comes to both.
        let page = log.page(1, 1 + dice.below(last), last);
        before.apply_page(&page);
        after.apply_page(&page);
        prop_assert_eq!(after.cursor().map(|cursor| cursor.seq), Some(last));
        let expected: Vec<&Line> = before.lines().filter(|line| after.covered().contains(line.seq)).collect();
        prop_assert_eq!(after.lines().collect::<Vec<_>>(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// The connection breaks at any moment of any schedule, an older copy of the log is put back and goes on
    /// otherwise. Where the client's checkpoint stands in it, too, nothing is shown that is not in it.
    #[test]
    fn a_copy_that_was_put_back_is_shown_as_it_goes_on(seed in any::<u64>(), share in 0.0..1.0) {
        let (log, steps) = schedule(seed);
        let mut timeline = run(&steps[..1 + (share * steps.len() as f64) as usize]);
        let dice = &mut Dice::new(seed ^ 2);
        // Mostly just behind the cursor: there a page may have told of what is not in the copy.
        let length = log.entries.len() as Seq;
        let cursor = timeline.cursor().filter(|_| dice.percent(80)).map(|cursor| cursor.seq + dice.below(3));
        let copied = cursor.unwrap_or(1 + dice.below(length)).min(length);
        let longer = copied + dice.below(20);
        let log = log.copied_back(dice, copied as usize, longer as usize);
        let last = log.entries.len() as Seq;
        timeline.reconnected();
        let vouched = timeline.checkpoint().is_some_and(|place| log.entries.iter().any(|entry| entry.mark().at(&epoch()) == place));
        if vouched {
            timeline.confirmed();
        } else {
            timeline = Timeline::new(me(), epoch());
            timeline.apply_page(&log.page(1, 1, 1));
        }
        let mut at = timeline.cursor().unwrap().seq;
        while at < last {
            let to = (at + 1 + dice.below(9)).min(last);
            if dice.percent(40) {
                timeline.apply_page(&log.page(at + 1, to, to + dice.below(last - to + 1)));
            } else {
                timeline.apply_live(&log.entries[at as usize..to as usize]);
            }
            at = to;
        }
        prop_assert_eq!(timeline.cursor().map(|cursor| cursor.seq), Some(last));
        let full = full(&log);
        let expected: Vec<&Line> = full.lines().filter(|line| timeline.covered().contains(line.seq)).collect();
        prop_assert_eq!(timeline.lines().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn what_was_never_kept_is_not_taken_up() {
    let (_, steps) = schedule(7);
    let kept = serde_json::to_value(run(&steps).snapshot(300).unwrap()).unwrap();
    for (field, wrong) in [("from", 0_u64), ("from", 1 << 60), ("from", kept["cursor"]["seq"].as_u64().unwrap())] {
        let mut changed = kept.clone();
        changed[field] = wrong.into();
        assert!(Timeline::restore(me(), serde_json::from_value(changed).unwrap()).is_none(), "{field}: {wrong}");
    }
    let mut changed = kept;
    changed["cursor"]["seq"] = (1_u64 << 60).into();
    assert!(Timeline::restore(me(), serde_json::from_value(changed).unwrap()).is_none());
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
    /// Whether another connection drops the lines after the first step, after the second…
    dropped: Vec<bool>,
}

/// The fixtures that are written to `gen/fold-fixtures.json`.
pub fn fixtures() -> Vec<Fixture> {
    let chosen = [a_page_that_speaks_for_its_head(), an_older_page_after_a_newer_one().1];
    let steps = (0..16).map(|seed| schedule(seed).1).chain(chosen);
    steps
        .map(|steps| {
            let timeline = run(&steps);
            Fixture {
                me: me().to_string(),
                epoch: epoch().to_string(),
                lines: timeline.lines().cloned().collect(),
                cursor: timeline.cursor().map_or(0, |cursor| cursor.seq),
                covered: timeline.covered().as_slice().to_vec(),
                dropped: (1..=steps.len()).map(|so_many| run(&steps[..so_many]).reconnected()).collect(),
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

#[test]
fn an_empty_page_beyond_the_head_changes_nothing() {
    let (log, _) = schedule(3);
    let mut timeline = full(&log);
    let before = timeline.snapshot(300);
    assert!(before.is_some());
    timeline.page_requested();
    timeline.apply_page(&log.page(5_000, 4_999, log.entries.len() as Seq));
    assert_eq!(timeline.snapshot(300), before);
    assert!(!timeline.reconnected(), "nothing is dropped for it");
}

fn message(text: &str) -> Body {
    Body::Message(Message { content: Content::text(text.to_owned()), mentions: Vec::new(), reply_to: None })
}

fn page(log: &Log, from: Seq, to: Seq, head: Seq) -> Step {
    Step::Page(Box::new(log.page(from, to, head)))
}

/// A page, one that was cut when the log was longer than what it covers, and the rest.
fn a_page_that_speaks_for_its_head() -> Vec<Step> {
    let log = Log::of([message("one"), message("two"), message("three")]);
    vec![page(&log, 1, 1, 1), page(&log, 2, 2, 3), Step::Live(log.entries[2..].to_vec())]
}

#[test]
fn only_a_cursor_there_vouches_for_what_a_page_says_of_its_head() {
    let steps = a_page_that_speaks_for_its_head();
    // That nobody has reacted to either, and that the first was not edited, is so at the third.
    for (so_many, vouched) in [(1, true), (2, false), (3, true)] {
        let mut timeline = run(&steps[..so_many]);
        assert_eq!(timeline.snapshot(300).is_some(), vouched, "after {so_many}");
        assert_eq!(!timeline.reconnected(), vouched, "after {so_many}");
    }
}

/// Of two pages under way the newer one comes first, and tells of a reaction to a line that the older one brings.
fn an_older_page_after_a_newer_one() -> (Log, Vec<Step>) {
    let one = Log::of([message("one")]).entries[0].mark();
    let react = React { target: one, emoji: Emoji::parse("👍").unwrap(), on: true, count: 1 };
    let log = Log::of([message("one"), message("two"), Body::React(react)]);
    let steps = vec![page(&log, 2, 2, 2), Step::Request, Step::Request, page(&log, 3, 3, 3), page(&log, 1, 1, 2)];
    (log, steps)
}

#[test]
fn an_older_page_brings_a_line_with_what_a_newer_one_told_of_it() {
    let (log, steps) = an_older_page_after_a_newer_one();
    assert_eq!(run(&steps).lines().collect::<Vec<_>>(), full(&log).lines().collect::<Vec<_>>());
}
