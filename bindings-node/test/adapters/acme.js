'use strict'

// The brand whose webhooks the adapters receive, what X posts to it, and what every adapter has to do with that.

const assert = require('node:assert/strict')
const { createHmac } = require('node:crypto')
const { once } = require('node:events')
const http = require('node:http')
const { test } = require('node:test')
const { setImmediate } = require('node:timers/promises')

const { Care } = require('../../index.js')

const MAX_BODY = 4 * 1024 * 1024
const SECRET = 'made-up secret'
const PATIENCE = 20_000

/** A handle that is closed when the test is over. */
async function opened (t) {
  const policy = "brand.name='Acme'\nagents=[{id='mia'}]\naccounts=[{id='acme-x',network='x',native_id='1'}]"
  const care = await Care.open('memory:', {
    policy: { text: policy },
    endpoints: { x: { network: 'x', consumer_secrets: [SECRET] } }
  })
  t.after(() => care.close())
  return care
}

/** How many cases wait. */
async function waiting (care) {
  return (await care.tenant().queue().page()).items.length
}

const sign = (text, secret = SECRET) => 'sha256=' + createHmac('sha256', secret).update(text).digest('base64')

/** A mention as X posts it. Its spaces and its escape are lost to whoever parses it and writes it again. */
function mention ({ secret, padding = '' } = {}) {
  const text = '@acme my order is broken, \\u0070lease help!'
  const body = Buffer.from(
    '{"data": {"event_uuid": "7", "event_type": "post.mention.create", "filter": {"user_id": "1"}, ' +
    `"payload": {"id": "2090000000000000001", "text": "${text}", "author_id": "222"}}}${padding}`
  )
  return {
    method: 'POST',
    path: '/hooks/x',
    headers: { 'content-type': 'application/json', 'x-twitter-webhooks-signature': sign(body, secret) },
    body
  }
}

/** Warnings of careline to the process during a test. */
function warnings (t) {
  const told = []
  const listen = (warning) => {
    if (warning.name === 'CarelineWarning') told.push(warning.message)
  }
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  return told
}

/** Warnings come a tick late. */
const warned = setImmediate

/** A server of node:http on a free port, closed when the test is over. */
async function listening (t, server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return asking(server.address().port)
}

/** Asks a server on a port: `{ method, path, headers, body }` to `{ status, headers, body }`. */
function asking (port) {
  return Object.assign((asked) => answered(sent(port, asked)), { port })
}

/** A request on its way. One with `chunks` announces no length and does not end: the answer must come all the same. */
function sent (port, { method, path, headers, body, chunks }) {
  const length = body === undefined || chunks !== undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  const options = { method, path, headers: { ...length, ...headers }, agent: false, timeout: PATIENCE }
  const request = http.request({ port, host: '127.0.0.1', ...options })
  request.on('timeout', () => request.destroy(new Error('no answer came')))
  if (chunks === undefined) return request.end(body)
  for (const chunk of chunks) request.write(chunk)
  request.flushHeaders()
  return request
}

async function answered (request) {
  // The connection may break once the answer is there, as the rest is not read.
  request.on('error', () => {})
  const [response] = await once(request, 'response')
  const body = Buffer.concat(await response.toArray()).toString()
  request.destroy()
  return { status: response.statusCode, headers: response.headers, body }
}

/**
 * What every adapter does. `serve(t, care)` mounts `webhook(care)` under /hooks and returns how to ask it.
 *
 * - `bodies: false`: it never sees how a body comes in.
 * - `doubled: false`: headers that came twice are one to it.
 * - `without`: what parsers of the framework refuse before it.
 * - `unexpected(t, care)`: as `serve`; what is thrown comes back with status 500 and the body `boom`.
 */
