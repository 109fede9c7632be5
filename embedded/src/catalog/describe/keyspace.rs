//! CREATE KEYSPACE.

use scylla_orm_driver::value::Ident;

use crate::catalog::describe::{Element, map};
use crate::catalog::keyspace::Keyspace;
use crate::catalog::system::VIRTUAL;
use crate::flavor::Flavor;

pub(super) fn describe(keyspace: &Keyspace, flavor: Flavor) -> Element {
    let name = Ident(&keyspace.name);
    let statement = if &*keyspace.name == VIRTUAL {
        format!(
            "/*\nWarning: Keyspace {name} is a virtual keyspace and cannot be recreated with CQL.\n\
             Structure, for reference:\nVIRTUAL KEYSPACE {name};\n*/"
        )
    } else {
        create(keyspace, flavor)
    };
    Element::new(&keyspace.name, "keyspace", &keyspace.name, statement)
}

fn create(keyspace: &Keyspace, flavor: Flavor) -> String {
    let mut replication = keyspace.replication.options();
    if flavor == Flavor::Cassandra
        && let Some(class) = replication.get_mut("class")
        && let Some((_, short)) = class.rsplit_once('.')
    {
        *class = short.to_owned();
    }
    let replication = map(replication.iter().map(|(k, v)| (&**k, &**v)));
    // Cassandra's two blanks are in its texts as well.
    let blank = flavor.pick(" ", "  ");
    let tablets = match keyspace.tablets {
        _ if flavor == Flavor::Cassandra => String::new(),
        None => " AND tablets = {'enabled': false}".to_owned(),
        Some(0) => " AND tablets = {'enabled': true}".to_owned(),
        Some(initial) => format!(" AND tablets = {{'enabled': true, 'initial': {initial}}}"),
    };
    format!(
        "CREATE KEYSPACE {} WITH replication = {replication}{blank}AND durable_writes = {}{tablets};",
        Ident(&keyspace.name),
        keyspace.durable_writes,
    )
}
