import type {
  Assessment, Composed, Event, Finding, Inbound, Ingested, Measured, Message, NativeAccount, Parsed, Records, Span,
  WebhookAnswer
} from './lib/model.js'
import type { EngineVerbs, TenantVerbs } from './lib/verbs.js'

export * from './lib/model.js'

/** The version of careline. */
export declare const version: string

/** What every call that may take a while takes beside its arguments. */
export interface Calling {
  /** Aborting it stops the waiting, with the signal's reason. What was begun comes to its end; nothing is half-written. */
  signal?: AbortSignal | undefined
}

/** The stable code of a cause. */
export type ErrorCode =
  | 'signature_invalid' | 'input_invalid' | 'config_invalid' | 'too_large' | 'unsupported' | 'unauthenticated'
  | 'permission_denied' | 'not_found' | 'conflict' | 'rate_limited' | 'quota_exhausted' | 'window_closed' | 'blocked'
  | 'unavailable' | 'timeout' | 'cancelled' | 'account_unknown' | 'version_newer' | 'storage_damaged' | 'storage_failed'
  | 'unexpected'

/** What went wrong, in one line for people. Holds no secret and no customer's words. */
export declare class CarelineError extends Error {
  constructor (message: string, facts?: {
    code?: ErrorCode | undefined, operation?: string | undefined, context?: Record<string, string> | undefined,
    retry?: CarelineError['retry'] | undefined, retryAfterMs?: number | undefined, status?: number | undefined,
    mistakes?: Mistake[] | undefined, cause?: unknown
  })
  /** The cause. */
  readonly code: ErrorCode
  /** What failed: `receive`, `poll` …; empty when nobody named it. */
  readonly operation: string
  /** Facts added on the way: which file, field, account, case. */
  readonly context: { readonly [fact: string]: string }
  /** `after`: see `retryAfterMs`; `transient`: with growing pauses; `unknown`: the effect may have happened, look first. */
  readonly retry: 'never' | 'after' | 'transient' | 'unknown'
  /** How long to wait, in milliseconds, where `retry` is `after`. */
  readonly retryAfterMs: number | undefined
  /** The HTTP status that tells a network what to do: 4xx do not send this again, 503 do. */
  readonly status: number
  /** Whether the same call may succeed later without anything else changing. */
  readonly retryable: boolean
  /** For a policy, every mistake in it. */
  readonly mistakes?: readonly Mistake[]
}

/** One mistake in a policy. */
export interface Mistake {
  /** The file as the caller named it. */
  readonly file: string
  /** The line, from 1. */
  readonly line?: number
  /** The column, from 1, in characters. */
  readonly column?: number
  /** The key: `agents[2].skills.billing`; empty for the file as a whole. */
  readonly key: string
  /** What is wrong and what would be right. */
  readonly reason: string
  /** The valid name nearest to what was written. */
  readonly nearest?: string
}

/** A policy: the path of a TOML file, or its text and what mistakes call it. */
export type PolicySource = string | URL | { text: string, file?: string | undefined }

/**
 * Settings of a connector: a URI, or an object with `network` and the same keys. Secrets stand in an object or, as
 * `env:NAME`, in the environment.
 */
export type Settings = string | ({ network: string } & Record<string, unknown>)

/**
 * A host's own model or rule. It is asked after a message is stored, within the policy's `advice.within`; its answer,
 * what it throws or its silence comes back as an event.
 */
export interface Advisor {
  /** Name and version, kept with every finding: `acme-intent/3`. */
  readonly id: string
  /** What it finds. */
  advise (message: Message, assessment: Assessment): Promise<Iterable<Finding>> | Iterable<Finding>
}

/** The way to the networks: the host's `fetch`, or something like it. Headers hold tokens: do not log them. */
export type Transport = (url: string, request: {
  method: string
  headers: [string, string][]
  body: (Uint8Array & { readonly buffer: ArrayBuffer }) | null
  signal: AbortSignal
  redirect: 'manual'
}) => Promise<{ status: number, headers: Iterable<[string, string]>, arrayBuffer (): Promise<ArrayBuffer> }>

/** Everything that `Care.open` takes beside the store. */
export interface OpenSettings {
  /** The policy of a single-brand host; its tenant is called `default`. */
  policy?: PolicySource | undefined
  /** Policies of several tenants, by name. */
  tenants?: Record<string, PolicySource> | undefined
  /** What networks post to, by a name of yours: `{ x: { network: 'x', consumer_secrets: [secret] } }`. */
  endpoints?: Record<string, Settings> | undefined
  /** Accounts to read and answer through, by the ids their policies give them: `{ acme: 'mastodon://social.example?token=env:TOKEN' }`. */
  accounts?: Record<string, Settings> | undefined
  /**
   * What the tokens of connected accounts are sealed under in the store: keys of 32 random bytes in base64, the one in use
   * first, or `env:NAME` for one in the environment. Without a key they are kept plain.
   */
  tokenKeys?: readonly string[] | undefined
  /** Models or rules of your own, asked about each new message of a customer. */
  advisors?: readonly Advisor[] | undefined
  /** Your own way to the networks; the global `fetch` unless given. */
  transport?: Transport | undefined
}

