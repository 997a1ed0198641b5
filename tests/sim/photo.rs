//! Bytes of photos as the simulated world carries them: where they came from instead of what they are.
//!
//! Always: two stretches of bytes are equal where they are the same places of the same photos.
//! Never: holds a byte; a world of photos stays small.

use shared::ids::BlobId;

/// Bytes in the order in which they lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bytes(Vec<Piece>);

/// A stretch of what somebody took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    photo: BlobId,
    from: u64,
    end: u64,
}

/// The name of a photo; as a hash would, it says what the content must be.
pub(crate) fn name(chance: [u8; 16], bytes: u64) -> BlobId {
    let mut name = [0; 32];
    name[..16].copy_from_slice(&chance);
    name[16..24].copy_from_slice(&bytes.to_be_bytes());
    BlobId(name)
}

impl Bytes {
    /// All of a photo, as its camera made it.
    pub(crate) fn whole(photo: BlobId) -> Bytes {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&photo.0[16..24]);
        let end = u64::from_be_bytes(bytes);
        Bytes(vec![Piece {
            photo,
            from: 0,
            end,
        }])
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|piece| piece.end - piece.from).sum()
    }

    /// From one place on to before another.
    pub(crate) fn cut(&self, from: u64, end: u64) -> Bytes {
        let mut cut = Bytes::default();
        let mut before = 0;
        for piece in &self.0 {
            let length = piece.end - piece.from;
            let first = from.clamp(before, before + length) - before;
            let last = end.clamp(before, before + length) - before;
            if first < last {
                cut.0.push(Piece {
                    photo: piece.photo,
                    from: piece.from + first,
                    end: piece.from + last,
                });
            }
            before += length;
        }
        cut
    }

    pub(crate) fn append(&mut self, more: &Bytes) {
        for piece in &more.0 {
            match self.0.last_mut() {
                Some(last) if last.photo == piece.photo && last.end == piece.from => {
                    last.end = piece.end;
                }
                _ => self.0.push(*piece),
            }
        }
    }

    /// Whether these are the bytes that the name stands for: what a hash would say.
    pub(crate) fn are(&self, photo: BlobId) -> bool {
        *self == Bytes::whole(photo)
    }
}
