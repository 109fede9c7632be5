//! Durations as CQL writes them: `1y2mo3w4d5h6m7s8ms9us10ns`, `P1Y2M3DT4H5M6S`, `P3W`.

/// Months, days and nanoseconds.
pub(crate) type Parts = (i32, i32, i64);

/// Reads a duration in any of its forms; None if it is none, or too long.
pub(crate) fn parse(text: &str) -> Option<Parts> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (months, days, nanos) = match text.strip_prefix(['P', 'p']) {
        Some(iso) => iso_8601(iso)?,
        None => units(text)?,
    };
    let sign = if negative { -1 } else { 1 };
    Some((
        i32::try_from(sign * months).ok()?,
        i32::try_from(sign * days).ok()?,
        i64::try_from(sign * nanos).ok()?,
    ))
}

fn iso_8601(text: &str) -> Option<(i128, i128, i128)> {
    let text = text.to_ascii_uppercase();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let mut sum = Sum::default();
    for (count, unit) in pieces(date)? {
        sum.add(
            count,
            match unit {
                "Y" => "y",
                "M" => "mo",
                "W" => "w",
                "D" => "d",
                _ => return None,
            },
        )?;
    }
    for (count, unit) in pieces(time)? {
        sum.add(
            count,
            match unit {
                "H" => "h",
                "M" => "m",
                "S" => "s",
                _ => return None,
            },
        )?;
    }
    Some((sum.months, sum.days, sum.nanos))
}

fn units(text: &str) -> Option<(i128, i128, i128)> {
    let text = text.to_lowercase();
    let mut sum = Sum::default();
    let pieces = pieces(&text)?;
    if pieces.is_empty() {
        return None;
    }
    for (count, unit) in pieces {
        sum.add(count, unit)?;
    }
    Some((sum.months, sum.days, sum.nanos))
}

#[derive(Default)]
struct Sum {
    months: i128,
    days: i128,
    nanos: i128,
}

impl Sum {
    fn add(&mut self, count: i128, unit: &str) -> Option<()> {
        let (field, factor) = match unit {
            "y" => (&mut self.months, 12),
            "mo" => (&mut self.months, 1),
            "w" => (&mut self.days, 7),
            "d" => (&mut self.days, 1),
            "h" => (&mut self.nanos, 3_600_000_000_000),
            "m" => (&mut self.nanos, 60_000_000_000),
            "s" => (&mut self.nanos, 1_000_000_000),
            "ms" => (&mut self.nanos, 1_000_000),
            "us" | "µs" | "μs" => (&mut self.nanos, 1000),
            "ns" => (&mut self.nanos, 1),
            _ => return None,
        };
        *field += count * factor;
        Some(())
    }
}

/// Numbers, each with the letters behind it.
fn pieces(text: &str) -> Option<Vec<(i128, &str)>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, behind) = rest.split_at_checked(digits)?;
        let letters = behind
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(letters)?;
        let count: i64 = count.parse().ok()?;
        pieces.push((i128::from(count), unit));
        rest = behind;
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_form() {
        for (text, expected) in [
            ("1mo2d3ns", Some((1, 2, 3))),
            ("-1mo2d3ns", Some((-1, -2, -3))),
            (
                "1y2mo3w4d5h6m7s8ms9us10ns",
                Some((14, 25, 18_367_008_009_010)),
            ),
            ("P1Y2M3DT4H5M6S", Some((14, 3, 14_706_000_000_000))),
            ("P2W", Some((0, 14, 0))),
            ("PT1M", Some((0, 0, 60_000_000_000))),
            ("", None),
            ("12", None),
            ("1x", None),
            ("99999999999mo", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
