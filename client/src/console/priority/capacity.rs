//! Capacity: whether mills, stores and markets fit what their kabupaten harvests, month by month.
//!
//! Always: hours, days, factors and yields may be assumed otherwise, and the result says so; those that were used stand
//! beside it with their sources; what could not be counted is told; the year of the factors is the round's, and is seen.
//! Never: guesses a factor, a commodity without one is named with what is missing; reads a clock.

mod demand;
mod own;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Deserializer};
use shared::priority::{
    Assumptions, Balance, Facility, Harvest, KAPASITAS, PASOKAN_IKN, Problem, Service, Shipped,
    balances, balances_csv, months_csv, parse_assumptions, read_facilities, read_harvests,
};
use shared::time::{Millis, Moment};
use shared::wire::priority::CapacityView;

use super::Work;
use super::files::Address;
use super::words::{say, score_text};
use crate::console::admin::faults::FaultTable;
use crate::console::admin::load::Source;
use crate::i18n::{integer_text, texts};
use crate::platform;
use crate::router::{Route, use_router};
use crate::ui::{
    Button, ChipKind, EmptyState, Field, FieldKind, Message, MessageKind, Note, ROWS_PER_PAGE,
    live, pager, view,
};

use own::Own;

/// Tables that are passed around without being copied.
#[derive(Debug, Clone)]
struct Told(Arc<CapacityView>);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CapacityView::deserialize(deserializer).map(|view| Told(Arc::new(view)))
    }
}

/// Both tables, read.
#[derive(Debug, Clone, PartialEq)]
struct Tables {
    harvests: Vec<Harvest>,
    facilities: Vec<Facility>,
}

/// Where the round's year is that of its opening, whatever device looks at it: in Jakarta.
const ROUND_ZONE_MINUTES: i16 = 420;
const YEARS: std::ops::RangeInclusive<u16> = 1900..=2200;

/// Documents of assumptions that ship; the second counts supply against demand.
const DOCUMENTS: [Shipped; 2] = [KAPASITAS, PASOKAN_IKN];

/// What was chosen above the balances; it stands in the address.
#[derive(Debug, Clone, Copy)]
struct Basis {
    document: Memo<Shipped>,
    /// As it is typed.
    year: RwSignal<String>,
    /// Of the round, where that is known.
    round_year: Option<u16>,
}

impl Basis {
    /// None where it is no year.
    fn year(self) -> Option<u16> {
        let year = self.year.with(|text| text.trim().parse().ok());
        year.filter(|it| YEARS.contains(it))
    }
}

#[component]
pub fn CapacityPage(work: Work) -> AnyView {
    let (round, method) = work.here.get_value();
    let address = Address {
        path: format!("/api/v1/rounds/{round}"),
        within: work.base.with_value(|base| base.within.clone()),
    };
    let told = Source::<Told>::slow(address.at("/capacity"));
    let rounds = work.rounds.get_value();
    let round = rounds.into_iter().find(|it| it.id.to_string() == round);
    let round_year = round.and_then(|it| year_of(it.created));
    let router = use_router();
    let usual = match method.starts_with(MITRA_IKN_ID) {
        true => PASOKAN_IKN,
        false => KAPASITAS,
    };
    let document = Memo::new(move |_| {
        let route = router.get();
        let wanted = route.value("assumptions").map(str::to_owned);
        let mut all = DOCUMENTS.into_iter();
        let found = all.find(|it| wanted.as_deref() == Some(name_of(it)));
        found.unwrap_or(usual)
    });
    let typed = router.get_untracked().value("year").map(str::to_owned);
    let year = typed.unwrap_or_else(|| usual_year(round_year, document.get_untracked()));
    let year = RwSignal::new(year);
    let basis = Basis {
        document,
        year,
        round_year,
    };
    told.show(move || match told.value.get() {
        Some(Told(told)) => content(told, basis),
        None => ().into_any(),
    })
}

/// The method whose villages are to supply others.
const MITRA_IKN_ID: &str = "mitra_ikn";

/// The name of a document in the address.
fn name_of(document: &Shipped) -> &'static str {
    let name = document.file.strip_suffix(".toml");
    name.unwrap_or(document.file)
}

