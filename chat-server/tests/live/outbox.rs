//! What was said in a page outlives the page: a reload, a crash, and the closing of its tab.

use std::sync::Arc;

use chat_proto::words::{self, fill};

use crate::page::{Browser, Line, Page};
use crate::server::Server;
use crate::wait::until;

const LINES: usize = 5;

/// A server, a browser, and one person's page in it.
struct Scene {
    page: Page,
    browser: Arc<Browser>,
    server: Server,
    _dir: tempfile::TempDir,
}

impl Scene {
    /// From this machine's own address, plain HTTP, a browser gives a page less than from the loopback.
    fn open(url: impl Fn(&Server) -> String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path());
        let browser = Browser::start();
        let page = Page::open(&browser, "ada", &url(&server), 1200, 900);
        Self { page, browser, server, _dir: dir }
    }

    /// The server goes away, and the page notices.
    fn lose_the_server(&self, pages: &[&Page]) {
        self.server.kill();
        for page in pages {
            until("the page says that the line is lost", || match page.state() {
                state if state == "connected" => Err(state),
                _ => Ok(()),
            });
        }
    }

    fn finish(self) {
        assert_eq!(self.browser.strangers(), Vec::<String>::new(), "a page asked another host");
        assert_eq!(self.browser.complaints(), Vec::<String>::new(), "a page's console has errors");
    }
}

fn line(number: usize) -> String {
    format!("waits-{number}")
}

fn say_some(page: &Page) {
    for number in 0..LINES {
        page.say(&line(number));
    }
    until("the lines wait", || {
        let lines = page.lines();
        if lines.iter().filter(|line| line.seq.is_none()).count() == LINES { Ok(()) } else { Err(format!("{lines:#?}")) }
    });
}

/// Waits until exactly these stand in the page's log, answered, in this order.
fn until_said(page: &Page, wanted: &[String]) {
    until("all of it is said, once and in order", || {
        let ours = |line: &Line| wanted.contains(&line.text);
        let lines: Vec<Line> = page.lines().into_iter().filter(ours).collect();
        let texts: Vec<&String> = lines.iter().map(|line| &line.text).collect();
        let answered = lines.iter().all(|line| line.seq.is_some());
        if answered && texts.iter().copied().eq(wanted) { Ok(()) } else { Err(format!("{lines:#?}")) }
    });
}

/// Lines are said while the server is away, then the page goes; the next one sends them.
fn survive(gone: impl FnOnce(&Page)) {
    let scene = Scene::open(Server::url);
    scene.lose_the_server(&[&scene.page]);
    say_some(&scene.page);
    scene.page.type_only("half a li");
    gone(&scene.page);
    scene.server.start_again();
    let next = scene.page.open_beside("ada again", &scene.server.url());
    let wanted: Vec<String> = (0..LINES).map(line).collect();
    until_said(&next, &wanted);
    until("the draft stands there", || match next.draft() {
        draft if draft == "half a li" => Ok(()),
        draft => Err(draft),
    });
    // A page that comes later finds nothing left to send.
    next.reload();
    until_said(&next, &wanted);
    scene.finish();
}

#[test]
fn what_waits_survives_a_crash_of_its_page() {
    survive(Page::die);
}

#[test]
fn what_waits_survives_the_closing_of_its_tab() {
    survive(Page::close);
}

#[test]
fn what_waits_and_the_draft_survive_a_reload() {
    let scene = Scene::open(Server::url_from_afar);
    let page = &scene.page;
    page.type_only("not said yet");
    page.reload();
    until("the draft stands there", || if page.draft() == "not said yet" { Ok(()) } else { Err(page.draft()) });
    // The page goes in the middle of the conversation, whatever is on its way.
    let wanted: Vec<String> = (0..4 * LINES).map(line).collect();
    for (number, text) in wanted.iter().enumerate() {
        page.say(text);
        if number % LINES == LINES - 1 {
            page.reload();
        }
    }
    until_said(page, &wanted);
    scene.finish();
}

