//! Desks read no log and keep what they opened; a hub that was put back gets it again.

use super::*;

type Answer = (Vec<(Op, Mac)>, Asked, Opened);

impl Device {
    pub(super) fn desk(number: u8) -> Device {
        let mut desk = Device::new(number);
        desk.phone.reach = Reach::OpenedCases;
        desk
    }

    /// Somebody opens a village, and the answer arrives at once.
    pub(super) fn open(&mut self, hub: &Hub, village: usize) {
        let answer = self.ask(hub, village);
        self.take_in(village, answer);
    }

    fn ask(&self, hub: &Hub, village: usize) -> Answer {
        let asked = self.phone.asks(&case_id(village));
        let (given, opened) = hub.open(village, asked.cursor);
        (given, asked, opened)
    }

    fn take_in(&mut self, village: usize, answer: Answer) {
        let (given, asked, opened) = answer;
        let case = case_id(village);
        let actions = self.phone.learn_whole(&case, given, &asked, opened);
        carry(self, actions);
    }

    /// Sits down at it again after it was switched off.
    fn sit_down(&mut self) {
        self.restart();
        self.phone.reach = Reach::OpenedCases;
    }
}

fn settle_alone(hub: &mut Hub, desk: &mut Device) {
    settle(hub, std::slice::from_mut(desk));
}

/// What a village has after `count` answers of a phone that is gone then.
fn typed(hub: &mut Hub, village: usize, count: i64) -> Vec<OpId> {
    let mut phone = Device::new(u8::try_from(hub.log.len()).unwrap() + 10);
    let typed = (0..count).map(|number| phone.write(village, 1 + number as u8, number));
    let typed = typed.collect();
    phone.sync(hub, || Fault::None);
    typed
}

fn has_all(hub: &Hub, ops: &[OpId]) -> bool {
    let here: BTreeSet<OpId> = hub.log.iter().map(Op::id).collect();
    ops.iter().all(|id| here.contains(id))
}

#[test]
fn a_desk_brings_back_what_it_opened_once_though_nobody_opens_it_again() {
    let mut hub = Hub::default();
    let old = hub.clone();
    let first = typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    desk.open(&hub, 0);
    settle_alone(&mut hub, &mut desk);
    desk.sit_down();
    hub = old;
    // It grew again as far as it was, with other answers.
    typed(&mut hub, 1, 5);
    settle_alone(&mut hub, &mut desk);
    assert!(has_all(&hub, &first));
}

#[test]
fn a_desk_does_not_take_a_hub_that_grew_again_for_the_one_it_knew() {
    let mut hub = Hub::default();
    let old = hub.clone();
    let first = typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    desk.open(&hub, 0);
    hub = old;
    typed(&mut hub, 1, 5);
    // The log is longer than what the desk knew of; its cursor must not move there unseen.
    desk.open(&hub, 1);
    desk.sit_down();
    settle_alone(&mut hub, &mut desk);
    assert!(has_all(&hub, &first));
}

#[test]
fn answers_that_arrive_late_hide_no_loss() {
    let mut hub = Hub::default();
    typed(&mut hub, 1, 1);
    let mut desk = Device::desk(1);
    desk.open(&hub, 1);
    let old = hub.clone();
    let first = typed(&mut hub, 0, 3);
    let late = desk.ask(&hub, 0);
    hub = old;
    typed(&mut hub, 1, 5);
    desk.open(&hub, 1);
    assert!(!desk.phone.still_asks(&case_id(0), &late.1));
    desk.take_in(0, late);
    desk.sit_down();
    settle_alone(&mut hub, &mut desk);
    assert!(has_all(&hub, &first));
}

#[test]
fn a_revoked_desk_brings_what_arrived_late() {
    let mut hub = Hub::default();
    let old = hub.clone();
    let first = typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    let late = desk.ask(&hub, 0);
    hub = old;
    hub.revokes = true;
    settle_alone(&mut hub, &mut desk);
    desk.take_in(0, late);
    settle_alone(&mut hub, &mut desk);
    assert!(has_all(&hub, &first));
}

