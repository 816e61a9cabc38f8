'use strict'

const { answering } = require('../lib/webhook.js')
const { asked, response } = require('./web.js')

const REMEDY = 'read bodies with c.req.json(), text() or arrayBuffer(), which keep them, not with those of c.req.raw'

/** A handler for Hono; what is thrown goes to app.onError. */
function webhook (care) {
  const answer = answering(care, REMEDY)
  return async (c) => {
    const request = asked(c.req.raw)
    return response(await answer({ ...request, body: async () => (await kept(c.req)) ?? request.body() }))
  }
}

/** What c.req.json(), text() or arrayBuffer() kept when they read the body. */
async function kept ({ bodyCache }) {
  const raw = await (bodyCache?.arrayBuffer ?? bodyCache?.bytes ?? bodyCache?.text)
  return raw === undefined ? undefined : Buffer.from(raw)
}

module.exports = { webhook }
