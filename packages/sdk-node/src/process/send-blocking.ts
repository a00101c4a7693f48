import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { HttpAnswer, HttpRequest } from '@heartwood/sdk-core'
import { USER_AGENT } from '../user-agent.ts'

/** Runs in a thread of its own, as text: it must not need a file that a bundler would have to find. */
const WORKER = `
const { workerData: { port, flag, requests } } = require('node:worker_threads')
const modules = { 'http:': require('node:http'), 'https:': require('node:https') }
const agents = {}
const answered = (index, answer) => {
  port.postMessage({ index, answer })
  Atomics.add(flag, 0, 1)
  Atomics.notify(flag, 0)
}
let next = 0
// What would be answered in the same way is not sent: nobody is there, or not for us, or it is too much by now.
const hopeless = () => { while (next < requests.length) answered(next++, undefined) }
const NOBODY = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
const REFUSALS = [401, 403, 404, 405, 429, 503]
const send = () => {
  if (next === requests.length) return
  const index = next++
  const { method, url, headers, body } = requests[index]
  const { protocol } = new URL(url)
  const agent = (agents[protocol] ??= new modules[protocol].Agent({ keepAlive: true, maxSockets: 4 }))
  const request = modules[protocol].request(url, { method, agent, headers: { ...headers, 'content-length': body.byteLength } }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part) => { if (text.length < 1048576) text += part })
    response.on('end', () => {
      const status = response.statusCode
      answered(index, { status, headers: { ...response.headers }, body: text })
      if (REFUSALS.includes(status) || (status >= 300 && status < 400)) hopeless()
      send()
    })
    response.on('error', () => failed())
  })
  let isOver = false
  const failed = (error) => {
    if (isOver) return
    isOver = true
    answered(index, undefined)
    if (NOBODY.includes(error?.code ?? error?.errors?.[0]?.code)) hopeless()
    send()
  }
  request.on('error', failed)
  request.end(body)
}
for (let lane = 0; lane < 4; lane++) send()`

/** What a thread with an empty environment would otherwise do differently. */
const KEPT_VARIABLES = ['NODE_TLS_REJECT_UNAUTHORIZED']

/**
 * Sends while everything else in this thread stands still: for a process that is about to end and must run nothing of the program any
 * more. Costs 50 to 100 ms for the thread that does it, nothing when there is nothing to send.
 * @returns an answer for each request; undefined for what was not answered in time, or at all. Never throws.
 */
export const sendBlocking = (requests: readonly HttpRequest[], timeoutMs: number): (HttpAnswer | undefined)[] => {
  const answers: (HttpAnswer | undefined)[] = requests.map(() => undefined)
  if (requests.length === 0 || timeoutMs <= 0) return answers
  try {
    const deadline = performance.now() + timeoutMs
    const flag = new Int32Array(new SharedArrayBuffer(4))
    const { port1, port2 } = new MessageChannel()
    const copies = requests.map(({ method, url, headers, body }) => ({
      method,
      url,
      headers: { 'user-agent': USER_AGENT, ...headers },
      body: new Uint8Array(body ?? []),
    }))
    const worker = new Worker(WORKER, {
      eval: true,
      name: 'heartwood',
      workerData: { port: port2, flag, requests: copies },
      transferList: [port2],
      // Neither the options nor the preloads of the program: this thread is none of its own.
      execArgv: [],
      env: Object.fromEntries(KEPT_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
      stdin: false,
      stdout: true,
      stderr: true,
    })
    worker.unref()
    // Without a listener its failure would be an uncaught error of the program.
    worker.on('error', () => undefined)
    for (let done = 0; done < requests.length; ) {
      const leftMs = deadline - performance.now()
      if (leftMs <= 0 || Atomics.wait(flag, 0, done, leftMs) === 'timed-out') break
      done = Atomics.load(flag, 0)
    }
    for (let received = receiveMessageOnPort(port1); received !== undefined; received = receiveMessageOnPort(port1)) {
      // What the text above posts.
      const { index, answer } = received.message as { index: number; answer: HttpAnswer | undefined }
      answers[index] = answer
    }
    port1.close()
    worker.terminate().catch(() => undefined)
  } catch {
    // No threads here (a permission model, no memory): then there is no sending either.
  }
  return answers
}
