import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFrames } from './frames.ts'
import { createSourceReader } from './source-lines.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heartwood-sources-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string | Buffer): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
const numbered = (count: number): string => Array.from({ length: count }, (_, n) => `line ${n + 1}`).join('\r\n')

describe('frames', () => {
  it('are those of the stack, with sources for those of the program', () => {
    const file = write('orders.js', numbered(20))
    const stack = `Error: x\n    at f (${file}:10:3)\n    at g (/srv/node_modules/pg/x.js:1:2)\n    at node:fs:3:4\nCaused by: TypeError: y\n    at h (${file}:1:1)`
    expect(createFrames(createSourceReader())(stack)).toEqual([
      {
        function: 'f',
        file,
        line: 10,
        column: 3,
        inApp: true,
        preContext: ['line 5', 'line 6', 'line 7', 'line 8', 'line 9'],
        contextLine: 'line 10',
        postContext: ['line 11', 'line 12', 'line 13', 'line 14', 'line 15'],
      },
      { function: 'g', file: '/srv/node_modules/pg/x.js', line: 1, column: 2, inApp: false },
      { file: 'node:fs', line: 3, column: 4, inApp: false },
      expect.objectContaining({ function: 'h', cause: 1, preContext: [], contextLine: 'line 1' }),
    ])
  })

  it('are none of a text without frames', () => {
    expect(createFrames(createSourceReader())('Error: x')).toBeUndefined()
  })

  it('show where each cause began before they show who called, and the lines of one place once', () => {
    const file = write('chain.js', numbered(100))
    const at = (...lines: number[]) => lines.map((line) => `    at f (${file}:${line}:1)\n`).join('')
    const frames = createFrames(createSourceReader())(
      `Error: x\n${at(1, 1, 2, 3, 4)}Caused by: Error: y\n${at(50, 1, 2)}Caused by: Error: z\n${at(60, 1)}`,
    )
    expect(frames?.filter((frame) => 'contextLine' in frame).map(({ line }) => line)).toEqual([1, 2, 50, 60])
  })

  it('show the sources of four at most', () => {
    const file = write('deep.js', numbered(100))
    const frames = createFrames(createSourceReader())(Array.from({ length: 10 }, (_, n) => `    at f (${file}:${n + 1}:1)`).join('\n')) ?? []
    expect(frames.filter((frame) => 'contextLine' in frame)).toHaveLength(4)
  })
})

describe('sources', () => {
  it('are not read where there is nothing to read', () => {
    const reader = createSourceReader({ maxFileBytes: 1_000 })
    const around = (file: string, line = 1) => reader.around(file, line, 1)
    expect(around(write('large.js', 'x'.repeat(1_001)))).toBeUndefined()
    expect(around(write('binary.node', Buffer.from('MZ\0\0')))).toBeUndefined()
    expect(around(write('short.js', 'one'), 2)).toBeUndefined()
    for (const file of [
      join(folder, 'missing.js'),
      folder,
      '/dev/zero',
      'node:fs',
      'webpack-internal:///./a.js',
      'relative.js',
      '//host/share/a.js',
    ]) {
      expect(around(file)).toBeUndefined()
    }
  })

  it('show what stands around the place in a long line', () => {
    const file = write('minified.js', `${'a'.repeat(5_000)}HERE${'b'.repeat(5_000)}`)
    const { contextLine } = createSourceReader().around(file, 1, 5_001) ?? { contextLine: '' }
    expect(contextLine).toMatch(/^…a+HEREb+…$/)
    expect(contextLine.length).toBeLessThan(210)
  })

  it('are read once, and forgotten when there are too many', () => {
    const reader = createSourceReader({ maxFiles: 2 })
    const [first, second, third] = ['1.js', '2.js', '3.js'].map((name) => write(name, 'as it was'))
    const read = (file = '') => reader.around(file, 1, 1)?.contextLine
    read(first)
    read(second)
    for (const file of [first, second]) writeFileSync(file ?? '', 'changed')
    expect([read(second), read(first)]).toEqual(['as it was', 'as it was'])
    read(third)
    expect([read(first), read(second)]).toEqual(['as it was', 'changed'])
  })

  it('take no more memory than they may: the last read stay', () => {
    const reader = createSourceReader({ maxBytes: 10_000 })
    const files = ['a.js', 'b.js', 'c.js'].map((name) => write(name, 'x'.repeat(3_000)))
    for (const file of files) reader.around(file, 1, 1)
    for (const file of files) writeFileSync(file, 'changed')
    expect(files.map((file) => reader.around(file, 1, 1)?.contextLine === 'changed')).toEqual([true, true, false])
  })
})
