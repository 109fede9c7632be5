//! The main job, on real input: loads four years of weather of two cities, asks questions, and draws where its
//! requests went.
//!
//! `cargo run --example quickstart` runs it on an embedded cluster of three nodes with four shards each;
//! `-- --nodes 127.0.0.1:9042,…` on a real one.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use futures_util::{TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use scylla_orm::prelude::*;

use cluster::{Cluster, Result};

#[path = "shared/cluster.rs"]
mod cluster;
#[path = "shared/picture.rs"]
mod picture;
#[path = "shared/table.rs"]
mod table;

/// Daily weather of Seattle and New York, 2012 to 2015.
const CSV: &str = include_str!("data/weather.csv");
const CITIES: [&str; 2] = ["Seattle", "New York"];
const YEARS: std::ops::RangeInclusive<i32> = 2012..=2015;

/// Rows that are written at the same time.
const IN_FLIGHT: usize = 256;

/// The weather of one day at one station.
#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "climate", table = "observations")]
struct Observation {
    #[cql(partition_key)]
    station: String,
    #[cql(partition_key)]
    year: i32,
    #[cql(clustering_key(desc))]
    day: NaiveDate,
    #[cql(index)]
    weather: Weather,
    precipitation: f64,
    high: f64,
    low: f64,
    wind: f64,
    /// What a person wrote about the day.
    note: Option<String>,
}

/// Stored as text: `rain`, `sun` and so on.
#[derive(CqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[cql(rename_all = "lowercase")]
enum Weather {
    Drizzle,
    Fog,
    Rain,
    Snow,
    Sun,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cluster = Cluster::start().await?;
    let session = Session::connect(&cluster.nodes).await?;
    session.wait_ready(Duration::from_secs(10)).await;
    session.set_default()?;

    load(&session).await?;
    coldest_days().await?;
    mean_highs().await?;
    days_of_rain().await?;
    three_pages().await?;
    light_weight_update().await?;
    a_day_that_does_not_exist().await;

    match &cluster.embedded {
        Some(cluster) => picture::of_cluster(&cluster.traffic()),
        None => picture::of_session(&session.driver().traffic()),
    }
    session.close().await?;
    cluster.stop().await;
    Ok(())
}

/// Creates keyspace and table, and inserts all rows, many at a time.
async fn load(session: &Session) -> Result<()> {
    let copies = session
        .driver()
        .topology()
        .nodes()
        .len()
        .min(2)
        .try_into()?;
    create_keyspace("climate", Replication::simple(copies)).await?;
    println!("{}", sync_table::<Observation>().await?);

    let rows: Vec<Observation> = CSV.lines().skip(1).map(parse).collect::<Result<_>>()?;
    let style = ProgressStyle::with_template("Loading {bar:40} {pos}/{len} rows, {per_sec}")?;
    let progress = ProgressBar::new(rows.len().try_into()?).with_style(style);
    stream::iter(rows.iter().map(Ok::<_, scylla_orm::Error>))
        .try_for_each_concurrent(IN_FLIGHT, |row| async {
            row.insert().await?;
            progress.inc(1);
            Ok(())
        })
        .await?;
    progress.finish();
    println!("Loaded {} rows in {:.2?}", rows.len(), progress.elapsed());
    Ok(())
}

/// `location,date,precipitation,temp_max,temp_min,wind,weather`
fn parse(line: &str) -> Result<Observation> {
    let fields: Vec<&str> = line.split(',').collect();
    let [station, day, precipitation, high, low, wind, weather] = fields[..] else {
        return Err(format!("not seven fields: {line}").into());
    };
    let day: NaiveDate = day.parse()?;
    Ok(Observation {
        station: station.to_owned(),
        year: day.year(),
        day,
        weather: Weather::from_name(weather)
            .ok_or_else(|| format!("no such weather: {weather}"))?,
        precipitation: precipitation.parse()?,
        high: high.parse()?,
        low: low.parse()?,
        wind: wind.parse()?,
        note: None,
    })
}

/// One partition, sorted here: the server keeps its rows by day.
async fn coldest_days() -> Result<()> {
    let of_2013 = Observation::objects().filter((
        Observation::STATION.eq("Seattle"),
        Observation::YEAR.eq(2013),
    ));
    let mut days = of_2013.all().await?;
    days.sort_by(|a, b| a.low.total_cmp(&b.low).then(a.day.cmp(&b.day)));
    let row = |o: &Observation| {
        let weather = o.weather.name().to_owned();
        [
            o.day.to_string(),
            tenths(o.low),
            tenths(o.high),
            tenths(o.wind),
            weather,
        ]
    };
    let headers = ["day", "low", "high", "wind", "weather"];
    table::print(
        "The ten coldest days of Seattle in 2013",
        headers,
        days[..10].iter().map(row),
    );
    Ok(())
}

