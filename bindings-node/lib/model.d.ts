// Written from the Rust declarations by connectors/tests/bindings; do not edit.

/** A stretch of a text in UTF-16 units, as JavaScript counts: `text.slice(span.start, span.end)`. */
export interface Span {
  /** The first unit; absent where the text was not known when this was read. */
  readonly start?: number
  /** One past the last unit. */
  readonly end?: number
  /** The first byte, in UTF-8. */
  readonly startByte: number
  /** One past the last byte, in UTF-8. */
  readonly endByte: number
}

/**
 * What an attachment is.

 * - `image`: A still picture.
 * - `video`: A moving picture, with or without sound.
 * - `audio`: Sound.
 * - `file`: Any other file.
 * - `location`: A point on the map.
 * - `sticker`: A sticker.
 * - `share`: A post, story or page that is shared.
 */
export type AttachmentKind = 'image' | 'video' | 'audio' | 'file' | 'location' | 'sticker' | 'share' | (string & {})

/**
 * Where a case stands.

 * - `queued`: Waits for an agent.
 * - `offered`: Offered to an agent who has not accepted yet.
 * - `open`: An agent works on it and it is our turn.
 * - `waiting`: We answered; it is the customer's turn.
 * - `closed`: Done.
 */
export type CaseStatus = 'queued' | 'offered' | 'open' | 'waiting' | 'closed' | (string & {})

/**
 * The way an event reached us.

 * - `webhook`: The network called us.
 * - `poll`: We asked.
 * - `stream`: It came down a held connection.
 * - `host`: The host program said so.
 * - `engine`: A timer, the router or another part of careline.
 */
export type Channel = 'webhook' | 'poll' | 'stream' | 'host' | 'engine' | (string & {})

/**
 * What an SLA clock promises.

 * - `first_response`: The first answer to a customer's first turn.
 * - `next_response`: The answer to every later turn.
 * - `resolution`: The end of the case.
 */
export type ClockKind = 'first_response' | 'next_response' | 'resolution' | (string & {})

/**
 * What an entity is.

 * - `mention`: `@somebody`.
 * - `link`: A web address.
 * - `hashtag`: `#topic`.
 * - `cashtag`: `$TICKER`.
 * - `emoji`: A custom emoji, `:name:`.
 */
export type EntityKind = 'mention' | 'link' | 'hashtag' | 'cashtag' | 'emoji' | (string & {})

/**
 * What the author wants.

 * - `complaint`: Something went wrong and they say so.
 * - `question`: They want to know something.
 * - `request`: They want something done.
 * - `praise`: They are pleased.
 * - `chatter`: They talk, not to us or about nothing we can act on.
 */
export type Intent = 'complaint' | 'question' | 'request' | 'praise' | 'chatter' | (string & {})

/**
 * On whose behalf a message was written; computed by the engine, never claimed by a connector.

 * - `customer`: Somebody who is not us.
 * - `careline`: One of our accounts, through careline.
 * - `brand`: One of our accounts, through the network's own app or another tool.
 * - `unknown`: The network does not tell who wrote it.
 */
export type Origin = 'customer' | 'careline' | 'brand' | 'unknown' | (string & {})

/**
 * A kind of personal data.

 * - `card`: A payment card number that passes the Luhn check.
 * - `iban`: An international bank account number with a right checksum.
 * - `phone`: A telephone number.
 * - `email`: An e-mail address.
 * - `national_id`: A national identity number with a right form or checksum.
 * - `ip_address`: An internet address of a machine.
 */
export type PiiKind = 'card' | 'iban' | 'phone' | 'email' | 'national_id' | 'ip_address' | (string & {})

/**
 * The questions an assessment answers.

 * - `relevance`: Is it about us?
 * - `needs_response`: Does it need a response?
 * - `intent`: What does the author want?
 * - `category`: Which subject is it?
 * - `sentiment`: What is the tone?
 * - `language`: Which language is it?
 * - `spam`: Is it spam or bait?
 * - `abuse`: Is it abuse?
 * - `risk`: Does it affect many, or smell of a public crisis?
 * - `urgency`: How urgent is it?
 * - `pii`: Which personal data does it hold?
 * - `surface`: Where should the answer go?
 * - `tier`: Which tier is it?
 */
export type Question = 'relevance' | 'needs_response' | 'intent' | 'category' | 'sentiment' | 'language' | 'spam' | 'abuse' | 'risk' | 'urgency' | 'pii' | 'surface' | 'tier' | (string & {})

/**
 * How a message is about us.

 * - `addressed`: It speaks to us: a direct message, an answer to us, our handle.
 * - `about`: It names us or a listening term.
 * - `none`: It is neither.
 */
export type Relevance = 'addressed' | 'about' | 'none' | (string & {})

/**
 * The tone of the author.

 * - `negative`: Unhappy.
 * - `neutral`: Neither, or not known.
 * - `positive`: Happy.
 */
export type Sentiment = 'negative' | 'neutral' | 'positive' | (string & {})

/**
 * What happened to a case.

 * - `opened`: It was opened.
 * - `customer_turn`: The customer wrote.
 * - `brand_turn`: We wrote.
 * - `edited`: A message was edited.
 * - `deleted`: A message was taken back.
 * - `hidden`: A message was hidden or shown again.
 * - `reassessed`: Its assessment changed its tier, intent or category.
 * - `queued`: It was put into a team's queue.
 * - `offered`: It was offered to an agent.
 * - `accepted`: The agent accepted it.
 * - `released`: It was taken from an agent.
 * - `assigned`: An agent was chosen by hand, or took it over.
 * - `breached`: A promise was broken.
 * - `escalated`: A step of the escalation ladder was taken.
 * - `noted`: A colleague wrote a note.
 * - `closed`: It was closed.
 * - `reopened`: It was opened again.
 * - `joined`: Two cases of one person became one.
 * - `customer_changed`: The customer was merged with another one, or a merge was undone.
 * - `advised`: A host's own model or rule had its say.
 */
