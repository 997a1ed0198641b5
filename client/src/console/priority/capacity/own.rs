//! What somebody assumes in place of the document: hours, days, what stores and stalls take, factors and yields.
//!
//! Always: it stands in the address, so that a link shows the same; a number that differs from the document is called
//! an own assumption beside the one that has a source, and goes back to it by a press.
//! Never: changes a document, or counts with a number that cannot be.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use shared::priority::{Assumptions, Factor, Operation, Yield};
use shared::wire::priority::CapacityView;

use super::super::words::say;
use super::demand::{address_of, typed_of};
use super::{Basis, Tables};
use crate::i18n::texts;
use crate::router::{Router, use_router};
use crate::ui::{
    Button, ButtonKind, ChipKind, Field, FieldKind, Message, MessageKind, Note, Toasts, live,
    use_toasts, view,
};

/// In the address: `hours:10~factor.padi.gkp.gkg..2022:0,85`.
const OWN: &str = "own";
const HOURS: &str = "hours";
const DAYS: &str = "days";
const PER_M2: &str = "m2";
const PER_STALL: &str = "stall";
/// Hours and days also for facilities that say their own.
const EVERYWHERE: &str = "everywhere";

const HOURS_MAX: f64 = 24.0;
const DAYS_MAX: f64 = 366.0;
/// Far beyond what a square metre of floor or a stall takes.
const PER_M2_MAX: f64 = 10.0;
const PER_STALL_MAX: f64 = 100.0;
/// A tonne of rice makes 1.6 of paddy; no crop is dried to a tenth.
const FACTOR_MAX: f64 = 10.0;
/// Sugar cane gives a hundred tonnes a hectare.
const YIELD_MAX: f64 = 200.0;
/// More factors than these are folded away at first.
const OPEN_ROWS_MAX: usize = 8;

/// Numbers by what they are, as they are typed; copy it freely.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    typed: RwSignal<BTreeMap<String, String>>,
    /// What was typed before everything went back to the document.
    before: StoredValue<BTreeMap<String, String>>,
    /// Brings that again; it outlives the button that was pressed.
    undo: Callback<()>,
    router: Router,
    toasts: Toasts,
}

/// A number of the document that may be assumed otherwise.
#[derive(Debug, Clone, PartialEq)]
struct Number {
    key: String,
    /// None where the document has none; then it may stay empty.
    documented: Option<f64>,
    most: f64,
}

impl Number {
    fn text(&self) -> String {
        self.documented.map(number_text).unwrap_or_default()
    }

    /// What is typed for it, where that can be.
    fn read(&self, text: &str) -> Result<Option<f64>, Impossible> {
        let text = text.trim();
        if text.is_empty() {
            return self.documented.map_or(Ok(None), |_| Err(Impossible));
        }
        let number = text.replace(',', ".").parse::<f64>();
        let number = number.ok().filter(|it| 0.0 < *it && *it <= self.most);
        number.map(Some).ok_or(Impossible)
    }
}

/// Nothing, below nothing, or more than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Impossible;

/// As a person writes it: a comma, and no noughts behind.
fn number_text(value: f64) -> String {
    value.to_string().replace('.', ",")
}

fn factor_number(factor: &Factor) -> Number {
    let Factor {
        commodity,
        from,
        to,
        province,
        year,
        ..
    } = factor;
    Number {
        key: format!("factor.{commodity}.{from}.{to}.{province}.{year}"),
        documented: Some(factor.factor),
        most: FACTOR_MAX,
    }
}

fn yield_number(found: &Yield) -> Number {
    let Yield {
        commodity,
        form,
        province,
        year,
        ..
    } = found;
    Number {
        key: format!("yield.{commodity}.{form}.{province}.{year}"),
        documented: Some(found.t_per_ha),
        most: YIELD_MAX,
    }
}

fn operation_numbers(operation: &Operation) -> [Number; 4] {
    let number = |key: &str, documented, most| Number {
        key: key.to_owned(),
        documented,
        most,
    };
    [
        number(HOURS, Some(operation.hours_per_day), HOURS_MAX),
        number(DAYS, Some(operation.days_per_year), DAYS_MAX),
        number(PER_M2, operation.t_per_m2, PER_M2_MAX),
        number(PER_STALL, operation.t_per_stall_day, PER_STALL_MAX),
    ]
}

impl Own {
    pub(super) fn of_address() -> Own {
        let router = use_router();
        let typed = typed_of(&router.get_untracked(), OWN).collect();
        let (typed, before) = (RwSignal::new(typed), StoredValue::new(BTreeMap::new()));
        let undo = Callback::new(move |()| {
            typed.set(before.get_value());
            keep(typed, router);
        });
        Own {
            typed,
            before,
            undo,
            router,
            toasts: use_toasts(),
        }
    }

