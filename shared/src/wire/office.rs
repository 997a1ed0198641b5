//! The console's API: what people and phones ask of `/api/v1`, and what it answers.
//!
//! Always: times are milliseconds since 1970 UTC on the server's clock; ids are lower-case
//! hexadecimal; a list that may grow has a named bound; new fields carry a default.
//! Never: answers of a case; those travel as ops.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{
    AccountId, DeviceId, Epoch, QuestionnaireId, RegionId, RegionLevel, Role, RoundId,
};
use crate::time::Millis;

/// Regions in one answer of a search.
pub const REGIONS_PER_ANSWER_MAX: u32 = 1000;
/// Rows of an import that are reported; the rest is only counted.
pub const FAULTS_REPORTED_MAX: usize = 200;
/// Villages in one request to assign.
pub const VILLAGES_PER_ASSIGNMENT_MAX: usize = 2000;
/// Characters of a password: fewer are guessed, more are an attack on the hash.
pub const PASSWORD_CHARS_MIN: usize = 8;
pub const PASSWORD_BYTES_MAX: usize = 200;
/// Characters of a name of a person or a round.
pub const NAME_CHARS_MAX: usize = 120;
/// Bytes of one photo or file.
pub const BLOB_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// An error answer, as RFC 9457 says. Programs decide by `code`, people read `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemView {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable, such as `enrolment_used`.
    pub code: String,
    /// In Indonesian: the thing, and the way out.
    pub detail: String,
    pub detail_en: String,
    /// What is wrong where, for a file or form with several faults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// One fault in something that a person sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where: `baris 12`, `survey baris 40 kolom relevant`, or a field such as `username`.
    pub place: String,
    /// Line of the file, counted from 1 with its header; 0 where there is none.
    #[serde(default)]
    pub row: u32,
    pub code: String,
    pub text: String,
    pub text_en: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub username: String,
    pub password: String,
}

/// Makes the first administrator with the link that the first start printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetUp {
    pub token: String,
    pub username: String,
    pub name: String,
    pub password: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub account: AccountView,
    pub expires: Millis,
    pub server_version: String,
    pub origin: String,
    pub epoch: Epoch,
    /// The server's clock at the answer.
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionView {
    pub code: RegionId,
    pub name: String,
    pub level: RegionLevel,
    /// From the province down, without the region itself.
    pub above: Vec<RegionName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionName {
    pub code: RegionId,
    pub name: String,
}

/// How many regions of each level there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RegionCounts {
    pub province: u64,
    pub regency: u64,
    pub district: u64,
    pub village: u64,
}

/// What became of a file: `rows = saved + refused`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    pub rows: u64,
    pub saved: u64,
    pub refused: u64,
    /// The first [`FAULTS_REPORTED_MAX`] of the refused rows.
    pub faults: Vec<Fault>,
}

/// The sheets of an XLSForm as CSV texts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuestionnaireSheets {
    pub survey: String,
    pub choices: String,
    pub settings: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entities: String,
}

/// A form as an office sends it: its sheets or one file, and the files beside it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionnaireUpload {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub survey: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub choices: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub settings: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub entities: String,
    /// A workbook or an XForm, instead of the sheets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<UploadedFile>,
    /// Lists of choices and media, by the names that the form gives them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<UploadedFile>,
}

/// One file of an upload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedFile {
    pub name: String,
    /// As base64.
    pub content: String,
}

impl QuestionnaireUpload {
    /// The sheets that were sent as texts.
    pub fn sheets(&self) -> QuestionnaireSheets {
        QuestionnaireSheets {
            survey: self.survey.clone(),
            choices: self.choices.clone(),
            settings: self.settings.clone(),
            entities: self.entities.clone(),
        }
    }
}

