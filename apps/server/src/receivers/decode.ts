import type { DropReason, UnixMicros } from '@heartwood/protocol'
import type { DecodeJob } from '../ingest/decoder.ts'

/** An entry in the loose vocabulary of the native door: any JSON, any alias; the step `normalise` makes an event of it. */
export type LooseRecord = { [key: string]: unknown }

export const isRecord = (value: unknown): value is LooseRecord => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where a decoder puts what it reads, one entry at a time, so that no list of parsed objects is ever kept. */
export interface EntrySink {
  /**
   * @param timestamp for formats whose stamps the decoder itself understands; it wins over fields of the record.
   * @param line 1-based physical line on which the entry began, for formats made of lines.
   * @param exactly reads the entry once more, with whole numbers beyond 2^53 as texts; asked for when the record has such a number.
   */
  entry(record: LooseRecord, timestamp?: UnixMicros, line?: number, exactly?: () => LooseRecord | undefined): void
  reject(reason: DropReason, message: string, line?: number): void
  /** Names the batch, for protocols that do so in the body: a batch of the same name is stored once. */
  batch?(id: string): void
}

/** Turns the bytes of one request into entries. Pure but for the sink; never throws on any input. */
export type DecodeFormat = (job: DecodeJob, sink: EntrySink) => void
