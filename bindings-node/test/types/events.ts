// Events, by what happened.

import type { EventBody, Inbound } from 'careline'

/** What happened, whatever it was. */
export function told (body: EventBody): string {
  switch (body.kind) {
    case 'message': return message(body)
    case 'deleted': return `${body.nativeId} ${body.at?.toISOString()}`
    case 'hidden': return `${body.nativeId} ${body.hidden ? 'hidden' : 'shown'}`
    case 'reaction': return `${body.reaction} ${body.by?.handle}`
    case 'seen': return body.nativeIds.join()
    case 'control': return `${body.owner} ${body.app}`
    case 'signal': return `${body.name} ${Object.keys(body.extensions).length}`
    case 'profile': return `${body.handle} ${body.followers?.toFixed()}`
    case 'account': return `${body.change} ${body.reason}`
    case 'unknown': return body.name
    case 'timer': return `${body.id} ${body.dueAt.getTime()}`
    case 'advice': return `${body.advisor} ${body.findings?.length ?? body.failure}`
    case 'case': return `${body.case} ${body.actor}`
    case 'presence': return `${body.agent} ${body.online ? 'came' : 'went'}`
    case 'customer': return String(body.kind)
    default: return 'what a later careline may know'
  }
}

const message = ({ nativeId, surface, author, content }: Inbound): string =>
  `${nativeId} ${surface} ${author?.name ?? author?.nativeId} ${content.text} ${content.entities[0]?.span.startByte}`
