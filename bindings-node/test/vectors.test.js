'use strict'

// The vectors that Rust, Python and Node run alike: core/testkit/vectors.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')

const careline = require('../index.js')

const FILES = join(__dirname, '..', '..', 'core', 'testkit', 'vectors')

for (const file of ['signatures', 'events', 'texts', 'spans', 'cases', 'policies', 'wording', 'verdicts']) {
  for (const { name, op, input, expect, error } of JSON.parse(readFileSync(join(FILES, `${file}.json`), 'utf8'))) {
    test(`${file}: ${name}`, async () => {
      if (error !== undefined) {
        await assert.rejects(async () => PERFORM[op](input), { name: 'CarelineError', code: error })
      } else {
        assert.deepEqual(await PERFORM[op](input), expect)
      }
    })
  }
}

const bytes = (text) => new TextEncoder().encode(text)

const PERFORM = {
  verify ({ signing, headers, body, now }) {
    const { timestamp, ...others } = signing
    const [stranger] = Object.keys(others).filter((key) => !['secrets', 'header', 'encoding', 'prefix'].includes(key))
    // TypeScript refuses what Rust calls a wrong setting.
    if (stranger !== undefined) throw new careline.CarelineError('wrong settings', { code: 'config_invalid' })
    const time = timestamp && { ...timestamp, toleranceSecs: timestamp.tolerance_secs }
    careline.verifySignature({ headers, body: bytes(body) }, { ...others, timestamp: time }, { now: new Date(now) })
    return true
  },

  async receive ({ host, endpoint, headers, body, method, query }) {
    const care = await open(host)
    const answer = await care.receive(endpoint, { headers, body: bytes(body), method, query })
    return JSON.parse(careline.toJSON('WebhookAnswer', answer))
  },

  normalise ({ network, body, kind, account, received_at: receivedAt }) {
    const [parsed] = careline.normaliseSync(network, [bytes(body)], { kind, account, receivedAt: new Date(receivedAt) })
    return JSON.parse(careline.toJSON('Parsed', parsed))
  },

  async triage (input) {
    return JSON.parse(careline.toJSON('Assessment', await judged(input)))
  },

  async spans (input) {
    const { text } = input.text
    return (await judged(input)).pii.map(({ kind, span }) => ({ kind, ...counted(span, text) }))
  },

  measure ({ text, network, ...place }) {
    const measured = careline.measure(text, network, place)
    return { ...measured, within: counted(measured.within, text) }
  },

  compose ({ text, network, ...how }) {
    return JSON.parse(careline.toJSON('Composed', careline.compose(text, network, how)))
  },

  async verdict ({ host, events, draft }) {
    const care = await open(host)
    const tenant = care.tenant()
    await tenant.ingest('vectors', events.map((event) => fromWire(event)))
    const { items: [{ lead }] } = await tenant.allCases().page()
    const found = await tenant.canSend({ ...draft, to: lead })
    const json = JSON.parse(careline.toJSON('Verdict', found))
    return {
      allowed: found.allowed,
      verb: found.verb,
      length: found.length,
      length_max: found.lengthMax,
      unit: found.unit,
      parts: json.parts ?? [],
      objections: found.objections.map(({ guard, weight, spans }) =>
        ({ guard, weight, spans: spans.map((span) => counted(span, draft.text)) })),
      rules: found.reasons.map(({ rule }) => rule),
      instead: found.instead,
      approval: found.approval?.rule ?? null
    }
  },

  async case ({ host, events, online, show }) {
    const care = await open(host)
    const tenant = care.tenant()
    await tenant.ingest('vectors', events.map((event) => fromWire(event)))
    for (const agent of online) await tenant.setPresence(agent, true)
    if (online.length > 0) await care.tick()
    const shown = []
    for await (const found of tenant.allCases()) {
      const json = JSON.parse(careline.toJSON('Case', found))
      shown.push(Object.fromEntries(show.map((path) => [path, at(json, path)])))
    }
    return shown
  },

  policy ({ policy }) {
    try {
      return new careline.Policy(policy, 'policy.toml') && []
    } catch (error) {
      return error.mistakes
    }
  }
}

/** A span as each language counts, and what stands there. */
function counted (span, text) {
  const marked = text.slice(span.start, span.end)
  const before = [...text.slice(0, span.start)].length
  return {
    bytes: [span.startByte, span.endByte],
    code_points: [before, before + [...marked].length],
    utf16: [span.start, span.end],
    marked
  }
}

async function judged ({ text, policy }) {
  const [assessment] = await careline.triage([text], { policy: policy && new careline.Policy(policy) })
  return assessment
}

const open = (host) => careline.Care.open(host.store, { tenants: host.tenants, endpoints: host.endpoints, accounts: host.accounts })

/** An event as JavaScript has it, from its JSON. */
const fromWire = (event) => careline.fromJSON('Event', JSON.stringify(event))

function at (value, path) {
  const [first, ...rest] = path.split('.')
  const inner = value[first] ?? null
  if (rest.length === 0 || inner === null) return inner
  return Array.isArray(inner) ? inner.map((item) => at(item, rest.join('.'))) : at(inner, rest.join('.'))
}
