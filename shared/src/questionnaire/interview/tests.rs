mod lists;
mod order;
mod outside;
mod trigger;

use std::sync::OnceLock;

use super::*;
use crate::answers::Decimal;
use crate::ids::OpId;
use crate::questionnaire::model::Kind;
use crate::questionnaire::sheet::{Sheets, import};
use crate::time::Millis;

fn potensi_desa() -> Arc<Questionnaire> {
    static ONCE: OnceLock<Arc<Questionnaire>> = OnceLock::new();
    let read = || {
        let sheets = Sheets {
            survey: include_str!("../../../data/potensi-desa/survey.csv").to_owned(),
            choices: include_str!("../../../data/potensi-desa/choices.csv").to_owned(),
            settings: include_str!("../../../data/potensi-desa/settings.csv").to_owned(),
            ..Sheets::default()
        };
        Arc::new(import(&sheets).questionnaire.unwrap())
    };
    ONCE.get_or_init(read).clone()
}

fn surroundings() -> Surroundings {
    Surroundings {
        // 2026-11-22 08:00 WITA.
        moment: Moment {
            wall: Millis(1_795_305_600_000),
            zone_minutes: 480,
        },
        village: Village {
            code: "53.21.03.2003".to_owned(),
            name: "Fafinesu".to_owned(),
            kind: None,
        },
        facts: crate::sorted::Map::new(),
        last_saved: crate::sorted::Map::new(),
    }
}

fn fresh() -> Interview {
    Interview::new(potensi_desa(), AnswerSet::default(), surroundings())
}

fn form(survey: &str, choices: &str) -> Interview {
    let sheets = Sheets {
        survey: survey.to_owned(),
        choices: format!("list_name,name,label,kelas\n{choices}"),
        settings: "form_id,form_title\nuji,Uji\n".to_owned(),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    let problems: Vec<String> = imported.problems.iter().map(ToString::to_string).collect();
    let questionnaire = imported
        .questionnaire
        .unwrap_or_else(|| panic!("{problems:#?}"));
    Interview::new(
        Arc::new(questionnaire),
        AnswerSet::default(),
        surroundings(),
    )
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn integer(interview: &mut Interview, at: &str, number: i64) -> Changes {
    interview.answer(&path(at), Some(Answer::Value(Value::Integer(number))))
}

fn decimal(interview: &mut Interview, at: &str, number: &str) -> Changes {
    let number = Decimal::parse(number).unwrap();
    interview.answer(&path(at), Some(Answer::Value(Value::Decimal(number))))
}

fn choose(interview: &mut Interview, at: &str, name: &str) -> Changes {
    interview.answer(
        &path(at),
        Some(Answer::Value(Value::Choice(name.to_owned()))),
    )
}

fn codes(interview: &Interview, at: &str) -> Vec<&'static str> {
    let at = path(at);
    let findings = interview.findings().into_iter();
    findings
        .filter(|finding| finding.path == at)
        .map(|finding| finding.code)
        .collect()
}

fn calculated(interview: &Interview, at: &str) -> String {
    interview
        .calculated_values()
        .remove(&path(at))
        .unwrap_or_default()
}

#[test]
fn the_village_fills_in_what_the_system_knows() {
    let interview = fresh();
    let page = PageId(path("/a_identitas/a_kunjungan"));
    let items = interview.page(&page, "id");
    let shown: Vec<(String, bool)> = items
        .iter()
        .map(|item| (item.calculated.clone().unwrap_or_default(), item.read_only))
        .collect();
    assert_eq!(
        shown,
        [
            ("53.21.03.2003".to_owned(), true),
            ("Fafinesu".to_owned(), true),
            ("Desa".to_owned(), true),
            (String::new(), false),
        ]
    );
    assert!(codes(&interview, "/a_identitas/a_kunjungan/a_kode_desa").is_empty());
}

#[test]
fn a_village_without_a_status_digit_is_asked() {
    let mut surroundings = surroundings();
    surroundings.village.code = "L-19.03-upt-rias".to_owned();
    let interview = Interview::new(potensi_desa(), AnswerSet::default(), surroundings);
    let item = interview.item(
        &path("/a_identitas/a_kunjungan/a_status_pemerintahan"),
        "id",
    );
    assert!(!item.unwrap().read_only);
}

#[test]
fn pages_follow_modules_groups_and_repeats() {
    let mut interview = fresh();
    choose(&mut interview, "/e_tanaman_modul/e_tanaman_ada", "ya");
    let row = OpId([7; 16]);
    interview.add_row(&path("/e_tanaman_modul/e_tanaman"), row);
    let at = format!("/e_tanaman_modul/e_tanaman[{row}]");
    choose(&mut interview, &format!("{at}/e_komoditas"), "jagung");
    let pages = interview.pages("id");
    let ids: Vec<String> = pages
        .iter()
        .filter(|page| page.module == "e_tanaman_modul")
        .map(|page| page.id.0.to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "/e_tanaman_modul/e_lahan",
            "/e_tanaman_modul/e_tanaman_ada",
            "/e_tanaman_modul/e_tanaman",
            &at,
        ]
    );
    let overview = pages
        .iter()
        .find(|page| page.kind == PageKind::Rows)
        .unwrap();
    assert_eq!(overview.rows[0].title, "Jagung");
    assert_eq!(overview.rows[0].page, Some(PageId(path(&at))));
    let inside = pages.iter().find(|page| page.id.0 == path(&at)).unwrap();
    assert_eq!(inside.breadcrumb.len(), 3);
    assert_eq!(inside.title, "Jagung");
    assert_eq!(
        interview.locate(&path(&format!("{at}/e_komoditas"))),
        Some(PageId(path(&at)))
    );
}