fn year_of(opened: Millis) -> Option<u16> {
    let moment = Moment {
        wall: opened,
        zone_minutes: ROUND_ZONE_MINUTES,
    };
    let (year, _, _) = moment.date().calendar();
    u16::try_from(year).ok()
}

/// The round's year; else the newest that the document knows, never that of a clock: one round gives one result.
fn usual_year(round: Option<u16>, document: Shipped) -> String {
    let newest = || {
        let assumptions = parse_assumptions(document.document).ok()?;
        let factors = assumptions.factors.iter().map(|it| it.year);
        factors
            .chain(assumptions.yields.iter().map(|it| it.year))
            .max()
    };
    let year = round.or_else(newest);
    year.map_or_else(String::new, |it| it.to_string())
}

fn content(told: Arc<CapacityView>, basis: Basis) -> AnyView {
    let words = &texts().console.deciding;
    let read = read_harvests(told.harvests.as_bytes())
        .and_then(|harvests| Ok((harvests, read_facilities(told.facilities.as_bytes())?)));
    let tables = match read {
        Ok((harvests, facilities)) => Tables {
            harvests,
            facilities,
        },
        Err(problems) => return super::faulty(&problems),
    };
    if tables.harvests.is_empty() && tables.facilities.is_empty() {
        return view! { <EmptyState title=words.capacity_none body=words.capacity_none_body test="capacity-none"/> };
    }
    let tables = Arc::new(tables);
    let left_out = (0 < told.left_out).then(|| {
        let text = (words.capacity_left_out)(told.left_out);
        view! { <p class="small muted">{text}</p> }
    });
    let own = Own::of_address();
    let body = move || {
        let Ok(assumptions) = parse_assumptions(basis.document.get().document) else {
            return ().into_any();
        };
        let (told, tables) = (Arc::clone(&told), Arc::clone(&tables));
        match basis.document.get() == PASOKAN_IKN {
            true => demand::supply_and_demand(told, tables, assumptions, (basis, own)),
            false => facilities(told, tables, assumptions, (basis, own)),
        }
    };
    view! {
        {basis_panel(basis)}
        {left_out}
        {live(body)}
    }
}

/// Which assumptions, and the factors of which year.
fn basis_panel(basis: Basis) -> AnyView {
    let words = &texts().console.ruling;
    let router = use_router();
    let choose = move |event| {
        let route = router.get_untracked().with("area", "");
        let value = event_target_value(&event);
        router.replace(&route.with("assumptions", &value).href());
    };
    let option = |document: Shipped| {
        let assumptions = parse_assumptions(document.document);
        let label = assumptions.map(|it| say(&it.label).to_owned());
        let is_chosen = basis.document.get_untracked() == document;
        view! {
            <option value=name_of(&document) selected=is_chosen>
                {label.unwrap_or_else(|_| document.file.to_owned())}
            </option>
        }
    };
    let round = basis.round_year.map(|it| it.to_string());
    let round = round
        .map(|it| (words.round_opened)(&it))
        .unwrap_or_default();
    let hint = (words.factor_year_hint)(&round).trim_end().to_owned();
    let typed = move |text: String| {
        basis.year.set(text.clone());
        let route = router.get_untracked();
        router.replace(&route.with("year", &text).href());
    };
    let note = Signal::derive(move || {
        let invalid = basis.year().is_none();
        invalid.then(|| Note::error(words.factor_year_invalid))
    });
    view! {
        <section class="panel pad stack tight no-print" data-test="basis">
            <div class="grid row-of">
                <label class="q plain">
                    <span class="label">{words.assumptions}</span>
                    <span class="field"><select data-test="assumptions" on:change=choose>
                        {DOCUMENTS.map(option).into_iter().collect_view()}
                    </select></span>
                </label>
                <Field id="factor-year" label=words.factor_year value=basis.year kind=FieldKind::Integer plain=true
                    hint=hint note=note on_input=typed/>
            </div>
        </section>
    }
}

