//! The program: what its options promise, met by a client.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of a test may fail as it does"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use scylla_orm_driver::Session;
use scylla_orm_driver::socket::tls::Tls;

/// The program at work. It is killed when this is dropped.
struct Program {
    child: Child,
    contact_points: Vec<String>,
}

impl Program {
    fn start(directory: &Path, options: &[&str]) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_scylla-orm-embedded"))
            .args(["--port", "0"])
            .args(options)
            .current_dir(directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let points = line.trim_end().strip_prefix("listening on ");
        let points = points.unwrap_or_else(|| panic!("it says {line:?}"));
        Program {
            contact_points: points.split(',').map(str::to_owned).collect(),
            child,
        }
    }

    /// As Ctrl-C does. It ends well.
    fn interrupt(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }

    async fn session(&self, directory: &Path, (user, password): (&str, &str)) -> Session {
        let client = directory.join("client.pem");
        let tls = Tls::builder()
            .ca_file(directory.join("ca.pem"))
            .certificate_files(&client, &client);
        let builder = Session::builder().contact_points(self.contact_points.iter().map(|p| &**p));
        let builder = builder
            .tls(tls.build().unwrap())
            .credentials(user, password);
        builder.connect().await.unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn directory() -> PathBuf {
    let name = format!("scylla-orm-program-{}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

const OPTIONS: &[&str] = &[
    "--nodes",
    "2",
    "--credentials",
    "admin:secret",
    "--authorization",
    "--tls",
    "ca.pem",
    "--client-certificate",
    "client.pem",
    "--snapshot",
    "kept",
];

const SCRIPT: &str = "
CREATE KEYSPACE shop WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 2};
CREATE TABLE shop.orders (id int PRIMARY KEY, total int);
CREATE ROLE reader WITH PASSWORD = 'other' AND LOGIN = true;
GRANT SELECT ON KEYSPACE shop TO reader;
";

#[tokio::test]
async fn what_a_user_made_is_there_again() {
    let directory = directory();
    std::fs::write(directory.join("schema.cql"), SCRIPT).unwrap();
    let first = Program::start(&directory, &[OPTIONS, &["--script", "schema.cql"]].concat());
    let admin = first.session(&directory, ("admin", "secret")).await;
    let insert =
        "INSERT INTO shop.orders (id, total) VALUES (1, 9) USING TIMESTAMP 1000 AND TTL 90000";
    admin.query(insert, ()).await.unwrap();
    admin.close().await.unwrap();
    first.interrupt();
    assert!(directory.join("kept/MANIFEST").is_file());

    let second = Program::start(&directory, OPTIONS);
    let reader = second.session(&directory, ("reader", "other")).await;
    let select = "SELECT total, writetime(total), ttl(total) FROM shop.orders WHERE id = 1";
    let answer = reader.query(select, ()).await.unwrap();
    let (total, written, left) = answer.first_as::<(i32, i64, i32)>().unwrap().unwrap();
    assert_eq!((total, written), (9, 1000));
    assert!((80_000..=90_000).contains(&left), "{left}");
    let refused = reader.query("TRUNCATE shop.orders", ()).await.unwrap_err();
    assert!(refused.to_string().contains("reader"), "{refused}");
    reader.close().await.unwrap();
    second.interrupt();
    std::fs::remove_dir_all(directory).unwrap();
}
