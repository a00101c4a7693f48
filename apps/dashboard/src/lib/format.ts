const SHORT = [
  { from: 1e9, unit: 'B' },
  { from: 1e6, unit: 'M' },
  { from: 1e3, unit: 'k' },
] as const

/** Short in place (`12.3k`); the whole number belongs in the title. */
export function formatShort(value: number): string {
  for (const { from, unit } of SHORT) {
    if (Math.abs(value) < from * 0.9995) continue
    const scaled = value / from
    return `${scaled.toFixed(Math.abs(scaled) < 99.95 ? 1 : 0).replace(/\.0$/, '')}${unit}`
  }
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}

export const formatWhole = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

export function formatDuration(ms: number): string {
  if (ms < 1) return `${(ms * 1000).toFixed(0)} µs`
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1).replace(/\.0$/, '') : Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min${ms % 60_000 >= 1_000 ? ` ${Math.floor((ms % 60_000) / 1_000)} s` : ''}`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A part of a whole, 0 to 1. What is neither nothing nor all never reads as if it were. */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '<0.1%'
  if (percent < 100 && percent > 99.9) return '>99.9%'
  return `${percent.toFixed(percent < 10 || percent > 99 ? 1 : 0).replace(/\.0$/, '')}%`
}

/** A stamp's parts as people read them, in the viewer's zone. Fractions keep the digits that were sent, up to microseconds. */
export function formatStamp(stamp: string): { time: string; date: string; full: string; utc: string } {
  const date = new Date(stamp)
  if (Number.isNaN(date.getTime())) return { time: stamp, date: '', full: stamp, utc: stamp }
  const fraction = /\.(\d{1,9})/.exec(stamp)?.[1] ?? '000'
  const micros = fraction.padEnd(6, '0').slice(0, 6)
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  const precise = micros.endsWith('000') ? micros.slice(0, 3) : micros
  return {
    time: `${time}.${micros.slice(0, 3)}`,
    date: day,
    full: `${day} ${time}.${precise} ${zone(date)}`,
    utc: `${date.toISOString().slice(0, 19).replace('T', ' ')}.${precise} UTC`,
  }
}

/** An interval of a chart, with the digits that it needs. */
export function formatInterval(fromMs: number, toMs: number): string {
  const [from, to] = [fromMs, toMs].map((ms) => formatStamp(new Date(ms).toISOString()))
  const trim = (time = ''): string => (toMs - fromMs >= 1_000 ? time.slice(0, 8) : time)
  return `${from?.date} ${trim(from?.time)} – ${trim(to?.time)}`
}

/** "4 min ago"; the stamp belongs in the title. */
export function formatAgo(stamp: string, nowMs: number): string {
  const seconds = Math.round((nowMs - Date.parse(stamp)) / 1_000)
  if (Number.isNaN(seconds)) return stamp
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ago`
  const days = Math.floor(hours / 24)
  if (days < 60) return `${days} days ago`
  return days < 730 ? `${Math.floor(days / 30.4)} months ago` : `${Math.floor(days / 365.25)} years ago`
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${formatWhole(count)} ${count === 1 ? one : many}`

const pad = (value: number): string => String(value).padStart(2, '0')

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const sign = minutes < 0 ? '−' : '+'
  return `UTC${minutes === 0 ? '' : `${sign}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`}`
}
