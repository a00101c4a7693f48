import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient, drainStream } from '@clickhouse/client'
import { createEngineStore, type StoreLog } from '../engine-store.ts'
import type { EventStore } from '../event-store.ts'
import { createLane, type Lane } from '../lane.ts'
import { sql } from '../sql.ts'
import { EngineError, insertStatement } from '../statement.ts'

export interface RemoteOptions {
  /** `http(s)://user:password@host:port/database`. */
  url: string
  /** Milliseconds to wait for any statement, beyond which the connection counts as lost. Default 10 minutes. */
  timeoutMs?: number
  /** Statements that run at the same time. Default 10. */
  connections?: number
  log?: StoreLog
}

/** A ClickHouse server over HTTP: the same statements and the same blocks as the embedded engine. Connects with the first statement. */
export const createRemoteEventStore = ({ url, timeoutMs = 600_000, connections = 10, log }: RemoteOptions): EventStore => {
  const connect = (slots: number): Connection => ({
    client: createClient({
      url,
      request_timeout: timeoutMs,
      max_open_connections: slots,
      compression: { request: true, response: true },
      application: 'heartwood',
      // Failures are thrown; what is worth a line in the log is decided above.
      log: { level: ClickHouseLogLevel.OFF },
    }),
    lane: createLane(Array.from({ length: slots }, (_, index) => index)),
  })
  const main = connect(connections)
  /** Statements that kill others must not wait behind them. */
  const own = connect(2)

  const run = <Value>(
    { client, lane }: Connection,
    work: (client: ClickHouseClient) => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value | undefined> =>
    lane.run(
      () =>
        work(client).catch((error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          throw new EngineError(error instanceof ClickHouseError ? Number(error.code) : 0, message, error)
        }),
      signal,
    )

  const command = async (query: string, connection = main): Promise<void> => {
    await run(connection, (client) => client.command({ query }))
  }

  const send = (query: string, path: string) =>
    run(main, async (client) => {
      const values = createReadStream(path, { highWaterMark: 1024 * 1024 })
      await drainStream((await client.exec({ query, values })).stream)
    })

  return createEngineStore(
    {
      select: (query, isOwn, signal) => run(isOwn ? own : main, async (client) => text((await client.exec({ query })).stream), signal),
      command: (query, line) => command(query, line === 'own' ? own : main),
      async insert(block, known, mark) {
        await send(insertStatement(block, known, 'body', mark), block.path)
      },
      insertsOutliveCaller: true,
      async withRows({ path, token, columns }, use) {
        // The name is the token's: what a run that was killed left behind is replaced and dropped by the next.
        const table = sql.identifier(`staged_${createHash('sha256').update(token).digest('hex').slice(0, 32)}`)
        const names = columns.map(sql.identifier).join(', ')
        await command(`CREATE OR REPLACE TABLE ${table} ENGINE = Memory AS SELECT ${names} FROM events LIMIT 0`)
        await send(`INSERT INTO ${table} (${names}) FORMAT Native`, path)
        await use(table)
        await command(`DROP TABLE ${table}`)
      },
      async close() {
        await main.lane.close()
        await own.lane.close()
        await Promise.all([main.client.close(), own.client.close()])
      },
    },
    log,
  )
}

interface Connection {
  client: ClickHouseClient
  lane: Lane<number>
}
