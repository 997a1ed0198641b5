//! Records that an earlier program froze, when caps of kecamatan and locks were an integer programme: by sorting they
//! come to the same bytes.

use sha2::{Digest, Sha256};

use super::*;
use crate::priority::random::Stream;

/// The record that some number stands for; none where its locks contradict its quota.
fn case(number: u64) -> Option<Record> {
    let stream = Stream::new("frozen", "case").at(number);
    let below = |place: u64, most: u64| (stream.unit(place) * most as f64) as u64;
    let mut rules = format!(
        "per_area = {}\nreserves = {}\n",
        1 + below(0, 3),
        below(1, 3)
    );
    if 0 < below(2, 2) {
        rules.push_str(&format!("total = {}\n", 2 + below(3, 4)));
    }
    let capped = 0 < below(4, 3);
    if capped {
        rules.push_str(&format!("per_subdistrict = {}\n", 1 + below(5, 2)));
    }
    if rules.contains("total") && 0 < below(6, 2) {
        rules.push_str(
            "[[programme.quota.earmark]]\narea = \"19\"\nplaces = 1\nlabel = { id = \"B\", en = \"B\" }\n",
        );
    }
    const PLACES: [&str; 6] = [
        "53.01.01", "53.01.02", "53.02.01", "53.02.03", "19.03.01", "19.03.02",
    ];
    let villages: Vec<Unit> = (0..4 + below(7, 9))
        .map(|index| {
            let place = PLACES[below(20 + index, 6) as usize];
            let region = format!("{place}.{}", 2001 + index);
            let score = below(40 + index, 9) as f64;
            unit(&region, &place[..5], score, Observed::Number(2.0))
        })
        .collect();
    for (place, chance) in [("in", 8), ("out", 9)] {
        if capped && 0 < below(chance, 2) {
            continue;
        }
        let code = &villages[below(chance + 2, villages.len() as u64) as usize].region;
        if !rules.contains(code.as_str()) {
            rules.push_str(&format!(
                "[[programme.quota.lock]]\ncode = \"{code}\"\nplace = \"{place}\"\nby = \"M\"\nreason = \"r\"\n"
            ));
        }
    }
    let document = METHOD.replace("per_area = 1\ntotal = 3\nreserves = 1\n", &rules);
    Record::decide("lumbung 0", "benih", &document, &villages, &[]).ok()
}

#[test]
fn caps_of_kecamatan_and_locks_give_the_bytes_that_they_gave() {
    let mut all = Sha256::new();
    let mut made = 0;
    for record in (0..300).filter_map(case) {
        all.update(record.write());
        made += 1;
    }
    let digest: String = all
        .finalize()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    assert_eq!(
        (made, digest.as_str()),
        (
            300,
            "80271fb0493acc41409b815c77727abdf5c433d99db6264b5e08b1226f994d72"
        )
    );
}

const WAITING: &str = include_str!("waiting.txt");

#[test]
fn what_waited_for_everybody_computes_again_and_newer_data_is_compared_so() {
    let record = Record::read(WAITING.as_bytes()).unwrap();
    assert_eq!(record.awaited().len(), 3);
    assert_eq!(record.recompute().unwrap().write(), WAITING);
    let again = record
        .draft_again(record.units(), record.changes())
        .unwrap();
    assert_eq!(differences(&record, &again), []);
    // Decided today, it waits for nobody: all three are too low to be chosen.
    let (document, units) = (record.document(), record.units());
    let today = Record::decide("lumbung 0", "benih", document, units, &[]).unwrap();
    assert_eq!(today.awaited(), Vec::<&Unit>::new());
    assert_eq!(today.recompute().unwrap(), today);
}
