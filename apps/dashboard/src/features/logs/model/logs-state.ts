import { DEFAULT_RANGE } from '../../../state/time-range.ts'
import { createCodec, flagField, listField, type SearchOf, textField } from '../../../state/url-codec.ts'

const fields = {
  q: textField(),
  from: textField(DEFAULT_RANGE.from),
  to: textField(DEFAULT_RANGE.to),
  columns: listField(['service']),
  /** Id of the row that is open, and its timestamp, which makes finding it quick. */
  open: textField(),
  at: textField(),
  live: flagField(),
}

/** Everything that the Logs page shows follows from this, and it is all in the address. */
const codec = createCodec(fields)
export const parseLogs = codec.parse
export const formatLogs = codec.format
export type LogsState = ReturnType<typeof codec.parse>
export type LogsSearch = SearchOf<typeof fields>
