use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;

use super::{DrawsFormat, Format, RankArgs, rank, side_by_side};

const METHOD: &str = r#"
format = 1
id = "contoh"
version = "1"
label = { id = "Contoh", en = "Example" }
decimals = 3
scale = [0, 100]

[uncertainty]
draws = 50
weight_spread = 0.25

[[dimension]]
id = "skor"
label = { id = "Skor", en = "Score" }

[[indicator]]
id = "jalan"
dimension = "skor"
label = { id = "Jalan", en = "Roads" }
expression = "jalan"
normalise = { kind = "min_max" }

[[indicator]]
id = "air"
dimension = "skor"
label = { id = "Air", en = "Water" }
expression = "air"
missing = "group_mean"
normalise = { kind = "min_max" }

[programme]
id = "p"
label = { id = "P", en = "P" }

[programme.quota]
per_area = 1
"#;

const DATA: &str = "code,name,jalan,air\n53.21.03.2003,Webriamata,5,2\n53.21.03.2004,=Dua,1,\n53.01.06.1008,Tuatuka,3,9\n";

fn run(folder: &Path, method: &str, data: &str, out: &str) -> anyhow::Result<()> {
    run_with(folder, method, data, None, out)
}

fn run_with(
    folder: &Path,
    method: &str,
    data: &str,
    changes: Option<&str>,
    out: &str,
) -> anyhow::Result<()> {
    rank(&arguments(folder, method, data, changes, out)?)
}

fn arguments(
    folder: &Path,
    method: &str,
    data: &str,
    changes: Option<&str>,
    out: &str,
) -> anyhow::Result<RankArgs> {
    let changes_path = folder.join("c.csv");
    if let Some(changes) = changes {
        std::fs::write(&changes_path, changes)?;
    }
    let (method_path, data_path) = (folder.join("m.toml"), folder.join("d.csv"));
    std::fs::write(&method_path, method)?;
    std::fs::write(&data_path, data)?;
    Ok(RankArgs {
        method: method_path,
        data: data_path,
        out: folder.join(out),
        last_round: None,
        seed: Some("benih".to_owned()),
        code: "code".to_owned(),
        name: "name".to_owned(),
        group: "group".to_owned(),
        draws: None,
        samples: 8,
        changes: changes.map(|_| changes_path),
        formats: Format::ALL.to_vec(),
        latitude: "latitude".to_owned(),
        longitude: "longitude".to_owned(),
        public: false,
        write_draws: None,
    })
}

fn run_public(folder: &Path, method: &str, data: &str, out: &str) -> anyhow::Result<()> {
    let changes = "code,decision,by,reason\n53.21.03.2003,not_chosen,Ibu Maria,ditunda\n";
    rank(&RankArgs {
        public: true,
        ..arguments(folder, method, data, Some(changes), out)?
    })
}

/// Names of the files of a run, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_public_run_leaves_out_small_numbers_and_writes_nothing_that_tells_them() {
    let folder = tempfile::tempdir().unwrap();
    let method = METHOD.replace("id = \"jalan\"", "id = \"jalan\"\ncounts = \"people\"");
    run_public(folder.path(), &method, DATA, "public").unwrap();
    let out = folder.path().join("public");
    assert_eq!(
        names(&out),
        [
            "6-weights.csv",
            "9-intervals.csv",
            "9-leave-one-out.csv",
            "9-proof.csv",
            "9-sensitivity.csv",
            "dictionary.csv",
            "method.toml",
            "run.json",
            "villages-dictionary.csv",
            "villages.csv",
            "villages.geojson",
            "villages.parquet",
            "villages.xlsx",
        ]
    );
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert!(read("run.json").contains("\"count_shown_min\": 5"));
    let csv = read("villages.csv");
    let mut lines = csv.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let of = |code: &str, column: &str| {
        let row = csv.lines().find(|it| it.starts_with(code)).unwrap();
        let place = head.iter().position(|it| *it == column).unwrap();
        row.split(',').nth(place).unwrap().to_owned()
    };
    // Five is shown, three and one are not; the observed goalposts would tell one, so that the scale is left out too.
    assert_eq!(of("53.21.03.2003", "raw_jalan"), "5");
    assert_eq!(of("53.01.06.1008", "raw_jalan"), "");
    assert_eq!(of("53.21.03.2003", "norm_jalan"), "");
    assert_eq!(of("53.21.03.2003", "norm_air"), "0");
    assert_eq!(of("53.21.03.2003", "final"), "not_chosen");
    assert!(
        csv.contains(",raw_jalan norm_jalan verdict_reason_id verdict_reason_en\n"),
        "{csv}"
    );
    for name in names(&out) {
        let bytes = std::fs::read(out.join(&name)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("Maria"), "{name}");
    }
}

