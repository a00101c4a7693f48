import type { DecodeFormat } from '../decode.ts'
import { RAW_FORMATS } from './formats.ts'
import { resolveFormat } from './sniff.ts'

/** The body of `POST /ingest/<format>`; `auto` looks at content type and content. */
export const decodeRaw: DecodeFormat = (job, sink) => {
  const name = resolveFormat(job)
  RAW_FORMATS.find((format) => format.name === name)?.decode(job, sink)
}
