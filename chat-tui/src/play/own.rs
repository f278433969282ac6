//! The stage of this program alone: its own terminals, tools and bare connections, and a server that
//! runs already or is started for it.

use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::pipe::Pipe;
use super::raw::Raw;
use super::runner::lacking;
use super::scenario::{Actor, Kind, Power, Scenario};
use super::server::Server;
use super::stage::{Player, Stage};
use super::terminal::Terminal;

/// Why a scenario cannot be played by this program alone, told before anything is done.
#[must_use]
pub fn trouble(scenario: &Scenario, starts_server: bool) -> Option<String> {
    lacking(scenario, Own::plays, starts_server)
}

/// Where this program plays by itself.
#[derive(Debug)]
pub struct Own {
    // In this order they end: the server before its directory.
    server: Option<Server>,
    url: String,
    program: PathBuf,
    folder: Folder,
}

impl Own {
    /// With a server that is started for it from that program, else with the one at that address.
    ///
    /// # Errors
    /// Why the server did not start.
    pub fn new(scenario: &Scenario, url: &str, server: Option<&Path>) -> Result<Self, String> {
        let folder = Folder::make()?;
        let server = server.map(|program| Server::start(program, folder.path(), &scenario.config, None)).transpose()?;
        let url = server.as_ref().map_or_else(|| url.to_owned(), Server::url);
        let program = std::env::current_exe().map_err(|error| format!("This program does not find itself: {error}."))?;
        Ok(Self { server, url, program, folder })
    }

    /// Whether actors of that kind need nothing but this program.
    #[must_use]
    pub fn plays(kind: Kind) -> bool {
        matches!(kind, Kind::Terminal | Kind::Pipe | Kind::Raw)
    }
}

impl Stage for Own {
    fn has(&self, kind: Kind) -> bool {
        Self::plays(kind)
    }

    fn owns_server(&self) -> bool {
        self.server.is_some()
    }

    fn enter(&mut self, actor: &Actor) -> Result<Box<dyn Player>, String> {
        let dir = self.folder.path().join(&actor.name);
        Ok(match actor.kind {
            Kind::Terminal => Box::new(Terminal::enter(actor, &self.url, dir)?),
            Kind::Pipe => Box::new(Pipe::enter(actor, &self.url, dir, self.program.clone())),
            Kind::Raw => Box::new(Raw::enter(actor, &self.url)?),
            Kind::Page | Kind::Classic(_) => {
                return Err(format!("{} is of the kind {}, which is not played here.", actor.name, actor.kind));
            }
        })
    }

    fn power(&mut self, power: Power) -> Result<(), String> {
        self.server.as_mut().ok_or("The server is not ours.")?.power(power)
    }

    fn finish(&mut self) -> Result<(), String> {
        Ok(())
    }
}
