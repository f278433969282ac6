//! What the three programs promise together.

use std::sync::Barrier;

use chat_proto::words;

use crate::page::{Line, Page};
use crate::server::Server;
use crate::suite::{Conversation, Suite};
use crate::terminal::Terminal;
use crate::wait::until;

const LINES: usize = 20;
const SPEAKERS: [&str; 3] = ["desk", "phone", "tty"];

/// Lets all three speak at the same moment.
fn talk(suite: &Suite, conversation: &Conversation, numbers: std::ops::Range<usize>) {
    let start = Barrier::new(SPEAKERS.len());
    std::thread::scope(|scope| {
        for speaker in SPEAKERS {
            let (start, numbers) = (&start, numbers.clone());
            scope.spawn(move || {
                start.wait();
                for number in numbers {
                    let line = conversation.line(speaker, number);
                    match speaker {
                        "desk" => suite.desk.say(&line),
                        "phone" => suite.phone.say(&line),
                        _ => suite.tty.say(&line),
                    }
                }
            });
        }
    });
}

/// Each speaker's lines stand in the order in which they were said.
fn assert_own_order(lines: &[Line]) {
    for speaker in SPEAKERS {
        let own: Vec<&str> = lines.iter().map(|line| line.text.as_str()).filter(|text| text.starts_with(speaker)).collect();
        assert!(own.len() == LINES && own.is_sorted(), "{own:?}");
    }
}

#[test]
fn sixty_lines_stand_in_one_order_on_three_screens() {
    let suite = Suite::start();
    let conversation = Conversation('a');
    talk(&suite, &conversation, 1..LINES + 1);
    let lines = suite.until_all_show(&conversation, SPEAKERS.len() * LINES);
    assert_own_order(&lines);
    assert!(lines.windows(2).all(|two| two[0].seq < two[1].seq), "{lines:?}");
    suite.pictures("talk");
    suite.finish();
}

#[test]
fn a_killed_server_loses_nothing_and_doubles_nothing() {
    let rounds = if std::env::var_os("CHAT_TEST_FULL").is_some() { 8 } else { 1 };
    for _ in 0..rounds {
        kill_in_the_middle();
    }
}

fn kill_in_the_middle() {
    let suite = Suite::start();
    let conversation = Conversation('b');
    std::thread::scope(|scope| {
        scope.spawn(|| talk(&suite, &conversation, 1..LINES - 4));
        // Some of them are answered by now, some are on their way, some are not said yet.
        until("a page has some answers", || {
            let answered = conversation.answered(suite.desk.lines());
            if answered.len() >= 3 { Ok(()) } else { Err(format!("{answered:?}")) }
        });
        suite.server.kill();
    });
    let answered = conversation.answered(suite.desk.lines());
    until("all three say that the line is lost", || {
        let (desk, phone) = (suite.desk.state(), suite.phone.state());
        let lost = desk != "connected" && phone != "connected" && !suite.tty_is("connected");
        if lost { Ok(()) } else { Err(format!("{desk}, {phone}\n{}", suite.tty.text())) }
    });
    // They go on writing: the lines wait in the outboxes.
    talk(&suite, &conversation, LINES - 4..LINES + 1);
    suite.server.start_again();
    suite.until_connected();
    suite.until_all_are_here();
    let lines = suite.until_all_show(&conversation, SPEAKERS.len() * LINES);
    assert_own_order(&lines);
    for before in answered {
        assert!(lines.iter().any(|line| line.seq == before.seq && line.text == before.text), "{before:?} was answered, and is gone");
    }
    suite.pictures("back");
    suite.finish();
}

