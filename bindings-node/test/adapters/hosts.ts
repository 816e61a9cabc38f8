// A host in TypeScript for each adapter, checked against the types of the frameworks themselves.

import { createServer } from 'node:http'

import type { APIGatewayProxyHandler, APIGatewayProxyHandlerV2, LambdaFunctionURLHandler } from 'aws-lambda'
import { All, Controller, Req, Res } from '@nestjs/common'
import type { RawBodyRequest } from '@nestjs/common'
import { Care } from 'careline'
import express from 'express'
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'
import { fastify } from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Hono } from 'hono'

import { webhook as forExpress } from 'careline/adapters/express'
import { webhook as forFastify } from 'careline/adapters/fastify'
import { webhook as forHono } from 'careline/adapters/hono'
import { webhook as forHttp } from 'careline/adapters/http'
import { webhook as forLambda } from 'careline/adapters/lambda'
import { webhook as forNest } from 'careline/adapters/nest'
import { webhook as forWeb } from 'careline/adapters/web'

declare const care: Care
const open = () => Care.open('memory:', { policy: 'acme.toml' })

export const POST: (request: Request) => Promise<Response> = forWeb(open)

createServer(forHttp(care))

const app = express()
app.use('/hooks', forExpress(open))
app.all('/hooks/:endpoint', forExpress(() => care))

fastify().register(forFastify(care), { prefix: '/hooks' })

new Hono().all('/hooks/:endpoint', forHono(open))

@Controller('hooks')
export class HooksController {
  readonly #answer = forNest(open)

  @All(':endpoint')
  receive (@Req() req: RawBodyRequest<ExpressRequest>, @Res() res: ExpressResponse) {
    return this.#answer(req, res)
  }
}

@Controller('hooks')
export class HooksOnFastifyController {
  readonly #answer = forNest(care)

  @All(':endpoint')
  receive (@Req() req: RawBodyRequest<FastifyRequest>, @Res() res: FastifyReply) {
    return this.#answer(req, res)
  }
}

export const version1: APIGatewayProxyHandler = forLambda(open)
export const version2: APIGatewayProxyHandlerV2 = forLambda(open)
export const functionUrl: LambdaFunctionURLHandler = forLambda(open)

// @ts-expect-error: a handle is opened first, or by a function
forWeb(open())
// @ts-expect-error: a store is no handle
forExpress('memory:')