#[test]
fn relevance_constraint_doubt_and_note() {
    let mut interview = fresh();
    let women = "/b_penduduk/b_keluarga/b_penduduk_p";
    integer(&mut interview, "/b_penduduk/b_keluarga/b_penduduk_l", 1240);
    let changes = integer(&mut interview, women, 100);
    assert!(
        changes
            .paths
            .contains(&path("/b_penduduk/b_keluarga/b_penduduk_total"))
    );
    assert_eq!(
        calculated(&interview, "/b_penduduk/b_keluarga/b_penduduk_total"),
        "1340"
    );
    assert_eq!(codes(&interview, women), ["doubt"]);
    interview.set_note(&path(women), "Banyak laki-laki bekerja di tambang.");
    let finding = interview
        .findings()
        .into_iter()
        .find(|f| f.path == path(women))
        .unwrap();
    assert!(finding.settled_by_note);
    assert!(finding.message_id.starts_with("Jumlah perempuan"));
    integer(&mut interview, women, -1);
    assert!(codes(&interview, women).contains(&"constraint"));
    interview.answer(&path(women), Some(Answer::Unknown));
    assert_eq!(codes(&interview, women), Vec::<&str>::new());
    interview.answer(&path(women), None);
    assert_eq!(codes(&interview, women), ["required"]);
}

#[test]
fn an_answer_that_became_irrelevant_is_kept_and_counts_as_empty() {
    let mut interview = fresh();
    let gate = "/c_tenun/c_tenun_ada";
    let weavers = "/c_tenun/c_rinci/c_perajin/c_penenun";
    choose(&mut interview, gate, "ya");
    integer(&mut interview, weavers, 84);
    assert!(interview.counted_answers().contains_key(&path(weavers)));
    let changes = choose(&mut interview, gate, "tidak");
    assert!(changes.pages);
    assert!(!interview.counted_answers().contains_key(&path(weavers)));
    assert!(interview.answers().answers.contains_key(&path(weavers)));
    assert_eq!(
        calculated(&interview, "/c_tenun/c_rinci/c_hasil/c_nilai_tenun_tahun"),
        ""
    );
    choose(&mut interview, gate, "ya");
    assert!(interview.counted_answers().contains_key(&path(weavers)));
}

fn crop(interview: &mut Interview, row: OpId, name: &str, hectares: &str, tonnes: &str) {
    let repeat = path("/e_tanaman_modul/e_tanaman");
    interview.add_row(&repeat, row);
    let at = repeat.row(row);
    choose(interview, at.child("e_komoditas").as_str(), name);
    decimal(interview, at.child("e_luas_tanam_ha").as_str(), hectares);
    decimal(interview, at.child("e_luas_panen_ha").as_str(), hectares);
    choose(interview, at.child("e_bentuk_hasil").as_str(), "gkg");
    decimal(interview, at.child("e_produksi_ton").as_str(), tonnes);
}

#[test]
fn rows_are_summed_and_joined_outside() {
    let mut interview = fresh();
    choose(&mut interview, "/e_tanaman_modul/e_tanaman_ada", "ya");
    crop(&mut interview, OpId([1; 16]), "padi_sawah", "10", "45");
    crop(&mut interview, OpId([2; 16]), "padi_ladang", "4", "8.5");
    crop(&mut interview, OpId([3; 16]), "jagung", "5", "20");
    assert_eq!(
        calculated(&interview, "/e_tanaman_modul/e_gkg_total_ton"),
        "53.5"
    );
    assert_eq!(
        calculated(&interview, "/e_tanaman_modul/e_komoditas_semua"),
        "padi_sawah padi_ladang jagung"
    );
    let row = format!("/e_tanaman_modul/e_tanaman[{}]", OpId([3; 16]));
    assert_eq!(calculated(&interview, &format!("{row}/e_kelas")), "tanaman");
    let item = interview
        .item(&path(&format!("{row}/e_bentuk_hasil")), "id")
        .unwrap();
    assert!(item.choices.iter().all(|choice| choice.name != "gkg"));
    assert!(!item.choices.is_empty());
    interview.remove_row(&path(&row));
    assert_eq!(
        calculated(&interview, "/e_tanaman_modul/e_komoditas_semua"),
        "padi_sawah padi_ladang"
    );
}

