//! What the office keeps: accounts, phones, regions, questionnaires, rounds, findings, the record of acts.
//!
//! Always: a verb that writes may run twice with the same arguments, as when a connection broke during its commit.

use server::auth::Certificate;
use server::store::{
    Act, Checked, DecisionDraft, DeviceHello, Fitting, Holder, METHODS_MAX, MethodDraft,
    Redemption, RegionRow, RegionsOf, Revival, Standing, Store, StoreError, fold,
};
use shared::answers::{Change, Op, Review};
use shared::ids::{
    AccountId, CaseId, DecisionId, DeviceId, Digest, LaneId, Path, QuestionnaireId, RegionLevel,
    Role, RoundId, Seq,
};
use shared::priority::{MethodRef, Text};
use shared::questionnaire::interview::{Finding, FindingKind};
use shared::time::Millis;
use shared::wire::office::{DeviceFacts, Language, Mismatch, RoundState};
use shared::wire::priority::{DecisionFacts, DecisionView, MethodView, Minutes};
use std::collections::BTreeSet;
use std::slice::from_ref;

use crate::home::{Backend, Home, on_both};
use crate::world::{
    ANI, FORM, ROUND, VILLAGES, account, assignment, op, partition, push_of, questionnaire, round,
    world,
};

on_both! {
    people_sign_in_and_are_sent_away
    the_first_administrator_burns_the_link
    phones_are_enrolled_once_and_revoked
    phones_come_back_by_what_they_carry
    regions_are_found_by_name_code_and_place
    questionnaires_keep_their_versions
    rounds_move_and_close_and_work_is_given
    findings_replace_each_other
    what_was_kept_aside_is_let_in
    a_review_that_came_too_late_is_let_in_where_its_author_oversees
    what_is_short_is_shown_until_it_came_back
    what_differs_is_shown_until_it_is_the_same_again
    the_hub_is_the_same_after_opening_again
    looking_changes_nothing
    decisions_are_kept_as_they_were_made
    methods_keep_their_versions
    verbs_are_safe_to_repeat
}

pub(crate) fn act(at: i64) -> Act {
    Act::by(ANI, Millis(at))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    result.unwrap_err().to_string()
}

async fn people_sign_in_and_are_sent_away(backend: Backend) {
    let (store, _home) = world(backend).await;
    assert!(!store.has_administrator().await.unwrap());
    let boss = account(2, "Boss", Role::Administrator);
    store.make_accounts(vec![boss], act(2)).await.unwrap();
    assert!(store.has_administrator().await.unwrap());
    let twice = vec![
        account(3, "citra", Role::Analyst),
        account(4, "ani", Role::Analyst),
    ];
    assert_eq!(
        refusal(store.make_accounts(twice, act(2)).await),
        "refused: username_taken"
    );
    let names = store.accounts().await.unwrap();
    let names: Vec<&str> = names.iter().map(|one| one.username.as_str()).collect();
    // Texts are ordered by their bytes, capitals first, whatever a database's own order is.
    assert_eq!(names, ["Boss", "ani"]);

    let later = Millis(100);
    store
        .begin_session("token".to_owned(), ANI, Millis(5), later)
        .await
        .unwrap();
    let (whose, until) = store.session("token", Millis(6)).await.unwrap().unwrap();
    assert_eq!((whose.id, until), (ANI, later));
    assert_eq!(store.session("token", later).await.unwrap(), None);
    store
        .set_password(ANI, "y".to_owned(), act(7))
        .await
        .unwrap();
    assert_eq!(store.session("token", Millis(8)).await.unwrap(), None);
    assert_eq!(store.credentials("ani").await.unwrap().unwrap().1, "y");
    store
        .begin_session("other".to_owned(), ANI, Millis(9), later)
        .await
        .unwrap();
    store.end_session("other".to_owned()).await.unwrap();
    assert_eq!(store.session("other", Millis(10)).await.unwrap(), None);
    store.disable_account(ANI, act(11)).await.unwrap();
    assert_eq!(store.credentials("ani").await.unwrap(), None);
    assert!(store.account(ANI).await.unwrap().disabled);

    let acts = store.acts(None, 3).await.unwrap();
    let what: Vec<&str> = acts.iter().map(|(_, act)| act.what.as_str()).collect();
    assert_eq!(
        what,
        ["account.disable", "session.begin", "account.password"]
    );
    assert_eq!(acts[0].1.object_name, "ANI");
    let earlier = store.acts(Some(acts[2].0.clone()), 1).await.unwrap();
    assert_eq!(earlier[0].1.what, "session.begin");
    let object = "0042-0007 ponsel".to_owned();
    store.note_bundle(act(12), object.clone()).await.unwrap();
    let brought = store.acts(None, 1).await.unwrap();
    let brought = &brought[0].1;
    assert_eq!(
        (brought.what.as_str(), &brought.object),
        ("bundle.open", &object)
    );
}

