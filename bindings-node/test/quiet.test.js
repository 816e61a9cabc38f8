'use strict'

// Being embedded is quiet: nothing is started, opened, printed or left behind that nobody asked for.

const assert = require('node:assert/strict')
const { existsSync } = require('node:fs')
const { once } = require('node:events')
const http = require('node:http')
const { join } = require('node:path')
const { test } = require('node:test')

const { all, folder, opened } = require('./acme.js')
const { run } = require('./fresh.js')

const skip = existsSync('/proc/self/task') ? false : 'skipped: threads and open files are counted in /proc'
const LIMIT = { timeout: 60_000 }

/** It ended by itself, and printed what it said and nothing else. */
function ended ({ code, signal, said, stdout, stderr }, expected) {
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' }, stdout)
  assert.equal(stdout, said.map((value) => JSON.stringify(value) + '\n').join(''))
  if (expected !== undefined) assert.deepEqual(said, expected)
}

// Node's own threads for files start with the first file read: that is done before anything is counted.
const COUNTED = `
const pool = () => require('node:fs/promises').readFile(ACME)
const count = () => ({ threads: threads(), open: open() })
const compared = (before, after) => say({
  threads: after.threads - before.threads,
  open: Object.entries(after.open).filter(([fd, what]) => before.open[fd] !== what),
  handles: process._getActiveHandles().length,
  resources: process.getActiveResourcesInfo()
})
`
const NOTHING = { threads: 0, open: [], handles: 0, resources: [] }

test('require starts nothing and opens nothing', { skip, ...LIMIT }, async () => {
  ended(await run(`${COUNTED}
    const before = count()
    require(PACKAGE)
    compared(before, count())
  `), [NOTHING])
})

test('import starts nothing and opens nothing', { skip, ...LIMIT }, async () => {
  ended(await run(`${COUNTED}
    await pool()
    const before = count()
    const { Care } = await import(PACKAGE + '/index.mjs')
    // Node itself may still be closing the file that it imported.
    while (process.getActiveResourcesInfo().length > 0) await new Promise(setImmediate)
    compared(before, count())
    if (typeof Care.open !== 'function') say('there is no Care')
  `, { esm: true }), [NOTHING])
})

test('requiring the adapters starts nothing and opens nothing', { skip, ...LIMIT }, async () => {
  ended(await run(`${COUNTED}
    const before = count()
    for (const name of readdirSync(PACKAGE + '/adapters').filter((name) => name.endsWith('.js'))) {
      require(PACKAGE + '/adapters/' + name)
    }
    compared(before, count())
  `), [NOTHING])
})

test('opening a handle starts nothing; in memory it opens nothing', { skip, ...LIMIT }, async () => {
  ended(await run(`${COUNTED}
    require(PACKAGE)
    const { opened } = require(ACME)
    const before = count()
    opened({ after () {} }).then((care) => {
      care.tenant().queue()
      compared(before, count())
    })
  `), [NOTHING])
})

test('work is done on threads that are there', { skip, ...LIMIT }, async () => {
  ended(await run(`${COUNTED}
    const { triage, triageSync, normalise } = require(PACKAGE)
    const { opened, mention } = require(ACME)
    const texts = Array.from({ length: 2000 }, (_, n) => 'my order ' + n + ' is broken')
    async function main () {
      await pool()
      const before = count()
      triageSync(texts, { threads: 8 })
      await triage(texts, { threads: 8 })
      await normalise('x', texts.map(() => mention().body), { threads: 8 })
      const care = await opened({ after () {} })
      await Promise.all(Array.from({ length: 20 }, (_, number) => care.receive('x', mention({ number }))))
      await care.tick()
      compared(before, count())
    }
    main()
  `), [NOTHING])
})

test('close gives the files of a database back', { skip, ...LIMIT }, async (t) => {
  const store = JSON.stringify(`sqlite://${join(folder(t), 'care.db')}`)
  ended(await run(`${COUNTED}
    const { opened, mention } = require(ACME)
    async function main () {
      await pool()
      const before = count()
      const during = []
      for (let turn = 0; turn < 20; turn++) {
        const care = await opened({ after () {} }, { store: ${store} })
        await care.receive('x', mention({ number: turn, author: '70' + turn }))
        during.push(Object.values(open()).some((file) => file.endsWith('care.db')))
        await care.close()
      }
      compared(before, count())
      say(during.every(Boolean))
    }
    main()
  `), [NOTHING, true])
})

test('a server that requires it later asks nobody for names', {
  skip,
  ...LIMIT
}, async () => {
  ended(await run(`
    const asked = []
    const { report } = process
    const { getReport } = report
    report.getReport = function (...given) {
      asked.push(report.excludeNetwork)
      return getReport.apply(this, given)
    }
    require(PACKAGE)
    say(asked.filter((excluded) => excluded !== true).length)
  `), [0])
})