function conforms (name, serve, { bodies = true, doubled = true, without = [], skip, unexpected } = {}) {
  const check = (what, run) => {
    if (!without.includes(what)) test(`${name}: ${what}`, { skip, timeout: 3 * PATIENCE }, run)
  }

  check('a signed body is there exactly once', async (t) => {
    const care = await opened(t)
    const ask = await serve(t, care)
    for (const path of ['/hooks/x', '/hooks/x', '/hooks/x?some=thing', '/hooks/%78']) {
      const { status, headers, body } = await ask({ ...mention(), path })
      assert.deepEqual({ status, type: headers['content-type'], body }, { status: 200, type: TEXT, body: 'ok' })
      assert.equal(await waiting(care), 1)
    }
  })

  check('a wrong signature is refused without details', async (t) => {
    const care = await opened(t)
    const ask = await serve(t, care)
    refused(await ask(mention({ secret: 'another made-up secret' })), 401, 'signature_invalid')
    const { headers: { 'x-twitter-webhooks-signature': _, ...unsigned }, ...asked } = mention()
    refused(await ask({ ...asked, headers: unsigned }), 401, 'signature_invalid')
    assert.equal(await waiting(care), 0)
  })

  check('there are endpoints that are not there', async (t) => {
    const ask = await serve(t, await opened(t))
    for (const path of ['/hooks/y', '/hooks/%ff']) {
      const { status } = await ask({ ...mention(), path })
      // Some routers refuse what cannot be decoded themselves.
      assert.ok(status === 404 || (status === 400 && path === '/hooks/%ff'), `${path}: ${status}`)
    }
    refused(await ask({ ...mention(), path: '/hooks/y' }), 404, 'not_found')
  })

  check('a challenge is answered', async (t) => {
    const ask = await serve(t, await opened(t))
    const path = '/hooks/x?crc_token=a%2Bb%26c%20d&nonce=1'
    const { status, headers, body } = await ask({ method: 'GET', path, headers: {} })
    assert.equal(status, 200)
    assert.match(headers['content-type'], /^application\/json/)
    assert.deepEqual(JSON.parse(body), { response_token: sign('a+b&c d') })
    refused(await ask({ method: 'GET', path: '/hooks/x', headers: {} }), 400, 'input_invalid')
  })

  check('other methods are not allowed', async (t) => {
    const care = await opened(t)
    const ask = await serve(t, care)
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await ask({ ...mention(), method })
      refused(answer, 405, 'unsupported')
      assert.equal(answer.headers.allow, 'GET, POST')
    }
    assert.equal((await ask({ method: 'HEAD', path: '/hooks/x?crc_token=a', headers: {} })).status, 405)
    assert.equal(await waiting(care), 0)
  })

  check('a large body is taken', async (t) => {
    const care = await opened(t)
    const ask = await serve(t, care)
    assert.equal((await ask(mention({ padding: ' '.repeat(MAX_BODY - mention().body.length) }))).status, 200)
    assert.equal(await waiting(care), 1)
  })

  check('a body that is too large is refused', async (t) => {
    const ask = await serve(t, { receive: async () => OK })
    const padding = ' '.repeat(MAX_BODY)
    if (!bodies) return refused(await ask(mention({ padding })), 413, 'too_large')
    const { headers, ...asked } = mention()
    // It is refused by what it announces: nothing of it is sent.
    const announced = { ...headers, 'content-length': String(MAX_BODY + 1) }
    refused(await ask({ ...asked, headers: announced, chunks: [] }), 413, 'too_large')
    refused(await ask({ ...asked, headers, chunks: [padding, ' '] }), 413, 'too_large')
  })

  check('no body at all is nothing signed', async (t) => {
    const ask = await serve(t, await opened(t))
    refused(await ask({ ...mention(), body: undefined }), 401, 'signature_invalid')
    const { 'content-type': _, ...headers } = mention().headers
    refused(await ask({ ...mention(), headers, body: undefined }), 401, 'signature_invalid')
  })

  check('other content types come in raw as well', async (t) => {
    const seen = []
    const ask = await serve(t, {
      receive: async (endpoint, { body }) => {
        seen.push(Buffer.from(body).toString())
        return OK
      }
    })
    const { 'content-type': _, ...headers } = mention().headers
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/x-unheard-of', undefined]) {
      const given = type === undefined ? headers : { ...headers, 'content-type': type }
      assert.equal((await ask({ ...mention(), headers: given, body: 'a=1 & b' })).status, 200, type)
    }
    assert.deepEqual(seen, Array(4).fill('a=1 & b'))
  })

  check('a header that came twice keeps both values', async (t) => {
    let seen
    const ask = await serve(t, {
      receive: async (endpoint, { headers }) => {
        seen = [...pairs(headers)]
        return OK
      }
    })
    await ask({ ...mention(), headers: { ...mention().headers, 'X-Twice': ['a', 'b'] } })
    const values = seen.filter(([name]) => name.toLowerCase() === 'x-twice').map(([, value]) => value)
    assert.deepEqual(values.flat(), doubled ? ['a', 'b'] : [values.includes('a,b') ? 'a,b' : 'a, b'])
  })

  check('a handle may be opened lazily, and again where that failed', async (t) => {
    const care = await opened(t)
    const told = warnings(t)
    let calls = 0
    const ask = await serve(t, async () => {
      calls += 1
      return calls === 1 ? Care.open('memory:', {}) : care
    })
    assert.equal(calls, 0)
    refused(await ask(mention()), 503, 'config_invalid')
    assert.equal((await ask(mention())).status, 200)
    assert.equal((await ask(mention())).status, 200)
    assert.equal(calls, 2)
    await warned()
    assert.equal(told.length, 1, told.join('\n'))
    assert.match(told[0], /^open: a policy is needed/)
  })

  check('what is no refusal is for the host', async (t) => {
    const told = warnings(t)
    const broken = { receive: async () => { throw new TypeError('boom') } }
    const { status, body } = await (await (unexpected ?? serve)(t, broken))(mention())
    assert.deepEqual({ status, body }, { status: 500, body: unexpected === undefined ? 'unexpected' : 'boom' })
    await warned()
    assert.equal(told.filter((one) => one.includes('TypeError: boom')).length, unexpected === undefined ? 1 : 0)
  })

  check('a closed handle is refused clearly', async (t) => {
    const care = await opened(t)
    const ask = await serve(t, care)
    await care.close()
    const { status, body } = await ask(mention())
    assert.ok(status >= 400, String(status))
    assert.match(body, /^[a-z_]+$/)
  })

  check('a body that breaks off harms nobody', async (t) => {
    if (!bodies) return
    const care = await opened(t)
    const told = warnings(t)
    const ask = await serve(t, care)
    const { headers, ...asked } = mention()
    const request = sent(ask.port, { ...asked, headers: { ...headers, 'content-length': '1000' }, chunks: [] })
    request.on('error', () => {})
    await new Promise((resolve) => request.write('{"data"', resolve))
    request.destroy()
    assert.equal((await ask(mention())).status, 200)
    assert.equal(await waiting(care), 1)
    assert.deepEqual(told, [])
  })
}

