//! Chance, and how it changes an input.
//!
//! Always: equal seeds give equal changes.
//! Never: makes an input longer than `INPUT_BYTES_MAX`.

/// Longer inputs find little more and take long.
const INPUT_BYTES_MAX: usize = 100_000;
/// Changes to one input.
const CHANGES_MAX: usize = 6;

/// Numbers that readers tend to get wrong.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "255",
    "256",
    "65535",
    "65536",
    "4294967295",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "0.1",
];

/// Numbers by chance; small, and the same everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Less than `count`; 0 when that is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() >> 16) as usize % count.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A part of the input, short ones more often.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let reach = 1 << self.below(12);
        let end = start + self.below(reach).min(length - start);
        start..end
    }
}

/// An input made from one of the pool, with words of the dictionary.
pub(crate) fn mutated(chance: &mut Chance, pool: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = chance.pick(pool).clone();
    for _ in 0..=chance.below(CHANGES_MAX) {
        change(chance, &mut input, pool, words);
    }
    input.truncate(INPUT_BYTES_MAX);
    input
}

fn change(chance: &mut Chance, input: &mut Vec<u8>, pool: &[Vec<u8>], words: &[&str]) {
    let range = chance.range(input.len());
    match chance.below(13) {
        0 if !input.is_empty() => {
            let at = chance.below(input.len());
            input[at] ^= 1 << chance.below(8);
        }
        1 if !input.is_empty() => {
            let at = chance.below(input.len());
            input[at] = chance.below(256) as u8;
        }
        2 => drop(input.drain(range)),
        3 => input.truncate(range.start),
        4 | 5 => {
            let word = chance.pick(words).as_bytes().to_vec();
            input.splice(range.start..range.start, word);
        }
        6 => {
            let word = chance.pick(words).as_bytes().to_vec();
            input.splice(range, word);
        }
        7 => repeat(chance, input, range),
        8 => {
            let other = chance.pick(pool);
            let from = chance.range(other.len());
            input.splice(range, other[from].to_vec());
        }
        9 => {
            let other = chance.pick(pool);
            let cut = chance.below(other.len() + 1);
            input.truncate(range.start);
            input.extend_from_slice(&other[cut..]);
        }
        10 => number(chance, input, range.start),
        11 => lines(chance, input),
        _ => {
            let part = input[range].to_vec();
            let at = chance.below(input.len() + 1);
            input.splice(at..at, part);
        }
    }
}

/// A part many times over: deep nesting, long lists.
fn repeat(chance: &mut Chance, input: &mut Vec<u8>, range: std::ops::Range<usize>) {
    let part = input[range.clone()].to_vec();
    let most = INPUT_BYTES_MAX / part.len().max(1);
    let times = (1 << chance.below(14)).min(most);
    input.splice(range, part.repeat(times));
}

/// Another number in the place of the next one.
fn number(chance: &mut Chance, input: &mut Vec<u8>, from: usize) {
    let digits = input[from..].iter().position(u8::is_ascii_digit);
    let start = digits.map_or(from, |at| from + at);
    let length = input[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    let end = start + length.count();
    let number = chance.pick(&NUMBERS).as_bytes().to_vec();
    input.splice(start..end, number);
}

/// Two lines change places, or one stands twice.
fn lines(chance: &mut Chance, input: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = input
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
    if chance.below(2) == 0 {
        lines.swap(one, other);
    } else {
        let twin = lines[one].clone();
        lines.insert(other, twin);
    }
    *input = lines.join(&b'\n');
}
