//! Settings from a URL, and from the environment.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Compression, Version};
use crate::session::SessionBuilder;

/// The variable that [`SessionBuilder::from_env`] reads.
const VARIABLE: &str = "SCYLLA_ORM_URL";

impl SessionBuilder {
    /// Settings from `scylla://user:password@host:port,host:port?option=value&option=value`; `cassandra` is as good a
    /// scheme. User, password and values are percent-encoded where they need it. The options are `datacenter`, `rack`,
    /// `consistency`, `serial_consistency`, `page_size`, `request_timeout` and `connect_timeout` in seconds,
    /// `compression`, `protocol` (4 or 5), and with the feature `tls`, which any of them turns on, `ca_file`,
    /// `certificate_file` with `key_file`, and `server_name`.
    ///
    /// ```
    /// use scylla_orm_driver::Session;
    ///
    /// let builder = Session::builder().url("scylla://app:s3cret@db1,db2:9043?datacenter=eu&page_size=500")?;
    /// # Ok::<(), scylla_orm_driver::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Settings`](ErrorKind::Settings), for what is no such URL, and options that there are not. It does not show the
    /// URL, which may have a password in it.
    pub fn url(self, url: &str) -> Result<SessionBuilder> {
        let rest = ["scylla://", "cassandra://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme))
            .ok_or_else(|| wrong("the URL does not begin with scylla:// or cassandra://"))?;
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let place = place.strip_suffix('/').unwrap_or(place);
        let (login, hosts) = match place.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, place),
        };
        if login.is_none() && options.contains('@') {
            // Part of a password, perhaps: nothing of it is shown.
            return Err(wrong(
                "a `?` in the user or password of the URL is to be written as %3F",
            ));
        }
        let mut builder = self.contact_points(hosts.split(',').filter(|host| !host.is_empty()));
        if let Some(login) = login {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            builder = builder.credentials(decoded(user)?, decoded(password)?);
        }
        let mut secured = Secured::default();
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option
                .split_once('=')
                .ok_or_else(|| wrong(&format!("the option `{option}` of the URL has no value")))?;
            let value = decoded(value)?;
            if !secured.take(name, &value) {
                builder = builder.option(name, &value)?;
            }
        }
        secured.apply(builder)
    }

    /// The settings of the URL in the environment variable `SCYLLA_ORM_URL`: see [`url`](SessionBuilder::url).
    ///
    /// # Errors
    /// As `url`, and if the variable is not set.
    pub fn from_env() -> Result<SessionBuilder> {
        let url = std::env::var(VARIABLE)
            .map_err(|_| wrong(&format!("the environment variable {VARIABLE} is not set")))?;
        SessionBuilder::default().url(&url)
    }

    fn option(self, name: &str, value: &str) -> Result<SessionBuilder> {
        let no = || {
            wrong(&format!(
                "the option `{name}` of the URL has no such value: `{value}`"
            ))
        };
        let seconds = || {
            let seconds = value.parse().map_err(|_| no())?;
            Duration::try_from_secs_f64(seconds).map_err(|_| no())
        };
        Ok(match name {
            "datacenter" => self.local_datacenter(value),
            "rack" => self.local_rack(value),
            "consistency" => self.consistency(value.parse().map_err(|_| no())?),
            "serial_consistency" => self.serial_consistency(value.parse().map_err(|_| no())?),
            "page_size" => self.page_size(value.parse().map_err(|_| no())?),
            "request_timeout" => self.request_timeout(seconds()?),
            "connect_timeout" => self.connect_timeout(seconds()?),
            "compression" => self.compression(Compression::named(value).ok_or_else(no)?),
            "protocol" => self.protocol_version(match value {
                "4" => Version::V4,
                "5" => Version::V5,
                _ => return Err(no()),
            }),
            _ => return Err(wrong(&format!("there is no option `{name}` for URLs"))),
        })
    }
}

/// The options of TLS.
#[derive(Default)]
struct Secured {
    #[cfg(feature = "tls")]
    given: std::collections::BTreeMap<&'static str, String>,
}

#[cfg(feature = "tls")]
impl Secured {
    /// Whether it is one of them.
    fn take(&mut self, name: &str, value: &str) -> bool {
        let names = ["ca_file", "certificate_file", "key_file", "server_name"];
        let known = names.into_iter().find(|known| *known == name);
        if let Some(name) = known {
            self.given.insert(name, value.to_owned());
        }
        known.is_some()
    }

