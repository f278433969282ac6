//! A page's reader comes to the beginning of a room, whatever the window's height.

use crate::page::{Browser, Page};
use crate::server::Server;
use crate::wait::until;

/// As many lines as a page of history holds at most, and some more.
const LINES: usize = 110;
const PAGE: usize = 100;
const WIDTH: u32 = 1_200;
/// All lines stand in a window so tall.
const TALL: u32 = 9_000;

fn text(number: usize) -> String {
    format!("line-{number:03}")
}

/// What the newest page of history needs may be about what the window has: then there is nothing to
/// scroll, or too little to be away from the bottom.
#[test]
fn what_the_newest_page_just_fills_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let browser = Browser::start();
    let page = Page::open(&browser, "ada", &server.url(), WIDTH, TALL);
    for number in 1..=LINES {
        page.say(&text(number));
    }
    let first_is_shown = |what: &str| {
        until(what, || {
            let lines = page.lines();
            let sent = lines.iter().all(|line| line.seq.is_some());
            if sent && lines.iter().any(|line| line.text == text(1)) { Ok(()) } else { Err(format!("{:?}", lines.first())) }
        });
    };
    first_is_shown("all lines stand in the tall window");
    let (log, newest_page) = page.heights(&text(LINES - PAGE + 1));
    let just = newest_page + (TALL - log);
    for more in (0..12).map(|step| step * 10) {
        page.resize(WIDTH, just - 60 + more);
        page.reload();
        until("the newest page is there", || {
            let lines = page.lines();
            if lines.iter().any(|line| line.text == text(LINES)) { Ok(()) } else { Err(format!("{lines:?}")) }
        });
        page.press("PageUp");
        page.press("PageUp");
        first_is_shown(&format!("the first line in a window {} px higher than its newest page, less 60", more));
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
