//! The real terminal client in a pseudo-terminal, with a screen that can be read.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use chat_tui::play::cast::Cast;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::wait::until;

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Mutex<Option<Box<dyn MasterPty + Send>>>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Reads what the client draws, until it is told to stop.
    reader: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

/// How a client is started.
pub struct Spec<'a> {
    /// Where it keeps everything.
    pub dir: &'a Path,
    pub url: &'a str,
    pub name: &'a str,
    /// The room that it opens first.
    pub room: &'a str,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Where all is recorded that it draws.
    pub cast: Option<Arc<Mutex<Cast>>>,
}

impl Terminal {
    /// Starts the client with everything that it keeps under `dir`.
    pub fn start(dir: &Path, url: &str, name: &str, columns: u16, rows: u16) -> Self {
        Self::start_as(&Spec { dir, url, name, room: "lobby", size: (columns, rows), cast: None })
    }

    /// The same with all that can be said of it.
    pub fn start_as(spec: &Spec) -> Self {
        let Spec { dir, url, name, room, size: (columns, rows), cast } = spec;
        let (columns, rows, cast) = (*columns, *rows, cast.clone());
        let pty_size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(pty_size).unwrap();
        let mut command = CommandBuilder::new(client());
        command.args(["--url", url, "--name", name, "--room", room]);
        command.env_clear();
        for name in ["PATH", "LANG", "TZ"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        for (name, value) in [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            command.env(name, dir.join(value));
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.cwd(dir);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(columns), 0)));
        let stop = Arc::new(AtomicBool::new(false));
        let (drawn, answers, told) = (screen.clone(), keyboard.clone(), stop.clone());
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 65_536];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                drawn.lock().unwrap().process(&bytes[..length]);
                if let Some(cast) = &cast {
                    cast.lock().unwrap().shows(&bytes[..length]);
                }
                answer(&bytes[..length], &answers);
                if told.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        Self { child, master: Mutex::new(Some(pair.master)), keyboard, screen, reader: Some(reader), stop }
    }

    /// Presses keys, as bytes that a terminal sends.
    pub fn press(&self, keys: &str) {
        self.keyboard.lock().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line and sends it.
    pub fn say(&self, text: &str) {
        self.press(&format!("{text}\r"));
    }

    /// The rows of the screen.
    pub fn rows(&self) -> Vec<String> {
        let parser = self.screen.lock().unwrap();
        let (_, columns) = parser.screen().size();
        parser.screen().rows(0, columns.get()).collect()
    }

    /// What is on the screen, without its empty rows.
    pub fn text(&self) -> String {
        let told = |row: &String| row.chars().any(|c| !c.is_whitespace() && c != '│');
        self.rows().into_iter().filter(told).collect::<Vec<_>>().join("\n")
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.screen.lock().unwrap().set_size(size(rows), size(columns));
        self.master.lock().unwrap().as_ref().unwrap().resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Writes the screen as an SVG.
    pub fn picture(&self, path: &Path) {
        std::fs::write(path, crate::picture::svg(self.screen.lock().unwrap().screen())).unwrap();
    }
}

impl Terminal {
    /// Quits by command; the program must end well and leave the terminal as it found it.
    pub fn quit(&mut self) {
        self.say("/quit");
        until("the terminal client has ended", || match self.child.try_wait().unwrap() {
            Some(status) if status.success() => Ok(()),
            Some(status) => panic!("the terminal client ended with {status}:\n{}", self.text()),
            None => Err(self.text()),
        });
        until("the terminal is whole again", || {
            let parser = self.screen.lock().unwrap();
            let screen = parser.screen();
            if screen.alternate_screen() || screen.hide_cursor() || screen.bracketed_paste() { Err(screen.contents()) } else { Ok(()) }
        });
    }
}

impl Terminal {
    /// Kills the client without a word (SIGKILL).
    #[allow(dead_code, reason = "tests/chaos does it")]
    pub fn kill(mut self) {
        let pid = self.child.process_id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?)).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        self.child.wait().unwrap();
    }

    /// Closes the terminal, as when its window is closed; the program must end by itself.
    pub fn close(mut self) {
        // The reader has an end of it too, and sees that it shall stop when it is drawn again.
        self.stop.store(true, Ordering::Relaxed);
        self.press("x");
        self.reader.take().unwrap().join().unwrap();
        *self.keyboard.lock().unwrap() = Box::new(std::io::sink());
        *self.master.lock().unwrap() = None;
        until("the client has ended with its terminal", || match self.child.try_wait().unwrap() {
            Some(_) => Ok(()),
            None => Err("it still runs".to_owned()),
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers what a program asks its terminal: what it is, where the cursor is, which ground it has.
fn answer(output: &[u8], keyboard: &Mutex<Box<dyn Write + Send>>) {
    let asks = |question: &[u8]| output.windows(question.len()).any(|window| window == question);
    let mut keyboard = keyboard.lock().unwrap();
    for (question, answer) in [
        (&b"\x1b]11;?"[..], &b"\x1b]11;rgb:1212/1414/1a1a\x1b\\"[..]),
        (b"\x1b[?u", b"\x1b[?0u"),
        (b"\x1b[6n", b"\x1b[1;1R"),
        (b"\x1b[c", b"\x1b[?62;22c"),
    ] {
        if asks(question) {
            let _ = keyboard.write_all(answer);
        }
    }
}

fn size(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

/// The client, built beside the server.
pub fn client() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_chat-server")).with_file_name("chat-tui");
    assert!(path.is_file(), "{} is missing: run `cargo build --workspace --all-targets` first, as scripts/test does.", path.display());
    path
}
