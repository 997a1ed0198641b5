//! A table of expressions with the values that another evaluator gives, and how to run it.
//!
//! Always: the same code for the tests and for `cargo xtask conformance xpath`.
//! Never: panics on a table that is not of this shape.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::questionnaire::xpath::{Evaluator, NodeSort, Surround, Tree, parse, text_of_number};
use crate::time::{Millis, Moment};

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) total: usize,
    /// Document, context and expression, what was expected and what came.
    pub(crate) differences: Vec<String>,
}

/// Evaluates every case of the table.
pub(crate) fn run(text: &str) -> Result<Report, String> {
    let table: TableOfCases = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let documents: Result<Vec<Xml>, String> =
        table.documents.iter().map(|text| Xml::read(text)).collect();
    let documents = documents?;
    let mut differences = Vec::new();
    for case in &table.cases {
        let document = documents
            .get(case.document)
            .ok_or("a case without document")?;
        if let Some(found) = case.differs(document) {
            differences.push(format!(
                "{} {} {} as {}: {} but {found:?}",
                case.document, case.context, case.expression, case.requested, case.expect
            ));
        }
    }
    Ok(Report {
        total: table.cases.len(),
        differences,
    })
}

/// An XML document for the conformance table; positions count nodes in document order.
#[derive(Debug)]
pub(crate) struct Xml {
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
    pub(crate) fn read(text: &str) -> Result<Xml, String> {
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..Default::default()
        };
        let document = roxmltree::Document::parse_with_options(text, options)
            .map_err(|error| error.to_string())?;
        let mut xml = Xml { nodes: Vec::new() };
        xml.add(document.root(), None, text);
        Ok(xml)
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
        .unwrap_or(tag.len());
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
pub(crate) fn surround() -> Surround {
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
                        let expect = expect.as_f64().unwrap_or(f64::NAN);
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
