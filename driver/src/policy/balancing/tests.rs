//! The plans of all policies, as data: nodes are letters.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;

use super::*;

/// Where here is: data centre `eu`, rack `r1`.
///
/// | | A | B | C | D | E | F | G |
/// |---|---|---|---|---|---|---|---|
/// | dc | eu | eu | eu | us | us | us | ap |
/// | rack | r1 | r2 | r1 | r1 | r2 | r1 | r1 |
const PLACES: [(&str, &str); 7] = [
    ("eu", "r1"),
    ("eu", "r2"),
    ("eu", "r1"),
    ("us", "r1"),
    ("us", "r2"),
    ("us", "r1"),
    ("ap", "r1"),
];

fn nodes() -> Vec<Node> {
    (1..)
        .zip(PLACES)
        .map(|(n, (datacenter, rack))| Node {
            host_id: uuid::Uuid::from_u128(u128::from(n)),
            address: ([10, 0, 0, n], 9042).into(),
            datacenter: datacenter.into(),
            rack: rack.into(),
            release: "".into(),
            tokens: Vec::new(),
            sharder: None,
        })
        .collect()
}

fn here() -> Locality {
    Locality {
        datacenter: Some("eu".into()),
        rack: Some("r1".into()),
    }
}

fn place(letter: u8) -> u16 {
    u16::from(letter - b'A')
}

fn letter(place: u16) -> char {
    char::from(b'A' + u8::try_from(place).unwrap())
}

fn places(letters: &str) -> Vec<u16> {
    letters.bytes().map(place).collect()
}

fn request(turn: usize) -> Request<'static> {
    Request {
        turn,
        consistency: Consistency::Quorum,
        ..Request::default()
    }
}

/// The plan of `policy`; node `n` owes `loads[n]` answers.
fn plan(policy: &dyn LoadBalancing, request: &Request<'_>, loads: [u32; 7]) -> String {
    let (all, here) = (nodes(), here());
    let load = |node: u16| loads.get(usize::from(node)).copied();
    let nodes = Nodes::new(&all, &here, &load);
    let mut plan = String::new();
    let _ = policy.plan(request, &nodes, &mut |node| {
        plan.push(letter(node));
        ControlFlow::Continue(())
    });
    plan
}

#[track_caller]
fn check(policy: impl LoadBalancing, request: Request<'_>, expected: &str) {
    let found = plan(&policy, &request, [0; 7]);
    assert_eq!(found, expected, "{policy:?} {request:?}");
}

/// Distances of all nodes: `k` rack, `l` local, `r` remote, `-` ignored.
#[track_caller]
fn check_distances(policy: impl LoadBalancing, expected: &str) {
    let (all, here) = (nodes(), here());
    let nodes = Nodes::new(&all, &here, &|_| Some(0));
    let sign = |node| match policy.distance(node, &nodes) {
        HostDistance::LocalRack => 'k',
        HostDistance::Local => 'l',
        HostDistance::Remote => 'r',
        HostDistance::Ignored => '-',
    };
    let found: String = nodes.places().map(sign).collect();
    assert_eq!(found, expected, "{policy:?}");
}

fn ip(letter: u8) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, letter - b'A' + 1).into()
}

#[test]
fn round_robin_begins_at_the_next_node_each_time() {
    check_distances(RoundRobin, "lllllll");
    for (turn, expected) in [
        (0, "ABCDEFG"),
        (1, "BCDEFGA"),
        (6, "GABCDEF"),
        (7, "ABCDEFG"),
    ] {
        check(RoundRobin, request(turn), expected);
    }
}

#[test]
fn dc_aware_takes_turns_at_home_and_the_first_few_abroad_in_a_fixed_order() {
    let two = || DcAware::default().used_hosts_per_remote_dc(2);
    check_distances(DcAware::default(), "lll----");
    check_distances(two(), "lllrr-r");
    check_distances(DcAware::new("us"), "---lll-");
    for (turn, alone, with_two, elsewhere) in [
        (0, "ABC", "ABCDEG", "DEF"),
        (1, "BCA", "BCADEG", "EFD"),
        (2, "CAB", "CABDEG", "FDE"),
        (3, "ABC", "ABCDEG", "DEF"),
    ] {
        check(DcAware::default(), request(turn), alone);
        check(two(), request(turn), with_two);
        check(DcAware::new("us"), request(turn), elsewhere);
    }
}