#[test]
fn a_calculated_value_is_shown_when_it_is_doubted() {
    let mut interview = fresh();
    choose(&mut interview, "/e_tanaman_modul/e_tanaman_ada", "ya");
    crop(&mut interview, OpId([1; 16]), "kopi", "40", "8");
    decimal(
        &mut interview,
        "/e_tanaman_modul/e_lahan/e_nonsawah_ha",
        "10",
    );
    let total = path("/e_tanaman_modul/e_tahunan_total_ha");
    let page = interview.locate(&total).unwrap();
    let items = interview.page(&page, "en");
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].calculated.as_deref(), Some("40"));
    assert_eq!(items[0].findings[0].code, "doubt");
}

#[test]
fn the_unit_can_be_what_another_question_holds() {
    let mut interview = fresh();
    choose(&mut interview, "/f_fasilitas_modul/f_fasilitas_ada", "ya");
    let repeat = path("/f_fasilitas_modul/f_fasilitas");
    interview.add_row(&repeat, OpId([1; 16]));
    let row = repeat.row(OpId([1; 16]));
    choose(&mut interview, row.child("f_satuan").as_str(), "ton_jam");
    let item = interview.item(&row.child("f_kapasitas"), "en").unwrap();
    assert_eq!(item.unit, "Tonnes of input per hour");
}

#[test]
fn an_excused_visit_can_finish_with_its_reason_alone() {
    let mut interview = fresh();
    let all: Vec<String> = potensi_desa()
        .modules()
        .map(|node| node.name.clone())
        .collect();
    assert!(interview.can_finish(&all).is_err());
    let outcome = "/i_penutup/i_hasil/i_hasil_kunjungan";
    choose(&mut interview, outcome, "ditolak");
    let against = interview.can_finish(&all).unwrap_err();
    let paths: Vec<&str> = against
        .iter()
        .map(|finding| finding.path.as_str())
        .collect();
    assert_eq!(paths, ["/i_penutup/i_hasil/i_hasil_alasan"]);
    let reason = Answer::Value(Value::Text("Kepala desa sedang dinas luar.".to_owned()));
    interview.answer(&path("/i_penutup/i_hasil/i_hasil_alasan"), Some(reason));
    assert_eq!(interview.can_finish(&all), Ok(()));
    choose(&mut interview, outcome, "selesai");
    assert!(interview.can_finish(&all).is_err());
}

#[test]
fn progress_next_and_search() {
    let mut interview = fresh();
    let before = interview.progress("id");
    assert_eq!(before.len(), 9);
    assert_eq!(before[2].state, ModuleState::NotStarted);
    choose(&mut interview, "/c_tenun/c_tenun_ada", "tidak");
    let after = interview.progress("id");
    assert_eq!((after[2].answered, after[2].relevant), (1, 1));
    assert_eq!(after[2].state, ModuleState::Complete);
    let next = interview.next_unanswered(Some(&path("/c_tenun/c_tenun_ada")));
    assert_eq!(next, Some(path("/d_gerabah/d_gerabah_ada")));
    let found = interview.search("SAWAH IRIGASI", "id");
    assert_eq!(
        found[0].0,
        path("/e_tanaman_modul/e_lahan/e_sawah_irigasi_ha")
    );
}

#[test]
fn rows_that_an_expression_counts_come_and_go() {
    let mut interview = form(
        "type,name,label,repeat_count,calculation\n\
         integer,jumlah,Jumlah,,\n\
         begin_repeat,baris,Baris,${jumlah},\n\
         integer,isi,Isi,,\n\
         calculate,nomor,,,position(..)\n\
         end_repeat,,,,\n\
         calculate,banyak,,,count(${baris})\n",
        "",
    );
    integer(&mut interview, "/jumlah", 3);
    assert_eq!(calculated(&interview, "/banyak"), "3");
    let rows: Vec<RowView> = interview
        .pages("id")
        .into_iter()
        .flat_map(|page| page.rows)
        .collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        calculated(&interview, rows[2].path.child("nomor").as_str()),
        "3"
    );
    integer(&mut interview, "/jumlah", 1);
    assert_eq!(calculated(&interview, "/banyak"), "1");
}

