'use strict'

// Worker threads: each may load the addon, none needs the main thread to have done so, all may be ended at any time.

const assert = require('node:assert/strict')
const { existsSync } = require('node:fs')
const { test } = require('node:test')
const { MessageChannel } = require('node:worker_threads')

const { CarelineError, Policy } = require('../index.js')
const { first, mention, opened } = require('./acme.js')
const { run } = require('./fresh.js')

const skip = existsSync('/proc/self/task') ? false : 'skipped: threads are counted in /proc'
const LIMIT = { timeout: 90_000 }

// A worker does everything once and says what came of it; `ready` workers go on until they are ended.
const WORKERS = `
const { once } = require('node:events')
const { Worker } = require('node:worker_threads')
const IN_WORKER = \`
  const { parentPort, workerData: { PACKAGE, ACME } } = require('node:worker_threads')
  const { triage, triageSync } = require(PACKAGE)
  const { first, mention, opened, review, SHOP } = require(ACME)
  const nobody = { after () {} }
\`
const start = (program) => new Worker(IN_WORKER + program, { eval: true, workerData: { PACKAGE, ACME } })
const EVERYTHING = \`
  opened(nobody, { advisors: [{ id: 'a', advise: async () => [] }] }).then(async (care) => {
    await care.receive('x', mention())
    const { advised } = await care.tick()
    const { excerpt } = await first(care.tenant().queue())
    const judged = await triage(['help', 'thanks'], { threads: 2 })
    parentPort.postMessage([excerpt, advised, judged.length, triageSync(['help']).length])
  })
\`
const answer = async (worker) => {
  const [said] = await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(([code]) => [['ended before', code]])
  ])
  return said
}
const everything = async () => {
  const worker = start(EVERYTHING)
  const ended = once(worker, 'exit')
  const said = await answer(worker)
  return [...said, (await ended)[0]]
}
const here = async () => {
  const { first, mention, opened } = require(ACME)
  const care = await opened({ after () {} })
  await care.receive('x', mention())
  return (await first(care.tenant().queue())).excerpt
}
`
const EXCERPT = '@acme my order is broken, please help!'
const DONE = [EXCERPT, 1, 2, 1, 0]

/** Runs it with workers, and sees that it ended well. */
async function well (program) {
  const { code, signal, said, stderr } = await run(`${WORKERS}
    async function main () {
      ${program}
    }
    // What hangs would end the process as well as what is done.
    let whole = false
    process.on('exit', () => { if (!whole) process.exitCode = 8 })
    main().then(() => { whole = true })
  `, { patience: 80_000 })
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
  return said
}

test('in main and in two workers at once', LIMIT, async () => {
  const said = await well('require(PACKAGE); say(await Promise.all([here(), everything(), everything()]))')
  assert.deepEqual(said, [[EXCERPT, DONE, DONE]])
})

test('only in a worker', LIMIT, async () => {
  assert.deepEqual(await well('say(await everything())'), [DONE])
})

test('in workers first, one after the other, and later in main', LIMIT, async () => {
  const said = await well('for (const one of [everything, everything, here, everything]) say(await one())')
  assert.deepEqual(said, [DONE, DONE, EXCERPT, DONE])
})

test('a worker that loads it ends while main goes on', LIMIT, async () => {
  const said = await well(`
    const care = await require(ACME).opened({ after () {} })
    say(await everything())
    say((await care.receive('x', require(ACME).mention())).status)
    say(await everything())
    say((await care.receive('x', require(ACME).mention())).ingested)
  `)
  assert.deepEqual(said, [DONE, 200, DONE, { added: 0, changed: 0, known: 1, quarantined: 0 }])
})

test('a worker inside a worker', LIMIT, async () => {
  const said = await well(`
    const worker = new Worker(\`
      const { parentPort, workerData } = require('node:worker_threads')
      const { Worker } = require('node:worker_threads')
      const inner = new Worker(workerData.program, { eval: true, workerData })
      require(workerData.PACKAGE)
      inner.on('message', (said) => parentPort.postMessage(said))
    \`, { eval: true, workerData: { PACKAGE, ACME, program: IN_WORKER + EVERYTHING } })
    const ended = once(worker, 'exit')
    say(await answer(worker))
    say((await ended)[0])
  `)
  assert.deepEqual(said, [DONE.slice(0, 4), 0])
})

// Under way when it is ended: work on libuv's threads, an advisor that never answers, calls that wait for one another.
const ENDLESS = `\`
  opened(nobody, { advisors: [{ id: 'a', advise: () => new Promise(() => {}) }] }).then(async (care) => {
    await care.tenant().ingest('reviews', [review('1', 'Where is my order?')], { account: SHOP })
    care.tick()
    let number = 0
    const on = () => care.receive('x', mention({ number: number++, author: '7' + number })).then(on)
    for (let turn = 0; turn < 4; turn++) on()
    const judge = () => triage(Array(200).fill('my order is broken'), { threads: 2 }).then(judge)
    judge()
    parentPort.postMessage('under way')
  })
\``

