//! Prioritas: villages ranked under a method, the chosen ones of a programme, and the reason for each.
//!
//! Always: an estimate is called one; what was left out is counted; round, method and filters stand in the address.
//! Never: computes a score itself; `shared::priority` does, in this page as on the server.

mod capacity;
mod card;
mod compare;
mod decisions;
mod editor;
mod engine;
mod files;
mod freeze;
mod gains;
mod kawasan;
mod minutes;
mod photos;
mod plots;
mod programme;
mod rules;
mod scale;
mod sensitivity;
mod sliders;
mod sureness;
mod table;
mod unvisited;
mod ways;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Deserializer};
use shared::priority::{Overseen, Problem, Selection, parse};
use shared::wire::office::{RegionName, RegionView, RoundKind, RoundState, RoundView};
use shared::wire::priority::{FrozenView, MethodView, PriorityView};

use super::admin::faults::FaultTable;
use super::admin::load::Source;
use crate::i18n::{integer_text, texts};
use crate::router::{Route, use_router};
use crate::ui::{EmptyState, Loading, Message, MessageKind, Tabs, live, view};

use capacity::CapacityPage;
use card::VillageCard;
use compare::CompareView;
use decisions::DecisionsView;
use editor::MethodEditor;
use engine::Engine;
use files::{Address, file_links, public_links};
use plots::PlotsPage;
use programme::ProgrammeView;
use sliders::Sliders;
use sureness::Sureness;
use table::RankingTable;
use unvisited::UnvisitedList;
use words::{hash_text, say};

/// A frozen table that is passed around without being copied.
#[derive(Debug, Clone)]
struct Frozen(Arc<FrozenView>);

impl<'de> Deserialize<'de> for Frozen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FrozenView::deserialize(deserializer).map(|view| Frozen(Arc::new(view)))
    }
}

/// Everything that the parts of this page look at; copy it freely.
#[derive(Clone, Copy)]
pub struct Work {
    engine: Engine,
    frozen: StoredValue<Arc<FrozenView>>,
    /// Address of the ranking on the server.
    base: StoredValue<Address>,
    /// Round and method, as addresses name them.
    here: StoredValue<(String, String)>,
    rounds: StoredValue<Vec<RoundView>>,
    methods: Source<Vec<MethodView>>,
}

/// The server's code for more villages than a console takes.
const TOO_LARGE: &str = "ranking_too_large";

/// The parts of the page, by their word in the address.
const VIEWS: [&str; 6] = ["", "selection", "plots", "compare", "capacity", "decisions"];

#[component]
pub(super) fn PriorityPage() -> AnyView {
    let words = &texts().console.priority;
    let rounds = Source::<Vec<RoundView>>::new("/api/v1/rounds");
    let methods = Source::<Vec<MethodView>>::new("/api/v1/methods");
    let content = move || {
        let (no_rounds, no_methods) = (
            rounds.or_empty().get().is_empty(),
            methods.or_empty().get().is_empty(),
        );
        if no_rounds {
            return view! { <main><EmptyState title=words.no_rounds body=words.no_rounds_body test="no-rounds"/></main> };
        }
        if no_methods {
            return view! { <main><EmptyState title=words.no_methods test="no-methods"/></main> };
        }
        view! { <Chosen rounds=rounds.or_empty().get() methods=methods.or_empty().get() known=methods/> }
    };
    rounds.show(move || methods.show(move || content.into_any()))
}

/// Round and method of the address, or those that are most likely meant.
fn chosen_of(route: &Route, rounds: &[RoundView], methods: &[MethodView]) -> (String, String) {
    let usual = rounds
        .iter()
        .filter(|round| round.kind == RoundKind::Real && round.state == RoundState::Open)
        .max_by_key(|round| round.created)
        .or(rounds.first());
    let round = route.value("round").map(str::to_owned);
    let method = route.value("method").map(str::to_owned);
    (
        round.unwrap_or_else(|| usual.map(|round| round.id.to_string()).unwrap_or_default()),
        method.unwrap_or_else(|| methods.first().map(MethodView::key).unwrap_or_default()),
    )
}

