import classes from './text-block.module.css'

/** Text as a program wrote it (a stack, a body) in a box that scrolls; `wrap` where long lines are broken instead. */
export function TextBlock({ text, wrap = false }: { text: string; wrap?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls, also by keyboard.
    <pre className={`mono ${classes.text}`} data-wrap={wrap || undefined} tabIndex={0}>
      {text}
    </pre>
  )
}
