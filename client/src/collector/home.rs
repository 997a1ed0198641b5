//! My villages, the three numbers, and where to go on.
//!
//! Always: what was returned comes first; the main action is at the bottom.
//! Never: an estimate; a number that is not counted yet is left out.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::CaseId;
use shared::merge::{CaseState, Status};
use shared::sorted::Map;
use shared::sync::phone::{CaseStatus, Failure};
use shared::time::Date;
use shared::wire::v1::AssignmentView;

use super::words::{failure_text, local, place_text, signal_chip, state_chip, when};
use super::work::{Overview, Work, case_of};
use super::{page_href, set_title, village_href};
use crate::i18n::{integer_text, texts};
use crate::platform::{self, Listener};
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Card, CardKind, Chip, EmptyState, Kept, Message, MessageKind, ProgressBar,
    ThreeNumbers, TopBar, effect, kept, live, view,
};

/// No phone that goes right is before this day.
const BUILT_ON: (i64, u8, u8) = (2026, 11, 21);

type Overviews = RwSignal<Map<CaseId, Overview>>;

/// One village as the list shows it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    assignment: AssignmentView,
    case: CaseId,
    state: CaseState,
    status: CaseStatus,
}

impl Entry {
    fn is_open(&self) -> bool {
        matches!(
            self.state.status,
            Status::Assigned | Status::Started | Status::Returned
        )
    }
}

#[component]
pub(super) fn HomeScreen(work: Work) -> AnyView {
    let words = &texts().collector;
    set_title(words.my_villages());
    let entries = kept(move || {
        work.track();
        entries(work)
    });
    let overviews: Overviews = RwSignal::new(Map::new());
    effect(move |_| count(work, entries.get(), overviews));
    let reads_only = work.driver().reads_only();
    let chip_kind = kept(move || {
        work.track();
        signal_chip(&work.driver())
    });
    let chip = move || {
        let (kind, text) = chip_kind.get();
        view! { <span data-test="signal"><Chip kind text=text.to_owned()/></span> }
    };
    view! {
        <div class="screen">
            <TopBar>
                {live(chip)}
                <a class="icon" href="#/ponsel" data-test="settings">{words.settings()}</a>
            </TopBar>
            <main class="column stack" data-test="home">
                {banners(work, reads_only)}
                {numbers(work)}
                {live(move || lists(entries.get(), overviews))}
            </main>
            {(!reads_only).then(|| main_action(work, entries))}
        </div>
    }
}

fn entries(work: Work) -> Vec<Entry> {
    let driver = work.driver();
    let entry = |assignment: AssignmentView| {
        let case = case_of(&assignment);
        Entry {
            state: work.state(&assignment),
            status: driver.with(|phone| phone.case_status(&case)),
            case,
            assignment,
        }
    };
    driver.scope().assignments.into_iter().map(entry).collect()
}

/// Counts village after village, letting the screen breathe between two.
fn count(work: Work, entries: Vec<Entry>, overviews: Overviews) {
    let language = texts().code;
    spawn_local(async move {
        for entry in entries {
            let Some(overview) = work.overview(&entry.assignment, language).await else {
                continue;
            };
            let gone = overviews
                .try_update(|all| all.insert(entry.case, overview))
                .is_none();
            if gone {
                return;
            }
            platform::sleep(0).await;
        }
    });
}

/// What must be known before anything else: another tab, a wrong date, a lost photo, an update, a missing install.
fn banners(work: Work, reads_only: bool) -> AnyView {
    let words = &texts().collector;
    let other_tab = reads_only.then(|| {
        view! { <Message kind=MessageKind::Doubt test="other-tab">{words.other_tab()}</Message> }
    });
    let (year, month, day) = BUILT_ON;
    let today = platform::clock().moment.date();
    let is_before = Date::from_calendar(year, month, day).is_some_and(|built| today < built);
    let wrong_date = is_before.then(|| {
        let shown = crate::i18n::date_text(today, texts());
        view! { <Message kind=MessageKind::Error test="wrong-date">{words.wrong_date(&shown)}</Message> }
    });
    let lost = move || {
        let (case, path) = work.lost_capture()?;
        let name = work.assignment(&case)?.name;
        let page = path.parent().unwrap_or_else(|| path.clone());
        let href = page_href(&case, &page, Some(&path));
        let words = &texts().collector;
        Some(view! {
            <Message kind=MessageKind::Doubt test="lost-photo">
                <span>{words.lost_photo(&name)}</span>
                <span><a href=href>{words.take_again()}</a></span>
            </Message>
        })
    };
    let gone = work.driver().lost().map(|count| {
        view! { <Message kind=MessageKind::Doubt test="photos-gone">{words.photos_gone(count)}</Message> }
    });
    view! { {other_tab} {wrong_date} {gone} {live(lost)} {update_offer()} {install_gate()} }
}

