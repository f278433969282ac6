//! Under which name one comes: asked for, kept, or none.

use std::io::{BufRead, Write};

use chat_proto::name::DisplayName;
use chat_proto::secret::Token;

use crate::credentials::{Credentials, File, Known, new_token};

/// Who comes: with credentials, or as a passing guest.
#[derive(Debug)]
pub struct Who {
    /// The credentials; a guest's token is kept already.
    pub credentials: Credentials,
    /// Without a token.
    pub passing: Option<DisplayName>,
}

/// Chooses who comes: the name that was asked for, else who was here last, else the one that is
/// told when asked. A new guest's token is made and kept here, before it is first used.
///
/// # Errors
/// A sentence for people.
pub fn choose(
    file: &File,
    url: &str,
    asked_for: Option<DisplayName>,
    token: Option<Token>,
    ask: impl FnOnce() -> Result<Option<DisplayName>, String>,
) -> Result<Who, String> {
    let mut credentials = file.load(url)?.choose(asked_for.as_ref());
    if let Some(token) = token {
        // The name is only what is shown until the server tells another.
        let name = asked_for.clone().or_else(|| DisplayName::parse("me").ok()).ok_or("is empty")?;
        credentials.account = Some(Known { name, token, pair: None });
    }
    if credentials.account.is_some() || credentials.guest.is_some() {
        return Ok(Who { credentials, passing: None });
    }
    let name = match asked_for {
        Some(name) => Some(name),
        None => ask()?,
    };
    let Some(name) = name else { return Ok(Who { credentials, passing: Some(DisplayName::parse("guest")?) }) };
    let guest = Known { name, token: new_token()?, pair: None };
    file.change(url, |kept| kept.put_guest(guest.clone()))?;
    credentials.guest = Some(guest);
    Ok(Who { credentials, passing: None })
}

/// What this person is called on this machine: a name to offer.
#[must_use]
pub fn of_user() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok())
}

/// Asks for a name, offering one, until it is one.
///
/// # Errors
/// When nothing can be read.
pub fn ask(input: &mut impl BufRead, output: &mut impl Write, offer: Option<&str>) -> Result<Option<DisplayName>, String> {
    let offer = offer.and_then(|offer| DisplayName::parse(offer).ok());
    loop {
        let shown = offer.as_ref().map_or_else(String::new, |offer| format!(" [{offer}]"));
        write!(output, "Your name{shown}: ").and_then(|()| output.flush()).map_err(|error| error.to_string())?;
        let mut line = String::new();
        if input.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
            return Ok(None);
        }
        match (DisplayName::parse(line.trim()), &offer) {
            (Ok(name), _) => return Ok(Some(name)),
            (Err(_), Some(offer)) if line.trim().is_empty() => return Ok(Some(offer.clone())),
            (Err(reason), _) => writeln!(output, "The name {reason}.").map_err(|error| error.to_string())?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> DisplayName {
        DisplayName::parse(name).unwrap()
    }

    #[test]
    fn a_new_guest_is_kept_before_it_is_used() {
        let directory = tempfile::tempdir().unwrap();
        let file = File::at(directory.path().join("credentials.toml"));
        let first = choose(&file, "http://a", Some(name("ada")), None, || panic!("not asked")).unwrap();
        assert_eq!(file.load("http://a").unwrap().guests, [first.credentials.guest.clone().unwrap()]);
        let again = choose(&file, "http://a", None, None, || panic!("not asked")).unwrap();
        assert_eq!(again.credentials, first.credentials);
        let other = choose(&file, "http://a", Some(name("bob")), None, || panic!("not asked")).unwrap();
        assert_ne!(other.credentials, first.credentials);
    }

    #[test]
    fn who_tells_no_name_is_passing() {
        let directory = tempfile::tempdir().unwrap();
        let file = File::at(directory.path().join("credentials.toml"));
        let who = choose(&file, "http://a", None, None, || Ok(None)).unwrap();
        assert_eq!((who.passing, who.credentials), (Some(name("guest")), Credentials::default()));
        assert!(!file.path().exists());
    }

    #[test]
    fn the_offer_is_taken_by_an_empty_line() {
        let mut shown = Vec::new();
        assert_eq!(ask(&mut "\n".as_bytes(), &mut shown, Some("ada")).unwrap(), Some(name("ada")));
        assert_eq!(ask(&mut "\u{1b}\nbob\n".as_bytes(), &mut shown, None).unwrap(), Some(name("bob")));
        assert_eq!(ask(&mut "".as_bytes(), &mut shown, Some("ada")).unwrap(), None);
        assert!(String::from_utf8(shown).unwrap().starts_with("Your name [ada]: "));
    }
}
