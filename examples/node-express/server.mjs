// Social customer care as a service of its own: what networks post goes in, a queue of cases comes out.
//
// The environment holds X_CONSUMER_SECRET, with which X signs; API_TOKEN, which callers of the API send as a bearer
// token; and, if wanted, CARE_STORE, HOST and PORT.

import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { Care, CarelineError } from 'careline'
import { webhook } from 'careline/adapters/express'
import express from 'express'

const { API_TOKEN, CARE_STORE = 'sqlite://care.db', HOST = '127.0.0.1', PORT = '8000' } = process.env
// After so long it is looked for what is due even if nothing is known to be: other processes may use the store, too.
const LONGEST_PAUSE = 5_000
// Requests under way when the service ends have so long to come to their end.
const PATIENCE = 10_000

if (!API_TOKEN) throw new Error('API_TOKEN is not set: nobody could ask for the queue')

const care = await Care.open(CARE_STORE, {
  policy: new URL('policy.toml', import.meta.url),
  endpoints: { x: { network: 'x', consumer_secrets: ['env:X_CONSUMER_SECRET'] } }
})
const tenant = care.tenant()
const clock = ticking()

const app = express().disable('x-powered-by')

// A delivery is answered as soon as it is stored; what it made due is done after that.
app.all('/hooks/:endpoint', (req, res, next) => { res.once('close', clock.wake); next() }, webhook(care))

app.use(agentsOnly, express.json())

app.get('/queue', async (req, res) => {
  const { team, limit = 50, after } = req.query
  res.json(await tenant.queue({ team, limit: Number(limit) }).page(after))
})

app.get('/cases/:id', async (req, res) => res.json(await tenant.case(req.params.id)))

app.get('/cases/:id/why', async (req, res) => res.json(await tenant.explain(req.params.id)))

app.post('/cases/:id/assign', async (req, res) => {
  const { agent, actor } = req.body ?? {}
  res.json(await tenant.assign(req.params.id, agent, actor))
})

app.post('/cases/:id/notes', async (req, res) => {
  const { author, text } = req.body ?? {}
  await tenant.note(req.params.id, author, text)
  res.sendStatus(201)
})

app.post('/cases/:id/close', async (req, res) => {
  const { actor, outcome = 'resolved' } = req.body ?? {}
  res.json(await tenant.close(req.params.id, actor, outcome))
})

app.use(refused)

const server = app.listen(Number(PORT), HOST)
await once(server, 'listening')
console.log(`listening on http://${HOST}:${server.address().port}`)
clock.wake()
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)

/** Does what is due: after each delivery, and whenever the next timer fires. */
function ticking () {
  let timer
  let done = Promise.resolve()
  let asked = false
  let over = false

  function wake () {
    if (asked || over) return
    asked = true
    done = done.then(tick)
  }

  async function tick () {
    asked = false
    clearTimeout(timer)
    let pause = LONGEST_PAUSE
    try {
      const { nextDue, failed } = await care.tick()
      for (const { tenant, error } of failed) console.warn(`not done for ${tenant}: ${error.message}`)
      if (nextDue !== undefined) pause = Math.min(Math.max(nextDue - Date.now(), 50), LONGEST_PAUSE)
    } catch (error) {
      console.warn(`not done: ${error.message}`)
    }
    if (!over) timer = setTimeout(wake, pause).unref()
  }

  async function end () {
    over = true
    clearTimeout(timer)
    await done
  }

  return { wake, end }
}

/** Refuses whoever does not send the token. */
function agentsOnly (req, res, next) {
  const digest = (text) => createHash('sha256').update(text).digest()
  const given = req.get('authorization') ?? ''
  if (timingSafeEqual(digest(given), digest(`Bearer ${API_TOKEN}`))) return next()
  res.set('www-authenticate', 'Bearer')
  res.status(401).json({ code: 'unauthenticated', message: 'another token is needed' })
}

/** An error as an answer. Its status tells networks whether to send again; a conflict is news for people only. */
function refused (error, _req, res, next) {
  if (res.headersSent) return next(error)
  if (!(error instanceof CarelineError)) {
    // Express's own, such as a body that is no JSON, say whether they may be shown.
    if (!error.expose) console.error(error)
    const message = error.expose ? error.message : 'something went wrong here'
    return res.status(error.status ?? 500).json({ code: error.type ?? 'unexpected', message })
  }
  if (error.retryAfterMs !== undefined) res.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
  res.status(error.code === 'conflict' ? 409 : error.status).json({ code: error.code, message: error.message })
}

/** Lets what is under way come to its end. Nothing keeps the process after that. */
async function stop () {
  const patience = setTimeout(() => server.closeAllConnections(), PATIENCE).unref()
  await new Promise((resolve) => server.close(resolve))
  clearTimeout(patience)
  await clock.end()
  await care.close()
}
