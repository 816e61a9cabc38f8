//! SLA clocks: promises that run in business time. Pure; the engine keeps the timers.
//!
//! Times are the networks' own: a late report of an early answer still keeps the promise.

use std::time::Duration;

use crate::model::{ClockKind, SlaClock, Timestamp};
use crate::policy::Calendar;

/// Starts a clock at the customer's turn `at`. Its deadline is absent if the calendar never opens for so long.
pub fn start(kind: ClockKind, target: Duration, calendar: &Calendar, at: Timestamp) -> SlaClock {
    let target_secs = secs(target);
    SlaClock {
        kind,
        target_secs,
        calendar: calendar.id().to_owned(),
        started_at: at,
        used_secs: 0,
        running_since: Some(at),
        due_at: calendar.add_business(at, target_secs.into()),
        stopped_at: None,
        breached_at: None,
        escalation: 0,
    }
}

/// Takes over what was told about a promise whose clock was worked out anew.
pub fn carry(before: &SlaClock, clock: &mut SlaClock) {
    clock.escalation = clock.escalation.max(before.escalation);
    if clock.is_running() {
        let told = |due: &Timestamp| before.breached_at.is_some_and(|breached| *due <= breached);
        clock.breached_at = clock.breached_at.or(clock.due_at.filter(told));
    }
}

/// Lets the clock stand still from `at` on; what it has used up stays used up. Does nothing unless it runs.
pub fn pause(clock: &mut SlaClock, calendar: &Calendar, at: Timestamp) {
    if let Some(since) = clock.running_since {
        breach(clock, at);
        clock.used_secs = used_at(clock, calendar, at.max(since));
        clock.running_since = None;
        clock.due_at = None;
    }
}

/// Lets a paused clock go on from `at`, with what was left of its time. Does nothing if it runs or was stopped.
pub fn resume(clock: &mut SlaClock, calendar: &Calendar, at: Timestamp) {
    if clock.running_since.is_some() || clock.stopped_at.is_some() {
        return;
    }
    clock.running_since = Some(at);
    clock.due_at = match clock.breached_at {
        Some(breached) => Some(breached),
        None => calendar.add_business(at, u64::from(clock.target_secs.saturating_sub(clock.used_secs))),
    };
}

/// Ends the clock: the promise was kept, or given up, at `at`. Does nothing if it was stopped before.
///
/// Whether it was kept in time is decided by `at` alone, even if a timer has reported a breach already.
pub fn stop(clock: &mut SlaClock, calendar: &Calendar, at: Timestamp) {
    if clock.stopped_at.is_some() {
        return;
    }
    if let Some(since) = clock.running_since {
        clock.used_secs = used_at(clock, calendar, at.max(since));
        clock.breached_at = clock.due_at.filter(|due| *due < at);
        clock.running_since = None;
    }
    clock.stopped_at = Some(at);
}

/// Gives a clock another promise, for a case that became more or less pressing; the time used so far counts.
///
/// A breach of the old promise stands only if the new one is broken by then as well.
pub fn retarget(clock: &mut SlaClock, target: Duration, calendar: &Calendar) {
    if clock.stopped_at.is_some() {
        return;
    }
    clock.target_secs = secs(target);
    calendar.id().clone_into(&mut clock.calendar);
    let left = clock.target_secs.saturating_sub(clock.used_secs);
    clock.due_at = clock.running_since.and_then(|since| calendar.add_business(since, left.into()));
    if clock.is_running() {
        clock.breached_at = clock.breached_at.filter(|breached| clock.due_at.is_some_and(|due| due <= *breached));
    }
}

/// Notes that the deadline has passed at `now`; tells whether that is news.
pub fn breach(clock: &mut SlaClock, now: Timestamp) -> bool {
    let due = clock.due_at.filter(|due| *due <= now && clock.is_running() && clock.breached_at.is_none());
    clock.breached_at = clock.breached_at.or(due);
    due.is_some()
}

/// When a part of the promised time is used up: 0.5 is halfway, 1 the deadline, 1.5 half the time after it.
///
/// `None` while the clock is paused or stopped, or if the calendar does not open for so long. A part that was used up
/// before the present stretch gives the beginning of the stretch.
pub fn progress_at(clock: &SlaClock, calendar: &Calendar, part: f64) -> Option<Timestamp> {
    let since = clock.running_since?;
    let secs = (f64::from(clock.target_secs) * part.max(0.0)).round() as u64;
    calendar.add_business(since, secs.saturating_sub(clock.used_secs.into()))
}

/// The business seconds used up at `now`.
pub fn used_at(clock: &SlaClock, calendar: &Calendar, now: Timestamp) -> u32 {
    let running = clock.running_since.map_or(0, |since| calendar.business_between(since, now));
    clock.used_secs.saturating_add(u32::try_from(running).unwrap_or(u32::MAX))
}

