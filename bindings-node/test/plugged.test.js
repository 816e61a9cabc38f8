'use strict'

// What a host plugs in: advisors, and its own way to the networks.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const fs = require('node:fs/promises')
const dns = require('node:dns/promises')
const http = require('node:http')
const { test } = require('node:test')

const { CarelineError, spanWithin } = require('../index.js')
const { POLICY, SHOP, TOKEN, all, first, onMastodon, opened, review } = require('./acme.js')
const { run } = require('./fresh.js')

const QUESTION = 'Hello acme, at what time do you open?'
const urgent = [
  { about: 'urgency', value: 'yes', weight: 9, rule: 'acme.recall' },
  { about: 'intent', value: 'complaint', weight: 9, rule: 'acme.recall' }
]

/** A question, an advisor asked about it, and what stands in the case afterwards. */
async function asked (t, advise, { policy = POLICY, text = QUESTION } = {}) {
  const care = await opened(t, { policy: { text: policy }, advisors: [{ id: 'acme-recall/3', advise }] })
  const tenant = care.tenant()
  await tenant.ingest('reviews', [review('1', text)], { account: SHOP })
  const { id, tier, intent } = await first(tenant.allCases())
  const begun = performance.now()
  const ticked = await care.tick()
  const took = performance.now() - begun
  const after = await first(tenant.allCases())
  const { timeline } = await tenant.case(id)
  return {
    before: { tier, intent },
    after: { tier: after.tier, intent: after.intent },
    ticked,
    took,
    steps: timeline.filter(({ kind }) => kind === 'advised'),
    assessment: (await tenant.explain(id)).assessment,
    again: await care.tick()
  }
}

const OURS = { tier: 2, intent: 'question' }

for (const [how, advise] of Object.entries({
  'at once': () => urgent,
  'later': async () => urgent,
  'in any iterable': async () => new Set(urgent),
  'step by step': function * () { yield * urgent }
})) {
  test(`an advisor that answers ${how} changes the case`, async (t) => {
    const { before, after, ticked, steps, assessment, took, again } = await asked(t, advise)
    assert.deepEqual([before, after], [OURS, { tier: 1, intent: 'complaint' }])
    assert.deepEqual([ticked.advised, ticked.failed, again.advised], [1, [], 0])
    assert.deepEqual(steps.map(({ actor, reasons }) => ({ actor, reasons })), [
      { actor: 'acme-recall/3', reasons: [{ rule: 'acme-recall/3', note: '2 findings' }] }
    ])
    assert.equal(assessment.models['acme-recall'], '3')
    assert.equal(assessment.evidence.filter(({ rule }) => rule === 'acme.recall').length, 2)
    assert.ok(took < 3_000, `${took} ms`)
  })
}

test('an advisor is asked about the message and what we think of it', async (t) => {
  const seen = []
  await asked(t, function (...given) {
    seen.push([this?.id, ...given])
    return []
  })
  const [[id, message, assessment, ...more]] = seen
  assert.equal(seen.length, 1)
  assert.deepEqual([id, more], ['acme-recall/3', []], 'called as a method')
  assert.equal(message.content.text, QUESTION)
  assert.ok(message.receivedAt instanceof Date)
  assert.deepEqual([assessment.intent, assessment.message], ['question', message.id])
})

test('a finding marks a place', async (t) => {
  const span = { startByte: 6, endByte: 10 }
  const { assessment } = await asked(t, () => [{ ...urgent[0], span }])
  const found = assessment.evidence.find(({ rule }) => rule === 'acme.recall')
  assert.deepEqual(found.span, { ...span, start: 6, end: 10 })
})

test('a finding marks a place counted as JavaScript does', async (t) => {
  let marked
  const { assessment } = await asked(t, (message) => {
    const { text } = message.content
    marked = spanWithin(text, text.indexOf('order'), text.indexOf('order') + 5)
    return [{ ...urgent[0], span: marked }]
  }, { text: '😡😡 Where is my order? 👍🏽' })
  const found = assessment.evidence.find(({ rule }) => rule === 'acme.recall')
  assert.deepEqual(found.span, marked)
  assert.deepEqual(marked, { start: 17, end: 22, startByte: 21, endByte: 26 })
})

