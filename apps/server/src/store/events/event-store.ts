/** What a statement may cost. Reaching a limit ends it with what it has found (`partial`), never with a crash. */
export interface Budget {
  timeMs: number
  memoryBytes: number
  rowsToRead: number
}

export interface QueryOptions {
  budget: Budget
  signal?: AbortSignal
  /** Settings of ClickHouse for this statement alone (`optimize_read_in_order: 0`); they stand in its SETTINGS clause. */
  settings?: { readonly [name: string]: string | number }
}

export interface QueryResult<Row> {
  rows: Row[]
  /** Why it ended early; null when it saw everything. */
  partial: { reason: 'time' | 'memory' | 'rows' | 'cancelled'; message: string } | null
  stats: { elapsedMs: number; rowsRead: number; bytesRead: number }
}

export interface SealedBlock {
  /** File in ClickHouse's Native format; the store only reads it. */
  path: string
  rows: number
  sizeBytes: number
  /** Column names in the order of the file. */
  columns: readonly string[]
  /** Insert deduplication token: the same token always comes with the same rows. */
  token: string
  /**
   * An earlier insert of these rows may have come through, wholly or in part: the store adds those that are not there. The token alone does
   * not settle it: ClickHouse writes a token down before the rows, and when it is killed in between it takes the repeat for a duplicate.
   */
  mayBeStored: boolean
}

/** Two adapters: ClickHouse in this process (chDB) and a server over HTTP. One contract suite runs against both. */
export interface EventStore {
  /** Brings the schema forward; refuses data written by a newer version (`data-newer`). */
  migrate(): Promise<void>
  /**
   * @param signal ends it wherever it stands: some of the rows may be stored then (`mayBeStored` from there on)
   * @throws HeartwoodError `engine-unavailable` when trying again can help, `engine-failed` when the block itself is at fault.
   */
  insert(block: SealedBlock, signal?: AbortSignal): Promise<void>
  /**
   * Runs one SELECT; values stand in it as literals made by `sql` (sql.ts). Rows are objects by column name; 64-bit integers come as numbers
   * where they are exact and as text otherwise.
   * @throws HeartwoodError `engine-unavailable`, `engine-failed`
   */
  query<Row>(sql: string, options: QueryOptions): Promise<QueryResult<Row>>
  /** Deletes all events of a project. They vanish soon after, not at once: the engine works through its files in the background. */
  deleteProject(projectId: number): Promise<void>
  /**
   * Merges the parts of one week into one, if a week has come to rest that is worth it: a search costs nearly the same for each part it touches.
   * @param restSeconds without a new part after which a week counts as at rest; default 15
   * @returns whether it did; call it again then.
   */
  consolidate(restSeconds?: number): Promise<boolean>
  /** Really asks the engine. */
  ping(): Promise<void>
  usage(): Promise<{ rows: number; bytes: number; parts: number }>
  /** Lets running statements end, then closes. */
  close(): Promise<void>
}
