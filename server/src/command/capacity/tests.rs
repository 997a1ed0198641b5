use super::{CapacityArgs, capacity};

#[test]
fn the_balance_is_written_with_its_assumptions() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let harvests =
        "code,commodity,form,area_ha,harvest_months\n19.03.08.2001,padi_sawah,gkg,1409.4,m02 m08\n";
    let facilities = "code,commodity,unit,capacity\n19.03.08.2001,padi,ton_jam,3\n";
    std::fs::write(path("h.csv"), harvests).unwrap();
    std::fs::write(path("f.csv"), facilities).unwrap();
    let run = |assumptions: Option<&str>| {
        capacity(&CapacityArgs {
            harvests: path("h.csv"),
            facilities: path("f.csv"),
            assumptions: assumptions.map(path),
            year: 2024,
            out: path("out"),
        })
    };
    run(None).unwrap();
    let balances = std::fs::read_to_string(path("out/balances.csv")).unwrap();
    assert!(
        balances.contains(
            "19.03,process,padi,gkg,5999.816,5999.816,0.000,6000.000,0.000,1.000,sesuai,,,1409.4,"
        ),
        "{balances}"
    );
    let months = std::fs::read_to_string(path("out/months.csv")).unwrap();
    assert_eq!(months.lines().count(), 13);

    std::fs::remove_dir_all(path("out")).unwrap();
    let document = std::fs::read_to_string(path("h.csv")).unwrap();
    std::fs::write(
        path("h.csv"),
        document.replace("gkg", "jerami").replace("1409.4", "x"),
    )
    .unwrap();
    let error = format!("{:#}", run(None).unwrap_err());
    assert!(error.contains("column area_ha: `x`"), "{error}");
    std::fs::write(path("a.toml"), "format = 1").unwrap();
    assert!(run(Some("a.toml")).is_err());
    assert!(!path("out").exists());
}
