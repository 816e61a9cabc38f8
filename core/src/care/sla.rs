//! SLA clocks: start, pause, resume, stop, all in the business time of a calendar. Pure; the zone arithmetic is the
//! calendar's.

use std::time::Duration;

use crate::model::{ClockKind, SlaClock, Timestamp};
use crate::policy::Calendar;

/// A clock that promises `target` from `at` on.
pub fn start(kind: ClockKind, target: Duration, calendar: &Calendar, at: Timestamp) -> SlaClock {
    let mut clock = SlaClock {
        kind,
        target_secs: u32::try_from(target.as_secs()).unwrap_or(u32::MAX),
        calendar: calendar.id().to_owned(),
        started_at: at,
        used_secs: 0,
        running_since: None,
        due_at: None,
        stopped_at: None,
        breached_at: None,
    };
    resume(&mut clock, calendar, at);
    clock
}

/// Lets a paused clock go on; a running or stopped one stays as it is.
pub fn resume(clock: &mut SlaClock, calendar: &Calendar, at: Timestamp) {
    if clock.is_running() || clock.stopped_at.is_some() {
        return;
    }
    clock.running_since = Some(at);
    set_due(clock, calendar);
}

/// Lets a running clock stand still: the time used so far is kept, and nothing is due.
pub fn pause(clock: &mut SlaClock, calendar: &Calendar, at: Timestamp) {
    let Some(since) = clock.running_since else { return };
    mark_breach(clock, at);
    clock.used_secs = clock.used_secs.saturating_add(between(calendar, since, at));
    clock.running_since = None;
    clock.due_at = None;
}

/// Ends a clock: the promise was kept, or is broken for good. It keeps the instant it was due.
pub fn stop(clock: &mut SlaClock, calendar: &Calendar, at: Timestamp) {
    if clock.stopped_at.is_some() {
        return;
    }
    let due_at = clock.due_at;
    pause(clock, calendar, at);
    clock.due_at = due_at;
    clock.stopped_at = Some(at);
}

/// Gives a running clock another promise; the time used so far counts.
pub fn retarget(clock: &mut SlaClock, target: Duration, calendar: &Calendar) {
    clock.target_secs = u32::try_from(target.as_secs()).unwrap_or(u32::MAX);
    calendar.id().clone_into(&mut clock.calendar);
    set_due(clock, calendar);
    if clock.breached_at.is_some() && clock.due_at > clock.breached_at {
        clock.breached_at = None;
    }
}

/// When a part of the promised time is used up: 0.5 is halfway, 1 the deadline, 1.5 half the time after it.
///
/// `None` while the clock does not run, or if the calendar does not open for so long.
pub fn progress_at(clock: &SlaClock, calendar: &Calendar, part: f64) -> Option<Timestamp> {
    let since = clock.running_since?;
    let secs = (f64::from(clock.target_secs) * part) as u64;
    match secs.checked_sub(u64::from(clock.used_secs)) {
        Some(left) => calendar.add_business(since, left),
        None => Some(since),
    }
}

fn set_due(clock: &mut SlaClock, calendar: &Calendar) {
    let left = clock.target_secs.saturating_sub(clock.used_secs);
    clock.due_at = clock.running_since.and_then(|since| calendar.add_business(since, u64::from(left)));
}

/// A promise that ran out before `at` is broken, whether or not a timer said so in time.
fn mark_breach(clock: &mut SlaClock, at: Timestamp) {
    if clock.due_at.is_some_and(|due_at| due_at < at) {
        clock.breached_at = clock.breached_at.or(clock.due_at);
    }
}

fn between(calendar: &Calendar, from: Timestamp, to: Timestamp) -> u32 {
    u32::try_from(calendar.business_between(from, to)).unwrap_or(u32::MAX)
}
