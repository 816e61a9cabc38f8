'use strict'

// The program that comes with the package: it prints what the other languages' programs print.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { test } = require('node:test')

const PROGRAM = join(__dirname, '..', 'bin', 'careline.js')

/** What `policy check` says of a policy. */
function checked (t, policy, ...given) {
  const home = mkdtempSync(join(tmpdir(), 'careline-program-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const file = join(home, 'policy.toml')
  writeFileSync(file, policy)
  const asked = [PROGRAM, 'policy', 'check', file, ...given]
  return { file, ...spawnSync(process.execPath, asked, { encoding: 'utf8', timeout: 60_000 }) }
}

const WRONG = "brand.name = 'Acme'\nfoo = 1\nbar = 2\n"

test('policy check prints every mistake in a line of its own', (t) => {
  const { file, status, stdout, stderr } = checked(t, WRONG)
  const [first, second, ...others] = stderr.split('\n')
  assert.ok(first.startsWith(`${file}:2:1: foo: `) && second.startsWith(`${file}:3:1: bar: `), stderr)
  assert.deepEqual(others, ['careline: the policy has mistakes', ''])
  assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
})

test('policy check prints JSON', (t) => {
  const { file, status, stdout } = checked(t, WRONG, '--json')
  const told = JSON.parse(stdout)
  assert.deepEqual([status, told.file, told.mistakes.map(({ key }) => key)], [1, file, ['foo', 'bar']])
})

test('policy check says that a policy is sound', (t) => {
  const { file, status, stdout, stderr } = checked(t, "brand.name = 'Acme'")
  assert.match(stdout, /: no mistakes; 0 accounts, 1 teams, 0 agents; version [0-9a-f]{12}\n$/)
  assert.deepEqual([status, stderr, stdout.startsWith(file)], [0, '', true])
})
