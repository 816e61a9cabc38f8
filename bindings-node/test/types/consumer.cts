// What a host writes in TypeScript for CommonJS.

import careline = require('careline')
import { Care, CarelineError, type EventBody, type Transport } from 'careline'

const { normaliseSync, triageSync } = careline

/** The global fetch, with something before it. */
const transport: Transport = (url, { headers, ...request }) =>
  fetch(url, { ...request, headers: [...headers, ['x-acme', '1']] })

async function main (): Promise<void> {
  const care: careline.Care = await Care.open('memory:', { policy: { text: "brand.name = 'Acme'" }, transport })
  const answer: careline.WebhookAnswer = await care.receive('x', { headers: {}, body: Buffer.from('{}') })
  console.log(answer.status, triageSync(['help'])[0]?.tier)
  for await (const item of care.tenant().queue()) console.log(item.case.id)
  for (const { events } of normaliseSync('x', [Buffer.from('{}')])) console.log(events.map(({ body }) => kind(body)))
  await care.close()
}

const kind = (body: EventBody): string => (body.kind === 'message' ? body.content.text : body.kind)

main().catch((error: unknown) => {
  if (error instanceof CarelineError && error.code === 'config_invalid') console.error(error.mistakes?.length)
})

export = main