async fn the_first_administrator_burns_the_link(backend: Backend) {
    let home = Home::new(backend);
    let store = home.open(1).await;
    store
        .offer_setup("old".to_owned(), Millis(50))
        .await
        .unwrap();
    store
        .offer_setup("new".to_owned(), Millis(50))
        .await
        .unwrap();
    assert!(!store.is_setup_link("old").await.unwrap());
    assert!(store.is_setup_link("new").await.unwrap());
    let boss = || account(2, "boss", Role::Administrator);
    let late = store.set_up("new".to_owned(), boss(), Millis(50)).await;
    assert_eq!(refusal(late), "refused: setup_expired");
    for _ in 0..2 {
        let made = store
            .set_up("new".to_owned(), boss(), Millis(4))
            .await
            .unwrap();
        assert_eq!(made.username, "boss");
    }
    let thief = account(3, "maling", Role::Administrator);
    let again = store.set_up("new".to_owned(), thief, Millis(5)).await;
    assert_eq!(refusal(again), "setup link does not exist");
    assert_eq!(store.accounts().await.unwrap().len(), 1);
}

pub(crate) fn redemption(device: u8, attempt: &str) -> Redemption {
    Redemption {
        token_hash: "token".to_owned(),
        attempt_hash: attempt.to_owned(),
        account: None,
        device: DeviceId([device; 16]),
        secret_hash: format!("secret {device}"),
        facts: DeviceFacts::default(),
        now: Millis(10),
    }
}

async fn phones_are_enrolled_once_and_revoked(backend: Backend) {
    let (store, _home) = world(backend).await;
    let first = DeviceId([1; 16]);
    let early = store.redeem_enrolment(redemption(1, "a")).await;
    assert_eq!(refusal(early), "refused: enrolment_unknown");
    store
        .offer_enrolment(ANI, "token".to_owned(), Millis(50), act(5))
        .await
        .unwrap();
    let enrolled = store.redeem_enrolment(redemption(1, "a")).await.unwrap();
    assert_eq!(enrolled, (first, ANI));
    // The same attempt with fresh secrets is the same phone; another attempt comes too late.
    let again = store.redeem_enrolment(redemption(2, "a")).await.unwrap();
    assert_eq!(again, (first, ANI));
    let other = store.redeem_enrolment(redemption(3, "b")).await;
    assert_eq!(refusal(other), "refused: enrolment_used");

    let known = store.device_account(first, "secret 2").await.unwrap();
    assert_eq!(
        known.map(|(account, revoked)| (account.id, revoked)),
        Some((ANI, false))
    );
    assert!(
        store
            .device_account(first, "secret 1")
            .await
            .unwrap()
            .is_none()
    );
    let (author, revoked, hash) = store.device_author(first).await.unwrap().unwrap();
    assert_eq!((author.id, revoked), (ANI, false));
    assert_eq!(hash, "secret 2", "it signs with the newest");
    let nobody = store.device_author(DeviceId([0; 16])).await.unwrap();
    assert!(nobody.is_none());
    let hello = DeviceHello {
        device: first,
        facts: DeviceFacts {
            app_version: "0.2.0".to_owned(),
            browser: String::new(),
            persisted: true,
        },
        unsent: 7,
        oldest_unsent: Some(Millis(3)),
        clock_offset_ms: -7_200_000,
        now: Millis(20),
    };
    let before = store.devices().await.unwrap();
    assert_eq!(before[0].clock_offset_ms, None, "it said nothing yet");
    store.note_hello(hello).await.unwrap();
    store.revoke_device(first, act(21)).await.unwrap();
    let devices = store.devices().await.unwrap();
    assert_eq!(devices.len(), 1);
    let phone = &devices[0];
    assert_eq!((phone.unsent, phone.oldest_unsent), (7, Some(Millis(3))));
    assert_eq!(phone.clock_offset_ms, Some(-7_200_000));
    assert_eq!(phone.app_version, "0.2.0");
    assert!(phone.revoked && phone.persisted);
    let unknown = store.revoke_device(DeviceId([9; 16]), act(22)).await;
    assert_eq!(refusal(unknown), "device does not exist");
}

