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
 * What is said without anybody writing it.

 * - `acknowledgement`: We have seen the message.
 * - `follow_up`: Whether all is well.
 * - `csat`: How satisfied the customer is, from 1 to 5.
 * - `nps`: How likely the customer is to recommend us, from 0 to 10.
 */
export type AutomaticKind = 'acknowledgement' | 'follow_up' | 'csat' | 'nps' | (string & {})

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
 * Why a token is not taken, or not given. Errors carry it in their context as `cause`, see `of`.

 * - `expired`: It ran out, and nothing renews it.
 * - `revoked`: The person or the network took it back, or removed the app.
 * - `password_changed`: It died with a changed password.
 * - `login_needed`: The person must first log in at the network and answer what it asks there.
 * - `scope_missing`: It lives, but lacks a permission for this call.
 * - `app_disabled`: The app is disabled, or its own id and secret are not taken.
 * - `invalid_grant`: What should have bought a token is spent, run out, revoked or never was one.
 * - `access_denied`: The person said no.
 * - `not_connected`: Nobody ever connected the account.
 * - `unknown`: The network does not say why.
 */
export type Cause = 'expired' | 'revoked' | 'password_changed' | 'login_needed' | 'scope_missing' | 'app_disabled' | 'invalid_grant' | 'access_denied' | 'not_connected' | 'unknown' | (string & {})

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
 * What was changed in a text so that it can be sent.

 * - `emphasis`: Bold, italic or struck text became plain.
 * - `heading`: A heading became a paragraph.
 * - `code`: Code became plain text.
 * - `list`: A list in Markdown became lines that begin with `•` or a number.
 * - `link`: A link or picture in Markdown became `text (address)`.
 * - `split`: The text was split into numbered parts.
 * - `word_split`: A word that is longer than a part was split, too.
 * - `controls`: Control characters were taken out.
 * - `bidi`: Characters that change the direction of others were taken out.
 * - `hidden`: Characters that cannot be seen were taken out.
 * - `marks`: Combining marks that stand alone or in heaps were taken out.
 */
export type ComposeNote = 'emphasis' | 'heading' | 'code' | 'list' | 'link' | 'split' | 'word_split' | 'controls' | 'bidi' | 'hidden' | 'marks' | (string & {})

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
 * What objects to an answer.

 * - `pii_in_public`: It holds personal data and others can read it.
 * - `asks_for_pii_in_public`: It asks for personal data where others can read the answer.
 * - `repeated`: The same or nearly the same was sent before.
 * - `tone`: It blames, defends us, or shouts.
 * - `too_long_for_comment`: It is more than one comment should hold, or can.
 * - `do_not_engage`: The customer is marked as not to be engaged with.
 * - `incident_hold`: An open incident holds such answers.
 * - `conversation_moved`: The conversation has moved since it was read.
 * - `duplicate_submit`: It was submitted before.
 */
export type Guard = 'pii_in_public' | 'asks_for_pii_in_public' | 'repeated' | 'tone' | 'too_long_for_comment' | 'do_not_engage' | 'incident_hold' | 'conversation_moved' | 'duplicate_submit' | (string & {})

/**
 * Where a handoff stands.

 * - `invited`: The customer was asked to go on in private.
 * - `arrived`: The customer is there.
 * - `returned`: A closing note stands in public.
 * - `elsewhere`: It went on elsewhere: by e-mail, telephone, chat.
 * - `expired`: The customer did not come in time.
 */
export type HandoffState = 'invited' | 'arrived' | 'returned' | 'elsewhere' | 'expired' | (string & {})

/**
 * Where a matter goes on.

 * - `private`: In private, on the same network.
 * - `email`: By e-mail.
 * - `phone`: By telephone.
 * - `chat`: In a chat.
 */
export type HandoffTo = 'private' | 'email' | 'phone' | 'chat' | (string & {})