class Angry extends Error {}
const cyclic = { ...urgent[0] }
cyclic.value = cyclic
for (const [what, advise, note] of [
  ['throws', () => { throw new RangeError(QUESTION) }, /threw .*error=RangeError/],
  ['rejects', async () => { throw new TypeError(QUESTION) }, /threw .*error=TypeError/],
  ['rejects with its own class', async () => { throw new Angry(QUESTION) }, /threw .*error=Error/],
  ['rejects with no Error', () => Promise.reject(QUESTION), /threw .*error=string/], // eslint-disable-line
  ['rejects with nothing', () => Promise.reject(), /threw .*error=undefined/], // eslint-disable-line
  ['throws an error without a name', () => { throw Object.assign(new Error(QUESTION), { name: 5 }) }, /threw/],
  ['throws an error with a symbol as name', () => { throw Object.assign(new Error(), { name: Symbol('a') }) }, /threw/],
  ['throws an error with a long name', () => { throw Object.assign(new Error(), { name: 'n'.repeat(1e6) }) }, /threw/],
  ['gives a number', () => 5, /threw .*error=TypeError/],
  ['gives one finding and no list', () => urgent[0], /threw .*error=TypeError/],
  ['gives a text', () => 'urgent', /findings are none: missing field `about`/],
  ['gives numbers', () => [1, 2], /findings are none/],
  ['gives nulls', () => [null], /threw .*error=TypeError/],
  ['gives empty objects', () => [{}], /findings are none: missing field `about`/],
  ['gives a weight that is no number', () => [{ ...urgent[0], weight: NaN }], /findings are none/],
  ['gives a weight beyond all', () => [{ ...urgent[0], weight: 1e300 }], /none: `weight` is out of its range/],
  ['gives a weight of text', () => [{ ...urgent[0], weight: '9' }], /findings are none/],
  ['gives a BigInt', () => [{ ...urgent[0], weight: 9n }], /threw .*error=TypeError/],
  ['gives a list that throws', () => (function * () { throw new EvalError(QUESTION) })(), /threw .*error=EvalError/],
  ['gives a finding that holds itself', () => [cyclic], /threw .*error=TypeError/]
]) {
  test(`an advisor that ${what}: ours stands, and the timeline says so`, async (t) => {
    const { before, after, ticked, steps, again } = await asked(t, advise)
    assert.deepEqual([before, after], [OURS, OURS])
    assert.deepEqual([ticked.advised, ticked.failed, again.advised], [1, [], 0])
    assert.equal(steps.length, 1)
    const [{ rule, note: said }] = steps[0].reasons
    assert.equal(rule, 'acme-recall/3')
    assert.match(said, note)
    assert.ok(said.length < 500 && !said.includes('Hello'), said)
  })
}

test('an advisor that has nothing to say: ours stands', async (t) => {
  for (const nothing of [[], undefined, null]) {
    const { after, steps } = await asked(t, () => nothing)
    assert.deepEqual(after, OURS)
    assert.deepEqual(steps[0].reasons, [{ rule: 'acme-recall/3', note: '0 findings' }])
  }
})

test('an advisor that is too slow: ours stands, and its late answer is not used', async (t) => {
  const policy = POLICY.replace("advice.within = '5s'", "advice.within = '1s'")
  assert.notEqual(policy, POLICY)
  let answer
  const late = new Promise((resolve) => { answer = resolve })
  const { after, ticked, steps, took, again } = await asked(t, () => late, { policy })
  assert.deepEqual([after, ticked.advised, ticked.failed, again.advised], [OURS, 1, [], 0])
  assert.match(steps[0].reasons[0].note, /no answer in time/)
  assert.ok(took >= 900 && took < 4_000, `${took} ms`)
  answer(urgent)
  await late
})

test('an advisor that hangs holds up no other', async (t) => {
  const policy = POLICY.replace("'5s'", "'1s'")
  const advisors = [
    { id: 'acme-silent/1', advise: () => new Promise(() => {}) },
    { id: 'acme-quick/1', advise: () => urgent }
  ]
  const care = await opened(t, { policy: { text: policy }, advisors })
  const tenant = care.tenant()
  await tenant.ingest('reviews', [review('1', QUESTION), review('2', QUESTION)], { account: SHOP })
  const begun = performance.now()
  assert.equal((await care.tick()).advised, 2)
  assert.ok(performance.now() - begun < 4_000)
  for (const { id, tier } of await all(tenant.allCases())) {
    assert.equal(tier, 1)
    const { models } = (await tenant.explain(id)).assessment
    assert.ok('acme-silent' in models && 'acme-quick' in models)
  }
})