export type StepKind = 'opened' | 'customer_turn' | 'brand_turn' | 'edited' | 'deleted' | 'hidden' | 'reassessed' | 'queued' | 'offered' | 'accepted' | 'released' | 'assigned' | 'breached' | 'escalated' | 'noted' | 'closed' | 'reopened' | 'joined' | 'customer_changed' | 'advised' | (string & {})

/**
 * Where the answer should go.

 * - `stay`: Answer where it was asked.
 * - `private`: Answer in private.
 * - `none`: Do not answer.
 */
export type SuggestedSurface = 'stay' | 'private' | 'none' | (string & {})

/**
 * The kind of place a message stands in.

 * - `post`: A post of its own that names nobody.
 * - `comment`: An answer under a post or under another comment.
 * - `mention`: A post of its own that names somebody.
 * - `quote`: A post that shows another one with words of its own.
 * - `direct_message`: A message only sender and receiver see.
 * - `review`: A review or recommendation.
 * - `story_reply`: A private answer to a story.
 * - `story_mention`: A story that names us.
 */
export type Surface = 'post' | 'comment' | 'mention' | 'quote' | 'direct_message' | 'review' | 'story_reply' | 'story_mention' | (string & {})

/**
 * Who may write in a private thread.

 * - `us`: Our app.
 * - `another`: Another app or the network's own inbox.
 * - `idle`: Nobody at present.
 */
export type ThreadOwner = 'us' | 'another' | 'idle' | (string & {})

/**
 * Who can read a message.

 * - `public`: Anybody.
 * - `restricted`: A limited audience: followers, members, logged-in people.
 * - `private`: Only the people addressed.
 */
export type Visibility = 'public' | 'restricted' | 'private' | (string & {})

/** The network changed what we may do. */
export interface AccountChange {
  /** What: `revoked`, `blocked`, `unblocked`, `warned`, `severed`, `deauthorised`, `erasure_asked` … */
  readonly change: string
  /** The network's reason. */
  readonly reason?: string | undefined
  /** The person who withdrew what they had allowed, where it was one and the network names them. */
  readonly person?: Profile | undefined
  /** When, by the network's clock. */
  readonly at?: Date | undefined
}

/** One thing that a network said about a brand account. */
export interface AccountSaid {
  /** When, as far as the network told. */
  readonly at: Date
  /** What, in the words of `change`. */
  readonly change: string
  /** The network's reason. */
  readonly reason?: string | undefined
  /** The person whose data must go: who withdrew what they had allowed, or asked for it. */
  readonly person?: string | undefined
  /** That person as the network names them. */
  readonly profile?: Profile | undefined
}

/** What the network last said about an account. */
export interface AccountStanding {
  /** The account. */
  readonly account: string
  /**
   * What: `revoked`, `blocked`, `unblocked`, `warned` … as in
   * `change`.
   */
  readonly change: string
  /** Since when it says so, without anything else in between. */
  readonly since: Date
  /** The network's reason. */
  readonly reason?: string | undefined
  /** The person whose data must go: what `Identity` takes. */
  readonly person?: string | undefined
  /** That person as the network names them. */
  readonly profile?: Profile | undefined
  /** What is to be done about it. */
  readonly toDo: string
  /** What it said before that, the latest first. */
  readonly earlier: readonly AccountSaid[]
}

/** What a host's own model or rule says about a message, or that it said nothing in time. */
export interface Advice {
  /** The message it was asked about. */
  readonly message: string
  /** The revision it was asked about; advice on an older one is noted and not used. */
  readonly revision: number
  /** The adviser, by its own name and version. */
  readonly advisor: string
  /** Its findings, which join the evidence; absent when it failed or was too slow. */
  readonly findings?: readonly Finding[] | undefined
  /** Why there are none. */
  readonly failure?: string | undefined
}

/** Who asked for the right to write in a private thread. */
export interface Asked {
  /** When. */
  readonly at: Date
  /** The app, where the network names it. */
  readonly app?: string | undefined
}

/** What careline concludes about one revision of one message, with every reason. */
export interface Assessment {
  /** The message; absent when a text is assessed outside a store. */
  readonly message?: string | undefined
  /** The revision that was assessed. */
  readonly revision: number
  /** Whether and how it is about us. */
  readonly relevance: Relevance
  /** Whether somebody should answer. */
  readonly needsResponse: boolean
  /** What the author wants. */
  readonly intent: Intent
  /** The subject: `product`, `website`, `technical`, `billing`, `delivery`, `account`, `service` … or one of the policy's. */
  readonly category: string
  /** The tone. */
  readonly sentiment: Sentiment
  /** How clear the tone is, from -1 (negative) to 1 (positive). */
  readonly sentimentScore: number
  /** The language as a BCP 47 tag; `und` if the text does not tell. */
  readonly language: string
  /** Whether it is spam or bait. */
  readonly spam: boolean
  /** Whether it insults or threatens. */
  readonly abuse: boolean
  /** Whether its author seems to want only to argue: do not engage. */
  readonly doNotEngage: boolean
  /** The personal data in it. */
  readonly pii: readonly Pii[]
  /** 1 is the most pressing, 4 is spam, bait and abuse. */
  readonly tier: number
  /** Where the answer should go. */
  readonly surface: SuggestedSurface
  /** How sure we are of intent and need for a response, 0 to 1. */
  readonly confidence: number
  /** Every reason, in the order found. */
  readonly evidence: readonly Finding[]
  /** The rules and models that took part, with versions. */
  readonly models: { readonly [name: string]: string }
}

