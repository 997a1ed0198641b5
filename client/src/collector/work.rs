//! What every screen of an enrolled phone is given: the driver, and the one case that is open.
//!
//! Always: there is one live interview per open case; each answer goes to the journal first and then into it.
//! Never: disturbs the field that is being typed in.

mod open_case;
mod overview;
mod typing;
mod versions;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::Change;
use shared::ids::{CaseId, Digest, OpId, Path, QuestionnaireId};
use shared::merge::{Case, CaseState};
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::packed::PackedList;
use shared::sorted::{self, Map};
use shared::sync::phone::{Failure, Mark};
use shared::wire::v1::{AssignmentView, RoundView};

use crate::driver::{Driver, Saving};
use crate::platform;

pub(super) use open_case::{OpenCase, assigned_modules};
pub(super) use overview::Overview;
use typing::Typing;
pub(super) use typing::read;
pub(super) use versions::{Parked, Plan};

/// The camera was opened for this case and question, and nothing has come back yet.
const CAPTURE_KEY: &str = "lumbung.capture";
/// The case that was worked on last.
const LAST_CASE_KEY: &str = "lumbung.last_case";

/// Copy it freely.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    driver: StoredValue<Driver, LocalStorage>,
    open: StoredValue<Option<OpenCase>, LocalStorage>,
    /// Changes whenever the answers of the open case did.
    edition: RwSignal<u64>,
    typing: StoredValue<Option<Typing>, LocalStorage>,
    /// The field that has the keyboard, and what it shows of what others wrote.
    field: StoredValue<Option<(Path, Mark)>, LocalStorage>,
    /// Keys were typed that no commit holds yet.
    is_typing: RwSignal<bool>,
    /// Fields whose text cannot be read, so that it is not stored.
    unread: RwSignal<sorted::Set<Path>>,
    forms: StoredValue<Map<QuestionnaireId, Arc<Questionnaire>>, LocalStorage>,
    /// Long lists of choices, by the names of their contents.
    lists: StoredValue<Map<String, Arc<PackedList>>, LocalStorage>,
    /// Addresses of pictures and sounds that came with questionnaires.
    media: StoredValue<Map<(QuestionnaireId, String), String>, LocalStorage>,
    /// Counts openings: only the one that was asked for last may end.
    opening: StoredValue<u32>,
    /// Long lists are being read for the open case.
    is_supplying: StoredValue<bool>,
    overviews: StoredValue<Map<CaseId, (Digest, Overview)>, LocalStorage>,
    /// What outlives every screen.
    root: StoredValue<Owner, LocalStorage>,
    /// The phone closed the app while the camera was open for this question.
    lost_capture: RwSignal<Option<(CaseId, Path)>>,
}

/// Why a case cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OpenError {
    NotAssigned,
    /// The questionnaire is not on this phone yet.
    NoForm(Failure),
    /// The stored questionnaire is of a newer app.
    UnreadableForm,
}

impl Work {
    pub(super) fn new(driver: Driver) -> Work {
        Work {
            driver: StoredValue::new_local(driver),
            open: StoredValue::new_local(None),
            edition: RwSignal::new(0),
            typing: StoredValue::new_local(None),
            field: StoredValue::new_local(None),
            is_typing: RwSignal::new(false),
            unread: RwSignal::new(sorted::Set::new()),
            forms: StoredValue::new_local(Map::new()),
            lists: StoredValue::new_local(Map::new()),
            media: StoredValue::new_local(Map::new()),
            opening: StoredValue::new(0),
            is_supplying: StoredValue::new(false),
            overviews: StoredValue::new_local(Map::new()),
            root: StoredValue::new_local(Owner::new()),
            lost_capture: RwSignal::new(platform::kept(CAPTURE_KEY).and_then(|text| marker(&text))),
        }
    }

    /// A call that may come after the screen that made it is gone, such as "undo" in a notice.
    pub(super) fn lasting(self, call: impl Fn() + Send + Sync + 'static) -> Callback<()> {
        let root = self.root.get_value();
        root.with(|| Callback::new(move |()| call()))
    }

    /// Answers in a case that may no longer be the open one, such as when a photo is ready late.
    pub(super) fn answer_late(
        self,
        case: &CaseId,
        shown: Mark,
        questionnaire: QuestionnaireId,
        path: &Path,
        change: Change,
    ) {
        if self.has_open(case) {
            self.write_seen(path, shown, change);
        } else {
            let driver = self.driver();
            driver.write(case, shown, path, change, questionnaire);
        }
    }

