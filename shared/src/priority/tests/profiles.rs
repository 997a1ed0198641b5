//! The methods of programmes that ship, each over a small world that was made up.

use super::super::{
    Columns, DESA_PERCONTOHAN, DESMIGRATIF, KTM, MITRA_IKN, Method, Observation, Observed, Ranking,
    Selection, Shipped, Status, Unit, Verdict, parse, read_units, select,
};
use super::ranked;

/// A village: its code, and values by column that differ from those of the world.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// Villages of a shipped method, read as any table is: each has the values of `world` but for its own.
fn villages(method: &Method, world: &[(&str, &str)], rows: &[Row]) -> Vec<Unit> {
    let names: Vec<&str> = world.iter().map(|(name, _)| *name).collect();
    let mut table = format!("code,{}\n", names.join(","));
    for (code, own) in rows {
        table.push_str(code);
        assert!(own.iter().all(|(name, _)| names.contains(name)), "{code}");
        for (name, usual) in world {
            let found = own.iter().find(|(it, _)| it == name);
            table.push(',');
            table.push_str(found.map_or(*usual, |(_, value)| *value));
        }
        table.push('\n');
    }
    let units = read_units(method, &Columns::default(), table.as_bytes(), None);
    units.unwrap_or_else(|problems| panic!("{problems:?}"))
}

const DESMIGRATIF_WORLD: [(&str, &str); 18] = [
    ("pmi_per_1000", "20"),
    ("pmi_nonprosedural", "30"),
    ("anak_pmi", "10"),
    ("remitansi_kk", "10"),
    ("nilai_tenun", "0"),
    ("nilai_gerabah", "0"),
    ("komoditas_pembeli", "1"),
    ("pmi_orang", "50"),
    ("nonprosedural_orang", "15"),
    ("anak_orang", "20"),
    ("remitansi_keluarga", "40"),
    ("penenun", "0"),
    ("perajin", "0"),
    ("pmi_ada", "1"),
    ("ruang_layanan", "1"),
    ("bukan_kelurahan", "1"),
    ("pmi_total", "50"),
    ("penduduk", "2000"),
];

/// The quota of 2017 (domain.md 4.1): 100 villages in 50 kabupaten, and 20 in ten kabupaten of NTT.
#[test]
fn desmigratif_keeps_the_places_that_an_earmark_gives_to_ntt() {
    let quota = "[programme.quota]\nper_area = 2\ntotal = 120\nreserves = 3\n\
        [[programme.quota.earmark]]\narea = \"53\"\nlabel = { id = \"NTT\", en = \"NTT\" }\nplaces = 20\n";
    let own = "[programme.quota]\nper_area = 2\nreserves = 3\n";
    let document = DESMIGRATIF.document.replacen(own, quota, 1);
    assert_ne!(
        document, DESMIGRATIF.document,
        "the shipped quota is another"
    );
    let method = parse(&document).unwrap();
    // Three villages in each of 60 kabupaten elsewhere, whose need is greater, and of twelve in NTT.
    let elsewhere = (0..60).map(|it| format!("{}.{:02}", 11 + it / 10, 1 + it % 10));
    let ntt = (1..=12).map(|it| format!("53.{it:02}"));
    let villages_of = |area: String| (1..=3).map(move |it| format!("{area}.01.200{it}"));
    let codes: Vec<String> = elsewhere.chain(ntt).flat_map(villages_of).collect();
    let need = |code: &str| if code.starts_with("53") { "5" } else { "40" };
    let own: Vec<[(&str, &str); 1]> = codes
        .iter()
        .map(|it| [("pmi_per_1000", need(it))])
        .collect();
    let rows: Vec<Row> = codes
        .iter()
        .zip(&own)
        .map(|(code, own)| (code.as_str(), own.as_slice()))
        .collect();
    let (_, selection) = chosen(&method, &villages(&method, &DESMIGRATIF_WORLD, &rows));
    let of_ntt = |it: &&String| it.starts_with("53.");
    assert_eq!(selection.chosen.len(), 120);
    assert_eq!(selection.chosen.iter().filter(of_ntt).count(), 20);
    assert_eq!(selection.shortfalls, []);
    let earmarked = selection.decisions.iter().filter(|it| it.earmark.is_some());
    assert!(earmarked.clone().all(|it| it.region.starts_with("53.")));
    assert_eq!(earmarked.count(), 20);
    // Without it, need alone takes every place.
    let plain = parse(&document.replacen("places = 20", "places = 0", 1)).unwrap();
    let (_, selection) = chosen(&plain, &villages(&plain, &DESMIGRATIF_WORLD, &rows));
    assert_eq!(selection.chosen.len(), 120);
    assert_eq!(selection.chosen.iter().filter(of_ntt).count(), 0);
}

