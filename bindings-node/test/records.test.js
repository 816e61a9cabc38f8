'use strict'

// What comes back are plain objects: they can be written down, copied, and sent to other threads.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { test } = require('node:test')
const { Worker } = require('node:worker_threads')

const careline = require('../index.js')
const model = require('../lib/model.js')
const { POLICY, SHOP, all, first, mention, opened, posted, review } = require('./acme.js')

// Astral characters, a family joined by ZWJ, CJK and a combining mark, before and between what is marked.
const TEXT = '👩‍👩‍👧 日本語😡 e\u0301 @acme my order is broken, write to jo@acme.example 🙏 or mia@acme.example!'

/** A handle with traffic of every kind, and the records got from it, by type. */
async function traffic (t) {
  const care = await opened(t, { policy: { text: `${POLICY}\ncases.join_threads = true` } })
  const tenant = care.tenant()
  const found = { WebhookAnswer: [await care.receive('x', mention({ text: TEXT, entities: marked(TEXT) }))] }
  found.WebhookAnswer.push(await care.receive('x', mention({ number: 2, to: '999' })))
  await care.receive('x', posted({ data: { event_type: 'what.is.this', filter: { user_id: '1' }, payload: {} } }))
  await tenant.ingest('reviews', [rich()], { account: SHOP })
  await tenant.ingest('reviews', others().map((body) => event(body)))
  await tenant.setPresence('mia', true, { until: new Date(Date.now() + 3_600_000) })
  found.Ticked = [await care.tick()]
  found.Leased = await care.notices()
  found.QueueItem = await all(tenant.queue())
  const { case: { id, customer } } = found.QueueItem.find(({ case: { network } }) => network === 'x')
  await tenant.note(id, 'mia', 'noted 👍')
  await tenant.setFacts(customer, { number: 'K-7', nested: { list: [1, null, 'a'] } })
  const two = await all(tenant.customers())
  const other = two.find((person) => person.id !== customer).id
  await tenant.mergeCustomers(customer, other, 'mia', ['both named order 7'])
  const explained = found.QueueItem.map(({ case: { id } }) => tenant.explain(id))
  found.Explanation = await Promise.all(explained)
  found.CaseView = await Promise.all(found.QueueItem.map(({ case: { id } }) => tenant.case(id)))
  found.CustomerView = [await tenant.customer(customer)]
  found.Line = await all(tenant.history(id))
  found.Case = await all(tenant.allCases())
  found.Customer = await all(tenant.customers())
  found.ThreadView = found.CaseView.flatMap(({ threads }) => threads)
  found.Message = found.ThreadView.flatMap(({ messages }) => messages)
  found.Quarantined = await all(tenant.quarantine())
  found.Presence = await tenant.roster()
  found.Counter = await tenant.volume('')
  const policy = "brand.name = 'Other'\npriorities = [{ tier = 3 }]"
  found.ShadowReport = [await tenant.shadow({ policy, examples: 0 })]
  found.Coverage = Object.values(await tenant.coverage())
  found.AccountStanding = await tenant.accountStates()
  found.Parsed = careline.normaliseSync('x', [mention({ text: TEXT }).body, Buffer.from('no JSON')])
  found.Event = found.Parsed.flatMap(({ events }) => events)
  found.Upkept = [await care.upkeep()]
  found.Receipt = [await tenant.erase({ message: found.Message.find(({ network }) => network === 'acme-shop').id })]
  return found
}

/** Entities as X tells them, in code points. */
function marked (text) {
  const place = (word) => {
    const start = [...text.slice(0, text.indexOf(word))].length
    return { start, end: start + [...word].length }
  }
  return { mentions: [{ ...place('@acme'), username: 'acme', id: '1' }] }
}

/** A review with everything that a message may have. */
function rich () {
  const text = `${TEXT} #broken`
  const urlExpiresAt = new Date(Date.UTC(2030, 0))
  const extensions = '{"stars": 2, "__proto__": {"polluted": true}, "constructor": {"a": [null]}, "toString": ""}'
  const content = {
    text,
    entities: [{ span: bytes(text, '#broken'), kind: 'hashtag', value: 'broken' }],
    attachments: [{ kind: 'image', url: 'https://acme.example/a.png', size: 7, urlExpiresAt }],
    extensions: JSON.parse(extensions)
  }
  const more = { rating: { value: 2, best: 5, worst: 1 }, permalink: 'https://acme.example/r1', language: 'en' }
  return { ...review('1', ''), ...more, content }
}

