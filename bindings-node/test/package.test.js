'use strict'

// The package as npm makes it, in an empty project.

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const {
  existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync
} = require('node:fs')
const { homedir, tmpdir } = require('node:os')
const { join } = require('node:path')
const { after, before, test } = require('node:test')

const manifest = require('../package.json')

const PACKAGE = join(__dirname, '..')
const LIMIT = 60_000

const hasNpm = spawnSync('npm', ['--version'], { timeout: LIMIT }).status === 0
const skip = hasNpm ? false : 'skipped: npm is not installed'

const home = realpathSync(mkdtempSync(join(tmpdir(), 'careline-package-')))
const project = join(home, 'project')
const installed = join(project, 'node_modules', 'careline')
after(() => rmSync(home, { recursive: true, force: true }))

/** npm, without a network and with a cache of its own. */
function npm (where, ...given) {
  const quiet = ['--silent', '--offline', '--no-audit', '--no-fund', '--no-update-notifier']
  const cache = `--cache=${join(home, 'cache')}`
  return execFileSync('npm', [...given, ...quiet, cache], { cwd: where, encoding: 'utf8', timeout: LIMIT })
}

/** What a program prints in the project. */
function node (...given) {
  const { status, stdout, stderr } = spawnSync(process.execPath, given, {
    cwd: project,
    encoding: 'utf8',
    timeout: LIMIT,
    env: { ...process.env, NODE_PATH: '' }
  })
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  return stdout.trim()
}

before(() => {
  if (skip) return
  npm(PACKAGE, 'pack', '--ignore-scripts', `--pack-destination=${home}`)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "acme-desk", "version": "1.0.0", "private": true }')
  npm(project, 'install', '--ignore-scripts', join(home, `careline-${manifest.version}.tgz`))
}, { timeout: 2 * LIMIT })

const files = () => readdirSync(installed, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  .map(({ parentPath, path, name }) => join(parentPath ?? path, name).slice(installed.length + 1))

test('it installs alone: there are no dependencies and no scripts', { skip }, () => {
  const others = ['dependencies', 'optionalDependencies', 'peerDependencies', 'gypfile']
  assert.deepEqual(others.filter((key) => key in manifest), [])
  const scripts = ['preinstall', 'install', 'postinstall', 'prepare']
  assert.deepEqual(scripts.filter((script) => script in manifest.scripts), [])
  assert.deepEqual(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.')), ['careline'])
})

test('everything that files names is there, and nothing else', { skip }, () => {
  const found = files()
  for (const named of manifest.files) {
    const pattern = new RegExp(`^${named.replaceAll('.', '\\.').replace('*', '[^/]*')}(/|$)`)
    assert.ok(found.some((file) => pattern.test(file)), `${named} is not there`)
  }
  const papers = ['README.md', 'package.json', 'LICENSE-APACHE', 'LICENSE-MIT']
  assert.deepEqual(papers.filter((file) => !found.includes(file)), [])
  const workshop = /(^|\/)(test|benches|src|target|node_modules)\/|Cargo|\.(rs|map|tgz|toml)$|^build\./
  assert.deepEqual(found.filter((file) => workshop.test(file)), [])
  assert.equal(found.filter((file) => file.endsWith('.node')).length, 1)
})

test('everything that it points to is there', { skip }, () => {
  const pointed = []
  const follow = (value) => (typeof value === 'string' ? pointed.push(value) : Object.values(value).forEach(follow))
  follow([manifest.main, manifest.types, manifest.exports, manifest.bin])
  for (const path of pointed) {
    if (!path.includes('*')) assert.ok(existsSync(join(installed, path)), path)
  }
  const required = /require\('(\.{1,2}\/[^']+)'\)|from '(\.{1,2}\/[^']+)'/g
  for (const file of files().filter((name) => /\.(js|mjs|d\.ts|d\.mts)$/.test(name))) {
    for (const [, one, other] of readFileSync(join(installed, file), 'utf8').matchAll(required)) {
      const path = join(installed, file, '..', one ?? other)
      assert.ok(existsSync(path) || existsSync(path.replace(/\.js$/, '.d.ts')), `${file}: ${one ?? other}`)
    }
  }
  for (const adapter of files().filter((name) => /^adapters\/.*\.js$/.test(name))) {
    assert.ok(existsSync(join(installed, adapter.replace(/\.js$/, '.d.ts'))), `${adapter} has no types`)
  }
})

test('no text in it tells of the machine it was made on', { skip }, () => {
  const places = [join(PACKAGE, '..'), realpathSync(join(PACKAGE, '..')), homedir(), home, tmpdir()]
  for (const file of files().filter((name) => !name.endsWith('.node'))) {
    const text = readFileSync(join(installed, file), 'utf8')
    for (const place of places) assert.ok(!text.includes(place + '/'), `${file} tells of ${place}`)
  }
})

const OPENED = `
  const care = await Care.open('memory:', { policy: { text: "brand.name = 'Acme'" } })
  const [{ needsResponse }] = triageSync(['my order is broken, please help!'])
  console.log(care.tenants.join(), needsResponse, version)
`
const SAYS = `default true ${manifest.version}`

test('require works', { skip }, () => {
  const program = `const { Care, triageSync, version } = require('careline'); (async () => {${OPENED}})()`
  assert.equal(node('-e', program), SAYS)
  assert.equal(node('-p', "require('careline/package.json').name"), 'careline')
})

test('import works', { skip }, () => {
  const program = `import { Care, triageSync, version } from 'careline'\n${OPENED}`
  assert.equal(node('--input-type=module', '-e', program), SAYS)
  const later = "console.log(Object.keys(await import('careline')).includes('Care'))"
  assert.equal(node('--input-type=module', '-e', later), 'true')
})

test('adapters are there for both', { skip }, () => {
  const names = files().flatMap((file) => file.match(/^adapters\/(.*)\.js$/)?.[1] ?? [])
  assert.ok(names.length >= 7, names.join())
  for (const name of names) {
    const path = `careline/adapters/${name}`
    assert.equal(node('-p', `typeof require('${path}').webhook`), 'function', name)
    const program = `import { webhook } from '${path}'; console.log(typeof webhook)`
    assert.equal(node('--input-type=module', '-e', program), 'function', name)
  }
})

test('what is not exported cannot be reached', { skip }, () => {
  const program = "try { require('careline/lib/native.js') } catch (error) { console.log(error.code) }"
  assert.equal(node('-e', program), 'ERR_PACKAGE_PATH_NOT_EXPORTED')
})

test('the program is installed with it', { skip }, () => {
  const [name] = Object.keys(manifest.bin)
  assert.equal(node(join('node_modules', '.bin', name), '--version'), `careline ${manifest.version}`)
})

test('a machine without an addon is told what to do', { skip }, () => {
  const addon = join(installed, files().find((name) => name.endsWith('.node')))
  const program = `
    const { renameSync } = require('node:fs')
    renameSync(${JSON.stringify(addon)}, ${JSON.stringify(addon + '.away')})
    try { require('careline') } catch (error) { console.log(error.message) }
    renameSync(${JSON.stringify(addon + '.away')}, ${JSON.stringify(addon)})
  `
  const said = node('-e', program)
  assert.ok(/no addon .* machine/.test(said) && said.includes('npm run build'), said)
})
