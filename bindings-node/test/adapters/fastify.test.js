'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { webhook } = require('../../adapters/fastify.js')
const { asking, conforms, installed, mention, opened, spent, taken } = require('./acme.js')

const [skip, fastify] = installed('fastify')

/** An application, closed when the test is over; `before` has it first. */
const application = async (t, care, before = () => {}) => {
  const app = fastify({ forceCloseConnections: true })
  t.after(() => app.close())
  app.setErrorHandler((error, request, reply) => reply.code(error.statusCode ?? 500).send(error.message))
  app.post('/parsed', async (request) => request.body)
  before(app)
  app.register(webhook(care), { prefix: '/hooks' })
  await app.ready()
  return app
}

const serve = async (t, care, before) => {
  const app = await application(t, care, before)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return asking(app.server.address().port)
}

conforms('fastify', serve, { skip, unexpected: serve })

test('fastify: injected requests are received', { skip }, async (t) => {
  const care = await opened(t)
  const app = await application(t, care)
  const inject = async ({ method, path, headers, body }) => {
    const response = await app.inject({ method, url: path, headers, payload: body })
    return { status: response.statusCode, headers: response.headers, body: response.body }
  }
  await taken(care, inject)
  assert.equal((await inject({ method: 'GET', path: '/hooks/x?crc_token=a', headers: {} })).status, 200)
})

test('fastify: the parsers of the application stay as they are', { skip }, async (t) => {
  const care = await opened(t)
  const ask = await serve(t, care)
  await taken(care, ask)
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
  assert.equal((await ask({ ...json, path: '/parsed', body: '{ "a":  1 }' })).body, '{"a":1}')
  assert.equal((await ask({ ...json, path: '/parsed', body: '{' })).status, 400)
  const unheard = { ...json, headers: { 'content-type': 'application/x-unheard-of' }, path: '/parsed', body: 'a' }
  assert.equal((await ask(unheard)).status, 415)
})

test('fastify: a parser of the application for everything is no obstacle', { skip }, async (t) => {
  const care = await opened(t)
  const parse = (request, body, done) => done(null, JSON.parse(body))
  await taken(care, await serve(t, care, (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(['application/json', '*'], { parseAs: 'string' }, parse)
    app.addContentTypeParser(/^application\/.*json/, { parseAs: 'string' }, parse)
  }))
})

const reading = (keep) => (app) =>
  app.addHook('onRequest', async ({ raw }) => {
    const body = Buffer.concat(await raw.toArray())
    if (keep) raw.rawBody = body
  })

test('fastify: where a hook read the body, it is refused', { skip }, async (t) => {
  await spent(t, await serve(t, await opened(t), reading(false)), /request\.raw\.rawBody/)
})

test('fastify: where a hook kept the bytes, they are taken', { skip }, async (t) => {
  const care = await opened(t)
  await taken(care, await serve(t, care, reading(true)))
})

test('fastify: a hook that puts another stream in the place of the body is heard', { skip }, async (t) => {
  const { PassThrough } = require('node:stream')
  const care = await opened(t)
  await taken(care, await serve(t, care, (app) => {
    app.addHook('preParsing', async (request, reply, payload) => payload.pipe(new PassThrough()))
  }))
})

test('fastify: what is wrong with the length is for the application', { skip }, async (t) => {
  const app = await application(t, await opened(t))
  const { headers, body } = mention()
  const wrong = { ...headers, 'content-length': String(body.length + 1) }
  const response = await app.inject({ method: 'POST', url: '/hooks/x', headers: wrong, payload: body })
  assert.equal(response.statusCode, 400)
  assert.match(response.body, /size/)
})
