'use strict'

const { nodeBody } = require('../lib/body.js')
const { answering } = require('../lib/webhook.js')
const { asked, send } = require('./http.js')

const REMEDY = 'create the application with its raw bodies: NestFactory.create(AppModule, { rawBody: true })'

/** Answers in a controller of Nest, on Express or Fastify; what is thrown goes to the exception filters. */
function webhook (care) {
  const answer = answering(care, REMEDY)
  return async (req, res) => {
    if (req.raw === undefined) return send(req, res, await answer(asked(req)))
    // On Fastify, the request of node:http is within.
    const { status, headers, body } = await answer(asked(req.raw, () => nodeBody(req, req.raw)))
    res.code(status).headers(headers).send(body)
  }
}

module.exports = { webhook }
