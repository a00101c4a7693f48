import { expect, it } from 'vitest'
import { createSampler, readSampleRates } from './sampler.ts'

const ALL = { trace: 1, debug: 1, info: 1, warn: 1, error: 1, fatal: 1 }

it('keeps what the rate of the program times that of the server lets through', () => {
  let drawn = 0
  const sampler = createSampler({ options: { sampleRate: { ...ALL, debug: 0.5 } }, random: () => drawn })
  expect([sampler.rate('debug'), sampler.rate('info')]).toEqual([0.5, 1])
  sampler.told({ debug: 0.5, info: 0 })
  expect([sampler.rate('debug'), sampler.rate('info'), sampler.rate('error')]).toEqual([0.25, 0, 1])
  expect([sampler.keeps('debug'), sampler.keeps('info'), sampler.keeps('error')]).toEqual([true, false, true])
  drawn = 0.25
  expect(sampler.keeps('debug')).toBe(false)
  sampler.told({})
  expect([sampler.rate('debug'), sampler.rate('info')]).toEqual([0.5, 1])
})

it('goes by no rate that is none', () => {
  const sampler = createSampler({ options: { sampleRate: ALL }, random: () => 0.9 })
  // As a broken header would have it.
  sampler.told(readSampleRates('{"debug":-1,"info":"0","warn":7}') ?? {})
  expect([sampler.rate('debug'), sampler.rate('info'), sampler.rate('warn')]).toEqual([1, 1, 1])
  expect([readSampleRates('nonsense'), readSampleRates('[1]'), readSampleRates('null')]).toEqual([undefined, undefined, undefined])
})

it('goes on by what the server has told when the program changes its own rates', () => {
  const former = createSampler({ options: { sampleRate: ALL }, random: () => 0 })
  former.told({ debug: 0.5 })
  const sampler = createSampler({ options: { sampleRate: { ...ALL, debug: 0.1 } }, random: () => 0, server: former.server })
  expect([sampler.rate('debug'), sampler.rate('info')]).toEqual([0.05, 1])
})
