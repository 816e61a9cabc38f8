// Written from the Rust declarations by connectors/tests/bindings; do not edit.
'use strict'

const { fields, options } = require('./given.js')
const { read, write } = require('./model.js')

class EngineVerbs {
  tick(given) {
    const o = options('tick', given, ['signal'])
    return this._perform('tick', {  }, read.Ticked, o.signal)
  }

  upkeep(given) {
    const o = options('upkeep', given, ['signal'])
    return this._perform('upkeep', {  }, read.Upkept, o.signal)
  }

  notices(given) {
    const o = options('notices', given, ['signal'])
    return this._perform('notices', {  }, (r) => r.list(read.Leased), o.signal)
  }

  told(notice, given) {
    const o = options('told', given, ['signal'])
    return this._perform('told', { notice: write.Leased(notice) }, (r) => r.nothing(), o.signal)
  }

}

class TenantVerbs {
  queue(given) {
    const o = options('queue', given, ['team', 'agent', 'network', 'queued', 'awaiting', 'dueFrom', 'dueBefore', 'limit', 'after', 'signal'])
    return this._list('queue', { team: o.team, agent: o.agent, network: o.network, queued: o.queued, awaiting: o.awaiting, due_from: o.dueFrom, due_before: o.dueBefore, limit: o.limit, after: o.after }, (r) => r.page(read.QueueItem), o.signal)
  }

  unanswered(given) {
    const o = options('unanswered', given, ['team', 'agent', 'network', 'limit', 'after', 'signal'])
    return this._list('unanswered', { team: o.team, agent: o.agent, network: o.network, limit: o.limit, after: o.after }, (r) => r.page(read.QueueItem), o.signal)
  }

  countOpen(given) {
    const o = options('countOpen', given, ['by', 'team', 'agent', 'network', 'queued', 'awaiting', 'signal'])
    return this._perform('count_open', { by: o.by, team: o.team, agent: o.agent, network: o.network, queued: o.queued, awaiting: o.awaiting }, (r) => r.map((r) => r.number()), o.signal)
  }

  allCases(given) {
    const o = options('allCases', given, ['limit', 'after', 'signal'])
    return this._list('all_cases', { limit: o.limit, after: o.after }, (r) => r.page(read.Case), o.signal)
  }

  case(case_, given) {
    const o = options('case', given, ['signal'])
    return this._perform('case', { case: case_ }, read.CaseView, o.signal)
  }

  explain(case_, given) {
    const o = options('explain', given, ['signal'])
    return this._perform('explain', { case: case_ }, read.Explanation, o.signal)
  }

  history(case_, given) {
    const o = options('history', given, ['limit', 'after', 'signal'])
    return this._list('history', { case: case_, limit: o.limit, after: o.after }, (r) => r.page(read.Line), o.signal)
  }

  thread(conversation, given) {
    const o = options('thread', given, ['signal'])
    return this._perform('thread', { conversation: conversation }, (r) => r.absent() ? undefined : read.ThreadView(r), o.signal)
  }

  messagesIn(conversation, given) {
    const o = options('messagesIn', given, ['limit', 'after', 'signal'])
    return this._list('messages_in', { conversation: conversation, limit: o.limit, after: o.after }, (r) => r.page(read.Message), o.signal)
  }

  customer(customer, given) {
    const o = options('customer', given, ['signal'])
    return this._perform('customer', { customer: customer }, read.CustomerView, o.signal)
  }

  customers(given) {
    const o = options('customers', given, ['limit', 'after', 'signal'])
    return this._list('customers', { limit: o.limit, after: o.after }, (r) => r.page(read.Customer), o.signal)
  }

  casesOf(customer, given) {
    const o = options('casesOf', given, ['limit', 'after', 'signal'])
    return this._list('cases_of', { customer: customer, limit: o.limit, after: o.after }, (r) => r.page(read.Case), o.signal)
  }

  messagesBy(customer, given) {
    const o = options('messagesBy', given, ['limit', 'after', 'signal'])
    return this._list('messages_by', { customer: customer, limit: o.limit, after: o.after }, (r) => r.page(read.Message), o.signal)
  }

  search(query, given) {
    const o = options('search', given, ['limit', 'after', 'signal'])
    return this._list('search', { query: query, limit: o.limit, after: o.after }, (r) => r.page(read.Message), o.signal)
  }

  quarantine(given) {
    const o = options('quarantine', given, ['limit', 'after', 'signal'])
    return this._list('quarantine', { limit: o.limit, after: o.after }, (r) => r.page(read.Quarantined), o.signal)
  }

  setPresence(agent, online, given) {
    const o = options('setPresence', given, ['until', 'signal'])
    return this._perform('set_presence', { agent: agent, online: online, until: o.until }, (r) => r.nothing(), o.signal)
  }

  roster(given) {
    const o = options('roster', given, ['signal'])
    return this._perform('roster', {  }, (r) => r.list(read.Presence), o.signal)
  }

