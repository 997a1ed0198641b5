//! How the lines of the test runner are counted.

use super::Count;

fn check(lines: &[&str], expect: (u64, u64, u64)) {
    let mut count = Count::default();
    for line in lines {
        count.add(line);
    }
    assert_eq!((count.passed, count.failed, count.ignored), expect);
}

#[test]
fn results_of_several_runs_add_up() {
    check(
        &[
            "running 2 tests",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        ],
        (15, 2, 1),
    );
}

#[test]
fn a_line_that_merely_mentions_results_counts_nothing() {
    check(
        &["  test result: ok. 9 passed", "9 passed; 0 failed"],
        (0, 0, 0),
    );
}