/// Quantile at `permille` of a thousand, linear at (n - 1)p.
fn quantile(ranks: &[u32], permille: usize) -> f64 {
    let mut ranks = ranks.to_vec();
    ranks.sort_unstable();
    let last = ranks.len() - 1;
    let (place, share) = (
        last * permille / 1000,
        (last * permille % 1000) as f64 / 1000.0,
    );
    let value = |place: usize| f64::from(ranks[place.min(last)]);
    value(place) + share * (value(place + 1) - value(place))
}

#[test]
fn written_draws_give_the_intervals_again() {
    let folder = tempfile::tempdir().unwrap();
    let method = METHOD.replace("draws = 50", "draws = 130\nunvisited = \"donor\"");
    let mut data = DATA.to_owned();
    for village in 0..200 {
        let (roads, water) = (village * 7 % 31, village * 11 % 17);
        data.push_str(&format!("53.02.01.{},D,{roads},{water}\n", 2001 + village));
    }
    data.push_str("53.02.01.2999,Belum,,\n");
    for format in [DrawsFormat::Csv, DrawsFormat::Parquet] {
        rank(&RankArgs {
            write_draws: Some(format),
            ..arguments(folder.path(), &method, &data, None, "out").unwrap()
        })
        .unwrap();
    }
    let out = folder.path().join("out");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let csv = read("9-draws.csv");
    let mut lines = csv.lines();
    let head = lines.next().unwrap();
    assert!(
        head.starts_with("code,draw_0,draw_1,") && head.ends_with(",draw_129"),
        "{head}"
    );
    let rows: Vec<(&str, Vec<u32>)> = lines
        .map(|line| {
            let (code, ranks) = line.split_once(',').unwrap();
            (
                code,
                ranks.split(',').map(|it| it.parse().unwrap()).collect(),
            )
        })
        .collect();
    assert!(rows.is_sorted_by(|one, two| one.0 < two.0));
    assert_eq!(rows.len(), 204);
    let intervals = read("9-intervals.csv");
    for line in intervals.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (_, ranks) = rows.iter().find(|(code, _)| *code == cells[0]).unwrap();
        assert_eq!(ranks.len(), 130);
        let told: Vec<f64> = cells[2..5].iter().map(|it| it.parse().unwrap()).collect();
        let again = [50, 500, 950].map(|permille| quantile(ranks, permille));
        assert_eq!(told, again, "{line}");
    }
    let file = std::fs::File::open(out.join("9-draws.parquet")).unwrap();
    let file = SerializedFileReader::new(file).unwrap();
    let mut count = 0;
    for (row, (code, ranks)) in file.get_row_iter(None).unwrap().zip(&rows) {
        let row = row.unwrap();
        assert_eq!(row.get_string(0).unwrap(), code);
        let list = row.get_list(1).unwrap();
        let own: Vec<u32> = list
            .elements()
            .iter()
            .map(|it| it.to_string().parse().unwrap())
            .collect();
        assert_eq!(own, *ranks);
        count += 1;
    }
    assert_eq!(count, rows.len());
    let dictionary = read("dictionary.csv");
    assert!(dictionary.contains("\ndraw_0,") && dictionary.contains("\nranks,"));
}

