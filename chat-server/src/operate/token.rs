//! `chat-server token`: bots, and what they come in by.

use std::fmt::Write;

use chat_proto::name::DisplayName;
use chat_proto::request::token_create::{Scope, TokenCreated, TokenInfo};
use chat_proto::request::{TokenCreate, TokenList, TokenRevoke};

use crate::cli::TokenCommand;
use crate::operate::Problem;
use crate::operate::asking::Asking;
use crate::operate::room::find;
use crate::operate::table::{moment, table};
use crate::settings::Settings;

/// Does the command; gives what it prints.
///
/// # Errors
/// One sentence: what is wrong, and what to do.
pub async fn run(settings: &Settings, command: TokenCommand) -> Result<String, Problem> {
    let server = Asking::open(settings).await?;
    let told = match command {
        TokenCommand::Create { name, rooms, scopes, signed, json } => create(&server, name, &rooms, scopes, signed, json).await,
        TokenCommand::List { json } => list(&server, json).await,
        TokenCommand::Revoke { token } => revoke(&server, &token).await,
    };
    server.close().await;
    told
}

async fn create(
    server: &Asking,
    name: DisplayName,
    rooms: &[String],
    scopes: Vec<Scope>,
    signed: bool,
    json: bool,
) -> Result<String, Problem> {
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    for room in rooms {
        let room = find(server, room).await?.room;
        names.push(format!("#{}", room.name));
        ids.push(room.id);
    }
    let made = server.ask(&TokenCreate { name, scopes, rooms: ids, signed }).await?;
    if json {
        return Ok(serde_json::to_string(&made).map_err(|error| error.to_string())? + "\n");
    }
    Ok(told(&made, &names.join(" ")))
}

/// What is told once of a new token.
fn told(TokenCreated { token, signing_secret, info }: &TokenCreated, rooms: &str) -> String {
    let mut text = format!("Made the bot {} in {rooms}. Its token is shown this once:\n\n  {}\n\n", info.bot.name, token.as_str());
    // Writing to a string cannot fail.
    if info.scopes.iter().any(|scope| matches!(scope, Scope::Read | Scope::Send)) {
        let _ = writeln!(text, "It connects with CHAT_TOKEN, or with the handshake {{\"token\": TOKEN}}.");
    }
    if info.scopes.contains(&Scope::Hook) {
        let _ = writeln!(text, "Its webhook, below the server's address:\n\n  POST /hooks/{}/{}\n", info.id, token.as_str());
    }
    if let Some(secret) = signing_secret {
        let _ = writeln!(text, "What posts must be signed with (GitHub: \"Secret\"), shown this once, too:\n\n  {}\n", secret.as_str());
    }
    let _ = writeln!(text, "chat-server token revoke {} ends it.", info.id);
    text
}

async fn list(server: &Asking, json: bool) -> Result<String, Problem> {
    let tokens = server.ask(&TokenList {}).await?.tokens;
    if json {
        let lines = tokens.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    let row = |info: &TokenInfo| {
        let scopes: Vec<&str> = info.scopes.iter().map(|scope| word(*scope)).collect();
        let signed = if info.signed { "signed" } else { "" };
        let used = info.used.map_or_else(|| "never".to_owned(), moment);
        vec![info.bot.name.to_string(), info.id.to_string(), scopes.join(","), moment(info.created), used, signed.to_owned()]
    };
    let rows: Vec<Vec<String>> = tokens.iter().map(row).collect();
    Ok(table(&["BOT", "ID", "SCOPES", "SINCE (UTC)", "LAST USED", ""], &rows))
}

async fn revoke(server: &Asking, wanted: &str) -> Result<String, Problem> {
    let tokens = server.ask(&TokenList {}).await?.tokens;
    let found = tokens.into_iter().find(|info| info.id.as_str() == wanted || info.bot.name.as_str() == wanted);
    let Some(info) = found else {
        return Err(Problem::Failed(format!("There is no bot {wanted}. chat-server token list shows them all.")));
    };
    server.ask(&TokenRevoke { id: info.id }).await?;
    Ok(format!("Ended the token of {}; the bot has left its rooms.\n", info.bot.name))
}

fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Send => "send",
        Scope::Hook => "hook",
    }
}
