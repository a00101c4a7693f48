import { OCCURRENCES } from '../pipeline/steps/group.ts'
import { sql } from '../store/events/sql.ts'

const RATE = `toFloat64OrZero(attributes['sample_rate'])`
/** Anybody who may send events sets these: beyond what is meant by them, they would drown what all others count. */
const LEAST_RATE = 1e-6
const MOST = 1e9

/**
 * SQL: how many occurrences one event stands for, with fractions; at most a thousand million. Held-back repeats are added; at a sample rate from a
 * millionth to below 1 it is one of 1 / rate.
 */
export const OCCURRENCES_OF_EVENT = `least(${MOST}, greatest(toUInt64(1), toUInt64OrZero(attributes[${sql.text(OCCURRENCES)}])) / if(${RATE} >= ${LEAST_RATE} AND ${RATE} < 1, ${RATE}, 1))`
