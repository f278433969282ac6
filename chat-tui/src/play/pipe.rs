//! The terminal client as a tool in the shell: this very program, as a child.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::scenario::{Actor, Deed, Line, Run};
use super::stage::{Pace, Player};

/// How often it is looked whether a command has ended.
const LOOK: Duration = Duration::from_millis(10);

/// Somebody at a shell.
pub struct Pipe {
    name: String,
    url: String,
    dir: PathBuf,
    program: PathBuf,
    /// All that the commands have printed.
    printed: Arc<Mutex<String>>,
    /// What goes on while the scenario does.
    background: Vec<Child>,
}

impl Pipe {
    /// Somebody at a shell, whose program that is and who keeps all in that directory.
    #[must_use]
    pub fn enter(actor: &Actor, url: &str, dir: PathBuf, program: PathBuf) -> Self {
        Self { name: actor.name.clone(), url: url.to_owned(), dir, program, printed: Arc::default(), background: Vec::new() }
    }

    fn run(&mut self, run: &Run) -> Result<(), String> {
        let mut child = self.command(run).spawn().map_err(|error| format!("{} cannot be run: {error}.", self.program.display()))?;
        let own: Arc<Mutex<String>> = Arc::default();
        let mut readers: Vec<JoinHandle<()>> = Vec::new();
        readers.extend(child.stdout.take().map(|output| self.read(output, own.clone())));
        readers.extend(child.stderr.take().map(|output| self.read(output, own.clone())));
        if let Some(mut input) = child.stdin.take() {
            let text = run.input.clone();
            // A command that reads slowly, or nothing, is waited for below.
            std::thread::spawn(move || input.write_all(text.as_bytes()).ok());
        }
        if run.background {
            self.background.push(child);
            return Ok(());
        }
        let status = until_ended(&mut child, run.within)?;
        readers.into_iter().for_each(|reader| drop(reader.join()));
        let printed = own.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if status.code() != Some(run.exits) {
            return Err(format!("It ended with {}, not with {}. It printed:\n{printed}", ended(status), run.exits));
        }
        match &run.prints {
            Some(wanted) if !printed.contains(wanted.as_str()) => Err(format!("{wanted:?} is not in what it printed:\n{printed}")),
            _ => Ok(()),
        }
    }

    fn command(&self, run: &Run) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&run.arguments).args(["--url", &self.url, "--name", &self.name]);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHAT_")) {
            command.env_remove(name);
        }
        for (name, below) in [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            command.env(name, self.dir.join(below));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Reads what a command prints.
    fn read(&self, mut output: impl Read + Send + 'static, own: Arc<Mutex<String>>) -> JoinHandle<()> {
        let all = self.printed.clone();
        std::thread::spawn(move || {
            let (mut bytes, mut rest) = ([0; 8_192], Vec::new());
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                rest.extend_from_slice(&bytes[..length]);
                let whole = std::str::from_utf8(&rest).map_or_else(|error| error.valid_up_to(), str::len);
                // What is no text at all is told as such; a letter that is cut in two is waited for.
                let whole = if rest.len() - whole > 3 { rest.len() } else { whole };
                let text = String::from_utf8_lossy(&rest[..whole]).into_owned();
                rest.drain(..whole);
                for kept in [&all, &own] {
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
                }
            }
        })
    }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| code.to_string())
}

/// Waits until a command ends by itself; one that does not is killed.
fn until_ended(child: &mut Child, within: Duration) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + within;
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => return Ok(status),
            None if Instant::now() >= deadline => {
                child.kill().and_then(|()| child.wait()).ok();
                return Err(format!("It had not ended after {:.1} s.", within.as_secs_f64()));
            }
            None => std::thread::sleep(LOOK),
        }
    }
}

impl Player for Pipe {
    fn act(&mut self, deed: &Deed, _pace: Pace) -> Result<(), String> {
        match deed {
            Deed::Run(run) => self.run(run),
            _ => Err("A tool in the shell can only `run`.".to_owned()),
        }
    }

    fn sees(&mut self) -> Result<String, String> {
        Ok(self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn line(&mut self) -> Result<Line, String> {
        Err("Nobody knows that of a tool in the shell.".to_owned())
    }

    fn picture(&mut self, _stem: &Path) -> Result<PathBuf, String> {
        Err("A tool in the shell has no screen.".to_owned())
    }

    fn cast(&mut self) -> Option<String> {
        None
    }

    fn leave(&mut self) -> Result<(), String> {
        for mut child in self.background.drain(..) {
            child.kill().and_then(|()| child.wait()).map_err(|error| format!("A command could not be ended: {error}."))?;
        }
        Ok(())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.leave().ok();
    }
}
