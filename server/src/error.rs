//! What a request is told when it fails: problem details of RFC 9457.
//!
//! Always: a stable code, a text in Indonesian with the way out, and the same in English.
//! Never: repeats answers, names of persons, passwords or tokens; shows an inner error to a caller.

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::wire::office::{FAULTS_REPORTED_MAX, Fault, ProblemView};

use crate::auth::PasswordsBusy;
use crate::store::StoreError;

/// A failed request.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    detail_en: String,
    faults: Vec<Fault>,
    retry_after_s: Option<u32>,
}

impl Problem {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        detail_en: impl Into<String>,
    ) -> Problem {
        Problem {
            status,
            code,
            detail: detail.into(),
            detail_en: detail_en.into(),
            faults: Vec::new(),
            retry_after_s: None,
        }
    }

    /// Several faults in what was sent; the first [`FAULTS_REPORTED_MAX`] are named.
    #[must_use]
    pub fn with_faults(mut self, mut faults: Vec<Fault>) -> Problem {
        faults.truncate(FAULTS_REPORTED_MAX);
        self.faults = faults;
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn not_signed_in() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "Anda belum masuk, atau sesi sudah berakhir; masuk lagi",
            "not signed in, or the session has ended; sign in again",
        )
    }

    pub fn device_unknown() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "device_unknown",
            "ponsel ini tidak dikenal peladen; isian di ponsel tetap aman, minta tautan \
             pendaftaran baru kepada pengawas",
            "this phone is unknown to the server; what is on it stays safe, ask the supervisor \
             for a new enrolment link",
        )
    }

    pub fn device_revoked() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "device_revoked",
            "ponsel ini telah dicabut; isian di ponsel tetap aman, hubungi pengawas",
            "this phone was revoked; what is on it stays safe, speak to the supervisor",
        )
    }

    pub fn forbidden() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "peran Anda tidak boleh melakukan ini; hubungi administrator",
            "your role may not do this; speak to the administrator",
        )
    }

    pub fn outside_regions() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "outside_regions",
            "wilayah ini di luar wilayah Anda",
            "this region is outside yours",
        )
    }

    /// A value of a field, path or query that cannot be.
    pub fn invalid(
        code: &'static str,
        detail: impl Into<String>,
        detail_en: impl Into<String>,
    ) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail, detail_en)
    }

    pub fn missing(what: &'static str) -> Problem {
        let (code, word) = match what {
            "account" => ("account_missing", "akun"),
            "region" => ("region_missing", "wilayah"),
            "questionnaire" => ("questionnaire_missing", "kuesioner"),
            "questionnaire_list" => ("list_missing", "daftar pilihan"),
            "round" => ("round_missing", "ronde"),
            "decision" => ("decision_missing", "penetapan"),
            "device" => ("device_missing", "ponsel"),
            "method" => ("method_missing", "metode"),
            "setup link" => ("setup_unknown", "tautan penyiapan"),
            "blob" => ("blob_missing", "foto atau berkas"),
            "op" => ("op_missing", "isian yang ditahan"),
            _ => ("missing", "yang diminta"),
        };
        Problem::new(
            StatusCode::NOT_FOUND,
            code,
            format!("{word} ini tidak ada"),
            format!("this {what} does not exist"),
        )
    }

    pub fn too_large(limit: usize) -> Problem {
        let mb = limit.div_ceil(1024 * 1024);
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("yang dikirim lebih besar dari {mb} MB; bagi menjadi beberapa bagian"),
            format!("what was sent is larger than {mb} MB; send it in parts"),
        )
    }

    pub fn busy() -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "peladen sedang sibuk; coba lagi sebentar lagi",
            "the server is busy; try again in a moment",
        )
        .retry_after(5)
    }

    /// There is no room on the server's disk.
    ///
    /// 507 and not 503, by which a proxy or a balancer would take the whole server for gone and ask elsewhere or no
    /// more: what is read is still answered. Phones act on the code, and try again as after any failure.
    pub fn storage_full() -> Problem {
        Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "storage_full",
            "disk peladen penuh, jadi yang dikirim belum disimpan; isian dan foto di ponsel tetap aman dan dikirim \
             lagi nanti. Administrator: beri ruang pada disk data, misalnya dengan memindahkan cadangan lama",
            "the server's disk is full, so what was sent is not stored yet; answers and photos on the phone stay safe \
             and are sent again later. Administrator: make room on the disk of the data, by moving old backups away, \
             say",
        )
        .retry_after(60)
    }

    /// Something failed here that the caller can do nothing about. The cause is logged, once.
    pub fn internal(cause: &dyn fmt::Display) -> Problem {
        tracing::error!(error = %cause, "http.internal");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "peladen mengalami gangguan; tidak ada yang hilang, coba lagi nanti",
            "the server failed; nothing is lost, try again later",
        )
    }

    pub fn view(&self) -> ProblemView {
        ProblemView {
            kind: format!("urn:lumbung:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            detail_en: self.detail_en.clone(),
            faults: self.faults.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.view()).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Missing(what) => Problem::missing(what),
            StoreError::Refused(code) => refused(code),
            StoreError::Busy => Problem::busy(),
            StoreError::Full(_) => {
                tracing::error!(%error, "http.storage_full");
                Problem::storage_full()
            }
            // A database that starts again or gave its place to another is there again in a moment.
            error if error.is_away() => {
                tracing::warn!(%error, "http.database_away");
                Problem::busy()
            }
            StoreError::Schema(_)
            | StoreError::Corrupt(_)
            | StoreError::Database(_)
            | StoreError::Io(_) => Problem::internal(&error),
        }
    }
}