#[test]
fn totals_can_run_over_the_rows_before() {
    let mut interview = form(
        "type,name,label,calculation\n\
         begin_repeat,baris,Baris,\n\
         integer,isi,Isi,\n\
         calculate,jumlah,,\"${isi} + coalesce(indexed-repeat(${jumlah}, ${baris}, position(..) - 1), 0)\"\n\
         end_repeat,,,\n\
         calculate,sekali,,once(42)\n",
        "",
    );
    let repeat = path("/baris");
    for row in 1..=3 {
        let row = OpId([row; 16]);
        interview.add_row(&repeat, row);
        integer(&mut interview, repeat.row(row).child("isi").as_str(), 10);
    }
    let last = repeat.row(OpId([3; 16])).child("jumlah");
    assert_eq!(calculated(&interview, last.as_str()), "30");
    integer(
        &mut interview,
        repeat.row(OpId([1; 16])).child("isi").as_str(),
        5,
    );
    assert_eq!(calculated(&interview, last.as_str()), "25");
    assert_eq!(calculated(&interview, "/sekali"), "42");
}

#[test]
fn two_rows_with_one_key_are_found() {
    let mut interview = form(
        "type,name,label,bind::lumbung:key\n\
         begin_repeat,panen,Panen,\n\
         select_one tanaman,apa,Apa?,yes\n\
         end_repeat,,,\n",
        "tanaman,jagung,Jagung,\ntanaman,padi,Padi,\n",
    );
    let repeat = path("/panen");
    for (row, name) in [(1, "jagung"), (2, "padi"), (3, "jagung")] {
        let row = OpId([row; 16]);
        interview.add_row(&repeat, row);
        choose(&mut interview, repeat.row(row).child("apa").as_str(), name);
    }
    let findings = interview.findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, "duplicate_key");
    assert_eq!(findings[0].path, repeat.row(OpId([3; 16])).child("apa"));
}

#[test]
fn a_limit_that_leans_on_the_date_is_a_doubt() {
    let mut interview = form(
        "type,name,label,calculation,constraint,constraint_message,bind::lumbung:doubt,bind::lumbung:doubt_message\n\
         calculate,tahun_ini,,\"number(substr(string(today()), 0, 4))\",,,,\n\
         integer,lahir,Tahun lahir,,. <= ${tahun_ini},Belum lahir?,,\n\
         integer,berdiri,Tahun berdiri,,\". <= ${tahun_ini} and regex(string(.), '[0-9]+')\",Setelah hari ini?,\". < 1900 or not(regex(string(.), '.{4}'))\",Tua sekali\n\
         integer,anak,Anak,,. < 30,,,\n",
        "",
    );
    let found = |interview: &Interview, at: &str| -> Vec<(FindingKind, String)> {
        let at = path(at);
        let findings = interview.findings().into_iter();
        let here = findings.filter(|finding| finding.path == at);
        here.map(|finding| (finding.kind, finding.message_id))
            .collect()
    };
    let doubt = |text: &str| vec![(FindingKind::Doubt, text.to_owned())];
    integer(&mut interview, "/lahir", 2030);
    assert_eq!(found(&interview, "/lahir"), doubt("Belum lahir?"));
    integer(&mut interview, "/lahir", 1990);
    assert_eq!(found(&interview, "/lahir"), []);
    for (year, is_found) in [(2030, true), (1899, true), (150, true), (1950, false)] {
        integer(&mut interview, "/berdiri", year);
        let expected = if is_found {
            doubt("Setelah hari ini? Tua sekali")
        } else {
            vec![]
        };
        assert_eq!(found(&interview, "/berdiri"), expected, "{year}");
    }
    integer(&mut interview, "/anak", 40);
    assert_eq!(found(&interview, "/anak")[0].0, FindingKind::Error);
}

#[test]
fn labels_hold_answers_and_states_can_be_asked() {
    let mut interview = form(
        "type,name,label,relevant,calculation\n\
         integer,warga,Warga,,\n\
         note,tahu,Ada ${warga} warga.,,\n\
         calculate,keadaan,,,lumbung:state(${warga})\n\
         text,sebab,Mengapa?,lumbung:state(${warga}) = 'refused',\n",
        "",
    );
    integer(&mut interview, "/warga", 12_500);
    assert_eq!(
        interview.item(&path("/tahu"), "id").unwrap().label,
        "Ada 12.500 warga."
    );
    assert_eq!(calculated(&interview, "/keadaan"), "answered");
    interview.answer(&path("/warga"), Some(Answer::Refused));
    assert_eq!(calculated(&interview, "/keadaan"), "refused");
    assert_eq!(interview.next_unanswered(None), Some(path("/sebab")));
}

