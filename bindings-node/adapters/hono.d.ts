import type { GivenCare } from '../lib/webhook.js'

/**
 * A handler for Hono: `app.all('/hooks/:endpoint', webhook(care))`.
 *
 * The last segment of the path is the endpoint. A refusal is answered with the error's status and its code; anything
 * else that is thrown goes to `app.onError`. `c.req.json()`, `text()` or `arrayBuffer()` may have read the body before;
 * `c.req.raw` must not have been read.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (care: GivenCare): (c: { req: { raw: Request } }) => Promise<Response>
