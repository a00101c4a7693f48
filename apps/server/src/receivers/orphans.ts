import { createHash, type Hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { IngestAnswer } from '@heartwood/protocol'
import type { FastifyReply } from 'fastify'

interface SentBody {
  /** Whose repeat would have to be: the key, and whatever else the answer depends on (path, query). */
  sender: string
  /** Only read before `store` is called, which may hand its memory on. */
  body: Uint8Array
  /** How long its repeat is waited for, ms. */
  ttlMs: number
  /** Clients that put a failed batch in front of what was added since: a body that begins with the orphan's entries repeats them. Default false. */
  grows?: boolean
  /** Whether the client has closed its connection without an answer: {@link hasLeft}. */
  hasLeft(): boolean
}

/**
 * Protects against repeats where a protocol has no batch ids. A repeat looks exactly like new entries that happen to be equal, so only one case
 * is safe: a batch that became durable after its client had closed the connection. That batch is an orphan; the same bytes from the same sender
 * take it off the list and are answered as it would have been. Everything else is stored, however equal it looks.
 */
export interface Orphans {
  /**
   * @returns what `store` did, the entries of an orphan counted in.
   */
  take(sent: SentBody, store: Store): Promise<IngestAnswer>
}

/**
 * Stores a body but for the beginning that is `known`, durably. One that stores it in pieces tells of each: when a later one fails, the client
 * repeats the whole. Then the body's memory must still be there.
 * @param stored `bytes` of the body, up to the end of an entry, are stored, with what became of those of their entries that were not known.
 */
type Store = (known: Known, stored: (bytes: number, counts: Counts) => void) => Promise<IngestAnswer>

/** What an earlier try has stored of a body. */
interface Known {
  /** Accepted or refused, as the decoder counted them. */
  entries: number
  /** Length of the same up to and with the comma behind it, 0 where nothing is known: exact also where one who cuts the body would count otherwise. */
  bytes: number
}

export type Counts = Pick<IngestAnswer, 'accepted' | 'rejectedCount'>

export interface OrphansOptions {
  /** ms since 1970. */
  now(): number
  /** Orphans kept at most; the oldest goes first. Default 1,000. */
  limit?: number
}

/** A body without the brackets at its end, which stand elsewhere when it comes again with more entries. */
interface Fingerprint {
  head: string
  headLength: number
  length: number
}

interface Orphan extends Fingerprint {
  accepted: number
  rejectedCount: number
  expiresAt: number
}

interface Underway extends Fingerprint {
  hasLeft(): boolean
  settled: Promise<IngestAnswer>
}

/** Answers as quick as these are not worth a look at who has just left. */
const QUICK_MS = 200

export function createOrphans({ now, limit = 1_000 }: OrphansOptions): Orphans {
  const orphans = new Map<Orphan, string>()
  const bySender = new Map<string, Set<Orphan>>()
  const underway = new Map<string, Set<Underway>>()

  const forget = (orphan: Orphan): void => {
    const sender = orphans.get(orphan)
    if (sender === undefined) return
    orphans.delete(orphan)
    drop(bySender, sender, orphan)
  }

  const remember = (sender: string, orphan: Orphan): void => {
    orphans.set(orphan, sender)
    add(bySender, sender, orphan)
    for (const [oldest] of orphans) {
      if (orphans.size <= limit) return
      forget(oldest)
    }
  }

  /** The orphan that a body repeats; it is off the list then. */
  const claim = async (sent: SentBody, print: Fingerprint): Promise<Orphan | undefined> => {
    for (const orphan of bySender.get(sent.sender) ?? []) if (orphan.expiresAt <= now()) forget(orphan)
    for (const orphan of await repeated(sent, print, bySender.get(sent.sender))) {
      // Another request may have claimed it meanwhile.
      if (!orphans.has(orphan)) continue
      forget(orphan)
      return orphan
    }
    return undefined
  }

  const run = async (sent: SentBody, print: Fingerprint, others: readonly Underway[], store: Store): Promise<IngestAnswer> => {
    const startedAt = now()
    // Tries that came before and are still on their way to the disk.
    const earlier = others.length > 0 ? await repeated(sent, print, others) : []
    if (earlier.length > 0) await noticeClosing()
    for (const first of earlier) if (first.hasLeft()) await first.settled.catch(() => undefined)
    const orphan = bySender.has(sent.sender) ? await claim(sent, print) : undefined
    const known = { accepted: orphan?.accepted ?? 0, rejectedCount: orphan?.rejectedCount ?? 0 }
    let answer: IngestAnswer = { ...known, rejected: [], batchId: '', duplicate: true }
    if (orphan === undefined || orphan.length !== print.length) {
      let part: (Counts & { bytes: number }) | undefined
      try {
        const entries = known.accepted + known.rejectedCount
        const bytes = orphan === undefined ? 0 : commaAt(sent.body, orphan.headLength) + 1
        const added = await store({ entries, bytes }, (bytes, { accepted, rejectedCount }) => {
          part = { bytes, accepted: known.accepted + accepted, rejectedCount: known.rejectedCount + rejectedCount }
        })
        answer = { ...added, accepted: added.accepted + known.accepted, rejectedCount: added.rejectedCount + known.rejectedCount }
      } catch (error) {
        // The client comes again with the same bytes.
        if (part !== undefined) remember(sent.sender, { ...(await beginningOf(sent, part)), expiresAt: now() + sent.ttlMs })
        else if (orphan !== undefined) remember(sent.sender, { ...orphan, expiresAt: now() + sent.ttlMs })
        throw error
      }
    }
    if (now() - startedAt > QUICK_MS) await noticeClosing()
    if (sent.hasLeft() && answer.accepted > 0) {
      remember(sent.sender, { ...print, accepted: answer.accepted, rejectedCount: answer.rejectedCount, expiresAt: now() + sent.ttlMs })
    }
    return answer
  }

  return {
    async take(sent: SentBody, store: Store) {
      const print = await fingerprint(sent.body)
      const others = [...(underway.get(sent.sender) ?? [])]
      const mine: Underway = { ...print, hasLeft: sent.hasLeft, settled: run(sent, print, others, store) }
      add(underway, sent.sender, mine)
      try {
        return await mine.settled
      } finally {
        drop(underway, sent.sender, mine)
      }
    },
  }
}

/** A connection that was closed behind its request is seen to be closed only when the event loop has been round: with its second turn at the latest. */
async function noticeClosing(): Promise<void> {
  await setImmediate()
  await setImmediate()
}

/** Whether the client has closed its connection, so that an answer cannot reach it any more. */
export const hasLeft = (reply: FastifyReply): boolean => reply.raw.destroyed || reply.raw.socket?.writable === false

/**
 * Those that a body of the same sender repeats: it has the same bytes, or (where batches grow) the same entries and then others.
 */
async function repeated<First extends Fingerprint>({ body, grows }: SentBody, print: Fingerprint, before: Iterable<First> = []): Promise<First[]> {
  const same: First[] = []
  const shorter: First[] = []
  for (const first of before) {
    if (print.length === first.length) {
      if (print.head === first.head) same.push(first)
    } else if (grows && print.length > first.length && first.headLength !== first.length && body[commaAt(body, first.headLength)] === COMMA) {
      shorter.push(first)
    }
  }
  if (shorter.length === 0) return same
  const digests = await digestsOf(
    body,
    shorter.map(({ headLength }) => headLength),
  )
  return [...same, ...shorter.filter(({ head, headLength }) => digests.get(headLength) === head)]
}

/** What was stored of a body, as the orphan that its repeat begins with. */
const beginningOf = async ({ body }: SentBody, { bytes, accepted, rejectedCount }: Counts & { bytes: number }) => ({
  head: await digestOf(body, bytes),
  headLength: bytes,
  // Of no body that was sent: it always goes on.
  length: bytes + 1,
  accepted,
  rejectedCount,
})

const COMMA = 44
const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9

/** Where the comma behind an entry stands, if there is one. */
function commaAt(body: Uint8Array, end: number): number {
  let at = end
  while (isBlank(body[at])) at++
  return at
}

/** So many bytes take some milliseconds: then others have their turn on the thread. */
const TURN_BYTES = 4 * 1024 * 1024

/** Of the beginnings with these lengths, in one pass. */
async function digestsOf(body: Uint8Array, lengths: readonly number[]): Promise<Map<number, string>> {
  const digests = new Map<number, string>()
  const hash = createHash('sha256')
  let at = 0
  for (const length of lengths.toSorted((a, b) => a - b)) {
    at = await update(hash, body, at, length)
    if (!digests.has(length)) digests.set(length, hash.copy().digest('base64'))
  }
  return digests
}

async function digestOf(body: Uint8Array, length: number): Promise<string> {
  const hash = createHash('sha256')
  await update(hash, body, 0, length)
  return hash.digest('base64')
}

async function update(hash: Hash, body: Uint8Array, from: number, to: number): Promise<number> {
  let at = from
  for (; to - at > TURN_BYTES; at += TURN_BYTES) {
    hash.update(body.subarray(at, at + TURN_BYTES))
    await setImmediate()
  }
  hash.update(body.subarray(at, to))
  return to
}

/** `{"logs":[a,b]}` and `[a,b]` begin with the entries that `{"logs":[a,b,c]}` and `[a,b,c]` begin with, once their ends are off. */
async function fingerprint(body: Uint8Array): Promise<Fingerprint> {
  const { length } = body
  const last = behindBlanks(body, length)
  let headLength = length
  if (body[last - 1] === 93) headLength = last - 1
  else if (body[last - 1] === 125) {
    const inner = behindBlanks(body, last - 1)
    if (body[inner - 1] === 93) headLength = inner - 1
  }
  headLength = behindBlanks(body, headLength)
  return { head: await digestOf(body, headLength), headLength, length }
}

function behindBlanks(body: Uint8Array, end: number): number {
  let at = end
  while (at > 0 && isBlank(body[at - 1])) at--
  return at
}

function add<Item>(map: Map<string, Set<Item>>, key: string, item: Item): void {
  const known = map.get(key)
  if (known) known.add(item)
  else map.set(key, new Set([item]))
}

function drop<Item>(map: Map<string, Set<Item>>, key: string, item: Item): void {
  const known = map.get(key)
  known?.delete(item)
  if (known?.size === 0) map.delete(key)
}
