import { expect, test } from 'vitest'
import { NO_PERCENTS, toPercents, toRates } from './sample-rates.ts'

test('percents are rates, 100 and an empty field are none, and 0 silences a level', () => {
  expect(toRates({ debug: 12.5, info: 0, warn: 100, error: '' }, {})).toEqual({ debug: 0.125, info: 0 })
  expect(toPercents({ debug: 0.07, info: 0, warn: 1 })).toEqual({ debug: 7, info: 0, warn: 100, error: '' })
})

test('a percent that is still being typed counts as what it says', () => {
  expect(toRates({ ...NO_PERCENTS, debug: '0.10', info: '5.' }, { debug: 0.5 })).toEqual({ debug: 0.001, info: 0.05 })
  expect(toRates({ ...NO_PERCENTS, debug: '.' }, { debug: 0.5 })).toEqual({ debug: 0.5 })
})

test('errors and fatal errors share a field', () => {
  expect(toRates({ ...NO_PERCENTS, error: 50 }, {})).toEqual({ error: 0.5, fatal: 0.5 })
  expect(toPercents({ fatal: 0.2 }).error).toBe(20)
})

test('what the page does not show, or was left alone, stays as the API set it', () => {
  const former = { trace: 0.1, debug: 0.3, error: 0.5, fatal: 1 }
  expect(toRates({ ...toPercents(former), debug: 40 }, former)).toEqual({ ...former, debug: 0.4 })
  expect(toRates({ ...toPercents(former), error: '' }, former)).toEqual({ trace: 0.1, debug: 0.3 })
})
