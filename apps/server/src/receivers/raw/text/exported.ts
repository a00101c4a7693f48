import { LEVELS } from '@heartwood/protocol'
import type { LooseRecord } from '../../decode.ts'
import { parseJson } from '../../native/decode-lenient.ts'
import { DIGITS, type LineReader } from './reading.ts'

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) \[([A-Z]{4,5})\] ([^\t]*)\t(\{"kind":"[\s\S]*\})$/
const ESCAPED = /\\(?:u([0-9a-f]{4})|(.))/g
const CONTROLS: { readonly [letter: string]: string } = { n: '\n', r: '\r', t: '\t' }

/** Lines that `heartwood logs --format text` wrote: `TIME [LEVEL] service: message`, a tab, and the rest of the event as JSON. */
export const exportedReader: LineReader = {
  name: 'export of Heartwood',
  first: DIGITS,
  dated: true,
  read(line) {
    const [, timestamp, word = '', text = '', rest = ''] = LINE.exec(line) ?? []
    const level = LEVELS.find((name) => name === word.toLowerCase())
    if (timestamp === undefined || level === undefined) return undefined
    const event = parseJson(rest)
    if (typeof event !== 'object' || event === null || Array.isArray(event)) return undefined
    const named = event as LooseRecord
    const said = text.replace(ESCAPED, (_, code: string | undefined, letter: string) =>
      code === undefined ? (CONTROLS[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
    )
    const service = typeof named.service === 'string' ? `${named.service}: ` : ''
    const message = said.startsWith(service) ? said.slice(service.length) : said
    return { time: Number.NaN, level, message: said, attributes: {}, record: { timestamp, level, message, ...named } }
  },
}
