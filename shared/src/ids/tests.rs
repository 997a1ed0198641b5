use super::*;

fn region(text: &str) -> RegionId {
    text.parse().unwrap()
}

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

#[test]
fn ids_read_back_what_they_print() {
    let id = OpId([0xab; 16]);
    assert_eq!(id.to_string(), "ab".repeat(16));
    assert_eq!(id.to_string().parse(), Ok(id));
    assert!("AB".repeat(16).parse::<OpId>().is_err());
    assert!("ab".repeat(15).parse::<OpId>().is_err());
}

#[test]
fn region_codes_have_dots_and_levels() {
    for (text, level) in [
        ("53", RegionLevel::Province),
        ("53.21", RegionLevel::Regency),
        ("53.21.03", RegionLevel::District),
        ("53.21.03.2003", RegionLevel::Village),
        ("L-19.03-upt-rias", RegionLevel::Village),
    ] {
        assert_eq!(region(text).level(), level, "{text}");
    }
    for text in [
        "",
        "5321032003",
        "53.21.03.200",
        "53.21.03.2003.1",
        "53.2a",
        "L-1903-x",
        "L-19.03-",
        "5",
        "L-é1.03-x",
    ] {
        assert!(text.parse::<RegionId>().is_err(), "{text}");
    }
}

#[test]
fn region_knows_what_it_lies_in() {
    let village = region("53.21.03.2003");
    assert!(village.is_within(&region("53")));
    assert!(village.is_within(&region("53.21")));
    assert!(village.is_within(&village));
    assert!(!village.is_within(&region("53.20")));
    assert!(region("L-19.03-upt").is_within(&region("19.03")));
    assert_eq!(village.regency(), region("53.21"));
    assert_eq!(village.parent(), Some(region("53.21.03")));
    assert_eq!(region("53").parent(), None);
}

#[test]
fn paths_split_into_names_and_rows() {
    let row = OpId([7; 16]);
    let place = Path::root()
        .child("e_modul")
        .child("e_tanaman")
        .row(row)
        .child("e_luas");
    assert_eq!(place, path(&format!("/e_modul/e_tanaman[{row}]/e_luas")));
    assert_eq!(place.template(), "/e_modul/e_tanaman/e_luas");
    assert_eq!(place.name(), "e_luas");
    assert_eq!(
        place.rows(),
        vec![path(&format!("/e_modul/e_tanaman[{row}]"))]
    );
    assert_eq!(
        place.rows()[0].as_row(),
        Some((path("/e_modul/e_tanaman"), row))
    );
    assert!(place.is_below(&path("/e_modul/e_tanaman")));
    assert!(!path("/e_modul2").is_below(&path("/e_modul")));
    assert_eq!(path("/a").parent(), Some(Path::root()));
    assert_eq!(Path::root().parent(), None);
}

#[test]
fn paths_from_outside_are_checked() {
    for text in [
        "", "a", "//", "/a/", "/1a", "/a b", "/a[xyz]", "/a[", "/a/[b]",
    ] {
        assert!(text.parse::<Path>().is_err(), "{text}");
    }
    assert!("/a".repeat(17).parse::<Path>().is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_path_or_an_error(text in ".{0,60}") {
        if let Ok(path) = text.parse::<Path>() {
            proptest::prop_assert_eq!(path.as_str(), text);
        }
    }

    #[test]
    fn any_text_is_a_region_or_an_error(text in ".{0,20}") {
        if let Ok(region) = text.parse::<RegionId>() {
            let _ = (region.level(), region.regency(), region.parent());
            proptest::prop_assert_eq!(region.as_str(), text);
        }
    }
}
