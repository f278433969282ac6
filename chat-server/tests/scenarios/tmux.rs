//! The real terminal client in tmux, side by side with others, to be watched.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use chat_tui::play::scenario::{Actor, Deed, Line};
use chat_tui::play::stage::{Pace, Player, command};

use crate::keys;
use crate::stage::client;
use crate::tty::line;

/// How long a client may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// A tmux server of our own. Dropped, it is killed.
pub struct Tmux {
    socket: String,
    size: (u16, u16),
    panes: Mutex<Vec<String>>,
    /// Where each client's process id stands.
    pids: Mutex<Vec<PathBuf>>,
}

impl Tmux {
    pub fn new(columns: u16, rows: u16) -> Self {
        // scripts/demo names it, so that it can end it when it is interrupted.
        let socket = std::env::var("DEMO_SOCKET").unwrap_or_else(|_| format!("chat-demo-{}", std::process::id()));
        Self { socket, size: (columns, rows), panes: Mutex::default(), pids: Mutex::default() }
    }

    /// How it is called.
    pub fn socket(&self) -> &str {
        &self.socket
    }

    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.socket, "-f", "/dev/null"]).args(arguments);
        let output = command.output().map_err(|error| format!("tmux cannot be run: {error}. Without it, say --terminals pty."))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned());
        }
        Err(format!("tmux {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
    }

    /// Opens a pane with that command; tells how it is called.
    fn open(&self, command: &str) -> Result<String, String> {
        let mut panes = self.panes.lock().unwrap();
        let pane = if panes.is_empty() {
            let (columns, rows) = (self.size.0.to_string(), self.size.1.to_string());
            // The status line takes one row.
            self.run(&[
                "new-session",
                "-d",
                "-s",
                "demo",
                "-x",
                &columns,
                "-y",
                &rows,
                "-P",
                "-F",
                "#{pane_id}",
                command,
                ";",
                "set",
                "status",
                "off",
                ";",
                "set",
                "-g",
                "remain-on-exit",
                "on",
            ])?
        } else {
            self.run(&["split-window", "-h", "-t", "demo", "-P", "-F", "#{pane_id}", command])?
        };
        panes.push(pane.clone());
        self.run(&["select-layout", "-t", "demo", "even-horizontal"])?;
        Ok(pane)
    }

    fn tells(&self, pane: &str, format: &str) -> Result<String, String> {
        self.run(&["display-message", "-p", "-t", pane, format])
    }

    /// Closes all terminals, as when the window is closed; every client must end by itself.
    pub fn close(&self) -> Result<(), String> {
        let panes = std::mem::take(&mut *self.panes.lock().unwrap());
        let pids = std::mem::take(&mut *self.pids.lock().unwrap());
        let running: Vec<String> = pids.iter().filter_map(|path| read(path)).collect();
        if panes.is_empty() {
            return Ok(());
        }
        self.run(&["kill-server"])?;
        let deadline = Instant::now() + PATIENCE;
        running.iter().try_for_each(|pid| {
            while is_running(pid) {
                if Instant::now() >= deadline {
                    Command::new("kill").args(["-KILL", pid]).status().ok();
                    return Err("A terminal client did not end with its terminal, and was killed.".to_owned());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        })
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// A word that a shell has written; `None` before it has.
fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok().filter(|text| text.ends_with('\n')).map(|text| text.trim().to_owned())
}

/// Whether that process runs; one that has ended and is not yet waited for does not.
fn is_running(pid: &str) -> bool {
    let told = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    told.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

pub struct TmuxTerminal {
    tmux: std::sync::Arc<Tmux>,
    pane: String,
    command: String,
    /// Where the client's exit code stands, once it has ended.
    status: PathBuf,
}

impl TmuxTerminal {
    pub fn enter(tmux: std::sync::Arc<Tmux>, actor: &Actor, url: &str, dir: &Path) -> Result<Self, String> {
        let mut words = vec!["env".to_owned()];
        for (name, below) in [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            words.push(format!("{name}={}", dir.join(below).display()));
        }
        let client = client().display().to_string();
        words.extend([client, "--url".into(), url.into(), "--name".into(), actor.name.clone(), "--room".into(), actor.room.clone()]);
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        // tmux does not always tell how a program has ended, so that a shell writes it down.
        let (pid, status) = (dir.join("pid"), dir.join("status"));
        let client = format!("echo $$ >{}; exec {}", pid.display(), quoted.join(" "));
        let command = format!("sh -c '{}'; echo $? >{}", client.replace('\'', "'\\''"), status.display());
        tmux.pids.lock().unwrap().push(pid);
        let pane = tmux.open(&command)?;
        Ok(Self { tmux, pane, command, status })
    }

    fn send(&self, text: &str) -> Result<(), String> {
        let bytes: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut arguments = vec!["send-keys", "-t", &self.pane, "-H"];
        arguments.extend(bytes.iter().map(String::as_str));
        self.tmux.run(&arguments).map(drop)
    }

    fn write(&self, text: &str, pace: Pace) -> Result<(), String> {
        let pieces: Vec<String> = if pace == Pace::FAST { vec![text.to_owned()] } else { text.chars().map(String::from).collect() };
        for piece in pieces {
            for (index, line) in piece.split('\n').enumerate() {
                if index > 0 {
                    self.send("\x1b\r")?;
                }
                if !line.is_empty() {
                    self.tmux.run(&["send-keys", "-t", &self.pane, "-l", "--", line])?;
                }
            }
            pace.rest();
        }
        Ok(())
    }

    fn rows(&self) -> Result<Vec<String>, String> {
        Ok(self.tmux.run(&["capture-pane", "-p", "-t", &self.pane])?.lines().map(|row| row.trim_end().to_owned()).collect())
    }

    /// Waits until the client has ended; tells its exit code.
    fn until_ended(&self) -> Result<String, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = read(&self.status).filter(|_| self.is_gone() == Ok(true)) {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                return Err("The terminal client did not end.".to_owned());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_gone(&self) -> Result<bool, String> {
        Ok(self.tmux.tells(&self.pane, "#{pane_dead}")? == "1")
    }
}

impl Player for TmuxTerminal {
    fn act(&mut self, deed: &Deed, pace: Pace) -> Result<(), String> {
        if let Some(line) = command(deed) {
            self.write(&line, pace)?;
            return self.send("\r");
        }
        match deed {
            Deed::Connect if !self.is_gone()? => Err("It is there already.".to_owned()),
            Deed::Connect => {
                std::fs::remove_file(&self.status).ok();
                self.tmux.run(&["respawn-pane", "-t", &self.pane, &self.command]).map(drop)
            }
            Deed::Disconnect => {
                // What stands in the composer is no part of the command.
                self.send("\x15")?;
                self.write("/quit", Pace::FAST)?;
                self.send("\r")?;
                match self.until_ended()?.as_str() {
                    "0" => Ok(()),
                    status => Err(format!("The terminal client ended with {status}.")),
                }
            }
            Deed::Type(text) => self.write(text, pace),
            Deed::Press(pressed) => pressed.iter().try_for_each(|key| self.send(&keys::bytes(*key))),
            _ => Err("A terminal cannot do that.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        let told = |row: &String| row.chars().any(|c| !c.is_whitespace() && c != '│');
        Ok(self.rows()?.into_iter().filter(told).collect::<Vec<_>>().join("\n"))
    }

    fn line(&mut self) -> Result<Line, String> {
        Ok(line(&self.rows()?))
    }

    fn picture(&mut self, _stem: &Path) -> Result<PathBuf, String> {
        Err("Pictures are taken in terminals of our own.".to_owned())
    }

    fn cast(&mut self) -> Option<String> {
        None
    }

    /// It goes when its terminal is closed.
    fn leave(&mut self) -> Result<(), String> {
        Ok(())
    }
}