/** One webhook request, as any web framework has it. */
export interface WebhookRequest {
  /** All headers. */
  headers: Headers | Iterable<[string, string]> | Record<string, string | readonly string[] | undefined>
  /** The raw body, untouched: signatures are over exactly these bytes. A question such as a challenge has none. */
  body?: Uint8Array | ArrayBuffer | undefined
  /** `POST` unless given; `GET` for the networks' challenges. */
  method?: string | undefined
  /** The query string. */
  query?: string | undefined
}

/**
 * Everything one process needs to care. Opening it starts no thread and opens no socket; work runs on libuv's own threads,
 * and nothing keeps the process from ending.
 */
export declare class Care extends EngineVerbs {
  private constructor ()
  /**
   * Opens a store with everything around it.
   *
   * @param store Its URI: `sqlite:///var/lib/acme/care.db`, `sqlite://care.db` for a file in the present folder, `memory:`.
   * @throws {CarelineError} `config_invalid`: a policy or setting is wrong; says where and what to do.
   */
  static open (store: string, settings: OpenSettings): Promise<Care>
  /** The names of the tenants. */
  readonly tenants: readonly string[]
  /**
   * The handle with all verbs and views for one tenant; `default` unless named.
   *
   * @throws {CarelineError} `not_found`: there is no such tenant.
   */
  tenant (id?: string): Tenant
  /**
   * Receives one webhook request. When this resolves, everything in it is stored; send the answer back.
   *
   * @param endpoint Which of the endpoints it was posted to.
   * @throws {CarelineError} `signature_invalid`, `input_invalid`, `not_found`, `too_large`; its `status` is the answer then.
   */
  receive (endpoint: string, request: WebhookRequest, options?: Calling): Promise<WebhookAnswer>
  /** Closes the store. What is under way comes to its end; whatever is called afterwards is refused. */
  close (): Promise<void>
  [Symbol.asyncDispose] (): Promise<void>
}

/** A message of which only what must be there must be given. */
export type GivenMessage = Pick<Inbound, 'scope' | 'nativeId' | 'surface' | 'visibility'>
  & Partial<Omit<Inbound, 'author' | 'recipient' | 'content'>>
  & {
    author?: undefined | { scope: string, nativeId: string, handle?: string | undefined, name?: string | undefined }
    recipient?: undefined | { scope: string, nativeId: string, handle?: string | undefined, name?: string | undefined }
    content?: Partial<Inbound['content']> | undefined
  }

/** One tenant: all its verbs and all its views. Got from `care.tenant(id)`. */
export declare class Tenant extends TenantVerbs {
  private constructor ()
  /** The tenant's name. */
  readonly id: string
  /**
   * Takes in what you got from a network in your own way. The same again adds nothing.
   *
   * @param source Where it comes from, by a name of yours.
   * @param items Messages, or whole events.
   * @throws {CarelineError} `input_invalid`: an item lacks something; says what.
   */
  ingest (source: string, items: Iterable<GivenMessage | Event>, options?: Calling & {
    /** The brand account they came through; whole events name their own. */
    account?: NativeAccount | undefined
    /** What it was read from, kept with it; the items as JSON unless given. */
    raw?: Uint8Array | undefined
  }): Promise<Ingested>
}

/** One page of a list. */
export interface Page<T> {
  /** What is on it, in the list's order. */
  readonly items: readonly T[]
  /** Where the next page begins; absent: there is no more. */
  readonly after?: string | undefined
}

/** A list. Nothing is read until somebody looks; `for await` reads one page after the other. */
export declare class Listing<T> implements AsyncIterable<T> {
  private constructor ()
  /** The first page, or the one after a cursor. */
  page (after?: string): Promise<Page<T>>
  /** Page after page. */
  pages (): AsyncGenerator<Page<T>, void, undefined>
  [Symbol.asyncIterator] (): AsyncGenerator<T, void, undefined>
}

/** How raw bodies are read. */
export interface Reading {
  /** How they came: posted to a webhook (unless said), answered to a read, down a stream. */
  kind?: 'webhook' | 'rest' | 'stream' | undefined
  /** The native id of the brand account they came through, where they do not name it. */
  account?: string | undefined
  /** When they came; now unless said. */
  receivedAt?: Date | undefined
  /** On how many threads; they end before the call does. */
  threads?: number | undefined
}

/** The names of the networks there are connectors for. */
export declare function networks (): string[]

/** Reads raw bodies of a network on one of libuv's threads: one answer for each, in order. */
export declare function normalise (network: string, bodies: readonly Uint8Array[], options?: Reading): Promise<Parsed[]>

