//! Where the server listens, keeps its data and is known as.
//!
//! Always: checked before anything starts; the command line weighs more than the environment, and
//! that more than the file.
//! Never: shows what a database's address holds beside host and name.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::Deserialize;

use crate::store::PostgresUrl;

/// `lumbung.toml`; every line may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// Folder of photos, and of the database unless that is elsewhere.
    pub data: Option<PathBuf>,
    /// A PostgreSQL in place of the folder's own database: `postgres://user@host:5432/lumbung`.
    pub database: Option<PostgresUrl>,
    pub listen: Option<SocketAddr>,
    pub origin: Option<String>,
    /// Where the server makes backups by itself.
    pub backup_folder: Option<PathBuf>,
    /// Hours between two of them; 24 where nothing stands.
    pub backup_every: Option<u32>,
    /// How many are kept; 14 where nothing stands.
    pub backup_keep: Option<usize>,
}

impl ConfigFile {
    /// Reads the file, or nothing if no file was named.
    pub fn read(path: Option<&Path>) -> Result<ConfigFile> {
        let Some(path) = path else {
            return Ok(ConfigFile::default());
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration {}", path.display()))?;
        // Without the line at fault, which may be the one with the password.
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            let line = before.matches('\n').count() + 1;
            anyhow!("in {}, line {line}: {}", path.display(), error.message())
        })
    }
}

/// Checks an origin and returns it as browsers write it: scheme, host, port, no slash at the end.
pub fn checked_origin(text: &str) -> Result<String> {
    let origin = text.trim().trim_end_matches('/').to_lowercase();
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let Some(host) = host else {
        bail!("origin {text:?} must begin with https:// or http://");
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    ensure!(
        !host.is_empty() && host.chars().all(plain),
        "origin {text:?} must be scheme, host and port alone, such as https://desa.example.id"
    );
    let is_local = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|local| host == *local || host.starts_with(&format!("{local}:")));
    ensure!(
        origin.starts_with("https://") || is_local,
        "origin {text:?} needs https://, because phones keep data and install apps only there; \
         http:// is for this machine alone"
    );
    // Browsers leave the default port out.
    let default_port = if origin.starts_with("https://") {
        ":443"
    } else {
        ":80"
    };
    Ok(origin
        .strip_suffix(default_port)
        .unwrap_or(&origin)
        .to_owned())
}

/// The origin to serve under: the one given or derived, if it is the one phones already know.
pub fn settled_origin(
    given: Option<&str>,
    stored: Option<&str>,
    listening: SocketAddr,
) -> Result<String> {
    let given = given.map(checked_origin).transpose()?;
    let derived = format!("http://{listening}");
    let Some(stored) = stored else {
        return match given {
            Some(given) => Ok(given),
            None => checked_origin(&derived)
                .context("name the address that browsers use with --origin https://…"),
        };
    };
    let is_local = |origin: &str| origin.starts_with("http://");
    let wanted = match &given {
        Some(given) => given.as_str(),
        None if is_local(stored) => derived.as_str(),
        None => stored,
    };
    ensure!(
        wanted == stored,
        "this data belongs to {stored}, and phones keep their work under that address; it cannot \
         be served as {wanted}. Start with the old address or another data folder"
    );
    Ok(stored.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: Option<&str>, stored: Option<&str>, expect: Result<&str, &str>) {
        let listening = "127.0.0.1:8080".parse().unwrap();
        let result = settled_origin(given, stored, listening);
        match (result, expect) {
            (Ok(origin), Ok(wanted)) => assert_eq!(origin, wanted),
            (Err(error), Err(part)) => {
                let text = format!("{error:#}");
                assert!(text.contains(part), "{text}");
            }
            (result, expect) => panic!("{given:?} {stored:?}: {result:?}, not {expect:?}"),
        }
    }

    #[test]
    fn the_origin_is_settled_once() {
        let site = "https://desa.example.id";
        let local = "http://127.0.0.1:8080";
        check(None, None, Ok(local));
        check(Some("https://Desa.example.id:443/"), None, Ok(site));
        check(None, Some(site), Ok(site));
        check(Some(site), Some(site), Ok(site));
        check(Some("https://lain.id"), Some(site), Err("belongs to"));
        check(None, Some("http://127.0.0.1:9090"), Err("belongs to"));
        check(Some("http://desa.example.id"), None, Err("needs https://"));
        check(Some("https://a.id/app"), None, Err("host and port alone"));
        check(Some("desa.example.id"), None, Err("must begin with"));
    }
}
