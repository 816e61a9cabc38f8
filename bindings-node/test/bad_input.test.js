'use strict'

// Whatever is handed over, the worst that happens is an error with a type: nothing crashes, and nothing is lost.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const careline = require('../index.js')
const { raising } = require('../lib/errors.js')
const { read } = require('../lib/model.js')
const { EngineVerbs, TenantVerbs } = require('../lib/verbs.js')
const { COMPLAINT, POLICY, SHOP, all, first, mention, opened, review, settings } = require('./acme.js')
const { run } = require('./fresh.js')

const { Care, CarelineError, Listing, Policy, Tenant } = careline

const cyclic = { list: [] }
cyclic.list.push(cyclic)
const deep = (depth) => {
  let made = {}
  for (let turn = 0; turn < depth; turn++) made = { made }
  return made
}
const trap = () => { throw new TypeError('a trap') }

/** What nobody should hand over, by name. */
const ODD = {
  undefined,
  null: null,
  'a number': 5,
  'no number': NaN,
  'a negative number': -1,
  'a fraction': 0.5,
  infinity: Infinity,
  'a BigInt': 7n,
  'a boolean': true,
  'an empty text': '',
  'a text': 'odd',
  'a text with NUL': 'o\0dd',
  'two lines': 'o\ndd',
  'half a character': 'odd \ud83d',
  'a long text': 'odd '.repeat(50_000),
  'an empty object': {},
  'an object without prototype': Object.create(null),
  'an empty list': [],
  'a list with a hole': [,], // eslint-disable-line
  'a list of odd things': [undefined, null, 5, {}, Symbol('odd')],
  'a symbol': Symbol('odd'),
  'a function': () => 'odd',
  'no time': new Date(NaN),
  'the last time': new Date(8.64e15),
  bytes: new Uint8Array([255, 0, 128]),
  'what goes round': cyclic,
  'what goes deep': deep(100_000),
  'what goes too deep for JSON elsewhere': deep(200),
  'a trap': new Proxy({}, { get: trap, ownKeys: trap, has: trap, getOwnPropertyDescriptor: trap }),
  'a promise': Promise.resolve('odd')
}

/** Calls it with every odd thing in every place, and sees to it that whatever fails does so as it should. */
async function bear (name, call, good) {
  for (let place = 0; place <= good.length; place++) {
    for (const [what, odd] of Object.entries(ODD)) {
      const given = [...good]
      given[place] = odd
      await bearOne(`${name}, ${what} as argument ${place}`, () => call(...given))
    }
  }
}

async function bearOne (what, call) {
  try {
    const found = await call()
    if (found instanceof Listing) await found.page()
  } catch (error) {
    assert.ok(error instanceof CarelineError || error instanceof TypeError, `${what}: ${error?.stack ?? String(error)}`)
    assert.equal(typeof error.message, 'string')
    if (error instanceof CarelineError) assert.notEqual(error.code, 'unexpected', `${what}: ${error.message}`)
  }
}

/** What each verb takes when all is well; those that are not named take a case, an agent and a text. */
const GOOD = {
  setPresence: ['mia', true],
  canSend: [{ key: 'a1', author: 'mia', to: 'm0', text: 'odd' }],
  reply: [{ key: 'a1', author: 'mia', to: 'm0', text: 'odd' }],
  openIncident: [{ key: 'i1', name: 'odd', when: { terms: ['odd'] } }, 'mia'],
  correct: ['c0', 'mia', careline.triageSync([COMPLAINT])[0]],
  mergeCustomers: ['p0', 'p1', 'mia', ['both named order 7']],
  setFacts: ['p0', { number: 'K-7' }],
  told: [{ tenant: 'default', effect: { id: 'e0', dueAt: new Date(), action: { action: 'notify' } }, token: 1 }]
}
const TEXTS = ['c0', 'mia', 'odd']

const verbsOf = (some) => Object.getOwnPropertyNames(some.prototype).filter((name) => name !== 'constructor')
const goodFor = (some, verb) => GOOD[verb] ?? TEXTS.slice(0, some.prototype[verb].length - 1)

