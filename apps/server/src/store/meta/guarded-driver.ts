import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'

export interface GuardOptions {
  /** Turns what the database's library throws into an error of the catalogue, or returns it as it is. */
  translate(error: unknown): unknown
  /** Statement that begins a transaction, where the driver's own does not serve. */
  begin?: string
  /** Whether the database is in a transaction, where it can end one by itself. */
  isInTransaction?(): boolean
  /** Told of what the caller does not hear of: a rollback follows a failure, and that is thrown. */
  onRollbackFailed?: ((error: unknown) => void) | undefined
}

/** A driver whose failures come as errors of the catalogue. */
export function guardDriver(inner: Driver, options: GuardOptions): Driver {
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw options.translate(error)
    }
  }
  const unwrap = (connection: DatabaseConnection): DatabaseConnection =>
    connection instanceof GuardedConnection ? connection.connection : connection
  return {
    init: () => guard(inner.init()),
    acquireConnection: async () => new GuardedConnection(await guard(inner.acquireConnection()), guard),
    async beginTransaction(connection, settings) {
      if (options.begin === undefined) await guard(inner.beginTransaction(unwrap(connection), settings))
      else await connection.executeQuery(CompiledQuery.raw(options.begin))
    },
    commitTransaction: (connection) => guard(inner.commitTransaction(unwrap(connection))),
    async rollbackTransaction(connection) {
      // SQLite has ended the transaction already when its disk is full, and refuses to end it again.
      if (options.isInTransaction?.() === false) return
      await guard(inner.rollbackTransaction(unwrap(connection))).catch((error: unknown) => options.onRollbackFailed?.(error))
    },
    releaseConnection: (connection) => inner.releaseConnection(unwrap(connection)),
    destroy: () => inner.destroy(),
  }
}

class GuardedConnection implements DatabaseConnection {
  readonly connection: DatabaseConnection
  readonly #guard: <T>(work: Promise<T>) => Promise<T>

  constructor(connection: DatabaseConnection, guard: <T>(work: Promise<T>) => Promise<T>) {
    this.connection = connection
    this.#guard = guard
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    // Awaited inside: the SQLite driver throws before it returns a promise.
    return this.#guard((async () => this.connection.executeQuery<Row>({ ...query, parameters: query.parameters.map(toStorable) }))())
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.connection.streamQuery(query, chunkSize)
  }
}

/** NUL, which PostgreSQL refuses and SQLite takes for an end, and lone surrogates, which no encoding has. */
const UNSTORABLE = /\0|\p{Surrogate}/gu

const toStorable = (value: unknown): unknown => (typeof value === 'string' ? value.replace(UNSTORABLE, '\ufffd') : value)
