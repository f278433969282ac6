//! One example client, as a process that is fed, watched and killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::examples;
use crate::python;
use crate::wait::until;

/// A language that there is an example in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Language {
    JavaScript,
    TypeScript,
    Python,
    Rust,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::JavaScript, Self::TypeScript, Self::Python, Self::Rust];

    /// Where its example is, and what it is called in these tests.
    pub fn folder(self) -> &'static str {
        match self {
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Rust => "rust",
        }
    }

    fn command(self) -> Command {
        let folder = examples().join(self.folder());
        let packages = examples().join("node_modules");
        if matches!(self, Self::JavaScript | Self::TypeScript) {
            let installed = packages.join(".package-lock.json").is_file();
            assert!(installed, "run `npm ci --ignore-scripts` in docs/examples/clients, or scripts/test, which does");
        }
        match self {
            Self::JavaScript => program("node", &[folder.join("client.mjs")]),
            // As the README has it, but from another working directory.
            Self::TypeScript => program("node", &["--import".into(), packages.join("tsx/dist/loader.mjs"), folder.join("client.ts")]),
            Self::Python => {
                // It would leave its compiled modules in the checkout.
                let python = python::with(&folder.join("requirements.txt"), "example");
                program(&python, &["-B".into(), folder.join("client.py")])
            }
            Self::Rust => {
                let path = Path::new(env!("CARGO_BIN_EXE_chat-server")).with_file_name("chat-example");
                let missing =
                    format!("{} is missing: run `cargo build --workspace --all-targets` first, as scripts/test does", path.display());
                assert!(path.is_file(), "{missing}");
                program(path, &[])
            }
        }
    }
}

fn program(name: impl AsRef<std::ffi::OsStr>, arguments: &[PathBuf]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments);
    command
}

/// A running client. Dropped, it is ended.
pub struct Example {
    language: Language,
    child: Child,
    stdin: Option<ChildStdin>,
    shown: Lines,
    said: Lines,
    dir: PathBuf,
}

type Lines = Arc<Mutex<Vec<String>>>;

impl Example {
    /// Starts it in that directory, where it finds what it kept there before. It is called as its language.
    pub fn start(language: Language, dir: &Path, url: &str, room: &str) -> Self {
        Self::start_as(language.folder(), language, dir, url, room)
    }

    /// The same under that name.
    pub fn start_as(name: &str, language: Language, dir: &Path, url: &str, room: &str) -> Self {
        let mut command = language.command();
        command.args([url, room, name]).current_dir(dir);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (shown, said) = (collect(child.stdout.take().unwrap()), collect(child.stderr.take().unwrap()));
        let stdin = child.stdin.take();
        Self { language, child, stdin, shown, said, dir: dir.to_owned() }
    }

    /// Types a line.
    pub fn say(&mut self, text: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{text}").unwrap_or_else(|error| panic!("{error}; it said {:?}", self.said()));
    }

    /// What it shows of the conversation so far.
    pub fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap().clone()
    }

    /// What it told of itself so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Waits until what it shows fits.
    pub fn until_shown(&self, what: &str, fits: impl Fn(&[String]) -> bool) {
        let language = self.language;
        until(&format!("{language:?} shows {what}"), || {
            let shown = self.shown();
            if fits(&shown) { Ok(()) } else { Err(format!("{shown:#?}\nand it said {:#?}", self.said())) }
        });
    }

    /// Waits until it tells of itself something with these words.
    pub fn until_said(&self, words: &str) {
        until(&format!("{:?} says {words:?}", self.language), || {
            let said = self.said();
            if said.iter().any(|line| line.contains(words)) { Ok(()) } else { Err(format!("{said:#?}")) }
        });
    }

    /// Kills it, at whatever instruction it has come to.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends its input, and waits for its own end. Gives its exit code and all that it showed.
    pub fn end(mut self) -> (Option<i32>, Vec<String>) {
        self.stdin = None;
        let status = until(&format!("{:?} ends by itself", self.language), || match self.child.try_wait().unwrap() {
            Some(status) => Ok(status),
            None => Err(format!("it waits with {:?} and said {:#?}", waiting(&self.dir), self.said.lock().unwrap())),
        });
        // The rest of it is in the pipe still.
        until("its output is read", || if Arc::strong_count(&self.shown) == 1 { Ok(()) } else { Err(String::new()) });
        (status.code(), self.shown())
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:?} showed {:#?}\nand said {:#?}", self.language, self.shown(), self.said());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines that come out of it, as they come; the thread's own handle goes with the last of them.
fn collect(output: impl Read + Send + 'static) -> Lines {
    let lines = Lines::default();
    let kept = lines.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            kept.lock().unwrap().push(line);
        }
    });
    lines
}

/// What the client of that directory has taken and has no final answer for, oldest first.
pub fn waiting(dir: &Path) -> Vec<Value> {
    let Some(folder) = kept(dir) else { return Vec::new() };
    let files = std::fs::read_dir(folder.join("outbox")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    // It may be settled between being listed and being read.
    files.iter().filter_map(|path| std::fs::read(path).ok()).map(|text| serde_json::from_slice(&text).unwrap()).collect()
}

/// The token that the client of that directory has made.
pub fn token(dir: &Path) -> String {
    std::fs::read_to_string(kept(dir).expect("it has kept something").join("token")).unwrap()
}

fn kept(dir: &Path) -> Option<PathBuf> {
    let mut folders = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    folders.find(|path| path.file_name().unwrap().to_string_lossy().contains("@127.0.0.1_"))
}
