import careline from './index.js'

export const {
  Care, CarelineError, Listing, Policy, Tenant, checkPolicy, compose, fromJSON, measure, networks, normalise,
  normaliseSync, spanWithin, toJSON, triage, triageSync, verifySignature, version
} = careline