/**
 * What can be done instead.

 * - `move_to_private`: Go on in private.
 * - `read_again`: Read what came since.
 * - `reword`: Say it in other words.
 * - `split`: Say it in several parts, or in fewer words.
 * - `ask_a_lead`: Ask somebody who leads the team.
 * - `wait_for_release`: Wait until the incident's answers are released.
 * - `set_aside`: Set the warning aside: it may be sent all the same.
 * - `answer_in_public`: Answer where others can read it.
 * - `wait_for_customer`: Wait until the customer writes again.
 * - `use_the_app`: Answer in the network's own app.
 * - `nothing`: It is done already.
 */
export type Instead = 'move_to_private' | 'read_again' | 'reword' | 'split' | 'ask_a_lead' | 'wait_for_release' | 'set_aside' | 'answer_in_public' | 'wait_for_customer' | 'use_the_app' | 'nothing' | (string & {})

/**
 * What the author wants.

 * - `complaint`: Something went wrong and they say so.
 * - `question`: They want to know something.
 * - `request`: They want something done.
 * - `problem_report`: Something does not work, told without anger.
 * - `praise`: They are pleased.
 * - `suggestion`: They have an idea what we could do better.
 * - `closing`: They thank us and the matter is settled.
 * - `chatter`: They talk, not to us or about nothing we can act on.
 */
export type Intent = 'complaint' | 'question' | 'request' | 'problem_report' | 'praise' | 'suggestion' | 'closing' | 'chatter' | (string & {})

/**
 * What a person who is invited to go on in private does.

 * - `private_reply`: Reads what we write them in private at once.
 * - `link`: Follows a link, and writes there.
 * - `write_to_us`: Writes to us in private.
 * - `follow_first`: Follows us first, so that we may write to each other.
 * - `other_channel`: Comes to another channel: e-mail, telephone, chat.
 */
export type InvitationWay = 'private_reply' | 'link' | 'write_to_us' | 'follow_first' | 'other_channel' | (string & {})

/**
 * On whose behalf a message was written; computed by the engine, never claimed by a connector.

 * - `customer`: Somebody who is not us.
 * - `careline`: One of our accounts, through careline.
 * - `brand`: One of our accounts, through the network's own app or another tool.
 * - `unknown`: The network does not tell who wrote it.
 */
export type Origin = 'customer' | 'careline' | 'brand' | 'unknown' | (string & {})

/**
 * Where a part of a reply stands.

 * - `waiting`: Not sent.
 * - `begun`: An attempt has begun and its end is not known here.
 * - `sent`: The network has it.
 */
export type PartState = 'waiting' | 'begun' | 'sent' | (string & {})

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
 * What a reply is for.

 * - `answer`: It answers.
 * - `invitation`: It asks the customer, in public, to go on in private.
 * - `return_note`: It closes in public what was solved in private.
 * - `acknowledgement`: It says that we have seen the message.
 * - `follow_up`: It asks, after the end, whether all is well.
 * - `csat`: It asks how satisfied the customer is.
 * - `nps`: It asks how likely the customer is to recommend us.
 * - `statement`: It is the one statement about an incident.
 * - `act`: It is no text but an act: a like, a hidden comment, a deletion.
 */
export type ReplyPurpose = 'answer' | 'invitation' | 'return_note' | 'acknowledgement' | 'follow_up' | 'csat' | 'nps' | 'statement' | 'act' | (string & {})

/**
 * Where a reply stands.

 * - `awaiting_approval`: Waits for somebody's approval.
 * - `held`: Held back while an incident is open; once that is released, somebody decides.
 * - `queued`: Waits for its turn on the way to the network.
 * - `sending`: Some of it is with the network, or may be.
 * - `delivered`: The network has all of it.
 * - `refused`: It is not sent: the verdict, the network or the time forbade it. What a part says was sent, was.
 * - `unknown`: Nobody can tell whether the network has it; a person must look.
 * - `rejected`: Whoever was asked for approval said no.
 * - `expired`: Nobody approved it in time.
 * - `superseded`: Another one took its place.
 * - `withdrawn`: Taken back before it was sent.
 */
export type ReplyState = 'awaiting_approval' | 'held' | 'queued' | 'sending' | 'delivered' | 'refused' | 'unknown' | 'rejected' | 'expired' | 'superseded' | 'withdrawn' | (string & {})

