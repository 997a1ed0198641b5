//! A disk without room: SQLite is given no more pages, which it answers as it answers a full disk.

use sha2::{Digest as _, Sha256};
use shared::ids::{Role, hex_text};
use shared::sync::hub::{MacKey, Stretch};
use shared::wire::office::{AssignmentNew, Language, QuestionnaireSheets, RoundKind};
use shared::wire::v1::PushResponse;
use tempfile::TempDir;

use super::super::super::{AccountDraft, BlobRecord, QuestionnaireDraft, RoundDraft};
use super::*;

const PHONES: u8 = 20;

/// Phones of accounts of their own, with a village each.
async fn field() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path(), Millis(1)).await.unwrap();
    let act = Act::by_program(Millis(2));
    let accounts = (1..=PHONES).map(draft).collect();
    store.make_accounts(accounts, act).await.unwrap();
    let questionnaire = QuestionnaireDraft {
        id: QuestionnaireId([0; 16]),
        form_id: "uji".to_owned(),
        title: "Uji".to_owned(),
        version: "1".to_owned(),
        questions: 1,
        compiled: vec![7],
        sheets: QuestionnaireSheets {
            survey: String::new(),
            choices: String::new(),
            settings: String::new(),
            entities: String::new(),
        },
        lists: Vec::new(),
    };
    store.put_questionnaire(questionnaire, act).await.unwrap();
    let round = RoundDraft {
        id: ROUND,
        name: "Uji".to_owned(),
        kind: RoundKind::Training,
        questionnaire: QuestionnaireId([0; 16]),
        regencies: vec!["53.21".parse().unwrap()],
    };
    store.open_round(round, act).await.unwrap();
    for phone in 1..=PHONES {
        let work = AssignmentNew {
            round: ROUND,
            account: AccountId([phone; 16]),
            villages: vec![case(phone).region],
            modules: Vec::new(),
        };
        store.assign(work, act).await.unwrap();
    }
    (store, folder)
}

fn draft(id: u8) -> AccountDraft {
    AccountDraft {
        id: AccountId([id; 16]),
        username: format!("petugas.{id}"),
        name: "Petugas".to_owned(),
        role: Role::Enumerator,
        regions: Vec::new(),
        language: Language::Id,
        password_hash: "x".to_owned(),
    }
}

fn case(phone: u8) -> CaseId {
    op(10 + usize::from(phone), 1).case.clone()
}

/// Ops that no packing makes small.
fn ops_of(phone: u8) -> Vec<Op> {
    let text = |counter: u64| {
        let seeds = (0..60_u64).map(|index| [counter, u64::from(phone), index]);
        let digests = seeds.map(|seed| Sha256::digest(seed.map(u64::to_be_bytes).concat()));
        digests.map(|digest| hex_text(&digest)).collect::<String>()
    };
    let answers = (1..=10).map(|counter| {
        let mut body = op(10 + usize::from(phone), counter).into_body();
        body.author = AccountId([phone; 16]);
        body.change = Change::Set(Value::Text(text(counter)));
        Op::new(body)
    });
    answers.collect()
}

fn push(phone: u8) -> Push {
    let ops = ops_of(phone);
    Push {
        partition: ops[0].case.partition(),
        lane: LaneId([phone; 16]),
        stretch: Stretch {
            from: Seq(1),
            previous: None,
        },
        ops: without_macs(&ops),
        came: None,
        strangers: BTreeSet::new(),
        personal: BTreeSet::new(),
        sender: Sender {
            account: AccountId([phone; 16]),
            role: Role::Enumerator,
            regions: Vec::new(),
            revoked: false,
        },
        key: MacKey::new([3; 32]),
    }
}

/// Leaves so much room beyond what is there.
async fn leave_pages(store: &Store, more: i64) {
    let (pages,): (i64,) = query("PRAGMA page_count")
        .fetch_one(&mut store.read().await.unwrap())
        .await
        .unwrap();
    let most = format!("PRAGMA max_page_count = {}", pages + more);
    let limit = store
        .write(move |tx| Box::pin(async move { Ok(tx.run_script(AssertSqlSafe(most)).await?) }));
    limit.await.unwrap();
}

fn is_accepted(answer: &Result<PushResponse>) -> bool {
    match answer {
        Ok(PushResponse::Accepted {
            verified,
            quarantined,
            ..
        }) => {
            assert_eq!((*verified, quarantined.len()), (Seq(10), 0));
            true
        }
        Err(StoreError::Full(_)) => false,
        other => panic!("{other:?}"),
    }
}

