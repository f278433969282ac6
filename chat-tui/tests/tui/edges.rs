//! The folders' edges: what may use what. The core stays free of network, terminal and clock.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder (with the file of its name), what it may not use, and what to do instead.
const EDGES: &[(&str, &[&str], &str)] = &[
    (
        "state",
        &["crate::update", "crate::layout", "crate::view"],
        "State is data: move what changes it to update, what shapes it to layout.",
    ),
    ("update", &["crate::layout", "crate::view"], "Update decides without layout: let the view report what is seen as Event::Drawn."),
    ("layout", &["crate::update", "crate::view", "crate::effect"], "Layout is computed from state alone: pass what it needs as arguments."),
    (
        "view",
        &["crate::update", "crate::effect", "crate::storage"],
        "The view draws and changes nothing: report through Drawn, and let update act.",
    ),
    (
        "play",
        &["crate::cli", "rust_socketio", "crossterm::"],
        "Scripted sessions are played by values: the command line stands in cli/play.rs.",
    ),
    (
        "pipe",
        &["crate::cli", "crate::view", "crate::theme", "crate::keys", "ratatui", "crossterm", "super::super"],
        "The tools of the shell know no screen, and get what the command line says as values: let main.rs hand it over.",
    ),
];

/// Those stay pure.
const PURE: &[&str] = &[
    "state",
    "update",
    "layout",
    "view",
    "theme",
    "keys",
    "event",
    "effect",
    "sanitize",
    "links",
    "time",
    "pipe/follow",
    "pipe/sending",
    "pipe/split",
    "pipe/since",
    "pipe/plain",
    "pipe/json",
    "play/scenario",
    "play/report",
    "play/picture",
];

const RIM: &[&str] = &[
    "crate::network",
    "crate::runtime",
    "crate::platform",
    "crate::cli",
    "crate::pipe",
    "tokio",
    "crossterm",
    "rust_socketio",
    "getrandom",
    "SystemTime",
    "Instant::now",
    "std::fs",
    "std::env",
    "std::io",
];

fn sources(name: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![root.join(format!("{name}.rs"))];
    if let Ok(folder) = fs::read_dir(root.join(name)) {
        found.extend(folder.map(|file| file.unwrap().path()));
    }
    found.retain(|path| path.is_file());
    found
}

fn uses(path: &Path, what: &str) -> Option<usize> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let mut lines = code.filter(|(_, line)| line.contains(what));
    lines.next().map(|(number, _)| number + 1)
}

#[test]
fn folders_use_only_what_they_may() {
    let mut wrong = Vec::new();
    for (folder, forbidden, fix) in EDGES {
        for (path, what) in sources(folder).iter().flat_map(|path| forbidden.iter().map(move |what| (path, what))) {
            if let Some(line) = uses(path, what) {
                wrong.push(format!("{}:{line} uses {what}. {fix}", path.display()));
            }
        }
    }
    let fix = "The core is pure: let it come in as an event, or go out as an effect that runtime.rs performs.";
    for (path, what) in PURE.iter().flat_map(|name| sources(name)).flat_map(|path| RIM.iter().map(move |what| (path.clone(), what))) {
        if let Some(line) = uses(&path, what) {
            wrong.push(format!("{}:{line} uses {what}. {fix}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_file_alone_knows_socket_io() {
    let fix = "Only network.rs knows rust_socketio: go through Network.";
    for name in ["main", "cli", "pipe", "play", "runtime", "credentials", "storage", "platform"] {
        for path in sources(name) {
            assert_eq!(uses(&path, "rust_socketio"), None, "{} uses rust_socketio. {fix}", path.display());
        }
    }
}
