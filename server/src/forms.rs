//! Compiled questionnaires in memory: which paths are questions, and which of them are personal.
//!
//! Always: a form is the one that its id names; it never changes.
//! Never: holds more than `FORMS_MAX`; the oldest use goes first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use shared::answers::{AnswerSet, Change, Op};
use shared::ids::{Path, QuestionnaireId};
use shared::questionnaire::interview::{Interview, Surroundings};
use shared::questionnaire::model::{Kind, Node, NodeIndex, Questionnaire};
use shared::questionnaire::packed::PackedList;
use shared::questionnaire::sheet::Imported;

use crate::store::{Result, Store, StoreError};

/// Versions that are in use at a time; a ministry runs a handful.
const FORMS_MAX: usize = 32;

/// A cache before the store. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    held: Arc<Mutex<BTreeMap<QuestionnaireId, Held>>>,
}

/// A compiled form with its long lists, by the names that it knows them by.
#[derive(Debug)]
pub struct Form {
    pub questionnaire: Arc<Questionnaire>,
    pub lists: Vec<(String, Arc<PackedList>)>,
    /// The nodes by their paths without rows: every op that is pushed asks for one.
    nodes: HashMap<String, NodeIndex>,
}

impl Form {
    /// Of a form just read; nothing where it was refused.
    pub fn of(imported: &Imported) -> Option<Form> {
        let list = |(name, bytes): &(String, Vec<u8>)| {
            let packed = PackedList::from_bytes(bytes).expect("what was just packed is read");
            (name.clone(), Arc::new(packed))
        };
        let questionnaire = imported.questionnaire.clone()?;
        Some(Form::new(
            questionnaire,
            imported.lists.iter().map(list).collect(),
        ))
    }

    fn new(questionnaire: Questionnaire, lists: Vec<(String, Arc<PackedList>)>) -> Form {
        let mut nodes = HashMap::new();
        note_nodes(&questionnaire, 0, "", &mut nodes);
        Form {
            questionnaire: Arc::new(questionnaire),
            lists,
            nodes,
        }
    }

    /// The group or question at this path, whatever row it is in.
    fn node_at(&self, path: &Path) -> Option<&Node> {
        let index = self.index_of(path)?;
        Some(self.questionnaire.node(index))
    }

    fn index_of(&self, path: &Path) -> Option<NodeIndex> {
        let text = path.as_str();
        let index = match text.contains('[') {
            false => self.nodes.get(text),
            true => self.nodes.get(&path.template()),
        };
        index.copied()
    }

    /// Whether the op changes something that the questionnaire has, in the way that fits it.
    pub fn is_question(&self, op: &Op) -> bool {
        let Some(node) = self.node_at(&op.path) else {
            return false;
        };
        let kind = node.kind;
        match &op.change {
            // What a trigger sets is an answer of the device.
            Change::Set(_) | Change::Unset if node.triggered.is_some() => true,
            Change::Set(_) | Change::Unset | Change::Unknown | Change::Refused => {
                kind.is_question()
            }
            Change::AddRow | Change::RemoveRow => kind == Kind::Repeat,
            Change::Comment(_) => true,
            Change::Review(_) => false,
        }
    }

    /// Whether the op's question, or what it lies in, is marked `personal`.
    pub fn is_personal(&self, op: &Op) -> bool {
        let index = self.index_of(&op.path);
        index.is_some_and(|index| self.questionnaire.is_personal(index))
    }

    /// A live interview over it.
    pub fn interview(&self, answers: AnswerSet, surroundings: Surroundings) -> Interview {
        let questionnaire = Arc::clone(&self.questionnaire);
        let mut interview = Interview::new(questionnaire, answers, surroundings);
        for (name, list) in &self.lists {
            interview.supply(name, list);
        }
        interview
    }
}

#[derive(Debug)]
struct Held {
    form: Arc<Form>,
    uses: u64,
}

impl Forms {
    /// The compiled form of that id.
    ///
    /// # Errors
    /// `Missing` when no such questionnaire was imported.
    pub async fn get(&self, store: &Store, id: QuestionnaireId) -> Result<Arc<Questionnaire>> {
        let form = self.whole(store, id).await?;
        Ok(Arc::clone(&form.questionnaire))
    }

    /// The compiled form with its long lists.
    ///
    /// # Errors
    /// `Missing` when no such questionnaire was imported.
    pub async fn whole(&self, store: &Store, id: QuestionnaireId) -> Result<Arc<Form>> {
        if let Some(form) = self.held(id) {
            return Ok(form);
        }
        let bytes = store.compiled_questionnaire(id).await?;
        let corrupt = |what: String| StoreError::Corrupt(format!("questionnaire {id}: {what}"));
        let questionnaire =
            Questionnaire::from_bytes(&bytes).map_err(|error| corrupt(error.to_string()))?;
        let mut lists = Vec::new();
        for list in questionnaire
            .lists
            .iter()
            .filter(|list| list.file.is_some())
        {
            let bytes = store.questionnaire_list(id, &list.name).await?;
            let packed = PackedList::from_bytes(&bytes)
                .map_err(|error| corrupt(format!("{}: {error}", list.name)))?;
            lists.push((list.name.clone(), Arc::new(packed)));
        }
        let form = Arc::new(Form::new(questionnaire, lists));
        self.hold(id, Arc::clone(&form));
        Ok(form)
    }

    fn held(&self, id: QuestionnaireId) -> Option<Arc<Form>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = held.get_mut(&id)?;
        entry.uses += 1;
        Some(Arc::clone(&entry.form))
    }

    fn hold(&self, id: QuestionnaireId, form: Arc<Form>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if FORMS_MAX <= held.len() {
            let least = held
                .iter()
                .min_by_key(|(_, entry)| entry.uses)
                .map(|(id, _)| *id);
            least.and_then(|id| held.remove(&id));
        }
        held.insert(id, Held { form, uses: 1 });
    }
}

/// The questionnaire itself stands at `/`, as reviews do.
fn note_nodes(
    questionnaire: &Questionnaire,
    at: NodeIndex,
    path: &str,
    nodes: &mut HashMap<String, NodeIndex>,
) {
    let own = if path.is_empty() { "/" } else { path };
    nodes.entry(own.to_owned()).or_insert(at);
    for child in questionnaire.children(at) {
        let path = format!("{path}/{}", questionnaire.node(child).name);
        note_nodes(questionnaire, child, &path, nodes);
    }
}
