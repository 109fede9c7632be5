//! Plans as data: what is there, what the model says, and the text of the plan.

use std::collections::{HashMap, HashSet};

use scylla_orm_derive::Model;
use scylla_orm_driver::value::{Counter, Duration};

use crate::table::Table;

use super::diff;
use super::found::{Found, Taken};
use super::testing::table_info;

#[derive(Model)]
#[cql(crate = "crate", keyspace = "climate", table = "observations")]
struct Observation {
    #[cql(partition_key)]
    station: String,
    #[cql(partition_key)]
    year: i32,
    #[cql(clustering_key(desc))]
    day: i64,
    #[cql(clustering_key)]
    hour: i8,
    #[cql(static_column)]
    elevation: Option<f64>,
    #[cql(index)]
    weather: String,
    high: f64,
    #[cql(index)]
    tags: HashSet<String>,
    #[cql(index, frozen)]
    sources: HashSet<String>,
    nested: HashMap<String, Vec<(i32, String)>>,
}

/// A table as `Observation` says, in the words of a server that writes `frozen` wherever it can.
const OBSERVATIONS: &str = "\
    station text partition, year int partition, day bigint clustering desc, hour tinyint clustering, \
    elevation double static, high double, weather text, tags set<text>, sources frozen<set<text>>, \
    nested map<text, frozen<list<frozen<tuple<int, text>>>>>, \
    index observations_weather_idx weather, index observations_tags_idx values(tags), \
    index observations_sources_idx full(sources)";

/// Names that must be quoted, and one key column.
#[derive(Model)]
#[cql(
    crate = "crate",
    keyspace = "Shop",
    table = "Order",
    rename_all = "camelCase"
)]
struct Order {
    from: Option<String>,
    #[cql(partition_key)]
    order_id: i32,
    #[cql(index)]
    unit_price: i64,
}

#[derive(Model)]
#[cql(crate = "crate", keyspace = "blog")]
struct Hits {
    #[cql(partition_key)]
    page: String,
    views: Counter,
    likes: Counter,
}

#[derive(Model)]
#[cql(crate = "crate", keyspace = "blog")]
struct Lap {
    #[cql(partition_key)]
    id: i32,
    #[cql(index)]
    laps: Vec<Duration>,
}

#[test]
fn a_table_that_is_not_there_is_created() {
    check::<Observation>(
        "",
        "climate.observations: 4 steps
  + CREATE TABLE IF NOT EXISTS climate.observations (station text, year int, day bigint, hour tinyint, \
         elevation double static, weather text, high double, tags set<text>, sources frozen<set<text>>, \
         nested map<text, frozen<list<tuple<int, text>>>>, PRIMARY KEY ((station, year), day, hour)) \
         WITH CLUSTERING ORDER BY (day DESC, hour ASC)
  + CREATE INDEX IF NOT EXISTS observations_weather_idx ON climate.observations (weather)
  + CREATE INDEX IF NOT EXISTS observations_tags_idx ON climate.observations (values(tags))
  + CREATE INDEX IF NOT EXISTS observations_sources_idx ON climate.observations (full(sources))",
    );
    check::<Order>(
        "",
        r#""Shop"."Order": 2 steps
  + CREATE TABLE IF NOT EXISTS "Shop"."Order" ("from" text, "orderId" int, "unitPrice" bigint, PRIMARY KEY ("orderId"))
  + CREATE INDEX IF NOT EXISTS "Order_unitPrice_idx" ON "Shop"."Order" ("unitPrice")"#,
    );
    check::<Hits>(
        "",
        "blog.hits: 1 step
  + CREATE TABLE IF NOT EXISTS blog.hits (page text, views counter, likes counter, PRIMARY KEY (page))",
    );
}

#[test]
fn a_table_that_has_everything_is_left_alone() {
    let complete = "climate.observations: has all that `Observation` needs";
    check::<Observation>(OBSERVATIONS, complete);
    // Cassandra 5 does not say that tuples are frozen.
    check::<Observation>(
        &OBSERVATIONS.replace("frozen<tuple<int, text>>", "tuple<int, text>"),
        complete,
    );
    check::<Observation>(
        &OBSERVATIONS.replace("station text", "station ascii"),
        complete,
    );
    check::<Order>(
        r#"orderId int partition, from text, unitPrice bigint, index x "unitPrice""#,
        r#""Shop"."Order": has all that `Order` needs"#,
    );
    check::<Order>(
        "orderId int partition, from text, unitPrice bigint, index x unitPrice",
        r#""Shop"."Order": has all that `Order` needs"#,
    );
}

