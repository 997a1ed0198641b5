//! Bahasa Indonesia.
//!
//! Always: sentences that a tired person believes; what happened, what is safe, what to do.
//! Never: blames the person, or names a part of the program.

#[cfg(feature = "collector")]
mod controls;
#[cfg(feature = "console")]
mod deciding;
#[cfg(feature = "console")]
mod desk;
#[cfg(feature = "console")]
mod handed;
#[cfg(feature = "console")]
mod plots;
#[cfg(feature = "console")]
mod ruling;

#[cfg(feature = "collector")]
use super::keys::Collector;
use super::keys::{Common, Net, Store, Texts};
#[cfg(feature = "console")]
use super::keys::{Console, Review, SetUp};
#[cfg(feature = "console")]
use shared::ids::Role;
#[cfg(feature = "console")]
use shared::wire::v1::QuarantineCode;

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
        actions: "Tindakan",
        rows_shown: |from, to, of| format!("{from}–{to} dari {of}"),
        previous_page: "Halaman sebelumnya",
        next_page: "Halaman berikutnya",
        days_short: ["Min", "Sen", "Sel", "Rab", "Kam", "Jum", "Sab"],
        months_short: [
            "Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des",
        ],
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
        controls: &controls::CONTROLS,
        not_enrolled: "Ponsel ini belum terdaftar",
        not_enrolled_body: "Minta tautan atau kode QR pendaftaran kepada pengawas Anda, lalu buka di ponsel ini. Satu tautan untuk satu ponsel, sekali pakai.",
        open_link: "Daftarkan ponsel ini",
        link_label: "Tautan pendaftaran",
        link_hint: "Tempelkan tautan dari pengawas di sini.",
        link_wrong: "Ini bukan tautan pendaftaran Lumbung. Salin seluruh tautan, lalu tempelkan lagi.",
        already_safe: "Setelah terdaftar, semua pekerjaan dapat dilakukan tanpa sinyal.",
        to_my_villages: "Ke desa saya",
        my_villages: "Desa saya",
        settings: "Ponsel",
        other_tab: "Lumbung sedang terbuka di tab lain. Tab ini hanya menampilkan; isilah di tab itu, atau tutup tab itu.",
        wrong_date: |shown| {
            format!(
                "Tanggal ponsel salah ({shown}). Perbaiki di Pengaturan › Tanggal & waktu; kalau tidak, pengiriman akan gagal. Isian tetap aman."
            )
        },
        lost_photo: |village| {
            format!(
                "Ponsel menutup aplikasi saat kamera terbuka, jadi satu foto untuk {village} belum tersimpan. Isian lain aman."
            )
        },
        lost_here: "Foto tadi belum tersimpan karena ponsel menutup aplikasi. Ambil lagi, atau pilih dari galeri.",
        take_again: "Buka pertanyaannya",
        update_ready: "Versi baru siap. Isian tidak berubah.",
        update_now: "Pakai sekarang",
        install: "Pasang di ponsel",
        not_installed: "Pasang Lumbung sebelum ke lapangan, supaya terbuka tanpa sinyal dan isian tidak dihapus ponsel.",
        not_installed_by_menu: "Pasang Lumbung sebelum ke lapangan: buka menu Chrome (⋮), pilih “Tambahkan ke layar utama”.",
        not_persisted: "Ponsel belum menjamin penyimpanan. Buka Lumbung dari layar utama beberapa kali, dan jangan hapus data peramban.",
        connected: "Tersambung",
        not_connected: "Belum tersambung",
        syncing: "Menyinkronkan…",
        send_now: "Kirim sekarang",
        last_receipt: |number, at| format!("Tanda terima terakhir: no. {number}, {at}."),
        no_receipt: "Belum ada tanda terima dari server. Semua isian tersimpan di ponsel ini.",
        photos_waiting: |count| format!("{count} foto masih dalam perjalanan."),
        photos_gone: |count| {
            format!("Dipulihkan dari salinan: {count} foto hilang. Periksa isian terakhir.")
        },
        no_villages: "Belum ada desa untuk Anda",
        no_villages_body: "Daftar desa datang bersama sinyal. Tekan “Kirim sekarang” di tempat bersinyal; bila tetap kosong, hubungi pengawas.",
        done_of: |done, of| format!("{done} dari {of} selesai"),
        to_mend: "Perlu diperbaiki",
        goes_on_at: |module| format!("Lanjut di {module}"),
        returned_questions: |count, labels| format!("{count} pertanyaan dari pengawas: {labels}"),
        answered: "Terisi",
        begin_village: |name| format!("Mulai {name}"),
        continue_village: |name| format!("Lanjutkan {name}"),
        state_assigned: "Belum dimulai",
        state_started: "Sedang diisi",
        state_waiting: "Menunggu sinyal",
        state_received: "Diterima",
        state_returned: "Dikembalikan",
        state_approved: "Disetujui",
        state_changed: "Berubah sejak disetujui",
        state_rejected: "Tidak dipakai",
        state_held: "Ditahan server",
        says_assigned: "Belum ada isian. Mulailah dari modul mana saja.",
        says_started: "Isian tersimpan di ponsel dan dikirim sedikit demi sedikit saat ada sinyal. Tekan “Selesai dan kirim” bila sudah lengkap.",
        says_waiting: "Sudah selesai dan tersimpan di ponsel. Terkirim sendiri begitu ada sinyal.",
        says_received: "Sudah diterima server dan menunggu diperiksa pengawas.",
        says_returned: "Pengawas mengembalikan dokumen ini. Perbaiki pertanyaan di bawah, lalu kirim lagi.",
        says_approved: "Sudah disetujui pengawas.",
        says_changed: "Sudah disetujui, tetapi isiannya berubah sesudah itu. Kirim lagi supaya pengawas memeriksanya.",
        says_rejected: "Tidak dipakai pada ronde ini. Isian tetap disimpan.",
        held_never_assigned: "Server menahan isian ini karena desa ini tidak tercatat sebagai tugas Anda. Isian tidak hilang; beri tahu pengawas.",
        held_round_closed: "Server menahan isian ini karena ronde sudah ditutup. Isian tidak hilang; beri tahu pengawas.",
        held_unknown_question: "Server menahan isian yang pertanyaannya tidak dikenal. Perbarui aplikasi dan beri tahu pengawas; isian tidak hilang.",
        held_revoked: "Pendaftaran ponsel ini dicabut. Isian di ponsel tetap aman; hubungi pengawas untuk mendaftar lagi.",
        held_other: "Server menahan sebagian isian. Isian tidak hilang; beri tahu pengawas.",
        app_too_old: "Aplikasi ini terlalu lama untuk server. Tutup semua tab Lumbung, buka lagi saat ada sinyal; isian tetap aman.",
        training: "Ronde latihan: isian tidak tercampur dengan data sebenarnya.",
        not_assigned: "Desa ini tidak ada dalam daftar tugas Anda. Kembali ke desa saya, atau hubungi pengawas.",
        no_form: "Kuesioner belum ada di ponsel ini.",
        unreadable_form: "Kuesioner ini dibuat untuk versi aplikasi yang lebih baru. Perbarui aplikasi; isian tetap aman.",
        module_skipped: "Tidak berlaku",
        module_started: "Sedang diisi",
        module_complete: "Lengkap",
        answered_of: |answered, of| format!("{answered} dari {of} terisi"),
        errors: |count| format!("{count} salah"),
        doubts: |count| format!("{count} tidak wajar"),
        to_check: |count| format!("{count} perlu dilihat"),
        go_on_at: |page| format!("Lanjut: {page}"),
        finish_and_send: "Selesai dan kirim",
        search_questions: "Cari pertanyaan",
        search_label: "Kata dalam pertanyaan, misalnya jagung",
        search_again: "Coba kata lain, atau sebagian kata saja.",
        next_unanswered: "Pertanyaan berikutnya yang belum diisi",
        position: |village, at, of| format!("{village} · {at} dari {of}"),
        check_and_finish: "Periksa dan selesaikan",
        all_saved: "Semua isian tersimpan di ponsel",
        is_saving: "Menyimpan…",
        not_stored: "Isian terakhir belum tersimpan. Perbaiki dulu.",
        saved_at: |at| format!("Tersimpan di ponsel {at}"),
        guidance: "Penjelasan",
        unsupported: "Jenis pertanyaan ini belum dapat diisi di ponsel. Pilih “Tidak tahu” dan tulis catatan.",
        understood: "Mengerti",
        full_stop: "Titik itu maksudnya apa?",
        full_stop_thousands: |number| format!("Ribuan: {number}"),
        full_stop_decimal: |number| format!("Koma: {number}"),
        not_a_number: "Tulis angka saja, misalnya 1.240 atau 2,5. Belum tersimpan.",
        not_whole: "Tulis bilangan bulat, tanpa koma. Belum tersimpan.",
        too_large: "Angka ini terlalu besar. Periksa kembali.",
        too_long: "Tulisan ini terlalu panjang. Persingkat.",
        not_a_date: "Tulis tanggal lengkap: hari-bulan-tahun.",
        not_a_time: "Tulis jam dan menit, misalnya 07.30.",
        choose_another: "Pilih yang lain",
        search_choices: "Cari pilihan",
        measure: "Ambil posisi",
        measure_again: "Ambil ulang",
        measuring: "Mencari satelit… Berdirilah di tempat terbuka. Ini berjalan tanpa sinyal.",
        measured: |accuracy_m, wanted_m| {
            format!("Ketelitian {accuracy_m} m, ditunggu sampai {wanted_m} m…")
        },
        take_position: |accuracy_m| format!("Pakai yang ini (±{accuracy_m} m)"),
        position_denied: "Lumbung belum boleh memakai lokasi. Izinkan Lokasi untuk Lumbung di pengaturan ponsel, lalu coba lagi.",
        position_unavailable: "Belum ada posisi. Nyalakan Lokasi dan berdirilah di tempat terbuka; pencarian berjalan terus.",
        position_slow: "Satelit belum tertangkap. Tunggu sebentar di tempat terbuka; pencarian berjalan terus.",
        position_unsupported: "Peramban ini tidak dapat mengambil posisi. Pilih “Tidak tahu” dan tulis catatan.",
        photo: "Foto",
        photo_take: "Ambil foto",
        photo_again: "Ganti foto",
        photo_choose: "Galeri",
        photo_saving: "Mengecilkan dan menyimpan foto…",
        photo_size: |kilobytes| format!("{kilobytes} KB"),
        photo_elsewhere: "Foto ini tidak ada di ponsel ini.",
        not_a_picture: "Berkas ini bukan gambar yang terbaca. Pilih foto lain.",
        remove: "Hapus",
        no_rows: |title| format!("{title}: belum ada. Tambahkan bila ada."),
        open_row: "Buka",
        add_row: |title| format!("+ Tambah {title}"),
        row_removed: "Baris dihapus.",
        row_contested: "Baris ini dihapus satu petugas, tetapi diisi lagi oleh petugas lain. Pengawas yang memutuskan.",
        unknown: "Tidak tahu",
        refused: "Menolak",
        write_note: "Tulis catatan",
        note_label: "Catatan",
        save_note: "Simpan catatan",
        none_chosen: "Tidak ada yang dipilih",
        emptied: "(dikosongkan)",
        conflict: "Diisi berbeda tanpa saling melihat:",
        conflict_advice: "Pengawas yang memilih. Yang pertama dipakai sementara.",
        use_this: "Pakai ini",
        you: "Anda",
        other_enumerator: "Petugas lain",
        supervisor: "Pengawas",
        office: "Kantor",
        finish_title: "Selesaikan",
        can_finish: "Semua lengkap. Dokumen siap dikirim.",
        must_mend: "Harus diperbaiki",
        must_explain: "Perlu dijelaskan dengan catatan",
        change: "Ubah",
        not_answered: "Belum diisi",
        sent_title: "Dikirim, menunggu sinyal",
        sent_body: "Dokumen sudah selesai dan tersimpan di ponsel. Terkirim sendiri begitu ada sinyal; Anda boleh menutup aplikasi.",
        received_title: "Diterima server",
        received_body: "Isian dan foto sudah aman di server. Terima kasih.",
        account: "Akun",
        device: "Nomor ponsel ini",
        storage: "Penyimpanan",
        installed_and_persisted: "Terpasang dan dijamin",
        persisted_only: "Dijamin, belum terpasang",
        storage_at_risk: "Belum dijamin: pasang Lumbung di layar utama",
        not_sent: "Belum terkirim",
        unsent: |answers, photos| format!("{answers} isian, {photos} foto"),
        hand_over: "Tidak ada sinyal? Titipkan isian",
        photos_tomorrow: "Batas foto hari ini tercapai. Foto lainnya dikirim besok; isian tetap dikirim.",
        photos_per_day: "Foto per hari, paling banyak",
        no_bound: "Tanpa batas",
        receipt: "Tanda terima",
        app_version: "Versi aplikasi",
        help_title: "Yang perlu diingat",
        help: [
            "Setiap isian tersimpan di ponsel begitu diketik, juga tanpa sinyal.",
            "Jangan menghapus data peramban dan jangan mencopot Lumbung sebelum “Belum terkirim” nol.",
            "Tidak ada sinyal? Kerjakan terus. Buka Lumbung sebentar di tempat bersinyal, lalu tunggu “Diterima”.",
            "Ponsel hilang atau rusak? Hubungi pengawas: yang sudah diterima server tetap aman.",
        ],
        broken_title: "Penyimpanan ponsel tidak terbuka",
        broken_safe: "Jangan hapus data peramban dan jangan mencopot Lumbung: isian mungkin masih ada. Tunjukkan layar ini kepada pengawas bila tetap gagal.",
        start_over: "Mulai dari awal",
        start_over_title: "Mulai dari awal?",
        start_over_body: "Isian yang belum dikirim dari ponsel ini tidak dapat dikembalikan lagi. Lakukan hanya bila pengawas memintanya.",
        enrol_title: "Daftarkan ponsel ini",
        enrol_body: "Tautan ini menghubungkan ponsel ini dengan akun Anda. Satu tautan untuk satu ponsel, sekali pakai.",
        enrol_steps: [
            "Pastikan ada sinyal, sekali ini saja.",
            "Tekan tombol di bawah.",
            "Sesudah itu semua pekerjaan berjalan tanpa sinyal.",
        ],
        enrol_unknown: "Tautan ini tidak dikenal. Mungkin terpotong saat disalin: minta tautan baru kepada pengawas.",
        enrol_used: "Tautan ini sudah dipakai ponsel lain. Minta tautan baru kepada pengawas.",
        enrol_expired: "Tautan ini sudah kedaluwarsa. Minta tautan baru kepada pengawas.",
        enrol_other_account: "Tautan ini untuk akun lain, dan masih berlaku untuk ponsel lain. Ponsel ini memegang isian Anda: minta tautan untuk akun Anda sendiri.",
        connect_again_title: "Hubungkan ulang ponsel ini",
        connect_again_body: |name| {
            format!(
                "Peladen tidak lagi mengenal ponsel ini. Tautan baru untuk {name} menghubungkannya kembali; semua isian di ponsel ini tetap ada dan ikut terkirim."
            )
        },
        connect_again: "Hubungkan ulang",
        already_enrolled: |name| format!("Ponsel ini sudah terdaftar atas nama {name}"),
        already_enrolled_body: "Tautan tadi tidak dipakai dan masih berlaku untuk ponsel lain.",
    },
    #[cfg(feature = "console")]
    console: Console {
        admin: desk::ADMIN,
        priority: desk::PRIORITY,
        deciding: deciding::DECIDING,
        plots: plots::PLOTS,
        ruling: ruling::RULING,
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
        handed: &handed::HANDED,
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
            round: "Ronde",
            queue: "Antrean",
            filter: "Saringan",
            status: "Status",
            statuses: [
                "Ditugaskan",
                "Dimulai",
                "Dikirim",
                "Dikembalikan",
                "Disetujui",
                "Ditolak",
            ],
            doubtful_first: "Paling meragukan dulu",
            filters: [
                "Isian ganda",
                "Temuan",
                "Berubah setelah disetujui",
                "Dikirim ulang",
                "Disisihkan",
                "GPS kasar",
                "Wawancara singkat",
            ],
            search_village: "Cari desa, kode, pencacah",
            export_columns: [
                "kode",
                "desa",
                "kecamatan",
                "kabupaten",
                "status",
                "terisi",
                "berlaku",
                "foto",
                "foto_diterima",
                "pencacah",
                "terakhir_diisi",
                "alasan",
            ],
            no_reason: "Tanpa temuan",
            filled: |answered, relevant| format!("{answered} dari {relevant} terisi"),
            show_more: |count| format!("Tampilkan {count} lagi"),
            cut_off: "Wilayah Anda berisi lebih banyak dokumen daripada yang dapat ditampilkan. Cari menurut kabupaten.",
            no_round: "Belum ada ronde di wilayah Anda",
            no_round_body: "Administrator membuka ronde dan menugaskan desa. Setelah itu dokumen muncul di sini.",
            queue_empty: "Belum ada desa yang ditugaskan",
            queue_empty_body: "Begitu administrator menugaskan desa di wilayah Anda, dokumennya muncul di sini.",
            queue_is_old: "Tanpa sambungan ke server. Ini daftar dari pembukaan terakhir; keputusan Anda tetap tersimpan dan dikirim nanti.",
            other_tab: "Lumbung sedang terbuka di tab lain. Di tab ini Anda hanya dapat melihat.",
            none_open: "Pilih satu desa dari antrean",
            none_open_body: "Tekan J untuk membuka yang pertama, lalu J dan K untuk pindah.",
            not_open_yet: "Dokumen belum terbuka. Tunggu sebentar, lalu coba lagi.",
            no_questionnaire: "Kuesioner dokumen ini belum ada di perangkat. Buka lagi saat ada sambungan.",
            parked_title: "Isian tanpa tempat",
            parked_body: "Isian ini ditulis pada versi kuesioner lain. Isian tetap tersimpan, tetapi tidak dihitung.",
            parked_removed: "pertanyaannya tidak ada lagi",
            parked_rows: "pertanyaannya pindah ke baris lain",
            parked_kind: "cara menjawabnya berubah",
            parked_choice: "pilihannya tidak ada lagi",
            parked_taken: "tempat barunya sudah terisi",
            why_conflicts: |count| format!("Isian ganda {count}"),
            why_errors: |count, first| {
                if count == 1 {
                    format!("Salah: {first}")
                } else {
                    format!("{count} salah: {first}")
                }
            },
            why_doubts: |count, first| {
                if count == 1 {
                    first.to_owned()
                } else {
                    format!("{count} meragukan: {first}")
                }
            },
            why_noted: |count| format!("{count} meragukan, dengan catatan"),
            why_changed: "Berubah setelah disetujui",
            why_resubmitted: "Dikirim ulang",
            why_quarantined: |count| format!("{count} isian disisihkan server"),
            why_coarse: |metres| format!("GPS kasar ±{metres} m"),
            why_short: |minutes| format!("Pengisian {minutes} menit"),
            tabs: ["Perlu dilihat", "Semua isian", "Foto", "Peta", "Riwayat"],
            tabs_label: "Tampilan dokumen",
            waiting: |count| format!("{count} menunggu sinyal"),
            withheld: |count| {
                format!(
                    "{count} isian pribadi tidak ditampilkan kepada analis; pertanyaannya tampak kosong."
                )
            },
            erased: |count| {
                format!("{count} isian pribadi dihapus atas permintaan; tampak sebagai menolak.")
            },
            case_is_old: "Tanpa sambungan ke server. Ini dokumen dari pembukaan terakhir; keputusan Anda disimpan di sini dan dikirim nanti.",
            case_empty: "Belum ada isian",
            case_empty_body: "Pencacah belum mengirim apa pun dari desa ini. Isian muncul di sini begitu ponselnya mendapat sinyal.",
            all_clear: "Tidak ada yang perlu dilihat",
            all_clear_body: "Tidak ada isian ganda dan tidak ada temuan. Baca semua isian bila perlu, lalu setujui.",
            you_or_unknown: "Anda atau akun lain",
            source: "sumber",
            whole_case: "Seluruh dokumen",
            empty: "belum diisi",
            unknown: "Tidak tahu",
            refused: "Menolak",
            computed: "dihitung",
            points: |count| format!("{count} titik"),
            compass: ["LU", "LS", "BT", "BB"],
            compass_north: "U",
            row_added: "baris ditambahkan",
            row_removed: "baris dihapus",
            commented: |text| format!("komentar: {text}"),
            submitted_modules: |count| format!("Dikirim ({count} modul)"),
            act_approved: "Disetujui",
            act_returned: |count| {
                if count == 0 {
                    "Dikembalikan".to_owned()
                } else {
                    format!("Dikembalikan ({count} pertanyaan)")
                }
            },
            act_reopened: "Dibuka kembali",
            act_rejected: "Ditolak",
            changed_body: "Isian berubah setelah disetujui. Persetujuan tetap untuk isian yang lama. Ini yang lebih baru menurut jam ponsel:",
            returned_title: "Dikembalikan, menunggu perbaikan",
            conflict: "Isian ganda",
            conflict_body: |count| {
                if count == 2 {
                    "Dua orang mengisi tanpa saling melihat. Pilih satu, atau isi yang benar."
                        .to_owned()
                } else {
                    format!(
                        "{count} isian dibuat tanpa saling melihat. Pilih satu, atau isi yang benar."
                    )
                }
            },
            settled: "Sudah ditetapkan",
            settled_as: |answer| format!("Ditetapkan: {answer}"),
            row_conflict: "Satu orang menghapus baris ini, yang lain masih mengisinya. Pertahankan atau hapus?",
            keep_row: "Pertahankan baris",
            remove_row: "Hapus baris",
            errors_title: "Tidak mungkin benar",
            doubts_title: "Meragukan, belum ada catatan",
            noted_title: "Meragukan, sudah ada catatan",
            quarantined_title: "Disisihkan server",
            quarantined_body: "Isian ini sampai dan tersimpan, tetapi belum ikut dihitung.",
            never_admitted: "Tidak dapat diterima; hanya disimpan sebagai catatan.",
            admit: |count| format!("Terima {count} isian"),
            admit_title: "Terima isian yang disisihkan?",
            admit_body: "Isian digabung ke dokumen atas nama penulisnya dan mulai dihitung. Bila berbeda dari isian lain, keduanya tampil sebagai isian ganda. Ini tidak dapat dibatalkan, dan tercatat atas nama Anda.",
            admit_now: "Terima",
            admitted: |count| format!("{count} isian diterima."),
            quarantine: |code| match code {
                QuarantineCode::NeverAssigned => "Penulis tidak pernah ditugaskan ke desa ini",
                QuarantineCode::RoundClosed => "Ronde sudah ditutup",
                QuarantineCode::UnknownRound => "Ronde tidak dikenal",
                QuarantineCode::UnknownQuestion => "Pertanyaan tidak ada di kuesioner",
                QuarantineCode::ForeignAuthor => "Ditulis atas nama orang lain",
                QuarantineCode::RoleMismatch => "Peran penulis tidak cocok",
                QuarantineCode::ReviewNotAllowed => "Penulis tidak berwenang memeriksa",
                QuarantineCode::RevokedDevice => "Ponsel sudah dicabut",
                QuarantineCode::TooLarge => "Terlalu besar",
                QuarantineCode::LamportMismatch => "Urutan tidak cocok",
            },
            enter_right_one: "Isi yang benar",
            right_answer: "Isian yang benar",
            choose: "Pilih…",
            set_this: "Tetapkan",
            date_hint: "Tulis tanggal seperti 21-11-2026.",
            time_hint: "Tulis jam seperti 07.30.",
            which_number: "Titik itu pemisah ribuan atau koma? Pilih:",
            typed_empty: "Isi dulu jawabannya.",
            typed_not_a_number: "Ini bukan angka. Contoh: 1.240 atau 12,5.",
            typed_not_whole: "Pertanyaan ini memerlukan bilangan bulat.",
            typed_too_long: "Terlalu panjang. Persingkat.",
            with_empty: "Tampilkan yang kosong",
            return_one: "Kembalikan…",
            comment: "Komentar",
            changes: |count| {
                if count == 1 {
                    "Riwayat".to_owned()
                } else {
                    format!("Riwayat ({count})")
                }
            },
            not_while_conflicts: |count| {
                format!("Belum bisa disetujui: selesaikan {count} isian ganda.")
            },
            not_while_errors: |count| {
                format!(
                    "Belum bisa disetujui: {count} isian tidak mungkin benar. Kembalikan dengan alasan."
                )
            },
            not_sent_yet: "Belum bisa disetujui: pencacah belum mengirim semua modul.",
            not_mended_yet: "Menunggu perbaikan pencacah.",
            is_approved: "Sudah disetujui.",
            is_rejected: "Dokumen ini ditolak.",
            only_reading: "Anda hanya dapat membaca dokumen ini.",
            keys_move: " pindah · ",
            keys_approve: " setujui · ",
            keys_return: " kembalikan",
            approve: "Setujui",
            return_case: "Kembalikan…",
            return_count: |count| format!("Kembalikan ({count})"),
            reopen: "Buka kembali",
            reject: "Tolak…",
            reject_now: "Tolak dokumen",
            done_approved: |name| format!("{name} disetujui. Batalkan dengan Buka kembali."),
            done_returned: |name| format!("{name} dikembalikan kepada pencacah."),
            done_rejected: |name| format!("{name} ditolak. Batalkan dengan Buka kembali."),
            done_reopened: |name| format!("{name} dibuka kembali."),
            comment_missing: "Tulis alasan di setiap pertanyaan, supaya pencacah tahu apa yang diperbaiki.",
            reason_missing: "Tulis alasannya.",
            return_title: "Kembalikan kepada pencacah",
            return_body: "Pencacah melihat komentar ini tepat di pertanyaannya.",
            return_all_body: "Belum ada pertanyaan yang dipilih: seluruh dokumen dikembalikan. Untuk memilih, tekan Kembalikan… di sebelah isian.",
            reason_for_case: "Pesan untuk seluruh dokumen (boleh kosong bila ada pertanyaan)",
            return_more: "Tambah pertanyaan lain",
            send_return: "Kembalikan sekarang",
            comment_hint: "Apa yang harus diperbaiki?",
            do_not_return: "Jangan kembalikan yang ini",
            comment_title: "Komentar",
            comment_only_hint: "Pencacah melihatnya di pertanyaan ini. Dokumen tidak dikembalikan.",
            comment_done: "Komentar disimpan.",
            reopen_title: "Buka kembali",
            reopen_body: "Keputusan dibatalkan dan pencacah dapat mengirim lagi. Keputusan lama tetap ada di riwayat.",
            reject_title: "Tolak dokumen",
            reject_body: "Dokumen tidak dipakai dalam ronde ini. Tidak ada isian yang dihapus.",
            reason: "Alasan",
            photo: "Foto",
            no_photos: "Tidak ada foto",
            no_photos_body: "Tidak ada isian yang memuat foto di dokumen ini.",
            photos_missing: |count| format!("{count} foto masih di ponsel, menunggu sinyal"),
            photo_on_its_way: "Masih di ponsel",
            photo_not_loaded: "Belum bisa dimuat",
            no_points: "Belum ada titik GPS",
            no_points_body: "Titik muncul di sini begitu pencacah mengambilnya di kantor desa.",
            coarse: "Kasar",
            map_body: "Lingkaran menunjukkan ketelitian yang disebut ponsel. Gambar ini tidak memakai peta dari luar.",
            map_label: "Letak titik GPS; utara di atas",
            history_body: "Semua perubahan, yang terbaru di atas menurut jam perangkat masing-masing.",
            overview_title: "Ringkasan",
            first_steps: "Mulai dari sini",
            first_steps_body: "Impor kuesioner, buka ronde untuk kabupaten, buat akun, tugaskan desa, lalu daftarkan ponsel.",
            round_line: |villages, regencies| {
                format!("{villages} desa ditugaskan di {regencies} kabupaten/kota")
            },
            by_status: "Dokumen menurut status",
            to_review: |count| format!("Periksa {count} dokumen"),
            approved_of: |approved, of| format!("{approved} dari {of} desa disetujui"),
            regency: "Kabupaten/kota",
            villages: "Desa",
            photos_column: "Foto diterima",
            coverage: "Cakupan per kabupaten",
            devices_title: "Ponsel yang lama tidak terdengar",
            devices_line: |count, silent| {
                if silent == 0 {
                    format!("Semua {count} ponsel terdengar dalam 7 hari terakhir.")
                } else {
                    format!("{silent} dari {count} ponsel tidak terdengar lebih dari 7 hari.")
                }
            },
            last_seen: |when| format!("terakhir {when}"),
            unsent: |count| format!("{count} isian belum terkirim"),
        },
    },
};
