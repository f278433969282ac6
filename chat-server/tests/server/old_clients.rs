//! Clients of their day in Node, driven through `tests/classic/client.mjs`.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// One process of clients. Dropped, it is ended.
pub struct OldClients {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: UnboundedReceiver<Value>,
    /// What was told while something else was waited for.
    told: VecDeque<Value>,
    next: u64,
}

impl OldClients {
    pub fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classic");
        assert!(
            folder.join("node_modules/.package-lock.json").is_file(),
            "The old clients are missing: run `npm ci --ignore-scripts` in chat-server/tests/classic, or scripts/test, which does."
        );
        let mut child = Command::new("node")
            // The oldest clients use what Node has marked as old since, and it would say so.
            .args(["--no-deprecation".as_ref(), folder.join("client.mjs").as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node is needed: install 20.19 or newer");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, stdin, lines, told: VecDeque::new(), next: 0 }
    }

    /// Has the driver do something, and waits until it is done.
    pub async fn ask(&mut self, action: &str, mut request: Value) -> Value {
        self.next += 1;
        let id = self.next;
        request["id"] = id.into();
        request["do"] = action.into();
        writeln!(self.stdin.as_mut().unwrap(), "{request}").expect("the driver has ended");
        let mut answer = self.wait(&format!("the answer to {request}"), |told| told["id"] == id).await;
        if let Some(error) = answer.get("error") {
            panic!("{request}: {}", error.as_str().unwrap_or_default());
        }
        answer["ok"].take()
    }

    /// Opens a client. Its options are those of `client.mjs`.
    pub async fn open(&mut self, client: &str, version: &str, url: &str, options: Value) {
        let mut request = options;
        request["client"] = client.into();
        request["version"] = version.into();
        request["url"] = url.into();
        self.ask("open", request).await;
    }

    /// Emits an event and waits for its acknowledgement.
    pub async fn request(&mut self, client: &str, event: &str, args: Value) -> Value {
        self.ask("emit", json!({ "client": client, "event": event, "args": args, "ack": true })).await
    }

    /// Waits until a client hears that event; gives its arguments.
    pub async fn heard(&mut self, client: &str, event: &str) -> Value {
        let fits = |told: &Value| told["client"] == client && told["event"] == event;
        self.wait(&format!("{event} at {client}"), fits).await["args"].take()
    }

    /// Waits until a client tells that state of its line; gives what it tells with it.
    pub async fn state(&mut self, client: &str, state: &str) -> Value {
        let fits = |told: &Value| told["client"] == client && told["state"] == state;
        self.wait(&format!("{state} of {client}"), fits).await["args"].take()
    }

    async fn wait(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.told.iter().position(&fits) {
            return self.told.remove(index).unwrap();
        }
        loop {
            let line = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
            let line = line.unwrap_or_else(|_| panic!("{what} did not come; but: {:?}", self.told));
            let line = line.unwrap_or_else(|| panic!("the driver ended before {what}; but: {:?}", self.told));
            if fits(&line) {
                return line;
            }
            self.told.push_back(line);
        }
    }
}

impl Drop for OldClients {
    fn drop(&mut self) {
        // The end of its input is what the driver ends at.
        self.stdin = None;
        let _ = self.child.wait();
    }
}
