'use strict'

// The declarations, as the real compiler reads them.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const {
  copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync
} = require('node:fs')
const { tmpdir } = require('node:os')
const { dirname, join } = require('node:path')
const { test } = require('node:test')

const PACKAGE = join(__dirname, '..')
const PROGRAMS = join(__dirname, 'types')
const LIMIT = { timeout: 120_000 }

const [skip, MODULES] = compiler()

/** Why there is no compiler, and where the packages are. */
function compiler () {
  try {
    const found = [require.resolve('typescript/package.json'), require.resolve('@types/node/package.json')]
    return [false, dirname(dirname(found[0]))]
  } catch {
    return ['skipped: typescript and @types/node are not installed', '']
  }
}

/** Only what the package needs: where the compiler looks, nothing else is found by chance. */
function project (t, files) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'careline-types-')))
  t.after(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, 'node_modules', '@types'), { recursive: true })
  symlinkSync(PACKAGE, join(home, 'node_modules', 'careline'))
  symlinkSync(join(MODULES, '@types', 'node'), join(home, 'node_modules', '@types', 'node'))
  symlinkSync(join(MODULES, 'undici-types'), join(home, 'node_modules', 'undici-types'))
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }')
  for (const file of files) copyFileSync(join(PROGRAMS, file), join(home, file))
  return home
}

/** What the compiler complains of. */
function complaints (home, files, options) {
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022'], types: ['node'], ...options }
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const given = [join(MODULES, 'typescript', 'bin', 'tsc'), '-p', home, '--pretty', 'false']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, given, { timeout: LIMIT.timeout, cwd: home }, (error, stdout, stderr) => {
      if (error !== null && !/error TS/.test(stdout)) return reject(new Error(stderr || stdout || error.message))
      resolve(stdout.split('\n').filter((line) => /error TS/.test(line)))
    })
  })
}

const NODE16 = { module: 'node16', moduleResolution: 'node16' }
const ESM = ['consumer.ts', 'events.ts']
const BOTH = [...ESM, 'consumer.cts']
const WAYS = {
  node16: [BOTH, NODE16],
  nodenext: [BOTH, { module: 'nodenext', moduleResolution: 'nodenext' }],
  bundler: [ESM, { module: 'esnext', moduleResolution: 'bundler' }],
  'bundler, modules as they are': [BOTH, { module: 'preserve', moduleResolution: 'bundler' }],
  'with the DOM': [ESM, { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom', 'dom.iterable'] }],
  'as strict as can be': [ESM, {
    ...NODE16,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    verbatimModuleSyntax: true,
    isolatedModules: true
  }]
}

for (const [way, [files, options]] of Object.entries(WAYS)) {
  test(`types: a host compiles: ${way}`, { skip, ...LIMIT }, async (t) => {
    assert.deepEqual(await complaints(project(t, files), files, options), [])
  })
}

test('types: events are a union', { skip, ...LIMIT }, async (t) => {
  assert.deepEqual(await complaints(project(t, ['unions.ts']), ['unions.ts'], NODE16), [])
})

test('types: the compiler sees every mistake', { skip, ...LIMIT }, async (t) => {
  const files = ['mistakes.ts']
  const text = readFileSync(join(PROGRAMS, 'mistakes.ts'), 'utf8')
  assert.ok(text.match(/@ts-expect-error/g).length >= 40)
  // A line without its mistake would be told of, as there is nothing to expect.
  assert.deepEqual(await complaints(project(t, files), files, NODE16), [])
})

test('types: what is declared is there, and nothing else', () => {
  const declared = readFileSync(join(PACKAGE, 'index.d.ts'), 'utf8')
  const values = [...declared.matchAll(/^export declare (?:class|function|const) (\w+)/gm)].map(([, name]) => name)
  assert.deepEqual([...new Set(values)].sort(), Object.keys(require('../index.js')).sort())
})

test('types: methods that are declared are there', () => {
  const { Care, Listing, Tenant } = require('../index.js')
  const texts = ['index.d.ts', 'lib/verbs.d.ts'].map((file) => readFileSync(join(PACKAGE, file), 'utf8'))
  const declared = texts.join('\n')
  const classes = { Care, Tenant, Listing, EngineVerbs: Care, TenantVerbs: Tenant }
  for (const [name, Made] of Object.entries(classes)) {
    const [, body] = declared.match(new RegExp(`declare class ${name}\\b.*?\\{\\n(.*?)\\n\\}`, 's'))
    for (const [, isStatic, method] of body.matchAll(/^ {2}(static )?(\w+) ?\(/gm)) {
      if (method === 'constructor') continue
      assert.equal(typeof (isStatic ? Made : Made.prototype)[method], 'function', `${name}.${method}`)
    }
  }
})
