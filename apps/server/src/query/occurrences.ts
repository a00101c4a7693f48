import { OCCURRENCES } from '../pipeline/steps/group.ts'
import { sql } from '../store/events/sql.ts'

const RATE = `toFloat64OrZero(attributes['sample_rate'])`

/** SQL: how many occurrences one event stands for, with fractions. Held-back repeats are added; at a sample rate below 1 it is one of 1 / rate. */
export const OCCURRENCES_OF_EVENT = `greatest(toUInt64(1), toUInt64OrZero(attributes[${sql.text(OCCURRENCES)}])) / if(${RATE} > 0 AND ${RATE} < 1, ${RATE}, 1)`
