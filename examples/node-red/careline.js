'use strict'

// Social customer care in node-RED: a handle, and nodes that receive, list, judge and close with it.

const { CarelineError, triage } = require('careline')
const { Handle } = require('./handle.js')

module.exports = (RED) => {
  RED.nodes.registerType('careline handle', function (settings) {
    RED.nodes.createNode(this, settings)
    const { store, policy } = settings
    const handle = new Handle({ store, policy, endpoints: secretsIn(JSON.parse(settings.endpoints || '{}'), this) })
    this.handle = handle
    handle.on('trouble', (message) => this.error(message))
    // Not before every node is there to be told.
    const begin = () => handle.look()
    RED.events.once('flows:started', begin)
    this.on('close', (done) => {
      RED.events.off('flows:started', begin)
      handle.close().then(done, done)
    })
  })

  RED.nodes.registerType('careline receive', function (settings) {
    RED.nodes.createNode(this, settings)
    works(this, async (msg, send) => {
      const receive = (request) => chosen(settings).receive(settings.endpoint, request)
      const { status, contentType, body, ingested } = await answered(this, receive, msg)
      send([{ ...msg, statusCode: status, headers: { 'content-type': contentType }, payload: body, ingested }, null])
    })
    const tell = (items) => this.send([null, items.map((item) => ({ topic: item.case.id, payload: item }))])
    const handle = handleOf(settings)
    handle?.on('changed', tell)
    this.on('close', () => { handle?.off('changed', tell) })
  })

  RED.nodes.registerType('careline queue', function (settings) {
    RED.nodes.createNode(this, settings)
    works(this, async (msg, send) => {
      const { after, ...asked } = isObject(msg.payload) ? msg.payload : {}
      // A query string has only texts.
      if (typeof asked.limit === 'string') asked.limit = Number(asked.limit)
      send({ ...msg, payload: await (await chosen(settings).tenant()).queue(asked).page(after) })
    })
  })

  RED.nodes.registerType('careline triage', function (settings) {
    RED.nodes.createNode(this, settings)
    works(this, async (msg, send) => {
      const several = Array.isArray(msg.payload)
      const judged = await triage(several ? msg.payload : [msg.payload], { policy: await chosen(settings).policy() })
      send({ ...msg, payload: several ? judged : judged[0] })
    })
  })

  RED.nodes.registerType('careline close', function (settings) {
    RED.nodes.createNode(this, settings)
    works(this, async (msg, send) => {
      const given = isObject(msg.payload) ? msg.payload : { case: msg.payload }
      const { case: id, actor = settings.actor, outcome = settings.outcome } = given
      const handle = chosen(settings)
      const closed = await (await handle.tenant()).close(id, actor, outcome)
      handle.look()
      send({ ...msg, payload: closed })
    })
  })

  /** Lets a node work on messages; what is thrown goes to the flow's catch nodes. */
  function works (node, work) {
    node.on('input', (msg, send, done) => { work(msg, send).then(() => done(), done) })
  }

  function chosen (settings) {
    const handle = handleOf(settings)
    if (handle) return handle
    const message = 'no careline handle is chosen, or its settings are wrong'
    throw new CarelineError(message, { code: 'config_invalid', status: 503 })
  }

  function handleOf (settings) {
    return RED.nodes.getNode(settings.handle)?.handle
  }

  /** Puts in place of `env:NAME` what node-RED has under that name: its own credentials, or the environment. */
  function secretsIn (value, node) {
    if (typeof value === 'string' && value.startsWith('env:')) {
      return RED.util.getSetting(node, value.slice('env:'.length)) || value
    }
    if (!isObject(value) && !Array.isArray(value)) return value
    const inside = Object.entries(value).map(([key, one]) => [key, secretsIn(one, node)])
    return Array.isArray(value) ? inside.map(([, one]) => one) : Object.fromEntries(inside)
  }
}

/** The answer to a webhook request, whatever becomes of it: the network waits for one. */
async function answered (node, receive, { req, ...msg }) {
  const { method = 'POST', headers = {} } = req ?? msg
  const query = /\?(.*)$/.exec(req?.originalUrl ?? '')?.[1]
  try {
    if (method === 'POST' && !(msg.payload instanceof Uint8Array)) throw parsed()
    const body = method === 'POST' ? msg.payload : undefined
    const answer = await receive({ method, query, headers, body })
    node.status({})
    return answer
  } catch (error) {
    const { code = 'unexpected', status = 500 } = error instanceof CarelineError ? error : {}
    node.status({ fill: 'red', shape: 'ring', text: code })
    // Strangers can send what is wrong at will; from 500 on somebody has to do something.
    if (status >= 500) node.error(error.message)
    return { status, contentType: 'text/plain; charset=utf-8', body: code }
  }
}

/** The flow is wrong, not the network: it delivers again once that is mended. */
function parsed () {
  const message = "the body is not raw, and the signature is over exactly its bytes: in the 'http in' node, choose " +
    "'Do not parse request body', and a path without parameters"
  return new CarelineError(message, { code: 'config_invalid', operation: 'receive', status: 503 })
}

function isObject (value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
