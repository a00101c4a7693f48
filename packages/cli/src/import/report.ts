import { DROP_REASONS } from '@heartwood/protocol'
import { formatBytes, formatCount, formatDuration, formatSeconds, plural } from '../output/units.ts'
import type { Tally } from './tally.ts'

/** The last words of an import, for people. */
export function formatReport(tally: Tally, seconds: number): string {
  if (tally.bytes === 0 && tally.rejected === 0) return 'There was nothing new to import.'
  // A rate over less than a second says nothing.
  const rate = ` (${formatCount(Math.round(tally.accepted / seconds))} a second, ${formatBytes(tally.bytes / seconds)}/s)`
  const time = seconds < 1 ? formatDuration(seconds * 1_000) : `${formatSeconds(seconds)}${rate}`
  const lines = [`Accepted ${plural(tally.accepted, 'event')} from ${formatBytes(tally.bytes)} in ${time}.`]
  if (tally.repeatedPieces > 0) {
    lines.push(
      `${plural(tally.repeatedPieces, 'piece')} had been stored before the break and ${tally.repeatedPieces === 1 ? 'was' : 'were'} not stored again.`,
    )
  }
  if (tally.rejected > 0) {
    lines.push(`Refused ${plural(tally.rejected, 'entry', 'entries')}:`)
    for (const [code, count] of [...tally.reasons].sort((a, b) => b[1] - a[1])) lines.push(`  ${formatCount(count)} ${code}: ${meaningOf(code)}`)
    lines.push('First of them:')
    for (const { file, line, code, message } of tally.examples) lines.push(`  ${file}${line === undefined ? '' : `:${line}`}  ${code}: ${message}`)
  }
  return lines.join('\n')
}

/** The same for programs (`--json`). */
export const toReportJson = (tally: Tally, seconds: number, files: object[]): object => ({
  accepted: tally.accepted,
  rejected: tally.rejected,
  rejectedByReason: Object.fromEntries(tally.reasons),
  examples: tally.examples,
  repeatedPieces: tally.repeatedPieces,
  bytes: tally.bytes,
  elapsedMs: Math.round(seconds * 1_000),
  files,
})

const meaningOf = (code: string): string =>
  code in DROP_REASONS ? DROP_REASONS[code as keyof typeof DROP_REASONS] : 'the server named only their number.'
