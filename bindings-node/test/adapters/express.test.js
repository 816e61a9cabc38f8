'use strict'

const assert = require('node:assert/strict')
const http = require('node:http')
const { test } = require('node:test')

const { webhook } = require('../../adapters/express.js')
const { conforms, installed, listening, mention, opened, spent, taken, warned, warnings } = require('./acme.js')

for (const name of ['express', 'express-4']) {
  const [skip, express] = installed(name)

  /** An application with `before` mounted first. */
  const serve = (before, mount = (app, answer) => app.use('/hooks', answer)) => async (t, care) => {
    const app = express()
    for (const middleware of before) app.use(middleware)
    mount(app, webhook(care))
    // What is thrown comes back, as a test of next(error).
    app.use((error, req, res, next) => res.status(500).send(error.message))
    return listening(t, http.createServer(app))
  }

  conforms(name, serve([]), { skip, unexpected: serve([]) })

  for (const [what, mount] of [
    ['a route', (app, answer) => app.all('/hooks/:endpoint', answer)],
    ['the whole path', (app, answer) => app.use('/hooks/x', answer)],
    ['a router', (app, answer) => app.use('/hooks', express.Router().post('/x', answer))]
  ]) {
    test(`${name}: it can be mounted at ${what}`, { skip }, async (t) => {
      const care = await opened(t)
      await taken(care, await serve([], mount)(t, care))
    })
  }

  test(`${name}: after express.json() it is refused`, { skip }, async (t) => {
    await spent(t, await serve([express.json()])(t, await opened(t)), /before app\.use\(express\.json\(\)\)/)
  })

  test(`${name}: after express.json() an empty body is nothing signed`, { skip }, async (t) => {
    const told = warnings(t)
    const ask = await serve([express.json()])(t, await opened(t))
    assert.equal((await ask({ ...mention(), body: '' })).status, 401)
    assert.equal((await ask({ ...mention(), body: undefined })).status, 401)
    await warned()
    assert.deepEqual(told, [])
  })

  test(`${name}: bytes that express.json() or express.raw() kept are taken`, { skip }, async (t) => {
    const keeping = express.json({ verify (req, res, raw) { req.rawBody = raw } })
    for (const parser of [keeping, express.raw({ type: () => true }), express.text({ type: () => true })]) {
      const care = await opened(t)
      await taken(care, await serve([parser])(t, care))
    }
  })

  test(`${name}: parsers for other content types are no obstacle`, { skip }, async (t) => {
    const care = await opened(t)
    const others = [express.urlencoded({ extended: false }), express.json({ type: 'text/json' })]
    await taken(care, await serve(others)(t, care))
  })
}
