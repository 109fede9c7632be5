//! Random restrictions of the clustering key select what a reader of the whole partition would pick out.

use std::cmp::Ordering;

use crate::exec::tests::Server;
use crate::flavor::Flavor;

type Row = (i32, i32);

/// A relation as text, and what it means.
type Relation = (String, Box<dyn Fn(Row) -> bool>);

/// The next of a fixed sequence of numbers below `bound`.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: i32) -> i32 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        i32::try_from((self.0 >> 33) % u64::from(bound.unsigned_abs())).unwrap()
    }
}

/// An operator, and whether it holds.
type Sign = (&'static str, fn(Ordering) -> bool);

const SIGNS: [Sign; 4] = [
    (">", Ordering::is_gt),
    (">=", Ordering::is_ge),
    ("<", Ordering::is_lt),
    ("<=", Ordering::is_le),
];

fn single(n: &mut Numbers) -> Vec<Relation> {
    let first = n.below(4);
    let mut relations: Vec<Relation> = match n.below(3) {
        0 => vec![(format!("c = {first}"), Box::new(move |(c, _)| c == first))],
        1 => {
            let other = n.below(4);
            let list = format!("c IN ({first}, {other}, {first})");
            vec![(list, Box::new(move |(c, _)| c == first || c == other))]
        }
        _ => return slices(n, "c", |(c, _)| c),
    };
    if n.below(3) > 0 {
        relations.extend(slices(n, "d", |(_, d)| d));
    }
    relations
}

/// A lower bound, an upper bound, or both.
fn slices(n: &mut Numbers, column: &str, of: fn(Row) -> i32) -> Vec<Relation> {
    let mut side = |from: i32| -> Relation {
        let bound = n.below(4);
        let (sign, right) = SIGNS[usize::try_from(from + n.below(2)).unwrap()];
        let text = format!("{column} {sign} {bound}");
        (text, Box::new(move |row| right(of(row).cmp(&bound))))
    };
    let (lower, upper) = (side(0), side(2));
    match n.below(3) {
        0 => vec![lower],
        1 => vec![upper],
        _ => vec![lower, upper],
    }
}

fn multi(n: &mut Numbers) -> Vec<Relation> {
    let mut pair = || (n.below(4), n.below(4));
    let (a, b) = (pair(), pair());
    match n.below(4) {
        0 => {
            let text = format!("(c, d) IN (({}, {}), ({}, {}))", a.0, a.1, b.0, b.1);
            vec![(text, Box::new(move |row| row == a || row == b))]
        }
        1 => {
            // Bounds on different numbers of columns.
            let text = format!("(c, d) > ({}, {})", a.0, a.1);
            let c = b.0;
            vec![
                (text, Box::new(move |row| row > a)),
                (format!("(c) <= ({c})"), Box::new(move |row| row.0 <= c)),
            ]
        }
        _ => [(0, a), (2, b)]
            .into_iter()
            .map(|(from, bound)| {
                let (sign, right) = SIGNS[usize::try_from(from + n.below(2)).unwrap()];
                let text = format!("(c, d) {sign} ({}, {})", bound.0, bound.1);
                let test: Box<dyn Fn(Row) -> bool> =
                    Box::new(move |row: Row| right(row.cmp(&bound)));
                (text, test)
            })
            .collect(),
    }
}

#[test]
fn ranges_hold_what_the_relations_say() {
    let mut n = Numbers(7);
    for (c, d) in [
        ("ASC", "ASC"),
        ("ASC", "DESC"),
        ("DESC", "ASC"),
        ("DESC", "DESC"),
    ] {
        let server = Server::new(
            Flavor::Scylla,
            &format!(
                "CREATE TABLE t (p int, c int, d int, PRIMARY KEY (p, c, d)) WITH CLUSTERING ORDER BY (c {c}, d {d})"
            ),
        );
        let mut rows: Vec<Row> = (0..4).flat_map(|c| (0..4).map(move |d| (c, d))).collect();
        rows.retain(|_| n.below(4) > 0);
        for (c, d) in &rows {
            server.run(&format!("INSERT INTO t (p, c, d) VALUES (1, {c}, {d})"));
        }
        let turn = |v: i32, order: &str| if order == "DESC" { -v } else { v };
        rows.sort_by_key(|row| (turn(row.0, c), turn(row.1, d)));
        for _ in 0..200 {
            let relations = if n.below(2) == 0 {
                single(&mut n)
            } else {
                multi(&mut n)
            };
            let text: Vec<&str> = relations.iter().map(|(text, _)| &**text).collect();
            let reversed = n.below(2) == 0;
            let flip = |order| if order == "ASC" { "DESC" } else { "ASC" };
            let order = match reversed {
                true => format!(" ORDER BY c {}, d {}", flip(c), flip(d)),
                false => String::new(),
            };
            let cql = format!(
                "SELECT c, d FROM t WHERE p = 1 AND {}{order}",
                text.join(" AND ")
            );
            let mut expected: Vec<String> = rows
                .iter()
                .filter(|row| relations.iter().all(|(_, holds)| holds(**row)))
                .map(|(c, d)| format!("{c} | {d}"))
                .collect();
            if reversed {
                expected.reverse();
            }
            assert_eq!(
                server.run(&cql),
                expected.join("\n"),
                "{cql} of c {c}, d {d}"
            );
        }
    }
}
