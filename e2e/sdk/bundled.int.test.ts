import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { installPrograms, NODES, peers, preparePeers, runProgram, useFakeServer } from './harness.ts'

const server = useFakeServer()
const folder = join(peers, 'programs/bundled')

/** @returns the program's name */
const bundle = (format: 'esm' | 'cjs'): string => {
  const file = `main.${format === 'esm' ? 'mjs' : 'cjs'}`
  const options = ['--bundle', '--platform=node', '--sourcemap', '--log-level=error', `--format=${format}`, `--outfile=${join(folder, file)}`]
  installPrograms()
  execFileSync(process.execPath, [join(peers, 'node_modules/esbuild/bin/esbuild'), join(folder, 'main.ts'), ...options])
  return `bundled/${file}`
}

describe.runIf(preparePeers())('a program that esbuild has bundled', () => {
  it.each(['esm', 'cjs'] as const)('as %s sends to its end, and with its source map errors are at the lines that were written', async (format) => {
    const file = bundle(format)
    for (const { node } of NODES) {
      const events = server.events().length
      const result = await runProgram(file, { node, nodeOptions: ['--enable-source-maps'], env: { ...server.env, HEARTWOOD_CALLER_INFO: 'true' } })
      expect(result).toMatchObject({ code: 3, stdout: '', stderr: '' })
      const said = server.events().slice(events)
      const [started, failed] = said
      expect(started).toMatchObject({ message: 'started' })
      expect(said.map(({ attributes }) => [attributes?.['code.file.path'], attributes?.['code.line.number']])).toEqual(
        [6, 10, 11, 12].map((line) => [join(folder, 'main.ts'), line]),
      )
      expect(failed?.error).toMatchObject({
        type: 'TypeError',
        stack: expect.stringContaining(`at placeOrder (${join(folder, 'place-order.ts')}:8:26)`),
      })
      expect((failed?.detail?.frames as object[] | undefined)?.slice(0, 2)).toMatchObject([
        {
          function: 'placeOrder',
          file: join(folder, 'place-order.ts'),
          line: 8,
          inApp: true,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the line of the source
          contextLine: '  if (lines === 0) throw new TypeError(`${id} is empty`)',
        },
        { file: join(folder, 'main.ts'), line: 8, inApp: true, contextLine: "  placeOrder({ id: 'A-1', lines: 0 })" },
      ])
    }
  })
})
