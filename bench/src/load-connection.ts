import { connect, type Socket } from 'node:net'

/**
 * One keep-alive connection on which one request at a time is sent and its answer read whole. Node's own client takes several times the CPU,
 * which would be missing to the server: both share the cores.
 */
export interface LoadConnection {
  /** @param head the request line and headers, with the empty line behind them. */
  post(head: string, body: Uint8Array): Promise<Answer>
  close(): void
}

interface Answer {
  status: number
  text: string
}

const HEAD_END = '\r\n\r\n'

export function createLoadConnection({ hostname, port }: URL): LoadConnection {
  let socket: Socket | undefined
  let received = Buffer.alloc(0)
  let pending: { resolve(answer: Answer): void; reject(error: Error): void } | undefined

  const open = (): Socket => {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true })
    opened.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const answer = readAnswer(received)
      if (answer === undefined) return
      received = Buffer.alloc(0)
      if (answer.isLast) opened.destroy()
      pending?.resolve(answer)
      pending = undefined
    })
    opened.on('error', (error) => pending?.reject(error))
    opened.on('close', () => {
      if (socket === opened) pending?.reject(new Error('The server closed the connection before its answer was whole.'))
    })
    return opened
  }

  return {
    post(head, body) {
      return new Promise((resolve, reject) => {
        pending = { resolve, reject }
        if (socket === undefined || socket.destroyed) socket = open()
        socket.cork()
        socket.write(head, 'latin1')
        socket.write(body)
        socket.uncork()
      })
    },
    close: () => socket?.destroy(),
  }
}

/** Undefined while it is not whole. Heartwood gives the length of each answer to a batch. */
function readAnswer(bytes: Buffer): (Answer & { isLast: boolean }) | undefined {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase()
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer without a length: ${head}`)
  const bodyAt = headEnd + HEAD_END.length
  if (bytes.length < bodyAt + Number(length)) return undefined
  return {
    status: Number(head.slice('http/1.1 '.length, 'http/1.1 '.length + 3)),
    text: bytes.toString('utf8', bodyAt),
    isLast: head.includes('\r\nconnection: close'),
  }
}
