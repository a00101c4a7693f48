import type { SealedBlock } from '../event-store.ts'

/** What one Native file holds. */
export type SealedFile = Pick<SealedBlock, 'rows' | 'sizeBytes' | 'columns'>

/** Merges event blocks into the file of one insert. One merge is under way at a time. */
export interface BlockBuilder {
  /** Adds the events of one delivery. The payload's memory may be handed over to another thread: it must not be used afterwards. */
  append(payload: Uint8Array, projectId: number): void
  /**
   * Writes what was appended since the last seal as one file in ClickHouse's Native format, and starts anew, also after a failure.
   * @throws HeartwoodError `block-invalid` when a payload was damaged (`details.indexes`: which of them, in the order of `append`);
   *   `data-folder-unusable` when the file could not be written.
   */
  seal(path: string): Promise<SealedFile>
  close(): Promise<void>
}