#[test]
fn what_is_opened_during_a_round_is_stored_after_it() {
    let mut hub = Hub::default();
    let first = typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    let sent = desk.phone.sync(DeviceFacts::default(), 0);
    let [Action::Send(Request::Hello(hello))] = &sent[..] else {
        panic!("a round begins with hello: {sent:?}");
    };
    let (given, asked, opened) = desk.ask(&hub, 0);
    let actions = desk.phone.learn_whole(&case_id(0), given, &asked, opened);
    assert!(actions.is_empty(), "a lane may be on its way to the disk");
    assert!(
        desk.phone.case(&case_id(0)).is_some(),
        "it is shown at once"
    );
    let me = desk.disk.me.account.clone();
    let answer = hub.answer(Request::Hello(hello.clone()), &me);
    let actions = desk.phone.received(answer, 0);
    carry(&mut desk, actions);
    settle_alone(&mut hub, &mut desk);
    desk.sit_down();
    assert!(first.iter().all(|id| desk.disk.ops.contains_key(id)));
    assert_eq!(desk.phone.asks(&case_id(0)).cursor, opened.last);
}

#[test]
fn a_desk_that_opens_what_did_not_change_stores_nothing() {
    let mut hub = Hub::default();
    typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    desk.open(&hub, 0);
    let (given, asked, opened) = desk.ask(&hub, 0);
    let actions = desk.phone.learn_whole(&case_id(0), given, &asked, opened);
    assert!(actions.is_empty());
}

/// A desk that reviews the kabupaten and opened the first village.
fn reviewing(hub: &mut Hub) -> Device {
    typed(hub, 0, 3);
    let mut desk = Device::desk(1);
    desk.disk.me.account.regions = vec!["53.21".parse().unwrap()];
    desk.open(hub, 0);
    settle_alone(hub, &mut desk);
    desk
}

fn days_pass(hub: &mut Hub, days: i64) {
    hub.back_up();
    hub.now = Millis(hub.now.0 + days * crate::time::DAY_MS);
}

#[test]
fn a_desk_gives_up_what_it_may_review_no_more_once_that_is_safe() {
    let mut hub = Hub {
        unassigned: Some(0),
        ..Hub::default()
    };
    let mut desk = reviewing(&mut hub);
    for _ in 0..3 {
        days_pass(&mut hub, 70);
        settle_alone(&mut hub, &mut desk);
    }
    assert_eq!(desk.disk.ops.len(), 3, "it is the desk's work");
    desk.disk.me.account.regions = Vec::new();
    settle_alone(&mut hub, &mut desk);
    assert_eq!(desk.disk.ops.len(), 3, "a backup may bring it back");
    days_pass(&mut hub, 70);
    settle_alone(&mut hub, &mut desk);
    assert!(desk.disk.ops.is_empty());
    assert!(desk.phone.case(&case_id(0)).is_none());
}

#[test]
fn a_desk_takes_in_nothing_that_nobody_opened() {
    let mut hub = Hub::default();
    let mut desk = reviewing(&mut hub);
    typed(&mut hub, 1, 2);
    desk.disk.me.account.regions = Vec::new();
    hub.unassigned = Some(0);
    settle_alone(&mut hub, &mut desk);
    days_pass(&mut hub, 70);
    settle_alone(&mut hub, &mut desk);
    assert!(desk.disk.ops.is_empty());
}

#[test]
fn a_desk_of_more_kabupaten_than_a_hello_names_asks_about_all_in_turn() {
    let mut desk = Device::desk(1);
    for number in 0..1_300 {
        let regency = format!("{:02}.{:02}", number / 100 + 11, number % 100);
        let mut id = case_id(0).partition();
        id.regency = regency.parse().unwrap();
        let mut record = desk.phone.fresh_partition(id.clone());
        if number == 1_299 {
            record.out = vec![OpId([1; 16])];
        }
        desk.phone.partitions.insert(id, record);
    }
    let mut asked = BTreeSet::new();
    for _ in 0..3 {
        let ids: Vec<PartitionId> = {
            let records = desk.phone.partitions_to_ask().into_iter();
            records.map(|record| record.partition.clone()).collect()
        };
        assert_eq!(ids.len(), crate::wire::v1::PARTITIONS_MAX);
        assert_eq!(ids[0].regency.as_str(), "23.99", "what waits goes first");
        asked.extend(ids);
    }
    assert_eq!(asked.len(), 1_300);
}