/** A case in the hands of one agent. */
export interface Assignment {
  /** The agent. */
  readonly agent: string
  /** The team whose queue it came from. */
  readonly team: string
  /** When it was offered or taken. */
  readonly at: Date
  /** By when it must be accepted, or it goes back to the queue; absent once accepted. */
  readonly acceptBy?: Date | undefined
  /** When the agent accepted. */
  readonly acceptedAt?: Date | undefined
  /** Whether a person gave or took it: it is not handed over when the agent's hours end. */
  readonly byHand: boolean
  /** Why this agent. */
  readonly reasons: readonly Reason[]
}

/** Something that hangs on a message. */
export interface Attachment {
  /** What it is. */
  readonly kind: AttachmentKind
  /** The network's id of it. */
  readonly nativeId?: string | undefined
  /** Where its bytes are; absent while the network still prepares it. */
  readonly url?: string | undefined
  /** When `url` stops working, where known. Many networks sign their addresses for hours only. */
  readonly urlExpiresAt?: Date | undefined
  /** Media type such as `image/png`. */
  readonly mime?: string | undefined
  /** Size in bytes. */
  readonly size?: number | undefined
  /** What the author says it shows, or its title. */
  readonly description?: string | undefined
}

/** One customer's matter, from the first turn to the end. */
export interface Case {
  /** Our id. */
  readonly id: string
  /** The person. */
  readonly customer: string
  /** The network it began on. */
  readonly network: string
  /** The brand account that answers. */
  readonly account: string
  /** The threads it runs in. */
  readonly conversations: readonly string[]
  /** The case before this one between the same people in the same thread. */
  readonly previous?: string | undefined
  /** The case that this one became a part of, because their threads turned out to be one. */
  readonly joinedInto?: string | undefined
  /** The cases that became part of this one: what happened to them until then stands in their own timelines. */
  readonly joined: readonly string[]
  /** Counts the cases between the same people in the same thread, from 1. */
  readonly number: number
  /** Where it stands. */
  readonly status: CaseStatus
  /** The most pressing tier of its messages; 1 is highest. */
  readonly tier: number
  /** The message that sets tier, intent and category: the earliest of the most pressing. */
  readonly lead: string
  /** The time of `lead`, which breaks ties. */
  readonly leadAt: Date
  /** The kind of place the lead message stands in. */
  readonly surface: Surface
  /** What the customer wants. */
  readonly intent: Intent
  /** The subject. */
  readonly category: string
  /** The tone of the lead message. */
  readonly sentiment: Sentiment
  /** The customer's language here. */
  readonly language: string
  /** The team whose queue it is in. */
  readonly team: string
  /** Who holds it. */
  readonly assignment?: Assignment | undefined
  /** When it was put into its team's queue; absent while somebody holds it. */
  readonly queuedAt?: Date | undefined
  /** Agents who let an offer lapse since then: they are asked again only when nobody else can take it. */
  readonly passedBy: readonly string[]
  /** Who held it last, for stickiness after a reopening. */
  readonly lastAgent?: string | undefined
  /** When the first turn that needs a response was sent. */
  readonly openedAt: Date
  /** When it was closed; absent while it is not. */
  readonly closedAt?: Date | undefined
  /** How it ended, in the host's words: `resolved`, `no_answer_needed`, `duplicate` … */
  readonly outcome?: string | undefined
  /** How often it was reopened. */
  readonly reopened: number
  /** When people ended it, in order: what was asked before wants no answer any more. */
  readonly ends: readonly Date[]
  /** How many messages it holds, ours included. */
  readonly messages: number
  /**
   * When its turns are counted again: some came late or changed, and there are too many to do so each time. Until then
   * what follows from them is told as far as it can be told without the others.
   */
  readonly recountAt?: Date | undefined
  /** The customer's earliest unanswered turn; absent while it is the customer's turn. */
  readonly awaitingSince?: Date | undefined
  /** The customer's latest turn. */
  readonly latestCustomerAt?: Date | undefined
  /** Our latest turn. */
  readonly latestBrandAt?: Date | undefined
  /** When the first answer was sent. */
  readonly firstResponseAt?: Date | undefined
  /** Its promises; the first response first. */
  readonly clocks: readonly SlaClock[]
  /** The earliest deadline of its running clocks. */
  readonly dueAt?: Date | undefined
  /** How many steps of the escalation ladder were taken. */
  readonly escalation: number
  /** Why it has this team and these promises. */
  readonly reasons: readonly Reason[]
}

/** Somebody moved a case. */
export interface CaseEvent {
  /** The case. */
  readonly case: string
  /** Who did it: an agent, `router`, `host`. */
  readonly actor: string
  /** What they did. */
  readonly action: any
}