// After every kind of use the process ends by itself; timers of a minute must not hold it up.
const USES = {
  'nothing but requiring': 'require(PACKAGE)',
  'reading and judging': `
    const { normaliseSync, triageSync, networks, Policy } = require(PACKAGE)
    networks()
    triageSync(['help'], { policy: new Policy("brand.name = 'Acme'") })
    normaliseSync('x', [Buffer.from('{}')])`,
  'reading and judging on other threads': `
    const { normalise, triage } = require(PACKAGE)
    normalise('x', [Buffer.from('{}')], { threads: 4 })
    triage(['help'], { threads: 4 })`,
  'a policy that is wrong': `
    const { checkPolicy, Policy } = require(PACKAGE)
    checkPolicy('no/such/policy.toml').catch(() => {})
    try { new Policy('teems = []') } catch {}`,
  'a handle that is not closed': `
    opened(nobody).then((care) => care.receive('x', mention()))`,
  'a handle that is closed': `
    opened(nobody).then(async (care) => {
      await care.receive('x', mention())
      await care.close()
    })`,
  'a handle that is closed with work under way': `
    opened(nobody).then((care) => {
      care.receive('x', mention())
      care.tick()
      return care.close()
    })`,
  'a handle that could not be opened': `
    opened(nobody, { store: 'sqlite:///no/such/folder/care.db' }).catch(() => {})
    opened(nobody, { policy: { text: 'teems = []' } }).catch(() => {})`,
  'a request that is refused': `
    opened(nobody).then((care) => care.receive('x', mention({ secret: 'another made-up secret' }))).catch(() => {})`,
  'a tick with many advisors': `
    const advisors = ['a', 'b', 'c'].map((id) => ({ id, advise: async () => [] }))
    opened(nobody, { policy, advisors }).then(async (care) => {
      await care.tenant().ingest('reviews', reviews(30), { account: SHOP })
      say((await care.tick()).advised)
    })`,
  'a tick with an advisor that never answers': `
    const quick = { text: policy.text.replace("'60s'", "'1s'") }
    const advisors = [{ id: 'a', advise: () => new Promise(() => {}) }]
    opened(nobody, { policy: quick, advisors }).then(async (care) => {
      await care.tenant().ingest('reviews', reviews(2), { account: SHOP })
      say((await care.tick()).advised)
    })`,
  'a tick with advisors of which one throws': `
    opened(nobody, { policy, advisors: [{ id: 'a', advise () { throw new Error('odd') } }] }).then(async (care) => {
      await care.tenant().ingest('reviews', reviews(2), { account: SHOP })
      say((await care.tick()).advised)
    })`,
  'a tick that is given up': `
    opened(nobody, { policy, advisors: [{ id: 'a', advise: async () => [] }] }).then(async (care) => {
      await care.tenant().ingest('reviews', reviews(2), { account: SHOP })
      await care.tick({ signal: AbortSignal.abort() }).catch(() => {})
      const giving = new AbortController()
      const waiting = care.tick({ signal: giving.signal })
      giving.abort()
      await waiting.catch(() => {})
    })`,
  'a poll that fails': `
    opened(nobody, onMastodon('http://127.0.0.1:1')).then((care) => care.tenant().poll('acme-m'))
      .catch(({ operation }) => say(operation))`,
  'lists that nobody reads to their end': `
    opened(nobody).then(async (care) => {
      await care.tenant().ingest('reviews', reviews(9), { account: SHOP })
      for await (const item of care.tenant().queue({ limit: 2 })) break
      care.tenant().queue()
    })`,
  'timers of cases and agents that are due in an hour': `
    opened(nobody).then(async (care) => {
      await care.tenant().setPresence('mia', true, { until: new Date(Date.now() + 3_600_000) })
      await care.tenant().ingest('reviews', [{ ...reviews(1)[0], sentAt: new Date() }], { account: SHOP })
      say((await care.tick()).nextDue !== undefined)
    })`
}
const BEFORE = `
const { POLICY, SHOP, mention, onMastodon, opened, review } = require(ACME)
const nobody = { after () {} }
const policy = { text: POLICY.replace("'5s'", "'60s'") }
const reviews = (count) => Array.from({ length: count }, (_, n) => review(String(n), 'Where is my order?'))
process.on('beforeExit', () => {
  if (process._getActiveHandles().some((one) => !one._isStdio)) process.exitCode = 9
})
`

for (const [use, program] of Object.entries(USES)) {
  test(`a process ends by itself after ${use}`, LIMIT, async () => {
    const begun = performance.now()
    const done = await run(`${BEFORE}\n${program}`)
    ended(done)
    assert.ok(done.said.every((value) => value !== false && value !== 0), done.stdout)
    assert.ok(performance.now() - begun < 20_000)
  })
}

test('a process ends by itself after a poll with the global fetch', LIMIT, async (t) => {
  const server = http.createServer((request, response) => response.end('[]')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  ended(await run(`${BEFORE}
    const base = 'http://127.0.0.1:${server.address().port}'
    opened(nobody, onMastodon(base)).then(async (care) => say(await care.tenant().poll('acme-m')))
  `), [{ added: 0, changed: 0, known: 0, quarantined: 0 }])
})

test('what was stored is there though nobody closed the handle', LIMIT, async (t) => {
  const store = `sqlite://${join(folder(t), 'care.db')}`
  ended(await run(`${BEFORE}
    opened(nobody, { store: ${JSON.stringify(store)} }).then(async (care) => {
      await care.receive('x', mention())
      process.exit()
    })
  `))
  const care = await opened(t, { store })
  assert.equal((await all(care.tenant().queue())).length, 1)
})

test('process.exit in the middle of work is no crash', LIMIT, async () => {
  for (const program of [
    `opened(nobody).then((care) => {
      for (let number = 0; number < 50; number++) care.receive('x', mention({ number }))
      process.exit(3)
    })`,
    "require(PACKAGE).triage(Array(20_000).fill('my order is broken'), { threads: 4 }); process.exit(3)",
    `opened(nobody, { policy, advisors: [{ id: 'a', advise: () => process.exit(3) }] }).then(async (care) => {
      await care.tenant().ingest('reviews', reviews(3), { account: SHOP })
      await care.tick()
    })`
  ]) {
    const { code, signal, stderr } = await run(`${BEFORE}\n${program}`)
    assert.deepEqual({ code, signal, stderr }, { code: 3, signal: null, stderr: '' }, program)
  }
})