async fn furnish_regions(store: &Store) {
    let rows = [
        ("53", "Nusa Tenggara Timur"),
        ("53.21", "Kabupaten Malaka"),
        ("53.21.03", "Wewiku"),
        ("53.21.03.2003", "Weoé"),
        ("53.21.03.2004", "Halibasar"),
        ("19", "Kepulauan Bangka Belitung"),
    ];
    let rows = rows.map(|(code, name)| RegionRow {
        code: code.parse().unwrap(),
        name: name.to_owned(),
    });
    assert_eq!(store.put_regions(rows.to_vec(), act(3)).await.unwrap(), 6);
}

async fn phones_come_back_by_what_they_carry(backend: Backend) {
    let (store, _home) = world(backend).await;
    let revival = |device: u8, account: u8, username: &str| Revival {
        certificate: Certificate {
            device: DeviceId([device; 16]),
            secret_hash: format!("hash {device}"),
            account: AccountId([account; 16]),
            username: username.to_owned(),
            name: "Budi".to_owned(),
            role: Role::Enumerator,
            regions: vec!["53.21".parse().unwrap()],
            language: Language::Id,
            issued: Millis(2),
        },
        password_hash: "of no known password".to_owned(),
        now: Millis(9),
    };
    let known = async |device: u8| {
        let device_id = DeviceId([device; 16]);
        let secret_hash = format!("hash {device}");
        let found = store.device_account(device_id, &secret_hash);
        let (account, is_revoked) = found.await.unwrap().unwrap();
        (account.username, account.revived, is_revoked)
    };
    // The second time stands for a commit whose answer was lost.
    for _ in 0..2 {
        store.revive_device(revival(4, 4, "budi")).await.unwrap();
    }
    let revived = Some(Millis(9));
    assert_eq!(known(4).await, ("budi".to_owned(), revived, false));
    // An account that the hub has stays as it is; so does a phone, whose certificate was replaced.
    store.revive_device(revival(5, 1, "other")).await.unwrap();
    assert_eq!(known(5).await, ("ani".to_owned(), None, false));
    let mut replaced = revival(5, 1, "other");
    replaced.certificate.secret_hash = "newer".to_owned();
    let refused = store.revive_device(replaced).await;
    assert_eq!(refusal(refused), "device does not exist");
    // Somebody made an account of that name by hand meanwhile.
    store.revive_device(revival(6, 6, "ani")).await.unwrap();
    assert_eq!(known(6).await.0, "ani.06060606");
    // What was revoked stays so, and what was disabled may only bring.
    store
        .revoke_device(DeviceId([4; 16]), act(10))
        .await
        .unwrap();
    store.revive_device(revival(4, 4, "budi")).await.unwrap();
    assert!(known(4).await.2);
    store.disable_account(ANI, act(11)).await.unwrap();
    store.revive_device(revival(7, 1, "ani")).await.unwrap();
    assert!(known(7).await.2);
    let accounts = store.accounts().await.unwrap();
    assert_eq!(accounts.len(), 3, "nobody twice");
    let password = store.set_password(AccountId([4; 16]), "x".to_owned(), act(12));
    password.await.unwrap();
    assert_eq!(known(4).await.1, None, "somebody looked");
}

