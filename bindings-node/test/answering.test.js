'use strict'

// Answering customers: what may be said and where, who approves it, what the network gets, and incidents.

const assert = require('node:assert/strict')
const { setTimeout: sleep } = require('node:timers/promises')
const { test } = require('node:test')

const { Care, CarelineError, compose, fromJSON, measure, toJSON } = require('../index.js')
const { all, first, onMastodon, opened } = require('./acme.js')

const ASKS = '😡 Sorry! What is your e-mail address?'
const APPROVED = "approvals = [{ by = ['sam'] }]"
const refused = (code, more) => ({ name: 'CarelineError', code, ...more })

const person = (id, acct) => ({ id, username: acct.split('@')[0], acct, url: `https://inst.example/@${acct}` })

/** A status, as a server of Mastodon writes it. */
function status (id, account, more) {
  const at = '2026-05-01T09:00:00.000Z'
  const uri = `https://inst.example/statuses/${id}`
  return { id, created_at: at, visibility: 'public', uri, url: uri, content: '', account, mentions: [], ...more }
}

/** A server of Mastodon where somebody complained; `sent` is what was posted there. */
function server () {
  const jo = person('7001', 'jo@other.example')
  const mentions = [{ id: '55', username: 'acme', acct: 'acme', url: 'https://inst.example/@acme' }]
  const complaint = status('109', jo, { content: '<p>@acme my order is broken, please help! 😡</p>', mentions })
  const notification = { id: '9', type: 'mention', created_at: complaint.created_at, account: jo, status: complaint }
  const sent = []
  const transport = async (url, { method, body }) => {
    const { pathname, searchParams } = new URL(url)
    let answer = []
    if (method === 'POST') {
      sent.push(JSON.parse(Buffer.from(body).toString()))
      answer = status(String(900 + sent.length), person('55', 'acme'), { visibility: sent.at(-1).visibility })
    } else if (pathname === '/api/v1/notifications' && !searchParams.has('min_id')) answer = [notification]
    return Response.json(answer)
  }
  return { transport, sent }
}

/** A care of that brand, which has read the complaint. */
async function answering (t, rules = APPROVED) {
  const { transport, sent } = server()
  const { policy, accounts } = onMastodon()
  const care = await opened(t, { policy: { text: `${rules}\n${policy.text}` }, accounts, transport })
  const tenant = care.tenant()
  await tenant.poll('acme-m')
  const complaint = await first(tenant.allCases())
  const draft = { key: 'a1', author: 'mia', to: complaint.lead, text: 'Sorry!' }
  return { care, tenant, complaint, draft, sent }
}

test('from the complaint to the answer', async (t) => {
  const { care, tenant, draft, sent } = await answering(t)
  const denied = await tenant.canSend({ ...draft, text: ASKS })
  assert.deepEqual([denied.allowed, denied.instead], [false, ['move_to_private']])
  assert.deepEqual(denied.reasons.map(({ rule }) => rule), ['guard.asks_for_pii_in_public'])
  assert.deepEqual(denied.openRoutes.map(({ verb }) => verb), ['direct_message'])

  const { verdict, reply } = await tenant.reply({ ...draft, text: ASKS, verb: 'direct_message' })
  assert.deepEqual([reply.state, reply.visibility, verdict.objections], ['awaiting_approval', 'private', []])
  await care.tick()
  assert.deepEqual(sent, [])
  const waiting = await all(tenant.replies({ states: ['awaiting_approval'] }))
  assert.deepEqual(waiting.map(({ id }) => id), [reply.id])

  const { approval } = await tenant.approve(reply.id, 'sam')
  assert.equal(approval.decidedBy, 'sam')
  assert.equal((await care.tick()).sent, 1)
  assert.deepEqual(sent.map((one) => [one.status, one.visibility]), [[`@jo@other.example ${ASKS}`, 'direct']])
  assert.equal((await care.tick()).sent, 0)
  const delivered = await tenant.replyRecord(reply.id)
  assert.equal(delivered.state, 'delivered')
  assert.deepEqual(delivered.parts.map(({ nativeId }) => nativeId), ['901'])
  assert.ok(delivered.parts[0].sentAt instanceof Date)
  const trail = await all(tenant.audit())
  assert.deepEqual(trail.map(({ act }) => act), ['reply.submit', 'policy.change', 'reply.approve', 'reply.sent'])
  assert.equal((await all(tenant.auditChain())).length, await tenant.verifyLog())
})

