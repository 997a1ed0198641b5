mod table;

use super::*;
use table::{Xml, surround};

/// The cases of the table that pass; raise it with each that is won.
const CONFORMANCE_PASSED_MIN: usize = 1_225;

/// What differs, by a part of the expression, and why.
const DIFFERENCES: [(&str, &str); 3] = [
    (
        "substring()",
        "a wrong number of arguments is told to the author, not only when it runs",
    ),
    (
        "xhtml:html",
        "names are compared as they are written, without namespaces",
    ),
    ("Mountain Standard Time", "only ISO dates are dates"),
];

#[test]
fn the_conformance_table_passes() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/conformance/xpath-openrosa.json"
    );
    // The table is of another project and stays outside of the repository.
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("not run: no table of expressions beside the repository, at {path}");
        return;
    };
    let report = table::run(&text).unwrap();
    let differences = report.differences;
    let passed = report.total - differences.len();
    assert!(
        CONFORMANCE_PASSED_MIN <= passed,
        "{passed} of {} pass; these differ:\n{}",
        report.total,
        differences.join("\n")
    );
    let known = |text: &&String| DIFFERENCES.iter().any(|(part, _)| text.contains(part));
    let unknown: Vec<&String> = differences.iter().filter(|text| !known(text)).collect();
    assert!(unknown.is_empty(), "differs without a reason: {unknown:#?}");
}

fn check(expression: &str, expect: &str) {
    let xml = Xml::read("<data><a>1</a><b>2</b></data>").unwrap();
    let expression = match parse(expression) {
        Ok(parsed) => parsed,
        Err(error) => return assert_eq!(error.to_string(), expect, "{expression}"),
    };
    let text = Evaluator::new(&expression, &xml, 1, surround()).text();
    assert_eq!(text, expect);
}

#[test]
fn errors_name_the_column_and_what_was_expected() {
    check(
        "1 +",
        "expected a value, a name or a function at column 4, found end of text",
    );
    check(
        "concat('a', 'b",
        "expected closing quotation mark at column 13, found end of text",
    );
    check(
        "if(1, 2)",
        "expected 3 to 3 arguments of if() at column 1, found 2",
    );
    check(
        "a b",
        "expected an operator or the end at column 3, found b",
    );
    check(
        "count(1)",
        "expected a path or ${name} as argument of count() at column 7, found a value",
    );
    check(
        "regex(a, '(?=x)')",
        "expected a pattern without look-around or back references at column 10, found (?=x)",
    );
    check("a[1", "expected ] at column 4, found end of text");
}

#[test]
fn patterns_match_whole_texts() {
    let phone = "'^(08[0-9]{7,12}|[+]?62[0-9]{7,12})$'";
    for (text, expect) in [
        ("08123456", "false"),
        ("0812345678", "true"),
        ("+6281234567", "true"),
        ("0812345678x", "false"),
        ("", "false"),
    ] {
        check(&format!("regex('{text}', {phone})"), expect);
    }
    check(r"regex('a1é', '\w\d.')", "true");
    check(r"regex('é', '\w')", "false");
    check(r"regex('x-y', '[\w-]+')", "true");
}

#[test]
fn functions_beyond_the_table() {
    check("format-date('2026-11-21', '%d-%m-%Y')", "21-11-2026");
    check("today()", "2026-11-21");
    check("decimal-date-time('1970-01-02T00:00:00Z')", "1");
    check("substring('12345', 2, 3)", "234");
    check("substr('12345', 1, 3)", "23");
    check("base64-decode('VGVudW4=')", "Tenun");
    check("sum(a | b)", "3");
    check("count-non-empty(*)", "2");
    check("coalesce('', b)", "2");
    check("/data/*[last()]", "2");
    check("b/preceding-sibling::a", "1");
    check("selected-at('a b c', 2)", "c");
    check("uuid()", "e3b0c442-98fc-4c14-9afb-f4c8996fb924");
    check("uuid(7)", "e3b0c44");
    check("random() < 1 and random() = random()", "true");
    check("property('deviceid')", "");
    let area = "'0 0; 0 10; 10 10; 10 0; 0 0'";
    check(&format!("geofence('5 5 0 0', {area})"), "true");
    check(&format!("geofence('5 11', {area})"), "false");
    check(&format!("geofence('', {area})"), "false");
}

#[test]
fn digests_are_those_of_the_standards() {
    let hex = |algorithm: &str, expect: &str| {
        check(&format!("digest('abc', '{algorithm}', 'hex')"), expect);
    };
    hex("MD5", "900150983cd24fb0d6963f7d28e17f72");
    hex("SHA-1", "a9993e364706816aba3e25717850c26c9cd0d89d");
    hex(
        "SHA-256",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    hex(
        "SHA-384",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
         8086072ba1e7cc2358baeca134c825a7",
    );
    hex(
        "SHA-512",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    check("digest('', 'MD5')", "1B2M2Y8AsgTpgAmY7PhCfg==");
    let long = "a".repeat(200);
    check(
        &format!("digest('{long}', 'SHA-1', 'hex')"),
        "e61cfffe0d9195a525fc6cf06ca2d77119c24a40",
    );
    check(
        "digest('a', 'SHA-3')",
        "expected MD5, SHA-1, SHA-256, SHA-384, SHA-512 at column 13, found SHA-3",
    );
}

#[test]
fn deep_and_long_expressions_are_refused_in_words() {
    let deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    check(
        &deep,
        "expected at most 60 levels of nesting at column 62, found more",
    );
    let long = "1+".repeat(30_000);
    assert!(parse(&long).unwrap_err().expected.contains("bytes"));
    let chain = vec!["1"; 400].join("+");
    check(&chain, "400");
    assert!(parse(&vec!["1"; 900].join("+")).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error(
        text in "(\\$\\{a\\}|[-+*/.()\\[\\]',=<>|@: a-d0-9]|count|sum|div|mod|and|or|\\.\\.|//|\\PC){0,30}",
    ) {
        let xml = Xml::read("<data><a>1</a><b>2</b></data>").unwrap();
        if let Ok(expression) = parse(&text) {
            let evaluator = Evaluator::new(&expression, &xml, 1, surround());
            let _ = (evaluator.text(), evaluator.number(), evaluator.truth());
        }
    }
}
