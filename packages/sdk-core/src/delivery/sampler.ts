import type { ResolvedOptions } from '../options.ts'
import type { JsonObject, Level } from '../types.ts'

export type SampleRates = { readonly [Name in Level]?: number }

/** Decides at capture which events are made: the program's own rate of a level times what the server told. */
export interface Sampler {
  keeps(level: Level): boolean
  /** From 0 to 1. Below 1 a kept event says it as the attribute `sample_rate`: it stands for 1 / rate events. */
  rate(level: Level): number
  /** What the server says now; levels that it does not name send all. */
  told(rates: SampleRates): void
  /** What it said last. */
  readonly server: SampleRates
}

const isRate = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

export interface SamplerDeps {
  readonly options: Pick<ResolvedOptions, 'sampleRate'>
  /** From 0 to below 1. */
  readonly random: () => number
  /** What the server has told already. */
  readonly server?: SampleRates
}

export const createSampler = ({ options, random, server: known = {} }: SamplerDeps): Sampler => {
  const own = options.sampleRate
  let server = known
  const ratesNow = (): { readonly [Name in Level]: number } => {
    const of = (level: Level): number => own[level] * (isRate(server[level]) ? server[level] : 1)
    return { trace: of('trace'), debug: of('debug'), info: of('info'), warn: of('warn'), error: of('error'), fatal: of('fatal') }
  }
  let rates = ratesNow()
  return {
    keeps(level) {
      const rate = rates[level]
      return rate >= 1 || random() < rate
    },
    rate: (level) => rates[level],
    told(said) {
      server = said
      rates = ratesNow()
    },
    get server() {
      return server
    },
  }
}

/** Attributes that say the rate; a program that samples, too, before it logs says its own rate. */
export const withRate = (attributes: JsonObject | undefined, rate: number): JsonObject => {
  const own = attributes?.sample_rate
  return { ...attributes, sample_rate: typeof own === 'number' && own > 0 && own < 1 ? own * rate : rate }
}

/** The header in which the server tells rates; undefined when it cannot be read. */
export const readSampleRates = (header: string): SampleRates | undefined => {
  try {
    const value: unknown = JSON.parse(header)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
