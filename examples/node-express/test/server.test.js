'use strict'

// The service as its users see it: a process on a free port, talked to over HTTP alone.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { createHmac } = require('node:crypto')
const { once } = require('node:events')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { createInterface } = require('node:readline')
const { after, before, test } = require('node:test')

const EXAMPLE = path.join(__dirname, '..')
const CARELINE = path.join(EXAMPLE, '..', '..', 'bindings-node')
const SECRET = 'made-up secret'
const TOKEN = 'made-up token'

const express = whereIs('express')
const skip = express ? false : 'skipped: express is not installed'

/** The service, running. */
class Service {
  complaints = ''

  static async start (folder) {
    const service = new Service()
    const env = { ...process.env, API_TOKEN: TOKEN, X_CONSUMER_SECRET: SECRET, PORT: '0' }
    const child = spawn(process.execPath, ['server.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    service.child = child
    service.ended = once(child, 'exit')
    child.stderr.on('data', (text) => { service.complaints += text })
    const lines = createInterface({ input: child.stdout })
    const patience = setTimeout(() => child.kill('SIGKILL'), 30_000)
    const [first] = await Promise.race([once(lines, 'line'), service.ended])
    clearTimeout(patience)
    service.address = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(first)?.[1]
    if (service.address === undefined) {
      await service.stop()
      assert.fail(`it does not start: ${first} ${service.complaints}`)
    }
    return service
  }

  /** Asks it to end, and tells how it did. */
  async stop () {
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 15_000)
    this.child.kill('SIGTERM')
    const how = await this.ended
    clearTimeout(patience)
    return how
  }

  /** A call of the API. */
  call (method, where, fields, token = TOKEN) {
    return this.http(method, where, fields && JSON.stringify(fields), this.headers(token))
  }

  headers (token) {
    return { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  }

  /** Posts a body, signed as X does. */
  hook (body, { secret = SECRET, endpoint = 'x' } = {}) {
    const signature = `sha256=${digest(secret, body)}`
    const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': signature }
    return this.http('POST', `/hooks/${endpoint}`, body, headers)
  }

  /** The open case of a customer in the queue. */
  async itemOf (author) {
    return (await this.queue()).find((item) => item.customerName === author)
  }

  /** All pages of the queue. */
  async queue (limit = 50) {
    const items = []
    for (let after; ;) {
      const query = new URLSearchParams({ limit, ...(after && { after }) })
      const { body } = await this.call('GET', `/queue?${query}`)
      items.push(...body.items)
      if (body.after === undefined) return items
      after = body.after
    }
  }

  async http (method, where, body, headers) {
    const signal = AbortSignal.timeout(30_000)
    const response = await fetch(this.address + where, { method, headers, body, signal })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }
}

let folder
let service
let posts = 0

before(async () => {
  if (skip) return
  folder = installed()
  service = await Service.start(folder)
})

after(async () => {
  await service?.stop()
  if (folder) fs.rmSync(folder, { recursive: true })
})

test('a complaint is in the queue once, however often it is delivered', { skip }, async () => {
  const body = post('@acme my order is broken, please help!', '11')
  for (let time = 0; time < 3; time++) assert.deepEqual(await service.hook(body), { status: 200, body: 'ok' })
  const { case: found, excerpt } = await service.itemOf('11')
  assert.deepEqual([found.tier, found.team, found.messages], [1, 'care', 1])
  assert.equal(excerpt, '@acme my order is broken, please help!')
  const view = await service.call('GET', `/cases/${found.id}`)
  assert.equal(view.body.threads[0].messages[0].content.text, '@acme my order is broken, please help!')
  const why = await service.call('GET', `/cases/${found.id}/why`)
  assert.ok(why.body.assessment.evidence.length > 0)
})

test('what is due is done without anybody asking for it', { skip }, async () => {
  const yesterday = Date.now() - 86_400_000
  await service.hook(post('@acme my parcel never came, where is it?', '12', yesterday))
  const { id } = (await service.itemOf('12')).case
  const broken = async () => (await service.call('GET', `/cases/${id}`)).body.case.clocks.some((c) => c.breachedAt)
  const deadline = Date.now() + 30_000
  while (!await broken()) assert.ok(Date.now() < deadline, 'the broken promise is not seen')
})

test('a case is worked on and closed', { skip }, async () => {
  await service.hook(post('@acme my kettle leaks, help!', '13'))
  const at = `/cases/${(await service.itemOf('13')).case.id}`
  const assigned = await service.call('POST', `${at}/assign`, { agent: 'mia', actor: 'mia' })
  assert.equal(assigned.body.assignment.agent, 'mia')
  const noted = await service.call('POST', `${at}/notes`, { author: 'mia', text: 'a new one is sent' })
  assert.equal(noted.status, 201)
  const closed = await service.call('POST', `${at}/close`, { actor: 'mia', outcome: 'replaced' })
  assert.deepEqual([closed.status, closed.body.status, closed.body.outcome], [200, 'closed', 'replaced'])
  assert.equal(await service.itemOf('13'), undefined)
  assert.deepEqual((await service.call('GET', at)).body.notes.map((note) => note.text), ['a new one is sent'])
  const late = await service.call('POST', `${at}/assign`, { agent: 'noah', actor: 'mia' })
  assert.deepEqual(coded(late), [409, 'conflict'])
})

test('the queue is read page by page', { skip }, async () => {
  const authors = ['31', '32', '33', '34', '35']
  for (const author of authors) await service.hook(post('@acme where is my order?', author))
  const names = (await service.queue(2)).map((item) => item.customerName)
  assert.equal(new Set(names).size, names.length)
  for (const author of authors) assert.ok(names.includes(author), author)
})

test('refusals say what is wrong', { skip }, async () => {
  const body = post('@acme my order is broken, please help!', '14')
  assert.deepEqual(await service.hook(body, { secret: 'another secret' }), { status: 401, body: 'signature_invalid' })
  assert.equal((await service.hook(body, { endpoint: 'y' })).status, 404)
  assert.equal(await service.itemOf('14'), undefined)
  assert.deepEqual(coded(await service.call('GET', '/cases/none')), [404, 'not_found'])
  assert.deepEqual(coded(await service.call('GET', '/queue?after=nowhere')), [400, 'input_invalid'])
  assert.deepEqual(coded(await service.call('POST', '/cases/none/close')), [400, 'input_invalid'])
  assert.deepEqual(coded(await service.call('GET', '/queue', undefined, 'another token')), [401, 'unauthenticated'])
  const unreadable = await service.http('POST', '/cases/none/close', '{', service.headers(TOKEN))
  assert.deepEqual(coded(unreadable), [400, 'entity.parse.failed'])
})

test('the challenge of the network is answered', { skip }, async () => {
  const { status, body } = await service.http('GET', '/hooks/x?crc_token=abc')
  assert.equal(status, 200)
  assert.equal(body.response_token, `sha256=${digest(SECRET, 'abc')}`)
})

test('it ends when asked to, and keeps everything', { skip }, async () => {
  const folder = installed()
  let service = await Service.start(folder)
  try {
    await service.hook(post('@acme my order is broken, please help!', '15'))
    assert.deepEqual(await service.stop(), [0, null], service.complaints)
    service = await Service.start(folder)
    assert.equal((await service.itemOf('15')).case.messages, 1)
  } finally {
    await service.stop()
    fs.rmSync(folder, { recursive: true })
  }
})

/** A folder with the example as it is once it is installed. */
function installed () {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'care-service-'))
  for (const file of ['server.mjs', 'policy.toml']) fs.copyFileSync(path.join(EXAMPLE, file), path.join(folder, file))
  fs.mkdirSync(path.join(folder, 'node_modules'))
  fs.symlinkSync(CARELINE, path.join(folder, 'node_modules', 'careline'), 'dir')
  fs.symlinkSync(express, path.join(folder, 'node_modules', 'express'), 'dir')
  return folder
}

function whereIs (name) {
  try {
    return path.dirname(require.resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** What X posts about a new post; its id tells when it was written. */
function post (text, author, at = Date.now()) {
  const id = String((BigInt(at + posts++) - 1_288_834_974_657n) << 22n)
  const payload = { id, text, author_id: author }
  const data = { event_uuid: id, event_type: 'post.mention.create', filter: { user_id: '1001' }, payload }
  return JSON.stringify({ data })
}

const digest = (secret, text) => createHmac('sha256', secret).update(text).digest('base64')

const coded = ({ status, body }) => [status, body.code]
