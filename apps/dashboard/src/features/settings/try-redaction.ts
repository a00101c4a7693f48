import type { Redaction } from '@heartwood/protocol'

const MARK = '[redacted]'

/**
 * What a project's own rules make of a message, or of an event as JSON, and what is wrong with a pattern. The server does the real work, and
 * takes out more: the names of decision 10. This is to try.
 */
export function tryRedaction({ keys, patterns }: Redaction, sample: string): { text: string; problem: string | undefined } {
  const compiled: RegExp[] = []
  for (const pattern of patterns) {
    try {
      compiled.push(new RegExp(pattern, 'gu'))
    } catch (error) {
      return { text: sample, problem: `${pattern}: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  const names = new Set(keys.map(plain))
  const isSecret = (name: string): boolean => names.has(plain(name)) || name.split('.').some((part) => names.has(plain(part)))
  const inText = (text: string): string => compiled.reduce((current, pattern) => current.replace(pattern, MARK), text)
  const inValue = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value)
    if (Array.isArray(value)) return value.map(inValue)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, isSecret(name) ? MARK : inValue(child)]))
  }
  const json = parseObject(sample)
  return { text: json === undefined ? inText(sample) : JSON.stringify(inValue(json), null, 2), problem: undefined }
}

const plain = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '')

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
