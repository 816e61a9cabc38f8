'use strict'

// What the Node package costs, as ratios: CPU time of both sides in turns, the median of several rounds.
//
// Usage: compare.cjs FOLDER with x_1.jsonl (posts of X as its API answers), as `make bench` does it.

const { execFileSync } = require('node:child_process')
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const careline = require('../index.js')
const native = require('../lib/native.js')

const ROUNDS = 41

/** Awaited calls in a round. */
const TURNS = 500

const median = (times) => times.sort((one, other) => one - other)[Math.floor(times.length / 2)]

function timed (work) {
  const begun = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(begun)
  return user + system
}

function compared (ours, theirs, count) {
  const mine = []
  const others = []
  // Until what JavaScript does is compiled.
  for (let warm = 0; warm < 20; warm++) ours() && theirs()
  for (let round = 0; round < ROUNDS; round++) {
    mine.push(timed(ours) / count)
    others.push(timed(theirs) / count)
  }
  return [median(mine), median(others)]
}

function show (name, ours, theirs, target) {
  const cell = (number, width) => number.toFixed(2).padStart(width)
  console.log(`  ${name.padEnd(38)} ${cell(ours, 8)} ${cell(theirs, 7)} ${cell(ours / theirs, 7)}  ${target}`)
}

async function each (call) {
  const begun = process.hrtime.bigint()
  for (let turn = 0; turn < TURNS; turn++) await call()
  return Number(process.hrtime.bigint() - begun) / TURNS / 1000
}

async function main (folder) {
  const bodies = readFileSync(join(folder, 'x_1.jsonl')).toString().split('\n').filter(Boolean).slice(0, 2000)
    .map((line) => Buffer.from(line))
  const texts = bodies.map((body) => JSON.parse(body).data.text)
  console.log(`\nNode, µs a message; ${bodies.length} bodies        ours  theirs   ratio  target`)

  const objects = () => careline.normaliseSync('x', bodies)
  const [batch, alone] = compared(objects, () => native.nativeOnly('x', bodies, []), bodies.length)
  show('batch normalise to objects ÷ native', batch, alone, '≤ 1.6')
  const judged = () => careline.triageSync(texts)
  const [triage, bare] = compared(judged, () => native.nativeOnly('x', [], texts), texts.length)
  show('triage to objects ÷ native', triage, bare, '')
  await awaited()
  required(folder)
  naive(folder, timed(() => objects() && judged()) / bodies.length)
}

/** An awaited call that does no I/O beside an awaited nothing on the same pool. */
async function awaited () {
  const care = await careline.Care.open('memory:', { policy: { text: "brand.name = 'Acme'" } })
  const ours = []
  const theirs = []
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await each(() => care.notices()))
    theirs.push(await each(() => native.nothing()))
  }
  show('awaited call ÷ awaited nothing (wall)', median(ours), median(theirs), '≤ 1.5')
}

/** A process that requires the package beside one that requires an addon with nothing in it. */
function required (folder) {
  const source = 'void *napi_register_module_v1 (void *env, void *exports) { (void) env; return exports; }'
  writeFileSync(join(folder, 'empty.c'), source)
  try {
    execFileSync('cc', ['-shared', '-fPIC', 'empty.c', '-o', 'empty.node'], { cwd: folder, stdio: 'ignore' })
  } catch {
    return console.log('skipped: require: no C compiler')
  }
  const took = (what) => {
    const begun = process.hrtime.bigint()
    execFileSync(process.execPath, ['-e', `require(${JSON.stringify(what)})`])
    return Number(process.hrtime.bigint() - begun) / 1000
  }
  const ours = []
  const theirs = []
  for (let round = 0; round < 25; round++) {
    ours.push(took(join(__dirname, '..')))
    theirs.push(took(join(folder, 'empty.node')))
  }
  show('require ÷ require of nothing (wall)', median(ours), median(theirs), '≤ 2')
}

/** The naive pipeline, with its own store, beside reading and judging here. */
function naive (folder, ours) {
  const home = process.env.CARELINE_PEERS ?? '../shared/peers'
  const tools = join(process.env.CARELINE_PEER_TOOLS ?? '.cache/peers', '/')
  if (!existsSync(join(home, 'naive_pipeline.mjs')) || !existsSync(join(tools, 'node_modules'))) {
    return console.log('skipped: the naive Node pipeline is not installed')
  }
  const env = { ...process.env, CPU: '1', PEER_MODULES: tools.startsWith('/') ? tools : join(process.cwd(), tools, '/') }
  const table = execFileSync(process.execPath, [join(home, 'naive_pipeline.mjs'), folder, '1500', '3'], { env, encoding: 'utf8' })
  for (const line of table.split('\n')) {
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim())
    if (cells[0]?.includes('pipeline')) show(`${cells[0].slice(0, 50)} ÷ ours`, Number(cells[2]), ours, '≥ 15')
  }
}

main(process.argv[2])
