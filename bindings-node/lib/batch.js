'use strict'

const native = require('./native.js')
const { CarelineError, inputInvalid, raised, raising } = require('./errors.js')
const { headerList, instant, json, options, rawBody, threadCount } = require('./given.js')
const { read, write } = require('./model.js')
const { all, one } = require('./reader.js')

/** A policy, read and ready, for triage. */
class Policy {
  #native

  constructor (text, file = 'policy') {
    this.#native = raising(() => new native.Policy(String(text), String(file)))
  }

  static async load (path) {
    const { readFile } = require('node:fs/promises')
    let text
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      throw new CarelineError(`policy: it cannot be read: ${error.code}`, {
        code: 'config_invalid',
        operation: 'policy',
        context: { file: String(path) },
        cause: error
      })
    }
    return new Policy(text, String(path))
  }

  get version () {
    return this.#native.version
  }

  // The native part of one, for what judges with it.
  static native (policy) {
    if (policy === undefined) return undefined
    if (!(policy instanceof Policy)) throw inputInvalid('triage', 'a policy is a Policy: await Policy.load(path)')
    return policy.#native
  }
}

async function checkPolicy (path) {
  try {
    await Policy.load(path)
  } catch (error) {
    if (error.mistakes === undefined) throw error
    return error.mistakes
  }
  return []
}

const networks = () => native.networks()

function bodies (given) {
  if (!Array.isArray(given)) throw inputInvalid('normalise', 'bodies are several: put a single one into an array')
  return Array.from(given, (body) => rawBody(body, 'normalise'))
}

function reading (network, given) {
  const known = ['kind', 'account', 'receivedAt', 'threads']
  const { kind = 'webhook', account, receivedAt, threads } = options('normalise', given, known)
  if (typeof network !== 'string') throw inputInvalid('normalise', `a network is named by a string, not by a ${typeof network}`)
  if (account !== undefined && typeof account !== 'string') throw inputInvalid('normalise', 'an account is a string')
  const millis = instant('normalise', 'receivedAt', receivedAt)
  return { network, kind: String(kind), account, receivedAt: millis, threads: threadCount(threads) }
}

function normaliseSync (network, given, beside) {
  const how = reading(network, beside)
  return all(raising(() => native.normaliseSync(bodies(given), how)), read.Parsed)
}

async function normalise (network, given, beside) {
  const how = reading(network, beside)
  return all(await told(native.normalise(bodies(given), how)), read.Parsed)
}

/** Texts as the native part takes them: all plain, or all as JSON rows. */
function texts (given) {
  if (!Array.isArray(given)) throw inputInvalid('triage', 'texts are several: put a single one into an array')
  const each = Array.from(given)
  if (each.every((text) => typeof text === 'string')) return [each, false]
  const rows = each.map((text) => {
    if (typeof text === 'string') return json({ text }, 'triage')
    if (text === null || typeof text !== 'object') {
      throw inputInvalid('triage', `a text is a string or an object with text, not ${text === null ? 'null' : `a ${typeof text}`}`)
    }
    return json(text, 'triage')
  })
  return [rows, true]
}

function triageSync (given, beside) {
  const { policy, threads } = options('triage', beside, ['policy', 'threads'])
  const [rows, areRows] = texts(given)
  const judge = Policy.native(policy)
  const count = threadCount(threads)
  return all(raising(() => native.triageSync(rows, areRows, judge, count)), read.Assessment)
}

async function triage (given, beside) {
  const { policy, threads } = options('triage', beside, ['policy', 'threads'])
  const [rows, areRows] = texts(given)
  const judge = Policy.native(policy)
  const count = threadCount(threads)
  return all(await told(raising(() => native.triage(rows, areRows, judge, count))), read.Assessment)
}

/** How long a text is on a network, counted as the network does. */
function measure (text, network, beside) {
  const { surface, max } = options('measure', beside, ['surface', 'max'])
  if (typeof text !== 'string') throw inputInvalid('measure', `a text to measure is a string, not a ${typeof text}`)
  return one(raising(() => native.measure(text, json({ network, surface, max }, 'measure'))), read.Measured)
}

/** A text as it will stand on a network. */
function compose (text, network, beside) {
  const known = ['surface', 'max', 'signature', 'mentions', 'thread', 'markdown']
  const asked = json({ text, network, ...options('compose', beside, known) }, 'compose')
  return one(raising(() => native.compose(asked)), read.Composed)
}

async function told (promise) {
  try {
    return await promise
  } catch (thrown) {
    throw raised(thrown)
  }
}

/** Checks the signature of a request from a sender that is none of careline's networks. */
function verifySignature (request, { timestamp, ...signing } = {}, beside) {
  const { now } = options('verifySignature', beside, ['now'])
  const { headers, body } = request ?? {}
  const settings = json({ ...signing, timestamp: timestamp && signedTime(timestamp) }, 'verifySignature')
  const raw = rawBody(body, 'verifySignature')
  const millis = instant('verifySignature', 'now', now)
  raising(() => native.verifySignature(settings, headerList(headers ?? {}), raw, millis))
}

const signedTime = ({ toleranceSecs, ...time }) => ({ ...time, tolerance_secs: toleranceSecs })

/** The JSON of a record as every language writes it: names as in Rust, spans in UTF-8 bytes. */
function toJSON (name, record) {
  const writer = known(write, name, 'toJSON')
  if (record === null || typeof record !== 'object') throw inputInvalid('toJSON', 'a record is an object')
  return raising(() => native.canonical(name, json(writer(record), 'toJSON')))
}

/** A record from its JSON; `text` is what its spans mark, where that is not part of it. */
function fromJSON (name, text, marked) {
  const reader = known(read, name, 'fromJSON')
  if (marked !== undefined && typeof marked !== 'string') throw inputInvalid('fromJSON', 'what spans mark is a string')
  return one(raising(() => native.record(name, String(text), marked)), reader)
}

function known (table, name, operation) {
  if (!Object.hasOwn(table, name)) throw inputInvalid(operation, `there is no record '${String(name)}'`)
  return table[name]
}

module.exports = {
  Policy,
  checkPolicy,
  compose,
  fromJSON,
  measure,
  networks,
  normalise,
  normaliseSync,
  toJSON,
  triage,
  triageSync,
  verifySignature
}
