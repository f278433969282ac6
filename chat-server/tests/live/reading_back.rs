//! A page's reader comes to the beginning of a room, whatever the window's height and whoever talks meanwhile.

use std::time::Duration;

use crate::page::{Browser, Page};
use crate::pipe::{Scene, Tool, feed};
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

/// Turns pages upwards to the beginning; each leaves something in view that was there before.
fn read_back(page: &Page, beginning: &str) {
    let mut before = page.turn("Control+End");
    let mut turns = 0;
    until("the reader comes to the beginning", || {
        let seen = page.turn("PageUp");
        let last = seen.last().and_then(|line| line.seq);
        let first = before.first().and_then(|line| line.seq);
        assert!(last >= first, "after {turns} turns: {first:?} stood first, and now {last:?} stands last");
        before = seen;
        turns += 1;
        if before.iter().any(|line| line.text == beginning) { Ok(()) } else { Err(format!("{:?}", before.first())) }
    });
}

fn until_there(page: &Page, newest: &str) {
    until("the newest page is there", || {
        let lines = page.lines();
        if lines.iter().any(|line| line.text == newest) { Ok(()) } else { Err(format!("{:?}", lines.last())) }
    });
}

/// In windows that a page of history fills once, a little more, or several times: the reader stands at the very
/// beginning of what is shown when more comes above, and the list measures its lines right then.
#[test]
fn whoever_reads_back_skips_nothing_in_any_window() {
    const SAID: usize = 450;
    let scene = Scene::start_fast();
    let said = scene.shell(&format!("seq {SAID} | chat-tui send lobby --each-line --name ada")).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let browser = Browser::start();
    let page = Page::open(&browser, "reader", &scene.server.url(), WIDTH, 900);
    for height in [700, 1_700, 2_200, 2_400, 2_600, 4_000] {
        page.resize(WIDTH, height);
        page.reload();
        until_there(&page, &SAID.to_string());
        read_back(&page, "1");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Older lines and new ones come to the two ends of what is shown, often for the same frame.
#[test]
fn whoever_reads_back_in_a_busy_room_skips_nothing() {
    const SAID: usize = 1_500;
    const PAUSE: Duration = Duration::from_millis(20);
    let scene = Scene::start_fast();
    let said = scene.shell(&format!("seq {SAID} | chat-tui send lobby --each-line --name ada")).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let browser = Browser::start();
    let page = Page::open(&browser, "reader", &scene.server.url(), WIDTH, 1_400);
    until_there(&page, &SAID.to_string());
    let mut talking = Tool::start(&mut scene.tool(&["send", "lobby", "--each-line", "--name", "bob"]));
    feed(
        &mut talking,
        (1..).map(|number| {
            std::thread::sleep(PAUSE);
            format!("meanwhile {number}")
        }),
    );
    until("somebody talks", || if scene.said("lobby").len() > SAID + 20 { Ok(()) } else { Err(String::new()) });
    read_back(&page, "1");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
