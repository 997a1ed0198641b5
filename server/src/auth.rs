//! Secrets: passwords, tokens, and how often one may guess.
//!
//! Always: passwords are hashed with argon2id, a bounded number at a time; tokens have 256 random
//! bits and only their hash is stored.
//! Never: logs or keeps a password or token.

mod attempts;
mod certificate;

pub use attempts::Attempts;
pub use certificate::{Certificate, CertificateFault};

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sha2::{Digest as _, Sha256};
use shared::ids::{hex_bytes, hex_text};
use tokio::sync::Semaphore;

/// Hashes at a time: each takes 19 MiB and some 50 ms of one core.
const HASHES_AT_ONCE_MAX: usize = 2;
/// Hashes that wait for a turn, before sign-in says "busy".
const HASHES_WAITING_MAX: usize = 64;
/// Without letters and digits that look alike.
const PASSWORD_LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789=";
const GENERATED_GROUPS: usize = 3;
const GENERATED_GROUP_CHARS: usize = 4;

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes after boot");
    bytes
}

/// A new secret as text, and the hash that is stored in its place.
pub fn new_token() -> (String, String) {
    let token = hex_text(&random::<32>());
    let hash = token_hash(&token);
    (token, hash)
}

/// What is stored of a token. Its 256 random bits need no slow hash.
pub fn token_hash(token: &str) -> String {
    hex_text(&Sha256::digest(token.as_bytes()))
}

/// A mark that says: somebody signed in to this account from this browser. Only the holder of
/// `key` can make it.
pub fn new_browser_mark(key: &[u8], username: &str) -> String {
    let nonce = hex_text(&random::<16>());
    let seal = browser_seal(key, username, &nonce);
    format!("{nonce}.{seal}")
}

/// Whether the mark was made with `key` for that account.
pub fn is_browser_mark(key: &[u8], username: &str, mark: &str) -> bool {
    mark.split_once('.').is_some_and(|(nonce, seal)| {
        hex_bytes::<16>(nonce).is_some() && seal == browser_seal(key, username, nonce)
    })
}

/// The nonce has a fixed length and stands last, so nothing can be appended to what is hashed.
fn browser_seal(key: &[u8], username: &str, nonce: &str) -> String {
    let hasher = Sha256::new_with_prefix(b"browser");
    let hasher = hasher.chain_update(key).chain_update(username);
    hex_text(&hasher.chain_update(nonce).finalize())
}

/// Whether the text has the form of a token; anything else need not be looked up.
pub fn is_token(text: &str) -> bool {
    hex_bytes::<32>(text).is_some()
}

/// A password to read out over the phone: three groups of four, 60 bits or close to it.
pub fn generated_password() -> String {
    let mut groups = Vec::with_capacity(GENERATED_GROUPS);
    for _ in 0..GENERATED_GROUPS {
        let mut group = String::with_capacity(GENERATED_GROUP_CHARS);
        while group.len() < GENERATED_GROUP_CHARS {
            let [byte] = random::<1>();
            let letter = PASSWORD_LETTERS[usize::from(byte % 32)];
            // The filler only makes the table 32 long, so that every letter is as likely.
            if letter != b'=' {
                group.push(char::from(letter));
            }
        }
        groups.push(group);
    }
    groups.join("-")
}

/// Hashes and checks passwords, a few at a time, away from the threads that serve requests.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Hash of nothing anyone knows: checked where an account is missing, to take as long.
    decoy: Arc<str>,
}

/// Too many passwords wait to be hashed.
#[derive(Debug)]
pub struct PasswordsBusy;

impl Default for Passwords {
    fn default() -> Self {
        Passwords {
            turns: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)),
            queue: Arc::new(Semaphore::new(HASHES_WAITING_MAX)),
            decoy: hash(&hex_text(&random::<16>())).into(),
        }
    }
}

impl Passwords {
    /// The argon2id hash of a password, with its salt and costs.
    pub async fn hash(&self, password: String) -> Result<String, PasswordsBusy> {
        self.in_turn(move || hash(&password)).await
    }

    /// Whether the password is the one that was hashed. Without an account, still takes the time.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, PasswordsBusy> {
        let decoy = Arc::clone(&self.decoy);
        self.in_turn(move || {
            let fits = verify(&password, stored.as_deref().unwrap_or(&decoy));
            fits && stored.is_some()
        })
        .await
    }

    async fn in_turn<T, F>(&self, work: F) -> Result<T, PasswordsBusy>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let _place = self.queue.try_acquire().map_err(|_| PasswordsBusy)?;
        let _turn = self.turns.acquire().await.map_err(|_| PasswordsBusy)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| PasswordsBusy)
    }
}

fn hash(password: &str) -> String {
    let hashed: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .expect("the default costs of argon2 are valid and the salt is its own");
    hashed.to_string()
}

fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests;
