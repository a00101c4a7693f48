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
  pause: () => void
  resume: () => void
}

/** Events as they arrive, while `on`. */
export function useTail(project: string, q: string, on: boolean): Tail {
  const [buffer, setBuffer] = useState(emptyTail)
  const [status, setStatus] = useState<TailStatus>('off')
  const arrived = useRef<EventJson[]>([])
  useEffect(() => {
    setBuffer(emptyTail)
    arrived.current = []
    if (!on) {
      setStatus('off')
      return
    }
    setStatus('connecting')
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
  }, [project, q, on])
  const pause = useCallback(() => setBuffer(pauseTail), [])
  const resume = useCallback(() => setBuffer(resumeTail), [])
  return { buffer, status, pause, resume }
}
