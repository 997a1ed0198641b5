//! The tree of regions, searchable by name and code.
//!
//! Always: the search text is the folded name and the folded names above it.
//! Never: guesses a level or parent; both follow from the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use shared::ids::{RegionId, RegionLevel};
use shared::wire::office::{RegionName, RegionView};
use sqlx::AssertSqlSafe;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::audit::Act;
use super::sql::query;
use super::{Result, Store, StoreError, stored};

/// Rows of one transaction and one statement of an import.
const ROWS_PER_WRITE_MAX: usize = 500;
const WORDS_PER_SEARCH_MAX: usize = 6;
const COLUMNS: usize = 5;
/// What the ministry's list writes before the name of a regency, folded; nothing for the others.
const REGENCY_KINDS: [&str; 5] = [
    "",
    "kabupaten ",
    "kota ",
    "kabupaten administrasi ",
    "kota administrasi ",
];

/// A region to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    pub code: RegionId,
    pub name: String,
}

/// What to look for. Empty fields do not restrict.
#[derive(Debug, Clone, Default)]
pub struct RegionsOf {
    /// Words of names, or the beginning of a code.
    pub text: String,
    pub under: Option<RegionId>,
    pub level: Option<RegionLevel>,
    pub limit: u32,
}

/// Lower case without accents, words separated by one space.
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                ' '
            }
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ")
}

impl Store {
    /// Stores regions, new or under a new name, in steps of a few hundred. Returns how many.
    pub async fn put_regions(&self, mut rows: Vec<RegionRow>, act: Act) -> Result<u64> {
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        let mut names = self.names_of_upper_levels().await?;
        for row in &rows {
            if row.code.level() != RegionLevel::Village {
                names.insert(row.code.clone(), row.name.clone());
            }
        }
        let mut count = 0;
        for chunk in rows.chunks(ROWS_PER_WRITE_MAX) {
            let cells: Vec<[String; 4]> = chunk.iter().map(|row| cells_of(row, &names)).collect();
            let levels: Vec<i64> = chunk
                .iter()
                .map(|row| level_number(row.code.level()))
                .collect();
            count += self.put_region_chunk(cells, levels).await?;
        }
        self.write(move |tx| {
            Box::pin(async move { act.record(tx, "region.import", &count.to_string()).await })
        })
        .await?;
        Ok(count)
    }

