import type { GivenCare } from '../lib/webhook.js'

/**
 * Answers web-standard requests: Next.js (`export const POST = webhook(care)`, and `GET`), SvelteKit, Remix, Bun, Deno.
 *
 * The last segment of the path is the endpoint. A refusal is answered with the error's status and its code, anything
 * else that is thrown with 500 and a warning to the process.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (care: GivenCare): (request: Request) => Promise<Response>
