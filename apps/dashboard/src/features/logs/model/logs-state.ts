import { DEFAULT_RANGE } from '../../../state/time-range.ts'
import { createCodec, flagField, listField, rangeFields, type StateOf, textField } from '../../../state/url-codec.ts'

/** Everything that the Logs page shows follows from this, and it is all in the address. */
export const logsCodec = createCodec({
  q: textField(),
  ...rangeFields(DEFAULT_RANGE),
  columns: listField(['service']),
  /** Id of the row that is open, and its timestamp, which makes finding it quick. */
  open: textField(),
  at: textField(),
  live: flagField(),
})
export type LogsState = StateOf<typeof logsCodec>
