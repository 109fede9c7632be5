//! CREATE, ALTER and DROP KEYSPACE.

mod warnings;

use std::collections::BTreeMap;

use crate::catalog::Schema;
use crate::catalog::change::tablets::{self, Said};
use crate::catalog::change::{Change, not_modifiable};
use crate::catalog::keyspace::{Keyspace, Replication, is_system};
use crate::catalog::nodes::Node;
use crate::catalog::options;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::{Ddl, Property, PropertyValue};

use warnings::Set;

/// Applies a statement that is about a keyspace; others do nothing.
pub(super) fn apply(schema: &Schema, ddl: &Ddl, nodes: &[Node]) -> Result<Option<Change>, Failure> {
    match ddl {
        Ddl::CreateKeyspace {
            name,
            if_not_exists,
            properties,
        } => create(schema, name, *if_not_exists, properties, nodes),
        Ddl::AlterKeyspace {
            name,
            if_exists,
            properties,
        } => alter(schema, name, *if_exists, properties, nodes),
        Ddl::DropKeyspace { name, if_exists } => drop(schema, name, *if_exists),
        _ => Ok(None),
    }
}

fn create(
    schema: &Schema,
    name: &str,
    if_not_exists: bool,
    properties: &[Property],
    nodes: &[Node],
) -> Result<Option<Change>, Failure> {
    let flavor = schema.flavor;
    if is_system(name) && schema.keyspaces.contains_key(&*name.to_ascii_lowercase()) {
        return Err(Failure::invalid(flavor.pick(
            "system keyspace is not user-modifiable".to_owned(),
            format!("System keyspace '{name}' is not user-modifiable"),
        )));
    }
    check_name(name, flavor)?;
    let settings = Settings::new(properties, flavor)?;
    let Some(pairs) = settings.replication else {
        return Err(flavor.pick(
            Failure::config("Missing mandatory replication strategy class"),
            Failure::invalid("Missing mandatory option 'replication'"),
        ));
    };
    let replication = strategy(name, pairs, nodes, flavor)?;
    if schema.keyspaces.contains_key(name) {
        return match if_not_exists {
            true => Ok(None),
            false => Err(Failure::already_exists(
                name,
                "",
                format!("Cannot add existing keyspace \"{name}\""),
            )),
        };
    }
    let set = Set {
        keyspace: name,
        pairs,
        replication: &replication,
        before: None,
        nodes,
    };
    let warnings = set.warnings(flavor);
    let durable_writes = settings.durable_writes.unwrap_or(true);
    let tablets = tablets::of_new(settings.tablets, &replication, schema.tablets)?;
    let keyspace = Keyspace {
        replication,
        durable_writes,
        tablets,
        ..Keyspace::local(name)
    };
    Ok(Some(Change {
        schema: schema.with(keyspace),
        warnings,
    }))
}

fn alter(
    schema: &Schema,
    name: &str,
    if_exists: bool,
    properties: &[Property],
    nodes: &[Node],
) -> Result<Option<Change>, Failure> {
    let flavor = schema.flavor;
    let Some(old) = schema.keyspaces.get(name) else {
        return missing(name, if_exists, "update", flavor).map(|()| None);
    };
    if old.is_system() {
        return Err(not_modifiable(name));
    }
    let settings = Settings::new(properties, flavor)?;
    let mut keyspace = Keyspace::clone(old);
    let mut warnings = Vec::new();
    if let Some(pairs) = settings.replication {
        keyspace.replication = strategy(name, pairs, nodes, flavor)?;
        let set = Set {
            keyspace: name,
            pairs,
            replication: &keyspace.replication,
            before: Some(&old.replication),
            nodes,
        };
        warnings = set.warnings(flavor);
    }
    keyspace.tablets = tablets::of_old(settings.tablets, old, &keyspace.replication)?;
    if let Some(durable_writes) = settings.durable_writes {
        keyspace.durable_writes = durable_writes;
    }
    Ok(Some(Change {
        schema: schema.with(keyspace),
        warnings,
    }))
}

fn drop(schema: &Schema, name: &str, if_exists: bool) -> Result<Option<Change>, Failure> {
    let Some(keyspace) = schema.keyspaces.get(name) else {
        return missing(name, if_exists, "drop", schema.flavor).map(|()| None);
    };
    match keyspace.is_system() {
        true => Err(not_modifiable(name)),
        false => Ok(Some(Change {
            schema: schema.without(name),
            warnings: Vec::new(),
        })),
    }
}

fn missing(name: &str, if_exists: bool, verb: &str, flavor: Flavor) -> Result<(), Failure> {
    match if_exists {
        true => Ok(()),
        false => Err(flavor.pick(
            Failure::config(format!("Cannot {verb} non existing keyspace '{name}'.")),
            Failure::invalid(format!("Keyspace '{name}' doesn't exist")),
        )),
    }
}

fn check_name(name: &str, flavor: Flavor) -> Result<(), Failure> {
    let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let longest = flavor.pick(192, 48);
    match flavor {
        Flavor::Scylla if !word => Err(Failure::invalid(format!(
            "\"{name}\" is not a valid keyspace name"
        ))),
        Flavor::Scylla if name.len() > longest => Err(Failure::invalid(format!(
            "Keyspace names shouldn't be more than {longest} characters long (got \"{name}\")"
        ))),
        Flavor::Cassandra if !word => Err(Failure::invalid(format!(
            "Keyspace name must not be empty and must contain alphanumeric or underscore characters only (got \"{name}\")"
        ))),
        Flavor::Cassandra if name.len() > longest => Err(Failure::invalid(format!(
            "Keyspace name must not be more than {longest} characters long (got {} characters for \"{name}\")",
            name.len()
        ))),
        _ => Ok(()),
    }
}

