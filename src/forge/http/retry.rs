//! How long to wait before a request is sent again, as the hosts ask for it.

use std::time::Duration;

/// How often one request is sent.
pub(super) const ATTEMPTS: u32 = 4;

/// The longest that one run waits, all in all. CI is paid by the minute.
pub(super) const LONGEST: Duration = Duration::from_secs(300);

/// What of an answer tells when to come back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs<'a> {
    pub(super) status: u16,
    pub(super) retry_after: Option<&'a str>,
    /// `x-ratelimit-remaining` of GitHub, `ratelimit-remaining` of GitLab.
    pub(super) remaining: Option<&'a str>,
    /// Seconds since 1970.
    pub(super) reset: Option<&'a str>,
    /// The body speaks of a secondary rate limit or of abuse detection.
    pub(super) secondary: bool,
}

/// What an answer means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is an answer.
    Answer,
    /// The host wants to be left alone for so long.
    Limited(Duration),
    /// The host has trouble.
    Trouble(Duration),
}

/// Judges an answer to the attempt with this number, from 0. `now` is in seconds since 1970.
pub(super) fn verdict(signs: Signs<'_>, attempt: u32, now: u64) -> Verdict {
    let asked = signs.retry_after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
    let used_up = signs.remaining.is_some_and(|left| left.trim() == "0");
    let reset = signs.reset.and_then(|at| at.trim().parse::<u64>().ok());
    // The clocks of both sides differ by a little.
    let until_reset = reset.filter(|_| used_up).map(|at| Duration::from_secs(at.saturating_sub(now).saturating_add(1)));
    let doubled = |seconds: u64| Duration::from_secs(seconds << attempt.min(8));
    match signs.status {
        429 => Verdict::Limited(asked.or(until_reset).unwrap_or(doubled(60))),
        // GitHub: wait at least a minute where a secondary limit says nothing else.
        403 if signs.secondary => Verdict::Limited(asked.or(until_reset).unwrap_or(doubled(60))),
        403 if asked.is_some() || used_up => Verdict::Limited(asked.or(until_reset).unwrap_or(doubled(60))),
        500 | 502 | 503 | 504 => Verdict::Trouble(asked.unwrap_or(doubled(1))),
        _ => Verdict::Answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(seconds: u64) -> Verdict {
        Verdict::Limited(Duration::from_secs(seconds))
    }

    #[test]
    fn hosts_are_obeyed() {
        let of = |status| Signs { status, ..Signs::default() };
        assert_eq!(verdict(of(200), 0, 0), Verdict::Answer);
        assert_eq!(verdict(of(403), 0, 0), Verdict::Answer, "no permission");
        assert_eq!(verdict(Signs { retry_after: Some("7"), ..of(403) }, 0, 0), limited(7));
        assert_eq!(verdict(Signs { secondary: true, ..of(403) }, 0, 0), limited(60));
        assert_eq!(verdict(Signs { secondary: true, ..of(403) }, 2, 0), limited(240), "longer each time");
        assert_eq!(verdict(Signs { secondary: true, retry_after: Some("9"), ..of(403) }, 2, 0), limited(9));
        let used_up = Signs { remaining: Some("0"), reset: Some("1000"), ..of(403) };
        assert_eq!(verdict(used_up, 0, 970), limited(31));
        assert_eq!(verdict(used_up, 0, 2000), limited(1), "in the past");
        assert_eq!(verdict(Signs { remaining: Some("5"), reset: Some("1000"), ..of(403) }, 0, 970), Verdict::Answer);
        assert_eq!(verdict(Signs { status: 429, ..used_up }, 0, 970), limited(31));
        assert_eq!(verdict(of(429), 1, 0), limited(120));
        assert_eq!(verdict(of(502), 2, 0), Verdict::Trouble(Duration::from_secs(4)));
        assert_eq!(
            verdict(Signs { retry_after: Some("soon"), ..of(503) }, 0, 0),
            Verdict::Trouble(Duration::from_secs(1))
        );
        let _ = verdict(Signs { reset: Some("99999999999999999999"), ..used_up }, u32::MAX, u64::MAX);
        let _ = verdict(Signs { reset: Some("18446744073709551615"), ..used_up }, u32::MAX, 0);
    }
}
