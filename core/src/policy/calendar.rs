//! Business hours: the only module that does zone arithmetic.
//!
//! A calendar is a set of instants. An instant belongs to it when the clock on the wall in the calendar's zone shows a time
//! within one of the day's intervals. So an interval inside the hour that is skipped in spring is empty, and one inside
//! the hour that is shown twice in autumn counts twice; 01:00 to 04:00 lasts two, three or four hours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// The calendar every policy has: always open.
pub const ALWAYS: &str = "always";

/// The days of the week as a policy writes them, in order.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const DAY: i64 = 86_400;

/// How far ahead anything is looked for, in days: 40 years, well over what a promise can last.
const HORIZON: i64 = 40 * 366;

/// After so many days without an opening a calendar counts as closed for ever.
const NEVER: i64 = 800;

/// The version of the time zone rules in use: `2026a`. Records of decisions name it.
pub fn tz_version() -> &'static str {
    chrono_tz::IANA_TZDB_VERSION
}

/// Business hours in one zone, or in several after each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarRule {
    /// Its id; `always` is built in.
    pub id: String,
    /// The IANA zone its hours are in: `Europe/Berlin`.
    #[serde(default)]
    pub zone: Option<String>,
    /// Intervals by weekday (`mon` … `sun`, or a range such as `mon-fri`), each `HH:MM-HH:MM`; `24:00` is the end of the
    /// day. Hours past midnight are two intervals: `22:00-24:00` and, the day after, `00:00-06:00`.
    #[serde(default)]
    pub hours: BTreeMap<String, Vec<String>>,
    /// Days without hours, `YYYY-MM-DD` in the zone.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// Follow-the-sun: open whenever one of these is. Then `zone`, `hours` and `holidays` stay empty.
    #[serde(default)]
    pub follow: Vec<String>,
}

