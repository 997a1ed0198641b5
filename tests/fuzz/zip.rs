//! Archives as a workbook is one, made by hand so that they can lie.
//!
//! Always: the sums of the bytes are right, so that readers go on to what is inside.
//! Never: compresses, except for runs of one byte.

/// A file of an archive: how it is packed, and what its headers claim.
#[derive(Debug)]
struct Entry {
    name: Vec<u8>,
    method: u16,
    packed: Vec<u8>,
    sum: u32,
    length: u32,
}

/// An archive of files that are not compressed.
pub(crate) fn stored(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let entry = |(name, bytes): &(String, Vec<u8>)| Entry {
        name: name.clone().into_bytes(),
        method: 0,
        packed: bytes.clone(),
        sum: sum(bytes),
        length: bytes.len() as u32,
    };
    archive(&files.iter().map(entry).collect::<Vec<_>>())
}

/// The same, with one more file that unpacks to about `length` blanks and claims to hold `claim`.
pub(crate) fn bomb(files: &[(String, Vec<u8>)], name: &str, length: u64, claim: u32) -> Vec<u8> {
    let entry = |(name, bytes): &(String, Vec<u8>)| Entry {
        name: name.clone().into_bytes(),
        method: 0,
        packed: bytes.clone(),
        sum: sum(bytes),
        length: bytes.len() as u32,
    };
    let mut entries: Vec<Entry> = files.iter().map(entry).collect();
    entries.push(Entry {
        name: name.as_bytes().to_vec(),
        method: 8,
        packed: blanks(length),
        sum: 0,
        length: claim,
    });
    archive(&entries)
}

fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let place = out.len() as u32;
        out.extend(b"PK\x03\x04");
        entry.header(&mut out);
        out.extend(&entry.name);
        out.extend(&entry.packed);
        directory.extend(b"PK\x01\x02\x14\0");
        entry.header(&mut directory);
        // Comment, disk, attributes inside and outside.
        directory.extend([0; 10]);
        directory.extend(place.to_le_bytes());
        directory.extend(&entry.name);
    }
    let start = out.len() as u32;
    let count = (entries.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

impl Entry {
    fn header(&self, out: &mut Vec<u8>) {
        // Version, flags; method; time and date.
        out.extend([20, 0, 0, 0]);
        out.extend(self.method.to_le_bytes());
        out.extend([0, 0, 0x21, 0]);
        out.extend(self.sum.to_le_bytes());
        out.extend((self.packed.len() as u32).to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out.extend((self.name.len() as u16).to_le_bytes());
        // No extra field.
        out.extend([0, 0]);
    }
}

/// CRC-32.
fn sum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..8 {
            let low = sum & 1;
            sum = (sum >> 1) ^ (0xedb8_8320 * low);
        }
    }
    !sum
}

/// A deflate stream of blanks: one, and then "258 more of the last" over and over.
fn blanks(length: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with the fixed codes.
    bits.add(1, 1);
    bits.add(1, 2);
    bits.add_code(0x30 + u32::from(b' '), 8);
    for _ in 0..length / 258 {
        bits.add_code(0b1100_0101, 8);
        bits.add_code(0, 5);
    }
    bits.add_code(0, 7);
    bits.bytes
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// Lowest bit first.
    fn add(&mut self, value: u32, count: u32) {
        for place in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (value >> place & 1) as u8;
            let last = self.bytes.last_mut().expect("just pushed");
            *last |= bit << (self.used % 8);
            self.used = (self.used + 1) % 8;
        }
    }

    /// Highest bit first, as codes are.
    fn add_code(&mut self, code: u32, count: u32) {
        for place in (0..count).rev() {
            self.add(code >> place & 1, 1);
        }
    }
}
