use proptest::prelude::*;

use super::*;
use crate::questionnaire::model::Questionnaire;
use crate::questionnaire::sheet::{Sheets, import};

/// The built-in questionnaire as postcard writes it.
fn written() -> Vec<u8> {
    let sheets = Sheets {
        survey: include_str!("../../../../data/potensi-desa/survey.csv").to_owned(),
        choices: include_str!("../../../../data/potensi-desa/choices.csv").to_owned(),
        settings: include_str!("../../../../data/potensi-desa/settings.csv").to_owned(),
        files: [("wilayah.csv".to_owned(), "name,label\n".to_owned())].into(),
        ..Sheets::default()
    };
    let form = import(&sheets).questionnaire.expect("it is in order");
    postcard::to_allocvec(&form).expect("plain data")
}

fn by_postcard(bytes: &[u8]) -> Option<Questionnaire> {
    let (form, left) = postcard::take_from_bytes(bytes).ok()?;
    left.is_empty().then_some(form)
}

#[test]
fn what_postcard_writes_is_read_the_same() {
    let bytes = written();
    let form: Option<Questionnaire> = read(&bytes);
    assert!(form.is_some());
    assert_eq!(form, by_postcard(&bytes));
    // Cut off anywhere, it is refused.
    for end in (0..bytes.len()).step_by(97) {
        assert!(read::<Questionnaire>(&bytes[..end]).is_none(), "{end}");
    }
}

#[test]
fn numbers_beyond_their_type_are_damage() {
    assert_eq!(read::<u16>(&[0xff, 0xff, 0x03]), Some(u16::MAX));
    assert_eq!(read::<u16>(&[0xff, 0xff, 0x04]), None);
    assert_eq!(read::<u32>(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(u32::MAX));
    assert_eq!(read::<u32>(&[0xff, 0xff, 0xff, 0xff, 0x10]), None);
    assert_eq!(read::<u32>(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), None);
    assert_eq!(read::<bool>(&[2]), None);
    assert_eq!(read::<Option<u8>>(&[2, 7]), None);
    assert_eq!(read::<String>(&[1, 0xff]), None);
    assert_eq!(read::<Vec<u32>>(&[0xff, 0xff, 0xff, 0xff, 0x0f]), None);
}

#[test]
fn a_list_ends_where_its_bytes_do() {
    thread_local! {
        static MADE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }
    struct Wide;
    impl<'de> Deserialize<'de> for Wide {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Wide, D::Error> {
            MADE.with(|made| made.set(made.get() + 1));
            <[u32; 4]>::deserialize(deserializer).map(|_| Wide)
        }
    }
    let mut bytes = vec![1; 101];
    bytes[0] = 100;
    assert!(read::<Vec<Wide>>(&bytes).is_none());
    assert_eq!(MADE.get(), 26);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_bytes_are_read_as_postcard_reads_them(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = written();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let ours: Option<Questionnaire> = read(&bytes);
        let theirs = by_postcard(&bytes);
        // Not-a-number is unlike itself.
        let text = |form: &Option<Questionnaire>| format!("{form:?}");
        prop_assert_eq!(text(&ours), text(&theirs));
    }
}
