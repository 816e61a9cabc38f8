'use strict'

// Programs in a process of their own.

const { execFile } = require('node:child_process')
const { join } = require('node:path')

const PATIENCE = 30_000

const PACKAGE = JSON.stringify(join(__dirname, '..'))
const ACME = JSON.stringify(join(__dirname, 'acme.js'))

// What programs may use: the package is not required before they do it themselves.
const BEFORE = `
const { existsSync, readdirSync, readFileSync, readlinkSync } = require('node:fs')
const PACKAGE = ${PACKAGE}
const ACME = ${ACME}
const threads = () => readdirSync('/proc/self/task').length
/** What is open: name by number. The folder of them is open only while it is read. */
const open = () => Object.fromEntries(readdirSync('/proc/self/fd').flatMap((fd) => {
  try { return [[fd, readlinkSync('/proc/self/fd/' + fd)]] } catch { return [] }
}))
const resident = () => Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * 4096
const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
`

/** Runs JavaScript: `{ code, signal, said, stdout, stderr }`, where `said` is what it said as JSON, line by line. */
function run (program, { esm = false, env = {}, flags = [], patience = PATIENCE } = {}) {
  const kind = esm ? ['--input-type=module'] : []
  const asked = `import { createRequire } from 'node:module'; const require = createRequire(${ACME})\n`
  const head = esm ? asked : "'use strict'\n"
  const options = { timeout: patience, killSignal: 'SIGKILL', env: { ...process.env, ...env }, maxBuffer: 1 << 26 }
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, ...kind, '-e', head + BEFORE + program], options, (error, stdout, stderr) => {
      const said = stdout.split('\n').filter((line) => /^[[{"\dtfn]/.test(line)).flatMap((line) => {
        try { return [JSON.parse(line)] } catch { return [] }
      })
      resolve({ code: error === null ? 0 : error.code, signal: error?.signal ?? null, said, stdout, stderr })
    })
  })
}

module.exports = { run }
