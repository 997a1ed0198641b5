//! The order of functions in a module: what looks alike stands together, because brotli finds near repetitions best.
//!
//! Always: a permutation; equal modules give equal orders.
//! Never: changes a function.

use super::lighten;
use crate::build::brotli;
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::path::Path;
use walrus::{FunctionId, Module};
use wasmparser::{Parser, Payload};

/// Bytes that are compared as one piece.
const PIECE_BYTES: usize = 4;

/// How much of what was like the function before counts for the next one too. Which is best changes from build to build,
/// by a third of a percent; so all are tried.
const MEMORIES: [f32; 4] = [0.0, 0.3, 0.5, 0.6];

/// The linker's note for tools that cut modules in pieces.
const FOR_TOOLS: &str = "__wasm_split_unstable";

/// Gives every function a name by which wasm-opt will sort, and returns the names of before in that order.
///
/// `texts` are those that may be blanked where nothing leads to them any more.
pub(super) fn number(module: &Path, texts: &[(u32, u32)]) -> Result<Vec<String>> {
    let bytes = std::fs::read(module)?;
    let bodies = bodies(&bytes)?;
    let mut module_read = Module::from_buffer(&bytes).context("wasm-opt wrote no module")?;
    // Local functions keep the order of the file.
    let mut ids: Vec<FunctionId> = module_read.funcs.iter_local().map(|(id, _)| id).collect();
    ids.sort();
    anyhow::ensure!(ids.len() == bodies.len(), "not every function has a body");
    let mut names = Vec::with_capacity(ids.len());
    for (place, index) in best(&bodies)?.into_iter().enumerate() {
        let function = module_read.funcs.get_mut(ids[index]);
        let name = function.name.replace(format!("{place:06}"));
        names.push(name.unwrap_or_default());
    }
    lighten::blank_places(&mut module_read);
    lighten::blank_texts(&mut module_read, texts);
    module_read.customs.remove_raw(FOR_TOOLS);
    module_read.emit_wasm_file(module)?;
    Ok(names)
}

/// How many functions come from outside; they stand before all others.
pub(super) fn imported_functions(bytes: &[u8]) -> Result<usize> {
    let module = Module::from_buffer(bytes).context("wasm-opt wrote no module")?;
    let is_function =
        |import: &&walrus::Import| matches!(import.kind, walrus::ImportKind::Function(_));
    Ok(module.imports.iter().filter(is_function).count())
}

fn bodies(bytes: &[u8]) -> Result<Vec<&[u8]>> {
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::CodeSectionEntry(body) = payload? {
            bodies.push(&bytes[body.range()]);
        }
    }
    Ok(bodies)
}

/// The order in which the bodies pack best.
fn best(bodies: &[&[u8]]) -> Result<Vec<usize>> {
    let mut best = None;
    for memory in MEMORIES {
        let order = alike(bodies, memory);
        let ordered: Vec<&[u8]> = order.iter().map(|&index| bodies[index]).collect();
        let packed = brotli(&ordered.concat())?.len();
        if best.as_ref().is_none_or(|(least, _)| packed < *least) {
            best = Some((packed, order));
        }
    }
    Ok(best.map(|(_, order)| order).unwrap_or_default())
}

/// Begins with the longest, and goes on with whatever is most like the last ones.
fn alike(bodies: &[&[u8]], memory: f32) -> Vec<usize> {
    let pieces: Vec<Vec<(u32, f32)>> = bodies.iter().map(|body| pieces(body)).collect();
    let mut holders: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
    for (index, pieces) in pieces.iter().enumerate() {
        for (piece, weight) in pieces {
            holders.entry(*piece).or_default().push((index, *weight));
        }
    }
    let mut is_open = vec![true; bodies.len()];
    let mut order = Vec::with_capacity(bodies.len());
    let mut next = (0..bodies.len())
        .rev()
        .max_by_key(|&index| bodies[index].len());
    let mut likeness = vec![0.0_f32; bodies.len()];
    while let Some(current) = next {
        is_open[current] = false;
        order.push(current);
        likeness.iter_mut().for_each(|likeness| *likeness *= memory);
        for (piece, weight) in &pieces[current] {
            for (index, other) in &holders[piece] {
                likeness[*index] += weight * other;
            }
        }
        let open = (0..bodies.len()).filter(|&index| is_open[index]);
        next = open
            .rev()
            .max_by(|&a, &b| likeness[a].total_cmp(&likeness[b]));
    }
    order
}

/// What a body is made of: each piece with its weight, so that a body compared with itself gives one.
fn pieces(body: &[u8]) -> Vec<(u32, f32)> {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for window in body.windows(PIECE_BYTES) {
        let piece = window
            .iter()
            .fold(0, |piece, byte| piece << 8 | u32::from(*byte));
        *counts.entry(piece).or_default() += 1;
    }
    let total: u32 = counts.values().sum();
    let mut pieces: Vec<(u32, f32)> = counts
        .into_iter()
        .map(|(piece, count)| (piece, (count as f32 / total as f32).sqrt()))
        .collect();
    pieces.sort_unstable_by_key(|(piece, _)| *piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn what_looks_alike_stands_together() {
        let bodies: [&[u8]; 5] = [b"aaaaaaaa", b"xyzxyzxyzxyz", b"aaaaab", b"xyzxyzxy", b"q"];
        let order = alike(&bodies, 0.0);
        assert_eq!(order[..2], [1, 3]);
        let mut all = order;
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }
}
