//! What a form uses, counted: the list beside the preview that an office looks at before it publishes.
//!
//! Always: from the compiled form, so that it tells what phones will have.
//! Never: judges.

use std::collections::BTreeMap;

use super::model::{Kind, Node, Questionnaire, Texts};
use super::xpath::Expression;

/// Counts by name; the names are those of XLSForm and of the functions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses {
    pub kinds: BTreeMap<Kind, usize>,
    pub functions: BTreeMap<&'static str, usize>,
    pub appearances: BTreeMap<String, usize>,
    pub parameters: BTreeMap<String, usize>,
    /// What rows have beside their label, such as `relevant` or `constraint`.
    pub columns: BTreeMap<&'static str, usize>,
    pub choices: usize,
    /// Files that hold the choices of long lists.
    pub files: Vec<String>,
    /// Of the compiled form, in bytes.
    pub bytes: usize,
}

/// Counts what a form uses.
pub fn uses(questionnaire: &Questionnaire) -> Uses {
    let mut uses = Uses {
        bytes: questionnaire.to_bytes().len(),
        ..Uses::default()
    };
    for node in questionnaire.nodes.iter().skip(1) {
        count(&mut uses, node);
    }
    for list in &questionnaire.lists {
        uses.choices += list.choices.len();
        uses.files.extend(list.file.clone());
        for choice in &list.choices {
            functions_of(&mut uses, choice.label.expressions());
        }
    }
    uses
}

fn count(uses: &mut Uses, node: &Node) {
    *uses.kinds.entry(node.kind).or_default() += 1;
    for word in &node.appearance {
        *uses.appearances.entry(word.clone()).or_default() += 1;
    }
    for (key, _) in &node.parameters {
        *uses.parameters.entry(key.clone()).or_default() += 1;
    }
    let expressions: [(&'static str, &Option<Expression>); 9] = [
        ("required", &node.required),
        ("relevant", &node.relevant),
        ("constraint", &node.constraint),
        ("calculation", &node.calculation),
        ("default", &node.default),
        ("read_only", &node.read_only),
        ("choice_filter", &node.choice_filter),
        ("repeat_count", &node.count),
        ("bind::lumbung:doubt", &node.doubt),
    ];
    for (column, expression) in expressions {
        if let Some(expression) = expression {
            *uses.columns.entry(column).or_default() += 1;
            functions_of(uses, std::iter::once(expression));
        }
    }
    for (column, texts) in [
        ("hint", &node.hint),
        ("guidance_hint", &node.guidance),
        ("required_message", &node.required_message),
        ("constraint_message", &node.constraint_message),
        ("bind::lumbung:doubt_message", &node.doubt_message),
    ] {
        if !texts.is_empty() {
            *uses.columns.entry(column).or_default() += 1;
        }
        functions_of(uses, texts.expressions());
    }
    functions_of(uses, Texts::expressions(&node.label));
    if node.personal {
        *uses.columns.entry("bind::lumbung:personal").or_default() += 1;
    }
    if node.unit.is_some() {
        *uses.columns.entry("bind::lumbung:unit").or_default() += 1;
    }
}

fn functions_of<'a>(uses: &mut Uses, expressions: impl Iterator<Item = &'a Expression>) {
    for function in expressions.flat_map(Expression::functions) {
        *uses.functions.entry(function.name()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questionnaire::sheet::{Sheets, import};

    #[test]
    fn what_a_form_uses_is_counted_by_name() {
        let sheets = Sheets {
            survey: concat!(
                "type,name,label,relevant,appearance,calculation,parameters\n",
                "select_one yn,a,A,,minimal,,\n",
                "integer,b,B,\"selected(${a}, 'y') and string-length(${a}) > 0\",,,\n",
                "image,c,C,,,,max-pixels=800\n",
                "calculate,d,,,,\"round(${b} div 2, 0)\",\n",
            )
            .to_owned(),
            choices: "list_name,name,label\nyn,y,Ya\nyn,t,Tidak\n".to_owned(),
            settings: "form_id,form_title,version\nu,U,1\n".to_owned(),
            ..Sheets::default()
        };
        let imported = import(&sheets);
        let uses = uses(&imported.questionnaire.expect("the sheets are in order"));
        assert_eq!(uses.kinds[&Kind::SelectOne], 1);
        assert_eq!(uses.functions["selected"], 1);
        assert_eq!(uses.functions["string-length"], 1);
        assert_eq!(uses.functions["round"], 1);
        assert_eq!(uses.appearances["minimal"], 1);
        assert_eq!(uses.parameters["max-pixels"], 1);
        assert_eq!(uses.columns["relevant"], 1);
        assert_eq!(uses.choices, 2);
    }
}
