'use strict'

// The addon for this machine. It is part of the package, so nothing is fetched or built when careline is installed.

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const isMusl = () => {
  if (process.platform !== 'linux') return false
  const report = process.report?.getReport?.()
  return report !== undefined && report.header.glibcVersionRuntime === undefined
}

const name = () => {
  const libc = process.platform === 'linux' ? (isMusl() ? '-musl' : '-gnu') : ''
  return `careline.${process.platform}-${process.arch}${libc}.node`
}

const file = join(__dirname, '..', name())
if (!existsSync(file)) {
  throw new Error(
    `careline has no addon for this machine (${name()}); build one: npm run build in bindings-node of its repository`
  )
}

module.exports = require(file)
