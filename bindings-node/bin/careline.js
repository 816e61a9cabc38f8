#!/usr/bin/env node
'use strict'

// `npx careline`: judge texts, read raw bodies, check a policy. Prints what the program `careline` prints.

const { readFileSync } = require('node:fs')
const { parseArgs } = require('node:util')

const { CarelineError, Policy, networks, version } = require('../index.js')
const native = require('../lib/native.js')
const { raising } = require('../lib/errors.js')

const USAGE = `Usage: careline COMMAND

  triage FILE… [--policy FILE]       read texts (JSON lines with \`text\`) and print what careline thinks of each
  normalise FILE… --network NETWORK  read raw bodies and print one event per line as JSON; NETWORK: ${networks().join(', ')}
            [--kind webhook|rest|stream] [--account NATIVE_ID]
  policy check FILE [--json]         report every mistake in a policy

\`-\` is the standard input.`

async function main (given) {
  const { values, positionals } = parseArgs({
    args: given,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      network: { type: 'string' },
      kind: { type: 'string', default: 'webhook' },
      account: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', default: false }
    }
  })
  const [command, ...files] = positionals
  if (values.version) return print(`careline ${version}\n`)
  if (values.help) return print(`${USAGE}\n`)
  if (command === 'triage' && files.length > 0) return triage(files, values)
  if (command === 'normalise' && files.length > 0 && values.network) return normalise(files, values)
  if (command === 'policy' && files[0] === 'check' && files.length === 2) return check(files[1], values)
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 2
}

const print = (text) => process.stdout.write(text)

async function triage (files, { policy }) {
  const judge = policy === undefined ? undefined : Policy.native(await Policy.load(policy))
  for (const file of files) {
    const raw = read(file)
    if (raw) print(raising(() => native.triageLines(raw, judge)))
  }
}

function normalise (files, { network, kind, account }) {
  for (const file of files) {
    const raw = read(file)
    if (raw) print(raising(() => native.normaliseLines(network, kind, account, raw, file)))
  }
}

/** A file's bytes; a file that cannot be read is told of, and the next one is read. */
function read (file) {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    process.stderr.write(`careline: cannot read ${file}: ${error.code}\n`)
    process.exitCode = 1
  }
}

function check (file, { json }) {
  const { isSound, text } = raising(() => native.policyCheck(file, json))
  // Mistakes for people go where errors go; what was asked for goes where it can be read on.
  const out = isSound || json ? process.stdout : process.stderr
  out.write(`${text}\n`)
  if (isSound) return
  process.stderr.write('careline: the policy has mistakes\n')
  process.exitCode = 1
}

process.stdout.on('error', (error) => {
  // Whoever reads our output has had enough.
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

main(process.argv.slice(2)).catch((error) => {
  const known = error instanceof CarelineError || error.code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`careline: ${known ? error.message : error.stack}\n`)
  process.exitCode = known && !(error instanceof CarelineError) ? 2 : 1
})