/** Reads raw bodies of a network at once: one answer for each, in order. */
export declare function normaliseSync (network: string, bodies: readonly Uint8Array[], options?: Reading): Parsed[]

/** A text and what is known of it. One that names no brand is taken as one to whoever asks. */
export interface Text {
  text: string
  /** The network it was written on. */
  network?: string | undefined
  /** Its language as the network names it. */
  lang?: string | undefined
  /** Who wrote it. */
  author?: string | undefined
  /** The brand it may be about, in place of the policy's. */
  brand?: string | undefined
  /** The kind of place it stands in. */
  surface?: Inbound['surface'] | undefined
  /** Who can read it. */
  visibility?: Inbound['visibility'] | undefined
}

/** How texts are judged. */
export interface Judging {
  /** The policy to look with. */
  policy?: Policy | undefined
  /** On how many threads; they end before the call does. */
  threads?: number | undefined
}

/** Judges texts on one of libuv's threads: one assessment for each, in order. */
export declare function triage (texts: readonly (string | Text)[], options?: Judging): Promise<Assessment[]>

/** Judges texts at once: one assessment for each, in order. */
export declare function triageSync (texts: readonly (string | Text)[], options?: Judging): Assessment[]

/** Where a text is to stand. */
export interface Standing {
  /** `comment` unless said; `post`, `direct_message` … */
  surface?: Inbound['surface'] | undefined
  /** The most that may stand there, in the network's unit; what is usual unless said. */
  max?: number | undefined
}

/** How a text is rendered. */
export interface Composing extends Standing {
  /** What stands at the end and counts, such as the agent's initials `^MK`. */
  signature?: string | undefined
  /** Handles to stand at the beginning. */
  mentions?: readonly string[] | undefined
  /** Whether a long text may become a numbered thread. */
  thread?: boolean | undefined
  /** Whether the text is Markdown. */
  markdown?: boolean | undefined
}

/**
 * How long a text is on a network, counted as the network does: at every keystroke, if you like.
 * `text.slice(measured.within.end)` is too much. `tenant.canSend` counts for an account, whose server may take more.
 *
 * @throws {CarelineError} `unsupported`: there is no connector for the network.
 */
export declare function measure (text: string, network: string, options?: Standing): Measured

/**
 * A text as it will stand on a network: clean, signed, addressed, in several parts if need be. Nothing is cut off.
 *
 * @throws {CarelineError} `too_large`, with `length`, `max` and `unit` in its context; `input_invalid`; `unsupported`.
 */
export declare function compose (text: string, network: string, options?: Composing): Composed

/** A policy, read and ready, for triage. */
export declare class Policy {
  /**
   * From TOML; `file` is what mistakes call it.
   *
   * @throws {CarelineError} `config_invalid`, with every mistake, its place and the nearest valid name in `mistakes`.
   */
  constructor (text: string, file?: string)
  /** From a TOML file. */
  static load (path: string | URL): Promise<Policy>
  /** The digest of its rules, as it stands in every decision. */
  readonly version: string
}

/** Every mistake in a policy. */
export declare function checkPolicy (path: string | URL): Promise<readonly Mistake[]>

/** How a sender that is none of careline's networks signs its webhooks (HMAC-SHA256): a shop, a forum, a desk. */
export interface Signing {
  /** The secret; two while it is rotated. */
  secrets: readonly string[]
  /** The header with the signature. */
  header: string
  /** How it is written; `hex` unless said. */
  encoding?: 'hex' | 'base64' | undefined
  /** What stands before it, such as `sha256=`. */
  prefix?: string | undefined
  /** The time that is signed with the body, so that an old copy is refused. */
  timestamp?: undefined | {
    /** The header with the time. */
    header: string
    /** How it is written. */
    unit: 'seconds' | 'milliseconds' | 'rfc3339'
    /** What was signed between the time and the body; nothing unless said. */
    separator?: string | undefined
    /** How many seconds the time may be away from ours; 300 unless said. */
    toleranceSecs?: number | undefined
  }
}

/**
 * Checks that a request comes from whoever knows a secret. Compares in constant time.
 *
 * @throws {CarelineError} `signature_invalid`, with what is wrong but never what would be right; `config_invalid`.
 */
export declare function verifySignature (request: WebhookRequest, signing: Signing, options?: { now?: Date | undefined }): void

/**
 * The span from one UTF-16 unit of a text to before another one: what `text.slice(start, end)` gives. Advisors mark with
 * it what they found.
 *
 * @throws {CarelineError} `input_invalid`: that is not in the text, or cuts a character in two.
 */
export declare function spanWithin (text: string, start: number, end: number): Required<Span>

/** The JSON of a record as every language writes it: names as in Rust, spans in UTF-8 bytes. */
export declare function toJSON<N extends keyof Records> (name: N, record: Records[N]): string

/** A record from its JSON; `text` is what its spans mark, where that is not part of it. */
export declare function fromJSON<N extends keyof Records> (name: N, json: string, text?: string): Records[N]
