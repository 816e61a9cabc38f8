'use strict'

// What callers give, checked and made ready for the native part.

const { CarelineError, inputInvalid } = require('./errors.js')

const NOT_RAW =
  'the raw body is needed as bytes: signatures are over exactly those; hand over what the framework read before any ' +
  "parser did (Express: express.raw({ type: '*/*' }), Fastify: a parser with parseAs: 'buffer', Nest: rawBody: true)"

/** The bytes of a body, or an error that says what is wrong with what came instead. */
function rawBody (body, operation = 'receive') {
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  const what = typeof body === 'string' ? 'a string' : body === null ? 'null' : `of type ${typeof body}`
  throw inputInvalid(operation, `the body is ${what}, not raw; ${NOT_RAW}`)
}

/** Headers as names and values by turns, however a framework holds them; one that came twice stays twice. */
function headerList (headers) {
  const found = []
  const add = (name, value) => {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined) continue
      if (typeof name !== 'string' || typeof one !== 'string') throw wrongHeaders()
      found.push(name, one)
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
  try {
    return (JSON.stringify(value) ?? 'null').toWellFormed?.() ?? JSON.stringify(value)
  } catch (error) {
    throw inputInvalid(operation, `this cannot be written as JSON: ${error.name}`)
  }
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

module.exports = { headerList, json, policySource, rawBody, threadCount }