for (const verb of verbsOf(TenantVerbs)) {
  test(`tenant.${verb} bears anything`, async (t) => {
    const tenant = (await opened(t)).tenant()
    await bear(verb, (...given) => tenant[verb](...given), goodFor(TenantVerbs, verb))
    await bearOptions(verb, (options) => tenant[verb](...goodFor(TenantVerbs, verb), options), OPTIONS[verb] ?? [])
  })
}

for (const verb of verbsOf(EngineVerbs)) {
  test(`care.${verb} bears anything`, async (t) => {
    const care = await opened(t)
    await bear(verb, (...given) => care[verb](...given), goodFor(EngineVerbs, verb))
    await bearOptions(verb, (options) => care[verb](...goodFor(EngineVerbs, verb), options), [])
  })
}

const PAGE = ['limit', 'after']
const OPTIONS = {
  queue: ['team', 'agent', 'network', 'queued', 'awaiting', 'dueFrom', 'dueBefore', ...PAGE],
  unanswered: ['team', 'agent', 'network', ...PAGE],
  countOpen: ['by', 'team', 'agent', 'network', 'queued', 'awaiting'],
  allCases: PAGE,
  history: PAGE,
  messagesIn: PAGE,
  customers: PAGE,
  casesOf: PAGE,
  messagesBy: PAGE,
  search: PAGE,
  quarantine: PAGE,
  setPresence: ['until'],
  connect: ['refresh', 'expiresAt', 'kind'],
  approve: ['text'],
  replies: ['states', 'case', 'account', ...PAGE],
  handOff: ['note'],
  incidents: PAGE,
  audit: PAGE,
  auditChain: PAGE,
  release: ['team'],
  erase: ['customer', 'identity', 'message'],
  export: ['customer', 'raw'],
  volume: ['since', 'until'],
  shadow: ['policy', 'since', 'limit', 'examples']
}

async function bearOptions (name, call, known) {
  for (const option of [...known, 'signal']) {
    for (const [what, odd] of Object.entries(ODD)) {
      await bearOne(`${name}, ${what} as ${option}`, () => call({ [option]: odd }))
    }
  }
  await named(name, call)
}

/** An option that nobody knows is named. */
async function named (name, call) {
  const failed = await Promise.resolve().then(() => call({ colour: 'red' })).then(() => undefined, (error) => error)
  assert.ok(failed instanceof TypeError, `${name} takes any option`)
  assert.match(failed.message, /there is no option 'colour'; there is /, name)
}

test('every option of every verb is one of those tried here', () => {
  for (const verb of verbsOf(TenantVerbs)) {
    const [, list] = TenantVerbs.prototype[verb].toString().match(/options\('\w+', given, (\[.*?\])\)/)
    assert.deepEqual(JSON.parse(list.replaceAll("'", '"')).sort(), [...(OPTIONS[verb] ?? []), 'signal'].sort(), verb)
  }
})

test('every field of a draft bears anything', async (t) => {
  const tenant = (await opened(t)).tenant()
  for (const verb of ['canSend', 'reply', 'openIncident']) {
    const [draft, ...rest] = GOOD[verb]
    const [, list] = TenantVerbs.prototype[verb].toString().match(/fields\('\w+', draft, (\[.*?\])/)
    for (const field of JSON.parse(list.replaceAll("'", '"'))) {
      for (const [what, odd] of Object.entries(ODD)) {
        await bearOne(`${verb}, ${what} as ${field}`, () => tenant[verb]({ ...draft, [field]: odd }, ...rest))
      }
    }
  }
})

test('a time or a number that is none is refused, and not taken for nothing', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  const none = new Date(NaN)
  for (const call of [
    () => tenant.queue({ dueBefore: none }).page(),
    () => tenant.queue({ limit: NaN }).page(),
    () => tenant.queue({ limit: Infinity }).page(),
    () => tenant.volume('tier.', { since: none }),
    () => tenant.setPresence('mia', true, { until: none }),
    () => tenant.ingest('reviews', [{ ...review('1', 'odd'), sentAt: none }], { account: SHOP }),
    () => tenant.ingest('reviews', [{ ...review('1', 'odd'), rating: { value: NaN, best: 5 } }], { account: SHOP }),
    async () => careline.normaliseSync('x', [], { receivedAt: none }),
    async () => careline.verifySignature({ headers: {}, body: Buffer.from('') }, signing, { now: none }),
    async () => careline.toJSON('Reason', { rule: 'a.b', note: none })
  ]) await assert.rejects(call, { name: 'CarelineError', code: 'input_invalid' }, String(call))
  assert.deepEqual(await tenant.roster(), [])
  assert.deepEqual(await all(tenant.customers()), [])
})

