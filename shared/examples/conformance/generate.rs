//! Sheets by chance: forms as people write them, and forms with a fault.
//!
//! Always: equal seeds give equal sheets.
//! Never: writes what a documented difference would make unequal.

use serde_json::{Map, Value, json};

/// Numbers by chance; small, and the same everywhere.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() >> 16) as usize % count.max(1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// The sheets: rows of cells by header.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) survey: Vec<Map<String, Value>>,
    pub(crate) choices: Vec<Map<String, Value>>,
    pub(crate) settings: Vec<Map<String, Value>>,
    pub(crate) entities: Vec<Map<String, Value>>,
}

const TYPES: [&str; 20] = [
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "dateTime",
    "geopoint",
    "geotrace",
    "geoshape",
    "image",
    "audio",
    "video",
    "file",
    "barcode",
    "note",
    "acknowledge",
    "select_one ya",
    "select_multiple warna",
    "rank warna",
    "range",
];

struct Author<'c> {
    chance: &'c mut Chance,
    rows: Vec<Map<String, Value>>,
    /// Names of questions so far, each with the repeats it stands in.
    names: Vec<String>,
    /// Names of questions outside groups.
    top: Vec<String>,
    /// Names of calculations so far; they can be read and trigger nothing.
    calculated: Vec<String>,
    depth: usize,
    languages: bool,
    made: usize,
}

/// A form; every third has a fault somewhere.
pub(crate) fn form(seed: u64) -> Form {
    let mut chance = Chance::new(seed);
    let languages = chance.one_in(2);
    let count = 1 + chance.below(14);
    let mut author = Author {
        chance: &mut chance,
        rows: Vec::new(),
        names: Vec::new(),
        top: Vec::new(),
        calculated: Vec::new(),
        depth: 0,
        languages,
        made: 0,
    };
    author.rows(count);
    let names = author.names.clone();
    let mut survey = author.rows;
    let entities = match chance.one_in(4) {
        true => entities(&mut chance, &mut survey, &names),
        false => Vec::new(),
    };
    let mut choices = choices(languages);
    if chance.one_in(4) {
        let place = chance.below(choices.len());
        media(&mut chance, &mut choices[place], languages);
    }
    if chance.one_in(3) {
        fault(&mut chance, &mut survey, &mut choices);
    }
    let settings = row(&[("form_id", "uji"), ("form_title", "Uji"), ("version", "3")]);
    let mut settings = vec![settings];
    if languages {
        settings[0].insert("default_language".to_owned(), json!("Indonesia (id)"));
    }
    Form {
        survey,
        choices,
        settings,
        entities,
    }
}

fn row(cells: &[(&str, &str)]) -> Map<String, Value> {
    let filled = cells.iter().filter(|(_, text)| !text.is_empty());
    filled
        .map(|(name, text)| ((*name).to_owned(), json!(text)))
        .collect()
}

fn choices(languages: bool) -> Vec<Map<String, Value>> {
    let label = if languages {
        "label::Indonesia (id)"
    } else {
        "label"
    };
    let mut out = Vec::new();
    for (list, name, text, group) in [
        ("ya", "ya", "Ya", ""),
        ("ya", "tidak", "Tidak", ""),
        ("warna", "merah", "Merah", "hangat"),
        ("warna", "biru", "Biru", "dingin"),
        ("warna", "hijau", "Hijau", "dingin"),
    ] {
        let mut cells = row(&[
            ("list_name", list),
            ("name", name),
            (label, text),
            ("kelas", group),
        ]);
        if languages {
            cells.insert(
                "label::English (en)".to_owned(),
                json!(format!("{text} en")),
            );
        }
        out.push(cells);
    }
    out
}