#[component]
fn Chosen(
    rounds: Vec<RoundView>,
    methods: Vec<MethodView>,
    /// The same methods, to be asked for again.
    known: Source<Vec<MethodView>>,
) -> AnyView {
    let words = &texts().console.priority;
    let router = use_router();
    let lists = StoredValue::new((rounds.clone(), methods.clone()));
    let chosen = Memo::new(move |_| {
        lists.with_value(|(rounds, methods)| chosen_of(&router.get(), rounds, methods))
    });
    // A part of the country, where all of it is too much for one page.
    let within = Memo::new(move |_| router.get().value("within").unwrap_or_default().to_owned());
    let base = move |(round, method): (String, String)| Address {
        path: format!("/api/v1/rounds/{round}/priority/{method}"),
        within: within.get(),
    };
    let table = Source::<Frozen>::slow("");
    Effect::new(move |_| {
        table.clear();
        table.ask(base(chosen.get()).at("/frozen"));
    });
    let rounds_kept = StoredValue::new(rounds.clone());
    let round_regencies = move || {
        let round = chosen.with(|(round, _)| round.clone());
        let found = rounds_kept.with_value(|rounds| {
            let mut rounds = rounds.iter();
            rounds
                .find(|it| it.id.to_string() == round)
                .map(|it| it.regencies.clone())
        });
        found.unwrap_or_default()
    };
    let is_method = Memo::new(move |_| router.get().value("view") == Some("method"));
    let is_large = Memo::new(move |_| table.refusal().as_deref() == Some(TOO_LARGE));
    let large = move || {
        let key = chosen.get();
        let selects = lists
            .with_value(|(_, methods)| methods.iter().any(|it| it.key() == key.1 && it.selects));
        too_many(&base(key), selects, &round_regencies())
    };
    let method_view = move || {
        let (round, key) = chosen.get();
        let mut rounds = rounds_kept.get_value().into_iter();
        let round = rounds.find(|it| it.id.to_string() == round);
        let back = router.get_untracked().with("view", "").href();
        view! {
            <div class="row"><a class="btn quiet small" href=back data-test="back-to-ranking">"‹ "{words.back_to_ranking}</a></div>
            <MethodEditor key=key round=round methods=known/>
        }
    };
    let seed = Memo::new(move |_| router.get().value("seed").map(str::to_owned));
    // Another round or method is another list: its filters begin anew.
    let choose = move |key: &'static str, value: String| {
        let (round, method) = chosen.get_untracked();
        let fresh = Route::parse("#/prioritas")
            .with("round", &round)
            .with("method", &method)
            .with("within", &within.get_untracked());
        router.replace(&fresh.with(key, &value).href());
    };
    // The address may change without these choosers: each option asks it whether it is meant.
    let round_option = move |round: RoundView| {
        let id = round.id.to_string();
        let name = match round.kind {
            RoundKind::Real => round.name,
            RoundKind::Training => (words.training_mark)(&round.name),
        };
        let value = id.clone();
        let is_chosen = move || chosen.with(|(chosen, _)| *chosen == id);
        view! { <option value=value prop:selected=is_chosen>{name}</option> }
    };
    let method_option = move |method: MethodView| {
        let key = method.key();
        let value = key.clone();
        let name = match &method.stored {
            None => say(&method.label).to_owned(),
            Some(_) => format!("{} ({key})", say(&method.label)),
        };
        let is_chosen = move || chosen.with(|(_, chosen)| *chosen == key);
        view! { <option value=value prop:selected=is_chosen>{name}</option> }
    };
    // A method that the list does not have: else the first would be named in its place.
    let unlisted = move || {
        let (_, key) = chosen.get();
        let is_listed = lists.with_value(|(_, methods)| methods.iter().any(|it| it.key() == key));
        let name = key.clone();
        (!is_listed).then(|| view! { <option value=key prop:selected=true>{name}</option> })
    };
    view! {
        <header class="pagehead">
            <h1>{words.title}</h1>
            <span class="sp"></span>
            <label class="field slim no-print">
                <span class="sr">{words.round}</span>
                <select data-test="priority-round" on:change=move |event| choose("round", event_target_value(&event))>
                    {rounds.into_iter().map(round_option).collect_view()}
                </select>
            </label>
            <label class="field slim no-print">
                <span class="sr">{words.method}</span>
                <select data-test="priority-method" on:change=move |event| choose("method", event_target_value(&event))>
                    {methods.into_iter().map(method_option).collect_view()}
                    {live(unlisted)}
                </select>
            </label>
        </header>
        <main>
            {move || match (is_method.get(), is_large.get()) {
                (true, _) => method_view(),
                (false, true) => large(),
                (false, false) => table.show(move || {
                    let Some(Frozen(frozen)) = table.value.get() else {
                        return ().into_any();
                    };
                    let seed = seed.get().unwrap_or_else(|| frozen.seed.clone());
                    let work = Work {
                        engine: Engine::start(Arc::clone(&frozen), seed),
                        frozen: StoredValue::new(frozen),
                        base: StoredValue::new(untrack(|| base(chosen.get()))),
                        here: StoredValue::new(chosen.get_untracked()),
                        rounds: rounds_kept,
                        methods: known,
                    };
                    result(work)
                }),
            }}
        </main>
    }
}

