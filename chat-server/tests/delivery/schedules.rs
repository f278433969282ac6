//! Thousands of schedules, on every run of the tests.

use std::collections::{BTreeMap, BTreeSet};

use chat_proto::id::ClientId;
use rstest::rstest;

use crate::audit::{Kind, out_of_order};
use crate::simulation::{Report, run};
use crate::switches::{Rule, Switches};

/// How many schedules are run, `CHAT_SCHEDULES` of them if that is set.
fn schedules() -> u64 {
    std::env::var("CHAT_SCHEDULES").ok().map_or(2_000, |count| count.parse().expect("CHAT_SCHEDULES is a number"))
}

/// The seed of a failure is printed; `CHAT_SEED` runs that schedule alone.
fn seeds() -> Vec<u64> {
    match std::env::var("CHAT_SEED") {
        Ok(seed) => vec![seed.parse().expect("CHAT_SEED is a number")],
        Err(_) => (1..=schedules()).collect(),
    }
}

/// Runs schedules on all cores; tells what each came to.
fn run_all(seeds: &[u64], switches: Switches) -> Vec<(u64, Report)> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..cores)
            .map(|core| {
                let mine: Vec<u64> = seeds.iter().copied().skip(core).step_by(cores).collect();
                scope.spawn(move || mine.into_iter().map(|seed| (seed, run(seed, switches))).collect::<Vec<_>>())
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

#[test]
fn nothing_is_lost_nothing_doubled_and_the_order_is_one() {
    let reports = run_all(&seeds(), Switches::default());
    let mut happened: BTreeMap<&str, usize> = BTreeMap::new();
    let kept: usize = reports.iter().map(|(_, report)| report.kept).sum();
    for (_, report) in &reports {
        for (what, count) in &report.happened {
            *happened.entry(what).or_default() += count;
        }
    }
    println!("{} schedules, {kept} things written; {happened:?}", reports.len());
    let damaged: Vec<_> = reports.iter().filter(|(_, report)| !report.damage.is_empty()).collect();
    let shown = damaged.iter().take(10).map(|(seed, report)| {
        let damage: Vec<String> = report.damage.iter().take(5).map(ToString::to_string).collect();
        format!("CHAT_SEED={seed}:\n  {}", damage.join("\n  "))
    });
    assert!(damaged.is_empty(), "{} of {} schedules did damage\n{}", damaged.len(), reports.len(), shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_was_kept_again_stands_between_its_two_places() {
    let ids: Vec<ClientId> = ["a", "b", "c", "again"].iter().map(|id| ClientId::parse(*id).unwrap()).collect();
    let [a, b, c, again] = &ids[..] else { unreachable!() };
    // It was kept between the first and the second, set aside, and kept again behind the second.
    let of = |seqs: [u64; 4]| {
        let [first, second, third, its] = seqs;
        out_of_order(&[(first, a), (its, again), (second, b), (its, again), (third, c)]).len()
    };
    for right in [[1, 3, 4, 2], [1, 2, 4, 3]] {
        assert_eq!(of(right), 0, "{right:?}");
    }
    for wrong in [[2, 3, 4, 1], [1, 2, 3, 4], [1, 3, 2, 2], [2, 1, 4, 3]] {
        assert_eq!(of(wrong), 1, "{wrong:?}");
    }
}

/// With a rule off, so many schedules must be enough for the judge to find what then breaks.
#[rstest]
fn without(#[values(Rule::Idempotency, Rule::After, Rule::GapDetection, Rule::Amendments, Rule::Outbox)] rule: Rule) {
    let seeds: Vec<u64> = (1..=200).collect();
    let reports = run_all(&seeds, Switches { off: Some(rule) });
    let found: BTreeSet<Kind> = reports.into_iter().flat_map(|(_, report)| report.damage).map(|damage| damage.kind).collect();
    assert!(found.contains(&rule.damage()), "{found:?}");
}
