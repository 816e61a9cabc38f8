'use strict'

// Builds the addon for this machine and puts it beside index.js. `--debug` builds faster and runs slower.

const { execFileSync } = require('node:child_process')
const { copyFileSync, existsSync, rmSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const debug = process.argv.includes('--debug')
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
execFileSync('cargo', ['build', '--locked', '-p', 'careline-node', ...(debug ? [] : ['--profile', 'packed'])], {
  cwd: root,
  stdio: 'inherit'
})

const libc = () => {
  if (process.platform !== 'linux') return ''
  return process.report.getReport().header.glibcVersionRuntime === undefined ? '-musl' : '-gnu'
}
const built = { darwin: 'libcareline_node.dylib', win32: 'careline_node.dll' }[process.platform] ?? 'libcareline_node.so'
const from = join(target, debug ? 'debug' : 'packed', built)
const to = join(__dirname, `careline.${process.platform}-${process.arch}${libc()}.node`)
if (!existsSync(from)) throw new Error(`cargo left no ${from}`)
// A process may have the old one open: it keeps that.
rmSync(to, { force: true })
copyFileSync(from, to)
// npm packs no links, and a package without its licences is none.
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(join(root, licence), join(__dirname, licence))
copyFileSync(join(root, 'core', 'NOTICE'), join(__dirname, 'NOTICE'))
