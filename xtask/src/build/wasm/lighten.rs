//! What a phone need not load: the words of panics, forms for developers, and functions that the browser has anyway.
//!
//! Always: what was checked is still checked; a check that fails ends the program, as a panic does in these apps.
//! Never: guesses; where the compiler's names have changed, the build fails.

use anyhow::{Context as _, Result, ensure};
use std::collections::{HashMap, HashSet};
use walrus::ir::{
    Call, Const, Instr, InstrSeq, Load, MemArg, Store, StoreKind, Unreachable, Value, Visitor,
    VisitorMut, dfs_in_order, dfs_pre_order_mut,
};
use walrus::{
    ConstExpr, DataId, DataKind, ElementItems, FunctionBuilder, FunctionId, FunctionKind,
    InstrSeqBuilder, Module, ValType,
};

/// Functions of the standard library that only say why a program ends.
const PANICS: [&str; 12] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::cell::panic_",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::alloc::handle_alloc_error",
    "std::thread::local::panic_access_error",
];
/// Fewer calls than any app has: then the names above are no longer those of the compiler.
const PANIC_CALLS_MIN: usize = 300;

/// Functions of the compiler's library that every browser has, and what they are called there.
///
/// With `pow` too: the engine decides by itself the cases in which JavaScript's has another result.
const MATH: [(&str, &str); 11] = [
    ("libm_math::acos::acos", "Math.acos"),
    ("libm_math::asin::asin", "Math.asin"),
    ("libm_math::atan::atan", "Math.atan"),
    ("libm_math::atan2::atan2", "Math.atan2"),
    ("libm_math::cos::cos", "Math.cos"),
    ("libm_math::exp::exp", "Math.exp"),
    ("libm_math::log10::log10", "Math.log10"),
    ("partial_availability::log", "Math.log"),
    ("libm_math::pow::pow", "Math.pow"),
    ("libm_math::sin::sin", "Math.sin"),
    ("libm_math::tan::tan", "Math.tan"),
];

/// Turns every call that begins a panic into the end of the program. The browser tells the page of it, which says so
/// to the person; where it happened is in the browser's stack, and `target/symbols` has the names.
///
/// Returns what may be texts that such calls were given, by address and length, for [`blank_texts`].
pub(super) fn cut_panics(module: &mut Module) -> Result<Vec<(u32, u32)>> {
    let is_panic = |name: &str| {
        let name = plain_name(name);
        PANICS.iter().any(|known| name.starts_with(known)) || name.ends_with("::assert_failed")
    };
    let ends: HashSet<FunctionId> = named(module)
        .filter(|(_, name)| is_panic(name))
        .map(|(id, _)| id)
        .collect();
    let formatting: HashSet<FunctionId> = named(module)
        .filter(|(_, name)| plain_name(name).ends_with("::panic_fmt"))
        .map(|(id, _)| id)
        .collect();
    let mut given = Given {
        ends: &ends,
        formatting: &formatting,
        texts: Vec::new(),
    };
    for (_, function) in module.funcs.iter_local() {
        dfs_in_order(&mut given, function, function.entry_block());
    }
    let texts = given.texts;
    let mut cut = 0;
    each_call(module, |call| {
        let ends_here = ends.contains(&call.func);
        cut += usize::from(ends_here);
        match ends_here {
            true => Change::End,
            false => Change::None,
        }
    });
    ensure!(
        PANIC_CALLS_MIN <= cut,
        "only {cut} calls of panics were found; xtask/src/build/wasm/lighten.rs must learn the \
         names of this compiler"
    );
    Ok(texts)
}

/// Pairs of constants that stand directly before calls of these functions.
struct Given<'e> {
    ends: &'e HashSet<FunctionId>,
    /// Of those the ones that take forms: a text without anything to fill in comes with twice its length and one.
    formatting: &'e HashSet<FunctionId>,
    texts: Vec<(u32, u32)>,
}

