//! The desk of whoever is signed in: the journal of reviews, and what the server said last.
//!
//! Always: a review is journalled before it is sent; what was opened before opens again without signal.
//! Always: one tab of a browser writes; another one only shows.
//! Never: mixes two accounts: each has a store of its own, and signing in as another loads the page anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use js_sys::{JSON, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use shared::ids::{CaseId, OpId, Path, RoundId, hex_text};
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::packed::PackedList;
use shared::sync::phone::{self, Reach};
use shared::wire::office::{AccountView, RoundView};
use shared::wire::review::{Admit, Admitted, CaseView, QueueView};
use wasm_bindgen::JsValue;

use super::{Session, use_session};
use crate::driver::{Driver, Mode};
use crate::i18n::texts;
use crate::net::{self, Auth, Call, Method, NetError};
use crate::platform;
use crate::store::{Batch, Store, StoreError, StoreName};

const LOCK: &str = "lumbung-console";
/// How often a case is asked for again because another came between.
const ASKED_AGAIN_MAX: usize = 3;
/// Where a case carries its ops.
const PAGES: &str = "pages";

/// Comments on the questions that are to be returned, by question.
pub(super) type Basket = BTreeMap<Path, String>;

/// Something that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Loaded<T> {
    Loading,
    Ready(T),
    /// What a person is told.
    Failed(String),
}

/// What the server said, now or the last time there was signal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said<T> {
    pub value: T,
    /// It is from this browser's store, because the server cannot be reached.
    pub is_old: bool,
}

/// A case with everything that its screens need besides its ops.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opened {
    pub view: CaseView,
    pub questionnaire: Arc<Questionnaire>,
    /// Its long lists of choices, by name.
    pub lists: Vec<(String, Arc<PackedList>)>,
    pub is_old: bool,
}

/// The desk; copy it freely.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    session: Session,
    driver: StoredValue<Option<Driver>, LocalStorage>,
    /// Whether the driver is there, or why not.
    standing: RwSignal<Loaded<()>>,
    has_started: StoredValue<bool>,
    rounds: RwSignal<Loaded<Vec<RoundView>>>,
    baskets: RwSignal<BTreeMap<CaseId, Basket>>,
}

impl Desk {
    /// Puts a desk at which nobody sits yet into the context of the app.
    pub(super) fn provide() -> Desk {
        let desk = Desk {
            session: use_session(),
            driver: StoredValue::new_local(None),
            standing: RwSignal::new(Loaded::Loading),
            has_started: StoredValue::new(false),
            rounds: RwSignal::new(Loaded::Loading),
            baskets: RwSignal::new(BTreeMap::new()),
        };
        provide_context(desk);
        desk
    }

    /// Opens the desk of an account, once in the life of a page.
    pub(super) fn start(self, account: AccountView) {
        if self.has_started.get_value() {
            return;
        }
        self.has_started.set_value(true);
        let desk = self;
        let (waiting, driving) = (account.clone(), account);
        platform::drive_as(
            LOCK,
            move || spawn_local(desk.open(waiting, Mode::Reads)),
            move |lock| {
                // As long as the page.
                std::mem::forget(lock);
                spawn_local(desk.open(driving, Mode::Drives));
            },
        );
    }

    async fn open(self, account: AccountView, mode: Mode) {
        match wake(account, mode).await {
            Ok(driver) => {
                if mode == Mode::Drives {
                    driver.keep_in_sync();
                }
                self.driver.try_set_value(Some(driver));
                self.standing.try_set(Loaded::Ready(()));
                self.load_rounds();
            }
            Err(error) => {
                self.standing.try_set(Loaded::Failed(error.text(texts())));
            }
        }
    }

    /// The driver, once it is awake; a reader inside a view follows that.
    pub(super) fn driver(self) -> Option<Driver> {
        let _ = self.standing.get();
        self.driver.try_get_value().flatten()
    }

    pub(super) fn driver_untracked(self) -> Option<Driver> {
        self.driver.try_get_value().flatten()
    }

    /// Whether the journal is open, or why not.
    pub(super) fn standing(self) -> Loaded<()> {
        self.standing.get()
    }

