//! Tables from elsewhere: what is read, and everything that is refused.

use proptest::prelude::{prop_assert, proptest};

use super::super::{Columns, Method, STEP_FILES, Scored, Table, read_given, read_table};
use super::{ONE_DIMENSION, method};

const AS_IS: &str = "normalise = { kind = \"as_is\" }";

fn two() -> Method {
    method(ONE_DIMENSION, &[AS_IS, AS_IS])
}

fn faults(method: &Method, csv: &str) -> Vec<String> {
    let problems = read_table(method, &Columns::default(), csv.as_bytes(), None).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

fn check_faults(method: &Method, csv: &str, expected: &[&str]) {
    let found = faults(method, csv);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found:?} lacks {expected:?}");
    }
}

fn results(method: &Method, table: &Table) -> String {
    let scored = Scored::new(method, table, "benih");
    let file = STEP_FILES
        .iter()
        .find(|it| it.name.contains("results"))
        .unwrap();
    (file.write)(&scored)
}

#[test]
fn a_table_is_ranked_and_written_down() {
    let csv =
        "\u{feff}code;name;b;a\n53.21.03.2004;Dua;1;NA\n53.21.03.2003;\"Satu; saja\";2.5;-1\n";
    let method = two();
    let table = read_table(&method, &Columns::default(), csv.as_bytes(), None).unwrap();
    assert_eq!(
        results(&method, &table),
        "code,name,group,status,rank,group_rank,score,lower,upper,class,lottery\n\
         53.21.03.2003,Satu; saja,53.21,ranked,1,1,0.7500,0.7500,0.7500,,\n\
         53.21.03.2004,Dua,53.21,ranked,2,2,0.0000,0.0000,0.0000,,\n"
    );
}

#[test]
fn codes_of_bps_are_refused_with_their_lines_where_codes_decide() {
    let dotted = "code,a,b\n53.21.030.003,1,2\n53.21.030,1,2\n";
    let form = "this has the form of a BPS code, with three digits each";
    check_faults(
        &two(),
        dotted,
        &[
            &format!("line 2, unit 53.21.030.003: {form}"),
            &format!("line 3, unit 53.21.030: {form}"),
        ],
    );
    let programme = "[programme]\nid = \"p\"\nlabel = { id = \"P\", en = \"P\" }\n[programme.quota]\nper_area = 1";
    let decides = method(&format!("{ONE_DIMENSION}\n{programme}"), &[AS_IS, AS_IS]);
    let short = "four digits without dots may be a kabupaten of BPS";
    check_faults(
        &decides,
        "code,group,a,b\n6402,53.01,1,2\n6403,1903,1,2\nx,5301,1,2\ny,5301,1,2\nz,53.21.030,1,2\n",
        &[
            &format!("line 2, unit 6402: {short}"),
            &format!("line 3, unit 6403: {short}"),
            &format!("line 3, data, column group, 1903: {short}"),
            &format!("line 6, data, column group, 53.21.030: {form}"),
            &format!("line 4, data, column group, 5301: {short}"),
        ],
    );
    // Beside codes with dots they are of another kind, whatever the method does.
    check_faults(
        &two(),
        "code,a,b\n53.21,1,2\n6402,1,2\n",
        &[&format!("line 3, unit 6402: {short}")],
    );
}

#[test]
fn a_table_of_numbers_that_only_ranks_is_remarked_on() {
    let csv = "code,group,a,b\n6402,5301000,1,2\n6403,5301000,2,3\n";
    let given = read_given(&two(), &Columns::default(), csv.as_bytes(), None);
    assert_eq!(given.problems, []);
    assert_eq!(given.table.unwrap().rows.len(), 2);
    let remarks: Vec<String> = given.remarks.iter().map(ToString::to_string).collect();
    assert_eq!(
        remarks,
        [
            "line 2, unit 6402: four digits without dots may be a kabupaten of BPS, which differs from Kemendagri's; \
             write the code with dots, such as 53.21 (2 such codes)",
            "line 2, data, column group 5301000: a code without dots may be one of BPS; write the Kemendagri code with \
             dots, such as 53.21.03.2003 (1 such codes)",
        ]
    );
}

#[test]
fn what_can_be_read_is_there_beside_what_cannot() {
    let csv = "code,a,b\n53.21.03.2003,\"1,5\",2\n53.21.03.2004,1,2\n53.21.03.2004,1,2\n";
    let given = read_given(&two(), &Columns::default(), csv.as_bytes(), None);
    let told: Vec<String> = given.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("line 2, data, column a: `1,5` has a decimal comma"));
    assert!(
        told[1].starts_with("line 4, unit 53.21.03.2004: "),
        "{told:?}"
    );
    assert_eq!(given.units.len(), 3);
    assert!(
        given.table.is_none(),
        "a code that stands twice is no table"
    );
}

