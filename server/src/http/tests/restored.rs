//! What happens after a restore from a backup that is older than accounts, phones and rounds.

use shared::answers::{Op, OpBody};
use shared::ids::DeviceId;
use tempfile::TempDir;

use super::push::{ELSEWHERE, Field, MINE, NOT_MINE};
use super::*;
use crate::store::Place;

/// A phone that was enrolled after the backup, with what its enrolment said.
struct Late {
    account: AccountId,
    phone: Who,
    enrolled: Value,
}

impl Late {
    async fn new(field: &Field, username: &str) -> Late {
        let account = field.server.account(username, Role::Enumerator, &[]).await;
        let enrolled = field.server.enrolled(&field.admin, account).await;
        Late {
            account,
            phone: bearer(&enrolled),
            enrolled,
        }
    }

    async fn come_again(&self, server: &Server) -> Answer {
        let body = json!({"certificate": self.enrolled["certificate"]});
        server.post(&self.phone, "/enrol/again", body).await
    }

    /// An answer of this person.
    fn visit(&self, field: &Field, counter: u64, village: &str) -> Op {
        Op::new(OpBody {
            author: self.account,
            device: DeviceId([5; 16]),
            ..field.visit(counter, village).body().clone()
        })
    }
}

pub(super) fn hello() -> Value {
    let facts = shared::wire::v1::DeviceFacts::default();
    json!({"wire": shared::wire::v1::WIRE_VERSION, "facts": facts, "partitions": []})
}

pub(super) async fn backed_up(field: &Field) -> TempDir {
    let target = TempDir::new().unwrap();
    let store = &field.server.app.store;
    let now = field.server.clock.now();
    store.back_up(target.path(), now).await.unwrap();
    target
}

/// The server as it was when the backup was made, in its next life.
pub(super) async fn restored(field: &Field, backup: &TempDir) -> Server {
    let folder = TempDir::new().unwrap();
    let place = Place {
        folder: folder.path().to_owned(),
        postgres: None,
    };
    let now = field.server.clock.now();
    Store::restore(place, backup.path(), None, now)
        .await
        .unwrap();
    Server::over(folder, field.server.clock.clone()).await
}

#[tokio::test]
async fn a_phone_that_a_restored_server_does_not_know_brings_its_answers_home() {
    let field = Field::new().await;
    let backup = backed_up(&field).await;
    let budi = Late::new(&field, "budi").await;
    let work = json!({"round": field.round, "account": budi.account, "villages": [NOT_MINE], "modules": []});
    field
        .server
        .post(&field.admin, "/assignments", work.clone())
        .await
        .ok();
    let sent = budi.visit(&field, 1, NOT_MINE);
    let body = field.packed(1, std::slice::from_ref(&sent));
    let received = field
        .server
        .post(&budi.phone, "/sync/push", body)
        .await
        .ok();
    assert_eq!(received["quarantined"], json!([]));

    let server = restored(&field, &backup).await;
    let unknown = server.post(&budi.phone, "/sync/hello", hello()).await;
    assert_eq!(unknown.problem(), "401 device_unknown");
    // A certificate without the secret of its phone is worth nothing.
    let thief = Late {
        phone: field.phone.clone(),
        ..Late::new(&field, "dadang").await
    };
    assert_eq!(
        thief.come_again(&server).await.problem(),
        "401 device_unknown"
    );
    budi.come_again(&server).await.ok();
    budi.come_again(&server).await.ok();
    let told = server.post(&budi.phone, "/sync/hello", hello()).await.ok();
    assert_eq!(told["account"]["id"], json!(budi.account));
    assert_eq!(told["account"]["name"], "BUDI");

    // What the old server had acknowledged is merged; the rest is kept aside as his, until he has his village again.
    let typed = budi.visit(&field, 2, NOT_MINE);
    let mut body = field.packed(2, &[sent.clone(), typed.clone()]);
    body["ops"][0]["mac"] = received["macs"][0].clone();
    let answer = server.post(&budi.phone, "/sync/push", body).await.ok();
    let aside = json!([{"position": 2, "code": "never_assigned"}]);
    assert_eq!(answer["quarantined"], aside);
    let aside = server.app.store.quarantined(&typed.case).await.unwrap();
    assert!(aside.iter().all(|one| one.admissible));
    let citra = server.sign_in("citra").await;
    let path = format!("/cases/{}/{NOT_MINE}/admit", field.round);
    server
        .post(&citra, &path, json!({"ops": [typed.id()]}))
        .await
        .ok();
    let case = server.app.store.case(&typed.case).await.unwrap();
    assert!(case.get(sent.id()).is_some() && case.get(typed.id()).is_some());

    // The administrator sees it; nobody signs in until he gives a password.
    let admin = server.sign_in("admin").await;
    let accounts = server.get(&admin, "/accounts").await.ok();
    let mut accounts = accounts.as_array().unwrap().iter();
    let account = accounts
        .find(|one| one["id"] == json!(budi.account))
        .unwrap();
    assert_eq!(account["revived"], json!(server.clock.now()));
    let sign_in = json!({"username": "budi", "password": PASSWORD});
    let refused = server.post(&Who::default(), "/session", sign_in).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let audit = server.get(&admin, "/audit").await.ok().to_string();
    assert!(audit.contains("account.revive") && audit.contains("device.revive"));
}

