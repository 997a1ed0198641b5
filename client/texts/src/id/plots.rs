//! Indonesian of plots, of the sensitivity, and of the photos of a village.
//!
//! Always: what a plot shows, in words that need no plot.
//! Never: names a part of the program.

use crate::keys::Plots;

pub(super) const PLOTS: Plots = Plots {
    tab: "Peta dan sebaran",
    loading: "Memuat pembuat grafik…",
    not_loaded: "Grafik belum bisa digambar karena berkasnya tidak sampai. Angkanya tetap ada di tabel. Periksa sambungan ke server, lalu coba lagi.",
    not_drawn: "Grafik ini tidak dapat digambar di peramban ini. Angkanya tetap ada di tabel. Coba lagi, atau laporkan ronde dan metode yang sedang dibuka.",
    behind: "Angka di balik grafik",
    map: "Peta skor",
    map_body: "Setiap desa berada di letak kantornya, menurut dokumen yang disetujui. Tekan sebuah desa untuk membuka kartunya.",
    map_said: |villages, chosen| format!("Peta {villages} desa, {chosen} di antaranya terpilih."),
    map_said_ranked: |villages| format!("Peta {villages} desa."),
    scores_between: |low, high| format!("Skor dari {low} sampai {high}."),
    north: "utara",
    no_places: "Belum ada letak kantor desa",
    no_places_body: "Peta memakai pertanyaan tentang koordinat kantor desa dari dokumen yang disetujui.",
    without_place: |count, names| {
        format!("{count} desa tidak ada di peta karena letak kantornya belum diketahui: {names}.")
    },
    closer: "Perbesar",
    further: "Perkecil",
    whole: "Seluruh peta",
    key_chosen: "terpilih",
    key_reserve: "cadangan",
    key_out: "tidak diperingkat",
    latitude: "Lintang",
    longitude: "Bujur",
    map_cut: |drawn, all| {
        format!(
            "Digambar {drawn} desa teratas dari {all}. Pilih satu kabupaten untuk melihat semua desanya."
        )
    },
    first_rows: |shown, all| {
        format!(
            "{shown} dari {all} desa; selebihnya ada di daftar peringkat dan di berkas unduhan."
        )
    },
    spread: "Sebaran skor",
    spread_body: "Berapa desa yang skornya ada di antara dua batas. Garis putus-putus adalah batas kelas.",
    spread_said: |villages, low, median, high| {
        format!("{villages} desa diperingkat: terendah {low}, tengah {median}, tertinggi {high}.")
    },
    nobody_ranked: "Belum ada desa yang diperingkat",
    villages: "desa",
    from_below: |from, below| format!("{from} sampai di bawah {below}"),
    up_to: |bound, inclusive| match inclusive {
        true => format!("sampai {bound}"),
        false => format!("di bawah {bound}"),
    },
    above_all: "di atas itu",
    place: "Kedudukan di antara desa lain",
    beside: |lower, same, higher| {
        let same = match same {
            0 => String::new(),
            _ => format!(", sama dengan {same} desa"),
        };
        format!("lebih tinggi dari {lower} desa{same}, lebih rendah dari {higher} desa")
    },
    related: "Yang berjalan bersama",
    related_body: "Korelasi Pearson antara dimensi atau indikator, atas nilai desa sendiri pada skala metode: +1 naik bersama, −1 berlawanan, 0 tidak berkaitan. Dua indikator yang hampir sama menghitung hal yang sama dua kali. Dari metode yang lebih panjang, 100 yang pertama.",
    related_said: |highest, lowest| format!("Paling searah: {highest}. Paling rendah: {lowest}."),
    no_pairs: "Belum ada yang dapat dibandingkan",
    no_pairs_body: "Korelasi memerlukan dua indikator dan sedikitnya tiga desa yang nilainya berbeda.",
    indicators: "Indikator",
    correlation: "Korelasi",
    untold: "tidak dapat dihitung",
    over_villages: |count| format!("atas {count} desa"),
    one: "Yang satu",
    two: "Yang lain",
    sobol: "Asumsi yang menggeser peringkat",
    sobol_body: "Setiap asumsi yang boleh berubah menurut metode diubah sendiri-sendiri dan bersama-sama, dari benih yang sama. Hasilnya indeks Sobol: bagian dari pergeseran peringkat yang berasal dari asumsi itu.",
    sobol_ask: "Hitung indeks Sobol",
    sobol_under: |made, of| format!("{made} dari {of} sampel"),
    sobol_made: |replications, mean_shift| {
        format!(
            "{replications} pemeringkatan ulang; sebuah desa rata-rata bergeser {mean_shift} peringkat."
        )
    },
    sobol_failed: |failed, replications| {
        format!(
            "{failed} dari {replications} pemeringkatan ulang tidak memberi skor kepada satu desa pun. Sampelnya tidak dihitung, sehingga indeks hanya berlaku untuk yang tersisa."
        )
    },
    sobol_nothing: "Metode ini tidak menyebut asumsi yang boleh berubah, sehingga tidak ada yang dapat dibagi.",
    sobol_no_result: "Tidak satu sampel pun memberi peringkat yang lengkap, sehingga indeks tidak dapat dihitung.",
    sobol_factor: "Asumsi",
    sobol_first: "Sendiri (orde pertama)",
    sobol_total: "Dengan yang lain (total)",
    sobol_bar: "Bagian dari pergeseran peringkat",
    sobol_meaning: "Batang tipis: asumsi itu sendiri. Batang tebal: bersama asumsi lain. Total yang jauh di atas angka sendiri berarti asumsi itu bekerja lewat asumsi lain.",
    sobol_unknown: "Tanda – berarti peringkat tidak berubah sama sekali, atau sampel yang tersisa terlalu sedikit.",
    sobol_noise: "Angka sedikit di bawah nol atau di atas satu adalah galat sampel; bacalah sebagai nol atau satu.",
    factor: factor_word,
    gains: "Potensi: satu jenjang lagi",
    gain: |rung, raised| format!("{rung}, skor naik {raised}"),
    reaches_next: "naik kelas",
    photos: "Foto",
    no_photos: "Dokumen yang disetujui tidak memuat foto.",
};

fn factor_word(factor: &str) -> &'static str {
    match factor {
        "weights" => "Bobot",
        "normalise" => "Cara normalisasi",
        "missing" => "Cara mengisi nilai kosong",
        "aggregation" => "Cara menggabungkan",
        "unknown" => "Nilai yang tidak diketahui",
        "unvisited" => "Desa yang belum dikunjungi",
        _ => "–",
    }
}
