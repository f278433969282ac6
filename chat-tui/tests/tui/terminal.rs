//! The real program in a real terminal.

use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use crate::pty::Terminal;

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[test]
fn it_draws_and_gives_the_terminal_back_at_its_end() {
    let mut terminal = Terminal::start("xterm-256color", &[NOWHERE, "--name", "ada"]);
    terminal.wait_for("reconnecting in");
    assert!(terminal.screen.screen().alternate_screen());
    terminal.write(b"\x11");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.is_whole_again());
}

#[cfg(unix)]
#[test]
fn it_gives_the_terminal_back_when_it_is_told_to_end() {
    let mut terminal = Terminal::start("xterm-256color", &[NOWHERE, "--name", "ada"]);
    terminal.wait_for("reconnecting in");
    let process = terminal.child.process_id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    assert_eq!(terminal.end(), 143);
    assert!(terminal.is_whole_again());
}

/// This test runs itself once more in a terminal of its own, where it takes that over and panics.
#[test]
fn a_panic_gives_the_terminal_back() {
    const PANICS: &str = "CHAT_TEST_PANICS";
    if std::env::var_os(PANICS).is_some() {
        let _taken = chat_tui::runtime::terminal::Terminal::enter().unwrap();
        panic!("something unforeseen");
    }
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "terminal::a_panic_gives_the_terminal_back", "--nocapture"]);
    command.env(PANICS, "1");
    command.env("RUST_BACKTRACE", "0");
    let mut terminal = Terminal::run("xterm-256color", command);
    assert_eq!(terminal.end(), 101);
    let raw = String::from_utf8_lossy(&terminal.raw);
    let taken = raw.find("\x1b[?1049h").expect("it was taken over");
    let given_back = raw.find("\x1b[?1049l").expect("it was given back");
    let told = raw.find("something unforeseen").expect("what happened is told");
    assert!(taken < given_back && given_back < told, "on the screen that was there before:\n{raw}");
    assert!(terminal.is_whole_again());
}

#[cfg(unix)]
#[test]
fn it_ends_with_its_terminal() {
    let mut terminal = Terminal::start("xterm-256color", &[NOWHERE, "--name", "ada"]);
    terminal.wait_for("reconnecting in");
    // The window is closed: no signal but the system's own, and nobody to read from.
    let Terminal { mut child, master, output, .. } = terminal;
    drop(output);
    drop(master);
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    panic!("it goes on without a terminal");
}

#[test]
fn it_asks_for_a_name() {
    let mut terminal = Terminal::start("xterm-256color", &[NOWHERE]);
    terminal.wait_for("Your name");
    terminal.write(b"ada\r");
    terminal.wait_for("reconnecting in");
    terminal.child.kill().unwrap();
    terminal.end();
}

#[test]
fn a_dumb_terminal_gets_one_clear_sentence() {
    let mut terminal = Terminal::start("dumb", &[NOWHERE, "--name", "ada"]);
    assert_eq!(terminal.end(), 1);
    let said = terminal.screen.screen().contents();
    assert!(said.replace('\n', "").contains("This terminal (TERM=dumb) cannot be drawn on."), "{said}");
    assert!(!terminal.raw.contains(&0x1b));
}

#[test]
fn without_a_terminal_it_says_so() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chat-tui")).arg(NOWHERE).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}
