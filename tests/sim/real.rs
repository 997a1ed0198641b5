//! The real store beside the model: it is asked the same, and must say the same.
//!
//! Always: SQLite in a folder of its own, with the verbs that the server calls for each request.
//! Always: backed up, put back and opened again when the model is; a copied disk is a copied file.
//! Never: holds photos: those of the simulated world have no bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use server::store::{AccountDraft, Act, Push, QuestionnaireDraft, RoundDraft, Store};
use shared::answers::Op;
use shared::ids::{CaseId, OpId, PartitionId, Seq};
use shared::merge::digest;
use shared::sync::hub::{
    Found, Kept, MacKey, RoundStanding, Stretch, cursor_matches, partition_status,
};
use shared::sync::phone::{Request, Response};
use shared::time::Millis;
use shared::wire::office::{Language, QuestionnaireSheets, RoundKind};
use shared::wire::v1::{
    GivingUp, HelloRequest, HelloResponse, OpBatch, PullRequest, PullResponse, PushRequest,
    PushResponse,
};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::hub::{Account, Beside, Hub, Office, State};
use crate::places::{self, QUESTIONNAIRE, ROUND, is_personal, is_question};

/// The store's folder, and what a world did to it.
#[derive(Debug)]
pub(crate) struct Real {
    store: Store,
    home: TempDir,
    backups: TempDir,
    /// By the model's count.
    made: Vec<String>,
    /// As the database has it.
    office: Option<Office>,
}

/// A store for a new world.
pub(crate) fn beside(now_ms: u64) -> Box<dyn Beside> {
    let home = TempDir::new().expect("a folder");
    let store = runtime().block_on(opened(&home, now_ms));
    let store = store.expect("an empty folder becomes a store");
    Box::new(Real {
        store,
        home,
        backups: TempDir::new().expect("a folder"),
        made: Vec::new(),
        office: None,
    })
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("threads"))
}

async fn opened(home: &TempDir, now_ms: u64) -> server::store::Result<Store> {
    let at = at(now_ms);
    let store = Store::open(home.path(), at).await?;
    let sheets = QuestionnaireSheets {
        survey: String::new(),
        choices: String::new(),
        settings: String::new(),
        entities: String::new(),
    };
    let form = QuestionnaireDraft {
        id: QUESTIONNAIRE,
        form_id: "dunia".to_owned(),
        title: "Dunia".to_owned(),
        version: "1".to_owned(),
        questions: 1,
        compiled: vec![0],
        sheets,
        lists: Vec::new(),
    };
    store.put_questionnaire(form, Act::by_program(at)).await?;
    Ok(store)
}

fn at(now_ms: u64) -> Millis {
    Millis(now_ms as i64)
}

impl Beside for Real {
    fn answered(
        &mut self,
        model: &Hub,
        account: &Account,
        request: &Request,
        answer: &Response,
        now_ms: u64,
    ) {
        let now = at(now_ms);
        runtime().block_on(async {
            self.decide(&model.state.office, now_ms).await;
            match (request, answer) {
                (Request::Hello(hello), Response::Hello(told)) => {
                    self.hello(hello, told, now).await
                }
                (Request::Push(push), Response::Push(told)) => {
                    let push = unpacked(push, account, &model.key);
                    let said = self.store.push(push, now).await;
                    same("a push", &said.map(unsafely), told);
                }
                (Request::Prove(proof), Response::Push(told)) => {
                    let said = self.store.prove(proof, &model.key, now).await;
                    same("a proof", &said.map(unsafely), told);
                }
                (Request::Pull(pull), Response::Pull(told)) => {
                    self.pull(model, account, pull, told).await;
                }
                // Photos.
                _ => {}
            }
        });
    }

    fn admitted(
        &mut self,
        office: &Office,
        villages: &BTreeMap<CaseId, BTreeSet<OpId>>,
        now_ms: u64,
    ) {
        runtime().block_on(async {
            self.decide(office, now_ms).await;
            for (case, ids) in villages {
                let act = Act::by_program(at(now_ms));
                let admitted = self.store.admit(case, ids.clone(), act).await;
                same("an admission", &admitted, &(ids.len() as u64));
            }
        });
    }

    fn backed_up(&mut self, now_ms: u64) {
        let made = runtime().block_on(self.store.back_up(self.backups.path(), at(now_ms)));
        self.made
            .push(made.expect("a whole store is backed up").name);
    }

