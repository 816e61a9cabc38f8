'use strict'

// What a host does with a handle, from the webhook to the closed case.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')

const { Care, CarelineError, Listing, Tenant, toJSON } = require('../index.js')
const {
  COMPLAINT, POLICY, SECRET, SHOP, all, first, folder, mention, opened, posted, review, settings, sign
} = require('./acme.js')

const SIGNATURE = 'x-twitter-webhooks-signature'
const refused = (code, more) => ({ name: 'CarelineError', code, ...more })

test('receive: a signed body is answered, and its message is there', async (t) => {
  const care = await opened(t)
  assert.deepEqual(await care.receive('x', mention()), {
    status: 200,
    contentType: 'text/plain; charset=utf-8',
    body: 'ok',
    ingested: { added: 1, changed: 0, known: 0, quarantined: 0 }
  })
  const item = await first(care.tenant().queue())
  assert.equal(item.excerpt, COMPLAINT)
  assert.deepEqual([item.case.tier, item.case.intent, item.case.status], [1, 'complaint', 'queued'])
})

test('receive: headers as every framework has them', async (t) => {
  const care = await opened(t)
  const { headers: { [SIGNATURE]: signature }, body } = mention()
  const forms = {
    'an object': { [SIGNATURE]: signature },
    'another case': { 'X-Twitter-Webhooks-Signature': signature, Other: 'a' },
    'lists of values': { [SIGNATURE]: [signature], 'set-cookie': ['a', 'b'], nothing: undefined },
    'a Headers object': new Headers({ [SIGNATURE]: signature }),
    pairs: [[SIGNATURE, signature], ['accept', '*/*']],
    'a Map': new Map([[SIGNATURE, signature]])
  }
  for (const [form, headers] of Object.entries(forms)) {
    assert.equal((await care.receive('x', { headers, body })).status, 200, form)
  }
  assert.equal((await all(care.tenant().queue())).length, 1)
})

test('receive: bodies as every framework has them', async (t) => {
  const care = await opened(t)
  const { headers, body } = mention()
  const exact = new Uint8Array(body)
  const padded = new Uint8Array([1, 2, ...body, 3])
  for (const raw of [body, exact, exact.buffer, padded.subarray(2, -1), new DataView(padded.buffer, 2, body.length)]) {
    assert.equal((await care.receive('x', { headers, body: raw })).status, 200, raw.constructor.name)
  }
})

test('receive: what is not signed is refused, and nothing of it is kept', async (t) => {
  const care = await opened(t)
  const { headers: { [SIGNATURE]: signature }, body } = mention()
  const others = {
    missing: {},
    wrong: { [SIGNATURE]: sign(body, 'another made-up secret') },
    'of another body': { [SIGNATURE]: sign('{}') },
    'without prefix': { [SIGNATURE]: signature.slice('sha256='.length) },
    empty: { [SIGNATURE]: '' },
    cut: { [SIGNATURE]: signature.slice(0, -4) },
    doubled: [[SIGNATURE, signature], [SIGNATURE, signature]],
    'doubled in two cases': { [SIGNATURE]: signature, 'X-Twitter-Webhooks-Signature': signature },
    'doubled in a list': { [SIGNATURE]: [signature, signature] }
  }
  for (const [what, headers] of Object.entries(others)) {
    const error = await care.receive('x', { headers, body }).then(assert.fail, (error) => error)
    assert.ok(error instanceof CarelineError, what)
    assert.deepEqual([error.code, error.status, error.operation], ['signature_invalid', 401, 'receive'])
    assert.deepEqual([error.retry, error.retryable], ['never', false])
    // Neither what would be right nor what customers say.
    const told = JSON.stringify({ ...error, message: error.message, stack: error.stack })
    for (const secret of [SECRET, sign(body), signature.slice(7, 20), 'broken']) assert.ok(!told.includes(secret), what)
  }
  const touched = { headers: { [SIGNATURE]: signature }, body: Buffer.concat([body, Buffer.from(' ')]) }
  await assert.rejects(care.receive('x', touched), refused('signature_invalid'))
  assert.deepEqual(await all(care.tenant().allCases()), [])
  assert.equal(await care.tenant().verifyLog(), 0)
})