#[test]
fn what_is_missing_is_added() {
    check::<Observation>(
        &OBSERVATIONS.replace("high double, ", ""),
        "climate.observations: 1 step
  + ALTER TABLE climate.observations ADD high double",
    );
    check::<Observation>(
        "station text partition, year int partition, day bigint clustering desc, hour tinyint clustering, \
         high double, weather text",
        "climate.observations: 4 steps
  + ALTER TABLE climate.observations ADD (elevation double static, tags set<text>, sources frozen<set<text>>, \
         nested map<text, frozen<list<tuple<int, text>>>>)
  + CREATE INDEX IF NOT EXISTS observations_weather_idx ON climate.observations (weather)
  + CREATE INDEX IF NOT EXISTS observations_tags_idx ON climate.observations (values(tags))
  + CREATE INDEX IF NOT EXISTS observations_sources_idx ON climate.observations (full(sources))",
    );
    check::<Hits>(
        "page text partition, views counter",
        "blog.hits: 1 step
  + ALTER TABLE blog.hits ADD likes counter",
    );
}

#[test]
fn what_the_model_does_not_know_is_left_alone() {
    check::<Observation>(
        &format!(
            "{OBSERVATIONS}, wind double, old frozen<list<int>>, index by_wind wind, index k keys(nested), \
             index observations_high_idx {{\"pk\":[\"station\";\"year\"];\"ck\":[\"high\"]}}"
        ),
        "climate.observations: has all that `Observation` needs
  = column `old` (frozen<list<int>>) is not in the model: left alone
  = column `wind` (double) is not in the model: left alone
  = index `by_wind` on wind is not in the model: left alone
  = index `k` on keys(nested) is not in the model: left alone
  = index `observations_high_idx` on {\"pk\":[\"station\";\"year\"];\"ck\":[\"high\"]} is not in the model: left alone",
    );
}

#[test]
fn indexes_are_known_by_what_they_are_on() {
    check::<Observation>(
        &OBSERVATIONS.replace("observations_weather_idx", "of_another_name"),
        "climate.observations: has all that `Observation` needs",
    );
    check::<Observation>(
        &OBSERVATIONS.replace(
            "idx weather",
            "idx weather class org.apache.cassandra.index.sai.StorageAttachedIndex",
        ),
        "climate.observations: has all that `Observation` needs",
    );
    check::<Observation>(
        &OBSERVATIONS.replace(
            "index observations_weather_idx weather",
            "index lucene weather class com.example.Lucene",
        ),
        "climate.observations: 1 step
  + CREATE INDEX IF NOT EXISTS observations_weather_idx ON climate.observations (weather)
  = index `lucene` on weather is not in the model: left alone",
    );
    check::<Observation>(
        &OBSERVATIONS.replace("idx weather", "idx high"),
        "climate.observations: 1 refused, so nothing is done
  x the index of column `weather` would be called `observations_weather_idx`, as an index of table `observations` is; \
         create the index yourself, under another name: it is known by its column
  = index `observations_weather_idx` on high is not in the model: left alone",
    );
}

#[test]
fn other_types_are_refused() {
    check::<Observation>(
        &OBSERVATIONS
            .replace("year int", "year bigint")
            .replace("high double", "high float")
            .replace("tags set<text>", "tags frozen<set<text>>")
            .replace("frozen<set<text>>, nested", "set<text>, nested"),
        "climate.observations: 4 refused, so nothing is done
  x column `year` is bigint in the table and int in the model; the type of a column cannot be changed: make the field \
         `i64`, or give the model a table of another name and copy the rows
  x column `high` is float in the table and double in the model; the type of a column cannot be changed: make the \
         field `f32`, or give the column another name and copy the values
  x column `tags` is frozen<set<text>> in the table and set<text> in the model; the type of a column cannot be \
         changed: add `frozen` in the model, or give the column another name and copy the values
  x column `sources` is set<text> in the table and frozen<set<text>> in the model; the type of a column cannot be \
         changed: drop `frozen` in the model, or give the column another name and copy the values",
    );
}

#[test]
fn another_key_is_refused() {
    check::<Observation>(
        &OBSERVATIONS.replace("year int partition", "year int clustering"),
        "climate.observations: 1 refused, so nothing is done
  x the primary key is (station, year, day, hour) in the table and ((station, year), day, hour) in the model; a key \
         cannot be changed: give the model a table of another name and copy the rows",
    );
    check::<Observation>(
        &OBSERVATIONS.replace(
            "day bigint clustering desc, hour tinyint clustering",
            "hour tinyint clustering, day bigint clustering desc",
        ),
        "climate.observations: 1 refused, so nothing is done
  x the primary key is ((station, year), hour, day) in the table and ((station, year), day, hour) in the model; a key \
         cannot be changed: give the model a table of another name and copy the rows",
    );
    check::<Order>(
        "id int partition, from text, unitPrice bigint, index x unitPrice",
        "\"Shop\".\"Order\": 1 refused, so nothing is done
  x the primary key is (id) in the table and (\"orderId\") in the model; a key cannot be changed: give the model a \
         table of another name and copy the rows",
    );
}

#[test]
fn another_order_is_refused() {
    check::<Observation>(
        &OBSERVATIONS
            .replace("clustering desc", "clustering")
            .replace("hour tinyint clustering", "hour tinyint clustering desc"),
        "climate.observations: 2 refused, so nothing is done
  x clustering column `day` is ascending in the table and descending in the model; the order cannot be changed: say \
         `clustering_key` in the model and read in reverse, or give the model a table of another name and copy the rows
  x clustering column `hour` is descending in the table and ascending in the model; the order cannot be changed: say \
         `clustering_key(desc)` in the model and read in reverse, or give the model a table of another name and copy \
         the rows",
    );
}

#[test]
fn static_or_not_cannot_be_changed() {
    check::<Observation>(
        &OBSERVATIONS
            .replace("elevation double static", "elevation double")
            .replace("high double", "high double static"),
        "climate.observations: 2 refused, so nothing is done
  x column `elevation` is not static in the table and static in the model; that cannot be changed: drop \
         `static_column` in the model, or give the column another name and copy the values
  x column `high` is static in the table and not static in the model; that cannot be changed: add `static_column` in \
         the model, or give the column another name and copy the values",
    );
}

#[test]
fn counters_and_others_do_not_mix() {
    check::<Hits>(
        "page text partition, views counter, likes bigint",
        "blog.hits: 1 refused, so nothing is done
  x column `likes` is bigint in the table and counter in the model; the type of a column cannot be changed: make the \
         field `i64`, or give the column another name and copy the values",
    );
    let none = "blog.hits: 2 refused, so nothing is done
  x column `views` is a counter, and the table has columns that are none; outside its key, a table has only counters \
         or none: use another table
  x column `likes` is a counter, and the table has columns that are none; outside its key, a table has only counters \
         or none: use another table";
    check::<Hits>(
        "page text partition, title text",
        &format!("{none}\n  = column `title` (text) is not in the model: left alone"),
    );
    check::<Order>(
        "orderId int partition, sold counter",
        "\"Shop\".\"Order\": 2 refused, so nothing is done
  + CREATE INDEX IF NOT EXISTS \"Order_unitPrice_idx\" ON \"Shop\".\"Order\" (\"unitPrice\")
  x column `from` is no counter, and the table has counters; outside its key, a table has only counters or none: use \
         another table
  x column `unitPrice` is no counter, and the table has counters; outside its key, a table has only counters or none: \
         use another table
  = column `sold` (counter) is not in the model: left alone",
    );
}

#[test]
fn durations_are_not_indexed() {
    check::<Lap>(
        "",
        "blog.lap: 1 refused, so nothing is done
  + CREATE TABLE IF NOT EXISTS blog.lap (id int, laps list<duration>, PRIMARY KEY (id))
  x column `laps` holds durations, which cannot be indexed; drop `index` in the model",
    );
}

#[test]
fn a_keyspace_must_be_there_and_a_view_is_no_table() {
    let plan = |found| diff::plan(Hits::definition(), "blog", found, &Taken::new()).to_string();
    assert_eq!(
        plan(Found::NoKeyspace),
        "blog.hits: 1 refused, so nothing is done\n  \
         x there is no keyspace `blog`; create it first: `create_keyspace(\"blog\", ..)`"
    );
    assert_eq!(
        plan(Found::View),
        "blog.hits: 1 refused, so nothing is done\n  \
         x it is a materialized view; only tables are synced: give the model the name of one"
    );
}

#[test]
fn names_of_indexes_belong_to_the_keyspace() {
    let taken = Taken::from([("Order_unitPrice_idx", "Order_unit")]);
    let plan = diff::plan(Order::definition(), "Shop", Found::Nothing, &taken);
    assert_eq!(
        plan.refused
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [
            "the index of column `unitPrice` would be called `Order_unitPrice_idx`, as an index of table `Order_unit` \
             is; create the index yourself, under another name: it is known by its column"
        ]
    );
}

/// Plans for a table; without a text, there is none.
#[track_caller]
fn check<M: Table>(found: &str, expected: &str) {
    let table = M::definition();
    let keyspace = table.keyspace.unwrap();
    let info = table_info(keyspace, table.table, found);
    let taken: Taken<'_> = info
        .indexes
        .iter()
        .map(|index| (&*index.name, &*info.name))
        .collect();
    let found = match found.is_empty() {
        true => Found::Nothing,
        false => Found::Table(&info),
    };
    let plan = diff::plan(table, keyspace, found, &taken);
    assert_eq!(plan.to_string(), expected);
}
