//! Real pages in a headless Chromium, driven through `page.mjs`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// One Chromium. Dropped, it is closed.
pub struct Browser {
    child: Child,
    stdin: Option<Mutex<ChildStdin>>,
    waiting: Arc<Mutex<HashMap<u64, Sender<Value>>>>,
    next: AtomicU64,
}

/// One page of it, with storage of its own.
#[derive(Clone)]
pub struct Page {
    browser: Arc<Browser>,
    key: &'static str,
}

/// A line of the page's timeline.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Line {
    /// Its number; none while it has no answer.
    pub seq: Option<u64>,
    pub text: String,
    /// The text and everything around it.
    pub whole: String,
    /// Each as an emoji, a space and its count.
    pub reactions: Vec<String>,
}

impl Browser {
    pub fn start() -> Arc<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(
            here.join("web/node_modules/playwright-core").is_dir(),
            "The page's packages are missing: run `npm ci` in chat-server/web, or scripts/test, which does."
        );
        let mut child = Command::new("node")
            .arg(here.join("tests/live/page.mjs"))
            .env("CHROMIUM", chromium())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node is needed: install 20.19 or newer");
        let stdin = child.stdin.take().map(Mutex::new);
        let stdout = child.stdout.take().unwrap();
        let waiting: Arc<Mutex<HashMap<u64, Sender<Value>>>> = Arc::default();
        let answers = waiting.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let answer: Value = serde_json::from_str(&line).unwrap();
                if let Some(waiter) = answers.lock().unwrap().remove(&answer["id"].as_u64().unwrap()) {
                    let _ = waiter.send(answer);
                }
            }
            // Whoever still waits learns that no answer comes.
            answers.lock().unwrap().clear();
        });
        Arc::new(Self { child, stdin, waiting, next: AtomicU64::new(1) })
    }

    /// Has the driver do something, and waits until it is done.
    pub fn ask(&self, page: &str, action: &str, arguments: Value) -> Value {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut request = arguments;
        request["id"] = id.into();
        request["page"] = page.into();
        request["do"] = action.into();
        let (sender, answer) = channel();
        self.waiting.lock().unwrap().insert(id, sender);
        let mut stdin = self.stdin.as_ref().unwrap().lock().unwrap();
        writeln!(stdin, "{request}").expect("the browser's driver has ended");
        drop(stdin);
        let mut answer = answer.recv_timeout(Duration::from_secs(120)).unwrap_or_else(|error| panic!("no answer to {request}: {error}"));
        if let Some(error) = answer.get("error") {
            panic!("{request}: {}", error.as_str().unwrap_or_default());
        }
        answer["ok"].take()
    }

    /// Addresses of other hosts that a page asked for.
    pub fn strangers(&self) -> Vec<String> {
        serde_json::from_value(self.ask("", "strangers", json!({}))).unwrap()
    }

    /// Exceptions and errors in the consoles.
    pub fn complaints(&self) -> Vec<String> {
        serde_json::from_value(self.ask("", "complaints", json!({}))).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The end of its input is what the driver closes the browser at.
        self.stdin = None;
        let _ = self.child.wait();
    }
}

impl Page {
    /// Opens the page and gives a name.
    pub fn open(browser: &Arc<Browser>, key: &'static str, url: &str, width: u32, height: u32) -> Self {
        let page = Self { browser: browser.clone(), key };
        page.ask("open", json!({ "url": url, "name": key, "width": width, "height": height, "phone": width < 500, "dark": width < 500 }));
        page
    }

    /// Has the driver do something with the page, and waits until it is done.
    pub fn ask(&self, action: &str, arguments: Value) -> Value {
        self.browser.ask(self.key, action, arguments)
    }

