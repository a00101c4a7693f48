import { PLANTED, USER } from './rows.ts'
import type { Question } from './search.ts'
import type { BenchServer } from './server.ts'

const REQUESTS = 50_000
const RUNS_OF_FLOWS = 4_000
const STEPS = 5
const SESSION = 's_bench_0001'
/** Rows that {@link plantRelated} adds. */
export const RELATED_ROWS = REQUESTS + RUNS_OF_FLOWS * STEPS

/** Requests, flows and a session among the rows, spread over their range. */
export async function plantRelated(server: BenchServer, range: { from: number; to: number }): Promise<void> {
  const at = (share: number) => new Date(range.from + (range.to - range.from) * share * 0.999).toISOString()
  const rows: string[] = []
  for (let i = 0; i < REQUESTS; i++) {
    const status = i % 50 === 0 ? 500 : i % 9 === 0 ? 404 : 200
    const request = { method: i % 3 ? 'GET' : 'POST', route: `/shop/${i % 40}/:id`, path: `/shop/${i % 40}/${i}`, status, durationMs: (i * 37) % 900 }
    const sessionId = i % 100 === 0 ? SESSION : `s_${i}`
    rows.push(
      JSON.stringify({ kind: 'request', timestamp: at(i / REQUESTS), service: 'shop', message: 'request', request, sessionId, requestId: `rq_${i}` }),
    )
  }
  for (let i = 0; i < RUNS_OF_FLOWS * STEPS; i++) {
    const run = Math.floor(i / STEPS)
    const flowId = `flow${run % 12}-${run.toString(16).padStart(8, '0')}`
    rows.push(
      JSON.stringify({ timestamp: at(i / (RUNS_OF_FLOWS * STEPS)), service: 'shop', message: `step ${i % STEPS}`, flowId, stepIndex: i % STEPS }),
    )
  }
  for (let from = 0; from < rows.length; from += 5_000) {
    const answer = await fetch(`${server.url}/ingest?import=1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/x-ndjson' },
      body: rows.slice(from, from + 5_000).join('\n'),
    })
    if (answer.status !== 202) throw new Error(`Planting was answered ${answer.status}.`)
  }
}

/** What pages of flows, requests and ids ask. */
export function relatedQuestions(server: BenchServer, range: { project: string; from: string; to: string }): Question[] {
  const { client } = server
  const { project } = range
  const timeline = (id: string) => async () => ({ found: (await client.timeline({ params: { id }, query: { project } })).total })
  return [
    { name: 'timeline of a trace', targetMs: 200, expect: PLANTED.traceId.rows, ask: timeline(PLANTED.traceId.text) },
    { name: 'timeline of a session', targetMs: 200, expect: REQUESTS / 100, ask: timeline(SESSION) },
    { name: 'timeline of a user', targetMs: 200, ask: timeline(USER) },
    { name: 'timeline of a flow', targetMs: 200, expect: STEPS, ask: timeline('flow7-00000007') },
    { name: 'timeline of a request', targetMs: 200, expect: 1, ask: timeline('rq_77') },
    { name: 'timeline of a release', targetMs: 200, ask: timeline('gateway@1.3.0') },
    { name: 'timeline of an id that nothing has', targetMs: 200, expect: 0, ask: timeline('nobody-00000000') },
    { name: 'flows', expect: 12, ask: async () => ({ found: (await client.flows({ query: range })).flows.length }) },
    { name: 'runs of a flow', expect: 50, ask: async () => ({ found: (await client.flowRuns({ query: { ...range, name: 'flow7' } })).runs.length }) },
    {
      name: 'steps of a flow',
      expect: STEPS,
      ask: async () => ({ found: (await client.flowSteps({ query: { ...range, name: 'flow7' } })).steps.length }),
    },
    {
      name: 'a run of a flow',
      expect: STEPS,
      ask: async () => ({ found: (await client.flowRun({ params: { id: 'flow7-00000007' }, query: { project } })).events.length }),
    },
    { name: 'routes of requests', ask: async () => ({ found: (await client.requestRoutes({ query: range })).routes.length }) },
    { name: 'requests over time', expect: REQUESTS, ask: async () => ({ found: (await client.requestChart({ query: range })).total.count }) },
    { name: 'slowest requests', expect: 20, ask: async () => ({ found: (await client.slowestRequests({ query: range })).events.length }) },
  ]
}
