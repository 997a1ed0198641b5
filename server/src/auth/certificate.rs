//! What a phone carries of its own enrolment, so that a server that was restored from an older backup knows it again.
//!
//! Always: sealed with the hub's key, which is part of every backup; read only after the seal was found to fit.
//! Always: holds the hash of the phone's secret, so that who finds a certificate cannot use it.
//! Never: says more than the hub knew at the enrolment: what was revoked since is the store's to know.
//!
//! A seal by a secret key (HMAC) is enough, because nobody but the hub has to check it; phones only carry it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::ids::{AccountId, DeviceId, RegionId, Role};
use shared::sync::hub::MacKey;
use shared::time::{DAY_MS, Millis};
use shared::wire::office::{CERTIFICATE_BYTES_MAX, Language};

/// How long it is good for. A phone that was enrolled longer ago is in every backup that anybody would restore; and
/// what an account may do is not brought back from long ago.
const VALID_MS: i64 = 180 * DAY_MS;

/// What the hub knew of a phone and its account when the phone was enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub device: DeviceId,
    pub secret_hash: String,
    pub account: AccountId,
    pub username: String,
    pub name: String,
    pub role: Role,
    pub regions: Vec<RegionId>,
    pub language: Language,
    pub issued: Millis,
}

/// Why a certificate is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Not sealed by this hub, or damaged.
    Foreign,
    Expired,
}

impl Certificate {
    /// The text that a phone stores; none where the account's regions are so many that no phone should carry them.
    pub fn seal(&self, key: &MacKey) -> Option<String> {
        let content = serde_json::to_vec(self).expect("a certificate has plain keys");
        let seal = key.seal(&content);
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(content),
            URL_SAFE_NO_PAD.encode(seal)
        );
        (text.len() <= CERTIFICATE_BYTES_MAX).then_some(text)
    }

    /// Reads what a phone brings.
    ///
    /// # Errors
    /// `Foreign` where this hub's key did not seal it; `Expired` where it is too old, or of a time to come.
    pub fn open(text: &str, key: &MacKey, now: Millis) -> Result<Certificate, CertificateFault> {
        let read = || {
            if CERTIFICATE_BYTES_MAX < text.len() {
                return None;
            }
            let (content, seal) = text.split_once('.')?;
            let content = URL_SAFE_NO_PAD.decode(content).ok()?;
            let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
            if !key.is_seal(&content, &seal) {
                return None;
            }
            serde_json::from_slice::<Certificate>(&content).ok()
        };
        let certificate = read().ok_or(CertificateFault::Foreign)?;
        let age_ms = now.0.saturating_sub(certificate.issued.0);
        // A restored server's clock may be a little behind the old one's.
        match (-DAY_MS..VALID_MS).contains(&age_ms) {
            true => Ok(certificate),
            false => Err(CertificateFault::Expired),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Millis = Millis(1_795_000_000_000);

    fn key(number: u8) -> MacKey {
        MacKey::new([number; 32])
    }

    fn certificate() -> Certificate {
        Certificate {
            device: DeviceId([1; 16]),
            secret_hash: "ab".repeat(32),
            account: AccountId([2; 16]),
            username: "ani".to_owned(),
            name: "Ani Weoé".to_owned(),
            role: Role::Enumerator,
            regions: vec!["53.21".parse().unwrap()],
            language: Language::Id,
            issued: NOW,
        }
    }

    #[test]
    fn it_is_good_for_half_a_year_at_a_hub_with_the_same_key() {
        let text = certificate().seal(&key(1)).unwrap();
        let open = |text: &str, number: u8, days: i64| {
            Certificate::open(text, &key(number), Millis(NOW.0 + days * DAY_MS))
        };
        assert_eq!(open(&text, 1, 0), Ok(certificate()));
        assert_eq!(open(&text, 1, 179), Ok(certificate()));
        assert_eq!(open(&text, 1, 180), Err(CertificateFault::Expired));
        assert_eq!(open(&text, 1, -2), Err(CertificateFault::Expired));
        assert_eq!(open(&text, 2, 0), Err(CertificateFault::Foreign));
        assert_eq!(open("", 1, 0), Err(CertificateFault::Foreign));
        assert!(text.len() < 700, "{} bytes", text.len());
    }

    #[test]
    fn an_account_of_endless_regions_gets_none() {
        let mut endless = certificate();
        endless.regions = vec!["53.21".parse().unwrap(); 10_000];
        assert_eq!(endless.seal(&key(1)), None);
    }

    proptest! {
        #[test]
        fn what_the_hub_did_not_seal_is_foreign(text in ".{0,200}") {
            let read = Certificate::open(&text, &key(1), NOW);
            prop_assert_eq!(read, Err(CertificateFault::Foreign));
        }

        #[test]
        fn a_damaged_one_is_foreign(place in 0usize..10_000, byte in 33u8..127) {
            let text = certificate().seal(&key(1)).unwrap();
            let place = place % text.len();
            let mut bytes = text.clone().into_bytes();
            bytes[place] = byte;
            let damaged = String::from_utf8(bytes).unwrap();
            let read = Certificate::open(&damaged, &key(1), NOW);
            prop_assert!(damaged == text || read == Err(CertificateFault::Foreign));
        }
    }
}