    fn put_back(&mut self, backup: usize, begins_new_life: bool, now_ms: u64) {
        self.made.truncate(backup + 1);
        let name = self.made[backup].clone();
        self.office = None;
        runtime().block_on(async {
            self.store.close().await;
            let fresh = TempDir::new().expect("a folder");
            if begins_new_life {
                let place = fresh.path().into();
                let restored = Store::restore(place, self.backups.path(), Some(&name), at(now_ms));
                restored.await.expect("a backup is restored");
            } else {
                let rows = self.backups.path().join(&name).join(FILE);
                std::fs::copy(rows, fresh.path().join(FILE)).expect("a file is copied");
            }
            self.home = fresh;
            self.store = opened(&self.home, now_ms).await.expect("it opens");
        });
    }

    fn crashed(&mut self, now_ms: u64) {
        runtime().block_on(async {
            self.store.close().await;
            self.store = opened(&self.home, now_ms).await.expect("it opens");
        });
    }

    fn ended(&mut self, state: &State) {
        runtime().block_on(async {
            for (partition, log) in &state.partitions {
                let mut found = Vec::new();
                let mut after = Seq::ZERO;
                loop {
                    let page = self.store.log_page(partition, after, 100, |_| true).await;
                    let page = page.expect("a page is read");
                    found.extend(page.ops.iter().map(Op::id));
                    after = page.end;
                    if !page.more {
                        break;
                    }
                }
                let model: Vec<OpId> = log.ops.values().map(|op| op.id()).collect();
                agree("the log", &found, &model);
            }
            let check = self.store.check().await.expect("it is checked");
            agree("the check", &check.faults, &Vec::new());
        });
    }
}

const FILE: &str = "lumbung.sqlite";

/// What only the real store says: how much of a lane lies in a backup.
fn unsafely(mut answer: PushResponse) -> PushResponse {
    if let PushResponse::Accepted { safe, .. } = &mut answer {
        *safe = None;
    }
    answer
}

fn unpacked(push: &PushRequest, account: &Account, key: &MacKey) -> Push {
    let ops = push.ops.clone().open(ROUND).expect("it was read before");
    let strangers = ops.iter().map(|(op, _)| op).filter(|op| !is_question(op));
    let sealed = ops.iter().map(|(op, _)| op).filter(|op| op.id().0[0] < 64);
    Push {
        partition: push.partition.clone(),
        lane: push.lane,
        stretch: Stretch {
            from: push.from,
            previous: push.previous,
        },
        strangers: strangers.map(Op::id).collect(),
        // Sealed or not, it is the same to all.
        personal: sealed.map(Op::id).collect(),
        ops,
        came: None,
        sender: account.sender(),
        key: key.clone(),
    }
}

fn agree<T: PartialEq + std::fmt::Debug>(what: &str, said: &T, told: &T) {
    assert_eq!(said, told, "{what}: the real store says the first");
}

fn same<T: PartialEq + std::fmt::Debug, E: std::fmt::Display>(
    what: &str,
    said: &Result<T, E>,
    told: &T,
) {
    match said {
        Ok(said) => agree(what, said, told),
        Err(error) => panic!("{what}: the real store fails: {error}"),
    }
}