const signing = { secrets: ['made-up secret'], header: 'x-signature' }

test('receive bears anything', async (t) => {
  const care = await opened(t)
  const { headers, body } = mention()
  const receive = (...given) => care.receive(...given)
  await bear('receive', receive, ['x', { headers, body }])
  for (const part of ['headers', 'body', 'method', 'query']) {
    for (const [what, odd] of Object.entries(ODD)) {
      await bearOne(`receive, ${what} as ${part}`, () => receive('x', { headers, body, [part]: odd }))
    }
  }
  for (const [what, odd] of Object.entries(ODD)) {
    for (const headers of [[odd], [[odd, odd]], { name: odd }, { name: [odd] }, new Map([[odd, odd]])]) {
      await bearOne(`receive, ${what} in headers`, () => receive('x', { headers, body }))
    }
  }
  await named('receive', (options) => receive('x', { headers, body }, options))
  assert.equal((await receive('x', { headers, body })).ingested.added + (await messages(care)), 1)
})

test('receive: a parsed body is refused in words that help', async (t) => {
  const care = await opened(t)
  const { headers, body } = mention()
  const list = [...body]
  for (const parsed of [JSON.parse(body), String(body), undefined, null, 5, list, { type: 'Buffer', data: list }]) {
    const error = await care.receive('x', { headers, body: parsed }).then(assert.fail, (error) => error)
    assert.ok(error instanceof CarelineError)
    assert.deepEqual([error.code, error.status], ['input_invalid', 503])
    for (const word of ['raw', 'Express', 'Fastify', 'Nest']) assert.ok(error.message.includes(word), error.message)
    assert.ok(!error.message.includes('broken'))
  }
  assert.equal(await messages(care), 0)
})

test('receive: what is no whole body any more', async (t) => {
  const care = await opened(t)
  const { headers, body } = mention()
  const gone = new Uint8Array(body)
  structuredClone(gone.buffer, { transfer: [gone.buffer] })
  await assert.rejects(care.receive('x', { headers, body: gone }), { code: 'signature_invalid' })
  await assert.rejects(care.receive('x', { headers, body: gone.buffer }), TypeError)
  for (const false_ of [new Proxy(body, {}), Object.create(Uint8Array.prototype), { length: 3, 0: 1 }]) {
    await assert.rejects(care.receive('x', { headers, body: false_ }), { name: 'CarelineError', code: 'input_invalid' })
  }
  // A body that is gone once the call has begun was taken before.
  const taken = new Uint8Array(body)
  const waiting = care.receive('x', { headers, body: taken })
  structuredClone(taken.buffer, { transfer: [taken.buffer] })
  assert.equal((await waiting).ingested.added, 1)
  // So was one that is written over.
  const other = mention({ number: 2, author: '333' })
  const written = care.receive('x', other)
  other.body.fill(0)
  assert.equal((await written).ingested.added, 1)
})