    async fn put_region_chunk(&self, cells: Vec<[String; 4]>, levels: Vec<i64>) -> Result<u64> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = insert_sql(cells.len());
                let mut query = query(AssertSqlSafe(sql));
                for ([code, name, parent, search], level) in cells.into_iter().zip(levels) {
                    query = query
                        .bind(code)
                        .bind(name)
                        .bind(level)
                        .bind(parent)
                        .bind(search);
                }
                query.execute(tx).await
            })
        })
        .await
    }

    /// Names of all regions above the villages.
    pub async fn names_of_upper_levels(&self) -> Result<BTreeMap<RegionId, String>> {
        let rows: Vec<(String, String)> = query("SELECT code, name FROM region WHERE level < $1")
            .bind(level_number(RegionLevel::Village))
            .fetch_all(&mut self.read().await?)
            .await?;
        rows.into_iter()
            .map(|(code, name)| Ok((stored(&code, "region code")?, name)))
            .collect()
    }

    /// Every region, parents before their children.
    pub async fn all_regions(&self) -> Result<Vec<RegionRow>> {
        let rows: Vec<(String, String)> = query("SELECT code, name FROM region ORDER BY code")
            .fetch_all(&mut self.read().await?)
            .await?;
        let row = |(code, name): (String, String)| {
            let code = stored(&code, "region code")?;
            Ok(RegionRow { code, name })
        };
        rows.into_iter().map(row).collect()
    }

    /// How many regions of each level there are, from province to village.
    pub async fn region_counts(&self) -> Result<[u64; 4]> {
        let rows: Vec<(i64, i64)> = query("SELECT level, COUNT(*) FROM region GROUP BY level")
            .fetch_all(&mut self.read().await?)
            .await?;
        let mut counts = [0; 4];
        for (level, count) in rows {
            let index = usize::try_from(level).unwrap_or(usize::MAX);
            if let Some(place) = counts.get_mut(index) {
                *place = u64::try_from(count).unwrap_or(0);
            }
        }
        Ok(counts)
    }

    /// Regions that match: the very name first, then names that begin so; among equals the higher level.
    pub async fn regions(&self, wanted: &RegionsOf) -> Result<Vec<RegionView>> {
        let folded = fold(&wanted.text);
        let (sql, binds) = search_sql(wanted, &folded);
        let mut query = query(AssertSqlSafe(sql));
        for bind in binds {
            query = query.bind(bind);
        }
        let rows: Vec<(String, String)> = query.fetch_all(&mut self.read().await?).await?;
        let codes: Result<Vec<RegionId>> = rows
            .iter()
            .map(|(code, _)| stored(code, "region code"))
            .collect();
        let codes = codes?;
        let above = self.names_of(codes.iter().flat_map(above_codes)).await?;
        Ok(codes
            .into_iter()
            .zip(rows)
            .map(|(code, (_, name))| view(code, name, &above))
            .collect())
    }

    /// One region with the levels above it.
    pub async fn region(&self, code: &RegionId) -> Result<RegionView> {
        let mut codes = above_codes(code);
        codes.push(code.clone());
        let mut names = self.names_of(codes.into_iter()).await?;
        let name = names.remove(code).ok_or(StoreError::Missing("region"))?;
        Ok(view(code.clone(), name, &names))
    }

    /// Names of those codes that exist.
    pub async fn names_of(
        &self,
        codes: impl Iterator<Item = RegionId>,
    ) -> Result<BTreeMap<RegionId, String>> {
        let mut wanted: Vec<RegionId> = codes.collect();
        wanted.sort();
        wanted.dedup();
        let mut names = BTreeMap::new();
        for chunk in wanted.chunks(ROWS_PER_WRITE_MAX) {
            let mut sql = String::from("SELECT code, name FROM region WHERE code IN (");
            push_places(&mut sql, 1, chunk.len());
            sql.push(')');
            let mut query = query(AssertSqlSafe(sql));
            for code in chunk {
                query = query.bind(code.to_string());
            }
            let rows: Vec<(String, String)> = query.fetch_all(&mut self.read().await?).await?;
            for (code, name) in rows {
                names.insert(stored(&code, "region code")?, name);
            }
        }
        Ok(names)
    }
}

fn insert_sql(rows: usize) -> String {
    let mut sql = String::from("INSERT INTO region (code, name, level, parent, search) VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        push_places(&mut sql, row * COLUMNS + 1, COLUMNS);
        sql.push(')');
    }
    sql.push_str(
        " ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, \
         parent = excluded.parent, search = excluded.search",
    );
    sql
}

/// Writes `$first, $first+1, …`, `count` of them.
fn push_places(sql: &mut String, first: usize, count: usize) {
    for index in 0..count {
        let comma = if index == 0 { "" } else { ", " };
        write!(sql, "{comma}${}", first + index).expect("writing to a String cannot fail");
    }
}