#[tokio::test]
async fn what_was_revoked_stays_revoked_whatever_a_phone_shows() {
    let field = Field::new().await;
    let early = Late::new(&field, "eka").await;
    let device: DeviceId = early.enrolled["device"].as_str().unwrap().parse().unwrap();
    let act = Act::by_program(field.server.clock.now());
    field
        .server
        .app
        .store
        .revoke_device(device, act)
        .await
        .unwrap();
    let disabled = field.server.account("fajar", Role::Enumerator, &[]).await;
    field
        .server
        .app
        .store
        .disable_account(disabled, act)
        .await
        .unwrap();
    let backup = backed_up(&field).await;
    // Enrolled by a server that did not know of it yet, say.
    let late = Late::new(&field, "gilang").await;
    let server = restored(&field, &backup).await;
    early.come_again(&server).await.ok();
    let refused = server.post(&early.phone, "/sync/hello", hello()).await;
    assert_eq!(refused.problem(), "403 device_revoked");

    let keys = field.server.app.store.hub_keys().await.unwrap();
    let mut certificate = auth::Certificate::open(
        late.enrolled["certificate"].as_str().unwrap(),
        &keys.mac_key(),
        server.clock.now(),
    )
    .unwrap();
    certificate.account = disabled;
    let body = json!({"certificate": certificate.seal(&keys.mac_key()).unwrap()});
    server.post(&late.phone, "/enrol/again", body).await.ok();
    let refused = server.post(&late.phone, "/sync/hello", hello()).await;
    assert_eq!(refused.problem(), "403 device_revoked");
    // It may bring what it holds.
    let phone = late.phone.clone();
    let now_disabled = Late {
        account: disabled,
        ..late
    };
    let typed = now_disabled.visit(&field, 1, MINE);
    let body = field.packed(1, &[typed]);
    let answer = server.post(&phone, "/sync/push", body).await.ok();
    assert_eq!(answer["quarantined"][0]["code"], "revoked_device");
    // Half a year later it is too old, and of another server it is nothing.
    server.clock.advance(181 * shared::time::DAY_MS);
    let expired = early.come_again(&server).await;
    assert_eq!(expired.problem(), "401 certificate_expired");
    let other = Server::new().await;
    let foreign = early.come_again(&other).await;
    assert_eq!(foreign.problem(), "401 certificate_foreign");
}

/// Revokes the phone of one person, known to the backup, and of two that came later, and disables the third.
async fn revoked_after_the_backup(field: &Field) -> (TempDir, Late, Late, Late) {
    let early = Late::new(field, "eka").await;
    let backup = backed_up(field).await;
    let late = Late::new(field, "gilang").await;
    let disabled = Late::new(field, "hasan").await;
    field.server.clock.advance(1000);
    for stolen in [&early, &late] {
        let device = stolen.enrolled["device"].as_str().unwrap();
        let path = format!("/devices/{device}/revoke");
        field.server.post(&field.admin, &path, json!({})).await.ok();
    }
    let path = format!("/accounts/{}/disable", disabled.account);
    field.server.post(&field.admin, &path, json!({})).await.ok();
    field.server.clock.advance(1000);
    (backup, early, late, disabled)
}