#[test]
fn what_waits_of_somebody_else_is_offered_and_not_sent() {
    let scene = Scene::open(Server::url_from_afar);
    let page = &scene.page;
    scene.lose_the_server(&[page]);
    say_some(page);
    page.type_only("/logout");
    page.press("Enter");
    page.give_name("bob");
    scene.server.start_again();
    let offer = fill(words::STRANDED_HERE, &[("count", &LINES.to_string()), ("name", "ada")]);
    until("bob is told what of ada's waits here", || if page.text().contains(&offer) { Ok(()) } else { Err(page.text()) });
    // Also after a reload, and still nothing of it is said.
    page.reload();
    until("it is offered again", || if page.text().contains(&offer) { Ok(()) } else { Err(page.text()) });
    page.say("of bob");
    shows(page, "bob's line is answered", &|line| line.text == "of bob" && line.seq.is_some());
    assert!(page.lines().iter().all(|line| !line.text.starts_with("waits")), "{:#?}", page.lines());
    page.click(words::DISCARD);
    let asked = fill(words::CONFIRM_DISCARD, &[("count", &LINES.to_string()), ("name", "ada")]);
    until("bob is asked", || if page.dialog().contains(&asked) { Ok(()) } else { Err(page.dialog()) });
    page.press_there("y");
    until("it is thrown away", || if page.text().contains(&offer) { Err(page.text()) } else { Ok(()) });
    // The page shows that at once; a reload is quicker than the browser.
    until("the browser keeps nothing of it", || if page.kept().contains("waits") { Err(page.kept()) } else { Ok(()) });
    page.reload();
    shows(page, "bob's line stands there", &|line| line.text == "of bob");
    assert!(!page.text().contains(&offer), "{}", page.text());
    scene.finish();
}

fn two_pages_are_one_person(url: impl Fn(&Server) -> String) {
    let scene = Scene::open(&url);
    let one = &scene.page;
    let other = one.open_beside("ada too", &url(&scene.server));
    scene.lose_the_server(&[one, &other]);
    let wanted: Vec<String> = (0..2 * LINES).map(line).collect();
    for (number, text) in wanted.iter().enumerate() {
        if number % 2 == 0 { one.say(text) } else { other.say(text) }
    }
    for page in [one, &other] {
        until("both show all that waits, in the order in which it was said", || {
            let lines: Vec<String> = page.lines().into_iter().map(|line| line.text).filter(|text| wanted.contains(text)).collect();
            if lines == wanted { Ok(()) } else { Err(format!("{lines:?}")) }
        });
    }
    // What one of them leaves behind, the other sends.
    one.close();
    scene.server.start_again();
    until_said(&other, &wanted);
    let third = other.open_beside("ada three", &url(&scene.server));
    until_said(&third, &wanted);

    // Both agree on what becomes of a line.
    third.say("/edit better");
    shows(&other, "the other page has the edit", &|line| line.text == "better");
    other.say("/delete");
    until("the other page is asked", || if other.dialog().contains(words::CONFIRM_DELETE) { Ok(()) } else { Err(other.dialog()) });
    other.press_there("y");
    for page in [&other, &third] {
        shows(page, "both know that it is gone", &|line| line.whole.contains(words::MESSAGE_DELETED));
    }
    scene.finish();
}

fn shows(page: &Page, what: &str, wanted: &dyn Fn(&Line) -> bool) {
    until(what, || {
        let lines = page.lines();
        if lines.iter().any(wanted) { Ok(()) } else { Err(format!("{lines:#?}")) }
    });
}

#[test]
fn two_pages_by_loopback_share_one_outbox() {
    two_pages_are_one_person(Server::url);
}

#[test]
fn two_pages_by_the_machines_own_address_share_one_outbox() {
    two_pages_are_one_person(Server::url_from_afar);
}
