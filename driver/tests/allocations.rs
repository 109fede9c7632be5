//! What takes memory and what does not, counted by the allocator.

use std::alloc::System;
use std::ops::ControlFlow;
use std::sync::Arc;

use scylla_orm_derive::{FromRow, ToRow};
use scylla_orm_driver::frame::request::Execute;
use scylla_orm_driver::frame::{Features, Params, Values};
use scylla_orm_driver::policy::Shared;
use scylla_orm_driver::policy::balancing::{
    DcAware, HostFilter, LeastLoaded, LoadBalancing, Nodes, RackAware, Request, RoundRobin,
    TokenAware,
};
use scylla_orm_driver::policy::distance::Locality;
use scylla_orm_driver::policy::throttle::{Both, Concurrency, Entrance, Rate, Throttle};
use scylla_orm_driver::token::Partitioner;
use scylla_orm_driver::topology::Node;
use scylla_orm_driver::value::{Cells, Column, FromRow, ToRow, Type};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(ToRow)]
#[cql(crate = "scylla_orm_driver")]
struct Sent<'a> {
    key: &'a str,
    numbers: &'a [i32],
    at: i64,
    vector: [f32; 3],
    words: &'a [&'a str],
}

#[derive(FromRow)]
#[cql(crate = "scylla_orm_driver")]
struct Read<'a> {
    key: &'a str,
    at: i64,
}

fn columns(types: &[(&str, &str)]) -> Arc<[Column]> {
    let column = |(name, ty): &(&str, &str)| Column {
        keyspace: "k".into(),
        table: "t".into(),
        name: Box::from(*name),
        ty: Type::parse(ty, &|_| None).expect("a type"),
    };
    types.iter().map(column).collect()
}

/// How many allocations `work` makes.
fn count(mut work: impl FnMut()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

/// One test, since the allocator counts for the whole process.
#[test]
fn an_execute_is_encoded_and_borrowed_rows_are_read_without_allocation() {
    let markers = columns(&[
        ("at", "bigint"),
        ("key", "text"),
        ("numbers", "list<int>"),
        ("vector", "vector<float, 3>"),
        ("words", "list<text>"),
    ]);
    let row = Sent {
        key: "Seattle",
        numbers: &[1, 2, 3],
        at: 7,
        vector: [1.0, 2.0, 3.0],
        words: &["a", "b"],
    };
    let features = Features::default();
    let (mut values, mut frame, mut token) = (Vec::new(), Vec::new(), None);
    let mut encode = || {
        values.clear();
        frame.clear();
        row.check(&markers).expect("the values suit the statement");
        let values_of = Values::new(row.write_row(&markers, &mut values), &values);
        token = Partitioner::Murmur3.token_of(values_of, &[1]);
        let execute = Execute {
            id: &[7; 16],
            result_id: &[],
            params: Params {
                values: values_of,
                page_size: Some(5000),
                timestamp: Some(1),
                ..Params::default()
            },
            tablet: 0,
        };
        execute.encode(&features, &mut frame).expect("it is short");
    };
    assert!(count(&mut encode) > 0, "the buffers are new");
    assert_eq!(count(&mut encode), 0, "the buffers are large enough");
    let key = [Partitioner::Murmur3.token(b"Seattle")];
    assert_eq!(token, Some(key[0]));

    let columns = columns(&[("key", "text"), ("at", "bigint"), ("other", "int")]);
    let mut body = Vec::new();
    for _ in 0..1_000 {
        ("Seattle", 7_i64, 1).write_row(&columns, &mut body);
    }
    let plan = Read::plan(&columns).expect("the columns suit the struct");
    let mut read = 0;
    let allocations = count(|| {
        let sum = |row: Read<'_>| read += row.key.len() + usize::try_from(row.at).unwrap_or(0);
        Read::read_each(&plan, &mut Cells::new(&body), 1_000, sum).expect("the rows are good");
    });
    assert_eq!((allocations, read), (0, 14_000));

    plans_are_made_without_allocation();
    throttles_let_in_without_allocation();
}

/// As long as nobody has to wait.
fn throttles_let_in_without_allocation() {
    let throttle: Shared<dyn Throttle> =
        Both::new(Rate::per_second(1_000_000), Concurrency::new(1)).into();
    let mut entered = 0;
    let allocations = count(|| {
        for _ in 0..100 {
            if matches!(throttle.enter(), Entrance::Open) {
                entered += 1;
                throttle.leave();
            }
        }
    });
    assert_eq!((allocations, entered), (0, 100));
}

/// What a session asks a load balancing policy for each request: its first node, and here all of them.
fn plans_are_made_without_allocation() {
    let nodes: Vec<Node> = (0..9).map(node).collect();
    let here = Locality {
        datacenter: Some("dc0".into()),
        rack: Some("r1".into()),
    };
    let view = Nodes::new(&nodes, &here, &|node| Some(u32::from(node)));
    let replicas = [4, 2, 6, 1];
    let policies: [Shared<dyn LoadBalancing>; 4] = [
        RoundRobin.into(),
        TokenAware::new(RackAware::default().used_hosts_per_remote_dc(2)).into(),
        LeastLoaded::of_two(TokenAware::new(DcAware::default()).shuffled()).into(),
        HostFilter::new(RoundRobin, |node| &*node.rack == "r0").into(),
    ];
    let mut request = Request::default();
    request.replicas = &replicas;
    for policy in policies {
        let mut seen = 0;
        let allocations = count(|| {
            for turn in 0..100 {
                request.turn = turn;
                let _ = policy.plan(&request, &view, &mut |_| {
                    seen += 1;
                    ControlFlow::Continue(())
                });
            }
        });
        assert!(
            allocations == 0 && seen >= 300,
            "{policy:?}: {allocations} {seen}"
        );
    }
}

fn node(n: u8) -> Node {
    Node {
        host_id: uuid::Uuid::from_u128(u128::from(n)),
        address: ([10, 0, 0, n], 9042).into(),
        datacenter: format!("dc{}", n % 2).into(),
        rack: format!("r{}", n % 3).into(),
        release: "".into(),
        tokens: Vec::new(),
        sharder: None,
    }
}