/// What is installed against what is harvested.
fn facilities(
    told: Arc<CapacityView>,
    tables: Arc<Tables>,
    assumptions: Assumptions,
    (basis, own): (Basis, Own),
) -> AnyView {
    let operation = own.operation(&assumptions, &tables);
    let documented = StoredValue::new(assumptions);
    let factors = own.factors(&told, &tables, documented, basis);
    let tried = tried(own, documented);
    let result = Memo::new(move |_| {
        let (assumptions, year) = (tried.get()?, basis.year()?);
        let mut facilities = tables.facilities.clone();
        if own.is_everywhere() {
            for facility in &mut facilities {
                facility.hours_per_day = None;
                facility.days_per_year = None;
            }
        }
        let counted = counted(&assumptions, year, &tables.harvests, facilities);
        Some(Shared(Arc::new(counted)))
    });
    let body = move || match result.get() {
        None => impossible(tried),
        Some(Shared(counted)) => shown(&counted, &told, documented, Against::Facilities),
    };
    view! {
        {operation}
        {factors}
        {own.notice(documented)}
        {live(body)}
    }
}

/// The document with what somebody assumes in its place.
fn tried(own: Own, documented: StoredValue<Assumptions>) -> Memo<Option<Assumptions>> {
    Memo::new(move |_| documented.with_value(|it| own.applied(it)))
}

/// Why nothing is counted; the year says itself what is wrong with it.
fn impossible(tried: Memo<Option<Assumptions>>) -> AnyView {
    let words = &texts().console.deciding;
    let is_impossible = tried.with(Option::is_none);
    let said = is_impossible.then(|| {
        view! { <Message kind=MessageKind::Error test="operation-invalid">{words.operation_invalid}</Message> }
    });
    said.into_any()
}

/// What a supply is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Against {
    Facilities,
    Demand,
}

/// What came out, and what could not be counted.
#[derive(Debug, Default)]
struct Counted {
    balances: Vec<Balance>,
    problems: Vec<Problem>,
}

/// A result that is compared by being the same one.
#[derive(Debug, Clone)]
struct Shared(Arc<Counted>);

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Compares commodity by commodity, so that one without a factor does not hide the others; then the markets of all.
fn counted(
    assumptions: &Assumptions,
    year: u16,
    harvests: &[Harvest],
    facilities: Vec<Facility>,
) -> Counted {
    let mut by_commodity: BTreeMap<&str, (Vec<Harvest>, Vec<Facility>)> = BTreeMap::new();
    for harvest in harvests {
        let name = assumptions.commodity_of(&harvest.commodity);
        by_commodity
            .entry(name)
            .or_default()
            .0
            .push(harvest.clone());
    }
    let (markets, facilities): (Vec<Facility>, Vec<Facility>) = facilities
        .into_iter()
        .partition(|it| it.commodity.is_empty());
    for facility in &facilities {
        let name = assumptions.commodity_of(&facility.commodity);
        by_commodity
            .entry(name)
            .or_default()
            .1
            .push(facility.clone());
    }
    let mut counted = Counted::default();
    let mut sold = Vec::new();
    for (harvests, facilities) in by_commodity.into_values() {
        match balances(assumptions, year, &harvests, &facilities) {
            Ok(found) => {
                counted.balances.extend(found);
                sold.extend(harvests);
            }
            Err(problems) => counted.problems.extend(problems),
        }
    }
    match balances(assumptions, year, &sold, &markets) {
        Ok(found) => {
            let markets = found.into_iter().filter(|it| it.commodity.is_empty());
            counted.balances.extend(markets);
        }
        Err(problems) => counted.problems.extend(problems),
    }
    let place = |it: &Balance| (it.catchment.clone(), it.service, it.commodity.clone());
    counted.balances.sort_by_key(place);
    counted
}

