'use strict'

// Nothing is started by requiring this: no thread, no socket, no timer.

const { CarelineError } = require('./lib/errors.js')
const { Care, Tenant } = require('./lib/care.js')
const { Listing } = require('./lib/listing.js')
const batch = require('./lib/batch.js')
const { spanWithin } = require('./lib/span.js')
const { version } = require('./package.json')

exports.Care = Care
exports.CarelineError = CarelineError
exports.Listing = Listing
exports.Policy = batch.Policy
exports.Tenant = Tenant
exports.checkPolicy = batch.checkPolicy
exports.compose = batch.compose
exports.fromJSON = batch.fromJSON
exports.measure = batch.measure
exports.networks = batch.networks
exports.normalise = batch.normalise
exports.normaliseSync = batch.normaliseSync
exports.spanWithin = spanWithin
exports.toJSON = batch.toJSON
exports.triage = batch.triage
exports.triageSync = batch.triageSync
exports.verifySignature = batch.verifySignature
exports.version = version
