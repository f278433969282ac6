//! A server gets its owner, a private room its people: from the first start to a conversation of two.

use chat_proto::words::{self, fill};

use crate::page::{Browser, Page};
use crate::server::Server;
use crate::suite::pictures_dir;
use crate::terminal::Terminal;
use crate::wait::until;

/// Waits until the terminal shows that.
fn tty_shows(tty: &Terminal, text: &str) {
    until(text, || if tty.text().contains(text) { Ok(()) } else { Err(tty.text()) });
}

/// Waits until a line of the page is that.
fn page_shows(page: &Page, text: &str) {
    until(text, || if page.lines().iter().any(|line| line.text == text) { Ok(()) } else { Err(format!("{:?}", page.lines())) });
}

fn page_is_in(page: &Page, room: &str) {
    until(room, || if page.header().starts_with(room) { Ok(()) } else { Err(page.text()) });
}

/// The join code that stands in a text.
fn code_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == '/' || c == ',' || c == ':');
    words
        .map(|word| word.trim_end_matches('.'))
        .find(|word| chat_proto::name::JoinCode::parse(*word).is_ok() && word.contains('-'))
        .map(str::to_owned)
}

#[test]
fn an_owner_invites_by_a_code_removes_again_and_is_talked_with() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let tty = Terminal::start(dir.path(), &server.url(), "ada", 110, 40);
    tty_shows(&tty, "connected");
    let browser = Browser::start();
    let bob = Page::open(&browser, "bob", &server.url(), 1_200, 900);

    // The first account says the code that the server printed.
    tty.say("/register ada");
    for prompt in [fill(words::PASSWORD_PROMPT, &[("name", "ada")]), words::PASSWORD_AGAIN.to_owned()] {
        tty_shows(&tty, prompt.trim());
        tty.press("correct horse battery\r");
    }
    tty_shows(&tty, &fill(words::SIGNED_IN, &[("name", "ada")]));
    // It comes back as the account first.
    tty_shows(&tty, "connected");
    let log = server.log();
    let printed = log.lines().find(|line| line.contains("/claim")).and_then(code_in).unwrap_or_else(|| panic!("no code in {log}"));
    tty.say(&format!("/claim {printed}"));
    tty_shows(&tty, words::CLAIMED);

    // A private room: nobody finds it, until there is a code.
    tty.say("/private plans what we are up to");
    tty_shows(&tty, "#plans");
    bob.say("/join plans");
    until("the page says that there is no such room", || {
        if bob.text().contains("There is no room #plans") { Ok(()) } else { Err(bob.text()) }
    });
    tty.say("/invite");
    let code = until("the terminal shows a join code", || code_in(&tty.text()).filter(|code| *code != printed).ok_or_else(|| tty.text()));
    bob.say(&format!("/accept {}", code.to_lowercase()));
    page_is_in(&bob, "#plans");
    tty.say("welcome among us");
    page_shows(&bob, "welcome among us");
    bob.say("glad to be here");
    tty_shows(&tty, "glad to be here");

    // Removed, the page is back in the lobby and hears nothing more.
    tty.say("/kick bob");
    tty_shows(&tty, &fill(words::CONFIRM_KICK, &[("user", "bob"), ("room", "plans")]));
    tty.press("y");
    page_is_in(&bob, "#lobby");
    tty.say("now among ourselves");
    tty_shows(&tty, "now among ourselves");

    // But they can talk.
    bob.say("/msg ada was it something I said?");
    page_shows(&bob, "was it something I said?");
    until("the terminal lists the conversation", || {
        let rows = tty.rows();
        let heading = rows.iter().position(|row| row.contains(words::CONVERSATIONS)).ok_or_else(|| tty.text())?;
        // In the list of rooms alone: a line of the timeline beside it may have a name and a figure as well.
        let mut listed = rows[heading..].iter().filter_map(|row| row.split('│').next());
        if listed.any(|row| row.contains("bob") && row.contains('1')) { Ok(()) } else { Err(tty.text()) }
    });
    tty.press("\x1ba");
    tty_shows(&tty, "was it something I said?");
    tty.say("not at all");
    page_shows(&bob, "not at all");
    assert!(!bob.text().contains("now among ourselves"));
    bob.picture(&pictures_dir().join("rooms-page.png"));
    tty.picture(&pictures_dir().join("rooms-terminal.svg"));
    assert_eq!(browser.complaints(), Vec::<String>::new(), "the page's console has errors");
}
