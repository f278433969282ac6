//! The real clock, randomness and password hashing.

use std::time::{SystemTime, UNIX_EPOCH};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use async_trait::async_trait;
use chat_proto::error::{Code, Error};
use chat_proto::place::Millis;
use chat_proto::secret::Password;
use tokio::sync::Semaphore;

use crate::domain::random::Random;
use crate::service::{Clock, Passwords};

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Millis {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as Millis)
    }
}

/// The operating system's randomness.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, buffer: &mut [u8]) {
        // Without randomness no token is safe: better no server than a guessable one.
        getrandom::fill(buffer).unwrap_or_else(|error| panic!("the operating system gives no randomness: {error}"));
    }
}

/// Argon2id with the library's defaults (19 MiB, two passes), on threads of their own.
pub struct Argon2Passwords {
    /// Each takes 19 MiB: so many at once.
    slots: Semaphore,
    /// A hash of nobody's password, to take as long for an unknown identity.
    nobody: String,
}

impl Argon2Passwords {
    /// So many hashes at once.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new(at_once: usize) -> Result<Self, String> {
        let nobody = Argon2::default().hash_password(b"nobody's password").map_err(|error| error.to_string())?.to_string();
        Ok(Self { slots: Semaphore::new(at_once), nobody })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let busy = |_| Error::new(Code::Unavailable, "The server is stopping.");
        let _slot = self.slots.acquire().await.map_err(|error| busy(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| busy(error.to_string()))
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &Password) -> Result<String, Error> {
        let password = password.clone();
        let hash = self.run(move || Argon2::default().hash_password(password.as_str().as_bytes()).map(|hash| hash.to_string())).await?;
        hash.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            Error::new(Code::Unavailable, "The server cannot store a password at the moment.")
        })
    }

    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.clone();
        let fits = self.run(move || match PasswordHash::new(&hash) {
            Ok(hash) => Argon2::default().verify_password(password.as_str().as_bytes(), &hash).is_ok(),
            Err(error) => {
                tracing::error!(%error, "a stored password hash cannot be read");
                false
            }
        });
        Ok(fits.await? && known)
    }
}
