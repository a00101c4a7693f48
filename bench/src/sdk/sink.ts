import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Takes everything and keeps nothing; runs in a process of its own beside what is measured. @param delayMs what passes before each answer */
export async function startSink(delayMs = 0): Promise<{ url: string; received(): number; stop(): void }> {
  let bytes = 0
  const server = createServer((request, response) => {
    const answer = (): unknown => response.writeHead(202, { 'content-type': 'application/json' }).end('{"accepted":1,"rejected":[]}')
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.on('end', () => (delayMs === 0 ? answer() : setTimeout(answer, delayMs)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => bytes,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