#[test]
fn an_answer_of_another_type_is_a_finding() {
    let mut interview = fresh();
    let at = "/c_tenun/c_tenun_ada";
    choose(&mut interview, at, "mungkin");
    assert_eq!(codes(&interview, at), ["type"]);
    integer(&mut interview, at, 1);
    assert_eq!(codes(&interview, at), ["type"]);
}

fn indicator(interview: &Interview, text: &str) -> Evaluated {
    interview.evaluate(&compile_indicator(text, interview.questionnaire()).unwrap())
}

#[test]
fn an_indicator_knows_when_it_cannot_be_known() {
    let maize = "sum(/data/e_tanaman_modul/e_tanaman[e_komoditas='jagung']/e_produksi_ton)";
    let mut interview = fresh();
    let gate = "/e_tanaman_modul/e_tanaman_ada";
    let missing = |lower_bound: Option<f64>, because: &[&str]| {
        Evaluated::Missing(Missing {
            lower_bound,
            because: because.iter().map(|text| path(text)).collect(),
            irrelevant: false,
        })
    };
    assert_eq!(indicator(&interview, maize), missing(Some(0.0), &[gate]));
    choose(&mut interview, gate, "tidak");
    assert_eq!(indicator(&interview, maize), Evaluated::Number(0.0));
    choose(&mut interview, gate, "ya");
    let repeat = "/e_tanaman_modul/e_tanaman";
    assert_eq!(indicator(&interview, maize), missing(Some(0.0), &[repeat]));
    crop(&mut interview, OpId([1; 16]), "jagung", "5", "20");
    crop(&mut interview, OpId([2; 16]), "jagung", "5", "12.5");
    crop(&mut interview, OpId([3; 16]), "kopi", "5", "3");
    assert_eq!(indicator(&interview, maize), Evaluated::Number(32.5));
    let second = path(repeat).row(OpId([2; 16])).child("e_produksi_ton");
    interview.answer(&second, Some(Answer::Unknown));
    assert_eq!(
        indicator(&interview, maize),
        missing(Some(20.0), &[second.as_str()])
    );
}

#[test]
fn an_empty_indicator_is_traced_to_the_unanswered_question() {
    let mut interview = fresh();
    let share = "${b_pmi_total} div ${b_penduduk_total}";
    let gate = "/b_penduduk/b_migran/b_pmi_ada";
    integer(&mut interview, "/b_penduduk/b_keluarga/b_penduduk_l", 500);
    choose(&mut interview, gate, "tidak");
    let Evaluated::Missing(missing) = indicator(&interview, share) else {
        panic!("half of the population is not known");
    };
    assert_eq!(
        missing.because,
        [path("/b_penduduk/b_keluarga/b_penduduk_p")]
    );
    integer(&mut interview, "/b_penduduk/b_keluarga/b_penduduk_p", 500);
    assert_eq!(indicator(&interview, share), Evaluated::Number(0.0));
    let Evaluated::Missing(missing) = indicator(&interview, "${b_anak_pmi}") else {
        panic!("the question does not apply");
    };
    assert!(missing.irrelevant);
    choose(&mut interview, gate, "ya");
    assert!(matches!(
        indicator(&interview, "${b_anak_pmi} > 1"),
        Evaluated::Boolean(false)
    ));
}

#[test]
fn an_indicator_with_a_wrong_name_is_refused() {
    let problem = compile_indicator("sum(/data/tiada)", &potensi_desa()).unwrap_err();
    assert_eq!(
        (problem.code.as_str(), problem.offending.as_str()),
        ("path_unknown", "tiada")
    );
    let problem = compile_indicator("1 +", &potensi_desa()).unwrap_err();
    assert_eq!(problem.code, "expression_invalid");
    assert!(problem.text_en.contains("column 4"));
}

/// One step of a random interview.
#[derive(Debug, Clone)]
enum Deed {
    Answer(usize, u8),
    AddRow(usize, u8),
    RemoveRow(usize),
}

fn deed() -> impl proptest::strategy::Strategy<Value = Deed> {
    use proptest::prelude::{Strategy as _, any, prop_oneof};
    prop_oneof![
        12 => (any::<usize>(), any::<u8>()).prop_map(|(at, how)| Deed::Answer(at, how)),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(at, id)| Deed::AddRow(at, id)),
        1 => any::<usize>().prop_map(Deed::RemoveRow),
    ]
}

