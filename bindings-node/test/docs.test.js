'use strict'

// Every JavaScript example in the guide and in the README is run as it stands.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { after, test } = require('node:test')

const root = join(__dirname, '..', '..')
const pages = ['docs/guide/languages.md', 'docs/guide/node.md', 'bindings-node/README.md']

const project = mkdtempSync(join(tmpdir(), 'careline-docs-'))
mkdirSync(join(project, 'node_modules'))
symlinkSync(join(__dirname, '..'), join(project, 'node_modules', 'careline'))
after(() => rmSync(project, { recursive: true }))

let count = 0
for (const page of pages) {
  for (const [, code] of readFileSync(join(root, page), 'utf8').matchAll(/^```js\n(.*?)^```$/gms)) {
    const program = join(project, `${++count}.mjs`)
    test(`${page}: ${code.split('\n').find((line) => line.startsWith('import'))} (${count})`, () => {
      writeFileSync(program, code)
      const done = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 })
      assert.equal(done.status, 0, done.stderr)
    })
  }
}

test('there are examples', () => assert.ok(count >= 7))
