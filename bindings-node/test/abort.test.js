'use strict'

// Whoever waits may stop waiting. What was begun comes to its end all the same.

const assert = require('node:assert/strict')
const { getEventListeners } = require('node:events')
const { join } = require('node:path')
const { test } = require('node:test')

const { Care } = require('../index.js')
const { SHOP, all, first, folder, mention, onMastodon, opened, review, settings } = require('./acme.js')
const { run } = require('./fresh.js')

const REASON = { why: 'the caller hung up' }
const is = (reason) => (error) => error === reason

/** Calls of every kind that take a signal, and may be made of a handle with one message. */
async function calls (care) {
  const tenant = care.tenant()
  const { case: { id, customer } } = await first(tenant.queue())
  return {
    receive: (signal) => care.receive('x', mention({ number: 7, author: '777' }), { signal }),
    ingest: (signal) => tenant.ingest('reviews', [review('7', 'Where is it?')], { account: SHOP, signal }),
    tick: (signal) => care.tick({ signal }),
    upkeep: (signal) => care.upkeep({ signal }),
    notices: (signal) => care.notices({ signal }),
    case: (signal) => tenant.case(id, { signal }),
    explain: (signal) => tenant.explain(id, { signal }),
    note: (signal) => tenant.note(id, 'mia', 'noted', { signal }),
    assign: (signal) => tenant.assign(id, 'mia', 'mia', { signal }),
    setFacts: (signal) => tenant.setFacts(customer, { number: 'K-7' }, { signal }),
    setPresence: (signal) => tenant.setPresence('mia', true, { signal }),
    erase: (signal) => tenant.erase({ customer, signal }),
    export: (signal) => tenant.export({ signal }),
    verifyLog: (signal) => tenant.verifyLog({ signal }),
    'a page': (signal) => tenant.queue({ signal }).page(),
    'a list': (signal) => all(tenant.search('order', { signal }))
  }
}

async function withMessage (t, more) {
  const care = await opened(t, more)
  await care.receive('x', mention())
  return care
}

test('aborted before: nothing is begun', async (t) => {
  const care = await withMessage(t)
  const before = await care.tenant().export({ raw: true })
  for (const [name, call] of Object.entries(await calls(care))) {
    await assert.rejects(call(AbortSignal.abort(REASON)), is(REASON), name)
    await assert.rejects(call(AbortSignal.abort()), { name: 'AbortError' }, name)
  }
  assert.deepEqual(await care.tenant().export({ raw: true }), before)
})

test('aborted while under way: the reason comes at once, and what was begun comes to its end', async (t) => {
  const care = await withMessage(t)
  const tenant = care.tenant()
  for (const [name, call] of Object.entries(await calls(care))) {
    const giving = new AbortController()
    const waiting = call(giving.signal)
    giving.abort(REASON)
    // Whoever waits is told before anything that takes longer than a promise.
    const turn = new Promise((resolve) => setImmediate(resolve)).then(() => 'too late')
    await assert.rejects(Promise.race([waiting, turn]), is(REASON), name)
  }
  // The same again waits its turn behind what was begun.
  assert.equal((await care.receive('x', mention({ number: 7, author: '777' }))).ingested.added, 0)
  assert.equal((await tenant.ingest('reviews', [review('7', 'Where is it?')], { account: SHOP })).added, 0)
  assert.ok(await tenant.verifyLog() > 0)
})

test('a tick is given up while an advisor thinks: its answer counts', { timeout: 20_000 }, async (t) => {
  const { promise: asked, resolve: wasAsked } = later()
  const { promise: answer, resolve: answers } = later()
  const advise = () => {
    wasAsked()
    return answer
  }
  const care = await opened(t, { advisors: [{ id: 'acme-slow/1', advise }] })
  const tenant = care.tenant()
  await tenant.ingest('reviews', [review('1', 'At what time do you open?')], { account: SHOP })
  const giving = new AbortController()
  const waiting = care.tick({ signal: giving.signal })
  await asked
  giving.abort(REASON)
  await assert.rejects(waiting, is(REASON))
  assert.equal((await care.tick()).advised, 0, 'it is still asked about')
  assert.equal((await first(tenant.queue())).case.tier, 2)
  answers([{ about: 'urgency', value: 'yes', weight: 9, rule: 'acme.recall' }])
  await until(async () => (await first(tenant.queue())).case.tier === 1)
  const steps = (await tenant.case((await first(tenant.queue())).case.id)).timeline
  assert.equal(steps.filter(({ kind }) => kind === 'advised').length, 1)
})

test('a poll is given up while the network is silent', { timeout: 20_000 }, async (t) => {
  const { promise: asked, resolve: wasAsked } = later()
  const { promise: answer, resolve: answers } = later()
  const care = await opened(t, {
    ...onMastodon(),
    transport: async () => {
      wasAsked()
      await answer
      return new Response('[]')
    }
  })
  const signal = AbortSignal.timeout(20)
  const begun = performance.now()
  // A timer of a signal keeps no process alive, so this one waits beside it.
  const alive = setTimeout(() => {}, 5_000)
  t.after(() => clearTimeout(alive))
  const waiting = care.tenant().poll('acme-m', { signal })
  await asked
  await assert.rejects(waiting, { name: 'TimeoutError' })
  assert.ok(performance.now() - begun < 4_000)
  answers()
  assert.deepEqual(await care.tenant().poll('acme-m'), { added: 0, changed: 0, known: 0, quarantined: 0 })
})