/// A questionnaire that was taken, and what somebody should look at in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionnaireImported {
    pub questionnaire: QuestionnaireView,
    pub warnings: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionnaireView {
    pub id: QuestionnaireId,
    pub form_id: String,
    pub title: String,
    pub version: String,
    pub questions: u32,
    /// Size of the compiled form that phones fetch.
    pub compiled_bytes: u64,
    pub imported: Millis,
    pub imported_by: String,
    /// Rounds that use it.
    pub rounds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundKind {
    Real,
    /// Never mixes with real data.
    Training,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    Open,
    Closed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoundNew {
    /// Of a round that this server forgot, being restored from an older backup: what phones bring names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RoundId>,
    pub name: String,
    pub kind: RoundKind,
    pub questionnaire: QuestionnaireId,
    pub regencies: Vec<RegionId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundView {
    pub id: RoundId,
    pub name: String,
    pub kind: RoundKind,
    /// The version that cases begin with.
    pub questionnaire: QuestionnaireId,
    pub questionnaire_title: String,
    /// As the questionnaire's author counts.
    #[serde(default)]
    pub questionnaire_version: String,
    /// The versions that were in use before, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<QuestionnaireId>,
    pub regencies: Vec<RegionName>,
    pub state: RoundState,
    pub created: Millis,
    /// Villages with at least one assignment that stands.
    pub villages: u32,
}

impl RoundView {
    /// All versions in the order in which the round took them; the last is the newest.
    pub fn versions(&self) -> Vec<QuestionnaireId> {
        let mut versions = self.earlier.clone();
        versions.push(self.questionnaire);
        versions
    }
}

/// The next version of a round's questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundVersion {
    pub questionnaire: QuestionnaireId,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountNew {
    pub username: String,
    pub name: String,
    pub role: Role,
    /// What the account may see; empty means everywhere, for the roles that may.
    #[serde(default)]
    pub regions: Vec<RegionId>,
    #[serde(default)]
    pub language: Language,
    /// Without one, a password is generated and shown once.
    #[serde(default)]
    pub password: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    Id,
    En,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub id: AccountId,
    pub username: String,
    pub name: String,
    pub role: Role,
    pub regions: Vec<RegionId>,
    pub language: Language,
    pub disabled: bool,
    pub created: Millis,
    /// When a phone brought the account back that this server, being restored, did not know. Until somebody gives it a
    /// password, nobody signs in to it; somebody should look whether role and regions are still right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revived: Option<Millis>,
}

/// An account just made. The password is shown once and nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMade {
    pub account: AccountView,
    /// Present if the server generated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsImported {
    pub import: ImportView,
    pub accounts: Vec<AccountMade>,
}

/// A new password for an account; without one, it is generated.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PasswordNew {
    #[serde(default)]
    pub password: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordSet {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Villages for one enumerator in one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentNew {
    pub round: RoundId,
    pub account: AccountId,
    pub villages: Vec<RegionId>,
    /// Names of top groups of the questionnaire; empty means all.
    #[serde(default)]
    pub modules: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentView {
    pub round: RoundId,
    pub account: AccountId,
    pub account_name: String,
    pub village: RegionId,
    pub village_name: String,
    pub modules: Vec<String>,
    pub assigned: Millis,
}

/// How many assignments a request changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentsChanged {
    pub changed: u64,
}

/// A link that enrols one phone once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentView {
    pub link: String,
    pub expires: Millis,
    pub qr_svg: String,
}

/// What a phone says of itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DeviceFacts {
    #[serde(default)]
    pub app_version: String,
    /// Kind of browser and system, such as `Chrome 156 Android`; never a full user agent.
    #[serde(default)]
    pub browser: String,
    /// Whether the browser promised to keep the phone's storage.
    #[serde(default)]
    pub persisted: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrol {
    pub token: String,
    /// Random digits of the phone's own. The same token may be redeemed again with the same
    /// attempt for a day, so that an answer lost on the way does not burn the link.
    #[serde(default)]
    pub attempt: String,
    /// The account whose work the phone holds, if it holds any: a link of another account is refused and stays good.
    #[serde(default)]
    pub account: Option<AccountId>,
    #[serde(default)]
    pub facts: DeviceFacts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: DeviceId,
    /// Sent back as `Authorization: Bearer <device>.<secret>`.
    pub secret: String,
    pub account: AccountView,
    pub epoch: Epoch,
    pub now: Millis,
    /// Brought back to `/api/v1/enrol/again` when the server does not know the phone: a restored one makes account and
    /// phone again from it. Opaque to the phone; empty from an older server.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate: String,
}

/// Bytes of a certificate, as text.
pub const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;

/// A phone that the server does not know shows what it got when it was enrolled. Its secret stands in the header as
/// always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAgain {
    pub certificate: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    pub id: DeviceId,
    pub account: AccountId,
    pub account_name: String,
    pub enrolled: Millis,
    pub last_seen: Millis,
    pub app_version: String,
    pub browser: String,
    pub persisted: bool,
    /// Ops on the phone that the server does not have, as of its last hello.
    pub unsent: u32,
    /// When the oldest of them was written; none if all were sent.
    pub oldest_unsent: Option<Millis>,
    pub revoked: bool,
    /// How far its clock was from the server's at its last hello, ahead if positive; none if it said none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
}

/// Something that somebody did to some object.
/// Whether what people sent could be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyView {
    /// When the newest verified backup was made. Where none was ever tried, phones give up what the server has had for
    /// `grace_days`.
    pub last_backup: Option<Millis>,
    /// When one was tried last that does not count, if none counts since: nothing newer than `last_backup` is safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_backup: Option<Millis>,
    /// Whether the newest verified backup lies on the disk of the data.
    #[serde(default)]
    pub shares_disk: bool,
    pub grace_days: u64,
    pub shortfalls: Vec<ShortfallView>,
    /// Where else phones and desks hold other than what is here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mismatches: Vec<MismatchView>,
    /// Rounds that phones bring answers of and that this server does not know. Open each again under its id; what was
    /// kept aside can then be let in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten_rounds: Vec<ForgottenRound>,
    /// Names of the rounds above, as far as they are known here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub round_names: BTreeMap<RoundId, String>,
    /// Names of the kabupaten above, as far as they are known here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub region_names: BTreeMap<RegionId, String>,
    /// A restore that no administrator has looked at yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<RestoredView>,
}

