'use strict'

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { dirname, join } = require('node:path')
const { test } = require('node:test')
const { promisify } = require('node:util')

const { installed } = require('./acme.js')

const PACKAGE = join(__dirname, '..', '..')
const [skip] = installed('typescript/package.json')
const MODULES = skip ? '' : dirname(dirname(require.resolve('typescript/package.json')))

const OPTIONS = {
  noEmit: true,
  strict: true,
  target: 'es2022',
  module: 'nodenext',
  experimentalDecorators: true,
  lib: ['es2022', 'esnext.disposable']
}

/** What the compiler says about files, by name, in a project of their own. */
async function complaints (t, prepare, compilerOptions) {
  const home = mkdtempSync(join(tmpdir(), 'careline-types-'))
  t.after(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, 'host', 'node_modules'), { recursive: true })
  symlinkSync(PACKAGE, join(home, 'host', 'node_modules', 'careline'))
  const files = prepare(home)
  const project = join(home, 'host', 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...OPTIONS, ...compilerOptions }, files }))
  const compiler = join(MODULES, 'typescript', 'bin', 'tsc')
  const run = promisify(execFile)(process.execPath, [compiler, '-p', project], { timeout: 120_000 })
  return run.then(({ stdout }) => stdout, ({ stdout, stderr }) => stdout + stderr || 'the compiler did not end')
}

test('types: adapters go with the types of the frameworks', { skip }, async (t) => {
  const told = await complaints(t, (home) => {
    symlinkSync(MODULES, join(home, 'node_modules'))
    copyFileSync(join(__dirname, 'hosts.ts'), join(home, 'host', 'hosts.ts'))
    return ['hosts.ts']
  }, { skipLibCheck: true, types: ['node'] })
  assert.equal(told, '')
})

test('types: adapters need no types of frameworks', { skip }, async (t) => {
  const told = await complaints(t, () => {
    return readdirSync(join(PACKAGE, 'adapters')).filter((name) => name.endsWith('.d.ts'))
      .map((name) => join('node_modules', 'careline', 'adapters', name))
  }, { lib: [...OPTIONS.lib, 'dom', 'dom.iterable'], types: [] })
  assert.equal(told, '')
})
