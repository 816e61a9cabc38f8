// Bluesky's own servers in one process, on the loopback only:
// node network.mjs FOLDER-OF-PACKAGES DATABASE-URL FIRST-PORT [limited].
import { createRequire } from 'node:module'
import net from 'node:net'
import { pathToFileURL } from 'node:url'

const [packages, database, first, limited] = process.argv.slice(2)
const port = Number(first)

// They would listen on every interface.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  const [where] = given
  if (typeof where === 'object' && where?.port !== undefined) {
    return listen.apply(this, [{ ...where, host: '127.0.0.1' }, ...given.slice(1)])
  }
  const done = given.find((part) => typeof part === 'function')
  return listen.call(this, { port: Number(where), host: '127.0.0.1' }, ...(done ? [done] : []))
}

const found = createRequire(`${packages}/package.json`).resolve('@atproto/dev-env')
const { TestPlc, TestPds, TestBsky, TestBsync, mockNetworkUtilities } = await import(pathToFileURL(found))
const plc = await TestPlc.create({ port })
const bsync = await TestBsync.create({ port: port + 3, apiKeys: ['key'], dbUrl: database, dbSchema: 'bsync' })
const bsky = await TestBsky.create({
  port: port + 2, plcUrl: plc.url, pdsPort: port + 1, bsyncApiKey: 'key', bsyncUrl: bsync.url,
  repoProvider: `ws://localhost:${port + 1}`, dbPostgresUrl: database, dbPostgresSchema: 'appview',
})
bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
const pds = await TestPds.create({
  port: port + 1, didPlcUrl: plc.url, bskyAppViewUrl: bsky.url, bskyAppViewDid: bsky.ctx.cfg.serverDid,
  rateLimitsEnabled: limited === 'limited',
})
mockNetworkUtilities(pds, bsky)
console.log('ready')
