import type { IngestAnswer } from '@heartwood/protocol'
import type { Piece } from './pieces.ts'

export interface Refusal {
  file: string
  /** 1-based; undefined for formats without lines. */
  line: number | undefined
  code: string
  message: string
}

/** What came of an import, over all files. */
export interface Tally {
  accepted: number
  rejected: number
  /** By reason; `unlisted` for those of which the server gave only the number. */
  reasons: Map<string, number>
  /** The first refusals of each reason. */
  examples: Refusal[]
  /** Pieces that the server knew from before. */
  repeatedPieces: number
  bytes: number
}

const EXAMPLES_PER_REASON = 3

export const createTally = (): Tally => ({ accepted: 0, rejected: 0, reasons: new Map(), examples: [], repeatedPieces: 0, bytes: 0 })

export function addAnswer(tally: Tally, file: string, piece: Piece, answer: IngestAnswer): void {
  tally.accepted += answer.accepted
  tally.rejected += answer.rejectedCount
  tally.bytes += piece.end - piece.offset
  if (answer.duplicate) tally.repeatedPieces++
  for (const rejection of answer.rejected) {
    const line = rejection.line === undefined ? undefined : piece.line + rejection.line - 1 - piece.addedLines
    addExample(tally, { file, line, code: rejection.code, message: rejection.message })
  }
  const byReason = answer.rejectedByReason
  if (byReason) for (const [code, count] of Object.entries(byReason)) addReason(tally, code, count)
  else {
    for (const { code } of answer.rejected) addReason(tally, code, 1)
    addReason(tally, 'unlisted', answer.rejectedCount - answer.rejected.length)
  }
}

export function addRefusal(tally: Tally, refusal: Refusal): void {
  tally.rejected++
  addReason(tally, refusal.code, 1)
  addExample(tally, refusal)
}

function addReason(tally: Tally, code: string, count: number | undefined): void {
  if (count) tally.reasons.set(code, (tally.reasons.get(code) ?? 0) + count)
}

function addExample(tally: Tally, refusal: Refusal): void {
  if (tally.examples.filter((known) => known.code === refusal.code).length < EXAMPLES_PER_REASON) tally.examples.push(refusal)
}
