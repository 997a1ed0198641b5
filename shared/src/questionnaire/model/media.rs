//! Files beside texts: pictures, sounds, films; what names them, and the files themselves.
//!
//! Always: a file is of a type that a page only shows or plays; sizes are bounded.
//! Never: a type that can hold a script, such as SVG.

use serde::{Deserialize, Serialize};

use super::Questionnaire;

/// The largest file beside a text, in bytes.
pub const MEDIA_FILE_BYTES_MAX: usize = 500_000;
/// The most bytes of all files of one questionnaire.
pub const MEDIA_BYTES_MAX: usize = 4_000_000;

/// The types that are carried, by the end of the file's name.
const TYPES: [(&str, &str); 11] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("wav", "audio/wav"),
    ("m4a", "audio/mp4"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
];

/// What a file beside a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    /// The same picture, larger, for a tap on the small one.
    BigImage,
    Audio,
    Video,
}

/// The name of a file in one language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MediaName {
    pub kind: MediaKind,
    /// The place in `Questionnaire::languages`.
    pub language: u16,
    pub file: String,
}

/// A file that came with the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    pub name: String,
    /// Such as `image/png`; always that of the name's end.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// The type of a file by its name; nothing for types that are not carried.
pub fn media_type_of(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    let found = TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(end));
    found.map(|(_, media_type)| *media_type)
}

/// For each kind the name in a language, or the first one where that language has none.
pub(in crate::questionnaire) fn in_language(
    names: &[MediaName],
    language: usize,
) -> impl Iterator<Item = &MediaName> {
    names.iter().enumerate().filter_map(move |(place, name)| {
        let is_wanted = |each: &MediaName| usize::from(each.language) == language;
        let mut others = names.iter().filter(|each| each.kind == name.kind);
        let is_first = !names[..place].iter().any(|each| each.kind == name.kind);
        let shows = is_wanted(name) || is_first && !others.any(is_wanted);
        shows.then_some(name)
    })
}

impl Questionnaire {
    /// The file of this name, where it was supplied.
    pub fn media_file(&self, name: &str) -> Option<&MediaFile> {
        self.media.iter().find(|file| file.name == name)
    }

    /// What is wrong with the files, if anything.
    pub(super) fn check_media(&self) -> Result<(), &'static str> {
        let mut total = 0;
        let mut last = None;
        for file in &self.media {
            total += file.bytes.len();
            let is_known = media_type_of(&file.name) == Some(&file.media_type);
            let is_in_order = last < Some(&file.name);
            if !is_known || !is_in_order || MEDIA_FILE_BYTES_MAX < file.bytes.len() {
                return Err("media file");
            }
            last = Some(&file.name);
        }
        let choices = self.lists.iter().flat_map(|list| &list.choices);
        let of_choices = choices.flat_map(|choice| &choice.media);
        let mut names = self
            .nodes
            .iter()
            .flat_map(|node| &node.media)
            .chain(of_choices);
        let languages = self.languages.len();
        if MEDIA_BYTES_MAX < total || names.any(|name| languages <= usize::from(name.language)) {
            return Err("media");
        }
        Ok(())
    }
}
