//! What is fed with input by chance, and with which words.
//!
//! Always: a target returns in a few words how it went; what has not been seen before is kept.
//! Never: asserts that an input is refused or accepted; only that neither hurts.

use std::collections::BTreeMap;

use server::import::{read_form, read_workbook};
use shared::json::{from_text, read, to_text};
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::sheet::{Imported, Sheets, import};
use shared::questionnaire::xform;
use shared::questionnaire::xpath::parse;
use shared::wire::office::{QuestionnaireImported, QuestionnaireSheets};
use shared::wire::v1::{HelloRequest, PullResponse, PushRequest, PushResponse, fits};

use crate::bundle::{self, BUNDLE_WORDS};
use crate::engine::corpus;
use crate::interview::explore;
use crate::priority;
use crate::zip;

/// Something that reads what others wrote.
pub(crate) struct Target {
    /// Of its folder in `corpus/`.
    pub(crate) name: &'static str,
    pub(crate) words: &'static [&'static str],
    /// Cases of a run that is a test: about two seconds in a build for development.
    pub(crate) cases: u32,
    /// Inputs that are made, beside those in the folder.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    pub(crate) run: fn(&[u8]) -> String,
}

impl Target {
    pub(crate) const EXPRESSION: Target = Target {
        name: "expression",
        words: EXPRESSION_WORDS,
        cases: 3_000,
        seeds: none,
        run: expression,
    };
    pub(crate) const PATTERN: Target = Target {
        name: "pattern",
        words: PATTERN_WORDS,
        cases: 300,
        seeds: none,
        run: pattern,
    };
    pub(crate) const SHEETS: Target = Target {
        name: "sheets",
        words: SHEET_WORDS,
        cases: 1_000,
        seeds: none,
        run: sheets,
    };
    pub(crate) const CHOICES: Target = Target {
        name: "choices",
        words: CHOICE_WORDS,
        cases: 600,
        seeds: none,
        run: choices,
    };
    pub(crate) const XFORM: Target = Target {
        name: "xform",
        words: XFORM_WORDS,
        cases: 4_000,
        seeds: none,
        run: form,
    };
    pub(crate) const WORKBOOK: Target = Target {
        name: "workbook",
        words: WORKBOOK_WORDS,
        cases: 1_000,
        seeds: workbooks,
        run: workbook,
    };
    pub(crate) const COMPILED: Target = Target {
        name: "compiled",
        words: COMPILED_WORDS,
        cases: 6_000,
        seeds: compiled_forms,
        run: compiled,
    };
    pub(crate) const JSON: Target = Target {
        name: "json",
        words: JSON_WORDS,
        cases: 4_000,
        seeds: none,
        run: json,
    };
    pub(crate) const BUNDLE: Target = Target {
        name: "bundle_file",
        words: BUNDLE_WORDS,
        cases: 3_000,
        seeds: bundle::seeds,
        run: bundle::run,
    };
    pub(crate) const METHOD: Target = Target {
        name: "method",
        words: priority::METHOD_WORDS,
        cases: 2_000,
        seeds: priority::methods,
        run: priority::method,
    };
    pub(crate) const RANK_TABLE: Target = Target {
        name: "rank_table",
        words: priority::TABLE_WORDS,
        cases: 3_000,
        seeds: priority::rank_tables,
        run: priority::rank_table,
    };
    pub(crate) const CAPACITY_TABLE: Target = Target {
        name: "capacity_table",
        words: priority::TABLE_WORDS,
        cases: 2_000,
        seeds: priority::capacity_tables,
        run: priority::capacity_table,
    };
    pub(crate) const RECORD: Target = Target {
        name: "record",
        words: priority::RECORD_WORDS,
        cases: 2_000,
        seeds: priority::records,
        run: priority::record,
    };
    pub(crate) const MESSAGE: Target = Target {
        name: "message",
        words: JSON_WORDS,
        cases: 4_000,
        seeds: none,
        run: message,
    };
}

