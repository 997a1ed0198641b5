//! The harness itself: it finds, fills, clicks, uploads, notices errors and cuts the signal.

use anyhow::Result;
use std::collections::BTreeMap;
use tests::harness::{Browser, File, Screen, Signal, Site, Weather};

const PAGE: &str = r#"<!doctype html><html lang="id"><meta name="viewport" content="width=device-width"><title>Uji</title>
<label>Nama desa <input id="nama"></label>
<label for="foto">Foto</label><input id="foto" type="file">
<label>Sumber <select id="sumber"><option>Orang</option><option value="d">Dokumen</option></select></label>
<button data-test="simpan" type="button">Simpan</button>
<p id="hasil"></p><script src="/page.js"></script></html>"#;

const SCRIPT: &str = r#"
const by = (id) => document.getElementById(id);
by("hasil").textContent = localStorage.getItem("nama") ?? "belum ada";
document.querySelector("[data-test=simpan]").addEventListener("click", () => {
  localStorage.setItem("nama", by("nama").value);
  by("hasil").textContent = `${by("nama").value}, ${by("sumber").value}, ${by("foto").files.length} foto`;
});
"#;

fn site() -> Result<Site> {
    Site::start(BTreeMap::from([
        ("/".to_owned(), File::new("text/html", PAGE)),
        ("/page.js".to_owned(), File::new("text/javascript", SCRIPT)),
    ]))
}

#[test]
fn a_page_is_used_by_what_is_written_on_it() -> Result<()> {
    let site = site()?;
    let phone = Browser::start(Screen::Phone)?;
    let page = phone.page();
    page.open(&format!("http://{}/", site.address()))?;
    page.see("belum ada")?;
    page.fill("Nama desa", "Webriamata")?;
    page.choose("Sumber", "Dokumen")?;
    let photo = tempfile::NamedTempFile::new()?;
    page.upload("Foto", photo.path())?;
    page.click("Simpan")?;
    page.see("Webriamata, d, 1 foto")?;
    assert_eq!(page.read("Nama desa")?, "Webriamata");
    assert_eq!(page.evaluate("innerWidth")?, 360);
    Ok(())
}

#[test]
fn errors_of_a_page_are_noticed() -> Result<()> {
    let site = site()?;
    let phone = Browser::start(Screen::Desk)?;
    let page = phone.page();
    page.open(&format!("http://{}/", site.address()))?;
    page.evaluate("queueMicrotask(() => { throw new Error('rusak') }); console.error('salah')")?;
    let errors = page.take_errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().any(|error| error.contains("rusak")));
    Ok(())
}

#[test]
fn a_cut_signal_is_real_and_comes_back() -> Result<()> {
    let site = site()?;
    let signal = Signal::start()?;
    signal.lead_to(site.address());
    let phone = Browser::start(Screen::Phone)?;
    let page = phone.page();
    page.open(&signal.origin())?;
    let status =
        "fetch('/page.js').then((r) => r.headers.get('content-type'), () => 'tanpa sinyal')";
    assert_eq!(page.evaluate(status)?, "text/javascript");
    signal.set(Weather::Cut);
    assert_eq!(page.evaluate(status)?, "tanpa sinyal");
    signal.set(Weather::Portal);
    assert_eq!(page.evaluate(status)?, "text/html");
    signal.set(Weather::Fair);
    assert_eq!(page.evaluate(status)?, "text/javascript");
    // The head comes, the body does not come whole; until then, what else is asked for does, and nothing afterwards.
    let text = "fetch('/page.js').then((r) => r.text()).then((t) => t.length, () => 'terputus')";
    signal.set(Weather::CutAfter {
        request: "GET /page.js",
        bytes: 20,
    });
    let other = "fetch('/').then((r) => r.text()).then((t) => t.length, () => 'terputus')";
    assert_eq!(page.evaluate(other)?, PAGE.len());
    assert_eq!(page.evaluate(text)?, "terputus");
    assert_eq!(page.evaluate(other)?, "terputus");
    page.take_errors();
    Ok(())
}
