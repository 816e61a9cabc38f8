'use strict'

const { webBody } = require('../lib/body.js')
const { answering, failed } = require('../lib/webhook.js')

const REMEDY = 'hand over a Request that nobody has read, or its clone() from before'

/** Answers web-standard requests. */
function webhook (care) {
  const answer = answering(care, REMEDY)
  return async (request) => response(await answer(asked(request)).catch(failed))
}

/** What a Request asks. */
function asked (request) {
  const { pathname, search } = new URL(request.url)
  return { method: request.method, url: pathname + search, headers: request.headers, body: () => webBody(request) }
}

/** An answer as a Response. */
function response ({ status, headers, body }) {
  // Some statuses, such as 204, may have no body at all.
  return new Response(body === '' ? null : body, { status, headers })
}

module.exports = { webhook, asked, response }
