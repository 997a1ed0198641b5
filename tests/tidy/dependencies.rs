//! Who may import whom, read from each crate's `Cargo.toml`.
//!
//! Always: `client → shared ← server`; `tests` and `xtask` may use all, nothing uses them.
//! Never: lets into the phone what costs more bytes than it is worth.

use crate::sources::{report, sources};

/// A crate of the workspace, the crates of the workspace that it may use, and vendor crates that it may not.
const RULES: [(&str, &[&str], &[&str]); 6] = [
    (
        "shared",
        &[],
        &[
            "tokio",
            "axum",
            "sqlx",
            "leptos",
            "rexie",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "chrono",
            "rand",
            "getrandom",
            "futures",
            "anyhow",
        ],
    ),
    ("texts", &["shared"], &["leptos", "web-sys", "js-sys"]),
    (
        "client",
        &["shared", "texts"],
        &[
            "tokio",
            "axum",
            "sqlx",
            "regex",
            "regex-lite",
            "chrono",
            "serde_json",
            "anyhow",
            "leptos_router",
        ],
    ),
    (
        "server",
        &["shared"],
        &["leptos", "rexie", "web-sys", "chrono"],
    ),
    ("tests", &["shared", "texts", "client", "server"], &[]),
    ("xtask", &["shared", "texts", "client", "server"], &[]),
];

const OURS: [&str; 6] = ["shared", "texts", "client", "server", "tests", "xtask"];

#[test]
fn crates_import_only_what_they_may() {
    let manifests = sources("Cargo.toml");
    let mut broken = Vec::new();
    for (name, may_use, forbidden) in RULES {
        let path = match name {
            "texts" => "client/texts/Cargo.toml".to_owned(),
            _ => format!("{name}/Cargo.toml"),
        };
        let manifest = manifests.iter().find(|source| source.path == path);
        let manifest = manifest.unwrap_or_else(|| panic!("{path} is missing"));
        for dependency in dependencies(&manifest.text) {
            let ours =
                OURS.contains(&dependency.as_str()) && !may_use.contains(&dependency.as_str());
            if ours || forbidden.contains(&dependency.as_str()) {
                broken.push(format!("{path}: {dependency}"));
            }
        }
    }
    report(
        "client → shared ← server; a phone pays for each crate in bytes",
        &broken,
    );
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let broken: Vec<String> = sources("/Cargo.toml")
        .iter()
        .filter(|source| !source.text.contains("[lints]\nworkspace = true"))
        .map(|source| source.path.clone())
        .collect();
    report("[lints] workspace = true", &broken);
}

/// Names under `[dependencies]`, and `[dependencies.NAME]`; what only tests use is free.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            inside = section.ends_with("dependencies") && !section.contains("dev-dependencies");
            if let Some((table, name)) = section.rsplit_once("dependencies.")
                && !table.ends_with("dev-")
            {
                found.push(name.to_owned());
            }
        } else if inside && !line.starts_with('#') {
            let name: String = line
                .chars()
                .take_while(|character| !" .=".contains(*character))
                .collect();
            if !name.is_empty() && line.contains('=') {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn dependencies_are_read_in_every_form() {
    let manifest = "
[dependencies]
shared.workspace = true
serde = { version = \"1\" }
# regex = \"1\"
[dependencies.web-sys]
version = \"0.3\"
[dev-dependencies]
proptest = \"1\"
[target.'cfg(unix)'.dependencies]
libc = \"0.2\"
";
    assert_eq!(
        dependencies(manifest).join(" "),
        "shared serde web-sys libc"
    );
}