fn secs(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{CompiledPolicy, Policy};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn berlin() -> Calendar {
        let text = "[brand]\nname = 'Acme'\n[[calendars]]\nid = 'berlin'\nzone = 'Europe/Berlin'\n\
                    hours = { mon-fri = ['09:00-17:00'], sun = ['00:00-06:00'] }";
        let policy = CompiledPolicy::new(Policy::parse(text, "").unwrap()).unwrap();
        policy.calendar("berlin").unwrap().clone()
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_promise_runs_in_business_time_from_the_customers_turn() {
        // A Friday evening: 16:30 in Berlin.
        let clock = start(ClockKind::FirstResponse, HOUR, &berlin(), at("2026-11-20T15:30:00Z"));
        // Half an hour on Friday, half an hour on Sunday from midnight.
        assert_eq!(clock.due_at, Some(at("2026-11-21T23:30:00Z")));
        assert_eq!(clock.calendar, "berlin");
    }

    #[test]
    fn a_pause_keeps_what_was_used_and_moves_the_deadline() {
        let berlin = berlin();
        let mut clock = start(ClockKind::Resolution, 4 * HOUR, &berlin, at("2026-11-18T08:00:00Z"));
        pause(&mut clock, &berlin, at("2026-11-18T09:00:00Z"));
        assert_eq!((clock.used_secs, clock.due_at, clock.is_running()), (3600, None, false));
        assert_eq!(progress_at(&clock, &berlin, 1.0), None);
        resume(&mut clock, &berlin, at("2026-11-18T15:00:00Z"));
        assert_eq!(clock.due_at, Some(at("2026-11-19T10:00:00Z")));
        assert_eq!(progress_at(&clock, &berlin, 1.0), clock.due_at);
        assert_eq!(progress_at(&clock, &berlin, 0.5), Some(at("2026-11-18T16:00:00Z")));
        assert_eq!(progress_at(&clock, &berlin, 0.1), Some(at("2026-11-18T15:00:00Z")));
        stop(&mut clock, &berlin, at("2026-11-19T10:00:00Z"));
        assert_eq!((clock.breached_at, clock.used_secs), (None, 4 * 3600));
        let stopped = clock.clone();
        resume(&mut clock, &berlin, at("2026-11-20T10:00:00Z"));
        stop(&mut clock, &berlin, at("2026-11-20T10:00:00Z"));
        assert_eq!(clock, stopped);
    }

    #[test]
    fn a_breach_is_told_once_and_undone_by_a_late_report_of_an_early_answer() {
        let always = Calendar::always();
        let mut clock = start(ClockKind::FirstResponse, HOUR, &always, at("2026-11-18T08:00:00Z"));
        assert!(!breach(&mut clock, at("2026-11-18T08:59:59.999Z")));
        assert!(breach(&mut clock, at("2026-11-18T09:00:01Z")));
        assert!(!breach(&mut clock, at("2026-11-18T09:00:02Z")));
        assert_eq!(clock.breached_at, Some(at("2026-11-18T09:00:00Z")));
        let mut early = clock.clone();
        stop(&mut early, &always, at("2026-11-18T08:59:00Z"));
        assert_eq!(early.breached_at, None);
        stop(&mut clock, &always, at("2026-11-18T10:00:00Z"));
        assert_eq!((clock.breached_at, clock.used_secs), (Some(at("2026-11-18T09:00:00Z")), 7200));
    }

    #[test]
    fn a_breach_survives_a_pause() {
        let always = Calendar::always();
        let mut clock = start(ClockKind::Resolution, HOUR, &always, at("2026-11-18T08:00:00Z"));
        pause(&mut clock, &always, at("2026-11-18T10:00:00Z"));
        resume(&mut clock, &always, at("2026-11-18T12:00:00Z"));
        stop(&mut clock, &always, at("2026-11-18T13:00:00Z"));
        assert_eq!((clock.breached_at, clock.used_secs), (Some(at("2026-11-18T09:00:00Z")), 3 * 3600));
    }

    #[test]
    fn another_promise_counts_the_time_used_so_far() {
        let always = Calendar::always();
        let mut clock = start(ClockKind::Resolution, HOUR, &always, at("2026-11-18T08:00:00Z"));
        assert!(breach(&mut clock, at("2026-11-18T09:00:00Z")));
        retarget(&mut clock, 4 * HOUR, &always);
        assert_eq!((clock.due_at, clock.breached_at), (Some(at("2026-11-18T12:00:00Z")), None));
        pause(&mut clock, &always, at("2026-11-18T10:00:00Z"));
        retarget(&mut clock, 3 * HOUR, &always);
        assert_eq!(clock.due_at, None);
        resume(&mut clock, &always, at("2026-11-18T11:00:00Z"));
        assert_eq!(clock.due_at, Some(at("2026-11-18T12:00:00Z")));
    }

    #[test]
    fn escalation_steps_after_the_breach_count_business_time_too() {
        let clock = start(ClockKind::FirstResponse, 8 * HOUR, &berlin(), at("2026-11-18T08:00:00Z"));
        assert_eq!(clock.due_at, Some(at("2026-11-18T16:00:00Z")));
        assert_eq!(progress_at(&clock, &berlin(), 1.5), Some(at("2026-11-19T12:00:00Z")));
    }

    #[test]
    fn hours_that_the_clock_change_skips_or_repeats_are_counted_as_they_pass() {
        // 2026-03-29 is a Sunday; 02:00 to 03:00 is skipped, so 00:00 to 06:00 lasts five hours.
        let spring = start(ClockKind::FirstResponse, 5 * HOUR, &berlin(), at("2026-03-28T20:00:00Z"));
        assert_eq!(spring.due_at, Some(at("2026-03-29T04:00:00Z")));
        // 2026-10-25 is a Sunday; 02:00 to 03:00 passes twice, so it lasts seven.
        let autumn = start(ClockKind::FirstResponse, 7 * HOUR, &berlin(), at("2026-10-24T20:00:00Z"));
        assert_eq!(autumn.due_at, Some(at("2026-10-25T05:00:00Z")));
        assert_eq!(used_at(&autumn, &berlin(), at("2026-10-25T02:00:00Z")), 4 * 3600);
    }
}
