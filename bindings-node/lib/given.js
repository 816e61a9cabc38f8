'use strict'

// What callers give, checked and made ready for the native part.

const { CarelineError, inputInvalid } = require('./errors.js')

const NOT_RAW =
  'the raw body is needed as bytes: signatures are over exactly those; hand over what the framework read before any ' +
  "parser did (Express: express.raw({ type: '*/*' }), Fastify: a parser with parseAs: 'buffer', Nest: rawBody: true)"

/** Far more than any network sends. */
const MAX_HEADERS = 10_000

/** The bytes of a body, or an error that says what is wrong with what came instead. */
function rawBody (body, operation = 'receive') {
  if (ArrayBuffer.isView(body)) {
    return body instanceof Uint8Array ? body : new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  }
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  const what = typeof body === 'string' ? 'a string' : body === null ? 'null' : `of type ${typeof body}`
  // The host's mistake: what is sent again, once it is mended, is not lost.
  throw inputInvalid(operation, `the body is ${what}, not raw; ${NOT_RAW}`, 503)
}

/** Headers as names and values by turns, however a framework holds them; one that came twice stays twice. */
function headerList (headers) {
  const found = []
  const add = (name, value) => {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined) continue
      if (typeof name !== 'string' || typeof one !== 'string') throw wrongHeaders()
      found.push(name, one)
      if (found.length > 2 * MAX_HEADERS) throw inputInvalid('receive', `these are more than ${MAX_HEADERS} headers`)
    }
  }
  if (headers === null || typeof headers !== 'object') throw wrongHeaders()
  if (typeof headers[Symbol.iterator] === 'function') {
    for (const pair of headers) {
      if (!Array.isArray(pair)) throw wrongHeaders()
      add(pair[0], pair[1])
    }
  } else {
    for (const [name, value] of Object.entries(headers)) add(name, value)
  }
  return found
}

const wrongHeaders = () =>
  inputInvalid('receive', 'headers are a Headers object, an object of strings, or pairs of strings')

/** `value` as JSON for the native part. */
function json (value, operation) {
  let text
  try {
    text = JSON.stringify(value) ?? 'null'
    if (text.includes('null')) JSON.stringify(value, refuse)
  } catch (error) {
    const why = error instanceof NotInJson ? error.message : error.name
    throw inputInvalid(operation, `this cannot be written as JSON: ${why}`)
  }
  return text.includes('\\ud') ? wellFormed(text) : text
}

class NotInJson extends Error {}

// JSON writes null for a Date or a number that is none, and null says something else: no limit, for ever.
function refuse (key, value) {
  const isNoNumber = typeof value === 'number' && !Number.isFinite(value)
  const isNoTime = value === null && this[key] !== null
  if (isNoNumber || isNoTime) throw new NotInJson(`'${key}' is no ${isNoNumber ? 'number' : 'time'}`)
  return value
}

// Halves of a character, as where a text was cut, stand escaped; escaped backslashes are stepped over.
function wellFormed (json) {
  return json.replace(/(\\\\)|\\ud[89a-f][0-9a-f]{2}/g, (found, backslash) => backslash ?? '\ufffd')
}

/** What is given beside the arguments. Refuses what nobody knows: a typing error would go unnoticed. */
function options (operation, given, known) {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object') throw new TypeError(`${operation}: options are an object, not a ${typeof given}`)
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw new TypeError(`${operation}: there is no option '${name}'; there is ${known.join(', ')}`)
    }
  }
  return given
}

/** A record that is given field by field. Refuses what nobody knows, and what lacks a field. */
function fields (operation, given, known, required) {
  if (given === null || typeof given !== 'object') {
    throw new TypeError(`${operation}: it takes an object with ${required.join(', ')}`)
  }
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new TypeError(`${operation}: there is no field '${name}'; there is ${known.join(', ')}`)
  }
  const missing = required.find((name) => given[name] === undefined)
  if (missing !== undefined) throw new TypeError(`${operation}: the field '${missing}' is needed`)
  return given
}

/** A time in milliseconds, where there is one. */
function instant (operation, name, time) {
  if (time === undefined) return undefined
  const isTime = time instanceof Date && Number.isFinite(time.getTime())
  if (!isTime) throw inputInvalid(operation, `${name} is a Date`)
  return time.getTime()
}

/** Where a policy is, as the native part takes it. */
function policySource (policy) {
  if (typeof policy === 'string') return policy
  if (policy instanceof URL && policy.protocol === 'file:') return require('node:url').fileURLToPath(policy)
  if (policy !== null && typeof policy === 'object' && typeof policy.text === 'string') {
    return { text: policy.text, file: policy.file }
  }
  throw new CarelineError("open: a policy is the path of a TOML file or { text: '…' }", {
    code: 'config_invalid',
    operation: 'open'
  })
}

/** How many threads to work on. */
function threadCount (threads = 1) {
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw inputInvalid('threads', 'threads are 1 to 1024; os.availableParallelism() keeps all cores busy')
  }
  return threads
}

module.exports = { fields, headerList, instant, json, options, policySource, rawBody, threadCount }
