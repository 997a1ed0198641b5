//! A round over two kabupaten with one enumerator, and what she sends.
//!
//! Always: the same ids, so that a story reads the same on both databases.

use std::collections::BTreeSet;

use server::store::{AccountDraft, Act, Push, QuestionnaireDraft, RoundDraft, Store};
use shared::answers::{Change, Evidence, Op, OpBody, Value};
use shared::ids::{
    AccountId, BootId, CaseId, DeviceId, LaneId, OpId, PartitionId, QuestionnaireId, Role, RoundId,
    Seq, VisitId,
};
use shared::sync::hub::{MacKey, Sender, Stretch};
use shared::time::Millis;
use shared::wire::office::{AssignmentNew, Language, QuestionnaireSheets, RoundKind};

use crate::home::{Backend, Home};

pub(crate) const ROUND: RoundId = RoundId([9; 16]);
pub(crate) const ANI: AccountId = AccountId([1; 16]);
pub(crate) const FORM: QuestionnaireId = QuestionnaireId([0; 16]);
pub(crate) const VILLAGES: [&str; 3] = ["53.21.03.2003", "53.21.03.2004", "53.02.01.2001"];

pub(crate) fn account(id: u8, username: &str, role: Role) -> AccountDraft {
    AccountDraft {
        id: AccountId([id; 16]),
        username: username.to_owned(),
        name: username.to_uppercase(),
        role,
        regions: vec!["53".parse().unwrap()],
        language: Language::Id,
        password_hash: "x".to_owned(),
    }
}

pub(crate) fn questionnaire(id: u8, version: &str) -> QuestionnaireDraft {
    QuestionnaireDraft {
        id: QuestionnaireId([id; 16]),
        form_id: "uji".to_owned(),
        title: "Uji".to_owned(),
        version: version.to_owned(),
        questions: 1,
        compiled: vec![0, 255, 7],
        sheets: QuestionnaireSheets {
            survey: "type,name".to_owned(),
            choices: String::new(),
            settings: String::new(),
            entities: String::new(),
        },
        lists: vec![("desa.csv".to_owned(), b"packed".to_vec())],
    }
}

pub(crate) fn round(id: RoundId) -> RoundDraft {
    RoundDraft {
        id,
        name: "Uji".to_owned(),
        kind: RoundKind::Training,
        questionnaire: FORM,
        regencies: vec!["53.02".parse().unwrap(), "53.21".parse().unwrap()],
    }
}

pub(crate) fn assignment(villages: &[&str]) -> AssignmentNew {
    AssignmentNew {
        round: ROUND,
        account: ANI,
        villages: villages.iter().map(|code| code.parse().unwrap()).collect(),
        modules: vec![],
    }
}

/// Everything of the round is Ani's.
pub(crate) async fn world(backend: Backend) -> (Store, Home) {
    let home = Home::new(backend);
    let store = home.open(1).await;
    let act = Act::by_program(Millis(1));
    let ani = account(1, "ani", Role::Enumerator);
    store.make_accounts(vec![ani], act).await.unwrap();
    store
        .put_questionnaire(questionnaire(0, "1"), act)
        .await
        .unwrap();
    store.open_round(round(ROUND), act).await.unwrap();
    store.assign(assignment(&VILLAGES), act).await.unwrap();
    (store, home)
}

pub(crate) fn op(village: usize, counter: u64) -> Op {
    Op::new(OpBody {
        case: CaseId {
            round: ROUND,
            region: VILLAGES[village].parse().unwrap(),
        },
        path: "/a/q".parse().unwrap(),
        change: Change::Set(Value::Integer(counter as i64)),
        source: None,
        seen: vec![],
        lamport: 1,
        written: Evidence {
            wall: Millis(0),
            zone_minutes: 0,
            monotonic_ms: 0,
            boot: BootId([0; 16]),
            visit: VisitId([0; 16]),
        },
        author: ANI,
        role: Role::Enumerator,
        device: DeviceId([1; 16]),
        counter,
        questionnaire: FORM,
        app_version: "0.1.0".to_owned(),
    })
}

pub(crate) fn partition() -> PartitionId {
    PartitionId {
        round: ROUND,
        regency: "53.21".parse().unwrap(),
    }
}

pub(crate) fn push_of(lane: u8, from: u64, previous: Option<OpId>, ops: Vec<Op>) -> Push {
    Push {
        partition: partition(),
        lane: LaneId([lane; 16]),
        stretch: Stretch {
            from: Seq(from),
            previous,
        },
        ops: ops.into_iter().map(|op| (op, None)).collect(),
        came: None,
        strangers: BTreeSet::new(),
        personal: BTreeSet::new(),
        sender: Sender {
            account: ANI,
            role: Role::Enumerator,
            regions: vec![],
            revoked: false,
        },
        key: MacKey::new([3; 32]),
    }
}

/// Every id of the partition's log, read in small pages.
pub(crate) async fn log(store: &Store) -> Vec<OpId> {
    let mut ids = Vec::new();
    let mut after = Seq::ZERO;
    for _ in 0..1000 {
        let page = store
            .log_page(&partition(), after, 3, |_| true)
            .await
            .unwrap();
        ids.extend(page.ops.iter().map(Op::id));
        assert_eq!(
            store.id_at(&partition(), page.end).await.unwrap(),
            ids.last().copied()
        );
        after = page.end;
        if !page.more {
            return ids;
        }
    }
    panic!("the log ends");
}
