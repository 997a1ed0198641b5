//! Bundles as bytes: what goes before and after the sealed content, and the receipts that come back.
//!
//! Always: a carrier can tell a whole bundle of its own hub from anything else, without reading what is in it.
//! Never: seals or opens; the browser and the server do, each with a library that is looked after.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::ids::{Digest, OpId, hex_bytes, hex_text};
use crate::json::{self, to_text};
use crate::wire::bundle::{BUNDLE_BYTES_MAX, BundleHead, BundleReceipt, HEAD_BYTES_MAX};

/// Before the version.
const MARK: &[u8] = b"LUMBUNG-TITIPAN ";
const VERSION: &[u8] = b"1\n";
const RECEIPT_MARK: &str = "LUMBUNG-TANDA-TERIMA ";
const RECEIPT_VERSION: &str = "1\n";
/// The public point before the sealed bytes, and the tag after them.
pub const SEAL_BYTES: u64 = 65 + 16;
/// SHA-256 and signature at the end.
pub const TAIL_BYTES: usize = 64;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleFault {
    /// Neither a bundle nor a receipt.
    Unknown,
    /// Of a later version of the app.
    Newer,
    TooLarge,
    /// Cut off, or altered on the way.
    Damaged,
    /// For another server, or a receipt for another phone.
    Foreign,
}

impl BundleFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            BundleFault::Unknown => "bundle_unknown",
            BundleFault::Newer => "bundle_newer",
            BundleFault::TooLarge => "bundle_too_large",
            BundleFault::Damaged => "bundle_damaged",
            BundleFault::Foreign => "bundle_foreign",
        }
    }
}

/// What only a phone and its hub know: the SHA-256 of the phone's secret, which is what the hub keeps of it.
#[derive(Clone)]
pub struct DeviceKey([u8; 32]);

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(redacted)")
    }
}

impl DeviceKey {
    /// On the phone.
    pub fn of_secret(secret: &str) -> DeviceKey {
        DeviceKey(Sha256::digest(secret).into())
    }

    /// At the hub, from the hash of the secret.
    pub fn of_hash(hash: &str) -> Option<DeviceKey> {
        hex_bytes(hash).map(DeviceKey)
    }

    /// Under a bundle; `digest` is the SHA-256 of all before.
    pub fn sign_bundle(&self, digest: &[u8; 32]) -> [u8; 32] {
        self.sign(b"lumbung-bundle-1\n", digest)
    }

    /// Whether this phone signed the bundle; takes the same time for every wrong signature.
    pub fn has_signed(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        let hash = self.hash(b"lumbung-bundle-1\n", digest);
        hash.verify_slice(signature).is_ok()
    }

    fn sign(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
        self.hash(purpose, bytes).finalize().into_bytes().into()
    }

    fn hash(&self, purpose: &[u8], bytes: &[u8]) -> Hmac<Sha256> {
        let mut hash =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        hash.update(purpose);
        hash.update(bytes);
        hash
    }
}

/// The name of a hub, by the public key that bundles are sealed for.
pub fn hub_name(public_key: &[u8]) -> Digest {
    half(Sha256::digest(public_key).into())
}

/// Of op ids in the order of a lane.
pub fn stretch_digest(ids: &[OpId]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"lumbung-stretch-1\n");
    ids.iter().for_each(|id| hash.update(id.0));
    half(hash.finalize().into())
}

fn half(whole: [u8; 32]) -> Digest {
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    Digest(half)
}

/// The number by which people speak of a bundle: eight digits of its digest, such as `4821-0937`.
pub fn number(digest: &[u8; 32]) -> String {
    let mut digits = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let mut text = [b'-'; 9];
    for place in [8, 7, 6, 5, 3, 2, 1, 0] {
        text[place] = b'0' + (digits % 10) as u8;
        digits /= 10;
    }
    text.iter().map(|digit| char::from(*digit)).collect()
}

/// Mark and head: what the sealed content is bound to, and what the file begins with.
pub fn head_bytes(head: &BundleHead) -> Vec<u8> {
    let mut bytes = [MARK, VERSION].concat();
    bytes.extend_from_slice(to_text(head).as_bytes());
    bytes.push(b'\n');
    bytes
}

/// Reads mark and head from the first bytes of a file ([`HEAD_BYTES_MAX`] are enough), and says where the content
/// begins.
///
/// # Errors
/// What the file is instead of a bundle.
pub fn read_head(first: &[u8]) -> Result<(BundleHead, usize), BundleFault> {
    let rest = first.strip_prefix(MARK).ok_or(BundleFault::Unknown)?;
    let rest = rest.strip_prefix(VERSION).ok_or(BundleFault::Newer)?;
    let rest = &rest[..rest.len().min(HEAD_BYTES_MAX)];
    let end = rest.iter().position(|byte| *byte == b'\n');
    let line = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok());
    let line = line.ok_or(BundleFault::Damaged)?;
    let head = json::read(line).map_err(|_| BundleFault::Damaged)?;
    Ok((head, MARK.len() + VERSION.len() + line.len() + 1))
}

/// Whether a bundle is whole and for this hub. `digest` is the SHA-256 of all but the last [`TAIL_BYTES`] of its
/// `length` bytes, `tail` are these.
///
/// # Errors
/// What is wrong with it.
pub fn check(
    head: &BundleHead,
    content: usize,
    length: u64,
    digest: &[u8; 32],
    tail: &[u8],
    hub: Digest,
) -> Result<(), BundleFault> {
    if BUNDLE_BYTES_MAX < length {
        return Err(BundleFault::TooLarge);
    }
    let beside = (content + TAIL_BYTES) as u64;
    let is_whole = head.bytes.checked_add(beside) == Some(length);
    if !is_whole || tail.len() != TAIL_BYTES || tail[..32] != digest[..] {
        return Err(BundleFault::Damaged);
    }
    match head.hub == hub {
        true => Ok(()),
        false => Err(BundleFault::Foreign),
    }
}

/// Whether a file is a receipt of any version, rightly signed or not.
pub fn is_receipt(first: &[u8]) -> bool {
    first.starts_with(RECEIPT_MARK.as_bytes())
}

/// A receipt as a file that its author can trust.
pub fn receipt_text(receipt: &BundleReceipt, key: &DeviceKey) -> String {
    let body = to_text(receipt);
    let signature = key.sign(b"lumbung-receipt-1\n", body.as_bytes());
    let signature = hex_text(&signature);
    [RECEIPT_MARK, RECEIPT_VERSION, &body, "\n", &signature, "\n"].concat()
}

/// Reads a receipt that was made for this phone.
///
/// # Errors
/// What is wrong with it.
pub fn read_receipt(text: &str, key: &DeviceKey) -> Result<BundleReceipt, BundleFault> {
    let rest = text
        .strip_prefix(RECEIPT_MARK)
        .ok_or(BundleFault::Unknown)?;
    let rest = rest
        .strip_prefix(RECEIPT_VERSION)
        .ok_or(BundleFault::Newer)?;
    let (body, signature) = rest.split_once('\n').ok_or(BundleFault::Damaged)?;
    let signature = hex_bytes::<32>(signature.trim_end()).ok_or(BundleFault::Damaged)?;
    if key.sign(b"lumbung-receipt-1\n", body.as_bytes()) != signature {
        return Err(BundleFault::Foreign);
    }
    json::read(body).map_err(|_| BundleFault::Damaged)
}

/// The text and the photos of an opened content; nothing where it is too short for what it says.
pub fn split_content(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests;
