/** A place between two frames of the log. */
export interface Position {
  segment: number
  offset: number
}

export const comparePositions = (a: Position, b: Position): number => a.segment - b.segment || a.offset - b.offset

export const formatPosition = ({ segment, offset }: Position): string => `${segment}:${offset}`

const SEGMENT_NAME = /^(\d{12})\.segment$/

/** Names sort as the numbers do. */
export const segmentName = (segment: number): string => `${String(segment).padStart(12, '0')}.segment`

export const segmentOfName = (name: string): number | undefined => {
  const digits = SEGMENT_NAME.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
