//! The SQL that every database of the PostgreSQL family runs, as far as their documentation goes: design, section 9.
//!
//! Always: reads every statement of the store and every schema step; an exception stands here, with its reason.
//! Never: parses SQL; it looks at words, which is enough because all of it is ours.

use crate::sources::{report, sources};

/// Words that one of them lacks, or reads in another way, and what to use instead.
const REFUSED: [(&str, &str); 40] = [
    ("SERIAL", "ids come from the application"),
    ("IDENTITY", "ids come from the application"),
    ("AUTOINCREMENT", "ids come from the application"),
    (
        "SEQUENCE",
        "a sequence is not prefix-closed; take positions from the partition's row",
    ),
    (
        "NEXTVAL",
        "a sequence is not prefix-closed; take positions from the partition's row",
    ),
    ("LASTVAL", "use RETURNING"),
    ("LAST_INSERT_ROWID", "use RETURNING"),
    ("ROWID", "SQLite alone has it"),
    ("PRAGMA", "SQLite alone has it"),
    ("STRICT", "SQLite alone has it"),
    ("TRIGGER", "distributed engines lack it"),
    ("LISTEN", "distributed engines lack it"),
    ("NOTIFY", "distributed engines lack it"),
    ("PG_ADVISORY_LOCK", "distributed engines lack it"),
    ("ENUM", "TEXT, checked by the code"),
    ("DEFERRABLE", "distributed engines lack it"),
    ("DEFERRED", "distributed engines lack it"),
    ("EXCLUDE", "distributed engines lack it"),
    ("TRUNCATE", "use DELETE"),
    ("TEMP", "distributed engines lack it"),
    ("TEMPORARY", "distributed engines lack it"),
    ("LOCKED", "no queues across partitions"),
    ("LOCK", "serializable transactions need none"),
    ("SAVEPOINT", "a verb is one transaction"),
    ("MERGE", "use INSERT … ON CONFLICT"),
    ("REPLACE", "use INSERT … ON CONFLICT"),
    ("IGNORE", "use INSERT … ON CONFLICT"),
    ("UNNEST", "SQLite lacks it"),
    ("ILIKE", "SQLite lacks it; fold before storing"),
    ("NOW", "times come from the application"),
    ("CURRENT_TIMESTAMP", "times come from the application"),
    ("CURRENT_DATE", "times come from the application"),
    ("DATETIME", "times are BIGINT milliseconds"),
    ("TIMESTAMP", "times are BIGINT milliseconds"),
    ("TIMESTAMPTZ", "times are BIGINT milliseconds"),
    ("RANDOM", "randomness comes from the application"),
    ("BOOLEAN", "BIGINT, 1 or 0"),
    ("REAL", "scaled BIGINT"),
    (
        "INTEGER",
        "BIGINT: INTEGER is 32 bits in one and 64 in another",
    ),
    ("JSONB", "TEXT: SQLite has another"),
];

/// Tables of which every shard has all rows.
const GLOBAL: [&str; 20] = [
    "backup",
    "restored",
    "revoked",
    "erased_blob",
    "decision",
    "method",
    "setting",
    "hub",
    "account",
    "session",
    "setup_token",
    "region",
    "questionnaire",
    "questionnaire_list",
    "round",
    "assignment",
    "device",
    "enrolment",
    "blob",
    "audit",
];

/// Statements over case data that look at more than one partition, and why they may.
const ACROSS: [(&str, &str); 2] = [
    (
        "SELECT b.partition_id, b.region FROM case_batch b",
        "the checker's search at the start, outside of any push",
    ),
    (
        "SELECT COUNT(*) FROM lane WHERE account_id = $1 AND NOT EXISTS",
        "asked only of pushes to rounds that the hub does not know",
    ),
];

/// Inserts that need no ON CONFLICT to be run twice, and why.
const GUARDED: [(&str, &str); 7] = [
    ("batch", "at a position that the same transaction took"),
    ("case_batch", "at a position that the same transaction took"),
    (
        "stretch",
        "at the end of a lane that the same transaction read",
    ),
    ("finding", "after a DELETE of the same case"),
    ("setup_token", "after a DELETE of all"),
    ("device", "after the link was found unused"),
    ("migration", "after the step was found missing"),
];

struct Statement {
    place: String,
    text: String,
}

/// Everything that looks like SQL in the store and in the schema.
fn statements() -> Vec<Statement> {
    let mut found = Vec::new();
    for source in sources(".sql") {
        if !source.path.starts_with("server/migrations/") {
            continue;
        }
        let lines = source.text.lines().map(|line| line.split("--").next());
        let code: Vec<&str> = lines.map(Option::unwrap_or_default).collect();
        for text in code.join("\n").split(';') {
            push(&mut found, &source.path, text);
        }
    }
    for source in sources(".rs") {
        let is_store = source.path.starts_with("server/src/store") && !source.is_test();
        // What only one of the two databases runs stands in these.
        let is_own = [
            "store.rs",
            "store/backup.rs",
            "store/sql.rs",
            "store/sqlite.rs",
            "store/postgres.rs",
        ];
        if is_store
            && !is_own
                .iter()
                .any(|file| source.path == format!("server/src/{file}"))
        {
            for text in literals(&source.text) {
                push(&mut found, &source.path, &text);
            }
        }
    }
    found
}

