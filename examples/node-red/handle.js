'use strict'

// careline as node-RED holds it: opened once, doing what is due, and telling which cases changed.

const { EventEmitter } = require('node:events')
const { Care, CarelineError, Policy } = require('careline')

// After so long it is looked for what is due even if nothing is known to be: other processes may use the store, too.
const LONGEST_PAUSE = 60_000

/** Emits `changed` with a list of cases, and `trouble` with the message of what failed. */
class Handle extends EventEmitter {
  #opened
  #policy
  #known = new Map()
  #looking = Promise.resolve()
  #asked = false
  #timer
  #over = false

  constructor ({ store, policy, endpoints }) {
    super()
    this.setMaxListeners(0)
    this.#policy = policy
    this.#opened = Care.open(store, { policy, endpoints })
    this.#opened.catch((error) => this.emit('trouble', error.message))
  }

  /** Receives a webhook request; what it brings is stored then. */
  async receive (endpoint, request) {
    const care = await this.#care()
    const answer = await care.receive(endpoint, request)
    this.look()
    return answer
  }

  /** All verbs and views. */
  async tenant () {
    return (await this.#care()).tenant()
  }

  /** The policy, to judge texts with. */
  policy () {
    return Policy.load(this.#policy)
  }

  /** Does what is due, and tells what changed since the last look: at the first one that is every open case. */
  look () {
    if (this.#asked || this.#over) return
    this.#asked = true
    this.#looking = this.#looking.then(() => this.#look())
  }

  /** Comes to an end; nothing is left over. */
  async close () {
    this.#over = true
    clearTimeout(this.#timer)
    await this.#looking
    const care = await this.#opened.catch(() => undefined)
    await care?.close()
  }

  async #look () {
    this.#asked = false
    clearTimeout(this.#timer)
    const care = await this.#opened.catch(() => undefined)
    if (!care) return
    let pause = LONGEST_PAUSE
    try {
      const { nextDue, failed } = await care.tick()
      for (const { tenant, error } of failed) this.emit('trouble', `not done for ${tenant}: ${error.message}`)
      if (nextDue !== undefined) pause = Math.min(Math.max(nextDue - Date.now(), 50), LONGEST_PAUSE)
      const changed = await this.#changed(care.tenant())
      if (changed.length > 0) this.emit('changed', changed)
    } catch (error) {
      this.emit('trouble', error.message)
    }
    if (!this.#over) this.#timer = setTimeout(() => this.look(), pause).unref()
  }

  async #changed (tenant) {
    const found = new Map()
    for await (const item of tenant.queue()) found.set(item.case.id, item)
    // No longer in the queue: closed, part of another one, erased, or on another page by now.
    for (const id of this.#known.keys()) {
      if (!found.has(id)) await tenant.case(id).then((view) => found.set(id, { case: view.case }), gone)
    }
    const changed = []
    const before = this.#known
    this.#known = new Map()
    for (const [id, item] of found) {
      const state = JSON.stringify(item.case)
      if (before.get(id) !== state) changed.push(item)
      if (item.case.status !== 'closed') this.#known.set(id, state)
    }
    return changed
  }

  async #care () {
    const care = await this.#opened
    // A network that is told so delivers again, and finds the handle that comes after this one.
    if (!this.#over) return care
    throw new CarelineError('this handle is closed', { code: 'unavailable', retry: 'transient', status: 503 })
  }
}

function gone (error) {
  if (error.code !== 'not_found') throw error
}

module.exports = { Handle }
