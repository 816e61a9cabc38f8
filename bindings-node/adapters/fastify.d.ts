import type { GivenCare } from '../lib/webhook.js'

/**
 * A plugin for Fastify: `fastify.register(webhook(care), { prefix: '/hooks' })`.
 *
 * Its route is `/:endpoint` under the prefix. Bodies stay raw in its own scope, and the parsers of the application as
 * they are. A refusal is answered with the error's status and its code; anything else that is thrown goes to the error
 * handler of the application.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (care: GivenCare): (scope: FastifyScope) => Promise<void>

/** What of a Fastify instance is used. */
export interface FastifyScope {
  removeAllContentTypeParsers (): unknown
  addContentTypeParser (...given: never[]): unknown
  addHook (...given: never[]): unknown
  setErrorHandler (...given: never[]): unknown
  all (...given: never[]): unknown
}
