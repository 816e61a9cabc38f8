import type { GivenCare, NodeRequest, NodeResponse } from '../lib/webhook.js'

/**
 * Middleware for Express 4 and 5, before any body parser: `app.use('/hooks', webhook(care))`.
 *
 * The last segment of the path is the endpoint. A refusal is answered with the error's status and its code; anything
 * else that is thrown goes to `next`. After `express.raw({ type: () => true })`, or after
 * `express.json({ verify (req, res, raw) { req.rawBody = raw } })`, it works as well.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (
  care: GivenCare
): (req: NodeRequest, res: NodeResponse, next: (error?: any) => void) => Promise<void>