test('receive: while a secret is rotated both are taken', async (t) => {
  const care = await opened(t, { endpoints: { x: { network: 'x', consumer_secrets: ['old made-up', 'new made-up'] } } })
  assert.equal((await care.receive('x', mention({ number: 1, secret: 'old made-up' }))).status, 200)
  assert.equal((await care.receive('x', mention({ number: 2, secret: 'new made-up' }))).status, 200)
  await assert.rejects(care.receive('x', mention({ number: 3 })), refused('signature_invalid'))
})

test('receive: a challenge is answered, and other endpoints are not there', async (t) => {
  const care = await opened(t)
  const asked = { method: 'GET', headers: {}, query: '?crc_token=made-up' }
  const answer = await care.receive('x', asked)
  assert.deepEqual(JSON.parse(answer.body), { response_token: sign('made-up') })
  assert.match(answer.contentType, /^application\/json/)
  assert.deepEqual(await care.receive('x', { ...asked, query: 'crc_token=made-up' }), answer)
  await assert.rejects(care.receive('y', mention()), refused('not_found', { status: 404, context: { endpoint: 'y' } }))
})

test('receive: a message is there once, however often and in whatever way it comes', async (t) => {
  const care = await opened(t)
  const again = []
  for (let turn = 0; turn < 5; turn++) again.push(await care.receive('x', mention()))
  assert.deepEqual(again.map(({ ingested }) => ingested.added), [1, 0, 0, 0, 0])
  assert.equal(await messages(care.tenant()), 1)
})

test('receive: 50 at once give each message once', async (t) => {
  const care = await opened(t, { store: `sqlite://${join(folder(t), 'care.db')}` })
  const numbers = Array.from({ length: 50 }, (_, place) => place % 25 + 1)
  const posts = numbers.map((number) => mention({ number, author: `70${number}` }))
  const answers = await Promise.all(posts.map((post) => care.receive('x', post)))
  const added = answers.map(({ ingested }) => ingested.added)
  assert.equal(added.reduce((sum, one) => sum + one), 25)
  assert.equal(await messages(care.tenant()), 25)
  assert.ok(await care.tenant().verifyLog() > 0)
})

test('receive: what cannot be read or belongs to nobody is set aside, not dropped', async (t) => {
  const care = await opened(t)
  const { ingested } = await care.receive('x', mention({ number: 1, to: '999' }))
  assert.equal(ingested.quarantined, 1)
  await care.receive('x', mention({ number: 2, text: 7 }))
  await care.receive('x', posted({ nonsense: 1 }))
  const found = await all(care.tenant().quarantine())
  assert.deepEqual(found.map(({ error }) => error.code).sort(), ['account_unknown', 'account_unknown', 'input_invalid'])
  for (const { receivedAt, delivery } of found) {
    assert.ok(receivedAt instanceof Date)
    assert.equal(typeof delivery, 'string')
  }
})

test('ingest: a message of the least kind, a whole event, both again', async (t) => {
  const tenant = (await opened(t)).tenant()
  const { scope, nativeId, surface, visibility } = review('1', '')
  const bare = { scope, nativeId, surface, visibility }
  const whole = review('2', 'I was charged twice, I want my money back')
  const content = { ...whole.content, entities: [], attachments: [], extensions: {} }
  const body = { kind: 'message', revision: 0, ...whole, content }
  const event = { v: 1, account: SHOP, channel: 'host', receivedAt: new Date(), body }
  const took = (added, known) => ({ added, changed: 0, known, quarantined: 0 })
  assert.deepEqual(await tenant.ingest('reviews', [bare, event], { account: SHOP }), took(2, 0))
  assert.deepEqual(await tenant.ingest('reviews', [bare, event], { account: SHOP }), took(0, 2))
  assert.deepEqual(await tenant.ingest('reviews', new Set([event])), took(0, 1))
  assert.deepEqual(await tenant.ingest('reviews', [], { account: SHOP }), took(0, 0))
  const opened_ = await first(tenant.queue({ network: 'acme-shop' }))
  assert.equal(opened_.case.category, 'billing')
  assert.equal(opened_.case.team, 'billing')
})

test('ingest: what it was read from is kept with it', async (t) => {
  const tenant = (await opened(t)).tenant()
  const raw = Buffer.from('Review;1;Where is my order?')
  await tenant.ingest('reviews', [review('1', 'Where is my order?')], { account: SHOP, raw })
  await tenant.ingest('reviews', [review('2', 'And mine?')], { account: SHOP })
  const kept = JSON.stringify(await tenant.export({ raw: true }))
  assert.ok([raw.toString(), raw.toString('base64')].some((form) => kept.includes(form)))
})