    /// Whether hours and days are those of all facilities.
    pub(super) fn is_everywhere(self) -> bool {
        self.typed.with(|typed| typed.contains_key(EVERYWHERE))
    }

    /// The document with what is assumed in its place; none where something cannot be.
    pub(super) fn applied(self, documented: &Assumptions) -> Option<Assumptions> {
        let mut own = documented.clone();
        let [hours, days, per_m2, per_stall] = operation_numbers(&documented.operation);
        let operation = &mut own.operation;
        operation.hours_per_day = self.value(&hours).ok()??;
        operation.days_per_year = self.value(&days).ok()??;
        operation.t_per_m2 = self.value(&per_m2).ok()?;
        operation.t_per_stall_day = self.value(&per_stall).ok()?;
        for factor in &mut own.factors {
            let number = factor_number(factor);
            let value = self.value(&number).ok()??;
            if value != factor.factor {
                (factor.source, factor.verified) = (in_place_of(&number), false);
                factor.factor = value;
            }
        }
        for found in &mut own.yields {
            let number = yield_number(found);
            let value = self.value(&number).ok()??;
            if value != found.t_per_ha {
                (found.source, found.verified) = (in_place_of(&number), false);
                found.t_per_ha = value;
            }
        }
        Some(own)
    }

    fn value(self, number: &Number) -> Result<Option<f64>, Impossible> {
        let typed = self.typed.with(|typed| typed.get(&number.key).cloned());
        typed.map_or(Ok(number.documented), |text| number.read(&text))
    }

    /// What stands in the field of a number.
    fn text(self, number: &Number) -> String {
        let typed = self.typed.with(|typed| typed.get(&number.key).cloned());
        typed.unwrap_or_else(|| number.text())
    }

    /// Whether somebody assumes another number than the document has, or none that could be.
    fn differs(self, number: &Number) -> bool {
        self.value(number) != Ok(number.documented)
    }

    fn set(self, number: &Number, text: String) {
        self.typed.update(|typed| {
            // What the document says itself is no assumption.
            match text == number.text() {
                true => typed.remove(&number.key),
                false => typed.insert(number.key.clone(), text),
            };
        });
        keep(self.typed, self.router);
    }

    fn set_everywhere(self, is_everywhere: bool) {
        self.typed.update(|typed| {
            match is_everywhere {
                true => typed.insert(EVERYWHERE.to_owned(), "1".to_owned()),
                false => typed.remove(EVERYWHERE),
            };
        });
        keep(self.typed, self.router);
    }

    /// Back to the document, and once more to what was typed for who did not mean it.
    fn reset(self) {
        self.before.set_value(self.typed.get_untracked());
        self.typed.set(BTreeMap::new());
        keep(self.typed, self.router);
        let text = texts().console.ruling.own_reset_done;
        self.toasts.say_with_undo(text, self.undo);
    }

    /// That something is assumed, with the way back; nothing where all is as in the document.
    pub(super) fn notice(self, documented: StoredValue<Assumptions>) -> AnyView {
        let count = Memo::new(move |_| {
            let numbers = documented.with_value(all_numbers);
            let differ = numbers.iter().filter(|it| self.differs(it)).count();
            differ + usize::from(self.is_everywhere())
        });
        let content = move || {
            let words = &texts().console.ruling;
            let count = count.get();
            (0 < count).then(|| {
                let said = (words.own_count)(count);
                view! {
                    <Message kind=MessageKind::Doubt test="operation-trial">
                        <b>{said}</b>
                        <div class="row no-print">
                            <Button small=true kind=ButtonKind::Quiet test="own-reset" on_press=move |_| self.reset()>
                                {words.own_reset}
                            </Button>
                        </div>
                    </Message>
                }
            })
        };
        live(content)
    }

