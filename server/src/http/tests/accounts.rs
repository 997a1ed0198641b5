//! `/api/v1/accounts`.

use super::*;

#[tokio::test]
async fn an_account_is_made_with_a_password_shown_once() {
    let (server, admin) = Server::furnished().await;
    let body = json!({"username": "Yuliana", "name": "Yuliana", "role": "enumerator",
                      "regions": ["53.02"]});
    let made = server.post(&admin, "/accounts", body.clone()).await.ok();
    assert_eq!(made["account"]["username"], "yuliana");
    let password = made["password"].as_str().unwrap();
    let sign_in = json!({"username": "yuliana", "password": password});
    server.post(&Who::default(), "/session", sign_in).await.ok();
    let answer = server.post(&admin, "/accounts", body).await;
    assert_eq!(answer.problem(), "409 username_taken");
    let list = server.get(&admin, "/accounts").await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(!list.to_string().contains("argon2"), "{list}");
}

#[tokio::test]
async fn a_spreadsheet_names_every_fault_and_makes_all_or_none() {
    let (server, admin) = Server::furnished().await;
    let sheet = "username;name;role;regions\n\
                 ani;Ani;pencacah;53.02\n\
                 b;Budi;kepala;5302\n\
                 ani;Ani Dua;pencacah;\n\
                 cici;Cici;pengawas;\n";
    let answer = server.post_text(&admin, "/accounts/import", sheet).await;
    assert_eq!(answer.problem(), "422 accounts_refused");
    let faults = answer.json()["faults"].clone();
    let told: Vec<String> = faults
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| format!("{} {}", fault["row"], fault["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "3 role_unknown",
            "3 region_code",
            "3 username_invalid",
            "4 username_twice",
            "5 regions_required"
        ]
    );
    let sheet = "username,name,role,regions,password\n\
                 ani,Ani,pencacah,53.02,sandi rahasia\n\
                 cici,Cici,pengawas,53.02 53.21,\n";
    let made = server
        .post_text(&admin, "/accounts/import", sheet)
        .await
        .ok();
    assert_eq!(made["import"]["saved"], 2);
    assert!(made["accounts"][0]["password"].is_null());
    assert!(made["accounts"][1]["password"].is_string());
    let answer = server.post_text(&admin, "/accounts/import", sheet).await;
    assert_eq!(answer.json()["faults"][0]["code"], "username_taken");
}

#[tokio::test]
async fn a_supervisor_sees_own_regions_only() {
    let (server, admin) = Server::furnished().await;
    server.account("ani", Role::Enumerator, &["53.02"]).await;
    server.account("budi", Role::Enumerator, &["19.03"]).await;
    let cici = server.account("cici", Role::Enumerator, &[]).await;
    server.account("pengawas", Role::Supervisor, &["53"]).await;
    let round = server.round(&admin).await;
    let body = json!({"round": round, "account": cici, "villages": ["53.21.03.2003"]});
    server.post(&admin, "/assignments", body).await.ok();
    let who = server.sign_in("pengawas").await;
    let list = server.get(&who, "/accounts").await.ok();
    let names: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["username"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ani", "cici", "pengawas"]);
    let body = json!({"username": "dedi", "name": "Dedi", "role": "enumerator"});
    let answer = server.post(&who, "/accounts", body).await;
    assert_eq!(answer.problem(), "403 forbidden");
}

#[tokio::test]
async fn a_new_password_or_disabling_ends_sessions() {
    let (server, admin) = Server::furnished().await;
    let id = server.account("ani", Role::Supervisor, &["53"]).await;
    let ani = server.sign_in("ani").await;
    let path = format!("/accounts/{id}/password");
    let set = server.post(&admin, &path, json!({})).await.ok();
    let password = set["password"].as_str().unwrap().to_owned();
    let answer = server.get(&ani, "/session").await;
    assert_eq!(answer.problem(), "401 not_signed_in");
    let body = json!({"username": "ani", "password": password});
    server
        .post(&Who::default(), "/session", body.clone())
        .await
        .ok();
    let path = format!("/accounts/{id}/disable");
    server.post(&admin, &path, json!({})).await.ok();
    let answer = server.post(&Who::default(), "/session", body).await;
    assert_eq!(answer.problem(), "401 credentials_wrong");
}