async fn regions_are_found_by_name_code_and_place(backend: Backend) {
    let home = Home::new(backend);
    let store = home.open(1).await;
    furnish_regions(&store).await;
    furnish_regions(&store).await;
    assert_eq!(store.region_counts().await.unwrap(), [2, 1, 1, 2]);
    assert_eq!(store.all_regions().await.unwrap()[1].code.as_str(), "53");
    assert_eq!(store.names_of_upper_levels().await.unwrap().len(), 4);
    let search = async |text: &str, under: Option<&str>, level| {
        let wanted = RegionsOf {
            text: text.to_owned(),
            under: under.map(|code| code.parse().unwrap()),
            level,
            limit: 10,
        };
        let found = store.regions(&wanted).await.unwrap();
        let codes = found.iter().map(|region| region.code.as_str().to_owned());
        codes.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(fold("Weoé"), "weoe");
    assert_eq!(search("weoe", None, None).await, "53.21.03.2003");
    assert_eq!(
        search("MALAKA", None, None).await,
        "53.21 53.21.03 53.21.03.2003 53.21.03.2004"
    );
    assert_eq!(
        search("53.21.03.", None, None).await,
        "53.21.03.2003 53.21.03.2004"
    );
    let district = Some(RegionLevel::District);
    assert_eq!(search("", Some("53.21"), district).await, "53.21.03");
    let village = store
        .region(&"53.21.03.2003".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(village.above[1].name, "Kabupaten Malaka");
    let names = ["53".parse().unwrap(), "99".parse().unwrap()];
    assert_eq!(store.names_of(names.into_iter()).await.unwrap().len(), 1);
}

async fn questionnaires_keep_their_versions(backend: Backend) {
    let (store, _home) = world(backend).await;
    let other = questionnaire(5, "1");
    assert_eq!(
        refusal(store.put_questionnaire(other, act(4)).await),
        "refused: questionnaire_version"
    );
    store
        .put_questionnaire(questionnaire(6, "2"), act(5))
        .await
        .unwrap();
    let all = store.questionnaires().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].version.as_str(), all[0].compiled_bytes), ("2", 3));
    assert_eq!((all[0].imported_by.as_str(), all[1].rounds), ("ANI", 1));
    assert_eq!(
        store.compiled_questionnaire(FORM).await.unwrap(),
        [0, 255, 7]
    );
    assert_eq!(
        store.questionnaire_list(FORM, "desa.csv").await.unwrap(),
        b"packed"
    );
    assert_eq!(
        store.questionnaire_sheets(FORM).await.unwrap().survey,
        "type,name"
    );
    let missing = store.compiled_questionnaire(QuestionnaireId([8; 16])).await;
    assert_eq!(refusal(missing), "questionnaire does not exist");
}

async fn rounds_move_and_close_and_work_is_given(backend: Backend) {
    let (store, _home) = world(backend).await;
    furnish_regions(&store).await;
    store
        .put_questionnaire(questionnaire(6, "2"), act(5))
        .await
        .unwrap();
    let later = QuestionnaireId([6; 16]);
    store.move_round(ROUND, later, act(6)).await.unwrap();
    let back = store.move_round(ROUND, FORM, act(7)).await;
    assert_eq!(refusal(back), "refused: questionnaire_used_before");
    let moved = store.round(ROUND).await.unwrap();
    assert_eq!((moved.questionnaire, moved.earlier), (later, vec![FORM]));
    assert_eq!(
        (moved.villages, moved.regencies[1].name.as_str()),
        (3, "Kabupaten Malaka")
    );

    assert_eq!(
        store
            .unassign(assignment(&VILLAGES[1..]), act(8))
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        store
            .unassign(assignment(&VILLAGES[1..]), act(9))
            .await
            .unwrap(),
        0
    );
    assert_eq!(store.assignments(Some(ROUND), None).await.unwrap().len(), 1);
    assert_eq!(
        store
            .assignments(None, Some(AccountId([7; 16])))
            .await
            .unwrap(),
        []
    );
    let (rounds, villages) = store.work_of(ANI).await.unwrap();
    assert_eq!((rounds.len(), villages.len()), (1, 1));
    assert_eq!(
        (villages[0].name.as_str(), villages[0].province.as_str()),
        ("Weoé", "Nusa Tenggara Timur")
    );
    store.close_round(ROUND, act(10)).await.unwrap();
    assert_eq!(store.rounds().await.unwrap()[0].state, RoundState::Closed);
    let unknown = store.close_round(RoundId([1; 16]), act(11)).await;
    assert_eq!(refusal(unknown), "round does not exist");
}

fn finding(path: &str, kind: FindingKind) -> Finding {
    Finding {
        path: path.parse().unwrap(),
        kind,
        code: "constraint",
        message_id: "salah".to_owned(),
        message_en: "wrong".to_owned(),
        settled_by_note: false,
    }
}