/// One list, sometimes with conditions or properties that cannot be.
fn entities(
    chance: &mut Chance,
    survey: &mut [Map<String, Value>],
    names: &[String],
) -> Vec<Map<String, Value>> {
    let value = |chance: &mut Chance| match names.is_empty() {
        true => "'x'".to_owned(),
        false => format!("${{{}}}", chance.pick(names)),
    };
    let list = *chance.pick(&["orang", "orang", "orang", "pohon", "a.b", "__x", "2x"]);
    let label = format!("concat({}, 'x')", value(chance));
    let mut declared = row(&[("list_name", list), ("label", &label)]);
    let (has_id, creates, updates) = *chance.pick(&[
        (false, false, false),
        (false, true, false),
        (true, false, false),
        (true, false, true),
        (true, true, true),
        (true, true, false),
        (false, false, true),
    ]);
    let condition = format!("{} != ''", value(chance));
    for (column, wanted, text) in [
        ("entity_id", has_id, &value(chance)),
        ("create_if", creates, &condition),
        ("update_if", updates, &condition),
    ] {
        if wanted {
            declared.insert(column.to_owned(), json!(text));
        }
    }
    if chance.one_in(4) {
        declared.remove("label");
    }
    let shared_property = chance.one_in(6);
    for (place, cells) in survey.iter_mut().enumerate() {
        let name = cells.get("name").and_then(Value::as_str).unwrap_or("");
        let is_question = names.iter().any(|each| each == name);
        if is_question && chance.one_in(3) || chance.one_in(40) {
            let property = match shared_property {
                true => "sifat".to_owned(),
                false => format!(
                    "{}{place}",
                    chance.pick(&["sifat", "sifat", "sifat", "Name"])
                ),
            };
            cells.insert("save_to".to_owned(), json!(property));
        }
    }
    vec![declared]
}

/// Files beside a text; a large picture alone is a fault.
fn media(chance: &mut Chance, cells: &mut Map<String, Value>, languages: bool) {
    for column in ["image", "audio", "video", "big-image"] {
        let is_large = column == "big-image";
        let wanted = if is_large {
            cells.contains_key("image") && chance.one_in(2) || chance.one_in(20)
        } else {
            chance.one_in(2)
        };
        if !wanted {
            continue;
        }
        let column = match languages && !is_large {
            true => format!(
                "{column}::{}",
                chance.pick(&["Indonesia (id)", "English (en)"])
            ),
            false => column.to_owned(),
        };
        let place = chance.below(3);
        cells.insert(column, json!(format!("berkas{place}.png")));
    }
}

