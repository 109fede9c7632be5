//! Errors name the place, never the data: a marked text within all that is data, in messages damaged in every way, shows
//! up in no error.

use std::fmt::{Debug, Display};

use bytes::Bytes;
use scylla_orm_driver::frame::request::{AuthResponse, Execute, Query, Request};
use scylla_orm_driver::frame::response::{
    AuthSuccess, Metadata, Prefix, QueryResult, Response, Rows,
};
use scylla_orm_driver::frame::{Features, Flags, Frame, Opcode, Params, Values};
use scylla_orm_driver::value::{Cells, Column, FromCql, Type, Value};
use scylla_orm_driver::wire::{Cell, put_value};

const SECRET: &str = "hunter2";

/// What was read does not matter.
fn check<T>(read: Result<T, impl Display + Debug>) {
    let Err(error) = read else { return };
    let hex: String = SECRET.bytes().map(|b| format!("{b:02x}")).collect();
    let list: Vec<String> = SECRET.bytes().map(|b| b.to_string()).collect();
    let shown = format!("{error} {error:?} {error:#?}").replace(['\n', ' '], "");
    for secret in [SECRET, &hex, &list.join(",")] {
        assert!(!shown.contains(secret), "an error tells the data: {error}");
    }
}

/// `body` cut at each length, and with each byte made another.
fn damaged(body: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let cut = (0..body.len()).map(|length| body[..length].to_vec());
    let changed = (0..body.len()).flat_map(move |at| {
        [0x00, 0x01, 0x7f, 0x80, 0xff].map(|byte| {
            let mut body = body.to_vec();
            body[at] = byte;
            body
        })
    });
    cut.chain(changed)
}

fn column(name: &str, ty: &str) -> Column {
    Column {
        keyspace: "k".into(),
        table: "t".into(),
        name: name.into(),
        ty: Type::parse(ty, &|_| None).unwrap(),
    }
}

#[test]
fn responses() {
    let columns = [
        column("a", "text"),
        column("b", "list<text>"),
        column("c", "int"),
    ]
    .into();
    let list = [&[0, 0, 0, 1, 0, 0, 0, 7], SECRET.as_bytes()].concat();
    let mut metadata = Metadata::new(columns);
    metadata.paging_state = Some(Bytes::from_static(SECRET.as_bytes()));
    let row = [
        Some(SECRET.as_bytes()),
        Some(&list),
        Some(SECRET.as_bytes()),
    ];
    let rows = Response::Result(QueryResult::Rows(Rows::new(metadata, [row, row]).unwrap()));
    let token = Some(Bytes::from_static(SECRET.as_bytes()));
    let success = Response::AuthSuccess(AuthSuccess {
        token: token.clone(),
    });
    let prefix = Prefix {
        payload: vec![("key".to_owned(), token)],
        ..Prefix::default()
    };
    for response in [rows, success] {
        let mut body = Vec::new();
        prefix.encode(&mut body).unwrap();
        response.encode(&Features::default(), &mut body).unwrap();
        for body in damaged(&body) {
            read(response.opcode(), body);
        }
    }
}

/// Reads all that is there, and looks at each error.
fn read(opcode: Opcode, body: Vec<u8>) {
    let frame = Frame {
        flags: Flags::PAYLOAD,
        opcode,
        stream: 1,
        body: body.into(),
    };
    let rows = match frame.response(&Features::default(), None) {
        Ok((_, Response::Result(QueryResult::Rows(rows)))) => rows,
        Ok(_) => return,
        Err(error) => return check::<()>(Err(error)),
    };
    let mut cells = Cells::new(&rows.body);
    for _ in 0..rows.count {
        for column in rows.metadata.columns.iter() {
            match cells.next() {
                Ok(cell) => typed(&column.ty, cell),
                Err(fault) => return check::<()>(Err(fault)),
            }
        }
    }
}

fn typed(ty: &Type, cell: Option<&[u8]>) {
    check(Value::decode(ty, cell));
    check(String::decode(cell));
    check(i32::decode(cell));
    check(Vec::<i32>::decode(cell));
    if let Some(bytes) = cell {
        check(ty.validate(bytes));
    }
}

#[test]
fn requests() {
    let mut values = Vec::new();
    put_value(&mut values, Cell::Value(SECRET.as_bytes()), "value").unwrap();
    let params = Params {
        values: Values::new(1, &values),
        ..Params::default()
    };
    let token = AuthResponse::plain("user", SECRET);
    let requests = [
        Request::Execute(Execute {
            id: b"id",
            result_id: b"",
            params,
            tablet: 0,
        }),
        Request::Query(Query {
            text: "SELECT 'hunter2'",
            params,
        }),
        Request::AuthResponse(AuthResponse {
            token: Some(&token),
        }),
    ];
    for request in requests {
        let mut body = Vec::new();
        request.encode(&Features::default(), &mut body).unwrap();
        for body in damaged(&body) {
            let read = Request::decode(request.opcode(), Flags::NONE, &body, &Features::default());
            check(read);
        }
    }
}
