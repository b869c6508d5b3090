//! Days and moments: the dates people write, and the times that versions of migrations are made of.

use std::fmt;
use std::path::Path;
use std::time::SystemTime;

/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// The years a version may be from: before them there were no migrations, and after them a number is no date.
const YEARS: std::ops::RangeInclusive<i64> = 1995..=2100;

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

/// A moment, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since the start of 1970.
    pub seconds: i64,
}

impl Date {
    /// Reads `2026-12-01`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return None;
        }
        Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The day of a year, month (1 to 12) and day (1 to 31); none where there is no such day.
    fn of(year: i64, month: i64, day: i64) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=length).contains(&day) {
            return None;
        }
        // Years that begin in March have the leap day at their end.
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let of_era = shifted.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Some(Self { days: era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468 })
    }

    /// Year, month and day.
    fn civil(self) -> (i64, i64, i64) {
        let shifted = self.days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + era * 400 + i64::from(month <= 2), month, day)
    }

    /// Days from `earlier` to this one; negative where it is the other way round.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.days - earlier.days
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Moment {
    /// Its day.
    pub fn date(self) -> Date {
        Date { days: self.seconds.div_euclid(DAY) }
    }

    /// The start of a day.
    pub fn start_of(date: Date) -> Self {
        Self { seconds: date.days.saturating_mul(DAY) }
    }

    /// What a clock says.
    pub fn of_clock(now: SystemTime) -> Self {
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX) }
    }

    /// Reads `2026-11-26T10:00:00Z`: UTC, whole seconds, from 1970 on.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let colons = time.len() == 8 && time.bytes().skip(2).step_by(3).all(|byte| byte == b':');
        let seconds = clock(&time.replace(':', "")).filter(|_| colons)?;
        let moment = Self { seconds: Date::parse(date)?.days * DAY + seconds };
        (moment.seconds >= 0 && moment.to_string() == text).then_some(moment)
    }

    /// Seconds from it to `now`; none if it lies ahead.
    pub fn age(self, now: Self) -> i64 {
        now.seconds.saturating_sub(self.seconds).max(0)
    }

    /// The time that the version of a migration tells: `20240131120000_add.sql`, `2024-01-31-120000_add/up.sql`,
    /// `V20240131__add.sql`, `1706702400_add.up.sql`. None where it is a counter.
    pub fn of_version(path: &Path) -> Option<Self> {
        let name = |part: &std::ffi::OsStr| part.to_str().and_then(Self::of_name);
        let mut parts = path.iter().rev();
        let own = parts.next().and_then(name);
        own.or_else(|| parts.next().and_then(name))
    }

    /// The time at the start of a name.
    fn of_name(name: &str) -> Option<Self> {
        let name = name.trim_start_matches(|character: char| character.is_ascii_alphabetic());
        let end = name.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | 'T')));
        let head = name.get(..end.unwrap_or(name.len()))?;
        let dashed = head.get(..10).and_then(Date::parse).map(|date| (date, head.get(10..).unwrap_or_default()));
        if let Some((date, rest)) = dashed {
            let digits: String = rest.chars().filter(char::is_ascii_digit).take(6).collect();
            return Some(Self { seconds: date.days * DAY + clock(&digits).unwrap_or(0) });
        }
        let digits = head.get(..head.find(|c: char| !c.is_ascii_digit()).unwrap_or(head.len()))?;
        match digits.len() {
            10 => Self::since_epoch(digits.parse().ok()?),
            13 => Self::since_epoch(digits.parse::<i64>().ok()? / 1000),
            8 | 12 | 14 | 17 => {
                let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
                let year = number(0, 4).filter(|year| YEARS.contains(year))?;
                let date = Date::of(year, number(4, 6)?, number(6, 8)?)?;
                Some(Self { seconds: date.days * DAY + clock(digits.get(8..)?).unwrap_or(0) })
            }
            _ => None,
        }
    }

    fn since_epoch(seconds: i64) -> Option<Self> {
        let moment = Self { seconds };
        YEARS.contains(&moment.date().civil().0).then_some(moment)
    }
}

impl fmt::Display for Moment {
    /// `2026-11-26T10:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.seconds.rem_euclid(DAY);
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.date(), second / 3600, second / 60 % 60, second % 60)
    }
}

/// Seconds of the day that `hhmm` or `hhmmss` stands for.
fn clock(digits: &str) -> Option<i64> {
    let number = |from: usize| digits.get(from..from + 2)?.parse::<i64>().ok();
    let (hours, minutes) = (number(0)?, number(2)?);
    (hours < 24 && minutes < 60).then_some(hours * 3600 + minutes * 60 + number(4).filter(|s| *s < 60).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(path: &str) -> Option<String> {
        Moment::of_version(Path::new(path))
            .map(|moment| format!("{} {}", moment.date(), moment.seconds.rem_euclid(DAY)))
    }

    #[test]
    fn versions_tell_their_time() {
        assert_eq!(version("20240131120102_add.sql").as_deref(), Some("2024-01-31 43262"));
        assert_eq!(version("db/2024-01-31-120102_add/up.sql").as_deref(), Some("2024-01-31 43262"));
        assert_eq!(version("V20240131__add.sql").as_deref(), Some("2024-01-31 0"));
        assert_eq!(version("1706702462_add.up.sql").as_deref(), Some("2024-01-31 43262"));
        assert_eq!(version("20240131120102_init/migration.sql").as_deref(), Some("2024-01-31 43262"));
        for counter in ["0001_add.sql", "V2_37_17__add.sql", "20241399_add.sql", "12345678901234_add.sql", "add.sql"] {
            assert_eq!(version(counter), None, "{counter}");
        }
    }

    #[test]
    fn dates_are_days() {
        assert_eq!(Date::parse("1970-01-01").unwrap().days, 0);
        assert_eq!(Date::parse("2000-03-01").unwrap().days_since(Date::parse("2000-02-28").unwrap()), 2);
        for wrong in ["2023-02-29", "2023-13-01", "2023-1-1", "2023-01-01-01", "", "today"] {
            assert!(Date::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_written_as_they_are_read() {
        let moment = Moment::parse("2026-11-26T10:00:59Z").unwrap();
        assert_eq!(moment.to_string(), "2026-11-26T10:00:59Z");
        assert_eq!(moment.age(Moment { seconds: moment.seconds + 60 }), 60);
        assert_eq!(moment.age(Moment { seconds: 0 }), 0);
        let wrong = [
            "2026-11-26",
            "2026-11-26 10:00:59Z",
            "2026-11-26T10:00:60Z",
            "1969-12-31T00:00:00Z",
            "2026-11-26T1:00:59Z",
        ];
        for text in wrong {
            assert!(Moment::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_date_reads_back(days in -700_000_i64..700_000) {
            let date = Date { days };
            let (year, month, day) = date.civil();
            prop_assert_eq!(Date::of(year, month, day), Some(date));
        }

        #[test]
        fn any_name_is_read(name in any::<String>()) {
            let _ = (Moment::of_version(Path::new(&name)), Date::parse(&name));
        }
    }
}
