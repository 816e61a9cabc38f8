'use strict'

// Drives work of the native part: it goes on by itself on libuv's threads until it needs something of JavaScript's,
// a request sent, an advisor asked, some time passed. Nothing is left over once it is done.

const { raised } = require('./errors.js')
const { one } = require('./reader.js')
const { read } = require('./model.js')

/** What comes of a job, read by `reader`. `plugs` has `transport` and `advisors`. */
function driven (job, reader, plugs, signal) {
  if (signal === undefined) return drive(job, reader, plugs)
  if (signal.aborted) return Promise.reject(signal.reason)
  // What was begun comes to its end; the caller only stops waiting.
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    drive(job, reader, plugs)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}

async function drive (job, reader, plugs) {
  let over
  try {
    for (;;) {
      const step = await job.step()
      if (step.answers) return one(step.answers, reader)
      over ??= new AbortController()
      await answered(job, step.calls, plugs, over)
    }
  } catch (thrown) {
    throw raised(thrown)
  } finally {
    over?.abort()
  }
}

/** Makes new calls, and waits until one of those under way is answered. */
function answered (job, calls, plugs, over) {
  const waiting = (job.waiting ??= new Set())
  for (const call of calls) {
    const made = made_(call, plugs, over.signal)
      .then(({ json, body }) => job.answer(call.id, json, body), (thrown) => job.threw(call.id, nameOf(thrown)))
      .finally(() => waiting.delete(made))
    waiting.add(made)
  }
  return Promise.race(waiting)
}

const nameOf = (thrown) => (thrown instanceof Error ? thrown.name : typeof thrown)

async function made_ (call, plugs, signal) {
  const asked = JSON.parse(call.json)
  switch (call.kind) {
    case 'sleep':
      await slept(asked.ms, signal)
      return { json: 'null' }
    case 'send':
      return sent(asked, call.body, plugs.transport, signal)
    default:
      return advised(asked.id, call.records, plugs.advisors)
  }
}

function slept (ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}

async function sent ({ method, url, headers, deadline }, body, transport, signal) {
  const until = deadline == null ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, deadline - Date.now()))])
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const response = await transport(url, {
    method,
    headers,
    body: hasBody ? body : undefined,
    signal: until,
    redirect: 'manual'
  })
  const answer = new Uint8Array(await response.arrayBuffer())
  return { json: JSON.stringify({ status: response.status, headers: [...response.headers] }), body: answer }
}

async function advised (id, records, advisors) {
  const { texts, numbers } = records
  const all = require('./reader.js')
  let turn = 0
  const readers = [read.Message, read.Assessment]
  const [message, assessment] = all.all({ texts, numbers }, (r) => readers[turn++](r))
  const advisor = advisors.find((known) => known.id === id)
  const { write } = require('./model.js')
  const findings = await advisor.advise(message, assessment)
  return { json: JSON.stringify(Array.from(findings ?? [], (finding) => write.Finding(finding))) }
}

module.exports = { driven }
