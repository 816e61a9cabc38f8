import type { Care } from '../index.js'

/**
 * A handle, or a function that returns one. The function is called once, at the first request; if that fails, again at
 * the next one. So a handle can be opened lazily: `webhook(() => Care.open(…))`.
 */
export type GivenCare = Pick<Care, 'receive'> | (() => Pick<Care, 'receive'> | Promise<Pick<Care, 'receive'>>)

/** A request of node:http, or of a framework that puts more around it. */
export interface NodeRequest {
  method?: string
  url?: string
  headers: { [name: string]: string | string[] | undefined }
  rawHeaders: string[]
  readonly readableDidRead: boolean
  on (event: string, listener: (...given: any[]) => void): unknown
}

/** A response of node:http, or of a framework that puts more around it. */
export interface NodeResponse {
  readonly headersSent: boolean
  setHeader (name: string, value: string): unknown
  writeHead (status: number, headers: { [name: string]: string }): unknown
  end (body: string): unknown
}
