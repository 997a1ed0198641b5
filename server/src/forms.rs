//! Compiled questionnaires in memory: which paths are questions, and which of them are personal.
//!
//! Always: a form is the one that its id names; it never changes.
//! Never: holds more than `FORMS_MAX`; the oldest use goes first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::answers::{Change, Op};
use shared::ids::QuestionnaireId;
use shared::questionnaire::model::{Kind, Questionnaire};

use crate::store::{Result, Store, StoreError};

/// Versions that are in use at a time; a ministry runs a handful.
const FORMS_MAX: usize = 32;

/// A cache before the store. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    held: Arc<Mutex<BTreeMap<QuestionnaireId, Held>>>,
}

#[derive(Debug)]
struct Held {
    form: Arc<Questionnaire>,
    uses: u64,
}

impl Forms {
    /// The compiled form of that id.
    ///
    /// # Errors
    /// `Missing` when no such questionnaire was imported.
    pub async fn get(&self, store: &Store, id: QuestionnaireId) -> Result<Arc<Questionnaire>> {
        if let Some(form) = self.held(id) {
            return Ok(form);
        }
        let bytes = store.compiled_questionnaire(id).await?;
        let form = Questionnaire::from_bytes(&bytes)
            .map_err(|error| StoreError::Corrupt(format!("questionnaire {id}: {error}")))?;
        let form = Arc::new(form);
        self.hold(id, Arc::clone(&form));
        Ok(form)
    }

    fn held(&self, id: QuestionnaireId) -> Option<Arc<Questionnaire>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = held.get_mut(&id)?;
        entry.uses += 1;
        Some(Arc::clone(&entry.form))
    }

    fn hold(&self, id: QuestionnaireId, form: Arc<Questionnaire>) {
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

/// Whether the op changes something that the questionnaire has, in the way that fits it.
pub fn is_question(form: &Questionnaire, op: &Op) -> bool {
    let Some(index) = form.find(&op.path.template()) else {
        return false;
    };
    let node = form.node(index);
    let kind = node.kind;
    match &op.change {
        // What a trigger sets is an answer of the device.
        Change::Set(_) | Change::Unset if node.triggered.is_some() => true,
        Change::Set(_) | Change::Unset | Change::Unknown | Change::Refused => kind.is_question(),
        Change::AddRow | Change::RemoveRow => kind == Kind::Repeat,
        Change::Comment(_) => true,
        Change::Review(_) => false,
    }
}

/// Whether the op's question is marked `personal`.
pub fn is_personal(form: &Questionnaire, op: &Op) -> bool {
    form.find(&op.path.template())
        .is_some_and(|index| form.node(index).personal)
}
