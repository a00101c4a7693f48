import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Icon } from './icons.tsx'
import { useNotify } from './toasts.tsx'
import classes from './ui.module.css'

/** Puts a text on the clipboard; where the browser forbids it (a page without TLS) it says so. */
export function useCopy(): (text: string, what?: string) => Promise<boolean> {
  const notify = useNotify()
  return async (text, what) => {
    const done = await copyText(text)
    if (!done) notify('The browser did not allow copying. Select the text and copy it by hand.', 'failed')
    else if (what) notify(`${what} copied`)
    return done
  }
}

export function CopyButton({ text, label, name }: { text: string; label: string; name?: string }) {
  const copy = useCopy()
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1_500)
    return () => clearTimeout(timer)
  }, [done])
  const handleClick = (): void => void copy(text).then(setDone)
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name={done ? 'check' : 'copy'} />}
      onClick={handleClick}
      aria-label={name && `Copy: ${name}`}
    >
      {done ? 'Copied' : label}
    </Button>
  )
}

/** Text to take away (`label` says what it is): monospace, scrolls sideways, with its copy button. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className={classes.codeBlock}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll sideways, also by keyboard. */}
      <pre className="mono" tabIndex={0}>
        {text}
      </pre>
      <div className={classes.codeCopy}>
        <CopyButton text={text} label="Copy" name={label} />
      </div>
    </div>
  )
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyByCommand(text)
  }
}

/** Pages served over plain HTTP from another machine have no clipboard API. */
function copyByCommand(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