impl Author<'_> {
    fn name(&mut self) -> String {
        self.made += 1;
        format!("q{}", self.made)
    }

    fn rows(&mut self, count: usize) {
        for _ in 0..count {
            let nests = self.depth < 3;
            match self.chance.below(12) {
                0 if nests => self.group("group"),
                1 if nests => self.group("repeat"),
                2 => self.calculate(),
                3 => self.metadata(),
                _ => self.question(),
            }
        }
    }

    fn group(&mut self, what: &str) {
        let name = self.name();
        let mut cells = row(&[("type", &format!("begin_{what}")), ("name", &name)]);
        self.label(&mut cells, "Bagian");
        if self.chance.one_in(3) {
            let text = self.condition();
            cells.insert("relevant".to_owned(), json!(text));
        }
        if what == "repeat" && self.chance.one_in(3) {
            let count = self.number();
            cells.insert("repeat_count".to_owned(), json!(count));
        }
        if what == "group" && self.chance.one_in(3) {
            cells.insert("appearance".to_owned(), json!("field-list"));
        }
        self.rows.push(cells);
        self.depth += 1;
        let inside = 1 + self.chance.below(4);
        // Whatever else is inside, a group holds a question.
        self.question();
        self.rows(inside);
        self.depth -= 1;
        self.rows.push(row(&[("type", &format!("end_{what}"))]));
    }

    fn calculate(&mut self) {
        let name = self.name();
        let mut formula = self.number();
        let trigger = match self.chance.one_in(6) {
            true => self.earlier().map(|name| format!("${{{name}}}")),
            false => None,
        };
        if trigger.is_some() {
            // pyxform writes paths from the trigger, though they are followed from the target.
            formula = "once(2 + 1)".to_owned();
        }
        let mut trigger = trigger;
        if self.depth == 0 && !self.top.is_empty() && self.chance.one_in(4) {
            let mut names = vec![self.chance.pick(&self.top).clone()];
            if self.chance.one_in(3) {
                names.push(self.chance.pick(&self.top).clone());
                names.dedup();
            }
            let names: Vec<String> = names.iter().map(|name| format!("${{{name}}}")).collect();
            trigger = Some(names.join(", "));
            formula = self.number();
        }
        self.rows.push(row(&[
            ("type", "calculate"),
            ("name", &name),
            ("calculation", &formula),
            ("trigger", trigger.as_deref().unwrap_or("")),
        ]));
        // Only a question of the body can be a trigger.
        if trigger.is_none() {
            self.calculated.push(name);
        }
    }

    fn metadata(&mut self) {
        let name = self.name();
        let words = [
            "start", "end", "today", "deviceid", "username", "email", "hidden",
        ];
        let word = *self.chance.pick(&words);
        self.rows.push(row(&[("type", word), ("name", &name)]));
    }

    fn question(&mut self) {
        let name = self.name();
        let kind = (*self.chance.pick(&TYPES)).to_owned();
        let mut cells = row(&[("type", &kind), ("name", &name)]);
        self.label(&mut cells, "Pertanyaan");
        let mut put = |column: &str, text: String| {
            cells.insert(column.to_owned(), json!(text));
        };
        if kind == "range" {
            put("parameters", "start=1 end=9 step=2".to_owned());
        }
        if kind == "image" && self.chance.one_in(2) {
            put("parameters", "max-pixels=640".to_owned());
        }
        if kind == "select_one ya" && self.chance.one_in(4) {
            put("type", "select_one ya or_other".to_owned());
        }
        if kind == "integer" && self.chance.one_in(6) {
            put("read_only", "yes".to_owned());
        }
        if !self.languages && kind != "note" && self.chance.one_in(6) {
            put("hint", "Petunjuk".to_owned());
            put("guidance_hint", "Panduan".to_owned());
            put("required_message", "Wajib diisi".to_owned());
            put("constraint_message", "Tidak mungkin".to_owned());
        }
        if kind.contains("warna") {
            if self.chance.one_in(2) {
                let filter = self.filter();
                put("choice_filter", filter);
            }
            if self.chance.one_in(3) {
                put("parameters", "randomize=true seed=42".to_owned());
            }
        }
        if self.chance.one_in(5) {
            media(self.chance, &mut cells, self.languages);
        }
        let mut put = |column: &str, text: String| {
            cells.insert(column.to_owned(), json!(text));
        };
        let is_note = kind == "note";
        if !is_note && self.chance.one_in(3) {
            let required = *self.chance.pick(&["yes", "true()", "no"]);
            put("required", required.to_owned());
        }
        if self.chance.one_in(3) {
            let relevant = self.condition();
            put("relevant", relevant);
        }
        if !is_note && self.chance.one_in(4) {
            let constraint = *self
                .chance
                .pick(&[". > 3", "string-length(.) < 5", ". != 'x'"]);
            put("constraint", constraint.to_owned());
        }
        if ["integer", "text"].contains(&kind.as_str()) && self.chance.one_in(5) {
            let default =
                *self
                    .chance
                    .pick(&["7", "1 + 1", "coalesce('', 'a')", "${last-saved#n}"]);
            let name = self.earlier().unwrap_or_else(|| name.clone());
            put("default", default.replace("#n", &format!("#{name}")));
        }
        self.rows.push(cells);
        if !is_note && self.depth == 0 {
            self.top.push(name.clone());
        }
        if !is_note {
            self.names.push(name);
        }
    }

    fn label(&mut self, cells: &mut Map<String, Value>, word: &str) {
        let mut text = format!("{word} {}", self.made);
        if self.chance.one_in(5)
            && let Some(name) = self.earlier()
        {
            text.push_str(&format!(" sesudah ${{{name}}} itu"));
        }
        if !self.languages {
            cells.insert("label".to_owned(), json!(text));
            return;
        }
        cells.insert(
            "label::English (en)".to_owned(),
            json!(format!("{text} en")),
        );
        cells.insert("label::Indonesia (id)".to_owned(), json!(text));
        // An XForm has no place for the hint of a group.
        if word == "Pertanyaan" && self.chance.one_in(4) {
            cells.insert("hint::Indonesia (id)".to_owned(), json!("Petunjuk"));
        }
    }

    fn earlier(&mut self) -> Option<String> {
        if self.names.is_empty() {
            return None;
        }
        Some(self.chance.pick(&self.names).clone())
    }

    fn readable(&mut self) -> Option<String> {
        if !self.calculated.is_empty() && self.chance.one_in(4) {
            return Some(self.chance.pick(&self.calculated).clone());
        }
        self.earlier()
    }

    fn condition(&mut self) -> String {
        let Some(name) = self.readable() else {
            return "1 = 1".to_owned();
        };
        let shapes = [
            "${n} = 'ya'",
            "${n} > 3",
            "not(selected(${n}, 'merah'))",
            "count-selected(${n}) >= 1 and ${n} != ''",
            "string-length(${n}) < 4 or regex(${n}, '[a-z]+')",
            "${last-saved#n} != '' or ${n} = 2",
        ];
        let shape = *self.chance.pick(&shapes);
        named(shape, &name)
    }

    fn number(&mut self) -> String {
        let Some(name) = self.readable() else {
            return "2 + 1".to_owned();
        };
        let shapes = [
            "${n}",
            "${n} + 1",
            "if(${n} > 2, 3, 1)",
            "sum(${n})",
            "count(${n})",
            "round(${n} div 3, 1)",
            "int(coalesce(${n}, 2))",
            "position(..) + string-length(${n})",
            "jr:choice-name(${n}, '${n}')",
            "once(random())",
            "digest(${n}, 'MD5', 'hex')",
            "coalesce(${last-saved#n}, 0) + ${n}",
        ];
        let shape = *self.chance.pick(&shapes);
        named(shape, &name)
    }

    fn filter(&mut self) -> String {
        match self.earlier() {
            Some(name) if self.chance.one_in(2) => format!("kelas = ${{{name}}} or name = 'biru'"),
            _ => "kelas = 'dingin'".to_owned(),
        }
    }
}

