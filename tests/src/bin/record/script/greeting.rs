//! The handshake: OPTIONS, STARTUP, passwords right and wrong, and what is out of turn.

use std::io;

use scylla_orm::driver::frame::request::{Options, Request, Startup};

use crate::client::Client;

pub(super) fn run(client: &mut Client) -> io::Result<()> {
    client.hello(&[("DRIVER_NAME", "record")])?;
    client.query("SELECT key FROM system.local")?;
    client.log_in("cassandra", "wrong")?;

    client.reconnect()?;
    client.enter()?;
    client.ask(&Request::Options(Options))?;
    let options = vec![("CQL_VERSION", "3.0.0")];
    client.ask(&Request::Startup(Startup { options }))?;

    client.reconnect()?;
    let options = vec![];
    client.ask(&Request::Startup(Startup { options }))?;

    client.reconnect()?;
    let options = vec![("CQL_VERSION", "3.0.0"), ("COMPRESSION", "zstd")];
    client.ask(&Request::Startup(Startup { options }))?;
    Ok(())
}
