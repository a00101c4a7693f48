import { DROP_REASONS, type DropReason } from '@heartwood/protocol/model'
import type { HttpAnswer } from '../ports.ts'

/** Events of one batch that the server refused, by its reason. */
export type Refused = ReadonlyMap<DropReason, number>

/** What an answer means for the batch. */
export type Verdict =
  /** Done with: `sent` were stored, the others never will be. */
  | { readonly kind: 'taken'; readonly sent: number; readonly refused: Refused }
  | { readonly kind: 'retry'; readonly problem: string }
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
  if (status >= 200 && status < 300) return taken(readBody(answer.body), events)
  const problem = `the server answered ${status}${saidIn(answer.body)}`
  switch (status) {
    case 400: {
      const body = readBody(answer.body)
      // Without counts the request itself was at fault, and will be the next time.
      return countOf(body.rejectedCount) === undefined && !Array.isArray(body.rejected) ? { kind: 'refused', problem } : taken(body, events)
    }
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
    default:
      // Also a redirect, 404 or 405: there is something else at this address, for now at least.
      return { kind: 'retry', problem }
  }
}

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

const reasonOf = (code: unknown): DropReason => (typeof code === 'string' && code in DROP_REASONS ? (code as DropReason) : 'invalid')

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
const saidIn = (text: string): string => {
  const { error } = readBody(text)
  const message = typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : undefined
  return typeof message === 'string' ? `: ${message.slice(0, SAID_MOST)}` : ''
}
