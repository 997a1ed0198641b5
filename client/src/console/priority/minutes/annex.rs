//! What stands behind a decision on paper: the method with its weights and rules, and the whole ranking.
//!
//! Always: weights that the method leaves to comparisons or to the data are those that ranked the frozen villages.
//! Never: leaves out a rule of the method.

use leptos::prelude::*;
use shared::priority::{
    Dimension, Direction, Indicator, Method, Record, ResultRow, Scored, Table, WeightNote,
};

use super::super::rules;
use super::super::sliders::origin_words;
use super::super::words::{say, score_text};
use super::{Names, or_dash};
use crate::i18n::{integer_text, texts};
use crate::ui::view;

/// Dimensions below this are not moved further to the right.
const INDENTS_MAX: usize = 3;

/// How it was scored and by which rules it was chosen.
pub(super) fn method(record: &Record, names: &Names) -> AnyView {
    let (words, priority) = (&texts().console.ruling, &texts().console.priority);
    let method = record.method();
    let note = say(&method.note).to_owned();
    let note = (!note.is_empty()).then(|| view! { <p>{note}</p> });
    let source = (!method.source.is_empty())
        .then(|| view! { <p class="small">{priority.source} ": " {method.source.clone()}</p> });
    let list = |title: &'static str, lines: Vec<String>| {
        let items = lines.into_iter().map(|line| view! { <li>{line}</li> });
        (0 < items.len()).then(|| view! { <h3>{title}</h3> <ul>{items.collect_view()}</ul> })
    };
    let rules = method.programme.as_ref().map(|programme| {
        let eligibility = rules::eligibility(programme);
        let eligibility = match eligibility.is_empty() {
            true => vec![words.no_eligibility.to_owned()],
            false => eligibility,
        };
        let quota = rules::quota(method, programme, |code| names.village(code));
        view! {
            {list(words.eligibility, eligibility)}
            {list(words.quota, quota)}
            <h3>{priority.tie_rule}</h3>
            <p>{rules::tie_rule(method, programme)}</p>
        }
    });
    view! {
        <section class="annex" data-test="annex-method">
            <h2>{words.weights_annex}</h2>
            <p><b>{say(&method.label).to_owned()}</b> " " {method.version.clone()}</p>
            {note}
            {source}
            {weights(record)}
            {rules}
            {list(priority.method_note, rules::before_ranking(method))}
        </section>
    }
}

/// Every dimension and indicator with its weight and how it counts.
fn weights(record: &Record) -> AnyView {
    let words = &texts().console.ruling;
    let method = record.method();
    let notes = match Table::gather(method, record.units()) {
        Ok(table) => Scored::new(method, &table, record.seed())
            .weights()
            .to_vec(),
        // Only of a forged record; its own rows are still shown.
        Err(_) => Vec::new(),
    };
    let tree = Tree { method, notes };
    let mut rows = Vec::new();
    let root = method.dimensions.iter().find(|it| it.parent.is_none());
    if let Some(root) = root {
        rows.push(tree.dimension(root, None, 1.0, 0));
        tree.below(root, 1.0, 1, &mut rows);
    }
    view! {
        <table class="as-cards" data-test="annex-weights">
            <thead><tr>
                <th scope="col">{words.dimension_or_indicator}</th>
                <th scope="col" class="number">{words.share_within}</th>
                <th scope="col" class="number">{words.share_of_all}</th>
                <th scope="col">{words.how}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

struct Tree<'a> {
    method: &'a Method,
    notes: Vec<WeightNote>,
}

impl Tree<'_> {
    fn note(&self, dimension: &str) -> Option<&WeightNote> {
        self.notes.iter().find(|it| it.dimension == dimension)
    }

    /// What lies in a dimension, whose share in the score is `of_all`.
    fn below(&self, parent: &Dimension, of_all: f64, depth: usize, rows: &mut Vec<AnyView>) {
        let note = self.note(&parent.id);
        for child in self.method.children(&parent.id) {
            let mut shares = note.iter().flat_map(|it| &it.shares);
            let share = shares.find(|it| it.child == child).map(|it| it.share);
            let whole = of_all * share.unwrap_or_default();
            let mut dimensions = self.method.dimensions.iter();
            if let Some(dimension) = dimensions.find(|it| it.id == child) {
                rows.push(self.dimension(dimension, share, whole, depth));
                self.below(dimension, whole, depth + 1, rows);
            } else if let Some(indicator) = self.method.indicator(child) {
                rows.push(indicator_row(indicator, share, whole, depth));
            }
        }
    }

    fn dimension(
        &self,
        dimension: &Dimension,
        share: Option<f64>,
        of_all: f64,
        depth: usize,
    ) -> AnyView {
        let mean = (texts().console.ruling.aggregation)(dimension.aggregation);
        let origin = self.note(&dimension.id).filter(|it| 1 < it.shares.len());
        let origin = origin.map(|it| format!(", {}", origin_words(&it.origin)));
        let how = format!("{mean}{}", origin.unwrap_or_default());
        let name = say(&dimension.label).to_owned();
        row(view! { <b>{name}</b> }, share, of_all, how, depth)
    }
}

