import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import type { DropReason } from '@heartwood/protocol'
import { ERRORS, HeartwoodError } from '../../errors.ts'
import { dropReasonOf } from '../../ingest/drop-reason-of.ts'
import type { Ingest } from '../../ingest/ingest.ts'
import type { DoorProjects } from '../door.ts'
import { type Batcher, createBatcher } from './batcher.ts'
import { FrameReader } from './frame-reader.ts'

interface SyslogListenerOptions {
  transport: 'udp' | 'tcp'
  host: string
  /** 0 takes any free one. */
  port: number
  /** Id or slug. */
  project: string
  timezone: string
}

export interface SyslogReceiverOptions {
  listeners: readonly SyslogListenerOptions[]
  ingest: Ingest
  projects: DoorProjects
  /** Told of losses and unknown projects, at most once in ten seconds for each listener. */
  onProblem(message: string): void
  windowMs?: number
}

export interface SyslogReceiver {
  /**
   * Opens the listeners and says where they listen.
   * @throws HeartwoodError `port-taken`
   */
  start(): Promise<{ transport: 'udp' | 'tcp'; port: number }[]>
  /** Takes no more, stores what is held. */
  close(): Promise<void>
}

const MAX_CONNECTIONS = 500
/** A peer that says nothing for so long is gone. */
const IDLE_MS = 10 * 60_000
/** When it closes: for what was read to find room, and for what is held to be stored. A queue or a decoder that is stuck must not hold up the end. */
const LAST_ROOM_MS = 2_000
const LAST_STORE_MS = 1_000
const PROBLEM_EVERY_MS = 10_000
/** The kernel's buffer for bursts between two turns of the event loop. */
const UDP_BUFFER_BYTES = 4 * 1024 * 1024

interface Listener {
  port: number
  close(): Promise<void>
}

export function createSyslogReceiver(options: SyslogReceiverOptions): SyslogReceiver {
  let open: Listener[] = []
  return {
    async start() {
      for (const listener of options.listeners) {
        const batcher = createListenerBatcher(options, listener)
        const count = countLost(options, listener)
        open.push(await (listener.transport === 'udp' ? listenUdp(listener, batcher, count) : listenTcp(listener, batcher, count)))
      }
      return options.listeners.map(({ transport }, index) => ({ transport, port: open[index]?.port ?? 0 }))
    },
    async close() {
      const closing = open
      open = []
      await Promise.all(closing.map((listener) => listener.close()))
    },
  }
}

type CountLost = (messages: number, reason: DropReason, why: string) => void

/** Counts lost messages in the ledger and complains now and then. */
function countLost(options: SyslogReceiverOptions, { transport, project }: SyslogListenerOptions): CountLost {
  let silentUntil = 0
  let unsaid = 0
  return (messages, reason, why) => {
    void Promise.resolve(options.projects.find(project))
      .catch(() => undefined)
      .then((found) => options.ingest.refuse({ projectId: found?.id ?? 0, door: 'syslog', keyId: '' }, reason, messages))
    unsaid += messages
    if (Date.now() < silentUntil) return
    silentUntil = Date.now() + PROBLEM_EVERY_MS
    options.onProblem(`syslog over ${transport} for “${project}” lost ${unsaid} messages: ${why}`)
    unsaid = 0
  }
}

function createListenerBatcher(options: SyslogReceiverOptions, listener: SyslogListenerOptions): Batcher {
  const count = countLost(options, listener)
  return createBatcher({
    ...(options.windowMs === undefined ? {} : { windowMs: options.windowMs }),
    async store(body, batchId) {
      const project = await options.projects.find(listener.project)
      if (!project) throw new HeartwoodError('project-not-found', `There is no project “${listener.project}”.`)
      const settings = await options.projects.settings(project.id)
      await options.ingest.take({
        door: 'syslog',
        format: 'syslog',
        contentType: '',
        body,
        projectId: project.id,
        keyId: '',
        settings,
        batchId,
        timezone: listener.timezone,
        triesAgain: true,
      })
    },
    onLost: (messages, error) => count(messages, dropReasonOf(error), `${error.message} ${ERRORS[error.code].fix}`),
  })
}

async function listenUdp(listener: SyslogListenerOptions, batcher: Batcher, lost: CountLost): Promise<Listener> {
  const socket: UdpSocket = createSocket({ type: listener.host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: UDP_BUFFER_BYTES })
  socket.on('message', (message) => {
    if (message.length > 0 && !batcher.add(message)) lost(1, 'queue-full', 'they came faster than they can be stored.')
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(portProblem(listener, error)))
    socket.bind(listener.port, listener.host, resolve)
  })
  socket.removeAllListeners('error')
  socket.on('error', (error) => lost(0, 'internal', error.message))
  return {
    port: socket.address().port,
    async close() {
      await new Promise<void>((resolve) => socket.close(() => resolve()))
      await within(LAST_STORE_MS, batcher.close())
    },
  }
}

async function listenTcp(listener: SyslogListenerOptions, batcher: Batcher, lost: CountLost): Promise<Listener> {
  const sockets = new Set<Socket>()
  const readings = new Set<Promise<void>>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    const reading = readConnection(socket, batcher, lost).finally(() => readings.delete(reading))
    readings.add(reading)
  })
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portProblem(listener, error)))
    server.listen(listener.port, listener.host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : listener.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
      await within(LAST_ROOM_MS, Promise.all(readings))
      await within(LAST_STORE_MS, batcher.close())
    },
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** A peer that sends faster than we can store is slowed down by not reading from it. */
async function readConnection(socket: Socket, batcher: Batcher, lost: CountLost): Promise<void> {
  let messages: Buffer[] = []
  const reader = new FrameReader((message) => messages.push(message))
  const store = async (): Promise<void> => {
    const ready = messages
    messages = []
    for (const [index, message] of ready.entries()) {
      while (!batcher.add(message)) {
        if (await batcher.room()) continue
        lost(ready.length - index, 'queue-full', 'the server is stopping.')
        return
      }
    }
  }
  try {
    for await (const chunk of socket) {
      reader.push(chunk as Buffer)
      await store()
    }
  } catch {
    // The connection broke; what came whole is kept.
  }
  reader.end()
  await store()
}

function portProblem({ transport, host, port }: SyslogListenerOptions, error: Error): HeartwoodError {
  const reasons: Record<string, string> = {
    EACCES: 'needs rights that this user lacks',
    EADDRINUSE: 'is in use by another program',
    EADDRNOTAVAIL: 'is no address of this machine',
  }
  const why = reasons['code' in error ? String(error.code) : ''] ?? `cannot be opened (${error.message})`
  return new HeartwoodError('port-taken', `HEARTWOOD_SYSLOG: ${transport}://${host}:${port} ${why}.`, { cause: error })
}
