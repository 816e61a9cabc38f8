import type { GivenCare, NodeRequest, NodeResponse } from '../lib/webhook.js'

/**
 * A handler for node:http: `createServer(webhook(care))`.
 *
 * The last segment of the path is the endpoint. A refusal is answered with the error's status and its code, anything
 * else that is thrown with 500 and a warning to the process. Where something read the body before, its bytes are taken
 * from `req.rawBody`.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (care: GivenCare): (req: NodeRequest, res: NodeResponse) => Promise<void>
