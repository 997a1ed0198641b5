//! Indonesian words for bundles in the office.

use super::super::keys::Handed;

pub(super) static HANDED: Handed = Handed {
    title: "Titipan",
    body: "Pencacah tanpa sinyal dapat menitipkan isiannya dalam satu berkas. Terima berkasnya di sini; membukanya dua kali tidak mengubah apa pun.",
    choose: "Pilih berkas titipan",
    drop_here: "atau letakkan berkasnya di sini",
    reading: "Mengirim dan membuka titipan…",
    from: |name, number| format!("Titipan {number} dari {name} diterima"),
    inside: |villages, answers, photos| format!("{villages} desa, {answers} isian, {photos} foto."),
    fresh: |count| format!("{count} isian baru bagi server."),
    nothing_new: "Semua isinya sudah ada di server; tidak ada yang berubah.",
    villages: "Desa",
    aside: "Ditahan untuk dilihat pengawas",
    photos_refused: |count| {
        format!("{count} foto tidak dapat diterima; foto itu tetap di ponsel penulis.")
    },
    refused: "Sebagian tidak diterima karena akun ini sudah mengirim sebanyak batasnya. Isian tetap di ponsel penulis; hubungi administrator.",
    receipt: "Unduh tanda terima",
    receipt_body: "Bawa tanda terima ini kembali ke ponsel penulis, atau biarkan: ponsel mengetahuinya sendiri begitu ada sinyal.",
    safety_title: "Keamanan data",
    backup: "Cadangan",
    backup_at: |when, age| format!("Cadangan terakhir yang sudah diperiksa: {when} ({age})."),
    backup_none: |days| {
        format!(
            "Belum pernah ada cadangan. Ponsel menyimpan semua yang dikirimnya; setelah {days} hari ponsel mengandalkan server ini saja. Jalankan lumbung backup setiap malam."
        )
    },
    backup_old: "Cadangan terakhir sudah lebih dari dua hari. Periksa jadwal lumbung backup.",
    backup_beside: "Letaknya di cakram yang sama dengan data: satu kerusakan mengambil keduanya. Simpan cadangan di cakram atau mesin lain.",
    backup_failed: |when, age| {
        format!(
            "Cadangan {when} ({age}) gagal dan tidak dihitung. Lihat catatan server, lalu jalankan lumbung backup lagi; sampai berhasil, ponsel tidak melepas apa pun yang belum ada dalam cadangan yang berhasil."
        )
    },
    restored: |restored, made| {
        format!(
            "Server ini dipulihkan {restored} dari cadangan {made}. Ponsel yang dicabut, akun yang dinonaktifkan, dan kata sandi yang diganti di antara keduanya dapat berlaku lagi seperti dulu."
        )
    },
    restored_again: |count| match count {
        0 => "Menurut catatan di samping cadangan, tidak ada yang perlu dicabut lagi.".to_owned(),
        count => {
            format!("{count} pencabutan menurut catatan di samping cadangan sudah dijalankan lagi.")
        }
    },
    restored_unnoted: "Di samping cadangan tidak ada catatan pencabutan, sehingga tidak ada yang dicabut lagi dengan sendirinya.",
    restored_unread: |lines| format!("{lines} baris catatan itu tidak terbaca."),
    restored_look: "Lihat setiap ponsel, dan cabut yang hilang atau tidak dikenal. Lihat juga akun yang seharusnya nonaktif, dan ganti kata sandi yang pernah diketahui orang lain.",
    restored_phones: "Lihat ponsel",
    restored_accounts: "Lihat akun",
    restored_done: "Semua sudah dilihat",
    restored_settled: "Tercatat.",
    forgotten: |round, regencies| {
        format!(
            "Ponsel membawa isian ronde {round} untuk {regencies}, tetapi server ini tidak mengenal ronde itu. Mungkin server dipulihkan dari cadangan yang dibuat sebelum ronde dibuka. Yang sudah datang tersimpan di sini."
        )
    },
    forgotten_open: "Buka lagi ronde ini",
    forgotten_form: "Ronde dibuka dengan nomornya semula, sehingga isian di ponsel cocok lagi. Tulis nama dan kuesionernya seperti dulu; sesudah itu bagikan desa-desanya, dan terima isian yang masih disisihkan.",
    whole: "Tidak ada yang hilang: semua yang pernah diterima server masih ada di sini.",
    short: "Pernah diterima, sekarang tidak ada di sini",
    short_body: "Ponsel ini menyimpannya dan membawanya kembali sendiri begitu ada sinyal. Jangan kosongkan ponsel ini sebelum pulih.",
    short_phone: "Ponsel",
    short_who: "Pemegang",
    short_where: "Ronde dan kabupaten",
    short_missing: "Isian, paling banyak",
    short_noted: "Diketahui",
    short_state: "Keadaan",
    short_open: "Menunggu ponsel",
    short_recovered: |when| format!("Pulih {when}"),
    differs: "Tidak sama dengan yang dipegang orang",
    differs_body: "Ponsel atau peramban ini memegang isian yang lain daripada server; mungkin server kehilangan sesuatu. Semuanya ditawarkan kembali begitu ada sinyal. Jangan kosongkan ponsel atau peramban ini sebelum sama lagi. Bila tetap tidak sama sesudah beberapa kali tersambung, minta berkas titipan dari pemegangnya.",
    differs_what: "Yang tidak sama",
    differs_desk: "Peramban kantor",
    differs_lane: |count| {
        format!("Kurang paling banyak {count} tindakan yang dibuat di peramban itu")
    },
    differs_log: |count| match count {
        0 => "Isian kabupaten ini lain daripada yang pernah dibaca ponsel itu".to_owned(),
        _ => format!("Isian kabupaten ini kurang, sedikitnya {count}, siapa pun penulisnya"),
    },
    differs_village: |village| format!("Isian desa {village}, siapa pun penulisnya"),
    differs_open: "Belum sama",
    differs_same: |when| format!("Sama lagi {when}"),
    erase_title: "Hapus jawaban pribadi",
    erase_body: "Bila narasumber meminta datanya dihapus: nama, nomor telepon, dan jawaban lain yang bertanda pribadi dari satu desa.",
    erase_open: "Hapus jawaban pribadi",
    erase_warning: "Yang dihapus tidak dapat dikembalikan, juga tidak oleh kami. Jawaban lain desa itu, tinjauan, dan peringkat tetap seperti sekarang. Salinan yang sudah ada tidak terjangkau: ponsel petugas menyimpannya sampai desa itu dilepas, dan cadangan lama sampai Anda menghapusnya; memulihkan cadangan lama akan menghapusnya lagi.",
    erase_round: "Ronde",
    erase_village: "Desa",
    erase_village_hint: "Ketik nama desa, lalu pilih satu.",
    erase_type: |village| format!("Ketik {village} untuk menghapus"),
    erase_need_village: "Pilih satu desa.",
    erase_need_name: |village| format!("Yang diketik bukan {village}. Tidak ada yang dihapus."),
    erased: |answers, photos| match (answers, photos) {
        (0, _) => "Tidak ada jawaban pribadi di desa itu.".to_owned(),
        (_, 0) => format!("{answers} jawaban pribadi dihapus."),
        (_, _) => format!("{answers} jawaban pribadi dan {photos} foto dihapus."),
    },
};
