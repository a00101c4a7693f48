// Stands before a program of the tests: a client of the smallest kind, with this folder's endings and capture.
import { appendFileSync } from 'node:fs'

// Compiled beside the copy of this file that runs, not here.
const compiled = (name) => import(new URL(`./process/${name}.js`, import.meta.url).href)
const { joinProcessEnd } = await compiled('process-end')
const { uncaughtErrors } = await compiled('uncaught-errors')

const { TEST_SERVER: url, TEST_SPOOL: spool, TEST_EXIT_TIMEOUT: exitTimeout = '15000' } = process.env
let events = []
globalThis.log = (event) => events.push(event)

const send = async (timeoutMs) => {
  const batch = [...events]
  // Not unref'd, as a flush of the SDK: it ends by its own time.
  const signal = AbortSignal.timeout(timeoutMs)
  const keepAlive = setTimeout(() => undefined, timeoutMs)
  try {
    await fetch(url, { method: 'POST', body: batch.join('\n'), signal })
    events = events.filter((event) => !batch.includes(event))
    return events.length === 0
  } catch {
    return false
  } finally {
    clearTimeout(keepAlive)
  }
}

joinProcessEnd({
  buffered: () => events.length,
  flush: send,
  flushSync(sendNow) {
    if (events.length === 0) return
    const body = new TextEncoder().encode(events.join('\n'))
    const [answer] = sendNow?.([{ method: 'POST', url, headers: {}, body, timeoutMs: 10_000 }]) ?? []
    if (answer?.status !== 200) appendFileSync(spool, `${events.join('\n')}\n`)
    events = []
  },
  exitTimeoutMs: () => Number(exitTimeout),
})
uncaughtErrors().setup({
  captureException(error, { level, attributes }) {
    events.push(`${level} ${attributes['error.mechanism']} ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`)
    return ''
  },
})