test('what is objected to is marked in UTF-16 units', async (t) => {
  const { tenant, draft } = await answering(t)
  const verdict = await tenant.canSend({ ...draft, text: ASKS })
  const submitted = await tenant.reply({ ...draft, text: ASKS })
  assert.equal(submitted.reply, undefined)
  for (const judged of [verdict, submitted.verdict, fromJSON('Verdict', toJSON('Verdict', verdict), ASKS)]) {
    const [{ start, end }] = judged.objections[0].spans
    assert.equal(ASKS.slice(start, end), 'What is your e-mail address')
  }
  const [{ text, entities }] = verdict.parts
  assert.equal(text, `@jo@other.example ${ASKS}`)
  assert.deepEqual(entities.map(({ span }) => text.slice(span.start, span.end)), ['@jo@other.example'])
})

test('nobody approves their own, and a no is a no', async (t) => {
  const { care, tenant, draft, sent } = await answering(t)
  const { reply } = await tenant.reply(draft)
  for (const by of ['mia', 'nobody']) await assert.rejects(tenant.approve(reply.id, by), refused('permission_denied'))
  assert.equal((await tenant.reject(reply.id, 'sam', 'too short')).state, 'rejected')
  await assert.rejects(tenant.approve(reply.id, 'sam'), ({ code, context }) => {
    assert.deepEqual([code, context.state], ['conflict', 'rejected'])
    return true
  })
  const other = await tenant.reply({ ...draft, key: 'a2' })
  await tenant.approve(other.reply.id, 'sam', { text: 'So sorry!' })
  await care.tick()
  assert.deepEqual(sent.map(({ status }) => status), ['@jo@other.example So sorry!'])
})

test('an approval that comes too late', async (t) => {
  const { care, tenant, draft, sent } = await answering(t, "approvals = [{ by = ['sam'], within = '1s' }]")
  const { reply } = await tenant.reply(draft)
  await sleep(1_100)
  await assert.rejects(tenant.approve(reply.id, 'sam'), refused('conflict'))
  await care.tick()
  assert.equal((await tenant.replyRecord(reply.id)).state, 'expired')
  assert.deepEqual(sent, [])
})

test('the same key is the same reply', async (t) => {
  const { tenant, complaint, draft } = await answering(t)
  const { reply } = await tenant.reply(draft)
  assert.deepEqual((await tenant.reply(draft)).reply, reply)
  await assert.rejects(tenant.reply({ ...draft, text: 'Other words' }), (error) => {
    assert.ok(error instanceof CarelineError && !error.message.includes('Other'))
    return error.code === 'conflict'
  })
  assert.equal((await all(tenant.replies({ case: complaint.id }))).length, 1)
  assert.equal((await tenant.withdraw(reply.id, 'mia')).state, 'withdrawn')
})

test('one who read less is told', async (t) => {
  const { tenant, draft } = await answering(t)
  const read = await tenant.reading(draft.to)
  assert.ok(Number.isSafeInteger(read))
  assert.ok((await tenant.canSend({ ...draft, key: 'a2', read })).allowed)
  await tenant.reply({ ...draft, author: 'sam', text: 'We look into it.' })
  const moved = await tenant.canSend({ ...draft, key: 'a2', read })
  assert.deepEqual([moved.allowed, moved.instead], [false, ['read_again']])
  assert.ok((await tenant.canSend({ ...draft, key: 'a2', read: await tenant.reading(draft.to) })).allowed)
})

for (const [what, wrong] of Object.entries({
  'a text that is a number': { text: 5 },
  'a flag that is a text': { markdown: 'yes' },
  'one guard for several': { despite: 'tone' },
  'a reading below zero': { read: -1 },
  'a time that is none': { notBefore: new Date(NaN) },
  'a time that is a text': { notBefore: 'soon' },
  'several messages': { to: ['m'] }
})) {
  test(`wrong types are refused: ${what}`, async (t) => {
    const { tenant, draft } = await answering(t)
    const given = { ...draft, text: 'lost the zebra parcel', ...wrong }
    for (const call of [() => tenant.canSend(given), () => tenant.reply(given)]) {
      const error = await call().then(assert.fail, (error) => error)
      assert.equal(error.code, 'input_invalid')
      assert.ok(!error.message.includes('zebra'))
    }
    assert.deepEqual(await all(tenant.replies()), [])
  })
}

