'use strict'

const { nodeBody } = require('../lib/body.js')
const { answering, failed } = require('../lib/webhook.js')

const REMEDY = 'call the webhook before anything reads the request, or keep the bytes that were read as req.rawBody'

/** A handler for node:http. */
function webhook (care) {
  const answer = answering(care, REMEDY)
  return async (req, res) => send(req, res, await answer(asked(req)).catch(failed))
}

/** What a request of node:http asks, also where a framework put more around it or cut its path. */
function asked (req, body = () => nodeBody(req)) {
  return { method: req.method, url: req.originalUrl ?? req.url, headers: headersOf(req), body }
}

/** Headers as they came, one that came twice twice. */
function headersOf ({ rawHeaders, headers }) {
  if (!rawHeaders?.length) return headers
  const pairs = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    // HTTP/2 has its method and path among them.
    if (!rawHeaders[at].startsWith(':')) pairs.push([rawHeaders[at], rawHeaders[at + 1]])
  }
  return pairs
}

function send (req, res, { status, headers, body }) {
  // Something else answered meanwhile, as for a time-out.
  if (res.headersSent) return
  // What is left of a body is not read; in HTTP/2 that is told by the stream.
  if (!req.complete && req.httpVersionMajor === 1) res.setHeader('connection', 'close')
  res.writeHead(status, headers)
  res.end(body)
}

module.exports = { webhook, asked, send }
