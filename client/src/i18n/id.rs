//! Bahasa Indonesia.
//!
//! Always: sentences that a tired person believes; what happened, what is safe, what to do.
//! Never: blames the person, or names a part of the program.

#[cfg(feature = "collector")]
use super::keys::Collector;
use super::keys::{Common, Net, Store, Texts};
#[cfg(feature = "console")]
use super::keys::{Console, Review, SetUp};
#[cfg(feature = "console")]
use shared::ids::Role;

pub(super) static TEXTS: Texts = Texts {
    code: "id",
    name: "Bahasa Indonesia",
    common: Common {
        app: "Lumbung",
        back: "Kembali",
        next: "Lanjut",
        cancel: "Batal",
        close: "Tutup",
        save: "Simpan",
        retry: "Coba lagi",
        undo: "Urungkan",
        search: "Cari",
        menu: "Menu",
        language: "Bahasa",
        text_size: "Ukuran huruf",
        text_size_names: ["Biasa", "Besar", "Sangat besar"],
        required: "wajib diisi",
        loading: "Sedang memuat…",
        on_phone: "di ponsel ini",
        received: "diterima server",
        waiting: "menunggu sinyal",
        three_numbers: "Dokumen saya",
        online: "Ada sinyal",
        offline: "Tanpa sinyal",
        nothing_found: "Tidak ada yang cocok",
        nothing_found_hint: "Ubah kata pencarian atau hapus saringan.",
        export_csv: "Unduh CSV",
        rows_shown: |from, to, of| format!("{from}–{to} dari {of}"),
        previous_page: "Halaman sebelumnya",
        next_page: "Halaman berikutnya",
        days_short: ["Min", "Sen", "Sel", "Rab", "Kam", "Jum", "Sab"],
        months_short: [
            "Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des",
        ],
        crashed: "Aplikasi terhenti. Isian yang sudah tersimpan tetap aman di ponsel. Tutup lalu buka lagi.",
        net: Net {
            offline: "Server tidak terjangkau. Isian tetap aman; coba lagi saat ada sinyal.",
            timeout: "Server terlalu lama menjawab. Isian tetap aman; coba lagi di tempat yang sinyalnya lebih baik.",
            stranger: "Yang menjawab bukan server Lumbung. Mungkin Wi-Fi ini minta masuk dulu: buka peramban, masuk, lalu coba lagi.",
            malformed: "Jawaban server tidak terbaca. Perbarui aplikasi, lalu coba lagi; isian tetap aman.",
            too_large: "Jawaban server terlalu besar untuk perangkat ini.",
            refused: |code| format!("Server menolak permintaan ini (kode {code})."),
        },
        store: Store {
            quota: "Penyimpanan perangkat penuh. Isian terakhir belum tersimpan: hapus berkas atau foto lain, lalu coba lagi.",
            closed: "Penyimpanan terputus. Tutup aplikasi lalu buka lagi; yang sudah tersimpan tetap aman.",
            blocked: "Lumbung terbuka di tab lain dengan versi lama. Tutup tab itu, lalu coba lagi.",
            newer: "Data di perangkat ini ditulis oleh versi yang lebih baru. Perbarui aplikasi; data tetap aman.",
            emptied: "Penyimpanan perangkat ini pernah berisi data, sekarang kosong. Jangan mulai dari awal dulu: hubungi pengawas Anda.",
            unavailable: "Peramban ini tidak mengizinkan penyimpanan. Buka Lumbung di Chrome biasa, bukan mode penyamaran.",
            failed: |cause| {
                format!(
                    "Belum tersimpan ({cause}). Coba lagi; bila terulang, hubungi pengawas Anda."
                )
            },
        },
    },
    #[cfg(feature = "collector")]
    collector: Collector {
        not_enrolled: "Ponsel ini belum terdaftar",
        not_enrolled_body: "Minta tautan atau kode QR pendaftaran kepada pengawas Anda, lalu buka di ponsel ini. Satu tautan untuk satu ponsel, sekali pakai.",
        open_link: "Daftarkan ponsel ini",
        link_label: "Tautan pendaftaran",
        link_hint: "Tempelkan tautan dari pengawas di sini.",
        link_wrong: "Ini bukan tautan pendaftaran Lumbung. Salin seluruh tautan, lalu tempelkan lagi.",
        already_safe: "Setelah terdaftar, semua pekerjaan dapat dilakukan tanpa sinyal.",
    },
    #[cfg(feature = "console")]
    console: Console {
        sign_in: "Masuk",
        sign_in_body: "Untuk pengawas, analis, dan administrator.",
        username: "Nama pengguna",
        password: "Kata sandi",
        sign_in_failed: "Nama pengguna atau kata sandi tidak cocok. Periksa huruf besar dan kecil, lalu coba lagi.",
        fill_both: "Isi nama pengguna dan kata sandi.",
        signed_in_as: |name| format!("Masuk sebagai {name}"),
        sign_out: "Keluar",
        role_name: |role| match role {
            Role::Enumerator => "Pencacah",
            Role::Supervisor => "Pengawas",
            Role::Regency => "Kabupaten",
            Role::Province => "Provinsi",
            Role::National => "Pusat",
            Role::Analyst => "Analis",
            Role::Administrator => "Administrator",
        },
        phone_only: "Akun ini untuk ponsel",
        phone_only_body: "Pencacah bekerja di aplikasi ponsel. Minta tautan atau kode QR pendaftaran kepada pengawas Anda.",
        unknown_place: "Halaman ini tidak ada",
        unknown_place_body: "Alamatnya salah, atau akun Anda tidak berhak membukanya.",
        overview: "Ringkasan",
        priority_title: "Prioritas",
        questionnaires_title: "Kuesioner",
        rounds_title: "Ronde & penugasan",
        accounts_title: "Akun & ponsel",
        regions_title: "Wilayah",
        set_up: SetUp {
            title: "Buat administrator pertama",
            body: "Tautan ini berlaku sekali. Administrator membuat akun, ronde, dan penugasan.",
            name: "Nama lengkap",
            password_again: "Kata sandi sekali lagi",
            password_hint: |least| format!("Paling sedikit {least} karakter."),
            fill_all: "Isi semua kolom.",
            too_short: |least| {
                format!("Kata sandi terlalu pendek: paling sedikit {least} karakter.")
            },
            not_equal: "Kedua kata sandi tidak sama. Ketik ulang.",
            make: "Buat dan masuk",
        },
        review: Review {
            title: "Pemeriksaan",
        },
    },
};
