//! Berita acara: a decision on paper, with its annex.
//!
//! Always: printed from the record itself, whose digests are checked while it is read; changes by hand stand beside
//! what the method chose, with name and reason.
//! Never: shows what the record does not hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::priority::{Change, ChangedTo, Problem, Record, Remark, ResultRow, Unit};
use shared::wire::priority::{DecisionView, Signatory};

use super::Work;
use super::words::say;
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Call, Method};
use crate::ui::{Loading, Message, MessageKind, live, view};

/// Above the numbers of a list; the same in both languages.
const NUMBER: &str = "No.";

/// The record of a decision, as far as it is there.
#[derive(Debug, Clone)]
enum Read {
    Waiting,
    There(Arc<Record>),
    Refused(Vec<Problem>),
    Failed(String),
}

#[component]
pub fn MinutesView(work: Work, decision: DecisionView, record: String) -> AnyView {
    let read = RwSignal::new(Read::Waiting);
    let words = texts();
    spawn_local(async move {
        let answer = match net::send(Call::new(Method::Get, &record, Auth::Cookie)).await {
            Ok(answer) => answer.text().await,
            Err(error) => Err(error),
        };
        let found = match answer {
            Err(error) => Read::Failed(error.text(words)),
            Ok(text) => match Record::read(text.as_bytes()) {
                Ok(record) => Read::There(Arc::new(record)),
                Err(problems) => Read::Refused(problems),
            },
        };
        read.try_set(found);
    });
    let decision = StoredValue::new(decision);
    let content = move || match read.get() {
        Read::Waiting => view! { <Loading/> },
        Read::Failed(text) => {
            view! { <Message kind=MessageKind::Error test="record-failed">{text}</Message> }
        }
        Read::Refused(problems) => {
            view! { <Message kind=MessageKind::Error test="record-damaged">{refused(&problems)}</Message> }
        }
        Read::There(record) => decision.with_value(|decision| paper(work, decision, &record)),
    };
    live(content)
}

fn refused(problems: &[Problem]) -> String {
    let words = &texts().console.deciding;
    let first = problems.first();
    let first = first.map(|it| format!("{}: {}", it.place, say(&it.text)));
    format!("{}: {}", words.record_damaged, first.unwrap_or_default())
}

/// Names of villages and kabupaten, by code.
struct Names<'a>(BTreeMap<&'a str, &'a Unit>);

impl<'a> Names<'a> {
    fn of(record: &'a Record) -> Names<'a> {
        let units = record.units().iter();
        Names(units.map(|unit| (unit.region.as_str(), unit)).collect())
    }

    fn village(&self, code: &str) -> String {
        let unit = self.0.get(code);
        unit.map_or_else(|| code.to_owned(), |unit| unit.name.clone())
    }

    fn area_of(&self, code: &str) -> String {
        let unit = self.0.get(code);
        unit.map_or_else(String::new, |unit| unit.group.name.clone())
    }

    fn area(&self, code: &str) -> String {
        let mut units = self.0.values();
        let found = units.find(|unit| unit.group.code == code);
        found.map_or_else(|| code.to_owned(), |unit| unit.group.name.clone())
    }
}

fn paper(work: Work, decision: &DecisionView, record: &Record) -> AnyView {
    let words = &texts().console.deciding;
    let names = Names::of(record);
    let minutes = &decision.facts.minutes;
    let selects = record.method().programme.is_some();
    let title = match selects {
        true => words.minutes_title,
        false => words.minutes_title_rank,
    };
    let or_dots = |text: &str| match text {
        "" => "……………………".to_owned(),
        text => text.to_owned(),
    };
    let round = work.frozen.with_value(|frozen| frozen.round_name.clone());
    let opening =
        (words.minutes_opening)(&or_dots(&minutes.date), &or_dots(&minutes.place), &round);
    let chosen = selects.then(|| chosen(record, &names));
    view! {
        <article class="paper" data-test="minutes">
            <header>
                <h2>{title}</h2>
                <p>{(words.minutes_number)(&or_dots(&minutes.number))}</p>
            </header>
            <p>{opening}</p>
            {basis(decision, record)}
            {chosen}
            {signatures(&minutes.signatories)}
            <p class="small">{(words.minutes_recompute)(&decision.facts.digest)}</p>
            {annex(record, &names, selects)}
        </article>
    }
}

fn basis(decision: &DecisionView, record: &Record) -> AnyView {
    let words = &texts().console.deciding;
    let facts = &decision.facts;
    let method = format!(
        "{} {} ({})",
        say(&facts.method.label),
        facts.method.version,
        facts.method.hash
    );
    let unvisited = record.units().iter().filter(|it| it.is_unvisited());
    let unvisited = unvisited.count();
    let villages = integer_text((record.units().len() - unvisited) as i64);
    let unvisited = (0 < unvisited).then(|| integer_text(unvisited as i64));
    let last_round = facts.last_round.clone();
    let line = |name: &'static str, value: String| {
        view! { <tr><th scope="row">{name}</th><td class="num">{value}</td></tr> }
    };
    let priority = &texts().console.priority;
    let estimate = facts.method.estimate.then(|| {
        view! { <p><b>{priority.estimate}</b> ". " {priority.estimate_body}</p> }
    });
    view! {
        <h3>{words.minutes_basis}</h3>
        {estimate}
        <table class="facts">
            <tbody>
                {line(words.minutes_method, method)}
                {line(words.minutes_villages, villages)}
                {unvisited.map(|count| line(words.minutes_unvisited, count))}
                {last_round.map(|round| line(words.minutes_last_round, round))}
                {line(words.minutes_seed, record.seed().to_owned())}
                {line(words.minutes_software, record.software().to_owned())}
                {line(words.minutes_data, facts.data_digest.clone())}
                {line(words.minutes_record, facts.digest.clone())}
            </tbody>
        </table>
    }
}