async fn must_be_whole(store: &Store) {
    let check = store.check().await.unwrap();
    assert_eq!(check.faults, Vec::<String>::new());
    assert_eq!(store.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_push_that_finds_no_room_is_not_acknowledged_and_goes_on_once_there_is_some() {
    let (store, _folder) = field().await;
    assert!(is_accepted(&store.push(push(1), Millis(5)).await));
    let partition = case(1).partition();
    store.ready().await.unwrap();

    leave_pages(&store, 0).await;
    assert!(!is_accepted(&store.push(push(2), Millis(6)).await));
    assert_eq!(store.log_position(&partition).await.unwrap(), Seq(10));
    assert!(store.case(&case(2)).await.unwrap().is_empty());
    assert_eq!(store.case(&case(1)).await.unwrap().len(), 10);
    let lane = LaneId([2; 16]);
    let end = store.lane_end(&partition, lane, Seq(10), Millis(6)).await;
    assert_eq!(end.unwrap().length, Seq(0));
    // What is ready takes pushes in.
    for _ in 0..2 {
        let ready = store.ready().await;
        assert!(matches!(ready, Err(StoreError::Full(_))), "{ready:?}");
    }
    must_be_whole(&store).await;

    leave_pages(&store, 10_000).await;
    store.ready().await.unwrap();
    assert!(is_accepted(&store.push(push(2), Millis(7)).await));
    assert_eq!(store.case(&case(2)).await.unwrap().len(), 10);
    assert_eq!(store.log_position(&partition).await.unwrap(), Seq(20));
    must_be_whole(&store).await;
}

#[tokio::test]
async fn of_many_at_once_each_is_told_what_became_of_it() {
    let (store, folder) = field().await;
    // Room for some of them.
    leave_pages(&store, 60).await;
    let pushing = (1..=PHONES).map(|phone| {
        let store = store.clone();
        tokio::spawn(async move { store.push(push(phone), Millis(5)).await })
    });
    // Others write beside them, in the same commits.
    let making = (100..=120).map(|id| {
        let (store, act) = (store.clone(), Act::by_program(Millis(5)));
        tokio::spawn(async move { store.make_accounts(vec![draft(id)], act).await })
    });
    let (pushing, making): (Vec<_>, Vec<_>) = pushing.zip(making).unzip();
    let mut accepted = BTreeSet::new();
    for (phone, answer) in (1..=PHONES).zip(pushing) {
        if is_accepted(&answer.await.unwrap()) {
            accepted.insert(phone);
        }
    }
    assert!(accepted.len() < usize::from(PHONES), "there was room");
    for (id, made) in (100..=120).zip(making) {
        let is_made = match made.await.unwrap() {
            Ok(_) => true,
            Err(StoreError::Full(_) | StoreError::Busy) => false,
            Err(error) => panic!("{error}"),
        };
        let found = store.account(AccountId([id; 16])).await;
        assert_eq!(found.is_ok(), is_made, "account {id}");
    }
    for phone in 1..=PHONES {
        let count = store.case(&case(phone)).await.unwrap().len();
        let expect = if accepted.contains(&phone) { 10 } else { 0 };
        assert_eq!(count, expect, "phone {phone}");
    }
    must_be_whole(&store).await;

    leave_pages(&store, 10_000).await;
    for phone in 1..=PHONES {
        assert!(is_accepted(&store.push(push(phone), Millis(6)).await));
    }
    store.close().await;
    let again = Store::open(folder.path(), Millis(7)).await.unwrap();
    let partition = case(1).partition();
    let all = Seq(u64::from(PHONES) * 10);
    assert_eq!(again.log_position(&partition).await.unwrap(), all);
    must_be_whole(&again).await;
}

#[tokio::test]
async fn a_photo_whose_record_finds_no_room_is_sent_again() {
    let (store, folder) = field().await;
    let bytes = [&b"\xff\xd8\xff"[..], &[7; 5_000]].concat();
    let id = BlobId(Sha256::digest(&bytes).into());
    let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
    upload.append(&bytes[..2_000]).await.unwrap();
    upload.pause().await.unwrap();
    // Of the next piece the disk took a part only.
    let name = format!("{id}.ponsel");
    let partial = folder.path().join("blobs/partial").join(name);
    let mut torn = std::fs::OpenOptions::new()
        .append(true)
        .open(&partial)
        .unwrap();
    torn.write_all(&bytes[2_000..3_333]).unwrap();
    drop(torn);
    let from = store.upload_offset(id, "ponsel").await.unwrap() as usize;
    assert_eq!(from, 3_333);
    let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
    upload.append(&bytes[from..]).await.unwrap();

    // Records like its own until none finds room, wherever in the index it belongs.
    leave_pages(&store, 0).await;
    let fill = async |index: u64| {
        let record = BlobRecord {
            id: BlobId(Sha256::digest(index.to_be_bytes()).into()),
            bytes: 1,
            media_type: "image/jpeg".to_owned(),
            sender: "lain".to_owned(),
            received: Millis(3),
        };
        store.record_blob(record, false).await
    };
    let mut refused_in_a_row = 0;
    for index in 0..10_000 {
        match fill(index).await {
            Ok(()) => refused_in_a_row = 0,
            Err(_) => refused_in_a_row += 1,
        }
        if refused_in_a_row == 50 {
            break;
        }
    }
    assert_eq!(refused_in_a_row, 50);
    let finished = store.finish_upload(upload, Millis(5)).await;
    assert!(matches!(finished, Err(StoreError::Full(_))), "{finished:?}");
    assert_eq!(store.blob(id).await.unwrap(), None);

    leave_pages(&store, 1_000).await;
    let from = store.upload_offset(id, "ponsel").await.unwrap() as usize;
    let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
    upload.append(&bytes[from..]).await.unwrap();
    store.finish_upload(upload, Millis(6)).await.unwrap();
    assert_eq!(store.blob_bytes(id).await.unwrap(), bytes);
    assert!(store.blob(id).await.unwrap().is_some());
}
