//! Answers packed by the count of their letters alone, for what is mostly chance in hexadecimal.
//!
//! Always: half of what came is left, as after the search for repetitions that such an answer has none of.
//! Never: packs for a reader that does not ask for gzip.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use zlib_rs::{Deflate, DeflateConfig, DeflateFlush, Method, Status, Strategy, compress_bound};

use crate::error::Problem;

/// The least window, since nothing is searched for, with the head and end of gzip.
const WINDOW_BITS: i32 = 9 + 16;
/// Letters are counted anew after 8,192 of them.
const MEMORY_LEVEL: i32 = 7;
/// Head and end of gzip, and of the pieces.
const FRAME_BYTES: usize = 64;

/// The value as JSON, packed where the request allows it.
pub(super) fn answer(request: &HeaderMap, value: &impl Serialize) -> Result<Response, Problem> {
    let json = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
    let json_type = HeaderValue::from_static("application/json");
    let vary = HeaderValue::from_static("accept-encoding");
    let heads = [(header::CONTENT_TYPE, json_type), (header::VARY, vary)];
    let packed = takes_gzip(request).then(|| pack(&json)).flatten();
    Ok(match packed {
        None => (heads, json).into_response(),
        Some(packed) => {
            let gzip = HeaderValue::from_static("gzip");
            (heads, [(header::CONTENT_ENCODING, gzip)], packed).into_response()
        }
    })
}

/// Whether the request names gzip, and not to refuse it.
fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter();
    let mut names = accepted
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    names.any(|name| {
        let (name, weight) = name.split_once(';').unwrap_or((name, ""));
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case("gzip") && weight.parse() != Ok(0.0)
    })
}

fn pack(json: &[u8]) -> Option<Vec<u8>> {
    let mut deflate = Deflate::new_with_config(DeflateConfig {
        level: 1,
        method: Method::Deflated,
        window_bits: WINDOW_BITS,
        mem_level: MEMORY_LEVEL,
        strategy: Strategy::HuffmanOnly,
    });
    let mut packed = vec![0; compress_bound(json.len()) + FRAME_BYTES];
    let status = deflate.compress(json, &mut packed, DeflateFlush::Finish);
    let is_whole = status == Ok(Status::StreamEnd);
    packed.truncate(usize::try_from(deflate.total_out()).ok()?);
    is_whole.then_some(packed)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::http::{HeaderMap, HeaderValue, header};
    use flate2::read::MultiGzDecoder;
    use proptest::prelude::*;

    use super::{pack, takes_gzip};

    proptest! {
        #[test]
        fn what_is_packed_unpacks_to_itself(bytes in proptest::collection::vec(any::<u8>(), 0..40_000)) {
            let packed = pack(&bytes).expect("there is room");
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(&packed[..])
                .read_to_end(&mut unpacked)
                .expect("gzip");
            prop_assert_eq!(unpacked, bytes);
        }
    }

    #[test]
    fn chance_in_hexadecimal_is_halved() {
        let chance = |n: u32| {
            format!(
                "\"{:032x}\",",
                u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            )
        };
        let text: String = (1..500).map(chance).collect();
        let packed = pack(text.as_bytes()).expect("there is room");
        assert!(
            packed.len() * 100 < text.len() * 60,
            "{} of {}",
            packed.len(),
            text.len()
        );
    }

    #[test]
    fn only_who_asks_for_gzip_gets_it() {
        for (line, expect) in [
            ("gzip, deflate, br, zstd", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
        ] {
            let mut heads = HeaderMap::new();
            heads.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(line));
            assert_eq!(takes_gzip(&heads), expect, "{line}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
