/** Quantities carry their unit in their type, so that a millisecond is never added to a microsecond. */
declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type UnixMs = Unit<'unix-ms'>
/** Microseconds since 1970-01-01T00:00:00Z; exact in a double until the year 2255. */
export type UnixMicros = Unit<'unix-micros'>
export type DurationMs = Unit<'duration-ms'>
export type ByteCount = Unit<'bytes'>

export const unixMs = (value: number): UnixMs => value as UnixMs
export const unixMicros = (value: number): UnixMicros => value as UnixMicros
export const durationMs = (value: number): DurationMs => value as DurationMs
export const byteCount = (value: number): ByteCount => value as ByteCount

export const toMicros = (ms: UnixMs): UnixMicros => unixMicros(ms * 1000)
export const toMs = (micros: UnixMicros): UnixMs => unixMs(Math.floor(micros / 1000))
