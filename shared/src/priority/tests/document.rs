use proptest::prelude::{prop_assert, proptest};

use super::super::{DESMIGRATIF, IDM, SHIPPED, check, method_hash, parse, parse_for};
use super::compiled::potensi_desa;
use super::{ONE_DIMENSION, method, method_text};

fn check_faults(document: &str, expected: &[&str]) {
    let problems = parse(document).expect_err("the document is faulty");
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), expected.len(), "{shown:?}");
    for (shown, expected) in shown.iter().zip(expected) {
        assert!(shown.contains(expected), "{shown:?} lacks {expected:?}");
    }
}

#[test]
fn shipped_methods_read_and_name_their_sources() {
    for shipped in SHIPPED {
        let method = parse(shipped.document).expect(shipped.file);
        assert_eq!(format!("{}.toml", method.id), shipped.file);
        assert!(!method.source.is_empty() && !method.note.is_empty());
    }
}

/// A record names its method by this hash: whoever changes a shipped number gives it a new version too.
#[test]
fn shipped_methods_keep_their_hashes() {
    let found: Vec<String> = SHIPPED
        .iter()
        .map(|shipped| {
            let method = parse(shipped.document).expect(shipped.file);
            let hash = method_hash(&method);
            format!("{} {} {}", method.id, method.version, &hash[..16])
        })
        .collect();
    assert_eq!(
        found,
        [
            "idm 2024.2 5cbb2cd2798fa836",
            "desmigratif 2026.3 84df2220292ba930",
            "ktm 2026.2 c9f088d33d79a3d9",
            "desa_percontohan 2026.3 700411504ed4585c",
            "mitra_ikn 2026.2 e5fba9aab680d92f",
            "potensi_tenun 2026.2 e92d005820d2aca8",
            "potensi_gerabah 2026.2 4aa9af299998d293",
            "potensi_tanaman 2026.3 bed5fafd148d38bb",
        ]
    );
}

/// What `next-class-gap` relies on when it reads 2024.1 by the document of 2024.2.
#[test]
fn idm_2024_2_has_every_number_of_2024_1() {
    let mut method = parse(IDM.document).unwrap();
    method.version = "2024.1".to_owned();
    method.indicators.iter_mut().for_each(|it| it.counts = None);
    assert!(method_hash(&method).starts_with("35450b20e04b8679"));
}

#[test]
fn no_shipped_expression_reads_a_personal_answer() {
    let survey = include_str!("../../../data/potensi-desa/survey.csv");
    assert!(survey.contains("a_narasumber_hp"));
    for shipped in SHIPPED {
        let method = parse(shipped.document).expect(shipped.file);
        for place in method.expressions() {
            for personal in ["a_narasumber_nama", "a_narasumber_hp", "i_foto"] {
                assert!(!place.expression.contains(personal), "{}", place.place);
            }
            for name in place.expression.split("${").skip(1) {
                let name = name.split('}').next().unwrap();
                assert!(
                    survey.contains(&format!(",{name},")),
                    "{}: {name}",
                    place.place
                );
            }
        }
    }
}

#[test]
fn hash_ignores_spelling_and_sees_content() {
    let plain = method(
        ONE_DIMENSION,
        &["normalise = { kind = \"as_is\" }\nweight = 2"],
    );
    let respelt = method(
        &format!("# a comment\n{ONE_DIMENSION}"),
        &["weight = 2.0\nnormalise={kind=\"as_is\"}\nmissing = \"worst\""],
    );
    let changed = method(
        ONE_DIMENSION,
        &["normalise = { kind = \"as_is\" }\nweight = 3"],
    );
    assert_eq!(method_hash(&plain), method_hash(&respelt));
    assert_ne!(method_hash(&plain), method_hash(&changed));
    assert_eq!(method_hash(&plain).len(), 64);
}

