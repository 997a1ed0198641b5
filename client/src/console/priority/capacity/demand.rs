//! What partner areas supply in a year and month by month against what is eaten, by kabupaten or cluster.
//!
//! Always: the demand is what somebody typed, in tonnes a year, and stands in the address with commodity and clusters,
//! so that a link shows the same; facilities of villages do not count here.
//! Never: guesses a demand; without one only the supply is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{Assumptions, Balance, CapacityUnit, Facility, Standing};
use shared::wire::priority::CapacityView;

use super::super::words::{say, score_text};
use super::own::Own;
use super::{Against, Basis, Shared, Tables, counted, impossible, shown, tried};
use crate::i18n::{integer_text, texts};
use crate::router::{Route, use_router};
use crate::ui::{Field, FieldKind, Message, MessageKind, live, view};

/// Texts by kabupaten, as they are typed.
type Typed = RwSignal<BTreeMap<String, String>>;
/// Tonnes by commodity and kabupaten, as they are typed.
type Demands = RwSignal<BTreeMap<(String, String), String>>;

/// In the address: the commodity that is looked at; `padi:53.21:1.200~jagung:53.01:40`; `53.21:Timor~53.01:Timor`.
const COMMODITY: &str = "commodity";
const DEMANDS: &str = "demand";
const CLUSTERS: &str = "cluster";
/// What one address keeps; browsers and messengers cut off much longer ones.
const KEPT_MAX: usize = 200;
const KEPT_TEXT_MAX: usize = 40;

/// What an address keeps of one kind, by what stands before the last colon.
pub(super) fn typed_of<'r>(
    route: &'r Route,
    key: &str,
) -> impl Iterator<Item = (String, String)> + 'r {
    let pairs = route.value(key).unwrap_or_default().split('~');
    let pairs = pairs.filter_map(|it| it.rsplit_once(':'));
    let text = |text: &str| text.chars().take(KEPT_TEXT_MAX).collect();
    pairs
        .take(KEPT_MAX)
        .map(move |(place, typed)| (place.to_owned(), text(typed)))
}

fn demands_of(route: &Route) -> BTreeMap<(String, String), String> {
    let typed = typed_of(route, DEMANDS);
    let each = typed.filter_map(|(place, text)| {
        let (commodity, area) = place.rsplit_once(':')?;
        Some(((commodity.to_owned(), area.to_owned()), text))
    });
    each.collect()
}

/// As [`typed_of`] reads it. The signs that part the pairs are not kept.
pub(super) fn address_of<'t>(pairs: impl Iterator<Item = (String, &'t String)>) -> String {
    let filled = pairs.filter(|(_, text)| !text.trim().is_empty());
    let kept = filled.take(KEPT_MAX).map(|(place, text)| {
        let plain = text.chars().filter(|it| !matches!(it, '~' | ':'));
        let text: String = plain.take(KEPT_TEXT_MAX).collect();
        format!("{place}:{text}")
    });
    kept.collect::<Vec<_>>().join("~")
}

pub(super) fn supply_and_demand(
    told: Arc<CapacityView>,
    tables: Arc<Tables>,
    assumptions: Assumptions,
    (basis, own): (Basis, Own),
) -> AnyView {
    let words = &texts().console.ruling;
    let commodities = commodities(&tables, &assumptions);
    let router = use_router();
    let route = router.get_untracked();
    let wanted = route.value(COMMODITY);
    let known = commodities.iter().find(|it| Some(it.0.as_str()) == wanted);
    let first = known.or(commodities.first()).map(|it| it.0.clone());
    let commodity = RwSignal::new(first);
    // By commodity and kabupaten.
    let demands: Demands = RwSignal::new(demands_of(&route));
    let clusters: Typed = RwSignal::new(typed_of(&route, CLUSTERS).collect());
    let choose = move |event| {
        let id = event_target_value(&event);
        router.replace(&router.get_untracked().with(COMMODITY, &id).href());
        commodity.set(Some(id));
    };
    let documented = StoredValue::new(assumptions);
    let factors = own.factors(&told, &tables, documented, basis);
    let tried = tried(own, documented);
    let needed = Memo::new(move |_| {
        demands.with(|demands| {
            let filled = demands.iter().filter(|(_, text)| !text.trim().is_empty());
            let number = |text: &String| {
                let tonnes = text
                    .trim()
                    .replace('.', "")
                    .replace(',', ".")
                    .parse::<f64>();
                tonnes.ok().filter(|it| 0.0 < *it && it.is_finite())
            };
            let each = filled.map(|(place, text)| Some((place.clone(), number(text)?)));
            each.collect::<Option<Vec<((String, String), f64)>>>()
        })
    });
    let result = Memo::new(move |_| {
        let (assumptions, year, needed) = (tried.get()?, basis.year()?, needed.get()?);
        let counted = clusters.with(|clusters| {
            let harvests = tables.harvests.iter().cloned().map(|mut harvest| {
                harvest.catchment = cluster_of(clusters, &harvest.catchment);
                // A village eats the rest itself.
                harvest.available = harvest.sold.unwrap_or(harvest.available);
                harvest
            });
            let harvests: Vec<_> = harvests.collect();
            let days = assumptions.operation.days_per_year;
            let facilities = needed
                .into_iter()
                .map(|((commodity, area), tonnes)| Facility {
                    catchment: cluster_of(clusters, &area),
                    region: area,
                    name: words.demand.to_owned(),
                    commodity,
                    unit: CapacityUnit::TonnesPerDay,
                    capacity: tonnes / days,
                    hours_per_day: None,
                    days_per_year: None,
                    standing: Standing::Running,
                });
            counted(&assumptions, year, &harvests, facilities.collect())
        });
        Some(Shared(Arc::new(counted)))
    });
    let areas: Vec<(String, String)> = told
        .areas
        .iter()
        .map(|area| (area.code.as_str().to_owned(), area.name.clone()))
        .collect();
    let areas = StoredValue::new(areas);
    let rows = move || {
        let commodity = commodity.get()?;
        let rows = areas.with_value(|areas| {
            let row = |(code, name): &(String, String)| {
                area_row(code, name, &commodity, demands, clusters)
            };
            areas.iter().map(row).collect_view()
        });
        Some(rows)
    };
    let option = |(id, label): &(String, String)| {
        let is_chosen = commodity.with_untracked(|it| it.as_deref() == Some(id));
        view! { <option value=id.clone() selected=is_chosen>{label.clone()}</option> }
    };
    let options = commodities.iter().map(option).collect_view();
    let body = move || match (needed.get(), result.get()) {
        (None, _) => {
            view! { <Message kind=MessageKind::Error test="demand-invalid">{words.demand_invalid}</Message> }
        }
        (Some(_), None) => impossible(tried),
        (Some(needed), Some(Shared(counted))) => {
            let none = needed.is_empty().then(|| {
                view! { <Message kind=MessageKind::Doubt test="demand-none">{words.demand_none}</Message> }
            });
            view! { {none} {shown(&counted, &told, documented, Against::Demand)} }
        }
    };
    view! {
        <section class="panel pad stack tight no-print" data-test="demand">
            <h2>{words.demand}</h2>
            <p class="small muted">{words.demand_body}</p>
            <p class="small muted">{words.cluster_hint}</p>
            <label class="field slim">
                <span class="sr">{words.commodity}</span>
                <select data-test="demand-commodity" on:change=choose>
                    {options}
                </select>
            </label>
            {live(rows)}
        </section>
        {factors}
        {own.notice(documented)}
        {live(body)}
    }
}

