import { COLUMN_FIELDS, type ColumnName, type Field, resolveField } from '../../query/fields.ts'
import { sql } from '../../store/events/sql.ts'

/** How the values of a field are counted. */
export interface FieldValue {
  /** Text of the value. */
  value: string
  /** Whether a row has one. */
  present: string
  inRollup: boolean
}

/** A field by the name that a query would use for it. */
export const fieldValue = (name: string): FieldValue => valueFor(resolveField(name).fields[0])

function valueFor(field: Field): FieldValue {
  switch (field.is) {
    case 'level':
    case 'kind':
      return { value: `toString(${field.is})`, present: '1', inRollup: true }
    case 'message':
      return { value: 'message', present: `message != ''`, inRollup: false }
    case 'id':
      return { value: 'toString(id)', present: '1', inRollup: false }
    case 'tags':
      return { value: 'arrayJoin(tags)', present: 'notEmpty(tags)', inRollup: false }
    case 'time':
      return { value: `toString(${field.column.column})`, present: '1', inRollup: false }
    case 'number': {
      const { column, of } = field.column
      const present = of === 'durationMs' ? `NOT isNaN(${column})` : of === 'status' ? `${column} > 0` : `${column} >= 0`
      return { value: `toString(${column})`, present, inRollup: false }
    }
    case 'text': {
      const { column } = field.column
      return { value: column, present: `${column} != ''`, inRollup: column === 'service' || column === 'environment' }
    }
    case 'attribute': {
      const key = sql.text(field.field.name)
      return { value: `attributes[${key}]`, present: `mapContains(attributes, ${key})`, inRollup: false }
    }
  }
}

export type FieldType = 'text' | 'number' | 'boolean' | 'level' | 'id' | 'list'

/** Columns as they are listed to people. */
export const LISTED_COLUMNS: readonly { name: ColumnName; type: FieldType; value: FieldValue }[] = (Object.keys(COLUMN_FIELDS) as ColumnName[])
  .filter((name) => !['timestamp', 'receivedAt', 'id'].includes(name))
  .map((name) => ({ name, type: typeOf(COLUMN_FIELDS[name]), value: valueFor(COLUMN_FIELDS[name]) }))

function typeOf(field: Field): FieldType {
  if (field.is === 'level') return 'level'
  if (field.is === 'number') return 'number'
  if (field.is === 'tags') return 'list'
  return field.is === 'text' && field.column.of.endsWith('Id') ? 'id' : 'text'
}