/// How to decide about more villages than this page ranks; `base` is the address of the ranking, and `selects` says
/// whether its method chooses anybody. A round of several provinces is ranked here by province.
fn too_many(base: &Address, selects: bool, regencies: &[RegionName]) -> AnyView {
    let words = &texts().console.ruling;
    let export = texts().console.priority.export_selection;
    let selection = selects.then(|| {
        let href = base.at("/selection.csv");
        view! { <a class="btn small" href=href download="" data-test="export-selection">{export}</a> }
    });
    view! {
        <section class="panel pad stack" data-test="too-many">
            <h2>{words.too_many}</h2>
            <p>{words.too_many_body}</p>
            <ProvinceLinks regencies=regencies.to_vec()/>
            <div class="files">
                {file_links(base)}
                {selection}
            </div>
        </section>
    }
}

/// The provinces of a round, each with how many of its kabupaten take part.
#[component]
fn ProvinceLinks(regencies: Vec<RegionName>) -> AnyView {
    let names = Source::<Vec<RegionView>>::new("/api/v1/regions?level=province&limit=100");
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for regency in &regencies {
        let code = regency.code.as_str();
        let province = code.split_once('.').map_or(code, |(province, _)| province);
        *counts.entry(province.to_owned()).or_default() += 1;
    }
    let router = use_router();
    let content = move || {
        let names = names.or_empty().get();
        let route = router.get_untracked().with("page", "").with("area", "");
        let link = |(code, count): (&String, &i64)| {
            let found = names.iter().find(|it| it.code.as_str() == code);
            let name = found.map_or_else(|| code.clone(), |it| it.name.clone());
            let href = route.with("within", code).href();
            let test = format!("within-{code}");
            view! { <a class="filter" href=href data-test=test>{name} <b class="num">{integer_text(*count)}</b></a> }
        };
        counts.iter().map(link).collect_view()
    };
    view! { <div class="filters">{live(content)}</div> }
}

/// Everything below the choice of round and method.
fn result(work: Work) -> AnyView {
    // Only another state of the ranking builds the page anew; its parts follow the ranking themselves.
    let state = Memo::new(move |_| match work.engine.base() {
        None => State::Waiting,
        Some(Ok(_)) => State::There,
        Some(Err(problems)) => State::Faulty(problems),
    });
    let content = move || match state.get() {
        State::Waiting => view! { <Loading text=texts().console.priority.computing/> },
        State::Faulty(problems) => faulty(&problems),
        State::There => parts(work),
    };
    content.into_any()
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Waiting,
    There,
    Faulty(Vec<Problem>),
}

/// What is wrong with a method, all at once.
fn faulty(problems: &[Problem]) -> AnyView {
    let words = &texts().console.deciding;
    let fault = |problem: &Problem| (problem.place.clone(), say(&problem.text).to_owned());
    let faults: Vec<(String, String)> = problems.iter().map(fault).collect();
    let all = faults.len() as u64;
    view! {
        <Message kind=MessageKind::Error test="method-faults">{words.method_faults}</Message>
        <FaultTable faults=faults all=all/>
    }
}

