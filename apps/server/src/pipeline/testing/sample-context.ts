import { type UnixMicros, unixMicros } from '@heartwood/protocol'
import { createPipelineContext, type PipelineContext, type PipelineContextOptions } from '../context.ts'

/** 2026-11-21T12:00:00Z. */
export const SAMPLE_NOW: UnixMicros = unixMicros(Date.UTC(2026, 10, 21, 12) * 1000)

/** A context as a test needs it: a fixed clock, no files. For tests only. */
export function sampleContext(options: Partial<PipelineContextOptions> = {}): PipelineContext {
  return createPipelineContext({
    receivedAt: SAMPLE_NOW,
    retentionDays: 90,
    parseStamp: parseSimpleStamp,
    client: {
      locate: (address) => (address === '203.0.113.7' ? { country: 'DE', region: 'Berlin', city: 'Berlin' } : { country: '', region: '', city: '' }),
      hash: (address) => `hash-of-${address}`,
      agent: (userAgent) => ({ browser: 'Firefox 143', os: 'Linux', device: 'desktop', bot: userAgent.includes('bot') }),
    },
    ...options,
  })
}

function parseSimpleStamp(value: unknown): UnixMicros | undefined {
  const ms = typeof value === 'number' ? value * (value < 1e11 ? 1e3 : 1) : typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Math.abs(ms) < 9e12 ? unixMicros(Math.round(ms * 1000)) : undefined
}
