//! The stage of the real programs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chat_tui::play::pipe::Pipe;
use chat_tui::play::raw::Raw;
use chat_tui::play::scenario::{Actor, Dialect, Kind, Power, Scenario};
use chat_tui::play::server::Server;
use chat_tui::play::stage::{Player, Stage};
use tempfile::TempDir;

use crate::caught;
use crate::page::Browser;
use crate::pages::{Classic, Page};
use crate::tmux::{Tmux, TmuxTerminal};
use crate::tty::Tty;

pub struct Real {
    // In this order they end: clients first, then the server, then its directory.
    browser: Option<Arc<Browser>>,
    tmux: Option<Arc<Tmux>>,
    server: Server,
    dir: TempDir,
}

/// The page of each dialect among `docs/examples/classic`.
fn example(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::A => "first-steps.html",
        Dialect::B => "book.html",
        Dialect::C => "social.html",
        Dialect::D => "smallest.html",
    }
}

impl Real {
    pub fn new(scenario: &Scenario, in_tmux: bool) -> Result<Self, String> {
        let dir = tempfile::tempdir().unwrap();
        let pages = dir.path().join("pages");
        std::fs::create_dir(&pages).unwrap();
        let server = Server::start(Path::new(env!("CARGO_BIN_EXE_chat-server")), dir.path(), &scenario.config, Some(pages.clone()))?;
        for name in [Dialect::A, Dialect::B, Dialect::C, Dialect::D].map(example) {
            let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/classic").join(name);
            // The one address that such a page names is that of a server at home.
            let text = std::fs::read_to_string(page).unwrap().replace("http://localhost:3000", &server.url());
            std::fs::write(pages.join(name), text).unwrap();
        }
        let width = scenario.actors.iter().filter(|actor| actor.kind == Kind::Terminal).map(|actor| actor.columns + 1).sum();
        let height = scenario.actors.iter().filter(|actor| actor.kind == Kind::Terminal).map(|actor| actor.rows).max();
        let tmux = height.filter(|_| in_tmux).map(|height| Arc::new(Tmux::new(width, height)));
        if let Some(tmux) = &tmux {
            println!("  (To watch the terminals: tmux -L {} attach -r)", tmux.socket());
        }
        Ok(Self { browser: None, tmux, server, dir })
    }

    /// The end of what the server has said.
    pub fn log(&self) -> String {
        let log = self.server.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn browser(&mut self) -> Arc<Browser> {
        self.browser.get_or_insert_with(Browser::start).clone()
    }
}

impl Stage for Real {
    fn has(&self, _kind: Kind) -> bool {
        true
    }

    fn owns_server(&self) -> bool {
        true
    }

    fn enter(&mut self, actor: &Actor) -> Result<Box<dyn Player>, String> {
        let (dir, url) = (self.dir.path().join(&actor.name), self.server.url());
        std::fs::create_dir_all(&dir).unwrap();
        Ok(match actor.kind {
            Kind::Terminal => match &self.tmux {
                Some(tmux) => Box::new(TmuxTerminal::enter(tmux.clone(), actor, &url, &dir)?),
                None => Box::new(Tty::enter(actor, url, dir)?),
            },
            Kind::Page => {
                let browser = self.browser();
                Box::new(caught(|| Page::enter(browser, actor, &url))?)
            }
            Kind::Classic(dialect) => {
                let browser = self.browser();
                Box::new(caught(|| Classic::enter(browser, actor, &url, example(dialect)))?)
            }
            Kind::Pipe => Box::new(Pipe::enter(actor, &url, dir, client())),
            Kind::Raw => Box::new(Raw::enter(actor, &url)?),
        })
    }

    fn power(&mut self, power: Power) -> Result<(), String> {
        self.server.power(power)
    }

    fn finish(&mut self) -> Result<(), String> {
        let mut troubles = Vec::new();
        if let Some(tmux) = &self.tmux {
            troubles.extend(tmux.close().err());
        }
        if let Some(browser) = &self.browser {
            for (what, found) in [
                ("A page asked another host", caught(|| browser.strangers())?),
                ("A page's console has errors, or it opened a dialog that none expects", caught(|| browser.complaints())?),
            ] {
                troubles.extend((!found.is_empty()).then(|| format!("{what}: {}", found.join("\n"))));
            }
        }
        if troubles.is_empty() { Ok(()) } else { Err(troubles.join("\n")) }
    }
}

/// The terminal client, built beside the server.
pub fn client() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_chat-server")).with_file_name("chat-tui");
    assert!(path.is_file(), "{} is missing: run `cargo build --workspace` first, as scripts/demo does.", path.display());
    path
}
