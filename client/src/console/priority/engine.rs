//! The rankings of one frozen table, computed in the browser: as the method says, with other weights, and under draws.
//!
//! Always: the same `shared::priority` as on the server, so that what is shown here is what a record will hold; long
//! work is done in pieces between which the page stays alive, and a newer wish overtakes an older one.
//! Never: asks the server again; the table came once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::priority::{
    Basis, Draws, Exchange, Interval, LeftOut, Method, Overseen, Part, Places, Problem, RankedUnit,
    Ranking, Related, Scored, Sensitivity, Shifts, Strangers, Table, Tried, WayIn, WeightNote,
    detailed, leave_one_out, list, parse, rank, related_dimensions, related_indicators, select,
    way_in, whereabouts,
};
use shared::wire::priority::{FrozenView, PriorityView};

use crate::platform;

/// Above this many villages the details of indicators are made for one kabupaten at a time, when a card asks.
const DETAILED_UNITS_MAX: usize = 4_000;
/// How long draws may keep the page from answering.
const SLICE_MS: u64 = 12;
const DRAWS_PER_SLICE_MAX: u32 = 256;
/// Base samples of the sensitivity, as many as `lumbung rank` takes; each is several rankings.
pub const SAMPLES: u32 = 128;

/// Weights by the id of a dimension or indicator.
pub type Weights = BTreeMap<String, f64>;

/// What a person wants to know.
#[derive(Debug)]
enum Ask {
    /// Rank with these weights; none for the method's own.
    Weights(Option<Weights>),
    Begin(Long),
    /// Ends it, or takes it back while it waits.
    Stop(Long),
    LeaveOut,
    Relate,
    WayIn(String),
    /// The indicators of a village and of its neighbours.
    Details(String),
}

/// What takes a while. One is made after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Long {
    Draws,
    /// Which assumption moves the ranking.
    Samples,
}

/// A ranking by other weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub weights: Weights,
    /// Who is chosen only now, and only before; none where that is not known yet, or nobody is chosen.
    pub exchange: Option<Exchange>,
    /// Why these weights choose nobody, such as rules that were not solved within their bounds.
    pub problems: Vec<Problem>,
    /// How long the ranking took.
    pub took_ms: u64,
}

/// How far the draws are, or the samples of the sensitivity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drawing {
    #[default]
    NotAsked,
    /// Asked for, while the other is under way.
    Waiting,
    /// How many were made, and how many it will be.
    Under(u32, u32),
    Stopped,
    Done(u32),
}

/// What the draws say, by code.
pub type Intervals = Arc<BTreeMap<String, Interval>>;
/// How the dimensions go together, and the indicators.
pub type Pairs = Arc<(Related, Related)>;
/// The villages of one kabupaten with their indicators.
pub type Details = Arc<Vec<RankedUnit>>;
/// Of one village: its code, and what would let it in.
pub type Ways = (String, Result<Option<WayIn>, Vec<Problem>>);

/// The work on one table. Copy it freely; it ends when the page that began it goes.
#[derive(Debug, Clone, Copy)]
pub struct Engine {
    asks: StoredValue<UnboundedSender<Ask>>,
    seed: StoredValue<String>,
    said: Said,
}

#[derive(Debug, Clone, Copy)]
struct Said {
    base: RwSignal<Option<Result<Arc<PriorityView>, Vec<Problem>>>>,
    weights: RwSignal<Vec<WeightNote>>,
    planned: RwSignal<u32>,
    trial: RwSignal<Option<Trial>>,
    trial_view: RwSignal<Option<Arc<PriorityView>>>,
    drawing: RwSignal<Drawing>,
    intervals: RwSignal<Option<Intervals>>,
    basis: RwSignal<Option<Basis>>,
    sensing: RwSignal<Drawing>,
    sensitivity: RwSignal<Option<Arc<Sensitivity>>>,
    left_out: RwSignal<Option<Arc<Vec<LeftOut>>>>,
    related: RwSignal<Option<Pairs>>,
    places: RwSignal<Arc<Places>>,
    strangers: RwSignal<Arc<Strangers>>,
    way: RwSignal<Option<Ways>>,
    details: RwSignal<Option<Details>>,
    tells_chosen: RwSignal<bool>,
}

