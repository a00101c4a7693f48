/** Reads an iterable of chunks by counts of bytes. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Uint8Array[] = []
  #heldBytes = 0
  #ended = false
  /** What broke the input off; the bytes before it can still be read. */
  failure: Error | undefined

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Up to `count` bytes without consuming them; fewer only at the end. */
  async peek(count: number): Promise<Buffer> {
    while (this.#heldBytes < count && !this.#ended) {
      const next = await this.#next()
      if (next === undefined || next.done) this.#ended = true
      else if (next.value.length > 0) {
        this.#held.push(next.value)
        this.#heldBytes += next.value.length
      }
    }
    if (this.#held.length !== 1) this.#held = this.#heldBytes === 0 ? [] : [Buffer.concat(this.#held, this.#heldBytes)]
    const [all] = this.#held
    return all ? Buffer.from(all.buffer, all.byteOffset, Math.min(count, all.length)) : Buffer.alloc(0)
  }

  /** Drops bytes that were peeked. */
  consume(count: number): void {
    if (count === 0) return
    const [all] = this.#held
    if (!all || count > all.length) throw new RangeError('more bytes consumed than were peeked')
    this.#held = count === all.length ? [] : [all.subarray(count)]
    this.#heldBytes -= count
  }

  /** Passes over bytes without keeping them; resolves with how many there were. */
  async skip(count: number): Promise<number> {
    let left = count
    while (left > 0) {
      const some = await this.peek(Math.min(left, 1024 * 1024))
      if (some.length === 0) break
      this.consume(some.length)
      left -= some.length
    }
    return count - left
  }

  async #next(): Promise<IteratorResult<Uint8Array> | undefined> {
    try {
      return await this.#chunks.next()
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error))
      return undefined
    }
  }

  async close(): Promise<void> {
    this.#held = []
    await this.#chunks.return?.()
  }
}
