//! All examples in one room.

use super::example::{Example, Language};
use super::{ROOM, log, start};

/// What each of them says.
const TEXTS: [&str; 3] = ["hello", "héllo 你好 👋", "*that's* `it`"];

#[test]
fn all_languages_talk_in_one_room() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "");
    let mut clients = Vec::new();
    for language in Language::ALL {
        let own = dir.path().join(language.folder());
        std::fs::create_dir(&own).unwrap();
        let client = Example::start(language, &own, &server.url(), ROOM);
        client.until_said(&format!("connected as {}", language.folder()));
        clients.push(client);
    }
    for text in TEXTS {
        for client in &mut clients {
            client.say(text);
        }
    }
    for client in &clients {
        client.until_shown("everything", |shown| shown.len() == TEXTS.len() * Language::ALL.len());
    }
    let log = log(&server);
    for (language, client) in Language::ALL.into_iter().zip(clients) {
        let own = format!("{}: ", language.folder());
        let said: Vec<&str> = log.iter().filter_map(|line| line.strip_prefix(&own)).collect();
        assert_eq!(said, TEXTS, "{language:?} says each line once, in order");
        let (code, shown) = client.end();
        assert_eq!((code, &shown), (Some(0), &log), "{language:?} shows what stands in the log, once, in order");
    }
    // And each comes back as the same person, who reads it all.
    for language in Language::ALL {
        let client = Example::start(language, &dir.path().join(language.folder()), &server.url(), ROOM);
        client.until_said(&format!("connected as {}", language.folder()));
        assert_eq!(client.end(), (Some(0), log.clone()), "{language:?}");
    }
}
