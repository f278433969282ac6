//! The real server, as a process that can be killed.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub struct Server {
    child: Mutex<Child>,
    port: u16,
    data: PathBuf,
    log: PathBuf,
    more: Vec<OsString>,
}

impl Server {
    /// Starts it with a data directory under `dir` and waits until it is ready.
    pub fn start(dir: &Path) -> Self {
        Self::start_with(dir, Vec::new())
    }

    /// The same with more arguments.
    pub fn start_with(dir: &Path, more: Vec<OsString>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (data, log) = (dir.join("data"), dir.join("server.log"));
        let server = Self { child: Mutex::new(spawn(port, &data, &log, &more)), port, data, log, more };
        server.wait_until_ready();
        server
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address by which other machines would reach it: over plain HTTP a browser gives such a
    /// page less than one of its own machine.
    pub fn url_from_afar(&self) -> String {
        format!("http://{}:{}", own_address(), self.port)
    }

    /// All that it has written into its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// All entries of all rooms, as `chat-server export` tells them.
    pub fn export(&self) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        let output = command.arg("export").arg("--data").arg(&self.data).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Kills it without a word (SIGKILL).
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Stops it as operators do (SIGTERM), and waits for its end.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn stop(&self) {
        let mut child = self.child.lock().unwrap();
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }

    /// Announces something, as operators do.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn announce(&self, room: Option<&str>, text: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        command.arg("announce").arg("--data").arg(&self.data).args(room.iter().flat_map(|room| ["--room", room])).arg(text);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes a public room, as operators do.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn make_room(&self, name: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        let output = command.args(["room", "create", name, "--data"]).arg(&self.data).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes a bot of that room's with a webhook, as operators do; tells where it takes posts.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn make_hook(&self, name: &str, room: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
        let output = command.args(["token", "create", name, "--room", room, "--scope", "hook", "--data"]).arg(&self.data).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{printed}");
        let path = printed.lines().find_map(|line| line.trim().strip_prefix("POST "));
        path.unwrap_or_else(|| panic!("no webhook in {printed}")).to_owned()
    }

    /// Starts it again, on the same port and the same data.
    pub fn start_again(&self) {
        *self.child.lock().unwrap() = spawn(self.port, &self.data, &self.log, &self.more);
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.is_ready() {
            let ended = self.child.lock().unwrap().try_wait().unwrap();
            let log = || std::fs::read_to_string(&self.log).unwrap_or_default();
            assert!(ended.is_none(), "the server ended with {ended:?}:\n{}", log());
            assert!(Instant::now() < deadline, "the server is not ready after a minute:\n{}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let mut answer = String::new();
        let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        asked.and_then(|()| stream.read_to_string(&mut answer)).is_ok() && answer.starts_with("HTTP/1.1 200")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn spawn(port: u16, data: &Path, log: &Path, more: &[OsString]) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    // What is set for the tests is no setting of the server's.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHAT_")) {
        command.env_remove(name);
    }
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
    if !own_address().is_loopback() {
        command.args(["--listen", &format!("{}:{port}", own_address())]);
    }
    command.arg("--data").arg(data).args(more).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

/// This machine's address in its network; loopback where it is in none. Nothing is sent: connecting UDP only chooses the way.
fn own_address() -> IpAddr {
    let way = UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr()));
    way.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip())
}
