import { scanClf, scanIso } from '../../stamps/scan.ts'
import { DIGITS, type LineReader, numberOrText, present, type TextEvent } from './reading.ts'
import { levelOfStatus, readRequestLine } from './request-line.ts'

const given = (text: string | undefined): string | undefined => (text === undefined || text === '-' || text === '' ? undefined : text)
/** The first of a list as proxies write it: who asked. */
const firstAddress = (text: string | undefined): string | undefined => given(text?.split(',', 1)[0]?.trim())

interface Facts {
  time: number
  request: string
  status: string | undefined
  durationMs?: number | undefined
  product?: string | undefined
  attributes: { [name: string]: unknown }
}

const toEvent = ({ time, request, status, durationMs, product, attributes }: Facts): TextEvent => {
  const code = Number(status)
  const event: TextEvent = {
    time,
    level: levelOfStatus(Number.isNaN(code) ? 0 : code),
    message: request,
    product,
    kind: 'request',
    attributes: present(attributes),
  }
  event.request = { ...readRequestLine(request), ...(code > 0 ? { status: code } : {}) }
  if (durationMs !== undefined && durationMs >= 0) event.request.durationMs = durationMs
  return event
}

const REQUEST_FIRST = /^ (?:([\da-f.:]{3,45}) )?"([A-Z][A-Z-]{1,19} [^"]{1,4000}|-)" (\d{1,3}) (\S{1,40})/i
const ENVOY = /^ (?:\S{1,100} \S{1,100} "[^"]*" )?(\d{1,15}) (\d{1,15}) (\d{1,12}|-) (\d{1,12}|-) "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)"/
/** Time first: Envoy and Istio, Django's server, and formats that people made up: `[time] address "GET / HTTP/1.1" 200 612`. */
export const timeFirstAccessReader: LineReader = {
  name: 'access log with the time first',
  first: '[',
  read(line, { zone, cursor }) {
    let time = scanIso(line, 1, zone, cursor)
    if (Number.isNaN(time)) time = scanClf(line, 1, zone, cursor)
    if (Number.isNaN(time) && line.charCodeAt(12) === 32) {
      // Django has a space between the day and the clock.
      time = scanClf(`${line.slice(1, 12)}:${line.slice(13, 40)}`, 0, zone, cursor)
      cursor.end++
    }
    if (Number.isNaN(time) || line.charCodeAt(cursor.end) !== 93) return undefined
    const rest = line.slice(cursor.end + 1)
    const match = REQUEST_FIRST.exec(rest)
    if (!match) return undefined
    const envoy = ENVOY.exec(rest.slice(match[0].length))
    if (!envoy) {
      const attributes = { 'client.address': match[1], bytes: /^\d+$/.test(match[4] ?? '') ? Number(match[4]) : undefined }
      return toEvent({ time, request: match[2] ?? '', status: match[3], attributes })
    }
    const [, received, sent, took, , forwarded, agent, id, host, upstream] = envoy
    return toEvent({
      time,
      request: match[2] ?? '',
      status: match[3],
      durationMs: took === '-' ? undefined : Number(took),
      product: 'envoy',
      attributes: {
        flags: given(match[4]),
        bytes: Number(sent),
        bytes_received: Number(received),
        'client.address': firstAddress(forwarded) ?? match[1],
        'client.user_agent': given(agent),
        'request.id': given(id),
        'request.host': given(host),
        upstream: given(upstream),
      },
    })
  },
}

const UVICORN = /^INFO: {1,8}([\da-f.:[\]]{3,45}):(\d{1,5}) - "([A-Z]{3,10} [^"]{1,4000})" (\d{3})\b/
const GIN =
  /^\[GIN\] (\d{4}\/\d\d\/\d\d) - (\d\d:\d\d:\d\d) \| {1,4}(\d{3}) \| {1,20}([\d.]{1,20})(ns|µs|ms|s|m\d{1,2}(?:\.\d+)?s) \| {1,20}(\S{2,45}) \| ([A-Z]{3,10}) {1,12}"?([^"]{1,4000})"?/
