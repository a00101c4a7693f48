import type { UnixMicros } from '@heartwood/protocol'

const MICROS_PER_DAY = 86_400_000_000

export const daysToMicros = (days: number): number => days * MICROS_PER_DAY
export const microsToDays = (micros: number): number => micros / MICROS_PER_DAY

export const formatMicros = (micros: UnixMicros): string => {
  const ms = Math.floor(micros / 1000)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros - ms * 1000).padStart(3, '0')}Z`
}