test('tick: routes what waits to whoever takes work', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention())
  assert.equal((await care.tick()).routed, 1)
  assert.equal((await first(tenant.queue())).case.status, 'queued')
  const until = new Date(Date.now() + 3_600_000)
  await tenant.setPresence('mia', true, { until })
  const ticked = await care.tick()
  assert.deepEqual(ticked.failed, [])
  assert.equal(+ticked.nextDue, +until)
  const { case: held } = await first(tenant.queue({ agent: 'mia' }))
  assert.equal(held.assignment.agent, 'mia')
  const [presence] = await tenant.roster()
  assert.deepEqual(presence.cases, [held.id])
  assert.deepEqual([presence.agent, presence.online, +presence.until], ['mia', true, +until])
  await assert.rejects(tenant.setPresence('nobody', true), refused('not_found'))
})

test('queue: filters, and who waits longest', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ number: 2, author: '702' }))
  await care.receive('x', mention({ number: 1, author: '701' }))
  await tenant.ingest('reviews', [review('1', 'I was charged twice by you, refund me please')], { account: SHOP })
  const networks = async (listing) => (await all(listing)).map((item) => item.case.network)
  assert.deepEqual(await networks(tenant.queue()), ['acme-shop', 'x', 'x'])
  assert.deepEqual(await networks(tenant.queue({ network: 'x' })), ['x', 'x'])
  assert.deepEqual(await networks(tenant.queue({ team: 'billing' })), ['acme-shop'])
  assert.deepEqual(await networks(tenant.queue({ agent: 'mia' })), [])
  assert.deepEqual(await networks(tenant.queue({ queued: true, awaiting: true })), ['acme-shop', 'x', 'x'])
  const [, { case: { dueAt } }] = await all(tenant.queue())
  assert.deepEqual(await networks(tenant.queue({ dueBefore: dueAt })), ['acme-shop'])
  assert.deepEqual(await networks(tenant.queue({ dueFrom: dueAt })), ['x', 'x'])
  const waits = (await all(tenant.unanswered())).map((item) => +item.case.awaitingSince)
  assert.deepEqual(waits, waits.toSorted((one, other) => one - other))
  assert.equal(waits.length, 3)
  assert.deepEqual(await tenant.countOpen({ by: 'network' }), { 'acme-shop': 1, x: 2 })
  assert.deepEqual(await tenant.countOpen({ by: 'team', network: 'x' }), { care: 2 })
  assert.deepEqual(await tenant.countOpen(), { 1: 3 })
  await assert.rejects(tenant.countOpen({ by: 'mood' }), refused('input_invalid'))
})

test('a case from its first turn to its end', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention())
  const { case: { id } } = await first(tenant.queue())

  assert.equal((await tenant.assign(id, 'sam', 'mia')).assignment.agent, 'sam')
  assert.equal((await tenant.release(id, 'sam', 'lunch')).assignment, undefined)
  assert.equal((await tenant.release(id, 'sam', 'about money', { team: 'billing' })).team, 'billing')
  await assert.rejects(tenant.accept(id, 'sam'), refused('conflict'))
  await assert.rejects(tenant.assign(id, 'nobody', 'mia'), refused('not_found'))
  assert.equal(await tenant.note(id, 'mia', 'Called back: see order 7 👍'), undefined)
  const closed = await tenant.close(id, 'mia', 'resolved')
  assert.deepEqual([closed.status, closed.outcome], ['closed', 'resolved'])
  assert.ok(closed.closedAt instanceof Date)
  await assert.rejects(tenant.assign(id, 'mia', 'mia'), refused('conflict'))
  const reopened = await tenant.reopen(id, 'mia')
  assert.deepEqual([reopened.status, reopened.reopened, reopened.closedAt], ['queued', 1, undefined])

  const { assessment } = await tenant.explain(id)
  const corrected = await tenant.correct(id, 'mia', { ...assessment, tier: 2, intent: 'question' })
  assert.deepEqual([corrected.tier, corrected.intent], [2, 'question'])

  const view = await tenant.case(id)
  assert.deepEqual(view.notes.map(({ by, text }) => [by, text]), [['mia', 'Called back: see order 7 👍']])
  const kinds = view.timeline.map(({ kind }) => kind)
  for (const kind of ['opened', 'assigned', 'released', 'queued', 'noted', 'closed', 'reopened', 'reassessed']) {
    assert.ok(kinds.includes(kind), kind)
  }
  const lines = await all(tenant.history(id))
  assert.equal(lines.filter(({ line }) => line === 'note').length, 1)
  assert.equal(lines.length, view.timeline.length + view.notes.length)
  await assert.rejects(tenant.case('c0'), refused('not_found', { context: { case: 'c0' } }))
})

