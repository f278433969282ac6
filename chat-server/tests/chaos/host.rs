//! The server, as a process that is killed, stopped, starved and set back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use chat_proto::entry::Entry;
use chat_proto::id::{Epoch, RoomId};
use chat_proto::room::Room;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use serde::Deserialize;

use crate::audit::Log;

/// How long the server may take to be ready.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to end when it is asked to.
const STOPPED: Duration = Duration::from_secs(60);
/// So much of its log is told where it does neither, in bytes.
const TOLD: usize = 4_000;
/// What belongs to a database, besides the index that SQLite makes anew.
const FILES: [&str; 2] = ["chat.db", "chat.db-wal"];

/// The server.
pub struct Host {
    child: Mutex<Option<Child>>,
    pub address: SocketAddr,
    dir: PathBuf,
}

/// A room as the export tells it, with its log.
pub struct Exported {
    pub room: Room,
    pub log: Log,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ExportLine {
    Entry { entry: Entry },
    Room { room: Room, epoch: Epoch },
}

impl Host {
    /// Starts it below `dir`, with limits that a load of this size does not meet; or with some that it meets all the
    /// time, so that of what a client has under way the first is often refused and the second is not.
    pub fn start(dir: &Path, tight: bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = Self { child: Mutex::new(None), address: SocketAddr::from(([127, 0, 0, 1], port)), dir: dir.to_owned() };
        let (burst, per_second) = if tight { (10, 5) } else { (5_000, 1_000) };
        std::fs::write(host.config(), format!("[limits]\nmessage_burst = {burst}\nmessages_per_second = {per_second}\n")).unwrap();
        host.start_again();
        host
    }

    fn config(&self) -> PathBuf {
        self.dir.join("chat.toml")
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        // What the scripts set for the tests is no setting of the server's.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHAT_")) {
            command.env_remove(name);
        }
        command.arg(verb).arg("--config").arg(self.config()).arg("--data").arg(self.data()).stdin(Stdio::null());
        command
    }

    /// Starts it on what is there, and waits until it is ready.
    pub fn start_again(&self) {
        let log = std::fs::File::options().create(true).append(true).open(self.dir.join("server.log")).unwrap();
        let mut command = self.command("serve");
        command.args(["--listen", &self.address.to_string()]).stdout(log.try_clone().unwrap()).stderr(log);
        *self.child.lock().unwrap() = Some(command.spawn().unwrap());
        let deadline = Instant::now() + READY;
        while !self.is_ready() {
            let ended = self.child.lock().unwrap().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "the server does not start ({ended:?}):\n{}", self.end_of_log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return false };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let mut answer = String::new();
        let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// SIGKILL: not a word to anybody.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// SIGTERM: it tells its clients to come back, and ends by itself.
    pub fn stop(&self) {
        self.signal(Signal::TERM);
        let asked = Instant::now();
        loop {
            let ended = self.child.lock().unwrap().as_mut().and_then(|child| child.try_wait().unwrap());
            if let Some(status) = ended {
                assert!(status.success(), "the server did not stop cleanly: {status}\n{}", self.end_of_log());
                break;
            }
            assert!(asked.elapsed() < STOPPED, "the server does not stop:\n{}", self.end_of_log());
            std::thread::sleep(Duration::from_millis(20));
        }
        *self.child.lock().unwrap() = None;
    }

    /// What it said last.
    fn end_of_log(&self) -> String {
        let log = std::fs::read(self.dir.join("server.log")).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(TOLD)..]).into_owned()
    }

    /// SIGSTOP and SIGCONT.
    pub fn freeze(&self, frozen: bool) {
        self.signal(if frozen { Signal::STOP } else { Signal::CONT });
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        let id = self.child.lock().unwrap().as_ref().expect("the server runs").id();
        Pid::from_raw(id.try_into().unwrap()).unwrap()
    }

    /// Its files cannot grow any more, as on a full disk; or they can again.
    pub fn fill_disk(&self, full: bool) {
        let limit = Rlimit { current: full.then_some(4_096), maximum: None };
        prlimit(Some(self.pid()), Resource::Fsize, limit).unwrap();
    }

    /// Copies the database to another place; the server must not run.
    pub fn back_up(&self, to: &Path) {
        copy(&self.data(), to);
    }

    /// Copies it back.
    pub fn restore(&self, from: &Path) {
        copy(from, &self.data());
        let _ = std::fs::remove_file(self.data().join("chat.db-shm"));
    }

    /// Everything that stands in the logs.
    pub fn export(&self) -> Vec<Exported> {
        let output = self.command("export").output().unwrap();
        assert!(output.status.success(), "export: {}", String::from_utf8_lossy(&output.stderr));
        let mut rooms: Vec<Exported> = Vec::new();
        for line in std::str::from_utf8(&output.stdout).unwrap().lines() {
            match serde_json::from_str(line).unwrap() {
                ExportLine::Room { room, epoch } => {
                    let log = Log { room: RoomId::clone(&room.id), epoch, entries: Vec::new() };
                    rooms.push(Exported { room, log });
                }
                ExportLine::Entry { entry } => rooms.last_mut().unwrap().log.entries.push(entry),
            }
        }
        rooms
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.kill();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in FILES {
        let _ = std::fs::remove_file(to.join(file));
        if from.join(file).exists() {
            std::fs::copy(from.join(file), to.join(file)).unwrap();
        }
    }
}
