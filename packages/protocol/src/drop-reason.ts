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
  sampled: 'Left out by the sample rate that the project sets.',
  unauthorized: 'The key is missing, unknown or revoked.',
  forbidden: 'The key may not do this.',
  'project-not-found': 'There is no such project, or it was deleted before the event was stored.',
  damaged: 'The batch became unreadable on disk before it was stored; the log says where.',
  'dead-letter': 'Storing failed for a reason of the event itself; it waits in the dead-letter folder.',
  internal: 'A defect of Heartwood; the log has the details.',
} as const satisfies Record<string, string>
export type DropReason = keyof typeof DROP_REASONS
