//! A server that takes little at a time.

use super::example::{Example, Language};
use super::{ROOM, log, start};

/// More than the server takes at once, and more than may be in flight.
const LINES: usize = 12;

#[test]
fn what_is_refused_for_the_moment_goes_again_in_order() {
    for language in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let server = start(dir.path(), "message_burst = 2\nmessages_per_second = 5\nin_flight = 6");
        let mut client = Example::start(language, dir.path(), &server.url(), ROOM);
        client.until_said("connected");
        let lines: Vec<String> = (1..=LINES).map(|number| format!("line {number}")).collect();
        // Some of it is typed while the rest is refused.
        lines.iter().for_each(|line| client.say(line));
        client.until_said("out_of_order");
        let said = client.said();
        let (code, shown) = client.end();
        let wanted: Vec<String> = lines.iter().map(|line| format!("{}: {line}", language.folder())).collect();
        assert_eq!((code, &shown), (Some(0), &wanted), "{language:?}");
        assert_eq!(log(&server), wanted, "{language:?}");
        assert!(said.iter().any(|line| line == "sent again in a moment: slow_down"), "{language:?}: {said:?}");
    }
}

/// A line that is refused for good is told, holds nothing up, and shows in the exit code.
#[test]
fn what_is_refused_for_good_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "");
    for language in Language::ALL {
        let own = dir.path().join(language.folder());
        std::fs::create_dir(&own).unwrap();
        let mut client = Example::start(language, &own, &server.url(), ROOM);
        let before = log(&server);
        client.say("before");
        client.say(&"x".repeat(70_000));
        client.say("after");
        client.until_said("not sent: xxx");
        let (code, _) = client.end();
        assert_eq!(code, Some(1), "{language:?}");
        let said = ["before", "after"].map(|text| format!("{}: {text}", language.folder()));
        assert_eq!(log(&server)[before.len()..], said, "{language:?}");
        assert!(super::example::waiting(&own).is_empty(), "{language:?} keeps what has its answer");
    }
}

/// A room that is not there, a token that is nobody's: one sentence, and what waits stays.
#[test]
fn a_refusal_is_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "");
    for language in Language::ALL {
        let own = dir.path().join(language.folder());
        std::fs::create_dir(&own).unwrap();
        let client = Example::start(language, &own, &server.url(), "nowhere");
        client.until_said("nowhere");
        assert_eq!(client.end(), (Some(1), Vec::new()), "{language:?}");
    }
}