#[test]
fn a_public_run_is_refused_beside_files_of_another() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), METHOD, DATA, "out").unwrap();
    let before = names(&folder.path().join("out"));
    let error = run_public(folder.path(), METHOD, DATA, "out").unwrap_err();
    assert!(error.to_string().contains("name a new folder"), "{error}");
    assert_eq!(names(&folder.path().join("out")), before);
    // Over itself it may run again.
    run_public(folder.path(), METHOD, DATA, "public").unwrap();
    run_public(folder.path(), METHOD, DATA, "public").unwrap();
}

#[test]
fn a_public_run_has_no_document_that_names_who_locked_a_village() {
    let folder = tempfile::tempdir().unwrap();
    let lock = "[[programme.quota.lock]]\ncode = \"53.21.03.2004\"\nplace = \"in\"\nby = \"Ibu Maria\"\nreason = \"rapat\"\n";
    run_public(folder.path(), &format!("{METHOD}{lock}"), DATA, "public").unwrap();
    let out = folder.path().join("public");
    assert!(!out.join("method.toml").exists());
    for name in names(&out) {
        let bytes = std::fs::read(out.join(&name)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("Maria"), "{name}");
    }
}

#[test]
fn every_step_is_written_and_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), METHOD, DATA, "one").unwrap();
    run(folder.path(), METHOD, DATA, "two").unwrap();
    let names = names(&folder.path().join("one"));
    assert_eq!(
        names,
        [
            "1-screened.csv",
            "2-denominated.csv",
            "3-imputed.csv",
            "4-treated.csv",
            "4-treatment-log.csv",
            "5-normalised.csv",
            "5-not-observed.csv",
            "6-weights.csv",
            "7-aggregated.csv",
            "8-results.csv",
            "9-intervals.csv",
            "9-leave-one-out.csv",
            "9-proof.csv",
            "9-selection.csv",
            "9-sensitivity.csv",
            "dictionary.csv",
            "method.toml",
            "record.txt",
            "run.json",
            "villages-dictionary.csv",
            "villages.csv",
            "villages.geojson",
            "villages.parquet",
            "villages.xlsx",
        ]
    );
    let read = |run: &str, name: &str| {
        std::fs::read_to_string(folder.path().join(run).join(name)).unwrap()
    };
    let bytes = |run: &str, name: &str| std::fs::read(folder.path().join(run).join(name)).unwrap();
    for name in &names {
        assert!(bytes("one", name) == bytes("two", name), "{name}");
    }
    assert_eq!(
        read("one", "8-results.csv"),
        "code,name,group,status,rank,group_rank,score,lower,upper,class,lottery\n\
         53.01.06.1008,Tuatuka,53.01,ranked,1,1,75.000,75.000,75.000,,\n\
         53.21.03.2003,Webriamata,53.21,ranked,2,1,50.000,50.000,50.000,,\n\
         53.21.03.2004,'=Dua,53.21,ranked,3,2,0.000,0.000,50.000,,\n"
    );
    assert!(read("one", "run.json").contains("\"chosen\": 2"));
    assert!(shared::priority::parse(&read("one", "method.toml")).is_ok());
}

#[test]
fn a_row_without_values_is_a_village_that_nobody_visited_where_the_method_counts_it() {
    let folder = tempfile::tempdir().unwrap();
    let read = |run: &str, name: &str| {
        std::fs::read_to_string(folder.path().join(run).join(name)).unwrap()
    };
    let data = format!("{DATA}53.01.06.1009,Belum,,\n");
    run(folder.path(), METHOD, &data, "off").unwrap();
    assert!(read("off", "8-results.csv").contains("53.01.06.1009,Belum,53.01,not_scored,"));
    assert!(!read("off", "9-intervals.csv").contains("53.01.06.1009"));
    assert!(!read("off", "run.json").contains("unvisited"));
    let method = METHOD.replace("draws = 50", "draws = 50\nunvisited = \"donor\"");
    run(folder.path(), &method, &data, "on").unwrap();
    let blank = "53.01.06.1009,Belum,53.01,unvisited,,,,,,,\n";
    assert!(read("on", "8-results.csv").contains(blank));
    let intervals = read("on", "9-intervals.csv");
    let last = intervals.lines().last().unwrap();
    assert!(last.starts_with("53.01.06.1009,,1,"), "{intervals}");
    assert!(read("on", "run.json").contains("\"unvisited\": 1"));
    assert!(read("on", "9-sensitivity.csv").contains("\nunvisited,"));
    assert!(read("on", "record.txt").contains("53.01.06.1009,Belum,53.01,53.01,unvisited,,\n"));
    let ranked = |run: &str| {
        let results = read(run, "8-results.csv");
        let rows = results.lines().filter(|it| it.contains(",ranked,"));
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ranked("on"), ranked("off"));
}

