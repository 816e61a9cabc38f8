'use strict'

const native = require('./native.js')
const { CarelineError, inputInvalid, raised, raising } = require('./errors.js')
const { headerList, json, rawBody, threadCount } = require('./given.js')
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
  return given.map((body) => rawBody(body, 'normalise'))
}

function reading (network, { kind = 'webhook', account, receivedAt, threads } = {}) {
  if (typeof network !== 'string') throw inputInvalid('normalise', `a network is named by a string, not by a ${typeof network}`)
  if (receivedAt !== undefined && !(receivedAt instanceof Date && Number.isFinite(receivedAt.getTime()))) {
    throw inputInvalid('normalise', 'receivedAt is a Date')
  }
  if (account !== undefined && typeof account !== 'string') throw inputInvalid('normalise', 'an account is a string')
  return { network, kind: String(kind), account, receivedAt: receivedAt?.getTime(), threads: threadCount(threads) }
}

function normaliseSync (network, given, options) {
  const how = reading(network, options ?? {})
  return all(raising(() => native.normaliseSync(bodies(given), how)), read.Parsed)
}

async function normalise (network, given, options) {
  const how = reading(network, options ?? {})
  return all(await told(native.normalise(bodies(given), how)), read.Parsed)
}

/** Texts as the native part takes them: all plain, or all as JSON rows. */
function texts (given) {
  if (!Array.isArray(given)) throw inputInvalid('triage', 'texts are several: put a single one into an array')
  if (given.every((text) => typeof text === 'string')) return [given, false]
  const rows = given.map((text) => {
    if (typeof text === 'string') return json({ text }, 'triage')
    if (text === null || typeof text !== 'object') {
      throw inputInvalid('triage', `a text is a string or an object with text, not ${text === null ? 'null' : `a ${typeof text}`}`)
    }
    return json(text, 'triage')
  })
  return [rows, true]
}

function triageSync (given, { policy, threads } = {}) {
  const [rows, areRows] = texts(given)
  const judge = Policy.native(policy)
  const count = threadCount(threads)
  return all(raising(() => native.triageSync(rows, areRows, judge, count)), read.Assessment)
}

async function triage (given, { policy, threads } = {}) {
  const [rows, areRows] = texts(given)
  const judge = Policy.native(policy)
  const count = threadCount(threads)
  return all(await told(raising(() => native.triage(rows, areRows, judge, count))), read.Assessment)
}

async function told (promise) {
  try {
    return await promise
  } catch (thrown) {
    throw raised(thrown)
  }
}

/** Checks the signature of a request from a sender that is none of careline's networks. */
function verifySignature (request, { secrets, header, encoding, prefix, timestamp } = {}, { now } = {}) {
  const { headers, body } = request ?? {}
  const time = timestamp && {
    header: timestamp.header,
    unit: timestamp.unit,
    separator: timestamp.separator,
    tolerance_secs: timestamp.toleranceSecs
  }
  const settings = json({ secrets, header, encoding, prefix, timestamp: time }, 'verifySignature')
  const raw = rawBody(body, 'verifySignature')
  raising(() => native.verifySignature(settings, headerList(headers ?? {}), raw, now?.getTime()))
}

/** The JSON of a record as every language writes it: names as in Rust, spans in UTF-8 bytes. */
function toJSON (name, record) {
  const writer = known(write, name, 'toJSON')
  if (record === null || typeof record !== 'object') throw inputInvalid('toJSON', 'a record is an object')
  return raising(() => native.canonical(name, json(writer(record), 'toJSON')))
}

/** A record from its JSON; `text` is what its spans mark, where that is not part of it. */
function fromJSON (name, text, marked) {
  const reader = known(read, name, 'fromJSON')
  return one(raising(() => native.record(name, String(text), marked)), reader)
}

function known (table, name, operation) {
  if (!Object.hasOwn(table, name)) throw inputInvalid(operation, `there is no record '${String(name)}'`)
  return table[name]
}

module.exports = { Policy, checkPolicy, fromJSON, networks, normalise, normaliseSync, toJSON, triage, triageSync, verifySignature }
