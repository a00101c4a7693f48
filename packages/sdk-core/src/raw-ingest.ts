import type { RawAnswer, RawDefaults } from './client.ts'
import type { HttpAnswer } from './ports.ts'

/** The server's answer to raw text that it did not take. */
export class IngestRefused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = new.target.name
    this.status = status
    this.code = code
  }
}

export const rawPath = (format: string, defaults: RawDefaults): string => {
  const query = Object.entries(defaults)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')
  return `/ingest/${encodeURIComponent(format)}${query === '' ? '' : `?${query}`}`
}

/** @throws IngestRefused when nothing was taken */
export const readRawAnswer = ({ status, body }: HttpAnswer): RawAnswer => {
  const answer = tryParse(body)
  if (status >= 200 && status < 300) return { accepted: answer.accepted ?? 0, rejected: answer.rejected ?? [] }
  const { code = 'unreadable-answer', message = `The server answered ${status}.` } = answer.error ?? {}
  throw new IngestRefused(status, code, message)
}

interface AnswerBody {
  accepted?: number
  rejected?: RawAnswer['rejected']
  error?: { code?: string; message?: string }
}

const tryParse = (body: string): AnswerBody => {
  try {
    const parsed = JSON.parse(body) as unknown
    return typeof parsed === 'object' && parsed !== null ? (parsed as AnswerBody) : {}
  } catch {
    return {}
  }
}