test('receive: too much', async (t) => {
  const care = await opened(t)
  const body = Buffer.alloc(4 * 1024 * 1024 + 1, ' ')
  const { headers } = mention()
  await assert.rejects(care.receive('x', { headers, body }), { code: 'too_large', status: 413 })
  const many = Array.from({ length: 100_000 }, (_, n) => [`x-${n}`, 'odd'])
  const drowned = care.receive('x', { headers: many, body: body.subarray(0, 8) })
  await assert.rejects(drowned, { name: 'CarelineError', code: 'input_invalid' })
  const long = { headers: { a: 'odd'.repeat(5e6) }, body: body.subarray(0, 8) }
  await bearOne('a long header', () => care.receive('x', long))
  assert.equal((await care.receive('x', mention())).ingested.added, 1)
})

test('ingest bears anything', async (t) => {
  const tenant = (await opened(t)).tenant()
  const ingest = (...given) => tenant.ingest(...given)
  const good = review('1', 'odd')
  await bear('ingest', ingest, ['reviews', [good], { account: SHOP }])
  for (const [what, odd] of Object.entries(ODD)) {
    await bearOne(`ingest, ${what} in a list`, () => ingest('reviews', [odd], { account: SHOP }))
    await bearOne(`ingest, ${what} as body of an event`, () => ingest('reviews', [{ body: odd }], { account: SHOP }))
    await bearOne(`ingest, ${what} as account`, () => ingest('reviews', [good], { account: odd }))
    await bearOne(`ingest, ${what} as raw`, () => ingest('reviews', [good], { account: SHOP, raw: odd }))
    for (const key of Object.keys({ ...good, revision: 0, thread: '1', replyTo: {}, rating: {}, content: {} })) {
      await bearOne(`ingest, ${what} as ${key}`, () => ingest('reviews', [{ ...good, [key]: odd }], { account: SHOP }))
    }
    for (const key of ['text', 'entities', 'attachments', 'extensions']) {
      const content = { text: 'odd', [key]: odd }
      await bearOne(`ingest, ${what} as ${key}`, () => ingest('reviews', [{ ...good, content }], { account: SHOP }))
    }
  }
  await named('ingest', (options) => ingest('reviews', [good], options))
  await assert.rejects(ingest('reviews', [good]), ({ message }) => message.includes('account'))
  await assert.rejects(ingest('reviews', good, { account: SHOP }), ({ message }) => message.includes('list'))
})

test('the handle is as good as before', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  const before = await tenant.export({ raw: true })
  for (const verb of verbsOf(TenantVerbs)) {
    for (const odd of Object.values(ODD)) {
      await bearOne(verb, () => tenant[verb](odd, odd, odd, odd))
      await bearOne(verb, () => tenant[verb](...goodFor(TenantVerbs, verb), { limit: odd }))
    }
  }
  assert.deepEqual(await tenant.export({ raw: true }), before)
  assert.equal((await care.receive('x', mention())).ingested.added, 1)
  assert.equal((await first(tenant.queue())).excerpt, COMPLAINT)
})

test('an error is one short line, whatever it was about', async (t) => {
  const care = await opened(t)
  for (const name of ['x\nWARN made up', 'x\u001b[31m', 'x'.repeat(100_000)]) {
    const { message } = await care.receive(name, mention()).then(assert.fail, (error) => error)
    // eslint-disable-next-line no-control-regex
    assert.ok(message.length < 2_500 && !/[\u0000-\u001f]/.test(message), message.slice(0, 200))
  }
})

test('open bears anything', async () => {
  const open = async (...given) => (await Care.open(...given)).close()
  await bear('open', open, ['memory:', settings()])
  for (const setting of ['policy', 'tenants', 'endpoints', 'accounts', 'advisors', 'transport']) {
    for (const [what, odd] of Object.entries(ODD)) {
      for (const given of [odd, { x: odd }, [odd]]) {
        await bearOne(`open, ${what} as ${setting}`, () => open('memory:', { ...settings(), [setting]: given }))
      }
    }
  }
  await assert.rejects(open('memory:', { ...settings(), colour: 'red' }), ({ message }) => message.includes("'colour'"))
  for (const store of ['nope://a', 'sqlite://', 'sqlite:///no/such/folder/care.db', 'sqlite:///\0']) {
    await assert.rejects(open(store, settings()), { name: 'CarelineError' }, store)
  }
})

