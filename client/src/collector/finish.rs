//! Finishing: what still stands against it, then the submission, then what became of it.
//!
//! Always: a submission is pinned to the answers that are there; each obstacle leads to its question.
//! Never: says "received" before the receipt is stored.

use leptos::prelude::*;
use shared::answers::{Change, Review, Submission};
use shared::ids::{CaseId, Path};
use shared::merge::{Case, Status};
use shared::questionnaire::interview::{Finding, FindingKind};
use shared::questionnaire::model::NodeIndex;

use super::page::saved_line;
use super::words::{answer_text, finding_text, local, when};
use super::work::Work;
use super::{page_href, set_title, village_href};
use crate::i18n::{integer_text, texts};
use crate::router::use_router;
use crate::ui::{Button, ButtonKind, EmptyState, Message, MessageKind, TopBar, kept, live, view};

/// Obstacles that are listed; the rest is counted.
const OBSTACLES_MAX: usize = 60;

#[component]
pub(super) fn FinishScreen(work: Work) -> AnyView {
    let words = &texts().collector;
    set_title(words.finish_title());
    let (case, assignment) = work.look(|open| (open.id.clone(), open.assignment.clone()));
    let is_sent = kept({
        let assignment = assignment.clone();
        move || {
            work.track();
            work.track_answers();
            let status = work.state(&assignment).status;
            let submitted = matches!(status, Status::Submitted | Status::Approved);
            submitted && work.look_at_ops(is_pinned_to_present)
        }
    });
    let body = {
        let case = case.clone();
        move || match is_sent.get() {
            true => sent(work, &case),
            false => {
                work.track_answers();
                open_points(work, &case)
            }
        }
    };
    let bar = {
        let case = case.clone();
        move || action(work, &case, is_sent.get())
    };
    view! {
        <div class="screen">
            <TopBar
                title=words.finish_title().to_owned()
                below=Signal::stored(assignment.name)
                back=village_href(&case)
                sticky=true
            />
            <main class="column stack" data-test="finish-screen">{live(body)}</main>
            <footer class="actionbar">{saved_line(work)} {live(bar)}</footer>
        </div>
    }
}

/// Is the newest submission one of exactly these answers?
fn is_pinned_to_present(case: &Case) -> bool {
    let story = case.history(&Path::root());
    let newest = story.iter().rev().find_map(|op| match &op.change {
        Change::Review(Review::Submit(submission)) => Some(submission.digest),
        _ => None,
    });
    newest == Some(case.content_digest())
}

fn open_points(work: Work, case: &CaseId) -> AnyView {
    let words = &texts().collector;
    let against = work.look(|open| open.interview.can_finish(&open.modules));
    let (errors, doubts): (Vec<Finding>, Vec<Finding>) = against
        .err()
        .unwrap_or_default()
        .into_iter()
        .partition(|finding| finding.kind == FindingKind::Error);
    let ready = (errors.is_empty() && doubts.is_empty()).then(|| {
        view! { <Message kind=MessageKind::Ok test="can-finish">{words.can_finish()}</Message> }
    });
    view! {
        {outcome(work, case)}
        {ready}
        {list(work, case, words.must_mend(), errors, "finish-errors")}
        {list(work, case, words.must_explain(), doubts, "finish-doubts")}
    }
}

/// How the visit ended, with the way to change it.
fn outcome(work: Work, case: &CaseId) -> AnyView {
    let words = &texts().collector;
    let found = work.look(|open| {
        let form = open.interview.questionnaire();
        let outcome = form.outcome.as_ref()?;
        let path = path_of(outcome.question, form)?;
        let page = open.interview.locate(&path)?;
        let item = open.interview.item(&path, &open.language())?;
        let text = match open.answer(&path) {
            Some(answer) => answer_text(&item, answer),
            None => words.not_answered().to_owned(),
        };
        Some((item.label, text, page_href(case, &page.0, Some(&path))))
    });
    let Some((label, text, href)) = found else {
        return ().into_any();
    };
    view! {
        <div class="card">
            <div class="head">
                <div><p class="small muted">{label}</p><h3 data-test="outcome">{text}</h3></div>
                <a class="btn small quiet" href=href>{words.change()}</a>
            </div>
        </div>
    }
}