#[test]
fn no_node_of_another_data_centre_is_asked_for_a_local_level() {
    for consistency in [
        Consistency::LocalOne,
        Consistency::LocalQuorum,
        Consistency::LocalSerial,
    ] {
        let local = Request {
            consistency,
            replicas: &[3, 0],
            ..request(0)
        };
        let two = DcAware::default().used_hosts_per_remote_dc(2);
        check(two.clone(), local, "ABC");
        check(TokenAware::new(two), local, "ABC");
        let rack = RackAware::default().used_hosts_per_remote_dc(2);
        check(rack, local, "ACB");
    }
}

#[test]
fn rack_aware_takes_turns_in_the_rack_then_in_the_data_centre() {
    let two = || RackAware::default().used_hosts_per_remote_dc(1);
    check_distances(two(), "klkr--r");
    check_distances(RackAware::new("us", "r2"), "---lkl-");
    for (turn, expected, elsewhere) in [
        (0, "ACBDG", "EDF"),
        (1, "CABDG", "EFD"),
        (2, "ACBDG", "EDF"),
    ] {
        check(two(), request(turn), expected);
        check(RackAware::new("us", "r2"), request(turn), elsewhere);
    }
}

#[test]
fn white_list_and_host_filter_know_only_some() {
    let list = || WhiteList::new([ip(b'B'), ip(b'E'), ip(b'G')]);
    check_distances(list(), "-l--l-l");
    check(list(), request(0), "BEG");
    check(list(), request(1), "EGB");
    let port = |port| WhiteList::new([SocketAddr::new(ip(b'B'), port)]);
    check(port(9042), request(0), "B");
    check(port(9043), request(0), "");

    let without = |letter: u8| move |node: &Node| node.address.ip() != ip(letter);
    let filter = || HostFilter::new(DcAware::default(), without(b'B'));
    check_distances(filter(), "l-l----");
    // What the policies page warns of: C comes first twice as often as A.
    for (turn, expected) in [(0, "AC"), (1, "CA"), (2, "CA"), (3, "AC")] {
        check(filter(), request(turn), expected);
    }
}

#[test]
fn token_aware_asks_the_near_replicas_then_the_rest_of_its_child() {
    fn keyed(replicas: &[u16], turn: usize) -> Request<'_> {
        Request {
            replicas,
            ..request(turn)
        }
    }
    let dc = || TokenAware::new(DcAware::default().used_hosts_per_remote_dc(1));
    let rack = || TokenAware::new(RackAware::default());
    // D is the remote node of its data centre that is used; F is ignored though it is a replica.
    for (letters, turn, of_dc, of_rack) in [
        ("", 1, "BCADG", "CAB"),
        ("C", 0, "CABDG", "CAB"),
        ("BC", 0, "BCADG", "CBA"),
        ("BC", 2, "BCADG", "CBA"),
        ("DCF", 0, "CDABG", "CAB"),
        ("FDB", 1, "BDCAG", "BCA"),
    ] {
        let replicas = places(letters);
        check(dc(), keyed(&replicas, turn), of_dc);
        check(rack(), keyed(&replicas, turn), of_rack);
    }
}

#[test]
fn conditional_writes_keep_the_order_of_the_ring() {
    let replicas = places("DBAC");
    for turn in 0..20 {
        let stable = Request {
            stable: true,
            replicas: &replicas,
            ..request(turn)
        };
        let first = |policy: &dyn LoadBalancing| -> String {
            plan(policy, &stable, [9, 0, 0, 0, 0, 0, 0])
                .chars()
                .take(3)
                .collect()
        };
        assert_eq!(
            first(&TokenAware::new(DcAware::default()).shuffled()),
            "BAC"
        );
        assert_eq!(
            first(&TokenAware::new(RackAware::default()).shuffled()),
            "BAC"
        );
        let two = LeastLoaded::of_two(TokenAware::new(DcAware::default()));
        assert_eq!(first(&two), "BAC");
    }
}

