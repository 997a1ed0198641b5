//! From an empty server to a chosen village: the whole way, as people walk it.

use std::collections::BTreeSet;

use anyhow::Result;
use server::demo::answers::Village;
use shared::answers::Value;
use tests::harness::Weather;

use crate::people::{Enumerator, Office, World};

const VILLAGE: &str = "53.21.03.2003";
const NEIGHBOUR: &str = "53.21.03.2004";
const PASSWORD: &str = "lumbung-padi-7";
const ROUND: &str = "Potensi Desa 2026";
const MALAKA: (&str, &str) = ("53.21", "53.21");

#[test]
fn a_village_goes_from_a_phone_without_signal_to_the_ranking() -> Result<()> {
    let world = World::start()?;
    let admin = Office::at(&world)?;
    admin.set_up(&world.setup_link()?, "wayan", PASSWORD)?;
    admin.import_regions()?;
    admin.import_questionnaire()?;
    admin.open_round(ROUND, MALAKA)?;
    admin.make_account("ani", "Yuliana Bete", "Pencacah", MALAKA)?;
    admin.make_account("budi", "Markus Taek", "Pencacah", MALAKA)?;
    let supervisor_password = admin.make_account("citra", "Maria Tefa", "Pengawas", MALAKA)?;
    let analyst_password = admin.make_account("dewi", "Dewi Lestari", "Analis", ("", ""))?;
    admin.assign(ROUND, "Yuliana Bete", &[VILLAGE, NEIGHBOUR])?;
    admin.assign(ROUND, "Markus Taek", &[VILLAGE])?;

    let origin = world.signal.origin();
    let mut ani = Enumerator::with_phone(origin.clone())?;
    ani.enrol(&admin.enrol("ani")?)?;
    ani.look_into(VILLAGE)?;
    ani.wait_until_installed()?;
    let mut budi = Enumerator::with_phone(origin)?;
    budi.enrol(&admin.enrol("budi")?)?;
    budi.look_into(VILLAGE)?;
    budi.wait_until_installed()?;
    ani.page().see("Webriamata")?;
    ani.page().screenshot("collector-home")?;

    // The network is gone. A cold start, a whole interview, and a dead battery in between.
    world.signal.set(Weather::Cut);
    ani.battery_dies()?;
    ani.page().see("Webriamata")?;
    let village = Village::imagine(&VILLAGE.parse()?);
    ani.begin(VILLAGE)?;
    let answered = ani.interview(&village, &BTreeSet::new())?;
    assert!(100 < answered, "only {answered} questions were asked");
    ani.page().screenshot("collector-finish")?;
    ani.battery_dies()?;
    ani.see_numbers(["1", "0", "1"])?;
    ani.page().screenshot("collector-home-waiting")?;
    ani.open_village(VILLAGE)?;
    ani.page().screenshot("collector-village")?;
    ani.page().click("to-finish")?;
    ani.finish()?;
    ani.page().screenshot("collector-sent")?;

    // The second phone answers one question differently, also without signal.
    budi.battery_dies()?;
    budi.begin(VILLAGE)?;
    budi.page().evaluate(
        "void (location.hash = location.hash.replace(/\\/isi\\/.*/, '/isi/' + encodeURIComponent('/b_penduduk/b_keluarga')))",
    )?;
    let Some(Value::Integer(men)) = village.answer("b_penduduk_l", 0) else {
        anyhow::bail!("the village knows how many men live there");
    };
    budi.answer("b_penduduk_l", &Value::Integer(men + 3))?;
    budi.see_saved()?;
    budi.page().screenshot("collector-question")?;
    budi.home()?;
    budi.see_numbers(["1", "0", "1"])?;

    // Signal returns: everything arrives, and the numbers say so.
    world.signal.set(Weather::Fair);
    ani.home()?;
    ani.page().click("send-now")?;
    ani.see_numbers(["1", "1", "0"])?;
    budi.page().click("send-now")?;
    budi.see_numbers(["1", "1", "0"])?;
    ani.page().screenshot("collector-home-received")?;

    // The supervisor sees the conflict, resolves it, and returns one question.
    let citra = Office::at(&world)?;
    citra.sign_in("citra", &supervisor_password)?;
    citra.page().screenshot("console-overview")?;
    citra.go("pemeriksaan")?;
    citra.page().click(&format!("queue-row-{VILLAGE}"))?;
    citra.page().read("conflict-b_penduduk_l")?;
    citra.page().screenshot("console-conflict")?;
    citra.page().click("pick-1")?;
    citra.page().see("Ditetapkan:")?;
    citra.page().click("Semua isian")?;
    citra.page().click("return-h_bidan")?;
    citra
        .page()
        .fill("comment-text", "Tahun lalu ada bidan. Periksa lagi.")?;
    citra.page().click("send-return")?;
    citra.page().screenshot("console-returned")?;

    // The phone shows it at that question; mended and sent again.
    ani.send_until_seen("Perlu diperbaiki")?;
    ani.page().screenshot("collector-returned")?;
    ani.open_village(VILLAGE)?;
    ani.page().click("returned-h_bidan")?;
    ani.page().see("Tahun lalu ada bidan")?;
    ani.page().screenshot("collector-comment")?;
    ani.answer("h_bidan", &Value::Integer(2))?;
    ani.see_saved()?;
    ani.open_village(VILLAGE)?;
    ani.page().click("to-finish")?;
    ani.finish()?;
    ani.home()?;
    ani.page().click("send-now")?;
    ani.see_numbers(["1", "1", "0"])?;

    // The next morning, at another desk.
    let citra = Office::at(&world)?;
    citra.sign_in("citra", &supervisor_password)?;
    citra.go("pemeriksaan")?;
    citra.page().click(&format!("queue-row-{VILLAGE}"))?;
    citra.page().click("approve")?;
    citra.page().see("Disetujui")?;
    // The screen shows it at once; the analyst sees it when the server has it.
    citra.page().wait_for(
        "performance.getEntriesByType('resource')
            .some((each) => each.name.endsWith('/sync/push') && each.responseStatus === 200)",
    )?;
    citra.page().screenshot("console-approved")?;

    // The analyst sees the village with its class and the reason for its rank.
    let dewi = Office::at(&world)?;
    dewi.sign_in("dewi", &analyst_password)?;
    dewi.go("prioritas")?;
    dewi.page().read(&format!("priority-row-{VILLAGE}"))?;
    dewi.page().screenshot("console-priority")?;
    Ok(())
}
