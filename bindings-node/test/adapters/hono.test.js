'use strict'

const { test } = require('node:test')

const { webhook } = require('../../adapters/hono.js')
const { conforms, installed, listening, opened, spent, taken } = require('./acme.js')

const [skip, hono, node] = installed('hono', '@hono/node-server')

/** An application with `before` as its first middleware. */
function application (care, before = (c, next) => next()) {
  const app = new hono.Hono()
  app.onError((error, c) => c.text(error.message, 500))
  app.use(before)
  app.all('/hooks/:endpoint', webhook(care))
  return app
}

const serve = (before) => (t, care) =>
  listening(t, node.createAdaptorServer({ fetch: application(care, before).fetch }))

/** Without a server: requests of the platform itself. */
const fetched = (before) => async (t, care) => {
  const app = application(care, before)
  return async ({ method, path, headers, body }) => {
    const response = await app.request(path, { method, headers, body })
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
  }
}

conforms('hono', serve(), { skip, doubled: false, unexpected: serve() })

for (const [where, mounted] of [['on node-server', serve], ['fetched', fetched]]) {
  for (const read of ['json', 'text', 'arrayBuffer']) {
    test(`hono ${where}: a body that c.req.${read}() read is taken`, { skip }, async (t) => {
      const care = await opened(t)
      const reading = mounted(async (c, next) => {
        if (c.req.method === 'POST') await c.req[read]()
        await next()
      })
      await taken(care, await reading(t, care))
    })
  }

  for (const [read, consume] of [
    ['c.req.raw.json()', (c) => c.req.raw.json()],
    ['c.req.raw.text()', (c) => c.req.raw.text()],
    ['c.req.blob()', (c) => c.req.blob()]
  ]) {
    test(`hono ${where}: a body that ${read} read is refused`, { skip }, async (t) => {
      const reading = mounted(async (c, next) => {
        await consume(c)
        await next()
      })
      await spent(t, await reading(t, await opened(t)), /c\.req\.json\(\)/)
    })
  }
}

test('hono: a body that was read and written again by the application alone is refused', { skip }, async (t) => {
  // As Hono did before 4.8: json() kept what it parsed, and text() wrote that again.
  const reading = serve(async (c, next) => {
    c.req.bodyCache.json = c.req.raw.json()
    await c.req.bodyCache.json
    await next()
  })
  await spent(t, await reading(t, await opened(t)), /c\.req\.json\(\)/)
})
