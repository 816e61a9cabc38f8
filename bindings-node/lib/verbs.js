// Written from the Rust declarations by connectors/tests/bindings; do not edit.
'use strict'

const { options } = require('./given.js')
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

}

module.exports = { EngineVerbs, TenantVerbs }
