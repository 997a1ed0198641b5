//! Content-hashed names and compressed twins of the files that a browser loads.
//!
//! Always: a name says the content, so that it may be cached for ever; a `.br` twin unpacks to its plain file.
//! Never: two contents under one name.

use super::digest;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;

const NAME_HASH_CHARS: usize = 16;
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW: i32 = 22;

/// Files of `target/web` by path, and the addresses of the hashed ones by their plain names.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    addresses: BTreeMap<String, String>,
}

impl Assets {
    /// Adds `boot.js` as `assets/boot-HASH.js` and returns its address `/assets/boot-HASH.js`.
    pub(crate) fn add_hashed(&mut self, name: &str, bytes: Vec<u8>) -> Result<String> {
        let (stem, extension) = name
            .rsplit_once('.')
            .context("an asset needs an extension")?;
        let hash = &digest::hex(&bytes)[..NAME_HASH_CHARS];
        let path = format!("assets/{stem}-{hash}.{extension}");
        let address = format!("/{path}");
        self.addresses.insert(name.to_owned(), address.clone());
        self.add(&path, bytes)?;
        Ok(address)
    }

    /// Adds a file under its own path, and its compressed twin.
    pub(crate) fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<()> {
        self.files.insert(format!("{path}.br"), brotli(&bytes)?);
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// Replaces every `{{name}}` by the address of that asset.
    pub(crate) fn fill(&self, template: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").context("`{{` without `}}`")?;
            let Some(address) = self.addresses.get(name) else {
                bail!("a page names {{{{{name}}}}}, but there is no such asset");
            };
            filled.push_str(before);
            filled.push_str(address);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// Compresses as far as brotli can.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: bytes.len(),
        // A module packs a quarter of a percent better by this mode and in these pieces.
        mode: brotli::enc::backward_references::BrotliEncoderMode::BROTLI_MODE_FONT,
        lgblock: 16,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}
