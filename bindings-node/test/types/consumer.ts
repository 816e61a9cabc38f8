// What a host writes in TypeScript: every export, every union to its end.

import * as everything from 'careline'
import {
  Care, CarelineError, Listing, Policy, Tenant, checkPolicy, compose, fromJSON, measure, networks, normalise,
  normaliseSync, spanWithin, toJSON, triage, triageSync, verifySignature, version
} from 'careline'
import { told } from './events.js'
import type {
  Advisor, Assessment, AuditEntry, Calling, Case, CaseView, Composing, Counter, Coverage, CustomerView, ErrorCode, Event,
  Explanation, Finding, GivenMessage, Incident, Ingested, Judging, Leased, Line, Measured, Message, Mistake, OpenSettings,
  Owed, Page, Parsed, PolicySource, Presence, Quarantined, QueueItem, Reading, Receipt, Records, Reply, Settings, Signing,
  Span, Standing, Submitted, Suggestion, Text, ThreadView, Ticked, Transport, Upkept, Verdict, WebhookAnswer,
  WebhookRequest
} from 'careline'

const advisor: Advisor = {
  id: 'acme-recall/1',
  async advise (message, assessment) {
    const { text } = message.content ?? { text: '' }
    if (!text.includes('K-200') || assessment.tier === 1) return []
    const span: Span = spanWithin(text, text.indexOf('K-200'), text.indexOf('K-200') + 5)
    return [{ about: 'urgency', value: 'yes', weight: 5, rule: 'acme.recall', span }]
  }
}
const atOnce: Advisor = { id: 'acme-rule/1', advise: () => new Set<Finding>() }

const transport: Transport = async (url, { method, headers, body, signal, redirect }) => {
  const length: number = body?.byteLength ?? 0
  const how: 'manual' = redirect
  signal.throwIfAborted()
  const sent: [string, string][] = headers
  return { status: length + sent.length, headers: [[method, how + url]], arrayBuffer: async () => new ArrayBuffer(0) }
}

const plain: OpenSettings = { transport: fetch }
const wrapped: Transport = (url, request) => fetch(url, request)
console.log(plain, wrapped)

const policy: PolicySource = { text: "brand.name = 'Acme'", file: 'acme.toml' }
const sources: PolicySource[] = ['acme.toml', new URL('file:///acme.toml'), policy]
const endpoint: Settings = { network: 'x', consumer_secrets: ['made-up secret'] }
const settings: OpenSettings = {
  policy,
  tenants: { acme: 'acme.toml', umbra: policy },
  endpoints: { x: endpoint, other: 'mastodon:?secrets=env:SECRETS' },
  accounts: { acme: 'mastodon://social.example?token=env:TOKEN' },
  advisors: [advisor, atOnce],
  transport
}

