import { ActionIcon, Tooltip } from '@mantine/core'
import { formatDuration, formatStamp } from '../lib/format.ts'
import { Icon } from '../ui/icons.tsx'
import classes from './number-table.module.css'

interface NumberTableProps {
  label: string
  intervalMs: number
  /** Of the columns after the first, which says when. */
  heads: readonly string[]
  rows: readonly { from: string; values: readonly string[] }[]
}

/** The numbers of a chart, a row for each bucket. */
export function NumberTable({ label, intervalMs, heads, rows }: NumberTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard.
    <section className={classes.numbers} tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {[`From, each ${formatDuration(intervalMs)}`, ...heads].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ from, values }) => (
            <tr key={from}>
              <th scope="row">{formatStamp(from).full}</th>
              {heads.map((name, index) => (
                <td key={name}>{values[index]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Between a chart (`of` says how many) and its numbers. */
export function NumbersSwitch({ asTable, of, onSwitch }: { asTable: boolean; of: 'chart' | 'charts'; onSwitch: (asTable: boolean) => void }) {
  const text = asTable ? `Show the ${of}` : 'Show the numbers'
  return (
    <Tooltip label={text}>
      <ActionIcon size={24} aria-label={text} onClick={() => onSwitch(!asTable)}>
        <Icon name={asTable ? 'chart' : 'table'} size={14} />
      </ActionIcon>
    </Tooltip>
  )
}
