import { Writable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { createClient } from '../create-client.ts'
import { type NodeOptions, parseNodeOptions } from '../options.ts'
import { createPinoLines, type PinoLineOptions, type PinoLines, pinoConfig } from './pino-line.ts'

/** Options of `init` that can be handed to a thread: no functions, and regular expressions only as such. */
export interface PinoTransportOptions
  extends Omit<NodeOptions, 'integrations' | 'beforeSend' | 'onError' | 'propagateTo' | 'callerInfo'>,
    PinoLineOptions {}

/** pino tells of itself at once; a transport that was made without a pino hears nothing. */
const CONFIG_MS = 1_000
/** How long writing waits for room, so that a burst is not dropped; and not again before the server has answered. */
const ROOM_MS = 250

/**
 * Sends what a pino logs from the thread that pino runs its transports in. It has a client of its own there.
 *
 *     pino({ transport: { target: '@heartwood/node/pino-transport', options: { endpoint, apiKey, service: 'checkout' } } })
 *
 * When the logger ends, or its process, what is left is sent within `exitTimeout` (2,000 ms unless given), spooled, or counted as dropped.
 */
// biome-ignore lint/style/noDefaultExport: pino loads a transport by its default export
export default async function pinoTransport(options: PinoTransportOptions = {}): Promise<Writable> {
  const { levelNames, messageKey, errorKey, ...clientOptions } = options
  const lines = createPinoLines({
    ...(levelNames === undefined ? {} : { levelNames }),
    ...(messageKey === undefined ? {} : { messageKey }),
    ...(errorKey === undefined ? {} : { errorKey }),
  })
  await hearConfig(lines)
  const own = withoutPinos(clientOptions)
  const client = createClient({ ...own, integrations: [] })
  // The client has told what is wrong with them.
  const { core, exitTimeout: exitMs } = parseNodeOptions(own, process.env, () => undefined)
  const crowded = core.maxBufferEvents / 2
  let started = ''
  let hasRoomAgain = true

  const capture = (line: string): void => {
    if (line !== '') client.capture(lines.read(line))
  }
  const capturePieces = (chunk: string): void => {
    const pieces = (started + chunk).split('\n')
    started = pieces.pop() ?? ''
    for (const piece of pieces) capture(piece)
  }

  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      capturePieces(String(chunk))
      const { buffered } = client.stats()
      if (buffered < crowded) hasRoomAgain = true
      if (buffered < crowded || !hasRoomAgain) {
        done()
        return
      }
      // Without the wait the buffer drops its oldest; with a server that is away it must drop them, or the program's memory grows.
      void client.flush(ROOM_MS).then((isEmpty) => {
        hasRoomAgain = isEmpty
        done()
      })
    },
    final(done) {
      capture(started)
      void client.close(exitMs).then(() => done())
    },
  })
  // What `logger.flush(callback)` calls.
  return Object.assign(stream, {
    flush(done: (error?: Error) => void) {
      void client.flush(exitMs).then(() => done())
    },
  })
}

/** pino adds its own to the options that it was given for the transport. */
const withoutPinos = (options: NodeOptions): NodeOptions => {
  const { $context, pinoWillSendConfig, levels, dedupe, ...own } = options as NodeOptions & { [name: string]: unknown }
  return own
}

/** What pino says of its levels and keys comes before the first line, by the port of the thread. */
const hearConfig = async (lines: PinoLines): Promise<void> => {
  const port = parentPort
  const isAnnounced = (workerData as { workerData?: { pinoWillSendConfig?: unknown } } | null)?.workerData?.pinoWillSendConfig === true
  if (port === null || !isAnnounced) return
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      port.off('message', hear)
      resolve()
    }
    const hear = (message: unknown): void => {
      const config = pinoConfig(message)
      if (config === undefined) return
      lines.configure(config)
      finish()
    }
    const timer = setTimeout(finish, CONFIG_MS)
    port.on('message', hear)
  })
}
