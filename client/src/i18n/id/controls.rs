//! Indonesian words of the phone's controls.

use super::super::keys::Controls;

pub(super) static CONTROLS: Controls = Controls {
    rank_hint: "Ketuk menurut urutan, yang paling utama lebih dahulu.",
    rank_up: |label| format!("Naikkan {label}"),
    rank_down: |label| format!("Turunkan {label}"),
    rank_out: |label| format!("Keluarkan {label} dari urutan"),
    rank_open: "Belum diurutkan",
    range_empty: "Belum dijawab. Geser, atau ketuk + dan −.",
    less: "Kurangi",
    more: "Tambah",
    year_hint: "Tahun, misalnya 2026",
    walk_line: "Mulai menyusuri garis",
    walk_area: "Mulai mengelilingi lahan",
    walk_on: "Lanjutkan",
    walk_hint: "Berjalanlah; titik dicatat sendiri setiap beberapa meter. Tambahkan titik di setiap sudut.",
    walk_add: "Tambah titik di sini",
    walk_undo: "Hapus titik terakhir",
    walk_done: "Selesai",
    walk_line_few: "Garis memerlukan sedikitnya 2 titik.",
    walk_area_few: "Lahan memerlukan sedikitnya 3 titik.",
    walk_full: "Sudah 2.000 titik, paling banyak yang dapat disimpan. Ketuk Selesai.",
    walk_kept: "Titik dari pengukuran yang belum selesai masih ada.",
    waiting_for_position: "Mencari satelit…",
    line_text: |points, metres| format!("{points} titik · {metres}"),
    area_text: |points, hectares| format!("{points} titik · {hectares}"),
    sketch: "Sketsa titik-titik, utara di atas",
    sketch_hint: "Ketuk sketsa untuk menambah titik di tempat itu.",
    closer: "Perbesar sketsa",
    wider: "Perkecil sketsa",
    audio_record: "Rekam suara",
    audio_again: "Rekam ulang",
    audio_stop: "Berhenti dan simpan",
    audio_running: |time| format!("Merekam {time}"),
    audio_denied: "Mikrofon tidak diizinkan. Izinkan di pengaturan situs, atau pilih berkas suara.",
    audio_missing: "Ponsel ini tidak dapat merekam di sini. Pilih berkas suara.",
    audio_choose: "Pilih berkas",
    video_record: "Rekam video",
    video_choose: "Pilih video",
    file_choose: "Pilih berkas",
    file_too_large: |megabytes| {
        format!(
            "Berkas ini lebih dari {megabytes} MB. Pilih yang lebih kecil; isian sebelumnya tetap ada."
        )
    },
    file_saving: "Menyimpan berkas…",
    file_elsewhere: "Berkas ada di ponsel lain atau di server.",
    sign: "Tanda tangan",
    draw: "Gambar",
    sign_again: "Ulangi",
    sign_hint: "Tulis dengan jari di dalam kotak.",
    sign_clear: "Hapus coretan",
    sign_save: "Simpan",
    scan: "Pindai kode",
    scan_hint: "Arahkan kamera ke kode.",
    scan_denied: "Kamera tidak dapat dipakai. Ketik kodenya.",
    form_language: "Bahasa kuesioner",
    clear: "Kosongkan",
    chosen_of: |chosen, of| format!("{chosen} dari {of} dipilih"),
    type_to_search: |count| {
        format!(
            "Ketik sebagian nama atau kode; ada {} pilihan.",
            super::super::integer_text(count as i64)
        )
    },
    more_found: "Masih ada yang lain. Ketik lebih banyak huruf.",
    list_missing: "Daftar pilihan belum ada di ponsel ini. Daftar diambil saat ada sinyal; isian lain dapat dilanjutkan.",
    list_loading: "Membuka daftar…",
    version_new: |version| format!("Ada kuesioner versi {version}"),
    version_body: "Dokumen ini tetap pada versinya sampai Anda memindahkannya. Isian yang ada tidak hilang.",
    version_move: "Pindah ke versi baru",
    version_moved: "Dokumen sudah pada versi baru",
    version_note: |from, to| {
        format!("Dokumen dipindahkan dari kuesioner versi {from} ke versi {to}.")
    },
    version_more: |count| format!("dan {count} perubahan lain"),
    version_same: "Susunan pertanyaan tidak berubah.",
    version_added: "pertanyaan baru",
    version_removed: "tidak ditanyakan lagi",
    version_was_moved: "pindah tempat",
    version_kind: "cara menjawab berubah",
    version_choices: "pilihan berubah",
    version_texts: "kalimat berubah",
    version_rules: "syarat atau rumus berubah",
    version_carried: |moved, parked| {
        format!(
            "{moved} isian pindah tempat; {parked} isian tidak punya tempat dan disimpan terpisah."
        )
    },
    parked: |count| format!("{count} isian tidak punya tempat di versi ini"),
    parked_body: "Isian ini tetap tersimpan dan dilihat pengawas, tetapi tidak dihitung.",
    parked_removed: "pertanyaannya tidak ada lagi",
    parked_rows: "pertanyaannya pindah ke baris lain",
    parked_kind: "cara menjawabnya berubah",
    parked_choice: "pilihannya tidak ada lagi",
    parked_taken: "tempat barunya sudah terisi",
    larger: "Perbesar gambar",
};