/** A case with everything about it. */
export interface CaseView {
  /** The case. */
  readonly case: Case
  /** The person, with other profiles and earlier cases. */
  readonly customer: CustomerView
  /** Its threads, each with all its messages: context and other people's, too. */
  readonly threads: readonly ThreadView[]
  /** The assessments of its messages. */
  readonly assessments: { readonly [name: string]: Assessment }
  /** What happened to it, in order. */
  readonly timeline: readonly Step[]
  /** Colleagues' notes, in order. */
  readonly notes: readonly Note[]
  /** Where `history` goes on after the first 1,000 steps and notes. */
  readonly historyAfter?: string | undefined
}

/** The words of a message and what belongs to them. Kept apart from the message's facts so that it can be erased alone. */
export interface Content {
  /** Plain text in Unicode NFC; never HTML. */
  readonly text: string
  /** Mentions, links, tags … as spans of `text`, in order of their start. */
  readonly entities: readonly Entity[]
  /** Pictures, videos, files … */
  readonly attachments: readonly Attachment[]
  /** What only this network has, by the network's own field names; values are JSON. */
  readonly extensions: { readonly [name: string]: any }
}

/** The right to write in a private thread moved. */
export interface Control {
  /** Id scope of `thread`. */
  readonly scope: string
  /** The thread, by its root's native id. */
  readonly thread: string
  /** Who has it now; absent when it was only asked for. */
  readonly owner?: ThreadOwner | undefined
  /** The app that has it or asks for it. */
  readonly app?: string | undefined
  /** When, by the network's clock. */
  readonly at?: Date | undefined
}

/** One thread in one place: a public comment thread, a private thread, a review with its answers. */
export interface Conversation {
  /** Our id. */
  readonly id: string
  /** The network. */
  readonly network: string
  /** Within what the root's id is unique. */
  readonly scope: string
  /** The native id of the root: the first post, or the thread's own id. */
  readonly root: string
  /** Whether the root is certain, or only the oldest ancestor that we know of. */
  readonly rooted: boolean
  /** The widest audience of its messages. */
  readonly visibility: Visibility
  /** The time of its first message. */
  readonly startedAt: Date
  /** The time of its latest message. */
  readonly latestAt: Date
  /** How many messages it holds. */
  readonly messages: number
  /** The conversation its messages moved to when its true root became known. */
  readonly mergedInto?: string | undefined
}

/** A number by name and time. */
export interface Counter {
  /** The name, `<room>.<what>`: `tier.1`, `network.x`, `coverage.acme-x.pushed`. */
  readonly name: string
  /** The beginning of the five minutes it counts. */
  readonly bucket: Date
  /** The number, or what to add to it. */
  readonly value: number
}

/** How much of what an account was sent did reach us by push. */
export interface Coverage {
  /** Messages that were pushed. */
  readonly pushed: number
  /** Messages that the network listed. */
  readonly listed: number
  /** Messages that were both. */
  readonly both: number
}

/** A person who talks to us, with one or more identities. */
export interface Customer {
  /** Our id. */
  readonly id: string
  /** The profiles known to be this person's. */
  readonly identities: readonly string[]
  /** What the host says about them: value tier, customer number … */
  readonly facts: { readonly [name: string]: any }
  /** The customer this one was merged into, which lists its identities. Messages and cases keep this one's id. */
  readonly mergedInto?: string | undefined
  /** The merges that made this customer, newest last; each can be undone. */
  readonly merges: readonly Merge[]
}

/** A person with everything about them. */
export interface CustomerView {
  /** The person. */
  readonly customer: Customer
  /** Their profiles. */
  readonly identities: readonly Identity[]
  /** Their latest 100 cases, newest first. */
  readonly cases: readonly Case[]
  /** Where `cases_of` goes on. */
  readonly casesAfter?: string | undefined
  /** Their latest 100 messages, newest first. */
  readonly messages: readonly Message[]
  /** Where `messages_by` goes on. */
  readonly messagesAfter?: string | undefined
  /** Others who may be the same person, and the weak signs that say so. Only people decide. */
  readonly maybeSame: readonly MaybeSame[]
}

/** A message was taken back, by its author, by us or by the network. */
export interface Deleted {
  /** Id scope of `native_id`. */
  readonly scope: string
  /** The message. */
  readonly nativeId: string
  /** When, by the network's clock, where it tells. */
  readonly at?: Date | undefined
}

/** Something the engine wants done. */
export interface Effect {
  /** Our id. */
  readonly id: string
  /** When it becomes due. */
  readonly dueAt: Date
  /** What. */
  readonly action: any
}

/** A marked stretch of a text. */
export interface Entity {
  /** Where it stands in the text. */
  readonly span: Span
  /** What it is. */
  readonly kind: EntityKind
  /** What it stands for: the full address of a link, the handle of a mention without `@`, the tag without `#`. */
  readonly value: string
  /** For a mention, the native id of the profile, where the network tells. */
  readonly nativeId?: string | undefined
}

/** Something that happened. */
export interface Event {
  /** Format version of this event; see `VERSION`. */
  readonly v: number
  /** The brand account it came through; absent for what happens inside careline. */
  readonly account?: NativeAccount | undefined
  /** The way it reached us. */
  readonly channel: Channel
  /** When it reached us. */
  readonly receivedAt: Date
  /** Its bytes in the raw delivery; absent where it is the whole body. */
  readonly raw?: any | undefined
  /** What happened. */
  readonly body: EventBody
}

/** Why a case is what it is. */
export interface Explanation {
  /** The case. */
  readonly case: Case
  /** The lead message's text; empty once erased. */
  readonly text: string
  /** Every reason for what the lead message is held to be. */
  readonly assessment?: Assessment | undefined
  /** Why this team and these promises, this agent, these steps: in order of time. */
  readonly reasons: readonly Why[]
}

