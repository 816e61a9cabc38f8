// Written from the Rust declarations by connectors/tests/bindings; do not edit.

import type { Calling, Listing } from '../index.js'
import type { AccountInfo, AccountStanding, Assessment, AuditEntry, Authorisation, Case, CaseView, Counter, Coverage, Customer, CustomerView, Explanation, HandoffTo, Incident, IncidentDraft, Ingested, Leased, Line, Message, Owed, Presence, Quarantined, QueueItem, Receipt, Reply, ReplyDraft, ReplyState, ShadowReport, Submitted, Suggestion, ThreadView, Ticked, TokenKind, TokenStanding, Upkept, Verdict } from './model.js'

/** What is done for all tenants at once. */
export declare class EngineVerbs {
  /**
   * Does what is due now: joining, timers, routing, advice. Call it after intake, and again at `next_due` of its answer.
   * Several workers may do so at once. What fails for one tenant stands in `failed` and holds up nobody else.
   */
  tick(options?: Calling): Promise<Ticked>

  /**
   * Removes what the policies no longer allow to keep, and asks networks whether messages still stand that nobody would
   * tell us were deleted. Call it once an hour or so.
   */
  upkeep(options?: Calling): Promise<Upkept>

  /**
   * Takes notices that are due: who is to be told about which case or account. Call `told` for each that was passed on;
   * one that was not comes again after a minute.
   */
  notices(options?: Calling): Promise<readonly Leased[]>

  /**
   * Says that a notice was passed on.

   * @param notice The notice.
   */
  told(notice: Leased, options?: Calling): Promise<void>

}

