//! What each function gives.
//!
//! Always: total; the number of arguments was checked when the expression was compiled.
//! Never: reads a clock; `now()` and `today()` are told the moment.

use super::convert::text_of_number;
use super::evaluate::{Computed, Evaluator, Place};
use super::function::{Class, Function};
use super::tree::Tree;
use super::{PartId, dates, digest, geo};
use crate::number::double_of_digits;
use crate::time::DAY_MS;

use sha2::{Digest as _, Sha256};

/// The longest text that one function builds.
const BUILT_BYTES_MAX: usize = 100_000;

/// One call: its arguments are evaluated when they are asked for, so that `if` is lazy.
struct Call<'e, 'a, T: Tree> {
    evaluator: &'e Evaluator<'a, T>,
    arguments: &'e [PartId],
    place: Place<T::Node>,
}

impl<T: Tree> Evaluator<'_, T> {
    pub(super) fn call(
        &self,
        function: Function,
        arguments: &[PartId],
        place: Place<T::Node>,
    ) -> Computed<T::Node> {
        let call = Call {
            evaluator: self,
            arguments,
            place,
        };
        call.result(function)
    }
}

impl<T: Tree> Call<'_, '_, T> {
    fn result(&self, function: Function) -> Computed<T::Node> {
        match function.class() {
            Class::Arithmetic => Computed::Number(self.arithmetic(function)),
            Class::Measure => Computed::Number(self.measure(function)),
            Class::Truth => Computed::Boolean(self.truth_of(function)),
            Class::Text => Computed::Text(self.text_built(function)),
            Class::Nodes => Computed::Nodes(self.nodes_of(function)),
            Class::Special => self.special(function),
        }
    }

    fn special(&self, function: Function) -> Computed<T::Node> {
        let moment = self.evaluator.surround.moment;
        match function {
            Function::Now => Computed::Date(moment.wall.0 as f64 / DAY_MS as f64),
            Function::Today => Computed::Date(dates::today(moment)),
            Function::If => self.value(if self.truth(0) { 1 } else { 2 }),
            Function::Once => {
                let own = self.evaluator.text_of(self.evaluator.current);
                if own.is_empty() {
                    self.value(0)
                } else {
                    Computed::Text(own.into_owned())
                }
            }
            _ => self.date(),
        }
    }

    fn value(&self, argument: usize) -> Computed<T::Node> {
        match self.arguments.get(argument) {
            Some(&id) => self.evaluator.part(id, self.place),
            None => Computed::Nodes(vec![self.place.node]),
        }
    }

    fn text(&self, argument: usize) -> String {
        self.evaluator.to_text(&self.value(argument))
    }

    fn number(&self, argument: usize) -> f64 {
        self.evaluator.to_number(&self.value(argument))
    }

    fn truth(&self, argument: usize) -> bool {
        self.evaluator.to_boolean(&self.value(argument))
    }

    /// The nodes of an argument that take part in sums and counts.
    fn counting_nodes(&self, argument: usize) -> Vec<T::Node> {
        let Computed::Nodes(mut nodes) = self.value(argument) else {
            return Vec::new();
        };
        nodes.retain(|&node| self.evaluator.tree.counts(node));
        nodes
    }

    /// Every argument from `first` on, node-sets spread out into the texts of their nodes.
    fn spread(&self, first: usize) -> Vec<Computed<T::Node>> {
        let mut all = Vec::new();
        for argument in first..self.arguments.len() {
            match self.value(argument) {
                Computed::Nodes(nodes) => {
                    let counting = |node: &T::Node| self.evaluator.tree.counts(*node);
                    let text = |node| Computed::Text(self.evaluator.text_of(node).into_owned());
                    all.extend(nodes.into_iter().filter(counting).map(text));
                }
                value => all.push(value),
            }
        }
        all
    }

    fn arithmetic(&self, function: Function) -> f64 {
        let (first, second) = (|| self.number(0), || self.number(1));
        match function {
            Function::Abs => first().abs(),
            Function::Acos => first().acos(),
            Function::Asin => first().asin(),
            Function::Atan => first().atan(),
            Function::Atan2 => first().atan2(second()),
            Function::Ceiling => first().ceil(),
            Function::Cos => first().cos(),
            Function::Exp => first().exp(),
            Function::Exp10 => 10_f64.powf(first()),
            Function::Floor => first().floor(),
            Function::Int => first().trunc(),
            Function::Log => first().ln(),
            Function::Log10 => first().log10(),
            Function::Pi => std::f64::consts::PI,
            Function::Pow => power(first(), second()),
            Function::Round if self.arguments.len() == 2 => rounded(first(), second()),
            Function::Round => rounded(first(), 0.0),
            Function::Sin => first().sin(),
            Function::Sqrt => first().sqrt(),
            Function::Tan => first().tan(),
            _ => first(),
        }
    }