    /// Follows every change of the journal.
    pub(super) fn follow(self) {
        if let Some(driver) = self.driver() {
            let _ = driver.changed().get();
        }
    }

    /// Whether this tab may write, and whether the account decides about submissions.
    pub(super) fn may_review(self) -> bool {
        let reviews = self.session.account().is_some_and(|a| a.role.reviews());
        reviews && self.driver().is_some_and(|driver| !driver.reads_only())
    }

    /// The rounds that the account may see.
    pub(super) fn rounds(self) -> Loaded<Vec<RoundView>> {
        self.rounds.get()
    }

    pub(super) fn load_rounds(self) {
        spawn_local(async move {
            let loaded = match self.ask("/api/v1/rounds", "rounds").await {
                Ok(said) => Loaded::Ready(said.value),
                Err(text) => Loaded::Failed(text),
            };
            self.rounds.try_set(loaded);
        });
    }

    /// The comments that are collected for a case.
    pub(super) fn basket(self, case: &CaseId) -> Basket {
        self.baskets
            .with(|baskets| baskets.get(case).cloned().unwrap_or_default())
    }

    pub(super) fn change_basket(self, case: &CaseId, change: impl FnOnce(&mut Basket)) {
        self.baskets
            .update(|baskets| change(baskets.entry(case.clone()).or_default()));
    }

    /// The queue of a round.
    pub(super) async fn queue(self, round: RoundId) -> Result<Said<QueueView>, String> {
        let path = format!("/api/v1/rounds/{round}/queue");
        self.ask(&path, &format!("queue/{round}")).await
    }

    /// Fetches a case and its questionnaire, and takes its ops into the journal.
    pub(super) async fn open_case(self, id: CaseId) -> Result<Opened, String> {
        let words = &texts().console.review;
        let Some(driver) = self.driver_untracked() else {
            return Err(words.not_open_yet.to_owned());
        };
        let key = format!("case/{}/{}", id.round, id.region);
        let mut asked = driver.with(|desk| desk.asks(&id));
        let (mut text, mut is_old) = self.ask_case(&id, &asked, &key).await?;
        // The answer to another case may have come first: what was said of the old cursor says nothing of the new one.
        for _ in 0..ASKED_AGAIN_MAX {
            if is_old || driver.with(|desk| desk.still_asks(&id, &asked)) {
                break;
            }
            asked = driver.with(|desk| desk.asks(&id));
            (text, is_old) = self.ask_case(&id, &asked, &key).await?;
        }
        let mut view: CaseView = read(&text)?;
        let mut ops = Vec::new();
        for page in std::mem::take(&mut view.pages) {
            let unpacked = page.ops.unpack(id.round);
            let unpacked = unpacked.map_err(|_| texts().common.net.malformed.to_owned())?;
            let named = unpacked.into_iter().map(|(op, _)| op).zip(page.macs);
            ops.extend(named.filter(|(op, _)| op.case == id));
        }
        if let Some(withheld) = &view.withheld {
            let erased: Vec<OpId> = withheld.erased.iter().map(|it| it.op).collect();
            driver.erase(&id, &erased);
        }
        // The tab that drives keeps the cursor; another would put back an older lane.
        match is_old || driver.reads_only() {
            true => driver.learn(ops),
            false => {
                let (last, stands) = (view.last, view.stands.unwrap_or(true));
                driver.learn_whole(&id, ops, &asked, phone::Opened { stands, last });
            }
        }
        let bytes = driver.questionnaire(view.questionnaire).await;
        let bytes = bytes.map_err(|_| words.no_questionnaire.to_owned())?;
        let questionnaire = Questionnaire::from_bytes(&bytes);
        let questionnaire = questionnaire.map_err(|_| words.no_questionnaire.to_owned())?;
        let mut lists = Vec::new();
        for list in &questionnaire.lists {
            let Some(file) = &list.file else { continue };
            // Without a list its answers are shown by their codes.
            let bytes = driver
                .choice_list(view.questionnaire, &list.name, file)
                .await;
            let packed = bytes
                .ok()
                .and_then(|bytes| PackedList::from_bytes(&bytes).ok());
            lists.extend(packed.map(|packed| (list.name.clone(), Arc::new(packed))));
        }
        Ok(Opened {
            view,
            questionnaire: Arc::new(questionnaire),
            lists,
            is_old,
        })
    }