    pub(super) fn driver(self) -> Driver {
        self.driver.get_value()
    }

    /// Follows everything that the driver may have changed.
    pub(super) fn track(self) {
        self.driver.with_value(Driver::changed).track();
    }

    /// Whether the hub knows this phone no more, so that only a new link helps.
    pub(super) fn is_cut_off(self) -> bool {
        let is_ours = |code: &str| matches!(code, "device_unknown" | "device_revoked");
        let failure = self.driver().failure();
        matches!(failure, Some(Failure::Refused { code }) if is_ours(&code))
    }

    /// Follows the answers of the open case.
    pub(super) fn track_answers(self) {
        self.edition.track();
    }

    /// What the line at the bottom says; keys that wait to be journalled count as not saved.
    pub(super) fn saving(self) -> Saving {
        let saving = self.driver.with_value(Driver::saving).get();
        match saving {
            Saving::Failed(_) => saving,
            _ if self.is_typing.get() => Saving::Busy,
            Saving::Untouched | Saving::Busy | Saving::Saved(_) => saving,
        }
    }

    /// Whether a text on the screen is not stored because it cannot be read.
    pub(super) fn has_unread(self) -> bool {
        !self.unread.with(sorted::Set::is_empty)
    }

    /// The fields are gone, and with them their texts and what they showed.
    pub(super) fn forget_unread(self) {
        self.field.set_value(None);
        self.unread.set(sorted::Set::new());
    }

    pub(super) fn assignment(self, case: &CaseId) -> Option<AssignmentView> {
        let scope = self.driver().scope();
        let is_it = |each: &AssignmentView| each.round == case.round && each.region == case.region;
        scope.assignments.into_iter().find(is_it)
    }

    pub(super) fn round(self, case: &CaseId) -> Option<RoundView> {
        let scope = self.driver().scope();
        scope
            .rounds
            .into_iter()
            .find(|round| round.id == case.round)
    }

    /// Where a case stands for me.
    pub(super) fn state(self, assignment: &AssignmentView) -> CaseState {
        let id = case_of(assignment);
        let form = self.round(&id).and_then(|round| {
            let version = self.version(&id, &round);
            self.forms.with_value(|forms| forms.get(&version).cloned())
        });
        let modules = assigned_modules(assignment, form.as_deref());
        let modules = modules.into_iter().collect();
        let driver = self.driver();
        let me = driver.me().account.id;
        driver.with_case(&id, |case| {
            let mut state = case.state(&modules);
            // The approval counts what others answered to personal questions, of which this phone is told nothing.
            for op in case.ops() {
                if op.author != me && !op.role.reviews() {
                    state.changed_since_approval = false;
                }
            }
            state
        })
    }

    /// The compiled questionnaire, read once.
    pub(super) async fn form(self, id: QuestionnaireId) -> Result<Arc<Questionnaire>, OpenError> {
        if let Some(form) = self.forms.with_value(|forms| forms.get(&id).cloned()) {
            return Ok(form);
        }
        let bytes = self
            .driver()
            .questionnaire(id)
            .await
            .map_err(OpenError::NoForm)?;
        let form = Questionnaire::from_bytes(&bytes).map_err(|_| OpenError::UnreadableForm)?;
        let form = Arc::new(form);
        self.forms.update_value(|forms| {
            forms.insert(id, form.clone());
        });
        Ok(form)
    }

    /// Is this case the open one?
    pub(super) fn has_open(self, case: &CaseId) -> bool {
        self.open
            .with_value(|open| open.as_ref().is_some_and(|open| open.id == *case))
    }

    /// Opens a case for work; a new visit begins.
    pub(super) async fn open_case(self, case: &CaseId) -> Result<(), OpenError> {
        let assignment = self.assignment(case).ok_or(OpenError::NotAssigned)?;
        let round = self.round(case).ok_or(OpenError::NotAssigned)?;
        let version = self.version(case, &round);
        let turn = self.opening.get_value().wrapping_add(1);
        self.opening.set_value(turn);
        let form = self.form(version).await?;
        let others = self.other_versions(&round, version).await;
        let driver = self.driver();
        let last_saved = versions::last_saved(&driver, &form, case).await;
        if self.opening.get_value() != turn {
            // Another case was asked for meanwhile; it must not be swapped under its screens.
            return Ok(());
        }
        driver.begin_visit();
        let opened = OpenCase::new(&driver, assignment, (version, form), others, last_saved);
        self.open.set_value(Some(opened));
        self.field.set_value(None);
        self.edition.update(|edition| *edition += 1);
        platform::keep(LAST_CASE_KEY, &format!("{} {}", case.round, case.region));
        self.supply();
        Ok(())
    }