test('unknown and missing fields are refused', async (t) => {
  const { tenant, draft } = await answering(t)
  const unknown = { name: 'TypeError', message: /no field 'txt'; there is key, author/ }
  assert.throws(() => tenant.reply({ ...draft, txt: 'x' }), unknown)
  assert.throws(() => tenant.reply({ ...draft, key: undefined }), { name: 'TypeError', message: /'key' is needed/ })
  for (const nothing of [undefined, null, 'hi']) assert.throws(() => tenant.canSend(nothing), { name: 'TypeError' })
  assert.throws(() => tenant.openIncident({ key: 'i', name: 'Outage' }, 'mia'), { message: /'when' is needed/ })
})

test('a draft that is wrong is denied', async (t) => {
  const { tenant, draft } = await answering(t)
  for (const wrong of [{ key: '' }, { to: 'm0' }, { verb: 'sing' }, { author: 'nobody' }, { text: ' ' }]) {
    const verdict = await tenant.canSend({ ...draft, ...wrong })
    assert.ok(!verdict.allowed && verdict.reasons.length > 0, Object.keys(wrong)[0])
    assert.equal((await tenant.reply({ ...draft, ...wrong })).reply, undefined)
  }
})

test('tenants answer for themselves', async (t) => {
  const { transport } = server()
  const { policy, accounts } = onMastodon()
  const other = "brand.name = 'Other'\nagents = [{ id = 'mia' }, { id = 'sam' }]"
  const care = await Care.open('memory:', { tenants: { acme: policy, other: { text: other } }, accounts, transport })
  t.after(() => care.close())
  const [acme, stranger] = [care.tenant('acme'), care.tenant('other')]
  await acme.poll('acme-m')
  const { lead: to } = await first(acme.allCases())
  const draft = { key: 'a1', author: 'mia', to, text: 'Sorry!' }
  const { reply } = await acme.reply(draft)
  assert.equal((await stranger.canSend(draft)).allowed, false)
  for (const verb of ['approve', 'withdraw', 'sendAfterAll']) {
    await assert.rejects(stranger[verb](reply.id, 'sam'), refused('not_found'), verb)
  }
  await assert.rejects(stranger.replyRecord(reply.id), refused('not_found'))
  await assert.rejects(stranger.reading(to), refused('not_found'))
  assert.deepEqual(await all(stranger.replies()), [])
  assert.deepEqual(await all(stranger.audit()), [])
  assert.equal((await acme.replyRecord(reply.id)).state, 'queued')
})

test('an incident from its beginning to its end', async (t) => {
  const { tenant, complaint, draft } = await answering(t)
  const outage = { key: 'outage', name: 'Outage', when: { terms: ['broken'] }, since: complaint.openedAt }
  const incident = await tenant.openIncident(outage, 'mia')
  assert.deepEqual(await tenant.openIncident(outage, 'sam'), incident)
  assert.deepEqual((await tenant.incidentCases(incident.id)).map(({ id }) => id), [complaint.id])
  assert.equal((await tenant.canSend(draft)).held, true)
  const { reply: held } = await tenant.reply(draft)
  assert.equal(held.state, 'held')
  assert.deepEqual((await tenant.owedIn(incident.id)).map((owed) => owed.held), [held.id])
  const [owed] = await tenant.releaseIncident(incident.id, 'mia')
  assert.deepEqual([owed.case.id, owed.held], [complaint.id, held.id])
  await assert.rejects(tenant.releaseIncident(incident.id, 'mia'), refused('conflict'))
  assert.deepEqual((await all(tenant.incidents())).map(({ releasedBy }) => releasedBy), ['mia'])
  await assert.rejects(tenant.openIncident({ key: 'all', name: 'All', when: {} }, 'mia'), refused('input_invalid'))
})

test('a case that goes on elsewhere', async (t) => {
  const { tenant, complaint } = await answering(t)
  const { handoffs: [handoff] } = await tenant.handOff(complaint.id, 'email', 'mia', { note: 'ticket 7' })
  assert.deepEqual([handoff.to, handoff.state, handoff.note], ['email', 'elsewhere', 'ticket 7'])
  await assert.rejects(tenant.handOff(complaint.id, 'private', 'mia'), refused('input_invalid'))
  assert.deepEqual(await tenant.suggestions(complaint.id), [])
  await assert.rejects(tenant.suggestions('c0'), refused('not_found'))
})

