'use strict'

/** What went wrong, in one line for people. Holds no secret and no customer's words. */
class CarelineError extends Error {
  constructor (message, { code = 'unexpected', operation = '', context = {}, retry = 'never', retryAfterMs, status = 503, mistakes, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CarelineError'
    this.code = code
    this.operation = operation
    this.context = context
    this.retry = retry
    this.retryAfterMs = retryAfterMs
    this.status = status
    if (mistakes !== undefined) this.mistakes = mistakes
  }

  get retryable () {
    return this.retry === 'after' || this.retry === 'transient'
  }
}

/** What the native part threw, as a CarelineError; anything else as it is. */
function raised (thrown) {
  let told
  try {
    told = JSON.parse(thrown.message)
  } catch {
    return thrown
  }
  if (told === null || typeof told !== 'object' || typeof told.code !== 'string') return thrown
  const error = new CarelineError(told.line, { ...told, retryAfterMs: told.retryAfterMs ?? undefined })
  Error.captureStackTrace(error, raised)
  return error
}

/** Does `work`; what the native part throws becomes a CarelineError. */
function raising (work) {
  try {
    return work()
  } catch (thrown) {
    throw raised(thrown)
  }
}

function inputInvalid (operation, message, status = 400) {
  return new CarelineError(`${operation}: ${message}`, { code: 'input_invalid', operation, status })
}

module.exports = { CarelineError, inputInvalid, raised, raising }