impl<'f> Visitor<'f> for Given<'_> {
    fn start_instr_seq(&mut self, sequence: &'f InstrSeq) {
        let mut constants = Vec::new();
        for (instruction, _) in &sequence.instrs {
            match instruction {
                Instr::Const(Const {
                    value: Value::I32(number),
                }) => constants.push(*number as u32),
                Instr::Call(call) if self.ends.contains(&call.func) => {
                    let is_form = self.formatting.contains(&call.func);
                    for pair in constants.windows(2) {
                        match (is_form, pair[1] % 2) {
                            (false, _) => self.texts.push((pair[0], pair[1])),
                            (true, 1) => self.texts.push((pair[0], pair[1] / 2)),
                            (true, _) => {}
                        }
                    }
                    constants.clear();
                }
                _ => constants.clear(),
            }
        }
    }
}

/// What only the classes of a server's streams wait for, which this app neither has nor makes: the table of functions
/// holds it all the same, since the linker saw the classes exported.
const STREAMS: &str = "js_sys::futures::future_to_promise";

/// Attributes are copied only for views to which a parent adds some.
const COPIES: &str = "IntoAnyAttribute>::into_any_attr::clone";
const VIEWS_WITH_MORE: &str = "AnyViewWithAttrs";

/// Lets go what only classes called that the script no longer has.
pub(super) fn let_streams_go(module: &mut Module) -> Result<()> {
    let_go(module, |name| name.starts_with(STREAMS))
}

/// Lets go what copies attributes where no view needs copies: each kind of attribute has its own, and the table holds
/// them all.
pub(super) fn let_copies_go(module: &mut Module) -> Result<()> {
    if named(module).any(|(_, name)| name.contains(VIEWS_WITH_MORE)) {
        return Ok(());
    }
    let_go(module, |name| name.ends_with(COPIES))
}

/// Makes the handle of the one thread, which leptos asks for its number at every step.
const THREAD: &str = "std::thread::current::init_current";
const THREAD_ENDS: &str = "Arc<std::thread::thread::Inner, std::alloc::System>>::drop_slow";
/// The last bytes that the stack would ever use; it lies below everything.
const HANDLE_AT: i32 = 16;
const HANDLE_BYTES: u64 = 48;
/// More users of the handle than will ever let it go.
const HANDLE_USERS: i32 = 1 << 30;

/// Gives the one thread a handle that nobody allocates: the library would take it from an allocator of its own, which
/// the app otherwise has no use for. Whoever asks is told that all threads are the same, and here they are.
pub(super) fn let_allocator_go(module: &mut Module) -> Result<()> {
    let word = ValType::I32;
    let found = named(module).find(|(_, name)| plain_name(name) == THREAD);
    let (id, _) = found.with_context(|| format!("`{THREAD}` was not found; see lighten.rs"))?;
    let kind = module.types.get(module.funcs.get(id).ty());
    ensure!(
        kind.params() == [word] && kind.results() == [word],
        "`{THREAD}` takes or gives something else than it did; see lighten.rs"
    );
    let begins = module.data.iter().filter_map(|data| match &data.kind {
        DataKind::Active {
            offset: ConstExpr::Value(Value::I32(at)),
            ..
        } => Some(*at),
        _ => None,
    });
    ensure!(
        begins.min().is_some_and(|first| 1 << 16 <= first),
        "the stack no longer lies below the data; see lighten.rs"
    );
    let memory = module.memories.iter().next();
    let memory = memory.context("a module without memory")?.id();
    let handle = module.locals.add(word);
    let mut body = FunctionBuilder::new(&mut module.types, &[word], &[word]);
    let store = |code: &mut InstrSeqBuilder<'_>, offset: u64, value: i32| {
        let kind = StoreKind::I32 { atomic: false };
        code.i32_const(HANDLE_AT).i32_const(value);
        code.store(memory, kind, MemArg { align: 4, offset });
    };
    let mut code = body.func_body();
    // Told anew each time: nothing else counts up.
    store(&mut code, 0, HANDLE_USERS);
    // The number of the thread is among these, wherever it lies; a zero would say that there is none.
    for offset in (4..HANDLE_BYTES).step_by(4) {
        store(&mut code, offset, 1);
    }
    code.i32_const(HANDLE_AT);
    let given = body.finish(vec![handle], &mut module.funcs);
    let ends = named(module).find(|(_, name)| plain_name(name).ends_with(THREAD_ENDS));
    let ends = ends.map(|(id, _)| id);
    each_call(module, |call| match call.func {
        called if called == id => Change::Of(given),
        called if Some(called) == ends => Change::End,
        _ => Change::None,
    });
    Ok(())
}

