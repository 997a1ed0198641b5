//! What is larger than one op may be.

use super::*;
use crate::answers::SEEN_MAX;
use crate::wire::v1::fits;

#[test]
fn a_row_with_more_beneath_it_than_one_op_may_list_is_removed_and_kept_again() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let outer = |change: Change, path: &str| Draft {
        path: path.parse().unwrap(),
        change,
        ..draft(0, 1, 0)
    };
    let row = ani.journal(outer(Change::AddRow, "/r"));
    let row = format!("/r[{row}]");
    for question in 0..2 * SEEN_MAX + 100 {
        let one = Change::Set(Value::Integer(1));
        ani.journal(outer(one, &format!("{row}/q{question}")));
    }
    let before = ani.phone.case(&case_id(0)).map_or(0, Case::len);
    ani.journal(outer(Change::RemoveRow, &row));
    let case = ani.phone.case(&case_id(0)).unwrap();
    assert_eq!(case.len() - before, 3);
    assert!(case.ops().all(|op| fits(op)));
    assert!(case.answers().rows.values().all(Vec::is_empty));
    assert_eq!(case.conflicts(), vec![]);

    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
    assert!(hub.aside.is_empty());
    let mut budi = Device::new(2);
    budi.sync(&mut hub, || Fault::None);
    let there = budi.phone.case(&case_id(0)).unwrap();
    assert!(there.answers().rows.values().all(Vec::is_empty));

    // Taken back, the row stands with all that it had.
    ani.journal(outer(Change::AddRow, &row));
    let case = ani.phone.case(&case_id(0)).unwrap();
    assert_eq!(case.answers().answers.len(), 2 * SEEN_MAX + 100);
}