async fn findings_replace_each_other(backend: Backend) {
    let (store, _home) = world(backend).await;
    let ops = vec![op(0, 1), op(1, 2), op(0, 3)];
    store
        .push(push_of(1, 1, None, ops), Millis(5))
        .await
        .unwrap();
    let case = |village: usize| CaseId {
        round: ROUND,
        region: VILLAGES[village].parse().unwrap(),
    };
    assert_eq!(
        store.unchecked_cases(None, 10).await.unwrap(),
        [case(0), case(1)]
    );
    assert_eq!(
        store.unchecked_cases(Some(&case(0)), 10).await.unwrap(),
        [case(1)]
    );
    assert_eq!(store.newest_batch(&case(0)).await.unwrap(), Seq(1));
    assert_eq!(store.findings(&case(0)).await.unwrap(), None);
    let checked = |findings: Vec<Finding>| Checked {
        case: case(0),
        newest: Seq(1),
        questionnaire: FORM,
        findings,
    };
    let two = vec![
        finding("/a/q", FindingKind::Error),
        finding("/a/r", FindingKind::Doubt),
    ];
    store
        .keep_findings(vec![checked(two)], Millis(6))
        .await
        .unwrap();
    let kept = store.findings(&case(0)).await.unwrap().unwrap();
    assert_eq!((kept.errors, kept.doubts, kept.findings.len()), (1, 1, 2));
    let open = store
        .open_findings(ROUND, &[partition().regency])
        .await
        .unwrap();
    assert_eq!((open.len(), open[0].is_error), (2, true));
    store
        .keep_findings(vec![checked(vec![])], Millis(7))
        .await
        .unwrap();
    assert_eq!(
        store.findings(&case(0)).await.unwrap().unwrap().findings,
        []
    );
    assert_eq!(store.unchecked_cases(None, 10).await.unwrap(), [case(1)]);
    assert_eq!(store.touched_cases(&partition()).await.unwrap().len(), 2);
}

async fn what_was_kept_aside_is_let_in(backend: Backend) {
    let (store, _home) = world(backend).await;
    let one = op(0, 1);
    let mut push = push_of(1, 1, None, vec![one.clone()]);
    push.strangers = BTreeSet::from([one.id()]);
    store.push(push, Millis(5)).await.unwrap();
    assert_eq!(
        store.asides(&partition()).await.unwrap(),
        [(one.case.region.clone(), 1)]
    );
    let ids = BTreeSet::from([one.id()]);
    // The second time stands for a commit whose answer was lost.
    for _ in 0..2 {
        assert_eq!(
            store.admit(&one.case, ids.clone(), act(6)).await.unwrap(),
            1
        );
    }
    let later = store.admit(&one.case, ids, act(7)).await;
    assert_eq!(refusal(later), "op does not exist");
    assert_eq!(store.asides(&partition()).await.unwrap(), []);
    let only = vec![one.clone()];
    assert_eq!(store.case_log(&one.case).await.unwrap(), only);
    let until = |end| store.case_log_until(&one.case, Seq(end));
    assert_eq!(until(0).await.unwrap(), []);
    assert_eq!(until(1).await.unwrap(), only);
    let placed = store.case_placed(&one.case).await.unwrap();
    assert_eq!(placed, [(Seq(1), one)]);
}

async fn a_review_that_came_too_late_is_let_in_where_its_author_oversees(backend: Backend) {
    let (store, _home) = world(backend).await;
    let mut elsewhere = account(3, "dewi", Role::Supervisor);
    elsewhere.regions = vec!["64".parse().unwrap()];
    let overseers = vec![account(2, "citra", Role::Supervisor), elsewhere];
    store.make_accounts(overseers, act(2)).await.unwrap();
    store.close_round(ROUND, act(3)).await.unwrap();
    let reviewed = [2, 3].map(|number| {
        let approval = approval(AccountId([number; 16]));
        let mut push = push_of(number, 1, None, vec![approval.clone()]);
        push.sender.account = approval.author;
        push.sender.role = approval.role;
        (approval, push)
    });
    for (_, push) in reviewed.clone() {
        store.push(push, Millis(4)).await.unwrap();
    }
    let [citra, dewi] = reviewed.map(|(approval, _)| approval);
    let aside = store.quarantined(&citra.case).await.unwrap();
    let admissible = |op: &Op| {
        let mut found = aside.iter().filter(|aside| aside.op == *op);
        found.next().unwrap().admissible
    };
    assert!(admissible(&citra) && !admissible(&dewi));
    let let_in = |op: &Op| store.admit(&citra.case, BTreeSet::from([op.id()]), act(5));
    assert_eq!(let_in(&citra).await.unwrap(), 1);
    assert_eq!(
        refusal(let_in(&dewi).await),
        "refused: not_admissible",
        "not her region"
    );
    assert_eq!(store.case_log(&citra.case).await.unwrap(), [citra]);
}

