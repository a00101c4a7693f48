import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Figures that are read from their owners when Prometheus asks, so that nothing is counted twice. */
export interface MetricSources {
  queueDepth(): { bytes: number; rows: number; oldestMs: number; deadLetters: number }
  queueDamaged(): { pieces: number; bytes: number }
  ledger(): { door: string; received: number; stored: number; refused: Partial<Record<string, number>> }[]
  steps(): { name: string; events: number; microsPerEvent: number }[]
}

export interface Metrics {
  observeRequest(route: string, method: string, status: number, seconds: number): void
  text(): Promise<string>
  contentType: string
}

/** The metrics of `GET /metrics`; docs/operations/metrics.md lists them. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'heartwood_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('heartwood_queue_bytes', 'Bytes in the queue', () => sources.queueDepth().bytes)
  gauge('heartwood_queue_rows', 'Events that are durable and wait to be stored', () => sources.queueDepth().rows)
  gauge('heartwood_queue_oldest_seconds', 'Age of the oldest waiting batch', () => sources.queueDepth().oldestMs / 1000)
  gauge('heartwood_queue_damaged_pieces', 'Pieces of the queue that could not be read and were set aside', () => sources.queueDamaged().pieces)
  gauge('heartwood_queue_damaged_bytes', 'Bytes of those pieces', () => sources.queueDamaged().bytes)
  gauge('heartwood_dead_letters', 'Batches set aside', () => sources.queueDepth().deadLetters)
  ledgerCounter(registry, 'heartwood_events_received_total', 'Events that reached a door', sources, (row) => row.received)
  ledgerCounter(registry, 'heartwood_events_stored_total', 'Events stored in the engine', sources, (row) => row.stored)
  new Counter({
    name: 'heartwood_events_refused_total',
    help: 'Events that were not stored, by reason',
    labelNames: ['door', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const row of sources.ledger()) for (const [reason, count] of Object.entries(row.refused)) this.inc({ door: row.door, reason }, count ?? 0)
    },
  })
  new Gauge({
    name: 'heartwood_pipeline_step_seconds_per_event',
    help: 'Mean time that a pipeline step takes for an event',
    labelNames: ['step'],
    registers: [registry],
    collect() {
      for (const step of sources.steps()) this.set({ step: step.name }, step.microsPerEvent / 1e6)
    },
  })
  return {
    observeRequest: (route, method, status, seconds) => requests.observe({ route, method, status: String(status) }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

type LedgerRow = ReturnType<MetricSources['ledger']>[number]

function ledgerCounter(registry: Registry, name: string, help: string, sources: MetricSources, read: (row: LedgerRow) => number): void {
  new Counter({
    name,
    help,
    labelNames: ['door'],
    registers: [registry],
    collect() {
      this.reset()
      for (const row of sources.ledger()) this.inc({ door: row.door }, read(row))
    },
  })
}
