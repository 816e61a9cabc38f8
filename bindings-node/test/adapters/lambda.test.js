'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { webhook } = require('../../adapters/lambda.js')
const { conforms, mention, opened, spent, taken } = require('./acme.js')

/** An event of API Gateway with payload version 1.0. */
function version1 ({ method, path, headers, body }, encoding) {
  const [pathname, query] = path.split('?')
  const parameters = [...new URLSearchParams(query)]
  return {
    version: '1.0',
    resource: '/hooks/{endpoint}',
    path: pathname,
    httpMethod: method,
    headers: each(headers, (values) => values.at(-1)),
    multiValueHeaders: each(headers, (values) => values),
    queryStringParameters: parameters.length ? Object.fromEntries(parameters) : null,
    multiValueQueryStringParameters: parameters.length
      ? Object.fromEntries(parameters.map(([name, value]) => [name, [value]]))
      : null,
    requestContext: { httpMethod: method, stage: 'live' },
    ...bodyIn(body, encoding)
  }
}

/** An event of API Gateway with payload version 2.0, or of a function URL. */
function version2 ({ method, path, headers, body }, encoding) {
  const [pathname, query = ''] = path.split('?')
  const { body: text, ...rest } = bodyIn(body, encoding)
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: `/live${pathname}`,
    rawQueryString: query,
    headers: each(headers, (values) => values.join(',')),
    requestContext: { http: { method, path: pathname, protocol: 'HTTP/1.1' } },
    ...rest,
    // A request without a body has none here.
    ...(text === null ? {} : { body: text })
  }
}

const each = (headers, change) =>
  Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), change([values].flat())]))

const bodyIn = (body, encoding) => ({
  body: body === undefined ? null : Buffer.from(body).toString(encoding),
  isBase64Encoded: encoding === 'base64'
})

const invoking = (event, encoding, change = (given) => given) => async (t, care) => {
  const handler = webhook(care)
  return async (asked) => {
    const { statusCode, headers, body, isBase64Encoded } = await handler(change(event(asked, encoding)))
    assert.equal(isBase64Encoded, false)
    return { status: statusCode, headers, body }
  }
}

const throwing = (event) => async (t, care) => async (asked) => {
  const error = await webhook(care)(event(asked)).then(assert.fail, (thrown) => thrown)
  return { status: 500, headers: {}, body: error.message }
}

for (const encoding of ['utf8', 'base64']) {
  const own = { bodies: false, unexpected: throwing(version1) }
  conforms(`lambda 1.0, ${encoding}`, invoking(version1, encoding), own)
  conforms(`lambda 2.0, ${encoding}`, invoking(version2, encoding), { ...own, doubled: false })
}

for (const [name, event] of [['1.0', version1], ['2.0', version2]]) {
  const parsed = (given) => ({ ...given, body: given.body && JSON.parse(given.body) })

  test(`lambda ${name}: a body that middleware parsed is refused`, async (t) => {
    await spent(t, await invoking(event, 'utf8', parsed)(t, await opened(t)), /event\.body/)
  })
}

test('lambda 1.0: an event with single values only, or without headers, is read', async (t) => {
  const care = await opened(t)
  const single = ({ multiValueHeaders, multiValueQueryStringParameters, ...given }) => given
  const ask = await invoking(version1, 'utf8', single)(t, care)
  await taken(care, ask)
  assert.equal((await ask({ method: 'GET', path: '/hooks/x?crc_token=a%2Bb', headers: {} })).status, 200)
  const bare = await invoking(version1, 'utf8', (given) => ({ ...single(given), headers: null }))(t, care)
  assert.equal((await bare(mention())).status, 401)
})

test('lambda: what is no request is not allowed', async (t) => {
  const { statusCode } = await webhook(await opened(t))({ source: 'aws.events' })
  assert.equal(statusCode, 405)
})
