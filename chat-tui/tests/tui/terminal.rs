//! The real program in a real terminal.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    _home: tempfile::TempDir,
}

impl Terminal {
    fn start(term: &str, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat-tui"));
        command.args(arguments);
        Self::run(term, command)
    }

    fn run(term: &str, mut command: CommandBuilder) -> Self {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        command.env("TERM", term);
        command.env("XDG_DATA_HOME", home.path());
        command.env("XDG_CACHE_HOME", home.path());
        for name in ["CHAT_URL", "CHAT_NAME", "CHAT_TOKEN", "NO_COLOR"] {
            command.env_remove(name);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            master: pair.master,
            output,
            screen: vt100::Parser::new(NonZero::new(24).unwrap(), NonZero::new(80).unwrap(), 0),
            raw: vec![],
            _home: home,
        }
    }

    /// Reads until the screen holds this.
    fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.screen.screen().contents().contains(text) {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                panic!("{text:?} never came:\n{}", self.screen.screen().contents());
            };
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    fn write(&self, bytes: &[u8]) {
        // The writer would send an end of file when it is dropped, so it lives as long as the terminal.
        let writer = Box::leak(Box::new(self.master.take_writer().unwrap()));
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Waits for the end, reads all that is left, and gives the exit code.
    fn end(&mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(300)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        code
    }

    fn is_whole_again(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }
}

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