fn refused(method: &str, data: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), method, data, "out").unwrap_err();
    assert!(!folder.path().join("out").exists(), "nothing is written");
    format!("{error:#}")
}

#[test]
fn faults_of_method_and_table_come_all_at_once() {
    let method = METHOD.replace("per_area = 1", "per_area = 0\ntotal = 0");
    let method = method.replace("dimension = \"skor\"", "dimension = \"lain\"");
    let error = refused(&method, DATA);
    assert!(error.contains("refused for"), "{error}");
    assert!(error.contains("there is no dimension `lain`"), "{error}");
    assert!(error.contains("a quota is at least one"), "{error}");
    let error = refused(METHOD, "code,jalan,air\n5321032003,\"1,5\",x\n");
    for part in ["decimal comma", "`x` is no number", "one of BPS"] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[test]
fn a_quota_above_the_eligible_is_refused() {
    let method = METHOD.replace("per_area = 1", "per_area = 9\ntotal = 4");
    let error = refused(&method, DATA);
    assert!(
        error.contains("4 places, but only 3 can be chosen"),
        "{error}"
    );
}

#[test]
fn parts_cover_everything_once() {
    for (count, step) in [(0, 1), (1, 64), (64, 64), (65, 64), (1000, 1)] {
        let parts = side_by_side(count, step, |range| range);
        let covered: Vec<usize> = parts.into_iter().flatten().collect();
        assert_eq!(covered, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn degrees_in_a_table_become_places_and_wrong_ones_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = "code,name,jalan,air,latitude,longitude\n53.21.03.2003,A,5,2,-9.57,124.9\n53.21.03.2004,B,1,,,\n";
    run(folder.path(), METHOD, data, "out").unwrap();
    let map = std::fs::read_to_string(folder.path().join("out/villages.geojson")).unwrap();
    assert!(
        map.contains("{\"coordinates\":[124.9,-9.57],\"type\":\"Point\"}"),
        "{map}"
    );
    assert!(map.contains("\"geometry\":null"), "{map}");
    for (wrong, fault) in [
        ("-97.5,124.9", "are no degrees"),
        ("-9.5,", "are no degrees"),
        ("x,124.9", "are no degrees"),
    ] {
        let error = refused(METHOD, &data.replace("-9.57,124.9", wrong));
        assert!(error.contains(fault), "{error}");
    }
    let error = refused(METHOD, &data.replace("longitude", "bujur"));
    assert!(error.contains("no column `longitude`"), "{error}");
}

/// The header of every file of a run, and the names that its dictionary explains.
fn headers(folder: &Path) -> (BTreeMap<String, Vec<String>>, BTreeSet<String>) {
    let first_line = |path: &Path| -> Vec<String> {
        let mut table = csv::Reader::from_path(path).unwrap();
        table.headers().unwrap().iter().map(str::to_owned).collect()
    };
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    let files = files.filter(|it| it.extension().is_some_and(|it| it == "csv"));
    let own = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (!name.contains("dictionary") && name != "villages.csv").then_some(name)
    };
    let files = files.filter_map(|path| Some((own(&path)?, first_line(&path))));
    let mut dictionary = csv::Reader::from_path(folder.join("dictionary.csv")).unwrap();
    let rows = dictionary.records().map(|it| it.unwrap()[0].to_owned());
    (files.collect(), rows.collect())
}

#[test]
fn the_dictionary_explains_every_column_of_every_file() {
    let crossing = METHOD.replace("per_area = 1", "per_area = 1\nper_subdistrict = 1");
    let kawasan = format!(
        "{METHOD}\n[programme.kawasan]\nmembers_max = 3\ncentre = \"skor\"\nfunctions = [\"skor\"]\n\
         neighbours = {{ borders = [\"53.21.03.2003 53.21.03.2004\"] }}\n\
         [[programme.kawasan.total]]\nlabel = {{ id = \"jalan\", en = \"roads\" }}\nindicator = \"jalan\"\nat_least = 6\n"
    );
    let folder = tempfile::tempdir().unwrap();
    for (place, method) in [METHOD, &crossing, &kawasan].into_iter().enumerate() {
        let out = format!("run{place}");
        run(folder.path(), method, DATA, &out).unwrap();
        let (files, explained) = headers(&folder.path().join(out));
        assert!(files.len() >= 14, "{files:?}");
        for (file, columns) in files {
            for column in columns {
                assert!(
                    explained.contains(&column),
                    "{file}: {column} is not explained"
                );
            }
        }
    }
}

#[test]
fn what_was_not_computed_is_an_empty_cell_and_not_nobody() {
    let crossing = format!(
        "{METHOD}\n[programme.quota.spacing]\nborders = [\"53.21.03.2003 53.21.03.2004\"]\n"
    );
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &crossing, DATA, "out").unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
    // Rules cross: they are solved anew in each of the fifty draws.
    let intervals = read("9-intervals.csv");
    let mut lines = intervals.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .ends_with(",share_draws,share_draws_proved")
    );
    assert!(lines.all(|it| it.ends_with(",50,50")), "{intervals}");
    let share = |line: &str| line.split(',').nth(5).unwrap().parse::<f64>();
    let shares = intervals.lines().skip(1).map(|it| share(it).unwrap());
    assert!(shares.clone().all(|it| (0.0..=1.0).contains(&it)) && 0.0 < shares.sum());
    // Unvisited villages have nothing of their own to stand before the rules with.
    let counted = crossing.replace("draws = 50", "draws = 50\nunvisited = \"donor\"");
    let data = format!("{DATA}53.21.03.2009,Belum,,\n");
    run(folder.path(), &counted, &data, "unvisited").unwrap();
    let path = folder.path().join("unvisited/9-intervals.csv");
    let intervals = std::fs::read_to_string(path).unwrap();
    assert!(
        intervals.lines().skip(1).all(|it| it.ends_with(",,")),
        "{intervals}"
    );
    let left = read("9-leave-one-out.csv");
    let mut lines = left.lines();
    assert_eq!(
        lines.next(),
        Some("indicator,mean_shift,largest_shift,exchanged,entering,leaving")
    );
    let exchanged = |line: &str| line.split(',').nth(3).unwrap().parse::<u32>();
    assert!(lines.all(|it| exchanged(it).is_ok()), "{left}");
    let plain = METHOD.split("[programme]").next().unwrap();
    run(folder.path(), plain, DATA, "plain").unwrap();
    let left = std::fs::read_to_string(folder.path().join("plain/9-leave-one-out.csv")).unwrap();
    assert!(left.lines().skip(1).all(|it| it.ends_with(",,,")), "{left}");
}