fn shown(
    counted: &Arc<Counted>,
    told: &Arc<CapacityView>,
    assumptions: StoredValue<Assumptions>,
    against: Against,
) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let route = router.get();
    let area = route.value("area").unwrap_or_default().to_owned();
    let export = |name: &'static str, make: fn(&Assumptions, &[Balance]) -> String| {
        let counted = Arc::clone(counted);
        move |_: leptos::ev::MouseEvent| {
            let text = assumptions.with_value(|assumptions| make(assumptions, &counted.balances));
            platform::download_text(name, &text);
        }
    };
    let here = counted.balances.iter();
    let here = here.filter(|it| area.is_empty() || it.catchment == area);
    let here: Vec<&Balance> = here.collect();
    let page = page_of(&route, here.len());
    let cards: Vec<AnyView> = assumptions.with_value(|assumptions| {
        let some = here.iter().skip(page * ROWS_PER_PAGE).take(ROWS_PER_PAGE);
        some.map(|balance| card(balance, told, assumptions, against))
            .collect()
    });
    let pager = (ROWS_PER_PAGE < here.len())
        .then(|| view! { <div class="panel">{pager(page, here.len())}</div> });
    let faults: Vec<(String, String)> = counted
        .problems
        .iter()
        .map(|problem| (problem.place.clone(), say(&problem.text).to_owned()))
        .collect();
    let not_counted = (!faults.is_empty()).then(|| {
        let all = faults.len() as u64;
        view! {
            <details class="panel" data-test="capacity-faults">
                <summary><b>{words.capacity_faults}</b><small class="num">{integer_text(all as i64)}</small></summary>
                <FaultTable faults=faults all=all/>
            </details>
        }
    });
    view! {
        <div class="row no-print">
            {area_select(counted, told, &router.get_untracked())}
            <span class="sp"></span>
            <Button small=true test="balances-csv" on_press=export("kapasitas.csv", balances_csv)>{words.balances_csv}</Button>
            <Button small=true test="months-csv" on_press=export("kapasitas-bulan.csv", months_csv)>{words.months_csv}</Button>
        </div>
        <div class="stack" data-test="balances">{cards}</div>
        {pager}
        {not_counted}
    }
}

/// The page of the address, counted from 0 and never behind the last.
fn page_of(route: &Route, count: usize) -> usize {
    let wanted = route.value("page").and_then(|it| it.parse::<usize>().ok());
    let last = count.saturating_sub(1) / ROWS_PER_PAGE;
    wanted.unwrap_or(1).saturating_sub(1).min(last)
}

fn area_name(told: &CapacityView, code: &str) -> String {
    let mut areas = told.areas.iter();
    let found = areas.find(|area| area.code.as_str() == code);
    found.map_or_else(|| code.to_owned(), |area| area.name.clone())
}

