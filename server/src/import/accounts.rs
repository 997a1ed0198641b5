//! Accounts, one by one or as a table.
//!
//! Always: the same checks for a form and a file.
//! Never: lets a password reach a fault's text.

use std::collections::BTreeSet;

use shared::ids::{RegionId, Role};
use shared::wire::office::{
    AccountNew, Fault, Language, NAME_CHARS_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN,
};

use super::{Table, cell, fault};
use crate::error::Problem;

/// Each password takes some 50 ms to hash.
const ROWS_MAX: usize = 500;
const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 3..=40;
const REGIONS_PER_ACCOUNT_MAX: usize = 600;

/// How a username is stored and compared.
pub(crate) fn fold_username(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Checks a new account and folds its username. `place` is put before the names of fields.
pub(crate) fn check_account(new: AccountNew, place: &str) -> Result<AccountNew, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut say = |field: &str, code: &str, text: &str, en: &str| {
        let mut said = fault(0, code, text, en);
        said.place = if place.is_empty() {
            field.to_owned()
        } else {
            format!("{place}, {field}")
        };
        faults.push(said);
    };
    let new = AccountNew {
        username: fold_username(&new.username),
        name: new.name.trim().to_owned(),
        ..new
    };
    if !is_username(&new.username) {
        say(
            "username",
            "username_invalid",
            "nama pengguna harus 3–40 huruf kecil, angka, titik, garis bawah atau strip, diawali \
             huruf",
            "a username has 3–40 lower-case letters, digits, dots, underscores or dashes, and \
             begins with a letter",
        );
    }
    if new.name.is_empty() || NAME_CHARS_MAX < new.name.chars().count() {
        say(
            "name",
            "name_invalid",
            "nama kosong atau terlalu panjang",
            "the name is empty or too long",
        );
    }
    let needs_region = matches!(new.role, Role::Supervisor | Role::Regency | Role::Province);
    if needs_region && new.regions.is_empty() {
        say(
            "regions",
            "regions_required",
            "peran ini memerlukan paling sedikit satu kode wilayah",
            "this role needs at least one region code",
        );
    }
    if REGIONS_PER_ACCOUNT_MAX < new.regions.len() {
        say(
            "regions",
            "regions_too_many",
            "terlalu banyak wilayah; pakai kode tingkat atas",
            "too many regions; use a code of a higher level",
        );
    }
    if new.password.as_ref().is_some_and(|text| !is_password(text)) {
        say(
            "password",
            "password_invalid",
            "kata sandi harus 8 huruf atau lebih",
            "a password has 8 characters or more",
        );
    }
    if faults.is_empty() {
        Ok(new)
    } else {
        Err(faults)
    }
}

/// The answer to a form with faults.
pub(crate) fn account_problem(faults: Vec<Fault>) -> Problem {
    let first = faults.first();
    let detail = first.map_or("", |fault| &fault.text).to_owned();
    let detail_en = first.map_or("", |fault| &fault.text_en).to_owned();
    Problem::invalid("account_invalid", detail, detail_en).with_faults(faults)
}

/// A password of an allowed length.
pub(crate) fn is_password(text: &str) -> bool {
    PASSWORD_CHARS_MIN <= text.chars().count() && text.len() <= PASSWORD_BYTES_MAX
}

/// Reads a CSV with the columns `username,name,role,regions` and perhaps `password`. Returns the
/// line of each account with the account, or every fault there is.
pub(crate) fn parse_accounts(bytes: &[u8]) -> Result<Vec<(u32, AccountNew)>, Vec<Fault>> {
    let table = Table::read(bytes, ROWS_MAX).map_err(|fault| vec![fault])?;
    let columns = Columns::of(&table).map_err(|fault| vec![fault])?;
    let mut accounts = Vec::new();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (line, record) in &table.rows {
        let record = match record {
            Ok(record) => record,
            Err(fault) => {
                faults.push(fault.clone());
                continue;
            }
        };
        match columns.account(record, *line) {
            Ok(account) if !seen.insert(account.username.clone()) => faults.push(fault(
                *line,
                "username_twice",
                "nama pengguna ini sudah ada di baris sebelumnya",
                "this username stands on an earlier line already",
            )),
            Ok(account) => accounts.push((*line, account)),
            Err(found) => faults.extend(found),
        }
    }
    if accounts.is_empty() && faults.is_empty() {
        faults.push(fault(
            0,
            "empty",
            "berkas tidak memuat satu akun pun",
            "the file holds no account",
        ));
    }
    if faults.is_empty() {
        Ok(accounts)
    } else {
        Err(faults)
    }
}

struct Columns {
    username: usize,
    name: usize,
    role: usize,
    regions: Option<usize>,
    password: Option<usize>,
    language: Option<usize>,
}

impl Columns {
    fn of(table: &Table) -> Result<Columns, Fault> {
        Ok(Columns {
            username: table.required(&["username", "nama_pengguna"])?,
            name: table.required(&["name", "nama"])?,
            role: table.required(&["role", "peran"])?,
            regions: table.column(&["regions", "wilayah"]),
            password: table.column(&["password", "kata_sandi"]),
            language: table.column(&["language", "bahasa"]),
        })
    }

    fn account(&self, record: &csv::StringRecord, line: u32) -> Result<AccountNew, Vec<Fault>> {
        let mut faults = Vec::new();
        let role = role_of(cell(record, Some(self.role)));
        if role.is_none() {
            faults.push(fault(
                line,
                "role_unknown",
                "peran tidak dikenal; pakai pencacah, pengawas, kabupaten, provinsi, pusat, \
                 analis atau administrator",
                "unknown role; use enumerator, supervisor, regency, province, national, analyst \
                 or administrator",
            ));
        }
        let mut regions = Vec::new();
        for word in cell(record, self.regions).split([' ', ';', '|', ',']) {
            if word.is_empty() {
                continue;
            }
            match word.parse::<RegionId>() {
                Ok(region) => regions.push(region),
                Err(error) => faults.push(fault(
                    line,
                    "region_code",
                    format!("{:?} bukan kode wilayah; tulis misalnya 53.21", error.text),
                    error.to_string(),
                )),
            }
        }
        let password = cell(record, self.password);
        let new = AccountNew {
            username: cell(record, Some(self.username)).to_owned(),
            name: cell(record, Some(self.name)).to_owned(),
            role: role.unwrap_or(Role::Enumerator),
            regions,
            language: match cell(record, self.language) {
                "en" => Language::En,
                _ => Language::Id,
            },
            password: (!password.is_empty()).then(|| password.to_owned()),
        };
        match check_account(new, &format!("baris {line}")) {
            Ok(new) if faults.is_empty() => return Ok(new),
            Ok(_) => {}
            Err(more) => faults.extend(more.into_iter().map(|mut fault| {
                fault.row = line;
                fault
            })),
        }
        Err(faults)
    }
}

fn is_username(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    USERNAME_CHARS.contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(allowed)
}

/// A role by its name in either language.
pub(crate) fn role_of(text: &str) -> Option<Role> {
    Some(match text.trim().to_lowercase().as_str() {
        "enumerator" | "pencacah" | "ppl" => Role::Enumerator,
        "supervisor" | "pengawas" | "pml" => Role::Supervisor,
        "regency" | "kabupaten" => Role::Regency,
        "province" | "provinsi" => Role::Province,
        "national" | "pusat" => Role::National,
        "analyst" | "analis" => Role::Analyst,
        "administrator" | "admin" => Role::Administrator,
        _ => return None,
    })
}
