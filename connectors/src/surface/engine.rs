//! What is done for all tenants at once.

use careline::care::{Engine, Ticked, Upkept};
use careline::store::Leased;

use super::verbs;

verbs! {
    /// What is done for all tenants at once.
    ENGINE,
    /// Does one of [`ENGINE`].
    ///
    /// # Errors
    /// `input_invalid` if `json` does not hold the arguments; what the verb says.
    of_engine(engine: &Engine);

    /// Does what is due now: joining, timers, routing, advice. Call it after intake, and again at `next_due` of its answer.
    /// Several workers may do so at once. What fails for one tenant stands in `failed` and holds up nobody else.
    tick() -> Ticked => engine.tick().await;

    /// Removes what the policies no longer allow to keep, and asks networks whether messages still stand that nobody would
    /// tell us were deleted. Call it once an hour or so.
    upkeep() -> Upkept => Ok(engine.upkeep().await);

    /// Takes notices that are due: who is to be told about which case or account. Call `told` for each that was passed on;
    /// one that was not comes again after a minute.
    notices() -> Vec<Leased> => engine.notices().await;

    /// Says that a notice was passed on.
    told(
        /// The notice.
        notice: Leased,
    ) -> () => engine.told(&notice).await;
}