  assign(case_, agent, actor, given) {
    const o = options('assign', given, ['signal'])
    return this._perform('assign', { case: case_, agent: agent, actor: actor }, read.Case, o.signal)
  }

  accept(case_, agent, given) {
    const o = options('accept', given, ['signal'])
    return this._perform('accept', { case: case_, agent: agent }, read.Case, o.signal)
  }

  release(case_, actor, reason, given) {
    const o = options('release', given, ['team', 'signal'])
    return this._perform('release', { case: case_, actor: actor, reason: reason, team: o.team }, read.Case, o.signal)
  }

  note(case_, author, text, given) {
    const o = options('note', given, ['signal'])
    return this._perform('note', { case: case_, author: author, text: text }, (r) => r.nothing(), o.signal)
  }

  close(case_, actor, outcome, given) {
    const o = options('close', given, ['signal'])
    return this._perform('close', { case: case_, actor: actor, outcome: outcome }, read.Case, o.signal)
  }

  reopen(case_, actor, given) {
    const o = options('reopen', given, ['signal'])
    return this._perform('reopen', { case: case_, actor: actor }, read.Case, o.signal)
  }

  correct(case_, actor, assessment, given) {
    const o = options('correct', given, ['signal'])
    return this._perform('correct', { case: case_, actor: actor, assessment: write.Assessment(assessment) }, read.Case, o.signal)
  }

  canSend(draft, given) {
    const o = options('canSend', given, ['signal'])
    return this._perform('can_send', { draft: write.ReplyDraft(fields('canSend', draft, ['key', 'author', 'verb', 'purpose', 'to', 'account', 'text', 'markdown', 'language', 'signature', 'thread', 'wider', 'read', 'despite', 'notBefore', 'ground', 'undo', 'incident'], ['key', 'author'])) }, read.Verdict, o.signal)
  }

  reply(draft, given) {
    const o = options('reply', given, ['signal'])
    return this._perform('reply', { draft: write.ReplyDraft(fields('reply', draft, ['key', 'author', 'verb', 'purpose', 'to', 'account', 'text', 'markdown', 'language', 'signature', 'thread', 'wider', 'read', 'despite', 'notBefore', 'ground', 'undo', 'incident'], ['key', 'author'])) }, read.Submitted, o.signal)
  }

  reading(message, given) {
    const o = options('reading', given, ['signal'])
    return this._perform('reading', { message: message }, (r) => r.number(), o.signal)
  }

  approve(reply, by, given) {
    const o = options('approve', given, ['text', 'signal'])
    return this._perform('approve', { reply: reply, by: by, text: o.text }, read.Reply, o.signal)
  }

  reject(reply, by, reason, given) {
    const o = options('reject', given, ['signal'])
    return this._perform('reject', { reply: reply, by: by, reason: reason }, read.Reply, o.signal)
  }

  withdraw(reply, by, given) {
    const o = options('withdraw', given, ['signal'])
    return this._perform('withdraw', { reply: reply, by: by }, read.Reply, o.signal)
  }

  sendAfterAll(reply, by, given) {
    const o = options('sendAfterAll', given, ['signal'])
    return this._perform('send_after_all', { reply: reply, by: by }, read.Reply, o.signal)
  }

  wasSent(reply, by, nativeId, given) {
    const o = options('wasSent', given, ['signal'])
    return this._perform('was_sent', { reply: reply, by: by, native_id: nativeId }, read.Reply, o.signal)
  }

  replyRecord(reply, given) {
    const o = options('replyRecord', given, ['signal'])
    return this._perform('reply_record', { reply: reply }, read.Reply, o.signal)
  }

  replies(given) {
    const o = options('replies', given, ['states', 'case', 'account', 'limit', 'after', 'signal'])
    return this._list('replies', { states: o.states, case: o.case, account: o.account, limit: o.limit, after: o.after }, (r) => r.page(read.Reply), o.signal)
  }

  handOff(case_, to, actor, given) {
    const o = options('handOff', given, ['note', 'signal'])
    return this._perform('hand_off', { case: case_, to: to, actor: actor, note: o.note }, read.Case, o.signal)
  }

  suggestions(case_, given) {
    const o = options('suggestions', given, ['signal'])
    return this._perform('suggestions', { case: case_ }, (r) => r.list(read.Suggestion), o.signal)
  }

  openIncident(draft, by, given) {
    const o = options('openIncident', given, ['signal'])
    return this._perform('open_incident', { draft: write.IncidentDraft(fields('openIncident', draft, ['key', 'name', 'when', 'since', 'withoutHold'], ['key', 'name', 'when'])), by: by }, read.Incident, o.signal)
  }

  releaseIncident(incident, by, given) {
    const o = options('releaseIncident', given, ['signal'])
    return this._perform('release_incident', { incident: incident, by: by }, (r) => r.list(read.Owed), o.signal)
  }

  owedIn(incident, given) {
    const o = options('owedIn', given, ['signal'])
    return this._perform('owed_in', { incident: incident }, (r) => r.list(read.Owed), o.signal)
  }

