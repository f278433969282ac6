//! A program posts to its webhook: what it says is seen in a terminal and in a page, marked as a bot's.

use std::io::{Read, Write};
use std::net::TcpStream;

use chat_proto::words;

use crate::page::{Browser, Page};
use crate::server::Server;
use crate::suite::pictures_dir;
use crate::terminal::Terminal;
use crate::wait::until;

/// Posts JSON, and tells the answer.
fn post(server: &Server, path: &str, body: &str) -> String {
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let (length, end) = (body.len(), "Connection: close\r\n\r\n");
    let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{end}");
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_a_program_posts_is_seen_in_both_clients_with_its_marker() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path());
    let tty = Terminal::start(dir.path(), &server.url(), "ada", 110, 40);
    let browser = Browser::start();
    let page = Page::open(&browser, "bob", &server.url(), 1_200, 900);
    until("the terminal is connected", || if tty.text().contains("connected") { Ok(()) } else { Err(tty.text()) });

    let hook = server.make_hook("builds", "lobby");
    let answer = post(&server, &hook, r#"{"text": "the **build** is green"}"#);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""ok""#), "{answer}");
    let is_marked = |text: &str| text.contains("builds") && text.contains(words::BOT) && text.contains("the build is green");
    until("the terminal shows it", || if tty.rows().iter().any(|row| is_marked(row)) { Ok(()) } else { Err(tty.text()) });
    until("the page shows it", || {
        let lines = page.lines();
        if lines.iter().any(|line| is_marked(&line.whole)) { Ok(()) } else { Err(format!("{lines:?}")) }
    });
    page.picture(&pictures_dir().join("bots-page.png"));
    tty.picture(&pictures_dir().join("bots-terminal.svg"));

    // People are none.
    page.say("thank you");
    let thanked = |text: &str| text.contains("bob") && text.contains("thank you");
    until("the terminal shows the answer", || if tty.rows().iter().any(|row| thanked(row)) { Ok(()) } else { Err(tty.text()) });
    let rows = tty.rows();
    let row = rows.iter().find(|row| thanked(row)).unwrap();
    assert!(!row.split_whitespace().any(|word| word == words::BOT), "{row}");
    assert_eq!(browser.complaints(), Vec::<String>::new(), "the page's console has errors");
}
