//! The edges between the folders are what the architecture says they are.

use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the server may name of the others (see `src/lib.rs`).
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("storage", &["domain", "storage"]),
    ("dialect", &["dialect"]),
    ("fanout", &["domain", "storage", "dialect", "fanout"]),
    ("service", &["domain", "storage", "fanout", "service"]),
    ("ports", &["domain", "service"]),
    ("transport", &["domain", "dialect", "fanout", "service", "transport", "platform", "data_dir"]),
    ("operate", &["cli", "settings", "service", "transport", "startup", "operate"]),
    ("platform", &[]),
    ("data_dir", &["platform"]),
    ("cli", &[]),
    ("settings", &["cli", "dialect"]),
    ("logging", &["settings"]),
];

/// What must not be named at all in a part, and why.
const NEVER: &[(&str, &[&str], &str)] = &[
    ("domain", &["tokio", "axum", "socketioxide", "sqlx", "std::fs", "std::net"], "the domain is pure: pass in what it needs"),
    ("dialect", &["tokio", "axum", "socketioxide", "sqlx", "std::fs", "std::net"], "a codec is pure: pass in what it needs"),
    (
        "service",
        &["axum", "socketioxide", "sqlx::", "tokio::spawn", "tokio::time"],
        "the service spawns nothing and reads no clock: let startup.rs drive it",
    ),
    ("transport", &["storage::sqlite", "storage::memory", "sqlx"], "only startup.rs names a store"),
];

fn sources(part: &str) -> Vec<PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![src.join(format!("{part}.rs"))];
    let mut folders = vec![src.join(part)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found
}

/// The code without comments, line by line.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned()).collect()
}

#[test]
fn folders_use_what_they_may() {
    let mut wrong = Vec::new();
    for (part, allowed) in MAY_USE {
        for path in sources(part) {
            for line in code(&path) {
                for used in line.match_indices("crate::").map(|(at, word)| &line[at + word.len()..]) {
                    let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if !used.is_empty() && !allowed.contains(&used.as_str()) {
                        wrong.push(format!("{}: `{part}` may not use `{used}`: {}", path.display(), line.trim()));
                    }
                }
            }
        }
    }
    for (part, words, why) in NEVER {
        for path in sources(part) {
            for line in code(&path) {
                if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                    wrong.push(format!("{}: `{word}` in `{part}`: {why}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "Edges that the architecture has not (move the code, or change ARCHITECTURE.md and this table):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn only_startup_names_two_stores() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let parts = MAY_USE.iter().map(|(part, _)| *part).filter(|part| *part != "storage");
    for path in parts.flat_map(sources).chain([src.join("main.rs")]) {
        let text = code(&path).join("\n");
        assert!(
            !text.contains("SqliteStore") && !text.contains("MemoryStore"),
            "{}: a store is chosen in startup.rs alone",
            path.display()
        );
    }
}
