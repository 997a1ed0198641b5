use std::path::Path;

use super::{RankArgs, rank, side_by_side};

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
    let (method_path, data_path) = (folder.join("m.toml"), folder.join("d.csv"));
    std::fs::write(&method_path, method)?;
    std::fs::write(&data_path, data)?;
    rank(&RankArgs {
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
        changes: None,
    })
}

#[test]
fn every_step_is_written_and_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), METHOD, DATA, "one").unwrap();
    run(folder.path(), METHOD, DATA, "two").unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("one"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
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
            "9-selection.csv",
            "9-sensitivity.csv",
            "dictionary.csv",
            "method.toml",
            "record.txt",
            "run.json",
        ]
    );
    let read = |run: &str, name: &str| {
        std::fs::read_to_string(folder.path().join(run).join(name)).unwrap()
    };
    for name in &names {
        assert_eq!(read("one", name), read("two", name), "{name}");
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
