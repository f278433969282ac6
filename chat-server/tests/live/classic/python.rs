//! Clients in Python, of today and of Engine.IO 3, as other programs than browsers are.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::every_version::is_made;
use super::old_page::Kind;
use super::scene::Scene;
use crate::python;
use crate::wait::until;

/// In all that is said here.
const MARK: &str = "héllo 你好 👋";

/// One process with one client. Dropped, it is ended.
struct PythonClient {
    key: String,
    kind: Kind,
    child: Child,
    stdin: Option<ChildStdin>,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl PythonClient {
    fn start(python: &Path, url: &str, transport: &str, kind: Kind, key: String) -> Self {
        let script = folder().join("client.py");
        let mut child = Command::new(python)
            .arg(script)
            .args([url, transport, &format!("{kind:?}"), &key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (heard, lines) = (Arc::new(Mutex::new(Vec::new())), BufReader::new(child.stdout.take().unwrap()).lines());
        let kept = heard.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}")));
            }
        });
        let stdin = child.stdin.take();
        Self { key, kind, child, stdin, heard }
    }

    fn say(&mut self, text: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{}", Value::from(text)).expect("the client has ended");
    }

    /// The texts that it heard in its dialect with this in them, sorted: it handles events in no order.
    fn heard(&self, part: &str) -> Vec<String> {
        let event = if self.kind == Kind::B { "serverMessage" } else { "message" };
        let heard = self.heard.lock().unwrap();
        let texts = heard.iter().filter(|said| said[0] == event).filter_map(|said| said[1].as_str());
        let mut texts: Vec<String> = texts.filter(|text| text.contains(part)).map(str::to_owned).collect();
        texts.sort_unstable();
        texts
    }
}

impl Drop for PythonClient {
    fn drop(&mut self) {
        // The end of its input is what it ends at; a test that has failed does not wait for that.
        self.stdin = None;
        if std::thread::panicking() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

#[test]
fn clients_in_python_talk_with_everybody() {
    let scene = Scene::start();
    let mut clients = Vec::new();
    for version in ["4", "5"] {
        let python = python::with(&folder().join(format!("requirements-{version}.txt")), version);
        for transport in ["polling", "websocket"] {
            for kind in [Kind::A, Kind::B] {
                // Short enough for the terminal to show it whole.
                let key = format!("py{version}-{}-{kind:?}", &transport[..4]);
                clients.push(PythonClient::start(&python, &scene.server.url(), transport, kind, key));
            }
        }
    }
    scene.until_people(2 + clients.len());
    for client in clients.iter().filter(|client| client.kind == Kind::B) {
        let named = format!("Currently logged in as {}", client.key);
        until(&format!("{} has its name", client.key), || match client.heard(&named) {
            names if names.len() == 1 => Ok(()),
            _ => Err(format!("{:?}", client.heard.lock().unwrap())),
        });
    }
    for client in &mut clients {
        let text = format!("{MARK} from {}", client.key);
        client.say(&text);
    }
    scene.until_said(MARK, clients.len());
    scene.page.say(&format!("{MARK} from page"));
    scene.tty.say(&format!("{MARK} from tty"));
    let log = scene.until_said(MARK, clients.len() + 2);
    for client in &clients {
        let own = format!("{MARK} from {}", client.key);
        let author = &log.iter().find(|said| said.text == own).unwrap_or_else(|| panic!("{own:?} is not in {log:#?}")).author;
        assert!(if client.kind == Kind::B { *author == client.key } else { is_made(author) }, "{} is called {author}", client.key);
        let mut wanted: Vec<String> = log.iter().map(|said| client.kind.line(&said.author, &said.text, said.text == own)).collect();
        wanted.sort_unstable();
        until(&format!("{} hears everything, once", client.key), || match client.heard(MARK) {
            heard if heard == wanted => Ok(()),
            heard => Err(format!("{heard:#?}\ninstead of {wanted:#?}")),
        });
    }
    scene.until_tty_shows(MARK, &log);
    drop(clients);
    scene.until_people(2);
    scene.finish();
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classic")
}
