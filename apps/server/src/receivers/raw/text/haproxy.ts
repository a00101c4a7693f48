import { present, type TextEvent } from './reading.ts'
import { levelOfStatus, readRequestLine } from './request-line.ts'

/** `client:port [date] frontend backend/server Tq/Tw/Tc/Tr/Tt status bytes …  "GET / HTTP/1.1"`, the HTTP log format of HAProxy. */
const HTTP =
  /^(\S{1,80}):(\d{1,5}) \[([^\]]{1,40})\] (\S{1,200}) (\S{1,200})\/(\S{1,200}) (-?\d+(?:\/[+-]?\d+){4}) (-?\d{1,3}) \+?(\d+) \S+ \S+ (\S{4}) [\d/+]+ [\d/]+ (?:\{[^}]*\} ){0,2}"([^"]*)"?/

/** Makes a request of a message of HAProxy; leaves any other message as it is. */
export const readHaproxy = (event: TextEvent): void => {
  const match = HTTP.exec(event.message)
  if (!match) return
  const status = Number(match[8])
  const total = Number(match[7]?.split('/').at(-1))
  event.kind = 'request'
  event.level = levelOfStatus(status)
  event.message = match[11] ?? ''
  event.request = { ...readRequestLine(match[11] ?? ''), ...(status > 0 ? { status } : {}), durationMs: Math.abs(total) }
  Object.assign(
    event.attributes,
    present({
      'client.address': match[1],
      'client.port': Number(match[2]),
      frontend: match[4]?.replace(/~$/, ''),
      backend: match[5],
      server: match[6],
      bytes: Number(match[9]),
      termination: match[10],
    }),
  )
}