    fn measure(&self, function: Function) -> f64 {
        match function {
            Function::Count => self.counting_nodes(0).len() as f64,
            Function::CountNonEmpty => {
                let filled = |node: &T::Node| !self.evaluator.tree.text(*node).is_empty();
                self.counting_nodes(0).into_iter().filter(filled).count() as f64
            }
            Function::CountSelected => self.text(0).split_whitespace().count() as f64,
            Function::Last => self.place.size as f64,
            Function::Position if self.arguments.is_empty() => self.place.position as f64,
            Function::Position => self.position_of(),
            Function::Max => self.extreme(f64::max),
            Function::Min => self.extreme(f64::min),
            Function::StringLength => self.text(0).chars().count() as f64,
            Function::Sum => self.sum(),
            Function::Area => geo::points(&self.geometry()).map_or(f64::NAN, |p| geo::area(&p)),
            Function::Distance => {
                geo::points(&self.geometry()).map_or(f64::NAN, |p| geo::distance(&p))
            }
            Function::DecimalTime => self.decimal_time(),
            Function::Random => {
                let chance = self.chance();
                let bits = chance
                    .iter()
                    .take(4)
                    .fold(0, |sum, &b| sum << 8 | u32::from(b));
                f64::from(bits) / 4_294_967_296.0
            }
            _ => self.number(0),
        }
    }

    fn sum(&self) -> f64 {
        let tree = self.evaluator.tree;
        let mut total = 0.0;
        for node in self.counting_nodes(0) {
            let text = tree.text(node);
            if text.is_empty() && tree.missed(node) {
                continue;
            }
            total += self.evaluator.number_of(&text);
        }
        total
    }

    fn extreme(&self, better: fn(f64, f64) -> f64) -> f64 {
        let numbers = self
            .spread(0)
            .into_iter()
            .map(|value| self.evaluator.to_number(&value));
        numbers
            .reduce(|best, number| {
                let unordered = best.is_nan() || number.is_nan();
                if unordered {
                    f64::NAN
                } else {
                    better(best, number)
                }
            })
            .unwrap_or(f64::NAN)
    }

    /// The place of a node among its brothers of the same name.
    fn position_of(&self) -> f64 {
        let Computed::Nodes(nodes) = self.value(0) else {
            return f64::NAN;
        };
        let Some(&node) = nodes.first() else {
            return f64::NAN;
        };
        let tree = self.evaluator.tree;
        let before = self.evaluator.siblings(node, std::cmp::Ordering::Less);
        let same = |other: &T::Node| tree.name(*other) == tree.name(node);
        (before.into_iter().filter(same).count() + 1) as f64
    }

    fn geometry(&self) -> String {
        let texts: Vec<String> = self
            .spread(0)
            .iter()
            .map(|value| self.evaluator.to_text(value))
            .collect();
        texts.join(";")
    }

    fn decimal_time(&self) -> f64 {
        let text = self.text(0);
        let clock = text
            .find(['Z', '+', '-'])
            .map_or(text.as_str(), |cut| &text[..cut]);
        let ms = dates::clock_ms(clock);
        ms.map_or(f64::NAN, |ms| ms as f64 / DAY_MS as f64)
    }

    fn truth_of(&self, function: Function) -> bool {
        match function {
            Function::Boolean => self.truth(0),
            Function::BooleanFromString => matches!(self.text(0).as_str(), "1" | "true"),
            Function::Checklist => self.checklist(false),
            Function::WeightedChecklist => self.checklist(true),
            Function::Contains => self.text(0).contains(&self.text(1)),
            Function::EndsWith => self.text(0).ends_with(&self.text(1)),
            Function::StartsWith => self.text(0).starts_with(&self.text(1)),
            Function::Not => !self.truth(0),
            Function::Selected => {
                let (all, wanted) = (self.text(0), self.text(1));
                let wanted = wanted.trim();
                all.split_whitespace().any(|name| name == wanted)
            }
            Function::True => true,
            Function::Geofence => {
                let point = geo::points(&self.text(0));
                let area = geo::points(&self.text(1));
                match (point.as_deref(), area) {
                    (Some([point]), Some(area)) => geo::is_inside(*point, &area),
                    _ => false,
                }
            }
            // A pattern that is not a literal was refused at import.
            _ => false,
        }
    }