/// Puts the end of the program in the place of such functions in the table.
fn let_go(module: &mut Module, is_unused: impl Fn(&str) -> bool) -> Result<()> {
    let unused: HashSet<FunctionId> = named(module)
        .filter(|(_, name)| is_unused(&plain_name(name)))
        .map(|(id, _)| id)
        .collect();
    ensure!(
        !unused.is_empty(),
        "nothing can go; xtask/src/build/wasm/lighten.rs must learn the names of this compiler"
    );
    let mut end = FunctionBuilder::new(&mut module.types, &[], &[]);
    end.func_body().unreachable();
    let end = end.finish(Vec::new(), &mut module.funcs);
    for element in module.elements.iter_mut() {
        if let ElementItems::Functions(functions) = &mut element.items {
            let held = functions.iter_mut().filter(|id| unused.contains(id));
            held.for_each(|id| *id = end);
        }
    }
    Ok(())
}

/// Makes the forms of values that only developers read empty: with the panics, nobody is left to print them.
///
/// Only forms that are built from fields, and those of fractions: the compiler gives functions with equal bodies one
/// name, so that a form that only writes a text may be what shows the text to a person.
pub(super) fn empty_debug_forms(module: &mut Module) {
    let builders: HashSet<FunctionId> = named(module)
        .filter(|(_, name)| plain_name(name).contains("core::fmt::Formatter>::debug_"))
        .map(|(id, _)| id)
        .collect();
    let forms: HashSet<FunctionId> = named(module)
        .filter(|(id, name)| {
            let name = plain_name(name);
            let is_fraction =
                name.contains("f64 as core::fmt") || name.contains("f32 as core::fmt");
            name.ends_with(" as core::fmt::Debug>::fmt")
                && (is_fraction || calls_any(module, *id, &builders))
        })
        .map(|(id, _)| id)
        .collect();
    let word = ValType::I32;
    let mut empty = FunctionBuilder::new(&mut module.types, &[word, word], &[word]);
    // `Ok(())`.
    empty.func_body().i32_const(0);
    let arguments = vec![module.locals.add(word), module.locals.add(word)];
    let empty = empty.finish(arguments, &mut module.funcs);
    let kind = module.funcs.get(empty).ty();
    let forms: HashSet<FunctionId> = forms
        .into_iter()
        .filter(|form| module.funcs.get(*form).ty() == kind)
        .collect();
    each_call(module, |call| match forms.contains(&call.func) {
        true => Change::Of(empty),
        false => Change::None,
    });
    for element in module.elements.iter_mut() {
        if let ElementItems::Functions(functions) = &mut element.items {
            let held = functions.iter_mut().filter(|id| forms.contains(id));
            held.for_each(|id| *id = empty);
        }
    }
}

fn calls_any(module: &Module, id: FunctionId, wanted: &HashSet<FunctionId>) -> bool {
    struct Found<'w>(&'w HashSet<FunctionId>, bool);
    impl<'f> Visitor<'f> for Found<'_> {
        fn visit_call(&mut self, call: &Call) {
            self.1 |= self.0.contains(&call.func);
        }
    }
    let FunctionKind::Local(function) = &module.funcs.get(id).kind else {
        return false;
    };
    let mut found = Found(wanted, false);
    dfs_in_order(&mut found, function, function.entry_block());
    found.1
}

/// Takes sine and its like from the browser; returns what the script is to hand over, name and value.
pub(super) fn borrow_math(module: &mut Module, from: &str) -> Vec<(String, &'static str)> {
    let mut borrowed = HashMap::new();
    let mut handed = Vec::new();
    for (ours, theirs) in MATH {
        let found = named(module).find(|(_, name)| plain_name(name).ends_with(ours));
        let Some((id, _)) = found else { continue };
        let name = format!("__wbg_{}", ours.rsplit("::").next().unwrap_or(ours));
        let kind = module.funcs.get(id).ty();
        let (import, _) = module.add_import_func(from, &name, kind);
        borrowed.insert(id, import);
        handed.push((name, theirs));
    }
    each_call(module, |call| match borrowed.get(&call.func) {
        Some(import) => Change::Of(*import),
        None => Change::None,
    });
    handed
}

