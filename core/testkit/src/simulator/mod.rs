//! A network with faults, engines that are killed, and an oracle that knows the truth.
//!
//! A run follows from its seed alone: time is simulated, tasks take turns as the seed says, and no thread or socket is
//! used. So a seed that breaks a promise breaks it again.
//!
//! ```
//! use careline_testkit::simulator::{Plan, simulate};
//! let figures = simulate(&Plan::of_seed(7))?;
//! assert!(figures.delivered > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod network;
mod plan;
mod report;
mod schedule;
mod store;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::network::NOW;
use crate::random::Random;
use check::{Checked, check};
use schedule::Schedule;
use world::World;

pub use plan::{Echoes, Faults, Finds, Habits, Plan};
pub use report::{Broken, Figures};

/// Lets one run happen and looks whether every promise was kept.
///
/// # Errors
/// What was broken, with the seed that shows it again.
pub fn simulate(plan: &Plan) -> std::result::Result<Figures, Box<Broken>> {
    let Checked { wrong, figures } = catch_unwind(AssertUnwindSafe(|| played(plan))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Checked { wrong: vec![format!("a panic: {}", text.unwrap_or("?"))], figures: Figures::default() }
    });
    match wrong.is_empty() {
        true => Ok(figures),
        false => Err(Box::new(Broken { seed: plan.seed, wrong, figures })),
    }
}

fn played(plan: &Plan) -> Checked {
    let schedule = Schedule::new(NOW);
    let world = World::new(plan.clone(), schedule.clone());
    let checked = schedule.run(&mut Random::new(plan.seed), async {
        let busy = world.play().await;
        let mut checked = check(&world).await;
        if let (Ok(checked), Some(busy)) = (&mut checked, busy) {
            checked.wrong.push(busy);
        }
        checked
    });
    let nothing = |wrong: String| Checked { wrong: vec![wrong], figures: Figures::default() };
    match checked {
        Some(Ok(checked)) => checked,
        Some(Err(error)) => nothing(format!("the check failed: {error}")),
        None => nothing("the run never comes to an end".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays() {
        let plan = Plan::of_seed(5);
        let figures = simulate(&plan).unwrap();
        assert!(figures.sends() > 50 && figures.kills > 0 && figures.faults.len() > 5, "{figures}");
        assert_eq!(simulate(&plan).unwrap(), figures);
        assert_ne!(simulate(&Plan::of_seed(4)).unwrap(), figures);
    }

    /// A network that shows what was sent later than it declares has us send twice; that is seen.
    #[test]
    fn a_double_is_found() {
        let found = (0..20).find_map(|seed| {
            let mut plan = Plan::of_seed(seed);
            plan.habits = Habits { sends_once_for: 0, lag_secs: 300, declares_lag: false, ..plan.habits };
            simulate(&plan).err()
        });
        let broken = found.unwrap();
        assert!(broken.figures.doubles > 0, "{broken}");
        assert!(broken.to_string().contains(&format!("CARELINE_SEED={}", broken.seed)));
    }
}
