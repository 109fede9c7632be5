//! A steady load of reads and writes, each answer of which is held against its request, and what came of it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::session::Execution;
use scylla_orm::driver::statement::{Options, Prepared};
use scylla_orm::driver::{Error, ErrorKind, Session};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Requests per second, whatever becomes of those before: as clients of a service send them. The machine is not to be
/// the limit.
pub const RATE: u32 = 250;

const KEYS: i64 = 1_000;

/// The load, until it is stopped.
pub struct Load {
    source: Arc<Source>,
    stop: watch::Sender<bool>,
    requests: JoinHandle<JoinSet<()>>,
}

/// One request that is over.
#[derive(Debug, Clone)]
pub struct Sample {
    pub read: bool,
    pub begun: Instant,
    pub took: Duration,
    /// Who answered, or what failed; with a node, if one is to blame.
    pub outcome: Result<SocketAddr, Failure>,
}

#[derive(Debug, Clone)]
pub struct Failure {
    pub node: Option<SocketAddr>,
    pub kind: ErrorKind,
}

impl Sample {
    pub fn ended(&self) -> Instant {
        self.begun + self.took
    }
}

impl Load {
    /// Fills a table with three copies of each row, and begins.
    pub async fn start(session: &Session, keyspace: &str) -> Load {
        let make = format!("CREATE TABLE {keyspace}.t (k bigint PRIMARY KEY, v bigint)");
        session.query(make.as_str(), ()).await.unwrap();
        let write = format!("UPDATE {keyspace}.t SET v = ? WHERE k = ?");
        let write = session.prepare(&write).await.unwrap();
        let read = format!("SELECT k, v FROM {keyspace}.t WHERE k = ?");
        let read = session.prepare(&read).await.unwrap();
        for k in 0..KEYS {
            session.execute(&write, (k, k)).await.unwrap();
        }
        let source = Arc::new(Source {
            session: session.clone(),
            read,
            write,
            samples: Mutex::default(),
        });
        let stop = watch::Sender::new(false);
        let requests = tokio::spawn(Arc::clone(&source).send(stop.subscribe()));
        Load {
            source,
            stop,
            requests,
        }
    }

    /// What has ended so far.
    pub fn so_far(&self) -> Report {
        Report(self.source.samples.lock().unwrap().clone())
    }

    /// Ends it.
    ///
    /// # Panics
    /// If an answer was not that to its request.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let mut requests = self.requests.await.unwrap();
        while let Some(request) = requests.join_next().await {
            request.unwrap();
        }
    }
}

struct Source {
    session: Session,
    read: Prepared,
    write: Prepared,
    samples: Mutex<Vec<Sample>>,
}

impl Source {
    /// Sends until it is told to stop.
    async fn send(self: Arc<Self>, stop: watch::Receiver<bool>) -> JoinSet<()> {
        let mut requests = JoinSet::new();
        let mut times = tokio::time::interval(Duration::from_secs(1) / RATE);
        for number in 0.. {
            times.tick().await;
            if *stop.borrow() {
                break;
            }
            requests.spawn(Arc::clone(&self).request(number));
        }
        requests
    }

    async fn request(self: Arc<Self>, number: i64) {
        // Odd and even numbers both visit all keys.
        let k = number / 2 % KEYS;
        let begun = Instant::now();
        let read = number % 2 == 0;
        let outcome = match read {
            true => self.read(k).await,
            false => self.write(k, number).await,
        };
        let outcome = outcome.map_err(|error| Failure {
            node: error.node(),
            kind: error.kind().clone(),
        });
        self.samples.lock().unwrap().push(Sample {
            read,
            begun,
            took: begun.elapsed(),
            outcome,
        });
    }

    /// From one replica, so that what is measured is the driver's choice and not that of a coordinator.
    async fn read(&self, k: i64) -> Result<SocketAddr, Error> {
        let options = Options {
            consistency: Some(Consistency::LocalOne),
            ..Options::default()
        };
        let execution = Execution::bind(&self.read, (k,))?.with(options);
        let answer = self.session.run(execution).await?;
        let (found, v) = answer.first_as::<(i64, i64)>()?.unwrap();
        assert!(found == k && v % KEYS == k, "{k}: {found}, {v}");
        Ok(answer.node())
    }

    async fn write(&self, k: i64, number: i64) -> Result<SocketAddr, Error> {
        let v = k + KEYS * number;
        Ok(self.session.execute(&self.write, (v, k)).await?.node())
    }
}

/// Some requests, and what can be said of them.
#[derive(Debug, Clone)]
pub struct Report(pub Vec<Sample>);

impl Report {
    /// Those that a node has answered for which `by` is true.
    pub fn answered(&self, by: impl Fn(SocketAddr) -> bool) -> Report {
        self.only(|s| s.outcome.as_ref().is_ok_and(|node| by(*node)))
    }

    pub fn failed(&self) -> Report {
        self.only(|s| s.outcome.is_err())
    }

    pub fn begun(&self, from: Instant, to: Instant) -> Report {
        self.only(|s| (from..to).contains(&s.begun))
    }

    pub fn ended(&self, from: Instant, to: Instant) -> Report {
        self.only(|s| (from..to).contains(&s.ended()))
    }

    /// Those that took longer than that.
    pub fn longer(&self, than: Duration) -> Report {
        self.only(|s| s.took > than)
    }

    fn only(&self, filter: impl Fn(&Sample) -> bool) -> Report {
        Report(self.0.iter().filter(|s| filter(s)).cloned().collect())
    }

    /// How long after `since` the last of them began.
    pub fn last(&self, since: Instant) -> Duration {
        let last = self.0.iter().map(|s| s.begun).max().unwrap_or(since);
        last.saturating_duration_since(since)
    }

    /// The time within which so many of a hundred ended.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut times: Vec<Duration> = self.0.iter().map(|s| s.took).collect();
        times.sort();
        let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(at).copied().unwrap_or_default()
    }

    /// Answers in each of so many seconds from `from` on.
    pub fn per_second(&self, from: Instant, seconds: u32) -> Vec<u32> {
        let count = |second: u32| {
            let begin = from + Duration::from_secs(second.into());
            let of_second = self.ended(begin, begin + Duration::from_secs(1));
            u32::try_from(of_second.answered(|_| true).0.len()).unwrap()
        };
        (0..seconds).map(count).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max = self.0.iter().map(|s| s.took).max().unwrap_or_default();
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        write!(
            f,
            "{:>6} requests, p50 {p50:>9.2?}, p99 {p99:>9.2?}, longest {max:>9.2?}",
            self.0.len()
        )?;
        let mut failures = BTreeMap::new();
        for failure in self.0.iter().filter_map(|s| s.outcome.as_ref().err()) {
            *failures.entry(failure.to_string()).or_insert(0) += 1;
        }
        for (failure, count) in failures {
            write!(f, "; {count} x {failure}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(node) => write!(f, "{} ({node})", self.kind),
            None => write!(f, "{}", self.kind),
        }
    }
}