export async function whole (stop: AbortSignal): Promise<void> {
  const care: Care = await Care.open('memory:', settings)
  const names: readonly string[] = care.tenants
  const tenant: Tenant = care.tenant()
  const named: string = care.tenant(names[0]).id
  const calling: Calling = { signal: stop }

  const requests: WebhookRequest[] = [
    { headers: new Headers({ a: 'b' }), body: Buffer.from(named), method: 'POST', query: 'a=b' },
    { headers: { a: 'b', c: ['d', 'e'], f: undefined }, body: new Uint8Array(1) },
    { headers: [['a', 'b']], body: new ArrayBuffer(1) },
    { headers: new Map([['a', 'b']]), method: 'GET' }
  ]
  for (const request of requests) {
    const answer: WebhookAnswer = await care.receive('x', request, calling)
    const ingested: Ingested = answer.ingested
    console.log(answer.status, answer.contentType, answer.body, ingested.added + ingested.quarantined)
  }

  const ticked: Ticked = await care.tick(calling)
  const due: Date | undefined = ticked.nextDue
  const upkept: Upkept = await care.upkeep()
  const notices: readonly Leased[] = await care.notices()
  for (const notice of notices) await care.told(notice, calling)
  console.log(due, ticked.failed[0]?.tenant, upkept.removed['default']?.customers)

  const given: GivenMessage = { scope: 'acme-shop', nativeId: 'r1', surface: 'review', visibility: 'public' }
  const more: GivenMessage = {
    ...given,
    author: { scope: 'acme-shop', nativeId: 'jo', name: 'Jo' },
    sentAt: new Date(),
    rating: { value: 1, best: 5, worst: 1 },
    content: { text: 'My order is broken', extensions: { stars: 1 } }
  }
  const events: Event[] = normaliseSync('x', []).flatMap((parsed) => [...parsed.events])
  await tenant.ingest('reviews', [given, more, ...events], {
    account: { network: 'acme-shop', nativeId: '1' }, raw: new Uint8Array(), signal: stop
  })
  await tenant.ingest('reviews', new Set(events))

  const asked = { team: 'care', awaiting: true, dueBefore: new Date(), limit: 20, signal: stop }
  const queue: Listing<QueueItem> = tenant.queue(asked)
  for await (const item of queue) console.log(item.case.tier.toFixed(), item.excerpt.length, item.customerName?.length)
  for await (const page of queue.pages()) console.log(page.items.length)
  const page: Page<QueueItem> = await queue.page()
  const next: Page<QueueItem> = await queue.page(page.after)
  const listings: Listing<Case>[] = [tenant.allCases(), tenant.casesOf('p1', { limit: 1 })]
  const messages: Listing<Message>[] = [tenant.messagesBy('p1'), tenant.messagesIn('t1'), tenant.search('order')]
  const aside: Listing<Quarantined> = tenant.quarantine({ after: next.after })
  for await (const line of tenant.history('c1')) console.log(lineOf(line))
  console.log(listings.length, messages.length, (await aside.page()).items[0]?.receivedAt.getTime())

  const view: CaseView = await tenant.case('c1')
  const explained: Explanation = await tenant.explain('c1', calling)
  const thread: ThreadView | undefined = await tenant.thread('t1')
  const person: CustomerView = await tenant.customer('p1')
  const open: { readonly [name: string]: number } = await tenant.countOpen({ by: 'team' })
  const coverage: { readonly [name: string]: Coverage } = await tenant.coverage()
  const counters: readonly Counter[] = await tenant.volume('tier.', { since: new Date() })
  const roster: readonly Presence[] = await tenant.roster()
  const receipt: Receipt = await tenant.erase({ customer: 'p1' })
  const entries: number = await tenant.verifyLog()
  console.log(spanned(explained), view.notes[0]?.text, thread?.messages, person.maybeSame)
  console.log(open, coverage, counters, roster)
  console.log(receipt.removed['messages'], entries, await tenant.totals('tier.'), await tenant.export({ raw: true }))

  const moved: Case[] = [
    await tenant.assign('c1', 'mia', 'sam'),
    await tenant.accept('c1', 'mia'),
    await tenant.release('c1', 'mia', 'lunch', { team: 'billing' }),
    await tenant.close('c1', 'mia', 'resolved'),
    await tenant.reopen('c1', 'mia')
  ]
  const assessment: Assessment | undefined = explained.assessment
  if (assessment !== undefined) {
    moved.push(await tenant.correct('c1', 'mia', { ...assessment, tier: 2, intent: 'question' }))
  }
  const nothing: void = await tenant.note('c1', 'mia', 'called back')
  await tenant.setFacts('p1', { number: 'K-7', value: { tier: 1 }, gone: null })
  await tenant.mergeCustomers('p1', 'p2', 'mia', ['both named order 7'])
  await tenant.unmergeCustomers('p1', 'p2', 'mia')
  await tenant.setPresence('mia', true, { until: new Date() })
  const polled: Ingested[] = [await tenant.poll('acme'), await tenant.recheck('acme')]
  console.log(nothing, polled, (await tenant.accountStates())[0]?.toDo, await tenant.retain())
  await care.close()
}

export async function answering (tenant: Tenant, to: string, stop: AbortSignal): Promise<void> {
  const draft = { key: 'a1', author: 'mia', to, text: 'Sorry!' }
  const verdict: Verdict = await tenant.canSend({ ...draft, read: await tenant.reading(to), despite: ['tone'] })
  const marked: readonly Span[] = verdict.objections.flatMap(({ spans }) => spans)
  const { reply }: Submitted = await tenant.reply({ ...draft, notBefore: new Date() }, { signal: stop })
  const acted: Reply[] = [
    await tenant.approve('r1', 'sam', { text: 'So sorry!' }),
    await tenant.reject('r1', 'sam', 'too short'),
    await tenant.withdraw('r1', 'mia'),
    await tenant.sendAfterAll('r1', 'mia'),
    await tenant.wasSent('r1', 'mia', '901'),
    await tenant.replyRecord('r1')
  ]
  const waiting: Listing<Reply> = tenant.replies({ states: ['awaiting_approval'], account: 'acme', limit: 1 })
  const handed: Case = await tenant.handOff('c1', 'email', 'mia', { note: 'ticket 7' })
  const next: readonly Suggestion[] = await tenant.suggestions('c1')
  const opened: Incident = await tenant.openIncident({ key: 'i', name: 'Outage', when: { category: ['technical'] } }, 'mia')
  const owed: Owed[] = [...await tenant.releaseIncident(opened.id, 'mia'), ...await tenant.owedIn(opened.id)]
  const cases: readonly Case[] = await tenant.incidentCases((await tenant.incident('i1')).id)
  const trails: Listing<AuditEntry>[] = [tenant.audit(), tenant.auditChain({ limit: 1 })]
  console.log(marked[0]?.start, reply?.state, acted.length, waiting, handed.handoffs[0]?.state, next[0]?.kind)
  console.log(owed[0]?.held, cases.length, trails.length, tenant.incidents())

  const standing: Standing = { surface: 'direct_message', max: 500 }
  const composing: Composing = { ...standing, signature: '^MK', mentions: ['jo'] as const, thread: true, markdown: true }
  const measured: Measured = measure('hi', 'x', standing)
  console.log(measured.within.end, compose('hi', 'x', composing).parts[0]?.text)
}

