import careline from './index.js'

export const {
  Care, CarelineError, Listing, Policy, Tenant, checkPolicy, fromJSON, networks, normalise, normaliseSync, spanWithin,
  toJSON, triage, triageSync, verifySignature, version
} = careline
