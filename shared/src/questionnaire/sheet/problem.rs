//! What is wrong with a sheet, in words that its author understands.
//!
//! Always: the code is stable; the words are made from the code and the text at fault.
//! Never: more than `PROBLEMS_MAX` of them; the last says that there are more.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::questionnaire::xpath::ParseError;

/// The most problems that are reported for one questionnaire.
pub(super) const PROBLEMS_MAX: usize = 1_000;
const OFFENDING_LETTERS_MAX: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    Survey,
    Choices,
    Settings,
    Entities,
    /// An indicator of a method, which is no sheet.
    Method,
    /// The workbook as a whole, before its sheets can be read.
    Workbook,
    /// A form as XML; rows are its lines.
    Xform,
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sheet::Survey => "survey",
            Sheet::Choices => "choices",
            Sheet::Settings => "settings",
            Sheet::Entities => "entities",
            Sheet::Method => "method",
            Sheet::Workbook => "workbook",
            Sheet::Xform => "xform",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The questionnaire is refused.
    Error,
    /// It is taken, but somebody should look.
    Warning,
}

/// One problem with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub sheet: Sheet,
    /// As a spreadsheet counts: the header is row 1. 0: the sheet as a whole.
    pub row: u32,
    /// The header of the column; empty: the row as a whole.
    pub column: String,
    pub severity: Severity,
    pub code: String,
    /// Bahasa Indonesia.
    pub text: String,
    pub text_en: String,
    pub offending: String,
    /// What to do, in Bahasa Indonesia.
    pub advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sheet, self.row)?;
        if !self.column.is_empty() {
            write!(f, " {}", self.column)?;
        }
        write!(f, ": {} [{}] {}", self.text_en, self.code, self.offending)
    }
}

#[derive(Debug)]
pub(in crate::questionnaire) struct Problems {
    all: Vec<Problem>,
    /// What stands for the survey sheet: a form as XML has no sheets.
    form: Sheet,
}

impl Default for Problems {
    fn default() -> Problems {
        Problems::of(Sheet::Survey)
    }
}

impl Problems {
    /// Problems of a form that is read from this.
    pub(in crate::questionnaire) fn of(form: Sheet) -> Problems {
        Problems {
            all: Vec::new(),
            form,
        }
    }

    pub(in crate::questionnaire) fn error(
        &mut self,
        sheet: Sheet,
        row: u32,
        column: &str,
        code: &'static str,
        offending: &str,
    ) {
        self.add(sheet, row, column, (Severity::Error, code), offending);
    }

    pub(in crate::questionnaire) fn warn(
        &mut self,
        sheet: Sheet,
        row: u32,
        column: &str,
        code: &'static str,
        offending: &str,
    ) {
        self.add(sheet, row, column, (Severity::Warning, code), offending);
    }

    /// An expression that cannot be read: the words say where in it.
    pub(in crate::questionnaire) fn expression(
        &mut self,
        (row, column): (u32, &str),
        source: &str,
        error: &ParseError,
    ) {
        self.unreadable(Sheet::Survey, (row, column), source, error);
    }

    pub(in crate::questionnaire) fn unreadable(
        &mut self,
        sheet: Sheet,
        (row, column): (u32, &str),
        source: &str,
        error: &ParseError,
    ) {
        self.error(sheet, row, column, "expression_invalid", source);
        if let Some(last) = self.all.last_mut() {
            last.text = format!(
                "Rumus tidak dapat dibaca: pada huruf ke-{} ada \"{}\" yang tidak pada tempatnya.",
                error.column, error.found
            );
            last.text_en = format!("The expression cannot be read: {error}.");
        }
    }

