//! A server that is started for a scenario, with data of its own that are thrown away.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::scenario::Power;
use crate::platform;

/// How long it may take to be ready, or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it is.
const LOOK: Duration = Duration::from_millis(20);

/// A server of our own. Dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    program: PathBuf,
    dir: PathBuf,
    port: u16,
    /// Old pages that it serves.
    pages: Option<PathBuf>,
    child: Option<Child>,
}

impl Server {
    /// Starts that program on a free port, with these settings and its data in the directory, and waits until
    /// it is ready.
    ///
    /// # Errors
    /// Why it did not start, with what it says.
    pub fn start(program: &Path, dir: &Path, config: &Map<String, Value>, pages: Option<PathBuf>) -> Result<Self, String> {
        let table = toml::Value::try_from(config).map_err(|error| format!("The server's settings are none: {error}."))?;
        let settings = toml::to_string(&table).map_err(|error| format!("The server's settings are none: {error}."))?;
        fs::write(dir.join("chat.toml"), settings).map_err(|error| format!("The server's settings cannot be written: {error}."))?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map(|address| address.port());
        let port = port.map_err(|error| format!("There is no free port: {error}."))?;
        let mut server = Self { program: program.to_owned(), dir: dir.to_owned(), port, pages, child: None };
        server.power(Power::Start)?;
        Ok(server)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All that it has said.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.join("server.log")).unwrap_or_default()
    }

    /// Kills, stops or starts it, and waits until that is done.
    ///
    /// # Errors
    /// Why that could not be done.
    pub fn power(&mut self, power: Power) -> Result<(), String> {
        match (power, &mut self.child) {
            (Power::Start, Some(_)) => Err("The server runs already.".to_owned()),
            (Power::Start, None) => self.spawn(),
            (Power::Kill | Power::Stop, None) => Err("The server does not run.".to_owned()),
            (Power::Kill, Some(child)) => {
                child.kill().and_then(|()| child.wait()).map_err(|error| format!("The server could not be killed: {error}."))?;
                self.child = None;
                Ok(())
            }
            (Power::Stop, Some(child)) => {
                platform::ask_to_end(child).map_err(|error| format!("The server could not be asked to end: {error}."))?;
                let status = until_ended(child)?;
                self.child = None;
                if status.success() { Ok(()) } else { Err(format!("The server ended with {status}:\n{}", self.log())) }
            }
        }
    }

    fn spawn(&mut self) -> Result<(), String> {
        let wrong = |error: std::io::Error| format!("{} cannot be started: {error}.", self.program.display());
        let log = fs::File::options().create(true).append(true).open(self.dir.join("server.log")).map_err(wrong)?;
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)]);
        command.arg("--data").arg(self.dir.join("data")).arg("--config").arg(self.dir.join("chat.toml"));
        if let Some(pages) = &self.pages {
            command.arg("--pages").arg(pages);
        }
        // What is set for others is no setting of this server's.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHAT_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().map_err(wrong)?).stderr(log);
        let child = self.child.insert(command.spawn().map_err(wrong)?);
        let deadline = Instant::now() + PATIENCE;
        loop {
            if is_ready(self.port) {
                return Ok(());
            }
            let ended = child.try_wait().map_err(|error| error.to_string())?;
            let why = match ended {
                Some(status) => format!("The server ended with {status}"),
                None if Instant::now() >= deadline => "The server is not ready after a minute".to_owned(),
                None => {
                    std::thread::sleep(LOOK);
                    continue;
                }
            };
            return Err(format!("{why}:\n{}", self.log()));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().and_then(|()| child.wait()).ok();
        }
    }
}

/// Waits until a program ends that was asked to.
fn until_ended(child: &mut Child) -> Result<std::process::ExitStatus, String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => return Ok(status),
            None if Instant::now() >= deadline => return Err("The server did not end within a minute of being asked to.".to_owned()),
            None => std::thread::sleep(LOOK),
        }
    }
}

fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = String::new();
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
}
