//! What stands behind one village's place: what would let it in, what sets it apart, and where a number comes from.
//!
//! Always: a number leads to its expression and to the answers that it was computed from, with who wrote them.
//! Never: holds an answer; the case does.

use leptos::prelude::*;
use shared::priority::{
    IndicatorDetail, IndicatorHead, IndicatorWay, Problem, RankedUnit, Ranking, Status, WayIn,
    WeightWay, parse,
};

use super::Work;
use super::sliders::label_of;
use super::words::{say, score_text};
use crate::i18n::texts;
use crate::router::Route;
use crate::ui::{Button, Message, MessageKind, live, view};

/// So many strengths and weaknesses are named.
const NAMED_MAX: usize = 3;
/// So many changes are named that would do alone.
const WAYS_MAX: usize = 6;

/// What would have to change for a village to be chosen.
#[component]
pub fn WaysIn(work: Work, code: String) -> AnyView {
    let code = StoredValue::new(code);
    let content = move || {
        let words = &texts().console.deciding;
        let base = work.engine.base_ranking()?;
        base.selection.as_ref()?;
        let told = work.engine.way();
        let told = told.filter(|(region, _)| code.with_value(|code| region == code));
        let body = match told {
            None => {
                let ask = move |_| code.with_value(|code| work.engine.ask_way_in(code));
                view! { <div class="row no-print"><Button small=true test="ways-ask" on_press=ask>{words.ways_ask}</Button></div> }
            }
            Some((_, way)) => ways(&base.ranking, way),
        };
        Some(view! {
            <section class="panel pad stack tight" data-test="ways">
                <h3>{words.ways_title}</h3>
                {body}
            </section>
        })
    };
    live(content)
}

fn ways(ranking: &Ranking, way: Result<Option<WayIn>, Vec<Problem>>) -> AnyView {
    let words = &texts().console.deciding;
    let way = match way {
        Ok(Some(WayIn::Needs(way))) => way,
        Ok(Some(WayIn::Chosen)) => {
            return view! { <p data-test="ways-chosen">{words.ways_chosen}</p> };
        }
        Ok(Some(WayIn::NoScore)) => return view! { <p>{words.ways_never}</p> },
        Ok(Some(WayIn::NotComputed)) => {
            return view! { <p data-test="ways-not-computed">{texts().console.ruling.not_computed}</p> };
        }
        Ok(None) => return view! { <p>{words.ways_none}</p> },
        Err(problems) => {
            let text = problems
                .first()
                .map(|problem| say(&problem.text).to_owned());
            return view! { <Message kind=MessageKind::Error>{text}</Message> };
        }
    };
    let decimals = ranking.decimals;
    let sentence = (words.ways_score)(
        &score_text(way.score, decimals),
        &score_text(way.missing, decimals),
    );
    let indicator = |way: &IndicatorWay| {
        let what = match &way.rung {
            Some(rung) => (words.ways_rung)(say(rung)),
            None => {
                let decimals = decimals.max(2);
                (words.ways_indicator)(
                    &score_text(way.from, decimals),
                    &score_text(way.to, decimals),
                )
            }
        };
        let name = label_of(ranking, &way.indicator);
        view! { <li><b>{name}</b> ": " <span class="num">{what}</span></li> }
    };
    let weight = |way: &WeightWay| {
        let what = (words.ways_weight)(&score_text(way.times, 2));
        let name = label_of(ranking, &way.child);
        view! { <li><b>{name}</b> ": " <span class="num">{what}</span></li> }
    };
    let list = |title: &'static str, items: Vec<AnyView>| {
        let nothing = items.is_empty();
        let nothing = nothing.then(|| view! { <p class="small muted">{words.ways_alone_none}</p> });
        view! { <div class="stack tight"><h4>{title}</h4><ul class="reasons">{items}</ul>{nothing}</div> }
    };
    // What was not computed is not shown as nothing.
    let indicators = way.indicators.as_ref().map(|ways| {
        let items = ways.iter().take(WAYS_MAX).map(indicator);
        list(words.ways_indicators, items.collect())
    });
    let weights = way.weights.as_ref().map(|ways| {
        let items = ways.iter().take(WAYS_MAX).map(weight);
        list(words.ways_weights, items.collect())
    });
    view! {
        <p data-test="ways-score">{sentence}</p>
        <div class="halves">
            {indicators}
            {weights}
        </div>
    }
}

