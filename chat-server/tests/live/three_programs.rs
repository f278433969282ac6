//! What the three programs promise together.

use std::sync::Barrier;

use crate::page::{Line, Page};
use crate::suite::{Conversation, Suite};
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
    let mut suite = Suite::start();
    let conversation = Conversation('b');
    let half = LINES / 2;
    talk(&suite, &conversation, 1..half + 1);
    // Some of them are answered by now, and some are still on their way.
    until("a page has some answers", || {
        let answered = conversation.answered(suite.desk.lines());
        if answered.len() >= 3 { Ok(()) } else { Err(format!("{answered:?}")) }
    });
    suite.server.kill();
    let answered = conversation.answered(suite.desk.lines());
    until("all three say that the line is lost", || {
        let (desk, phone) = (suite.desk.state(), suite.phone.state());
        let lost = desk != "connected" && phone != "connected" && !suite.tty_is("connected");
        if lost { Ok(()) } else { Err(format!("{desk}, {phone}\n{}", suite.tty.text())) }
    });
    // They go on writing: the lines wait in the outboxes.
    talk(&suite, &conversation, half + 1..LINES + 1);
    suite.server.start_again();
    suite.until_connected();
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
    let suite = Suite::start();
    let desk_shows = |what: &str, wanted: &dyn Fn(&Line) -> bool| page_shows(&suite.desk, what, wanted);
    let phone_shows = |what: &str, wanted: &dyn Fn(&Line) -> bool| page_shows(&suite.phone, what, wanted);
    let tty_shows = |what: &str, words: &str| {
        until(what, || if suite.tty.text().contains(words) { Ok(()) } else { Err(suite.tty.text()) });
    };

    suite.desk.say("a first word");
    tty_shows("the terminal shows the message", "a first word");
    phone_shows("the phone shows the message", &|line| line.text == "a first word" && line.seq.is_some());

    suite.phone.type_only("thinking");
    tty_shows("the terminal shows who is typing", "phone is typing");
    until("the page shows who is typing", || {
        let typing = suite.desk.typing();
        if typing.contains("phone is typing") { Ok(()) } else { Err(typing) }
    });

    suite.desk.say("/edit a second word");
    tty_shows("the terminal shows the edit", "a second word");
    phone_shows("the phone shows the edit", &|line| line.text.contains("a second word") && line.whole.contains("edited"));

    suite.tty.say("/react 👍");
    desk_shows("the page shows the terminal's reaction", &|line| line.reactions.contains(&"👍 1".to_owned()));
    phone_shows("the phone shows the terminal's reaction", &|line| line.reactions.contains(&"👍 1".to_owned()));
    suite.phone.say("/react 👍");
    tty_shows("the terminal shows two people's reaction", "👍 2");
    suite.pictures("words");
}

fn page_shows(page: &Page, what: &str, wanted: &dyn Fn(&Line) -> bool) {
    until(what, || {
        let lines = page.lines();
        if lines.iter().any(wanted) { Ok(()) } else { Err(format!("{lines:#?}")) }
    });
}