/**
 * Why a message must not wait for its turn.

 * - `legal`: It threatens with lawyers, courts or regulators.
 * - `press`: Press or a large audience is near.
 * - `safety`: Somebody is or may be hurt.
 * - `churn`: The customer is leaving.
 * - `self_harm`: The author may harm themselves: a person must look at once.
 * - `crisis`: It affects many, or smells of a public crisis.
 */
export type Risk = 'legal' | 'press' | 'safety' | 'churn' | 'self_harm' | 'crisis' | (string & {})

/**
 * The tone of the author.

 * - `negative`: Unhappy.
 * - `neutral`: Neither.
 * - `positive`: Happy.
 * - `unknown`: In a language whose tone we cannot hear, and with no sign that speaks in all.
 */
export type Sentiment = 'negative' | 'neutral' | 'positive' | 'unknown' | (string & {})

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
 * - `handed_off`: The customer was asked to go on in private, or elsewhere.
 * - `arrived`: The customer came to where they were asked to.
 * - `returned`: A closing note in public was submitted.
 * - `handoff_expired`: The customer did not come in time.
 * - `reply_submitted`: Somebody submitted a reply.
 * - `reply_stopped`: A reply was stopped: by the verdict, by whoever had to approve it, by the network or by time.
 * - `reply_approved`: A reply was approved.
 * - `reply_delivered`: The network has a reply.
 * - `reply_unknown`: Nobody can tell whether the network has a reply.
 */
export type StepKind = 'opened' | 'customer_turn' | 'brand_turn' | 'edited' | 'deleted' | 'hidden' | 'reassessed' | 'queued' | 'offered' | 'accepted' | 'released' | 'assigned' | 'breached' | 'escalated' | 'noted' | 'closed' | 'reopened' | 'joined' | 'customer_changed' | 'advised' | 'handed_off' | 'arrived' | 'returned' | 'handoff_expired' | 'reply_submitted' | 'reply_stopped' | 'reply_approved' | 'reply_delivered' | 'reply_unknown' | (string & {})

/**
 * Where the answer should go.

 * - `stay`: Answer where it was asked.
 * - `private`: Answer in private.
 * - `none`: Do not answer.
 */
export type SuggestedSurface = 'stay' | 'private' | 'none' | (string & {})

/**
 * What somebody who works on a case might do next.

 * - `move_to_private`: Go on in private.
 * - `return_in_public`: Close in public what was solved in private.
 * - `invite_again`: Ask once more, or in another way: the customer did not come.
 */
export type SuggestionKind = 'move_to_private' | 'return_in_public' | 'invite_again' | (string & {})

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
 * On whose behalf a token speaks.

 * - `user`: A person or a brand account that authorised an app.
 * - `page`: A page, by a token that came out of a person's.
 * - `app`: The app itself.
 * - `session`: Somebody who logged in with a password.
 */
export type TokenKind = 'user' | 'page' | 'app' | 'session' | (string & {})

/**
 * Who can read a message.

 * - `public`: Anybody.
 * - `restricted`: A limited audience: followers, members, logged-in people.
 * - `private`: Only the people addressed.
 */
export type Visibility = 'public' | 'restricted' | 'private' | (string & {})

/**
 * What an objection does.

 * - `block`: The answer is not sent.
 * - `warn`: Whoever writes it is told, and may send it all the same.
 */
export type Weight = 'block' | 'warn' | (string & {})

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