/// Blanks the places in sources that only panics named, and the names of those sources.
///
/// A place is four words: where the name of a file is, its length, a line and a column. One whose address stands
/// nowhere in code or data any more cannot be reached. Call it once wasm-opt has dropped what led to panics.
pub(super) fn blank_places(module: &mut Module) {
    let mut memory = Memory::of(module);
    let numbers = Numbers::of(module, &memory);
    let dead: Vec<(u32, u32, u32)> = memory
        .words()
        .filter(|(at, _)| !numbers.0.contains(at))
        .filter_map(|(at, _)| memory.place(at).map(|(name, length)| (at, name, length)))
        .collect();
    for (at, ..) in &dead {
        memory.blank(*at, PLACE_BYTES);
    }
    // With the places, the only words that led to a file's name may have gone.
    let mut left = HashSet::new();
    left.extend(memory.words().map(|(_, word)| word));
    for (_, name, length) in dead {
        if !left.contains(&name) && !numbers.1.contains(&name) {
            memory.blank(name, length);
        }
    }
    memory.write_back(module);
}

/// Blanks the texts that only panics were given, of those that [`cut_panics`] returned.
///
/// The compiler lays no text into another, so one of which no byte's address stands in code or data any more cannot be
/// reached. Call it once wasm-opt has dropped what led to panics.
pub(super) fn blank_texts(module: &mut Module, texts: &[(u32, u32)]) {
    let mut memory = Memory::of(module);
    let numbers = Numbers::of(module, &memory);
    for (at, length) in texts {
        let bytes = memory.bytes(*at, *length).unwrap_or_default();
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let is_text = TEXT_BYTES.contains(&text.len()) && !text.contains(char::is_control);
        if is_text && !(*at..at + length).any(|byte| numbers.0.contains(&byte)) {
            memory.blank(*at, *length);
        }
    }
    memory.write_back(module);
}

/// Shorter ones may be no texts at all, and longer ones nobody writes.
const TEXT_BYTES: std::ops::Range<usize> = 8..1_000;
const PLACE_BYTES: u32 = 16;
/// No file of ours or of a library has more lines, and no line more columns.
const LINES_MAX: u32 = 20_000;
const COLUMNS_MAX: u32 = 400;

/// The data that a module begins with, by address.
struct Memory(Vec<(DataId, u32, Vec<u8>)>);

impl Memory {
    fn of(module: &Module) -> Memory {
        let parts = module.data.iter().filter_map(|data| match &data.kind {
            DataKind::Active {
                offset: ConstExpr::Value(Value::I32(offset)),
                ..
            } => Some((data.id(), *offset as u32, data.value.clone())),
            _ => None,
        });
        Memory(parts.collect())
    }

    /// Every aligned word with its address. What lies between two parts is zero, and a word may lie half in there.
    fn words(&self) -> impl Iterator<Item = (u32, u32)> {
        let mut words: HashMap<u32, u32> = HashMap::new();
        for (_, start, bytes) in &self.0 {
            for (at, byte) in (*start..).zip(bytes) {
                *words.entry(at / 4 * 4).or_default() |= u32::from(*byte) << (8 * (at % 4));
            }
        }
        let mut words: Vec<(u32, u32)> = words.into_iter().collect();
        words.sort_unstable();
        words.into_iter()
    }

    fn bytes(&self, at: u32, length: u32) -> Option<&[u8]> {
        self.0.iter().find_map(|(_, start, bytes)| {
            let from = at.checked_sub(*start)? as usize;
            bytes.get(from..from + length as usize)
        })
    }

