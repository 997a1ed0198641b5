use crate::sentence::Sentence;
use crate::{LANGUAGES, NAMES, Texts, packed, read};

/// Words of each part.
fn words(texts: &Texts) -> [String; 8] {
    [
        texts.name.to_owned(),
        texts.common.app.to_owned(),
        texts.common.months_short.concat(),
        texts.common.net.refused("x"),
        texts.common.store.quota.to_owned(),
        texts.collector.help().concat(),
        texts.collector.controls.walk_anew().to_owned(),
        texts.collector.already_enrolled_body().to_owned(),
    ]
}

#[test]
fn a_file_of_words_is_the_whole_language() {
    for (position, whole) in LANGUAGES.iter().enumerate() {
        let from_file = read(position, packed(whole)).expect("its own file");
        assert_eq!(words(&from_file), words(whole));
        assert_eq!(packed(&from_file), packed(whole));
        assert_eq!(NAMES[position].code, whole.code);
        assert!(!NAMES[position].missing.is_empty());
    }
}

#[test]
fn no_text_is_empty_or_holds_the_end_of_a_line() {
    let of_one = packed(LANGUAGES[0]).lines().count();
    assert!(200 < of_one);
    for whole in LANGUAGES {
        let file = packed(whole);
        for line in file.lines() {
            assert!(!line.is_empty(), "{}: {file}", whole.code);
            assert!(!line.contains('\r'), "{line}");
        }
        // One line more would be the end of a line within a text.
        assert_eq!(file.lines().count(), of_one, "{}", whole.code);
    }
}

#[test]
fn every_sentence_says_each_of_its_values_once_and_no_other() {
    for whole in LANGUAGES {
        let mut sentences = 0;
        let mut look = |sentence: &'static str, names: &'static str| {
            sentences += 1;
            let mut wanted: Vec<&str> = names.split_whitespace().collect();
            let pieces = sentence.split('{').skip(1);
            let mut found: Vec<&str> = pieces
                .map(|piece| piece.split_once('}').map_or(piece, |(name, _)| name))
                .collect();
            wanted.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, wanted, "{}: {sentence}", whole.code);
        };
        whole.common.each_sentence(&mut look);
        whole.collector.each_sentence(&mut look);
        assert!(40 < sentences);
    }
}

#[test]
fn a_sentence_is_said_with_its_values_in_its_own_order() {
    assert_eq!(
        Sentence("{b} of {a}!").said("a b ", &[&1, &"two"]),
        "two of 1!"
    );
    assert_eq!(Sentence("nothing").said("a ", &[&1]), "nothing");
    assert_eq!(Sentence("{other} and {a").said("a ", &[&1]), " and a");
    // What a person typed is not a sentence.
    assert_eq!(Sentence("<{a}>").said("a b ", &[&"{b}", &1]), "<{b}>");
}

#[test]
fn a_file_that_is_not_wholly_its_own_is_refused() {
    let file = packed(LANGUAGES[1]);
    assert!(read(1, file.clone()).is_some());
    for end in (0..file.len()).filter(|end| file.is_char_boundary(*end)) {
        assert!(read(1, file[..end].to_owned()).is_none(), "{end}");
    }
    let (head, texts) = file.split_once('\n').expect("a head");
    for other in [
        format!("{file}\n"),
        format!("{file}more\n"),
        format!("{head}0\n{texts}"),
        format!("xx{}\n{texts}", &head[2..]),
        packed(LANGUAGES[0]),
        "<!doctype html><title>WiFi Gratis</title>".to_owned(),
    ] {
        assert!(read(1, other.clone()).is_none(), "{other}");
    }
    assert!(read(LANGUAGES.len(), file).is_none());
}

#[test]
fn other_keys_have_another_mark() {
    use crate::packed::marked;
    let keys = |names: [&str; 2]| names.into_iter().fold(0, marked);
    assert_ne!(keys(["back", "next"]), keys(["next", "back"]));
    assert_ne!(keys(["back", "next"]), keys(["ba", "cknext"]));
    assert_ne!(keys(["help[4]", "next"]), keys(["help[3]", "next"]));
}
