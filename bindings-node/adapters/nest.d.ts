import type { GivenCare, NodeRequest, NodeResponse } from '../lib/webhook.js'

/**
 * Answers in a controller of an application with raw bodies, on Express or Fastify. Nest itself refuses bodies above
 * 100 kB, and networks post larger ones: raise its limit (on Fastify: `app.useBodyParser('application/json',
 * { bodyLimit: 4194304 })`).
 *
 * ```ts
 * const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true })
 * app.useBodyParser('json', { limit: '4mb' })
 *
 * @Controller('hooks')
 * export class HooksController {
 *   readonly #answer = webhook(() => Care.open(…))
 *
 *   @All(':endpoint')
 *   receive (@Req() req: Request, @Res() res: Response) {
 *     return this.#answer(req, res)
 *   }
 * }
 * ```
 *
 * The last segment of the path is the endpoint. A refusal is answered with the error's status and its code; anything
 * else that is thrown goes to the exception filters.
 *
 * @throws {CarelineError} `config_invalid`: `care` is neither a handle nor a function.
 */
export declare function webhook (
  care: GivenCare
): (req: NodeRequest | { raw: NodeRequest }, res: NodeResponse | FastifyResponse) => Promise<void>

/** A response of Fastify. */
export interface FastifyResponse {
  code (status: number): this
  headers (headers: { [name: string]: string }): this
  send (body: string): this
}
