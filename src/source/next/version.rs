//! The version after another one, in the same spelling: counters count on, times become now.

use crate::date::{DAY, Date, Moment};

/// The version that follows `last`: as long, with the same signs between its digits. A time is `now`, or the next moment
/// after `last` where that lies in the future. None where nothing follows.
pub(super) fn after(last: &str, now: Moment) -> Option<String> {
    let digits: String = last.chars().filter(char::is_ascii_digit).collect();
    let separated = digits.len() != last.len();
    match Clock::of(&digits, separated) {
        Some((clock, length)) => {
            let (time, counter) = digits.split_at_checked(length)?;
            let next = clock.after(time, now, counter)?;
            Some(spelled(last, &next))
        }
        None => counted(last),
    }
}

/// What a time is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// `YYYYMMDD` and as much of `hhmmss` and milliseconds as there are digits.
    Calendar,
    /// Since 1970, in units of which a second has this many.
    Epoch(i64),
}

/// The first and the last moment that a version may be from: before them there were no migrations, after them a number is
/// no time.
const MOMENTS: std::ops::RangeInclusive<i64> = 788_918_400..=4_133_980_799;

impl Clock {
    /// The clock by which `digits` were made, and how many of them are the time: the others count.
    fn of(digits: &str, separated: bool) -> Option<(Self, usize)> {
        let calendar = |length: usize| {
            let days = calendar(digits.get(..length)?)?;
            MOMENTS.contains(&days).then_some((Self::Calendar, length))
        };
        let epoch = |units: i64| {
            let seconds = digits.parse::<i64>().ok()? / units;
            MOMENTS.contains(&seconds).then_some((Self::Epoch(units), digits.len()))
        };
        match digits.len() {
            8 | 12 | 14 | 17 => calendar(digits.len()),
            10 if !separated => epoch(1),
            13 if !separated => epoch(1000),
            // `2024-01-03-000000-0000`
            18 if separated => calendar(14),
            // `2024-08-26_01`, `20240826_001`
            9..=11 if separated => calendar(8),
            _ => None,
        }
    }

    /// The digits that follow `time` and `counter`.
    fn after(self, time: &str, now: Moment, counter: &str) -> Option<String> {
        let present = self.digits(now.seconds, time.len())?;
        if present.len() == time.len() && present.as_str() > time {
            // The first of its time.
            let first = format!("{:0>width$}", usize::from(counter.len() < 4), width = counter.len());
            return Some(present + if counter.is_empty() { "" } else { &first });
        }
        if !counter.is_empty() {
            let next = format!("{:0>width$}", counter.parse::<u64>().ok()?.checked_add(1)?, width = counter.len());
            return (next.len() == counter.len()).then(|| time.to_owned() + &next);
        }
        match self {
            Self::Epoch(_) => counted(time),
            // Milliseconds are all it can be more precise by.
            Self::Calendar if time.len() > 14 => counted(time),
            Self::Calendar => {
                let unit = match time.len() {
                    8 => DAY,
                    12 => 60,
                    _ => 1,
                };
                self.digits(calendar(time)?.checked_add(unit)?, time.len())
            }
        }
    }

    /// A moment in as many digits.
    fn digits(self, seconds: i64, length: usize) -> Option<String> {
        match self {
            Self::Epoch(units) => Some(seconds.checked_mul(units)?.to_string()),
            Self::Calendar => {
                let written: String =
                    Moment { seconds }.to_string().chars().filter(char::is_ascii_digit).collect::<String>() + "000";
                written.get(..length).map(str::to_owned)
            }
        }
    }
}

