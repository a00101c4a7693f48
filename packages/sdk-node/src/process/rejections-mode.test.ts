import { expect, it } from 'vitest'
import { unhandledRejectionsMode } from './rejections-mode.ts'

it.each([
  [[], '', 'throw'],
  [['--unhandled-rejections=warn'], '', 'warn'],
  [['--inspect', '--unhandled-rejections', 'none'], '', 'none'],
  [[], '--max-old-space-size=100 --unhandled-rejections=strict', 'strict'],
  [['--unhandled-rejections=warn'], '--unhandled-rejections=strict', 'warn'],
] as const)('what Node does with rejections is read from its command line %j and NODE_OPTIONS %j: %s', (execArgv, nodeOptions, mode) => {
  expect(unhandledRejectionsMode(execArgv, nodeOptions)).toBe(mode)
})
