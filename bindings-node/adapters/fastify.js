'use strict'

const { MAX_BODY, nodeBody, tooLarge, wasRead } = require('../lib/body.js')
const { answering } = require('../lib/webhook.js')
const { asked } = require('./http.js')

const REMEDY =
  'let no hook read request.raw before the webhook, or keep the bytes that were read as request.raw.rawBody'

/** A plugin for Fastify with the route `/:endpoint`; what is thrown goes to the error handler of the application. */
function webhook (care) {
  const answer = answering(care, REMEDY)
  const respond = async (request, reply, body) => {
    const answered = await answer(asked(request.raw, body))
    return reply.code(answered.status).headers(answered.headers).send(answered.body)
  }
  return async (scope) => {
    // The application's own parsers stay as they are: those here are for this scope alone.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (request, raw, done) => done(null, raw))
    // Fastify would wait for ever for a body that was read before.
    scope.addHook('preParsing', async (request, reply, payload) => {
      if (payload === request.raw && wasRead(payload)) return respond(request, reply, () => nodeBody(request.raw))
    })
    scope.setErrorHandler((error, request, reply) => {
      if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error
      return respond(request, reply, () => Promise.reject(tooLarge()))
    })
    scope.all('/:endpoint', (request, reply) => respond(request, reply, () => request.body ?? Buffer.alloc(0)))
  }
}

module.exports = { webhook }