test('all answers count, however they fall in time', { timeout: 30_000 }, async (t) => {
  // Some at once, some after a turn, some from libuv's threads: none may be missed while others are handed over.
  const advise = async ({ nativeId }) => {
    if (nativeId % 3 === 1) await new Promise(setImmediate)
    if (nativeId % 3 === 2) await fs.stat(__filename)
    return urgent
  }
  for (let turn = 0; turn < 10; turn++) {
    const care = await opened(t, { advisors: [{ id: 'acme-recall/3', advise }] })
    const tenant = care.tenant()
    const reviews = Array.from({ length: 60 }, (_, n) => review(`${n}`, QUESTION))
    await tenant.ingest('reviews', reviews, { account: SHOP })
    const begun = performance.now()
    assert.equal((await care.tick()).advised, 60)
    assert.ok(performance.now() - begun < 4_000, 'it waited for a deadline although all had answered')
    assert.deepEqual(await tenant.countOpen(), { 1: 60 })
  }
})

test('20 ticks at once, whose advisors use files and names, hold up nothing', { timeout: 30_000 }, async (t) => {
  let asked = 0
  const advise = async () => {
    asked++
    await Promise.all([fs.readFile(__filename), dns.lookup('localhost')])
    return urgent
  }
  const care = await opened(t, { advisors: [{ id: 'acme-recall/3', advise }] })
  const reviews = Array.from({ length: 40 }, (_, n) => review(`${n}`, QUESTION))
  await care.tenant().ingest('reviews', reviews, { account: SHOP })
  const ticked = await Promise.all(Array.from({ length: 20 }, () => care.tick()))
  assert.deepEqual(ticked.flatMap(({ failed }) => failed), [])
  assert.equal(ticked.reduce((sum, { advised }) => sum + advised, 0), 40)
  assert.equal(asked, 40, 'each is asked about once')
})

test('one thread of libuv is enough for everything at once', { timeout: 40_000 }, async () => {
  const done = await run(`
    const { readFile } = require('node:fs/promises')
    const { SHOP, mention, onMastodon, opened, review } = require(ACME)
    async function main () {
      const care = await opened({ after () {} }, {
        ...onMastodon(),
        advisors: [{ id: 'acme-reads/1', advise: () => readFile(ACME).then(() => []) }],
        transport: () => readFile(ACME).then(() => new Response('[]'))
      })
      const tenant = care.tenant()
      const each = (n) => [
        care.receive('x', mention({ number: n })), care.tick(), tenant.poll('acme-m'), care.upkeep(),
        tenant.queue().page(), tenant.ingest('reviews', [review(String(n), 'Where is my order?')], { account: SHOP })
      ]
      await Promise.all(Array.from({ length: 10 }, (_, n) => each(n)).flat())
      say('done')
    }
    main()
  `, { env: { UV_THREADPOOL_SIZE: '1' } })
  assert.deepEqual([done.code, done.said, done.stderr], [0, ['done'], ''])
})

// The way to the networks --------------------------------------------------------------------------------------------

const account = { id: '7001', username: 'jo', acct: 'jo@other.example', display_name: 'Jo Doe', emojis: [], fields: [] }
const status = {
  id: '109',
  created_at: '2026-05-01T08:59:58.000Z',
  in_reply_to_id: null,
  sensitive: false,
  spoiler_text: '',
  visibility: 'public',
  language: 'en',
  uri: 'https://other.example/users/jo/statuses/109',
  url: 'https://other.example/@jo/109',
  content: '<p><a href="https://inst.example/@acme" class="mention">@<span>acme</span></a> my order is broken!</p>',
  account,
  media_attachments: [],
  mentions: [{ id: '55', username: 'acme', url: 'https://inst.example/@acme', acct: 'acme' }],
  tags: [],
  emojis: []
}
const notification = { id: '9', type: 'mention', created_at: status.created_at, account, status }

/** What the server of Mastodon says to a request. */
function mastodon (url) {
  const { pathname, searchParams } = new URL(url, 'http://inst.example')
  return pathname === '/api/v1/notifications' && !searchParams.has('min_id') ? [notification] : []
}

/** A tenant with an account on a server. */
async function connected (t, { transport, base }) {
  return (await opened(t, { ...onMastodon(base), transport })).tenant()
}

/** The address of a server on a free port, closed when the test is over. */
async function serving (t, answer) {
  const server = http.createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${server.address().port}`
}

test('poll: with the global fetch', async (t) => {
  const requests = []
  const base = await serving(t, (request, response) => {
    requests.push(request)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(mastodon(request.url)))
  })
  const tenant = await connected(t, { base })
  assert.deepEqual(await tenant.poll('acme-m'), { added: 1, changed: 0, known: 0, quarantined: 0 })
  assert.deepEqual(await tenant.poll('acme-m'), { added: 0, changed: 0, known: 0, quarantined: 0 })
  const [item] = await all(tenant.queue())
  assert.deepEqual([item.case.network, item.case.intent], ['mastodon', 'complaint'])
  assert.equal(item.excerpt, '@acme my order is broken!')
  assert.ok(requests.length >= 3)
  assert.ok(requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`))
  assert.deepEqual(await tenant.coverage(), { 'acme-m': { pushed: 0, listed: 1, both: 0 } })
})