test('measure: as the network does', () => {
  const text = '👩‍👩‍👧 hé ' + 'x'.repeat(280)
  const { length, max, unit, fits, within } = measure(text, 'x')
  assert.deepEqual([length, max, unit, fits], [286, 280, 'weighted', false])
  assert.equal(text.slice(within.end), 'xxxxxx')
  assert.ok(measure(text, 'x', { surface: 'direct_message' }).fits)
  assert.equal(measure('a\ud83d', 'mastodon').length, 2)
})

test('compose: as the network takes it', () => {
  const how = { markdown: true, mentions: ['jo'], signature: '^MK' }
  const { parts: [part], notes } = compose('😡 **Sorry**', 'x', how)
  assert.deepEqual([part.text, notes], ['@jo 😡 Sorry ^MK', ['emphasis']])
  assert.deepEqual(part.entities.map(({ span }) => part.text.slice(span.start, span.end)), ['@jo'])
  assert.equal(compose('Sorry to hear that. '.repeat(30), 'x', { thread: true }).parts.length, 3)
})

test('measure and compose: what is wrong is said', () => {
  for (const [code, call] of [
    ['too_large', () => compose('x'.repeat(281), 'x')],
    ['input_invalid', () => compose(' ', 'x')],
    ['input_invalid', () => compose('hi', 'x', { mentions: ['no handle'] })],
    ['input_invalid', () => compose('hi', 'x', { mentions: 5 })],
    ['input_invalid', () => measure(5, 'x')],
    ['input_invalid', () => measure('hi', 'x', { max: -1 })],
    ['input_invalid', () => measure('hi')],
    ['unsupported', () => measure('hi', 'acme-shop')]
  ]) assert.throws(call, refused(code), call.toString())
  assert.throws(() => measure('hi', 'x', { surfaces: 'post' }), { name: 'TypeError' })
})

const BACK = 'https://desk.example/back'
const KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
const CONNECTED = { x: { network: 'x', native_id: '1', handle: 'acme', client_id: 'made-up' } }
const ON_X = { text: "brand.name = 'Acme'\naccounts = [{ id = 'x', network = 'x', native_id = '1' }]" }

/** X, where somebody grants a token and the account behind it has this id. */
const granting = (id) => async (url, { method }) => Response.json(method === 'POST'
  ? { access_token: 'made-up-1', refresh_token: 'made-up-2', expires_in: 7200 }
  : { data: { id, username: 'acme' } })

const cameBack = ({ url }) => `${BACK}?code=abc&state=${new URL(url).searchParams.get('state')}`

test('a person connects the account, and no other', async (t) => {
  const settings = { policy: ON_X, accounts: CONNECTED, tokenKeys: [KEY] }
  const tenant = (await opened(t, { ...settings, transport: granting('1') })).tenant()
  await assert.rejects(tenant.tokenStanding('x'), refused('not_found'))
  const begun = await tenant.beginAuthorisation('x', BACK)
  assert.ok(begun.url.startsWith('https://x.com/'))
  const forged = tenant.finishAuthorisation('x', begun.pending, `${BACK}?code=abc&state=forged`)
  await assert.rejects(forged, refused('input_invalid'))
  const standing = await tenant.finishAuthorisation('x', begun.pending, cameBack(begun))
  assert.deepEqual([standing.kind, standing.dead, standing.daysLeft], ['user', undefined, undefined])
  assert.ok(standing.expiresAt instanceof Date)
  assert.deepEqual(await tenant.tokenStanding('x'), standing)
  assert.equal((await tenant.check('x')).handle, 'acme')
  const expiresAt = new Date(Date.now() + 49 * 3_600_000)
  assert.equal((await tenant.connect('x', 'made-up-3', { expiresAt })).daysLeft, 2)

  const other = (await opened(t, { ...settings, transport: granting('2') })).tenant()
  const theirs = await other.beginAuthorisation('x', BACK)
  await assert.rejects(other.finishAuthorisation('x', theirs.pending, cameBack(theirs)), refused('config_invalid'))
})

test('keys for tokens are looked at', async () => {
  for (const tokenKeys of [KEY, [5], ['short'], ['env:CARELINE_NOT_SET']]) {
    const wrong = { name: 'CarelineError', code: 'config_invalid' }
    await assert.rejects(Care.open('memory:', { policy: ON_X, tokenKeys }), wrong)
  }
})
