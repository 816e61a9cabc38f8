'use strict'

const { inputInvalid } = require('./errors.js')

/** The span from one UTF-16 unit of a text to before another one. */
function spanWithin (text, start, end) {
  if (typeof text !== 'string') throw inputInvalid('spanWithin', `a text is a string, not a ${typeof text}`)
  const inOrder = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length
  if (!inOrder) throw inputInvalid('spanWithin', `a span goes from start to end within the ${text.length} units`)
  if (cuts(text, start) || cuts(text, end)) throw inputInvalid('spanWithin', 'a span cuts no character in two')
  const startByte = Buffer.byteLength(text.slice(0, start))
  return { start, end, startByte, endByte: startByte + Buffer.byteLength(text.slice(start, end)) }
}

/** Whether one half of a character stands on each side. */
function cuts (text, at) {
  return at > 0 && text.codePointAt(at - 1) > 0xffff
}

module.exports = { spanWithin }
