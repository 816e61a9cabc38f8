//! How many messages came when: a chart in steps of five minutes, with bursts that stand out from the usual.

use std::collections::BTreeMap;

use careline::model::Timestamp;
use careline::store::Counter;
use maud::{Markup, html};

use super::words::{count, hour, label, moment, span};

const STEP: i64 = 5 * 60_000;
const STEPS: usize = 288;
/// What is usual is learnt from so many steps before and after: four hours, so that a morning is no burst over the night.
const AROUND: usize = 48;
/// A burst is this many spreads above the median …
const SPREADS: f64 = 4.0;
/// … and at least so many messages in five minutes, however quiet the day.
const FEWEST: i64 = 8;
/// Bursts with no more than so many quiet steps between them are one.
const GAP: usize = 3;

/// A day's messages of customers.
pub(super) struct Volume {
    steps: Vec<Step>,
    bursts: Vec<Burst>,
}

#[derive(Clone, Copy)]
struct Step {
    at: Timestamp,
    messages: i64,
    /// Those of tier 1.
    pressing: i64,
    /// The median of the steps around it.
    usual: f64,
    /// With more messages than this it stands out.
    limit: f64,
}

/// A time in which much more came than usual.
struct Burst {
    /// The first step and one past the last.
    steps: std::ops::Range<usize>,
    from: Timestamp,
    to: Timestamp,
    messages: i64,
    /// How many times the usual.
    times: f64,
    /// The subject that grew most.
    about: Option<String>,
}

impl Volume {
    /// The day up to `now`, or up to the last message if that is longer ago than a day, from the counters `tier.` and
    /// `category.`.
    pub(super) fn new(tiers: &[Counter], categories: &[Counter], now: Timestamp) -> Self {
        let last = tiers.iter().filter(|one| one.value > 0 && one.bucket <= now).map(|one| one.bucket).max();
        let day = STEP * STEPS as i64;
        let end = last.filter(|last| now.millis_since(*last) >= day).unwrap_or(now);
        let first = end.as_millis().div_euclid(STEP) + 1 - STEPS as i64;
        let mut steps: Vec<_> = (0..STEPS as i64)
            .filter_map(|step| Timestamp::from_millis((first + step) * STEP))
            .map(|at| Step { at, messages: 0, pressing: 0, usual: 0.0, limit: 0.0 })
            .collect();
        for counter in tiers {
            let place = usize::try_from(counter.bucket.as_millis().div_euclid(STEP) - first).ok();
            let Some(step) = place.and_then(|place| steps.get_mut(place)) else { continue };
            step.messages += counter.value;
            step.pressing += if counter.name == "tier.1" { counter.value } else { 0 };
        }
        learn_the_usual(&mut steps);
        let bursts = bursts(&steps, categories);
        Self { steps, bursts }
    }

    /// The chart, what stands out in it in words, and the same as a table.
    pub(super) fn chart(&self, now: Timestamp) -> Markup {
        let total: i64 = self.steps.iter().map(|step| step.messages).sum();
        let most = self.steps.iter().map(|step| step.messages).max().unwrap_or(0);
        html! {
            section.card.volume aria-labelledby="volume-title" {
                div.card-head {
                    h2 #volume-title { "Messages from customers" }
                    p.muted { (count(total, "message")) " in 24 hours · at most " (most) " in 5 minutes" }
                    p.key { span.swatch.swatch-pressing {} "tier 1" span.swatch.swatch-rest {} "others"
                        span.swatch.swatch-burst {} "burst" span.swatch.swatch-limit {} "upper edge of the usual" }
                }
                (self.drawing(total))
                (self.axis())
                (self.bursts_in_words(now))
                (self.table())
            }
        }
    }