#[test]
fn what_one_does_the_others_see() {
    let suite = Suite::start_as(["ada", "bob", "carol"]);
    let (ada, bob, carol) = (&suite.desk, &suite.phone, &suite.tty);
    let carol_sees = |what: &str, words: &str| {
        until(what, || if carol.text().contains(words) { Ok(()) } else { Err(carol.text()) });
    };
    suite.until_all_are_here();

    // What is said, with Markdown, wide letters and emoji.
    ada.say("the bulid is green again");
    carol_sees("carol has ada's message", "the bulid is green again");
    page_shows(bob, "bob has ada's message", &|line| line.text == "the bulid is green again" && line.seq.is_some());
    carol.say("and so is the coffee ☕ 咖啡");
    page_shows(bob, "bob has carol's message", &|line| line.text == "and so is the coffee ☕ 咖啡");

    // Who types.
    bob.type_only("deploying");
    carol_sees("carol sees who is typing", "bob is typing");
    until("ada sees who is typing", || {
        let typing = ada.typing();
        if typing.contains("bob is typing") { Ok(()) } else { Err(typing) }
    });
    bob.say("deploying `v1.4` now");
    carol_sees("carol has bob's message", "now");
    until("nobody is typing any more", || {
        let typing = ada.typing();
        if typing.is_empty() && !carol.text().contains("is typing") { Ok(()) } else { Err(format!("{typing}\n{}", carol.text())) }
    });

    // An edit, reactions, a deletion.
    ada.say("/edit the build is green again");
    carol_sees("carol sees the edit", "the build is green again (edited)");
    page_shows(bob, "bob sees the edit", &|line| line.text.contains("the build is green") && line.whole.contains("edited"));
    carol.say("/react 🎉");
    page_shows(ada, "ada sees carol's reaction", &|line| line.reactions.contains(&"🎉 1".to_owned()));
    ada.say("/react 🎉");
    carol_sees("carol sees two people's reaction", "🎉 2");
    page_shows(bob, "bob sees two people's reaction", &|line| line.reactions.contains(&"🎉 2".to_owned()));

    // An answer with its quote, and lines with code in them.
    bob.say("/reply nice, **thank you**");
    carol_sees("carol sees what bob answers", "↳ ");
    page_shows(ada, "ada sees what bob answers", &|line| line.text == "nice, thank you" && line.whole.contains("↳"));
    carol.say("it says:\x1b\r```\x1b\rlistening on http://127.0.0.1:3000\x1b\r```");
    let code = |line: &Line| line.text.starts_with("it says:") && line.text.contains("listening on") && !line.text.contains('`');
    page_shows(ada, "ada has carol's code", &code);
    page_shows(bob, "bob has carol's code", &code);
    suite.pictures("room");
    carol.say("not meant to be said");
    page_shows(ada, "ada has what was not meant to be said", &|line| line.text == "not meant to be said");
    page_shows(bob, "bob has what was not meant to be said", &|line| line.text == "not meant to be said");
    carol.say("/delete");
    carol_sees("carol is asked", "cannot be brought back");
    carol.press("y");
    let gone = |line: &Line| line.whole.contains(words::MESSAGE_DELETED);
    page_shows(ada, "ada sees that the message is gone", &gone);
    page_shows(bob, "bob sees that the message is gone", &gone);
    carol_sees("carol sees that the message is gone", words::MESSAGE_DELETED);
    for (name, text) in [("ada", all_text(ada)), ("bob", all_text(bob)), ("carol", carol.text())] {
        assert!(!text.contains("not meant to be said"), "{name} still has the deleted text:\n{text}");
    }

    // Who is away.
    carol.say("/away");
    until("ada sees that carol is away", || {
        let people = ada.presence();
        let away = |one: &String| one.contains("carol") && one.ends_with(" away");
        if people.iter().any(away) { Ok(()) } else { Err(people.join("\n")) }
    });
    suite.finish();
}

#[test]
fn guests_come_back_as_the_same_people() {
    let mut suite = Suite::start_as(["ada", "bob", "carol"]);
    suite.until_all_are_here();
    suite.desk.say("said before");
    page_shows(&suite.phone, "bob has ada's message", &|line| line.text == "said before");

    suite.desk.reload();
    suite.restart_tty("carol");
    suite.until_connected();
    // Nobody is there a second time, and nobody is called `ada 2`.
    suite.until_all_are_here();
    let mut people: Vec<String> = suite.desk.presence().iter().map(|one| one.replace(['●', ' '], "")).collect();
    people.sort();
    assert_eq!(people, ["adaguestonline", "bobguestonline", "carolguestonline"]);
    page_shows(&suite.desk, "ada still has her message", &|line| line.text == "said before");
    until("carol still has ada's message", || if suite.tty.text().contains("said before") { Ok(()) } else { Err(suite.tty.text()) });

    // Only its author may edit it: ada is still its author.
    suite.desk.say("/edit said before, and changed after");
    page_shows(&suite.phone, "bob sees the edit", &|line| line.text.contains("changed after"));
    suite.finish();
}

#[test]
fn a_client_ends_with_its_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    // Often, since what is to be ruled out is a race between the signal and the end of the input.
    for _ in 0..10 {
        let terminal = Terminal::start(dir.path(), &server.url(), "dora", 80, 24);
        until("the client is connected", || if terminal.text().contains(" connected") { Ok(()) } else { Err(terminal.text()) });
        terminal.close();
    }
}

fn all_text(page: &Page) -> String {
    page.lines().into_iter().map(|line| line.whole + "\n").collect()
}

fn page_shows(page: &Page, what: &str, wanted: &dyn Fn(&Line) -> bool) {
    until(what, || {
        let lines = page.lines();
        if lines.iter().any(wanted) { Ok(()) } else { Err(format!("{lines:#?}")) }
    });
}