fn push(found: &mut Vec<Statement>, path: &str, text: &str) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = text.split(' ').next().unwrap_or_default();
    let is_sql = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH",
    ];
    // Pieces of statements that are put together at run time begin with a blank and a keyword.
    let is_piece = ["ON", "WHERE", "AND", "OR", "ORDER", "CASE", "WHEN", "SET"];
    if is_sql.contains(&first) || is_piece.contains(&first) {
        let place = format!("{path}: {}", text.chars().take(70).collect::<String>());
        found.push(Statement { place, text });
    }
}

/// The string literals of Rust code, with escaped line ends joined; comments are skipped.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line_or_more in without_comments(code).split('"').skip(1).step_by(2) {
        found.push(line_or_more.replace("\\\n", " "));
    }
    found
}

/// Code without `//` comments and without quotes that would confuse the search.
fn without_comments(code: &str) -> String {
    let lines = code.lines().map(|line| {
        let is_comment = line.trim_start().starts_with("//");
        let line = if is_comment { "" } else { line };
        line.replace("\\\"", "").replace("'\"'", "")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Words outside of quotes, as they are written.
fn words(text: &str) -> Vec<String> {
    let unquoted: String = text.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words = unquoted.split(|letter| !is_word(letter));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The word after one of these, such as a table's name.
fn after<'a>(words: &'a [String], keyword: &str) -> Vec<&'a str> {
    let pairs = words.iter().zip(words.iter().skip(1));
    let found = pairs.filter(|(first, _)| *first == keyword);
    found.map(|(_, second)| second.as_str()).collect()
}

fn broken_by(text: &str) -> Vec<String> {
    let words = words(text);
    let mut broken = Vec::new();
    for (refused, instead) in REFUSED {
        if words.iter().any(|word| word.to_uppercase() == refused) {
            broken.push(format!("{refused}: {instead}"));
        }
    }
    if text.contains("::") {
        broken.push("`::`: use CAST".to_owned());
    }
    if text.contains('?') {
        broken.push("`?`: number the places, $1 …".to_owned());
    }
    if text.contains("FOR UPDATE") || text.contains("FOR SHARE") {
        broken.push("FOR UPDATE: serializable transactions need no locks".to_owned());
    }
    if text.contains("SELECT *") {
        broken.push("name the columns: an added one must not change what is read".to_owned());
    }
    if text.contains("ON CONFLICT DO") || text.contains("ON CONFLICT ON") {
        broken.push("name the columns of the conflict".to_owned());
    }
    broken.extend(broken_insert(text, &words));
    broken.extend(broken_table(text, &words));
    broken.extend(broken_reach(text, &words));
    broken
}

fn broken_insert(text: &str, words: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    let Some(rest) = text.strip_prefix("INSERT INTO ") else {
        return broken;
    };
    let table = after(words, "INTO")[0];
    if !rest[table.len()..].trim_start().starts_with('(') {
        broken.push("name the columns of an INSERT".to_owned());
    }
    let is_guarded = GUARDED.iter().any(|(guarded, _)| *guarded == table);
    // One that is put together at run time gets its end from another literal.
    let is_piece = text.ends_with("VALUES");
    let is_conditional = text.contains("WHERE NOT EXISTS") || text.contains("ON CONFLICT (");
    if !is_guarded && !is_piece && !is_conditional {
        broken
            .push("an INSERT may run twice: ON CONFLICT (…), or say why not in GUARDED".to_owned());
    }
    broken
}

fn broken_table(text: &str, words: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    if words.iter().any(|word| word == "UNIQUE") {
        let table = after(words, "ON").first().copied().unwrap_or_default();
        if !GLOBAL.contains(&table) && !text.contains("(partition_id") {
            broken.push("a unique index of case data begins with partition_id".to_owned());
        }
    }
    if !text.starts_with("CREATE TABLE") {
        return broken;
    }
    let name = words
        .iter()
        .find(|word| !["CREATE", "TABLE", "IF", "NOT", "EXISTS"].contains(&word.as_str()));
    let name = name.map(String::as_str).unwrap_or_default();
    let is_global = GLOBAL.contains(&name) || name == "migration";
    let key = text.contains("PRIMARY KEY (partition_id")
        || text.contains("( partition_id TEXT NOT NULL PRIMARY KEY");
    if !text.contains("PRIMARY KEY") {
        broken.push("a table has a primary key".to_owned());
    } else if !is_global && !key {
        broken.push(
            "the key of case data begins with partition_id; a global table is named in GLOBAL"
                .to_owned(),
        );
    }
    let columns = text.split_once('(').map_or("", |(_, columns)| columns);
    for column in columns.split(',') {
        let mut parts = column.split_whitespace();
        let (Some(name), Some(kind)) = (parts.next(), parts.next()) else {
            continue;
        };
        let is_column = name
            .chars()
            .all(|letter| letter.is_lowercase() || letter == '_');
        let kind = kind.trim_end_matches(')');
        if is_column
            && !name.ends_with(')')
            && kind.chars().all(char::is_uppercase)
            && !["BIGINT", "TEXT", "BLOB"].contains(&kind)
        {
            broken.push(format!("{kind}: columns are BIGINT, TEXT or BLOB"));
        }
    }
    broken
}

/// Case data is read and written one partition at a time.
fn broken_reach(text: &str, words: &[String]) -> Vec<String> {
    let reads = ["FROM", "JOIN", "UPDATE", "INTO"]
        .map(|keyword| after(words, keyword))
        .concat();
    let is_case_data = reads.iter().any(|table| {
        let is_name = table
            .chars()
            .all(|letter| letter.is_lowercase() || letter == '_');
        is_name
            && !GLOBAL.contains(table)
            && !["migration", "sqlite_master", "excluded"].contains(table)
    });
    let is_excepted = ACROSS.iter().any(|(start, _)| text.starts_with(start));
    if is_case_data && !is_excepted && !text.contains("partition_id") {
        return vec![
            "a statement over case data names its partition; an exception stands in ACROSS"
                .to_owned(),
        ];
    }
    Vec::new()
}

#[test]
fn sql_stays_in_the_subset_that_distributed_engines_run() {
    let statements = statements();
    assert!(
        100 < statements.len(),
        "a rule that sees nothing checks nothing"
    );
    let mut broken = Vec::new();
    for Statement { place, text } in &statements {
        broken.extend(
            broken_by(text)
                .into_iter()
                .map(|why| format!("{place}: {why}")),
        );
    }
    report(
        "one SQL text for SQLite, PostgreSQL and its relatives",
        &broken,
    );
}

#[test]
fn every_exception_is_still_used() {
    let statements = statements();
    let unused = ACROSS
        .iter()
        .filter(|(start, _)| !statements.iter().any(|one| one.text.starts_with(start)));
    let mut unused: Vec<String> = unused.map(|(start, _)| (*start).to_owned()).collect();
    unused.extend(
        GUARDED
            .iter()
            .map(|(table, _)| *table)
            .filter(|table| {
                let insert = format!("INSERT INTO {table} ");
                !statements
                    .iter()
                    .any(|one| one.text.starts_with(&insert) && !one.text.contains("ON CONFLICT"))
            })
            .map(str::to_owned),
    );
    report("an exception that nothing needs is taken out", &unused);
}

#[test]
fn what_is_outside_the_subset_is_seen() {
    let check = |text: &str, expect: &str| {
        let broken = broken_by(text).join("; ");
        assert!(
            broken.contains(expect) && (expect.is_empty() == broken.is_empty()),
            "{text}: {broken}"
        );
    };
    check("SELECT id FROM account WHERE id = $1", "");
    check("SELECT id FROM account WHERE id = ?", "number the places");
    check("SELECT now() FROM account", "NOW");
    check("SELECT 'now' FROM account", "");
    check("SELECT a::text FROM account", "CAST");
    check("SELECT * FROM account", "name the columns");
    check("SELECT id FROM account FOR UPDATE SKIP LOCKED", "LOCKED");
    check("SELECT position FROM log", "names its partition");
    check("UPDATE lane SET length = 0", "names its partition");
    check("DELETE FROM finding", "names its partition");
    check(
        "INSERT INTO account VALUES ($1) ON CONFLICT (id) DO NOTHING",
        "columns of an INSERT",
    );
    check("INSERT INTO account (id) VALUES ($1)", "may run twice");
    check(
        "INSERT INTO account (id) VALUES ($1) ON CONFLICT DO NOTHING",
        "columns of the conflict",
    );
    check("CREATE TABLE a (partition_id TEXT NOT NULL)", "primary key");
    check(
        "CREATE TABLE a ( id TEXT NOT NULL PRIMARY KEY )",
        "begins with partition_id",
    );
    check("CREATE TABLE hub ( id INT NOT NULL PRIMARY KEY )", "INT:");
    check(
        "CREATE TABLE a ( id SERIAL, PRIMARY KEY (partition_id, id) )",
        "SERIAL",
    );
    check(
        "CREATE UNIQUE INDEX i ON lane (lane_id)",
        "begins with partition_id",
    );
}

#[test]
fn literals_are_found_over_lines_and_outside_comments() {
    let code = "// \"SELECT 1\"\nlet a = \"SELECT b\n  FROM c\"; let d = \"x \\\n y\";";
    assert_eq!(literals(code), ["SELECT b\n  FROM c", "x   y"]);
}
