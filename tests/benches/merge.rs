//! Merging: three people edit the same villages, and a replica takes in what they wrote; beside `automerge`, which is
//! given the same edits in the same batches.
//!
//! Always: both replicas show every answer after each batch, and the same answers at the end.
//! Never: counts the making of the edits; only taking them in and reading them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use automerge::transaction::Transactable as _;
use automerge::{AutoCommit, Change as TheirChange, ROOT, ReadDoc as _};
use peak_alloc::PeakAlloc;
use shared::answers::{Answer, Change, Evidence, Op, OpBody, Value};
use shared::ids::{
    AccountId, BootId, CaseId, DeviceId, Path, QuestionnaireId, Role, RoundId, VisitId,
};
use shared::merge::Case;
use shared::time::Millis;

const VILLAGES: u32 = 20;
const AUTHORS: u8 = 3;
const QUESTIONS: usize = 250;
/// Between two of them everybody gets what the others wrote.
const ROUNDS: usize = 4;
const OPS: usize = VILLAGES as usize * AUTHORS as usize * QUESTIONS * ROUNDS;

/// Counts what is allocated now.
#[global_allocator]
static HELD: PeakAlloc = PeakAlloc;

/// What a replica took, and what it weighs afterwards.
struct Measured {
    time: Duration,
    bytes: usize,
    answers: Vec<BTreeMap<String, i64>>,
}

fn main() -> Result<()> {
    let ours = ours();
    let theirs = theirs()?;
    // Which of several answers stands first is each one's own rule; that both have all questions is not.
    for (one, other) in ours.answers.iter().zip(&theirs.answers) {
        ensure!(one.len() == QUESTIONS && one.keys().eq(other.keys()));
    }
    print(
        "lumbung_ops",
        OPS as f64 / ours.time.as_secs_f64(),
        "per_second",
    );
    print(
        "lumbung_memory",
        ours.bytes as f64 / OPS as f64,
        "bytes_per_op",
    );
    print(
        "automerge_ops",
        OPS as f64 / theirs.time.as_secs_f64(),
        "per_second",
    );
    print(
        "automerge_memory",
        theirs.bytes as f64 / OPS as f64,
        "bytes_per_op",
    );
    print(
        "speed",
        theirs.time.as_secs_f64() / ours.time.as_secs_f64(),
        "times_automerge",
    );
    Ok(())
}

fn print(figure: &str, value: f64, unit: &str) {
    let value = (value * 100.0).round() / 100.0;
    println!(
        "{}",
        serde_json::json!({"bench": "merge", "figure": figure, "value": value, "unit": unit})
    );
}

fn question(number: usize) -> String {
    format!("pertanyaan_{number}")
}

/// What an author answers: the same for both programs.
fn value(author: u8, round: usize, number: usize) -> i64 {
    (number * 100 + round * 10) as i64 + i64::from(author)
}

fn ours() -> Measured {
    let villages: Vec<CaseId> = (0..VILLAGES).map(village).collect();
    let written: Vec<Vec<Vec<Op>>> = villages.iter().map(write_ours).collect();
    let begun = Instant::now();
    let mut cases = Vec::new();
    for (id, batches) in villages.iter().zip(written) {
        let mut case = Case::new(id.clone());
        for batch in batches {
            for op in batch {
                case.insert(op);
            }
            assert_eq!(read_ours(&case).len(), QUESTIONS);
        }
        cases.push(case);
    }
    let time = begun.elapsed();
    let answers = cases.iter().map(read_ours).collect();
    Measured {
        time,
        bytes: weight(cases),
        answers,
    }
}

/// What goes away with it.
fn weight<T>(replicas: T) -> usize {
    let before = HELD.current_usage();
    drop(replicas);
    before - HELD.current_usage()
}

fn read_ours(case: &Case) -> BTreeMap<String, i64> {
    let read = |number: usize| match case.answer(&Path::root().child(&question(number))) {
        Some(Answer::Value(Value::Integer(value))) => Some((question(number), value)),
        _ => None,
    };
    (0..QUESTIONS).filter_map(read).collect()
}