/// The seconds of `YYYYMMDD`, and of what follows of `hhmmss`.
fn calendar(digits: &str) -> Option<i64> {
    let part = |from: usize, to: usize| digits.get(from..to);
    let date = Date::parse(&format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?))?;
    let number = |from: usize, most: i64| match digits.get(from..from + 2) {
        None => Some(0),
        Some(digits) => digits.parse::<i64>().ok().filter(|number| *number <= most),
    };
    let (hours, minutes, seconds) = (number(8, 23)?, number(10, 59)?, number(12, 59)?);
    Some(Moment::start_of(date).seconds + hours * 3600 + minutes * 60 + seconds)
}

/// `digits` in the places of those of `model`.
fn spelled(model: &str, digits: &str) -> String {
    let mut digits = digits.chars();
    model.chars().map(|sign| if sign.is_ascii_digit() { digits.next().unwrap_or('0') } else { sign }).collect()
}

/// One more than the last number in `version`, as wide where that is possible.
fn counted(version: &str) -> Option<String> {
    let end = version.rfind(|sign: char| sign.is_ascii_digit())? + 1;
    let (head, tail) = version.split_at_checked(end)?;
    let start = head.rfind(|sign: char| !sign.is_ascii_digit()).map_or(0, |at| at + 1);
    let (head, number) = head.split_at_checked(start)?;
    let mut digits: Vec<u8> = number.bytes().collect();
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            let next = String::from_utf8(digits).ok()?;
            return Some(format!("{head}{next}{tail}"));
        }
    }
    let next = String::from_utf8(digits).ok()?;
    Some(format!("{head}1{next}{tail}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn next(last: &str) -> String {
        after(last, Moment::parse("2026-11-26T10:20:30Z").unwrap()).unwrap()
    }

    #[test]
    fn counters_count_on_as_wide_as_they_are() {
        for (last, expected) in [
            ("1", "2"),
            ("9", "10"),
            ("0009", "0010"),
            ("999", "1000"),
            ("1.2", "1.3"),
            ("1_09", "1_10"),
            ("34404100", "34404101"),
            ("99999999999999999999999999999999", "100000000000000000000000000000000"),
        ] {
            assert_eq!(next(last), expected);
        }
    }

    #[test]
    fn times_are_now() {
        for (last, expected) in [
            ("20240131120000", "20261126102030"),
            ("202401311200", "202611261020"),
            ("20240131", "20261126"),
            ("20240131120000123", "20261126102030000"),
            ("2024-01-31-120000", "2026-11-26-102030"),
            ("2024-01-03-000000-0000", "2026-11-26-102030-0000"),
            ("2024-01-02T000000Z", "2026-11-26T102030Z"),
            ("20240131_120000", "20261126_102030"),
            ("2024.01.31.1200", "2026.11.26.1020"),
            ("1706702400", "1795688430"),
            ("1706702400123", "1795688430000"),
            ("2024-08-26_07", "2026-11-26_01"),
        ] {
            assert_eq!(next(last), expected);
        }
    }

    #[test]
    fn what_lies_ahead_is_followed_by_the_next_moment() {
        for (last, expected) in [
            ("20991231235959", "21000101000000"),
            ("202612312359", "202701010000"),
            ("20261126", "20261127"),
            ("20261126102030000", "20261126102030001"),
            ("1795688430", "1795688431"),
            ("1795688430000", "1795688430001"),
            ("2026-11-26_09", "2026-11-26_10"),
            ("2026-11-26-102030-0000", "2026-11-26-102030-0001"),
        ] {
            assert_eq!(next(last), expected);
        }
    }

    #[test]
    fn numbers_that_are_no_times_are_counted() {
        for (last, expected) in [
            ("20241399000000", "20241399000001"),
            ("00000000000000", "00000000000001"),
            ("90000000", "90000001"),
            ("9999999999", "10000000000"),
        ] {
            assert_eq!(next(last), expected);
        }
    }

    proptest! {
        #[test]
        fn anything_is_followed_by_something_else(last in "[0-9TZ._\\-]{0,24}", seconds in 0..5_000_000_000_i64) {
            let next = after(&last, Moment { seconds });
            prop_assert_ne!(next, Some(last));
        }
    }
}
