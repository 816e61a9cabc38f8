'use strict'

// The addon for this machine. It is part of the package, so nothing is fetched or built when careline is installed.

const { existsSync } = require('node:fs')
const { join } = require('node:path')

// A package may hold addons for both C libraries of Linux; the one that fits this machine loads.
const libcs = process.platform === 'linux' ? ['-gnu', '-musl'] : ['']
const names = libcs.map((libc) => `careline.${process.platform}-${process.arch}${libc}.node`)
const files = names.map((name) => join(__dirname, '..', name)).filter(existsSync)

function load () {
  let failure
  for (const file of files) {
    try {
      return require(file)
    } catch (error) {
      failure = error
    }
  }
  const message = `careline has no addon that loads on this machine (${names.join(' or ')}); build one: npm run build in ` +
    'bindings-node of its repository'
  throw new Error(message, { cause: failure })
}

module.exports = load()
