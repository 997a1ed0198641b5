//! The columns of a table of villages, and what each means.
//!
//! Always: label and meaning in both languages; a column of every dimension and indicator of the method.
//! Never: a column that only some formats have.

use super::{COUNT_SHOWN_MIN, CellKind, VillageColumn};
use crate::priority::method::{Direction, Indicator, Method, Normalise, Programme};
use crate::priority::text::Text;

/// Name, kind, label in both languages, meaning in both languages.
type Fixed = (&'static str, CellKind, [&'static str; 2], [&'static str; 2]);

const TEXT: CellKind = CellKind::Text;
const WHOLE: CellKind = CellKind::Whole;

const VILLAGE: [Fixed; 4] = [
    (
        "region",
        TEXT,
        ["Kode desa", "Village code"],
        ["kode Kemendagri bertitik", "Kemendagri code with dots"],
    ),
    (
        "name",
        TEXT,
        ["Desa", "Village"],
        [
            "nama desa menurut daftar wilayah",
            "name of the village in the list of regions",
        ],
    ),
    (
        "area",
        TEXT,
        ["Kode daerah", "Area code"],
        [
            "kode kabupaten/kota, atau kelompok lain yang memakai kuota bersama",
            "code of the kabupaten or kota, or of another group that shares a quota",
        ],
    ),
    (
        "area_name",
        TEXT,
        ["Daerah", "Area"],
        [
            "nama kabupaten/kota atau kelompok",
            "name of the kabupaten, kota or group",
        ],
    ),
];

const STATUS: [Fixed; 3] = [
    (
        "status",
        TEXT,
        ["Status", "Status"],
        [
            "ranked diperingkat; held belum layak dinilai; not_eligible tidak memenuhi syarat; eligibility_unknown syarat belum diketahui; not_scored tanpa isian; screened dikeluarkan",
            "ranked; held, not yet fit to be judged; not_eligible; eligibility_unknown; not_scored, without a usable answer; screened, left out",
        ],
    ),
    (
        "rank",
        WHOLE,
        ["Peringkat", "Rank"],
        [
            "1 tertinggi; skor yang sama berbagi peringkat",
            "1 is the highest; equal scores share a rank",
        ],
    ),
    (
        "area_rank",
        WHOLE,
        ["Peringkat di daerah", "Rank within the area"],
        [
            "1 tertinggi di kabupaten/kota",
            "1 is the highest of the area",
        ],
    ),
];

const SCORES: [(&str, [&str; 2], [&str; 2]); 3] = [
    (
        "score",
        ["Skor", "Score"],
        ["skor setelah dibulatkan", "score after rounding"],
    ),
    (
        "lower",
        ["Skor terendah", "Lowest score"],
        [
            "skor bila semua yang belum diketahui terburuk",
            "score if all that is unknown were worst",
        ],
    ),
    (
        "upper",
        ["Skor tertinggi", "Highest score"],
        [
            "skor bila semua yang belum diketahui terbaik",
            "score if all that is unknown were best",
        ],
    ),
];

const CLASSES: [Fixed; 3] = [
    (
        "class",
        TEXT,
        ["Kelas", "Class"],
        [
            "kelas menurut skor; kosong bila metode tanpa kelas",
            "class of the score; empty where the method has none",
        ],
    ),
    (
        "class_lower",
        TEXT,
        ["Kelas terendah", "Lowest class"],
        ["kelas menurut skor terendah", "class of the lowest score"],
    ),
    (
        "class_upper",
        TEXT,
        ["Kelas tertinggi", "Highest class"],
        ["kelas menurut skor tertinggi", "class of the highest score"],
    ),
];

const UNKNOWN: [Fixed; 1] = [(
    "unknown",
    TEXT,
    ["Tanpa isian", "Without a value"],
    [
        "indikator yang nilainya bukan isian desa ini, dipisah spasi",
        "indicators whose value is no answer of this village, with blanks between",
    ],
)];

const DECISION: [Fixed; 5] = [
    (
        "verdict",
        TEXT,
        ["Hasil hitungan", "Computed verdict"],
        [
            "chosen terpilih; reserve cadangan; below_cut di bawah batas; selain itu seperti status",
            "chosen; reserve; below_cut, below the last place; else as the status",
        ],
    ),
    (
        "final",
        TEXT,
        ["Hasil akhir", "Final verdict"],
        [
            "hasil setelah perubahan dengan tangan: chosen, reserve, not_chosen; sama dengan verdict bila tidak diubah",
            "verdict after changes by hand: chosen, reserve, not_chosen; equal to verdict where nothing was changed",
        ],
    ),
    (
        "reserve_place",
        WHOLE,
        ["Urutan cadangan", "Place among the reserves"],
        [
            "urutan naik di daerahnya, dari 1",
            "order of moving up in its area, from 1",
        ],
    ),
    (
        "earmark",
        TEXT,
        ["Alokasi khusus", "Earmark"],
        [
            "kode alokasi yang memberi tempat",
            "code of the earmark that gave the place",
        ],
    ),
    (
        "kawasan",
        TEXT,
        ["Kawasan", "Kawasan"],
        [
            "kode desa pusat kawasan tempat desa ini termasuk",
            "code of the centre of the kawasan that the village belongs to",
        ],
    ),
];

const DECISION_END: [Fixed; 3] = [
    (
        "borderline",
        WHOLE,
        ["Di ambang", "Borderline"],
        [
            "1: yang belum diketahui dapat mengubah keputusan; 0: tidak; kosong: tidak dihitung",
            "1: what is unknown could turn the decision; 0: it could not; empty: not computed",
        ],
    ),
    (
        "verdict_reason_id",
        TEXT,
        ["Alasan hasil", "Reason of the verdict, in Indonesian"],
        ["mengapa terpilih atau tidak", "why it was chosen or not"],
    ),
    (
        "verdict_reason_en",
        TEXT,
        [
            "Alasan hasil, bahasa Inggris",
            "Reason of the verdict, in English",
        ],
        ["mengapa terpilih atau tidak", "why it was chosen or not"],
    ),
];

const REASONS: [Fixed; 2] = [
    (
        "reason_id",
        TEXT,
        ["Alasan", "Reason, in Indonesian"],
        [
            "mengapa peringkatnya demikian",
            "why it stands where it stands",
        ],
    ),
    (
        "reason_en",
        TEXT,
        ["Alasan, bahasa Inggris", "Reason, in English"],
        [
            "mengapa peringkatnya demikian",
            "why it stands where it stands",
        ],
    ),
];

/// The columns of a table under `method`, in order; `programme` is that whose decisions stand in it.
pub(super) fn columns(method: &Method, programme: Option<&Programme>) -> Vec<VillageColumn> {
    let own = format!("{} {}", method.id, method.version);
    let fixed = |list: &[Fixed], source: &str| -> Vec<VillageColumn> {
        let column = |(name, kind, label, meaning): &Fixed| VillageColumn {
            name: (*name).to_owned(),
            label: both(label),
            kind: *kind,
            unit: Text::default(),
            meaning: both(meaning),
            source: source.to_owned(),
        };
        list.iter().map(column).collect()
    };
    let regions = "daftar wilayah / list of regions";
    let decimals = Some(method.decimals);
    let scale = format!("{} – {}", method.worst(), method.best());
    let mut columns = fixed(&VILLAGE, regions);
    columns.extend(degrees());
    columns.extend(fixed(&STATUS, &own));
    if method.counts_unvisited() {
        let status = columns.iter_mut().find(|it| it.name == "status");
        status.into_iter().for_each(say_unvisited);
    }
    columns.extend(SCORES.map(|(name, label, meaning)| VillageColumn {
        name: name.to_owned(),
        label: both(&label),
        kind: CellKind::Number(decimals),
        unit: Text::same(&scale),
        meaning: both(&meaning),
        source: own.clone(),
    }));
    columns.extend(fixed(&CLASSES, &own));
    columns.extend(method.dimensions.iter().map(|dimension| VillageColumn {
        name: format!("dimension_{}", dimension.id),
        label: dimension.label.clone(),
        kind: CellKind::Number(decimals),
        unit: Text::same(&scale),
        meaning: Text::new(
            "skor dimensi setelah dibulatkan",
            "score of the dimension after rounding",
        ),
        source: own.clone(),
    }));
    for indicator in &method.indicators {
        columns.extend(of_indicator(indicator, &scale, &own));
    }
    columns.extend(fixed(&UNKNOWN, &own));
    if let Some(programme) = programme {
        let own = format!("{own}, {}", programme.id);
        columns.extend(fixed(&DECISION, &own));
        columns.push(VillageColumn {
            name: "gap".to_owned(),
            label: Text::new("Kekurangan", "Gap"),
            kind: CellKind::Number(decimals),
            unit: Text::same(&scale),
            meaning: Text::new(
                "kekurangan skor terhadap yang terpilih terakhir",
                "what was missing to the score of the last chosen one",
            ),
            source: own.clone(),
        });
        columns.extend(fixed(&DECISION_END, &own));
    }
    columns.extend(fixed(&REASONS, &own));
    columns
}

/// The last column of a public table, and what the dictionary says of those with a hole in it.
pub(super) fn say_public(method: &Method, columns: &mut Vec<VillageColumn>) {
    let most = COUNT_SHOWN_MIN - 1;
    let guarded = |it: &&Indicator| it.counts.is_some() || !it.about.is_empty();
    for indicator in method.indicators.iter().filter(guarded) {
        let own = [
            format!("raw_{}", indicator.id),
            format!("norm_{}", indicator.id),
        ];
        for column in columns.iter_mut().filter(|it| own.contains(&it.name)) {
            let id = format!(
                "; ditutup bila menyangkut 1 sampai {most} orang atau keluarga, lihat suppressed"
            );
            let en = format!(
                "; left out where it is about 1 to {most} people or families, see suppressed"
            );
            column.meaning.id.push_str(&id);
            column.meaning.en.push_str(&en);
        }
    }
    columns.push(VillageColumn {
        name: "suppressed".to_owned(),
        label: Text::new("Ditutup", "Left out"),
        kind: TEXT,
        unit: Text::default(),
        meaning: Text::new(
            format!(
                "kolom yang selnya dikosongkan di baris ini, dipisah spasi, karena menyangkut 1 sampai {most} orang atau \
                 keluarga; sel kosong yang kolomnya tidak disebut memang tidak ada nilainya"
            ),
            format!(
                "columns whose cell was emptied in this row, with blanks between, since it is about 1 to {most} people \
                 or families; an empty cell of a column that is not named has no value"
            ),
        ),
        source: format!("{} {}", method.id, method.version),
    });
}

/// Only tables under a method that counts unvisited villages have that word.
fn say_unvisited(status: &mut VillageColumn) {
    status
        .meaning
        .id
        .push_str("; unvisited belum dikunjungi atau belum disetujui");
    status
        .meaning
        .en
        .push_str("; unvisited, not visited or not approved yet");
}

fn degrees() -> [VillageColumn; 2] {
    let each = [
        ("latitude", "Lintang", "Latitude", "lintang", "latitude"),
        ("longitude", "Bujur", "Longitude", "bujur", "longitude"),
    ];
    each.map(|(name, id, en, word_id, word_en)| VillageColumn {
        name: name.to_owned(),
        label: Text::new(id, en),
        kind: CellKind::Number(None),
        unit: Text::new("derajat, WGS 84", "degrees, WGS 84"),
        meaning: Text::new(
            format!("{word_id} kantor atau pusat desa; kosong bila tidak diketahui"),
            format!("{word_en} of the village office or centre; empty where it is not known"),
        ),
        source: "indikator letak dari metode, atau isian yang disetujui / the method's indicators of the position, or approved answers"
            .to_owned(),
    })
}

fn of_indicator(indicator: &Indicator, scale: &str, own: &str) -> [VillageColumn; 2] {
    let expression = indicator.expression.as_deref().unwrap_or_default();
    let meaning = match &indicator.nearest {
        Some(nearest) => {
            let many = nearest.villages;
            Text::new(
                format!(
                    "rata-rata jarak garis lurus dalam km ke {many} desa terdekat di tabel yang letaknya diketahui"
                ),
                format!(
                    "mean distance in km, as the crow flies, to the {many} nearest villages of the table with a position"
                ),
            )
        }
        None => Text::new(
            format!("nilai mentah dari isian: {expression}"),
            format!("raw value of the answers: {expression}"),
        ),
    };
    let source = match indicator.source.as_str() {
        "" => own,
        source => source,
    };
    let direction = match indicator.direction {
        Direction::Higher => ["lebih besar lebih tinggi", "larger scores higher"],
        Direction::Lower => ["lebih kecil lebih tinggi", "smaller scores higher"],
    };
    [
        VillageColumn {
            name: format!("raw_{}", indicator.id),
            label: indicator.label.clone(),
            kind: raw_kind(indicator),
            unit: indicator.unit.clone(),
            meaning,
            source: source.to_owned(),
        },
        VillageColumn {
            name: format!("norm_{}", indicator.id),
            label: Text::new(
                format!("{}, dinormalkan", indicator.label.id),
                format!("{}, normalised", indicator.label.en),
            ),
            kind: CellKind::Number(None),
            unit: Text::same(scale),
            meaning: Text::new(
                format!("nilai pada skala metode, {}", direction[0]),
                format!("value on the scale of the method, {}", direction[1]),
            ),
            source: source.to_owned(),
        },
    ]
}

/// A ladder may stand on words.
pub(super) fn raw_kind(indicator: &Indicator) -> CellKind {
    match &indicator.normalise {
        Normalise::Ladder { rungs, .. } if rungs.iter().any(|it| !it.is.is_empty()) => TEXT,
        _ => CellKind::Number(None),
    }
}

fn both(words: &[&str; 2]) -> Text {
    Text::new(words[0], words[1])
}
