import type { Level, SampleRates } from '@heartwood/protocol'

/** What a project's page shows of the rates: one field for errors of both kinds, which nobody samples apart. */
export const SAMPLED = [
  { level: 'debug', label: 'Debug', levels: ['debug'] },
  { level: 'info', label: 'Info', levels: ['info'] },
  { level: 'warn', label: 'Warn', levels: ['warn'] },
  { level: 'error', label: 'Error, fatal', levels: ['error', 'fatal'] },
] as const satisfies readonly { level: Level; label: string; levels: readonly Level[] }[]

/** Percents by the level of their field, as number fields hold them; `''` and 100 send everything. */
type Percents = { readonly [Name in (typeof SAMPLED)[number]['level']]: number | string }

const percentOf = (rate: number | undefined): number | string => (rate === undefined ? '' : Math.round(rate * 1e6) / 1e4)

export const toPercents = (rates: SampleRates): Percents => ({
  debug: percentOf(rates.debug),
  info: percentOf(rates.info),
  warn: percentOf(rates.warn),
  error: percentOf(rates.error ?? rates.fatal),
})

/** The rates to be set. Of a field that was left alone they stay as they are: the API can set more than the page shows. */
export function toRates(percents: Percents, former: SampleRates): SampleRates {
  const rates: SampleRates = { ...former }
  const shown = toPercents(former)
  for (const { level, levels } of SAMPLED) {
    if (percents[level] === shown[level]) continue
    // A number field holds `0.10` and `5.` as text until it is left.
    const percent = percents[level] === '' ? 100 : Number.parseFloat(String(percents[level]))
    if (Number.isNaN(percent)) continue
    for (const one of levels) {
      if (percent < 100) rates[one] = percent / 100
      else delete rates[one]
    }
  }
  return rates
}

export const NO_PERCENTS: Percents = toPercents({})