    async fn ask_case(
        self,
        id: &CaseId,
        asked: &phone::Asked,
        key: &str,
    ) -> Result<(String, bool), String> {
        let mut path = format!("/api/v1/cases/{}/{}", id.round, id.region);
        if let Some(cursor) = asked.cursor {
            let (epoch, position) = (hex_text(&cursor.epoch.0), cursor.position.0);
            path.push_str(&format!("?epoch={epoch}&position={position}"));
            if let Some(id) = cursor.id {
                path.push_str(&format!("&id={id}"));
            }
        }
        self.ask_text(&path, key).await
    }

    /// Lets in ops of a case that are kept aside; how many came in, or what a person is told.
    pub(super) async fn admit(self, id: CaseId, ops: Vec<OpId>) -> Result<u64, String> {
        let path = format!("/api/v1/cases/{}/{}/admit", id.round, id.region);
        let answer = net::post::<Admit, Admitted>(&path, Auth::Cookie, &Admit { ops }).await;
        match answer {
            Ok(admitted) => Ok(admitted.admitted),
            Err(error) => Err(self.session.explain(&error)),
        }
    }

    /// Asks the server, or this browser's store where the server cannot be reached.
    pub(super) async fn ask<T: DeserializeOwned>(
        self,
        path: &str,
        key: &str,
    ) -> Result<Said<T>, String> {
        let (text, is_old) = self.ask_text(path, key).await?;
        Ok(Said {
            value: read(&text)?,
            is_old,
        })
    }

    async fn ask_text(self, path: &str, key: &str) -> Result<(String, bool), String> {
        let answer = match net::send(Call::new(Method::Get, path, Auth::Cookie)).await {
            Ok(answer) => answer.text().await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(text) => {
                self.remember(key, &text);
                Ok((text, false))
            }
            Err(error @ NetError::Problem(_)) => Err(self.session.explain(&error)),
            Err(error) => match self.remembered(key).await {
                Some(text) => Ok((text, true)),
                None => Err(error.text(texts())),
            },
        }
    }

    fn remember(self, key: &str, text: &str) {
        let Some(driver) = self.driver_untracked() else {
            return;
        };
        // The ops of a case lie in the journal already.
        let mut batch = Batch::default();
        batch.put(StoreName::Cases, key, without_pages(text));
        spawn_local(async move {
            // Without room the desk only loses what it could show without signal.
            let _ = driver.store().commit(batch).await;
        });
    }

    async fn remembered(self, key: &str) -> Option<String> {
        let driver = self.driver_untracked()?;
        let kept = driver.store().get(StoreName::Cases, key).await.ok()??;
        let as_text = || JSON::stringify(&kept).ok()?.as_string();
        kept.as_string().or_else(as_text)
    }
}

async fn wake(account: AccountView, mode: Mode) -> Result<Driver, StoreError> {
    let store = Store::open(&format!("lumbung-console-{}", account.id)).await?;
    match Driver::wake(store.clone(), Reach::OpenedCases, mode).await? {
        Some(driver) => Ok(driver),
        None => Driver::settle_desk(store, account, mode).await,
    }
}

/// An answer of the server, without the ops that it may carry.
fn without_pages(text: &str) -> JsValue {
    match JSON::parse(text) {
        Ok(value) if Reflect::has(&value, &PAGES.into()).unwrap_or(false) => {
            let _ = Reflect::set(&value, &PAGES.into(), &js_sys::Array::new());
            JSON::stringify(&value).map_or(JsValue::NULL, JsValue::from)
        }
        _ => text.into(),
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    net::read(text).map_err(|error| error.text(texts()))
}

/// The desk of this app.
pub(super) fn use_desk() -> Desk {
    expect_context::<Desk>()
}