/// Where a village is strongest and weakest against the ranked villages of its kabupaten.
/// `others` are villages with their indicators, those of its kabupaten among them.
pub fn compared_view(ranking: &Ranking, others: &[RankedUnit], unit: &RankedUnit) -> AnyView {
    let words = &texts().console.deciding;
    let mut differences = differences(ranking, others, unit);
    if differences.is_empty() {
        return ().into_any();
    }
    // Stable: equal differences stay in the order of the method.
    differences.sort_by(|one, two| two.gap().total_cmp(&one.gap()));
    let strong = differences.iter().filter(|one| 0.0 < one.gap());
    let weak = differences.iter().rev().filter(|one| one.gap() < 0.0);
    let decimals = ranking.decimals.max(2);
    let item = |one: &Difference| {
        let name = say(&one.head.label).to_owned();
        let numbers = (words.against)(
            &score_text(one.own, decimals),
            &score_text(one.mean, decimals),
        );
        view! { <li><b>{name}</b> ": " <span class="num">{numbers}</span></li> }
    };
    let list = |title: &'static str, test: &'static str, items: Vec<AnyView>| {
        let nothing = items.is_empty();
        let nothing = nothing.then(|| view! { <p class="small muted">{words.no_difference}</p> });
        view! {
            <section class="panel pad stack tight" data-test=test>
                <h3>{title}</h3>
                <ul class="reasons">{items}</ul>
                {nothing}
            </section>
        }
    };
    let strong = strong.take(NAMED_MAX).map(item).collect();
    let weak = weak.take(NAMED_MAX).map(item).collect();
    view! {
        <div class="halves">
            {list(words.strengths, "strengths", strong)}
            {list(words.weaknesses, "weaknesses", weak)}
        </div>
    }
}

/// One indicator of a village beside the mean of its kabupaten, both on the method's scale.
struct Difference<'a> {
    head: &'a IndicatorHead,
    own: f64,
    mean: f64,
    weight: f64,
}

impl Difference<'_> {
    /// How much it moves the score against the kabupaten.
    fn gap(&self) -> f64 {
        (self.own - self.mean) * self.weight
    }
}

fn differences<'a>(
    ranking: &'a Ranking,
    others: &[RankedUnit],
    unit: &RankedUnit,
) -> Vec<Difference<'a>> {
    let near =
        |other: &&RankedUnit| other.group.code == unit.group.code && other.status == Status::Ranked;
    let neighbours: Vec<&RankedUnit> = others.iter().filter(near).collect();
    let each = ranking.indicators.iter().zip(&unit.indicators).enumerate();
    each.filter_map(|(place, (head, detail))| {
        let own = detail.normalised.filter(|_| detail.observed)?;
        let values = neighbours.iter();
        let values = values.filter_map(|other| other.indicators.get(place)?.normalised);
        let (mut sum, mut count) = (0.0, 0_u32);
        for value in values {
            sum += value;
            count += 1;
        }
        // One village alone has nobody to be compared with.
        (1 < count).then(|| Difference {
            head,
            own,
            mean: sum / f64::from(count),
            weight: detail.weight,
        })
    })
    .collect()
}

/// From an indicator down to its expression and to the answers it read.
pub fn opened(
    work: Work,
    unit: &RankedUnit,
    head: &IndicatorHead,
    detail: &IndicatorDetail,
) -> AnyView {
    let words = &texts().console.deciding;
    let (id, region) = (head.id.clone(), unit.region.clone());
    let sources = StoredValue::new(detail.source.clone());
    let is_open = RwSignal::new(false);
    let toggle = move |_| is_open.update(|open| *open = !*open);
    let test = format!("open-{}", head.id);
    let content = move || {
        is_open
            .get()
            .then(|| sources.with_value(|sources| trail(work, &id, &region, sources)))
    };
    view! {
        <button
            type="button"
            class="link no-print"
            aria-expanded=move || is_open.get().to_string()
            data-test=test
            on:click=toggle
        >
            {words.opened_from}
        </button>
        {live(content)}
    }
}

fn trail(work: Work, indicator: &str, region: &str, sources: &[String]) -> AnyView {
    let words = &texts().console.deciding;
    let document = work.frozen.with_value(|frozen| frozen.document.clone());
    let round = work.frozen.with_value(|frozen| frozen.round.to_string());
    let method = parse(&document).ok();
    let found = method
        .as_ref()
        .and_then(|method| method.indicator(indicator));
    let expression = found.and_then(|it| it.formula()).map(|text| {
        view! { <dt>{words.expression}</dt><dd><code>{text}</code></dd> }
    });
    let denominator = found.and_then(|it| it.denominator.as_ref());
    let denominator = denominator.map(|it| {
        let text = it.expression.clone();
        view! { <dt>{words.denominator}</dt><dd><code>{text}</code></dd> }
    });
    let case = Route::parse("#/pemeriksaan")
        .with("ronde", &round)
        .with("desa", region)
        .with("tab", "isian");
    let answer = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let href = case.with("isian", path).href();
        let test = format!("answer-link-{name}");
        view! { <li><a href=href data-test=test>{(words.open_answer)(&name)}</a></li> }
    };
    let answers = match sources.is_empty() {
        true => view! { <p class="small muted">{words.no_answers}</p> },
        false => view! { <ul class="reasons">{sources.iter().map(answer).collect_view()}</ul> },
    };
    view! {
        <dl class="trail" data-test="trail">
            {expression}
            {denominator}
            <dt>{words.answers_of}</dt>
            <dd>{answers}</dd>
        </dl>
    }
}
