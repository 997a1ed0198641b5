//! Photos of one village, from its approved answers.
//!
//! Always: those of the state that was approved, whatever came since; says of each whether it has arrived.
//! Never: names a photo of a question that is personal, or lies in a group that is.

use shared::answers::{Answer, File, Value};
use shared::ids::{BlobId, Path, RegionId, RoundId};
use shared::priority::{Text, Village};
use shared::questionnaire::interview::Interview;
use shared::questionnaire::model::Questionnaire;
use shared::wire::priority::PhotoView;

use super::{RankingError, Reach, approved_interviews};
use crate::forms::Forms;
use crate::store::Store;

/// What a browser is shown as a picture.
const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// The photos of a village, in the order of its answers; none while nobody has approved it, or what was approved is
/// not here.
pub async fn photos(
    store: &Store,
    forms: &Forms,
    round: RoundId,
    region: RegionId,
) -> Result<Vec<PhotoView>, RankingError> {
    let regions = [region];
    let reach = Reach::regions(&regions);
    let (_, cases) = approved_interviews(store, forms, reach, round).await?;
    let wanted = regions[0].to_string();
    let take = move |photos: &mut Vec<PhotoView>, village: Village, interview: &Interview| {
        if village.region == wanted {
            photos.extend(photos_of(interview));
        }
    };
    let mut photos = cases.fold(store, Vec::new(), take).await?;
    let ids: Vec<BlobId> = photos.iter().map(|photo| photo.blob).collect();
    let here = store.blobs_present(&ids).await?;
    for photo in &mut photos {
        photo.is_here = here.contains(&photo.blob);
    }
    Ok(photos)
}

fn photos_of(interview: &Interview) -> Vec<PhotoView> {
    let form = interview.questionnaire();
    let answers = interview.counted_answers();
    let photo = |(path, answer): (&Path, &Answer)| {
        let Answer::Value(Value::File(file)) = answer else {
            return None;
        };
        view(form, path, file)
    };
    answers.iter().filter_map(photo).collect()
}

fn view(form: &Questionnaire, path: &Path, file: &File) -> Option<PhotoView> {
    if !PICTURES.contains(&file.media_type.as_str()) {
        return None;
    }
    let index = form.find(&path.template())?;
    if form.is_personal(index) {
        return None;
    }
    let said = |language: &str| {
        let label = form.node(index).label.plain(form.language(language));
        if label.is_empty() {
            return path.name().to_owned();
        }
        label
    };
    Some(PhotoView {
        path: path.to_string(),
        label: Text::new(said("id"), said("en")),
        blob: file.blob,
        media_type: file.media_type.clone(),
        is_here: false,
    })
}
