//! `chat-server user`: accounts.

use chat_proto::name::Identity;
use chat_proto::request::UserSetRole;
use chat_proto::user::ServerRole;

use crate::cli::UserCommand;
use crate::operate::Problem;
use crate::operate::asking::Asking;
use crate::operate::table::{moment, table};
use crate::operate::terminal::{confirm, password};
use crate::service::operator::{AccountLine, UserAdd, UserDelete, UserList, UserSetPassword};
use crate::settings::Settings;

/// Does the command; gives what it prints.
///
/// # Errors
/// One sentence: what is wrong, and what to do.
pub async fn run(settings: &Settings, command: UserCommand) -> Result<String, Problem> {
    let server = Asking::open(settings).await?;
    let told = match command {
        UserCommand::Add { name, role } => add(&server, name, role).await,
        UserCommand::List { json } => list(&server, json).await,
        UserCommand::Passwd { name } => set_password(&server, &name).await,
        UserCommand::Role { name, role } => set_role(&server, &name, role).await,
        UserCommand::Delete { name, yes } => delete(&server, &name, yes).await,
    };
    server.close().await;
    told
}

async fn add(server: &Asking, identity: Identity, role: ServerRole) -> Result<String, Problem> {
    let password = password(identity.as_str())?;
    let sentence = format!("Made the account {identity}, {}.\n", as_what(role));
    server.ask(&UserAdd { identity, password, role }).await?;
    Ok(sentence)
}

async fn list(server: &Asking, json: bool) -> Result<String, Problem> {
    let accounts = server.ask(&UserList {}).await?.accounts;
    if json {
        let lines = accounts.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    let row = |line: &AccountLine| {
        let AccountLine { user, sessions, online, created, seen } = line;
        let identity = user.identity.as_ref().map_or(String::new(), ToString::to_string);
        let seen = if *online { "now".to_owned() } else { moment(*seen) };
        vec![identity, user.name.to_string(), word(user.role).to_owned(), sessions.to_string(), moment(*created), seen]
    };
    let rows: Vec<Vec<String>> = accounts.iter().map(row).collect();
    Ok(table(&["NAME", "SHOWN AS", "ROLE", "SESSIONS", "SINCE (UTC)", "LAST SEEN"], &rows))
}

async fn set_password(server: &Asking, name: &Identity) -> Result<String, Problem> {
    let user = server.account(name).await?.id;
    let password = password(name.as_str())?;
    server.ask(&UserSetPassword { user, password }).await?;
    Ok(format!("Set the password of {name}, and ended all sessions.\n"))
}

async fn set_role(server: &Asking, name: &Identity, role: ServerRole) -> Result<String, Problem> {
    let user = server.account(name).await?.id;
    server.ask(&UserSetRole { user, role }).await?;
    Ok(format!("{name} is {} now.\n", as_what(role)))
}

async fn delete(server: &Asking, name: &Identity, yes: bool) -> Result<String, Problem> {
    let user = server.account(name).await?.id;
    if !yes {
        confirm("What they said stays; the account cannot be had back.", name.as_str())?;
    }
    server.ask(&UserDelete { user }).await?;
    Ok(format!("Deleted the account {name}.\n"))
}

fn word(role: ServerRole) -> &'static str {
    match role {
        ServerRole::Member => "member",
        ServerRole::Moderator => "moderator",
        ServerRole::Owner => "owner",
    }
}

fn as_what(role: ServerRole) -> &'static str {
    match role {
        ServerRole::Member => "a member like everybody",
        ServerRole::Moderator => "a moderator of the server",
        ServerRole::Owner => "an owner of the server",
    }
}
