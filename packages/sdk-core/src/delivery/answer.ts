import { DROP_REASONS, type DropReason } from '@heartwood/protocol/model'
import type { HttpAnswer } from '../ports.ts'

/** Events of one batch that the server refused, by its reason. */
type Refused = ReadonlyMap<DropReason, number>

/** What an answer means for the batch. */
export type Verdict =
  /** Done with: `sent` were stored, the others never will be. */
  | { readonly kind: 'taken'; readonly sent: number; readonly refused: Refused }
  /** `absent`: it is not Heartwood that answers, so nothing is said of the batch. `misled`: why one may think so, where the address may be wrong. */
  | { readonly kind: 'retry'; readonly problem: string; readonly absent: boolean; readonly misled?: string }
  | { readonly kind: 'split' }
  /** The encoding is not understood. */
  | { readonly kind: 'plain' }
  /** The key is not good for this. */
  | { readonly kind: 'locked'; readonly problem: string }
  /** Never to be understood. */
  | { readonly kind: 'refused'; readonly problem: string }

/** @param events how many the batch has: whatever the server counts, each of them is accounted for once */
export const judge = (answer: HttpAnswer, events: number): Verdict => {
  const { status } = answer
  const body = readBody(answer.body)
  const problem = `the server answered ${status}${saidIn(body)}`
  const stranger = (misled: string): Verdict => ({ kind: 'retry', problem, absent: true, misled })
  if (status >= 200 && status < 300) {
    return countOf(body.accepted) === undefined
      ? stranger(`answered ${status}, but not as Heartwood does; is \`endpoint\` right?`)
      : taken(body, events)
  }
  if (status >= 300 && status < 400) {
    const target = originOf(answer.headers.location)
    return stranger(`answered ${status}${target && ` and points to ${target}`}; redirects are not followed: is \`endpoint\` right?`)
  }
  switch (status) {
    case 400:
      if (countOf(body.rejectedCount) !== undefined || Array.isArray(body.rejected)) return taken(body, events)
      // Without counts the request itself was at fault, and will be the next time.
      return body.error === undefined ? stranger('answered 400, but not as Heartwood does; is `endpoint` right?') : { kind: 'refused', problem }
    case 401:
    case 403:
      return { kind: 'locked', problem }
    case 413:
      return { kind: 'split' }
    case 415:
      return { kind: 'plain' }
    case 411:
    case 414:
    case 422:
    case 431:
      return { kind: 'refused', problem }
    case 404:
    case 405:
      // There is something else at this address, for now at least.
      return stranger(`answered ${status}: it takes no events; is \`endpoint\` right?`)
    default:
      return { kind: 'retry', problem, absent: GATEWAY_STATUSES.includes(status) && body.error === undefined }
  }
}

/** What proxies answer for a server that is not there; with `error` in the body it is the server's own. */
const GATEWAY_STATUSES: readonly number[] = [502, 503, 504]

type Body = { readonly [name: string]: unknown }

const readBody = (text: string): Body => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Body) : {}
  } catch {
    return {}
  }
}

const countOf = (value: unknown): number | undefined => (typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined)

const reasonOf = (code: unknown): DropReason => (typeof code === 'string' && Object.hasOwn(DROP_REASONS, code) ? (code as DropReason) : 'invalid')

/** Reasons come whole in `rejectedByReason`, or else from the list, which may be cut; `rejectedCount` is always exact. */
const taken = (body: Body, events: number): Verdict => {
  const rejected: readonly unknown[] = Array.isArray(body.rejected) ? body.rejected : []
  const lost = Math.min(events, countOf(body.rejectedCount) ?? rejected.length)
  const refused = new Map<DropReason, number>()
  let left = lost
  const add = (reason: DropReason, count: number): void => {
    const some = Math.min(count, left)
    left -= some
    if (some > 0) refused.set(reason, (refused.get(reason) ?? 0) + some)
  }
  const counts = body.rejectedByReason
  if (typeof counts === 'object' && counts !== null) {
    for (const [code, count] of Object.entries(counts)) add(reasonOf(code), countOf(count) ?? 0)
  } else {
    for (const entry of rejected) add(reasonOf((entry as { code?: unknown } | null)?.code), 1)
  }
  const [first = 'invalid'] = refused.keys()
  add(first, left)
  return { kind: 'taken', sent: events - lost, refused }
}

const SAID_MOST = 200

/** What the server says of it in the shape of our errors. */
const saidIn = ({ error }: Body): string => {
  const message = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : undefined
  return typeof message === 'string' ? `: ${message.slice(0, SAID_MOST)}` : ''
}

/** The rest of an address may hold secrets. */
const originOf = (location: string | undefined): string => /^https?:\/\/[^/?#@\s]{1,255}(?=[/?#]|$)/i.exec(location ?? '')?.[0] ?? ''