const EXPRESSION_WORDS: &[&str] = &[
    "${angka}",
    "${teks}",
    "${pilih}",
    "${baris}",
    "${isi}",
    ".",
    "..",
    "/",
    "//",
    "*",
    "@",
    "[",
    "]",
    "(",
    ")",
    ",",
    "|",
    "+",
    "-",
    " div ",
    " mod ",
    " and ",
    " or ",
    "=",
    "!=",
    "<=",
    "'",
    "\"",
    "1e9",
    "0.5",
    "-1",
    "position(..)",
    "indexed-repeat(${isi}, ${baris}, 2)",
    "instance('ya')/root/item",
    "[name = 'ya']",
    "count(",
    "sum(",
    "concat(",
    "join(' ', ",
    "if(",
    "coalesce(",
    "once(",
    "regex(., '[a-z]+')",
    "substr(",
    "format-date(today(), '%Y-%m-%d')",
    "jr:choice-name(",
    "selected(",
    "selected-at(",
    "digest('a', 'MD5', 'hex')",
    "date('2024-02-30')",
    "distance(",
    "area(",
    "round(1 div 3, ",
    "pow(",
    "int(",
    "translate(",
    "randomize(",
    "ancestor::*",
    "following::node()",
    "preceding-sibling::",
    "descendant-or-self::node()",
    "text()",
    "pulldata('kode', 'label', 'name', 'a')",
    "lumbung:state(",
    "current()/",
    "string-length(",
    "number(",
];

const PATTERN_WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{2,9}",
    "{1000}",
    "*",
    "+",
    "?",
    "|",
    "^",
    "$",
    ".",
    "\\d",
    "\\w",
    "\\s",
    "\\W",
    "\\b",
    "\\p{L}",
    "\\u00e9",
    "(?i)",
    "(?:",
    "(?=",
    "(?<n>",
    "[^a]",
    "[a-z&&[b]]",
    "[[:alpha:]]",
    "\\1",
    "é",
    "\\x{10ffff}",
    "\n",
    "abc",
    "-",
    "~",
    "&&",
    "\\",
];

const SHEET_WORDS: &[&str] = &[
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
    "begin_repeat,r,R,,,,,500\n",
    "end_repeat\n",
    "select_one ya",
    "select_multiple ya",
    "select_one_from_file kode.csv",
    "rank ya",
    "range",
    "start=0 end=10 step=0",
    "calculate",
    "integer",
    "decimal",
    "date",
    "geoshape",
    "note",
    "text",
    "acknowledge",
    "hidden",
    "today",
    "username",
    "or_other",
    "${a}",
    "${b}",
    "${",
    "}",
    "yes",
    "true()",
    "field-list",
    "randomize=true seed=42",
    ",",
    "\n",
    "\"",
    "\"\"",
    ";",
    "=== survey\n",
    "=== choices\n",
    "=== settings\n",
    "=== kode.csv\n",
    "relevant",
    "calculation",
    "constraint",
    "repeat_count",
    "choice_filter",
    "required",
    "default",
    "trigger",
    "read_only",
    "appearance",
    "parameters",
    "bind::lumbung:doubt",
    "bind::lumbung:unit",
    "bind::lumbung:key",
    "label::English (en)",
    "media::image",
    "version",
    "default_language",
    "${a} + 1",
    "concat(${a}, ${a})",
    "count(${r})",
    "position(..)",
    "1 div 0",
    "\u{feff}",
];

const CHOICE_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\"features\"",
    "\"properties\"",
    "\"geometry\"",
    "\"coordinates\"",
    "\"type\"",
    "\"id\"",
    "\"name\"",
    "\"label\"",
    "null",
    "true",
    "1e999",
    "-0",
    "124.1",
    "\\ud800",
    "\\u0000",
    "name",
    "label",
    "\n",
    "\r\n",
    ";",
    "\t",
    "name::en",
    "${x}",
    "\u{feff}",
];

