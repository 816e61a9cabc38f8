'use strict'

const { answering } = require('../lib/webhook.js')
const { asked, send } = require('./http.js')

const REMEDY =
  'mount the webhook before app.use(express.json()), or keep the bytes: ' +
  'express.json({ verify (req, res, raw) { req.rawBody = raw } })'

/** Middleware for Express; what is thrown goes to next(error). */
function webhook (care) {
  const answer = answering(care, REMEDY)
  return async (req, res, next) => {
    try {
      send(req, res, await answer(asked(req)))
    } catch (error) {
      next(error)
    }
  }
}

module.exports = { webhook }