    /// Hours, days, and what stores and stalls take.
    pub(super) fn operation(self, assumptions: &Assumptions, tables: &Tables) -> AnyView {
        let (words, deciding) = (&texts().console.ruling, &texts().console.deciding);
        let operation = &assumptions.operation;
        let [hours, days, per_m2, per_stall] = operation_numbers(operation);
        let sourced = sourced_by(&operation.source, operation.verified);
        let unsourced = |number: &Number| match number.documented {
            Some(_) => sourced.clone(),
            None => words.own_without.to_owned(),
        };
        let all = tables.facilities.len();
        let telling = tables.facilities.iter();
        let telling = telling
            .filter(|it| it.hours_per_day.is_some() || it.days_per_year.is_some())
            .count();
        let telling = (0 < telling).then(|| {
            let text = (words.own_telling)(telling, all);
            view! { <p class="small muted" data-test="operation-telling">{text}</p> }
        });
        let (m2_hint, stall_hint) = (unsourced(&per_m2), unsourced(&per_stall));
        let field = |number, id: &'static str, said: [&'static str; 3], hint: String| {
            self.field(number, id, said, hint)
        };
        view! {
            <section class="panel pad stack tight no-print" data-test="operation">
                <h2>{deciding.operation}</h2>
                <p class="small muted">{deciding.operation_body}</p>
                {telling}
                <label class="check">
                    <input type="checkbox" data-test="operation-everywhere" prop:checked=move || self.is_everywhere()
                        on:change=move |event| self.set_everywhere(event_target_checked(&event))/>
                    <span>{deciding.operation_everywhere}</span>
                </label>
                <div class="grid own-numbers">
                    {field(hours, "hours-per-day", [deciding.hours_per_day, words.unit_hours, words.hours_impossible], sourced.clone())}
                    {field(days, "days-per-year", [deciding.days_per_year, words.unit_days, words.days_impossible], sourced.clone())}
                    {field(per_m2, "t-per-m2", [words.per_m2, words.unit_m2, words.m2_impossible], m2_hint)}
                    {field(per_stall, "t-per-stall", [words.per_stall, words.unit_stall, words.stall_impossible], stall_hint)}
                </div>
            </section>
        }
    }

    /// A number with its unit, where it is from, what is wrong with it, and the way back.
    fn field(
        self,
        number: Number,
        id: &'static str,
        [label, unit, impossible]: [&'static str; 3],
        hint: String,
    ) -> AnyView {
        let number = StoredValue::new(number);
        let value = Signal::derive(move || number.with_value(|it| self.text(it)));
        let note = Signal::derive(move || {
            let is_impossible = number.with_value(|it| self.value(it)).is_err();
            is_impossible.then(|| Note::error(impossible))
        });
        let typed = move |text: String| number.with_value(|it| self.set(it, text));
        view! {
            <div>
                <Field id=id label=label unit=unit hint=hint value=value kind=FieldKind::Decimal plain=true note=note
                    on_input=typed/>
                {self.mark(number, id)}
            </div>
        }
    }

    /// That a number is an own assumption, and the way back to the document's.
    fn mark(self, number: StoredValue<Number>, id: &str) -> AnyView {
        let test = format!("reset-{id}");
        let content = move || {
            let words = &texts().console.ruling;
            number.with_value(|it| self.differs(it)).then(|| {
                let documented = number.with_value(Number::text);
                let back = match documented.is_empty() {
                    true => words.own_back_empty.to_owned(),
                    false => (words.own_back)(&documented),
                };
                let press = move |_| number.with_value(|it| self.set(it, it.text()));
                view! {
                    <span class="row own">
                        <span class=ChipKind::Wait.class()>{words.own}</span>
                        <button type="button" class="link" data-test=test.clone() on:click=press>{back}</button>
                    </span>
                }
            })
        };
        live(content)
    }

    /// The factors and yields that count in these provinces up to the year, each with unit, province, year and source.
    pub(super) fn factors(
        self,
        told: &CapacityView,
        tables: &Tables,
        documented: StoredValue<Assumptions>,
        basis: Basis,
    ) -> AnyView {
        let words = &texts().console.ruling;
        let regions = tables.harvests.iter().map(|it| &it.region);
        let regions = regions.chain(tables.facilities.iter().map(|it| &it.region));
        let provinces: BTreeSet<String> = regions
            .filter_map(|it| Some(it.split_once('.')?.0.to_owned()))
            .collect();
        let lines = Memo::new(move |_| {
            let year = basis.year()?;
            Some(documented.with_value(|it| lines(it, &provinces, year)))
        });
        let count = lines.with_untracked(|it| it.as_ref().map_or(0, Vec::len));
        let has_own = self.typed.with_untracked(|typed| {
            let mut keys = typed.keys();
            keys.any(|key| key.starts_with("factor.") || key.starts_with("yield."))
        });
        let is_open = has_own || count <= OPEN_ROWS_MAX;
        let names = StoredValue::new(told.provinces.clone());
        let rows = move || {
            let lines = lines.get()?;
            Some(names.with_value(|names| {
                let rows = lines.into_iter().map(|line| self.row(line, names));
                rows.collect_view()
            }))
        };
        let none = move || {
            let is_none = lines.with(|it| it.as_ref().is_none_or(Vec::is_empty));
            is_none.then(|| view! { <p class="pad small muted">{words.factors_none}</p> })
        };
        view! {
            <details class="panel factors" open=is_open data-test="factors">
                <summary><b>{words.factors}</b></summary>
                <p class="pad small muted">{words.factors_body}</p>
                <table class="as-cards">
                    <thead><tr>
                        <th scope="col">{words.factor_what}</th>
                        <th scope="col">{words.factor_where}</th>
                        <th scope="col">{words.factor_year}</th>
                        <th scope="col">{words.factor_value}</th>
                        <th scope="col">{texts().console.priority.source}</th>
                    </tr></thead>
                    <tbody>{live(rows)}</tbody>
                </table>
                {live(none)}
            </details>
        }
    }

    fn row(self, line: Line, names: &BTreeMap<String, String>) -> AnyView {
        let words = &texts().console.ruling;
        let Line {
            number,
            what,
            unit,
            province,
            year,
            source,
            impossible,
        } = line;
        let id = number.key.clone();
        let label = format!("{what}, {unit}");
        let number = StoredValue::new(number);
        let is_impossible = Memo::new(move |_| number.with_value(|it| self.value(it)).is_err());
        let typed = move |event| number.with_value(|it| self.set(it, event_target_value(&event)));
        let place = match province.as_str() {
            "" => words.whole_nation.to_owned(),
            code => names.get(code).cloned().unwrap_or(province),
        };
        let wrong = move || {
            is_impossible.get().then(|| view! { <Message kind=MessageKind::Error test="factor-impossible">{impossible}</Message> })
        };
        view! {
            <tr data-test=format!("row-{id}")>
                <td data-label=words.factor_what><b>{what}</b></td>
                <td data-label=words.factor_where>{place}</td>
                <td class="num" data-label=words.factor_year>{year.to_string()}</td>
                <td data-label=words.factor_value>
                    <div class="stack tight">
                        <span class="field slim" class:error=move || is_impossible.get()>
                            <input type="text" inputmode="decimal" autocomplete="off" data-test=id.clone() aria-label=label
                                aria-invalid=move || is_impossible.get().then_some("true")
                                prop:value=move || number.with_value(|it| self.text(it)) on:input=typed/>
                            <span class="unit">{unit}</span>
                        </span>
                        {live(wrong)}
                        {self.mark(number, &id)}
                    </div>
                </td>
                <td data-label=texts().console.priority.source><small>{source}</small></td>
            </tr>
        }
    }
}

