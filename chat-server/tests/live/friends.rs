//! Two friends, one at a terminal and one in a page, and a stranger in another page: what friends say to
//! friends the stranger never sees.

use chat_proto::words::{self, fill};

use crate::page::{Browser, Page};
use crate::server::Server;
use crate::suite::pictures_dir;
use crate::terminal::Terminal;
use crate::wait::until;

const PASSWORD: &str = "correct horse battery";

/// Waits until the terminal shows that.
fn tty_shows(tty: &Terminal, text: &str) {
    until(text, || if tty.text().contains(text) { Ok(()) } else { Err(tty.text()) });
}

/// Waits until the page shows that.
fn page_shows(page: &Page, text: &str) {
    until(text, || if page.text().contains(text) { Ok(()) } else { Err(page.text()) });
}

#[test]
fn what_friends_say_is_seen_in_both_clients_and_by_no_stranger() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let ada = Terminal::start(dir.path(), &server.url(), "ada", 110, 40);
    tty_shows(&ada, "connected");
    ada.say("/register ada");
    for prompt in [fill(words::PASSWORD_PROMPT, &[("name", "ada")]), words::PASSWORD_AGAIN.to_owned()] {
        tty_shows(&ada, prompt.trim());
        ada.press(&format!("{PASSWORD}\r"));
    }
    tty_shows(&ada, &fill(words::SIGNED_IN, &[("name", "ada")]));

    let browser = Browser::start();
    let bob = Page::open(&browser, "bob", &server.url(), 1_200, 900);
    bob.register("bob", PASSWORD);
    page_shows(&bob, &fill(words::SIGNED_IN, &[("name", "bob")]));
    let carol = Page::open(&browser, "carol", &server.url(), 1_200, 900);

    // One asks, the other says yes.
    ada.say("/friend bob");
    page_shows(&bob, words::INBOX);
    bob.say("/friend accept ada");
    page_shows(&bob, words::FRIENDS);
    tty_shows(&ada, words::FRIENDS);
    ada.say("/friends");
    bob.say("/friends");
    tty_shows(&ada, words::WRITE_TO_FRIENDS);
    until("the page is among friends", || if bob.header().contains(words::FRIENDS) { Ok(()) } else { Err(bob.text()) });

    // What both say stands on both screens, in one order.
    ada.say("only for friends");
    page_shows(&bob, "only for friends");
    bob.say("and so is this");
    tty_shows(&ada, "and so is this");
    ada.say("now as before");
    page_shows(&bob, "now as before");
    let on_terminal = |tty: &Terminal| {
        let (rows, said) = (tty.rows(), ["only for friends", "and so is this", "now as before"]);
        said.map(|text| rows.iter().position(|row| row.contains(text)))
    };
    let places = on_terminal(&ada);
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} of\n{}", ada.text());
    let lines: Vec<String> = bob.lines().into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["only for friends", "and so is this", "now as before"]);
    bob.picture(&pictures_dir().join("friends-page.png"));
    ada.picture(&pictures_dir().join("friends-terminal.svg"));

    // The end of it ends what is read from then on.
    bob.say("/friend remove ada");
    page_shows(&bob, &fill(words::CONFIRM_UNFRIEND, &[("user", "ada")]));
    bob.press_there("y");
    until("only the own line is left", || {
        let lines: Vec<String> = bob.lines().into_iter().map(|line| line.text).collect();
        if lines == ["and so is this"] { Ok(()) } else { Err(format!("{lines:?}")) }
    });
    ada.say("are you still there?");
    tty_shows(&ada, "are you still there?");
    // What comes to all comes after what came to nobody.
    ada.say("/join lobby");
    tty_shows(&ada, "Write to #lobby");
    ada.say("hello everybody");
    bob.say("/join lobby");
    for page in [&bob, &carol] {
        page_shows(page, "hello everybody");
        let seen = page.text();
        assert!(!seen.contains("are you still there?"), "{seen}");
    }
    let seen = carol.text();
    assert!(!seen.contains("only for friends") && !seen.contains("and so is this"), "{seen}");
    assert_eq!(browser.complaints(), Vec::<String>::new(), "the page's console has errors");
}