test('an offer is accepted by whom it was made to', async (t) => {
  const text = POLICY.replace("{ id = 'care' }", "{ id = 'care', accept_within = '5m' }")
  const care = await opened(t, { policy: { text } })
  const tenant = care.tenant()
  await care.receive('x', mention())
  await tenant.setPresence('mia', true)
  await care.tick()
  const { case: offered } = await first(tenant.queue())
  assert.equal(offered.status, 'offered')
  assert.ok(offered.assignment.acceptBy instanceof Date)
  await assert.rejects(tenant.accept(offered.id, 'sam'), refused('conflict'))
  const accepted = await tenant.accept(offered.id, 'mia')
  assert.deepEqual([accepted.status, accepted.assignment.acceptBy], ['open', undefined])
})

test('explain: every reason, with its rule', async (t) => {
  const care = await opened(t)
  await care.receive('x', mention())
  const { case: { id } } = await first(care.tenant().queue())
  const { text, assessment, reasons } = await care.tenant().explain(id)
  assert.equal(text, COMPLAINT)
  const rules = assessment.evidence.map(({ rule }) => rule)
  assert.ok(rules.includes('text.complaint_word') && rules.includes('listen.mention_of_us'), rules.join())
  assert.equal(reasons[0].kind, 'opened')
  assert.ok(reasons[0].reasons.some(({ rule }) => rule === 'sla.usual_1'))
})

test('threads, people and words are found', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ number: 1 }))
  await care.receive('x', mention({ number: 2, text: '@acme and my kettle leaks', author: '333' }))
  const { case: { customer, conversations: [thread] } } = await first(tenant.queue())
  assert.equal((await tenant.thread(thread)).messages.length, 1)
  assert.equal((await all(tenant.messagesIn(thread)))[0].conversation, thread)
  assert.equal(await tenant.thread('t0'), undefined)
  assert.equal((await all(tenant.customers())).length, 2)
  const view = await tenant.customer(customer)
  assert.equal(view.customer.id, customer)
  assert.equal(view.identities[0].profile.nativeId, '222')
  assert.deepEqual((await all(tenant.casesOf(customer))).map(({ id }) => id), view.cases.map(({ id }) => id))
  assert.deepEqual((await all(tenant.messagesBy(customer))).map(({ id }) => id), view.messages.map(({ id }) => id))
  const found = async (query) => (await all(tenant.search(query))).map(({ content }) => content.text)
  assert.deepEqual(await found('kettle'), ['@acme and my kettle leaks'])
  assert.deepEqual(await found('leak kett'), [])
  assert.deepEqual(await found('kettle lea'), ['@acme and my kettle leaks'])
  assert.equal((await found('my')).length, 2)
  assert.deepEqual(await found('"\'* OR NEAR('), [])
  await assert.rejects(tenant.customer('p0'), refused('not_found'))
})

test('people are merged by evidence, and parted again', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ number: 1, author: '222' }))
  await care.receive('x', mention({ number: 2, author: '333' }))
  const [{ id: one }, { id: other }] = await all(tenant.customers())
  await assert.rejects(tenant.mergeCustomers(one, other, 'mia', []), refused('input_invalid'))
  await tenant.mergeCustomers(one, other, 'mia', ['both named order 7'])
  assert.deepEqual((await tenant.customer(other)).customer.id, one)
  assert.equal((await all(tenant.casesOf(one))).length, 2)
  const { customer: { merges } } = await tenant.customer(one)
  assert.deepEqual(merges.map(({ from, by, evidence }) => ({ from, by, evidence })), [
    { from: other, by: 'mia', evidence: ['both named order 7'] }
  ])
  await tenant.unmergeCustomers(one, other, 'mia')
  assert.equal((await tenant.customer(other)).customer.id, other)
  assert.equal((await all(tenant.casesOf(one))).length, 1)
})