/// The path of a question that lies in no repeat.
fn path_of(
    question: NodeIndex,
    form: &shared::questionnaire::model::Questionnaire,
) -> Option<Path> {
    let mut names = Vec::new();
    let mut at = question;
    while at != 0 {
        let node = form.node(at);
        names.push(node.name.as_str());
        at = node.parent;
    }
    let outside_rows = form.node(question).repeat.is_none();
    let path = names
        .iter()
        .rev()
        .fold(Path::root(), |path, name| path.child(name));
    outside_rows.then_some(path)
}

fn list(
    work: Work,
    case: &CaseId,
    title: &'static str,
    findings: Vec<Finding>,
    test: &'static str,
) -> AnyView {
    if findings.is_empty() {
        return ().into_any();
    }
    let count = findings.len();
    let rows = findings
        .into_iter()
        .take(OBSTACLES_MAX)
        .map(|finding| obstacle(work, case, &finding))
        .collect_view();
    view! {
        <h2 class="section-title">{title} <span class="muted num">{count}</span></h2>
        <div class="stack tight" data-test=test>{rows}</div>
    }
}

fn obstacle(work: Work, case: &CaseId, finding: &Finding) -> AnyView {
    let label = work.label(&finding.path);
    let (page, row) = work.look(|open| {
        let language = open.language();
        let page = open.interview.locate(&finding.path);
        let in_row = finding.path.rows().last().cloned();
        let row = in_row.and_then(|_| {
            let id = page.clone()?;
            let pages = open.interview.pages(&language);
            let view = pages.into_iter().find(|each| each.id == id)?;
            view.breadcrumb.get(2).cloned()
        });
        (page, row)
    });
    let page = page.map_or_else(|| finding.path.clone(), |page| page.0);
    let href = page_href(case, &page, Some(&finding.path));
    let kind = match finding.kind {
        FindingKind::Error => "card act",
        FindingKind::Doubt => "card look",
    };
    view! {
        <a class=kind href=href data-test=format!("open-{}", finding.path.name())>
            {row.map(|row| view! { <span class="small muted">{row}</span> })}
            <b>{label}</b>
            <span class="small">{finding_text(finding)}</span>
        </a>
    }
}

/// What became of it.
fn sent(work: Work, case: &CaseId) -> AnyView {
    let case = case.clone();
    let state = kept(move || {
        work.track();
        let driver = work.driver();
        let status = driver.with(|phone| phone.case_status(&case));
        (status, driver.scope().receipt)
    });
    let shown = move || {
        let words = &texts().collector;
        let (status, receipt) = state.get();
        if !status.is_received() {
            return view! {
                <EmptyState title=words.sent_title() body=words.sent_body() test="sent-waiting"/>
                {photos(status.photos_waiting)}
            };
        }
        let receipt = receipt.map(|receipt| {
            words.last_receipt(
                &integer_text(receipt.number.0 as i64),
                &when(local(receipt.at)),
            )
        });
        view! {
            <EmptyState title=words.received_title() body=words.received_body() test="sent-received">
                <p class="muted num">{receipt}</p>
            </EmptyState>
        }
    };
    live(shown)
}

fn photos(count: usize) -> AnyView {
    let words = &texts().collector;
    (0 < count)
        .then(|| view! { <p class="muted">{words.photos_waiting(count)}</p> })
        .into_any()
}

fn action(work: Work, case: &CaseId, is_sent: bool) -> AnyView {
    let words = &texts().collector;
    let router = use_router();
    if is_sent {
        return view! {
            <Button kind=ButtonKind::Primary full=true test="go-home" on_press=move |_| router.go("#/")>
                {words.to_my_villages()}
            </Button>
        };
    }
    let case = case.clone();
    let blocked = Signal::derive(move || {
        work.track_answers();
        work.look(|open| open.interview.can_finish(&open.modules).is_err())
    });
    let submit = move |_| submit(work, &case);
    view! {
        <Button kind=ButtonKind::Good full=true disabled=blocked test="finish" on_press=submit>
            {words.finish_and_send()}
        </Button>
    }
}

fn submit(work: Work, case: &CaseId) {
    work.flush();
    let modules = work.look(|open| open.modules.clone());
    let driver = work.driver();
    let digest = driver.with_case(case, Case::content_digest);
    let submission = Submission { digest, modules };
    work.write(&Path::root(), Change::Review(Review::Submit(submission)));
    work.keep_last_saved();
    driver.sync();
}
