//! Bundles at the hub: its key, and opening what was sealed for it.
//!
//! The seal is what every browser can make: an own point on P-256 for each bundle, the shared secret through
//! HKDF-SHA-256 with both points as its info, AES-256-GCM under a nonce of zeros, bound to the head. The key serves once.
//! Always: the key follows from the hub's secret, which is part of every backup: a restored hub opens old bundles.
//! Never: says more than "damaged" of what does not open.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit as _, Nonce};
use flate2::read::GzDecoder;
use p256::{PublicKey, SecretKey};
use sha2::{Digest as _, Sha256};
use shared::ids::{Digest, hex_text};
use shared::sync::bundle::{BundleFault, hub_name};
use shared::time::Millis;
use shared::wire::bundle::{
    BUNDLE_PHOTOS_MAX, BUNDLE_PUSHES_MAX, BUNDLE_TEXT_BYTES_MAX, BundleText,
};
use tokio::sync::Semaphore;

use crate::store::HubKeys;

const POINT_BYTES: usize = 65;
/// The two first bytes of gzip.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bundles that are opened at the same time: each takes three times its size of memory.
const OPENED_AT_ONCE_MAX: usize = 2;
/// Bundles that one bearer may bring in an hour.
const PER_HOUR_MAX: u32 = 60;
const HOUR_MS: i64 = 3_600_000;

/// The key for which phones seal.
pub struct SealKey {
    secret: SecretKey,
    public: Box<[u8]>,
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(redacted)")
    }
}

impl SealKey {
    /// The same for every life of the same hub.
    pub fn of(secret: &[u8; 32]) -> SealKey {
        // One in four thousand million hashes is no number below the order of the curve.
        let secret = (0_u8..=255).find_map(|attempt| {
            let hash = Sha256::new_with_prefix(b"lumbung-bundle-key-1\n");
            let hash = hash.chain_update(secret).chain_update([attempt]).finalize();
            SecretKey::from_slice(&hash).ok()
        });
        let secret = secret.expect("one of 256 hashes is a key");
        SealKey {
            public: secret.public_key().to_sec1_bytes(),
            secret,
        }
    }

    /// The point in hex, as phones are told.
    pub fn public_text(&self) -> String {
        hex_text(&self.public)
    }

    /// The hub's name in the head of a bundle.
    pub fn name(&self) -> Digest {
        hub_name(&self.public)
    }

    /// The content, if it was sealed for this key and belongs to this head.
    pub fn open(&self, head: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (point, sealed) = sealed.split_at_checked(POINT_BYTES)?;
        let theirs = PublicKey::from_sec1_bytes(point).ok()?;
        let secret = self.secret.diffie_hellman(&theirs);
        let cipher = cipher(&secret, point, &self.public)?;
        let payload = Payload {
            msg: sealed,
            aad: head,
        };
        cipher.decrypt(&Nonce::default(), payload).ok()
    }
}

/// Seals as a phone's browser does: for programs and tests. `own` is random and serves once.
pub fn seal(public: &[u8], own: &[u8; 32], head: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let own = SecretKey::from_slice(own).ok()?;
    let theirs = PublicKey::from_sec1_bytes(public).ok()?;
    let point = own.public_key().to_sec1_bytes();
    let secret = own.diffie_hellman(&theirs);
    let payload = Payload {
        msg: content,
        aad: head,
    };
    let sealed = cipher(&secret, &point, public)?.encrypt(&Nonce::default(), payload);
    Some([point.to_vec(), sealed.ok()?].concat())
}

/// The text inside a content, packed or not, under its bounds.
///
/// # Errors
/// `Damaged` where it cannot be read, `TooLarge` beyond a bound.
pub fn read_text(text: &[u8]) -> Result<BundleText, BundleFault> {
    let mut unpacked = Vec::new();
    let text = match text.starts_with(&GZIP) {
        true => {
            let most = BUNDLE_TEXT_BYTES_MAX as u64 + 1;
            let mut packed = GzDecoder::new(text).take(most);
            let read = packed.read_to_end(&mut unpacked);
            read.map_err(|_| BundleFault::Damaged)?;
            &unpacked[..]
        }
        false => text,
    };
    if BUNDLE_TEXT_BYTES_MAX < text.len() {
        return Err(BundleFault::TooLarge);
    }
    let text: BundleText = serde_json::from_slice(text).map_err(|_| BundleFault::Damaged)?;
    match text.pushes.len() <= BUNDLE_PUSHES_MAX && text.photos.len() <= BUNDLE_PHOTOS_MAX {
        true => Ok(text),
        false => Err(BundleFault::TooLarge),
    }
}

fn cipher(secret: &p256::ecdh::SharedSecret, point: &[u8], hub: &[u8]) -> Option<Aes256Gcm> {
    let info = [b"lumbung-bundle-1\n", point, hub].concat();
    let mut key = Key::<Aes256Gcm>::default();
    secret
        .extract::<Sha256>(None)
        .expand(&info, &mut key)
        .ok()?;
    Some(Aes256Gcm::new(&key))
}

/// Who may open how much at once.
#[derive(Debug)]
pub struct Bundles {
    key: OnceLock<Arc<SealKey>>,
    pub turns: Semaphore,
    /// When each bearer's hour began, and what it brought since.
    brought: Mutex<BTreeMap<String, (Millis, u32)>>,
}

impl Default for Bundles {
    fn default() -> Bundles {
        Bundles {
            key: OnceLock::new(),
            turns: Semaphore::new(OPENED_AT_ONCE_MAX),
            brought: Mutex::default(),
        }
    }
}

impl Bundles {
    /// The key of this hub; its secret stays the same as long as the program runs.
    pub fn key(&self, keys: &HubKeys) -> Arc<SealKey> {
        let key = self
            .key
            .get_or_init(|| Arc::new(SealKey::of(&keys.mac_key)));
        Arc::clone(key)
    }

    /// Whether this bearer may bring one more now.
    pub fn admit(&self, bearer: &str, now: Millis) -> bool {
        let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
        brought.retain(|_, (begun, _)| (0..HOUR_MS).contains(&(now.0 - begun.0)));
        let (_, count) = brought.entry(bearer.to_owned()).or_insert((now, 0));
        *count += 1;
        *count <= PER_HOUR_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_hub_opens_a_bundle_and_only_below_its_head() {
        let hub = SealKey::of(&[3; 32]);
        assert_eq!(hub.public_text().len(), 2 * POINT_BYTES);
        assert_eq!(hub.name(), SealKey::of(&[3; 32]).name());
        let sealed = seal(&hub.public, &[5; 32], b"head", b"content").unwrap();
        assert_eq!(sealed.len(), POINT_BYTES + b"content".len() + 16);
        assert_eq!(hub.open(b"head", &sealed).unwrap(), b"content");
        assert_eq!(hub.open(b"Head", &sealed), None);
        assert_eq!(SealKey::of(&[4; 32]).open(b"head", &sealed), None);
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert_eq!(hub.open(b"head", &altered), None, "byte {place}");
        }
        assert_eq!(hub.open(b"head", &sealed[..60]), None);
    }

    #[test]
    fn a_bearer_has_a_bound_per_hour() {
        let bundles = Bundles::default();
        for _ in 0..PER_HOUR_MAX {
            assert!(bundles.admit("a", Millis(5)));
        }
        assert!(!bundles.admit("a", Millis(6)));
        assert!(bundles.admit("b", Millis(6)));
        assert!(bundles.admit("a", Millis(5 + HOUR_MS)));
    }
}
