//! Bahasa Indonesia of rules, kawasan, weights on paper, and the assumptions of a capacity.
//!
//! Always: what holds, in the words of a meeting; a number stands with what it counts.
//! Never: names a part of the program.

use shared::priority::{Aggregation, Missing, Normalise};

use crate::keys::Ruling;

pub(super) const RULING: Ruling = Ruling {
    kawasan_title: "Kawasan terpilih",
    kawasan_figure: "kawasan terpilih",
    kawasan_of: |centre| format!("Kawasan {centre}"),
    kawasan_villages: |count| format!("{count} desa"),
    kawasan_centre: "pusat",
    kawasan_score: "rata-rata skor desa",
    kawasan_totals: "Jumlah terhadap syarat",
    kawasan_reached: |sum, minimum| format!("{sum} dari paling sedikit {minimum}"),
    kawasan_functions: "Fungsi dan desa yang memimpin",
    kawasan_function: "Fungsi",
    kawasan_leader: "Desa terdepan",
    kawasan_members: "Desa anggota",
    kawasan_unknown: |names| {
        format!("Ada jumlah yang belum diketahui, maka desa ini tidak menambahnya: {names}.")
    },
    kawasan_none: "Belum ada kawasan yang mencapai semua syarat",
    kawasan_none_body: "Kawasan terdiri dari desa bertetangga yang memenuhi syarat dan bersama-sama mencapai semua jumlah. Jumlah yang belum diisi tidak menambah apa-apa, dan desa tanpa koordinat kantor tidak punya tetangga.",
    kawasan_filled: |kawasan, most, villages| match villages {
        0 => format!("{kawasan} dari {most} kawasan"),
        _ => format!("{kawasan} dari {most} kawasan, {villages} desa"),
    },
    untold: "belum diketahui",
    rules: "Aturan penetapan",
    eligibility: "Syarat desa",
    no_eligibility: "Tanpa syarat.",
    quota: "Kuota",
    per_area: |most| format!("paling banyak {most} desa per kabupaten"),
    kawasan_per_area: |most| {
        format!("paling banyak {most} kawasan yang pusatnya di satu kabupaten")
    },
    per_subdistrict: |most| format!("paling banyak {most} desa per kecamatan"),
    reserves: |count| format!("{count} cadangan per kabupaten"),
    earmark: |label, places| format!("{places} tempat disimpan untuk {label}"),
    mix: |label, least, most| match most {
        None => format!("{label}: paling sedikit {least} desa"),
        Some(most) if least == 0 => format!("{label}: paling banyak {most} desa"),
        Some(most) => format!("{label}: {least} sampai {most} desa"),
    },
    mix_reached: |rule, chosen| format!("{rule}; menurut metode terpilih {chosen}"),
    spacing: |km| format!("tidak ada dua desa yang lebih dekat dari {km} km"),
    borders: "dua desa yang berbatasan tidak dipilih bersama",
    locked_in: |name, by, reason| format!("{name} pasti terpilih, menurut {by}: {reason}"),
    locked_out: |name, by, reason| format!("{name} tidak ikut dipilih, menurut {by}: {reason}"),
    kawasan_members_max: |most| format!("paling banyak {most} desa bertetangga dalam satu kawasan"),
    kawasan_near: |km| format!("bertetangga bila kantornya lebih dekat dari {km} km"),
    kawasan_listed: "bertetangga menurut daftar di dokumen metode",
    kawasan_total: |label, minimum| format!("{label} paling sedikit {minimum}"),
    kawasan_centre_rule: |dimension| format!("pusatnya desa dengan {dimension} tertinggi"),
    screening: |available, zeros| {
        format!(
            "ikut bila paling sedikit {available}% indikator terisi dan paling banyak {zeros}% bernilai nol"
        )
    },
    draws: |count, spread| {
        format!("rentang peringkat dari {count} undian, bobot digeser sampai {spread}%")
    },
    rounding: |decimals| format!("skor dibulatkan {decimals} desimal"),
    tie_key: |label, largest| match largest {
        true => format!("{label} terbesar"),
        false => format!("{label} terkecil"),
    },
    lottery: "undian SHA-256(benih|kode) terkecil",
    weights_annex: "Lampiran 1: metode, bobot dan aturan",
    ranking_annex: "Lampiran 2: peringkat lengkap",
    annex_cut: |shown, all| {
        format!(
            "Di sini tercetak {shown} baris pertama dari {all}. Semua desa ada di catatan yang sidiknya tercantum di atas, dan di berkas CSV, XLSX, GeoJSON dan Parquet penetapan ini."
        )
    },
    dimension_or_indicator: "Dimensi dan indikator",
    share_within: "Bobot di dalamnya",
    share_of_all: "Dari seluruhnya",
    how: "Cara hitung",
    aggregation: |aggregation| match aggregation {
        Aggregation::Arithmetic => "rata-rata hitung".to_owned(),
        Aggregation::Geometric => "rata-rata ukur".to_owned(),
        Aggregation::Harmonic => "rata-rata harmonik".to_owned(),
        Aggregation::Generalised { power } => format!("rata-rata umum, pangkat {power}"),
        Aggregation::Copeland => "duel Copeland dalam kabupaten".to_owned(),
    },
    normalise: |normalise| match normalise {
        Normalise::MinMax { min, max } => {
            let post = |post: &Option<f64>, observed: &str| {
                post.map_or_else(
                    || observed.to_owned(),
                    |it| it.to_string().replace('.', ","),
                )
            };
            let (min, max) = (post(min, "yang terkecil"), post(max, "yang terbesar"));
            format!("antara {min} dan {max}")
        }
        Normalise::ZScore => "simpangan baku dari rata-rata".to_owned(),
        Normalise::Rank => "urutan".to_owned(),
        Normalise::Percentile => "persentil".to_owned(),
        Normalise::Target { target } => {
            format!("jarak ke {}", target.to_string().replace('.', ","))
        }
        Normalise::AsIs => "apa adanya".to_owned(),
        Normalise::Ladder { rungs, .. } => format!("{} anak tangga", rungs.len()),
    },
    lower_is_better: "makin kecil makin tinggi",
    missing: |missing| match missing {
        Missing::Worst => "kosong: seburuk-buruknya",
        Missing::Best => "kosong: sebaik-baiknya",
        Missing::Drop => "kosong: keluar bersama bobotnya",
        Missing::Mean => "kosong: rata-rata",
        Missing::Median => "kosong: nilai tengah",
        Missing::GroupMean => "kosong: rata-rata kabupaten",
        Missing::GroupMedian => "kosong: nilai tengah kabupaten",
        Missing::LastRound => "kosong: nilai ronde sebelumnya",
    },
    weightless: "tidak dinilai, dipakai aturan",
    exactness: "Seberapa pasti pilihan ini",
    exact_by_sorting: "Eksak: kuota bersarang dan desa diurutkan menurut skor, sehingga tidak ada pilihan lain yang sah dengan jumlah skor lebih tinggi.",
    exact_by_bound: |total| {
        format!(
            "Jumlah skor {total} sama dengan batas atasnya: tidak ada pilihan lain yang mengisi tempat sebanyak ini dengan jumlah lebih tinggi."
        )
    },
    exact_kawasan: |total| {
        format!(
            "Jumlah rata-rata skor kawasan {total} sama dengan batas atasnya di antara kawasan yang dibandingkan."
        )
    },
    not_proved: |total, bound, gap| {
        format!(
            "Jumlah skor {total}, batas atasnya {bound}. Belum terbukti bahwa tidak ada yang lebih baik; selisihnya paling banyak {gap}."
        )
    },
    bound_unknown: |total| {
        format!(
            "Jumlah skor {total}; batas atasnya tidak diketahui, jadi pilihan yang lebih baik mungkin ada."
        )
    },
    proof_untold: "Catatan ini tidak memuat batas atas, maka tidak dikatakan seberapa pasti.",
    next_best: |total, gap| format!("Pilihan terbaik berikutnya berjumlah {total}, kurang {gap}."),
    next_exchange: |gap, enters, leaves| {
        format!("Pertukaran terdekat: {enters} menggantikan {leaves}, jumlah skor kurang {gap}.")
    },
    next_equal: "Ada pilihan lain dengan jumlah yang sama; urutan peringkat yang menentukan.",
    no_next: "Pilihan lain yang mengisi tempat sebanyak ini tidak tercatat.",
    mixes: "Susunan desa terpilih",
    kawasan_set: "Kawasan yang ditetapkan",
    cautions: "Perlu diperiksa di metode ini",
    beyond: |codes| {
        format!(
            "Metode ini menyebut {codes} kode di luar wilayah yang dihitung di sini. Itu bukan kesalahan: desanya milik wilayah lain, dan kodenya tidak perlu diperbaiki."
        )
    },
    overseen: |regions| format!("Hanya menghitung {regions}."),
    cautions_more: |count| format!("dan {count} lagi"),
    despite: "Diputuskan meskipun demikian",
    despite_body: "Sebaiknya metode diperbaiki dahulu. Siapa yang memutuskan dengan metode ini menjawabnya dengan nama dan alasan; keduanya tercetak di berita acara.",
    despite_told: |by, reason| format!("Diputuskan meskipun demikian oleh {by}: {reason}"),
    breaches: "Perubahan dengan tangan yang menyimpang dari aturan metode",
    reserve_number: "Cadangan ke-",
    not_computed: "Tidak dihitung: di bawah aturan ini setiap percobaan memerlukan pemilihan utuh, dan itu melebihi batas hitung. Alasan desa ini ada di atas.",
    exchange_untold: "Tanda –: siapa yang masuk dan keluar tidak dihitung, karena pemilihan menurut aturan ini tidak selesai diulang dalam batas hitung.",
    trial_counting: "Siapa yang terpilih sedang dihitung…",
    drawn_without_choice: |count| {
        format!(
            "{count} undian selesai. Seberapa sering tiap desa terpilih tidak dihitung di bawah aturan ini; rentang peringkatnya berlaku."
        )
    },
    drawn_under_rules: |count, tried, proved, borderline| {
        let told = match proved == tried {
            true => format!("{tried} undian pertama, semuanya terbukti"),
            false => format!("{proved} dari {tried} undian pertama, yaitu yang terbukti"),
        };
        format!(
            "{count} undian selesai. Aturan ini diselesaikan lagi tiap kali, maka seberapa sering desa terpilih dihitung dari {told}; {borderline} desa hanya kadang terpilih."
        )
    },
    draw_body_without_choice: "Bobot, cara hitung dan isian yang belum diketahui diundi berulang-ulang dengan benih yang sama. Hasilnya rentang peringkat tiap desa. Di bawah aturan ini, seberapa sering ia terpilih dihitung dari sebagian undian saja, bila desanya tidak terlalu banyak.",
    card_by_method: "Kartu ini menurut metode; bobot yang sedang dicoba tidak dipakai di sini.",
    within_all: "Semua wilayah",
    too_many: "Desanya terlalu banyak untuk dihitung di layar ini",
    too_many_body: "Layar ini menghitung sampai 20.000 desa sekaligus. Pilih satu provinsi, dan semua bagian halaman ini bekerja untuknya. Untuk seluruh wilayah Anda, berkas di bawah dihitung di server: semua desa dengan skor dan peringkatnya, dan penetapan menurut metode. Perbandingan, undian dan catatan seluruhnya dibuat dengan lumbung rank dari tabel desa.",
    assumptions: "Anggapan",
    factor_year: "Tahun faktor",
    factor_year_hint: |round| {
        format!("Dipakai faktor dan hasil per hektare terbaru sampai tahun ini. {round}")
    },
    round_opened: |year| format!("Ronde ini dibuka pada {year}."),
    factor_year_invalid: "Tahun antara 1900 dan 2200.",
    own: "anggapan sendiri",
    own_count: |count| {
        format!(
            "Percobaan: {count} angka adalah anggapan sendiri, bukan yang bersumber. Alamat halaman ini menyimpannya; dokumen anggapan tidak berubah."
        )
    },
    own_reset: "Kembalikan semua",
    own_reset_done: "Semua angka kembali ke yang bersumber.",
    own_back: |documented| format!("Kembalikan {documented}"),
    own_back_empty: "Kosongkan lagi",
    own_without: "Tanpa sumber; kosong berarti tidak dihitung.",
    own_telling: |telling, all| {
        format!(
            "{telling} dari {all} fasilitas menyebut jam atau harinya sendiri; angka di bawah baru berlaku untuknya bila kotak ini dicentang."
        )
    },
    own_in_place_of: |documented| format!("anggapan sendiri, menggantikan {documented}"),
    sourced_by: |source, check| format!("{source} ({check})"),
    unit_hours: "jam",
    unit_days: "hari",
    unit_m2: "ton/m²",
    unit_stall: "ton",
    unit_factor: |to, from| format!("ton {to} per ton {from}"),
    unit_yield: |form| format!("ton {form} per ha"),
    hours_impossible: "Isi lebih dari 0 sampai 24 jam.",
    days_impossible: "Isi lebih dari 0 sampai 366 hari.",
    m2_impossible: "Isi lebih dari 0 sampai 10 ton, atau kosongkan.",
    stall_impossible: "Isi lebih dari 0 sampai 100 ton, atau kosongkan.",
    factor_impossible: "Isi lebih dari 0 sampai 10.",
    yield_impossible: "Isi lebih dari 0 sampai 200 ton.",
    per_m2: "Isi gudang per m²",
    per_stall: "Penjualan satu kios sehari",
    factors: "Faktor konversi dan hasil per hektare",
    factors_body: "Yang terbaru sampai tahun di atas untuk provinsi ronde ini; bila provinsi tidak punya, dipakai angka nasional.",
    factors_none: "Sampai tahun ini belum ada faktor di dokumen anggapan.",
    factor_what: "Angka",
    factor_where: "Berlaku di",
    factor_value: "Nilai",
    whole_nation: "Indonesia",
    yield_of: |commodity| format!("{commodity}: hasil sekali panen"),
    demand: "Kebutuhan",
    demand_body: "Kebutuhan setahun ditulis per kabupaten atau per klaster; fasilitas di desa tidak dihitung di sini. Sejuta orang makan 95.000 ton beras setahun.",
    demand_of: |area| format!("{area}, ton setahun"),
    demand_none: "Isi kebutuhan paling sedikit satu kabupaten; sebelum itu hanya pasokannya yang diketahui.",
    demand_invalid: "Kebutuhan ditulis sebagai angka di atas nol.",
    cluster_of: |area| format!("Klaster {area}"),
    cluster_hint: "Kabupaten dengan nama klaster yang sama dijumlahkan; kosong berarti sendiri.",
    commodity: "Komoditas",
    supply_alone: |supply| format!("Pasokan setahun {supply} ton; kebutuhannya belum ditulis."),
    supply_short: |supply, demand, percent, gap| {
        format!(
            "Pasokan setahun {supply} ton, kebutuhan {demand} ton: terpenuhi {percent}%, kurang {gap} ton."
        )
    },
    supply_enough: |supply, demand, percent, gap| {
        format!(
            "Pasokan setahun {supply} ton, kebutuhan {demand} ton: terpenuhi {percent}%, lebih {gap} ton."
        )
    },
    service_demand: "Pasokan terhadap kebutuhan",
    month_demand: "Kebutuhan",
};