impl Engine {
    /// Begins with a table; `seed` is what people agreed on, if they did.
    pub fn start(frozen: Arc<FrozenView>, seed: String) -> Engine {
        let (asks, asked) = unbounded();
        let kept_seed = StoredValue::new(seed.clone());
        let said = Said {
            base: RwSignal::new(None),
            weights: RwSignal::new(Vec::new()),
            planned: RwSignal::new(0),
            trial: RwSignal::new(None),
            trial_view: RwSignal::new(None),
            drawing: RwSignal::new(Drawing::NotAsked),
            intervals: RwSignal::new(None),
            basis: RwSignal::new(None),
            sensing: RwSignal::new(Drawing::NotAsked),
            sensitivity: RwSignal::new(None),
            left_out: RwSignal::new(None),
            related: RwSignal::new(None),
            places: RwSignal::new(Arc::new(Places::new())),
            strangers: RwSignal::new(Arc::new(Strangers::default())),
            way: RwSignal::new(None),
            details: RwSignal::new(None),
            tells_chosen: RwSignal::new(true),
        };
        spawn_local(async move {
            // The page shows that something is on its way before the first ranking holds it up.
            platform::sleep(0).await;
            if let Err(problems) = work(&frozen, &seed, asked, said).await {
                said.base.try_set(Some(Err(problems)));
            }
        });
        Engine {
            asks: StoredValue::new(asks),
            seed: kept_seed,
            said,
        }
    }

    fn ask(self, ask: Ask) {
        self.asks.try_with_value(|asks| asks.unbounded_send(ask));
    }

    /// Ranks with other weights while somebody drags; none goes back to the method's own.
    pub fn try_weights(self, weights: Option<Weights>) {
        self.ask(Ask::Weights(weights));
    }

    /// Makes it once what is under way has ended.
    pub fn begin(self, long: Long) {
        self.ask(Ask::Begin(long));
    }

    /// Ends it, or takes it back while it waits.
    pub fn stop(self, long: Long) {
        self.ask(Ask::Stop(long));
    }

    /// Asks how dimensions and indicators go together; they do not change with weights.
    pub fn relate(self) {
        if self.said.related.with_untracked(Option::is_none) {
            self.ask(Ask::Relate);
        }
    }

    pub fn leave_one_out(self) {
        self.ask(Ask::LeaveOut);
    }

    pub fn ask_way_in(self, region: &str) {
        self.ask(Ask::WayIn(region.to_owned()));
    }

    /// Asks for the indicators of a village, where the list has none.
    pub fn ask_details(self, region: &str) {
        if untrack(|| self.details_of(region)).is_none() {
            self.ask(Ask::Details(region.to_owned()));
        }
    }

    /// The ranking by the method itself, or what is wrong with the method.
    pub fn base(self) -> Option<Result<Arc<PriorityView>, Vec<Problem>>> {
        self.said.base.get()
    }

    /// The ranking to be looked at: with other weights where somebody tries some.
    pub fn view(self) -> Option<Arc<PriorityView>> {
        let base = self.said.base.get()?.ok()?;
        Some(self.said.trial_view.get().unwrap_or(base))
    }

    /// The ranking by the method itself, once it is there.
    pub fn base_ranking(self) -> Option<Arc<PriorityView>> {
        self.said.base.get()?.ok()
    }

    /// The method's own weights.
    pub fn weights_untracked(self) -> Vec<WeightNote> {
        self.said.weights.get_untracked()
    }

    /// Seed of the lottery and of the draws.
    pub fn seed(self) -> String {
        self.seed.get_value()
    }

    /// How many draws the method asks for.
    pub fn draws_planned(self) -> u32 {
        self.said.planned.get()
    }

    pub fn trial(self) -> Option<Trial> {
        self.said.trial.get()
    }

    pub fn drawing(self) -> Drawing {
        self.said.drawing.get()
    }

    pub fn intervals(self) -> Option<Intervals> {
        self.said.intervals.get()
    }

    /// Of how many draws the shares in them speak; none where nothing tells how often a village is chosen.
    pub fn basis(self) -> Option<Basis> {
        self.said.basis.get()
    }

    pub fn sensing(self) -> Drawing {
        self.said.sensing.get()
    }

    pub fn sensitivity(self) -> Option<Arc<Sensitivity>> {
        self.said.sensitivity.get()
    }

    pub fn related(self) -> Option<Pairs> {
        self.said.related.get()
    }

    /// Where the villages lie, as far as that is known.
    pub fn places(self) -> Arc<Places> {
        self.said.places.get()
    }

    /// Codes of the method that name nobody in this table.
    pub fn strangers(self) -> Arc<Strangers> {
        self.said.strangers.get()
    }

    pub fn left_out(self) -> Option<Arc<Vec<LeftOut>>> {
        self.said.left_out.get()
    }