fn shipped(shipped: Shipped) -> Method {
    parse(shipped.document).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn chosen(method: &Method, units: &[Unit]) -> (Ranking, Selection) {
    let ranking = ranked(method, units);
    let quota = &method.programme.as_ref().unwrap().quota;
    let selection = select(method, &ranking, quota).unwrap_or_else(|it| panic!("{it:?}"));
    (ranking, selection)
}

const KTM_WORLD: [(&str, &str); 19] = [
    ("pengolah", "1"),
    ("luas_panen", "200"),
    ("koperasi", "1"),
    ("bumdes_tani", "0"),
    ("kelompok_tani", "5"),
    ("kursus", "0"),
    ("jarak_sma", "10"),
    ("pasar_permanen", "0"),
    ("gudang", "1"),
    ("menit_pasar", "90"),
    ("luas_ha", "7640"),
    ("keluarga", "1700"),
    ("lintang", "0"),
    ("bujur", "0"),
    ("kawasan_transmigrasi", "1"),
    ("lahan_budidaya", "1"),
    ("tanpa_sengketa", "1"),
    ("diterima_warga", "1"),
    ("jumlah_kk", "1200"),
];

/// Batu Betumpang and who lies around it (domain.md 4.2): villages of 7,640 ha on average (183,379 ha over 24),
/// in the distances that were measured there, laid on a line; 1,700 families each are made up.
#[test]
fn ktm_gathers_neighbours_until_both_totals_are_reached_and_names_who_leads() {
    let method = shipped(KTM);
    let kawasan = method.programme.as_ref().unwrap().kawasan.as_ref().unwrap();
    let asked: Vec<f64> = kawasan.totals.iter().map(|it| it.at_least).collect();
    assert_eq!((asked, kawasan.members_max), (vec![18_000.0, 9_000.0], 10));
    let rows: [Row; 10] = [
        (
            "19.03.08.2001",
            &[("pengolah", "3"), ("luas_panen", "900"), ("koperasi", "2")],
        ),
        ("19.03.08.2002", &[("bujur", "0.0441"), ("kursus", "1")]),
        (
            "19.03.08.2003",
            &[("bujur", "-0.0441"), ("pasar_permanen", "1")],
        ),
        ("19.03.08.2004", &[("bujur", "0.0809"), ("gudang", "2")]),
        ("19.03.08.2005", &[("bujur", "-0.0872")]),
        (
            "19.03.02.2006",
            &[("bujur", "0.0971"), ("bumdes_tani", "1")],
        ),
        (
            "19.03.05.2007",
            &[("bujur", "-0.1151"), ("jarak_sma", "20")],
        ),
        ("19.03.05.2008", &[("bujur", "0.1556"), ("jarak_sma", "20")]),
        (
            "19.03.02.2009",
            &[("bujur", "-0.1583"), ("jarak_sma", "20")],
        ),
        // Near, large and strong, but with a land dispute.
        (
            "19.03.08.2010",
            &[
                ("keluarga", "9000"),
                ("luas_ha", "20000"),
                ("tanpa_sengketa", "0"),
            ],
        ),
    ];
    let (ranking, selection) = chosen(&method, &villages(&method, &KTM_WORLD, &rows));
    assert_eq!(
        ranking.unit("19.03.08.2010").unwrap().status,
        Status::NotEligible
    );
    let [kawasan] = &selection.kawasan[..] else {
        panic!("{:?}", selection.kawasan);
    };
    // 9,000 families need six villages; 18,000 ha are reached by three.
    assert_eq!(kawasan.sums, [45_840.0, 10_200.0]);
    assert_eq!(kawasan.centre, "19.03.08.2001");
    let mut members = kawasan.members.clone();
    members.sort();
    assert_eq!(
        members,
        [
            "19.03.02.2006",
            "19.03.08.2001",
            "19.03.08.2002",
            "19.03.08.2003",
            "19.03.08.2004",
            "19.03.08.2005",
        ]
    );
    let leads: Vec<(&str, &str)> = kawasan
        .functions
        .iter()
        .map(|it| (it.dimension.as_str(), it.region.as_str()))
        .collect();
    assert_eq!(
        leads,
        [
            ("pengolahan", "19.03.08.2001"),
            ("agroindustri", "19.03.02.2006"),
            ("pelatihan", "19.03.08.2002"),
            ("pasar", "19.03.08.2003"),
        ]
    );
    assert_eq!(kawasan.unknown, Vec::<String>::new());
}

#[test]
fn ktm_counts_nothing_for_families_that_are_not_known() {
    let method = shipped(KTM);
    let rows: [Row; 2] = [
        (
            "19.03.08.2001",
            &[("keluarga", "8999"), ("luas_ha", "18000")],
        ),
        ("19.03.08.2002", &[("keluarga", ""), ("bujur", "0.05")]),
    ];
    let (_, selection) = chosen(&method, &villages(&method, &KTM_WORLD, &rows));
    assert_eq!(selection.kawasan, []);
    let enough: [Row; 1] = [(
        "19.03.08.2001",
        &[("keluarga", "9000"), ("luas_ha", "18000")],
    )];
    let (_, selection) = chosen(&method, &villages(&method, &KTM_WORLD, &enough));
    assert_eq!(selection.kawasan[0].members, ["19.03.08.2001"]);
}

const MODEL_WORLD: [(&str, &str); 12] = [
    ("jarak_kelas", "0.05"),
    ("poin_murah", "8"),
    ("lembaga", "1"),
    ("apbdes_publik", "1"),
    ("musdes", "2"),
    ("jalan", "sepanjang_tahun"),
    ("lintang", "-3.1"),
    ("bujur", "114.6"),
    ("ruang_layanan", "1"),
    ("lembaga_aktif", "1"),
    ("bukan_kelurahan", "1"),
    ("penduduk", "1500"),
];

/// Anjir Pasar, Mandastana and Jejangkit in Barito Kuala (domain.md 4.3); the values are made up.
#[test]
fn model_villages_lack_little_are_committed_and_stand_apart() {
    let method = shipped(DESA_PERCONTOHAN);
    let rows: [Row; 7] = [
        ("63.04.03.2001", &[("poin_murah", "0")]),
        // Second best, but of the same kecamatan as the best.
        ("63.04.03.2002", &[("poin_murah", "4"), ("bujur", "114.8")]),
        // Third best, but 3.3 km from the best.
        (
            "63.04.06.2021",
            &[("poin_murah", "5"), ("lintang", "-3.13")],
        ),
        ("63.04.06.2001", &[("lintang", "-3.2"), ("bujur", "114.5")]),
        (
            "63.04.17.2005",
            &[("poin_murah", "28"), ("lintang", "-3.3")],
        ),
        // Best of its kecamatan, but nobody knows where its office is.
        (
            "63.04.17.2006",
            &[("poin_murah", "0"), ("lintang", ""), ("bujur", "")],
        ),
        (
            "63.04.05.2001",
            &[("poin_murah", "0"), ("lembaga_aktif", "0")],
        ),
    ];
    let (ranking, selection) = chosen(&method, &villages(&method, &MODEL_WORLD, &rows));
    let mut codes = selection.chosen.clone();
    codes.sort();
    assert_eq!(codes, ["63.04.03.2001", "63.04.06.2001", "63.04.17.2005"]);
    assert!(selection.proof.as_ref().unwrap().proved);
    let verdict = |code: &str| {
        let mut decisions = selection.decisions.iter();
        decisions.find(|it| it.region == code).unwrap().verdict
    };
    assert_eq!(verdict("63.04.05.2001"), Verdict::NotEligible);
    let of = |code: &str, id: &str| {
        let place = method.indicators.iter().position(|it| it.id == id);
        ranking.unit(code).unwrap().indicators[place.unwrap()].clone()
    };
    // Four points of 28 in one fifth of the score.
    let points = |code: &str| of(code, "poin_murah").normalised.unwrap() * 0.2;
    let step = points("63.04.03.2001") - points("63.04.03.2002");
    assert_eq!(format!("{step:.4}"), format!("{:.4}", 20.0 * 4.0 / 28.0));
    // The five others with a position lie 0, 3.3, 15.7, 22.2 and 22.2 km away; whoever has none is not known to be near.
    let near = match of("63.04.03.2001", "jarak_pengikut").raw {
        Observed::Number(km) => format!("{km:.1}"),
        other => panic!("{other:?}"),
    };
    assert_eq!(near, "12.7");
    let nowhere = of("63.04.17.2006", "jarak_pengikut");
    assert_eq!((nowhere.raw, nowhere.observed), (Observed::Missing, false));
    // What the service prints for a gain of five points of the IKS is five fourths of a step here.
    assert_eq!(
        format!("{:.8}", 4.0 / 175.0 / 3.0 * 5.0 / 4.0),
        "0.00952381"
    );
}

/// The worked examples A and B of domain.md 3.1, and a village that has reached the highest class.
#[test]
fn a_model_village_is_near_its_next_class() {
    let method = shipped(DESA_PERCONTOHAN);
    let rows: [Row; 5] = [
        // A sixth, so that each has five neighbours.
        ("63.04.03.2006", &[]),
        // 0.7067 to 0.7073.
        ("63.04.03.2001", &[("jarak_kelas", "0.000633")]),
        // 0.7192 to 0.8156.
        ("63.04.03.2002", &[("jarak_kelas", "0.0964")]),
        // A class is 0.1083 wide: farther away is as far.
        ("63.04.03.2003", &[("jarak_kelas", "0.2")]),
        ("63.04.03.2004", &[("jarak_kelas", "")]),
    ];
    let mut units = villages(&method, &MODEL_WORLD, &rows);
    let mut highest = units[0].clone();
    highest.region = "63.04.03.2005".to_owned();
    highest.indicators[0] = Observation::irrelevant();
    units.push(highest);
    let ranking = ranked(&method, &units);
    let points = |code: &str| {
        let detail = &ranking.unit(code).unwrap().indicators[0];
        // Half of the two fifths that what is lacking weighs.
        detail.normalised.map(|it| format!("{:.2}", it * 0.2))
    };
    assert_eq!(points("63.04.03.2001").as_deref(), Some("19.88"));
    assert_eq!(points("63.04.03.2002").as_deref(), Some("2.20"));
    assert_eq!(points("63.04.03.2003").as_deref(), Some("0.00"));
    assert_eq!(points("63.04.03.2004").as_deref(), Some("0.00"));
    assert_eq!(points("63.04.03.2005").as_deref(), Some("0.00"));
    let width = |code: &str| {
        let unit = ranking.unit(code).unwrap();
        format!("{:.2}", unit.upper.unwrap() - unit.lower.unwrap())
    };
    // What is not known may be anything; what has no next class is known.
    assert_eq!(width("63.04.03.2004"), "20.00");
    assert_eq!(width("63.04.03.2005"), "0.00");
}

const PARTNER_WORLD: [(&str, &str); 9] = [
    ("padi_ha", "100"),
    ("sayur_buah_ton", "10"),
    ("ternak_ikan_ton", "5"),
    ("persen_dijual", "50"),
    ("kesepakatan", "0"),
    ("menit_mitra", "120"),
    ("jalan", "sepanjang_tahun"),
    ("gudang", "0"),
    ("pengolah", "1"),
];

/// Villages that Brida Kaltim mapped (domain.md 4.4), with values that are made up.
#[test]
fn partner_villages_are_ranked_and_nobody_is_chosen() {
    let method = shipped(MITRA_IKN);
    assert!(method.programme.is_none());
    let rows: [Row; 4] = [
        (
            "64.02.02.2009",
            &[
                ("padi_ha", "900"),
                ("sayur_buah_ton", "80"),
                ("kesepakatan", "2"),
                ("menit_mitra", "60"),
            ],
        ),
        ("64.09.04.2001", &[("menit_mitra", "15")]),
        (
            "64.09.04.2002",
            &[("menit_mitra", "15"), ("jalan", "kemarau")],
        ),
        // Outside of what was asked there: unknown counts its worst, and the interval says so.
        ("64.02.03.2001", &[("menit_mitra", "")]),
    ];
    let ranking = ranked(&method, &villages(&method, &PARTNER_WORLD, &rows));
    let order: Vec<&str> = ranking.units.iter().map(|it| it.region.as_str()).collect();
    assert_eq!(
        order,
        [
            "64.02.02.2009",
            "64.09.04.2001",
            "64.09.04.2002",
            "64.02.03.2001"
        ]
    );
    // Two of three rungs, in two fifths of a quarter of the score.
    let score = |place: usize| ranking.units[place].score.unwrap();
    let step = score(1) - score(2);
    assert_eq!(
        format!("{step:.4}"),
        format!("{:.4}", 25.0 * 0.4 * 2.0 / 3.0)
    );
    let unknown = &ranking.units[3];
    let width = unknown.upper.unwrap() - unknown.lower.unwrap();
    assert_eq!(format!("{width:.4}"), "15.0000");
    assert_eq!(unknown.lower, unknown.score);
}