#[test]
fn what_goes_to_the_hub_while_its_case_is_read_is_not_taken_for_lost() {
    let mut hub = Hub::default();
    typed(&mut hub, 0, 1);
    let mut desk = Device::desk(1);
    let answer = desk.ask(&hub, 0);
    desk.write(0, 5, 5);
    settle_alone(&mut hub, &mut desk);
    desk.take_in(0, answer);
    let lanes = hub.lanes.len();
    settle_alone(&mut hub, &mut desk);
    assert_eq!(hub.lanes.len(), lanes);
}

#[test]
fn a_national_desk_keeps_what_it_opened_anywhere() {
    let mut hub = Hub {
        unassigned: Some(0),
        ..Hub::default()
    };
    let mut desk = reviewing(&mut hub);
    desk.disk.me.account.regions = Vec::new();
    desk.disk.me.account.role = Role::National;
    for _ in 0..3 {
        days_pass(&mut hub, 70);
        settle_alone(&mut hub, &mut desk);
    }
    assert_eq!(desk.disk.ops.len(), 3);
}

#[test]
fn what_a_lane_offers_is_erased_after_that() {
    let mut hub = Hub::default();
    let old = hub.clone();
    let first = typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    desk.open(&hub, 0);
    settle_alone(&mut hub, &mut desk);
    hub = old;
    let hello = desk.phone.sync(DeviceFacts::default(), 0);
    let hello = carry(&mut desk, hello);
    let me = desk.disk.me.account.clone();
    let mut answered = |desk: &mut Device, requests: Vec<Request>| {
        let mut next = Vec::new();
        for request in requests {
            let actions = desk.phone.received(hub.answer(request, &me), 0);
            next.extend(carry(desk, actions));
        }
        next
    };
    let pushes = answered(&mut desk, hello);
    assert!(desk.phone.erase(&case_id(0), &first[..1]).is_empty());
    let mut requests = answered(&mut desk, pushes);
    while !requests.is_empty() {
        requests = answered(&mut desk, requests);
    }
    let actions = desk.phone.erase(&case_id(0), &first[..1]);
    carry(&mut desk, actions);
    assert_eq!(desk.disk.ops.len(), 2);
}

#[test]
fn what_a_copy_of_this_desk_brought_is_replaced_and_not_taken_back() {
    let mut hub = Hub::default();
    let mut desk = Device::desk(1);
    let first = desk.write(0, 1, 3);
    let disk = desk.disk.clone();
    let mut copy = Device {
        phone: Phone::new(disk.stored(), Reach::OpenedCases, [77; 32]),
        disk,
        starts: 100,
    };
    settle_alone(&mut hub, &mut copy);
    desk.open(&hub, 0);
    let second = desk.write(0, 1, 4);
    assert!(
        desk.disk.ops.contains_key(&first),
        "others may have seen it"
    );
    settle_alone(&mut hub, &mut desk);
    assert!(has_all(&hub, &[first, second]));
}

#[test]
fn what_was_erased_does_not_come_back_with_what_was_given_before() {
    let mut hub = Hub::default();
    let first = typed(&mut hub, 0, 3);
    let mut desk = Device::desk(1);
    let sent = desk.phone.sync(DeviceFacts::default(), 0);
    let [Action::Send(Request::Hello(hello))] = &sent[..] else {
        panic!("a round begins with hello: {sent:?}");
    };
    // A round is under way, so what is opened waits to be stored; meanwhile it is opened again and was erased.
    desk.open(&hub, 0);
    let actions = desk.phone.erase(&case_id(0), &first[..1]);
    carry(&mut desk, actions);
    let me = desk.disk.me.account.clone();
    let answer = hub.answer(Request::Hello(hello.clone()), &me);
    let actions = desk.phone.received(answer, 0);
    carry(&mut desk, actions);
    desk.sit_down();
    assert!(!desk.disk.ops.contains_key(&first[0]));
    assert!(desk.disk.ops.contains_key(&first[1]));
}
