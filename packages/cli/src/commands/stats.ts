import { LEVELS } from '@heartwood/protocol'
import { type Command, writeLine } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { sayPartial } from '../output/partial.ts'
import { formatTable } from '../output/table.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'
import { relativeTime } from './logs.ts'
import { explainQueryError } from './query.ts'

interface StatsOptions {
  from: string
  to: string
  groupBy: 'day' | 'hour' | 'service'
}

const WIDTHS_MS = { day: 86_400_000, hour: 3_600_000 }
/** Buckets of the histogram that the server gives at most. */
const MOST_BUCKETS = 500

/** How many events there were, by day, hour or service. */
export const stats = ([q = '']: string[]): Command<StatsOptions> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const { groupBy } = options
    const filter = { project: project.id, q, from: relativeTime(options.from), to: relativeTime(options.to) }
    const explain = (error: unknown) => Promise.reject(explainQueryError(q, error))
    if (groupBy === 'service') {
      const { facets, partial } = await client.facets({ query: { ...filter, fields: 'service', limit: 200 } }).catch(explain)
      const values = facets[0]?.values ?? []
      const rows = values.map(({ value, count }) => ({ service: value, total: count }))
      const table = formatTable(
        ['SERVICE', 'TOTAL'],
        rows.map(({ service, total }) => [service, String(total)]),
      )
      await writeLine(context.stdout, options.json ? JSON.stringify(rows, null, 2) : table)
      sayPartial(context, partial, 'counted')
      return EXIT.done
    }
    const { buckets, intervalMs, total, partial } = await client.histogram({ query: { ...filter, buckets: MOST_BUCKETS } }).catch(explain)
    const width = WIDTHS_MS[groupBy]
    if (intervalMs > width) throw new CliError('option-invalid', `There are too many ${groupBy}s between ${options.from} and ${options.to}.`)
    const rows = inWidths(buckets, width)
    if (options.json) await writeLine(context.stdout, JSON.stringify({ total, rows }, null, 2))
    else {
      const cells = rows.map(({ from, total: sum, byLevel }) => [
        groupBy === 'day' ? from.slice(0, 10) : from.slice(0, 16).replace('T', ' '),
        ...LEVELS.map((level) => String(byLevel[level] ?? 0)),
        String(sum),
      ])
      await writeLine(context.stdout, formatTable([`${groupBy.toUpperCase()} (UTC)`, ...LEVELS.map((level) => level.toUpperCase()), 'TOTAL'], cells))
    }
    sayPartial(context, partial, 'counted')
    return EXIT.done
  })

interface Row {
  from: string
  total: number
  byLevel: Record<string, number>
}

/** Buckets added up to whole days or hours of UTC, newest first; those without events are left out. */
function inWidths(buckets: readonly { from: string; count: number; byLevel: Record<string, number | undefined> }[], width: number): Row[] {
  const rows = new Map<number, Row>()
  for (const { from, count, byLevel } of buckets) {
    if (count === 0) continue
    const start = Math.floor(Date.parse(from) / width) * width
    const row = rows.get(start) ?? { from: new Date(start).toISOString(), total: 0, byLevel: {} }
    rows.set(start, row)
    row.total += count
    for (const [level, levelCount] of Object.entries(byLevel)) row.byLevel[level] = (row.byLevel[level] ?? 0) + (levelCount ?? 0)
  }
  return [...rows.values()].sort((a, b) => (a.from < b.from ? 1 : -1))
}
