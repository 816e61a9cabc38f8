'use strict'

// The brand that these tests open, and what its customers write.

const { createHmac } = require('node:crypto')
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const { Care } = require('../index.js')

const SECRET = 'made-up secret'
const TOKEN = 'made-up-token'
const POLICY = `
brand.name = 'Acme'
agents = [{ id = 'mia' }, { id = 'sam' }]
accounts = [
  { id = 'acme-x', network = 'x', native_id = '1' },
  { id = 'shop', network = 'acme-shop', native_id = '1' },
]
teams = [{ id = 'care' }, { id = 'billing', takes = { category = ['billing'] } }]
advice.within = '5s'
`
/** The shop's own reviews, which no connector reads. */
const SHOP = { network: 'acme-shop', nativeId: '1' }
const COMPLAINT = '@acme my order is broken, please help!'

const settings = () => ({
  policy: { text: POLICY },
  endpoints: { x: { network: 'x', consumer_secrets: [SECRET] } }
})

/** The same brand with an account on a server of Mastodon, and what its token is. */
function onMastodon (base = 'https://inst.example') {
  const account = `{ id = 'acme-m', network = 'mastodon', host = '${new URL(base).host}', native_id = '55' },`
  return {
    policy: { text: POLICY.replace('accounts = [', `accounts = [${account}`) },
    accounts: { 'acme-m': { network: 'mastodon', base_url: base, token: TOKEN, account_id: '55' } }
  }
}

/** A handle that is closed when the test is over. */
async function opened (t, { store = 'memory:', ...others } = {}) {
  const care = await Care.open(store, { ...settings(), ...others })
  t.after(() => care.close())
  return care
}

const sign = (body, secret = SECRET) => 'sha256=' + createHmac('sha256', secret).update(body).digest('base64')

/** Anything, as X posts and signs it. */
function posted (event, secret) {
  const body = Buffer.from(JSON.stringify(event))
  return { headers: { 'x-twitter-webhooks-signature': sign(body, secret) }, body }
}

/** A mention, as X posts and signs it; `number` sets its place and, with it, its time. */
function mention ({ number = 1, text = COMPLAINT, author = '222', to = '1', secret, ...more } = {}) {
  // Ids of X hold the time; each of these is a second after the one before.
  const id = String(2090000000000000000n + BigInt(number) * (1000n << 22n))
  const payload = { id, text, author_id: author, ...more }
  const event = { event_uuid: `e${number}`, event_type: 'post.mention.create', filter: { user_id: to }, payload }
  return posted({ data: event }, secret)
}

/** A review of the shop, as its host has it. */
function review (nativeId, text, author = `jo-${nativeId}`) {
  return {
    scope: 'acme-shop',
    nativeId,
    surface: 'review',
    visibility: 'public',
    author: { scope: 'acme-shop', nativeId: author, name: author },
    sentAt: new Date(Date.UTC(2026, 4, 1, 9) + Number(nativeId.replace(/\D/g, '')) * 1000),
    content: { text }
  }
}

/** Everything in a list. */
async function all (listing) {
  const found = []
  for await (const one of listing) found.push(one)
  return found
}

/** The first of a list. */
async function first (listing) {
  return (await listing.page()).items[0]
}

/** A folder that is gone when the test is over. */
function folder (t) {
  const made = mkdtempSync(join(tmpdir(), 'careline-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

module.exports = {
  COMPLAINT, POLICY, SECRET, SHOP, TOKEN,
  all, first, folder, mention, onMastodon, opened, posted, review, settings, sign
}