    fn drawing(&self, total: i64) -> Markup {
        const HEIGHT: f64 = 100.0;
        let most = self.steps.iter().map(|step| step.messages).max().unwrap_or(0).max(FEWEST) as f64;
        let tall = |messages: i64| messages.max(0) as f64 / most * (HEIGHT - 6.0);
        let width = STEPS * 4;
        let limits = self.steps.iter().enumerate();
        let limits = limits
            .map(|(place, step)| format!("{},{}", place * 4 + 2, round(HEIGHT - step.limit / most * (HEIGHT - 6.0))));
        let limits = limits.collect::<Vec<_>>().join(" ");
        let said = format!("{total} messages in 24 hours, {}", count(self.bursts.len() as i64, "burst"));
        html! {
            svg.bars viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(said) {
                @for burst in &self.bursts {
                    rect.burst x=(burst.steps.start * 4) y="0" width=(burst.steps.len() * 4) height=(HEIGHT) {}
                }
                @for (place, step) in self.steps.iter().enumerate().filter(|(_, step)| step.messages > 0) {
                    @let (all, pressing) = (tall(step.messages), tall(step.pressing));
                    rect.rest x=(place * 4) y=(round(HEIGHT - all)) width="3" height=(round(all - pressing)) {}
                    rect.pressing x=(place * 4) y=(round(HEIGHT - pressing)) width="3" height=(round(pressing)) {}
                }
                polyline.limit points=(limits) fill="none" vector-effect="non-scaling-stroke" {}
            }
        }
    }

    fn axis(&self) -> Markup {
        let ends = self.steps.last().map(|step| step.at.plus_millis(STEP));
        html! {
            p.axis aria-hidden="true" {
                @for step in self.steps.iter().step_by(STEPS / 4) { span { (hour(step.at)) } }
                @if let Some(ends) = ends { span { (hour(ends)) } }
            }
        }
    }

