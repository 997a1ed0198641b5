//! The words of a language as a file: a line that says which language and which keys, then a line for each text.
//!
//! Always: a file is read whole or not at all; one of other keys, one that broke off, or somebody else's page is refused.
//! Never: a text with the end of a line in it.

use crate::keys::{Collector, Common, Texts};
use crate::{FIRST, NAMES};

/// Another one whenever a key is added, taken away, moved or given a new name.
const MARK: u32 = Collector::mark(Common::mark(0));
const COUNT: usize = Common::COUNT + Collector::COUNT;

/// The file that [`read`] reads.
pub fn packed(texts: &Texts) -> String {
    let mut file = head(texts.code);
    let (mut common, mut collector) = (texts.common, texts.collector);
    let mut write = |text: &mut &'static str| {
        file.push_str(text);
        file.push('\n');
    };
    common.each(&mut write);
    collector.each(&mut write);
    file
}

/// All words of the language at that place, or nothing if the file is not wholly its own. What is read stays in memory
/// until the program ends.
pub fn read(position: usize, file: String) -> Option<Texts> {
    let name = NAMES.get(position)?;
    let lines = file.strip_prefix(&head(name.code))?;
    let is_whole = lines.ends_with('\n') && lines.matches('\n').count() == COUNT;
    if !is_whole {
        return None;
    }
    // Each text of it is replaced: there are as many lines as texts.
    let mut texts = Texts {
        code: name.code,
        name: name.name,
        missing: name.missing,
        #[cfg(feature = "console")]
        console: crate::LANGUAGES[position].console,
        ..*FIRST
    };
    let start = file.len() - lines.len();
    let mut rest: &'static str = &file.leak()[start..];
    let mut read = |text: &mut &'static str| {
        (*text, rest) = rest.split_once('\n').unwrap_or_default();
    };
    texts.common.each(&mut read);
    texts.collector.each(&mut read);
    Some(texts)
}

fn head(code: &str) -> String {
    format!("{code} {MARK}\n")
}

/// FNV-1a, which can be computed by the compiler.
pub(crate) const fn marked(mut mark: u32, key: &str) -> u32 {
    let bytes = key.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        mark = (mark ^ bytes[at] as u32).wrapping_mul(16_777_619);
        at += 1;
    }
    (mark ^ b' ' as u32).wrapping_mul(16_777_619)
}
