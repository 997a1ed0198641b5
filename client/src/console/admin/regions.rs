//! Regions: the built-in list or a file, counts per level, and search.
//!
//! Always: the search stands in the address; an import says rows = saved + refused.
//! Never: removes a region.

use leptos::prelude::*;
use shared::ids::RegionLevel;
use shared::wire::office::{ImportView, RegionCounts, RegionView};

use super::faults::{ImportResult, importing};
use super::level_word;
use super::load::{Source, Work, encoded};
use super::pick::{TYPING_MS, above_words, level_key};
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Body, Call, LONG_TIMEOUT_MS, Method, NetError};
use crate::platform;
use crate::router::{Route, use_router};
use crate::ui::{Button, ButtonKind, EmptyState, view};

const SHOWN_MAX: usize = 100;
const LEVELS: [RegionLevel; 4] = [
    RegionLevel::Province,
    RegionLevel::Regency,
    RegionLevel::District,
    RegionLevel::Village,
];

#[component]
pub fn RegionsPage() -> AnyView {
    let admin = &texts().console.admin;
    let counts = Source::<RegionCounts>::new("/api/v1/regions/counts");
    let found = Source::<Vec<RegionView>>::new("");
    let router = use_router();
    Effect::new(move |_| found.ask(search_path(&router.get())));
    // Open where nothing is there yet, and left open when the import has ended.
    let is_first = RwSignal::new(false);
    Effect::new(move |_| {
        if is_empty(counts) {
            is_first.set(true);
        }
    });
    let imported = Callback::new(move |()| {
        counts.reload();
        found.reload();
    });
    view! {
        <header class="pagehead"><h1>{admin.regions}</h1></header>
        <main>
            {counts.show(move || counts_view(counts))}
            <details class="panel" open=move || is_first.get()>
                <summary>{admin.import}</summary>
                <div class="pad"><ImportPanel on_done=imported/></div>
            </details>
            <SearchPanel found/>
            <p class="muted small">{admin.regions_attribution}</p>
        </main>
    }
}

fn is_empty(counts: Source<RegionCounts>) -> bool {
    counts
        .value
        .with(|counts| counts.as_ref().is_some_and(|counts| counts.province == 0))
}

fn search_path(route: &Route) -> String {
    let mut path = format!(
        "/api/v1/regions?query={}&limit={SHOWN_MAX}",
        encoded(route.value("q").unwrap_or_default())
    );
    for key in ["under", "level"] {
        if let Some(value) = route.value(key) {
            path.push_str(&format!("&{key}={}", encoded(value)));
        }
    }
    path
}

fn counts_view(counts: Source<RegionCounts>) -> AnyView {
    let words = texts();
    let item = move |level: RegionLevel| {
        let count = move || {
            counts.value.with(|counts| {
                let count = counts.as_ref().map_or(0, |counts| match level {
                    RegionLevel::Province => counts.province,
                    RegionLevel::Regency => counts.regency,
                    RegionLevel::District => counts.district,
                    RegionLevel::Village => counts.village,
                });
                integer_text(count as i64)
            })
        };
        let test = format!("count-{}", level_key(level));
        view! { <div><dt>{level_word(level, words)}</dt><dd data-test=test>{count}</dd></div> }
    };
    view! { <dl class="figures panel num">{LEVELS.map(item).collect_view()}</dl> }
}

/// The two ways to bring regions in.
#[component]
fn ImportPanel(on_done: Callback<()>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let work = Work::new();
    let result = RwSignal::new(None::<ImportView>);
    let skip = RwSignal::new(false);
    let start = move |body: Option<web_sys::File>| {
        result.set(None);
        let call = import(body, skip.get_untracked());
        work.run(call, move |import: ImportView| {
            result.try_set(Some(import));
            on_done.run(());
        });
    };
    let chosen = move |event: leptos::ev::Event| {
        if let Some(file) = platform::taken_file(&event) {
            start(Some(file));
        }
    };
    view! {
        <div class="stack">
            <div class="choices">
                <div class="stack tight">
                    <p>{admin.import_regions_body}</p>
                    <Button small=true kind=ButtonKind::Primary busy=work.busy test="import-regions" on_press=move |_| start(None)>
                        {admin.import_regions}
                    </Button>
                </div>
                <div class="stack tight">
                    <label class="stack tight">
                        {admin.import_regions_own}
                        <input type="file" class="file" accept=".csv,text/csv" data-test="import-regions-file" on:change=chosen/>
                    </label>
                    <label class="check">
                        <input type="checkbox" data-test="skip-refused" on:change=move |event| skip.set(event_target_checked(&event))/>
                        {admin.skip_refused}
                    </label>
                </div>
            </div>
            {move || work.busy.get().then(|| importing(words))}
            {work.failure_view()}
            {move || result.get().map(|import| view! { <ImportResult import/> })}
        </div>
    }
}