fn perform(interview: &mut Interview, deed: &Deed) {
    let questionnaire = interview.questionnaire().clone();
    let of = |interview: &Interview, wanted: fn(Kind) -> bool, rows: bool| -> Vec<Path> {
        let all = interview.instances.all.iter();
        all.filter(|each| wanted(questionnaire.node(each.node).kind))
            .filter(|each| each.row_id.is_some() == rows)
            .map(|each| each.path.clone())
            .collect()
    };
    match deed {
        Deed::Answer(at, how) => {
            let questions = of(interview, Kind::is_question, false);
            let at = &questions[at % questions.len()];
            let index = interview.instances.find(at).unwrap();
            let answer = some_answer(interview.node_of(index), &questionnaire, *how);
            interview.answer(at, answer);
        }
        Deed::AddRow(at, id) => {
            let repeats = of(interview, |kind| kind == Kind::Repeat, false);
            interview.add_row(&repeats[at % repeats.len()], OpId([*id; 16]));
        }
        Deed::RemoveRow(at) => {
            let rows = of(interview, |kind| kind == Kind::Repeat, true);
            if !rows.is_empty() {
                interview.remove_row(&rows[at % rows.len()]);
            }
        }
    }
}

#[test]
fn a_random_order_follows_its_seed() {
    let mut interview = form(
        "type,name,label,parameters\ninteger,s,S,\nselect_one l,a,A,randomize=true seed=${s}\n\
         select_one l,b,B,randomize=true\nselect_one l,c,C,\n",
        "l,1,1,\nl,2,2,\nl,3,3,\nl,4,4,\nl,5,5,\nl,6,6,\n",
    );
    let order = |interview: &Interview, at: &str| {
        let choices = interview.item(&path(at), "id").unwrap().choices;
        choices
            .into_iter()
            .map(|choice| choice.name)
            .collect::<String>()
    };
    let changes = integer(&mut interview, "/s", 42);
    assert!(changes.paths.contains(&path("/a")));
    let first = order(&interview, "/a");
    assert_ne!(first, "123456");
    integer(&mut interview, "/s", 7);
    assert_ne!(order(&interview, "/a"), first);
    integer(&mut interview, "/s", 42);
    assert_eq!(order(&interview, "/a"), first);
    assert_ne!(order(&interview, "/b"), "123456");
    assert_eq!(order(&interview, "/c"), "123456");
}

#[test]
fn chance_and_the_device_are_told_from_outside() {
    let mut interview = form(
        "type,name,label,calculation\ncalculate,a,,random()\ncalculate,b,,uuid()\n\
         calculate,c,,property('deviceid')\ncalculate,d,,\"jr:choice-name(${e}, '../e')\"\n\
         select_one l,e,E,\n",
        "l,x,Iks,\n",
    );
    let uuid = calculated(&interview, "/b");
    assert_eq!(uuid.len(), 36);
    assert_ne!(calculated(&interview, "/a"), "");
    choose(&mut interview, "/e", "x");
    assert_eq!(calculated(&interview, "/b"), uuid);
    assert_eq!(calculated(&interview, "/d"), "Iks");
    let mut elsewhere = surroundings();
    elsewhere.village.code = "53.21.03.2004".to_owned();
    elsewhere
        .facts
        .insert("deviceid".to_owned(), "hp-7".to_owned());
    let other = Interview::new(
        interview.questionnaire().clone(),
        AnswerSet::default(),
        elsewhere,
    );
    assert_ne!(calculated(&other, "/b"), uuid);
    assert_eq!(calculated(&other, "/c"), "hp-7");
}

#[test]
fn a_unit_that_changed_is_told() {
    let mut interview = form(
        "type,name,label,bind::lumbung:unit\nselect_one satuan,s,S,\ninteger,banyak,B,lihat s\n",
        "satuan,kg,kg,\nsatuan,ton,ton,\n",
    );
    let changes = choose(&mut interview, "/s", "ton");
    assert_eq!(interview.item(&path("/banyak"), "id").unwrap().unit, "ton");
    assert!(changes.paths.contains(&path("/banyak")));
}

fn some_answer(
    node: &crate::questionnaire::model::Node,
    questionnaire: &Questionnaire,
    how: u8,
) -> Option<Answer> {
    let number = i64::from(how) * i64::from(how) / 7;
    let names: Vec<String> = match node.list {
        Some(list) => {
            let choices = questionnaire.lists[list as usize].choices.iter();
            choices.map(|choice| choice.name.clone()).collect()
        }
        None => Vec::new(),
    };
    match how % 16 {
        0 => return None,
        1 => return Some(Answer::Unknown),
        2 => return Some(Answer::Refused),
        _ => {}
    }
    let pick = |names: &[String]| names.get(usize::from(how) % names.len().max(1)).cloned();
    Some(Answer::Value(match node.kind {
        Kind::Integer => Value::Integer(number),
        Kind::Decimal => Value::Decimal(Decimal::parse(&format!("{number}.5")).unwrap()),
        Kind::SelectOne => Value::Choice(pick(&names).unwrap_or_default()),
        Kind::SelectMultiple => {
            Value::Choices(names.into_iter().take(usize::from(how % 5)).collect())
        }
        _ => Value::Text("a".repeat(usize::from(how % 9))),
    }))
}