    /// The file's name of a place at this address, if that is what stands there.
    fn place(&self, at: u32) -> Option<(u32, u32)> {
        let bytes = self.bytes(at, PLACE_BYTES)?;
        let word = |index: usize| {
            let bytes = &bytes[4 * index..4 * index + 4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        };
        let (name, length, line, column) = (word(0), word(1), word(2), word(3));
        let fits = (1..LINES_MAX).contains(&line) && (1..COLUMNS_MAX).contains(&column);
        let is_source = fits && length < 300 && self.bytes(name, length)?.ends_with(b".rs");
        is_source.then_some((name, length))
    }

    fn blank(&mut self, at: u32, length: u32) {
        for (_, start, bytes) in &mut self.0 {
            let Some(from) = at.checked_sub(*start) else {
                continue;
            };
            let from = from as usize;
            if let Some(bytes) = bytes.get_mut(from..from + length as usize) {
                bytes.fill(0);
            }
        }
    }

    fn write_back(self, module: &mut Module) {
        for (id, _, bytes) in self.0 {
            module.data.get_mut(id).value = bytes;
        }
    }
}

/// Every number that code or data holds, and those of code alone: any of them may be an address.
#[derive(Default)]
struct Numbers(HashSet<u32>, HashSet<u32>);

impl Numbers {
    fn of(module: &Module, memory: &Memory) -> Numbers {
        let mut numbers = Numbers::default();
        for (_, function) in module.funcs.iter_local() {
            dfs_in_order(&mut numbers, function, function.entry_block());
        }
        memory.words().for_each(|(_, word)| numbers.note(word));
        numbers
    }

    fn note(&mut self, number: u32) {
        self.0.insert(number);
    }

    fn note_in_code(&mut self, number: u64) {
        for number in [number as u32, (number >> 32) as u32] {
            self.0.insert(number);
            self.1.insert(number);
        }
    }
}

impl<'f> Visitor<'f> for Numbers {
    fn visit_const(&mut self, constant: &Const) {
        match constant.value {
            Value::I32(number) => self.note_in_code(u64::from(number as u32)),
            Value::I64(number) => self.note_in_code(number as u64),
            _ => {}
        }
    }

    fn visit_load(&mut self, load: &Load) {
        self.note_in_code(load.arg.offset);
    }

    fn visit_store(&mut self, store: &Store) {
        self.note_in_code(store.arg.offset);
    }
}

/// Every function of the module itself that has a name.
fn named(module: &Module) -> impl Iterator<Item = (FunctionId, &str)> {
    let own = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Local(_)));
    own.filter_map(|function| Some((function.id(), function.name.as_deref()?)))
}

/// `core[c5930c85a12de822]::panicking::panic` without what changes from build to build.
fn plain_name(name: &str) -> String {
    let mut plain = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let hash = after.split_once(']');
        let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match hash {
            Some((hash, after)) if is_hash(hash) => rest = after,
            _ => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    match plain.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 => path.to_owned(),
        _ => plain,
    }
}

/// What becomes of a call.
enum Change {
    None,
    End,
    Of(FunctionId),
}

struct Calls<F>(F);

impl<F: FnMut(&Call) -> Change> VisitorMut for Calls<F> {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        for (instruction, _) in &mut sequence.instrs {
            let Instr::Call(call) = instruction else {
                continue;
            };
            match (self.0)(call) {
                Change::None => {}
                Change::End => *instruction = Instr::Unreachable(Unreachable {}),
                Change::Of(func) => *instruction = Instr::Call(Call { func }),
            }
        }
    }
}

fn each_call(module: &mut Module, change: impl FnMut(&Call) -> Change) {
    let mut calls = Calls(change);
    for (_, function) in module.funcs.iter_local_mut() {
        let entry = function.entry_block();
        dfs_pre_order_mut(&mut calls, function, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn hashes_of_a_build_are_no_part_of_a_name() {
        for (name, expect) in [
            (
                "core[c5930c85a12de822]::panicking::panic_fmt",
                "core::panicking::panic_fmt",
            ),
            (
                "core::panicking::panic_display::h07f5c2304415eec7",
                "core::panicking::panic_display",
            ),
            (
                "<[u8] as core[c5930c85a12de822]::fmt::Debug>::fmt",
                "<[u8] as core::fmt::Debug>::fmt",
            ),
            ("main", "main"),
        ] {
            assert_eq!(plain_name(name), expect);
        }
    }
}
