//! Clients and the server, killed while two hundred lines of each are on their way.

use std::path::{Path, PathBuf};

use super::example::{Example, Language, waiting};
use super::{ROOM, log, start};
use crate::server::Server;
use crate::wait::until;

const LINES: usize = 200;

/// One client over its lives.
struct Author {
    language: Language,
    dir: PathBuf,
    client: Option<Example>,
}

impl Author {
    fn new(language: Language, dir: &Path) -> Self {
        let dir = dir.join(language.folder());
        std::fs::create_dir(&dir).unwrap();
        Self { language, dir, client: None }
    }

    /// Starts it, and gives it the lines that none of its lives has taken.
    fn start(&mut self, server: &Server) {
        let taken = self.taken(server);
        let mut client = Example::start(self.language, &self.dir, &server.url(), ROOM);
        (taken + 1..=LINES).for_each(|number| client.say(&line(number)));
        self.client = Some(client);
    }

    /// The number of the last line that it took: it is stored, or waits in its outbox.
    fn taken(&self, server: &Server) -> usize {
        let waits = waiting(&self.dir);
        let waits = waits.iter().map(|item| item["text"].as_str().unwrap());
        let log = log(server);
        let stored = log.iter().filter_map(|line| line.strip_prefix(self.language.folder())?.strip_prefix(": "));
        waits.chain(stored).map(|text| text.strip_prefix("line ").unwrap().parse().unwrap()).max().unwrap_or(0)
    }

    fn until_shown(&self, count: usize) {
        let own = format!("{}: ", self.language.folder());
        let client = self.client.as_ref().unwrap();
        client
            .until_shown(&format!("{count} lines of its own"), |shown| shown.iter().filter(|line| line.starts_with(&own)).count() >= count);
    }

    /// Kills it once it has shown so many of its lines, while others are still to come.
    fn kill(&mut self, count: usize, server: &Server) {
        self.until_shown(count);
        self.client.take().unwrap().kill();
        let own = format!("{}: ", self.language.folder());
        let stored = log(server).iter().filter(|line| line.starts_with(&own)).count();
        assert!(stored < LINES, "{:?} was killed when all was sent", self.language);
    }
}

fn line(number: usize) -> String {
    format!("line {number}")
}

#[test]
fn killed_clients_and_a_killed_server_lose_and_double_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // Slow enough that all of it happens in the middle.
    let server = start(dir.path(), "message_burst = 20\nmessages_per_second = 25\nin_flight = 16\npage_lines = 30");
    let mut authors = Language::ALL.map(|language| Author::new(language, dir.path()));
    let all = LINES * authors.len();
    std::thread::scope(|scope| {
        for author in &mut authors {
            let server = &server;
            scope.spawn(move || {
                author.start(server);
                for count in [40, 80, 120] {
                    author.kill(count, server);
                    author.start(server);
                }
            });
        }
        for count in [all / 4, all / 2] {
            until(&format!("{count} lines are stored"), || match log(&server).len() {
                stored if stored >= count => Ok(()),
                stored => Err(stored.to_string()),
            });
            server.kill();
            assert!(log(&server).len() < all, "the server was killed when all was sent");
            server.start_again();
        }
    });
    let ends = authors.map(|mut author| (author.language, author.client.take().unwrap().end()));
    let log = log(&server);
    assert_eq!(log.len(), all);
    for (language, (code, shown)) in ends {
        let own = format!("{}: ", language.folder());
        let said: Vec<&str> = log.iter().filter_map(|line| line.strip_prefix(&own)).collect();
        assert_eq!(said, (1..=LINES).map(line).collect::<Vec<_>>(), "each line of {language:?} stands there once, in order");
        assert_eq!(code, Some(0), "{language:?}");
        assert_eq!(shown, log[..shown.len()], "{language:?} shows what stands in the log, once, in order");
        assert_eq!(shown.iter().filter(|line| line.starts_with(&own)).count(), LINES, "{language:?} shows all that it said");
    }
}

/// What one of them leaves in its outbox another one takes up, in whatever language, as the same person.
#[test]
fn each_language_takes_up_what_another_left() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), "message_burst = 5\nmessages_per_second = 10");
    let own = dir.path().join("relay");
    std::fs::create_dir(&own).unwrap();
    let begin = |language| Example::start_as("ada", language, &own, &server.url(), ROOM);
    let lines: Vec<String> = (1..=60).map(|number| format!("ada: {}", line(number))).collect();
    let mut client = begin(Language::ALL[0]);
    (1..=lines.len()).for_each(|number| client.say(&line(number)));
    until("it has taken all of them", || match log(&server).len() + waiting(&own).len() {
        taken if taken >= lines.len() => Ok(()),
        taken => Err(taken.to_string()),
    });
    for (left, next) in Language::ALL.into_iter().zip(&Language::ALL[1..]) {
        client.kill();
        let waits = waiting(&own).len();
        assert!(waits > 0, "{left:?} leaves nothing to {next:?}");
        client = begin(*next);
        client.until_shown("some of what was left", |shown| shown.len() > lines.len() - waits + 5);
    }
    assert_eq!(client.end(), (Some(0), lines.clone()));
    assert_eq!(log(&server), lines);
}
