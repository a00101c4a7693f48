import type { FastifyInstance } from 'fastify'
import { HeartwoodError } from '../errors.ts'

/** @returns the address to reach it at. @throws HeartwoodError `port-taken`, `config-invalid` */
export async function listen(app: FastifyInstance, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EADDRINUSE') throw new HeartwoodError('port-taken', `Port ${port} on ${host} is in use by another program.`, { cause })
    if (code === 'EACCES') throw new HeartwoodError('port-taken', `This user may not listen on port ${port}.`, { cause })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new HeartwoodError('config-invalid', `HEARTWOOD_HOST: ${host} is no address of this machine.`, { cause })
    throw cause
  }
  const bound = app.server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${boundPort}`
}