#[test]
fn shuffled_replicas_come_in_all_orders_equally_often() {
    let replicas = places("ABC");
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    let policy = TokenAware::new(DcAware::default()).shuffled();
    for turn in 0..6_000 {
        let keyed = Request {
            replicas: &replicas,
            ..request(turn)
        };
        *seen.entry(plan(&policy, &keyed, [0; 7])).or_default() += 1;
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
    // The numbers are fixed, not drawn anew: 1,000 each, and far from it would be a wrong shuffle.
    assert!(seen.values().all(|n| (850..1_150).contains(n)), "{seen:?}");
}

#[test]
fn of_two_equally_near_nodes_the_less_loaded_comes_first() {
    let two = || LeastLoaded::of_two(TokenAware::new(RackAware::default()));
    let check = |replicas: &str, loads, expected: &str| {
        let replicas = places(replicas);
        let keyed = Request {
            replicas: &replicas,
            ..request(0)
        };
        assert_eq!(plan(&two(), &keyed, loads), expected, "{replicas:?}");
    };
    check("AC", [5, 0, 4, 0, 0, 0, 0], "CAB");
    check("AC", [4, 0, 4, 0, 0, 0, 0], "ACB");
    // B is in another rack: its load does not count.
    check("AB", [9, 0, 9, 0, 0, 0, 0], "ABC");
    let one = HostFilter::new(two(), |node: &Node| node.address.ip() == ip(b'B'));
    assert_eq!(plan(&one, &request(0), [0; 7]), "B");
    let alone = LeastLoaded::of_two(WhiteList::new([ip(b'B')]));
    assert_eq!(plan(&alone, &request(0), [0; 7]), "B");
}

#[test]
fn a_target_comes_first_wherever_it_is() {
    let id = |letter: u8| nodes()[usize::from(letter - b'A')].host_id;
    let first = |letter| TargetFirst::new(id(letter), DcAware::default());
    check(first(b'C'), request(0), "CAB");
    check(first(b'E'), request(0), "EABC");
    check_distances(first(b'E'), "lll-r--");
    let unknown = TargetFirst::new(uuid::Uuid::nil(), DcAware::default());
    check(unknown, request(0), "ABC");
}

#[test]
fn a_plan_ends_when_no_more_are_wanted() {
    let (all, here, replicas) = (nodes(), here(), places("ABC"));
    let nodes = Nodes::new(&all, &here, &|_| Some(0));
    let keyed = Request {
        replicas: &replicas,
        ..request(0)
    };
    let policies: [Shared<dyn LoadBalancing>; 5] = [
        RoundRobin.into(),
        RackAware::default().used_hosts_per_remote_dc(3).into(),
        LeastLoaded::of_two(TokenAware::new(DcAware::default())).into(),
        HostFilter::new(RoundRobin, |_| true).into(),
        TargetFirst::new(all[0].host_id, RoundRobin).into(),
    ];
    for policy in policies {
        for most in 1..4 {
            let mut seen = 0;
            let flow = policy.plan(&keyed, &nodes, &mut |_| {
                seen += 1;
                match seen < most {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            });
            assert_eq!((flow, seen), (ControlFlow::Break(()), most), "{policy:?}");
        }
    }
}

#[test]
fn a_data_centre_without_nodes_has_an_empty_plan() {
    check(DcAware::new("mars"), request(3), "");
    check(TokenAware::new(DcAware::new("mars")), request(3), "");
    let nowhere = Locality::default();
    let all = nodes();
    let nodes = Nodes::new(&all, &nowhere, &|_| None);
    let local = |node| DcAware::default().distance(node, &nodes);
    // Until it is known where here is, every node is local.
    assert!(
        nodes
            .places()
            .all(|node| local(node) == HostDistance::Local)
    );
}
