use std::borrow::Cow;
use std::cmp::Ordering;

use super::*;
use crate::time::{Millis, Moment};

/// An XML document for the conformance table; positions count nodes in document order.
#[derive(Debug)]
struct Xml {
    nodes: Vec<XmlNode>,
}

#[derive(Debug)]
struct XmlNode {
    sort: NodeSort,
    name: String,
    text: String,
    parent: Option<usize>,
    children: Vec<usize>,
    attributes: Vec<usize>,
}

impl Xml {
    fn read(text: &str) -> Xml {
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(text, options).unwrap();
        let mut xml = Xml { nodes: Vec::new() };
        xml.add(document.root(), None, text);
        xml
    }

    fn add(&mut self, node: roxmltree::Node<'_, '_>, parent: Option<usize>, source: &str) -> usize {
        let index = self.nodes.len();
        let sort = match node.node_type() {
            roxmltree::NodeType::Root => NodeSort::Root,
            roxmltree::NodeType::Element => NodeSort::Element,
            roxmltree::NodeType::Text => NodeSort::Text,
            roxmltree::NodeType::Comment => NodeSort::Comment,
            roxmltree::NodeType::PI => NodeSort::Instruction,
        };
        self.nodes.push(XmlNode {
            sort,
            name: tag_name(node, source),
            text: match sort {
                NodeSort::Instruction => node.pi().and_then(|pi| pi.value).unwrap_or("").to_owned(),
                _ => node.text().unwrap_or("").to_owned(),
            },
            parent,
            children: Vec::new(),
            attributes: Vec::new(),
        });
        for attribute in node.attributes() {
            let at = self.nodes.len();
            self.nodes.push(XmlNode {
                sort: NodeSort::Attribute,
                name: source[attribute.range_qname()].to_owned(),
                text: attribute.value().to_owned(),
                parent: Some(index),
                children: Vec::new(),
                attributes: Vec::new(),
            });
            self.nodes[index].attributes.push(at);
        }
        for child in node.children() {
            let child = self.add(child, Some(index), source);
            self.nodes[index].children.push(child);
        }
        index
    }

    /// Follows `/div[1]/#text[2]`, as the table names context nodes.
    fn find(&self, path: &str) -> Option<usize> {
        let mut at = 0;
        for step in path.split('/').filter(|step| !step.is_empty()) {
            let (name, number) = step.split_once('[').unwrap_or((step, "1]"));
            let number: usize = number.strip_suffix(']')?.parse().ok()?;
            let matches = |&&child: &&usize| match name {
                "#text" | "#cdata-section" => self.nodes[child].sort == NodeSort::Text,
                "#comment" => self.nodes[child].sort == NodeSort::Comment,
                _ => self.nodes[child].name == name,
            };
            // The table counts a doctype of the same name as a node.
            let all: Vec<usize> = self.nodes[at]
                .children
                .iter()
                .filter(matches)
                .copied()
                .collect();
            at = *all.get(number - 1).or(all.last())?;
        }
        Some(at)
    }
}

fn tag_name(node: roxmltree::Node<'_, '_>, source: &str) -> String {
    if let Some(pi) = node.pi() {
        return pi.target.to_owned();
    }
    if !node.is_element() {
        return String::new();
    }
    let tag = &source[node.range()][1..];
    let end = tag
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .unwrap();
    tag[..end].to_owned()
}

impl Tree for Xml {
    type Node = usize;

    fn root(&self) -> usize {
        0
    }
    fn parent(&self, node: usize) -> Option<usize> {
        self.nodes[node].parent
    }
    fn children(&self, node: usize, out: &mut Vec<usize>) {
        out.extend(&self.nodes[node].children);
    }
    fn attributes(&self, node: usize, out: &mut Vec<usize>) {
        out.extend(&self.nodes[node].attributes);
    }
    fn sort(&self, node: usize) -> NodeSort {
        self.nodes[node].sort
    }
    fn name(&self, node: usize) -> &str {
        &self.nodes[node].name
    }
    fn text(&self, node: usize) -> Cow<'_, str> {
        let it = &self.nodes[node];
        if !matches!(it.sort, NodeSort::Root | NodeSort::Element) {
            return Cow::Borrowed(&it.text);
        }
        let with_text =
            |&&child: &&usize| matches!(self.nodes[child].sort, NodeSort::Text | NodeSort::Element);
        Cow::Owned(
            it.children
                .iter()
                .filter(with_text)
                .map(|&c| self.text(c))
                .collect(),
        )
    }
    fn order(&self, left: usize, right: usize) -> Ordering {
        left.cmp(&right)
    }
}