/// Who is chosen, who waits, what people changed, what could not be filled.
fn chosen(record: &Record, names: &Names) -> AnyView {
    let words = &texts().console.deciding;
    let of = |word: &'static str| {
        let rows = record.result().iter();
        rows.filter(move |row| row.finally == word)
            .collect::<Vec<_>>()
    };
    let changes = record.changes().iter().map(|it| change(it, names));
    let changes: Vec<AnyView> = changes.collect();
    let changes = match changes.is_empty() {
        true => view! { <p>{words.minutes_no_changes}</p> },
        false => view! { <ol>{changes}</ol> },
    };
    let remarks = |kind: &'static str| {
        let remarks = record.remarks().iter().filter(move |it| it.kind == kind);
        remarks.collect::<Vec<&Remark>>()
    };
    let shortfall = |it: &&Remark| {
        let text = (words.minutes_shortfall)(&names.area(&it.one), &it.two, &it.three);
        view! { <li>{text}</li> }
    };
    let tie = |it: &&Remark| {
        let text = (words.minutes_tie)(&names.village(&it.one), &names.village(&it.two));
        view! { <li>{text}</li> }
    };
    let list = |title: &'static str, items: Vec<AnyView>| {
        (!items.is_empty()).then(|| view! { <h3>{title}</h3> <ul>{items}</ul> })
    };
    view! {
        <h3>{words.minutes_chosen}</h3>
        {villages(&of("chosen"), names)}
        <h3>{words.minutes_reserve}</h3>
        {villages(&of("reserve"), names)}
        <h3>{words.minutes_changes}</h3>
        {changes}
        {list(words.minutes_shortfalls, remarks("shortfall").iter().map(shortfall).collect())}
        {list(words.minutes_ties, remarks("tie").iter().map(tie).collect())}
    }
}

fn villages(rows: &[&ResultRow], names: &Names) -> AnyView {
    let (priority, code) = (&texts().console.priority, texts().console.admin.code);
    let mut rows = rows.to_vec();
    // By kabupaten, then as they were ranked there.
    rows.sort_by_key(|row| {
        (
            names.area_of(&row.region),
            row.group_rank.parse::<u32>().unwrap_or(u32::MAX),
        )
    });
    let row = |(place, row): (usize, &&ResultRow)| {
        view! {
            <tr>
                <td class="number num" data-label=NUMBER>{(place + 1).to_string()}</td>
                <td data-label=priority.area>{names.area_of(&row.region)}</td>
                <td data-label=priority.village><b>{names.village(&row.region)}</b></td>
                <td class="num" data-label=code>{row.region.clone()}</td>
                <td class="number num" data-label=priority.score>{row.score.replace('.', ",")}</td>
                <td class="number num" data-label=priority.rank>{row.group_rank.clone()}</td>
            </tr>
        }
    };
    view! {
        <table class="as-cards">
            <thead><tr>
                <th scope="col" class="number">{NUMBER}</th>
                <th scope="col">{priority.area}</th>
                <th scope="col">{priority.village}</th>
                <th scope="col">{code}</th>
                <th scope="col" class="number">{priority.score}</th>
                <th scope="col" class="number">{priority.rank}</th>
            </tr></thead>
            <tbody>{rows.iter().enumerate().map(row).collect_view()}</tbody>
        </table>
    }
}

fn change(change: &Change, names: &Names) -> AnyView {
    let words = &texts().console.deciding;
    let to = match change.to {
        ChangedTo::Chosen => words.to_chosen,
        ChangedTo::Reserve => words.to_reserve,
        ChangedTo::NotChosen => words.to_not_chosen,
    };
    view! {
        <li>
            <b>{names.village(&change.region)}</b> " (" <span class="num">{change.region.clone()}</span> "): " {to} ". "
            {change.reason.clone()} " (" {change.by.clone()} ")"
        </li>
    }
}

fn signatures(people: &[Signatory]) -> AnyView {
    let words = &texts().console.deciding;
    if people.is_empty() {
        return ().into_any();
    }
    let one = |person: &Signatory| {
        view! {
            <div class="signature">
                <span>{person.position.clone()}</span>
                <span class="line"></span>
                <b>{person.name.clone()}</b>
            </div>
        }
    };
    view! {
        <section class="signed">
            <h3>{words.minutes_signed}</h3>
            <div class="signatures">{people.iter().map(one).collect_view()}</div>
        </section>
    }
}

/// Every village, as it was ranked.
fn annex(record: &Record, names: &Names, selects: bool) -> AnyView {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    let code = texts().console.admin.code;
    let or_dash = |text: &str| match text {
        "" => "–".to_owned(),
        text => text.replace('.', ","),
    };
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
    view! {
        <section class="annex">
            <h2>{words.minutes_annex}</h2>
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
                <tbody>{record.result().iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
}