export async function batches (): Promise<void> {
  const reading: Reading = { kind: 'rest', account: '1', receivedAt: new Date(), threads: 2 }
  const later: Parsed[] = await normalise('x', [new Uint8Array()], reading)
  for (const { events, rejects, repaired } of [...later, ...normaliseSync('x', [Buffer.from('{}')])]) {
    console.log(events.map(({ body }) => told(body)), rejects[0]?.error, repaired)
  }

  const known = { network: 'x', lang: 'en', author: 'jo', brand: 'Acme' }
  const text: Text = { text: 'help', ...known, surface: 'mention', visibility: 'public' }
  const judging: Judging = { policy: new Policy("brand.name = 'Acme'", 'acme.toml'), threads: 1 }
  const loaded: Policy = await Policy.load(new URL('file:///acme.toml'))
  const atOnce: Assessment[] = triageSync(['help'] as const, { policy: loaded })
  const judged: Assessment[] = [...await triage(['help', text], judging), ...atOnce]
  console.log(judged[0]?.needsResponse, loaded.version, networks().join(), version.length, sources.length)

  const mistakes: readonly Mistake[] = await checkPolicy('acme.toml')
  const [mistake] = mistakes
  console.log(mistake?.file, mistake?.line, mistake?.column, mistake?.key, mistake?.reason, mistake?.nearest)

  const signing: Signing = {
    secrets: ['made-up secret'], header: 'x-signature', encoding: 'base64', prefix: 'v1=',
    timestamp: { header: 'x-time', unit: 'seconds', separator: '.', toleranceSecs: 60 }
  }
  verifySignature({ headers: {}, body: new Uint8Array() }, signing, { now: new Date() })

  const json: string = toJSON('Assessment', judged[0] as Assessment)
  const back: Assessment = fromJSON('Assessment', json, 'help')
  const name: keyof Records = 'Event'
  const event: Event = fromJSON(name, '{}')
  console.log(back.tier, event.v)
}

export function spanned ({ text, assessment }: Explanation): string[] {
  const spans: (Span | undefined)[] = (assessment?.evidence ?? []).map(({ span }) => span)
  return spans.map((span) => (span === undefined ? '' : text.slice(span.start, span.end)))
}

function lineOf (line: Line): string {
  switch (line.line) {
    case 'step': return `${line.kind} ${line.actor} ${line.reasons[0]?.rule}`
    case 'note': return `${line.by} ${line.text}`
    default: return never(line)
  }
}

const never = (value: never): never => { throw new TypeError(String(value)) }

/** What to do about an error. */
export function remedy (error: unknown): number | 'give up' {
  if (!(error instanceof CarelineError)) throw error
  const facts: readonly string[] = Object.keys(error.context)
  const { operation, status, mistakes } = error
  console.log(facts, operation, status, mistakes?.[0]?.key, error.cause, error.message)
  const code: ErrorCode = error.code
  switch (code) {
    case 'rate_limited': return error.retryAfterMs ?? 60_000
    case 'signature_invalid': return 'give up'
    case 'timeout': return error.retryable ? 1_000 : 'give up'
    default: return retried(error)
  }
}

function retried (error: CarelineError): number | 'give up' {
  switch (error.retry) {
    case 'never': return 'give up'
    case 'after': return error.retryAfterMs ?? 0
    case 'transient': return 1_000
    case 'unknown': return 'give up'
    default: return never(error.retry)
  }
}

/** A host may throw the same errors. */
export const mine = (): CarelineError => new CarelineError('mine', {
  code: 'conflict', operation: 'mine', context: { case: 'c1' }, status: 409,
  retry: 'after', retryAfterMs: 5, cause: new Error()
})

/** Nothing is exported that is not used above. */
const used: Record<Exclude<keyof typeof everything, 'default'>, unknown> = {
  Care, CarelineError, Listing, Policy, Tenant, checkPolicy, compose, fromJSON, measure, networks, normalise,
  normaliseSync, spanWithin, toJSON, triage, triageSync, verifySignature, version
}
console.log(used)