    fn apply(mut self, builder: SessionBuilder) -> Result<SessionBuilder> {
        if self.given.is_empty() {
            return Ok(builder);
        }
        let mut tls = crate::socket::tls::Tls::builder();
        if let Some(path) = self.given.remove("ca_file") {
            tls = tls.ca_file(path);
        }
        if let Some(name) = self.given.remove("server_name") {
            tls = tls.server_name(name);
        }
        match (
            self.given.remove("certificate_file"),
            self.given.remove("key_file"),
        ) {
            (None, None) => {}
            (Some(certificate), Some(key)) => tls = tls.certificate_files(certificate, key),
            _ => return Err(wrong("`certificate_file` and `key_file` belong together")),
        }
        let tls = tls.build().map_err(|error| wrong(&error.to_string()))?;
        Ok(builder.tls(tls))
    }
}

#[cfg(not(feature = "tls"))]
impl Secured {
    fn take(&mut self, _name: &str, _value: &str) -> bool {
        false
    }

    fn apply(self, builder: SessionBuilder) -> Result<SessionBuilder> {
        Ok(builder)
    }
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Settings { what: what.into() })
}

/// Without its percent-encoding.
fn decoded(text: &str) -> Result<String> {
    let no =
        || wrong("a percent sign in the URL is not followed by two hexadecimal digits of UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(match byte {
            b'%' => {
                let (digits, behind) = rest.split_at_checked(2).ok_or_else(no)?;
                rest = behind;
                let digits = str::from_utf8(digits).map_err(|_| no())?;
                // A sign is a digit to the parser.
                if digits.starts_with('+') {
                    return Err(no());
                }
                u8::from_str_radix(digits, 16).map_err(|_| no())?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| no())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_it_all() {
        let url = "scylla://a%40b:p%3Ass@db1,10.0.0.1:9043,[::1]:1?datacenter=eu&consistency=QUORUM&page_size=7\
                   &request_timeout=1.5&protocol=4";
        let builder = SessionBuilder::default().url(url).unwrap();
        let shown = format!("{builder:?}");
        for part in [
            "db1",
            "10.0.0.1:9043",
            "[::1]:1",
            "\"eu\"",
            "a@b",
            "Quorum",
            "7",
            "1.5s",
            "V4",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert!(
            !shown.contains("p:ss") && !shown.contains("p%3Ass"),
            "{shown}"
        );
    }

    #[test]
    fn mistakes_are_told_without_the_password() {
        for (url, expected) in [
            (
                "http://a:s3cret@b",
                "the URL does not begin with scylla:// or cassandra://",
            ),
            (
                "scylla://a:s3cret@b?page_size=many",
                "the option `page_size` of the URL has no such value: `many`",
            ),
            (
                "scylla://a:s3cret@b?colour=red",
                "there is no option `colour` for URLs",
            ),
            (
                "scylla://a:s3cret@b?datacenter",
                "the option `datacenter` of the URL has no value",
            ),
            (
                "scylla://a:not?s3cret@b",
                "a `?` in the user or password of the URL is to be written as %3F",
            ),
            (
                "scylla://a:s3cret%2@b",
                "a percent sign in the URL is not followed by two hexadecimal digits of UTF-8",
            ),
        ] {
            let error = SessionBuilder::default().url(url).unwrap_err();
            assert_eq!(error.to_string(), expected, "{url}");
            assert!(!format!("{error:?}").contains("s3cret"));
        }
    }
    #[cfg(feature = "tls")]
    #[test]
    fn options_of_tls_turn_it_on() {
        let check = |options: &str, expected: &str| {
            let url = format!("scylla://a?{options}");
            match SessionBuilder::default().url(&url) {
                Ok(builder) => assert!(format!("{builder:?}").contains(expected), "{builder:?}"),
                Err(error) => assert!(error.to_string().contains(expected), "{error}"),
            }
        };
        check("server_name=db.example.com", "nobody is trusted");
        check("ca_file=%2Fnowhere.pem", "/nowhere.pem");
        let alone = "`certificate_file` and `key_file` belong together";
        check("certificate_file=a.pem", alone);
        check("key_file=a.key", alone);
    }

    /// The test starts itself once more: nobody may change the environment of a process that runs.
    #[test]
    fn the_environment_holds_a_url() {
        const TEST: &str = "session::builder::url::tests::the_environment_holds_a_url";
        if std::env::var(VARIABLE).is_ok() {
            let builder = SessionBuilder::from_env().unwrap();
            assert!(
                format!("{builder:?}").contains("page_size: 77"),
                "{builder:?}"
            );
            return;
        }
        let unset = SessionBuilder::from_env().unwrap_err().to_string();
        assert_eq!(unset, "the environment variable SCYLLA_ORM_URL is not set");
        let again = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", TEST])
            .env(VARIABLE, "scylla://a?page_size=77")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&again.stdout);
        assert!(
            again.status.success() && said.contains("1 passed"),
            "{said}"
        );
    }
}