/** An answer that says no more than its code. */
function refused ({ status, headers, body }, expected, code) {
  assert.deepEqual({ status, type: headers['content-type'], body }, { status: expected, type: TEXT, body: code })
}

/** A refusal because the body was read before: said once, with what to do. */
async function spent (t, ask, remedy) {
  const told = warnings(t)
  refused(await ask(mention()), 503, 'input_invalid')
  refused(await ask(mention()), 503, 'input_invalid')
  await warned()
  // Other tests of this process close their handles meanwhile.
  const about = told.filter((line) => !line.includes('this handle is closed'))
  assert.equal(about.length, 1, about.join('\n'))
  assert.match(about[0], remedy)
}

/** A body that was read before and can be had all the same. */
async function taken (care, ask) {
  const { status, body } = await ask(mention())
  assert.deepEqual({ status, body }, { status: 200, body: 'ok' })
  assert.equal(await waiting(care), 1)
}

const pairs = (headers) => (typeof headers[Symbol.iterator] === 'function' ? headers : Object.entries(headers))

/** A package that may not be installed, and why a test without it is skipped. */
function installed (...names) {
  try {
    return [false, ...names.map((name) => require(name))]
  } catch (error) {
    if (!['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_REQUIRE_ESM'].includes(error.code)) throw error
    return [`skipped: ${names.join(' and ')}: ${error.code}`, ...names.map(() => undefined)]
  }
}

const TEXT = 'text/plain; charset=utf-8'
const OK = { status: 200, contentType: TEXT, body: 'ok' }

module.exports = { asking, conforms, installed, listening, mention, opened, spent, taken, waiting, warned, warnings }
