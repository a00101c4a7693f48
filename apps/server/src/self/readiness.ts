/** One part that must really answer before the server may take events. */
export interface ReadinessCheck {
  name: string
  /** Rejects with the reason when the part cannot do its work. */
  check(): Promise<void>
}

export interface PartHealth {
  name: string
  ok: boolean
  message: string
  latencyMs: number
}

const CHECK_TIMEOUT_MS = 2_000

/** Asks all parts at once; a part that does not answer within 2 s is not ready. */
export async function checkReadiness(checks: readonly ReadinessCheck[]): Promise<{ ready: boolean; parts: PartHealth[] }> {
  const parts = await Promise.all(checks.map(checkPart))
  return { ready: parts.every((part) => part.ok), parts }
}

async function checkPart({ name, check }: ReadinessCheck): Promise<PartHealth> {
  const started = performance.now()
  const latencyMs = () => Math.round((performance.now() - started) * 10) / 10
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS / 1000} s`)), CHECK_TIMEOUT_MS)
  })
  try {
    await Promise.race([check(), late])
    return { name, ok: true, message: 'answers', latencyMs: latencyMs() }
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error), latencyMs: latencyMs() }
  } finally {
    clearTimeout(timer)
  }
}