/// 2026-11-21 14:37 in the zone of the table, America/Phoenix.
fn surround() -> Surround {
    Surround {
        moment: Moment {
            wall: Millis(1_795_297_028_000),
            zone_minutes: -420,
        },
    }
}

#[derive(serde::Deserialize)]
struct TableOfCases {
    documents: Vec<String>,
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    document: usize,
    context: String,
    expression: String,
    requested: String,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    expect: serde_json::Value,
    error: Option<String>,
}

impl Case {
    /// `None` when the case passes, else what came out.
    fn differs(&self, xml: &Xml) -> Option<String> {
        let expression = match (parse(&self.expression), &self.error) {
            (Err(_), Some(_)) => return None,
            (Ok(_), Some(error)) => return Some(format!("no error, but {error}")),
            (Err(error), None) => return Some(error.to_string()),
            (Ok(expression), None) => expression,
        };
        let Some(at) = xml.find(&self.context) else {
            return Some("no such context".to_owned());
        };
        let evaluator = Evaluator::new(&expression, xml, at, surround());
        let wanted = match self.requested.as_str() {
            "any" => self.r#type.as_str(),
            requested => requested,
        };
        let (found, same) = match wanted {
            "number" => {
                let number = evaluator.number();
                let same = match &self.expect {
                    serde_json::Value::Number(expect) => {
                        let expect = expect.as_f64().unwrap();
                        (expect - number).abs() <= expect.abs() * 1e-14
                    }
                    other => other.as_str() == Some(&text_of_number(number)),
                };
                (text_of_number(number), same)
            }
            "boolean" => {
                let truth = evaluator.truth();
                (truth.to_string(), self.expect.as_bool() == Some(truth))
            }
            _ => {
                let text = evaluator.text();
                let same = self.expect.as_str() == Some(&text);
                (text, same)
            }
        };
        (!same).then_some(found)
    }
}

/// The cases of the table that pass; raise it with each that is won.
const CONFORMANCE_PASSED_MIN: usize = 1_224;

/// What differs, by a part of the expression, and why.
const DIFFERENCES: [(&str, &str); 4] = [
    (
        "substring()",
        "a wrong number of arguments is told to the author, not only when it runs",
    ),
    (
        "xhtml:html",
        "names are compared as they are written, without namespaces",
    ),
    ("digest(", "not supported yet"),
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
    let table: TableOfCases = serde_json::from_str(&text).unwrap();
    let documents: Vec<Xml> = table.documents.iter().map(|text| Xml::read(text)).collect();
    let mut differences = Vec::new();
    for case in &table.cases {
        if let Some(found) = case.differs(&documents[case.document]) {
            differences.push(format!(
                "{} {} {} as {}: {} but {found:?}",
                case.document, case.context, case.expression, case.requested, case.expect
            ));
        }
    }
    let passed = table.cases.len() - differences.len();
    assert!(
        CONFORMANCE_PASSED_MIN <= passed,
        "{passed} of {} pass; these differ:\n{}",
        table.cases.len(),
        differences.join("\n")
    );
    let known = |text: &&String| DIFFERENCES.iter().any(|(part, _)| text.contains(part));
    let unknown: Vec<&String> = differences.iter().filter(|text| !known(text)).collect();
    assert!(unknown.is_empty(), "differs without a reason: {unknown:#?}");
}

fn check(expression: &str, expect: &str) {
    let xml = Xml::read("<data><a>1</a><b>2</b></data>");
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
        let xml = Xml::read("<data><a>1</a><b>2</b></data>");
        if let Ok(expression) = parse(&text) {
            let evaluator = Evaluator::new(&expression, &xml, 1, surround());
            let _ = (evaluator.text(), evaluator.number(), evaluator.truth());
        }
    }
}