const XFORM_WORDS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "=\"",
    "\"",
    "<h:head>",
    "<model>",
    "<instance>",
    "</instance>",
    "<instance id=\"ya\"><root>",
    "<item><name>a</name><label>A</label></item>",
    "</root>",
    "<bind nodeset=\"/data/a\" type=\"int\"/>",
    "type=\"",
    "int",
    "relevant=\"",
    "calculate=\"",
    "constraint=\"",
    "readonly=\"true()\"",
    "required=\"true()\"",
    "jr:preload=\"date\"",
    "jr:constraintMsg=\"",
    "jr:template=\"\"",
    "jr:count=\"/data/a\"",
    "ref=\"/data/a\"",
    "nodeset=\"",
    "<repeat nodeset=\"/data/r\">",
    "</repeat>",
    "<group ref=\"/data/g\">",
    "</group>",
    "<input ref=\"/data/a\">",
    "<select1 ref=\"/data/a\">",
    "<itemset nodeset=\"",
    "instance('ya')/root/item",
    "[name = /data/a]",
    "<value ref=\"name\"/>",
    "<label ref=\"label\"/>",
    "<output value=\"/data/a\"/>",
    "<label ref=\"jr:itext('a')\"/>",
    "<itext>",
    "<translation lang=\"en\">",
    "<text id=\"a\"><value>A</value></text>",
    "<setvalue event=\"",
    "xforms-value-changed",
    "odk-instance-first-load",
    "&amp;",
    "&lt;",
    "&#0;",
    "&x;",
    "<!DOCTYPE a [<!ENTITY x \"y\">]>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml version=\"1.0\"?>",
    "xmlns:jr=\"x\"",
    "<meta><instanceID/></meta>",
    "<range ref=\"/data/a\" start=\"0\" end=\"9\" step=\"1\"/>",
];

const WORKBOOK_WORDS: &[&str] = &[
    "=== xl/worksheets/sheet1.xml\n",
    "=== xl/workbook.xml\n",
    "=== xl/sharedStrings.xml\n",
    "=== xl/styles.xml\n",
    "=== xl/worksheets/_rels/sheet1.xml.rels\n",
    "=== xl/vbaProject.bin\n",
    "<row r=\"1\">",
    "</row>",
    "<c r=\"A1\" t=\"str\">",
    "<c r=\"XFD1048576\">",
    "<c r=\"A0\">",
    "<c t=\"s\">",
    "<v>",
    "</v>",
    "</c>",
    "<f>",
    "</f>",
    "<is><t>",
    "</t></is>",
    "t=\"inlineStr\"",
    "t=\"b\"",
    "t=\"e\"",
    "t=\"d\"",
    "r=\"",
    "spans=\"1:16384\"",
    "<dimension ref=\"A1:XFD1048576\"/>",
    "<mergeCell ref=\"A1:ZZ9\"/>",
    "survey",
    "choices",
    "settings",
    "type",
    "name",
    "label",
    "integer",
    "#REF!",
    "&amp;",
    "&#x110000;",
    "-",
    ":",
    "PK\x03\x04",
];

const COMPILED_WORDS: &[&str] = &[
    "\0",
    "\x01",
    "\x02",
    "\x7f",
    "\u{80}",
    "\u{ff}",
    "\x7f\x7f",
    "a",
    "\x03\x00\x00",
];

const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\u0000",
    "\\ud800",
    "\\udc00\\ud800",
    "\\",
    "null",
    "true",
    "1e400",
    "-0",
    "0.0",
    "1E+2",
    "00",
    "18446744073709551616",
    "9007199254740993",
    "{\"a\":",
    "[[",
    "]]",
    "\"wire\":",
    "\"ops\":",
    "\"origins\":",
    "\"set\":",
    "{\"text\":\"",
    "\"result\":\"page\"",
    "\"integer\":",
    "\"decimal\":\"",
    "\"point\":",
    "\"choices\":[",
    "\"seen\":[",
    "\u{feff}",
    "\t",
    "\n",
    "\u{2028}",
    "\x7f",
];

fn none() -> Vec<Vec<u8>> {
    Vec::new()
}

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// Texts with names: `=== NAME` on a line of its own, then the text.
fn sections(input: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for line in input.split_inclusive(|&byte| byte == b'\n') {
        match (line.strip_prefix(b"=== "), found.last_mut()) {
            (Some(name), _) => found.push((text(name).trim().to_owned(), Vec::new())),
            (None, Some((_, bytes))) => bytes.extend(line),
            (None, None) => {}
        }
    }
    found
}

