const HEAD_BYTES = 600
const TAIL_BYTES = 400
const NAMED_FIRST = /^\s*\{\s*"batch_id"\s*:\s*(?:"[^"\\]*"|\d+)\s*,\s*"logs"\s*:\s*\[/
const LOGS_FIRST = /^\s*\{\s*"logs"\s*:\s*\[/
const NAMED_LAST = /\]\s*,\s*"batch_id"\s*:\s*(?:"[^"\\]*"|\d+)\s*\}\s*$/

/** Whether a body is a batch of Lognitor's clients: an object of `batch_id` and `logs`. Only its two ends are looked at. */
export function isLognitorBatch(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const head = bytes.toString('latin1', 0, HEAD_BYTES)
  if (NAMED_FIRST.test(head)) return true
  return LOGS_FIRST.test(head) && NAMED_LAST.test(bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES)))
}