/** What is done for one tenant. */
export declare class TenantVerbs {
  /** Open cases by what is due first. */
  queue(options?: Calling & {
    /** Only this team's. */
    team?: string | undefined
    /** Only those this agent holds. */
    agent?: string | undefined
    /** Only those that began on this network. */
    network?: string | undefined
    /** Only those that wait for an agent. */
    queued?: boolean | undefined
    /** Only those whose customer waits for us. */
    awaiting?: boolean | undefined
    /** Only those due at this instant or later. */
    dueFrom?: Date | undefined
    /** Only those due before this instant. */
    dueBefore?: Date | undefined
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<QueueItem>

  /** Open cases whose customer waits for us, longest first. */
  unanswered(options?: Calling & {
    /** Only this team's. */
    team?: string | undefined
    /** Only those this agent holds. */
    agent?: string | undefined
    /** Only those that began on this network. */
    network?: string | undefined
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<QueueItem>

  /** How many open cases there are, by what stands in a field of theirs. */
  countOpen(options?: Calling & {
    /** `team`, `agent`, `network`, `category` or `tier`; `tier` unless said. */
    by?: string | undefined
    /** Only this team's. */
    team?: string | undefined
    /** Only those this agent holds. */
    agent?: string | undefined
    /** Only those that began on this network. */
    network?: string | undefined
    /** Only those that wait for an agent. */
    queued?: boolean | undefined
    /** Only those whose customer waits for us. */
    awaiting?: boolean | undefined
  }): Promise<{ readonly [name: string]: number }>

  /** All cases, newest first. */
  allCases(options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Case>

  /**
   * A case with its threads, its person, its timeline: who answered, when, and how it ended.
   * Fails with `not_found` if there is none.

   * @param case_ The case.
   */
  case(case_: string, options?: Calling): Promise<CaseView>

  /**
   * Why a case is what it is, with every rule that had a say.
   * Fails with `not_found` if there is none.

   * @param case_ The case.
   */
  explain(case_: string, options?: Calling): Promise<Explanation>

  /**
   * What happened to a case and to those that became part of it, in order of time.

   * @param case_ The case.
   */
  history(case_: string, options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Line>

  /**
   * A thread with its first 500 messages; nothing if there is none.

   * @param conversation The thread.
   */
  thread(conversation: string, options?: Calling): Promise<ThreadView | undefined>

  /**
   * The messages of a thread, in order of time.

   * @param conversation The thread.
   */
  messagesIn(conversation: string, options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Message>

  /**
   * A person with all profiles, cases and latest messages. A merged customer shows the one it was merged into.
   * Fails with `not_found` if there is none.

   * @param customer The person.
   */
  customer(customer: string, options?: Calling): Promise<CustomerView>

  /** The latest people, newest first. */
  customers(options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Customer>

  /**
   * A person's cases, newest first, with those of everybody merged into them.

   * @param customer The person.
   */
  casesOf(customer: string, options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Case>

  /**
   * A person's messages, newest first, with those of everybody merged into them.

   * @param customer The person.
   */
  messagesBy(customer: string, options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Message>

  /**
   * Messages whose text holds all words of a query, newest first; the last word may be a beginning.

   * @param query The words.
   */
  search(query: string, options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Message>

  /** What is set aside and not redriven, newest first. */
  quarantine(options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Quarantined>

  /**
   * Says that an agent takes work, or does no longer. Fails with `not_found` for an agent the policy does not name.

   * @param agent The agent.
   * @param online Whether they take work.
   */
  setPresence(agent: string, online: boolean, options?: Calling & {
    /** Until when that holds unless repeated. */
    until?: Date | undefined
  }): Promise<void>

  /** The presence of every agent. */
  roster(options?: Calling): Promise<readonly Presence[]>

  /**
   * Gives a case to an agent, whoever has it now: a manual assignment, or a take-over if `actor` is the agent.
   * Fails with `not_found` for a case or agent that does not exist, and with `conflict` if the case is closed.

   * @param case_ The case.
   * @param agent Who gets it.
   * @param actor Who says so.
   */
  assign(case_: string, agent: string, actor: string, options?: Calling): Promise<Case>

  /**
   * Accepts a case that was offered to an agent. Fails with `conflict` if it is not offered to them (any more).

   * @param case_ The case.
   * @param agent Who accepts it.
   */
  accept(case_: string, agent: string, options?: Calling): Promise<Case>

  /**
   * Puts a case back into its team's queue, or into another team's.

   * @param case_ The case.
   * @param actor Who says so.
   * @param reason Why.
   */
  release(case_: string, actor: string, reason: string, options?: Calling & {
    /** The other team. */
    team?: string | undefined
  }): Promise<Case>

  /**
   * Writes a note for colleagues. It is never sent.

   * @param case_ The case.
   * @param author Who writes it.
   * @param text The note.
   */
  note(case_: string, author: string, text: string, options?: Calling): Promise<void>

  /**
   * Ends a case.

   * @param case_ The case.
   * @param actor Who ends it.
   * @param outcome How it ended, in the host's words: `resolved`, `no_answer_needed` …
   */
  close(case_: string, actor: string, outcome: string, options?: Calling): Promise<Case>

  /**
   * Takes a closed case up again. Fails with `conflict` if it became part of another one.

   * @param case_ The case.
   * @param actor Who does.
   */
  reopen(case_: string, actor: string, options?: Calling): Promise<Case>

  /**
   * Corrects what triage concluded about the lead message of a case.

   * @param case_ The case.
   * @param actor Who corrects it.
   * @param assessment What is right.
   */
  correct(case_: string, actor: string, assessment: Assessment, options?: Calling): Promise<Case>

  /**
   * Judges a draft: whether it may be sent, where it would go, how it would stand there; or why not, and what can be
   * done instead. Writes nothing, so it can be asked at every keystroke.

   * @param draft What somebody wants said or done.
   */
  canSend(draft: Pick<ReplyDraft, 'key' | 'author'> & Partial<ReplyDraft>, options?: Calling): Promise<Verdict>

  /**
   * Submits a draft. What may be sent waits for approval, or for its turn; `tick` sends it. A draft that may not be
   * sent changes nothing but the case's timeline; its verdict says why. The same key again gives the same reply and
   * sends nothing more. Fails with `conflict` if another text was submitted under the same key.

   * @param draft What somebody wants said or done.
   */
  reply(draft: Pick<ReplyDraft, 'key' | 'author'> & Partial<ReplyDraft>, options?: Calling): Promise<Submitted>

  /**
   * The version of the conversation around a message, for a draft's `read`: another one once somebody has written
   * there, a colleague included, or the message has changed. Fails with `not_found` for a message that does not
   * exist.

   * @param message The message.
   */
  reading(message: string, options?: Calling): Promise<number>

  /**
   * Approves a reply, with other words if `text` is given. It is judged again first. Fails with `not_found` for a
   * reply that does not exist, with `conflict` if it does not wait for approval (any more), and with
   * `permission_denied` for its author, for somebody the rule does not name, and for somebody who is no agent.

   * @param reply The reply.
   * @param by Who approves it.
   */
  approve(reply: string, by: string, options?: Calling & {
    /** Other words. */
    text?: string | undefined
  }): Promise<Reply>

  /**
   * Says no to a reply that waits for approval. Fails as `approve` does.

   * @param reply The reply.
   * @param by Who says no.
   * @param reason Why.
   */
  reject(reply: string, by: string, reason: string, options?: Calling): Promise<Reply>

  /**
   * Takes back a reply of which nothing was sent yet. Fails with `conflict` if some of it is sent or may be.

   * @param reply The reply.
   * @param by Who takes it back.
   */
  withdraw(reply: string, by: string, options?: Calling): Promise<Reply>

  /**
   * Sends a reply after all: one that an incident held, that was refused, or of which nobody could tell whether it
   * was sent; of that, whoever calls this says that the network does not have it. What was sent of it stays sent.
   * Fails with `conflict` if it is in another state, or may still not be sent: ask `can_send` why.

   * @param reply The reply.
   * @param by Who says so.
   */
  sendAfterAll(reply: string, by: string, options?: Calling): Promise<Reply>

  /**
   * Says that the network has the part of a reply of which nobody could tell: whoever calls this has seen it there.
   * Fails with `conflict` if the reply's state is not `unknown`.

   * @param reply The reply.
   * @param by Who has seen it.
   * @param nativeId The network's id of it.
   */
  wasSent(reply: string, by: string, nativeId: string, options?: Calling): Promise<Reply>

  /**
   * A reply with its wording, its parts and what became of them. Fails with `not_found` if there is none.

   * @param reply The reply.
   */
  replyRecord(reply: string, options?: Calling): Promise<Reply>

  /** Replies, newest first: those that wait for approval, those in the outbox, those of a case. */
  replies(options?: Calling & {
    /** Only those in one of these states. */
    states?: readonly ReplyState[] | undefined
    /** Only this case's. */
    case?: string | undefined
    /** Only those that this account says. */
    account?: string | undefined
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Reply>

  /**
   * Notes that a case goes on elsewhere: by e-mail, telephone, chat. What happens there stays there; the case stays
   * open. Fails with `conflict` if the case is closed, and with `input_invalid` for `private`, which is what an
   * invitation is for.

   * @param case_ The case.
   * @param to Where it goes on.
   * @param actor Who says so.
   */
  handOff(case_: string, to: HandoffTo, actor: string, options?: Calling & {
    /** What colleagues need to know: a ticket number, whom to call. Never sent. */
    note?: string | undefined
  }): Promise<Case>

  /**
   * What somebody who works on a case might do next: go on in private because personal data is needed or it goes to
   * and fro in public; close in public, once, what was solved in private; ask again who did not come. Fails with
   * `not_found` for a case that does not exist.

   * @param case_ The case.
   */
  suggestions(case_: string, options?: Calling): Promise<readonly Suggestion[]>

  /**
   * Opens an incident: from now on answers one by one to whom it is about are held. The same key again is the same
   * incident. Fails with `input_invalid` for a draft without key, name or condition, and with `conflict` with 20
   * open.

   * @param draft What it is about.
   * @param by Who opens it.
   */
  openIncident(draft: Pick<IncidentDraft, 'key' | 'name' | 'when'> & Partial<IncidentDraft>, by: string, options?: Calling): Promise<Incident>

  /**
   * Releases an incident: answers are no longer held. Tells who is owed one, the longest waiting first. Fails with
   * `conflict` if it is released already.

   * @param incident The incident.
   * @param by Who releases it.
   */
  releaseIncident(incident: string, by: string, options?: Calling): Promise<readonly Owed[]>

  /**
   * Who is owed an answer about an incident, the longest waiting first, with the reply that was held back.

   * @param incident The incident.
   */
  owedIn(incident: string, options?: Calling): Promise<readonly Owed[]>

  /**
   * An incident. Fails with `not_found` if there is none.

   * @param incident The incident.
   */
  incident(incident: string, options?: Calling): Promise<Incident>

  /** Incidents, newest first. */
  incidents(options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<Incident>

  /**
   * The cases that are about an incident, newest first: those opened from its beginning to its release.

   * @param incident The incident.
   */
  incidentCases(incident: string, options?: Calling): Promise<readonly Case[]>

  /**
   * Merges a customer into another one. Can be undone. Fails with `input_invalid` without evidence, or with one weak
   * sign alone.

   * @param into The one that stays.
   * @param other The one that is merged in.
   * @param actor Who decides it.
   * @param evidence What shows that they are one person.
   */
  mergeCustomers(into: string, other: string, actor: string, evidence: readonly string[], options?: Calling): Promise<void>

  /**
   * Undoes a merge: both customers get back what was theirs.

   * @param into The one that stayed.
   * @param other The one that was merged in.
   * @param actor Who decides it.
   */
  unmergeCustomers(into: string, other: string, actor: string, options?: Calling): Promise<void>

  /**
   * Tells something about a person: a customer number, a value tier. Null removes a fact.

   * @param customer The person.
   * @param facts The facts.
   */
  setFacts(customer: string, facts: { readonly [name: string]: any }, options?: Calling): Promise<void>

  /** Removes everything about a person, an identity or a message, and tells what was removed. Takes one of the three. */
  erase(options?: Calling & {
    /** A person, with all identities, messages, cases, notes and raw forms. */
    customer?: string | undefined
    /** A profile and what it wrote. */
    identity?: string | undefined
    /** A message. */
    message?: string | undefined
  }): Promise<Receipt>

  /** Everything kept about a person, or about all, as JSON. */
  export(options?: Calling & {
    /** Only what is about this person. */
    customer?: string | undefined
    /** With raw deliveries. */
    raw?: boolean | undefined
  }): Promise<any>

  /** Removes what is older than the policy allows at this instant, and tells what was removed. */
  retain(options?: Calling): Promise<Receipt>

  /**
   * Reads what is new on an account, from every source. Fails with `not_found` for an account without a connection.

   * @param account The account, by the name the policy gives it.
   */
  poll(account: string, options?: Calling): Promise<Ingested>

  /**
   * Asks an account's network whether customers' messages still stand, for deletions that nobody pushes.

   * @param account The account, by the name the policy gives it.
   */
  recheck(account: string, options?: Calling): Promise<Ingested>

  /**
   * Asks an account's network who the account is, and whether it takes our token.
   * Fails with `not_found` for an account without a connection.

   * @param account The account, by the name the policy gives it.
   */
  check(account: string, options?: Calling): Promise<AccountInfo>

  /**
   * Begins to let the app of an account's settings act for it: send the person to its `url`, keep its `pending` bound to
   * their browser, and hand that to `finish_authorisation` when the network sends them back to `redirect_uri`.
   * Fails with `config_invalid` if the settings name no app, with `unsupported` on networks without OAuth.

   * @param account The account, by the name the policy gives it.
   * @param redirectUri Where the network sends the person back to; it must be registered with the app.
   */
  beginAuthorisation(account: string, redirectUri: string, options?: Calling): Promise<Authorisation>

  /**
   * Connects an account with what a person has just granted. Whose the token is, the network is asked first.
   * Fails with `input_invalid` if they came back from another flow, with `permission_denied` if they said no, with
   * `config_invalid` if they granted another account.

   * @param account The account, by the name the policy gives it.
   * @param pending What began it.
   * @param callbackUrl The whole address the person came back to.
   */
  finishAuthorisation(account: string, pending: string, callbackUrl: string, options?: Calling): Promise<TokenStanding>

  /**
   * Keeps a token from elsewhere for an account, in place of the one before; replies that waited for one go out.

   * @param account The account, by the name the policy gives it.
   * @param access What calls carry.
   */
  connect(account: string, access: string, options?: Calling & {
    /** What buys the next one. */
    refresh?: string | undefined
    /** When it runs out; left out if it does not. */
    expiresAt?: Date | undefined
    /** On whose behalf it speaks; `user` unless said. */
    kind?: TokenKind | undefined
  }): Promise<TokenStanding>

  /**
   * Judges stored messages of customers again, under another policy or the present one and by the present models, and tells
   * what would differ: how often from what to what, and examples with rules and places. Changes nothing.
   * Fails with `config_invalid` for a policy with mistakes, each with its place.
   */
  shadow(options?: Calling & {
    /** The other policy, as TOML; the present one unless given. */
    policy?: string | undefined
    /** Only messages sent at this instant or later. */
    since?: Date | undefined
    /** At most so many messages, of all times alike and the same ones each time; all unless given. */
    limit?: number | undefined
    /** How many examples of each change are shown at most; 3 unless said. */
    examples?: number | undefined
  }): Promise<ShadowReport>

  /**
   * How it stands with the token that is kept for an account: how long it lives, what ended it.
   * Fails with `not_found` for an account that was never connected.

   * @param account The account, by the name the policy gives it.
   */
  tokenStanding(account: string, options?: Calling): Promise<TokenStanding>

  /** What networks last said about accounts and what we may do with them. */
  accountStates(options?: Calling): Promise<readonly AccountStanding[]>

  /**
   * Sums of the counters whose names begin so: `tier.`, `intent.`, `category.`, `network.`, `case.`, `sla.` …

   * @param prefix What the names begin with.
   */
  totals(prefix: string, options?: Calling): Promise<{ readonly [name: string]: number }>

  /**
   * Counters in steps of five minutes: what a chart of volume is drawn from.

   * @param prefix What the names begin with.
   */
  volume(prefix: string, options?: Calling & {
    /** The first instant. */
    since?: Date | undefined
    /** The first instant no longer counted. */
    until?: Date | undefined
  }): Promise<readonly Counter[]>

  /** By account, how many messages were pushed, listed, and both. */
  coverage(options?: Calling): Promise<{ readonly [name: string]: Coverage }>

  /**
   * Recomputes the chain of digests over the tenant's log, and tells how many entries it has.
   * Fails with `storage_damaged` at the first entry that does not fit.
   */
  verifyLog(options?: Calling): Promise<number>

  /**
   * The audit trail, oldest first: who drafted, approved, sent, hid, merged, erased, changed the policy.
   * `verify_log` shows whether anything in it was changed.
   */
  audit(options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<AuditEntry>

  /**
   * Every entry of the log with its digests, oldest first: what somebody elsewhere needs to check that the trail is
   * whole. Each `chain` is SHA-256 over the one before, 32 zeros at first, and `digest`.
   */
  auditChain(options?: Calling & {
    /** How many a page holds; 100 unless said. */
    limit?: number | undefined
    /** Where the page begins: the `after` of the page before. */
    after?: string | undefined
  }): Listing<AuditEntry>

}
