import { LEVELS, LIMITS } from '@heartwood/protocol'
import { type Command, say, writeLine } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { sayPartial } from '../output/partial.ts'
import { formatTable } from '../output/table.ts'
import { toAgo } from '../server/ago.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'
import { explainQueryError } from './query.ts'

interface StatsOptions {
  from: string
  to: string
  groupBy: 'day' | 'hour' | 'service'
}

const WIDTHS_MS = { day: 86_400_000, hour: 3_600_000 }
/** Enough for days; a longer answer is only asked for when hours need it. */
const FEW_BUCKETS = 500
const MOST_SERVICES = 200

/** How many events there were, by day, hour or service. */
export const stats = ([q = '']: string[]): Command<StatsOptions> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const { groupBy } = options
    const filter = { project: project.id, q, from: toAgo(options.from), to: toAgo(options.to) }
    const explain = (error: unknown) => Promise.reject(explainQueryError(q, error))
    if (groupBy === 'service') {
      const { facets, partial } = await client.facets({ query: { ...filter, fields: 'service', limit: MOST_SERVICES } }).catch(explain)
      const values = facets[0]?.values ?? []
      const rows = values.map(({ value, count }) => ({ service: value, total: count }))
      const table = formatTable(
        ['SERVICE', 'TOTAL'],
        rows.map(({ service, total }) => [service, String(total)]),
      )
      await writeLine(context.stdout, options.json ? JSON.stringify(rows, null, 2) : table)
      if (rows.length === MOST_SERVICES) say(context, `These are the ${MOST_SERVICES} services with the most events; there may be more.`)
      sayPartial(context, partial, 'counted')
      return EXIT.done
    }
    const width = WIDTHS_MS[groupBy]
    const ask = (most: number) => client.histogram({ query: { ...filter, buckets: most } }).catch(explain)
    const few = await ask(FEW_BUCKETS)
    const { buckets, intervalMs, total, partial } = few.intervalMs > width ? await ask(LIMITS.histogramBuckets) : few
    if (intervalMs > width) {
      const days = Math.floor((LIMITS.histogramBuckets * width) / WIDTHS_MS.day)
      throw new CliError('option-invalid', `--group-by ${groupBy} counts up to ${days} days at once; ${options.from} to ${options.to} is longer.`, {
        fix: groupBy === 'hour' ? 'Narrow --from and --to, or use --group-by day.' : 'Narrow --from and --to.',
      })
    }
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
