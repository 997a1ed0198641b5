//! Submissions of 250 answers that the server takes in durably, over HTTP on loopback, on SQLite.
//!
//! Always: the shipped router, store and decisions; an answer counts when its receipt has come.
//! Never: a figure of its own machine alone: compare only figures of one run.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use server::auth::{new_token, token_hash};
use server::clock::Clock;
use server::http::{App, router};
use server::store::{AccountDraft, Act, QuestionnaireDraft, Redemption, RoundDraft, Store};
use shared::answers::{Change, Evidence, Op, OpBody, Value};
use shared::ids::{
    AccountId, BootId, CaseId, DeviceId, LaneId, OpId, PartitionId, Path, QuestionnaireId,
    RegionId, Role, RoundId, Seq, VisitId,
};
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::sheet::{Sheets, import};
use shared::time::Millis;
use shared::wire::office::{AssignmentNew, DeviceFacts, Language, QuestionnaireSheets, RoundKind};
use shared::wire::v1::{OpBatch, PushRequest, WIRE_VERSION};

const ANSWERS: usize = 250;
const ROUND: RoundId = RoundId([9; 16]);
const ANI: AccountId = AccountId([1; 16]);

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (address, form, bearer) = runtime.block_on(serve(folder.path()))?;
    measure("1_client", address, &form, &bearer, 1, 120)?;
    measure("50_clients", address, &form, &bearer, 50, 12)?;
    Ok(())
}

/// Runs `clients` at once, each sending `count` submissions one after the other.
fn measure(
    name: &str,
    address: SocketAddr,
    form: &Arc<Questionnaire>,
    bearer: &str,
    clients: u8,
    count: usize,
) -> Result<()> {
    let bodies: Vec<Vec<String>> = (0..clients)
        .map(|client| submissions(form, name, client, count))
        .collect();
    let begun = Instant::now();
    let threads: Vec<_> = bodies
        .into_iter()
        .map(|bodies| {
            let bearer = bearer.to_owned();
            thread::spawn(move || send_all(address, &bearer, &bodies))
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        times.extend(
            thread
                .join()
                .map_err(|_| anyhow::anyhow!("a client panicked"))??,
        );
    }
    let elapsed = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    print(
        &format!("{name}_submissions"),
        times.len() as f64 / elapsed,
        "per_second",
    );
    print(&format!("{name}_p50"), at(50), "ms");
    print(&format!("{name}_p99"), at(99), "ms");
    Ok(())
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 10.0).round() / 10.0;
    println!(
        "{}",
        serde_json::json!({"bench": "push", "figure": figure, "value": value, "unit": unit})
    );
}

fn send_all(address: SocketAddr, bearer: &str, bodies: &[String]) -> Result<Vec<Duration>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut times = Vec::with_capacity(bodies.len());
    for body in bodies {
        let begun = Instant::now();
        let head = format!(
            "POST /api/v1/sync/push HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {bearer}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let answer = read_answer(&mut reader)?;
        times.push(begun.elapsed());
        ensure!(
            answer.contains("\"result\":\"accepted\"") && answer.contains("\"quarantined\":[]"),
            "the server did not accept: {}",
            answer.chars().take(300).collect::<String>()
        );
    }
    Ok(times)
}

fn read_answer(reader: &mut BufReader<TcpStream>) -> Result<String> {
    let mut length = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse::<usize>()?);
        }
    }
    let mut body = vec![0; length.context("an answer without length")?];
    reader.read_exact(&mut body)?;
    Ok(String::from_utf8(body)?)
}

async fn serve(folder: &std::path::Path) -> Result<(SocketAddr, Arc<Questionnaire>, String)> {
    let clock = Clock::default();
    let store = Store::open(folder, clock.now()).await?;
    let act = Act::by_program(clock.now());
    let account = AccountDraft {
        id: ANI,
        username: "ani".to_owned(),
        name: "Ani".to_owned(),
        role: Role::Enumerator,
        regions: vec!["53".parse()?],
        language: Language::Id,
        password_hash: "none".to_owned(),
    };
    store.make_accounts(vec![account], act).await?;
    let form = potensi_desa()?;
    store.put_questionnaire(draft(&form), act).await?;
    let round = RoundDraft {
        id: ROUND,
        name: "Bench".to_owned(),
        kind: RoundKind::Training,
        questionnaire: form.fingerprint(),
        regencies: vec!["53.21".parse()?],
    };
    store.open_round(round, act).await?;
    let work = AssignmentNew {
        round: ROUND,
        account: ANI,
        villages: (0..50).map(village).collect(),
        modules: vec![],
    };
    store.assign(work, act).await?;
    let bearer = enrol(&store, act, clock.now()).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = App::new(store, clock, format!("http://{address}"));
    tokio::spawn(async move { axum::serve(listener, router(app)).await });
    Ok((address, form, bearer))
}

