//! A method compiled against one questionnaire, and the observation of live interviews by it.
//!
//! Always: a value carries the paths of the answers behind it, through calculations down to what
//! people answered; a sum with an unknown member is missing and keeps its lower bound.
//! Never: reads a personal question; such a method is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Problem;
use super::held::{HeldRule, opened};
use super::method::Method;
use super::next_class::NextClass;
use super::observe::{Village, observe_with};
use super::text::Text;
use super::unit::{Observation, Observed, Unit};
use crate::answers::Answer;
use crate::ids::Path;
use crate::questionnaire::interview::{Evaluated, Interview, Missing, compile_indicator};
use crate::questionnaire::model::{NodeIndex, Questionnaire};
use crate::questionnaire::xpath::Expression;

/// A method ready to observe cases of one questionnaire.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledMethod {
    /// In the order of `Method::expressions`.
    expressions: Vec<Compiled>,
}

#[derive(Debug, Clone, PartialEq)]
enum Compiled {
    Answers {
        expression: Expression,
        /// Questions that it reads, also through calculations, as templates of paths.
        questions: BTreeSet<String>,
    },
    /// The distance to the next class of another index.
    NextClass(Box<NextClass>),
}

impl Compiled {
    fn questions(&self) -> BTreeSet<String> {
        match self {
            Compiled::Answers { questions, .. } => questions.clone(),
            Compiled::NextClass(next) => next.questions().collect(),
        }
    }
}

impl CompiledMethod {
    /// Compiles every expression.
    ///
    /// Errors: all expressions that cannot be read, name what is not there, or read what is personal.
    pub fn new(
        method: &Method,
        questionnaire: &Questionnaire,
    ) -> Result<CompiledMethod, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut expressions = Vec::new();
        for place in method.expressions() {
            match compile(place.expression, questionnaire) {
                Ok(compiled) => expressions.push(compiled),
                Err(text) => problems.push(Problem {
                    place: format!("{}.expression", place.place),
                    line: None,
                    text,
                }),
            }
        }
        if problems.is_empty() {
            Ok(CompiledMethod { expressions })
        } else {
            Err(problems)
        }
    }

    /// Templates of all questions that decide: a conflict at one of them makes a village
    /// "belum layak dinilai".
    pub fn questions(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for compiled in &self.expressions {
            all.extend(compiled.questions());
        }
        all
    }

    /// Observes one village. `method` is the one that was compiled.
    pub fn observe(&self, method: &Method, interview: &Interview, village: Village) -> Unit {
        let mut answered: BTreeMap<String, Vec<Path>> = BTreeMap::new();
        for path in interview.counted_answers().keys() {
            answered
                .entry(path.template())
                .or_default()
                .push(path.clone());
        }
        let mut compiled = self.expressions.iter();
        // A method that waits for held villages wants to know what they could come to.
        let holds = match method.held.rule {
            HeldRule::LeaveOut => Vec::new(),
            HeldRule::Wait => village.holds.clone(),
        };
        observe_with(method, village, |_| {
            let next = compiled.next();
            let next = next.expect("there is one compiled expression for each of the method's");
            let observation = match next {
                Compiled::Answers {
                    expression,
                    questions,
                } => observe(expression, questions, interview, &answered),
                Compiled::NextClass(next) => next.observe(interview),
            };
            match holds.iter().any(|it| it.opens(&next.questions())) {
                true => opened(observation),
                false => observation,
            }
        })
    }
}

fn compile(text: &str, questionnaire: &Questionnaire) -> Result<Compiled, Text> {
    if let Some(next) = NextClass::read(text, questionnaire) {
        return next.map(|next| Compiled::NextClass(Box::new(next)));
    }
    let expression = compile_indicator(text, questionnaire).map_err(|problem| {
        let at = |words: &str| match problem.offending.as_str() {
            "" => words.to_owned(),
            // Sentences of the checker of forms end with a full stop.
            offending => format!("{}: {offending}", words.trim_end_matches('.')),
        };
        Text::new(at(&problem.text), at(&problem.text_en))
    })?;
    let mut nodes = BTreeSet::new();
    for link in expression.reads() {
        collect(questionnaire, link.node, &mut nodes);
    }
    let mut questions = BTreeSet::new();
    for node in nodes {
        let read = questionnaire.node(node);
        if questionnaire.is_personal(node) {
            return Err(Text::new(
                format!("`{}` bersifat pribadi dan tidak boleh dinilai", read.name),
                format!("`{}` is personal and must not be scored", read.name),
            ));
        }
        if read.kind.is_question() {
            questions.insert(template(questionnaire, node));
        }
    }
    Ok(Compiled::Answers {
        expression,
        questions,
    })
}

/// Adds a node and what its calculation reads.
fn collect(questionnaire: &Questionnaire, node: NodeIndex, nodes: &mut BTreeSet<NodeIndex>) {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if !nodes.insert(node) {
            continue;
        }
        if let Some(calculation) = &questionnaire.node(node).calculation {
            open.extend(calculation.reads().iter().map(|link| link.node));
        }
    }
}

fn template(questionnaire: &Questionnaire, node: NodeIndex) -> String {
    let mut names = Vec::new();
    let mut at = node;
    while at != 0 {
        names.push(questionnaire.node(at).name.as_str());
        at = questionnaire.node(at).parent;
    }
    let mut template = String::new();
    for name in names.iter().rev() {
        template.push('/');
        template.push_str(name);
    }
    template
}

fn observe(
    expression: &Expression,
    questions: &BTreeSet<String>,
    interview: &Interview,
    answered: &BTreeMap<String, Vec<Path>>,
) -> Observation {
    let paths = questions.iter().filter_map(|it| answered.get(it));
    let mut source: Vec<String> = paths.flatten().map(Path::to_string).collect();
    let every_question = questions.iter().all(|it| answered.contains_key(it));
    let (value, lower) = match interview.evaluate(expression) {
        Evaluated::Number(number) => (Observed::Number(number), None),
        Evaluated::Boolean(truth) => (Observed::Number(f64::from(u8::from(truth))), None),
        Evaluated::Text(text) => (Observed::Text(text), None),
        // Nothing is wanting and nothing is irrelevant: zero divided by zero.
        Evaluated::Missing(missing) if missing.irrelevant && every_question => {
            (Observed::Number(f64::NAN), None)
        }
        Evaluated::Missing(missing) => {
            source.extend(missing.because.iter().map(Path::to_string));
            source.sort();
            source.dedup();
            (absence(interview, &missing), missing.lower_bound)
        }
    };
    Observation {
        value,
        lower,
        last_round: None,
        source,
    }
}

/// Refused weighs more than unknown, unknown more than not filled in.
fn absence(interview: &Interview, missing: &Missing) -> Observed {
    if missing.irrelevant {
        return Observed::Irrelevant;
    }
    let answers = &interview.answers().answers;
    let given: Vec<Option<&Answer>> = missing.because.iter().map(|it| answers.get(it)).collect();
    if given.contains(&Some(&Answer::Refused)) {
        Observed::Refused
    } else if given.contains(&Some(&Answer::Unknown)) {
        Observed::Unknown
    } else {
        Observed::Missing
    }
}
