//! Content-hashed names and compressed twins of the files that a browser loads.
//!
//! Always: a name says the content, so that it may be cached for ever; a `.br` twin unpacks to its plain file.
//! Never: two contents under one name.

use super::digest;
use crate::process::root;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

const NAME_HASH_CHARS: usize = 16;

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
        let ways = match path.starts_with("assets/collector-") {
            true => ALL_WAYS,
            false => ONE_WAY,
        };
        self.files
            .insert(format!("{path}.br"), packed(&bytes, ways)?);
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

/// Compresses as far as brotli can: Node's is Google's own, and packs a module a third of a percent better than the
/// translation of it into Rust. Each way is the size of a piece, as a power of two, then how many near distances are
/// spelled out, and in which steps; the smallest of all is kept.
const BROTLI: &str = "const z = require('zlib'), c = z.constants, fs = require('fs');
    const bytes = fs.readFileSync(process.argv[1]);
    const pack = ([block, direct, postfix]) => z.brotliCompressSync(bytes, { params: {
        [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_LGWIN]: 22, [c.BROTLI_PARAM_LGBLOCK]: block,
        [c.BROTLI_PARAM_NDIRECT]: direct, [c.BROTLI_PARAM_NPOSTFIX]: postfix,
        [c.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    const packed = JSON.parse(process.argv[3]).map(pack).sort((a, b) => a.length - b.length);
    fs.writeFileSync(process.argv[2], packed[0]);";

/// What does well with everything.
const ONE_WAY: &str = "[[16, 15, 0]]";
/// Which of these does best with the phone's module is chance: a few bytes of code more or less make it another one, and
/// 300 bytes of difference. Two seconds for each.
const ALL_WAYS: &str = "[[16, 15, 0], [16, 4, 0], [16, 16, 1], [17, 0, 0], [17, 16, 1], [18, 15, 0], [18, 8, 1], [19, 8, 0]]";

/// The bytes in brotli.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    packed(bytes, ONE_WAY)
}

fn packed(bytes: &[u8], ways: &str) -> Result<Vec<u8>> {
    let folder = root().join("target/bindgen");
    fs::create_dir_all(&folder)?;
    let (plain, small) = (folder.join("plain"), folder.join("packed"));
    fs::write(&plain, bytes)?;
    let mut node = Command::new("node");
    let files = [plain.as_os_str(), small.as_os_str()];
    let status = node.args(["-e", BROTLI]).args(files).arg(ways).status();
    let status = status.context("cannot start node; run `cargo xtask setup`")?;
    ensure!(status.success(), "node could not compress");
    Ok(fs::read(&small)?)
}
