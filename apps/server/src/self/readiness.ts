/** One part that must really answer before the server may take events. */
export interface ReadinessCheck {
  name: string
  /** Rejects with the reason when the part cannot do its work. */
  check(): Promise<void>
}

interface PartHealth {
  name: string
  ok: boolean
  message: string
  latencyMs: number
}

export interface Health {
  ready: boolean
  parts: PartHealth[]
}

const CHECK_TIMEOUT_MS = 2_000
const KEPT_MS = 1_000

/**
 * Asks all parts at once; a part that does not answer within 2 s is not ready. An answer holds for `keptMs` (default 1 s), and callers at the same
 * time share one: anyone may ask, and asking costs a write and a query.
 */
export function createReadiness(checks: readonly ReadinessCheck[], { keptMs = KEPT_MS } = {}): () => Promise<Health> {
  const parts = checks.map(createPart)
  let answer: Promise<Health> | undefined
  let goodUntil = Number.POSITIVE_INFINITY
  return () => {
    if (answer !== undefined && performance.now() < goodUntil) return answer
    goodUntil = Number.POSITIVE_INFINITY
    answer = Promise.all(parts.map((ask) => ask())).then((found) => {
      goodUntil = performance.now() + keptMs
      return { ready: found.every((part) => part.ok), parts: found }
    })
    return answer
  }
}

function createPart({ name, check }: ReadinessCheck): () => Promise<PartHealth> {
  /** One that hangs is waited for again rather than asked again. */
  let running: Promise<void> | undefined
  return async () => {
    const started = performance.now()
    const latencyMs = () => Math.round((performance.now() - started) * 10) / 10
    running ??= check().finally(() => {
      running = undefined
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS / 1000} s`)), CHECK_TIMEOUT_MS)
    })
    try {
      await Promise.race([running, late])
      return { name, ok: true, message: 'answers', latencyMs: latencyMs() }
    } catch (error) {
      return { name, ok: false, message: error instanceof Error ? error.message : String(error), latencyMs: latencyMs() }
    } finally {
      clearTimeout(timer)
    }
  }
}
