//! Worked examples with published numbers, months, and everything that is refused.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::*;

fn shipped() -> Assumptions {
    parse_assumptions(KAPASITAS.document).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn run(harvests: &str, facilities: &str) -> Vec<Balance> {
    let harvests = read_harvests(harvests.as_bytes()).unwrap();
    let facilities = read_facilities(facilities.as_bytes()).unwrap();
    balances(&shipped(), 2024, &harvests, &facilities).unwrap()
}

fn faults<T: std::fmt::Debug>(result: Result<T, Vec<Problem>>) -> Vec<String> {
    let problems = result.unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

/// Tells both examples, sentence by sentence.
const DOCS: &str = include_str!("../../../../docs/capacity.md");

const HARVEST: &str = "code,commodity,form,produced_t,area_ha,harvest_months,catchment\n";
const MILL: &str = "code,name,commodity,unit,capacity,status,catchment\n";

#[test]
fn the_mill_of_batu_betumpang_is_full_from_1409_hectares_on() {
    let harvest = format!("{HARVEST}19.03.08.2001,padi_sawah,gkg,,300,m02 m08,kawasan\n");
    let mill = format!("{MILL}19.03.08.2001,RMU,padi,ton_jam,3,beroperasi,kawasan\n");
    let [balance] = &run(&harvest, &mill)[..] else {
        panic!("one balance");
    };
    assert_eq!(balance.existing_t, 6000.0);
    assert_eq!(
        balance.words.en,
        "kawasan, processing of rice: supply 1,277 t mill-dry paddy, capacity 6,000 t; \
         utilisation 0.21: too large; full if 1,409 ha are harvested a year"
    );
    assert_eq!(
        balance.words.id,
        "kawasan, pengolahan padi: bahan 1.277 ton GKG, kapasitas 6.000 ton; \
         pemakaian 0,21: terlalu besar; penuh bila 1.409 ha dipanen setahun"
    );
    assert!(DOCS.contains(&balance.words.id));
    // 7.7 percent of all that the province harvested in 2024.
    let share = balance.break_even_ha.unwrap() / 18_203.0;
    assert_eq!(format!("{share:.3}"), "0.077");
    assert_eq!(balance.used.len(), 1);
    assert!(balance.used[0].en.contains("4.257 (2024, Kepulauan Bangka"));
}

#[test]
fn the_mill_of_rawa_pitu_is_small() {
    // 14,000 ha, 57,000 t per harvest, two harvests.
    let harvest = format!("{HARVEST}18.05.14.2001,padi_sawah,gkg,114000,28000,3 9,Rawa Pitu\n");
    let mill = format!("{MILL}18.05.14.2001,RMU,padi,ton_jam,3,beroperasi,Rawa Pitu\n");
    let [balance] = &run(&harvest, &mill)[..] else {
        panic!("one balance");
    };
    assert_eq!(balance.utilisation, Some(19.0));
    assert_eq!(
        balance.words.id,
        "Rawa Pitu, pengolahan padi: bahan 114.000 ton GKG, kapasitas 6.000 ton; \
         pemakaian 19: kurang kapasitas; penuh bila 1.143 ha dipanen setahun"
    );
    assert!(DOCS.contains(&balance.words.id));
    let months: Vec<Option<f64>> = balance.months.iter().map(|it| it.utilisation).collect();
    assert_eq!((months[2], months[3]), (Some(114.0), Some(0.0)));
}

/// Rice of Kutai Kartanegara in 2024 and of Penajam Paser Utara (domain.md 4.4), as one cluster and each alone.
#[test]
fn partner_areas_are_compared_with_what_the_capital_eats_month_by_month() {
    let assumptions = parse_assumptions(PASOKAN_IKN.document);
    let assumptions = assumptions.unwrap_or_else(|problems| panic!("{problems:?}"));
    let run = |harvests: &str, facilities: &str| {
        let harvests = read_harvests(harvests.as_bytes()).unwrap();
        let facilities = read_facilities(facilities.as_bytes()).unwrap();
        balances(&assumptions, 2024, &harvests, &facilities).unwrap()
    };
    let kukar = format!("{HARVEST}64.02.02.2009,padi_sawah,gkg,115100,,m03 m09,IKN\n");
    // 95,000 t a year for a million people.
    let demand = format!("{MILL}64.09.04.2001,IKN,padi,ton_hari,380,,IKN\n");
    let [balance] = &run(&kukar, &demand)[..] else {
        panic!("one balance");
    };
    assert_eq!(balance.existing_t, 95_000.0);
    assert_eq!(format!("{:.0}", balance.supply_t), "66942");
    let used = |balance: &Balance| format!("{:.3}", balance.utilisation.unwrap());
    assert_eq!(used(balance), "0.705");
    assert_eq!(assumptions.bands[balance.band.unwrap()].id, "kurang");
    let words = &balance.words.id;
    assert!(
        words.contains("pemakaian 0,7: di bawah kebutuhan"),
        "{words}"
    );
    let months: Vec<bool> = balance.months.iter().map(|it| 0.0 < it.supply_t).collect();
    assert_eq!(months.iter().filter(|it| **it).count(), 2);

    // Together with PPU, whose 32,000 t of rice are twice what its 190,000 people eat.
    let both = format!("{kukar}64.09.01.2001,padi_sawah,beras,32000,,m04 m10,IKN\n");
    assert_eq!(used(&run(&both, &demand)[0]), "1.041");
    let ppu = format!("{HARVEST}64.09.01.2001,padi_sawah,beras,32000,,m04 m10,\n");
    let own = format!("{MILL}64.09.01.2001,PPU,padi,ton_hari,64,,\n");
    let own = &run(&ppu, &own)[0];
    assert_eq!(
        (own.catchment.as_str(), used(own)),
        ("64.09", "2.000".to_owned())
    );
    assert_eq!(assumptions.bands[own.band.unwrap()].id, "berlebih");
}

#[test]
fn bands_have_the_bounds_of_the_document() {
    for (tonnes, word) in [
        ("1790", "terlalu_besar"),
        ("1800", "kurang_bahan"),
        ("4190", "kurang_bahan"),
        ("4200", "sesuai"),
        ("7200", "sesuai"),
        ("7206", "kurang_kapasitas"),
    ] {
        let harvest = format!("{HARVEST}53.21.03.2003,padi,gkg,{tonnes},,,\n");
        let mill = format!("{MILL}53.21.03.2004,,padi,ton_jam,3,,\n");
        let balances = run(&harvest, &mill);
        let band = balances[0].band.unwrap();
        assert_eq!(shipped().bands[band].id, word, "{tonnes}");
        assert_eq!(balances[0].catchment, "53.21");
    }
}

#[test]
fn forms_are_converted_by_the_newest_factor_of_the_province_and_say_which() {
    let supply = |code: &str, form: &str, year: u16| {
        let harvest = format!("{HARVEST}{code},padi,{form},100,,,\n");
        let harvests = read_harvests(harvest.as_bytes()).unwrap();
        let balances = balances(&shipped(), year, &harvests, &[]).unwrap();
        format!("{:.2} {}", balances[0].supply_t, balances[0].used.len())
    };
    assert_eq!(supply("53.21.03.2003", "gkg", 2024), "100.00 0");
    assert_eq!(supply("53.21.03.2003", "gkp", 2024), "83.62 1");
    assert_eq!(supply("53.21.03.2003", "gkp", 2021), "83.12 1");
    assert_eq!(supply("53.21.03.2003", "beras", 2024), "156.20 1");
    assert_eq!(supply("16.01.01.2001", "beras", 2024), "156.20 1");
    assert_eq!(supply("16.01.01.2001", "beras", 2025), "156.86 1");
    let harvest = format!("{HARVEST}53.21.03.2003,padi,jerami,1,,,\n53.21.03.2003,padi,gkp,1,,,\n");
    let harvests = read_harvests(harvest.as_bytes()).unwrap();
    assert_eq!(
        faults(balances(&shipped(), 2000, &harvests, &[])),
        [
            "harvest 53.21.03.2003 padi: there is no factor of padi from `jerami` to `gkg`; add a [[commodity]] and a [[factor]]",
            "harvest 53.21.03.2003 padi: there is no factor of padi from `gkp` to `gkg`; add a [[commodity]] and a [[factor]]",
        ]
    );
}

#[test]
fn what_counts_is_the_newest_of_the_province_else_of_the_nation() {
    let shipped = shipped();
    let told = |provinces: &[&str], year: u16| {
        let provinces = provinces.iter().map(|it| (*it).to_owned()).collect();
        let (factors, yields) = shipped.in_force(&provinces, year);
        let factors = factors
            .iter()
            .map(|it| format!("{}{}", it.province, it.year));
        let yields = yields
            .iter()
            .map(|it| format!("{}{}", it.province, it.year));
        let join = |all: Vec<String>| all.join(" ");
        join(factors.collect()) + " | " + &join(yields.collect())
    };
    assert_eq!(told(&["53"], 2026), "2022 2018 | 532024");
    assert_eq!(told(&["53"], 2022), "2022 2018 | 532022");
    assert_eq!(told(&["16", "19"], 2026), "2022 2018 162025 | 2022 192024");
    assert_eq!(told(&[], 2012), "2012 2007 | ");
}

#[test]
fn a_planned_mill_gets_what_the_others_leave_over() {
    let harvest = format!("{HARVEST}53.21.03.2003,padi,gkg,9000,,,\n");
    let mill = format!(
        "{MILL}53.21.03.2003,lama,padi,ton_jam,3,jarang,\n53.21.03.2003,baru,padi,ton_jam,3,rencana,\n\
         53.21.03.2003,mati,padi,ton_jam,9,mangkrak,\n53.21.03.2003,sakit,padi,ton_hari,4,rusak,\n"
    );
    let balance = &run(&harvest, &mill)[0];
    assert_eq!((balance.existing_t, balance.planned_t), (7000.0, 6000.0));
    assert_eq!(balance.planned_utilisation, Some(2000.0 / 6000.0));
    let notes: Vec<&str> = balance.notes.iter().map(|it| it.en.as_str()).collect();
    assert_eq!(
        notes,
        [
            "mati: derelict, and not counted",
            "sakit: broken for now, and counted"
        ]
    );
}

#[test]
fn a_store_holds_what_came_and_was_not_used_yet() {
    // All in April, used evenly: 11 of 12 parts lie there at its end, and again nothing in March.
    let harvest = format!("{HARVEST}53.21.03.2003,padi,gkg,1200,,4,\n");
    let store =
        format!("{MILL}53.21.03.2003,,padi,ton,1000,,\n53.21.03.2003,lapang,padi,m2,50,,\n");
    let balances = run(&harvest, &store);
    let store = balances
        .iter()
        .find(|it| it.service == Service::Store)
        .unwrap();
    assert_eq!(store.supply_t, 1100.0);
    let waiting: Vec<f64> = store.months.iter().map(|it| it.waiting_t).collect();
    assert_eq!(waiting[..5], [200.0, 100.0, 0.0, 1100.0, 1000.0]);
    assert_eq!(store.utilisation, Some(1.1));
    assert_eq!(
        store.notes[0].en,
        "lapang: not counted; give operation.t_per_m2 in the assumptions"
    );
    // Nobody mills it, and that is said too.
    assert!(balances[0].words.en.contains("nothing is installed"));
}

#[test]
fn a_market_takes_all_commodities() {
    let mut assumptions = shipped();
    assumptions.operation.t_per_stall_day = Some(0.1);
    let harvest = format!("{HARVEST}a,padi,gkg,500,,1,k\na,jagung,pipilan_kering,250,,2,k\n");
    let market = format!("{MILL}a,Pasar,,kios_los,60,,k\n");
    let harvests = read_harvests(harvest.as_bytes()).unwrap();
    let facilities = read_facilities(market.as_bytes()).unwrap();
    let all = balances(&assumptions, 2024, &harvests, &facilities).unwrap();
    let market = all.iter().find(|it| it.service == Service::Sell).unwrap();
    assert_eq!(market.utilisation, Some(0.5));
    assert_eq!(
        market.words.en,
        "k, market for all commodities: supply 750 t, capacity 1,500 t; utilisation 0.5: short of material"
    );
}

#[test]
fn a_mill_works_off_what_waits() {
    assert_eq!(
        calendar::backlog(&[0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 12.], 1.0),
        [10., 9., 8., 7., 6., 5., 4., 3., 2., 1., 0., 11.]
    );
    assert_eq!(calendar::backlog(&[2.0; 12], 1.0)[11], 12.0);
}

#[test]
fn what_is_not_known_is_told_and_not_counted() {
    let harvest = format!("{HARVEST}53.21.03.2003,padi,gkg,NA,,3,\n53.21.03.2003,padi,gkg,10,,,\n");
    let balance = &run(&harvest, MILL)[0];
    assert_eq!((balance.supply_t, balance.without_month_t), (10.0, 10.0));
    assert_eq!(balance.notes.len(), 1);
    assert!(balance.months.iter().all(|it| it.utilisation.is_none()));
}

#[test]
fn faults_of_tables_come_all_at_once() {
    let harvest = "code,commodity,form,produced_t,harvest_months,available_percent\n\
                   53.21.03.2003,,gkg,\"1,5\",13,\n5321032003,padi,gkg,1,1,101\n53.21.03.2003,padi\n";
    assert_eq!(
        faults(read_harvests(harvest.as_bytes())),
        [
            "line 2, harvest, column commodity: this cell is empty",
            "line 2, harvest, column produced_t: `1,5` is no number from 0 to 1000000000000",
            "line 2, harvest, column harvest_months: `13` is no month; write 1 to 12 with spaces between",
            "line 3, harvest, column available_percent: `101` is no number from 0 to 100",
            "line 4, harvest: this row has 2 cells, the header 6; quote a cell that holds a comma",
            "line 3, unit 5321032003: a code without dots may be one of BPS; write the Kemendagri code with dots, such as 53.21.03.2003",
        ]
    );
    assert_eq!(
        faults(read_facilities(b"code,unit\n")),
        [
            "line 1, facilities: the table has no column `commodity`",
            "line 1, facilities: the table has no column `capacity`",
        ]
    );
    let facility = format!("{MILL}53.21.03.2003,x,padi,kuintal,,tua,\n");
    assert_eq!(
        faults(read_facilities(facility.as_bytes())),
        [
            "line 2, facilities, column unit: `kuintal` is not known; write one of ton_jam, ton_hari, ton, m2, kios_los",
            "line 2, facilities, column capacity: give a capacity, or take this row out",
            "line 2, facilities, column status: `tua` is not known; write one of beroperasi, jarang, rusak, mangkrak, rencana",
        ]
    );
}

#[test]
fn faults_of_assumptions_come_all_at_once() {
    let document = KAPASITAS
        .document
        .replace("hours_per_day = 8", "hours_per_day = 25")
        .replace("up_to = 0.7", "up_to = 0.2")
        .replace("factor = 0.8602", "factor = 0")
        .replace("year = 2012", "year = 2007")
        .replace("province = \"62\"", "province = \"6\"");
    assert_eq!(
        faults(parse_assumptions(&document)),
        [
            "operation.hours_per_day: give more than 0 and at most 24 hours",
            "band kurang_bahan.up_to: the bounds must rise",
            "factor padi gkp gkg 2007: give a number above 0",
            "factor padi gkp gkg 2007: this commodity, form, province and year stand already",
            "yield padi 6 2024: a province is two digits of the Kemendagri code",
        ]
    );
}

#[test]
fn every_column_is_in_the_dictionary() {
    let balances = run(HARVEST, &format!("{MILL}53.21.03.2003,,padi,ton_jam,3,,\n"));
    let names: Vec<String> = capacity_dictionary()
        .into_iter()
        .map(|it| it.name)
        .collect();
    for csv in [
        balances_csv(&shipped(), &balances),
        months_csv(&shipped(), &balances),
    ] {
        for column in csv.lines().next().unwrap().split(',') {
            assert!(names.iter().any(|name| name == column), "{column}");
        }
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert!(reader.records().all(|record| record.is_ok()));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(0_u8..=255, 0..200)) {
        let _ = read_harvests(&bytes);
        let _ = read_facilities(&bytes);
        let _ = parse_assumptions(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_cells_give_finite_numbers_or_faults(
        cells in proptest::collection::vec(("[0-9.,m ]{0,4}", "(padi|jagung|)", "(gkp|gkg|x)", "[0-9.-]{0,4}"), 0..8),
    ) {
        let rows: Vec<String> = cells
            .iter()
            .map(|(months, commodity, form, tonnes)| {
                format!("a,{commodity},{form},{tonnes},,\"{months}\",k\n")
            })
            .collect();
        let Ok(harvests) = read_harvests(format!("{HARVEST}{}", rows.concat()).as_bytes()) else {
            return Ok(());
        };
        let Ok(all) = balances(&shipped(), 2024, &harvests, &[]) else {
            return Ok(());
        };
        for balance in all {
            prop_assert!(balance.supply_t.is_finite() && 0.0 <= balance.supply_t);
            let months: f64 = balance.months.iter().map(|it| it.supply_t).sum();
            let total = months + balance.without_month_t;
            prop_assert!((total - balance.supply_t).abs() <= 1e-9 * (1.0 + balance.supply_t));
        }
    }

    #[test]
    fn a_store_ends_the_year_as_it_began(
        came in proptest::array::uniform12(0_u32..1000),
        used in 1_u16..0xFFF,
    ) {
        let came = came.map(f64::from);
        let mut went = [0.0; 12];
        let months = (1..=12).filter(|it| used >> (it - 1) & 1 == 1);
        let words: Vec<String> = months.map(|it| it.to_string()).collect();
        Months::parse(&words.join(" ")).unwrap().spread(came.iter().sum(), &mut went);
        let stock = calendar::stock(&came, &went);
        prop_assert!(stock.iter().all(|it| 0.0 <= *it));
        let next = (stock[11] + came[0] - went[0] - stock[0]).abs();
        prop_assert!(next < 1e-6);
        prop_assert_eq!(stock.iter().copied().fold(f64::MAX, f64::min), 0.0);
    }
}