/// A value that the boot script announces by an event of the window.
fn announced(event: &'static str, read: fn() -> bool) -> RwSignal<bool> {
    let value = RwSignal::new(read());
    let listener = Listener::new(platform::window().into(), event, move |_| {
        value.try_set(read());
    });
    let listener = StoredValue::new_local(Some(listener));
    on_cleanup(move || {
        listener.try_update_value(Option::take);
    });
    value
}

fn update_offer() -> AnyView {
    let ready = announced("lumbung:update", platform::update_is_ready);
    let offer = move || {
        let words = &texts().collector;
        ready.get().then(|| {
            view! {
                <Message kind=MessageKind::Info test="update">
                    <span>{words.update_ready()}</span>
                    <Button
                        small=true
                        test="update-now"
                        on_press=move |_| {
                            platform::activate_update();
                        }
                    >
                        {words.update_now()}
                    </Button>
                </Message>
            }
        })
    };
    live(offer)
}

/// "Installed and persisted" is the gate before field work.
fn install_gate() -> AnyView {
    let can_install = announced("lumbung:install", platform::can_install);
    let persisted = RwSignal::new(true);
    let look = move || {
        spawn_local(async move {
            persisted.try_set(platform::storage_persisted().await);
        });
    };
    look();
    let install = move |_| {
        spawn_local(async move {
            platform::install().await;
            persisted.try_set(platform::storage_persist().await);
        });
    };
    let gate = move || {
        let words = &texts().collector;
        let installed = platform::is_installed();
        if installed && persisted.get() {
            return None;
        }
        let button = can_install.get().then(|| {
            view! { <Button small=true test="install" on_press=install>{words.install()}</Button> }
        });
        let text = match (installed, can_install.get()) {
            (true, _) => words.not_persisted(),
            (false, true) => words.not_installed(),
            (false, false) => words.not_installed_by_menu(),
        };
        Some(view! {
            <Message kind=MessageKind::Info test="install-gate"><span>{text}</span> {button}</Message>
        })
    };
    live(gate)
}

fn numbers(work: Work) -> AnyView {
    let words = &texts().collector;
    let now = kept(move || {
        work.track();
        work.driver().numbers()
    });
    let safe = move || {
        let numbers = now.get();
        work.track();
        let driver = work.driver();
        let words = &texts().collector;
        let receipt = driver.scope().receipt.map(|receipt| {
            words.last_receipt(
                &integer_text(receipt.number.0 as i64),
                &when(local(receipt.at)),
            )
        });
        let photos = (0 < numbers.photos_waiting).then(|| {
            view! { <p data-test="photos-waiting">{words.photos_waiting(numbers.photos_waiting)}</p> }
        });
        // Without signal the chip above says so; a line more would push the villages away under the finger.
        let failure = driver
            .failure()
            .filter(|failure| *failure != Failure::NoSignal);
        let failure = failure.map(|failure| {
            view! { <p data-test="trouble">{failure_text(&failure)}</p> }
        });
        view! {
            <div class="under-numbers small muted">
                {photos}
                {failure}
                <p data-test="receipt">{receipt.unwrap_or_else(|| words.no_receipt().to_owned())}</p>
            </div>
        }
    };
    let busy = Signal::derive(move || {
        work.track();
        work.driver().is_syncing()
    });
    let send = (!work.driver().reads_only()).then(|| {
        view! {
            <Button small=true busy test="send-now" on_press=move |_| work.driver().sync()>
                {words.send_now()}
            </Button>
        }
    });
    view! {
        <section class="numbers stack tight">
            <ThreeNumbers
                on_phone=Signal::derive(move || now.get().on_phone)
                received=Signal::derive(move || now.get().received)
                waiting=Signal::derive(move || now.get().waiting)
            />
            <div class="row apart">{live(safe)} {send}</div>
        </section>
    }
}

