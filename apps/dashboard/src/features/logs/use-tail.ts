import type { EventJson } from '@heartwood/protocol'
import { useCallback, useEffect, useRef, useState } from 'react'
import { parseTailEvent, tailUrl } from './logs-api.ts'
import { dropTail, emptyTail, pauseTail, pushTail, resumeTail, type TailBuffer } from './model/tail-buffer.ts'

type TailStatus = 'off' | 'connecting' | 'open' | 'lost'
/** Rows are shown in groups this far apart: a screen that changes more often cannot be read, and costs more. */
const FLUSH_MS = 200

export interface Tail {
  buffer: TailBuffer
  status: TailStatus
  /** Why the server ended it, in its own words. */
  reason: string | undefined
  pause: () => void
  resume: () => void
  /** Connects again after the server closed it. */
  retry: () => void
}

/** Events as they arrive, while `on`. */
export function useTail(project: string, q: string, on: boolean): Tail {
  const [buffer, setBuffer] = useState(emptyTail)
  const [status, setStatus] = useState<TailStatus>('off')
  const [reason, setReason] = useState<string>()
  const [attempt, setAttempt] = useState(0)
  const arrived = useRef<EventJson[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens another stream.
  useEffect(() => {
    setBuffer(emptyTail)
    arrived.current = []
    if (!on) {
      setStatus('off')
      return
    }
    setStatus('connecting')
    setReason(undefined)
    const source = new EventSource(tailUrl(project, q))
    source.addEventListener('open', () => setStatus('open'))
    source.addEventListener('error', () => setStatus(source.readyState === EventSource.CLOSED ? 'lost' : 'connecting'))
    source.addEventListener('event', (message) => {
      const event = parseTailEvent(message.data)
      if (event) arrived.current.push(event)
    })
    source.addEventListener('drop', (message) => {
      const { dropped } = JSON.parse(message.data) as { dropped?: number }
      setBuffer((current) => dropTail(current, dropped ?? 0))
    })
    source.addEventListener('end', (message) => {
      setReason((JSON.parse(message.data) as { message?: string }).message)
      setStatus('lost')
      source.close()
    })
    const timer = setInterval(() => {
      const group = arrived.current
      if (group.length === 0) return
      arrived.current = []
      setBuffer((current) => pushTail(current, group))
    }, FLUSH_MS)
    return () => {
      clearInterval(timer)
      source.close()
    }
  }, [project, q, on, attempt])
  const pause = useCallback(() => setBuffer(pauseTail), [])
  const resume = useCallback(() => setBuffer(resumeTail), [])
  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  return { buffer, status, reason, pause, resume, retry }
}
