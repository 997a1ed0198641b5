//! Berita acara: a decision on paper, with its annex.
//!
//! Always: printed from the record itself, whose digests are checked while it is read; changes by hand stand beside
//! what the method chose, with name and reason, and with the rules that they depart from.
//! Never: shows what does not follow from the record.

mod annex;

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::priority::{
    Breach, Change, ChangedTo, KawasanTold, Overseen, Problem, Programme, Record, Remark,
    ResultRow, Unit,
};
use shared::wire::priority::{DecisionView, Signatory};

use super::words::{say, score_text};
use super::{Work, rules};
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
}

/// Codes of the part of its round that a decision ranked; none where that was the whole.
fn part_of(work: Work, decision: &DecisionView) -> Vec<String> {
    let is_whole = work.rounds.with_value(|rounds| {
        let mut rounds = rounds.iter();
        let round = rounds.find(|it| it.id == decision.round);
        let mut regencies = round.iter().flat_map(|it| &it.regencies);
        regencies.all(|it| decision.regions.contains(&it.code))
    });
    let regions = decision.regions.iter().filter(|_| !is_whole);
    regions.map(ToString::to_string).collect()
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
    let part = part_of(work, decision);
    let despite = minutes.despite.as_ref().map(|it| {
        let text = (texts().console.ruling.despite_told)(&it.by, &it.reason);
        view! { <p data-test="despite">{text}</p> }
    });
    view! {
        <article class="paper" data-test="minutes">
            <header>
                <h2>{title}</h2>
                <p>{(words.minutes_number)(&or_dots(&minutes.number))}</p>
            </header>
            <p>{opening}</p>
            {basis(decision, record)}
            {super::cautions(&record.cautions_of(Overseen::of(&part)))}
            {despite}
            {chosen}
            {signatures(&minutes.signatories)}
            <p class="small">{(words.minutes_recompute)(&decision.facts.digest)}</p>
            {annex::method(record, &names)}
            {annex::ranking(record, &names)}
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

/// Who is chosen, who waits, what people changed and against what, what could not be filled, and how sure it is.
fn chosen(record: &Record, names: &Names) -> AnyView {
    let (words, ruling) = (&texts().console.deciding, &texts().console.ruling);
    let Some(programme) = &record.method().programme else {
        return ().into_any();
    };
    let changes = record.changes().iter().map(|it| change(it, names));
    let changes: Vec<AnyView> = changes.collect();
    let changes = match changes.is_empty() {
        true => view! { <p>{words.minutes_no_changes}</p> },
        false => view! { <ol>{changes}</ol> },
    };
    let ties = record.remarks().iter().filter(|it| it.kind == "tie");
    let tie = |it: &Remark| {
        let text = (words.minutes_tie)(&names.village(&it.one), &names.village(&it.two));
        view! { <li>{text}</li> }
    };
    let shortfall = |text| view! { <li>{say(&text).to_owned()}</li> };
    let shortfalls = record.shortfalls().into_iter().map(shortfall);
    let breaches = record.breaches();
    let breaches = breaches.iter().map(|it| breach(it, names));
    let list = |title: &'static str, test: &'static str, items: Vec<AnyView>| {
        (!items.is_empty()).then(|| view! { <h3>{title}</h3> <ul data-test=test>{items}</ul> })
    };
    // A kawasan has no reserves.
    let reserves = programme.kawasan.is_none().then(|| {
        view! { <h3>{words.minutes_reserve}</h3> {reserves(record, names)} }
    });
    let kawasan = record.kawasan();
    let kawasan = (!kawasan.is_empty()).then(|| {
        let cards = kawasan.iter().map(|it| told_kawasan(it, record, names));
        view! { <h3>{ruling.kawasan_set}</h3> <ol data-test="minutes-kawasan">{cards.collect_view()}</ol> }
    });
    view! {
        {kawasan}
        <h3>{words.minutes_chosen}</h3>
        {chosen_villages(record, names)}
        {reserves}
        {held(record)}
        <h3>{words.minutes_changes}</h3>
        {changes}
        {list(ruling.breaches, "minutes-breaches", breaches.collect())}
        {list(words.minutes_shortfalls, "minutes-shortfalls", shortfalls.collect())}
        {list(ruling.mixes, "minutes-mixes", mixes(record, programme))}
        {list(words.minutes_ties, "minutes-ties", ties.map(tie).collect())}
        <h3>{ruling.exactness}</h3>
        <p data-test="minutes-exactness">{exactness(record, programme, names)}</p>
    }
}

/// Villages that were not fit to be judged: how many, what the method does with them, and whom it waited for.
fn held(record: &Record) -> Option<AnyView> {
    let words = &texts().console.deciding;
    let held = record.result().iter().filter(|it| it.verdict == "held");
    let held = held.count();
    if held == 0 {
        return None;
    }
    let village =
        |unit: &Unit| view! { <li>{unit.name.clone()} ", " {unit.group.name.clone()}</li> };
    let awaited: Vec<AnyView> = record.awaited().into_iter().map(village).collect();
    let awaited = (!awaited.is_empty()).then(
        || view! { <p>{words.minutes_awaited}</p> <ul data-test="minutes-awaited">{awaited}</ul> },
    );
    Some(view! {
        <h3>{words.minutes_held}</h3>
        <p data-test="minutes-held">{(words.minutes_held_count)(held, &rules::held(record.method()))}</p>
        {awaited}
    })
}

/// Its villages, the centre first, and each sum against its minimum.
fn told_kawasan(kawasan: &KawasanTold, record: &Record, names: &Names) -> AnyView {
    let words = &texts().console.ruling;
    let method = record.method();
    let wanted = method.programme.as_ref().and_then(|it| it.kawasan.as_ref());
    let totals = wanted.iter().flat_map(|it| &it.totals).zip(&kawasan.sums);
    let total = |(total, sum): (&shared::priority::Total, &f64)| {
        let decimals = method
            .indicator(&total.indicator)
            .map_or(0, |it| it.decimals);
        let number = |value| rules::number(value, decimals);
        let reached = (words.kawasan_reached)(&number(*sum), &number(total.at_least));
        view! { <li>{say(&total.label).to_owned()} ": " <span class="num">{reached}</span></li> }
    };
    let list = |codes: &[String]| {
        let names: Vec<String> = codes.iter().map(|it| names.village(it)).collect();
        names.join(", ")
    };
    let unknown = (!kawasan.unknown.is_empty())
        .then(|| view! { <li>{(words.kawasan_unknown)(&list(&kawasan.unknown))}</li> });
    let score = kawasan.score.replace('.', ",");
    view! {
        <li>
            <b>{(words.kawasan_of)(&names.village(&kawasan.centre))}</b>
            " (" {names.area_of(&kawasan.centre)} "), " <span class="num">{score}</span> " " {words.kawasan_score}
            <ul>
                <li>{(words.kawasan_villages)(kawasan.members.len())} ": " {list(&kawasan.members)}</li>
                {totals.map(total).collect_view()}
                {unknown}
            </ul>
        </li>
    }
}

fn breach(breach: &Breach, names: &Names) -> AnyView {
    let text = say(&breach.text).to_owned();
    match breach.region.as_str() {
        "" => view! { <li>{text}</li> },
        region => view! { <li><b>{names.village(region)}</b> ": " {text}</li> },
    }
}

/// How many of each kind were chosen, against the rule.
fn mixes(record: &Record, programme: &Programme) -> Vec<AnyView> {
    let words = &texts().console.ruling;
    let reached = record.remarks().iter().filter(|it| it.kind == "mix");
    let mixes = rules::mixes(&programme.quota).into_iter().zip(reached);
    mixes
        .map(|(rule, mix)| view! { <li>{(words.mix_reached)(&rule, &mix.three)}</li> })
        .collect()
}

/// What is known about better and next best choices.
fn exactness(record: &Record, programme: &Programme, names: &Names) -> String {
    let words = &texts().console.ruling;
    let is_kawasan = programme.kawasan.is_some();
    let mut remarks = record.remarks().iter();
    let Some(proof) = remarks.find(|it| it.kind == "proof") else {
        let quota = &programme.quota;
        if is_kawasan || quota.crosses() || quota.is_narrowed() {
            return words.proof_untold.to_owned();
        }
        let next = nearest(record, names).map(|it| format!(" {it}"));
        return format!("{}{}", words.exact_by_sorting, next.unwrap_or_default());
    };
    // As they stand in the record: sums of means have more decimals than scores.
    let decimals = proof.one.split_once('.').map_or(0, |(_, it)| it.len());
    let number = |text: &str| text.parse::<f64>().ok();
    let gap = |one: &str, two: &str| {
        let gap = number(one)? - number(two)?;
        Some((
            gap,
            score_text(gap, u8::try_from(decimals).unwrap_or(u8::MAX)),
        ))
    };
    let (total, bound, next) = (
        or_dash(&proof.one),
        or_dash(&proof.two),
        or_dash(&proof.three),
    );
    let sure = match (gap(&proof.two, &proof.one), is_kawasan) {
        (None, _) => (words.bound_unknown)(&total),
        (Some((gap, text)), _) if 0.0 < gap => (words.not_proved)(&total, &bound, &text),
        (Some(_), true) => (words.exact_kawasan)(&total),
        (Some(_), false) => (words.exact_by_bound)(&total),
    };
    let next = match gap(&proof.one, &proof.three) {
        None => words.no_next.to_owned(),
        Some((gap, _)) if gap <= 0.0 => words.next_equal.to_owned(),
        Some((_, text)) => (words.next_best)(&next, &text),
    };
    format!("{sure} {next}")
}

/// The cheapest lawful exchange of a choice that sorting made; the record holds none.
fn nearest(record: &Record, names: &Names) -> Option<String> {
    let next = record.next_best()?;
    let (enters, leaves) = next.entering.first().zip(next.leaving.first())?;
    let gap = score_text(next.gap, record.method().decimals);
    let (enters, leaves) = (names.village(enters), names.village(leaves));
    Some((texts().console.ruling.next_exchange)(
        &gap, &enters, &leaves,
    ))
}

/// The chosen ones by kabupaten, each numbered from 1.
fn chosen_villages(record: &Record, names: &Names) -> AnyView {
    let mut rows = of(record, "chosen");
    let rank = |row: &&ResultRow| row.group_rank.parse::<u32>().unwrap_or(u32::MAX);
    rows.sort_by_key(|row| (names.area_of(&row.region), rank(row)));
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let numbered = rows.into_iter().map(|row| {
        let number = numbers.entry(names.area_of(&row.region)).or_default();
        *number += 1;
        (number.to_string(), row)
    });
    villages(NUMBER, &numbered.collect::<Vec<_>>(), names)
}

/// The reserves by kabupaten, in the order in which they move up; who was made one by hand has no number.
fn reserves(record: &Record, names: &Names) -> AnyView {
    let mut rows = of(record, "reserve");
    let place = |row: &&ResultRow| row.position.parse::<u32>().unwrap_or(u32::MAX);
    rows.sort_by_key(|row| (names.area_of(&row.region), place(row)));
    let number = |row: &ResultRow| match row.position.as_str() {
        "" => "–".to_owned(),
        position => position.to_owned(),
    };
    let numbered: Vec<(String, &ResultRow)> =
        rows.into_iter().map(|row| (number(row), row)).collect();
    villages(texts().console.ruling.reserve_number, &numbered, names)
}

fn of<'a>(record: &'a Record, word: &str) -> Vec<&'a ResultRow> {
    let rows = record.result().iter();
    rows.filter(|row| row.finally == word).collect()
}