  incident(incident, given) {
    const o = options('incident', given, ['signal'])
    return this._perform('incident', { incident: incident }, read.Incident, o.signal)
  }

  incidents(given) {
    const o = options('incidents', given, ['limit', 'after', 'signal'])
    return this._list('incidents', { limit: o.limit, after: o.after }, (r) => r.page(read.Incident), o.signal)
  }

  incidentCases(incident, given) {
    const o = options('incidentCases', given, ['signal'])
    return this._perform('incident_cases', { incident: incident }, (r) => r.list(read.Case), o.signal)
  }

  mergeCustomers(into, other, actor, evidence, given) {
    const o = options('mergeCustomers', given, ['signal'])
    return this._perform('merge_customers', { into: into, other: other, actor: actor, evidence: evidence }, (r) => r.nothing(), o.signal)
  }

  unmergeCustomers(into, other, actor, given) {
    const o = options('unmergeCustomers', given, ['signal'])
    return this._perform('unmerge_customers', { into: into, other: other, actor: actor }, (r) => r.nothing(), o.signal)
  }

  setFacts(customer, facts, given) {
    const o = options('setFacts', given, ['signal'])
    return this._perform('set_facts', { customer: customer, facts: facts }, (r) => r.nothing(), o.signal)
  }

  erase(given) {
    const o = options('erase', given, ['customer', 'identity', 'message', 'signal'])
    return this._perform('erase', { customer: o.customer, identity: o.identity, message: o.message }, read.Receipt, o.signal)
  }

  export(given) {
    const o = options('export', given, ['customer', 'raw', 'signal'])
    return this._perform('export', { customer: o.customer, raw: o.raw }, (r) => r.json(), o.signal)
  }

  retain(given) {
    const o = options('retain', given, ['signal'])
    return this._perform('retain', {  }, read.Receipt, o.signal)
  }

  poll(account, given) {
    const o = options('poll', given, ['signal'])
    return this._perform('poll', { account: account }, read.Ingested, o.signal)
  }

  recheck(account, given) {
    const o = options('recheck', given, ['signal'])
    return this._perform('recheck', { account: account }, read.Ingested, o.signal)
  }

  check(account, given) {
    const o = options('check', given, ['signal'])
    return this._perform('check', { account: account }, read.AccountInfo, o.signal)
  }

  beginAuthorisation(account, redirectUri, given) {
    const o = options('beginAuthorisation', given, ['signal'])
    return this._perform('begin_authorisation', { account: account, redirect_uri: redirectUri }, read.Authorisation, o.signal)
  }

  finishAuthorisation(account, pending, callbackUrl, given) {
    const o = options('finishAuthorisation', given, ['signal'])
    return this._perform('finish_authorisation', { account: account, pending: pending, callback_url: callbackUrl }, read.TokenStanding, o.signal)
  }

  connect(account, access, given) {
    const o = options('connect', given, ['refresh', 'expiresAt', 'kind', 'signal'])
    return this._perform('connect', { account: account, access: access, refresh: o.refresh, expires_at: o.expiresAt, kind: o.kind }, read.TokenStanding, o.signal)
  }

  shadow(given) {
    const o = options('shadow', given, ['policy', 'since', 'limit', 'examples', 'signal'])
    return this._perform('shadow', { policy: o.policy, since: o.since, limit: o.limit, examples: o.examples }, read.ShadowReport, o.signal)
  }

  tokenStanding(account, given) {
    const o = options('tokenStanding', given, ['signal'])
    return this._perform('token_standing', { account: account }, read.TokenStanding, o.signal)
  }

  accountStates(given) {
    const o = options('accountStates', given, ['signal'])
    return this._perform('account_states', {  }, (r) => r.list(read.AccountStanding), o.signal)
  }

  totals(prefix, given) {
    const o = options('totals', given, ['signal'])
    return this._perform('totals', { prefix: prefix }, (r) => r.map((r) => r.number()), o.signal)
  }

  volume(prefix, given) {
    const o = options('volume', given, ['since', 'until', 'signal'])
    return this._perform('volume', { prefix: prefix, since: o.since, until: o.until }, (r) => r.list(read.Counter), o.signal)
  }

  coverage(given) {
    const o = options('coverage', given, ['signal'])
    return this._perform('coverage', {  }, (r) => r.map(read.Coverage), o.signal)
  }

  verifyLog(given) {
    const o = options('verifyLog', given, ['signal'])
    return this._perform('verify_log', {  }, (r) => r.number(), o.signal)
  }

  audit(given) {
    const o = options('audit', given, ['limit', 'after', 'signal'])
    return this._list('audit', { limit: o.limit, after: o.after }, (r) => r.page(read.AuditEntry), o.signal)
  }

  auditChain(given) {
    const o = options('auditChain', given, ['limit', 'after', 'signal'])
    return this._list('audit_chain', { limit: o.limit, after: o.after }, (r) => r.page(read.AuditEntry), o.signal)
  }

}

module.exports = { EngineVerbs, TenantVerbs }
