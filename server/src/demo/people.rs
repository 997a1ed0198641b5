//! Who works in the demo round, and on what.
//!
//! Always: an account of every role, one enumerator per kabupaten; fixed names and one password.
//! Never: part of a server that is not a demo.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use shared::ids::{AccountId, RegionId, Role, RoundId};
use shared::wire::office::{AssignmentNew, Language};

use super::villages::Chosen;
use crate::auth::Passwords;
use crate::store::{AccountDraft, Act, Store};

pub const ROUND_NAME: &str = "Ronde demo 2026";
/// Of every account of the demo; printed at each start.
pub const PASSWORD: &str = "lumbung-demo";

/// The regency whose enumerator and phone a visitor plays.
const VISITOR_REGENCY: &str = "53.02";
const VISITOR: &str = "pencacah";

/// Username, name, role and regions of the accounts that are no enumerators.
const OFFICES: [(&str, &str, Role, &[&str]); 8] = [
    ("admin", "Administrator Demo", Role::Administrator, &[]),
    ("pusat", "Rini Kusumawati", Role::National, &[]),
    ("provinsi", "Yosef Nahak", Role::Province, &["53"]),
    ("kabupaten", "Maria Tefa", Role::Regency, &["53.02"]),
    ("pengawas", "Agustinus Bria", Role::Supervisor, &["53"]),
    (
        "pengawas-bangka",
        "Siti Rahmawati",
        Role::Supervisor,
        &["19.03"],
    ),
    (
        "pengawas-kalimantan",
        "Hendra Gunawan",
        Role::Supervisor,
        &["63.04", "64.02", "64.09"],
    ),
    ("analis", "Dewi Lestari", Role::Analyst, &[]),
];

const ENUMERATOR_NAMES: [&str; 12] = [
    "Yuliana Bete",
    "Markus Taek",
    "Kristina Lopo",
    "Stefanus Nono",
    "Yohana Mali",
    "Petrus Leki",
    "Fransiska Uly",
    "Domi Rangga",
    "Nurhayati",
    "Ahmad Fauzi",
    "Sri Wahyuni",
    "Bambang Irawan",
];

/// An account of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: AccountId,
    pub username: String,
    pub name: String,
    pub role: Role,
    pub regions: Vec<RegionId>,
}

/// One village with the people who work on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub village: RegionId,
    pub village_name: String,
    pub enumerator: AccountId,
    pub supervisor: AccountId,
    pub is_answered: bool,
}

/// An id that is the same on every machine.
pub fn fixed_id(name: &str) -> [u8; 16] {
    let digest = Sha256::digest(format!("lumbung demo {name}"));
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

/// Makes the accounts that are missing and returns all of them.
pub async fn make(store: &Store, passwords: &Passwords, act: Act) -> Result<Vec<Person>> {
    let people = everyone(store).await?;
    let there: Vec<AccountId> = store.accounts().await?.iter().map(|one| one.id).collect();
    let missing = people.iter().filter(|person| !there.contains(&person.id));
    let missing: Vec<Person> = missing.cloned().collect();
    if missing.is_empty() {
        return Ok(people);
    }
    let hash = passwords.hash(PASSWORD.to_owned()).await;
    let hash = hash.ok().context("the password could not be hashed")?;
    let drafts = missing.into_iter().map(|person| AccountDraft {
        id: person.id,
        username: person.username,
        name: person.name,
        role: person.role,
        regions: person.regions,
        language: Language::Id,
        password_hash: hash.clone(),
    });
    store.make_accounts(drafts.collect(), act).await?;
    Ok(people)
}

async fn everyone(store: &Store) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for (username, name, role, regions) in OFFICES {
        let regions: Result<Vec<RegionId>, _> = regions.iter().map(|code| code.parse()).collect();
        people.push(person(username, name, role, regions?));
    }
    let chosen = super::villages::villages(store).await?;
    let mut regencies: Vec<RegionId> = chosen.iter().map(|one| one.code.regency()).collect();
    regencies.dedup();
    for (index, regency) in regencies.into_iter().enumerate() {
        let username = if regency.as_str() == VISITOR_REGENCY {
            VISITOR.to_owned()
        } else {
            format!("{VISITOR}-{regency}")
        };
        let name = ENUMERATOR_NAMES[index % ENUMERATOR_NAMES.len()];
        people.push(person(&username, name, Role::Enumerator, vec![regency]));
    }
    Ok(people)
}

fn person(username: &str, name: &str, role: Role, regions: Vec<RegionId>) -> Person {
    Person {
        id: AccountId(fixed_id(username)),
        username: username.to_owned(),
        name: name.to_owned(),
        role,
        regions,
    }
}

/// Gives each village the enumerator and the supervisor of its regency.
pub fn divide(people: &[Person], chosen: &[Chosen]) -> Vec<Work> {
    let of = |role: Role, village: &RegionId| {
        let covers = |person: &&Person| {
            let own = person
                .regions
                .iter()
                .any(|region| village.is_within(region));
            person.role == role && own
        };
        people.iter().find(covers).map(|person| person.id)
    };
    chosen
        .iter()
        .filter_map(|item| {
            Some(Work {
                village: item.code.clone(),
                village_name: item.name.clone(),
                enumerator: of(Role::Enumerator, &item.code)?,
                supervisor: of(Role::Supervisor, &item.code)?,
                is_answered: item.is_answered,
            })
        })
        .collect()
}

/// Assigns every village to its enumerator.
pub async fn assign(store: &Store, round: RoundId, work: &[Work], act: Act) -> Result<()> {
    let mut by_account: BTreeMap<AccountId, Vec<RegionId>> = BTreeMap::new();
    for item in work {
        let villages = by_account.entry(item.enumerator).or_default();
        villages.push(item.village.clone());
    }
    for (account, villages) in by_account {
        let new = AssignmentNew {
            round,
            account,
            villages,
            modules: Vec::new(),
        };
        store.assign(new, act).await?;
    }
    Ok(())
}