fn villages(number: &'static str, rows: &[(String, &ResultRow)], names: &Names) -> AnyView {
    let (priority, code) = (&texts().console.priority, texts().console.admin.code);
    let row = |(place, row): &(String, &ResultRow)| {
        view! {
            <tr>
                <td class="number num" data-label=number>{place.clone()}</td>
                <td data-label=priority.area>{names.area_of(&row.region)}</td>
                <td data-label=priority.village><b>{names.village(&row.region)}</b></td>
                <td class="num" data-label=code>{row.region.clone()}</td>
                <td class="number num" data-label=priority.score>{or_dash(&row.score)}</td>
                <td class="number num" data-label=priority.rank>{or_dash(&row.group_rank)}</td>
            </tr>
        }
    };
    view! {
        <table class="as-cards">
            <thead><tr>
                <th scope="col" class="number">{number}</th>
                <th scope="col">{priority.area}</th>
                <th scope="col">{priority.village}</th>
                <th scope="col">{code}</th>
                <th scope="col" class="number">{priority.score}</th>
                <th scope="col" class="number">{priority.rank}</th>
            </tr></thead>
            <tbody>{rows.iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// A number of the record with a comma; a village that was not ranked has none.
fn or_dash(text: &str) -> String {
    match text {
        "" => "–".to_owned(),
        text => text.replace('.', ","),
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