test('open: every mistake in a policy is told of', async () => {
  const text = "brand.name = 'Acme'\nteems = []\nagents = [{ id = 'mia', capacity = 'much' }]"
  const error = await Care.open('memory:', { policy: { text, file: 'acme.toml' } }).then(assert.fail, (error) => error)
  assert.equal(error.code, 'config_invalid')
  assert.match(error.message, /acme\.toml:2:1: teems/)
  assert.equal(error.context.mistakes, '2')
})

test('open: mistakes in a policy are a list', async () => {
  const error = await Care.open('memory:', { policy: { text: 'teems = []' } }).then(assert.fail, (error) => error)
  assert.ok(Array.isArray(error.mistakes))
})

test('exported functions bear anything', async () => {
  const body = mention().body
  const signed = { headers: { 'x-signature': 'odd' }, body: Buffer.from('odd') }
  const functions = {
    checkPolicy: ['no/such/policy.toml'],
    compose: ['odd', 'x', {}],
    measure: ['odd', 'x', {}],
    fromJSON: ['Reason', '{"rule":"a.b","note":"odd"}', 'odd'],
    networks: [],
    normalise: ['x', [body], {}],
    normaliseSync: ['x', [body], {}],
    spanWithin: ['odd', 0, 1],
    toJSON: ['Reason', { rule: 'a.b', note: 'odd' }],
    triage: [['odd'], {}],
    triageSync: [['odd'], {}],
    verifySignature: [signed, signing, {}]
  }
  for (const [name, good] of Object.entries(functions)) await bear(name, careline[name], good)
  await bear('Policy.load', Policy.load, ['no/such/policy.toml'])
  await bear('new Policy', (...given) => new Policy(...given), [POLICY, 'policy.toml'])
  await bear('new CarelineError', (...given) => new CarelineError(...given), ['odd', {}])
  const classes = { Care, Tenant, Listing }
  for (const [name, Made] of Object.entries(classes)) {
    await bear(`new ${name}`, (...given) => new Made(...given).id, ['odd'])
  }
  const exported = Object.keys(careline).filter((name) => typeof careline[name] === 'function')
  const tried = [...Object.keys(functions), ...Object.keys(classes), 'Policy', 'CarelineError']
  assert.deepEqual(exported.sort(), tried.sort(), 'every function is tried')
})

test('options of exported functions bear anything, and those that nobody knows are named', async () => {
  const body = mention().body
  const signed = { headers: {}, body: Buffer.from('odd') }
  const calls = {
    'normaliseSync kind account receivedAt threads': (options) => careline.normaliseSync('x', [body], options),
    'normalise kind account receivedAt threads': (options) => careline.normalise('x', [body], options),
    'triageSync policy threads': (options) => careline.triageSync(['odd'], options),
    'triage policy threads': (options) => careline.triage(['odd'], options),
    'measure surface max': (options) => careline.measure('odd', 'x', options),
    'compose surface max signature mentions thread markdown': (options) => careline.compose('odd', 'x', options),
    'verifySignature now': (options) => careline.verifySignature(signed, signing, options)
  }
  for (const [names, call] of Object.entries(calls)) {
    const [name, ...options] = names.split(' ')
    for (const option of options) {
      for (const [what, odd] of Object.entries(ODD)) {
        await bearOne(`${name}, ${what} as ${option}`, () => call({ [option]: odd }))
      }
    }
    await named(name, call)
  }
  for (const setting of ['secrets', 'header', 'encoding', 'prefix', 'timestamp']) {
    for (const [what, odd] of Object.entries(ODD)) {
      const strange = { ...signing, [setting]: odd }
      await bearOne(`verifySignature, ${what} as ${setting}`, () => careline.verifySignature(signed, strange))
    }
  }
  const stranger = { ...signing, colour: 'red' }
  assert.throws(() => careline.verifySignature(signed, stranger), { name: 'CarelineError', code: 'config_invalid' })
  const timestamp = { header: 'x-time', unit: 'seconds', colour: 'red' }
  assert.throws(() => careline.verifySignature(signed, { ...signing, timestamp }), { code: 'config_invalid' })
})

