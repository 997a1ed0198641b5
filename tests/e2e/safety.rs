//! What an administrator reads of who holds other than the server, and of clocks.

use anyhow::Result;
use serde_json::{Value, json};
use tests::harness::wait_until;
use tests::office::{BARENE, Office, api};

#[test]
fn an_administrator_reads_who_holds_other_than_the_server() -> Result<()> {
    let office = Office::open()?;
    let ani = office.account("ani", "Ani Bria", "enumerator")?;
    office.assign(&ani, BARENE, &["a_identitas"])?;
    office.account("citra", "Citra", "supervisor")?;
    let phone = office.enrolled_phone(&ani)?;
    let devices = || office.api("GET", "/devices", &Value::Null);
    wait_until("the phone's first hello", || {
        Ok(devices()?[0]["clock_offset_ms"].is_i64().then_some(()))
    })?;
    let admin = office.desk.page();
    admin.reload()?;
    admin.evaluate("void (location.hash = '#/keamanan')")?;
    admin.see("Tidak ada yang hilang")?;

    // The desk of a supervisor was told in another life of the server that two acts are here.
    let desk = office.desk_of("citra")?;
    let partition = json!({"round": office.round, "regency": &BARENE[..5]});
    let facts = json!({
        "app_version": "0.1.0", "wall": 0, "zone_minutes": 480, "installed": false,
        "persisted": false, "unsent_ops": 0, "unsent_blobs": 0, "oldest_unsent": null,
    });
    let hello = json!({"wire": 1, "facts": facts, "partitions": [{
        "partition": partition, "lane": "0b".repeat(16), "verified": 2, "last": "0c".repeat(16),
        "cursor": {"epoch": "0d".repeat(16), "position": 3, "id": "0e".repeat(16)},
    }]});
    api(desk.page(), "POST", "/sync/hello", &hello)?;
    admin.reload()?;
    admin.see("Tidak sama dengan yang dipegang orang")?;
    admin.see("Peramban kantor")?;
    admin.see("Kurang paling banyak 2 tindakan")?;
    admin.see("sedikitnya 3, siapa pun penulisnya")?;
    admin.see("Belum sama")?;
    admin.screenshot("console-safety")?;

    admin.evaluate("void (location.hash = '#/akun/ponsel')")?;
    admin.see("Jam ponsel")?;
    admin.see("Cocok")?;
    phone.page().click("send-now")?;
    Ok(())
}
