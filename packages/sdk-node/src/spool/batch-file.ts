import { createHash } from 'node:crypto'
import type { Batch } from '@heartwood/sdk-core'
import { SPOOL_VERSION } from './entry.ts'

/** The first line of a file; the rest is the body as it is sent. */
interface Header {
  readonly heartwood: 'spool'
  readonly version: number
  readonly id: string
  readonly path: string
  readonly contentType: string
  readonly encoding?: string
  readonly events: number
  readonly bytes: number
  readonly sha256: string
}

const LINE_BREAK = 0x0a
/** They become headers and an address: a file that somebody else put there must not say where else the key goes. */
const HEADER_SAFE = /^[\x20-\x7e]{1,500}$/
const PATH = /^\/ingest[\x21-\x7e]*$/
const hashOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 32)

export const encodeBatch = ({ id, path, contentType, events, body, encoding }: Batch): Buffer => {
  const header: Header = {
    heartwood: 'spool',
    version: SPOOL_VERSION,
    id,
    path,
    contentType,
    ...(encoding !== undefined && { encoding }),
    events,
    bytes: body.byteLength,
    sha256: hashOf(body),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body])
}

/** undefined: it is not whole. */
export const tryDecodeBatch = (file: Buffer): Batch | undefined => {
  const end = file.indexOf(LINE_BREAK)
  if (end < 0) return undefined
  const header = tryParseHeader(file.toString('utf8', 0, end))
  const body = file.subarray(end + 1)
  if (header === undefined || header.bytes !== body.byteLength || header.sha256 !== hashOf(body)) return undefined
  const { id, path, contentType, events, encoding } = header
  return { id, path, contentType, events, body, ...(encoding !== undefined && { encoding }) }
}

const tryParseHeader = (line: string): Header | undefined => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  // Each field is checked before it is believed.
  const header = value as { readonly [Name in keyof Header]?: unknown }
  const texts = [header.id, header.contentType, header.sha256, header.encoding ?? 'none']
  const fits =
    header.heartwood === 'spool' &&
    header.version === SPOOL_VERSION &&
    texts.every((text) => typeof text === 'string' && HEADER_SAFE.test(text)) &&
    typeof header.path === 'string' &&
    PATH.test(header.path) &&
    [header.events, header.bytes].every((number) => Number.isInteger(number) && Number(number) >= 0)
  return fits ? (value as Header) : undefined
}
