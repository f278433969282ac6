//! The tools of the shell (`chat-tui send`, `tail`, `wait`, `export`), as real programs with a real
//! server, a real shell and a real `kill` around them.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use chat_proto::Request;
use chat_proto::id::{ClientId, RoomId};
use chat_proto::name::{DisplayName, RoomName};
use chat_proto::request::RoomFind;
use chat_tui::credentials::{Credentials, Known, new_token};
use chat_tui::pipe::notes::Notes;
use chat_tui::pipe::session::Session;
use chat_tui::pipe::who::Who;
use serde_json::Value;
use tempfile::TempDir;

use crate::server::Server;
use crate::terminal::client;
use crate::wait::until;

mod exporting;
mod sending;
mod shell;
mod tailing;
mod waiting;
mod who;

/// A server and a shell's directory.
pub struct Scene {
    pub server: Server,
    pub dir: TempDir,
}

impl Scene {
    /// With the limits that a server has.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { server: Server::start(dir.path()), dir }
    }

    /// With a rate that nothing here reaches, as an operator would set it.
    pub fn start_fast() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("chat.toml");
        std::fs::write(&config, "[limits]\nmessage_burst = 1000000\nmessages_per_second = 1000000\n").unwrap();
        let more = vec![OsString::from("--config"), config.into()];
        Self { server: Server::start_with(dir.path(), more), dir }
    }

    /// The tool, with nothing around it but this directory and this server.
    pub fn tool(&self, arguments: &[&str]) -> Command {
        // Tests that run in the background were started to ignore some signals; who starts these was not.
        let mut command = Command::new("/usr/bin/env");
        self.around(&mut command).arg("--default-signal=HUP,INT,TERM").arg(client()).args(arguments);
        command
    }

    /// A line for a shell, in which `chat-tui` is found. Should the test fail, nothing of it goes on for long.
    pub fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("timeout");
        let path = client().parent().unwrap().to_path_buf();
        let paths = std::env::join_paths([path].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap()))).unwrap();
        self.around(&mut command).env("PATH", paths).args(["300", "bash", "-c", line]).current_dir(self.dir.path());
        command
    }

    fn around<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().env("TZ", "UTC").env("CHAT_URL", self.server.url());
        // The same as the client on the screen has.
        for (name, value) in [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")] {
            command.env(name, self.dir.path().join(value));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())
    }

    /// Runs the tool; it must end well and say nothing beside what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.tool(arguments).output().unwrap();
        assert_eq!(end(&output), (Some(0), String::new()), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// An operator's command.
    pub fn operate(&self, arguments: &[&str], input: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        command.args(arguments).arg("--data").arg(self.dir.path().join("data")).env_remove("CHAT_CONFIG");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// All entries of a room, as the server's own export tells them.
    pub fn log(&self, room: &str) -> Vec<Value> {
        let export = self.server.export();
        let mut lines = export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = lines.by_ref().find(|line| line["room"]["name"] == room).expect("there is such a room");
        let ours = lines.take_while(|line| line["entry"].is_object());
        let entries: Vec<Value> = ours.map(|line| line["entry"].clone()).collect();
        assert_eq!(head["entries"], entries.len(), "all of it is there");
        entries
    }

    /// What was said in a room, in order.
    pub fn said(&self, room: &str) -> Vec<String> {
        let log = self.log(room);
        let messages = log.iter().filter(|entry| entry["kind"] == "message");
        messages.map(|entry| entry["content"]["text"].as_str().unwrap().to_owned()).collect()
    }

    /// What the tools, and the client on the screen, have kept.
    pub fn kept(&self) -> Vec<PathBuf> {
        [files(&self.path("data/chat-tui")), files(&self.path("cache"))].concat()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Somebody who does by requests what no tool of the shell does.
pub struct Person {
    runtime: tokio::runtime::Runtime,
    session: Session,
}

impl Person {
    pub fn guest(scene: &Scene, name: &str) -> Self {
        let settings = chat_tui::pipe::Settings { url: scene.server.url(), private_line: true, seed: 1 };
        let known = Known { name: DisplayName::parse(name).unwrap(), token: new_token().unwrap(), pair: None };
        let who = Who { credentials: Credentials { guest: Some(known), account: None }, passing: None, new: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, session: Session::new(settings, who, Notes::stderr()) }
    }

    pub fn request<R: Request>(&mut self, request: &R) -> R::Reply {
        self.runtime.block_on(self.session.request(request)).unwrap()
    }

    pub fn room(&mut self, name: &str) -> RoomId {
        self.request(&RoomFind { name: RoomName::parse(name).unwrap() }).room.id
    }

    pub fn client_id(&mut self) -> ClientId {
        self.session.new_client_id()
    }
}

/// Its exit code, and what it says on standard error.
pub fn end(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// A tool that is ended with the test, should that fail.
pub struct Tool(Option<Child>);

impl Tool {
    /// Starts it with a pipe to its standard input.
    pub fn start(command: &mut Command) -> Self {
        Self(Some(command.stdin(Stdio::piped()).spawn().unwrap()))
    }

    /// Waits for its end.
    pub fn end(mut self) -> Output {
        self.0.take().unwrap().wait_with_output().unwrap()
    }
}

impl std::ops::Deref for Tool {
    type Target = Child;

    fn deref(&self) -> &Child {
        self.0.as_ref().unwrap()
    }
}

impl std::ops::DerefMut for Tool {
    fn deref_mut(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A tool that goes on: what it prints can be read while it does.
pub struct Running {
    pub child: Tool,
    lines: Receiver<String>,
    read: Vec<String>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = Tool(Some(command.spawn().unwrap()));
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, read: Vec::new() }
    }

    /// What it has printed so far.
    pub fn lines(&mut self) -> &[String] {
        self.read.extend(self.lines.try_iter());
        &self.read
    }

    /// Waits until it has printed this, and gives all that it has printed.
    pub fn until(&mut self, what: &str, is: impl Fn(&[String]) -> bool) -> Vec<String> {
        until(what, || {
            let lines = self.lines();
            if is(lines) { Ok(lines.to_vec()) } else { Err(lines[lines.len().saturating_sub(20)..].join("\n")) }
        })
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end: its exit code, all that it has printed, what it said beside it.
    pub fn end(mut self) -> (Option<i32>, Vec<String>, String) {
        let mut stderr = self.child.stderr.take().unwrap();
        let told = std::thread::spawn(move || std::io::read_to_string(&mut stderr).unwrap());
        let code = wait(&mut self.child);
        self.read.extend(self.lines.iter());
        (code, self.read, told.join().unwrap())
    }
}

/// Waits for its end; gives its exit code.
pub fn wait(child: &mut Child) -> Option<i32> {
    until("the tool has ended", || child.try_wait().unwrap().ok_or_else(|| "it still runs".to_owned())).code()
}

/// Writes lines into a pipe until nobody reads them any more, or there are no more.
pub fn feed(child: &mut Child, mut lines: impl Iterator<Item = String> + Send + 'static) -> std::thread::JoinHandle<()> {
    let mut stdin = child.stdin.take().unwrap();
    std::thread::spawn(move || drop(lines.try_for_each(|line| writeln!(stdin, "{line}"))))
}

/// The numbers of lines that are numbers.
pub fn numbers(lines: &[String]) -> Vec<u64> {
    lines.iter().filter_map(|line| line.parse().ok()).collect()
}

/// The most memory that a process ever had, in KB.
pub fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// What lies in a directory, at any depth.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}