    /// Opens another page of the same person, in the same browser; this one may be gone.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn open_beside(&self, key: &'static str, url: &str) -> Self {
        let page = Self { browser: self.browser.clone(), key };
        page.ask("open_beside", json!({ "beside": self.key, "url": url }));
        page
    }

    /// Its process dies, and nobody opens it again.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn die(&self) {
        self.ask("die", json!({}));
    }

    /// Closes it as people do.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn close(&self) {
        self.ask("close", json!({}));
    }

    /// Comes in as somebody else, from the view that asks for a name.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn give_name(&self, name: &str) {
        self.ask("name", json!({ "name": name }));
    }

    /// Presses the button of that label.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn click(&self, label: &str) {
        self.ask("click", json!({ "label": label }));
    }

    /// Makes an account of the guest.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn register(&self, name: &str, password: &str) {
        self.ask("register", json!({ "name": name, "password": password }));
    }

    /// Everything that the page shows.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn text(&self) -> String {
        self.ask("text", json!({})).as_str().unwrap_or_default().to_owned()
    }

    /// What the open dialog says; empty without one.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn dialog(&self) -> String {
        self.ask("dialog", json!({})).as_str().unwrap_or_default().to_owned()
    }

    /// What the browser keeps of what is not sent yet, as JSON.
    pub fn kept(&self) -> String {
        self.ask("kept", json!({})).to_string()
    }

    /// What stands in the composer.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn draft(&self) -> String {
        self.ask("draft", json!({})).as_str().unwrap_or_default().to_owned()
    }

    pub fn say(&self, text: &str) {
        self.ask("say", json!({ "text": text }));
    }

    /// Types without sending.
    pub fn type_only(&self, text: &str) {
        self.ask("type", json!({ "text": text }));
    }

    /// Presses a key wherever the focus is.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn press_there(&self, keys: &str) {
        self.ask("press_there", json!({ "keys": keys }));
    }

    pub fn lines(&self) -> Vec<Line> {
        serde_json::from_value(self.ask("lines", json!({}))).unwrap()
    }

    /// Presses a key in the composer and waits until what it does is drawn; the lines in the reader's view then.
    pub fn turn(&self, keys: &str) -> Vec<Line> {
        serde_json::from_value(self.ask("turn", json!({ "keys": keys }))).unwrap()
    }

    /// Turns the mouse's wheel over the timeline by so many pixels.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn wheel(&self, by: i32) {
        self.ask("wheel", json!({ "by": by }));
    }

    /// The lines in the reader's view.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn in_view(&self) -> Vec<Line> {
        serde_json::from_value(self.ask("in_view", json!({}))).unwrap()
    }

    /// Goes to the line in which that word stands by a search, and back; the lines in the reader's view there, or
    /// what the page showed instead.
    #[allow(dead_code, reason = "tests/live does not")]
    pub fn visit(&self, word: &str) -> Result<Vec<Line>, String> {
        let mut there = self.ask("visit", json!({ "word": word }));
        let lines: Option<Vec<Line>> = serde_json::from_value(there["lines"].take()).unwrap();
        lines.ok_or_else(|| there["instead"].as_str().unwrap_or_default().to_owned())
    }

    /// How tall the timeline is, and the part of it from a line to the end of what it holds; in pixels.
    #[allow(dead_code, reason = "tests/chaos does not")]
    pub fn heights(&self, text: &str) -> (u32, u32) {
        serde_json::from_value(self.ask("heights", json!({ "text": text }))).unwrap()
    }

    pub fn state(&self) -> String {
        serde_json::from_value::<Option<String>>(self.ask("state", json!({}))).unwrap().unwrap_or_default()
    }

    pub fn typing(&self) -> String {
        serde_json::from_value::<Vec<String>>(self.ask("typing", json!({}))).unwrap().join(" ")
    }

    /// The room's name, topic and people, as the head of the page tells them.
    pub fn header(&self) -> String {
        self.ask("header", json!({})).as_str().unwrap_or_default().to_owned()
    }

    /// Each as the name and the presence.
    pub fn presence(&self) -> Vec<String> {
        serde_json::from_value(self.ask("presence", json!({}))).unwrap()
    }

    pub fn reload(&self) {
        self.ask("reload", json!({}));
    }

    /// Its process dies, and the page is opened again in the same browser. Tells the milliseconds until it was
    /// dead, loaded, and ready.
    #[allow(dead_code, reason = "tests/chaos does it")]
    pub fn crash(&self) -> [u64; 3] {
        serde_json::from_value(self.ask("crash", json!({}))).unwrap()
    }

    /// Presses a key in the composer, as Playwright names it.
    #[allow(dead_code, reason = "tests/chaos does it")]
    pub fn press(&self, keys: &str) {
        self.ask("press", json!({ "keys": keys }));
    }

    pub fn resize(&self, width: u32, height: u32) {
        self.ask("resize", json!({ "width": width, "height": height }));
    }

    pub fn picture(&self, path: &Path) {
        self.ask("picture", json!({ "path": path }));
    }
}

fn chromium() -> PathBuf {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let found = names.iter().flat_map(|name| paths.iter().map(move |path| path.join(name))).find(|path| path.is_file());
    named.or(found).expect("Chromium is missing: install it, or set CHROMIUM to the path of a Chrome")
}