fn approval(author: AccountId) -> Op {
    let mut body = op(0, 1).body().clone();
    body.author = author;
    body.role = Role::Supervisor;
    body.path = Path::root();
    body.change = Change::Review(Review::Approve {
        digest: Digest([0; 16]),
    });
    Op::new(body)
}

async fn what_is_short_is_shown_until_it_came_back(backend: Backend) {
    let (store, _home) = world(backend).await;
    let phone = DeviceId([1; 16]);
    let note = async |standing: Standing, now: i64| {
        let place = partition();
        let noted = store.note_standing(&place, phone, standing, Millis(now));
        noted.await.unwrap();
        let short = store.shortfalls().await.unwrap();
        let short = short.iter().map(|short| (short.missing, short.recovered));
        short.collect::<Vec<_>>()
    };
    assert_eq!(note(Standing::Whole, 3).await, []);
    assert_eq!(note(Standing::Short(7), 4).await, [(7, None)]);
    assert_eq!(note(Standing::Sending, 5).await, [(7, None)]);
    assert_eq!(note(Standing::Whole, 6).await, [(7, Some(Millis(6)))]);
    assert_eq!(note(Standing::Whole, 7).await, [(7, Some(Millis(6)))]);
    assert_eq!(note(Standing::Short(2), 8).await, [(2, None)]);
}

async fn what_differs_is_shown_until_it_is_the_same_again(backend: Backend) {
    let (store, _home) = world(backend).await;
    let phone = Holder {
        account: ANI,
        device: Some(DeviceId([1; 16])),
    };
    let desk = Holder {
        device: None,
        ..phone
    };
    let note = async |who: Holder, differs: &[Mismatch], fits: Fitting, now: i64| {
        let (place, differs) = (partition(), differs.to_vec());
        let noted = store.note_mismatches(&place, who, differs, fits, Millis(now));
        noted.await.unwrap();
        let found = store.mismatches().await.unwrap();
        let found = found
            .into_iter()
            .map(|it| (it.device, it.what, it.noted.0, it.recovered));
        found.collect::<Vec<_>>()
    };
    let none = Fitting::default;
    let village = |index: usize| Mismatch::Village {
        region: VILLAGES[index].parse().unwrap(),
    };
    let agreed = |index: usize| Fitting {
        villages: vec![VILLAGES[index].parse().unwrap()],
        ..none()
    };
    assert_eq!(note(phone, &[], agreed(0), 3).await, []);
    let open = (phone.device, village(0), 4, None);
    assert_eq!(note(phone, &[village(0)], none(), 4).await, from_ref(&open));
    // Known already; neither another village nor another holder makes it good.
    assert_eq!(
        note(phone, &[village(0)], agreed(1), 5).await,
        from_ref(&open)
    );
    assert_eq!(note(desk, &[], agreed(0), 6).await, [open]);
    let closed = (phone.device, village(0), 4, Some(Millis(7)));
    assert_eq!(note(phone, &[], agreed(0), 7).await, from_ref(&closed));
    assert_eq!(note(phone, &[], agreed(0), 8).await, from_ref(&closed));

    let log = |missing| Mismatch::Log { missing };
    let open = |missing| (phone.device, log(missing), 9, None);
    assert_eq!(
        note(phone, &[log(3)], none(), 9).await,
        [open(3), closed.clone()]
    );
    assert_eq!(note(phone, &[log(1)], none(), 10).await[0], open(1));
    let fits = Fitting {
        log: true,
        ..none()
    };
    let found = note(phone, &[], fits.clone(), 11).await;
    assert_eq!(found[0], (phone.device, log(1), 9, Some(Millis(11))));
    // What comes again is new.
    assert_eq!(note(phone, &[log(2)], none(), 12).await[0].2, 12);
    note(phone, &[], fits, 13).await;

    // A desk is known by its account only: the lane of another of the same person tells nothing.
    let push = async |lane: u8, counter: u64, now: i64| {
        let pushed = store.push(push_of(lane, 1, None, vec![op(0, counter)]), Millis(now));
        pushed.await.unwrap();
        LaneId([lane; 16])
    };
    let other = push(1, 1, 14).await;
    let short = Mismatch::Lane { missing: 7 };
    let open = (None, short.clone(), 15, None);
    assert_eq!(note(desk, from_ref(&short), none(), 15).await[0], open);
    let with = |lane| Fitting {
        lane: Some(lane),
        ..none()
    };
    assert_eq!(note(desk, &[], with(other), 16).await[0], open);
    assert_eq!(note(desk, &[], with(LaneId([9; 16])), 17).await[0], open);
    let renewed = push(2, 2, 18).await;
    let found = note(desk, &[], with(renewed), 19).await;
    assert!(
        found.contains(&(None, short, 15, Some(Millis(19)))),
        "{found:?}"
    );

    // Whoever invents villages gets no further than the bound.
    let invented = (1..=600).map(|number| Mismatch::Village {
        region: format!("53.21.04.{number:04}").parse().unwrap(),
    });
    let found = note(phone, &invented.collect::<Vec<_>>(), none(), 20).await;
    let held = found.iter().filter(|it| it.0 == phone.device);
    assert_eq!(held.count(), 500);
}