#[test]
fn a_cap_of_kecamatan_leaves_every_draw_its_choice() {
    let capped = METHOD.replace("per_area = 1", "per_area = 1\nper_subdistrict = 1");
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &capped, DATA, "out").unwrap();
    let path = folder.path().join("out/9-intervals.csv");
    let mut rows = csv::Reader::from_path(path).unwrap();
    let place = rows
        .headers()
        .unwrap()
        .iter()
        .position(|it| it == "chosen_share");
    let place = place.unwrap();
    let shares = rows.records().map(|it| it.unwrap()[place].parse::<f64>());
    let shares: Vec<f64> = shares.map(Result::unwrap).collect();
    // One in each kabupaten, whatever the draw.
    assert_eq!((shares.len(), shares.iter().sum::<f64>()), (3, 2.0));
}

#[test]
fn everything_that_is_wrong_is_told_in_one_refusal() {
    let quota = "per_area = 1\ntotal = 9\n[[programme.quota.earmark]]\narea = \"19\"\n\
                 label = { id = \"Babel\", en = \"Babel\" }\nplaces = 1";
    let screening = "[screening]\nexclude = [\"53.21.03.2999\"]\n\n[uncertainty]";
    let method = METHOD.replace("per_area = 1", quota);
    let method = method.replace("[uncertainty]", screening);
    let data = "code,name,jalan,air,latitude,longitude\n53.21.03.2003,W,\"5,5\",2,-9.5,124.9\n\
                53.21.030.004,X,1,,99,124.9\n53.01.06.1008,T,3,9,,\n";
    let changes = "code,decision,by,reason\n53.21.03.2003,mungkin,Maria,rapat\n";
    let folder = tempfile::tempdir().unwrap();
    let error = run_with(folder.path(), &method, data, Some(changes), "out").unwrap_err();
    assert!(!folder.path().join("out").exists(), "nothing is written");
    let error = format!("{error:#}");
    for wanted in [
        "d.csv is refused for 2 problems:",
        "line 2, data, column jalan: `5,5` has a decimal comma; write 5.5",
        "line 3, unit 53.21.030.004: this has the form of a BPS code",
        // The positions of the same table.
        "line 3, data, columns latitude and longitude: `99` and `124.9` are no degrees",
        "c.csv is refused for 1 problems:",
        "`mungkin`",
        "m.toml is refused for 1 problems:",
        "screening.exclude: there is no village of code `53.21.03.2999`",
        "m.toml is refused for 2 problems:",
        "programme.quota.earmark 19: Babel: 1 places, but only 0 can be chosen",
        "programme.quota.total: the whole quota: 9 places, but only 3 can be chosen",
    ] {
        assert!(error.contains(wanted), "{error}\n\nlacks: {wanted}");
    }
}

