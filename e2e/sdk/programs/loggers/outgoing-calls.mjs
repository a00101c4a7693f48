// Calls another service with every client there is, within a flow and a trace, and reports an error at the end.
import http, { get as namedGet, request as namedRequest } from 'node:http'
import https from 'node:https'
import { error, flow, init, outgoingRequests, stats, withScope } from '@heartwood/node'
import { fetch as undiciFetch, request as undiciRequest } from 'undici'
import { printStatsAtExit } from '../at-exit.mjs'

const [url, closed] = process.argv.slice(2)
init({ service: 'caller', integrations: [outgoingRequests({ propagateTo: ['127.0.0.1'] })] })
printStatsAtExit(stats)
const answerOf = (begin) =>
  new Promise((resolve, reject) => {
    begin((answer) => answer.resume().on('end', resolve)).on('error', reject)
  })
const call = flow('checkout')
await withScope(async (scope) => {
  scope.setTrace({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' })
  await call.run(async () => {
    call.info('begins')
    await (await fetch(`${url}/fetch?token=hidden&page=2`)).text()
    await (await undiciFetch(`${url}/undici-fetch`)).text()
    await (await undiciRequest(`${url}/undici-request`, { method: 'POST', body: 'x' })).body.text()
    await answerOf((done) => http.get(`${url}/http-get`, done))
    await answerOf((done) => namedGet(new URL(`${url}/named-get`), { headers: { 'x-own': '1' } }, done))
    await answerOf((done) => namedRequest(`${url}/named-request`, { method: 'PUT' }, done).end('x'))
    await (await fetch(`${url}/own-trace`, { headers: { Traceparent: '00-11111111111111111111111111111111-2222222222222222-01' } })).text()
    await answerOf((done) => http.get(`${url}/own-flow`, { headers: { 'X-Heartwood-Flow': 'mine' } }, done))
    await (await fetch(`${url.replace('127.0.0.1', 'localhost')}/elsewhere`)).text()
    await (await fetch(`${url}/broken`)).text()
    await fetch(`${closed}/refused`).catch(() => {})
    await answerOf((done) => https.get(`${closed.replace('http', 'https')}/refused-https`, done)).catch(() => {})
    await fetch(`${url}/slow`, { signal: AbortSignal.timeout(50) }).catch(() => {})
    const gone = http.get(`${url}/slow-http`)
    gone.on('error', () => {})
    setTimeout(() => gone.destroy(), 50)
    await new Promise((resolve) => gone.on('close', resolve))
    error('what happened before')
  })
})