#[test]
fn every_step_has_a_file_with_a_row_for_each_unit() {
    let method = two();
    let csv = "code,a,b\nx,1,2\ny,,4\nz,3,5\n";
    let table = read_table(&method, &Columns::default(), csv.as_bytes(), None).unwrap();
    let scored = Scored::new(&method, &table, "");
    let lines: Vec<(&str, usize)> = STEP_FILES
        .iter()
        .map(|file| (file.name, (file.write)(&scored).lines().count()))
        .collect();
    assert_eq!(
        lines,
        [
            ("1-screened.csv", 4),
            ("2-denominated.csv", 4),
            ("3-imputed.csv", 4),
            ("4-treated.csv", 4),
            ("4-treatment-log.csv", 3),
            ("5-normalised.csv", 4),
            ("5-not-observed.csv", 2),
            ("6-weights.csv", 3),
            ("7-aggregated.csv", 4),
            ("8-results.csv", 4),
        ]
    );
}

#[test]
fn a_column_may_be_named_by_the_expression() {
    let method = method(
        ONE_DIMENSION,
        &["denominator = { expression = \"${penduduk}\" }\nnormalise = { kind = \"as_is\" }"],
    );
    let csv = "code,a,penduduk\nx,6,3\n";
    let table = read_table(&method, &Columns::default(), csv.as_bytes(), None).unwrap();
    assert!(results(&method, &table).contains("x,x,,ranked,1,1,2.0000"));
}

#[test]
fn the_round_before_fills_gaps() {
    let method = method(
        ONE_DIMENSION,
        &[&format!("missing = \"last_round\"\n{AS_IS}"), AS_IS],
    );
    let (now, before) = ("code,a,b\nx,,2\ny,9,2\nw,0,2\n", "code,a,b\nx,4,1\nz,5,1\n");
    let table = read_table(
        &method,
        &Columns::default(),
        now.as_bytes(),
        Some(before.as_bytes()),
    );
    assert!(results(&method, &table.unwrap()).contains("x,x,,ranked,2,2,3.0000"));
}

#[test]
fn every_fault_is_told_at_once_with_line_and_column() {
    let csv = "code,a,b\n5321032003,\"1,5\",2\n53.21.03.2004,1.000.000,banyak\n53.21.03.2005,1\nabc,1,2\n,1,2\n";
    check_faults(
        &two(),
        csv,
        &[
            "line 2, data, column a: `1,5` has a decimal comma; write 1.5",
            "line 3, data, column a: `1.000.000` is no number",
            "line 3, data, column b: `banyak` is no number",
            "line 4, data: this row has 2 cells, the header 3",
            "line 6, data, column code: the code is empty",
            "unit 5321032003: a code without dots may be one of BPS",
            "unit abc: this is not a Kemendagri code",
        ],
    );
}

#[test]
fn unknown_columns_double_columns_and_double_codes() {
    check_faults(
        &two(),
        "kode,a,a\nx,1,2\n",
        &[
            "line 1, data, column a: two columns",
            "line 1, data, column code: the table has no column `code`",
            "line 1, indicator b: the table has no column `b`",
        ],
    );
    check_faults(
        &two(),
        "code,a,b\nx,1,2\nx,1,2\n",
        &["unit x: this code stands 2 times"],
    );
    check_faults(
        &two(),
        "",
        &["no column `code`", "no column `a`", "no column `b`"],
    );
}

#[test]
fn conditions_are_yes_or_no() {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n[programme.quota]\nper_area = 1\n\
         [[programme.eligible]]\nid = \"layak\"\nexpression = \"1\"\nlabel = {{ id = \"L\", en = \"L\" }}\notherwise = {{ id = \"tidak\", en = \"not\" }}\n\
         [[programme.tie_break]]\nid = \"penduduk\"\nexpression = \"1\"\nlabel = {{ id = \"P\", en = \"P\" }}"
    );
    let method = method(&head, &[AS_IS]);
    let csv = "code,a,layak,penduduk\nx,1,ya,5\ny,2,0,5\nz,3,,5\nw,1,TRUE,7\n";
    let table = read_table(&method, &Columns::default(), csv.as_bytes(), None).unwrap();
    let results = results(&method, &table);
    for line in [
        "w,w,,ranked,1,1",
        "x,x,,ranked,1,1",
        "y,y,,not_eligible,,",
        "z,z,,eligibility_unknown,,",
    ] {
        assert!(results.contains(line), "{line} in {results}");
    }
    check_faults(
        &method,
        "code,a,layak,penduduk\nx,1,mungkin,5\n",
        &["`mungkin` must be 1 (yes)"],
    );
}

#[test]
fn only_so_many_faults_are_told() {
    let mut csv = String::from("code,a,b\n");
    for row in 0..300 {
        csv.push_str(&format!("u{row},x,1\n"));
    }
    let found = faults(&two(), &csv);
    assert_eq!(
        (found.len(), found[200].as_str()),
        (201, "data: and 100 faults more")
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(0_u8..=255, 0..200)) {
        let _ = read_table(&two(), &Columns::default(), &bytes, Some(&bytes));
    }

    #[test]
    fn any_cells_are_read_or_refused(cells in proptest::collection::vec("[-0-9.,;\"a\n]{0,6}", 0..30)) {
        let csv = format!("code,a,b\n{}", cells.join(","));
        if let Ok(table) = read_table(&two(), &Columns::default(), csv.as_bytes(), None) {
            prop_assert!(!results(&two(), &table).contains("NaN"));
        }
    }
}
