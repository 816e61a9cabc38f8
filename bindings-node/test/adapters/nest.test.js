'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { webhook } = require('../../adapters/nest.js')
const { asking, conforms, installed, opened, spent, taken } = require('./acme.js')

const [skip, , common, core, onExpress, onFastify] = installed(
  'reflect-metadata', '@nestjs/common', '@nestjs/core', '@nestjs/platform-express', '@nestjs/platform-fastify'
)

/** A module with the controller of the documentation, its decorators applied by hand. */
function moduleFor (care) {
  const { All, Catch, Controller, Module, Req, Res } = common
  class HooksController {
    #answer = webhook(care)

    receive (req, res) {
      return this.#answer(req, res)
    }
  }
  const { prototype } = HooksController
  All(':endpoint')(prototype, 'receive', Object.getOwnPropertyDescriptor(prototype, 'receive'))
  Req()(prototype, 'receive', 0)
  Res()(prototype, 'receive', 1)
  Controller('hooks')(HooksController)
  class Boom {
    catch (error, host) {
      const res = host.switchToHttp().getResponse()
      res.status(error.getStatus?.() ?? 500).send(error.message)
    }
  }
  Catch()(Boom)
  class AppModule {}
  Module({ controllers: [HooksController], providers: [{ provide: core.APP_FILTER, useClass: Boom }] })(AppModule)
  return AppModule
}

const PLATFORMS = {
  express: () => new onExpress.ExpressAdapter(),
  fastify: () => new onFastify.FastifyAdapter()
}

const serve = (platform, { rawBody = true, bodyParser, prepared = enlarged[platform] } = {}) => async (t, care) => {
  const options = { rawBody, bodyParser, logger: false, abortOnError: false, forceCloseConnections: true }
  const app = await core.NestFactory.create(moduleFor(care), PLATFORMS[platform](), options)
  t.after(() => app.close())
  prepared(app)
  await app.listen(0, '127.0.0.1')
  return asking(app.getHttpServer().address().port)
}

const enlarged = {
  express: (app) => app.useBodyParser('json', { limit: '4mb' }),
  fastify: (app) => app.useBodyParser('application/json', { bodyLimit: 4 * 1024 * 1024 })
}

for (const platform of ['express', 'fastify']) {
  const name = `nest on ${platform}`

  test(`${name}: without raw bodies it is refused`, { skip }, async (t) => {
    const ask = await serve(platform, { rawBody: false, prepared () {} })(t, await opened(t))
    await spent(t, ask, /rawBody: true/)
    assert.equal((await ask({ method: 'GET', path: '/hooks/x?crc_token=a', headers: {} })).status, 200)
  })

  test(`${name}: with raw bodies it works as it is`, { skip }, async (t) => {
    const care = await opened(t)
    await taken(care, await serve(platform, { prepared () {} })(t, care))
  })
}

const bare = (t, care) => serve('express', { bodyParser: false, prepared () {} })(t, care)
conforms('nest on express without parsers', bare, { skip, unexpected: bare })

const TOO_LARGE = 'a body that is too large is refused'
conforms('nest on express', serve('express'), { skip, without: [TOO_LARGE], unexpected: serve('express') })
conforms('nest on fastify', serve('fastify'), {
  skip,
  without: [TOO_LARGE, 'no body at all is nothing signed', 'other content types come in raw as well'],
  unexpected: serve('fastify')
})