/// What a statement says behind WITH.
struct Settings<'a> {
    replication: Option<&'a [(Box<str>, Box<str>)]>,
    durable_writes: Option<bool>,
    tablets: Option<Said>,
}

impl<'a> Settings<'a> {
    fn new(properties: &'a [Property], flavor: Flavor) -> Result<Self, Failure> {
        let mut settings = Settings {
            replication: None,
            durable_writes: None,
            tablets: None,
        };
        for property in properties {
            match (&*property.name, &property.value) {
                ("replication", PropertyValue::Map(pairs)) => settings.replication = Some(pairs),
                ("durable_writes", PropertyValue::Text(text)) => {
                    let durable = options::flag(text).ok_or_else(|| {
                        let more = options::flags(flavor);
                        Failure::syntax(format!(
                            "Invalid boolean value {text} for 'durable_writes'{more}"
                        ))
                    })?;
                    settings.durable_writes = Some(durable);
                }
                ("replication", PropertyValue::Text(_)) => {
                    return Err(Failure::syntax(
                        "Invalid value for property 'replication'. It should be a map.",
                    ));
                }
                ("tablets", PropertyValue::Map(pairs)) if flavor == Flavor::Scylla => {
                    settings.tablets = Some(Said::new(pairs)?);
                }
                // How data is laid out on disk has no meaning in memory.
                ("storage", PropertyValue::Map(_)) if flavor == Flavor::Scylla => {}
                _ => {
                    let name = &property.name;
                    return Err(Failure::syntax(format!("Unknown property '{name}'")));
                }
            }
        }
        Ok(settings)
    }
}

/// The replication that the pairs of `replication = {…}` describe.
fn strategy(
    keyspace: &str,
    pairs: &[(Box<str>, Box<str>)],
    nodes: &[Node],
    flavor: Flavor,
) -> Result<Replication, Failure> {
    let class = pairs.iter().find(|(name, _)| &**name == "class");
    let Some((_, class)) = class else {
        return Err(Failure::config(flavor.pick(
            "Missing mandatory replication strategy class",
            "Missing replication strategy class",
        )));
    };
    let options = pairs.iter().filter(|(name, _)| &**name != "class");
    let mut factors = BTreeMap::new();
    for (name, value) in options {
        factors.insert(name.clone(), factor(value, flavor)?);
    }
    let short = class
        .strip_prefix("org.apache.cassandra.locator.")
        .unwrap_or(class);
    match short {
        "SimpleStrategy" => simple(keyspace, &factors, flavor),
        "NetworkTopologyStrategy" => network(keyspace, factors, nodes, flavor),
        "EverywhereStrategy" if flavor == Flavor::Scylla => Ok(Replication::Everywhere),
        "LocalStrategy" => Ok(Replication::Local),
        _ => Err(Failure::config(format!(
            "Unable to find replication strategy class 'org.apache.cassandra.locator.{short}'"
        ))),
    }
}

fn simple(
    keyspace: &str,
    factors: &BTreeMap<Box<str>, usize>,
    flavor: Flavor,
) -> Result<Replication, Failure> {
    let other = factors.keys().find(|name| &***name != "replication_factor");
    if let Some(other) = other {
        return Err(Failure::config(format!(
            "Unrecognized strategy option {{{other}}} passed to SimpleStrategy for keyspace {keyspace}"
        )));
    }
    match factors.get("replication_factor") {
        Some(factor) => Ok(Replication::Simple(*factor)),
        None if flavor == Flavor::Cassandra => Ok(Replication::Simple(1)),
        None => Err(Failure::config(
            "SimpleStrategy requires a replication_factor strategy option.",
        )),
    }
}

/// `replication_factor` stands for each data centre that is not named itself.
fn network(
    keyspace: &str,
    mut factors: BTreeMap<Box<str>, usize>,
    nodes: &[Node],
    flavor: Flavor,
) -> Result<Replication, Failure> {
    let mut everywhere = factors.remove("replication_factor");
    if flavor == Flavor::Cassandra && everywhere.is_none() && factors.is_empty() {
        everywhere = Some(1);
    }
    let nodes: Vec<&Node> = nodes.iter().filter(|node| !node.told.left).collect();
    let known = |name: &str| nodes.iter().any(|node| &*node.datacenter == name);
    // A cluster that has not told of its nodes yet has no data centres to compare with.
    let unknown = factors
        .keys()
        .find(|name| !nodes.is_empty() && !known(name));
    if let Some(unknown) = unknown {
        return Err(Failure::config(format!(
            "Unrecognized strategy option {{{unknown}}} passed to {}NetworkTopologyStrategy for keyspace \
             {keyspace}",
            flavor.pick("org.apache.cassandra.locator.", "")
        )));
    }
    if let Some(everywhere) = everywhere {
        for node in &nodes {
            factors.entry(node.datacenter.clone()).or_insert(everywhere);
        }
    }
    match factors.is_empty() && !nodes.is_empty() {
        true => Err(Failure::config(
            "Configuration for at least one datacenter must be present",
        )),
        false => Ok(Replication::NetworkTopology(factors)),
    }
}

fn factor(value: &str, flavor: Flavor) -> Result<usize, Failure> {
    value.parse().map_err(|_| {
        let negative = value.parse::<i64>().is_ok();
        Failure::config(flavor.pick(
            format!("Replication factor must be numeric and non-negative, found '{value}'"),
            match negative {
                true => format!("Replication factor must be non-negative, found {value}"),
                false => format!("For input string: \"{value}\""),
            },
        ))
    })
}
