import type { ResolvedOptions } from '../options.ts'
import type { Batch, Platform } from '../ports.ts'

/** Lines that are being gathered for one request. */
export interface Draft {
  readonly path: string
  /** Number of its first event, as the buffer counts. */
  readonly first: number
  readonly lines: string[]
  /** Roughly what its lines take in memory. */
  bytes: number
}

/** `POST /ingest` with everything in its query that all events share. */
export const pathOf = ({ service, environment, release, host, dataset }: ResolvedOptions): string => {
  const query = Object.entries({ service, environment, release, host, dataset })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(wellFormed(value))}`)
    .join('&')
  return query === '' ? '/ingest' : `/ingest?${query}`
}

/** Half a surrogate pair cannot stand in an address. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')

export const seal = (draft: Draft, id: string, platform: Pick<Platform, 'encode'>): Batch => ({
  id,
  path: draft.path,
  contentType: 'application/x-ndjson',
  events: draft.lines.length,
  body: platform.encode(draft.lines.join('\n')),
})

const LINE_END = 10

/** Two halves of a plain batch of two events or more, named after it, so that a repeat makes the same ones. */
export const halve = (batch: Batch): readonly [Batch, Batch] => {
  const { body } = batch
  const first = batch.events >> 1
  let at = -1
  for (let lines = 0; lines < first; lines++) at = body.indexOf(LINE_END, at + 1)
  return [
    { ...batch, id: `${batch.id}.0`, events: first, body: body.subarray(0, at) },
    { ...batch, id: `${batch.id}.1`, events: batch.events - first, body: body.subarray(at + 1) },
  ]
}