/** Something due that could not be done. */
export interface Failed {
  /** Whose it was. */
  readonly tenant: string
  /** Why; `not_found` if work waits for a tenant this engine does not know. */
  readonly error: any
}

/** One reason for one conclusion about a message. Names a rule and a place, never the words themselves. */
export interface Finding {
  /** Which question it answers. */
  readonly about: Question
  /** Which answer it speaks for; for yes-or-no questions `yes` or `no`. */
  readonly value: string
  /** How strongly, as a log-odds-like score; negative speaks against. Counts as 20 at most, either way. */
  readonly weight: number
  /** The rule or model that says so, `<room>.<name>`, e.g. `text.refund_word` or `x.direct_message`. */
  readonly rule: string
  /** Where in the text, if it is a place. */
  readonly span?: Span | undefined
}

/** An assessment in short: what lists and the case need of it. */
export interface Gist {
  /** Whether somebody should answer. */
  readonly needsResponse: boolean
  /** 1 is the most pressing. */
  readonly tier: number
  /** What the author wants. */
  readonly intent: Intent
  /** The subject. */
  readonly category: string
  /** The tone. */
  readonly sentiment: Sentiment
  /** The language as a BCP 47 tag. */
  readonly language: string
}

/** Who may write in a private thread. */
export interface Held {
  /** Since when. */
  readonly since: Date
  /** Who. */
  readonly owner: ThreadOwner
  /** The app, where the network names it. */
  readonly app?: string | undefined
}

/** A message was hidden from or shown to the public again. */
export interface Hidden {
  /** Id scope of `native_id`. */
  readonly scope: string
  /** The message. */
  readonly nativeId: string
  /** Whether it is hidden now. */
  readonly hidden: boolean
  /** When, by the network's clock, where it tells. */
  readonly at?: Date | undefined
}

/** A profile as careline keeps it, and the person it belongs to. */
export interface Identity {
  /** Our id. */
  readonly id: string
  /** The network. */
  readonly network: string
  /** The person it was met as; that customer may have been merged into another one. */
  readonly customer: string
  /** What the network showed last. */
  readonly profile: Profile
  /** The time of the message `profile` came with: a later one replaces it, an earlier one does not. */
  readonly profileAt: Date
  /** The time of the first message from it. */
  readonly firstSeenAt: Date
}

/**
 * One revision of one message as one network describes it: what every connector produces.

 * It names things by native ids and says nothing about whose customer this is; the engine adds that.
 */
export interface Inbound {
  /** Within what the native ids below are unique: a network, host, account or chat. */
  readonly scope: string
  /** The network's id of this revision. */
  readonly nativeId: string
  /** The id of the first revision, where an edit comes under a new id. */
  readonly rootId?: string | undefined
  /** The kind of place. */
  readonly surface: Surface
  /** Who can read it. */
  readonly visibility: Visibility
  /** Who wrote it; absent where the network does not tell. */
  readonly author?: Profile | undefined
  /** Whom a private message is to, where the network tells: the person, in our own messages. */
  readonly recipient?: Profile | undefined
  /** When it was sent, by the network's own clock; absent where the network does not tell. */
  readonly sentAt?: Date | undefined
  /** Which revision this is: 0 is the original, a higher number is a later one. Numbers may have gaps. */
  readonly revision: number
  /** The native id of the thread's root, where the network tells; else the engine follows `reply_to`. */
  readonly thread?: string | undefined
  /** What it answers. */
  readonly replyTo?: ReplyTarget | undefined
  /** Where a person can look at it. */
  readonly permalink?: string | undefined
  /** The stars it carries. */
  readonly rating?: Rating | undefined
  /** Whether the network shows it to nobody but its author; absent where the network does not tell. */
  readonly hidden?: boolean | undefined
  /** The language the network or the author names, as a BCP 47 tag. */
  readonly language?: string | undefined
  /** The key we sent along with our own message, given back in its echo. */
  readonly echoOf?: string | undefined
  /** What it says. */
  readonly content: Content
}

/** What became of a delivery's events. */
export interface Ingested {
  /** Events that brought something new. */
  readonly added: number
  /** Events that changed something known. */
  readonly changed: number
  /** Events that were known already or of no consequence. */
  readonly known: number
  /** Items set aside. */
  readonly quarantined: number
}

/** An effect that only we may carry out now. */
export interface Leased {
  /** Whose. */
  readonly tenant: string
  /** What. */
  readonly effect: Effect
  /** Proves the lease; a later lease of the same effect has a higher one. */
  readonly token: number
}

/** Somebody who may be the same person. */
export interface MaybeSame {
  /** The other one. */
  readonly customer: string
  /** Their profiles. */
  readonly identities: readonly Identity[]
  /** What is alike. */
  readonly evidence: readonly string[]
}

/** A merge of two customers, with what it takes to undo it. */
export interface Merge {
  /** The customer that was merged in. */
  readonly from: string
  /** The identities that moved. */
  readonly identities: readonly string[]
  /** When. */
  readonly at: Date
  /** Who decided it. */
  readonly by: string
  /** Why: what shows that they are one person. */
  readonly evidence: readonly string[]
}