test('workers ended while calls are under way, 50 times', LIMIT, async () => {
  const said = await well(`
    const work = ${ENDLESS}
    for (let turn = 0; turn < 50; turn++) {
      const worker = start(work)
      const now = await answer(worker)
      if (now !== 'under way') say(now)
      // At other moments each time.
      for (let wait = 0; wait < turn % 5; wait++) await new Promise(setImmediate)
      await worker.terminate()
    }
    say(await here())
    say(await everything())
  `)
  assert.deepEqual(said, [EXCERPT, DONE])
})

test('workers ended before they have begun', LIMIT, async () => {
  const said = await well(`
    const work = ${ENDLESS}
    for (let turn = 0; turn < 20; turn++) {
      const worker = start(work)
      if (turn % 2) await once(worker, 'online')
      await worker.terminate()
    }
    await Promise.all(Array.from({ length: 4 }, () => start(work)).map((worker) => worker.terminate()))
    say(await here())
  `)
  assert.deepEqual(said, [EXCERPT])
})

test('neither threads nor memory grow with the workers that were ended', { skip, ...LIMIT }, async () => {
  const [counts] = await well(`
    require(PACKAGE)
    const work = ${ENDLESS}
    const counts = []
    for (let turn = 0; turn < 40; turn++) {
      const worker = start(work)
      await answer(worker)
      await worker.terminate()
      if (turn % 10 === 9) counts.push({ threads: threads(), resident: resident() })
    }
    say(counts)
  `)
  // The first ten warm everything up. Then no thread more, but for one or two that are about to end, and less than
  // half a megabyte for each worker: what a handle with its policy takes, while a worker itself takes ten times that.
  const [warm, ...later] = counts
  for (const { threads, resident } of later) {
    assert.ok(threads <= warm.threads + 2, JSON.stringify(counts))
    assert.ok(resident <= warm.resident + 15 * 2 ** 20, JSON.stringify(counts))
  }
})

test('a process with workers under way may exit', LIMIT, async () => {
  const { code, signal, stderr } = await run(`${WORKERS}
    require(PACKAGE)
    const workers = Array.from({ length: 3 }, () => start(${ENDLESS}))
    Promise.all(workers.map(answer)).then(() => process.exit(3))
  `)
  assert.deepEqual({ code, signal, stderr }, { code: 3, signal: null, stderr: '' })
})

test('a worker that fails takes nothing with it', LIMIT, async () => {
  const said = await well(`
    const worker = start("opened(nobody).then((care) => { care.receive('x', mention()); throw new Error('mine') })")
    const [error] = await once(worker, 'error')
    say(error.message)
    say(await here())
  `)
  assert.deepEqual(said, ['mine', EXCERPT])
})

test('a handle that is posted is an empty object on the other side: of no use, and no harm', async (t) => {
  const care = await opened(t)
  await care.receive('x', mention())
  const policy = new Policy("brand.name = 'Acme'")
  const { port1, port2 } = new MessageChannel()
  t.after(() => port1.close())
  for (const handle of [care, care.tenant(), care.tenant().queue(), policy]) {
    const copied = structuredClone(handle)
    assert.deepEqual(Reflect.ownKeys(copied), [])
    assert.equal(Object.getPrototypeOf(copied), Object.prototype)
    port1.postMessage(handle)
    // As what is to be handed over, it is refused.
    assert.throws(() => port1.postMessage(handle, [handle]), /DataCloneError|TypeError/)
  }
  port2.close()
  assert.equal((await first(care.tenant().queue())).excerpt, EXCERPT)
})

test('an error that is posted keeps its words, but is a CarelineError no more', () => {
  const error = new CarelineError('receive: made up', { code: 'conflict' })
  const copied = structuredClone(error)
  assert.equal(copied.message, error.message)
  assert.ok(copied instanceof Error && !(copied instanceof CarelineError))
})

test('require and import give one package', LIMIT, async () => {
  const { code, said, stderr } = await run(`
    const imported = await import(PACKAGE + '/index.mjs')
    const required = require(PACKAGE)
    say(Object.keys(required).sort().join() === Object.keys(imported).sort().join())
    say(Object.keys(required).every((name) => required[name] === imported[name]))
    const care = await imported.Care.open('memory:', require(ACME).settings())
    const tenant = care.tenant()
    const ours = [care instanceof required.Care, tenant instanceof required.Tenant]
    say([...ours, tenant.queue() instanceof required.Listing])
    say(await care.tenant().case('c0').catch((error) => error instanceof required.CarelineError))
    const judged = required.triageSync(['help'], { policy: new imported.Policy("brand.name = 'Acme'") })
    say(judged.length)
    // Where a file is mapped from its beginning.
    const mapped = existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8').split('\\n') : []
    say(mapped.filter((line) => / 00000000 .*\\.node$/.test(line)).length)
  `, { esm: true })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(said.slice(0, 5), [true, true, [true, true, true], true, 1])
  if (!skip) assert.equal(said[5], 1, 'the addon is loaded once')
})