test('facts are told, changed and taken back', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention())
  const { id } = await first(tenant.customers())
  const facts = async () => (await tenant.customer(id)).customer.facts
  await tenant.setFacts(id, { number: 'K-7', value: { tier: 2, tags: ['vip', null] }, since: 2019.5, open: true })
  assert.deepEqual(await facts(), { number: 'K-7', value: { tier: 2, tags: ['vip', null] }, since: 2019.5, open: true })
  await tenant.setFacts(id, { number: null, open: false, value: undefined })
  assert.deepEqual(await facts(), { value: { tier: 2, tags: ['vip', null] }, since: 2019.5, open: false })
  // A number that is none would read as null, and take the fact back.
  await assert.rejects(tenant.setFacts(id, { since: NaN }), refused('input_invalid'))
  await assert.rejects(tenant.setFacts(id, { value: { at: new Date(NaN) } }), refused('input_invalid'))
  assert.deepEqual(await facts(), { value: { tier: 2, tags: ['vip', null] }, since: 2019.5, open: false })
})

test('erase: nothing of a person is left, and the log still holds together', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ number: 1, text: '@acme my zebra kettle is broken, help', author: '222' }))
  await care.receive('x', mention({ number: 2, author: '333' }))
  const { customer } = await first(tenant.search('zebra'))
  const receipt = await tenant.erase({ customer })
  assert.deepEqual(receipt.customers, [customer])
  for (const kind of ['messages', 'cases', 'raw_deliveries', 'identities']) assert.equal(receipt.removed[kind], 1, kind)
  assert.deepEqual(await all(tenant.search('zebra')), [])
  assert.ok(!JSON.stringify(await tenant.export({ raw: true })).includes('zebra'))
  await assert.rejects(tenant.customer(customer), refused('not_found'))
  assert.ok(await tenant.verifyLog() > 0)
  await assert.rejects(tenant.erase(), refused('input_invalid'))
  await assert.rejects(tenant.erase({ customer, message: 'm0' }), refused('input_invalid'))

  const { id } = await first(tenant.search('order'))
  assert.equal((await tenant.erase({ message: id })).removed.messages, 1)
  assert.equal(await messages(tenant), 0)
  assert.ok(!JSON.stringify(await tenant.export({ raw: true })).includes('broken'))
})

test('export: of one person and of all', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ number: 1, author: '222' }))
  await care.receive('x', mention({ number: 2, text: '@acme is my zebra there?', author: '333' }))
  const { customer } = await first(tenant.search('zebra'))
  const whole = JSON.stringify(await tenant.export())
  const part = JSON.stringify(await tenant.export({ customer }))
  assert.ok(whole.includes('zebra') && whole.includes('broken'))
  assert.ok(part.includes('zebra') && !part.includes('broken'))
})

test('retain: what the policy no longer allows to keep is gone', async (t) => {
  const text = `${POLICY}\n[retention]\nmessages = '1d'\nraw = '1d'\ncustomers = '1d'`
  const care = await opened(t, { policy: { text } })
  const tenant = care.tenant()
  await tenant.ingest('reviews', [review('1', 'Where is my zebra kettle?')], { account: SHOP })
  const { case: { id } } = await first(tenant.queue())
  assert.deepEqual(await tenant.retain(), { removed: {}, customers: [] })
  await tenant.close(id, 'mia', 'resolved')
  const { removed } = await tenant.retain()
  assert.ok(removed.messages === 1 || removed.payloads === 1, JSON.stringify(removed))
  assert.deepEqual(await all(tenant.search('zebra')), [])
  const { removed: byTenant, failed } = await care.upkeep()
  assert.deepEqual(failed, [])
  assert.ok('default' in byTenant)
})

test('counters: totals, volume by time, coverage', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ number: 1 }))
  await care.receive('x', mention({ number: 600, author: '333' }))
  assert.deepEqual(await tenant.totals('tier.'), { 'tier.1': 2 })
  assert.deepEqual(await tenant.totals('no such'), {})
  const steps = await tenant.volume('network.x')
  assert.deepEqual(steps.map(({ name, value }) => ({ name, value })), Array(2).fill({ name: 'network.x', value: 1 }))
  assert.equal(steps[1].bucket - steps[0].bucket, 600_000)
  assert.equal((await tenant.volume('network.x', { since: steps[1].bucket })).length, 1)
  assert.equal((await tenant.volume('network.x', { until: steps[1].bucket })).length, 1)
  assert.deepEqual(await tenant.coverage(), { 'acme-x': { pushed: 2, listed: 0, both: 0 } })
  assert.deepEqual(await tenant.accountStates(), [])
  assert.ok(await tenant.verifyLog() >= 2)
})