/** A message as careline keeps it: the newest revision, who it is from, where it belongs. */
export interface Message {
  /** Our id: the same for every revision, delivery and account. */
  readonly id: string
  /** The network it came through. */
  readonly network: string
  /** Within what the native ids are unique. */
  readonly scope: string
  /** The network's id of the newest revision. */
  readonly nativeId: string
  /** The thread it stands in. */
  readonly conversation: string
  /** The brand accounts through which we saw it. */
  readonly accounts: readonly string[]
  /** The ways it reached us through each account: pushed, listed, or both. Coverage is counted from these. */
  readonly channels: { readonly [name: string]: readonly Channel[] }
  /** The case it belongs to. */
  readonly case?: string | undefined
  /** The kind of place. */
  readonly surface: Surface
  /** Who can read it. */
  readonly visibility: Visibility
  /** On whose behalf it was written. */
  readonly origin: Origin
  /** The profile that wrote it; absent where the network does not tell. */
  readonly author?: string | undefined
  /** The person behind the profile; absent for our own messages. */
  readonly customer?: string | undefined
  /** When it was sent, by the network's own clock. */
  readonly sentAt?: Date | undefined
  /** When the delivery that first brought it reached us. */
  readonly receivedAt: Date
  /** When the engine first decided about it. */
  readonly processedAt: Date
  /** Which revision this is; 0 is the original. */
  readonly revision: number
  /** The revisions seen so far, this one included, in order. */
  readonly revisions: readonly number[]
  /** What it answers, by native id. */
  readonly replyTo?: ReplyTarget | undefined
  /** Where a person can look at it. */
  readonly permalink?: string | undefined
  /** The stars it carries. */
  readonly rating?: Rating | undefined
  /** The language the network or the author names. */
  readonly language?: string | undefined
  /** Hidden on the network. */
  readonly hidden: boolean
  /** Since when `hidden` holds as far as we were told, by the network's clock where it tells; absent if nobody told. */
  readonly hiddenAt?: Date | undefined
  /** Taken back by its author or the network: what remains is a tombstone without content. */
  readonly deletedAt?: Date | undefined
  /** The delivery that brought this revision, with its raw form. */
  readonly raw?: RawRef | undefined
  /** What its assessment concluded, in short; absent for our own messages. */
  readonly gist?: Gist | undefined
  /** What it says; absent once deleted or erased. */
  readonly content?: Content | undefined
}

/** A brand account as its network names it. The engine maps it to a tenant and an `AccountId`. */
export interface NativeAccount {
  /** The network. */
  readonly network: string
  /** The account's id there; where ids are local to a server, `host/id`. */
  readonly nativeId: string
}

/** A colleague's note. */
export interface Note {
  /** The case. */
  readonly case: string
  /** When it was written. */
  readonly at: Date
  /** Who wrote it. */
  readonly by: string
  /** The note. */
  readonly text: string
}

/** What was found in one body. */
export interface Parsed {
  /** What could be read. */
  readonly events: readonly Event[]
  /** What could not. */
  readonly rejects: readonly Reject[]
  /** Whether the body had to be repaired before it could be read at all. */
  readonly repaired: boolean
}

/** Personal data found in a text; the text itself is not repeated here. */
export interface Pii {
  /** What it is. */
  readonly kind: PiiKind
  /** Where it stands. */
  readonly span: Span
}

/** An agent at work. */
export interface Presence {
  /** The agent. */
  readonly agent: string
  /** Whether they take work. */
  readonly online: boolean
  /** Until when that holds unless repeated; absent means until changed. */
  readonly until?: Date | undefined
  /** When they last came or went. */
  readonly changedAt: Date
  /** The cases they hold that use up capacity. */
  readonly cases: readonly string[]
}

/** An agent came or went. */
export interface PresenceEvent {
  /** The agent. */
  readonly agent: string
  /** Whether they take work. */
  readonly online: boolean
  /** Until when that holds unless repeated. */
  readonly until?: Date | undefined
}

/** A profile as a network shows it at one moment. */
export interface Profile {
  /** Within what the native id is unique: a network, host or brand account. */
  readonly scope: string
  /** The network's id of the profile. */
  readonly nativeId: string
  /** The handle without `@`. */
  readonly handle?: string | undefined
  /** The name shown. */
  readonly name?: string | undefined
  /** Where a person can look at it. */
  readonly url?: string | undefined
  /** Its picture. */
  readonly avatarUrl?: string | undefined
  /** How many follow it. */
  readonly followers?: number | undefined
  /** Whether the network vouches for it. */
  readonly verified?: boolean | undefined
  /** Whether it says that it is a machine. */
  readonly bot?: boolean | undefined
}

/** A delivery or an item of one that could not be read, or names an account nobody owns. */
export interface Quarantined {
  /** Our id. */
  readonly id: string
  /** The delivery it came in. */
  readonly delivery: string
  /** Its bytes there; absent for the whole body. */
  readonly range?: any | undefined
  /** The endpoint or account it came through. */
  readonly endpoint: string
  /** When it was received. */
  readonly receivedAt: Date
  /** Why, as the error's JSON. */
  readonly error: any
  /** When it was successfully read after all. */
  readonly redrivenAt?: Date | undefined
}

/** A case in a list, with what a person needs to choose it. */
export interface QueueItem {
  /** The case. */
  readonly case: Case
  /** The customer's name or handle, if known. */
  readonly customerName?: string | undefined
  /** The beginning of the lead message's text; empty once erased. */
  readonly excerpt: string
}

/** Stars, thumbs or recommendations. */
export interface Rating {
  /** What was given. */
  readonly value: number
  /** The best possible value; the worst is `worst`. */
  readonly best: number
  /** The worst possible value. */
  readonly worst: number
}

