export interface ThrowawayPostgres {
  /** Of an empty database. */
  url: string
  /** Makes another empty database and returns its URL. */
  createDatabase(): Promise<string>
  stop(): Promise<void>
}

/** Folder of PostgreSQL's programs; undefined when it is not installed. */
export function findPostgres(): string | undefined

/** @throws Error when PostgreSQL is not installed or does not start. */
export function startPostgres(): Promise<ThrowawayPostgres>
