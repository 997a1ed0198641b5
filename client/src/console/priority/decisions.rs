//! Decisions that were frozen: the list, and one of them with its minutes.
//!
//! Always: the record can be downloaded byte for byte; what newer answers would change is told when it is asked.
//! Never: changes a decision.

use leptos::prelude::*;
use shared::ids::Role;
use shared::wire::priority::{DecisionView, DifferencesView};

use super::Work;
use super::files::{Address, file_links, public_links};
use super::freeze::FreezeDialog;
use super::minutes::MinutesView;
use super::words::{hash_text, say};
use crate::console::admin::load::{self, Source};
use crate::console::admin::when;
use crate::console::use_session;
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth};
use crate::router::use_router;
use crate::ui::{Button, ButtonKind, EmptyState, Message, MessageKind, live, view};

#[component]
pub fn DecisionsView(work: Work) -> AnyView {
    let router = use_router();
    let round = work.frozen.with_value(|frozen| frozen.round);
    let list = Source::<Vec<DecisionView>>::new(format!("/api/v1/rounds/{round}/decisions"));
    let open = Memo::new(move |_| router.get().value("decision").map(str::to_owned));
    // One that was just frozen is on the list when its maker comes back to it.
    Effect::new(move |was_one: Option<bool>| {
        let is_one = open.get().is_some();
        if was_one == Some(true) && !is_one {
            list.reload();
        }
        is_one
    });
    let content = move || match open.get() {
        Some(id) => one(work, &id),
        None => all(work, list),
    };
    live(content)
}

fn all(work: Work, list: Source<Vec<DecisionView>>) -> AnyView {
    let words = &texts().console.deciding;
    let asking = RwSignal::new(false);
    let role = use_session().account().map(|account| account.role);
    let may_freeze =
        role.is_some_and(|role| role == Role::Analyst || role.reviews() && Role::Supervisor < role);
    let tool = match may_freeze {
        true => view! {
            <Button kind=ButtonKind::Primary small=true test="freeze" on_press=move |_| asking.set(true)>
                {words.freeze}
            </Button>
            <FreezeDialog open=asking work=work/>
        },
        false => view! { <p class="small muted">{words.may_not_freeze}</p> },
    };
    let rows = move || {
        let decisions = list.or_empty().get();
        if decisions.is_empty() {
            return view! { <EmptyState title=words.no_decisions body=words.no_decisions_body test="no-decisions"/> };
        }
        table(&decisions)
    };
    view! {
        <p class="small muted">{words.decisions_body}</p>
        <div class="row no-print">{tool}</div>
        {list.show(move || live(rows))}
    }
}

fn table(decisions: &[DecisionView]) -> AnyView {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    let route = use_router().get_untracked();
    let row = |one: &DecisionView| {
        let id = one.id.to_string();
        let href = route.with("decision", &id).href();
        let facts = &one.facts;
        let by_hand = (0 < facts.changed).then(|| (words.changed_by_hand)(facts.changed));
        let method = format!("{} {}", say(&facts.method.label), facts.method.version);
        view! {
            <tr data-test=format!("decision-{id}")>
                <td class="nowrap num" data-label=words.made_at><a href=href>{when(one.made, texts())}</a></td>
                <td data-label=priority.method>{method}</td>
                <td data-label=words.minutes_chosen>
                    {(words.chosen_of)(facts.chosen, facts.villages)} " " <small class="muted">{by_hand}</small>
                </td>
                <td data-label=words.made_by>{one.made_by.clone()}</td>
                <td class="num" data-label=words.minutes_record title=facts.digest.clone()>{hash_text(&facts.digest)}</td>
            </tr>
        }
    };
    view! {
        <section class="panel" data-test="decisions">
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.decisions>
                <table class="as-cards">
                    <thead><tr>
                        <th scope="col">{words.made_at}</th>
                        <th scope="col">{priority.method}</th>
                        <th scope="col">{words.minutes_chosen}</th>
                        <th scope="col">{words.made_by}</th>
                        <th scope="col">{words.minutes_record}</th>
                    </tr></thead>
                    <tbody>{decisions.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

fn one(work: Work, id: &str) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let back = router.get_untracked().with("decision", "").href();
    let path = format!("/api/v1/decisions/{id}");
    let record = format!("{path}/record.txt");
    let decision = Source::<DecisionView>::new(path.clone());
    let address = Address {
        path: path.clone(),
        within: String::new(),
    };
    let print = move |_| {
        let _ = crate::platform::window().print();
    };
    view! {
        <div class="row no-print">
            <a class="btn quiet small" href=back data-test="back-to-decisions">"‹ "{words.back_to_decisions}</a>
            <span class="sp"></span>
            <a class="btn small" href=record.clone() download="" data-test="download-record">{words.download_record}</a>
            <Button small=true test="print" on_press=print>{texts().console.priority.print}</Button>
        </div>
        <div class="files no-print">{file_links(&address)}</div>
        {public_links(&address)}
        <p class="small muted no-print"><code>{words.recompute_hint}</code></p>
        <Differences path=format!("{path}/differences")/>
        {decision.show(move || {
            let Some(decision) = decision.value.get() else {
                return ().into_any();
            };
            view! { <MinutesView work=work decision=decision record=record.clone()/> }
        })}
    }
}

/// What the answers of today would change.
#[component]
fn Differences(path: String) -> AnyView {
    let words = &texts().console.deciding;
    let asking = load::Work::new();
    let told = RwSignal::new(None::<DifferencesView>);
    let ask = move |_| {
        let path = path.clone();
        let call = async move { net::get::<DifferencesView>(&path, Auth::Cookie).await };
        asking.run(call, move |found| {
            told.try_set(Some(found));
        });
    };
    let content = move || {
        let told = told.get()?;
        if told.count == 0 {
            return Some(
                view! { <Message kind=MessageKind::Ok test="differences-none">{words.differences_none}</Message> },
            );
        }
        let item = |one: &shared::wire::priority::DifferenceView| {
            view! { <li><span class="num">{one.region.clone()}</span> " " {say(&one.text).to_owned()}</li> }
        };
        let rest = i64::from(told.count) - told.differences.len() as i64;
        let rest = (0 < rest).then(|| format!("+ {}", integer_text(rest)));
        Some(view! {
            <Message kind=MessageKind::Doubt test="differences">
                <b>{(words.differences_count)(told.count)}</b>
                <ul>{told.differences.iter().map(item).collect_view()}</ul>
                {rest}
            </Message>
        })
    };
    view! {
        <div class="stack tight no-print">
            <div class="row">
                <Button small=true busy=asking.busy test="differences-ask" on_press=ask>{words.differences_ask}</Button>
            </div>
            {asking.failure_view()}
            {live(content)}
        </div>
    }
}