    fn checklist(&self, weighted: bool) -> bool {
        let (least, most) = (self.number(0), self.number(1));
        let items: Vec<Computed<T::Node>> = if weighted {
            self.weights()
        } else {
            let truths = |value: Computed<T::Node>| {
                Computed::Number(f64::from(u8::from(self.evaluator.to_boolean(&value))))
            };
            self.spread(2).into_iter().map(truths).collect()
        };
        let total: f64 = items
            .iter()
            .map(|value| self.evaluator.to_number(value))
            .sum();
        (least < 0.0 || least <= total) && (most < 0.0 || total <= most)
    }

    /// Pairs of truth and weight, or of a node-set of truths and one of weights.
    fn weights(&self) -> Vec<Computed<T::Node>> {
        let mut all = Vec::new();
        for pair in (2..self.arguments.len()).step_by(2) {
            if let (Computed::Nodes(truths), Computed::Nodes(weights)) =
                (self.value(pair), self.value(pair + 1))
            {
                for (truth, weight) in truths.into_iter().zip(weights) {
                    let text = self.evaluator.text_of(truth);
                    if self.evaluator.number_of(&text) != 0.0 && !text.is_empty() {
                        let weight = self.evaluator.text_of(weight).into_owned();
                        all.push(Computed::Text(weight));
                    }
                }
            } else if self.truth(pair) {
                all.push(self.value(pair + 1));
            }
        }
        all
    }

    fn text_built(&self, function: Function) -> String {
        match function {
            Function::Base64Decode => base64(&self.text(0)),
            Function::Digest => {
                let encoding = match self.arguments.len() {
                    3 => self.text(2),
                    _ => String::new(),
                };
                digest::digest(&self.text(0), &self.text(1), &encoding)
            }
            Function::Property => {
                let name = self.text(0);
                self.evaluator.tree.fact(&name).unwrap_or_default()
            }
            Function::Uuid => self.uuid(),
            // The number is a place among the texts of the questionnaire: linking put it there.
            Function::Itext => {
                let evaluator = self.evaluator;
                evaluator
                    .tree
                    .itext(self.number(0) as usize, evaluator.current)
            }
            Function::Coalesce => (0..self.arguments.len())
                .map(|argument| self.text(argument))
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            Function::Concat => self.joined(0, ""),
            Function::Join => self.joined(1, &self.text(0)),
            Function::FormatDate | Function::FormatDateTime => {
                dates::formatted(self.number(0), self.evaluator.zone(), &self.text(1))
            }
            Function::ItemLabel => self.choice_label(),
            Function::LocalName => self.node_name().rsplit(':').next().unwrap_or("").to_owned(),
            Function::Name => self.node_name(),
            Function::NormalizeSpace => {
                let text = self.text(0);
                let blank = |letter: char| matches!(letter, ' ' | '\t' | '\r' | '\n');
                let words: Vec<&str> = text.split(blank).filter(|w| !w.is_empty()).collect();
                words.join(" ")
            }
            Function::SelectedAt => self.selected_at(),
            Function::State => match self.value(0) {
                Computed::Nodes(nodes) => nodes
                    .first()
                    .map_or("empty", |&node| self.evaluator.tree.state(node))
                    .to_owned(),
                _ => "answered".to_owned(),
            },
            Function::Substr => self.substr(),
            Function::Substring => self.substring(),
            Function::SubstringAfter => {
                let (text, mark) = (self.text(0), self.text(1));
                text.split_once(&mark)
                    .map_or("", |(_, after)| after)
                    .to_owned()
            }
            Function::SubstringBefore => {
                let (text, mark) = (self.text(0), self.text(1));
                text.split_once(&mark)
                    .map_or("", |(before, _)| before)
                    .to_owned()
            }
            Function::Translate => self.translated(),
            Function::Version => self.evaluator.tree.version().to_owned(),
            Function::Pulldata => self.pulled(),
            Function::String => self.text(0),
            _ => String::new(),
        }
    }

    fn joined(&self, first: usize, between: &str) -> String {
        let mut out = String::new();
        for (index, value) in self.spread(first).iter().enumerate() {
            if 0 < index {
                out.push_str(between);
            }
            out.push_str(&self.evaluator.to_text(value));
            if BUILT_BYTES_MAX < out.len() {
                break;
            }
        }
        out
    }

    /// What stands for chance: nobody guesses it, and it stays as long as the question does.
    fn chance(&self) -> Vec<u8> {
        let identity = self.evaluator.tree.identity(self.evaluator.current);
        Sha256::digest(identity.as_bytes()).to_vec()
    }

