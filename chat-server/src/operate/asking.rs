//! To whom an operator's command speaks: the server that runs, or the service itself.

use std::path::PathBuf;

use chat_proto::event::Outcome;
use chat_proto::name::Identity;
use chat_proto::request::{Request, UserFind};
use chat_proto::text::Query;
use chat_proto::user::User;

use crate::operate::Problem;
use crate::settings::Settings;
use crate::startup::Alone;
use crate::transport::admin::{self, Ask};

/// Whoever answers.
pub enum Asking {
    /// The server that runs on that data directory.
    Running(PathBuf),
    /// The service in this process, with the directory's lock.
    Alone(Box<Alone>),
}

impl Asking {
    /// Finds out whether a server runs; where none does, takes its place.
    ///
    /// # Errors
    /// One sentence: what is wrong, and what to do.
    pub async fn open(settings: &Settings) -> Result<Self, Problem> {
        if admin::is_running(&settings.data).await? {
            return Ok(Self::Running(settings.data.clone()));
        }
        Ok(Self::Alone(Box::new(Alone::open(settings).await?)))
    }

    /// The server that runs; nothing else will do.
    ///
    /// # Errors
    /// One sentence: that none runs.
    pub async fn running(settings: &Settings) -> Result<Self, Problem> {
        if admin::is_running(&settings.data).await? {
            return Ok(Self::Running(settings.data.clone()));
        }
        let data = settings.data.display();
        Err(Problem::Failed(format!("No server runs on {data}. Start it, or name its data directory with --data.")))
    }

    /// Makes a request.
    ///
    /// # Errors
    /// Why it was refused, or what is wrong.
    pub async fn ask<R: Request>(&self, request: &R) -> Result<R::Reply, Problem> {
        let payload = serde_json::to_value(request).map_err(|error| error.to_string())?;
        let ask = Ask { event: R::NAME.to_owned(), payload };
        let outcome = match self {
            Self::Running(data) => {
                let stopped = || format!("The server on {} has stopped meanwhile. Try again.", data.display());
                admin::ask(data, &ask).await?.ok_or_else(stopped)?
            }
            Self::Alone(alone) => admin::answer(&alone.service, ask).await,
        };
        match outcome {
            Outcome::Ok(reply) => {
                serde_json::from_value(reply).map_err(|error| Problem::Failed(format!("The server's answer cannot be read: {error}.")))
            }
            Outcome::Error(error) => Err(Problem::Refused(error)),
        }
    }

    /// The account of that name.
    ///
    /// # Errors
    /// That there is none.
    pub async fn account(&self, name: &Identity) -> Result<User, Problem> {
        let query = Query::parse(name.as_str()).map_err(|reason| format!("The name {reason}."))?;
        let found = self.ask(&UserFind { query, limit: None }).await?;
        let user = found.users.into_iter().find(|user| user.identity.as_ref() == Some(name));
        user.ok_or_else(|| Problem::Failed(format!("There is no account {name}. chat-server user list shows them all.")))
    }

    /// Lets go of the data directory, once everything is written.
    pub async fn close(self) {
        if let Self::Alone(alone) = self {
            alone.close().await;
        }
    }
}
