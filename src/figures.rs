//! Figures as people read them.

/// How long it takes, as honestly as an assumed rate allows.
pub fn spoken(seconds: u64) -> &'static str {
    match seconds {
        0 => "under a second",
        1..=39 => "seconds",
        40..=89 => "about a minute",
        90..=3_599 => "minutes, not seconds",
        3_600..=7_199 => "an hour or more",
        _ => "hours",
    }
}

/// `40,000,000 rows`.
pub fn counted_rows(rows: u64) -> String {
    format!("{} {}", grouped(rows), if rows == 1 { "row" } else { "rows" })
}

/// `40000000` as `40,000,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `41 M rows`.
pub fn in_rows(rows: u64) -> String {
    let noun = if rows == 1 { "row" } else { "rows" };
    format!("{} {noun}", rounded(rows, 1000, &["", "k", "M", "G", "T", "P", "E"]))
}

/// `18 GB`, as the server counts them.
pub fn in_bytes(bytes: u64) -> String {
    rounded(bytes, 1024, &["bytes", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// With two digits that count, if there are no more before the point.
fn rounded(number: u64, step: u64, units: &[&str]) -> String {
    let (mut factor, mut units) = (1, units.iter());
    let mut unit = units.next().copied().unwrap_or_default();
    while number / factor >= step
        && let Some(next) = units.next()
    {
        (factor, unit) = (factor * step, next);
    }
    let (whole, rest) = (number / factor, u128::from(number % factor) * 10 / u128::from(factor));
    let figure = if whole < 10 && rest > 0 { format!("{whole}.{rest}") } else { whole.to_string() };
    format!("{figure} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded() {
        let shown: Vec<String> = [0, 1, 1_023, 1_536, 10 << 20, u64::MAX].into_iter().map(in_bytes).collect();
        assert_eq!(shown, ["0 bytes", "1 bytes", "1023 bytes", "1.5 kB", "10 MB", "15 EB"]);
        let shown: Vec<String> = [0, 1, 999, 1_000, 2_349_999, u64::MAX].into_iter().map(in_rows).collect();
        assert_eq!(shown, ["0 rows", "1 row", "999 rows", "1 k rows", "2.3 M rows", "18 E rows"]);
    }
}