/// Eight partitions by `is_in`: one request for each, to the replicas that have it.
async fn mean_highs() -> Result<()> {
    let all = Observation::objects()
        .filter(Observation::STATION.is_in(CITIES))
        .filter(Observation::YEAR.is_in(YEARS))
        .only((Observation::STATION, Observation::DAY, Observation::HIGH))
        .all()
        .await?;
    let mut months: BTreeMap<(u32, String), (f64, u32)> = BTreeMap::new();
    for (station, day, high) in all {
        let (sum, days) = months.entry((day.month(), station)).or_default();
        *sum += high;
        *days += 1;
    }
    let mean = |month: u32, city: &str| {
        let (sum, days) = months
            .get(&(month, city.to_owned()))
            .copied()
            .unwrap_or_default();
        tenths(sum / f64::from(days))
    };
    let row = |month| {
        [
            format!("{month:02}"),
            mean(month, CITIES[0]),
            mean(month, CITIES[1]),
        ]
    };
    table::print(
        "Mean high by month, in °C",
        ["month", CITIES[0], CITIES[1]],
        (1..=12).map(row),
    );
    Ok(())
}

/// By the index on the weather, over all partitions.
async fn days_of_rain() -> Result<()> {
    let mut days: BTreeMap<(i32, String), u32> = BTreeMap::new();
    let mut rain = Observation::objects()
        .filter(Observation::WEATHER.eq(Weather::Rain))
        .stream();
    while let Some(day) = rain.try_next().await? {
        *days.entry((day.year, day.station)).or_default() += 1;
    }
    let of = |year: i32, city: &str| {
        days.get(&(year, city.to_owned()))
            .copied()
            .unwrap_or_default()
            .to_string()
    };
    let row = |year: i32| [year.to_string(), of(year, CITIES[0]), of(year, CITIES[1])];
    table::print(
        "Days of rain, found by index",
        ["year", CITIES[0], CITIES[1]],
        YEARS.map(row),
    );
    Ok(())
}

/// The newest days, a page at a time; the token could have come from a web form.
async fn three_pages() -> Result<()> {
    let mut token = None;
    let mut rows = Vec::new();
    for number in 1..=3 {
        let newest = Observation::objects().filter((
            Observation::STATION.eq("New York"),
            Observation::YEAR.eq(2015),
        ));
        let page = newest.page_size(100).page(token).await?;
        let (first, last) = (
            page.rows.first().map(|o| o.day),
            page.rows.last().map(|o| o.day),
        );
        let show = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        rows.push([
            number.to_string(),
            page.rows.len().to_string(),
            show(first),
            show(last),
        ]);
        token = page.next;
    }
    table::print(
        "New York in 2015, newest first, by pages of 100",
        ["page", "rows", "from", "to"],
        rows,
    );
    Ok(())
}

/// Two people note something about one day; only the first one is the first.
async fn light_weight_update() -> Result<()> {
    let day = NaiveDate::from_ymd_opt(2013, 12, 7).ok_or("a date")?;
    let row = || {
        let year = (
            Observation::STATION.eq("Seattle"),
            Observation::YEAR.eq(2013),
        );
        Observation::objects()
            .filter(year)
            .filter(Observation::DAY.eq(day))
    };
    // Without what an earlier run on the same cluster has left. Conditional writes have an order of their own, so this
    // is one too.
    row()
        .update(Observation::NOTE.set_null())
        .if_exists()
        .await?;

    println!("\nA light-weight update of {day}, if there is no note yet");
    for note in ["ice on the lake", "skating"] {
        let update = row()
            .update(Observation::NOTE.set(note))
            .only_if(Observation::NOTE.is_null());
        match update.await? {
            Lwt::Applied => println!("  {note:?}: applied"),
            Lwt::Existing(there) => println!(
                "  {note:?}: not applied, it says {:?}",
                there.unwrap_or_default()
            ),
            Lwt::Missing => println!("  {note:?}: not applied, there is no such day"),
        }
    }
    Ok(())
}

async fn a_day_that_does_not_exist() {
    println!("\nA day that does not exist");
    let Some(day) = NaiveDate::from_ymd_opt(2016, 2, 29) else {
        return;
    };
    match Observation::get(("Seattle", 2016, day)).await {
        Ok(found) => println!("  {found:?}"),
        Err(error) => println!("  {error}"),
    }
}

fn tenths(number: f64) -> String {
    format!("{number:.1}")
}