test('lists of texts and bodies bear anything in them', async () => {
  for (const [what, odd] of Object.entries(ODD)) {
    for (const list of [[odd], ['odd', odd], [{ text: 'odd' }, odd]]) {
      await bearOne(`triage, ${what} in a list`, () => careline.triageSync(list))
      await bearOne(`triage, ${what} in a list`, () => careline.triage(list))
    }
    for (const key of ['text', 'network', 'lang', 'author', 'brand', 'surface', 'visibility']) {
      // What is looked for is made ready first, in a time that grows with the square of its length.
      if (key === 'brand' && odd === ODD['a long text']) continue
      await bearOne(`triage, ${what} as ${key}`, () => careline.triageSync([{ text: 'odd', [key]: odd }]))
    }
    await bearOne(`normalise, ${what} in a list`, () => careline.normaliseSync('x', [odd]))
    await bearOne(`normalise, ${what} in a list`, () => careline.normalise('x', [odd]))
  }
  await bearOne('a list with a hole', () => careline.triageSync(['odd', , 'odd'])) // eslint-disable-line
  await bearOne('a list with a hole', () => careline.normaliseSync('x', [Buffer.from('odd'), ,])) // eslint-disable-line
})

test('records bear anything', async () => {
  for (const name of Object.keys(read)) {
    for (const [what, odd] of Object.entries(ODD)) {
      await bearOne(`toJSON ${name}, ${what}`, () => careline.toJSON(name, odd))
      await bearOne(`fromJSON ${name}, ${what}`, () => careline.fromJSON(name, odd))
    }
    for (const json of ['{}', '[]', 'null', '""', '5', '{', '{"v":1}', '\ud800', `${'['.repeat(100_000)}`]) {
      // Every field of a draft has a default.
      if (name.endsWith('Draft') && ['{}', '[]'].includes(json)) continue
      assert.throws(() => careline.fromJSON(name, json), { name: 'CarelineError' }, `${name} ${json.slice(0, 9)}`)
    }
  }
  for (const name of ['__proto__', 'constructor', 'toString', '', 'message']) {
    assert.throws(() => careline.toJSON(name, {}), { name: 'CarelineError', code: 'input_invalid' })
    assert.throws(() => careline.fromJSON(name, '{}'), { name: 'CarelineError', code: 'input_invalid' })
  }
})

test('methods without their object', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  for (const verb of verbsOf(TenantVerbs)) {
    for (const on of [undefined, null, {}, care, Object.create(Tenant.prototype)]) {
      const call = async () => {
        const found = await Tenant.prototype[verb].apply(on, goodFor(TenantVerbs, verb))
        if (found instanceof Listing) return found.page()
      }
      // A handle has some verbs of its own; what is the tenant's is not there.
      await assert.rejects(call, (error) => error instanceof TypeError || error instanceof CarelineError, verb)
    }
  }
  for (const method of ['tenant', 'receive', 'close']) {
    await assert.rejects(async () => Care.prototype[method].call(tenant, 'x', mention()), TypeError, method)
  }
})

test('half characters are repaired, wherever they stand', async (t) => {
  const half = 'a \ud83d b \udc4d c'
  const whole = 'a \ufffd b \ufffd c'
  const care = await opened(t)
  const tenant = care.tenant()
  await tenant.ingest('reviews', [review('1', `Where is my order? ${half}`)], { account: SHOP })
  const { case: { id, customer }, excerpt } = await first(tenant.queue())
  assert.equal(excerpt, `Where is my order? ${whole}`)
  await tenant.note(id, 'mia', half)
  await tenant.note(id, 'mia', 'written \\ud83d, and \\\\ud83d 👍')
  const { notes } = await tenant.case(id)
  assert.deepEqual(notes.map(({ text }) => text), [whole, 'written \\ud83d, and \\\\ud83d 👍'])
  await tenant.setFacts(customer, { [half]: half, '\\ud83d': '\\\ud83d' })
  assert.deepEqual((await tenant.customer(customer)).customer.facts, { [whole]: whole, '\\ud83d': '\\\ufffd' })
  assert.equal(careline.triageSync([{ text: half }]).length, 1)
  const text = `${half} jo@acme.example`
  assert.deepEqual(careline.triageSync([text]), careline.triageSync([{ text }]))
  assert.equal(JSON.parse(careline.toJSON('Reason', { rule: 'a.b', note: half })).note, whole)
})

