//! What a command asks the person who gave it.

use std::io::{self, BufRead, IsTerminal, Write};

use chat_proto::secret::Password;

use crate::operate::Problem;

/// A password: on a terminal typed twice, without being shown; else the first line of standard input. Never
/// an argument, which everybody on the machine can read.
///
/// # Errors
/// One sentence: what is wrong with it.
pub fn password(name: &str) -> Result<Password, Problem> {
    let unreadable = |error: io::Error| format!("The password cannot be read: {error}.");
    let text = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password(format!("Password for {name}: ")).map_err(unreadable)?;
        let second = rpassword::prompt_password("The same again: ").map_err(unreadable)?;
        if first != second {
            return Err(Problem::Failed("The two passwords differ. Nothing was changed.".to_owned()));
        }
        first
    } else {
        line().map_err(unreadable)?
    };
    Ok(Password::parse(text).map_err(|reason| format!("The password {reason}."))?)
}

/// Lets a name be typed before what cannot be undone.
///
/// # Errors
/// That another one was typed.
pub fn confirm(what: &str, name: &str) -> Result<(), Problem> {
    // A prompt that nobody sees is no reason to stop.
    let _ = write!(io::stderr(), "{what} Type the name {name} to go on: ");
    let typed = line().map_err(|error| format!("The name cannot be read: {error}."))?;
    if typed.trim() == name {
        return Ok(());
    }
    Err(Problem::Failed(format!("That is not {name}: nothing was deleted. With --yes the name is not asked for.")))
}

fn line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