/** Where the raw form of something is kept. */
export interface RawRef {
  /** The delivery. */
  readonly delivery: string
  /** The bytes of its body that are this item; absent where it is the whole body. */
  readonly range?: any | undefined
}

/** A like, a heart, a boost. */
export interface Reaction {
  /** Id scope of `native_id`. */
  readonly scope: string
  /** The message reacted to. */
  readonly nativeId: string
  /** Who reacted, where the network tells. */
  readonly by?: Profile | undefined
  /** What, in the network's word: `like`, `love`, `boost` … */
  readonly reaction: string
  /** Whether it takes the place of the person's other reactions to the message, as where there can be but one. */
  readonly sole: boolean
  /** Whether it was taken back. */
  readonly removed: boolean
  /** When, by the network's clock, where it tells. */
  readonly at?: Date | undefined
}

/** Why something was decided: a rule and what it saw. */
export interface Reason {
  /** The rule or model, `<room>.<name>`, e.g. `routing.sticky` or `sla.tier_1`. */
  readonly rule: string
  /** What it saw, as a short phrase without customer text. */
  readonly note: string
}

/** What was removed: how many of each kind, and which people. */
export interface Receipt {
  /**
   * How many of each kind: `messages`, `payloads`, `search_entries`, `raw_deliveries`, `identities`, `customers`,
   * `cases`, `assessments`, `conversations`, `aliases`, `slots`, `reactions`, `threads`, `steps`, `notes`, `timers`,
   * `effects`, `quarantined`, `log_entries`, `hints`. What there was none of is not listed.
   */
  readonly removed: { readonly [name: string]: number }
  /** The people who were erased. */
  readonly customers: readonly string[]
}

/** An item that could not be read. It is quarantined with its raw form and can be redriven. */
export interface Reject {
  /** The account it was for, as far as it could be told. */
  readonly account?: NativeAccount | undefined
  /** Its bytes in the body; absent for the whole body. */
  readonly raw?: any | undefined
  /** Why. */
  readonly error: any
}

/** The message that a message answers. */
export interface ReplyTarget {
  /** Its native id, in the same scope. */
  readonly nativeId: string
  /** The native id of the profile that wrote it, where the network tells. */
  readonly author?: string | undefined
}

/** The other side received or read our messages. */
export interface Seen {
  /** Id scope of `thread` and `native_ids`. */
  readonly scope: string
  /** The thread, by its root's native id. */
  readonly thread: string
  /** Read, or only delivered. */
  readonly read: boolean
  /** The messages, where the network names them. */
  readonly nativeIds: readonly string[]
  /** Everything up to this time, where the network tells so. */
  readonly upTo?: Date | undefined
}

/** Something signalled in a private thread that is not a message. */
export interface Signal {
  /** The network's word for it: `referral`, `optin` …; `typing` is over as soon as it is told, and nothing is kept of it. */
  readonly name: string
  /** Id scope of `thread`. */
  readonly scope: string
  /** The thread, by its root's native id. */
  readonly thread: string
  /** Who, where the network tells. */
  readonly by?: Profile | undefined
  /** When, by the network's clock. */
  readonly at?: Date | undefined
  /** What it carries, by the network's own field names. */
  readonly extensions: { readonly [name: string]: any }
}

/** Something signalled in a private thread that is not a message. */
export interface Signalled {
  /** When. */
  readonly at: Date
  /** Who; absent for one of ours and where the network does not tell. */
  readonly by?: string | undefined
  /** What it carries, by the network's own field names. */
  readonly extensions: { readonly [name: string]: any }
}

/** A promise that runs in business time: from the customer's turn to our answer. */
export interface SlaClock {
  /** What it promises. */
  readonly kind: ClockKind
  /** The time promised, in business seconds. */
  readonly targetSecs: number
  /** The calendar it runs in, by its name in the policy. */
  readonly calendar: string
  /** The turn that started it, by the network's own time. */
  readonly startedAt: Date
  /** Business seconds used up before the present stretch: what a pause leaves behind. */
  readonly usedSecs: number
  /** When the present stretch began; absent while paused or once stopped. */
  readonly runningSince?: Date | undefined
  /** When the promise is broken if nothing happens; absent while paused. */
  readonly dueAt?: Date | undefined
  /** When it was kept or given up. */
  readonly stoppedAt?: Date | undefined
  /** When it was broken. */
  readonly breachedAt?: Date | undefined
  /** How many steps of the escalation ladder were taken for it. */
  readonly escalation: number
}

/** One line of a case's timeline. Holds no customer text. */
export interface Step {
  /** The case. */
  readonly case: string
  /** When it happened, by the network's clock where it is a message. */
  readonly at: Date
  /** What happened. */
  readonly kind: StepKind
  /** Who did it: an agent, `customer`, `engine`, `host`. */
  readonly actor: string
  /** The message it is about. */
  readonly message?: string | undefined
  /** Why, and what was seen. */
  readonly reasons: readonly Reason[]
}

/** What a network tells of a private thread beside its messages. */
export interface ThreadState {
  /** The thread. */
  readonly conversation: string
  /** Everything of ours up to this time was delivered to the other side. */
  readonly deliveredUpTo?: Date | undefined
  /** Everything of ours up to this time was read by the other side. */
  readonly readUpTo?: Date | undefined
  /** Who may write in it; absent until the network tells. */
  readonly held?: Held | undefined
  /** Who last asked for the right to write in it. */
  readonly asked?: Asked | undefined
  /** The latest signal of each name; at most `SIGNALS`. */
  readonly signals: { readonly [name: string]: Signalled }
}

