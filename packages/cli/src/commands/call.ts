import type { Command, Context, GlobalOptions } from '../context.ts'
import { type Connection, connect, toCliError } from '../server/connection.ts'

type Work<Options> = (connection: Connection, context: Context, options: GlobalOptions & Options) => Promise<number>

/** A command that talks to the server: failures of the connection and of the API become sentences and exit codes. */
export function onServer<Options>(work: Work<Options>): Command<Options> {
  return async (context, options) => {
    const connection = connect(context, options)
    try {
      return await work(connection, context, options)
    } catch (error) {
      throw toCliError(error, connection.address)
    }
  }
}