async fn the_hub_is_the_same_after_opening_again(backend: Backend) {
    let home = Home::new(backend);
    let store = home.open(1).await;
    store.ready().await.unwrap();
    assert_eq!(store.origin().await.unwrap(), None);
    store.fix_origin("https://desa.example.id").await.unwrap();
    store.fix_origin("https://lain.example.id").await.unwrap();
    let keys = store.hub_keys().await.unwrap();
    store.close().await;
    let again = home.open(2).await;
    assert_eq!(again.hub_keys().await.unwrap(), keys);
    assert_eq!(
        again.origin().await.unwrap().as_deref(),
        Some("https://desa.example.id")
    );
    assert_eq!(again.integrity().await.unwrap(), Vec::<String>::new());
}

async fn looking_changes_nothing(backend: Backend) {
    let home = Home::new(backend);
    assert!(Store::open_to_look(home.place()).await.is_err());
    assert_eq!(std::fs::read_dir(home.folder.path()).unwrap().count(), 0);
    home.open(1).await.close().await;
    let looking = Store::open_to_look(home.place()).await.unwrap();
    assert_eq!(looking.blob_counts().await.unwrap(), (0, 0));
    assert!(looking.put_regions(Vec::new(), act(2)).await.is_err());
    looking.close().await;
    home.run_sql("DELETE FROM migration WHERE number = 4").await;
    let older = Store::open_to_look(home.place()).await.unwrap_err();
    assert!(older.to_string().contains("1 steps behind"), "{older}");
}

/// Those whose second run would show; of the others, the second run is the story itself.
async fn verbs_are_safe_to_repeat(backend: Backend) {
    let (store, _home) = world(backend).await;
    let other = RoundId([4; 16]);
    for _ in 0..2 {
        let draft = account(2, "budi", Role::Enumerator);
        store.make_accounts(vec![draft], act(2)).await.unwrap();
        store
            .begin_session("token".to_owned(), ANI, Millis(5), Millis(9))
            .await
            .unwrap();
        store
            .offer_enrolment(ANI, "token".to_owned(), Millis(50), act(5))
            .await
            .unwrap();
        let phone = store.redeem_enrolment(redemption(1, "")).await.unwrap();
        assert_eq!(phone.0, DeviceId([1; 16]));
        store.open_round(round(other), act(6)).await.unwrap();
        assert_eq!(
            store.unassign(assignment(&VILLAGES), act(8)).await.unwrap(),
            3
        );
    }
    assert_eq!(store.rounds().await.unwrap().len(), 2);
    let acts = store.acts(None, 100).await.unwrap();
    let count = |what: &str| acts.iter().filter(|(_, act)| act.what == what).count();
    assert_eq!((count("account.make"), count("device.enrol")), (2, 1));
    assert_eq!((count("round.open"), count("assignment.remove")), (2, 1));
}