async fn enrol(store: &Store, act: Act, now: Millis) -> Result<String> {
    let (token, hash) = new_token();
    let expires = Millis(now.0 + 1_000_000);
    store.offer_enrolment(ANI, hash, expires, act).await?;
    let (secret, secret_hash) = new_token();
    let redemption = Redemption {
        account: None,
        token_hash: token_hash(&token),
        attempt_hash: String::new(),
        device: DeviceId([7; 16]),
        secret_hash,
        facts: DeviceFacts::default(),
        now,
    };
    let (device, _) = store.redeem_enrolment(redemption).await?;
    Ok(format!("{device}.{secret}"))
}

fn potensi_desa() -> Result<Arc<Questionnaire>> {
    let sheets = Sheets {
        survey: include_str!("../../shared/data/potensi-desa/survey.csv").to_owned(),
        choices: include_str!("../../shared/data/potensi-desa/choices.csv").to_owned(),
        settings: include_str!("../../shared/data/potensi-desa/settings.csv").to_owned(),
        files: BTreeMap::from([("wilayah.csv".to_owned(), "name,label\n".to_owned())]),
        ..Sheets::default()
    };
    let imported = import(&sheets);
    Ok(Arc::new(
        imported
            .questionnaire
            .context("the questionnaire imports")?,
    ))
}

fn draft(form: &Questionnaire) -> QuestionnaireDraft {
    QuestionnaireDraft {
        id: form.fingerprint(),
        form_id: form.form_id.clone(),
        title: form.title.clone(),
        version: form.version.clone(),
        questions: 0,
        compiled: form.to_bytes(),
        sheets: QuestionnaireSheets {
            survey: String::new(),
            choices: String::new(),
            settings: String::new(),
            entities: String::new(),
        },
        lists: Vec::new(),
    }
}

fn village(number: u32) -> RegionId {
    format!("53.21.03.{}", 2001 + number)
        .parse()
        .expect("a code with dots")
}

/// Push bodies of one client: each is a village's answers, one batch in the client's lane.
fn submissions(form: &Arc<Questionnaire>, name: &str, client: u8, count: usize) -> Vec<String> {
    let places = question_paths(form);
    let lane = LaneId([client + if name == "1_client" { 100 } else { 0 }; 16]);
    let mut previous: Option<OpId> = None;
    let mut bodies = Vec::with_capacity(count);
    for submission in 0..count {
        let first = submission * ANSWERS;
        let case = CaseId {
            round: ROUND,
            region: village((u32::from(client) + submission as u32) % 50),
        };
        let ops: Vec<Op> = (first..first + ANSWERS)
            .map(|number| {
                op(
                    form.fingerprint(),
                    &case,
                    &places[number % places.len()],
                    lane,
                    number,
                )
            })
            .collect();
        let request = PushRequest {
            wire: WIRE_VERSION,
            partition: PartitionId {
                round: ROUND,
                regency: case.region.regency(),
            },
            lane,
            from: Seq(first as u64 + 1),
            previous,
            ops: OpBatch::pack(ops.iter().map(|op| (op, None))),
        };
        previous = ops.last().map(Op::id);
        bodies.push(serde_json::to_string(&request).expect("requests are plain JSON"));
    }
    bodies
}

fn question_paths(form: &Questionnaire) -> Vec<Path> {
    let mut paths = Vec::new();
    for index in 1..form.nodes.len() as u32 {
        let node = form.node(index);
        if !node.kind.is_question() || node.repeat.is_some() {
            continue;
        }
        let mut names = vec![node.name.clone()];
        let mut at = node.parent;
        while at != 0 {
            names.push(form.node(at).name.clone());
            at = form.node(at).parent;
        }
        paths.push(
            names
                .iter()
                .rev()
                .fold(Path::root(), |path, name| path.child(name)),
        );
    }
    paths
}

fn op(form: QuestionnaireId, case: &CaseId, path: &Path, lane: LaneId, number: usize) -> Op {
    Op::new(OpBody {
        case: case.clone(),
        path: path.clone(),
        change: Change::Set(Value::Integer(number as i64)),
        source: None,
        seen: vec![],
        lamport: 1,
        written: Evidence {
            wall: Millis(1_795_000_000_000 + number as i64 * 20_000),
            zone_minutes: 480,
            monotonic_ms: number as u64 * 20_000,
            boot: BootId([1; 16]),
            visit: VisitId([1; 16]),
        },
        author: ANI,
        role: Role::Enumerator,
        device: DeviceId(lane.0),
        counter: number as u64,
        questionnaire: form,
        app_version: "0.1.0".to_owned(),
    })
}
