// Events are a union: what one kind has, another may not, and a switch may come to its end.

import type { Event, EventBody } from 'careline'

type Kind = EventBody['kind']
const all: Record<Kind, true> = {
  message: true,
  deleted: true,
  hidden: true,
  reaction: true,
  seen: true,
  control: true,
  signal: true,
  profile: true,
  account: true,
  unknown: true,
  timer: true,
  advice: true,
  case: true,
  presence: true,
  customer: true,
  reply: true,
  incident: true,
  erased: true,
  policy: true
}
console.log(all)

export function told (body: EventBody): string {
  switch (body.kind) {
    case 'message': return body.content.text
    case 'unknown': return body.name
    case 'deleted': case 'hidden': case 'reaction': case 'seen': case 'control': case 'signal': case 'profile':
    case 'account': case 'timer': case 'advice': case 'case': case 'presence': case 'customer':
    case 'reply': case 'incident': case 'erased': case 'policy': return body.kind
    default: {
      const nothing: never = body
      return nothing
    }
  }
}

declare const body: EventBody
// @ts-expect-error: only some kinds have it
export const text = body.content
// @ts-expect-error: there is no such kind
export const strange: boolean = body.kind === 'colour'
// @ts-expect-error: what happened says what it is
export const event: Event = { v: 1, channel: 'host', receivedAt: new Date(), body: {} }