impl From<PasswordsBusy> for Problem {
    fn from(_: PasswordsBusy) -> Problem {
        Problem::busy()
    }
}

/// Code, status and text of each refusal of the store.
const REFUSALS: [(&str, StatusCode, &str, &str); 21] = [
    (
        "certificate_foreign",
        StatusCode::UNAUTHORIZED,
        "peladen ini bukan yang mendaftarkan ponsel ini; isian tetap aman, minta tautan baru kepada \
             pengawas",
        "this is not the server that enrolled this phone; answers stay safe, ask the supervisor for \
             a new link",
    ),
    (
        "certificate_expired",
        StatusCode::UNAUTHORIZED,
        "pendaftaran ponsel ini sudah terlalu lama; isian tetap aman, minta tautan baru kepada pengawas",
        "this phone was enrolled too long ago; answers stay safe, ask the supervisor for a new link",
    ),
    (
        "enrolment_other_account",
        StatusCode::CONFLICT,
        "tautan ini untuk akun lain dan masih berlaku; ponsel ini memegang isian akun lain, minta \
             tautan untuk akun itu",
        "this link is for another account and still good; the phone holds another account's \
             answers, ask for a link of that account",
    ),
    (
        "aside_full",
        StatusCode::TOO_MANY_REQUESTS,
        "terlalu banyak isian yang ditahan dari akun ini; isian di ponsel tetap aman, hubungi pengawas",
        "too much of this account is kept aside; what is on the phone stays safe, speak to the \
             supervisor",
    ),
    (
        "lanes_full",
        StatusCode::TOO_MANY_REQUESTS,
        "akun ini sudah mengirim lebih banyak daripada batasnya; isian di ponsel tetap aman, hubungi \
             administrator",
        "this account has sent more than its bound; what is on the phone stays safe, speak to the \
             administrator",
    ),
    (
        "blobs_full",
        StatusCode::TOO_MANY_REQUESTS,
        "ponsel ini sudah mengirim lebih banyak foto daripada batasnya; foto di ponsel tetap aman, \
             hubungi administrator",
        "this phone has sent more photos than its bound; those on the phone stay safe, speak to the \
             administrator",
    ),
    (
        "username_taken",
        StatusCode::CONFLICT,
        "nama pengguna ini sudah dipakai; pilih yang lain",
        "this username is taken; choose another",
    ),
    (
        "setup_expired",
        StatusCode::GONE,
        "tautan penyiapan sudah kedaluwarsa; mulai ulang peladen untuk mendapat tautan baru",
        "the setup link has expired; restart the server for a new one",
    ),
    (
        "enrolment_unknown",
        StatusCode::NOT_FOUND,
        "tautan pendaftaran ini tidak dikenal; periksa apakah tersalin lengkap, atau minta \
             tautan baru kepada pengawas",
        "this enrolment link is unknown; check that it was copied whole, or ask the \
             supervisor for a new one",
    ),
    (
        "enrolment_used",
        StatusCode::CONFLICT,
        "tautan pendaftaran ini sudah dipakai; satu tautan hanya untuk satu ponsel, minta \
             tautan baru kepada pengawas",
        "this enrolment link was used already; one link enrols one phone, ask the supervisor \
             for a new one",
    ),
    (
        "enrolment_expired",
        StatusCode::GONE,
        "tautan pendaftaran ini sudah kedaluwarsa; minta tautan baru kepada pengawas",
        "this enrolment link has expired; ask the supervisor for a new one",
    ),
    (
        "account_disabled",
        StatusCode::FORBIDDEN,
        "akun ini dinonaktifkan; hubungi administrator",
        "this account is disabled; speak to the administrator",
    ),
    (
        "questionnaire_version",
        StatusCode::CONFLICT,
        "kuesioner lain dengan form_id dan versi yang sama sudah ada; naikkan version di \
             lembar settings",
        "another questionnaire with this form_id and version exists; raise version in the \
             settings sheet",
    ),
    (
        "method_version",
        StatusCode::CONFLICT,
        "metode lain dengan id dan versi yang sama sudah disimpan; naikkan version",
        "another method with this id and version is kept already; raise its version",
    ),
    (
        "methods_full",
        StatusCode::CONFLICT,
        "peladen ini sudah menyimpan metode sebanyak batasnya; bicarakan dengan administrator",
        "this server keeps as many methods as it may; speak to the administrator",
    ),
    (
        "blob_too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "foto atau berkas lebih besar dari 10 MB; ambil ulang dengan ukuran lebih kecil",
        "the photo or file is larger than 10 MB; take it again at a smaller size",
    ),
    (
        "blob_hash",
        StatusCode::UNPROCESSABLE_ENTITY,
        "isi foto tidak cocok dengan sidik jarinya; akan dikirim ulang dari awal",
        "the photo does not match its digest; it will be sent again from the beginning",
    ),
    (
        "blob_unnamed",
        StatusCode::FORBIDDEN,
        "ponsel ini telah dicabut, dan foto ini tidak disebut isiannya yang ada di peladen; foto di ponsel tetap aman, \
             hubungi pengawas",
        "this phone was revoked, and none of its answers here names this photo; it stays safe on the phone, speak to \
             the supervisor",
    ),
    (
        "blobs_unfinished",
        StatusCode::TOO_MANY_REQUESTS,
        "terlalu banyak foto yang belum selesai dikirim; selesaikan dahulu yang sudah mulai",
        "too many photos are half sent; finish those first",
    ),
    (
        "not_admissible",
        StatusCode::CONFLICT,
        "isian ini tidak dapat diterima: penulisnya bukan pengirimnya, atau perannya tidak boleh \
             menulisnya; isian tetap disimpan",
        "this cannot be admitted: its author did not send it, or may not write it; it stays on record",
    ),
    (
        "blob_busy",
        StatusCode::CONFLICT,
        "foto ini sedang dikirim oleh permintaan lain; coba lagi sebentar lagi",
        "this photo is being sent by another request; try again in a moment",
    ),
];

/// The text of a refusal of the store.
fn refused(code: &'static str) -> Problem {
    let known = REFUSALS.iter().find(|(name, ..)| *name == code);
    let (status, detail, detail_en) = known.map_or(
        (
            StatusCode::CONFLICT,
            "permintaan ini tidak dapat dilakukan pada keadaan sekarang",
            "this cannot be done in the present state",
        ),
        |(_, status, detail, detail_en)| (*status, *detail, *detail_en),
    );
    Problem::new(status, code, detail, detail_en)
}
