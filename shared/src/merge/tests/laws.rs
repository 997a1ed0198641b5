//! Laws that generated histories hold.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// What a generated history does next.
#[derive(Debug, Clone)]
enum Step {
    Set {
        author: usize,
        question: u8,
        number: i64,
    },
    Unset {
        author: usize,
        question: u8,
    },
    AddRow {
        author: usize,
    },
    SetInRow {
        author: usize,
        row: u8,
        number: i64,
    },
    RemoveRow {
        author: usize,
        row: u8,
    },
    Learn {
        author: usize,
        from: usize,
    },
}

const AUTHORS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let author = 0..AUTHORS;
    prop_oneof![
        3 => (author.clone(), 0..3_u8, 0..3_i64)
            .prop_map(|(author, question, number)| Step::Set { author, question, number }),
        1 => (author.clone(), 0..3_u8).prop_map(|(author, question)| Step::Unset { author, question }),
        1 => author.clone().prop_map(|author| Step::AddRow { author }),
        2 => (author.clone(), 0..3_u8, 0..3_i64)
            .prop_map(|(author, row, number)| Step::SetInRow { author, row, number }),
        1 => (author.clone(), 0..3_u8).prop_map(|(author, row)| Step::RemoveRow { author, row }),
        3 => (author.clone(), author).prop_map(|(author, from)| Step::Learn { author, from }),
    ]
}

/// Plays a history; gives all ops and each op's full past as the author knew it.
fn play(steps: &[Step]) -> (Vec<Op>, BTreeMap<OpId, BTreeSet<OpId>>) {
    let roles = [
        Role::Enumerator,
        Role::Enumerator,
        Role::Supervisor,
        Role::Regency,
    ];
    let mut authors: Vec<Author> = roles
        .iter()
        .zip(1..)
        .map(|(role, number)| Author::new(number, *role))
        .collect();
    let mut past = BTreeMap::new();
    let repeat = path("/e/tanaman");
    for step in steps {
        let (author, place, change) = match *step {
            Step::Set {
                author,
                question,
                number,
            } => (
                author,
                path(&format!("/a/q{question}")),
                Change::Set(Value::Integer(number)),
            ),
            Step::Unset { author, question } => {
                (author, path(&format!("/a/q{question}")), Change::Unset)
            }
            Step::AddRow { author } => (author, repeat.clone(), Change::AddRow),
            Step::SetInRow { author, row, .. } | Step::RemoveRow { author, row } => {
                let rows = authors[author].case.rows(&repeat);
                let Some(id) = rows.get(usize::from(row)) else {
                    continue;
                };
                match *step {
                    Step::SetInRow { number, .. } => (
                        author,
                        repeat.row(*id).child("luas"),
                        Change::Set(Value::Integer(number)),
                    ),
                    _ => (author, repeat.row(*id), Change::RemoveRow),
                }
            }
            Step::Learn { author, from } => {
                let known: Vec<Op> = authors[from].case.ops().cloned().collect();
                for op in known {
                    authors[author].case.insert(op);
                }
                continue;
            }
        };
        let before = authors[author].case.ops().map(Op::id).collect();
        let op = authors[author].write(&place, change);
        past.insert(op.id(), before);
    }
    let mut ops: BTreeMap<OpId, Op> = BTreeMap::new();
    for author in &authors {
        ops.extend(author.case.ops().map(|op| (op.id(), op.clone())));
    }
    (ops.into_values().collect(), past)
}

fn merged(ops: &[Op]) -> Case {
    let mut case = Case::new(case_id());
    for op in ops {
        case.insert(op.clone());
    }
    case
}

proptest! {
    #[test]
    fn any_order_and_repetition_gives_the_same_case(
        steps in prop::collection::vec(step(), 0..40),
        order in any::<u64>(),
    ) {
        let (ops, _) = play(&steps);
        let straight = merged(&ops);
        let mut shuffled: Vec<Op> = ops.iter().chain(&ops).cloned().collect();
        shuffled.sort_by_key(|op| {
            u64::from_be_bytes(op.id().0[..8].try_into().unwrap()).wrapping_mul(order | 1)
        });
        let other = merged(&shuffled);
        prop_assert_eq!(straight.answers(), other.answers());
        prop_assert_eq!(straight.conflicts(), other.conflicts());
        prop_assert_eq!(straight.sync_digest(), other.sync_digest());
        prop_assert_eq!(straight, other);
    }

    #[test]
    fn merging_commutes_and_associates(
        steps in prop::collection::vec(step(), 0..40), cut in 0..40_usize, second in 0..40_usize,
    ) {
        let (ops, _) = play(&steps);
        let (left, rest) = ops.split_at(cut.min(ops.len()));
        let (middle, right) = rest.split_at(second.min(rest.len()));
        let forward = merged(&[left, middle, right].concat());
        let backward = merged(&[right, left, middle].concat());
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn heads_are_the_maximal_elements_of_true_causality(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (ops, past) = play(&steps);
        let case = merged(&ops);
        let mut registers: BTreeMap<(Path, Kind), Vec<OpId>> = BTreeMap::new();
        for op in &ops {
            let kind = Kind::of(&op.change).unwrap();
            registers.entry((op.path.clone(), kind)).or_default().push(op.id());
        }
        for ((place, kind), ids) in registers {
            if place.as_str() == "/e/tanaman" {
                continue; // rows stand side by side: each is its own head
            }
            let maximal: BTreeSet<OpId> = ids
                .iter()
                .filter(|id| !ids.iter().any(|other| past[other].contains(id)))
                .copied()
                .collect();
            let heads: BTreeSet<OpId> = case.heads(&place, kind).iter().map(|op| op.id()).collect();
            prop_assert_eq!(heads, maximal, "{} {:?}", place, kind);
        }
    }

    #[test]
    fn no_typed_value_leaves_without_an_op_that_saw_it(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (ops, past) = play(&steps);
        let case = merged(&ops);
        for op in ops.iter().filter(|op| matches!(op.change, Change::Set(_))) {
            let shown = case.is_standing(&op.path)
                && case.heads(&op.path, Kind::Value).iter().any(|head| head.id() == op.id());
            let replaced = ops.iter().any(|other| {
                past[&other.id()].contains(&op.id())
                    && (other.path == op.path || op.path.is_below(&other.path))
            });
            prop_assert!(shown || replaced, "{:?} vanished", op);
        }
    }

    #[test]
    fn withdrawing_an_op_is_as_if_it_never_came(steps in prop::collection::vec(step(), 1..30)) {
        let (ops, _) = play(&steps);
        let seen: BTreeSet<OpId> = ops.iter().flat_map(|op| op.seen.clone()).collect();
        let Some(unseen) = ops.iter().find(|op| !seen.contains(&op.id())) else { return Ok(()) };
        let mut case = merged(&ops);
        case.withdraw(unseen.id());
        let without: Vec<Op> = ops.iter().filter(|op| op.id() != unseen.id()).cloned().collect();
        prop_assert_eq!(case, merged(&without));
    }
}