/// A formula about this question.
fn named(shape: &str, name: &str) -> String {
    let now = shape.replace("${n}", &format!("${{{name}}}"));
    now.replace("#n}", &format!("#{name}}}"))
}

/// Puts one fault somewhere.
fn fault(
    chance: &mut Chance,
    survey: &mut Vec<Map<String, Value>>,
    choices: &mut [Map<String, Value>],
) {
    let at = chance.below(survey.len());
    // What is set by something that nobody answers reads otherwise in an XForm.
    let is_asked = survey[0].contains_key("label");
    let mut put = |column: &str, text: &str| {
        survey[at].insert(column.to_owned(), json!(text));
    };
    match chance.below(12) {
        0 => put("relevant", "${tiada} = 1"),
        1 => put("type", "angka"),
        2 => put("type", "select_one tiada"),
        3 => put("name", "2q"),
        4 => put("name", "a b"),
        5 => {
            survey[at].remove("name");
        }
        6 => {
            survey.remove(at);
        }
        7 => survey.push(row(&[("type", "end_group")])),
        8 => {
            let twin = survey[at].clone();
            survey.insert(at, twin);
        }
        11 => {
            put("calculation", "1");
            put("trigger", if is_asked { "${q1}" } else { "${tiada}" });
        }
        9 => {
            choices[1].remove("name");
        }
        _ => {
            choices[1].insert("name".to_owned(), json!("ya"));
        }
    }
}
