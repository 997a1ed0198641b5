//! `/api/v1/regions`.

use super::*;

fn codes(found: &Value) -> Vec<&str> {
    let found = found.as_array().unwrap();
    found
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn regions_are_found_by_name_code_and_place() {
    let (server, admin) = Server::furnished().await;
    let check = async |query: &str, expect: &[&str]| {
        let found = server.get(&admin, &format!("/regions?{query}")).await.ok();
        assert_eq!(codes(&found), expect, "{query}");
    };
    check("query=weoe", &["53.21.03.2003"]).await;
    check("query=NIKI%20niki", &["53.02.05.2001"]).await;
    check(
        "query=payung&level=village",
        &["19.03.04.2001", "19.03.04.2002"],
    )
    .await;
    check("query=sengir%20bangka", &["19.03.04.2002"]).await;
    check(
        "query=53.02.05",
        &["53.02.05", "53.02.05.2001", "53.02.05.2002"],
    )
    .await;
    check("under=53&level=regency", &["53.02", "53.21"]).await;
    check("under=53.02.05&limit=1", &["53.02.05.2001"]).await;
    check("query=%25&limit=1", &["19"]).await;
}

#[tokio::test]
async fn a_regency_stands_before_villages_of_its_name() {
    let (server, admin) = Server::furnished().await;
    let list = "code,name\n53.21.03.2001,Malaka\n53.02.05.2009,Malaka Timur\n\
                53.02.05.2010,Nusa Malaka\n53.02.05.2008,Mala\n53.21.04,Malaka Barat\n\
                53.71,Kota Kupang\n53.71.01,Alak\n53.71.01.1001,Kupang\n";
    server.post_text(&admin, "/regions/import", list).await.ok();
    let check = async |query: &str, expect: &[&str]| {
        let path = format!("/regions?query={query}&limit={}", expect.len());
        let found = server.get(&admin, &path).await.ok();
        assert_eq!(codes(&found), expect, "{query}");
    };
    let of_that_name = ["53.21", "53.21.03.2001", "53.21.04", "53.02.05.2009"];
    check("malaka", &of_that_name).await;
    check("mala", &["53.02.05.2008", "53.21", "53.21.04"]).await;
    check("kabupaten%20malaka", &["53.21"]).await;
    check("kupang", &["53.71", "53.71.01.1001"]).await;
}

#[tokio::test]
async fn a_region_comes_with_the_levels_above() {
    let (server, admin) = Server::furnished().await;
    let region = server.get(&admin, "/regions/53.21.03.2003").await.ok();
    assert_eq!(region["name"], "Weoé");
    assert_eq!(region["level"], "village");
    assert_eq!(codes(&region["above"]), ["53", "53.21", "53.21.03"]);
    let answer = server.get(&admin, "/regions/53.99").await;
    assert_eq!(answer.problem(), "404 region_missing");
    let answer = server.get(&admin, "/regions/5321032003").await;
    assert_eq!(answer.problem(), "422 id_invalid");
}

#[tokio::test]
async fn a_list_with_faults_saves_nothing_unless_asked() {
    let (server, admin) = Server::furnished().await;
    let list = "code,name\n61,Kalimantan Barat\n6101,Sambas\n62.01,Tanpa Induk\n";
    let answer = server.post_text(&admin, "/regions/import", list).await;
    assert_eq!(answer.problem(), "422 regions_refused");
    let faults = answer.json()["faults"].clone();
    assert_eq!(faults[0]["place"], "baris 3");
    assert_eq!(faults[0]["code"], "region_code");
    assert_eq!(faults[1]["code"], "region_parent");
    assert_eq!(
        server.get(&admin, "/regions/61").await.problem(),
        "404 region_missing"
    );
    let path = "/regions/import?skip_refused=1";
    let view = server.post_text(&admin, path, list).await.ok();
    assert_eq!(
        (&view["rows"], &view["saved"], &view["refused"]),
        (&json!(3), &json!(1), &json!(2))
    );
    server.get(&admin, "/regions/61").await.ok();
}

#[tokio::test]
async fn only_an_administrator_imports() {
    let (server, _) = Server::furnished().await;
    server.account("ani", Role::Supervisor, &["53"]).await;
    let ani = server.sign_in("ani").await;
    let answer = server
        .post_text(&ani, "/regions/import", "code,name\n")
        .await;
    assert_eq!(answer.problem(), "403 forbidden");
}
