//! The real binary as a process of its own, which a test can stop, kill and start again.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A server process; it is ended with the test.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    pub log: Arc<Mutex<Vec<String>>>,
    pub dir: Arc<tempfile::TempDir>,
}

impl Process {
    /// Starts it in a directory of its own, below a shell that sets limits first.
    pub fn start(limits: &str) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), limits)
    }

    /// The same on data that are there already.
    pub fn start_in(dir: Arc<tempfile::TempDir>, limits: &str) -> Self {
        let binary = env!("CARGO_BIN_EXE_chat-server");
        let script = format!("{limits} exec {binary} --listen 127.0.0.1:0 --data {}", dir.path().display());
        let mut child = Command::new("bash").args(["-c", &script]).env("CHAT_LOG__FORMAT", "json").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().expect("a line of the log").unwrap();
        let entry: Value = serde_json::from_str(&first).unwrap_or_else(|_| panic!("no JSON: {first}"));
        let address = entry["message"].as_str().unwrap().strip_prefix("listening on http://").expect(&first).parse().unwrap();
        let log = Arc::new(Mutex::new(vec![first]));
        let kept = log.clone();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line)));
        Self { child, address, log, dir }
    }

    pub fn data(&self) -> &Path {
        self.dir.path()
    }

    pub fn terminate(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Ends it as a power cut does: at once, with nothing said or closed. Gives its data back.
    pub fn kill(mut self) -> Arc<tempfile::TempDir> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.dir.clone()
    }

    /// The memory that it has now, in bytes.
    #[cfg(target_os = "linux")]
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
    }

    fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Holds it at whatever instruction it has come to. Back when it stands still.
    #[cfg(target_os = "linux")]
    pub fn freeze(&self) {
        use rustix::process::{Signal, WaitOptions, kill_process, waitpid};
        kill_process(self.pid(), Signal::STOP).unwrap();
        let (_, status) = waitpid(Some(self.pid()), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped(), "{status:?}");
    }

    /// Lets it go on.
    #[cfg(target_os = "linux")]
    pub fn thaw(&self) {
        rustix::process::kill_process(self.pid(), rustix::process::Signal::CONT).unwrap();
    }

    /// What it has in memory now, in KB.
    #[cfg(target_os = "linux")]
    pub fn memory_kb(&self) -> u64 {
        status_kb(self.child.id(), "VmRSS:")
    }

    /// The most that it ever had.
    #[cfg(target_os = "linux")]
    pub fn peak_memory_kb(&self) -> u64 {
        peak_memory_kb(self.child.id())
    }

    /// Lets none of its files grow beyond so many bytes, or any of them again.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes: Option<u64>) {
        use rustix::process::{Resource, Rlimit, prlimit};
        prlimit(Some(self.pid()), Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
    }

    pub fn get(&self, path: &str) -> Option<u16> {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    /// Waits for its end; gives its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not end: {:?}", self.log.lock().unwrap());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The most memory that a process ever had, in KB.
#[cfg(target_os = "linux")]
pub fn peak_memory_kb(pid: u32) -> u64 {
    status_kb(pid, "VmHWM:")
}

#[cfg(target_os = "linux")]
fn status_kb(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}
