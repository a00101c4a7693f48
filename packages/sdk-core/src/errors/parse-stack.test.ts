import { expect, it } from 'vitest'
import { parseFrame, parseStack } from './parse-stack.ts'

it.each([
  ['    at placeOrder (/srv/app/src/orders.js:41:9)', 'placeOrder', '/srv/app/src/orders.js', 41, 9, true],
  ['    at async placeOrder (/srv/app/src/orders.js:41:9)', 'placeOrder', '/srv/app/src/orders.js', 41, 9, true],
  ['    at new Cart (/srv/app/cart.js:1:2)', 'new Cart', '/srv/app/cart.js', 1, 2, true],
  [
    '    at Layer.handle [as handle_request] (/srv/node_modules/express/lib/layer.js:95:5)',
    'Layer.handle [as handle_request]',
    '/srv/node_modules/express/lib/layer.js',
    95,
    5,
    false,
  ],
  ['    at Object.<anonymous> (/srv/my (old) app/a.js:1:2)', 'Object.<anonymous>', '/srv/my (old) app/a.js', 1, 2, true],
  ['    at <anonymous> (/srv/a.js:1:2)', '', '/srv/a.js', 1, 2, true],
  ['    at /srv/app/(shop)/page.js:3:4', '', '/srv/app/(shop)/page.js', 3, 4, true],
  ['    at file:///srv/my%20app/main.mjs?v=2:7:11', '', '/srv/my app/main.mjs', 7, 11, true],
  ['    at async file:///srv/main.mjs:7:11', '', '/srv/main.mjs', 7, 11, true],
  ['    at run (file:///C:/app/main.mjs:7:11)', 'run', 'C:/app/main.mjs', 7, 11, true],
  ['    at run (C:\\app\\src\\main.js:7:11)', 'run', 'C:\\app\\src\\main.js', 7, 11, true],
  ['    at C:\\app\\node_modules\\pg\\index.js:7:11', '', 'C:\\app\\node_modules\\pg\\index.js', 7, 11, false],
  ['    at eval (eval at load (/srv/loader.js:12:5), <anonymous>:1:7)', 'eval', '/srv/loader.js', 12, 5, true],
  ['    at f (eval at g (eval at h (/srv/x.js:1:2), <anonymous>:3:4), <anonymous>:5:6)', 'f', '/srv/x.js', 1, 2, true],
  [
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    'process.processTicksAndRejections',
    'node:internal/process/task_queues',
    95,
    5,
    false,
  ],
  ['    at node:internal/main/run_main_module:28:49', '', 'node:internal/main/run_main_module', 28, 49, false],
  ['    at Array.map (<anonymous>)', 'Array.map', '<anonymous>', 0, 0, false],
  ['    at async Promise.all (index 0)', 'Promise.all', '', 0, 0, false],
  ['    at JSON.parse (native)', 'JSON.parse', 'native', 0, 0, false],
  ['    at Page (webpack-internal:///(rsc)/./app/page.tsx:9:11)', 'Page', 'webpack-internal:///(rsc)/./app/page.tsx', 9, 11, true],
  [
    '    at x (webpack-internal:///(rsc)/./node_modules/next/dist/x.js:9:11)',
    'x',
    'webpack-internal:///(rsc)/./node_modules/next/dist/x.js',
    9,
    11,
    false,
  ],
  ['    at f (/srv/a.js:12)', 'f', '/srv/a.js', 12, 0, true],
])('reads “%s”', (line, name, file, lineNumber, column, inApp) => {
  expect(parseFrame(line)).toEqual({ function: name, file, line: lineNumber, column, inApp, cause: 0 })
})

it('passes over messages, marks frames of causes and ends', () => {
  const stack = 'Error: at the end\nof the day\n    at a (/a.js:1:1)\nCaused by: TypeError: x\n    at b (/b.js:2:2)\n    … more frames'
  expect(parseStack(stack).map(({ function: name, cause }) => [name, cause])).toEqual([
    ['a', 0],
    ['b', 1],
  ])
  expect(parseStack('\n    at a (/a.js:1:1)'.repeat(1_000))).toHaveLength(50)
})
