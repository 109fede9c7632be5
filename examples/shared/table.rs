//! Aligned tables for the terminal.

/// Prints rows under a title, numbers aligned to the right.
pub(crate) fn print<const N: usize>(
    title: &str,
    headers: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let rows: Vec<[String; N]> = rows.into_iter().collect();
    let width = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells
            .chain([headers[at].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    println!("\n{title}");
    println!("{}", line(&headers.map(str::to_owned), &widths, &rows));
    for row in &rows {
        println!("{}", line(row, &widths, &rows));
    }
}

fn line<const N: usize>(cells: &[String; N], widths: &[usize], rows: &[[String; N]]) -> String {
    let is_number = |at: usize| {
        rows.iter()
            .all(|row| row[at].trim_end_matches('%').parse::<f64>().is_ok())
    };
    let mut line = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        // A first column names its row, even if it does so by a number.
        let cell = if at > 0 && is_number(at) {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        };
        line.push_str("  ");
        line.push_str(&cell);
    }
    line.trim_end().to_owned()
}