    /// Gives the open case the long lists that it wants, once they are read; they are large.
    fn supply(self) {
        let wanted = self.open.with_value(|open| {
            let open = open.as_ref()?;
            open.interview.lists_wanted().next()?;
            Some((open.id.clone(), open.questionnaire))
        });
        if let Some((case, version)) = wanted
            && !self.is_supplying.get_value()
        {
            self.is_supplying.set_value(true);
            spawn_local(async move {
                self.supply_lists(case, version).await;
                self.is_supplying.set_value(false);
            });
        }
    }

    async fn supply_lists(self, case: CaseId, version: QuestionnaireId) {
        let Ok(form) = self.form(version).await else {
            return;
        };
        for list in &form.lists {
            let Some(file) = &list.file else { continue };
            let Some(packed) = self.list(version, &list.name, file).await else {
                continue;
            };
            let is_open = self.open.with_value(|open| {
                let open = open.as_ref();
                open.is_some_and(|open| open.id == case && open.questionnaire == version)
            });
            if !is_open {
                return;
            }
            self.note_down(|open| {
                open.interview.supply(&list.name, &packed);
            });
            self.edition.update(|edition| *edition += 1);
        }
    }

    async fn list(
        self,
        version: QuestionnaireId,
        name: &str,
        file: &str,
    ) -> Option<Arc<PackedList>> {
        let key = format!("{file} {name}");
        if let Some(list) = self.lists.with_value(|lists| lists.get(&key).cloned()) {
            return Some(list);
        }
        let bytes = self.driver().choice_list(version, name, file).await.ok()?;
        let list = Arc::new(PackedList::from_bytes(&bytes).ok()?);
        self.lists.update_value(|lists| {
            lists.insert(key, list.clone());
        });
        Some(list)
    }

    /// The address of a picture or sound of the open case's questionnaire, as long as the app runs.
    pub(super) fn media_address(self, name: &str) -> Option<String> {
        let (form, id) =
            self.look(|open| (open.interview.questionnaire().clone(), open.questionnaire));
        let key = (id, name.to_owned());
        if let Some(known) = self.media.with_value(|media| media.get(&key).cloned()) {
            return Some(known);
        }
        let file = form.media_file(name)?;
        let address = platform::address_of(&file.bytes, &file.media_type)?;
        self.media.update_value(|media| {
            media.insert(key, address.clone());
        });
        Some(address)
    }

    /// Looks at the open case.
    ///
    /// # Panics
    /// When none is open; the screens that call this stand inside `WithCase`.
    pub(super) fn look<T>(self, look: impl FnOnce(&OpenCase) -> T) -> T {
        self.open
            .with_value(|open| look(open.as_ref().expect("a screen of a case has one open")))
    }

    /// The words of a question of the open case; its name where the form does not have it.
    #[inline(never)]
    pub(super) fn label(self, path: &Path) -> String {
        let item = self.look(|open| open.interview.item(path, &open.language()));
        item.map_or_else(|| path.name().to_owned(), |item| item.label)
    }

    /// Journals one change of the open case and shows it.
    pub(super) fn write(self, path: &Path, change: Change) -> Option<OpId> {
        self.write_seen(path, self.shown(path), change)
    }

    fn write_seen(self, path: &Path, shown: Mark, change: Change) -> Option<OpId> {
        let driver = self.driver();
        let (case, questionnaire) = self.look(|open| (open.id.clone(), open.questionnaire));
        let op = driver.write(&case, shown, path, change.clone(), questionnaire)?;
        self.open.update_value(|open| {
            if let Some(open) = open {
                open.apply(&driver, path, &change, op);
            }
        });
        if matches!(
            change,
            Change::Set(_) | Change::Unset | Change::Unknown | Change::Refused
        ) {
            self.set_triggered(&case, path, questionnaire);
        }
        self.edition.update(|edition| *edition += 1);
        Some(op)
    }

    /// Stores what an answer sets elsewhere.
    fn set_triggered(self, case: &CaseId, path: &Path, questionnaire: QuestionnaireId) {
        let driver = self.driver();
        let (set, mark) = self.look(|open| (open.interview.triggered_by(path), open.mark));
        for (path, value) in set {
            let change = value.map_or(Change::Unset, Change::Set);
            let written = driver.write(case, mark, &path, change.clone(), questionnaire);
            if let Some(op) = written {
                self.note_down(|open| open.apply(&driver, &path, &change, op));
            }
        }
    }

