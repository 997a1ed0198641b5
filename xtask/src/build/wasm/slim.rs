//! What stands between a wasm module and its JavaScript, made short.
//!
//! Always: module and script are changed together; a name that only one of them has fails the build.
//! Never: changes what a function answers.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use walrus::Module;

use super::lighten;

/// Before each import in the script.
const KEY_INDENT: &str = "        ";

/// What is left of an app.
pub(super) struct Slim {
    pub(super) script: String,
    pub(super) module: Vec<u8>,
    /// Where texts of panics lie, which may be blanked later.
    pub(super) texts: Vec<(u32, u32)>,
}

/// Takes out the classes that only a server's streams would make and what [`lighten`] can spare, and gives imports and
/// exports short names.
///
/// The names of wasm-bindgen are long, end in hashes that nothing compresses, and stand in both files.
pub(super) fn slim(app: &str, script: &str, module: &[u8]) -> Result<Slim> {
    let mut module = Module::from_buffer(module).context("wasm-bindgen wrote no module")?;
    let (script, classes) = without_classes(script)?;
    delete_exports(&mut module, &classes);
    if !classes.is_empty() {
        lighten::let_streams_go(&mut module)?;
        lighten::let_copies_go(&mut module)?;
    }
    lighten::let_allocator_go(&mut module)?;
    let texts = lighten::cut_panics(&mut module)?;
    // The console hashes methods, whose canonical form writes numbers as developers read them.
    if app == "collector" {
        lighten::empty_debug_forms(&mut module);
    }
    let (script, imports) = with_math(&script, &mut module)?;
    walrus::passes::gc::run(&mut module);
    ensure!(
        module
            .imports
            .iter()
            .filter(|import| imports.contains(&import.name))
            .count()
            == imports.len(),
        "the script hands over functions that the module no longer calls"
    );
    let names = rename(&mut module);
    let script = with_short_names(&script, names)?;
    Ok(Slim {
        script,
        module: module.emit_wasm(),
        texts,
    })
}

/// Libraries export classes for JavaScript that uses them; nothing uses our script but the page that starts it.
fn without_classes(script: &str) -> Result<(String, Vec<String>)> {
    let mut kept = String::with_capacity(script.len());
    let mut classes = Vec::new();
    let mut lines = script.lines();
    while let Some(line) = lines.next() {
        let name = |line: &str| {
            Some(
                line.strip_prefix("const ")?
                    .split_once("Finalization = ")?
                    .0
                    .to_lowercase(),
            )
        };
        if name(line).is_some_and(|name| classes.contains(&name)) {
            let closed = line.ends_with(';') || lines.by_ref().any(|line| line.ends_with(';'));
            ensure!(closed, "a registry of objects has no end");
            continue;
        }
        let Some(rest) = line.strip_prefix("export class ") else {
            kept.push_str(line);
            kept.push('\n');
            continue;
        };
        let name = rest.split(' ').next().unwrap_or_default().to_owned();
        let closed = lines.by_ref().any(|line| line == "}");
        let disposed = lines.next().unwrap_or_default();
        ensure!(
            closed && disposed.starts_with("if (Symbol.dispose)"),
            "the class {name} looks otherwise than wasm-bindgen wrote classes"
        );
        classes.push(name.to_lowercase());
    }
    for class in &classes {
        let uses = format!("{class}.__wrap");
        ensure!(
            !kept.to_lowercase().contains(&uses),
            "the script makes a {class}, so it cannot go"
        );
    }
    Ok((kept, classes))
}

/// Hands the browser's mathematics over with the other imports.
fn with_math(script: &str, module: &mut Module) -> Result<(String, Vec<String>)> {
    let first = module.imports.iter().next();
    let first = first.context("a module without imports")?;
    let (from, line) = (first.module.clone(), format!("{KEY_INDENT}{}:", first.name));
    let handed = lighten::borrow_math(module, &from);
    let (before, after) = script
        .split_once(&line)
        .with_context(|| format!("the script does not hold `{line}`"))?;
    let mut with_math = String::from(before.trim_end_matches(' '));
    for (name, value) in &handed {
        with_math.push_str(&format!("{KEY_INDENT}{name}: {value},\n"));
    }
    with_math.push_str(&line);
    with_math.push_str(after);
    Ok((
        with_math,
        handed.into_iter().map(|(name, _)| name).collect(),
    ))
}

fn delete_exports(module: &mut Module, classes: &[String]) {
    let of_a_class = |name: &str| {
        let plain = name.trim_start_matches("__wbg_");
        let mut rests = classes
            .iter()
            .filter_map(|class| plain.strip_prefix(class.as_str()));
        rests.any(|rest| rest.starts_with('_'))
    };
    let unused: Vec<_> = module
        .exports
        .iter()
        .filter(|export| of_a_class(&export.name))
        .map(|export| export.id())
        .collect();
    for export in unused {
        module.exports.delete(export);
    }
}

/// What the script is to call everything.
struct Names {
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

fn rename(module: &mut Module) -> Names {
    let mut names = Names {
        imports: BTreeMap::new(),
        exports: BTreeMap::new(),
    };
    for (count, import) in module.imports.iter_mut().enumerate() {
        let short = format!("i{count}");
        let long = std::mem::replace(&mut import.name, short.clone());
        names.imports.insert(long, short);
    }
    for (count, export) in module.exports.iter_mut().enumerate() {
        let short = format!("e{count}");
        let long = std::mem::replace(&mut export.name, short.clone());
        names.exports.insert(long, short);
    }
    names
}

/// Imports are keys at the begin of a line, exports are read as `wasm.NAME`.
fn with_short_names(script: &str, names: Names) -> Result<String> {
    const EXPORTS: &str = "wasm.";
    let mut open = names.imports;
    let mut short = String::with_capacity(script.len());
    for line in script.lines() {
        let key = line
            .strip_prefix(KEY_INDENT)
            .and_then(|rest| rest.split_once(':'));
        let mut rest = match key.and_then(|(key, rest)| Some((open.remove(key)?, rest))) {
            Some((key, rest)) => {
                short.push_str(&key);
                short.push(':');
                rest
            }
            None => line,
        };
        while let Some(at) = rest.find(EXPORTS) {
            let (before, after) = rest.split_at(at + EXPORTS.len());
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = after.find(|c| !is_word(c)).unwrap_or(after.len());
            short.push_str(before);
            match names.exports.get(&after[..end]) {
                Some(name) => short.push_str(name),
                None => bail!(
                    "the script uses `wasm.{}`, which is not exported",
                    &after[..end]
                ),
            }
            rest = &after[end..];
        }
        short.push_str(rest);
        short.push('\n');
    }
    ensure!(
        open.is_empty(),
        "the script does not hold these imports: {:?}",
        open.keys().take(5).collect::<Vec<_>>()
    );
    Ok(short)
}