/// The statement and what is bound to `$1`, `$2`, … in it. Only numbers are written into its text.
fn search_sql(wanted: &RegionsOf, folded: &str) -> (String, Vec<String>) {
    let mut binds: Vec<String> = Vec::new();
    let mut sql = String::from("SELECT code, name FROM region WHERE 1 = 1");
    let code = wanted.text.trim();
    let is_code = code.starts_with(|letter: char| letter.is_ascii_digit())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_code {
        binds.push(format!("{code}%"));
        write!(sql, " AND code LIKE ${}", binds.len()).expect("writing to a String cannot fail");
    } else {
        push_words(&mut sql, &mut binds, folded);
    }
    if let Some(under) = &wanted.under {
        binds.push(format!("{under}.%"));
        binds.push(format!("L-{under}%"));
        let last = binds.len();
        write!(sql, " AND (code LIKE ${} OR code LIKE ${last})", last - 1)
            .expect("writing to a String cannot fail");
    }
    if let Some(level) = wanted.level {
        write!(sql, " AND level = {}", level_number(level))
            .expect("writing to a String cannot fail");
    }
    sql.push_str(" ORDER BY ");
    if !is_code && !folded.is_empty() {
        push_rank(&mut sql, &mut binds, folded);
    }
    write!(sql, "level, code LIMIT {}", wanted.limit).expect("writing to a String cannot fail");
    (sql, binds)
}

/// Whole own names first, then those that begin so, then those that hold it; what only lies in such a place comes last.
/// The kind of a regency is no part of its name: nobody types it.
fn push_rank(sql: &mut String, binds: &mut Vec<String>, folded: &str) {
    sql.push_str("CASE");
    for (rank, end) in [(0, " |%"), (1, "%")] {
        for kind in REGENCY_KINDS {
            binds.push(format!(" {kind}{folded}{end}"));
            write!(sql, " WHEN search LIKE ${} THEN {rank}", binds.len())
                .expect("writing to a String cannot fail");
        }
    }
    binds.push(format!("% {folded}%|%"));
    write!(
        sql,
        " WHEN search LIKE ${} THEN 2 ELSE 3 END, ",
        binds.len()
    )
    .expect("writing to a String cannot fail");
}

/// Every word at the beginning of some word, or all of them run together: `air gegas` finds
/// Airgegas.
fn push_words(sql: &mut String, binds: &mut Vec<String>, folded: &str) {
    let words: Vec<&str> = folded
        .split_whitespace()
        .take(WORDS_PER_SEARCH_MAX)
        .collect();
    if words.is_empty() {
        return;
    }
    sql.push_str(" AND (");
    for (index, word) in words.iter().enumerate() {
        // Folded words hold letters and digits only, so `%` and `_` need no escape.
        binds.push(format!("% {word}%"));
        let and = if index == 0 { "" } else { " AND " };
        write!(sql, "{and}search LIKE ${}", binds.len()).expect("writing to a String cannot fail");
    }
    if 1 < words.len() {
        binds.push(format!("% {}%", words.concat()));
        write!(sql, " OR search LIKE ${}", binds.len()).expect("writing to a String cannot fail");
    }
    sql.push(')');
}

/// Code, name, parent and search text of a row.
fn cells_of(row: &RegionRow, names: &BTreeMap<RegionId, String>) -> [String; 4] {
    let parent = row.code.parent().map_or(String::new(), |up| up.to_string());
    let mut search = format!(" {} |", fold(&row.name));
    for up in above_codes(&row.code).iter().rev() {
        if let Some(name) = names.get(up) {
            search.push(' ');
            search.push_str(&fold(name));
        }
    }
    [row.code.to_string(), row.name.clone(), parent, search]
}

/// Codes above a region, from the province down.
fn above_codes(code: &RegionId) -> Vec<RegionId> {
    let mut above = Vec::new();
    let mut up = code.parent();
    while let Some(region) = up {
        up = region.parent();
        above.push(region);
    }
    above.reverse();
    above
}

fn view(code: RegionId, name: String, names: &BTreeMap<RegionId, String>) -> RegionView {
    RegionView {
        level: code.level(),
        above: above_codes(&code)
            .into_iter()
            .map(|up| RegionName {
                name: names.get(&up).cloned().unwrap_or_default(),
                code: up,
            })
            .collect(),
        code,
        name,
    }
}

fn level_number(level: RegionLevel) -> i64 {
    match level {
        RegionLevel::Province => 0,
        RegionLevel::Regency => 1,
        RegionLevel::District => 2,
        RegionLevel::Village => 3,
    }
}
