//! Which villages the demo round visits.
//!
//! Always: real codes out of the imported list, the same ones each time, and more than 150.
//! Never: a village that the list does not have.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use shared::ids::{RegionId, RegionLevel};
use shared::wire::office::RegionView;

use crate::store::{RegionsOf, Store};

/// Villages of each kabupaten and kota of Nusa Tenggara Timur.
const PER_REGENCY_IN_NTT: usize = 4;
/// All villages of these kecamatan: Payung, Airgegas and Pulau Besar in Bangka Selatan; Anjir
/// Pasar, Mandastana and Jejangkit in Barito Kuala; Sepaku in Penajam Paser Utara.
const WHOLE_DISTRICTS: [&str; 7] = [
    "19.03.05", "19.03.03", "19.03.07", "63.04.03", "63.04.06", "63.04.17", "64.09.04",
];
/// Some villages of the neighbours of Sepaku: Penajam, Waru, Babulu; Loa Kulu, Loa Janan, Samboja,
/// Muara Jawa and Samboja Barat in Kutai Kartanegara.
const NEIGHBOURS: [&str; 8] = [
    "64.09.01", "64.09.02", "64.09.03", "64.02.02", "64.02.03", "64.02.13", "64.02.14", "64.02.20",
];
const PER_NEIGHBOUR: usize = 3;
/// Known for their pots and cloth: Webriamata, Noinbila, Subun Bestobe.
const CRAFTS: [&str; 3] = ["53.21.03.2003", "53.02.02.2012", "53.03.20.2011"];
/// Left without answers, so that a visitor has something to do.
const OPEN_REGENCY: &str = "53.02";
const OPEN_VILLAGES: usize = 5;
const VILLAGES_MIN: usize = 150;

/// A village of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub code: RegionId,
    pub name: String,
    /// Whether answers are invented for it; the others wait for the visitor.
    pub is_answered: bool,
}

/// The villages of the demo by code.
pub async fn villages(store: &Store) -> Result<Vec<Chosen>> {
    let mut chosen = BTreeMap::new();
    for regency in below(store, "53", RegionLevel::Regency).await? {
        let all = below(store, regency.code.as_str(), RegionLevel::Village).await?;
        add(&mut chosen, spread(all, PER_REGENCY_IN_NTT));
    }
    for district in WHOLE_DISTRICTS {
        add(
            &mut chosen,
            below(store, district, RegionLevel::Village).await?,
        );
    }
    for district in NEIGHBOURS {
        let all = below(store, district, RegionLevel::Village).await?;
        add(&mut chosen, spread(all, PER_NEIGHBOUR));
    }
    for code in CRAFTS {
        add(&mut chosen, vec![store.region(&code.parse()?).await?]);
    }
    let mut open = below(store, OPEN_REGENCY, RegionLevel::Village).await?;
    open.retain(|village| !chosen.contains_key(&village.code));
    for village in spread(open, OPEN_VILLAGES) {
        let item = Chosen {
            code: village.code.clone(),
            name: village.name,
            is_answered: false,
        };
        chosen.insert(village.code, item);
    }
    ensure!(
        VILLAGES_MIN <= chosen.len(),
        "the list of regions has only {} villages of the demo; import the whole list",
        chosen.len()
    );
    Ok(chosen.into_values().collect())
}

fn add(chosen: &mut BTreeMap<RegionId, Chosen>, villages: Vec<RegionView>) {
    for village in villages {
        let item = Chosen {
            code: village.code.clone(),
            name: village.name,
            is_answered: true,
        };
        chosen.insert(village.code, item);
    }
}

async fn below(store: &Store, region: &str, level: RegionLevel) -> Result<Vec<RegionView>> {
    let wanted = RegionsOf {
        text: String::new(),
        under: Some(region.parse()?),
        level: Some(level),
        limit: u32::MAX,
    };
    Ok(store.regions(&wanted).await?)
}

/// `count` of the villages, spread over the list; a desa rather than a kelurahan.
fn spread(mut villages: Vec<RegionView>, count: usize) -> Vec<RegionView> {
    let is_desa = |village: &RegionView| {
        let last = village.code.as_str().rsplit('.').next();
        last.is_some_and(|number| number.starts_with('2'))
    };
    if villages.iter().any(is_desa) {
        villages.retain(is_desa);
    }
    let step = villages.len().div_ceil(count).max(1);
    villages.into_iter().step_by(step).take(count).collect()
}
