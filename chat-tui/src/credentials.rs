//! Who somebody is at which server: a guest's token, made here and kept before it is first used,
//! and an account's, told by the server. One file of the data directory, readable by its owner.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_proto::PROTOCOL;
use chat_proto::handshake::{Auth, Versions};
use chat_proto::name::DisplayName;
use chat_proto::secret::Token;
use chat_proto::text::ClientName;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use crate::platform;
use crate::storage::Pair;

/// Who this person is at one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The guest.
    pub guest: Option<Known>,
    /// The account that they are signed in to; it goes before the guest.
    pub account: Option<Known>,
}

impl Credentials {
    /// Those that are told to the server.
    #[must_use]
    pub fn in_use(&self) -> Option<&Known> {
        self.account.as_ref().or(self.guest.as_ref())
    }

    /// What is told to the server while connecting: as who one comes. Whose name passes keeps nothing,
    /// and tells no token.
    #[must_use]
    pub fn auth(&self, passing: Option<&DisplayName>) -> Auth {
        let auth = Auth { client: ClientName::parse(crate::CLIENT).ok(), protocol: Some(Versions::One(PROTOCOL)), ..Auth::default() };
        match (passing, &self.account, &self.guest) {
            (Some(name), ..) => Auth { guest: Some(name.clone()), ..auth },
            (None, Some(account), _) => Auth { token: Some(account.token.clone()), ..auth },
            (None, None, Some(guest)) => Auth { guest: Some(guest.name.clone()), token: Some(guest.token.clone()), ..auth },
            (None, None, None) => auth,
        }
    }

    /// The same, to change them.
    pub fn in_use_mut(&mut self) -> Option<&mut Known> {
        self.account.as_mut().or(self.guest.as_mut())
    }
}

/// What is kept for one server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The account.
    pub account: Option<Known>,
    /// The guests, the last used first.
    pub guests: Vec<Known>,
}

impl Kept {
    /// Who it is that goes by this name, or who was here last.
    #[must_use]
    pub fn choose(&self, name: Option<&DisplayName>) -> Credentials {
        let called = |known: &&Known| name.is_none_or(|name| known.name == *name);
        Credentials { guest: self.guests.iter().find(called).cloned(), account: self.account.as_ref().filter(called).cloned() }
    }

    /// The token is that pair's.
    pub fn put_pair(&mut self, token: &Token, pair: &Pair) {
        for known in self.account.iter_mut().chain(&mut self.guests).filter(|known| known.token == *token) {
            known.pair = Some(pair.clone());
        }
    }

    /// This guest is the last used one.
    pub fn put_guest(&mut self, guest: Known) {
        self.guests.retain(|known| known.name != guest.name && known.token != guest.token);
        self.guests.insert(0, guest);
    }
}

/// A name, and the token that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The name, as it was last called.
    pub name: DisplayName,
    /// The token.
    pub token: Token,
    /// Which server's which user it was last, once a `welcome` has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<Pair>,
}

/// The file.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
}

impl File {
    /// The file in the platform's data directory.
    ///
    /// # Errors
    /// A sentence for people when there is no such directory.
    pub fn open() -> Result<Self, String> {
        let base = etcetera::choose_base_strategy().map_err(|error| format!("There is no data directory for you: {error}."))?;
        Ok(Self::at(base.data_dir().join("chat-tui").join("credentials.toml")))
    }

    /// The file at this path.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept for the server at that address.
    ///
    /// # Errors
    /// A sentence for people when the file cannot be read.
    pub fn load(&self, url: &str) -> Result<Kept, String> {
        Ok(self.read()?.remove(url).unwrap_or_default())
    }

    /// Changes what is kept for the server at that address; it is on disk when this returns.
    ///
    /// # Errors
    /// A sentence for people when the file cannot be read or written.
    pub fn change(&self, url: &str, change: impl FnOnce(&mut Kept)) -> Result<Kept, String> {
        let shown = self.path.display();
        let directory = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(directory).map_err(|error| format!("Cannot make {}: {error}.", directory.display()))?;
        let _lock = platform::lock(&self.path.with_extension("lock")).map_err(|error| format!("Cannot lock {shown}: {error}."))?;
        let mut all = self.read()?;
        let kept = all.entry(url.to_owned()).or_default();
        change(kept);
        let kept = kept.clone();
        let text = toml::to_string(&all).map_err(|error| format!("Cannot write {shown}: {error}."))?;
        platform::write_private(&self.path, text.as_bytes()).map_err(|error| format!("Cannot write {shown}: {error}."))?;
        Ok(kept)
    }

    fn read(&self) -> Result<BTreeMap<String, Kept>, String> {
        let shown = self.path.display();
        match std::fs::read_to_string(&self.path) {
            Ok(text) => {
                toml::from_str(&text).map_err(|error| format!("{shown} is damaged: {}. Move it away to begin anew.", error.message()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(format!("Cannot read {shown}: {error}.")),
        }
    }
}

/// A new token: 256 random bits.
///
/// # Errors
/// When the system gives no random bits.
pub fn new_token() -> Result<Token, String> {
    let mut bits = [0_u8; 32];
    getrandom::fill(&mut bits).map_err(|error| format!("The system gives no random numbers: {error}."))?;
    Token::parse(URL_SAFE_NO_PAD.encode(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_by_its_address() {
        let directory = tempfile::tempdir().unwrap();
        let file = File::at(directory.path().join("deep/credentials.toml"));
        assert_eq!(file.load("http://a").unwrap(), Kept::default());
        let guest = |name: &str| Known { name: DisplayName::parse(name).unwrap(), token: new_token().unwrap(), pair: None };
        let (mut ada, bob) = (guest("Ada L."), guest("bob"));
        file.change("http://a", |kept| kept.put_guest(ada.clone())).unwrap();
        let kept = file.change("http://a", |kept| kept.put_guest(bob.clone())).unwrap();
        file.change("http://b", |kept| kept.account = Some(ada.clone())).unwrap();
        assert_eq!(kept, file.load("http://a").unwrap());
        assert_eq!(kept.choose(None).guest, Some(bob));
        assert_eq!(kept.choose(Some(&ada.name)).guest, Some(ada.clone()));
        platform::assert_private(file.path());
        ada.pair = Some((chat_proto::id::ServerId::parse("s1").unwrap(), chat_proto::id::UserId::parse("u1").unwrap()));
        file.change("http://b", |kept| kept.put_pair(&ada.token, ada.pair.as_ref().unwrap())).unwrap();
        assert_eq!(file.load("http://b").unwrap().account, Some(ada));
    }

    #[test]
    fn a_damaged_file_is_one_sentence() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("credentials.toml");
        std::fs::write(&path, "nonsense").unwrap();
        assert!(File::at(path).load("http://a").unwrap_err().contains("is damaged"));
    }
}