#[test]
fn a_method_travels_as_json() {
    for shipped in SHIPPED {
        let method = parse(shipped.document).unwrap();
        let json = serde_json::to_string(&method).unwrap();
        let back: crate::priority::Method = serde_json::from_str(&json).unwrap();
        assert_eq!(back, method);
        assert_eq!(check(&back), []);
    }
}

#[test]
fn bad_toml_names_the_line() {
    check_faults(
        "format = 1\nid = ",
        &["line 2, document: the document cannot be read"],
    );
    check_faults("format = 1\nid = \"x\"\nversion = 3\n", &["line 3"]);
    let text = method_text(
        ONE_DIMENSION,
        &["normalise = { kind = \"as_is\" }\nwieght = 2"],
    );
    check_faults(&text, &["wieght"]);
    let text = method_text(ONE_DIMENSION, &["normalise = { kind = \"magic\" }"]);
    check_faults(&text, &["magic"]);
}

#[test]
fn every_key_and_value_that_does_not_belong_is_told_at_once_with_its_line() {
    let text = "format = 1\nid = \"m\"\nversion = 3\nlabel = { id = \"M\", en = \"M\" }\ndecimals = 2\n\
        desimals = 2\n\
        [[dimension]]\nid = \"d\"\nlabel = { id = \"D\", em = \"D\" }\nbobot = 1\n\
        [[indicator]]\nid = \"a\"\ndimension = \"d\"\nlabel = { id = \"A\", en = \"A\" }\nweight = \"satu\"\n\
        normalise = { kind = \"magic\" }\n\
        [[indicator]]\nid = \"b\"\nlabel = { id = \"B\", en = \"B\" }\nwieght = 2\n\
        normalise = { kind = \"as_is\" }\n\
        [programme]\nid = \"p\"\nlabel = { id = \"P\", en = \"P\" }\n\
        [programme.quota]\nper_area = \"dua\"\nper_kecamatan = 1\n";
    let problems = parse(text).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let wanted = [
        "line 3, document: the document cannot be read: invalid type: integer `3`",
        "line 6, document: the document cannot be read: unknown field `desimals`",
        "line 9, document: the document cannot be read: unknown field `em`",
        "line 9, document: the document cannot be read: missing field `en`",
        "line 10, document: the document cannot be read: unknown field `bobot`",
        "line 15, document: the document cannot be read: invalid type: string \"satu\"",
        "line 16, document: the document cannot be read: unknown variant `magic`",
        "line 17, document: the document cannot be read: missing field `dimension`",
        "line 20, document: the document cannot be read: unknown field `wieght`",
        "line 26, document: the document cannot be read: invalid type: string \"dua\"",
        "line 27, document: the document cannot be read: unknown field `per_kecamatan`",
    ];
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.starts_with(wanted), "{told}\n{wanted}");
    }
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    // Lines that cannot be read are told together too.
    let problems = parse("format = 1\nid = \nversion = \"1\"\nlabel = {\n").unwrap_err();
    assert!(1 < problems.len(), "{problems:?}");
}

proptest! {
    /// Whatever is broken, it ends, and nothing faulty passes.
    #[test]
    fn a_broken_document_is_refused_with_a_line(at in 0_usize..4_000, byte in 0_u8..128) {
        let mut bytes = DESMIGRATIF.document.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        if let Err(problems) = parse(&text) {
            prop_assert!(!problems.is_empty());
        }
    }
}

