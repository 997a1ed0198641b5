use std::path::Path;

use shared::priority::{DESMIGRATIF, Observed, Record, parse};

use super::super::tables::SOFTWARE;
use super::{RecomputeArgs, recompute};

fn args(folder: &Path, data: Option<&str>) -> RecomputeArgs {
    RecomputeArgs {
        record: folder.join("record.txt"),
        data: data.map(|name| folder.join(name)),
        last_round: None,
        out: data.map(|_| folder.join("newer.txt")),
        code: "code".to_owned(),
        name: "name".to_owned(),
        group: "group".to_owned(),
    }
}

/// A table for a shipped method: every column holds `value`, conditions hold.
fn table(codes: &[&str], value: u32) -> String {
    let method = parse(DESMIGRATIF.document).unwrap();
    let programme = method.programme.as_ref().unwrap();
    let bare = |text: &str| {
        text.trim_start_matches("${")
            .trim_end_matches('}')
            .to_owned()
    };
    let scored = method
        .indicators
        .iter()
        .filter(|it| it.expression.is_some());
    let mut columns: Vec<String> = scored.map(|it| it.id.clone()).collect();
    columns.extend(method.denominators().map(|(_, it)| bare(&it.expression)));
    let keys = programme.tie_break.iter().map(|it| it.id.clone());
    columns.extend(keys.filter(|it| *it != "code"));
    let rules: Vec<String> = programme
        .eligibility
        .iter()
        .map(|it| it.id.clone())
        .collect();
    columns.sort();
    columns.dedup();
    columns.retain(|it| !rules.contains(it));
    let quoted = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|it| it.replace('"', "\"\"")).collect();
        names
            .iter()
            .map(|it| format!(",\"{it}\""))
            .collect::<String>()
    };
    let mut csv = format!("code{}{}\n", quoted(&columns), quoted(&rules));
    for code in codes {
        csv.push_str(code);
        csv.push_str(&format!(",{value}").repeat(columns.len()));
        csv.push_str(&",1".repeat(rules.len()));
        csv.push('\n');
    }
    csv
}

#[test]
fn a_record_of_a_shipped_method_computes_to_the_same_bytes_and_tells_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let codes = ["53.21.03.2003", "53.21.03.2004", "53.01.06.1008"];
    let method = parse(DESMIGRATIF.document).unwrap();
    let columns = super::Columns::default();
    let first = table(&codes, 2);
    let units = super::read_units(&method, &columns, first.as_bytes(), None).unwrap();
    let record = Record::decide(SOFTWARE, "benih", DESMIGRATIF.document, &units, &[]).unwrap();
    assert!(
        record.units()[0]
            .indicators
            .iter()
            .any(|it| it.value == Observed::Number(2.0))
    );
    std::fs::write(path("record.txt"), record.write()).unwrap();
    std::fs::write(path("newer.csv"), table(&codes[..2], 3)).unwrap();
    recompute(&args(folder.path(), None)).unwrap();
    recompute(&args(folder.path(), Some("newer.csv"))).unwrap();
    let newer = Record::read(&std::fs::read(path("newer.txt")).unwrap()).unwrap();
    assert_eq!(newer.units().len(), 2);

    let damaged = record.write().replacen("benih", "lain", 1);
    std::fs::write(path("record.txt"), damaged).unwrap();
    let error = format!("{:#}", recompute(&args(folder.path(), None)).unwrap_err());
    assert!(
        error.contains("the head was changed after it was written"),
        "{error}"
    );
}
