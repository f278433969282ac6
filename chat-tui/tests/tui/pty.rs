//! A pseudo-terminal with the real program in it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long something may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal, and a program in it.
pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    pub output: Receiver<Vec<u8>>,
    pub screen: vt100::Parser,
    pub raw: Vec<u8>,
    /// It would send an end of file when it is dropped, so it lives as long as the terminal.
    writer: Option<Box<dyn Write + Send>>,
    _home: Rc<TempDir>,
}

impl Terminal {
    pub fn start(term: &str, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat-tui"));
        command.args(arguments);
        Self::run(term, command)
    }

    /// The program with this home.
    pub fn at_home(home: &Rc<TempDir>, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_chat-tui"));
        command.args(arguments);
        Self::run_at(home, "xterm-256color", command)
    }

    pub fn run(term: &str, command: CommandBuilder) -> Self {
        Self::run_at(&Rc::new(tempfile::tempdir().unwrap()), term, command)
    }

    fn run_at(home: &Rc<TempDir>, term: &str, mut command: CommandBuilder) -> Self {
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
            writer: None,
            _home: Rc::clone(home),
        }
    }

    /// Reads until the screen holds this.
    pub fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.screen.screen().contents().contains(text) {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                panic!("{text:?} never came:\n{}", self.screen.screen().contents());
            };
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let master = &self.master;
        let writer = self.writer.get_or_insert_with(|| master.take_writer().unwrap());
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Takes in what comes within this time.
    pub fn read_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while let Ok(bytes) = self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    /// What is on the screen.
    pub fn sees(&self) -> String {
        self.screen.screen().contents()
    }

    /// Kills the program, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end, reads all that is left, and gives the exit code.
    pub fn end(&mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        // Nobody holds the terminal any more, so its end comes when all is read, however busy the machine is.
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
        code
    }

    pub fn is_whole_again(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }
}
