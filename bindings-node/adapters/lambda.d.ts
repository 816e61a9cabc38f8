import type { GivenCare } from '../lib/webhook.js'

/**
 * A handler for Lambda behind API Gateway (payload versions 1.0 and 2.0) or a function URL:
 * `exports.handler = webhook(() => Care.open(…))`.
 *
 * The last segment of the path is the endpoint. A refusal is answered with the error's status and its code; anything
 * else that is thrown fails the invocation.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (care: GivenCare): (event: HttpEvent) => Promise<HttpResult>

/** What of an event is used: `requestContext.http` and what begins with `raw` in version 2.0, the rest in 1.0. */
export interface HttpEvent {
  httpMethod?: string
  path?: string
  headers?: { [name: string]: string | undefined } | null
  multiValueHeaders?: { [name: string]: string[] | undefined } | null
  queryStringParameters?: { [name: string]: string | undefined } | null
  multiValueQueryStringParameters?: { [name: string]: string[] | undefined } | null
  rawPath?: string
  rawQueryString?: string
  requestContext?: { requestId?: string, http?: { method: string } }
  body?: string | null
  isBase64Encoded?: boolean
}

/** What to return to either version. */
export interface HttpResult {
  statusCode: number
  headers: { [name: string]: string }
  body: string
  isBase64Encoded: boolean
}
