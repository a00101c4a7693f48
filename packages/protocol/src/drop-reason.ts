/**
 * Why something that reached Heartwood, or one of its SDKs, was not stored. Closed: server and SDKs count by it, the ledger shows it.
 * Codes are part of the public interface; add to the list, never rename.
 */
export const DROP_REASONS = {
  malformed: 'The entry cannot be read in the format it was sent as.',
  'not-an-object': 'The entry is not an object.',
  invalid: 'A field of the entry holds a value that its protocol does not allow.',
  'too-large': 'The body or the entry is larger than the limit.',
  expired: 'The event is older than the retention of its project.',
  'queue-full': 'The queue is at its limit; send it again later.',
  'queue-unavailable': 'The queue cannot be written; send it again later.',
  'rate-limited': 'The project or key is over its rate.',
  sampled: 'Left out by the sample rate that the project or the program sets.',
  unauthorized: 'The key is missing, unknown or revoked.',
  forbidden: 'The key may not do this.',
  'project-not-found': 'There is no such project, or it was deleted before the event was stored.',
  damaged: 'The batch became unreadable on disk before it was stored; the log says where.',
  'dead-letter': 'Storing failed for a reason of the event itself; it waits in the dead-letter folder.',
  'buffer-full': 'The buffer of the SDK was full; the oldest events go first.',
  'before-send': 'A `beforeSend` hook of the program left it out.',
  duplicate: 'The same error came again within the window; the summary counts it.',
  'retries-exhausted': 'The server did not take it in all tries.',
  'spool-full': 'The spool folder of the SDK is at its limit or cannot be written; the oldest go first.',
  'spool-expired': 'It waited in the spool folder of the SDK for longer than it is kept.',
  'spool-damaged': 'Its file in the spool folder of the SDK cannot be read.',
  'process-exit': 'The process ended before it was sent, and there was no spool folder.',
  closed: 'The client was closed or disabled before it was captured, or closed before it could be sent.',
  internal: 'A defect of Heartwood; the log has the details.',
} as const satisfies Record<string, string>
export type DropReason = keyof typeof DROP_REASONS