    /// A UUID of version 4, or that many letters.
    fn uuid(&self) -> String {
        let mut chance = self.chance();
        if !self.arguments.is_empty() {
            let count = self.number(0).clamp(0.0, 64.0) as usize;
            return digest::hex(&chance)[..count].to_owned();
        }
        chance[6] = chance[6] & 0x0f | 0x40;
        chance[8] = chance[8] & 0x3f | 0x80;
        let digits = digest::hex(&chance[..16]);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
        parts.map(|part| &digits[part]).join("-")
    }

    /// `jr:choice-name(value, 'path')`: the label of a chosen value.
    fn choice_label(&self) -> String {
        let name = self.text(0);
        let question = match self.value(1) {
            Computed::Nodes(nodes) => nodes.first().copied(),
            _ => None,
        };
        question
            .and_then(|node| self.evaluator.tree.choice_label(node, &name))
            .unwrap_or(name)
    }

    fn node_name(&self) -> String {
        match self.value(0) {
            Computed::Nodes(nodes) => nodes.first().map_or_else(String::new, |&node| {
                self.evaluator.tree.name(node).to_owned()
            }),
            _ => String::new(),
        }
    }

    fn selected_at(&self) -> String {
        let index = self.number(1);
        if !(0.0..1e6).contains(&index) {
            return String::new();
        }
        let text = self.text(0);
        text.split_whitespace()
            .nth(index as usize)
            .unwrap_or("")
            .to_owned()
    }

    /// From `start` up to `end`, counted from 0; negative counts from the end.
    fn substr(&self) -> String {
        let letters: Vec<char> = self.text(0).chars().collect();
        let count = letters.len() as f64;
        let place = |number: f64| {
            let number = if number < 0.0 { number + count } else { number };
            number.clamp(0.0, count) as usize
        };
        let start = place(self.number(1));
        let end = match self.arguments.len() {
            3 => place(self.number(2)),
            _ => letters.len(),
        };
        letters.get(start..end).unwrap_or_default().iter().collect()
    }

    /// As XPath: counted from 1, bounds rounded.
    fn substring(&self) -> String {
        let start = (self.number(1) + 0.5).floor();
        let end = match self.arguments.len() {
            3 => start + (self.number(2) + 0.5).floor(),
            _ => f64::INFINITY,
        };
        let inside = |index: usize| {
            let position = index as f64 + 1.0;
            start <= position && position < end
        };
        let text = self.text(0);
        let kept = text.chars().enumerate().filter(|&(index, _)| inside(index));
        kept.map(|(_, letter)| letter).collect()
    }

    fn translated(&self) -> String {
        let (text, from) = (self.text(0), self.text(1));
        let to: Vec<char> = self.text(2).chars().collect();
        let replaced = |letter: char| match from.chars().position(|each| each == letter) {
            Some(index) => to.get(index).copied(),
            None => Some(letter),
        };
        text.chars().filter_map(replaced).collect()
    }

    /// `pulldata(instance, column wanted, column of the key, key)`.
    fn pulled(&self) -> String {
        let tree = self.evaluator.tree;
        let (wanted, key_column, key) = (self.text(1), self.text(2), self.text(3));
        let Some(document) = tree.instance(&self.text(0)) else {
            return String::new();
        };
        let cell = |item: T::Node, column: &str| {
            let mut cells = Vec::new();
            tree.children(item, &mut cells);
            let found = cells.into_iter().find(|&cell| tree.name(cell) == column)?;
            Some(tree.text(found).into_owned())
        };
        let mut below = Vec::new();
        tree.children(document, &mut below);
        let sought = [(key_column.as_str(), key.clone())];
        let indexed = below.first();
        let indexed = indexed.and_then(|&top| tree.children_where(top, "item", &sought));
        let items = indexed.unwrap_or_else(|| {
            let mut all = Vec::new();
            self.evaluator.descend(document, &mut all);
            all.retain(|&item| tree.name(item) == "item");
            all
        });
        items
            .into_iter()
            .find(|&item| cell(item, &key_column).as_ref() == Some(&key))
            .and_then(|item| cell(item, &wanted))
            .unwrap_or_default()
    }

    fn nodes_of(&self, function: Function) -> Vec<T::Node> {
        match function {
            Function::Current => vec![self.evaluator.current],
            Function::Id => self.identified(),
            Function::Instance => self
                .evaluator
                .tree
                .instance(&self.text(0))
                .into_iter()
                .collect(),
            Function::IndexedRepeat => self.indexed(),
            _ => {
                let seed = (self.arguments.len() == 2).then(|| self.number(1));
                shuffled(self.evaluator_nodes(0), seed)
            }
        }
    }

