//! Media beside texts: names by language, files with bounds.

use super::*;
use crate::questionnaire::model::{
    DecodeError, MEDIA_BYTES_MAX, MEDIA_FILE_BYTES_MAX, MediaFile, MediaKind,
};

const SURVEY: &str = "type,name,label::Indonesia (id),label::English (en),image,big-image,media::audio::English (en)\n\
    text,a,A,A,padi.png,padi-besar.png,\n\
    select_one l,b,B,B,,,listen.mp3\n";
const CHOICES: &str = "list_name,name,label::Indonesia (id),video::Indonesia (id),image::English (en),kelas\n\
    l,x,X,x.webm,,1\nl,y,Y,,padi.png,2\n";

fn sheets(names: &[&str]) -> Sheets {
    Sheets {
        survey: SURVEY.to_owned(),
        choices: CHOICES.to_owned(),
        settings: "form_id,default_language\nuji,Indonesia (id)\n".to_owned(),
        attachments: names
            .iter()
            .map(|name| ((*name).to_owned(), name.as_bytes().to_vec()))
            .collect(),
        ..Sheets::default()
    }
}

fn codes(imported: &Imported) -> Vec<(Sheet, u32, &str, &str)> {
    let each = |problem: &'_ Problem| (problem.sheet, problem.row);
    let problems = imported.problems.iter();
    problems
        .map(|problem| {
            let (sheet, row) = each(problem);
            (
                sheet,
                row,
                problem.code.as_str(),
                problem.offending.as_str(),
            )
        })
        .collect()
}

#[test]
fn files_are_carried_once_and_what_was_not_supplied_is_named() {
    let imported = import(&sheets(&["padi.png", "listen.mp3", "other.png"]));
    assert_eq!(
        codes(&imported),
        [
            (Sheet::Survey, 2, "media_missing", "padi-besar.png"),
            (Sheet::Choices, 2, "media_missing", "x.webm"),
        ]
    );
    let form = imported.questionnaire.unwrap();
    let carried: Vec<(&str, &str)> = form
        .media
        .iter()
        .map(|file| (file.name.as_str(), file.media_type.as_str()))
        .collect();
    assert_eq!(
        carried,
        [("listen.mp3", "audio/mpeg"), ("padi.png", "image/png")]
    );
    assert_eq!(form.media_file("padi.png").unwrap().bytes, b"padi.png");
    assert_eq!(form.lists[0].columns, ["kelas"]);
    assert_eq!(Questionnaire::from_bytes(&form.to_bytes()), Ok(form));
}

#[test]
fn a_file_shows_in_its_language_and_in_others_where_they_have_none() {
    let form = import(&sheets(&[])).questionnaire.unwrap();
    let shown = |names: &[crate::questionnaire::model::MediaName], language| {
        crate::questionnaire::model::in_language(names, language)
            .map(|name| (name.kind, name.file.clone()))
            .collect::<Vec<_>>()
    };
    let both = [
        (MediaKind::Image, "padi.png".to_owned()),
        (MediaKind::BigImage, "padi-besar.png".to_owned()),
    ];
    assert_eq!(shown(&form.nodes[1].media, 0), both);
    assert_eq!(shown(&form.nodes[1].media, 1), both);
    let sound = [(MediaKind::Audio, "listen.mp3".to_owned())];
    assert_eq!(shown(&form.nodes[2].media, 0), sound);
    let mut two = form.nodes[2].media.clone();
    two.insert(
        0,
        crate::questionnaire::model::MediaName {
            language: 0,
            file: "dengar.mp3".to_owned(),
            ..two[0].clone()
        },
    );
    assert_eq!(shown(&two, 1), sound);
    assert_eq!(
        shown(&two, 0),
        [(MediaKind::Audio, "dengar.mp3".to_owned())]
    );
}

#[test]
fn scripts_and_large_files_do_not_travel() {
    let one = |name: &str, size: usize| {
        let imported = import(&Sheets {
            survey: format!("type,name,label,image\ntext,a,A,{name}\n"),
            attachments: BTreeMap::from([(name.to_owned(), vec![0; size])]),
            ..Sheets::default()
        });
        let problems = imported.problems.into_iter();
        problems
            .map(|problem| problem.code)
            .next()
            .unwrap_or_default()
    };
    assert_eq!(one("a.svg", 1), "media_kind_unsupported");
    assert_eq!(one("a.JPG", MEDIA_FILE_BYTES_MAX), "setting_missing");
    assert_eq!(one("a.JPG", MEDIA_FILE_BYTES_MAX + 1), "media_too_large");
    let rows = |count: usize| {
        let row = |place| format!("text,a{place},A,{place}.png\n");
        let imported = import(&Sheets {
            survey: format!(
                "type,name,label,image\n{}",
                (0..count).map(row).collect::<String>()
            ),
            attachments: (0..count)
                .map(|place| (format!("{place}.png"), vec![0; MEDIA_FILE_BYTES_MAX]))
                .collect(),
            ..Sheets::default()
        });
        imported.questionnaire.is_some()
    };
    assert!(rows(MEDIA_BYTES_MAX / MEDIA_FILE_BYTES_MAX));
    assert!(!rows(MEDIA_BYTES_MAX / MEDIA_FILE_BYTES_MAX + 1));
}

#[test]
fn a_large_picture_needs_a_small_one() {
    super::check(
        "type,name,label,big-image\ntext,a,A,a.png\n",
        "",
        &[
            (2, "big-image", "big_image_alone"),
            (2, "big-image", "media_missing"),
        ],
    );
}

#[test]
fn damaged_media_is_refused_when_it_is_read() {
    let good = import(&sheets(&["padi.png"])).questionnaire.unwrap();
    let check = |damage: fn(&mut Questionnaire), expected: &'static str| {
        let mut form = good.clone();
        damage(&mut form);
        let read = Questionnaire::from_bytes(&form.to_bytes());
        assert_eq!(read, Err(DecodeError::Inconsistent(expected)));
    };
    check(|form| form.nodes[1].media[0].language = 9, "media");
    check(
        |form| form.lists[0].choices[0].media[0].language = 2,
        "media",
    );
    check(
        |form| form.media[0].media_type = "text/html".to_owned(),
        "media file",
    );
    check(
        |form| form.media[0].bytes = vec![0; MEDIA_FILE_BYTES_MAX + 1],
        "media file",
    );
    check(
        |form| {
            let twin: MediaFile = form.media[0].clone();
            form.media.push(twin);
        },
        "media file",
    );
}
