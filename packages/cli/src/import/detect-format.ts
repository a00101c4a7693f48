import type { Format } from '@heartwood/protocol'

export type KnownFormat = Exclude<Format, 'auto'>

/** What a file is, from its first bytes; decided once, so that all its pieces are read alike. Text is the answer that always works. */
export function detectFormat(head: Uint8Array): KnownFormat {
  const text = new TextDecoder().decode(head).replace(/^\ufeff?\s*/, '')
  if (/^(\/\*[\s\S]*?\*\/\s*)?\{/.test(text) && text.includes('"open-board-log-')) return 'obl'
  const lines = firstLines(text)
  const [first = ''] = lines
  if (/^\[\s*(\{|\]|$)/.test(first) && /^\[\s*[{\]]/.test(text)) return 'json'
  if (first.startsWith('{') && /^\{\s*"logs"\s*:\s*\[/.test(text)) return 'json'
  const objects = lines.filter(isJsonObject).length
  if (objects > 0 && objects * 2 >= lines.length) return 'jsonl'
  if (/^\{\s*["}]/.test(text)) return lines.length === 1 ? 'jsonl' : 'json'
  if (/^(\d+ )?<\d{1,3}>/.test(first)) return 'syslog'
  if (isCsvHeader(first)) return 'csv'
  if (lines.length > 0 && lines.every(isLogfmt)) return 'logfmt'
  return 'text'
}

/** Whole lines that are not blank, at most 20; the only line when there is no whole one. */
function firstLines(text: string): string[] {
  const lines = text.split(/\r?\n/, 60)
  if (lines.length > 1) lines.pop()
  return lines.filter((line) => line.trim() !== '').slice(0, 20)
}

function isJsonObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

const CSV_NAMES = new Set(['message', 'msg'])
function isCsvHeader(line: string): boolean {
  const cells = line.split(line.includes('\t') ? '\t' : ',').map((cell) => cell.trim().replace(/^"|"$/g, '').toLowerCase())
  return cells.length >= 2 && cells.some((cell) => CSV_NAMES.has(cell))
}

/** At least two pairs, one of them with a name that logs use, and nothing else. */
function isLogfmt(line: string): boolean {
  const pair = /(?:^|\s)([\w.@-]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/g
  const names = [...line.matchAll(pair)].map((match) => match[1])
  return (
    line.replace(pair, '').trim() === '' && names.length >= 2 && names.some((name) => /^(msg|message|level|lvl|time|ts|timestamp)$/.test(name ?? ''))
  )
}