/// Business hours, ready to be counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    id: String,
    hours: Hours,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hours {
    Always,
    Week(Box<Week>),
    AnyOf(Vec<Arc<Calendar>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Week {
    zone: Tz,
    /// By day from Monday: intervals in seconds of the day, in order, apart.
    days: [Vec<(i64, i64)>; 7],
    holidays: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// The calendar that is always open.
    pub fn always() -> Self {
        Self { id: ALWAYS.to_owned(), hours: Hours::Always }
    }

    /// Open whenever one of `members` is.
    pub(super) fn any_of(id: &str, members: Vec<Arc<Self>>) -> Self {
        Self { id: id.to_owned(), hours: Hours::AnyOf(members) }
    }

    /// A week in one zone; what does not read is left out, the check of the policy reports it.
    pub(super) fn week(rule: &CalendarRule) -> Self {
        let mut days: [Vec<(i64, i64)>; 7] = Default::default();
        for (names, intervals) in &rule.hours {
            for day in weekdays(names).into_iter().flatten() {
                days[day].extend(intervals.iter().filter_map(|text| interval(text)));
                days[day].sort_unstable();
            }
        }
        let holidays = rule.holidays.iter().filter_map(|text| date(text)).collect();
        let zone = rule.zone.as_deref().and_then(zone).unwrap_or(Tz::UTC);
        Self { id: rule.id.clone(), hours: Hours::Week(Box::new(Week { zone, days, holidays })) }
    }

    /// The name the policy gives it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is open at `at`.
    pub fn open_at(&self, at: Timestamp) -> bool {
        self.spans_of_day(at.as_secs().div_euclid(DAY)).iter().any(|&(from, to)| (from..to).contains(&at.as_secs()))
    }

    /// When it is open next: `at` itself while it is open; `None` if it never is again.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.spans(at).next().map(|(from, _)| from)
    }

    /// The instant at which `secs` business seconds have passed since `at`: a deadline.
    ///
    /// With 0 it is `at` itself. `None` if the calendar does not open for so long within 40 years.
    pub fn add_business(&self, at: Timestamp, secs: u64) -> Option<Timestamp> {
        let mut left = i64::try_from(secs).ok()?.checked_mul(1000)?;
        if left == 0 {
            return Some(at);
        }
        if self.hours == Hours::Always {
            return Some(at.plus_millis(left));
        }
        for (from, to) in self.spans(at) {
            let length = to.millis_since(from);
            if left <= length {
                return Some(from.plus_millis(left));
            }
            left -= length;
        }
        None
    }

    /// The business time from `from` to `to` in whole seconds, rounded down; 0 if `to` is not later.
    ///
    /// Counts at most 40 years.
    pub fn business_between(&self, from: Timestamp, to: Timestamp) -> u64 {
        if to <= from {
            return 0;
        }
        if self.hours == Hours::Always {
            return to.millis_since(from).unsigned_abs() / 1000;
        }
        let spans = self.spans(from).take_while(|(start, _)| *start < to);
        let millis: i64 = spans.map(|(start, end)| end.min(to).millis_since(start)).sum();
        millis.unsigned_abs() / 1000
    }

    /// The stretches of open time from `at` on, cut at UTC midnight, in order.
    fn spans(&self, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let first = at.as_secs().div_euclid(DAY);
        let mut closed = 0;
        (first..first + HORIZON)
            .map(|day| self.spans_of_day(day))
            .take_while(move |spans| {
                closed = if spans.is_empty() { closed + 1 } else { 0 };
                closed < NEVER
            })
            .flatten()
            .filter_map(move |(from, to)| {
                let (from, to) = (Timestamp::from_secs(from)?.max(at), Timestamp::from_secs(to)?);
                (from < to).then_some((from, to))
            })
    }

    /// The open stretches of one UTC day (counted from 1970) in UTC seconds, in order, apart.
    fn spans_of_day(&self, day: i64) -> Vec<(i64, i64)> {
        let (from, to) = (day * DAY, (day + 1) * DAY);
        match &self.hours {
            Hours::Always => vec![(from, to)],
            Hours::Week(week) => week.spans(from, to),
            Hours::AnyOf(members) => united(members.iter().flat_map(|member| member.spans_of_day(day)).collect()),
        }
    }
}

impl Week {
    /// The open stretches within a UTC day. Zones change their offset at most once in a day.
    fn spans(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let (before, after) = (self.offset(from), self.offset(to - 1));
        let mut spans = Vec::new();
        if before == after {
            self.collect(from, to, before, &mut spans);
        } else {
            let change = self.change(from, to - 1, before);
            self.collect(from, change, before, &mut spans);
            self.collect(change, to, after, &mut spans);
        }
        united(spans)
    }

    /// Adds the open stretches of `from..to`, through which the zone keeps one offset.
    fn collect(&self, from: i64, to: i64, offset: i64, spans: &mut Vec<(i64, i64)>) {
        for day in (from + offset).div_euclid(DAY)..=(to - 1 + offset).div_euclid(DAY) {
            for &(opens, closes) in self.intervals(day) {
                let midnight = day * DAY - offset;
                let span = ((midnight + opens).max(from), (midnight + closes).min(to));
                if span.0 < span.1 {
                    spans.push(span);
                }
            }
        }
    }

    /// The intervals of a local day, counted from 1970.
    fn intervals(&self, day: i64) -> &[(i64, i64)] {
        // 1970-01-01 was a Thursday.
        let intervals = &self.days[(day + 3).rem_euclid(7) as usize];
        if intervals.is_empty() || self.holidays.is_empty() {
            return intervals;
        }
        let date = i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days);
        if date.is_some_and(|date| self.holidays.contains(&date)) { &[] } else { intervals }
    }

    /// The first second in `from..=to` at which the offset is no longer `before`.
    fn change(&self, mut from: i64, mut to: i64, before: i64) -> i64 {
        while to - from > 1 {
            let middle = from + (to - from) / 2;
            if self.offset(middle) == before {
                from = middle;
            } else {
                to = middle;
            }
        }
        to
    }

    /// Seconds east of UTC at a UTC second.
    fn offset(&self, at: i64) -> i64 {
        let Some(utc) = chrono::DateTime::from_timestamp(at, 0) else { return 0 };
        i64::from(self.zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc())
    }
}

/// The union of stretches.
fn united(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
    spans
}

/// The zone of this name.
pub(super) fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The days that `mon` or `mon-fri` names, counted from Monday; a range may run over Sunday.
pub(super) fn weekdays(names: &str) -> Option<Vec<usize>> {
    let number = |name: &str| WEEKDAYS.iter().position(|day| *day == name);
    let Some((first, last)) = names.split_once('-') else { return Some(vec![number(names)?]) };
    let (first, last) = (number(first)?, number(last)?);
    let length = (last + 7 - first) % 7;
    Some((first..=first + length).map(|day| day % 7).collect())
}

/// An interval `HH:MM-HH:MM` in seconds of the day, its beginning before its end.
pub(super) fn interval(text: &str) -> Option<(i64, i64)> {
    let (from, to) = interval_ends(text)?;
    (from < to).then_some((from, to))
}

/// Both ends of an interval as written.
pub(super) fn interval_ends(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once('-')?;
    Some((time_of_day(from.trim())?, time_of_day(to.trim())?))
}

fn time_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?;
    let (hour, minute) = (number(hour).filter(|_| hour.len() <= 2)?, number(minute).filter(|_| minute.len() == 2)?);
    let secs = hour * 3600 + minute * 60;
    (minute < 60 && secs <= DAY).then_some(secs)
}

/// A date `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && date.year() > 0).then_some(date)
}
