'use strict'

// From a webhook request to its answer: what all adapters do alike.

const { MAX_BODY, tooLarge } = require('./body.js')
const { CarelineError } = require('./errors.js')

/**
 * Answers requests: `{ method, url, headers, body }` to `{ status, headers, body }`, where `url` is path and query, and
 * `body()` gives the raw body, or undefined if something read it before; `remedy` is what the host does about that.
 * What is thrown is no refusal but for the host to handle.
 */
function answering (care, remedy) {
  const opened = opening(care)
  const warn = warning()
  return async ({ method, url, headers, body }) => {
    if (method !== 'GET' && method !== 'POST') {
      return { ...made(405, TEXT, 'unsupported'), headers: { 'content-type': TEXT, allow: 'GET, POST' } }
    }
    try {
      const raw = method === 'POST' ? bounded((await body()) ?? spent(remedy)) : undefined
      const handle = await opened()
      const [path, query] = parted(url)
      const answer = await handle.receive(endpointOf(path), { method, query, headers, body: raw })
      return made(answer.status, answer.contentType, answer.body)
    } catch (error) {
      if (!(error instanceof CarelineError)) throw error
      // Strangers can send what is wrong at will; from 500 on the host has to do something.
      if (error.status >= 500) warn(error.code, error.message)
      return made(error.status, TEXT, error.code)
    }
  }
}

/** The answer where there is no framework to hand an error on to. */
function failed (error) {
  process.emitWarning(`a webhook request failed: ${error?.stack ?? error}`, WARNING)
  return made(500, TEXT, 'unexpected')
}

/** The handle: as given, or got from the function given at the first request, and at the next one if that failed. */
function opening (care) {
  if (typeof care !== 'function') {
    checked(care)
    return () => care
  }
  let opened
  return () => {
    if (opened === undefined) {
      opened = (async () => checked(await care()))()
      opened.catch(() => { opened = undefined })
    }
    return opened
  }
}

function checked (care) {
  if (typeof care?.receive === 'function') return care
  const message = 'webhook: care is an open handle, or a function that returns one: webhook(() => Care.open(…))'
  throw new CarelineError(message, { code: 'config_invalid', operation: 'webhook' })
}

/** Warns the host once of each kind of trouble. */
function warning () {
  const told = new Set()
  return (kind, message) => {
    if (told.has(kind)) return
    told.add(kind)
    process.emitWarning(message, WARNING)
  }
}

function spent (remedy) {
  const message = `webhook: something read the body before, and signatures are over exactly its bytes: ${remedy}`
  // The host's mistake, not the sender's: what is sent again, once it is mended, is not lost.
  throw new CarelineError(message, { code: 'input_invalid', operation: 'webhook', status: 503 })
}

function bounded (raw) {
  if (raw.length > MAX_BODY) throw tooLarge()
  return raw
}

function parted (url) {
  const at = url.indexOf('?')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
}

/** The endpoint a path names: its last segment. */
function endpointOf (path) {
  const last = path.split('/').filter(Boolean).pop() ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

function made (status, contentType, body) {
  return { status, headers: { 'content-type': contentType }, body }
}

const TEXT = 'text/plain; charset=utf-8'
const WARNING = 'CarelineWarning'

module.exports = { answering, failed }
