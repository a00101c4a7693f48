import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react'
import { Icon } from './icons.tsx'
import classes from './ui.module.css'

type Notify = (message: string, tone?: 'done' | 'failed') => void
interface Toast {
  id: number
  message: string
  tone: 'done' | 'failed'
}

const ToastContext = createContext<Notify>(() => undefined)
const SHOWN_MS = 5_000

/** Short words on what was just done; read out by screen readers. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([])
  const next = useRef(0)
  const remove = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])
  const notify = useCallback<Notify>(
    (message, tone = 'done') => {
      const id = next.current++
      setToasts((all) => [...all.slice(-2), { id, message, tone }])
      if (tone === 'done') setTimeout(() => remove(id), SHOWN_MS)
    },
    [remove],
  )
  const value = useMemo(() => notify, [notify])
  return (
    <ToastContext value={value}>
      {children}
      <div className={classes.toasts} role="status">
        {toasts.map((toast) => (
          <div key={toast.id} className={classes.toast} data-tone={toast.tone}>
            <Icon name={toast.tone === 'done' ? 'check' : 'warn'} />
            <span>{toast.message}</span>
            <button type="button" aria-label="Dismiss" className={classes.plainButton} onClick={() => remove(toast.id)}>
              <Icon name="close" size={12} />
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  )
}

export const useNotify = (): Notify => useContext(ToastContext)