fn area_select(counted: &Counted, told: &CapacityView, route: &Route) -> AnyView {
    let priority = &texts().console.priority;
    let router = use_router();
    let codes: BTreeSet<&str> = counted
        .balances
        .iter()
        .map(|it| it.catchment.as_str())
        .collect();
    let chosen = route.value("area").unwrap_or_default().to_owned();
    let option = |code: &str| {
        let is_chosen = chosen == code;
        view! { <option value=code.to_owned() selected=is_chosen>{area_name(told, code)}</option> }
    };
    let choose = move |event| {
        let route = router.get_untracked().with("page", "");
        router.replace(&route.with("area", &event_target_value(&event)).href());
    };
    view! {
        <label class="field slim">
            <span class="sr">{priority.area}</span>
            <select data-test="capacity-area" on:change=choose>
                <option value="">{priority.all_regencies}</option>
                {codes.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// One service for one commodity: the year in words and numbers, and its twelve months.
fn card(
    balance: &Balance,
    told: &CapacityView,
    assumptions: &Assumptions,
    against: Against,
) -> AnyView {
    let words = &texts().console.deciding;
    let commodity = assumptions.commodities.iter();
    let mut commodity = commodity.filter(|it| it.id == balance.commodity);
    let commodity = match (balance.commodity.as_str(), commodity.next()) {
        ("", _) => words.all_commodities.to_owned(),
        (_, Some(known)) => say(&known.label).to_owned(),
        (name, None) => name.replace('_', " "),
    };
    let service = match (against, balance.service) {
        (Against::Demand, _) => texts().console.ruling.service_demand,
        (Against::Facilities, Service::Process) => words.service_process,
        (Against::Facilities, Service::Store) => words.service_store,
        (Against::Facilities, Service::Sell) => words.service_sell,
    };
    let said = match against {
        // Above stands whose it is, by name.
        Against::Facilities => {
            let (said, code) = (say(&balance.words), format!("{}, ", balance.catchment));
            said.strip_prefix(&code).unwrap_or(said).to_owned()
        }
        Against::Demand => demand::in_words(balance),
    };
    let band = |place: Option<usize>| {
        let band = assumptions.bands.get(place?)?;
        Some(say(&band.label).to_owned())
    };
    let chip = band(balance.band).map(|word| {
        view! { <span class=ChipKind::Info.class() data-test="band">{word}</span> }
    });
    let notes = balance.notes.iter().chain(&balance.used);
    let notes: Vec<AnyView> = notes
        .map(|text| view! { <li>{say(text).to_owned()}</li> })
        .collect();
    let sources = (!notes.is_empty()).then(|| {
        view! { <details><summary>{words.capacity_sources}</summary><ul class="reasons pad small">{notes}</ul></details> }
    });
    let title = format!("{service}, {commodity}");
    let test = format!("balance-{}-{}", balance.catchment, balance.commodity);
    view! {
        <section class="panel" data-test=test>
            <div class="pad stack tight">
                <div class="row">
                    <h3>{title}</h3>
                    <span class="muted">{area_name(told, &balance.catchment)}</span>
                    <span class="sp"></span>
                    {chip}
                </div>
                <p>{said}</p>
            </div>
            {months(balance, &band, against)}
            {sources}
        </section>
    }
}

/// Bars for the eye, and the same numbers in a table.
fn months(
    balance: &Balance,
    band: &dyn Fn(Option<usize>) -> Option<String>,
    against: Against,
) -> AnyView {
    let words = &texts().console.deciding;
    let most = balance
        .months
        .iter()
        .flat_map(|it| [it.supply_t, it.capacity_t]);
    let most = most.fold(0.0, f64::max);
    if most <= 0.0 {
        return ().into_any();
    }
    let tonnes = |value: f64| integer_text(value.round() as i64);
    let height = |value: f64| format!("{:.1}", value / most * 60.0);
    let bars = balance.months.iter().enumerate().map(|(place, month)| {
        let x = format!("{}", place * 20 + 3);
        let (supply, capacity) = (height(month.supply_t), month.capacity_t / most * 60.0);
        let top = format!("{:.1}", 62.0 - month.supply_t / most * 60.0);
        let line = format!("M{} {:.1}H{}", place * 20 + 1, 62.0 - capacity, place * 20 + 19);
        view! { <rect class="filled" x=x y=top width="14" height=supply></rect><path class="limit" d=line></path> }
    });
    let head = words
        .month_names
        .iter()
        .map(|name| view! { <th scope="col" class="number">{*name}</th> });
    let row = |title: &'static str, cells: Vec<String>| {
        let cells = cells
            .into_iter()
            .map(|cell| view! { <td class="number num">{cell}</td> });
        view! { <tr><th scope="row">{title}</th>{cells.collect_view()}</tr> }
    };
    let each = |of: fn(&shared::priority::Month) -> f64| {
        balance
            .months
            .iter()
            .map(|month| tonnes(of(month)))
            .collect::<Vec<String>>()
    };
    let share = |month: &shared::priority::Month| {
        let share = month
            .utilisation
            .map(|it| format!("{}%", score_text(it * 100.0, 0)));
        share.unwrap_or_else(|| "–".to_owned())
    };
    let shares = balance.months.iter().map(share).collect();
    let bands = balance.months.iter();
    let bands = bands.map(|it| band(it.band).unwrap_or_else(|| "–".to_owned()));
    let title = match against {
        Against::Facilities => words.month_capacity,
        Against::Demand => texts().console.ruling.month_demand,
    };
    // Without a demand nothing is compared.
    let compares = against == Against::Facilities || 0.0 < balance.existing_t;
    let capacity = compares.then(|| row(title, each(|month| month.capacity_t)));
    let share = compares.then(|| row(words.month_share, shares));
    let bands = compares.then(|| row(words.month_band, bands.collect()));
    // What waits for a mill is no question of a demand.
    let waiting = (against == Against::Facilities)
        .then(|| row(words.month_waiting, each(|month| month.waiting_t)));
    view! {
        <svg class="months" viewBox="0 0 240 64" preserveAspectRatio="none" aria-hidden="true">{bars.collect_view()}</svg>
        <div class="table-scroll" tabindex="0" role="region" aria-label=words.month_by_month>
            <table class="compact">
                <thead><tr><th scope="col">{words.month_by_month}</th>{head.collect_view()}</tr></thead>
                <tbody>
                    {row(words.month_supply, each(|month| month.supply_t))}
                    {capacity}
                    {waiting}
                    {share}
                    {bands}
                </tbody>
            </table>
        </div>
    }
}
