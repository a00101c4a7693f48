import type { Client } from '@heartwood/sdk-core'
import type { HttpOptions } from '../http/request-capture.ts'

export interface NextOptions extends HttpOptions {
  /** The route's pattern, such as `/api/orders/[id]`. Default: the path, with the values of `params` taken out. */
  readonly route?: string | undefined
}

export interface NextActionOptions {
  /** Default: the one that `init` made. */
  readonly client?: Client | undefined
}

/** What Next hands to `onRequestError` of a request. */
export interface NextErrorRequest {
  readonly path: string
  readonly method: string
  readonly headers: { readonly [name: string]: string | string[] | undefined }
}

/** What Next hands to `onRequestError` of where it happened. */
export interface NextErrorContext {
  readonly routerKind: string
  readonly routePath: string
  readonly routeType: string
  readonly renderSource?: string | undefined
  readonly revalidateReason?: string | undefined
}