function bytes (text, word) {
  const startByte = Buffer.byteLength(text.slice(0, text.indexOf(word)))
  return { startByte, endByte: startByte + Buffer.byteLength(word) }
}

const event = (body) => ({ v: 1, account: SHOP, channel: 'host', receivedAt: new Date(), body })

/** Events that are no messages. */
function others () {
  const at = new Date(Date.UTC(2026, 4, 1, 10))
  const author = review('1', '').author
  const message = { scope: 'acme-shop', nativeId: '1', at }
  return [
    { kind: 'reaction', ...message, by: author, reaction: 'like', sole: false, removed: false },
    { kind: 'hidden', ...message, hidden: true },
    { kind: 'profile', ...author, followers: 7, verified: true },
    { kind: 'account', change: 'blocked', reason: 'too fast', person: author, at },
    { kind: 'unknown', name: 'brand_new' }
  ]
}

test('every record is plain: no prototype but its own, no BigInt, no function', async (t) => {
  for (const [name, record] of each(await traffic(t))) {
    walk(record, (value, path) => {
      const prototype = Object.getPrototypeOf(value)
      assert.ok([Object.prototype, Array.prototype, Date.prototype].includes(prototype), `${name}${path}`)
      for (const [key, one] of Object.entries(value)) {
        assert.ok(['string', 'number', 'boolean', 'object', 'undefined'].includes(typeof one), `${name}${path}.${key}`)
        assert.ok(!(typeof one === 'number' && Number.isNaN(one)), `${name}${path}.${key}`)
      }
    })
    assert.equal(typeof JSON.stringify(record), 'string', name)
  }
})

test('times are Dates, and nothing else is called one', async (t) => {
  const found = await traffic(t)
  for (const [name, record] of each(found)) {
    walk(record, (value, path) => {
      if (value instanceof Date) return assert.ok(Number.isFinite(value.getTime()), `${name}${path}`)
      for (const [key, one] of Object.entries(value)) {
        if (!/[a-z]At$|^at$|^until$|^bucket$/.test(key) || one === undefined || /json/.test(path)) continue
        // JSON of the core's own stays as it is: times in it are texts.
        if (/\.(action|error|facts|extensions|purpose)/.test(path)) continue
        assert.ok(one instanceof Date, `${name}${path}.${key}: ${one}`)
      }
    })
  }
  const [{ leadAt }] = found.Case.filter(({ network }) => network === 'x')
  assert.equal(leadAt.toISOString(), '2026-08-19T08:56:45.979Z')
})

test('structuredClone gives the same', async (t) => {
  for (const [name, record] of each(await traffic(t))) assert.deepStrictEqual(structuredClone(record), record, name)
})

test('another thread gets the same', { timeout: 20_000 }, async (t) => {
  const echo = `
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', (it) => parentPort.postMessage(it))
  `
  const worker = new Worker(echo, { eval: true })
  t.after(() => worker.terminate())
  const found = await traffic(t)
  worker.postMessage(found)
  const [back] = await once(worker, 'message')
  assert.deepStrictEqual(back, found)
})

test('spans count as JavaScript does, wherever they stand', async (t) => {
  const { CaseView, Explanation, CustomerView, Parsed } = await traffic(t)
  const spans = []
  const check = (text, marks) => {
    for (const { span } of marks) {
      if (span === undefined) continue
      const marked = text.slice(span.start, span.end)
      assert.equal(Buffer.from(text).subarray(span.startByte, span.endByte).toString(), marked)
      assert.ok(marked.length > 0 && marked.isWellFormed(), marked)
      spans.push(marked)
    }
  }
  for (const { threads, assessments } of CaseView) {
    for (const { id, content } of threads.flatMap(({ messages }) => messages)) {
      check(content.text, [...content.entities, ...assessments[id].evidence, ...assessments[id].pii])
    }
  }
  const inViews = spans.length
  for (const { text, assessment } of Explanation) check(text, [...assessment.evidence, ...assessment.pii])
  assert.equal(spans.length, 2 * inViews - 2, 'all but the two entities stand there, too')
  for (const word of ['jo@acme.example', 'mia@acme.example', 'broken', '@acme', '#broken']) {
    assert.ok(spans.includes(word), `${word}: ${spans}`)
  }
  for (const { content } of CustomerView[0].messages) check(content.text, content.entities)
  for (const { body } of Parsed[0].events) check(body.content.text, body.content.entities)
})

