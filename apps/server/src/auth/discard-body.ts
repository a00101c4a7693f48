import type { IncomingMessage } from 'node:http'

/** A little more than the largest body that doors take of all clients, as it may come uncompressed. */
const MAX_BYTES = 40 * 1024 * 1024
const MAX_MS = 15_000
/** Kept for as long as the request is; the rest of the chunk is not. */
const HEAD_BYTES = 64

/**
 * Reads what the client is still sending and throws it away. To many clients an answer that comes before they have sent everything is a
 * broken pipe: they would never see why they were refused. Ends without an error in any case.
 * @returns the first bytes, for doors that tell by them whose client it is; empty where there were none.
 */
export function discardBody(message: IncomingMessage): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0)
  if (message.readableEnded || message.destroyed) return Promise.resolve(head)
  return new Promise((resolve) => {
    let bytes = 0
    const end = (): void => {
      clearTimeout(timer)
      message.off('data', count).off('end', end).off('close', end).off('error', end)
      resolve(head)
    }
    const count = (chunk: Buffer): void => {
      if (bytes === 0) head = Uint8Array.from(chunk.subarray(0, HEAD_BYTES))
      bytes += chunk.length
      if (bytes > MAX_BYTES) end()
    }
    const timer = setTimeout(end, MAX_MS)
    message.on('data', count).once('end', end).once('close', end).once('error', end)
  })
}
