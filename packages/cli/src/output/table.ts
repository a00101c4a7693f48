import { padToWidth, textWidth, toOneLine } from './text-width.ts'

/** Rows under their headings, columns as wide as their widest cell. */
export function formatTable(headings: string[], rows: string[][]): string {
  const all = [headings, ...rows.map((row) => row.map(toOneLine))]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => textWidth(row[column] ?? ''))))
  return all
    .map((row) =>
      row
        .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
