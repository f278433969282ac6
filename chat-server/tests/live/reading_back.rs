//! A page's reader comes to the beginning of a room, whatever the window's height and whoever talks meanwhile.

use std::sync::Arc;
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

/// A room with so many lines in which somebody goes on talking, and a page whose reader is at its end.
fn busy_room(said: usize, height: u32) -> (Scene, Arc<Browser>, Page, Tool) {
    const PAUSE: Duration = Duration::from_millis(20);
    let scene = Scene::start_fast();
    let sent = scene.shell(&format!("seq {said} | chat-tui send lobby --each-line --name ada")).output().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let browser = Browser::start();
    let page = Page::open(&browser, "reader", &scene.server.url(), WIDTH, height);
    until_there(&page, &said.to_string());
    let mut talking = Tool::start(&mut scene.tool(&["send", "lobby", "--each-line", "--name", "bob"]));
    feed(
        &mut talking,
        (1..).map(|number| {
            std::thread::sleep(PAUSE);
            format!("meanwhile {number}")
        }),
    );
    until_more(&scene, said);
    (scene, browser, page, talking)
}

/// Waits until the room has a good many lines more than that.
fn until_more(scene: &Scene, than: usize) {
    until("somebody talks", || if scene.said("lobby").len() > than + 20 { Ok(()) } else { Err(String::new()) });
}

/// Older lines and new ones come to the two ends of what is shown, often for the same frame.
#[test]
fn whoever_reads_back_in_a_busy_room_skips_nothing() {
    let (_scene, browser, page, _talking) = busy_room(1_500, 1_400);
    read_back(&page, "1");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// The view follows the newest line until its reader goes up, by a key or by the wheel, and never takes that back:
/// neither at once, while the lines at the end are being measured, nor with the next line.
#[test]
fn whoever_goes_up_in_a_busy_room_stays_there() {
    let (scene, browser, page, _talking) = busy_room(300, 900);
    let up: [fn(&Page); 2] = [|page| drop(page.turn("PageUp")), |page| page.wheel(-700)];
    for (turn, go_up) in up.iter().cycle().take(8).enumerate() {
        page.press("Control+End");
        until("the view follows", || {
            let said = scene.said("lobby").len();
            let seen = page.in_view();
            if seen.last().and_then(|line| line.seq) > Some(said as u64) { Ok(()) } else { Err(format!("{said}: {:?}", seen.last())) }
        });
        go_up(&page);
        let seen = page.in_view();
        until_more(&scene, scene.said("lobby").len());
        let later = page.in_view();
        let middle = &seen[seen.len() / 2].text;
        assert!(later.iter().any(|line| line.text == *middle), "{turn}: {middle:?} stood in the middle, and now {later:?}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
