'use strict'

// Raw bodies of webhook requests: bounded, whole, untouched. Where something else read a body before and it cannot be
// had any more, it is undefined; it is never written again from what was parsed.

const { CarelineError } = require('./errors.js')

/** The largest body a network may post, in bytes. The native part has the same bound. */
const MAX_BODY = 4 * 1024 * 1024

/** The raw body of a request of node:http or of a framework around it. */
async function nodeBody (req, stream = req) {
  for (const kept of [req.rawBody, req.body]) {
    if (kept instanceof Uint8Array) return kept
    if (typeof kept === 'string') return Buffer.from(kept)
  }
  const length = Number(req.headers['content-length'])
  if (length === 0) return Buffer.alloc(0)
  if (wasRead(stream)) return undefined
  if (length > MAX_BODY) throw tooLarge()
  return streamed(stream)
}

/** Whether something has read from a stream. */
function wasRead (stream) {
  return stream.readableDidRead || stream.readableEnded
}

function streamed (stream) {
  if (stream.destroyed) throw brokenOff()
  return new Promise((resolve, reject) => {
    const body = gathering()
    // What comes first counts. The listeners stay: a connection that breaks later must not end the process.
    const broken = () => reject(brokenOff())
    stream.on('close', broken).on('error', broken).on('end', () => resolve(body.whole()))
    stream.on('data', (chunk) => {
      if (body.take(chunk)) return
      stream.pause()
      reject(tooLarge())
    })
    // Something may have paused it, so as to lose nothing until now.
    stream.resume()
  })
}

/** The raw body of a web-standard Request. */
async function webBody (request) {
  if (request.bodyUsed || request.body?.locked) return undefined
  if (Number(request.headers.get('content-length')) > MAX_BODY) throw tooLarge()
  const body = gathering()
  const reader = request.body?.getReader()
  while (reader !== undefined) {
    const { done, value } = await reader.read().catch(() => Promise.reject(brokenOff()))
    if (done) break
    if (body.take(value)) continue
    // Only a wish: the answer does not wait for the sender to hear of it.
    reader.cancel().catch(() => {})
    throw tooLarge()
  }
  return body.whole()
}

/** Chunks on their way to a body; `take` says whether they are still few enough. */
function gathering () {
  const chunks = []
  let length = 0
  return {
    take (chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      length += bytes.length
      if (length <= MAX_BODY) chunks.push(bytes)
      return length <= MAX_BODY
    },
    whole: () => Buffer.concat(chunks)
  }
}

const refusal = (code, status, message) =>
  new CarelineError(`webhook: ${message}`, { code, operation: 'webhook', status })

const tooLarge = () => refusal('too_large', 413, 'the body is larger than any that a network posts')

const brokenOff = () => refusal('input_invalid', 400, 'the body broke off')

module.exports = { MAX_BODY, nodeBody, tooLarge, wasRead, webBody }
