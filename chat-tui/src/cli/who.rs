//! As who a command without a screen comes: with a token that it is given, as who is kept for the
//! address, or as a guest of its own.

use std::io::{self, IsTerminal};
use std::path::Path;

use chat_proto::name::DisplayName;
use chat_proto::secret::Token;

use super::name;
use crate::credentials::{Credentials, File, Known, new_token};
use crate::pipe::notes::Notes;
use crate::pipe::who::Who;
use crate::platform;

/// How long a guest without a name is to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// On one connection: such a guest leaves nothing behind.
    Passing,
    /// As long as the command runs, by a token in memory: the same person on each connection, whose
    /// repeats are recognised.
    ThisCommand,
}

/// Finds out as who to come.
///
/// # Errors
/// A sentence for people.
pub fn choose(url: &str, asked_for: Option<DisplayName>, token: Option<Token>, stay: Stay, notes: &mut Notes) -> Result<Who, String> {
    if let Some(token) = token {
        // The name is only what a session is called until the server tells.
        let name = asked_for.map_or_else(|| DisplayName::parse("me"), Ok)?;
        let account = Some(Known { name, token, pair: None });
        return Ok(Who { credentials: Credentials { guest: None, account }, passing: None, new: None });
    }
    let file = match (File::open(), &asked_for) {
        (Ok(file), _) => Some(file),
        (Err(reason), Some(name)) => {
            notes.say(&format!("{reason} So {name} is a new guest each time."));
            None
        }
        (Err(_), None) => None,
    };
    let Some(file) = file else { return in_memory(asked_for, stay) };
    let known = file.load(url)?.choose(asked_for.as_ref()) != Credentials::default();
    let who = name::choose(&file, url, asked_for.clone(), None, ask)?;
    match who.passing {
        Some(_) => in_memory(None, stay),
        None => Ok(Who { new: asked_for.filter(|_| !known), credentials: who.credentials, passing: None }),
    }
}

/// A guest of whom nothing is kept.
fn in_memory(name: Option<DisplayName>, stay: Stay) -> Result<Who, String> {
    let guest = DisplayName::parse("guest")?;
    if stay == Stay::Passing && name.is_none() {
        return Ok(Who { credentials: Credentials::default(), passing: Some(guest), new: None });
    }
    let known = Known { name: name.clone().unwrap_or(guest), token: new_token()?, pair: None };
    Ok(Who { credentials: Credentials { guest: Some(known), account: None }, passing: None, new: name })
}

/// Asks for a name where somebody can answer.
fn ask() -> Result<Option<DisplayName>, String> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    // Standard output is for what the command prints.
    name::ask(&mut io::stdin().lock(), &mut io::stderr(), name::of_user().as_deref())
}

/// The token in a file, and a warning if it is not its owner's alone to read.
///
/// # Errors
/// A sentence for people.
pub fn token_of_file(path: &Path) -> Result<(Token, Option<String>), String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("The token in {shown} cannot be read: {error}."))?;
    let token = Token::parse(text.trim()).map_err(|reason| format!("What stands in {shown} {reason}."))?;
    let open = platform::others_can_read(path).map_err(|error| format!("{shown} cannot be looked at: {error}."))?;
    let warning = open.then(|| format!("Others on this machine can read the token in {shown}: chmod 600 makes it yours alone."));
    Ok((token, warning))
}