fn observed(interview: &Interview) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        interview.states.clone(),
        interview.findings(),
        interview.calculated_values(),
        interview.counted_answers(),
        interview.pages("id"),
        interview.progress("id"),
    )
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]

    #[test]
    fn step_by_step_ends_like_all_at_once(deeds in proptest::collection::vec(deed(), 1..60)) {
        let mut interview = fresh();
        let gates =
            ["/c_tenun/c_tenun_ada", "/e_tanaman_modul/e_tanaman_ada", "/f_fasilitas_modul/f_fasilitas_ada"];
        for gate in gates {
            choose(&mut interview, gate, "ya");
        }
        for deed in &deeds {
            perform(&mut interview, deed);
        }
        let again = Interview::new(
            interview.questionnaire().clone(),
            interview.answers().clone(),
            interview.surroundings().clone(),
        );
        proptest::prop_assert!(observed(&interview) == observed(&again));
    }

    #[test]
    fn what_changed_is_told(
        deeds in proptest::collection::vec(deed(), 1..30),
        at in proptest::prelude::any::<usize>(),
        how in proptest::prelude::any::<u8>(),
    ) {
        let mut interview = fresh();
        for deed in &deeds {
            perform(&mut interview, deed);
        }
        let before = interview.clone();
        let questionnaire = interview.questionnaire().clone();
        let questions: Vec<Path> = interview
            .instances
            .all
            .iter()
            .filter(|each| questionnaire.node(each.node).kind.is_question())
            .map(|each| each.path.clone())
            .collect();
        let target = &questions[at % questions.len()];
        let index = interview.instances.find(target).unwrap();
        let answer = some_answer(interview.node_of(index), &questionnaire, how);
        let changes = interview.answer(target, answer);
        for path in &questions {
            if before.item(path, "id") != interview.item(path, "id") {
                proptest::prop_assert!(changes.paths.contains(path), "{}", path);
            }
        }
    }
}

#[test]
fn answers_of_later_rows_stay_when_their_relevance_reads_earlier_rows() {
    let mut form = form(
        "type,name,label,relevant\nbegin_repeat,r,R,\n\
         select_one l,lanjut,L,\"position(..) = 1 or indexed-repeat(${lanjut}, ${r}, position(..) - 1) = 'y'\"\n\
         end_repeat,,,\n",
        "l,y,Ya,\nl,t,Tidak,\n",
    );
    for row in [1, 2] {
        form.add_row(&path("/r"), OpId([row; 16]));
    }
    let at = |row: u8| format!("/r[{}]/lanjut", OpId([row; 16]));
    choose(&mut form, &at(1), "y");
    choose(&mut form, &at(2), "t");
    choose(&mut form, &at(1), "t");
    assert!(!form.counted_answers().contains_key(&path(&at(2))));
    choose(&mut form, &at(1), "y");
    assert!(form.counted_answers().contains_key(&path(&at(2))));
    let anew = Interview::new(
        form.questionnaire().clone(),
        form.answers().clone(),
        form.surroundings().clone(),
    );
    assert_eq!(
        form.item(&path(&at(2)), "id"),
        anew.item(&path(&at(2)), "id")
    );
    assert!(observed(&form) == observed(&anew));
}

#[test]
fn rows_that_count_themselves_are_as_if_computed_anew() {
    let mut form = form(
        "type,name,label,relevant,calculation\ninteger,x,X,,\n\
         begin_repeat,o,O,,\n\
         begin_repeat,r,R,\"if(${x} > 0, count(../../o/r) < 1, true())\",\ninteger,a,A,,\nend_repeat,,,,\n\
         calculate,c,,,\"if(${x} > 0, count(../../o/c), 0)\"\n\
         end_repeat,,,,\n",
        "",
    );
    for row in [1, 2] {
        form.add_row(&path("/o"), OpId([row; 16]));
        let inner = format!("/o[{}]/r", OpId([row; 16]));
        form.add_row(&path(&inner), OpId([9; 16]));
    }
    let at = |row: u8| format!("/o[{}]/c", OpId([row; 16]));
    for x in [1, 0, 2] {
        integer(&mut form, "/x", x);
        let anew = Interview::new(
            form.questionnaire().clone(),
            form.answers().clone(),
            form.surroundings().clone(),
        );
        assert!(observed(&form) == observed(&anew), "{x}");
    }
    assert_eq!(calculated(&form, &at(1)), "1");
    assert_eq!(calculated(&form, &at(2)), "2");
}