/// What a restore may have forgotten: whatever was revoked, disabled or changed after the backup was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredView {
    /// When the backup was made that was put back.
    pub made: Millis,
    pub restored: Millis,
    /// Revocations after it that were noted and carried out again; none where nobody notes them.
    pub carried_out: Option<u64>,
    /// Lines of the notes that could not be read.
    pub unread: u64,
}

/// A round that only phones know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgottenRound {
    pub round: RoundId,
    /// Those that something came for.
    pub regencies: Vec<RegionId>,
}

/// How what somebody holds differs from what is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mismatch {
    /// A desk had been told that so much more of its work is here.
    Lane { missing: u64 },
    /// A phone had read the log of a kabupaten to a place where something else stands now, or nothing; at least so many
    /// answers fewer are here, whoever wrote them.
    Log { missing: u64 },
    /// The answers of a village, whoever wrote them, are not the same on both sides.
    Village { region: RegionId },
}

/// Somebody who holds other than what is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchView {
    pub round: RoundId,
    pub regency: RegionId,
    /// Which phone; none for a person's desk.
    pub device: Option<DeviceId>,
    pub account_name: String,
    pub what: Mismatch,
    pub noted: Millis,
    /// When both were found to be the same again.
    pub recovered: Option<Millis>,
}

/// What a phone had been told is here and is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortfallView {
    pub round: RoundId,
    pub regency: RegionId,
    /// Who holds it.
    pub device: DeviceId,
    pub account_name: String,
    /// Answers, at most: some of them others may have brought.
    pub missing: u64,
    pub noted: Millis,
    /// When the phone had brought all it holds.
    pub recovered: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    pub at: Millis,
    /// None for the program and its command line.
    pub who: Option<AccountId>,
    pub who_name: String,
    /// Such as `device.revoke`.
    pub what: String,
    /// The id or code of what it was done to.
    pub object: String,
    /// Its name, where it has one: of an account, of the person of a phone, of a round.
    #[serde(default)]
    pub object_name: String,
}

/// A page of the record, the newest act first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub acts: Vec<AuditView>,
    /// Ask with this as `before` for the acts before these; none at the beginning of the record.
    pub next: Option<String>,
}