test('poll: with a transport of one\'s own', async (t) => {
  const calls = []
  const transport = async (...given) => {
    calls.push(given)
    return { status: 200, headers: [['a', 'b']], arrayBuffer: async () => bytes(mastodon(given[0])) }
  }
  const tenant = await connected(t, { transport })
  assert.equal((await tenant.poll('acme-m')).added, 1)
  for (const [url, { method, headers, body, signal, redirect }, ...more] of calls) {
    assert.match(url, /^https:\/\/inst\.example\/api\/v1\//)
    assert.deepEqual([method, body, redirect, more], ['GET', null, 'manual', []])
    assert.ok(signal instanceof AbortSignal)
    assert.ok(headers.some(([name, value]) => name === 'authorization' && value === `Bearer ${TOKEN}`))
  }
  const [[, { signal }]] = calls
  assert.ok(signal.aborted, 'nothing is left under way')
})

test('poll: a token follows no redirect', async (t) => {
  const elsewhere = []
  const other = await serving(t, (request, response) => {
    elsewhere.push(request.url)
    response.end('[]')
  })
  const base = await serving(t, (request, response) => response.writeHead(302, { location: other }).end())
  const tenant = await connected(t, { base })
  await assert.rejects(tenant.poll('acme-m'), CarelineError)
  assert.deepEqual(elsewhere, [])
})

test('poll: what the server refuses says what to do', async (t) => {
  const refusals = [
    [401, {}, 'unauthenticated', 'never', undefined],
    [403, {}, 'permission_denied', 'never', undefined],
    [404, {}, 'not_found', 'never', undefined],
    [422, {}, 'input_invalid', 'never', undefined],
    [429, { 'retry-after': '60' }, 'rate_limited', 'after', 60_000],
    [429, {}, 'rate_limited', 'transient', undefined],
    [500, {}, 'unavailable', 'transient', undefined],
    [503, { 'retry-after': '7' }, 'unavailable', 'after', 7_000]
  ]
  for (const [answered, headers, code, retry, retryAfterMs] of refusals) {
    const transport = async () => new Response(`{"error":"not with ${TOKEN}"}`, { status: answered, headers })
    const error = await (await connected(t, { transport })).poll('acme-m').then(assert.fail, (error) => error)
    assert.ok(error instanceof CarelineError)
    assert.deepEqual([error.code, error.retry, error.retryAfterMs], [code, retry, retryAfterMs])
    assert.deepEqual([error.operation, error.retryable], ['poll', retry !== 'never'])
    assert.equal(error.context.status, String(answered))
    discreet(error)
  }
})

const answer = (more) => async () => ({ status: 200, headers: [], arrayBuffer: async () => bytes([]), ...more })
for (const [what, transport] of Object.entries({
  'throws at once': () => { throw new TypeError(`fetch failed for ${TOKEN}`) },
  rejects: async () => { throw new TypeError(`fetch failed for ${TOKEN}`) },
  'rejects with an AbortError': async () => { throw new DOMException(TOKEN, 'AbortError') },
  'rejects with a text': () => Promise.reject(TOKEN), // eslint-disable-line
  'rejects with a CarelineError': async () => { throw new CarelineError(TOKEN, { code: 'blocked' }) },
  'answers nothing': async () => undefined,
  'answers a number': async () => 5,
  'answers no status': answer({ status: undefined }),
  'answers a status that is none': answer({ status: 7 }),
  'answers a status of text': answer({ status: '200' }),
  'answers headers that are none': answer({ headers: 5 }),
  'answers wrong pairs': answer({ headers: [5] }),
  'answers a header that cannot be': answer({ headers: [['a b', TOKEN]] }),
  'answers a body that fails': answer({ arrayBuffer: async () => { throw new Error(TOKEN) } }),
  'answers no JSON': answer({ arrayBuffer: async () => new TextEncoder().encode(`<html>${TOKEN}`).buffer }),
  'answers a text as body': answer({ arrayBuffer: async () => TOKEN }),
  'answers other JSON': answer({ arrayBuffer: async () => bytes({ token: TOKEN }) })
})) {
  test(`poll: a transport that ${what} is told of, and the next poll goes on`, async (t) => {
    let broken = true
    const tenant = await connected(t, {
      transport: (url, request) => (broken ? transport(url, request) : new Response(JSON.stringify(mastodon(url))))
    })
    const error = await tenant.poll('acme-m').then(assert.fail, (error) => error)
    assert.ok(error instanceof CarelineError, String(error))
    assert.ok(['never', 'transient', 'unknown'].includes(error.retry), error.retry)
    assert.equal(error.operation, 'poll')
    discreet(error)
    broken = false
    assert.equal((await tenant.poll('acme-m')).added, 1)
  })
}

test('poll: reading again does no harm, so a failed read may be repeated', async (t) => {
  const base = await serving(t, (request) => request.socket.destroy())
  const tenant = await connected(t, { base })
  const { code, retry, retryable } = await tenant.poll('acme-m').then(assert.fail, (error) => error)
  assert.deepEqual({ code, retry, retryable }, { code: 'unavailable', retry: 'transient', retryable: true })
})

test('poll: an account without a connection, and one of nobody', async (t) => {
  const tenant = await connected(t, { transport: async () => new Response('[]') })
  for (const name of ['shop', 'nobody']) {
    await assert.rejects(tenant.poll(name), { name: 'CarelineError', code: 'not_found' })
  }
})

test('open: wrong settings say which, and never a secret', async (t) => {
  const secret = 'made-up-secret-token'
  for (const [settings, code] of [
    [{ endpoints: { x: { network: 'x', consumer_secrets: [secret], colour: 1 } } }, 'config_invalid'],
    [{ endpoints: { x: { network: 'x', consumer_secrets: secret.length } } }, 'config_invalid'],
    [{ endpoints: { x: { network: 'z', consumer_secrets: [secret] } } }, 'unsupported'],
    [{ endpoints: { x: `x:?consumer_secrets=${secret}` } }, 'config_invalid'],
    [{ endpoints: { x: { network: 'x', consumer_secrets: ['env:CARELINE_NOT_SET'] } } }, 'config_invalid'],
    [{ accounts: { shop: { network: 'mastodon', base_url: 'no address', token: secret } } }, 'config_invalid'],
    [{ accounts: { nobody: { network: 'mastodon', base_url: 'https://a.example', token: secret } } }, 'config_invalid'],
    [{ advisors: [{ id: 'a/1' }] }, 'config_invalid'],
    [{ advisors: [{ id: '', advise () {} }] }, 'config_invalid'],
    [{ advisors: [{ id: 'a/1', advise () {} }, { id: 'a/1', advise () {} }] }, 'config_invalid'],
    [{ advisors: { id: 'a/1', advise () {} } }, 'config_invalid'],
    [{ advisors: [,] }, 'config_invalid'], // eslint-disable-line
    [{ transport: 5 }, 'config_invalid'],
    [{ colour: secret }, 'config_invalid']
  ]) {
    const error = await opened(t, settings).then(() => assert.fail(JSON.stringify(settings)), (error) => error)
    assert.ok(error instanceof CarelineError, String(error))
    assert.equal(error.code, code, error.message)
    assert.ok(!`${error.message}${JSON.stringify(error)}${error.stack}`.includes(secret), error.message)
  }
})

test('what goes wrong with a customer\'s words does not repeat them', async (t) => {
  const words = 'zebra kettle'
  const tenant = (await opened(t)).tenant()
  const wrong = [
    () => tenant.ingest('reviews', [{ ...review('1', words), surface: { words } }], { account: SHOP }),
    () => tenant.ingest('reviews', [{ ...review('1', words), revision: words }], { account: SHOP }),
    () => tenant.ingest('reviews', [{ ...review('1', words), sentAt: words }], { account: SHOP }),
    () => tenant.ingest('reviews', [words], { account: SHOP }),
    () => tenant.note('c0', 'mia', { words }),
    () => tenant.setFacts('p0', words),
    () => tenant.correct('c0', 'mia', { intent: words, certainty: {} })
  ]
  for (const fails of wrong) {
    const error = await fails().then(() => assert.fail(String(fails)), (error) => error)
    assert.ok(error instanceof CarelineError, String(error))
    assert.ok(!`${error.message}${JSON.stringify(error)}`.includes('zebra'), error.message)
  }
})

const bytes = (value) => new TextEncoder().encode(JSON.stringify(value)).buffer

/** Holds no secret. */
function discreet (error) {
  const told = `${error.message} ${JSON.stringify(error)} ${error.stack} ${error.cause}`
  assert.ok(!told.includes(TOKEN), told)
}