/** Which account a `Network` speaks for. */
export interface AccountInfo {
  /** The account, as its events name it. */
  readonly account: NativeAccount
  /** The id scope of its messages and of the profile that speaks for it. */
  readonly scope: string
  /** Its handle without `@`; empty while unknown. */
  readonly handle: string
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

/** Who must approve a reply, and who did. */
export interface Approval {
  /** The rule of the policy that asks for it. */
  readonly rule: string
  /** The agents and teams of whom one must; empty: anybody but the author. */
  readonly by: readonly string[]
  /** By when. */
  readonly expiresAt: Date
  /** Who decided. */
  readonly decidedBy?: string | undefined
  /** When. */
  readonly decidedAt?: Date | undefined
  /** Whether they changed the words first. */
  readonly edited: boolean
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
  /** All its subjects, the strongest, which is `category`, first. */
  readonly categories: readonly string[]
  /** The tone towards us. */
  readonly sentiment: Sentiment
  /** How clear the tone is, from -1 (negative) to 1 (positive). */
  readonly sentimentScore: number
  /** How frustrated the author sounds, from 0 to 1; 0 unless the tone is negative. */
  readonly frustration: number
  /** The language as a BCP 47 tag; `und` if the text does not tell. */
  readonly language: string
  /** Whether it cannot wait. */
  readonly urgent: boolean
  /** Why it must not wait for its turn; empty for most. */
  readonly risks: readonly Risk[]
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
  /** How sure we are of the intent and of the need for a response together, 0 to 1. */
  readonly confidence: number
  /** How sure we are of each answer. */
  readonly certainty: Certainty
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

/** One entry of the audit trail. */
export interface AuditEntry {
  /** Its number, which rises from entry to entry; numbers between are entries of others. */
  readonly number: number
  /** When it was; absent once an erasure has emptied it. */
  readonly at?: Date | undefined
  /** Who: an agent, `host`, `router`, `outbox`, `auto:` and a name. Absent for what the network or time did. */
  readonly by?: string | undefined
  /** What: `reply.submit`, `reply.approve`, `case.assign`, `customer.merge`, `erase.customer`, `policy.change` … */
  readonly act?: string | undefined
  /** The id of what it was done to. */
  readonly about?: string | undefined
  /** The case it belongs to. */
  readonly case?: string | undefined
  /** The policy it was decided under. */
  readonly policy?: string | undefined
  /** SHA-256 over salt and contents, in hexadecimal digits. */
  readonly digest: string
  /** SHA-256 over the chain value before and `digest`, in hexadecimal digits. */
  readonly chain: string
}

/** Where a person is sent to let an app act for an account, and what the host keeps until they come back. */
export interface Authorisation {
  /** The address the person's browser is sent to. */
  readonly url: string
  /** For `finish_authorisation`: a secret, kept where the browser cannot read it and bound to it, used once. */
  readonly pending: string
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
  /** How it went from public to private and back, or on to other channels, the latest last. */
  readonly handoffs: readonly Handoff[]
  /** What the customer was asked about satisfaction, and what they answered. */
  readonly surveys: readonly Survey[]
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

/**
 * How sure single answers are: how often, from 0 to 1, answers of that strength held on texts that nothing was learnt
 * from. 0 where it is not known, as in assessments by careline before it was measured.
 */
export interface Certainty {
  /** Of the need for a response. */
  readonly needsResponse: number
  /** Of the intent. */
  readonly intent: number
  /** Of the subject. */
  readonly category: number
  /** Of the tone. */
  readonly sentiment: number
  /** Of its being spam or not. */
  readonly spam: number
}

/** An answer as it will stand on the network. */
export interface Composed {
  /** What to send, in order; never empty. */
  readonly parts: readonly Part[]
  /** What was changed, each once. */
  readonly notes: readonly ComposeNote[]
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

/** Something was erased. Names nobody: who is forgotten is not named for it. */
export interface Erased {
  /** What was asked for: `customer`, `identity`, `message`. */
  readonly what: string
  /** How many of each kind were removed. */
  readonly removed: { readonly [name: string]: number }
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

/** A matter's way from public to private and back. */
export interface Handoff {
  /** The public thread it left. */
  readonly from: string
  /** Where it goes on. */
  readonly to: HandoffTo
  /** How the customer was asked. */
  readonly way: InvitationWay
  /** Where it stands. */
  readonly state: HandoffState
  /** Who asked. */
  readonly by: string
  /** When. */
  readonly invitedAt: Date
  /** The reply that asked. */
  readonly invitation?: string | undefined
  /** Until when the customer is expected. */
  readonly expiresAt?: Date | undefined
  /** The private thread the customer came to. */
  readonly arrivedIn?: string | undefined
  /** When. */
  readonly arrivedAt?: Date | undefined
  /** The closing note in public. */
  readonly returnNote?: string | undefined
  /** When it was submitted. */
  readonly returnedAt?: Date | undefined
  /** What colleagues need to know: a ticket number, whom to call. Never sent. */
  readonly note?: string | undefined
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

/** Many people, one problem. */
export interface Incident {
  /** Our id. */
  readonly id: string
  /** The key it was opened under: the same key again is the same incident. */
  readonly key: string
  /** What it is called among colleagues. */
  readonly name: string
  /** Whose messages are about it: facts of the case, and `terms` in the words of the message. */
  readonly when: any
  /** Cases opened since then are looked at. */
  readonly since: Date
  /** Whether answers one by one are held while it is open. */
  readonly hold: boolean
  /** Who opened it. */
  readonly openedBy: string
  /** When. */
  readonly openedAt: Date
  /** Who released what it held. */
  readonly releasedBy?: string | undefined
  /** When; absent while it is open. */
  readonly releasedAt?: Date | undefined
  /** The statements that were submitted about it, one per account. */
  readonly statements: readonly Statement[]
}

/** What it takes to open an incident. */
export interface IncidentDraft {
  /** Names this incident for ever: the same key again changes nothing. At most 200 characters. */
  readonly key: string
  /** What it is called among colleagues. */
  readonly name: string
  /** Whose messages are about it; must ask for something. */
  readonly when: any
  /** Cases opened since then are looked at; absent: since a day before it is opened. */
  readonly since?: Date | undefined
  /** Whether answers one by one go on all the same. */
  readonly withoutHold: boolean
}

/** An incident was opened or released. */
export interface IncidentEvent {
  /** The incident. */
  readonly incident: string
  /** Who did it. */
  readonly actor: string
  /** What it is to be; absent where it is released. */
  readonly open?: IncidentDraft | undefined
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

/** How a person is asked in public to go on in private. */
export interface Invitation {
  /** What they do then. */
  readonly way: InvitationWay
  /** A link that opens the private thread, to stand in the public answer. */
  readonly link?: string | undefined
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

/** How long a text is where it is to stand. */
export interface Measured {
  /** Its length in `unit`. */
  readonly length: number
  /** The most that it may hold, in `unit`. */
  readonly max: number
  /** What is counted: `weighted`, `grapheme`, `code_point`, `utf16`, `byte`. */
  readonly unit: string
  /** Its length in UTF-8 bytes. */
  readonly bytes: number
  /** Whether the network takes it: neither empty nor too long, and without characters it refuses. */
  readonly fits: boolean
  /** How much of it is within the bounds; what comes after is too much. */
  readonly within: Span
  /** How many links stand in it. */
  readonly links: number
  /** How many mentions stand in it. */
  readonly mentions: number
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
  /** Whether nobody wrote it: an acknowledgement, a question about satisfaction. It stops no clock. */
  readonly automatic: boolean
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

/** What a guard has against an answer. */
export interface Objection {
  /** The guard. */
  readonly guard: Guard
  /** What it does. */
  readonly weight: Weight
  /** Where in the draft, in order; the first `MOST_SPANS`. */
  readonly spans: readonly Span[]
  /** Why, without words of the draft. */
  readonly reasons: readonly Reason[]
  /** What can be done instead. */
  readonly instead: Instead
}

/** Somebody who is owed an answer once an incident is released. */
export interface Owed {
  /** The case. */
  readonly case: Case
  /** The reply that was held back, if one was written. */
  readonly held?: string | undefined
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

/** One post or message. */
export interface Part {
  /** Its text in Unicode NFC. */
  readonly text: string
  /** Its length in the unit of the policy. */
  readonly length: number
  /** What the network makes of it; spans in UTF-8 bytes of `text`. */
  readonly entities: readonly Entity[]
}

/** Personal data found in a text; the text itself is not repeated here. */
export interface Pii {
  /** What it is. */
  readonly kind: PiiKind
  /** Where it stands. */
  readonly span: Span
}

/** Another policy holds from now on. */
export interface PolicyChange {
  /** Its version, see `version`. */
  readonly version: string
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
   * `effects`, `quarantined`, `log_entries`, `hints`, `replies`, `lines`. What there was none of is not listed.
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

/** Something we want to say or do on a network, and what became of it. */
export interface Reply {
  /** Our id. */
  readonly id: string
  /** The key it was submitted under: the same key again is the same reply. */
  readonly key: string
  /** What is done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`. */
  readonly verb: string
  /** What for. */
  readonly purpose: ReplyPurpose
  /** The case it belongs to. */
  readonly case?: string | undefined
  /** The person it is for. */
  readonly customer?: string | undefined
  /** The brand account that says it. */
  readonly account: string
  /** The network. */
  readonly network: string
  /** Where it waits its turn: the thread, or the account's own line for posts. */
  readonly line: string
  /** The message it is about. */
  readonly to?: string | undefined
  /** The kind of place it goes to. */
  readonly surface: Surface
  /** Who can read it there. */
  readonly visibility: Visibility
  /** The permission of the network it rests on, where that must be named. */
  readonly tag?: string | undefined
  /** Who wrote it: an agent, or `auto:` and a name for what nobody writes. */
  readonly author: string
  /** Whether a person wrote it. */
  readonly byHuman: boolean
  /** The ground on which a customer's comment is hidden. */
  readonly ground?: string | undefined
  /** Whether what is done is undone: a like taken back, a comment shown again. */
  readonly undo: boolean
  /** The incident it is the statement of, or that holds it. */
  readonly incident?: string | undefined
  /** Where it stands. */
  readonly state: ReplyState
  /** When it was submitted. */
  readonly createdAt: Date
  /** Since when it stands there. */
  readonly changedAt: Date
  /** Not sent before this. */
  readonly notBefore?: Date | undefined
  /** When its route closes; absent if it does not. */
  readonly closesAt?: Date | undefined
  /** The pieces in which it is sent, in order; one for an act without words. */
  readonly parts: readonly ReplyPart[]
  /** Who must approve it, and who did. */
  readonly approval?: Approval | undefined
  /** The objections its author has seen and set aside, by guard. */
  readonly despite: readonly string[]
  /** Why it stands where it does. */
  readonly reasons: readonly Reason[]
  /** What it says; kept apart, so it can be erased alone. Absent once erased, and for an act without words. */
  readonly wording?: Wording | undefined
}

/**
 * What somebody wants said or done: what `can_send` judges and `reply` submits.

 * `can_send`: crate::care::Tenant::can_send
 * `reply`: crate::care::Tenant::reply
 */
export interface ReplyDraft {
  /** Names this submission for ever: the same key again changes nothing and gives the same reply. At most 200 characters. */
  readonly key: string
  /** Who writes it: an agent of the policy, or `auto:` and a name for what no person writes. */
  readonly author: string
  /**
   * What is to be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`; absent: the first open
   * way to answer `to`.
   */
  readonly verb?: string | undefined
  /** What for; absent: an answer, or an act where there are no words. */
  readonly purpose?: ReplyPurpose | undefined
  /** The message it is about. Absent for a post of our own. */
  readonly to?: string | undefined
  /** The account that says it; absent: the one that answers in the message's case. A post of our own names it. */
  readonly account?: string | undefined
  /** The words; empty for a like, a hidden comment, a deletion. */
  readonly text: string
  /** Whether `text` is Markdown. */
  readonly markdown: boolean
  /** The language of the words as a BCP 47 tag; absent: the case's. */
  readonly language?: string | undefined
  /** What stands at the end, such as the agent's initials `^MK`; absent: what the policy says. */
  readonly signature?: string | undefined
  /** Whether a long text may become a numbered thread. */
  readonly thread: boolean
  /** Whether it may be read by more people than the message it answers. */
  readonly wider: boolean
  /** The version of the conversation that the author has read, see `reading`. */
  readonly read?: number | undefined
  /** The guards whose warnings the author has seen and sets aside. */
  readonly despite: readonly string[]
  /** Not to be sent before this. */
  readonly notBefore?: Date | undefined
  /** The ground on which a customer's comment is hidden: one of the policy's. */
  readonly ground?: string | undefined
  /** Whether what is done is undone: a like taken back, a comment shown again. */
  readonly undo: boolean
  /** The incident whose one statement it is; for a post of our own. */
  readonly incident?: string | undefined
}

/** Something happened to a reply. */
export interface ReplyEvent {
  /** The reply. */
  readonly reply: string
  /** Who did it: an agent, `engine`, `auto:` and a name. */
  readonly actor: string
  /** What they did. */
  readonly action: any
}

/** One piece of a reply on its way to the network. */
export interface ReplyPart {
  /** Where it stands. */
  readonly state: PartState
  /** How often sending it was begun. */
  readonly attempts: number
  /** How often it was looked for on the network without an answer. */
  readonly looks: number
  /** When the first attempt began. */
  readonly firstBegunAt?: Date | undefined
  /** When the latest attempt began. */
  readonly begunAt?: Date | undefined
  /** Not tried or looked for again before this. */
  readonly againAt?: Date | undefined
  /** The network's id of it. */
  readonly nativeId?: string | undefined
  /** Where a browser finds it. */
  readonly permalink?: string | undefined
  /** When the network took it. */
  readonly sentAt?: Date | undefined
  /** What the latest attempt or look failed with, in one line. */
  readonly failure?: string | undefined
}

/** The message that a message answers. */
export interface ReplyTarget {
  /** Its native id, in the same scope. */
  readonly nativeId: string
  /** The native id of the profile that wrote it, where the network tells. */
  readonly author?: string | undefined
}

/** A place an answer would go. */
export interface Route {
  /** The verb that goes there. */
  readonly verb: string
  /** The kind of place. */
  readonly surface: Surface
  /** Who could read it. */
  readonly visibility: Visibility
  /** Until when it is open; absent if it does not close. */
  readonly closesAt?: Date | undefined
  /** What sending all parts costs in US dollars, where the network takes money. */
  readonly costUsd?: number | undefined
  /** The permission of the network that it rests on, where that must be named. */
  readonly tag?: string | undefined
  /** Whether the network takes one message there and no second one. */
  readonly single: boolean
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

/** A statement about an incident. */
export interface Statement {
  /** The account that says it. */
  readonly account: string
  /** The post. */
  readonly reply: string
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

/** What became of a submission. */
export interface Submitted {
  /** What was found about the draft. */
  readonly verdict: Verdict
  /** The reply it became; absent if it may not be sent. */
  readonly reply?: Reply | undefined
}

/** What somebody who works on a case might do next, and why. */
export interface Suggestion {
  /** What. */
  readonly kind: SuggestionKind
  /** The message to answer. */
  readonly to: string
  /** What it would be for. */
  readonly purpose: ReplyPurpose
  /** The policy's text for it in the customer's language; absent where it has none. */
  readonly text?: string | undefined
  /** A link that opens the private thread. */
  readonly link?: string | undefined
  /** Why. */
  readonly reasons: readonly Reason[]
}

/** A question about satisfaction, and its answer. */
export interface Survey {
  /** What was asked: `csat` or `nps`. */
  readonly kind: AutomaticKind
  /** The reply that asked. */
  readonly reply: string
  /** When. */
  readonly askedAt: Date
  /** The answer: 1 to 5, or 0 to 10. */
  readonly score?: number | undefined
  /** The message that answers. */
  readonly answer?: string | undefined
  /** When. */
  readonly answeredAt?: Date | undefined
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
  /** Parts of replies that networks took. */
  readonly sent: number
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

/** How it stands with the token of an account: numbers to watch, and nothing of the token itself. */
export interface TokenStanding {
  /** On whose behalf it speaks. */
  readonly kind: TokenKind
  /** When it runs out; absent if it does not. */
  readonly expiresAt?: Date | undefined
  /**
   * In how many whole days a person must connect the account again; 0 if the token is dead, absent while it renews
   * itself or does not run out.
   */
  readonly daysLeft?: number | undefined
  /** What ended it. Nothing is sent with it any more until the account is connected again. */
  readonly dead?: Cause | undefined
  /** When a renewal was last tried in vain. */
  readonly failedAt?: Date | undefined
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

/** What is to be known about a draft before it is sent. */
export interface Verdict {
  /** Whether it may be sent. */
  readonly allowed: boolean
  /** What would be done: `reply`, `direct_message`, `publish`, `like`, `hide`, `edit` or `delete`. */
  readonly verb: string
  /** Where it would go; absent if nowhere. */
  readonly route?: Route | undefined
  /** What the network would get, part by part; empty for an act without words. */
  readonly parts: readonly Content[]
  /** How long the parts are together, in `unit`. */
  readonly length: number
  /** The most that one part may hold, in `unit`; 0 where that is not known. */
  readonly lengthMax: number
  /** What is counted: `weighted`, `grapheme`, `code_point`, `utf16`, `byte`. */
  readonly unit: string
  /** What was changed in the words so that the network takes them. */
  readonly notes: readonly ComposeNote[]
  /** What the guards have against it; spans are of the draft's text. */
  readonly objections: readonly Objection[]
  /** Why it may not be sent, and what else is worth knowing. */
  readonly reasons: readonly Reason[]
  /** What can be done instead. */
  readonly instead: readonly Instead[]
  /** Other places that are open. */
  readonly openRoutes: readonly Route[]
  /** Who would have to approve it. */
  readonly approval?: Approval | undefined
  /** How the customer can be asked in public to go on in private. */
  readonly invitation?: Invitation | undefined
  /** Whether an open incident alone keeps it from being sent: submitted, it is held until that is released. */
  readonly held: boolean
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

/** What a reply says. */
export interface Wording {
  /** What its author wrote. */
  readonly text: string
  /** Its language as a BCP 47 tag, where known. */
  readonly language?: string | undefined
  /** What stands at its end. */
  readonly signature?: string | undefined
  /** Whether its author wrote Markdown. */
  readonly markdown: boolean
  /** What the network gets, part by part. */
  readonly parts: readonly Content[]
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
  | ({ readonly kind: 'reply' } & ReplyEvent)
  | ({ readonly kind: 'incident' } & IncidentEvent)
  | ({ readonly kind: 'erased' } & Erased)
  | ({ readonly kind: 'policy' } & PolicyChange)

/** A line of what happened to a case. */
export type Line =
  | ({ readonly line: 'step' } & Step)
  | ({ readonly line: 'note' } & Note)

/** Every record, by its name. */
export interface Records {
  AccountChange: AccountChange
  AccountInfo: AccountInfo
  AccountSaid: AccountSaid
  AccountStanding: AccountStanding
  Advice: Advice
  Approval: Approval
  Asked: Asked
  Assessment: Assessment
  Assignment: Assignment
  Attachment: Attachment
  AuditEntry: AuditEntry
  Authorisation: Authorisation
  Case: Case
  CaseEvent: CaseEvent
  CaseView: CaseView
  Certainty: Certainty
  Composed: Composed
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
  Erased: Erased
  Event: Event
  Explanation: Explanation
  Failed: Failed
  Finding: Finding
  Gist: Gist
  Handoff: Handoff
  Held: Held
  Hidden: Hidden
  Identity: Identity
  Inbound: Inbound
  Incident: Incident
  IncidentDraft: IncidentDraft
  IncidentEvent: IncidentEvent
  Ingested: Ingested
  Invitation: Invitation
  Leased: Leased
  MaybeSame: MaybeSame
  Measured: Measured
  Merge: Merge
  Message: Message
  NativeAccount: NativeAccount
  Note: Note
  Objection: Objection
  Owed: Owed
  Parsed: Parsed
  Part: Part
  Pii: Pii
  PolicyChange: PolicyChange
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
  Reply: Reply
  ReplyDraft: ReplyDraft
  ReplyEvent: ReplyEvent
  ReplyPart: ReplyPart
  ReplyTarget: ReplyTarget
  Route: Route
  Seen: Seen
  Signal: Signal
  Signalled: Signalled
  SlaClock: SlaClock
  Statement: Statement
  Step: Step
  Submitted: Submitted
  Suggestion: Suggestion
  Survey: Survey
  ThreadState: ThreadState
  ThreadView: ThreadView
  Ticked: Ticked
  Timer: Timer
  TokenStanding: TokenStanding
  Unknown: Unknown
  Upkept: Upkept
  Verdict: Verdict
  WebhookAnswer: WebhookAnswer
  Why: Why
  Wording: Wording
}