fn sheets_of(input: &[u8]) -> Sheets {
    let mut sheets = Sheets::default();
    for (name, bytes) in sections(input) {
        let text = text(&bytes);
        match name.as_str() {
            "survey" => sheets.survey = text,
            "choices" => sheets.choices = text,
            "settings" => sheets.settings = text,
            _ => drop(sheets.files.insert(name, text)),
        }
    }
    sheets
}

/// A form that was accepted keeps its meaning as bytes, and can be answered.
fn used(imported: Imported) -> String {
    let Some(questionnaire) = imported.questionnaire else {
        let mut codes: Vec<String> = imported
            .problems
            .into_iter()
            .map(|problem| problem.code)
            .collect();
        assert!(!codes.is_empty(), "refused without a word");
        codes.dedup();
        codes.truncate(3);
        return codes.join(" ");
    };
    let bytes = questionnaire.to_bytes();
    let read = Questionnaire::from_bytes(&bytes).expect("what was compiled can be read");
    // By their bytes, because a NaN in an expression does not equal itself.
    assert_eq!(read.to_bytes(), bytes, "the form changes on its way");
    explore(read, true)
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// The expression alone, then as a calculation and as a check in a small form with rows.
fn expression(input: &[u8]) -> String {
    let text = text(input);
    if let Err(error) = parse(&text) {
        return format!("expected {}", error.expected);
    }
    let cell = quoted(&text);
    used(import(&Sheets {
        survey: format!(
            "type,name,label,calculation,constraint,relevant\n\
             integer,angka,Angka,,,\ntext,teks,Teks,,{cell},\nselect_one ya,pilih,Pilih,,,\n\
             begin_repeat,baris,Baris,,,\ndecimal,isi,Isi,,,\nend_repeat,,,,,\n\
             calculate,hasil,,{cell},,\nnote,catatan,Hasil ${{hasil}},,,{cell}\n"
        ),
        choices: "list_name,name,label\nya,ya,Ya\nya,tidak,Tidak\n".to_owned(),
        settings: String::new(),
        files: BTreeMap::new(),
        ..Sheets::default()
    }))
}

/// The first line is a pattern, the rest a text that it is held against.
fn pattern(input: &[u8]) -> String {
    let text = text(input);
    let (pattern, subject) = text.split_once('\n').unwrap_or((&text, "abc"));
    let quote = if pattern.contains('\'') { '"' } else { '\'' };
    let expression = format!("regex(${{teks}}, {quote}{pattern}{quote})");
    if let Err(error) = parse(&expression) {
        return format!("expected {}", error.expected);
    }
    let subject = quoted(&subject.replace('\'', " "));
    let subject = subject.trim_matches('"');
    let cell = quoted(&format!("regex('{subject}', {quote}{pattern}{quote})"));
    used(import(&Sheets {
        survey: format!(
            "type,name,label,calculation,constraint\ntext,teks,Teks,,{}\ncalculate,hasil,,{cell},\n",
            quoted(&expression)
        ),
        ..Sheets::default()
    }))
}

fn sheets(input: &[u8]) -> String {
    used(import(&sheets_of(input)))
}

fn choices(input: &[u8]) -> String {
    let text = text(input);
    let outcomes = ["desa.csv", "desa.geojson"].map(|file| {
        used(import(&Sheets {
            survey: format!(
                "type,name,label,choice_filter\nselect_one_from_file {file},desa,Desa,\n\
                 select_multiple_from_file {file},lain,Lain,name != ${{desa}}\n"
            ),
            files: BTreeMap::from([(file.to_owned(), text.clone())]),
            ..Sheets::default()
        }))
    });
    outcomes.join(" / ")
}

fn form(input: &[u8]) -> String {
    let files = BTreeMap::from([(
        "desa.csv".to_owned(),
        "name,label,kelas\na,A,1\nb,B,2\n".to_owned(),
    )]);
    used(xform::import(&text(input), &files, &BTreeMap::new()))
}

/// The parts of a workbook are packed; what begins as an archive is one.
fn workbook(input: &[u8]) -> String {
    let packed = match input.starts_with(b"PK") {
        true => input.to_vec(),
        false => zip::stored(&sections(input)),
    };
    match read_workbook(&packed) {
        Ok(workbook) => used(read_form(
            &workbook.sheets,
            server::import::Beside::default(),
        )),
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a word");
            let codes: Vec<&str> = faults
                .iter()
                .map(|fault| fault.code.as_str())
                .take(2)
                .collect();
            codes.join(" ")
        }
    }
}

