//! Sorted vectors against the trees of the standard library.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Map, Set};

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, u8),
    Remove(u8),
    GetOrInsert(u8, u8),
    Retain(u8),
    Collect(Vec<(u8, u8)>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<u8>(), any::<u8>()).prop_map(|(key, value)| Step::Insert(key, value)),
        any::<u8>().prop_map(Step::Remove),
        (any::<u8>(), any::<u8>()).prop_map(|(key, value)| Step::GetOrInsert(key, value)),
        any::<u8>().prop_map(Step::Retain),
        prop::collection::vec(any::<(u8, u8)>(), 0..80).prop_map(Step::Collect),
    ]
}

proptest! {
    #[test]
    fn a_map_is_what_a_tree_is(steps in prop::collection::vec(step(), 0..60)) {
        let mut map = Map::new();
        let mut tree = BTreeMap::new();
        for step in steps {
            match step {
                Step::Insert(key, value) => {
                    prop_assert_eq!(map.insert(key, value), tree.insert(key, value));
                }
                Step::Remove(key) => prop_assert_eq!(map.remove(&key), tree.remove(&key)),
                Step::GetOrInsert(key, value) => {
                    let here = *map.get_or_insert_with(key, || value);
                    prop_assert_eq!(here, *tree.entry(key).or_insert(value));
                }
                Step::Retain(least) => {
                    map.retain(|key, _| least <= *key);
                    tree.retain(|key, _| least <= *key);
                }
                Step::Collect(entries) => {
                    map = entries.iter().copied().collect();
                    tree = entries.into_iter().collect();
                }
            }
            prop_assert_eq!(map.len(), tree.len());
            prop_assert!(map.iter().eq(tree.iter()));
            prop_assert!(map.values().eq(tree.values()));
        }
        for key in 0..=u8::MAX {
            prop_assert_eq!(map.get(&key), tree.get(&key));
        }
    }

    #[test]
    fn what_is_equal_keeps_its_order(mut items in prop::collection::vec((0..9_u8, any::<u8>()), 0..90)) {
        let mut expected = items.clone();
        expected.sort_by_key(|(key, _)| *key);
        super::sort_by(&mut items, |(one, _), (other, _)| one.cmp(other));
        prop_assert_eq!(items, expected);
    }

    #[test]
    fn a_set_is_what_a_tree_is(
        left in prop::collection::vec(any::<u8>(), 0..40),
        right in prop::collection::vec(any::<u8>(), 0..40),
        removed in any::<u8>(),
    ) {
        let (mut set, other): (Set<u8>, Set<u8>) =
            (left.iter().copied().collect(), right.iter().copied().collect());
        let (mut tree, other_tree): (BTreeSet<u8>, BTreeSet<u8>) =
            (left.into_iter().collect(), right.into_iter().collect());
        prop_assert!(set.iter().eq(tree.iter()));
        prop_assert!(set.difference(&other).eq(tree.difference(&other_tree)));
        prop_assert_eq!(set.is_subset(&other), tree.is_subset(&other_tree));
        prop_assert_eq!(set.remove(&removed), tree.remove(&removed));
        prop_assert_eq!(set.insert(removed), tree.insert(removed));
        prop_assert_eq!(set.pop_first(), tree.pop_first());
        prop_assert!(set.iter().eq(tree.iter()));
    }
}