    pub fn way(self) -> Option<Ways> {
        self.said.way.get()
    }

    /// The village and its neighbours with their indicators, once they were made.
    pub fn details_of(self, region: &str) -> Option<Details> {
        let details = self.said.details.get()?;
        let is_there = details.iter().any(|unit| unit.region == region);
        is_there.then_some(details)
    }

    /// Whether every draw also tells who is chosen: not where rules cross or kawasan are chosen, which are solved in
    /// some of the draws, if at all.
    pub fn tells_chosen(self) -> bool {
        self.said.tells_chosen.get()
    }
}

/// Everything that stays while a table is worked on.
struct Bench<'a> {
    frozen: &'a FrozenView,
    seed: &'a str,
    method: &'a Method,
    scored: &'a Scored<'a>,
    /// The villages under the method as it is.
    still: Draws<'a>,
    said: Said,
}

async fn work(
    frozen: &FrozenView,
    seed: &str,
    mut asked: UnboundedReceiver<Ask>,
    said: Said,
) -> Result<(), Vec<Problem>> {
    let method = parse(&frozen.document)?;
    let table = Table::gather(&method, &frozen.units)?;
    let scored = Scored::new(&method, &table, seed);
    said.weights.try_set(scored.weights().to_vec());
    let planned = method.uncertainty.clone().unwrap_or_default().draws;
    said.planned.try_set(planned);
    let places = whereabouts(&scored, &frozen.places);
    said.places.try_set(Arc::new(places));
    let overseen: Vec<String> = frozen
        .overseen
        .iter()
        .map(|it| it.code.to_string())
        .collect();
    let strangers = scored.strangers_of(Overseen::of(&overseen));
    said.strangers.try_set(Arc::new(strangers));
    let ranking = if frozen.units.len() <= DETAILED_UNITS_MAX {
        rank(&method, &frozen.units, seed)?
    } else {
        list(&scored, seed)
    };
    let base = view_of(frozen, &method, ranking)?;
    said.base.try_set(Some(Ok(Arc::new(base))));
    let quota = method.programme.as_ref().map(|it| &it.quota);
    let bench = Bench {
        frozen,
        seed,
        method: &method,
        still: Draws::as_it_is(&scored, quota, seed)?,
        scored: &scored,
        said,
    };
    let tells_chosen = bench.still.tells_chosen() || method.programme.is_none();
    said.tells_chosen.try_set(tells_chosen);
    let mut next = asked.next().await;
    while let Some(ask) = next {
        next = match ask {
            Ask::Begin(long) => bench.make(long, &mut asked).await?,
            ask => bench.answer(ask, &mut asked).await?,
        };
        if next.is_none() {
            next = asked.next().await;
        }
    }
    Ok(())
}