fn workbooks() -> Vec<Vec<u8>> {
    let parts = corpus(&Target::WORKBOOK);
    let parts = parts.iter().filter(|input| !input.starts_with(b"PK"));
    parts.map(|input| zip::stored(&sections(input))).collect()
}

fn compiled(input: &[u8]) -> String {
    match Questionnaire::from_bytes(input) {
        Ok(questionnaire) => explore(questionnaire, false),
        Err(error) => error.to_string(),
    }
}

/// The forms of the other targets, compiled.
fn compiled_forms() -> Vec<Vec<u8>> {
    let sheets = corpus(&Target::SHEETS)
        .into_iter()
        .map(|input| import(&sheets_of(&input)));
    let forms = corpus(&Target::XFORM).into_iter();
    let forms = forms.map(|input| xform::import(&text(&input), &BTreeMap::new(), &BTreeMap::new()));
    let read = sheets
        .chain(forms)
        .filter_map(|imported| imported.questionnaire);
    read.map(|questionnaire| questionnaire.to_bytes()).collect()
}

/// Our readers against each other and against the usual library, on what phones and offices read.
fn json(input: &[u8]) -> String {
    let text = text(input);
    let mut outcome = String::new();
    let any = from_text::<serde_json::Value>(&text);
    if let Ok(value) = &any {
        // As texts: a whole number is read as one, however it was written.
        let again = from_text::<serde_json::Value>(&to_text(value));
        let again = again.expect("what we wrote can be read");
        assert_eq!(to_text(&again), to_text(value), "written and read again");
        serde_json::from_str::<serde_json::Value>(&text).expect("who reads JSON reads this");
    }
    outcome.push_str(&format!("{} ", any.is_ok()));
    macro_rules! held {
        ($type:ty) => {
            if let (Ok(ours), Ok(theirs)) =
                (read::<$type>(&text), serde_json::from_str::<$type>(&text))
            {
                assert_eq!(ours, theirs, "both read it, but not the same");
                assert_eq!(
                    read::<$type>(&to_text(&ours)),
                    Ok(ours),
                    "written and read again"
                );
                outcome.push_str(stringify!($type));
            }
        };
    }
    held!(PullResponse);
    held!(PushResponse);
    for (name, is_read) in [
        ("sheets", from_text::<QuestionnaireSheets>(&text).is_ok()),
        (
            "imported",
            from_text::<QuestionnaireImported>(&text).is_ok(),
        ),
    ] {
        if is_read {
            outcome.push_str(name);
        }
    }
    if let Err(error) = any {
        // The place says nothing new.
        outcome.push_str(error.to_string().split(" at byte").next().unwrap_or(""));
    }
    outcome
}

/// What phones send, as the server reads and unpacks it.
fn message(input: &[u8]) -> String {
    if let Ok(hello) = serde_json::from_slice::<HelloRequest>(input) {
        return format!("hello {}", hello.partitions.len().min(3));
    }
    let push = match serde_json::from_slice::<PushRequest>(input) {
        Ok(push) => push,
        Err(error) => return format!("{:?}", error.classify()),
    };
    let round = push.partition.round;
    match push.ops.open(round) {
        Ok(ops) => {
            let beyond = ops.iter().filter(|(op, _)| !fits(op)).count();
            format!("{} ops, {} beyond", ops.len().min(5), beyond.min(2))
        }
        Err(error) => error.to_string(),
    }
}