fn indicator_row(indicator: &Indicator, share: Option<f64>, of_all: f64, depth: usize) -> AnyView {
    let words = &texts().console.ruling;
    let how = if indicator.weight <= 0.0 {
        words.weightless.to_owned()
    } else if !indicator.is_scorable() {
        texts().console.priority.unscorable.to_owned()
    } else {
        let mut parts = vec![(words.normalise)(&indicator.normalise)];
        if indicator.direction == Direction::Lower {
            parts.push(words.lower_is_better.to_owned());
        }
        parts.push((words.missing)(indicator.missing).to_owned());
        parts.join("; ")
    };
    let name = say(&indicator.label).to_owned();
    row(view! { <span>{name}</span> }, share, of_all, how, depth)
}

fn row(name: AnyView, share: Option<f64>, of_all: f64, how: String, depth: usize) -> AnyView {
    let words = &texts().console.ruling;
    let percent = |share: f64| format!("{}%", score_text(share * 100.0, 1));
    let share = share.map_or_else(|| "–".to_owned(), percent);
    view! {
        <tr>
            <td class=format!("in{}", depth.min(INDENTS_MAX)) data-label=words.dimension_or_indicator>{name}</td>
            <td class="number num" data-label=words.share_within>{share}</td>
            <td class="number num" data-label=words.share_of_all>{percent(of_all)}</td>
            <td data-label=words.how>{how}</td>
        </tr>
    }
}

/// Forty pages; who wants more of them opens the file or the record.
const ROWS_MAX: usize = 2_000;

/// Every village, as it was ranked; of very many those that were ranked best, with where the others stand.
pub(super) fn ranking(record: &Record, names: &Names) -> AnyView {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    let code = texts().console.admin.code;
    let selects = record.method().programme.is_some();
    let row = |row: &ResultRow| {
        let verdict = selects.then(|| {
            let by_method = (words.verdict_word)(&row.verdict);
            let finally = (words.verdict_word)(&row.finally);
            view! {
                <td data-label=words.minutes_method_verdict>{by_method}</td>
                <td data-label=words.minutes_final>{finally}</td>
            }
        });
        let status = (!selects).then(|| {
            view! { <td data-label=priority.verdict>{(words.status_word)(&row.status)}</td> }
        });
        view! {
            <tr>
                <td class="number num" data-label=priority.rank>{or_dash(&row.rank)}</td>
                <td data-label=priority.village>{names.village(&row.region)}</td>
                <td data-label=priority.area>{names.area_of(&row.region)}</td>
                <td class="num nowrap" data-label=code>{row.region.clone()}</td>
                <td class="number num" data-label=priority.score>{or_dash(&row.score)}</td>
                <td class="number num nowrap" data-label=priority.interval>{format!("{} – {}", or_dash(&row.lower), or_dash(&row.upper))}</td>
                {verdict}
                {status}
            </tr>
        }
    };
    let verdict = selects.then(|| {
        view! { <th scope="col">{words.minutes_method_verdict}</th><th scope="col">{words.minutes_final}</th> }
    });
    let status = (!selects).then(|| view! { <th scope="col">{priority.verdict}</th> });
    let all = record.result().len();
    let rest = (ROWS_MAX < all).then(|| {
        let count = |count: usize| integer_text(count as i64);
        let text = (texts().console.ruling.annex_cut)(&count(ROWS_MAX), &count(all));
        view! { <p data-test="annex-cut">{text}</p> }
    });
    view! {
        <section class="annex">
            <h2>{texts().console.ruling.ranking_annex}</h2>
            <table class="as-cards">
                <thead><tr>
                    <th scope="col" class="number">{priority.rank}</th>
                    <th scope="col">{priority.village}</th>
                    <th scope="col">{priority.area}</th>
                    <th scope="col">{code}</th>
                    <th scope="col" class="number">{priority.score}</th>
                    <th scope="col" class="number">{priority.interval}</th>
                    {verdict}
                    {status}
                </tr></thead>
                <tbody>{record.result().iter().take(ROWS_MAX).map(row).collect_view()}</tbody>
            </table>
            {rest}
        </section>
    }
}