fn decision(id: u8, round: RoundId, record: &[u8]) -> DecisionDraft {
    let word = |text: &str| text.to_owned();
    DecisionDraft {
        id: DecisionId([id; 16]),
        round,
        regions: vec!["53.02".parse().unwrap(), "53.21".parse().unwrap()],
        facts: DecisionFacts {
            method: MethodRef {
                id: word("desmigratif"),
                version: word("1"),
                hash: word("ab"),
                label: Text::new("Desa \"Migran\"", "Village of migrants"),
                estimate: false,
            },
            software: word("lumbung 0"),
            seed: word("17 42"),
            digest: word("cd"),
            data_digest: word("ef"),
            villages: 3,
            chosen: 2,
            changed: 0,
            last_round: None,
            minutes: Minutes {
                place: word("Betun"),
                ..Minutes::default()
            },
        },
        record: record.to_vec(),
    }
}

async fn decisions_are_kept_as_they_were_made(backend: Backend) {
    let (store, _home) = world(backend).await;
    let lost = store
        .put_decision(decision(1, RoundId([4; 16]), b"x"), act(2))
        .await;
    assert_eq!(refusal(lost), "round does not exist");
    let first = decision(1, ROUND, b"record\n\xc3\xa9");
    for _ in 0..2 {
        store.put_decision(first.clone(), act(3)).await.unwrap();
    }
    store
        .put_decision(decision(2, ROUND, b"later"), act(4))
        .await
        .unwrap();
    // A record never changes, whoever tries.
    let forged = decision(1, ROUND, b"other");
    store.put_decision(forged, act(5)).await.unwrap();
    assert_eq!(store.decision_record(first.id).await.unwrap(), first.record);
    let (view, regions) = store.decision(first.id).await.unwrap();
    assert_eq!((view.made, view.made_by.as_str()), (Millis(3), "ANI"));
    assert_eq!((&view.facts, &regions), (&first.facts, &first.regions));
    let ids = |found: Vec<(DecisionView, _)>| -> Vec<u8> {
        found.iter().map(|(view, _)| view.id.0[0]).collect()
    };
    assert_eq!(ids(store.decisions(ROUND, 9).await.unwrap()), [2, 1]);
    assert_eq!(ids(store.decisions(ROUND, 1).await.unwrap()), [2]);
    let other = RoundId([4; 16]);
    assert!(store.decisions(other, 9).await.unwrap().is_empty());
    let missing = store.decision(DecisionId([8; 16])).await;
    assert_eq!(refusal(missing), "decision does not exist");
    let missing = store.decision_record(DecisionId([8; 16])).await;
    assert_eq!(refusal(missing), "decision does not exist");
    let acts = store.acts(None, 9).await.unwrap();
    let frozen = acts.iter().filter(|(_, act)| act.what == "decision.freeze");
    assert_eq!(frozen.count(), 2);
}

async fn methods_keep_their_versions(backend: Backend) {
    let (store, _home) = world(backend).await;
    let method = |version: &str, hash: &str| MethodDraft {
        view: MethodView {
            id: "kita".to_owned(),
            version: version.to_owned(),
            label: Text::new("Metode \"kita\"", "Our method"),
            estimate: false,
            selects: true,
            stored: None,
        },
        hash: hash.to_owned(),
        document: format!("version = '{version}' # {hash}\n"),
    };
    for _ in 0..2 {
        store.put_method(method("1", "ab"), act(3)).await.unwrap();
    }
    store.put_method(method("2", "cd"), act(4)).await.unwrap();
    let other = store.put_method(method("1", "ef"), act(5)).await;
    assert_eq!(refusal(other), "refused: method_version");
    let methods = store.methods().await.unwrap();
    let keys: Vec<String> = methods.iter().map(MethodView::key).collect();
    assert_eq!(keys, ["kita@2", "kita@1"]);
    let stored = methods[1].stored.clone().unwrap();
    assert_eq!((stored.hash.as_str(), stored.made), ("ab", Millis(3)));
    assert_eq!(stored.made_by, "ANI");
    let document = store.method_document("kita", "1").await.unwrap();
    assert_eq!(document, "version = '1' # ab\n");
    let missing = store.method_document("kita", "9").await;
    assert_eq!(refusal(missing), "method does not exist");
    let acts = store.acts(None, 9).await.unwrap();
    let saved = acts.iter().filter(|(_, act)| act.what == "method.save");
    assert_eq!(saved.count(), 2);
    for number in 2..METHODS_MAX {
        let draft = method(&format!("0.{number}"), "ab");
        store.put_method(draft, act(6)).await.unwrap();
    }
    let full = store.put_method(method("3", "ab"), act(7)).await;
    assert_eq!(refusal(full), "refused: methods_full");
}