test('spans made from UTF-16 units', () => {
  const text = 'é😡 漢 jo@acme.example \ud83d 👨‍👩‍👧 \u0000'
  const count = (part) => [...part].length
  for (let start = 0; start <= text.length; start++) {
    for (let end = start; end <= text.length; end++) {
      if (![start, end].every((at) => count(text.slice(0, at)) + count(text.slice(at)) === count(text))) {
        assert.throws(() => careline.spanWithin(text, start, end), /cuts no character/)
        continue
      }
      const span = careline.spanWithin(text, start, end)
      assert.deepEqual([span.start, span.end], [start, end])
      const bytes = Buffer.from(text).subarray(span.startByte, span.endByte)
      assert.equal(bytes.toString(), text.slice(start, end).toWellFormed())
    }
  }
  assert.deepEqual(careline.spanWithin(TEXT, 0, 0), { start: 0, end: 0, startByte: 0, endByte: 0 })
  const [{ pii: [{ span }] }] = careline.triageSync([TEXT])
  assert.deepEqual(careline.spanWithin(TEXT, span.start, span.end), span)
  for (const [given, start, end] of [
    ['abc', 0, 4], ['abc', -1, 2], ['abc', 2, 1], ['abc', 0.5, 1], ['abc', NaN, 1], ['abc', 0, 1n], ['abc', '0', 1],
    ['abc', 0], ['abc'], [5, 0, 0], [null, 0, 0], []
  ]) {
    const refused = { name: 'CarelineError', code: 'input_invalid', status: 400 }
    assert.throws(() => careline.spanWithin(given, start, end), refused)
  }
})

test('spans of triage, of findings to advisors, and of what is read without its text', async (t) => {
  const [found] = careline.triageSync([TEXT])
  const [{ span }] = found.pii
  assert.equal(TEXT.slice(span.start, span.end), 'jo@acme.example')
  const json = careline.toJSON('Assessment', found)
  assert.deepStrictEqual(careline.fromJSON('Assessment', json, TEXT), found)
  const [{ span: unknown }] = careline.fromJSON('Assessment', json).pii
  assert.deepStrictEqual(unknown, { ...span, start: undefined, end: undefined })
  const [{ span: beyond }] = careline.fromJSON('Assessment', json, 'short').pii
  assert.deepStrictEqual(beyond, unknown)

  const seen = []
  const advisor = {
    id: 'acme-reads/1',
    advise: (message, assessment) => seen.push({ text: message.content.text, pii: assessment.pii }) && []
  }
  const care = await opened(t, { advisors: [advisor] })
  await care.receive('x', mention({ text: TEXT }))
  await care.tick()
  assert.deepEqual(seen.flatMap(({ text, pii }) => pii.map(({ span }) => text.slice(span.start, span.end))), [
    'jo@acme.example', 'mia@acme.example'
  ])
})

test('toJSON and fromJSON give every record back', async (t) => {
  const found = await traffic(t)
  found.Step = found.Line.filter(({ line }) => line === 'step').map(({ line, ...step }) => step)
  found.Note = found.Line.filter(({ line }) => line === 'note').map(({ line, ...note }) => note)
  // A line is either of the two, and has no name of its own.
  delete found.Line
  for (const [name, records] of Object.entries(found)) assert.ok(records.length > 0, `nothing of ${name}`)
  for (const [name, record] of each(found)) {
    const json = careline.toJSON(name, record)
    assert.deepStrictEqual(careline.fromJSON(name, json), record, name)
    assert.equal(careline.toJSON(name, careline.fromJSON(name, json)), json, name)
  }
  const [view] = found.CaseView
  const inner = {
    Conversation: view.threads[0].conversation,
    Identity: Object.values(view.threads[0].authors)[0],
    Gist: found.Message[0].gist,
    SlaClock: view.case.clocks[0],
    Why: found.Explanation[0].reasons[0],
    Merge: found.CustomerView[0].customer.merges[0],
    Content: found.Message[0].content,
    Ingested: found.WebhookAnswer[0].ingested
  }
  for (const [name, record] of Object.entries(inner)) {
    assert.deepStrictEqual(careline.fromJSON(name, careline.toJSON(name, record)), record, name)
  }
})

test('toJSON writes as every language does', async (t) => {
  const { Message } = await traffic(t)
  const message = Message.find(({ network }) => network === 'acme-shop')
  const json = JSON.parse(careline.toJSON('Message', message))
  assert.equal(json.native_id, '1')
  assert.equal(json.sent_at, '2026-05-01T09:00:01.000Z')
  assert.ok(!('deleted_at' in json), 'what is absent is left out')
  const [{ span }] = json.content.entities
  assert.equal(Buffer.from(message.content.text).subarray(span.start, span.end).toString(), '#broken')
})