#[test]
fn indexed_repeat_sees_all_rows_it_names_within_the_own_outer_row() {
    let mut form = form(
        "type,name,label,calculation\nbegin_repeat,o,O,\ninteger,n,N,\n\
         calculate,lain,,\"indexed-repeat(${n}, ${o}, 1)\"\n\
         begin_repeat,r,R,\ninteger,x,X,\n\
         calculate,lalu,,\"indexed-repeat(${x}, ${r}, position(..) - 1)\"\n\
         calculate,awal,,\"indexed-repeat( /data/o/r/x , /data/o/r , 1)\"\n\
         calculate,kerabat,,\"indexed-repeat(../x, .., 1)\"\n\
         calculate,jauh,,\"indexed-repeat(/data/o/r/x, /data/o, 1, /data/o/r, 2)\"\n\
         end_repeat,,,\nend_repeat,,,\n\
         calculate,luar,,\"indexed-repeat(/data/o/r/x, /data/o, 2, /data/o/r, 1)\"\n",
        "",
    );
    let row = |row: u8| OpId([row; 16]);
    for outer in [1, 2] {
        form.add_row(&path("/o"), row(outer));
        integer(
            &mut form,
            &format!("/o[{}]/n", row(outer)),
            i64::from(outer),
        );
        let inner = format!("/o[{}]/r", row(outer));
        for each in [1, 2] {
            form.add_row(&path(&inner), row(each));
            let number = i64::from(outer * 10 + each);
            integer(&mut form, &format!("{inner}[{}]/x", row(each)), number);
        }
    }
    let last = |name: &str| calculated(&form, &format!("/o[{}]/r[{}]/{name}", row(2), row(2)));
    assert_eq!(last("lalu"), "21");
    assert_eq!(last("awal"), "21");
    assert_eq!(last("kerabat"), "21");
    assert_eq!(last("jauh"), "12");
    assert_eq!(calculated(&form, "/luar"), "21");
    assert_eq!(calculated(&form, &format!("/o[{}]/lain", row(2))), "1");
}

#[test]
fn rows_that_do_not_fit_are_told_at_their_repeat_and_not_added() {
    // 500 rows of 130 questions are more than a case takes.
    let mut survey = "type,name,label\nbegin_repeat,r,R\n".to_owned();
    for question in 0..130 {
        survey.push_str(&format!("integer,a{question},A\n"));
    }
    survey.push_str("end_repeat,,\nbegin_repeat,s,S\ninteger,b,B\nend_repeat,,\n");
    let small = form(&survey, "");
    let mut answers = AnswerSet::default();
    let row = |row: usize| OpId((row as u128).to_be_bytes());
    answers
        .rows
        .insert(path("/r"), (1..=500).map(row).collect());
    answers.rows.insert(path("/s"), vec![row(1)]);
    let new = |answers| Interview::new(small.questionnaire().clone(), answers, surroundings());
    let mut form = new(answers.clone());
    assert_eq!(codes(&form, "/r"), ["too_many_rows"]);
    assert_eq!(codes(&form, "/s"), ["too_many_rows"]);
    assert!(form.pages("id").iter().all(|page| !page.can_add));
    assert_eq!(form.add_row(&path("/s"), row(2)), Changes::default());
    assert_eq!(form.answers().rows[&path("/s")].len(), 1);
    for each in 1..=100 {
        let id = row(each);
        answers
            .rows
            .get_mut(&path("/r"))
            .unwrap()
            .retain(|&row| row != id);
    }
    let form = new(answers);
    assert!(form.findings().is_empty());
}

#[test]
fn names_in_predicates_in_predicates_come_to_an_end() {
    let mut form = form(
        "type,name,label,calculation\nbegin_repeat,r,R,\ninteger,x,X,\nend_repeat,,,\n\
         calculate,semua,,\"count(/data/r[sum(${x}) >= 0])\"\n\
         calculate,ganda,,\"count(/data/r[count(../r[sum(${x}) >= 0]) > 0])\"\n",
        "",
    );
    let rows = (1..=400_u128).map(|row| OpId(row.to_be_bytes()));
    let mut answers = AnswerSet::default();
    answers.rows.insert(path("/r"), rows.collect());
    for row in answers.rows[&path("/r")].clone() {
        let at = path("/r").row(row).child("x");
        answers.answers.insert(at, Answer::Value(Value::Integer(1)));
    }
    form = Interview::new(form.questionnaire().clone(), answers, surroundings());
    assert_eq!(calculated(&form, "/semua"), "400");
    // Sixty-four million numbers would be summed; what is beyond the bound has no value.
    assert_ne!(calculated(&form, "/ganda"), "400");
}