test('shadow: another policy shows what would differ, and nothing is changed', async (t) => {
  const text = '@acme 😡 die Rücksendung is broken, please help!'
  const care = await opened(t)
  const tenant = care.tenant()
  await care.receive('x', mention({ text }))
  await care.tick()
  const before = await tenant.export({ raw: true })
  assert.equal((await tenant.shadow()).differing, 0)
  const policy = POLICY + "[[categories]]\nid = 'returns'\nterms = { any = ['Rücksendung'] }"
  const report = await tenant.shadow({ policy, limit: 5 })
  const { messages, compared, differing, more } = report
  assert.deepEqual({ messages, compared, differing, more }, { messages: 1, compared: 1, differing: 1, more: false })
  const { changes: [{ to, count, examples: [example] }] } = report.fields.find(({ field }) => field === 'category')
  assert.deepEqual([to, count], ['returns', 1])
  const { span } = example.reasons.find(({ value }) => value === 'returns')
  assert.equal(text.slice(span.start, span.end), 'Rücksendung')
  assert.ok(!toJSON('ShadowReport', report).includes('Rücksendung'))
  assert.deepEqual(await tenant.export({ raw: true }), before)
  const broken = "[brand]\nname = 'Acme'\nlangauge = 'de'"
  const wrong = { code: 'config_invalid', message: /policy:3:1: brand.langauge/ }
  await assert.rejects(tenant.shadow({ policy: broken }), wrong)
})

test('notices are told once', async (t) => {
  const care = await opened(t)
  await care.receive('x', mention())
  assert.deepEqual(await care.notices(), [])
  await care.tick()
  const due = await care.notices()
  assert.ok(due.length > 0)
  assert.deepEqual(await care.notices(), [], 'whoever has them tells them')
  for (const notice of due) {
    assert.equal(notice.tenant, 'default')
    assert.equal(notice.effect.action.action, 'notify')
    assert.deepEqual(notice.effect.action.who, ['care'])
    // As it may have come through a queue of the host's.
    assert.equal(await care.told({ ...notice, effect: { ...notice.effect } }), undefined)
  }
  assert.deepEqual(await care.notices(), [])
})

test('tenants see nothing of each other', async (t) => {
  const policy = (name, id) => ({
    text: `brand.name = '${name}'\naccounts = [{ id = '${id}', network = 'x', native_id = '${id}' }]`
  })
  const tenants = { acme: policy('Acme', '1'), umbra: policy('Umbra', '2') }
  const care = await opened(t, { policy: undefined, tenants })
  assert.deepEqual(care.tenants, ['acme', 'umbra'])
  await care.receive('x', mention({ number: 1, to: '1' }))
  await care.receive('x', mention({ number: 2, to: '2', text: '@umbra my lamp is broken, help', author: '333' }))
  const [acme, umbra] = [care.tenant('acme'), care.tenant('umbra')]
  assert.ok(acme instanceof Tenant)
  assert.equal(acme.id, 'acme')
  assert.deepEqual((await all(umbra.queue())).map(({ excerpt }) => excerpt), ['@umbra my lamp is broken, help'])
  assert.deepEqual(await all(acme.search('lamp')), [])
  const { case: { id } } = await first(umbra.queue())
  await assert.rejects(acme.case(id), refused('not_found'))
  assert.throws(() => care.tenant('nobody'), refused('not_found', { context: { tenant: 'nobody' } }))
  assert.throws(() => care.tenant(), refused('not_found'), 'there is no default here')
  assert.deepEqual(await acme.totals('network.'), { 'network.x': 1 })
})

test('lists read nothing until somebody looks', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  const listing = tenant.queue({ limit: 1 })
  assert.ok(listing instanceof Listing)
  await care.receive('x', mention())
  assert.equal((await all(listing)).length, 1)
  await care.receive('x', mention({ number: 2, author: '333' }))
  assert.equal((await all(listing)).length, 2, 'a list may be read again')
  for await (const item of listing) {
    assert.equal(item.case.network, 'x')
    break
  }
  const unread = tenant.queue()
  await care.close()
  await assert.rejects(unread.page(), refused('unavailable'))
})