/** A thread with its messages. */
export interface ThreadView {
  /** The thread. */
  readonly conversation: Conversation
  /** Its first 500 messages and all of the case, in order of time. */
  readonly messages: readonly Message[]
  /** Where `messages_in` goes on after the first 500. */
  readonly messagesAfter?: string | undefined
  /** Who wrote them. */
  readonly authors: { readonly [name: string]: Identity }
  /** What the network tells of it beside messages: who may write in it, up to when ours were read, signals. */
  readonly beside?: ThreadState | undefined
}

/** What a call of `tick` did. */
export interface Ticked {
  /** Timers that were due. */
  readonly timers: number
  /** Teams whose queues were routed. */
  readonly routed: number
  /** Threads in which the cases of one person were joined. */
  readonly joined: number
  /** Messages that advisors were asked about. */
  readonly advised: number
  /** When the next timer is due, or what failed is to be tried again; at once if a queue is not looked through yet. */
  readonly nextDue?: Date | undefined
  /** What could not be done. It stays due; everybody else's was done. */
  readonly failed: readonly Failed[]
}

/** A deadline kept in the store. */
export interface Timer {
  /** Our id. */
  readonly id: string
  /** When it is due. */
  readonly dueAt: Date
  /** What for. */
  readonly purpose: any
}

/** A kind this careline does not know; its raw form stands in the delivery. */
export interface Unknown {
  /** The network's word for it, as far as one can be found. */
  readonly name: string
}

/** What a call of `upkeep` did. */
export interface Upkept {
  /** What retention removed, by tenant; the operator's raw deliveries too. */
  readonly removed: { readonly [name: string]: Receipt }
  /** What came of looking whether messages still stand, by tenant and account; a deletion counts as `changed`. */
  readonly rechecked: { readonly [name: string]: { readonly [name: string]: Ingested } }
  /** What could not be done; everybody else's was. */
  readonly failed: readonly Failed[]
}

/** What to answer to a webhook, and what became of what it brought. */
export interface WebhookAnswer {
  /** The HTTP status. */
  readonly status: number
  /** The content type of `body`. */
  readonly contentType: string
  /** The body. */
  readonly body: string
  /** What became of the events. */
  readonly ingested: Ingested
}

/** Why a step was taken. */
export interface Why {
  /** When it was. */
  readonly at: Date
  /** What it was. */
  readonly kind: StepKind
  /** Why. */
  readonly reasons: readonly Reason[]
}

/** What happened. Unknown kinds keep their raw form in the delivery and are visible as `unknown`. */
export type EventBody =
  | ({ readonly kind: 'message' } & Inbound)
  | ({ readonly kind: 'deleted' } & Deleted)
  | ({ readonly kind: 'hidden' } & Hidden)
  | ({ readonly kind: 'reaction' } & Reaction)
  | ({ readonly kind: 'seen' } & Seen)
  | ({ readonly kind: 'control' } & Control)
  | ({ readonly kind: 'signal' } & Signal)
  | ({ readonly kind: 'profile' } & Profile)
  | ({ readonly kind: 'account' } & AccountChange)
  | ({ readonly kind: 'unknown' } & Unknown)
  | ({ readonly kind: 'timer' } & Timer)
  | ({ readonly kind: 'advice' } & Advice)
  | ({ readonly kind: 'case' } & CaseEvent)
  | ({ readonly kind: 'presence' } & PresenceEvent)
  | ({ readonly kind: 'customer' } & { readonly [name: string]: unknown })

/** A line of what happened to a case. */
export type Line =
  | ({ readonly line: 'step' } & Step)
  | ({ readonly line: 'note' } & Note)

/** Every record, by its name. */
export interface Records {
  AccountChange: AccountChange
  AccountSaid: AccountSaid
  AccountStanding: AccountStanding
  Advice: Advice
  Asked: Asked
  Assessment: Assessment
  Assignment: Assignment
  Attachment: Attachment
  Case: Case
  CaseEvent: CaseEvent
  CaseView: CaseView
  Content: Content
  Control: Control
  Conversation: Conversation
  Counter: Counter
  Coverage: Coverage
  Customer: Customer
  CustomerView: CustomerView
  Deleted: Deleted
  Effect: Effect
  Entity: Entity
  Event: Event
  Explanation: Explanation
  Failed: Failed
  Finding: Finding
  Gist: Gist
  Held: Held
  Hidden: Hidden
  Identity: Identity
  Inbound: Inbound
  Ingested: Ingested
  Leased: Leased
  MaybeSame: MaybeSame
  Merge: Merge
  Message: Message
  NativeAccount: NativeAccount
  Note: Note
  Parsed: Parsed
  Pii: Pii
  Presence: Presence
  PresenceEvent: PresenceEvent
  Profile: Profile
  Quarantined: Quarantined
  QueueItem: QueueItem
  Rating: Rating
  RawRef: RawRef
  Reaction: Reaction
  Reason: Reason
  Receipt: Receipt
  Reject: Reject
  ReplyTarget: ReplyTarget
  Seen: Seen
  Signal: Signal
  Signalled: Signalled
  SlaClock: SlaClock
  Step: Step
  ThreadState: ThreadState
  ThreadView: ThreadView
  Ticked: Ticked
  Timer: Timer
  Unknown: Unknown
  Upkept: Upkept
  WebhookAnswer: WebhookAnswer
  Why: Why
}