    fn add(
        &mut self,
        sheet: Sheet,
        row: u32,
        column: &str,
        (severity, code): (Severity, &'static str),
        offending: &str,
    ) {
        if PROBLEMS_MAX < self.all.len() {
            return;
        }
        let full = self.all.len() == PROBLEMS_MAX;
        let code = if full { "too_many_problems" } else { code };
        let words = words(code);
        let sheet = match (sheet, self.form) {
            (Sheet::Survey, form) => form,
            // All of an XForm is one document.
            (Sheet::Choices | Sheet::Entities, Sheet::Xform) => Sheet::Xform,
            (other, _) => other,
        };
        self.all.push(Problem {
            sheet,
            row,
            column: column.to_owned(),
            severity: if full { Severity::Error } else { severity },
            code: code.to_owned(),
            text: words.0.to_owned(),
            text_en: words.1.to_owned(),
            offending: offending.chars().take(OFFENDING_LETTERS_MAX).collect(),
            advice: words.2.to_owned(),
        });
    }

    /// Whether one of them is an error.
    pub(in crate::questionnaire) fn refuse(&self) -> bool {
        let mut all = self.all.iter();
        all.any(|problem| problem.severity == Severity::Error)
    }

    pub(in crate::questionnaire) fn sorted(mut self) -> Vec<Problem> {
        self.all.sort_by_key(|problem| (problem.sheet, problem.row));
        self.all
    }
}

/// Indonesian words, English words and Indonesian advice for each code.
fn words(code: &str) -> (&'static str, &'static str, &'static str) {
    let found = WORDS.iter().find(|(known, ..)| *known == code);
    found.map_or(("", "", ""), |&(_, text, text_en, advice)| {
        (text, text_en, advice)
    })
}

const WORDS: [(&str, &str, &str, &str); 77] = [
    (
        "sheet_unreadable",
        "Lembar ini bukan CSV yang benar.",
        "This sheet is not valid CSV.",
        "Simpan ulang lembar sebagai CSV UTF-8.",
    ),
    (
        "sheet_too_large",
        "Lembar ini terlalu besar.",
        "This sheet is too large.",
        "Pisahkan daftar panjang ke dalam berkas tersendiri.",
    ),
    (
        "form_too_large",
        "Kuesioner ini terlalu besar untuk telepon.",
        "This questionnaire is too large for a phone.",
        "Pindahkan daftar panjang ke dalam berkas tersendiri, atau pendekkan teksnya.",
    ),
    (
        "sheet_empty",
        "Lembar ini kosong.",
        "This sheet is empty.",
        "Isi baris judul dan sedikitnya satu baris.",
    ),
    (
        "column_missing",
        "Kolom yang wajib ada tidak ditemukan.",
        "A required column is missing.",
        "Tambahkan kolom itu di baris judul.",
    ),
    (
        "column_repeated",
        "Judul kolom ini ada dua kali.",
        "This column header appears twice.",
        "Hapus salah satu kolom.",
    ),
    (
        "column_unknown",
        "Kolom ini tidak dikenal dan diabaikan.",
        "This column is not known and is ignored.",
        "Periksa ejaan judul kolom, atau hapus kolomnya.",
    ),
    (
        "setting_missing",
        "Pengaturan ini belum diisi.",
        "This setting is missing.",
        "Isi di lembar settings.",
    ),
    (
        "name_missing",
        "Nama pertanyaan belum diisi.",
        "The name is missing.",
        "Isi kolom name dengan huruf, angka, dan garis bawah.",
    ),
    (
        "name_invalid",
        "Nama ini tidak sah.",
        "This name is not valid.",
        "Mulai dengan huruf; pakai hanya huruf, angka, dan garis bawah.",
    ),
    (
        "name_repeated",
        "Nama ini sudah dipakai di kelompok yang sama.",
        "This name is already used in the same group.",
        "Beri nama lain.",
    ),
    (
        "type_missing",
        "Jenis pertanyaan belum diisi.",
        "The type is missing.",
        "Isi kolom type, misalnya integer atau select_one.",
    ),
    (
        "type_unknown",
        "Jenis pertanyaan ini tidak dikenal.",
        "This type is not known.",
        "Periksa ejaan; misalnya text, integer, select_one nama_daftar.",
    ),
    (
        "type_unsupported",
        "Jenis pertanyaan ini belum didukung.",
        "This type is not supported yet.",
        "Pakai jenis lain atau hapus barisnya.",
    ),
    (
        "list_missing",
        "Nama daftar pilihan belum ditulis sesudah jenis pertanyaan.",
        "The list name is missing after the type.",
        "Tulis misalnya select_one ya_tidak.",
    ),
    (
        "list_unknown",
        "Daftar pilihan ini tidak ada di lembar choices.",
        "This list is not in the choices sheet.",
        "Tambahkan daftarnya di lembar choices atau perbaiki ejaannya.",
    ),
    (
        "file_missing",
        "Berkas pilihan ini tidak disertakan.",
        "This file of choices was not supplied.",
        "Sertakan berkasnya bersama kuesioner.",
    ),
    (
        "file_too_large",
        "Berkas pilihan ini lebih dari 200.000 baris atau 20 MB, atau namanya lebih dari 250 bita.",
        "This file of choices has more than 200,000 rows or 20 MB, or a name of more than 250 bytes.",
        "Bagi berkas itu, atau buang kolom yang tidak dipakai.",
    ),
    (
        "file_unreadable",
        "Berkas pilihan ini tidak punya kolom name dan label.",
        "This file of choices lacks the columns name and label.",
        "Perbaiki baris judul berkas itu.",
    ),
    (
        "choice_name_missing",
        "Nama pilihan belum diisi.",
        "The name of the choice is missing.",
        "Isi kolom name.",
    ),
    (
        "choice_list_missing",
        "Nama daftar belum diisi.",
        "The list name of the choice is missing.",
        "Isi kolom list_name.",
    ),
    (
        "choice_repeated",
        "Pilihan ini ada dua kali dalam daftar yang sama.",
        "This choice appears twice in the same list.",
        "Hapus salah satu atau beri nama lain.",
    ),
    (
        "choice_has_blank",
        "Nama pilihan untuk jawaban ganda tidak boleh memuat spasi.",
        "Names of choices for multiple answers must not contain blanks.",
        "Ganti spasi dengan garis bawah.",
    ),
    (
        "choice_label_missing",
        "Teks pilihan belum diisi.",
        "The label of the choice is missing.",
        "Isi kolom label.",
    ),
    (
        "too_many_choices",
        "Jumlah pilihan melebihi batas.",
        "There are too many choices.",
        "Kurangi pilihan, atau pakai berkas daftar.",
    ),
    (
        "too_many_rows",
        "Jumlah pertanyaan melebihi batas.",
        "There are too many questions.",
        "Bagi kuesioner menjadi beberapa bagian.",
    ),
    (
        "too_deep",
        "Kelompok bersarang terlalu dalam.",
        "Groups are nested too deeply.",
        "Kurangi tingkat kelompok.",
    ),
    (
        "label_missing",
        "Teks pertanyaan belum diisi.",
        "The label is missing.",
        "Isi kolom label.",
    ),
    (
        "end_without_begin",
        "Penutup kelompok tanpa pembuka.",
        "A group is closed that was never opened.",
        "Tambahkan begin_group atau hapus baris ini.",
    ),
    (
        "end_mismatch",
        "Penutup tidak sama jenisnya dengan pembuka.",
        "The end does not match the begin.",
        "Samakan: group dengan group, repeat dengan repeat.",
    ),
    (
        "begin_without_end",
        "Kelompok ini tidak pernah ditutup.",
        "This group is never closed.",
        "Tambahkan end_group atau end_repeat.",
    ),
    (
        "group_empty",
        "Kelompok ini kosong.",
        "This group is empty.",
        "Isi kelompok atau hapus.",
    ),
    (
        "expression_invalid",
        "Rumus tidak dapat dibaca.",
        "The expression cannot be read.",
        "Periksa tanda kurung, tanda petik, dan tanda hitung.",
    ),
    (
        "expression_too_large",
        "Rumus terlalu panjang atau terlalu bersarang.",
        "The expression is too long or too deeply nested.",
        "Bagi rumus dengan baris calculate.",
    ),
    (
        "reference_unknown",
        "Rumus menyebut nama yang tidak ada di lembar survey.",
        "The expression names something that is not in the survey sheet.",
        "Perbaiki ejaan nama di dalam ${...}.",
    ),
    (
        "reference_ambiguous",
        "Rumus menyebut nama yang dipakai oleh beberapa baris.",
        "The expression names something that several rows are called.",
        "Beri nama yang berbeda.",
    ),
    (
        "function_unknown",
        "Fungsi ini tidak dikenal.",
        "This function is not known.",
        "Periksa ejaan fungsi.",
    ),
    (
        "path_unknown",
        "Jalur di dalam rumus tidak menuju ke mana pun.",
        "A path in the expression leads nowhere.",
        "Pakai ${nama} sebagai ganti jalur.",
    ),
    (
        "filter_column_unknown",
        "Saringan pilihan menyebut kolom yang tidak ada.",
        "The choice filter names a column that is not there.",
        "Tambahkan kolomnya di lembar choices.",
    ),
    (
        "parameter_invalid",
        "Parameter tidak ditulis sebagai kunci=nilai.",
        "A parameter is not written as key=value.",
        "Tulis misalnya max-pixels=1280.",
    ),
    (
        "calculation_missing",
        "Baris calculate tanpa rumus.",
        "A calculate row has no calculation.",
        "Isi kolom calculation.",
    ),
    (
        "cycle",
        "Rumus-rumus ini saling menunggu dan tidak dapat dihitung.",
        "These expressions depend on each other in a circle.",
        "Hapus salah satu rujukan dalam lingkaran itu.",
    ),
    (
        "type_not_recorded",
        "Jenis ini disimpan dalam kuesioner, tetapi tidak diisi di telepon.",
        "This type is kept, but nothing on the phone fills it.",
        "Hapus barisnya bila isinya diperlukan.",
    ),
    (
        "column_kept",
        "Kolom ini disimpan, tetapi belum dipakai di layar.",
        "This column is kept, but no screen uses it yet.",
        "Tidak perlu apa-apa; atau hapus kolomnya.",
    ),
    (
        "setting_unused",
        "Pengaturan ini tidak dipakai.",
        "This setting is not used.",
        "Hapus pengaturannya, atau pastikan tidak diperlukan.",
    ),
    (
        "trigger_unseen",
        "Pemicu harus pertanyaan yang terlihat di layar.",
        "A trigger must be a question that is seen on the screen.",
        "Pakai pertanyaan yang diisi orang, bukan kelompok atau calculate.",
    ),
    (
        "trigger_invalid",
        "Pemicu harus ditulis sebagai ${nama}.",
        "A trigger is written as ${name}.",
        "Tulis satu atau beberapa ${nama}, dipisah koma.",
    ),
    (
        "parameter_unknown",
        "Parameter ini tidak dikenal untuk jenis pertanyaan ini.",
        "This parameter is not known for this type.",
        "Periksa ejaan parameter, atau hapus.",
    ),
    (
        "parameter_value",
        "Nilai parameter ini tidak dapat dipakai.",
        "The value of this parameter cannot be used.",
        "Tulis angka bukan nol, atau true/false, sesuai parameternya.",
    ),
    (
        "or_other_filtered",
        "or_other tidak dapat dipakai bersama choice_filter.",
        "or_other cannot be used with choice_filter.",
        "Tambahkan pilihan lainnya di lembar choices dan pertanyaan teks sendiri.",
    ),
    (
        "last_saved_unsupported",
        "Instance isian terakhir (last-saved) tidak bernama __last-saved.",
        "The instance of the last saved form is not called __last-saved.",
        "Beri nama __last-saved.",
    ),
    (
        "last_saved_in_repeat",
        "Isian terakhir dari baris berulang tidak disimpan; rumus ini membacanya kosong.",
        "Last saved answers of repeats are not kept; this expression reads them as empty.",
        "Rujuk pertanyaan di luar repeat.",
    ),
    (
        "file_label_unreadable",
        "Label dalam berkas ini memuat rumus yang tidak dapat dibaca.",
        "A label in this file has an expression that cannot be read.",
        "Perbaiki ${…} di kolom label berkas itu.",
    ),
    (
        "once_not_kept",
        "once() dalam rumus tanpa trigger dihitung lagi setiap formulir dibuka dan dapat berbeda di tiap HP.",
        "once() in a calculation without a trigger is computed again whenever the form is opened, and may differ between phones.",
        "Tulis rumusnya di default, atau beri trigger.",
    ),
    (
        "constraint_dated",
        "Batas ini memakai tanggal hari ini. Jam HP bisa salah bertahun-tahun, jadi isian di luar batas menjadi temuan meragukan yang selesai dengan catatan, bukan kesalahan.",
        "This limit reads today's date. Clocks of phones may be wrong by years, so an answer beyond it is a doubt that a note settles, and no error.",
        "Pindahkan ke bind::lumbung:doubt, atau biarkan; sederhanakan bila rumusnya ditolak.",
    ),
    (
        "entity_dataset_missing",
        "Entitas ini tidak menyebut daftarnya.",
        "This entity does not name its list.",
        "Isi atribut dataset.",
    ),
    (
        "last_saved_not_kept",
        "Isian terakhir (last-saved) hanya dapat dibaca di default atau rumus dengan trigger: di tempat lain server dan HP lain akan mendapat hasil yang berbeda.",
        "Last saved answers can be read only in a default or in a calculation with a trigger: elsewhere the server and other phones would come to another result.",
        "Baca last-saved di default pertanyaan tersembunyi, lalu rujuk pertanyaan itu.",
    ),
    (
        "last_saved_personal",
        "Isian terakhir dari pertanyaan pribadi tidak disimpan; di sini selalu kosong.",
        "Last saved answers to personal questions are not kept; here they are always empty.",
        "Rujuk pertanyaan lain.",
    ),
    (
        "itext_unknown",
        "jr:itext menyebut teks yang tidak ada.",
        "jr:itext names a text that is not there.",
        "Periksa id teksnya, misalnya /data/umur:label.",
    ),
    (
        "itext_computed",
        "jr:itext hanya dapat dipakai dengan id yang ditulis langsung.",
        "jr:itext takes only an id that is written out.",
        "Tulis id dalam tanda petik.",
    ),
    (
        "itext_nested",
        "jr:itext menyebut teks yang memuat jr:itext lain.",
        "jr:itext names a text that has another jr:itext in it.",
        "Tulis teksnya langsung.",
    ),
    (
        "entity_name_invalid",
        "Nama daftar entitas ini tidak sah atau sudah dipakai.",
        "This name of an entity list is not valid, or is used twice.",
        "Mulai dengan huruf, tanpa titik; satu baris untuk tiap daftar.",
    ),
    (
        "entity_label_missing",
        "Entitas yang dibuat perlu label.",
        "An entity that is created needs a label.",
        "Isi kolom label dengan rumus.",
    ),
    (
        "entity_id_missing",
        "entity_id, create_if, dan update_if tidak cocok satu sama lain.",
        "The columns entity_id, create_if and update_if do not fit each other.",
        "update_if perlu entity_id; create_if dengan entity_id perlu update_if.",
    ),
    (
        "save_to_without_entity",
        "save_to tidak menyebut daftar di lembar entities.",
        "The save_to names no list of the entities sheet.",
        "Tambahkan lembar entities; bila ada beberapa daftar, tulis daftar#sifat.",
    ),
    (
        "save_to_invalid",
        "save_to ini tidak sah: namanya, barisnya, atau sifatnya sudah dipakai.",
        "This save_to is not valid: its name, its row, or a property that is used twice.",
        "Pakai nama lain, bukan name atau label; kelompok tidak dapat disimpan.",
    ),
    (
        "entity_scope",
        "Entitas ini merujuk baris repeat yang berbeda-beda.",
        "This entity refers to rows of different repeats.",
        "Rujuk pertanyaan dari satu repeat dan dari yang di luarnya.",
    ),
    (
        "media_missing",
        "Berkas gambar, suara, atau video ini tidak disertakan; pertanyaannya tampil tanpa itu.",
        "This media file was not supplied; the question is shown without it.",
        "Sertakan berkasnya di samping kuesioner.",
    ),
    (
        "media_kind_unsupported",
        "Jenis berkas ini tidak dibawa ke telepon.",
        "Files of this kind are not carried to phones.",
        "Pakai png, jpg, webp, gif, mp3, ogg, wav, m4a, mp4, atau webm.",
    ),
    (
        "media_too_large",
        "Berkas ini terlalu besar, atau semua berkas bersama-sama.",
        "This file is too large, or all files together are.",
        "Kecilkan gambar atau potong suara dan video.",
    ),
    (
        "big_image_alone",
        "big-image tanpa image.",
        "A big-image without an image.",
        "Isi juga kolom image.",
    ),
    (
        "file_kind_unsupported",
        "Berkas pilihan harus .csv atau .geojson.",
        "Files of choices must be .csv or .geojson.",
        "Ubah berkasnya menjadi .csv.",
    ),
    (
        "xml_unreadable",
        "Dokumen XML ini tidak utuh.",
        "This XML document is not whole.",
        "Perbaiki XML di baris itu, atau ekspor ulang formulirnya.",
    ),
    (
        "xml_part_missing",
        "Bagian wajib formulir tidak ditemukan.",
        "A required part of the form is missing.",
        "XForm memuat model, instance, dan body.",
    ),
    (
        "itemset_unsupported",
        "Sumber pilihan ini tidak didukung.",
        "This source of choices is not supported.",
        "Tulis instance('daftar')/root/item[saringan].",
    ),
    (
        "group_without_path",
        "Kelompok ini tanpa jalur; judul dan syaratnya tidak dipakai.",
        "This group has no path; its title and condition are not used.",
        "Beri kelompok atribut ref.",
    ),
    (
        "too_many_problems",
        "Masih ada masalah lain yang tidak ditampilkan.",
        "There are more problems than are shown.",
        "Perbaiki yang ini dahulu, lalu impor lagi.",
    ),
];

#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(code, ..)| *code)
}