    fn evaluator_nodes(&self, argument: usize) -> Vec<T::Node> {
        match self.value(argument) {
            Computed::Nodes(nodes) => nodes,
            _ => Vec::new(),
        }
    }

    fn identified(&self) -> Vec<T::Node> {
        let tree = self.evaluator.tree;
        let wanted = self.text(0);
        let mut all = Vec::new();
        self.evaluator.descend(tree.root(), &mut all);
        let has_id = |node: &T::Node| {
            let mut attributes = Vec::new();
            tree.attributes(*node, &mut attributes);
            let is_id = |&attribute: &T::Node| tree.name(attribute) == "id";
            let id = attributes.into_iter().find(is_id);
            let id = id.map(|attribute| tree.text(attribute));
            id.is_some_and(|id| wanted.split_whitespace().any(|each| each == id))
        };
        all.into_iter().filter(has_id).collect()
    }

    /// `indexed-repeat(question, repeat, index, …)`: the question in the row with that number.
    fn indexed(&self) -> Vec<T::Node> {
        let tree = self.evaluator.tree;
        let mut nodes = self.evaluator_nodes(0);
        for pair in (1..self.arguments.len().saturating_sub(1)).step_by(2) {
            let rows = self.evaluator_nodes(pair);
            let index = self.number(pair + 1);
            nodes.retain(|&node| {
                if !self.evaluator.spend(rows.len()) {
                    return false;
                }
                let mut at = Some(node);
                while let Some(current) = at {
                    if rows.contains(&current) {
                        return self.row_number(current) as f64 == index;
                    }
                    at = tree.parent(current);
                }
                false
            });
        }
        nodes
    }

    fn row_number(&self, row: T::Node) -> usize {
        let tree = self.evaluator.tree;
        let before = self.evaluator.siblings(row, std::cmp::Ordering::Less);
        let same = |other: &T::Node| tree.name(*other) == tree.name(row);
        before.into_iter().filter(same).count() + 1
    }

    fn date(&self) -> Computed<T::Node> {
        match self.value(0) {
            Computed::Boolean(_) => Computed::Date(f64::NAN),
            value @ (Computed::Number(_) | Computed::Date(_)) => {
                Computed::Date(self.evaluator.to_number(&value))
            }
            value => {
                let text = self.evaluator.to_text(&value);
                if text.is_empty() {
                    return Computed::Text(text);
                }
                Computed::Date(self.evaluator.number_of(&text))
            }
        }
    }
}

/// As JavaScript has it, on phone and server alike: one to no power in particular is no number.
fn power(base: f64, exponent: f64) -> f64 {
    match base.abs() == 1.0 && !exponent.is_finite() {
        true => f64::NAN,
        false => base.powf(exponent),
    }
}

/// Rounds half away from zero, looking at the decimal digits as a person would.
fn rounded(number: f64, places: f64) -> f64 {
    if !number.is_finite() || places.is_nan() {
        return number;
    }
    let places = places.clamp(-20.0, 20.0) as i32;
    let text = text_of_number(number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|b| b - b'0')
        .collect();
    let kept = whole.len() as i32 + places;
    if kept < 0 {
        return 0.0;
    }
    let kept = kept as usize;
    if digits.len() <= kept {
        return number;
    }
    let mut out = digits[..kept].to_vec();
    if 5 <= digits[kept] {
        increment(&mut out);
    }
    let size = double_of_digits(&out, -places);
    if size == 0.0 {
        0.0
    } else {
        size.copysign(number)
    }
}

/// Adds one to the last digit.
fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

/// The Park-Miller shuffle that ODK specifies; without a seed the order is kept.
pub(in crate::questionnaire) fn shuffled<N>(mut nodes: Vec<N>, seed: Option<f64>) -> Vec<N> {
    const MODULUS: i64 = 2_147_483_647;
    let Some(seed) = seed.filter(|seed| seed.is_finite()) else {
        return nodes;
    };
    let mut state = (seed as i64).rem_euclid(MODULUS);
    if state == 0 {
        state = MODULUS - 1;
    }
    for last in (1..nodes.len()).rev() {
        state = state * 16_807 % MODULUS;
        let fraction = (state - 1) as f64 / (MODULUS - 1) as f64;
        let other = (fraction * (last + 1) as f64).floor() as usize;
        nodes.swap(last, other.min(last));
    }
    nodes
}

/// Decodes base64 as UTF-8; what is not valid becomes an empty text.
fn base64(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text
        .bytes()
        .filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=')
    {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return String::new(),
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if 8 <= count {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}