test('lists page without a gap', async (t) => {
  const care = await opened(t)
  const tenant = care.tenant()
  const reviews = Array.from({ length: 7 }, (_, n) => review(`${n}`, `Where is my order ${n}? Help!`))
  await tenant.ingest('reviews', reviews, { account: SHOP })
  await Promise.all([1, 2, 3].map((n) => care.receive('x', mention({ number: n, to: '9' }))))
  const { case: { id, conversations: [thread], customer } } = await first(tenant.queue())
  await tenant.note(id, 'mia', 'one')
  await tenant.note(id, 'mia', 'two')
  const lists = {
    queue: (page) => tenant.queue(page),
    unanswered: (page) => tenant.unanswered(page),
    allCases: (page) => tenant.allCases(page),
    customers: (page) => tenant.customers(page),
    search: (page) => tenant.search('order', page),
    quarantine: (page) => tenant.quarantine(page),
    history: (page) => tenant.history(id, page),
    messagesIn: (page) => tenant.messagesIn(thread, page),
    casesOf: (page) => tenant.casesOf(customer, page),
    messagesBy: (page) => tenant.messagesBy(customer, page)
  }
  for (const [name, list] of Object.entries(lists)) {
    const whole = await all(list())
    assert.ok(whole.length >= 1, name)
    for (const limit of [1, 2, whole.length, 500]) {
      assert.deepEqual(await all(list({ limit })), whole, `${name} by ${limit}`)
      const sizes = []
      for await (const { items } of list({ limit }).pages()) sizes.push(items.length)
      assert.ok(sizes.every((size) => size <= limit) && sizes.length <= whole.length / limit + 1, `${name}: ${sizes}`)
    }
    const { items, after } = await list({ limit: 1 }).page()
    if (after === undefined) continue
    assert.deepEqual([...items, ...await all(list({ after }))], whole, name)
    assert.deepEqual(await list({ limit: 1 }).page(after), await list({ limit: 1, after }).page(), name)
  }
  assert.equal((await all(lists.queue())).length, 7)
  assert.equal((await all(lists.quarantine())).length, 3)
  await assert.rejects(tenant.queue({ limit: 0 }).page(), refused('input_invalid'))
  await assert.rejects(tenant.queue({ after: 'made up' }).page(), refused('input_invalid'))
})

test('close: what is under way comes to its end, the rest is refused', async (t) => {
  const store = `sqlite://${join(folder(t), 'care.db')}`
  const care = await Care.open(store, settings())
  const tenant = care.tenant()
  const underWay = [1, 2, 3, 4].map((number) => care.receive('x', mention({ number, author: `70${number}` })))
  await care.close()
  await care.close()
  for (const { status } of await Promise.all(underWay)) assert.equal(status, 200)
  await assert.rejects(care.receive('x', mention()), refused('unavailable'))
  await assert.rejects(care.tick(), refused('unavailable'))
  await assert.rejects(tenant.case('c0'), refused('unavailable'))
  await assert.rejects(tenant.ingest('reviews', []), refused('unavailable'))
  assert.throws(() => care.tenant(), refused('unavailable'))
  assert.throws(() => care.tenants, refused('unavailable'))

  const again = await opened(t, { store })
  assert.equal(await messages(again.tenant()), 4)
  assert.deepEqual((await again.receive('x', mention({ number: 1, author: '701' }))).ingested.added, 0)
})

test('close: a handle closes at the end of its block', async () => {
  const care = await Care.open('memory:', settings())
  await care[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]()
  await assert.rejects(care.tick(), refused('unavailable'))
})

test('two handles on one file see one another', async (t) => {
  const store = `sqlite://${join(folder(t), 'care.db')}`
  const [one, other] = [await opened(t, { store }), await opened(t, { store })]
  const took = await Promise.all([1, 2, 3, 1, 2, 3].map((number, place) =>
    (place % 2 ? one : other).receive('x', mention({ number, author: `70${number}` }))))
  assert.equal(took.reduce((sum, { ingested }) => sum + ingested.added, 0), 3)
  assert.equal(await messages(one.tenant()), 3)
  assert.equal(await messages(other.tenant()), 3)
})

/** How many messages there are: everybody writes one only once. */
async function messages (tenant) {
  let count = 0
  for (const { id } of await all(tenant.customers())) count += (await all(tenant.messagesBy(id))).length
  return count
}
