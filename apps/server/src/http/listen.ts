import { once } from 'node:events'
import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { HeartwoodError } from '../errors.ts'

interface Place {
  host: string
  port: number
}

/** @returns the address to reach it at. @throws HeartwoodError `port-taken`, `config-invalid` */
export async function listen(app: FastifyInstance, { host, port }: Place): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw explainListening(cause, { host, port })
  }
  const bound = app.server.address()
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${boundPort}`
}

/** Why one cannot listen there, in words; undefined when one can. Listens for a moment, so that nothing has to be built up to learn it. */
export async function whyNotListen({ host, port }: Place): Promise<HeartwoodError | undefined> {
  const probe = createServer()
  try {
    probe.listen({ host, port })
    await once(probe, 'listening')
    return undefined
  } catch (cause) {
    const problem = explainListening(cause, { host, port })
    if (problem instanceof HeartwoodError) return problem
    throw problem
  } finally {
    if (probe.listening) await new Promise((resolve) => probe.close(resolve))
  }
}

function explainListening(cause: unknown, { host, port }: Place): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE')
    return new HeartwoodError('port-taken', `HEARTWOOD_PORT: port ${port} on ${host} is in use by another program.`, { cause })
  if (code === 'EACCES') return new HeartwoodError('port-taken', `HEARTWOOD_PORT: this user may not listen on port ${port}.`, { cause })
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new HeartwoodError('config-invalid', `HEARTWOOD_HOST: “${host}” is no address of this machine.`, { cause })
  return cause
}