async fn import(file: Option<web_sys::File>, skip_refused: bool) -> Result<ImportView, NetError> {
    let skip = if skip_refused { "skip_refused=1" } else { "" };
    let (path, body) = match file {
        None => (
            format!("/api/v1/regions/import?source=builtin&{skip}"),
            Body::None,
        ),
        Some(file) => {
            let bytes = platform::file_bytes(&file).await;
            let bytes = bytes.ok_or_else(|| NetError::Malformed("csv".to_owned()))?;
            let body = Body::Bytes {
                bytes,
                media_type: "text/csv",
            };
            (format!("/api/v1/regions/import?{skip}"), body)
        }
    };
    let mut call = Call::new(Method::Post, &path, Auth::Cookie);
    call.body = body;
    call.timeout_ms = LONG_TIMEOUT_MS;
    net::read(&net::send(call).await?.text().await?)
}

#[component]
fn SearchPanel(found: Source<Vec<RegionView>>) -> AnyView {
    let admin = &texts().console.admin;
    let router = use_router();
    let timer = StoredValue::new_local(None::<platform::Timer>);
    let typed = move |event| {
        let text = event_target_value(&event);
        let go = move || router.replace(&router.get_untracked().with("q", &text).href());
        timer.set_value(Some(platform::after(TYPING_MS, go)));
    };
    view! {
        <section class="panel" aria-label=admin.regions>
            <div class="table-tools">
                <label class="field">
                    <span class="sr">{admin.search_regions}</span>
                    <input
                        type="search"
                        placeholder=admin.search_regions
                        autocomplete="off"
                        data-test="region-search"
                        prop:value=move || router.get().value("q").unwrap_or_default().to_owned()
                        on:input=typed
                    />
                </label>
                {move || filters(&router.get())}
            </div>
            {found.show(move || rows_view(found))}
        </section>
    }
}

/// The levels, and the region within which is searched.
fn filters(route: &Route) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let level = route.value("level").unwrap_or_default().to_owned();
    let link = |key: &'static str, title: &'static str| {
        let current = (level == key).then_some("true");
        view! { <a class="filter" href=route.with("level", key).href() aria-current=current>{title}</a> }
    };
    let levels = LEVELS.map(|level| link(level_key(level), level_word(level, words)));
    let under = route.value("under").map(|code| {
        let text = (admin.only_within)(code);
        view! { <a class="filter" aria-current="true" href=route.with("under", "").href()>{text} " ×"</a> }
    });
    view! { {under} {link("", admin.all_levels)} {levels.collect_view()} }
}

fn rows_view(found: Source<Vec<RegionView>>) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let content = move || {
        let regions = found.or_empty().get();
        if regions.is_empty() {
            return view! { <EmptyState title=admin.no_region_found body=admin.no_region_found_body test="no-region"/> };
        }
        let count = regions.len();
        let more = (count == SHOWN_MAX)
            .then(|| view! { <p class="pad small muted">{(admin.more_regions)(count)}</p> });
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label=admin.regions>
                <table class="as-cards">
                    <thead><tr>
                        <th scope="col">{admin.name}</th>
                        <th scope="col">{admin.level}</th>
                        <th scope="col">{admin.above}</th>
                        <th scope="col">{admin.code}</th>
                    </tr></thead>
                    <tbody>{regions.into_iter().map(row_view).collect_view()}</tbody>
                </table>
            </div>
            {more}
        }
    };
    content.into_any()
}

/// A row; what has regions below it leads there.
fn row_view(region: RegionView) -> AnyView {
    let words = texts();
    let admin = &words.console.admin;
    let level = region.code.level();
    let above = above_words(&region);
    let name = if level == RegionLevel::Village {
        view! { <b>{region.name}</b> }
    } else {
        let href = format!("#/wilayah?under={}", region.code);
        view! { <a href=href>{region.name}</a> }
    };
    view! {
        <tr data-test=format!("region-row-{}", region.code)>
            <td data-label=admin.name>{name}</td>
            <td data-label=admin.level>{level_word(level, words)}</td>
            <td data-label=admin.above>{above}</td>
            <td class="num nowrap" data-label=admin.code>{region.code.to_string()}</td>
        </tr>
    }
}