impl Real {
    /// Writes down what the office decided since.
    async fn decide(&mut self, office: &Office, now_ms: u64) {
        if self.office.as_ref() == Some(office) {
            return;
        }
        let act = Act::by_program(at(now_ms));
        let known = self.store.accounts().await.expect("accounts are listed");
        for account in office.accounts.iter().flatten() {
            if known.iter().any(|it| it.id == account.id) {
                continue;
            }
            let draft = AccountDraft {
                id: account.id,
                username: format!("petugas.{}", account.id),
                name: "Petugas".to_owned(),
                role: account.role,
                regions: account.regions.clone(),
                language: Language::Id,
                password_hash: "none".to_owned(),
            };
            let made = self.store.make_accounts(vec![draft], act).await;
            made.expect("an account is made");
        }
        let mut sql = String::from("BEGIN; DELETE FROM assignment;");
        let round = ROUND;
        match office.round {
            RoundStanding::Unknown => sql += "DELETE FROM round;",
            RoundStanding::Open | RoundStanding::Closed => {
                self.open_round(act).await;
                let state = match office.round {
                    RoundStanding::Open => "open",
                    RoundStanding::Closed | RoundStanding::Unknown => "closed",
                };
                sql += &format!("UPDATE round SET state = '{state}';");
                let is_known =
                    |account| office.accounts.iter().flatten().any(|it| it.id == account);
                for (account, region) in office.ever.iter().filter(|work| is_known(work.0)) {
                    let removed = match office.now.contains(&(*account, region.clone())) {
                        true => "NULL",
                        false => "1",
                    };
                    sql += &format!(
                        "INSERT INTO assignment (round_id, account_id, region, modules, assigned_at, removed_at)
                         VALUES ('{round}', '{account}', '{region}', '', 1, {removed});"
                    );
                }
            }
        }
        sql += "COMMIT";
        let url = format!("sqlite://{}", self.home.path().join(FILE).display());
        let mut connection = SqliteConnection::connect(&url).await.expect("a file");
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection);
        done.await.expect("the office decides");
        connection.close().await.expect("it closes");
        self.office = Some(office.clone());
    }

    async fn open_round(&self, act: Act) {
        let draft = RoundDraft {
            id: ROUND,
            name: "Dunia".to_owned(),
            kind: RoundKind::Training,
            questionnaire: QUESTIONNAIRE,
            regencies: ["53.02", "53.21"].map(places::region).to_vec(),
        };
        let rounds = self.store.rounds().await.expect("rounds are listed");
        if rounds.is_empty() {
            self.store.open_round(draft, act).await.expect("a round");
        }
    }

    async fn hello(&self, hello: &HelloRequest, told: &HelloResponse, now: Millis) {
        let is_backed_up = self
            .store
            .last_backup(Millis(i64::MAX))
            .await
            .expect("asked")
            .is_some();
        for (place, model) in hello.partitions.iter().zip(&told.partitions) {
            let end = self
                .store
                .lane_end(&place.partition, place.lane, place.verified, now);
            let end = end.await.expect("a lane is looked up");
            let cursor = place
                .cursor
                .as_ref()
                .map_or(Seq::ZERO, |cursor| cursor.position);
            let found = Found {
                lane_length: end.length,
                lane_id: end.at,
                cursor_id: self.id_at(&place.partition, cursor).await,
                safe: model.safe,
            };
            let said = partition_status(place.clone(), told.epoch, found);
            agree("hello", &said, model);
            if is_backed_up {
                let safe = model.safe.unwrap_or(Seq::ZERO);
                agree("safe", &end.safe, &safe);
            }
        }
    }

    async fn id_at(&self, partition: &PartitionId, position: Seq) -> Option<OpId> {
        let found = self.store.id_at(partition, position).await;
        found.expect("a position is looked up")
    }

    async fn pull(&self, model: &Hub, account: &Account, pull: &PullRequest, told: &PullResponse) {
        let after = pull.cursor.map_or(Seq::ZERO, |cursor| cursor.position);
        let stored = self.id_at(&pull.partition, after).await;
        let epoch = model.state.epoch;
        let PullResponse::Page {
            ops,
            cursor,
            more,
            differs,
            ..
        } = told
        else {
            let fits = cursor_matches(pull.cursor.as_ref(), epoch, stored);
            return agree("a cursor", &fits, &false);
        };
        let sight = model.sight(account);
        let sees = |op: &Op| sight.sees(op, || is_personal(op));
        let page = self
            .store
            .log_page(&pull.partition, after, model.page, sees);
        let page = page.await.expect("a page is read");
        let (end, id) = (page.end, page.end_id.or(stored));
        agree(
            "where a page ends",
            &(end, id),
            &(cursor.position, cursor.id),
        );
        agree("whether more follows", &page.more, more);
        let said = OpBatch::pack(page.ops.iter().map(|op| (op, None)));
        agree("a page", &said, ops);
        if !model.compares_not {
            let mut differing = Vec::new();
            for theirs in &pull.digests {
                let case = CaseId {
                    round: ROUND,
                    region: theirs.region.clone(),
                };
                let ops = self.store.case_log_until(&case, after).await;
                let ops = ops.expect("a village is read");
                let seen = ops.iter().filter(|op| sees(op));
                if digest(&seen.map(Op::id).collect()) != theirs.digest {
                    differing.push(theirs.region.clone());
                }
            }
            agree("what differs", &differing, differs);
        }
        if let Some(giving_up) = &pull.giving_up {
            let kept = model.kept_ops(&pull.partition, giving_up);
            self.keeping(&pull.partition, giving_up, &kept).await;
        }
    }

    async fn keeping(&self, partition: &PartitionId, asked: &GivingUp, model: &[Option<Kept>]) {
        let without_photos = GivingUp {
            photos: Vec::new(),
            ..asked.clone()
        };
        let said = self.store.kept(partition, &without_photos).await;
        let is_backed_up = self
            .store
            .last_backup(Millis(i64::MAX))
            .await
            .expect("asked")
            .is_some();
        // Where there never was a backup, the server counts all as if it were in one.
        let plain = |kept: Option<Kept>| kept.map(|it| (it.received, it.backed_up && is_backed_up));
        let said = said.map(|said| said.into_iter().map(plain).collect::<Vec<_>>());
        let model: Vec<_> = model.iter().copied().map(plain).collect();
        same("what is kept", &said, &model);
    }
}