    fn bursts_in_words(&self, now: Timestamp) -> Markup {
        html! {
            @if self.bursts.is_empty() {
                p.muted.calm { "Nothing stands out." }
            } @else {
                ul.bursts {
                    @for burst in &self.bursts {
                        li {
                            strong { "Burst " (moment(burst.from, now)) "–" (hour(burst.to)) } " "
                            (count(burst.messages, "message")) " in " (span(burst.to.millis_since(burst.from)))
                            ", " (round(burst.times)) " times the usual"
                            @if let Some(about) = &burst.about { "; most grew " strong { (label(about)) } }
                        }
                    }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let stands_out =
            |from: usize| self.bursts.iter().any(|one| one.steps.start < from + 12 && from < one.steps.end);
        html! {
            details.as-table {
                summary { "The same as a table, by the hour" }
                table {
                    thead { tr { th scope="col" { "Hour from" } th scope="col" { "Messages" } th scope="col" { "Tier 1" } th scope="col" { "Stands out" } } }
                    tbody {
                        @for (place, hours) in self.steps.chunks(12).enumerate() {
                            tr {
                                th scope="row" { (hours.first().map(|step| hour(step.at)).unwrap_or_default()) }
                                td { (hours.iter().map(|step| step.messages).sum::<i64>()) }
                                td { (hours.iter().map(|step| step.pressing).sum::<i64>()) }
                                td { @if stands_out(place * 12) { "yes" } @else { "no" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Medians, unlike means, are not moved by the bursts themselves.
fn learn_the_usual(steps: &mut [Step]) {
    let messages: Vec<_> = steps.iter().map(|step| step.messages as f64).collect();
    for (place, step) in steps.iter_mut().enumerate() {
        let around = &messages[place.saturating_sub(AROUND)..messages.len().min(place + AROUND + 1)];
        let usual = median(around.iter().copied());
        let deviation = median(around.iter().map(|messages| (messages - usual).abs()));
        // 1.4826 makes it comparable to a standard deviation; chance alone spreads counts by the root of their mean.
        let spread = (1.4826 * deviation).max(usual.max(1.0).sqrt());
        (step.usual, step.limit) = (usual, (usual + SPREADS * spread).max(FEWEST as f64 - 0.5));
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn bursts(steps: &[Step], categories: &[Counter]) -> Vec<Burst> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for (place, _) in steps.iter().enumerate().filter(|(_, step)| step.messages as f64 > step.limit) {
        match ranges.last_mut() {
            Some(last) if place <= last.end + GAP => last.end = place + 1,
            _ => ranges.push(place..place + 1),
        }
    }
    let burst = |range: std::ops::Range<usize>| {
        let within = &steps[range.clone()];
        let messages: i64 = within.iter().map(|step| step.messages).sum();
        let (from, to) = (within.first()?.at, within.last()?.at.plus_millis(STEP));
        let usual: f64 = within.iter().map(|step| step.usual.max(1.0)).sum();
        let times = messages as f64 / usual;
        Some(Burst { steps: range, from, to, messages, times, about: grown(categories, from, to, steps.len()) })
    };
    ranges.into_iter().filter_map(burst).collect()
}

/// The subject with the most messages beyond its share of the rest of the day.
fn grown(categories: &[Counter], from: Timestamp, to: Timestamp, steps: usize) -> Option<String> {
    let inside_steps = to.millis_since(from) / STEP;
    let outside_steps = (steps as i64 - inside_steps).max(1);
    let mut excess: BTreeMap<&str, f64> = BTreeMap::new();
    for counter in categories {
        let inside = from <= counter.bucket && counter.bucket < to;
        let share = if inside { 1.0 } else { -(inside_steps as f64 / outside_steps as f64) };
        *excess.entry(counter.name.trim_start_matches("category.")).or_default() += counter.value as f64 * share;
    }
    let most = excess.into_iter().filter(|(name, more)| *name != "other" && *more >= 3.0);
    most.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(name, _)| name.to_owned())
}

/// With one decimal where it tells something.
fn round(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0}") } else { format!("{tenths:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(name: &str, minute: i64, value: i64) -> Counter {
        Counter { name: name.into(), bucket: Timestamp::from_millis(minute * 60_000).unwrap(), value }
    }

    /// A day with `usual` messages in every five minutes.
    fn day(usual: i64) -> Vec<Counter> {
        (0..288).map(|step| counter("tier.2", step * 5, usual + step % 2)).collect()
    }

    const NOW: i64 = 1439;

    fn volume(tiers: &[Counter], categories: &[Counter]) -> Volume {
        Volume::new(tiers, categories, Timestamp::from_millis(NOW * 60_000).unwrap())
    }

    #[test]
    fn a_quiet_day_has_no_bursts_and_an_empty_one_neither() {
        for tiers in [day(4), day(0), Vec::new()] {
            assert!(volume(&tiers, &[]).bursts.is_empty());
        }
    }

    #[test]
    fn a_burst_stands_out_and_says_what_grew() {
        let mut tiers = day(4);
        tiers.extend((120..126).map(|step| counter("tier.1", step * 5, 30)));
        let mut categories: Vec<_> = (0..288).map(|step| counter("category.delivery", step * 5, 3)).collect();
        categories.extend((120..126).map(|step| counter("category.technical", step * 5, 28)));
        let volume = volume(&tiers, &categories);
        let [burst] = volume.bursts.as_slice() else { panic!("{} bursts", volume.bursts.len()) };
        assert_eq!((burst.steps.clone(), burst.messages), (120..126, 6 * 34 + 3));
        assert_eq!(burst.about.as_deref(), Some("technical"));
        let html = volume.chart(Timestamp::from_millis(NOW * 60_000).unwrap()).into_string();
        assert!(html.contains("10:00") && html.contains("Technical"), "{html}");
    }

    #[test]
    fn a_pause_within_a_burst_does_not_split_it() {
        let mut tiers = day(2);
        for step in [50, 51, 54, 55, 90] {
            tiers.push(counter("tier.1", step * 5, 40));
        }
        let ranges: Vec<_> = volume(&tiers, &[]).bursts.into_iter().map(|burst| burst.steps).collect();
        assert_eq!(ranges, [50..56, 90..91]);
    }

    #[test]
    fn messages_of_long_ago_are_shown_where_they_end_and_those_of_the_future_not_at_all() {
        let old = [counter("tier.1", -5000, 9), counter("tier.1", 90_000, 9)];
        let volume = volume(&old, &[]);
        assert_eq!(volume.steps.last().unwrap().at, old[0].bucket);
        assert_eq!(volume.steps.iter().map(|step| step.messages).sum::<i64>(), 9);
    }
}
