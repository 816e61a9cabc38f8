'use strict'

// Drives work of the native part: it goes on by itself on libuv's threads until it needs something of JavaScript's,
// a request sent, an advisor asked, some time passed. Nothing is left over once it is done.

const { setMaxListeners } = require('node:events')

const { raised } = require('./errors.js')
const { all, one } = require('./reader.js')
const { read, write } = require('./model.js')

/** What comes of a job, read by `reader`. `plugs` has `transport` and `advisors`. */
function driven (job, reader, plugs, signal) {
  if (signal === undefined) return drive(job, reader, plugs)
  if (signal.aborted) return Promise.reject(signal.reason)
  // What was begun comes to its end; the caller only stops waiting.
  return new Promise((resolve, reject) => {
    const stops = stopsOf(signal)
    stops.add(reject)
    drive(job, reader, plugs)
      .then(resolve, reject)
      .finally(() => stops.delete(reject))
  })
}

/** What to call once a signal aborts. One listener for all calls with it: Node warns of many. */
function stopsOf (signal) {
  let stops = STOPS.get(signal)
  if (stops === undefined) {
    stops = new Set()
    signal.addEventListener('abort', () => stops.forEach((stop) => stop(signal.reason)), { once: true })
    STOPS.set(signal, stops)
  }
  return stops
}

const STOPS = new WeakMap()

async function drive (job, reader, plugs) {
  try {
    const { answers, calls } = await job.step()
    return answers ? one(answers, reader) : one(await answered(job, calls, plugs), reader)
  } catch (thrown) {
    throw raised(thrown)
  }
}

/** Makes the calls that a job asks for, step by step, until it is done. */
async function answered (job, calls, plugs) {
  let ring
  const hung = () => new Promise((resolve) => { ring = resolve })
  const over = ending()
  try {
    for (let rung = hung(), step = { calls }; ;) {
      for (const call of step.calls) make(job, call, plugs, over.signal).then(() => ring())
      await rung
      // Hung up before the step: what is answered while it is under way may come too late for it.
      rung = hung()
      step = await job.step()
      if (step.answers) return step.answers
    }
  } finally {
    over.abort()
  }
}

/** Makes a call and answers it. */
function make (job, call, plugs, signal) {
  return called(call, plugs, signal)
    .then(({ json, body }) => job.answer(call.id, json, body))
    .catch((thrown) => job.threw(call.id, nameOf(thrown)))
}

const nameOf = (thrown) => (thrown instanceof Error && typeof thrown.name === 'string' ? thrown.name : typeof thrown)

/** Ends what is under way. As many may wait for it as a job makes calls: Node would warn of more than ten. */
function ending () {
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  return over
}

async function called (call, plugs, signal) {
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
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const response = await transport(url, {
    method,
    headers,
    body: hasBody ? body : null,
    signal: deadline == null ? signal : ended(signal, deadline),
    redirect: 'manual'
  })
  const answer = new Uint8Array(await response.arrayBuffer())
  return { json: JSON.stringify({ status: response.status, headers: [...response.headers] }), body: answer }
}

/** A signal that also aborts at a deadline: AbortSignal.any came with Node 20.3. */
function ended (signal, deadline) {
  const both = new AbortController()
  const passed = () => both.abort(new DOMException('the deadline has passed', 'TimeoutError'))
  const timer = setTimeout(passed, Math.min(Math.max(0, deadline - Date.now()), LONGEST_TIMER)).unref()
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    both.abort(signal.reason)
  }, { once: true })
  return both.signal
}

const LONGEST_TIMER = 2 ** 31 - 1

async function advised (id, records, advisors) {
  let turn = 0
  const readers = [read.Message, read.Assessment]
  const [message, assessment] = all(records, (r) => readers[turn++](r))
  const advisor = advisors.find((known) => known.id === id)
  const findings = (await advisor.advise(message, assessment)) ?? []
  if (typeof findings[Symbol.iterator] !== 'function') throw new TypeError('findings are several')
  return { json: JSON.stringify(Array.from(findings, (finding) => write.Finding(finding))) }
}

module.exports = { driven }