#[tokio::test]
async fn what_was_revoked_after_the_backup_is_revoked_again_by_the_notes_beside_it() {
    let field = Field::new().await;
    let notes = TempDir::new().unwrap();
    let store = &field.server.app.store;
    store.note_revocations_in(notes.path());
    let (backup, early, late, disabled) = revoked_after_the_backup(&field).await;
    let file = "revoked.txt";
    let noted = std::fs::read_to_string(notes.path().join(file)).unwrap();
    // What a server that broke down in the middle left behind hides nothing of what came before.
    std::fs::write(backup.path().join(file), noted + "17 dev").unwrap();

    let server = restored(&field, &backup).await;
    let refused = server.post(&early.phone, "/sync/hello", hello()).await;
    assert_eq!(refused.problem(), "403 device_revoked");
    for unknown in [&late, &disabled] {
        unknown.come_again(&server).await.ok();
        let refused = server.post(&unknown.phone, "/sync/hello", hello()).await;
        assert_eq!(refused.problem(), "403 device_revoked");
    }
    let account = server.app.store.account(disabled.account).await.unwrap();
    assert!(account.disabled);
    let account = server.app.store.account(late.account).await.unwrap();
    assert!(!account.disabled, "only the phone was stolen");

    let admin = server.sign_in("admin").await;
    let told = server.get(&admin, "/safety").await.ok()["restored"].clone();
    assert_eq!(
        (&told["carried_out"], &told["unread"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(told["restored"], json!(server.clock.now()));
    let audit = server.get(&admin, "/audit").await.ok().to_string();
    assert!(audit.contains("hub.restore") && audit.contains("device.revoke"));

    let ani = server.sign_in("ani").await;
    let refused = server.post(&ani, "/safety/settle", json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    server.post(&admin, "/safety/settle", json!({})).await.ok();
    let safety = server.get(&admin, "/safety").await.ok();
    assert_eq!(safety["restored"], Value::Null);
    let audit = server.get(&admin, "/audit").await.ok().to_string();
    assert!(audit.contains("restore.settle"));
}

#[tokio::test]
async fn a_restore_without_notes_says_that_it_forgot_until_somebody_has_looked() {
    let field = Field::new().await;
    let (backup, early, ..) = revoked_after_the_backup(&field).await;
    let server = restored(&field, &backup).await;
    // It cannot know better, and so it must not be silent.
    server.post(&early.phone, "/sync/hello", hello()).await.ok();
    let admin = server.sign_in("admin").await;
    let told = server.get(&admin, "/safety").await.ok()["restored"].clone();
    assert_eq!(
        (&told["carried_out"], &told["unread"]),
        (&Value::Null, &json!(0))
    );
    assert_eq!(told["made"], json!(server.clock.now().0 - 2000));
}

#[tokio::test]
async fn a_round_that_a_restored_server_forgot_is_opened_again_under_its_id() {
    let mut field = Field::new().await;
    let backup = backed_up(&field).await;
    let open = json!({
        "name": "Ronde 2", "kind": "real", "questionnaire": field.questionnaire,
        "regencies": ["53.02", "53.21"],
    });
    let round = field
        .server
        .post(&field.admin, "/rounds", open.clone())
        .await
        .ok();
    field.round = round["id"].as_str().unwrap().parse().unwrap();
    let typed = field.visit(1, ELSEWHERE);

    let server = restored(&field, &backup).await;
    let body = field.packed(1, std::slice::from_ref(&typed));
    let answer = server.post(&field.phone, "/sync/push", body).await.ok();
    assert_eq!(answer["quarantined"][0]["code"], "unknown_round");
    let admin = server.sign_in("admin").await;
    let safety = server.get(&admin, "/safety").await.ok();
    let forgotten = json!([{"round": field.round, "regencies": ["53.21"]}]);
    assert_eq!(safety["forgotten_rounds"], forgotten);
    assert_eq!(safety["region_names"], json!({"53.21": "Kabupaten Malaka"}));
    let again = |id: &str| {
        let mut open = open.clone();
        open["id"] = json!(id);
        open
    };
    let stranger = server
        .post(&admin, "/rounds", again(&"0f".repeat(16)))
        .await;
    assert_eq!(stranger.problem(), "404 round_missing");
    let opened = server
        .post(&admin, "/rounds", again(&field.round.to_string()))
        .await;
    assert_eq!(opened.ok()["id"], json!(field.round));
    let safety = server.get(&admin, "/safety").await.ok();
    assert_eq!(safety["forgotten_rounds"], Value::Null);
    let dewi = server.sign_in("dewi").await;
    let path = format!("/cases/{}/{ELSEWHERE}/admit", field.round);
    server
        .post(&dewi, &path, json!({"ops": [typed.id()]}))
        .await
        .ok();
    let case = server.app.store.case(&typed.case).await.unwrap();
    assert!(case.get(typed.id()).is_some());
}