const MILLISECONDS: { [unit: string]: number } = { ns: 1e-6, µs: 1e-3, ms: 1, s: 1_000 }
/** What uvicorn and Gin print for each request. */
export const frameworkAccessReader: LineReader = {
  name: 'access log of a framework',
  first: 'I[',
  read(line, { zone, cursor }) {
    const uvicorn = line.charCodeAt(0) === 73 ? UVICORN.exec(line) : null
    if (uvicorn) {
      const attributes = { 'client.address': uvicorn[1], 'client.port': numberOrText(uvicorn[2]) }
      return toEvent({ time: Number.NaN, request: uvicorn[3] ?? '', status: uvicorn[4], attributes })
    }
    const gin = line.startsWith('[GIN] ') ? GIN.exec(line) : null
    if (!gin) return undefined
    const time = scanIso(`${gin[1]} ${gin[2]}`, 0, zone, cursor)
    const scale = MILLISECONDS[gin[5] ?? '']
    const durationMs = scale === undefined ? undefined : Math.round(Number(gin[4]) * scale * 1e6) / 1e6
    return toEvent({ time, request: `${gin[7]} ${gin[8]}`, status: gin[3], durationMs, attributes: { 'client.address': gin[6] } })
  },
}

const S3 =
  /^([\da-f]{64}|-) ([\w.-]{3,63}) \[([^\]]{26})\] (\S{1,45}) (\S{1,200}) (\S{1,40}) ([A-Z][\w.]{3,60}) (\S{1,1100}) "([^"]*)" (\d{3}|-) (\S{1,60}) (\d+|-) (\d+|-) (\d+|-) (\d+|-) "([^"]*)" "([^"]*)"/
const ELB =
  /^(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z) ([\w-]{1,40}) ([\d.]{7,15}|[\da-f:]{2,45}):(\d{1,5}) (\S{1,60}) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (\d{3}|-) (\d{3}|-) (\d+) (\d+) "([A-Z-]+) (\S+) [^"]*" "([^"]*)"/
const VPC =
  /^([2-9]) (\d{12}) (eni-[\da-f]{8,17}) (\S{2,45}) (\S{2,45}) (\d{1,5}|-) (\d{1,5}|-) (\d{1,3}|-) (\d+|-) (\d+|-) (\d{10}) (\d{10}) (ACCEPT|REJECT|-) (\w{2,10})/
const VPC_NAMES =
  'version account interface source.address target.address source.port target.port protocol packets bytes start end action status'.split(' ')

/** What AWS delivers in buckets: requests to S3, classic load balancers, flows of a VPC. */
export const awsReader: LineReader = {
  name: 'AWS',
  first: `${DIGITS}abcdef-v`,
  read(line, { zone, cursor }) {
    if (line.startsWith('version account-id ')) return null
    const s3 = line.charCodeAt(64) === 32 || line.startsWith('- ') ? S3.exec(line) : null
    if (s3) {
      const time = scanClf(s3[3] ?? '', 0, zone, cursor)
      if (Number.isNaN(time)) return undefined
      const request = s3[9] === '-' ? (s3[7] ?? '') : (s3[9] ?? '')
      const attributes = {
        bucket: s3[2],
        'client.address': given(s3[4]),
        requester: given(s3[5]),
        'request.id': s3[6],
        operation: s3[7],
        key: given(s3[8]),
        code: given(s3[11]),
        bytes: numberOrText(given(s3[12])),
        'client.user_agent': given(s3[17]),
      }
      return toEvent({ time, request, status: s3[10], durationMs: s3[14] === '-' ? undefined : Number(s3[14]), product: 's3', attributes })
    }
    const elb = line.charCodeAt(10) === 84 ? ELB.exec(line) : null
    if (elb) {
      const time = scanIso(elb[1] ?? '', 0, zone, cursor)
      const seconds = [elb[6], elb[7], elb[8]].map(Number).reduce((sum, part) => sum + Math.max(part, 0), 0)
      const attributes = {
        balancer: elb[2],
        'client.address': elb[3],
        target: given(elb[5]),
        bytes: Number(elb[12]),
        'client.user_agent': given(elb[15]),
      }
      return toEvent({ time, request: `${elb[13]} ${elb[14]}`, status: elb[9], durationMs: Math.round(seconds * 1e6) / 1e3, attributes })
    }
    const flow = line.charCodeAt(1) === 32 ? VPC.exec(line) : null
    if (!flow) return undefined
    const attributes: TextEvent['attributes'] = {}
    VPC_NAMES.forEach((name, index) => {
      const value = given(flow[index + 1])
      if (value !== undefined && name !== 'start') attributes[name] = name === 'account' ? value : numberOrText(value)
    })
    return { time: Number(flow[11]) * 1e6, level: flow[13] === 'REJECT' ? 'warn' : 'info', message: line, product: 'vpc', attributes }
  },
}
