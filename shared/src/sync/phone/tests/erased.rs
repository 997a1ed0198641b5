//! What the hub has erased is forgotten by whoever opens the case, and by nobody else's word.

use super::*;

#[test]
fn a_desk_forgets_what_the_hub_erased_and_keeps_what_the_hub_never_had() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let name = ani.journal(draft(0, 1, 7));
    ani.sync(&mut hub, || Fault::None);
    let unsent = ani.journal(draft(0, 2, 8));
    let actions = ani.phone.erase(&case_id(0), &[name, unsent]);
    let [Action::Commit { token, writes }] = actions.as_slice() else {
        panic!("{actions:?}");
    };
    assert_eq!(*writes, [Write::DeleteOp(name)]);
    ani.disk.apply(writes);
    assert!(ani.phone.committed(*token, 0).is_empty());
    ani.restart();
    let case = ani.phone.case(&case_id(0)).unwrap();
    assert!(case.get(name).is_none());
    assert!(case.get(unsent).is_some());
    assert!(ani.phone.erase(&case_id(0), &[name]).is_empty());
    assert!(ani.phone.erase(&case_id(1), &[name]).is_empty());
    // What waits still goes, and what was erased is not offered again.
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
}
