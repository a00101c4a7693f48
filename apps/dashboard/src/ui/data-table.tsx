import type { Key, ReactNode } from 'react'
import classes from './data-table.module.css'
import { Icon } from './icons.tsx'

export interface Column<Row> {
  /** Its head; on small screens it stands before each value. */
  name: string
  cell: (row: Row) => ReactNode
  /** Right-aligned, with the digits under each other. */
  number?: boolean
  /** What to do with the row: its head is only read out, and on small screens it stands beside the name. */
  actions?: boolean
  mono?: boolean
  /** May take several lines. */
  long?: boolean
  /** Says in a picture what other columns say in numbers; left out on small screens. */
  wide?: boolean
  /** In the last line, under the numbers. */
  total?: ReactNode
  /** By what the rows are put in order when its head is pressed. */
  sort?: string
}

/** How the rows are in order: by which column's `sort`, and whether the biggest stands first. */
export interface TableOrder {
  by: string
  down: boolean
}

interface DataTableProps<Row> {
  /** The first names the row. */
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => Key
  /** The row is no longer in use. */
  isOff?: (row: Row) => boolean
  /** Narrow enough to stay a table on every screen. */
  fits?: boolean
  /** Many short values: on small screens so many of them stand side by side, below what is long. */
  dense?: 3 | 4
  /** Shown in the place of rows. */
  empty?: string
  order?: TableOrder
  onOrder?: (order: TableOrder) => void
}

/** A table on wide screens; on small ones each row is a block of its own, so that nothing is out of sight. */
export function DataTable<Row>({ columns, rows, keyOf, isOff, fits = false, dense, empty, order, onOrder }: DataTableProps<Row>) {
  const [first, ...rest] = columns
  if (!first) return null
  const hasTotals = rows.length > 1 && columns.some((column) => column.total !== undefined)
  return (
    <table className={classes.table} data-stacks={!fits || undefined} data-dense={dense}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" data-number={column.number} aria-sort={ariaSort(column.sort, order)}>
              {column.actions ? (
                <span className="visually-hidden">{column.name}</span>
              ) : column.sort !== undefined && onOrder ? (
                <SortButton name={column.name} by={column.sort} order={order} number={column.number === true} onOrder={onOrder} />
              ) : (
                column.name
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} data-off={isOff?.(row) || undefined}>
            <th scope="row">{first.cell(row)}</th>
            {rest.map((column) => (
              <Cell key={column.name} column={column}>
                {column.cell(row)}
              </Cell>
            ))}
          </tr>
        ))}
        {rows.length === 0 && empty !== undefined && (
          <tr>
            <td colSpan={columns.length} className="muted">
              {empty}
            </td>
          </tr>
        )}
      </tbody>
      {hasTotals && (
        <tfoot>
          <tr>
            <th scope="row">All</th>
            {rest.map((column) => (
              <Cell key={column.name} column={column}>
                {column.total}
              </Cell>
            ))}
          </tr>
        </tfoot>
      )}
    </table>
  )
}

const ariaSort = (sort: string | undefined, order: TableOrder | undefined): 'descending' | 'ascending' | undefined =>
  sort === undefined || sort !== order?.by ? undefined : order.down ? 'descending' : 'ascending'

interface SortButtonProps {
  name: string
  by: string
  order: TableOrder | undefined
  number: boolean
  onOrder: (order: TableOrder) => void
}

/** Numbers begin with the biggest, words with the first; pressed again, the other way. */
function SortButton({ name, by, order, number, onOrder }: SortButtonProps) {
  const active = order?.by === by
  return (
    <button type="button" className={classes.sort} onClick={() => onOrder({ by, down: active ? !order.down : number })}>
      {name}
      <span className={classes.arrow} data-active={active || undefined} data-up={(active ? !order.down : !number) || undefined}>
        <Icon name="down" size={11} />
      </span>
    </button>
  )
}

function Cell<Row>({ column, children }: { column: Column<Row>; children: ReactNode }) {
  return (
    <td
      className={column.mono ? 'mono' : undefined}
      data-label={column.name}
      data-number={column.number}
      data-actions={column.actions}
      data-long={column.long}
      data-wide={column.wide}
      data-zero={children === '0' || undefined}
      data-none={children === undefined || children === '' || undefined}
    >
      {children}
    </td>
  )
}