fn lists(entries: Vec<Entry>, overviews: Overviews) -> AnyView {
    let words = &texts().collector;
    if entries.is_empty() {
        return view! {
            <EmptyState title=words.no_villages() body=words.no_villages_body() test="no-villages"/>
        };
    }
    let done = entries.iter().filter(|entry| !entry.is_open()).count();
    let count = words.done_of(done, entries.len());
    let (returned, mine): (Vec<Entry>, Vec<Entry>) = entries
        .into_iter()
        .partition(|entry| entry.state.status == Status::Returned);
    let to_mend = (!returned.is_empty()).then(|| {
        view! {
            <h2 class="section-title">{words.to_mend()} <span class="muted num">{returned.len()}</span></h2>
            {returned.iter().map(|entry| card(entry.clone(), overviews)).collect_view()}
        }
    });
    let mine_views = mine
        .into_iter()
        .map(|entry| card(entry, overviews))
        .collect_view();
    view! {
        {to_mend}
        <h2 class="section-title">{words.my_villages()} <span class="muted num">{count}</span></h2>
        {mine_views}
    }
}

fn card(entry: Entry, overviews: Overviews) -> AnyView {
    let assignment = entry.assignment.clone();
    let is_returned = entry.state.status == Status::Returned;
    let kind = if is_returned {
        CardKind::Act
    } else {
        CardKind::Plain
    };
    let (chip_kind, chip_text) = state_chip(&entry.state, &entry.status);
    let is_started = entry.state.status == Status::Started;
    let case = entry.case.clone();
    let overview = kept(move || overviews.with(|all| all.get(&case).cloned()));
    let chip = move || {
        let text = match overview.get() {
            Some(overview) if is_started && chip_kind == crate::ui::ChipKind::Info => {
                format!("{}%", overview.percent())
            }
            _ => chip_text.to_owned(),
        };
        view! { <Chip kind=chip_kind text/> }
    };
    let below = move || {
        let overview = overview.get()?;
        let words = &texts().collector;
        let here = overview.here.clone().filter(|_| is_started).map(|here| {
            view! { <p class="small muted">{words.goes_on_at(&here)}</p> }
        });
        let why = (is_returned).then(|| {
            let labels: Vec<String> =
                overview.returned.iter().map(|(_, label)| label.clone()).collect();
            view! { <div class="why">{words.returned_questions(labels.len(), &labels.join("; "))}</div> }
        });
        let bar = (!is_returned && 0 < overview.answered).then(|| {
            view! {
                <ProgressBar
                    done=overview.answered
                    of=overview.relevant
                    label=words.answered()
                />
            }
        });
        Some(view! { {here} {why} {bar} })
    };
    let place = place_text(&assignment);
    let test = format!("village-{}", assignment.region);
    view! {
        <div data-test=test>
            <Card kind href=village_href(&entry.case)>
                <div class="head">
                    <div><h3>{assignment.name}</h3><p class="small muted">{place}</p></div>
                    {live(chip)}
                </div>
                {live(below)}
            </Card>
        </div>
    }
}

/// Go on where I stopped.
fn main_action(work: Work, entries: Kept<Vec<Entry>>) -> AnyView {
    let router = use_router();
    let next = kept(move || entries.with(|entries| next_entry(work, entries)));
    let bar = move || {
        let entry = next.get()?;
        let words = &texts().collector;
        let text = match entry.state.status {
            Status::Assigned => words.begin_village(&entry.assignment.name),
            _ => words.continue_village(&entry.assignment.name),
        };
        let href = format!("{}?lanjut=1", village_href(&entry.case));
        Some(view! {
            <Button kind=ButtonKind::Primary full=true test="continue" on_press=move |_| router.go(&href)>
                {text}
            </Button>
        })
    };
    // Down here it pushes no village away from under the finger when it comes and goes.
    let is_fetching = kept(move || {
        work.track();
        work.driver().is_fetching()
    });
    let fetching = move || {
        let words = &texts().collector.controls;
        is_fetching.get().then(|| {
            view! { <p class="saved wait" role="status" data-test="fetching">{words.fetching()}</p> }
        })
    };
    view! { <footer class="actionbar">{live(fetching)} {live(bar)}</footer> }
}

/// The village of last time while it is open, else a returned one, else a started one, else the next.
fn next_entry(work: Work, entries: &[Entry]) -> Option<Entry> {
    let last = work.last_case();
    let with = |status: Status| entries.iter().find(|entry| entry.state.status == status);
    let of_last_time = entries
        .iter()
        .find(|entry| entry.is_open() && Some(&entry.case) == last.as_ref());
    of_last_time
        .or_else(|| with(Status::Returned))
        .or_else(|| with(Status::Started))
        .or_else(|| with(Status::Assigned))
        .cloned()
}
