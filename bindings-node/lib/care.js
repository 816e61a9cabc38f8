'use strict'

const native = require('./native.js')
const { CarelineError, inputInvalid, raising } = require('./errors.js')
const { headerList, json, options, policySource, rawBody } = require('./given.js')
const { driven } = require('./job.js')
const { Listing } = require('./listing.js')
const { read, write } = require('./model.js')
const { EngineVerbs, TenantVerbs } = require('./verbs.js')

const DEFAULT = 'default'
const MADE_BY_OPEN = Symbol('made by Care.open')

/** Everything one process needs to care. */
class Care extends EngineVerbs {
  #host
  #plugs

  constructor (made, host, plugs) {
    if (made !== MADE_BY_OPEN) throw new TypeError('a handle is opened: await Care.open(store, { policy })')
    super()
    this.#host = host
    this.#plugs = plugs
  }

  static async open (store, settings = {}) {
    const { policy, tenants = {}, endpoints = {}, accounts = {}, tokenKeys = [], advisors = [], transport, ...others } =
      settings ?? {}
    const wrong = (message) => new CarelineError(`open: ${message}`, { code: 'config_invalid', operation: 'open' })
    const [stranger] = Object.keys(others)
    if (stranger !== undefined) {
      const known = 'policy, tenants, endpoints, accounts, tokenKeys, advisors, transport'
      throw wrong(`there is no setting '${stranger}'; there is ${known}`)
    }
    if (typeof store !== 'string') throw wrong(`a store is named by a URI, not by a ${typeof store}`)
    const policies = Object.fromEntries(Object.entries(tenants).map(([name, source]) => [name, policySource(source)]))
    if (policy !== undefined) {
      if (DEFAULT in policies) throw wrong("'policy' is that of the tenant 'default'; give one of the two")
      policies[DEFAULT] = policySource(policy)
    }
    if (Object.keys(policies).length === 0) throw wrong("a policy is needed: { policy: 'policy.toml' }, or { tenants: {…} }")
    if (!Array.isArray(advisors)) throw wrong('advisors are several: put a single one into an array')
    const ids = Array.from(advisors, (advisor) => {
      if (advisor?.id && typeof advisor.id === 'string' && typeof advisor.advise === 'function') return advisor.id
      throw wrong("an advisor has an id such as 'acme-intent/3' and a function advise")
    })
    const twice = ids.find((id, place) => ids.indexOf(id) < place)
    if (twice !== undefined) throw wrong(`two advisors are called '${twice}'`)
    if (transport !== undefined && typeof transport !== 'function') throw wrong('a transport is a function like fetch')
    const opened = json({ store, tenants: policies, endpoints, accounts, token_keys: tokenKeys }, 'open')
    const host = raising(() => new native.Host(opened, ids))
    return new Care(MADE_BY_OPEN, host, { advisors, transport: transport ?? ((...request) => fetch(...request)) })
  }

  get tenants () {
    return raising(() => this.#host.tenants())
  }

  tenant (id = DEFAULT) {
    const known = this.tenants
    if (!known.includes(id)) {
      throw new CarelineError(`tenant: no such tenant; there is ${known.join(', ')}`, {
        code: 'not_found',
        operation: 'tenant',
        context: { tenant: String(id) },
        status: 404
      })
    }
    return new Tenant(MADE_BY_OPEN, id, {
      perform: (verb, given, reader, signal) => this.#perform(id, verb, given, reader, signal),
      ingest: (source, body, events, signal) =>
        this.#run(() => this.#host.ingest(id, source, body, events), read.Ingested, signal)
    })
  }

  async receive (endpoint, request, given) {
    const { signal } = options('receive', given, ['signal'])
    if (typeof endpoint !== 'string') throw inputInvalid('receive', `an endpoint is named by a string, not by a ${typeof endpoint}`)
    const { headers, body, method = 'POST', query = '' } = request ?? {}
    const pairs = headerList(headers ?? {})
    // A question such as a challenge has no body.
    const raw = body === undefined && method !== 'POST' ? new Uint8Array() : rawBody(body)
    const search = String(query).replace(/^\?/, '')
    return this.#run(() => this.#host.receive(endpoint, pairs, raw, String(method), search), read.WebhookAnswer, signal)
  }

  async close () {
    this.#host.close()
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')] () {
    await this.close()
  }

  _perform (verb, given, reader, signal) {
    return this.#perform(null, verb, given, reader, signal)
  }

  #perform (tenant, verb, given, reader, signal) {
    try {
      const text = json(given, verb)
      return this.#run(() => this.#host.perform(tenant, verb, text), reader, signal)
    } catch (thrown) {
      return Promise.reject(thrown)
    }
  }

  #run (begin, reader, signal) {
    return driven(raising(begin), reader, this.#plugs, signal)
  }
}

/** One tenant: all its verbs and all its views. */
class Tenant extends TenantVerbs {
  #id
  #care

  constructor (made, id, care) {
    if (made !== MADE_BY_OPEN) throw new TypeError('a tenant is got from a handle: care.tenant(id)')
    super()
    this.#id = id
    this.#care = care
  }

  get id () {
    return this.#id
  }

  async ingest (source, items, given) {
    const { account, raw, signal } = options('ingest', given, ['account', 'raw', 'signal'])
    if (typeof source !== 'string') throw inputInvalid('ingest', `a source is named by a string, not by a ${typeof source}`)
    if (typeof items?.[Symbol.iterator] !== 'function' || typeof items === 'string') {
      throw inputInvalid('ingest', 'items are several: put a single one into a list')
    }
    const events = json(Array.from(items, (item) => event(item, account)), 'ingest')
    const body = raw === undefined ? new TextEncoder().encode(events) : rawBody(raw, 'ingest')
    return this.#care.ingest(source, body, events, signal)
  }

  _perform (verb, given, reader, signal) {
    return this.#care.perform(verb, given, reader, signal)
  }

  _list (verb, given, reader, signal) {
    const page = (after) => this.#care.perform(verb, { ...given, after }, reader, signal)
    return new Listing(page, given.after)
  }
}

function event (item, account) {
  if (item === null || typeof item !== 'object') {
    throw inputInvalid('ingest', `an item is a message or an event, not ${item === null ? 'null' : `a ${typeof item}`}`)
  }
  if ('body' in item) return write.Event(item)
  if (account === undefined) throw inputInvalid('ingest', "messages need account: { network: '…', nativeId: '…' }")
  return {
    v: 1,
    account: write.NativeAccount(account),
    channel: 'host',
    received_at: new Date(),
    body: { kind: 'message', ...message(item) }
  }
}

/** A message in which what says nothing was left out. */
function message (item) {
  return write.Inbound({ ...item, content: { text: '', ...item.content } })
}

module.exports = { Care, Tenant }
