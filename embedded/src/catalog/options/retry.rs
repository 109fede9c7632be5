//! When a read or a write is sent to one more replica: `99p`, `50ms`, `MIN(…,…)`.

use crate::failure::Failure;

/// As Cassandra keeps it.
///
/// # Errors
/// Config for what is no such policy.
pub(super) fn cassandra(text: &str) -> Result<String, Failure> {
    let upper = text.trim().to_ascii_uppercase();
    match upper.as_str() {
        "NONE" | "NEVER" => return Ok("NEVER".to_owned()),
        "ALWAYS" => return Ok(upper),
        _ => {}
    }
    let hybrid = ["MIN", "MAX"].into_iter().find_map(|function| {
        let rest = upper.strip_prefix(function)?;
        let (a, b) = rest.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
        Some((function, a.trim().to_owned(), b.trim().to_owned()))
    });
    match hybrid {
        Some((function, a, b)) => Ok(format!(
            "{function}({},{})",
            single(&a, text)?,
            single(&b, text)?
        )),
        None => single(&upper, text),
    }
}

fn single(upper: &str, text: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::config(format!(
            "Invalid value {text} for option 'speculative_retry'"
        ))
    };
    if let Some(millis) = upper.strip_suffix("MS") {
        return match millis.parse::<f64>() {
            Ok(_) => Ok(format!("{millis}ms")),
            Err(_) => Err(wrong()),
        };
    }
    let percents = upper
        .strip_suffix("PERCENTILE")
        .or_else(|| upper.strip_suffix('P'))
        .ok_or_else(wrong)?;
    match percents.parse::<f64>() {
        Ok(number) if number > 0.0 && number < 100.0 => Ok(format!("{percents}p")),
        Ok(_) => Err(Failure::config(format!(
            "Invalid value {text} for PERCENTILE option 'speculative_retry': must be between (0.0 and 100.0)"
        ))),
        Err(_) => Err(wrong()),
    }
}

/// As ScyllaDB keeps it.
///
/// # Errors
/// Config for what is no such policy.
pub(super) fn scylla(text: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::config(format!(
            "Invalid value {text} for option 'speculative_retry'"
        ))
    };
    let upper = text.trim().to_ascii_uppercase();
    if matches!(upper.as_str(), "NONE" | "ALWAYS") {
        return Ok(upper);
    }
    if let Some(millis) = upper.strip_suffix("MS") {
        let millis: f64 = millis.parse().map_err(|_| wrong())?;
        return Ok(format!("{millis:.2}ms"));
    }
    let percents = upper.strip_suffix("PERCENTILE").ok_or_else(wrong)?;
    match percents.parse::<f64>() {
        Ok(number) if (0.0..=100.0).contains(&number) => Ok(format!("{number:.1}PERCENTILE")),
        Ok(number) => Err(Failure::config(format!(
            "Invalid value {number} for PERCENTILE option 'speculative_retry': must be between 0 and 100"
        ))),
        Err(_) => Err(wrong()),
    }
}
