'use strict'

const assert = require('node:assert/strict')
const { once } = require('node:events')
const http = require('node:http')
const http2 = require('node:http2')
const net = require('node:net')
const { test } = require('node:test')

const { webhook } = require('../../adapters/http.js')
const { conforms, listening, mention, opened, spent, taken } = require('./acme.js')

conforms('http', (t, care) => listening(t, http.createServer(webhook(care))))

/** A server where `before` has the request first. */
async function after (t, care, before) {
  const answer = webhook(care)
  return listening(t, http.createServer(async (req, res) => {
    await before(req, res)
    await answer(req, res)
  }))
}

const consumed = async (req) => Buffer.concat(await req.toArray())

test('http: a stream that was read is refused', async (t) => {
  await spent(t, await after(t, await opened(t), consumed), /req\.rawBody/)
})

test('http: a stream of which something was read is refused', async (t) => {
  await spent(t, await after(t, await opened(t), async (req) => {
    await once(req, 'readable')
    req.read(1)
  }), /req\.rawBody/)
})

test('http: a parsed body is never written again', async (t) => {
  const ask = await after(t, await opened(t), async (req) => { req.body = JSON.parse(await consumed(req)) })
  assert.equal((await ask(mention())).status, 503)
})

for (const [what, keep] of [
  ['as req.rawBody', async (req) => { req.rawBody = await consumed(req) }],
  ['as a string', async (req) => { req.rawBody = String(await consumed(req)) }],
  ['beside what was parsed', async (req) => {
    req.rawBody = await consumed(req)
    req.body = JSON.parse(req.rawBody)
  }],
  ['as an array of bytes', async (req) => { req.body = new Uint8Array(await consumed(req)) }]
]) {
  test(`http: bytes that were kept ${what} are taken`, async (t) => {
    const care = await opened(t)
    await taken(care, await after(t, care, keep))
  })
}

test('http: a stream that was paused, or whose chunks are strings, is read', async (t) => {
  const care = await opened(t)
  await taken(care, await after(t, care, async (req) => { req.pause().setEncoding('utf8') }))
})

test('http: where something else answered, nothing breaks', async (t) => {
  const ask = await after(t, await opened(t), async (req, res) => { res.writeHead(504).end() })
  assert.equal((await ask(mention())).status, 504)
  assert.equal((await ask(mention())).status, 504)
})

for (const [what, breakOff] of [
  ['while it is read', (req, socket) => { socket.destroy() }],
  ['before it is read', (req, socket) => new Promise((resolve) => req.once('close', resolve) && socket.destroy())],
  ['as the host ends it', (req) => { setImmediate(() => req.destroy()) }]
]) {
  test(`http: a body that breaks off ${what} is waited for no longer`, { timeout: 20_000 }, async (t) => {
    const answer = webhook(await opened(t))
    const server = http.createServer()
    const ask = await listening(t, server)
    const socket = net.connect(ask.port, '127.0.0.1').on('error', () => {})
    t.after(() => socket.destroy())
    socket.write('POST /hooks/x HTTP/1.1\r\nhost: acme.example\r\ncontent-length: 1000\r\n\r\n{"data"')
    const [req, res] = await once(server, 'request')
    await breakOff(req, socket)
    await answer(req, res)
    assert.equal(res.statusCode, 400)
  })
}

test('http: of a body that is too large, no more is read', { timeout: 20_000 }, async (t) => {
  const answer = webhook(await opened(t))
  const server = http.createServer()
  const ask = await listening(t, server)
  const { headers } = mention()
  const asked = ask({ method: 'POST', path: '/hooks/x', headers, chunks: [' '.repeat(4 * 1024 * 1024), ' '] })
  const [req, res] = await once(server, 'request')
  await answer(req, res)
  assert.ok(req.isPaused())
  assert.equal((await asked).status, 413)
})

test('http: HTTP/2 is spoken as well', { timeout: 20_000 }, async (t) => {
  const care = await opened(t)
  const server = http2.createServer(webhook(care)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`)
  t.after(() => {
    session.destroy()
    server.close()
  })
  const ask = async ({ method, path, headers, body }) => {
    const stream = session.request({ ':method': method, ':path': path, ...headers })
    stream.end(body)
    const [answer] = await once(stream, 'response')
    return { status: answer[':status'], headers: answer, body: Buffer.concat(await stream.toArray()).toString() }
  }
  await taken(care, ask)
  const large = { ...mention().headers, 'content-length': '5000000' }
  const stream = session.request({ ':method': 'POST', ':path': '/hooks/x', ...large })
  const [answer] = await once(stream, 'response')
  assert.equal(answer[':status'], 413)
})

test('http: a connection is kept, but not one with a body that is too large', { timeout: 20_000 }, async (t) => {
  const ask = await listening(t, http.createServer(webhook(await opened(t))))
  const socket = net.connect(ask.port, '127.0.0.1')
  t.after(() => socket.destroy())
  let seen = ''
  socket.setEncoding('utf8').on('data', (text) => { seen += text })
  const until = async (pattern) => {
    while (!pattern.test(seen)) await once(socket, 'data')
  }
  const head = (method, more = '') => `${method} /hooks/x?crc_token=a HTTP/1.1\r\nhost: acme.example\r\n${more}\r\n`
  socket.write(head('GET'))
  await until(/response_token/)
  socket.write(head('POST', 'content-length: 2\r\n') + '{}')
  await until(/signature_invalid/)
  assert.doesNotMatch(seen, /connection: close/i)
  socket.write(head('POST', 'content-length: 5000000\r\n'))
  await once(socket, 'close')
  assert.match(seen, /413 Payload Too Large[^]*connection: close[^]*too_large/i)
})
