import { untilStored } from './ingest.ts'
import { runLoad } from './load.ts'
import { plantRelated, RELATED_ROWS, relatedQuestions } from './related.ts'
import type { Report } from './report.ts'
import { PLANTED, USER } from './rows.ts'
import type { BenchServer } from './server.ts'
import { percentile, short } from './stats.ts'

export interface Question {
  name: string
  targetMs?: number
  /** Rows that must be found, where they are known: a quick wrong answer is none. */
  expect?: number
  ask(): Promise<{ found: number }>
}

/** What the Logs page asks for when no columns were added: `ROW_FIELDS` in apps/dashboard/src/features/logs/model/columns.ts. */
const ROW_FIELDS = 'service,method,route,path,status,attributes'
const RUNS = 21
/** Asked so long before it is measured: the first runs of a path are the compiler's. */
const WARM_UP_MS = 1_500
const WARM_UP_RUNS = 8

/** Questions through HTTP over the loaded rows, never optimised by hand; p50 and p95 of warm runs, alone and while rows come in. */
export async function measureSearch(
  server: BenchServer,
  data: { files: string[]; rows: number; range: { from: number; to: number } },
  report: Report,
): Promise<void> {
  await runLoad({
    url: server.url,
    keys: [server.key],
    files: data.files,
    rowsPerRequest: 1000,
    connections: 4,
    processes: 2,
    seconds: 3600,
    rowsPerSecond: undefined,
    maxRows: data.rows,
    importing: true,
  })
  await plantRelated(server, data.range)
  await untilStored(server)
  const settledMs = await untilSettled(server)
  const range = { project: server.project, from: String(data.range.from), to: String(data.range.to) }
  const ask = (fields: { fields?: string }) => (q: string) => async () => ({
    found: (await server.client.search({ query: { ...range, q, limit: 100, ...fields } })).events.length,
  })
  const search = ask({ fields: ROW_FIELDS })
  const everything = ask({})
  const sampleKey = await someAttribute(server, range)
  const questions: Question[] = [
    { name: 'newest 100', targetMs: 15, expect: 100, ask: search('') },
    { name: 'newest 100 with level:error', expect: 100, ask: search('level:error') },
    { name: 'rare word', targetMs: 15, expect: PLANTED.rareWord.rows, ask: search(PLANTED.rareWord.text) },
    { name: 'trace id', targetMs: 15, expect: PLANTED.traceId.rows, ask: search(`traceId:${PLANTED.traceId.text}`) },
    { name: 'user id', targetMs: 25, ask: search(`userId:${USER}`) },
    { name: 'attribute equals', targetMs: 25, expect: 1, ask: search(`extra.cache.key:"${sampleKey}"`) },
    { name: 'newest 100, every column', expect: 100, ask: everything('') },
    { name: 'rare word, every column', expect: PLANTED.rareWord.rows, ask: everything(PLANTED.rareWord.text) },
    { name: 'trace id, every column', expect: PLANTED.traceId.rows, ask: everything(`traceId:${PLANTED.traceId.text}`) },
    { name: 'user id, every column', ask: everything(`userId:${USER}`) },
    { name: 'attribute equals, every column', expect: 1, ask: everything(`extra.cache.key:"${sampleKey}"`) },
    { name: 'substring', targetMs: 110, expect: PLANTED.substring.rows, ask: search(`*${PLANTED.substring.text}*`) },
    { name: 'regular expression', targetMs: 210, ask: search('/timed out after 299\\d\\dms/') },
    {
      name: 'histogram of the whole range',
      targetMs: 15,
      expect: data.rows + RELATED_ROWS,
      ask: async () => ({ found: (await server.client.histogram({ query: range })).total }),
    },
    {
      name: 'top values (services)',
      ask: async () => ({ found: (await server.client.facets({ query: { ...range, fields: 'service' } })).facets.length }),
    },
    { name: 'facets of the page', ask: async () => ({ found: (await server.client.facets({ query: range })).facets.length }) },
    {
      name: 'values of an attribute',
      ask: async () => ({ found: (await server.client.values({ query: { ...range, field: 'extra.tenant' } })).values.length }),
    },
    { name: 'fields', ask: async () => ({ found: (await server.client.fields({ query: range })).fields.length }) },
    ...relatedQuestions(server, range),
  ]
  report.section(
    `Search over ${short(data.rows)} rows, through HTTP`,
    `${RUNS} warm runs each, ${short(settledMs / 1000)} s after the load: days at rest are merged by then. Asked for the columns of the Logs page; “every column” is the API's default.`,
  )
  await askAll(questions, report)
  const load = runLoad({
    url: server.url,
    keys: [server.key],
    files: data.files,
    rowsPerRequest: 1000,
    connections: 2,
    processes: 1,
    seconds: 30,
    rowsPerSecond: 25_000,
    maxRows: undefined,
    importing: true,
  })
  report.section('The same while 25,000 rows a second come in')
  await askAll(
    questions.map(({ targetMs: _, expect: __, ...question }) => question),
    report,
  )
  await load
}

const SETTLED_MS = 45_000

/** Until the parts have stayed the same for a while. @returns milliseconds waited. */
async function untilSettled(server: BenchServer): Promise<number> {
  const started = performance.now()
  let parts = -1
  for (let since = started; performance.now() - since < SETTLED_MS; ) {
    const { store } = await server.client.health()
    if (store.parts !== parts) since = performance.now()
    parts = store.parts
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
  return performance.now() - started
}

async function askAll(questions: Question[], report: Report): Promise<void> {
  // Else the first questions pay for the compilation of what all have in common.
  for (const { ask } of questions) for (let run = 0; run < WARM_UP_RUNS; run++) await ask()
  for (const { name, targetMs, expect, ask } of questions) {
    const times: number[] = []
    const warmAt = performance.now() + WARM_UP_MS
    while (times.length < RUNS) {
      const started = performance.now()
      const { found } = await ask()
      if (started >= warmAt) times.push(performance.now() - started)
      if (expect !== undefined && found !== expect) throw new Error(`${name}: found ${found} instead of ${expect}.`)
    }
    report.row(
      name,
      `p50 ${short(percentile(times, 0.5))} ms, p95 ${short(percentile(times, 0.95))} ms`,
      targetMs === undefined ? '' : `p50 ≤ ${targetMs} ms`,
    )
  }
}

/** A value that (nearly surely) one row has. */
async function someAttribute(server: BenchServer, range: { project: string; from: string; to: string }): Promise<string> {
  const { events } = await server.client.search({ query: { ...range, limit: 1, fields: '*' } })
  const extra = events[0]?.attributes?.extra as { cache?: { key?: string } } | undefined
  if (!extra?.cache?.key) throw new Error('The newest row has no extra.cache.key.')
  return extra.cache.key
}
