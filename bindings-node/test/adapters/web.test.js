'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { CarelineError } = require('../../index.js')
const { webhook } = require('../../adapters/web.js')
const { conforms, mention, opened, spent, warned, warnings } = require('./acme.js')

const NAMES = ['web', 'http', 'express', 'fastify', 'nest', 'hono', 'lambda']

conforms('web', async (t, care) => asking(webhook(care)), { bodies: false, doubled: false })

function asking (answer) {
  return async (asked) => told(await answer(request(asked)))
}

function request ({ method, path, headers, body }) {
  const list = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
  return new Request(`https://acme.example${path}`, { method, headers: list, body, duplex: 'half' })
}

async function told (response) {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}

test('web: a body that was read, or is being read, is refused', async (t) => {
  const answer = webhook(await opened(t))
  await spent(t, async (asked) => {
    const read = request(asked)
    await read.json()
    return told(await answer(read))
  }, /clone\(\)/)
  const locked = request(mention())
  locked.body.getReader()
  assert.equal((await answer(locked)).status, 503)
})

test('web: a clone works', async (t) => {
  const answer = webhook(await opened(t))
  const given = request(mention())
  const clone = given.clone()
  await given.json()
  assert.equal((await answer(clone)).status, 200)
})

test('web: of a body that is too large, no more is read', { timeout: 20_000 }, async (t) => {
  const answer = webhook(await opened(t))
  let pulled = 0
  let cancelled = false
  const endless = () => new ReadableStream({
    pull (controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(1024 * 1024))
    },
    cancel () {
      cancelled = true
    }
  })
  const announced = { ...mention().headers, 'content-length': String(5 * 1024 * 1024) }
  const large = request({ ...mention(), headers: announced, body: endless() })
  // What is pulled while nobody reads.
  await warned()
  const before = pulled
  assert.equal((await answer(large)).status, 413)
  assert.equal(pulled, before)
  assert.equal((await answer(request({ ...mention(), body: endless() }))).status, 413)
  assert.ok(cancelled)
  assert.ok(pulled < 10, String(pulled))
})

test('web: a body that breaks off is refused', async (t) => {
  const seen = warnings(t)
  const answer = webhook(await opened(t))
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
  const response = await answer(request({ ...mention(), body: broken }))
  assert.deepEqual([response.status, await response.text()], [400, 'input_invalid'])
  assert.deepEqual(seen, [])
})

test('web: an answer without a body has none', async () => {
  const answer = webhook({ receive: async () => ({ status: 204, contentType: 'text/plain', body: '' }) })
  const response = await answer(request(mention()))
  assert.deepEqual([response.status, response.body], [204, null])
})

test('adapters: what is no handle is refused at once, and what a function returns at the first request', async (t) => {
  const seen = warnings(t)
  for (const name of NAMES) {
    const { webhook } = require(`../../adapters/${name}.js`)
    for (const wrong of [undefined, null, 'memory:', {}, Promise.resolve({ receive () {} })]) {
      assert.throws(() => webhook(wrong), (error) => error instanceof CarelineError && error.code === 'config_invalid')
    }
  }
  const response = await webhook(() => undefined)(request(mention()))
  assert.deepEqual([response.status, await response.text()], [503, 'config_invalid'])
  await warned()
  assert.equal(seen.length, 1)
})

test('adapters: requests at once open one handle', async (t) => {
  const care = await opened(t)
  let calls = 0
  const answer = webhook(async () => {
    calls += 1
    return care
  })
  const answers = await Promise.all(Array.from({ length: 20 }, () => answer(request(mention()))))
  assert.deepEqual(answers.map(({ status }) => status), Array(20).fill(200))
  assert.equal(calls, 1)
})

test('adapters: each can be imported by its name', async () => {
  for (const name of NAMES) {
    assert.equal(typeof (await import(`careline/adapters/${name}`)).webhook, 'function', name)
  }
})