    /// What the person who answers at this path sees of what others wrote: a field that has the keyboard goes on
    /// showing what stood there when it got it.
    pub(super) fn shown(self, path: &Path) -> Mark {
        let of_field = self.field.with_value(|field| {
            let (at, mark) = field.as_ref()?;
            (at == path).then_some(*mark)
        });
        of_field.unwrap_or_else(|| self.look(|open| open.mark))
    }

    /// The field of a question got the keyboard, or a measurement or the camera began for it.
    pub(super) fn enter_field(self, path: &Path) {
        let mark = self.look(|open| open.mark);
        self.field.set_value(Some((path.clone(), mark)));
    }

    /// The field was left; what was typed in it is journalled.
    pub(super) fn leave_field(self, path: &Path) {
        self.flush();
        self.stop_showing(path);
    }

    /// The question shows again what there is.
    pub(super) fn stop_showing(self, path: &Path) {
        self.field.try_update_value(|field| {
            if field.as_ref().is_some_and(|(at, _)| at == path) {
                *field = None;
            }
        });
    }

    /// Sets an answer unless it stands there already.
    pub(super) fn answer(self, path: &Path, change: Change) {
        if self.unread.with_untracked(|unread| unread.contains(path)) {
            self.unread.update(|unread| {
                unread.remove(path);
            });
        }
        if self.look(|open| open.needs(&self.driver(), path, &change)) {
            self.write(path, change);
        }
    }

    /// Takes in what others wrote to the open case, when there is something, and what came for it from the office.
    pub(super) fn take_news(self) {
        let driver = self.driver();
        if let Some(case) = self.moved_away() {
            self.flush();
            spawn_local(async move {
                let _ = self.open_case(&case).await;
            });
            return;
        }
        self.look_for_newest();
        self.supply();
        let has_news = self
            .open
            .try_update_value(|open| open.as_mut().is_some_and(|open| open.take_news(&driver)));
        if has_news == Some(true) {
            self.edition.update(|edition| *edition += 1);
        }
    }

    /// Changes the open case in a way that no op tells, such as which pages were seen.
    pub(super) fn note_down(self, change: impl FnOnce(&mut OpenCase)) {
        self.open.update_value(|open| {
            if let Some(open) = open {
                change(open);
            }
        });
    }

    /// The questionnaire speaks another language from now on; `None` is that of the app.
    pub(super) fn speak(self, code: Option<&str>) {
        self.note_down(|open| open.speak(code));
    }

    /// Remembers that the camera is being opened: the phone may close the app meanwhile.
    pub(super) fn camera_opens(self, path: &Path) {
        self.enter_field(path);
        let case = self.look(|open| open.id.clone());
        platform::keep(
            CAPTURE_KEY,
            &format!("{} {} {path}", case.round, case.region),
        );
    }

    /// A photo came, or the person gave up.
    pub(super) fn camera_is_done(self) {
        platform::forget(CAPTURE_KEY);
        self.lost_capture.set(None);
    }

    /// The question whose photo was lost when the phone closed the app.
    pub(super) fn lost_capture(self) -> Option<(CaseId, Path)> {
        self.lost_capture.get()
    }

    /// The case that was worked on last.
    pub(super) fn last_case(self) -> Option<CaseId> {
        let text = platform::kept(LAST_CASE_KEY)?;
        let (round, region) = text.split_once(' ')?;
        Some(CaseId {
            round: round.parse().ok()?,
            region: region.parse().ok()?,
        })
    }

    /// Looks at the ops of the open case.
    pub(super) fn look_at_ops<T>(self, look: impl FnOnce(&Case) -> T) -> T {
        let id = self.look(|open| open.id.clone());
        self.driver().with_case(&id, look)
    }
}

fn marker(text: &str) -> Option<(CaseId, Path)> {
    let mut words = text.splitn(3, ' ');
    let case = CaseId {
        round: words.next()?.parse().ok()?,
        region: words.next()?.parse().ok()?,
    };
    Some((case, words.next()?.parse().ok()?))
}

/// The case of an assignment.
pub(super) fn case_of(assignment: &AssignmentView) -> CaseId {
    CaseId {
        round: assignment.round,
        region: assignment.region.clone(),
    }
}