fn parts(work: Work) -> AnyView {
    let router = use_router();
    let village = Memo::new(move |_| router.get().value("village").map(str::to_owned));
    let chosen = Memo::new(move |_| {
        let route = router.get();
        let wanted = route.value("view").unwrap_or_default();
        VIEWS
            .into_iter()
            .find(|view| *view == wanted)
            .unwrap_or(VIEWS[0])
    });
    let body = move || match chosen.get() {
        "selection" => selection(work),
        "plots" => view! { <Sliders work=work/> <PlotsPage work=work/> },
        "compare" => compare(work),
        "capacity" => {
            view! { <CapacityPage work=work/> }
        }
        "decisions" => view! { <DecisionsView work=work/> },
        _ => view! {
            <Sliders work=work/>
            <Sureness work=work/>
            <RankingTable work=work/>
            <UnvisitedList work=work/>
        },
    };
    let content = move || {
        if let Some(code) = village.get() {
            return view! { <VillageCard work=work code/> };
        }
        view! {
            {move || work.engine.view().map(|view| banner(&view, work))}
            {tabs(work, chosen)}
            {body}
        }
    };
    content.into_any()
}

fn compare(work: Work) -> AnyView {
    let (rounds, methods) = (
        work.rounds.get_value(),
        work.methods.or_empty().get_untracked(),
    );
    view! { <CompareView work=work rounds=rounds methods=methods/> }
}

fn selection(work: Work) -> AnyView {
    let content = move || {
        let view = work.engine.view()?;
        Some(view! { <ProgrammeView work=work view=view/> })
    };
    content.into_any()
}

/// What was counted and what was not, by which method, and the way to the files.
fn banner(view: &PriorityView, work: Work) -> AnyView {
    let base = work.base.get_value();
    let words = &texts().console.priority;
    let figure = |count: usize, word: &'static str, test: &'static str| {
        let count = integer_text(count as i64);
        view! { <div><dt>{word}</dt><dd class="num" data-test=test>{count}</dd></div> }
    };
    let held = view
        .ranking
        .units
        .iter()
        .filter(|unit| unit.status == shared::priority::Status::Held);
    let chosen = view
        .selection
        .as_ref()
        .map(|selection| figure(selection.chosen.len(), words.chosen_count, "count-chosen"));
    let kawasan = view.selection.as_ref().map(|it| it.kawasan.len());
    let kawasan = kawasan.filter(|count| 0 < *count);
    let kawasan_word = texts().console.ruling.kawasan_figure;
    let kawasan = kawasan.map(|count| figure(count, kawasan_word, "count-kawasan"));
    let method = &view.ranking.method;
    let identity = (words.method_is)(
        say(&method.label),
        &method.version,
        &hash_text(&method.hash),
    );
    let estimate = method.estimate.then(|| {
        view! {
            <Message kind=MessageKind::Doubt test="estimate"><b>{words.estimate}</b> <span>{words.estimate_body}</span></Message>
        }
    });
    let last_round = work.frozen.with_value(|frozen| frozen.last_round.clone());
    let last_round = last_round.map(|round| {
        let text = (texts().console.deciding.filled_from)(&round);
        view! { <small class="muted" data-test="filled-from">{text}</small> }
    });
    let selection = view.selection.is_some().then(|| {
        let href = base.at("/selection.csv");
        view! { <a class="btn small" href=href download="" data-test="export-selection">{words.export_selection}</a> }
    });
    let beyond = work.engine.strangers().beyond;
    let beyond = (0 < beyond).then(|| {
        let text = (texts().console.ruling.beyond)(beyond);
        view! { <Message test="beyond">{text}</Message> }
    });
    let overseen = work.frozen.with_value(|frozen| {
        let names = frozen.overseen.iter().map(|it| it.name.clone());
        names.collect::<Vec<_>>().join(", ")
    });
    let overseen = (!overseen.is_empty()).then(|| {
        let text = (texts().console.ruling.overseen)(&overseen);
        // Whoever chose a part goes back to the whole.
        let route = use_router().get_untracked().with("page", "").with("area", "");
        let back = (!base.within.is_empty()).then(|| {
            let href = route.with("within", "").href();
            view! { " " <a href=href data-test="within-all">{texts().console.ruling.within_all}</a> }
        });
        view! { <small data-test="overseen">{text} {back}</small> }
    });
    view! {
        <section class="panel banner">
            <dl class="figures">
                {figure(view.approved as usize, words.approved, "count-approved")}
                {figure(view.unapproved as usize, words.unapproved, "count-unapproved")}
                {figure(held.count(), words.held, "count-held")}
                {kawasan}
                {chosen}
            </dl>
            <div class="foot">
                <div class="what">
                    <small class="muted num" title=method.hash.clone() data-test="method-identity">{identity}</small>
                    {last_round}
                    {overseen}
                </div>
                <div class="files" data-test="files">{file_links(&base)} {selection}</div>
                {public_links(&base)}
            </div>
        </section>
        {estimate}
        {beyond}
        {cautions(&cautioned(work, view.selection.as_ref()))}
    }
}