/// Puts what is typed into the address.
fn keep(typed: RwSignal<BTreeMap<String, String>>, router: Router) {
    let kept = typed
        .with_untracked(|typed| address_of(typed.iter().map(|(key, text)| (key.clone(), text))));
    let route = router.get_untracked();
    router.replace(&route.with(OWN, &kept).href());
}

/// A factor or yield as it stands on the screen.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    number: Number,
    what: String,
    unit: String,
    province: String,
    year: u16,
    source: String,
    impossible: &'static str,
}

fn lines(assumptions: &Assumptions, provinces: &BTreeSet<String>, year: u16) -> Vec<Line> {
    let words = &texts().console.ruling;
    let (factors, yields) = assumptions.in_force(provinces, year);
    let label = |commodity: &str| {
        let mut all = assumptions.commodities.iter();
        let found = all.find(|it| it.id == commodity);
        found.map_or_else(|| commodity.to_owned(), |it| say(&it.label).to_owned())
    };
    let plain = |form: &str| form.replace('_', " ");
    let factor = |it: &Factor| Line {
        number: factor_number(it),
        what: format!(
            "{}: {} → {}",
            label(&it.commodity),
            plain(&it.from),
            plain(&it.to)
        ),
        unit: (words.unit_factor)(&plain(&it.to), &plain(&it.from)),
        province: it.province.clone(),
        year: it.year,
        source: sourced_by(&it.source, it.verified),
        impossible: words.factor_impossible,
    };
    let found = |it: &Yield| Line {
        number: yield_number(it),
        what: (words.yield_of)(&label(&it.commodity)),
        unit: (words.unit_yield)(&plain(&it.form)),
        province: it.province.clone(),
        year: it.year,
        source: sourced_by(&it.source, it.verified),
        impossible: words.yield_impossible,
    };
    let factors = factors.into_iter().map(factor);
    factors.chain(yields.into_iter().map(found)).collect()
}

/// Everything that may be assumed otherwise.
fn all_numbers(assumptions: &Assumptions) -> Vec<Number> {
    let operation = operation_numbers(&assumptions.operation).into_iter();
    let factors = assumptions.factors.iter().map(factor_number);
    let yields = assumptions.yields.iter().map(yield_number);
    operation.chain(factors).chain(yields).collect()
}

/// The source of an own assumption, as results and files name it.
fn in_place_of(number: &Number) -> String {
    (texts().console.ruling.own_in_place_of)(&number.text())
}

fn sourced_by(source: &str, verified: bool) -> String {
    let (words, priority) = (&texts().console.ruling, &texts().console.priority);
    let check = match verified {
        true => priority.verified,
        false => priority.unverified,
    };
    (words.sourced_by)(source, check)
}