impl Bench<'_> {
    /// Answers what takes a moment; gives back a question that came meanwhile and is still open.
    async fn answer(
        &self,
        ask: Ask,
        asked: &mut UnboundedReceiver<Ask>,
    ) -> Result<Option<Ask>, Vec<Problem>> {
        match ask {
            Ask::Weights(weights) => return self.try_weights(weights, asked).await,
            Ask::LeaveOut => {
                let quota = self.method.programme.as_ref().map(|it| &it.quota);
                let left = leave_one_out(self.scored, quota, self.seed)?;
                self.said.left_out.try_set(Some(Arc::new(left)));
            }
            Ask::Relate => {
                let pairs = (
                    related_dimensions(self.scored),
                    related_indicators(self.scored),
                );
                self.said.related.try_set(Some(Arc::new(pairs)));
            }
            Ask::WayIn(region) => {
                let way = match &self.method.programme {
                    Some(programme) => way_in(self.scored, &programme.quota, self.seed, &region),
                    None => Ok(None),
                };
                self.said.way.try_set(Some((region, way)));
            }
            Ask::Details(region) => self.detail(&region),
            Ask::Begin(_) | Ask::Stop(_) => {}
        }
        Ok(None)
    }

    /// The indicators of a whole kabupaten: what stands out in a village is told against its neighbours.
    fn detail(&self, region: &str) {
        let units = &self.frozen.units;
        let Some(own) = units.iter().find(|unit| unit.region == region) else {
            return;
        };
        let near = units
            .iter()
            .filter(|unit| unit.group.code == own.group.code);
        let details = detailed(self.scored, near);
        self.said.details.try_set(Some(Arc::new(details)));
    }

    /// Ranks at once, and makes the whole list when nobody drags any more.
    async fn try_weights(
        &self,
        weights: Option<Weights>,
        asked: &mut UnboundedReceiver<Ask>,
    ) -> Result<Option<Ask>, Vec<Problem>> {
        let (weights, newer) = latest(weights, asked);
        let Some(weights) = weights else {
            // What was never tried is not taken back: every set would draw the ranking again.
            if self.said.trial.try_with_untracked(Option::is_some) == Some(true) {
                self.said.trial.try_set(None);
                self.said.trial_view.try_set(None);
            }
            return Ok(newer);
        };
        self.rank_by(&weights);
        // A frame, so that the person sees it; then whatever came meanwhile goes first.
        platform::sleep(0).await;
        if newer.is_some() {
            return Ok(newer);
        }
        if let Ok(newer) = asked.try_recv() {
            return Ok(Some(newer));
        }
        let method = self.method.with_weights(&weights);
        let table = Table::gather(&method, &self.frozen.units)?;
        let scored = Scored::new(&method, &table, self.seed);
        match view_of(self.frozen, &method, list(&scored, self.seed)) {
            Ok(view) => {
                self.tell_exchange(&view);
                self.said.trial_view.try_set(Some(Arc::new(view)));
            }
            // Weights that choose nobody are no fault of the method: the next ones may do better.
            Err(problems) => {
                self.said.trial_view.try_set(None);
                self.change_trial(|trial| trial.problems = problems);
            }
        }
        Ok(None)
    }

    fn change_trial(&self, change: impl FnOnce(&mut Trial)) {
        self.said.trial.try_update(|trial| {
            if let Some(trial) = trial {
                change(trial);
            }
        });
    }

    fn rank_by(&self, weights: &Weights) {
        let before = self.still.rerank(&Weights::new());
        let began = platform::monotonic_ms();
        let now = self.still.rerank(weights);
        let took_ms = platform::monotonic_ms() - began;
        let exchange = before.chosen.zip(now.chosen).map(|(before, now)| {
            let mut exchange = Exchange::default();
            for village in 0..self.still.len() {
                let codes = match (before[village], now[village]) {
                    (false, true) => &mut exchange.entering,
                    (true, false) => &mut exchange.leaving,
                    (true, true) | (false, false) => continue,
                };
                codes.push(self.still.region(village).to_owned());
            }
            exchange.entering.sort();
            exchange.leaving.sort();
            exchange
        });
        self.said.trial.try_set(Some(Trial {
            weights: weights.clone(),
            exchange,
            problems: Vec::new(),
            took_ms,
        }));
    }

    /// Where rules cross or kawasan are chosen, only the whole selection tells who enters and who leaves.
    fn tell_exchange(&self, trial: &PriorityView) {
        let base = self.said.base.try_get_untracked().flatten();
        let Some(Ok(base)) = base else { return };
        let pair = base.selection.as_ref().zip(trial.selection.as_ref());
        let Some((before, after)) = pair else { return };
        let exchange = Exchange::between(before, after);
        self.change_trial(|trial| trial.exchange = Some(exchange));
    }

    /// Makes it; gives back the other one where that was asked for meanwhile.
    async fn make(
        &self,
        long: Long,
        asked: &mut UnboundedReceiver<Ask>,
    ) -> Result<Option<Ask>, Vec<Problem>> {
        let other = match long {
            Long::Draws => self.draw(asked).await?,
            Long::Samples => self.sense(asked).await?,
        };
        Ok(other.map(Ask::Begin))
    }

    /// Makes the draws of the method.
    async fn draw(&self, asked: &mut UnboundedReceiver<Ask>) -> Result<Option<Long>, Vec<Problem>> {
        let quota = self.method.programme.as_ref().map(|it| &it.quota);
        let draws = Draws::new(self.scored, quota, self.seed)?;
        let count = draws.count();
        let mut parts: Vec<Part> = Vec::new();
        let make = |range: Range<u32>| parts.push(draws.run(range));
        let mut ended = self
            .in_slices(Long::Draws, None, count, make, asked)
            .await?;
        if ended.is_stopped {
            return Ok(ended.other);
        }
        let mut intervals = draws.intervals(&parts, 0..draws.len());
        let mut basis = draws.basis();
        if let Some(trials) = draws.trials(quota) {
            let mut tried: Vec<Tried> = Vec::new();
            let make = |range: Range<u32>| tried.push(trials.run(range));
            ended = self
                .in_slices(Long::Draws, ended.other, trials.count(), make, asked)
                .await?;
            if ended.is_stopped {
                return Ok(ended.other);
            }
            let chances = trials.chances(&tried);
            chances.put_into(&mut intervals);
            basis = Some(chances.basis);
        }
        let intervals = intervals.into_iter();
        let intervals = intervals.map(|it| (it.region.clone(), it)).collect();
        self.said.basis.try_set(basis);
        self.said.intervals.try_set(Some(Arc::new(intervals)));
        self.said.drawing.try_set(Drawing::Done(count));
        Ok(ended.other)
    }

    /// Finds which assumption moves the ranking.
    async fn sense(
        &self,
        asked: &mut UnboundedReceiver<Ask>,
    ) -> Result<Option<Long>, Vec<Problem>> {
        let quota = self.method.programme.as_ref().map(|it| &it.quota);
        let draws = Draws::new(self.scored, quota, self.seed)?;
        let mut parts: Vec<Shifts> = Vec::new();
        let make = |range: Range<u32>| parts.push(draws.sensitivity_part(range));
        let ended = self
            .in_slices(Long::Samples, None, SAMPLES, make, asked)
            .await?;
        if ended.is_stopped {
            return Ok(ended.other);
        }
        let found = draws.sensitivity(&parts);
        self.said.sensitivity.try_set(Some(Arc::new(found)));
        self.said.sensing.try_set(Drawing::Done(SAMPLES));
        Ok(ended.other)
    }

    fn said_of(&self, long: Long) -> RwSignal<Drawing> {
        match long {
            Long::Draws => self.said.drawing,
            Long::Samples => self.said.sensing,
        }
    }

    /// Makes `count` of something in slices between which the page lives and other questions are answered; `other`
    /// waits already.
    async fn in_slices(
        &self,
        long: Long,
        other: Option<Long>,
        count: u32,
        mut make: impl FnMut(Range<u32>),
        asked: &mut UnboundedReceiver<Ask>,
    ) -> Result<Ended, Vec<Problem>> {
        let said = self.said_of(long);
        let mut ended = Ended {
            other,
            ..Ended::default()
        };
        let (mut made, mut slice) = (0, 1);
        while made < count {
            said.try_set(Drawing::Under(made, count));
            platform::sleep(0).await;
            let mut open = asked.try_recv().ok();
            while let Some(ask) = open {
                open = match ask {
                    Ask::Stop(stopped) if stopped == long => {
                        said.try_set(Drawing::Stopped);
                        ended.is_stopped = true;
                        return Ok(ended);
                    }
                    Ask::Stop(waiting) => {
                        self.said_of(waiting).try_set(Drawing::Stopped);
                        ended.other = None;
                        None
                    }
                    Ask::Begin(other) => {
                        if other != long {
                            self.said_of(other).try_set(Drawing::Waiting);
                            ended.other = Some(other);
                        }
                        None
                    }
                    ask => self.answer(ask, asked).await?,
                };
            }
            let began = platform::monotonic_ms();
            let end = (made + slice).min(count);
            make(made..end);
            made = end;
            let took = platform::monotonic_ms() - began;
            slice = match took < SLICE_MS / 2 {
                true => (slice * 2).min(DRAWS_PER_SLICE_MAX),
                false if SLICE_MS < took => (slice / 2).max(1),
                false => slice,
            };
        }
        Ok(ended)
    }
}

/// How something long came to its end.
#[derive(Debug, Default)]
struct Ended {
    is_stopped: bool,
    /// What was asked for meanwhile.
    other: Option<Long>,
}

/// The newest weights that were asked for, and the first question of another kind behind them.
fn latest(
    mut weights: Option<Weights>,
    asked: &mut UnboundedReceiver<Ask>,
) -> (Option<Weights>, Option<Ask>) {
    loop {
        match asked.try_recv() {
            Ok(Ask::Weights(newer)) => weights = newer,
            Ok(other) => return (weights, Some(other)),
            Err(_) => return (weights, None),
        }
    }
}

fn view_of(
    frozen: &FrozenView,
    method: &Method,
    ranking: Ranking,
) -> Result<PriorityView, Vec<Problem>> {
    let selection = match &method.programme {
        Some(programme) => Some(select(method, &ranking, &programme.quota)?),
        None => None,
    };
    Ok(PriorityView {
        round: frozen.round,
        round_name: frozen.round_name.clone(),
        approved: frozen.approved,
        unapproved: frozen.unapproved,
        unvisited: frozen.unvisited,
        ranking,
        selection,
    })
}
