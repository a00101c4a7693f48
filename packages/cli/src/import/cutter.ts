/** Where in its file a buffer stands. */
interface Place {
  atStart: boolean
  atEnd: boolean
}

/** Cuts text at borders of records, so that each piece can be decoded on its own. */
export interface Cutter {
  /** How many bytes from the beginning are whole records; 0 when not even one is. `buffer` begins at a border. */
  cut(buffer: Buffer, place: Place): number
  /** The body to send for a piece; empty when it holds no record. */
  wrap(piece: Buffer, place: Place): Buffer
  /** Lines that `wrap` puts before a piece that is not the first. */
  addedLines: number
  /** A record that is too large can be passed over, because the next one begins after a line break. */
  canSkip: boolean
}