test('nothing is half-written: 40 given up at once are there whole, once the file is opened again', async (t) => {
  const store = `sqlite://${join(folder(t), 'care.db')}`
  const care = await Care.open(store, settings())
  const giving = new AbortController()
  const { signal } = giving
  const numbers = Array.from({ length: 40 }, (_, n) => n)
  const waiting = numbers.map((number) => care.receive('x', mention({ number, author: `70${number}` }), { signal }))
  giving.abort(REASON)
  for (const { status, reason } of await Promise.allSettled(waiting)) {
    assert.equal(status, 'rejected')
    assert.equal(reason, REASON)
  }
  await care.receive('x', mention({ number: 99, author: '799' }))
  await care.close()
  const again = await opened(t, { store })
  const tenant = again.tenant()
  await until(async () => (await all(tenant.customers())).length === 41)
  assert.equal((await all(tenant.queue())).length, 41)
  assert.equal((await all(tenant.search('broken'))).length, 41)
  assert.ok(await tenant.verifyLog() > 0)
})

test('a list stops where its signal says so', async (t) => {
  const care = await opened(t)
  const reviews = Array.from({ length: 5 }, (_, n) => review(`${n}`, 'Where is my order?'))
  await care.tenant().ingest('reviews', reviews, { account: SHOP })
  const giving = new AbortController()
  const seen = []
  await assert.rejects(async () => {
    for await (const item of care.tenant().queue({ limit: 2, signal: giving.signal })) {
      if (seen.push(item) === 2) giving.abort(REASON)
    }
  }, is(REASON))
  assert.equal(seen.length, 2)
})

test('aborted afterwards: nothing happens, and nothing is left on the signal', async (t) => {
  const care = await withMessage(t)
  const giving = new AbortController()
  for (let turn = 0; turn < 200; turn++) await care.tick({ signal: giving.signal })
  assert.ok(getEventListeners(giving.signal, 'abort').length <= 1)
  const answer = care.tick({ signal: giving.signal })
  await answer
  giving.abort(REASON)
  assert.deepEqual((await answer).failed, [])
})

test('what fails does so with its own error, though there is a signal', async (t) => {
  const care = await withMessage(t)
  const { signal } = new AbortController()
  await assert.rejects(care.tenant().case('c0', { signal }), { name: 'CarelineError', code: 'not_found' })
  await assert.rejects(care.receive('y', mention(), { signal }), { name: 'CarelineError', code: 'not_found' })
})

test('one signal for many calls makes Node warn of nothing', async () => {
  const done = await run(`
    const { opened, mention } = require(ACME)
    opened({ after () {} }).then(async (care) => {
      const { signal } = new AbortController()
      await Promise.all(Array.from({ length: 50 }, (_, number) => care.receive('x', mention({ number }), { signal })))
      say('done')
    })
  `)
  assert.deepEqual(done, { code: 0, signal: null, said: ['done'], stdout: '"done"\n', stderr: '' })
})

test('what is given up and fails later disturbs nobody', async () => {
  const done = await run(`
    const { opened, mention } = require(ACME)
    opened({ after () {} }).then(async (care) => {
      const giving = new AbortController()
      const { signal } = giving
      const waiting = [care.tenant().case('c0', { signal }), care.receive('y', mention(), { signal })]
      giving.abort('enough')
      say((await Promise.allSettled(waiting)).map(({ reason }) => reason))
      await care.tick()
    })
  `)
  assert.deepEqual([done.code, done.said, done.stderr], [0, [['enough', 'enough']], ''])
})

function later () {
  let resolve
  const promise = new Promise((_resolve) => { resolve = _resolve })
  return { promise, resolve }
}

/** Waits for what comes about in the background. */
async function until (came) {
  const end = performance.now() + 10_000
  while (!await came()) assert.ok(performance.now() < end, 'it did not come about')
}

test('a request ends at its deadline, however far that is', { timeout: 20_000 }, async () => {
  const { driven } = require('../lib/job.js')
  for (const [ms, ends] of [[50, 'TimeoutError'], [1e12, 'a request that was answered']]) {
    const request = { method: 'GET', url: 'https://acme.example', headers: [], deadline: Date.now() + ms }
    let end
    const ended = new Promise((resolve) => { end = resolve })
    const steps = [{ calls: [{ id: 1, kind: 'send', json: JSON.stringify(request) }] }, new Error('the work is over')]
    const job = {
      step: async () => {
        const next = steps.shift()
        if (next instanceof Error) throw next
        return next
      },
      answer: () => end('a request that was answered'),
      threw: (id, name) => end(name)
    }
    const transport = (url, { signal }) => new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      setTimeout(() => resolve(new Response('[]')), 300)
    })
    await assert.rejects(driven(job, () => {}, { transport }))
    assert.equal(await ended, ends)
  }
})