#[test]
fn faults_of_the_method_and_of_its_questions_are_told_together() {
    let questionnaire = &potensi_desa();
    let own = DESMIGRATIF.document;
    assert!(parse_for(own, questionnaire).is_ok());
    let broken = own
        .replacen("${b_remitansi_kk}", "${b_kiriman_kk}", 1)
        .replacen("if(${b_pmi_ada} = ''", "if(${b_ada} = ''", 1)
        .replacen(
            "id = \"anak_pmi\"\ndimension = \"kebutuhan\"",
            "id = \"anak_pmi\"\ndimension = \"x\"",
            1,
        );
    let problems = parse_for(&broken, questionnaire).unwrap_err();
    let line = |text: &str| Some(1 + broken.lines().position(|it| it == text).unwrap());
    let found: Vec<(&str, Option<usize>)> = problems
        .iter()
        .map(|it| (it.place.as_str(), it.line))
        .collect();
    assert_eq!(
        found,
        [
            ("indicator anak_pmi", line("id = \"anak_pmi\"")),
            (
                "indicator remitansi_kk.expression",
                line("id = \"remitansi_kk\"")
            ),
            (
                "programme.eligible pmi_ada.expression",
                line("id = \"pmi_ada\"")
            ),
        ]
    );
}

#[test]
fn all_faults_are_reported_at_once_with_their_places() {
    let head = "decimals = 4\n\
        [[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }\n\
        [[dimension]]\nid = \"x\"\nparent = \"y\"\nlabel = { id = \"X\", en = \"X\" }\n\
        [[dimension]]\nid = \"y\"\nparent = \"x\"\nlabel = { id = \"Y\", en = \"Y\" }";
    let text = method_text(
        head,
        &[
            "weight = 0\nnormalise = { kind = \"min_max\", min = 5, max = 5 }",
            "weight = -1\nnormalise = { kind = \"ladder\", top = 5, rungs = [{ score = 6, label = { id = \"a\", en = \"a\" }, source = \"s\", verified = true }] }",
        ],
    );
    check_faults(
        &text,
        &[
            "line 10, dimension x: this dimension lies within itself",
            "dimension y: this dimension lies within itself",
            "indicator a.normalise: `min` must be smaller",
            "indicator b.normalise.rungs[0]: give `score`",
            "indicator b.weight: a weight is a number of zero or more",
        ],
    );
}

#[test]
fn weights_that_sum_to_zero_are_refused() {
    let text = method_text(
        ONE_DIMENSION,
        &["weight = 0\nnormalise = { kind = \"as_is\" }"],
    );
    check_faults(&text, &["dimension d: the weights in it sum to zero"]);
}

#[test]
fn unknown_dimensions_double_ids_and_bounds_that_fall_are_refused() {
    let head = "decimals = 2\n[[dimension]]\nid = \"d\"\nlabel = { id = \"D\", en = \"D\" }\n\
        [[class]]\nid = \"low\"\nlabel = { id = \"l\", en = \"l\" }\nup_to = 0.5\n\
        [[class]]\nid = \"high\"\nlabel = { id = \"h\", en = \"h\" }\nup_to = 0.4";
    let mut text = method_text(head, &["normalise = { kind = \"as_is\" }"]);
    text.push_str(
        "[[indicator]]\nid = \"a\"\ndimension = \"nowhere\"\nlabel = { id = \"x\", en = \"x\" }\nnormalise = { kind = \"rank\" }\n",
    );
    check_faults(
        &text,
        &[
            "indicator a: this id is used twice",
            "indicator a: there is no dimension `nowhere`",
            "class high.up_to: the bounds must rise",
            "class high.up_to: the last class",
        ],
    );
}

#[test]
fn quotas_are_checked() {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\nper_area = 0\ntotal = 5\n\
         [[programme.quota.earmark]]\narea = \"53\"\nplaces = 4\nlabel = {{ id = \"NTT\", en = \"NTT\" }}\n\
         [[programme.quota.earmark]]\narea = \"53.21\"\nplaces = 4\nlabel = {{ id = \"B\", en = \"B\" }}\n\
         [[programme.quota.earmark]]\narea = \"5321\"\nplaces = 0\nlabel = {{ id = \"B\", en = \"B\" }}"
    );
    let text = method_text(&head, &["normalise = { kind = \"as_is\" }"]);
    check_faults(
        &text,
        &[
            "a quota is at least one",
            "the earmarks sum to 8",
            "the areas of two earmarks overlap",
            "write the Kemendagri code",
        ],
    );
}