/// Commodities that are harvested, those of the document first.
fn commodities(tables: &Tables, assumptions: &Assumptions) -> Vec<(String, String)> {
    let harvested: BTreeSet<&str> = tables
        .harvests
        .iter()
        .map(|it| assumptions.commodity_of(&it.commodity))
        .collect();
    let known = assumptions.commodities.iter();
    let mut all: Vec<(String, String)> = known
        .map(|it| (it.id.clone(), say(&it.label).to_owned()))
        .collect();
    for id in harvested {
        if !all.iter().any(|(known, _)| known == id) {
            all.push((id.to_owned(), id.replace('_', " ")));
        }
    }
    all
}

/// The cluster that a kabupaten was put into, or itself.
fn cluster_of(clusters: &BTreeMap<String, String>, area: &str) -> String {
    let named = clusters.get(area).map(|name| name.trim());
    named.filter(|it| !it.is_empty()).unwrap_or(area).to_owned()
}

fn area_row(code: &str, name: &str, commodity: &str, demands: Demands, clusters: Typed) -> AnyView {
    let words = &texts().console.ruling;
    let router = use_router();
    let place = StoredValue::new((commodity.to_owned(), code.to_owned()));
    let area = StoredValue::new(code.to_owned());
    let demand = Signal::derive(move || {
        place.with_value(|it| demands.with(|all| all.get(it).cloned().unwrap_or_default()))
    });
    let cluster = Signal::derive(move || {
        area.with_value(|it| clusters.with(|all| all.get(it).cloned().unwrap_or_default()))
    });
    let needs = move |text: String| {
        demands.update(|all| {
            all.insert(place.get_value(), text);
        });
        let kept = demands.with_untracked(|all| {
            let each = all.iter();
            address_of(each.map(|((commodity, area), text)| (format!("{commodity}:{area}"), text)))
        });
        router.replace(&router.get_untracked().with(DEMANDS, &kept).href());
    };
    let joins = move |text: String| {
        clusters.update(|all| {
            all.insert(area.get_value(), text);
        });
        let kept = clusters.with_untracked(|all| {
            let each = all.iter();
            address_of(each.map(|(area, text)| (area.clone(), text)))
        });
        router.replace(&router.get_untracked().with(CLUSTERS, &kept).href());
    };
    view! {
        <div class="grid row-of">
            <Field id=format!("demand-{code}") label=(words.demand_of)(name) value=demand kind=FieldKind::Decimal plain=true on_input=needs/>
            <Field id=format!("cluster-{code}") label=(words.cluster_of)(name) value=cluster plain=true on_input=joins/>
        </div>
    }
}

/// Supply and demand of a year, and what is missing or left.
pub(super) fn in_words(balance: &Balance) -> String {
    let words = &texts().console.ruling;
    let tonnes = |value: f64| integer_text(value.round() as i64);
    let supply = tonnes(balance.supply_t);
    let Some(share) = balance.utilisation else {
        return (words.supply_alone)(&supply);
    };
    let gap = balance.supply_t - balance.existing_t;
    let share = score_text(share * 100.0, 0);
    let demand = tonnes(balance.existing_t);
    match gap < 0.0 {
        true => (words.supply_short)(&supply, &demand, &share, &tonnes(-gap)),
        false => (words.supply_enough)(&supply, &demand, &share, &tonnes(gap)),
    }
}