test('unions tell their kind, and every arm comes back', () => {
  const at = '2026-05-01T10:00:00.000Z'
  const arms = {
    message: { scope: 's', native_id: '1', surface: 'post', visibility: 'public', revision: 0, content: { text: 'a' } },
    deleted: { scope: 's', native_id: '1', at },
    hidden: { scope: 's', native_id: '1', hidden: true },
    reaction: { scope: 's', native_id: '1', reaction: 'like', removed: false },
    seen: { scope: 's', thread: '1', read: true, up_to: at },
    control: { scope: 's', thread: '1', owner: 'us' },
    signal: { scope: 's', thread: '1', name: 'optin', extensions: { a: 1 } },
    profile: { scope: 's', native_id: '1', handle: 'jo' },
    account: { change: 'revoked' },
    unknown: { name: 'brand_new' },
    advice: { message: 'm1', revision: 0, advisor: 'acme/1', findings: [] },
    timer: { id: 'z1', due_at: at, purpose: { purpose: 'sla', case: 'c1' } },
    case: { case: 'c1', actor: 'mia', action: { action: 'accept' } },
    customer: { change: 'merge', into: 'p1', from: 'p2', by: 'mia', evidence: ['both named order 7'] },
    presence: { agent: 'mia', online: true },
    reply: { reply: 'r1', actor: 'mia', action: { action: 'withdraw' } },
    incident: { incident: 'i1', actor: 'mia', open: { key: 'i', name: 'Outage', when: {} } },
    erased: { what: 'customer', removed: { messages: 1 } },
    policy: { version: '1' }
  }
  const known = /case '(\w+)': return/g
  const written = [...model.write.EventBody.toString().matchAll(known)].map(([, kind]) => kind)
  assert.deepEqual(Object.keys(arms).sort(), written.sort())
  for (const [kind, body] of Object.entries(arms)) {
    const json = JSON.stringify({ v: 1, channel: 'host', received_at: at, body: { kind, ...body } })
    const read = careline.fromJSON('Event', json)
    assert.equal(read.body.kind, kind)
    assert.deepStrictEqual(careline.fromJSON('Event', careline.toJSON('Event', read)), read)
    assert.deepStrictEqual(structuredClone(read), read)
  }
  const newer = { v: 1, channel: 'host', received_at: at, body: { kind: 'not_known_yet' } }
  assert.throws(() => careline.fromJSON('Event', JSON.stringify(newer)), { code: 'input_invalid' })
})

test('keys that objects have a use for are keys like others', async (t) => {
  const { Message } = await traffic(t)
  const { content: { extensions } } = Message.find(({ network }) => network === 'acme-shop')
  assert.deepEqual(Object.keys(extensions).sort(), ['__proto__', 'constructor', 'stars', 'toString'])
  assert.deepEqual(Object.getOwnPropertyDescriptor(extensions, '__proto__').value, { polluted: true })
  assert.equal({}.polluted, undefined)
  assert.equal(extensions.polluted, undefined)
  assert.equal(Object.getPrototypeOf(extensions), Object.prototype)

  const care = await opened(t)
  await care.receive('x', mention())
  const { id } = await first(care.tenant().customers())
  const facts = JSON.parse('{"__proto__": {"tier": 1}, "valueOf": "K-7"}')
  await care.tenant().setFacts(id, facts)
  const { customer } = await care.tenant().customer(id)
  assert.deepStrictEqual(customer.facts, facts)
  assert.deepStrictEqual(careline.fromJSON('Customer', careline.toJSON('Customer', customer)), customer)
})

test('every record that is declared can be read and written', () => {
  assert.deepEqual(Object.keys(model.read).sort(), Object.keys(model.write).sort())
  for (const name of Object.keys(model.read)) {
    assert.throws(() => careline.fromJSON(name, 'no JSON'), (error) => error instanceof careline.CarelineError, name)
  }
})

function * each (found) {
  for (const [name, records] of Object.entries(found)) for (const record of records) yield [name, record]
}

/** Visits every object in `value`. */
function walk (value, visit, path = '') {
  if (value === null || typeof value !== 'object') return
  visit(value, path)
  for (const [key, one] of Object.entries(value)) walk(one, visit, `${path}.${key}`)
}
