/** What one check found. `note` and `ok` need nothing; `warning` will hurt one day; `problem` hurts now. */
export interface Finding {
  check: string
  state: 'ok' | 'note' | 'warning' | 'problem'
  message: string
  /** What to do; absent when nothing is to be done. */
  fix?: string
}

export const ok = (check: string, message: string): Finding => ({ check, state: 'ok', message })
export const note = (check: string, message: string): Finding => ({ check, state: 'note', message })
export const warning = (check: string, message: string, fix: string): Finding => ({ check, state: 'warning', message, fix })
export const problem = (check: string, message: string, fix: string): Finding => ({ check, state: 'problem', message, fix })
