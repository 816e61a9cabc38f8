'use strict'

const { answering } = require('../lib/webhook.js')

const REMEDY = 'let no middleware, such as a JSON body parser, read event.body before the webhook'

/** A handler for events of API Gateway, version 1 and 2, and of function URLs; what is thrown fails the invocation. */
function webhook (care) {
  const answer = answering(care, REMEDY)
  return async (event) => {
    const { status, headers, body } = await answer({ ...asked(event), body: async () => bodyOf(event) })
    return { statusCode: status, headers, body, isBase64Encoded: false }
  }
}

function asked (event) {
  const http = event.requestContext?.http
  if (http !== undefined) {
    return { method: http.method, url: `${event.rawPath}?${event.rawQueryString ?? ''}`, headers: event.headers ?? {} }
  }
  const query = new URLSearchParams(pairs(event.multiValueQueryStringParameters ?? event.queryStringParameters))
  const headers = event.multiValueHeaders ?? event.headers ?? {}
  return { method: event.httpMethod, url: `${event.path}?${query}`, headers }
}

/** Names and values, one pair for each value; version 1 hands parameters over decoded. */
function pairs (parameters) {
  return Object.entries(parameters ?? {}).flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
}

function bodyOf ({ body, isBase64Encoded }) {
  if (body instanceof Uint8Array) return body
  if (typeof body === 'string') return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  // A request without a body has null.
  return body == null ? Buffer.alloc(0) : undefined
}

module.exports = { webhook }