/// What somebody should look at in the method before deciding by it, of what the reader oversees.
fn cautioned(work: Work, selection: Option<&Selection>) -> Vec<Problem> {
    let mut cautioned = work.engine.strangers().problems.clone();
    let oversized: Vec<Problem> = selection.iter().flat_map(|it| it.oversized()).collect();
    let own = work.frozen.with_value(|frozen| {
        let overseen = frozen.overseen.iter().map(|it| it.code.to_string());
        let overseen: Vec<String> = overseen.collect();
        let method = parse(&frozen.document).ok()?;
        Some(Overseen::of(&overseen).own_quotas(&method, oversized.clone()))
    });
    cautioned.extend(own.unwrap_or(oversized));
    cautioned
}

/// So many cautions are named on a screen or sheet; the others are counted.
const CAUTIONS_SHOWN_MAX: usize = 20;

/// Codes that name nobody, and quotas that ask for more than there is, as screen and paper list them.
fn cautions(problems: &[Problem]) -> Option<AnyView> {
    let words = &texts().console.ruling;
    if problems.is_empty() {
        return None;
    }
    let item = |it: &Problem| {
        view! { <li><code>{it.place.clone()}</code> ": " {say(&it.text).to_owned()}</li> }
    };
    let shown: Vec<AnyView> = problems.iter().take(CAUTIONS_SHOWN_MAX).map(item).collect();
    let rest = problems.len().saturating_sub(CAUTIONS_SHOWN_MAX);
    let rest = (0 < rest).then(|| view! { <li>{(words.cautions_more)(rest)}</li> });
    Some(view! {
        <Message kind=MessageKind::Doubt test="cautions">
            <b>{words.cautions}</b>
            <ul>{shown} {rest}</ul>
        </Message>
    })
}

fn tabs(work: Work, chosen: Memo<&'static str>) -> AnyView {
    let words = &texts().console.priority;
    // By the method itself, untracked: a trial must not build the page anew, whose sliders would begin the next trial.
    let base = untrack(|| work.engine.base_ranking());
    let selects = base.is_some_and(|view| view.selection.is_some());
    let route = use_router()
        .get_untracked()
        .with("page", "")
        .with("decision", "");
    let item = |key: &str, title: &str| {
        let test = if key.is_empty() { "ranking" } else { key };
        (
            test.to_owned(),
            title.to_owned(),
            route.with("view", key).href(),
        )
    };
    let mut items = vec![item("", words.ranking)];
    if selects {
        items.push(item("selection", words.programme));
    }
    items.push(item("plots", texts().console.plots.tab));
    items.push(item("compare", texts().console.deciding.compare_tab));
    items.push(item("capacity", texts().console.deciding.capacity_tab));
    items.push(item("decisions", texts().console.deciding.decisions));
    items.push(item("method", texts().console.deciding.method_tab));
    let chosen = Signal::derive(move || {
        let key = chosen.get();
        if key.is_empty() { "ranking" } else { key }.to_owned()
    });
    view! { <Tabs items=items chosen=chosen label=words.title/> }
}