#[test]
fn changes_are_judged_beside_a_quota_that_asks_for_too_much() {
    let method = METHOD.replace("per_area = 1", "per_area = 1\ntotal = 3");
    let changes = "code,decision,by,reason\n53.21.03.2999,chosen,Maria,rapat\n";
    let folder = tempfile::tempdir().unwrap();
    let error = run_with(folder.path(), &method, DATA, Some(changes), "out").unwrap_err();
    let error = format!("{error:#}");
    assert!(
        error.contains("3 places, but only 2 can be chosen"),
        "{error}"
    );
    assert!(
        error.contains("change 53.21.03.2999: there is no village of this code in the data"),
        "{error}"
    );
    // A method that only ranks has nothing to change.
    let plain = METHOD.split("[programme]").next().unwrap();
    let error = run_with(folder.path(), plain, DATA, Some(changes), "out").unwrap_err();
    assert!(format!("{error:#}").contains("so there is nothing to change"));
}

#[test]
fn codes_that_may_be_of_bps_are_remarked_on_where_nobody_is_chosen() {
    let plain = METHOD.split("[programme]").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = "code,jalan,air\n6402,5,2\n6403,1,3\n";
    run(folder.path(), plain, data, "out").unwrap();
    let run_json = std::fs::read_to_string(folder.path().join("out/run.json")).unwrap();
    assert!(
        run_json.contains("line 2, unit 6402: four digits"),
        "{run_json}"
    );
    let error = refused(METHOD, data);
    assert!(error.contains("line 3, unit 6403: four digits"), "{error}");
}