test('NUL is a character like others', async (t) => {
  const text = 'a\0b jo@acme.example\0'
  const [{ pii: [{ span }] }] = careline.triageSync([text])
  assert.equal(text.slice(span.start, span.end), 'jo@acme.example')
  const tenant = (await opened(t)).tenant()
  await tenant.ingest('reviews', [review('1', `Where is my order? ${text}`)], { account: SHOP })
  const { case: { id } } = await first(tenant.queue())
  await tenant.note(id, 'mia', text)
  assert.equal((await tenant.case(id)).notes[0].text, text)
})

test('much: 100,000 texts, 100,000 bodies, one long text', { timeout: 60_000 }, async () => {
  const texts = Array.from({ length: 100_000 }, (_, n) => `ok ${n}`)
  const judged = await careline.triage(texts, { threads: 2 })
  assert.equal(judged.length, texts.length)
  assert.deepEqual(judged[99_999], careline.triageSync(['ok 99999'])[0])
  const bodies = Array(100_000).fill(Buffer.from('{}'))
  assert.equal((await careline.normalise('x', bodies, { threads: 2 })).length, bodies.length)
  assert.equal(careline.triageSync(['word '.repeat(200_000)]).length, 1)
})

test('much: a note and facts of megabytes', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention())
  const { case: { id, customer } } = await first(tenant.queue())
  const long = 'long 👍 '.repeat(500_000)
  await tenant.note(id, 'mia', long)
  assert.equal((await tenant.case(id)).notes[0].text, long)
  await tenant.setFacts(customer, { long })
  assert.equal((await tenant.customer(customer)).customer.facts.long, long)
})

test('a panic becomes an error, and the process goes on', async () => {
  const done = await run(`
    const native = require(PACKAGE + '/lib/native.js')
    const { raising } = require(PACKAGE + '/lib/errors.js')
    const { CarelineError } = require(PACKAGE)
    const { opened, mention } = require(ACME)
    for (let turn = 0; turn < 20; turn++) {
      try { raising(() => native.panics()) } catch (error) {
        if (turn === 0) say([error instanceof CarelineError, error.code, error.retry, error.status, error.message])
      }
    }
    opened({ after () {} }).then(async (care) => say((await care.receive('x', mention())).status))
  `)
  assert.equal(done.code, 0, done.stderr)
  const [[isOurs, code, retry, status, message], after] = done.said
  assert.deepEqual([isOurs, code, retry, status, after], [true, 'unexpected', 'never', 503, 200])
  assert.match(message, /panicked/)
  // What it said may be a customer's words.
  assert.ok(!message.includes('asked for'))
})

test('what is thrown and is not the native part\'s stays as it is', () => {
  const errors = [new Error('{"code":5}'), new Error('null'), new RangeError('mine')]
  for (const thrown of [...errors, 'text', undefined, null, 5]) {
    let caught
    try {
      raising(() => { throw thrown })
    } catch (error) {
      caught = error
    }
    assert.equal(caught, thrown)
  }
})

/** How many messages there are. */
async function messages (care) {
  return (await all(care.tenant().search('broken'))).length
}

test('a network that is not there is noticed without bodies', async () => {
  assert.throws(() => careline.normaliseSync('y', []), { code: 'unsupported', operation: 'normalise' })
  await assert.rejects(careline.normalise('y', []), { code: 'unsupported', operation: 'normalise' })
  assert.deepEqual(careline.normaliseSync('x', []), [])
})
