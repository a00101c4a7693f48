import { type COUNTED_BY, LEVELS, type LevelCounts, LIMITS } from '@heartwood/protocol'
import { type Command, say, writeLine } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { type FilterOptions, withFilters } from '../export/filters.ts'
import { sayPartial } from '../output/partial.ts'
import { formatTable } from '../output/table.ts'
import { toAgo } from '../server/ago.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'
import { explainQueryError } from './query.ts'

interface StatsOptions extends FilterOptions {
  from: string
  to: string
  occurrences?: boolean
  groupBy: 'day' | 'hour' | 'source' | (typeof COUNTED_BY)[number]
}

const WIDTHS_MS = { day: 86_400_000, hour: 3_600_000 }
/** Enough for days; a longer answer is only asked for when hours need it. */
const FEW_BUCKETS = 500
const MOST_VALUES = 200

/** How many events there were, by level and day, hour or the values of a field. */
export const stats = ([q = '']: string[]): Command<StatsOptions> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const { groupBy } = options
    const count = options.occurrences ? ('occurrences' as const) : ('events' as const)
    const filter = { project: project.id, q: withFilters(q, options), from: toAgo(options.from), to: toAgo(options.to), count }
    const explain = (error: unknown) => Promise.reject(explainQueryError(filter.q, error))
    if (groupBy !== 'day' && groupBy !== 'hour') {
      // What is Timberlogs' source is a service here.
      const by = groupBy === 'source' ? 'service' : groupBy
      const { rows, hasMore, partial } = await client.counts({ query: { ...filter, by, limit: MOST_VALUES } }).catch(explain)
      const named = rows.map(({ value, ...counts }) => ({ [groupBy]: value, ...counts }))
      const cells = rows.map(({ value, total, byLevel }) => [value ?? '(none)', ...countCells(byLevel, total)])
      await writeLine(context.stdout, options.json ? JSON.stringify(named, null, 2) : formatTable([groupBy.toUpperCase(), ...COUNT_HEADS], cells))
      if (hasMore) say(context, `These are the ${MOST_VALUES} with the most events; there are more.`)
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
        ...countCells(byLevel, sum),
      ])
      await writeLine(context.stdout, formatTable([`${groupBy.toUpperCase()} (UTC)`, ...COUNT_HEADS], cells))
    }
    sayPartial(context, partial, 'counted')
    return EXIT.done
  })

const COUNT_HEADS = [...LEVELS.map((level) => level.toUpperCase()), 'TOTAL']
const countCells = (byLevel: LevelCounts, total: number): string[] => [...LEVELS.map((level) => String(byLevel[level] ?? 0)), String(total)]

interface Row {
  from: string
  total: number
  byLevel: LevelCounts
}

/** Buckets added up to whole days or hours of UTC, newest first; those without events are left out. */
function inWidths(buckets: readonly { from: string; count: number; byLevel: LevelCounts }[], width: number): Row[] {
  const rows = new Map<number, Row>()
  for (const { from, count, byLevel } of buckets) {
    if (count === 0) continue
    const start = Math.floor(Date.parse(from) / width) * width
    const row = rows.get(start) ?? { from: new Date(start).toISOString(), total: 0, byLevel: {} }
    rows.set(start, row)
    row.total += count
    for (const level of LEVELS) {
      const sum = (row.byLevel[level] ?? 0) + (byLevel[level] ?? 0)
      if (sum > 0) row.byLevel[level] = sum
    }
  }
  return [...rows.values()].sort((a, b) => (a.from < b.from ? 1 : -1))
}
