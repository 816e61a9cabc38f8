// Each of these is a mistake, and the compiler says so.

import {
  Care, CarelineError, Listing, Tenant, checkPolicy, fromJSON, normaliseSync, toJSON, triageSync, verifySignature
} from 'careline'
import type { Advisor, Assessment, Case, Inbound, Line, OpenSettings, Page, Transport } from 'careline'

declare const care: Care
declare const tenant: Tenant
declare const held: Case
declare const assessment: Assessment
declare const line: Line
declare const page: Page<Case>
declare const error: CarelineError

// @ts-expect-error: a handle is opened
export const made = new Care()
// @ts-expect-error: a tenant is got from a handle
export const alsoMade = new Tenant()
// @ts-expect-error: a list is got from a verb
export const listed = new Listing<Case>()
// @ts-expect-error: settings are needed
Care.open('memory:')
// @ts-expect-error: a store is named by a text
Care.open(5, {})
// @ts-expect-error: there is no such setting
export const settings: OpenSettings = { colour: 'red' }
// @ts-expect-error: an endpoint says which network it is of
export const endpoints: OpenSettings = { endpoints: { x: { consumer_secrets: [''] } } }
// @ts-expect-error: an advisor has an id
export const nameless: OpenSettings = { advisors: [{ advise: () => [] }] }
// @ts-expect-error: an advisor gives findings
export const wordy: OpenSettings = { advisors: [{ id: 'a', advise: () => ['urgent'] }] }
// @ts-expect-error: a finding has a weight
export const weightless: Advisor = { id: 'a', advise: () => [{ about: 'urgency', value: 'yes', rule: 'a' }] }
// @ts-expect-error: a transport answers with a status
export const silent: Transport = async () => ({ headers: [], arrayBuffer: async () => new ArrayBuffer(0) })
// @ts-expect-error: the raw body is bytes
care.receive('x', { headers: {}, body: '{}' })
// @ts-expect-error: the raw body is not what was parsed
care.receive('x', { headers: {}, body: {} })
// @ts-expect-error: headers are needed
care.receive('x', { body: new Uint8Array() })
// @ts-expect-error: there is no such option
care.receive('x', { headers: {} }, { timeout: 5 })
// @ts-expect-error: a list is not a promise of one
export const items: Promise<Case[]> = tenant.queue()
// @ts-expect-error: there is no such filter
tenant.queue({ colour: 'red' })
// @ts-expect-error: an instant is a Date
tenant.queue({ dueBefore: '2026-05-01' })
// @ts-expect-error: who says so is needed
tenant.assign('c1', 'mia')
// @ts-expect-error: evidence is several
tenant.mergeCustomers('p1', 'p2', 'mia', 'both named order 7')
// @ts-expect-error: a case is not changed in place
held.tier = 1
// @ts-expect-error: nor are the lists in it
held.conversations.push('t1')
// @ts-expect-error: nor a page
page.items.push(held)
// @ts-expect-error: there may be no more
export const cursor: string = page.after
// @ts-expect-error: it may not be held by anybody
export const agent: string = held.assignment.agent
// @ts-expect-error: times are Dates
export const opened: string = held.openedAt
// @ts-expect-error: there is no such field
export const strange = held.colour
// @ts-expect-error: what one arm has, another may not
export const words = line.text
// @ts-expect-error: there is no such arm
export const arm: boolean = line.line === 'colour'
// @ts-expect-error: there is no such code
export const code: boolean = error.code === 'colour'
// @ts-expect-error: an error is not changed
error.code = 'conflict'
// @ts-expect-error: nor what it is about
error.context.case = 'c1'
// @ts-expect-error: there is no such record
toJSON('Colour', {})
// @ts-expect-error: it is another record
toJSON('Case', assessment)
// @ts-expect-error: it is another record
export const read: Case = fromJSON('Assessment', '{}')
// @ts-expect-error: bodies are several
normaliseSync('x', new Uint8Array())
// @ts-expect-error: bodies are bytes
normaliseSync('x', ['{}'])
// @ts-expect-error: there is no such kind
normaliseSync('x', [], { kind: 'post' })
// @ts-expect-error: a draft has a key
tenant.reply({ author: 'mia', text: 'Sorry!' })
// @ts-expect-error: a draft has no such field
tenant.canSend({ key: 'a1', author: 'mia', txt: 'Sorry!' })
// @ts-expect-error: an incident has a condition
tenant.openIncident({ key: 'i', name: 'Outage' }, 'mia')
// @ts-expect-error: guards are several
tenant.reply({ key: 'a1', author: 'mia', despite: 'tone' })
// @ts-expect-error: texts are several
triageSync('help')
// @ts-expect-error: a text has a text
triageSync([{ network: 'x' }])
// @ts-expect-error: a policy is read first
triageSync(['help'], { policy: 'acme.toml' })
// @ts-expect-error: a header is named
verifySignature({ headers: {} }, { secrets: [''] })
// @ts-expect-error: mistakes come later
export const none: number = checkPolicy('acme.toml').length
// @ts-expect-error: a message says where it stands
tenant.ingest('reviews', [{ scope: 's', nativeId: '1' }])
// @ts-expect-error: an account names its network
tenant.ingest('reviews', [], { account: { nativeId: '1' } })
// @ts-expect-error: a profile has an id
export const author: Inbound['author'] = { name: 'Jo' }
