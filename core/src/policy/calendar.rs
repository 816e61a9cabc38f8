//! Business hours: the only module that does zone arithmetic.
//!
//! A calendar is a set of instants. An instant belongs to it when the clock on the wall in the calendar's zone shows a
//! time within one of the day's intervals. So an interval inside the hour that is skipped in spring is empty, and one
//! inside the hour that is shown twice in autumn counts twice; 01:00 to 04:00 lasts two, three or four hours.

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
    /// Intervals by weekday (`mon` … `sun`, or a range such as `mon-fri`), each `HH:MM-HH:MM`; `24:00` is the end of
    /// the day. Hours past midnight are two intervals: `22:00-24:00` and, the day after, `00:00-06:00`.
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

    /// When it closes next: the end of the hours that `at` lies in, else of those that come next. `None` if it stays open
    /// for more than two years, or never opens again.
    pub fn next_close(&self, at: Timestamp) -> Option<Timestamp> {
        let mut closes: Option<Timestamp> = None;
        for (from, to) in self.spans(at) {
            if closes.is_some_and(|closes| closes < from) {
                break;
            }
            if to.as_secs() - at.as_secs() > NEVER * DAY {
                return None;
            }
            closes = Some(to);
        }
        closes
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

#[cfg(test)]
mod tests {
    use chrono::Timelike;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn calendar(zone: &str, hours: &[(&str, &[&str])], holidays: &[&str]) -> Calendar {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Calendar::week(&CalendarRule {
            id: "hours".to_owned(),
            zone: Some(zone.to_owned()),
            hours: hours.iter().map(|(days, intervals)| ((*days).to_owned(), texts(intervals))).collect(),
            holidays: texts(holidays),
            follow: Vec::new(),
        })
    }

    fn daily(zone: &str, interval: &str) -> Calendar {
        calendar(zone, &[("mon-sun", &[interval])], &[])
    }

    const HOUR: u64 = 3600;

    #[test]
    fn office_hours_are_counted_over_nights_weekends_and_holidays() {
        let office = calendar("Europe/Berlin", &[("mon-fri", &["09:00-12:00", "13:00-17:00"])], &["2026-12-25"]);
        let thursday = at("2026-12-24T15:00:00Z");
        assert!(office.open_at(thursday));
        assert!(!office.open_at(at("2026-12-25T10:00:00Z")));
        assert!(!office.open_at(at("2026-12-24T11:30:00Z")));
        // One hour is left on Thursday; Friday is a holiday; three hours on Monday before lunch, one after.
        assert_eq!(office.add_business(thursday, 5 * HOUR), Some(at("2026-12-28T13:00:00Z")));
        assert_eq!(office.business_between(thursday, at("2026-12-28T13:00:00Z")), 5 * HOUR);
        assert_eq!(office.next_open(at("2026-12-24T16:00:00Z")), Some(at("2026-12-28T08:00:00Z")));
        assert_eq!(office.next_open(thursday), Some(thursday));
    }

    #[test]
    fn milliseconds_are_kept() {
        let office = daily("UTC", "09:00-17:00");
        let late = at("2026-11-18T16:59:59.250Z");
        assert_eq!(office.add_business(late, 1), Some(at("2026-11-19T09:00:00.250Z")));
        assert_eq!(office.business_between(late, at("2026-11-18T17:00:00Z")), 0);
    }

    #[test]
    fn an_hour_that_is_skipped_is_empty_and_one_that_is_shown_twice_counts_twice() {
        for (zone, from, to, interval, hours) in [
            ("Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T22:00:00Z", "02:00-03:00", 0.0),
            ("Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T22:00:00Z", "01:00-04:00", 2.0),
            ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "02:00-03:00", 2.0),
            ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "01:00-04:00", 4.0),
            ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "00:00-24:00", 25.0),
            ("America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "01:30-03:30", 1.0),
            ("America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "01:30-02:30", 1.5),
            ("Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", "02:00-03:00", 0.5),
            ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", "01:00-03:00", 2.5),
            ("Asia/Kolkata", "2026-03-28T18:30:00Z", "2026-03-29T18:30:00Z", "02:00-03:00", 1.0),
        ] {
            let secs = daily(zone, interval).business_between(at(from), at(to));
            assert_eq!(secs as f64 / 3600.0, hours, "{zone} {interval} from {from}");
        }
    }

    #[test]
    fn a_day_that_the_date_line_swallowed_has_no_hours() {
        // Samoa went from Thursday 29 to Saturday 31 December 2011.
        let apia = calendar("Pacific/Apia", &[("thu-sat", &["09:00-17:00"])], &[]);
        let (from, to) = (at("2011-12-29T00:00:00Z"), at("2012-01-01T12:00:00Z"));
        // Wednesday evening there; Thursday, no Friday, Saturday.
        assert_eq!(apia.business_between(from, to), 16 * HOUR);
        assert_eq!(apia.next_open(at("2011-12-30T09:00:00Z")), Some(at("2011-12-30T19:00:00Z")));
        let friday = calendar("Pacific/Apia", &[("fri", &["00:00-24:00"])], &[]);
        assert_eq!(friday.next_open(from), Some(at("2012-01-05T10:00:00Z")));
    }

    #[test]
    fn intervals_that_touch_run_on() {
        let shop = calendar("UTC", &[("mon", &["22:00-24:00"]), ("tue", &["00:00-01:00", "01:00-02:00"])], &[]);
        assert_eq!(shop.add_business(at("2026-11-16T22:00:00Z"), 4 * HOUR), Some(at("2026-11-17T02:00:00Z")));
        assert!(shop.open_at(at("2026-11-17T01:00:00Z")));
        assert!(!shop.open_at(at("2026-11-17T02:00:00Z")));
    }

    #[test]
    fn hours_end_where_the_wall_says_so() {
        let office = calendar("Europe/Berlin", &[("mon-fri", &["09:00-12:00", "13:00-17:00"])], &["2026-12-25"]);
        for (from, closes) in [
            ("2026-11-18T08:30:00Z", "2026-11-18T11:00:00Z"),
            // At lunch, in the evening, at the very end, over a holiday and a weekend.
            ("2026-11-18T11:00:00Z", "2026-11-18T16:00:00Z"),
            ("2026-11-18T15:59:59.999Z", "2026-11-18T16:00:00Z"),
            ("2026-11-18T16:00:00Z", "2026-11-19T11:00:00Z"),
            ("2026-12-24T16:00:00Z", "2026-12-28T11:00:00Z"),
            // In summer it is an hour earlier; the clock changes over the weekend.
            ("2026-10-23T14:59:00Z", "2026-10-23T15:00:00Z"),
            ("2026-10-23T15:00:00Z", "2026-10-26T11:00:00Z"),
        ] {
            assert_eq!(office.next_close(at(from)), Some(at(closes)), "{from}");
        }
        // Nights, cut at midnight here and there, on which the clock changes.
        let nights = calendar("Europe/Berlin", &[("mon-sun", &["22:00-24:00", "00:00-06:00"])], &[]);
        for (from, closes) in [
            ("2026-03-28T22:00:00Z", "2026-03-29T04:00:00Z"),
            ("2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z"),
            ("2026-10-25T05:00:00Z", "2026-10-26T05:00:00Z"),
        ] {
            assert_eq!(nights.next_close(at(from)), Some(at(closes)), "{from}");
        }
        // An end in the hour that is skipped is the moment of the change.
        let skipped = daily("Europe/Berlin", "00:00-02:30");
        assert_eq!(skipped.next_close(at("2026-03-28T23:30:00Z")), Some(at("2026-03-29T01:00:00Z")));
        // Those who follow each other close when the last of them does.
        let sun = [daily("Europe/Berlin", "09:00-17:00"), daily("America/New_York", "09:00-17:00")];
        let sun = Calendar::any_of("sun", sun.map(Arc::new).to_vec());
        assert_eq!(sun.next_close(at("2026-11-18T08:00:00Z")), Some(at("2026-11-18T22:00:00Z")));
        for never in [Calendar::always(), daily("Asia/Tokyo", "00:00-24:00"), calendar("UTC", &[], &[])] {
            assert_eq!(never.next_close(at("2026-11-18T08:00:00Z")), None);
        }
    }

    #[test]
    fn following_the_sun_is_open_whenever_a_member_is() {
        let members = [
            daily("Europe/Berlin", "09:00-17:00"),
            daily("America/New_York", "09:00-17:00"),
            daily("Asia/Tokyo", "09:00-17:00"),
        ];
        let sun = Calendar::any_of("sun", members.map(Arc::new).to_vec());
        // In winter: Tokyo 00-08, Berlin 08-16, New York 14-22.
        assert_eq!(sun.business_between(at("2026-11-18T00:00:00Z"), at("2026-11-19T00:00:00Z")), 22 * HOUR);
        assert_eq!(sun.next_open(at("2026-11-18T22:30:00Z")), Some(at("2026-11-19T00:00:00Z")));
        assert_eq!(sun.add_business(at("2026-11-18T21:00:00Z"), 2 * HOUR), Some(at("2026-11-19T01:00:00Z")));
    }

    #[test]
    fn a_calendar_that_never_opens_has_no_deadlines() {
        let never = calendar("UTC", &[("mon", &[])], &[]);
        assert_eq!(never.add_business(at("2026-11-18T00:00:00Z"), 1), None);
        assert_eq!(never.next_open(at("2026-11-18T00:00:00Z")), None);
        assert_eq!(never.add_business(at("2026-11-18T00:00:00Z"), 0), Some(at("2026-11-18T00:00:00Z")));
        // A minute a week for 40 years is less than two days.
        let rare = calendar("UTC", &[("mon", &["09:00-09:01"])], &[]);
        assert_eq!(rare.add_business(at("2026-11-18T00:00:00Z"), 48 * HOUR), None);
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let (first, last) = (at("0000-01-01T00:00:00Z"), at("9999-12-31T23:59:59.999Z"));
        for calendar in [Calendar::always(), daily("Pacific/Apia", "09:00-17:00")] {
            assert!(calendar.business_between(first, last) > 0);
            assert!(calendar.next_open(first).is_some());
            let _ = (calendar.add_business(last, u64::MAX), calendar.next_open(last), calendar.open_at(last));
        }
    }

    #[test]
    fn weekdays_may_be_ranges_over_sunday() {
        assert_eq!(weekdays("mon-fri"), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(weekdays("sat-mon"), Some(vec![5, 6, 0]));
        assert_eq!(weekdays("sun"), Some(vec![6]));
        for text in ["", "Mon", "monday", "mon-", "mon-fri-sat"] {
            assert_eq!(weekdays(text), None, "{text}");
        }
    }

    #[test]
    fn intervals_and_dates_are_read_strictly() {
        assert_eq!(interval("09:00-24:00"), Some((9 * 3600, DAY)));
        assert_eq!(interval("9:30 - 10:00"), Some((34_200, 36_000)));
        for text in ["", "9-17", "09:00", "17:00-09:00", "09:00-09:00", "09:00-24:01", "09:60-10:00", "+9:00-10:00"] {
            assert_eq!(interval(text), None, "{text}");
        }
        assert!(date("2028-02-29").is_some());
        for text in ["2026-02-29", "26-12-25", "2026-12-5", "25.12.2026", "2026-12-25T00:00:00Z"] {
            assert_eq!(date(text), None, "{text}");
        }
        assert!(tz_version().starts_with("20"));
    }

    const ZONES: [&str; 8] = [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
        "America/St_Johns",
        "Africa/Casablanca",
        "UTC",
    ];

    /// Instants around which clocks change: in 2026 and, for the date line and midnight, in other years.
    const EDGES: [&str; 9] = [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-04-04T15:00:00Z",
        "2011-12-30T10:00:00Z",
        "2010-11-07T02:31:00Z",
        "2026-07-01T00:00:00Z",
    ];

    fn weeks() -> impl Strategy<Value = Calendar> {
        let slots = prop::collection::vec(prop::collection::btree_set(0..=96u32, 0..6), 7);
        (prop::sample::select(&ZONES[..]), slots, any::<bool>()).prop_map(|(zone, slots, holiday)| {
            let clock = |slot: u32| format!("{:02}:{:02}", slot / 4, slot % 4 * 15);
            let hours = WEEKDAYS.iter().zip(slots).map(|(day, slots)| {
                let slots: Vec<u32> = slots.into_iter().collect();
                let intervals = slots.chunks_exact(2).map(|pair| format!("{}-{}", clock(pair[0]), clock(pair[1])));
                ((*day).to_owned(), intervals.collect())
            });
            Calendar::week(&CalendarRule {
                id: "hours".to_owned(),
                zone: Some(zone.to_owned()),
                hours: hours.collect(),
                holidays: if holiday { vec!["2026-03-29".to_owned(), "2011-12-31".to_owned()] } else { Vec::new() },
                follow: Vec::new(),
            })
        })
    }

    fn calendars() -> impl Strategy<Value = Calendar> {
        let many = prop::collection::vec(weeks().prop_map(Arc::new), 1..4);
        let union = many.prop_map(|members| Calendar::any_of("sun", members));
        prop_oneof![4 => weeks(), 2 => union, 1 => Just(Calendar::always())]
    }

    fn instants() -> impl Strategy<Value = Timestamp> {
        (prop::sample::select(&EDGES[..]), -4 * 86_400_000..4 * 86_400_000i64)
            .prop_map(|(edge, millis)| at(edge).plus_millis(millis))
    }

    /// The clock on the wall, asked anew for every instant.
    fn wall_says_open(calendar: &Calendar, time: Timestamp) -> bool {
        let week = match &calendar.hours {
            Hours::Always => return true,
            Hours::AnyOf(members) => return members.iter().any(|member| wall_says_open(member, time)),
            Hours::Week(week) => week,
        };
        let local = chrono::DateTime::<chrono::Utc>::from(time).with_timezone(&week.zone).naive_local();
        let second = i64::from(local.num_seconds_from_midnight());
        let day = local.weekday().num_days_from_monday() as usize;
        !week.holidays.contains(&local.date()) && week.days[day].iter().any(|&(from, to)| from <= second && second < to)
    }

    proptest! {
        #[test]
        fn a_deadline_lies_as_far_away_as_was_asked(
            calendar in calendars(), from in instants(), secs in 0..400_000u64, more in 0..100_000u64,
        ) {
            let Some(due) = calendar.add_business(from, secs) else { return Ok(()) };
            prop_assert_eq!(calendar.business_between(from, due), secs);
            // Later starts and longer promises end no earlier; two stretches are as long as both together.
            let longer = calendar.add_business(from, secs + more);
            prop_assert!(longer.is_none_or(|longer| longer >= due));
            prop_assert_eq!(calendar.add_business(due, more), if more == 0 { Some(due) } else { longer });
            let later = calendar.add_business(from.plus_millis(more as i64), secs);
            prop_assert!(later.is_none_or(|later| later >= due));
        }

        #[test]
        fn the_union_is_open_when_and_only_when_a_member_is(
            members in prop::collection::vec(weeks().prop_map(Arc::new), 1..4), from in instants(), hours in 0..200i64,
        ) {
            let union = Calendar::any_of("sun", members.clone());
            let to = from.plus_millis(hours * 3_600_000);
            prop_assert_eq!(union.open_at(from), members.iter().any(|member| member.open_at(from)));
            let all = union.business_between(from, to);
            prop_assert!(members.iter().all(|member| member.business_between(from, to) <= all));
            prop_assert!(all <= members.iter().map(|member| member.business_between(from, to) + 1).sum());
            let opens = members.iter().filter_map(|member| member.next_open(from)).min();
            prop_assert_eq!(union.next_open(from), opens);
        }

        #[test]
        fn the_clock_on_the_wall_says_the_same(calendar in calendars(), from in instants()) {
            // Whole minutes: no zone of these years changes its clocks within one.
            let from = Timestamp::from_secs(from.as_secs().div_euclid(60) * 60).unwrap();
            let minutes = 36 * 60;
            let open: Vec<bool> =
                (0..minutes).map(|minute| wall_says_open(&calendar, from.plus_millis(minute * 60_000))).collect();
            let count = open.iter().filter(|open| **open).count() as u64;
            prop_assert_eq!(calendar.business_between(from, from.plus_millis(minutes * 60_000)), count * 60);
            prop_assert_eq!(calendar.open_at(from), open[0]);
            if let Some(first) = open.iter().position(|open| *open) {
                prop_assert_eq!(calendar.next_open(from), Some(from.plus_millis(first as i64 * 60_000)));
                if let Some(closed) = open[first..].iter().position(|open| !*open) {
                    let minute = (first + closed) as i64;
                    prop_assert_eq!(calendar.next_close(from), Some(from.plus_millis(minute * 60_000)));
                }
            }
        }
    }
}