/// One batch per author and round, in the order in which they arrive.
fn write_ours(id: &CaseId) -> Vec<Vec<Op>> {
    let mut replicas: Vec<Case> = (0..AUTHORS).map(|_| Case::new(id.clone())).collect();
    let mut batches = Vec::new();
    for round in 0..ROUNDS {
        let mut of_round = Vec::new();
        for author in 0..AUTHORS {
            let replica = &mut replicas[usize::from(author)];
            let mut batch = Vec::with_capacity(QUESTIONS);
            for number in 0..QUESTIONS {
                let path = Path::root().child(&question(number));
                let change = Change::Set(Value::Integer(value(author, round, number)));
                let context = replica.context(&path, &change, &[]);
                let op = op(id, path, change, context.seen, context.lamport, author);
                replica.insert(op.clone());
                batch.push(op);
            }
            of_round.push(batch);
        }
        for replica in &mut replicas {
            for op in of_round.iter().flatten() {
                replica.insert(op.clone());
            }
        }
        batches.extend(of_round);
    }
    batches
}

fn op(
    case: &CaseId,
    path: Path,
    change: Change,
    seen: Vec<shared::ids::OpId>,
    lamport: u64,
    author: u8,
) -> Op {
    Op::new(OpBody {
        case: case.clone(),
        path,
        change,
        source: None,
        seen,
        lamport,
        written: Evidence {
            wall: Millis(1_795_000_000_000),
            zone_minutes: 480,
            monotonic_ms: 20_000,
            boot: BootId([1; 16]),
            visit: VisitId([1; 16]),
        },
        author: AccountId([author; 16]),
        role: Role::Enumerator,
        device: DeviceId([author; 16]),
        counter: lamport,
        questionnaire: QuestionnaireId([0; 16]),
        app_version: "0.1.0".to_owned(),
    })
}

fn village(number: u32) -> CaseId {
    let region = format!("53.21.03.{}", 2001 + number);
    CaseId {
        round: RoundId([9; 16]),
        region: region.parse().expect("a code with dots"),
    }
}

fn theirs() -> Result<Measured> {
    let villages: Result<Vec<_>> = (0..VILLAGES).map(|_| write_theirs()).collect();
    let villages = villages?;
    let begun = Instant::now();
    let mut documents = Vec::new();
    for batches in villages {
        let mut document = AutoCommit::new();
        for batch in batches {
            document.apply_changes(batch)?;
            ensure!(read_theirs(&document)?.len() == QUESTIONS);
        }
        documents.push(document);
    }
    let time = begun.elapsed();
    let answers: Result<_> = documents.iter().map(read_theirs).collect();
    Ok(Measured {
        time,
        bytes: weight(documents),
        answers: answers?,
    })
}

fn read_theirs(document: &AutoCommit) -> Result<BTreeMap<String, i64>> {
    let mut answers = BTreeMap::new();
    for number in 0..QUESTIONS {
        if let Some((value, _)) = document.get(ROOT, question(number))?
            && let Some(value) = value.as_i64()
        {
            answers.insert(question(number), value);
        }
    }
    Ok(answers)
}

fn write_theirs() -> Result<Vec<Vec<TheirChange>>> {
    let mut replicas: Vec<AutoCommit> = (0..AUTHORS).map(|_| AutoCommit::new()).collect();
    let mut batches = Vec::new();
    for round in 0..ROUNDS {
        let mut of_round = Vec::new();
        for author in 0..AUTHORS {
            let replica = &mut replicas[usize::from(author)];
            let heads = replica.get_heads();
            for number in 0..QUESTIONS {
                replica.put(ROOT, question(number), value(author, round, number))?;
            }
            replica.commit();
            let made: Vec<TheirChange> = replica.get_changes(&heads).into_iter().collect();
            of_round.push(made);
        }
        for replica in &mut replicas {
            for batch in &of_round {
                replica.apply_changes(batch.clone())?;
            }
        }
        batches.extend(of_round);
    }
    Ok(batches)
}