#[test]
fn quotas_and_codes_beyond_the_data_are_refused() {
    let whole = METHOD.replace("per_area = 1", "per_area = 1\ntotal = 3");
    let error = refused(&whole, DATA);
    assert!(
        error
            .contains("programme.quota.total: the whole quota: 3 places, but only 2 can be chosen"),
        "{error}"
    );
    let earmark = METHOD.replace(
        "per_area = 1",
        "per_area = 1\ntotal = 2\n[[programme.quota.earmark]]\narea = \"19\"\n\
         label = { id = \"Babel\", en = \"Babel\" }\nplaces = 1",
    );
    let error = refused(&earmark, DATA);
    assert!(
        error.contains("programme.quota.earmark 19: Babel: 1 places, but only 0 can be chosen"),
        "{error}"
    );
    let screening = METHOD.replace(
        "[uncertainty]",
        "[screening]\nexclude = [\"53.21.03.2999\"]\n\n[uncertainty]",
    );
    let error = refused(&screening, DATA);
    assert!(
        error.contains("screening.exclude: there is no village of code `53.21.03.2999`"),
        "{error}"
    );
}

#[test]
fn kawasan_and_proofs_are_written_where_the_method_has_them() {
    let names = |out: &str, folder: &Path| -> Vec<String> {
        let files = std::fs::read_dir(folder.join(out)).unwrap();
        files
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let crossing = METHOD.replace("per_area = 1", "per_area = 1\nper_subdistrict = 1");
    run(folder.path(), &crossing, DATA, "crossing").unwrap();
    assert!(names("crossing", folder.path()).contains(&"9-proof.csv".to_owned()));
    let proof = std::fs::read_to_string(folder.path().join("crossing/9-proof.csv")).unwrap();
    let mut lines = proof.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("candidates,considered,total,bound,gap,proved,")
    );
    assert!(
        lines.next().unwrap().contains(",125.000,125.000,0.000,1,"),
        "{proof}"
    );

    let kawasan = format!(
        "{METHOD}\n[programme.kawasan]\nmembers_max = 3\ncentre = \"skor\"\nfunctions = [\"skor\"]\n\
         neighbours = {{ borders = [\"53.21.03.2003 53.21.03.2004\"] }}\n\
         [[programme.kawasan.total]]\nlabel = {{ id = \"jalan\", en = \"roads\" }}\nindicator = \"jalan\"\nat_least = 6\n"
    );
    run(folder.path(), &kawasan, DATA, "kawasan").unwrap();
    let written = std::fs::read_to_string(folder.path().join("kawasan/9-kawasan.csv")).unwrap();
    assert_eq!(
        written,
        "centre,area,area_name,score,villages,members,sum_jalan,lead_skor,lead_score_skor,unknown\n\
         53.21.03.2003,53.21,53.21,25.000,2,53.21.03.2003 53.21.03.2004,6,53.21.03.2003,50.000,\n"
    );
    let villages = std::fs::read_to_string(folder.path().join("kawasan/villages.csv")).unwrap();
    assert!(
        villages.contains(",chosen,chosen,,,53.21.03.2003,"),
        "{villages}"
    );
}

/// The repository's own example, as README and docs call it.
#[test]
fn a_published_index_comes_to_its_published_digits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let call =
        "lumbung rank --method docs/examples/ipm.toml --data docs/examples/indonesia.csv --out ipm";
    for page in ["README.md", "docs/method.md", "docs/examples/ipm.toml"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        assert!(text.contains(call), "{page}");
    }
    let read = |name: &str| std::fs::read_to_string(root.join("docs/examples").join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    run(
        folder.path(),
        &read("ipm.toml"),
        &read("indonesia.csv"),
        "ipm",
    )
    .unwrap();
    let results = std::fs::read_to_string(folder.path().join("ipm/8-results.csv")).unwrap();
    let scores = results.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[0], cells[6])
    });
    let scores: BTreeMap<&str, &str> = scores.collect();
    let published = [
        ("indonesia-2017", "70.81"),
        ("indonesia-2018", "71.39"),
        ("indonesia-2019", "71.92"),
        ("indonesia-2023", "74.39"),
    ];
    assert_eq!(scores, BTreeMap::from(published));
    let run_json = std::fs::read_to_string(folder.path().join("ipm/run.json")).unwrap();
    assert!(!run_json.contains("remarks"), "{run_json}");
}
