/** Nothing from a server for so long counts as no answer; a search ends itself much sooner. */
const SILENCE_MS = 30_000

export interface FetchInit extends RequestInit {
  /** Milliseconds without a byte after which it is given up. Default 30,000. */
  silenceMs?: number
  /** Hands the answer over as soon as it begins, and leaves silence after that to the caller. Else it comes back when it is whole. */
  stream?: boolean
}

/**
 * `fetch` that always settles: it ends with a `TimeoutError` after a silence, and as a broken connection when Node has lost the request. That happens
 * to requests without a body whose connection is closed at once (undici 6): nothing is left that the process waits for, and it would end as if all
 * were done.
 */
export function createFetch(): (url: string, init: FetchInit) => Promise<Response> {
  const pending = new Set<AbortController>()
  const giveUp = (): void => {
    for (const controller of pending) controller.abort(new TypeError('fetch failed', { cause: new Error('The request was lost.') }))
  }
  return async (url, { silenceMs = SILENCE_MS, stream = false, ...init }) => {
    const controller = new AbortController()
    const silent = new DOMException(`Nothing came for ${silenceMs} ms.`, 'TimeoutError')
    // Open sockets keep the process alive; with a timer that did, a request that was lost would be noticed only when it runs out.
    const timer = setTimeout(() => controller.abort(silent), silenceMs).unref()
    const signal = init.signal ? AbortSignal.any([controller.signal, init.signal]) : controller.signal
    if (pending.size === 0) process.on('beforeExit', giveUp)
    pending.add(controller)
    try {
      const response = await fetch(url, { ...init, signal })
      if (stream || response.body === null) return response
      const chunks: Uint8Array[] = []
      for await (const chunk of response.body) {
        chunks.push(chunk)
        timer.refresh()
      }
      const { status, statusText, headers } = response
      return new Response(Buffer.concat(chunks), { status, statusText, headers })
    } finally {
      clearTimeout(timer)
      pending.delete(controller)
      if (pending.size === 0) process.off('beforeExit', giveUp)
    }
  }
}
