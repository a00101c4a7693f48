import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { expectAccounts } from './accounts.ts'
import { NODES, peers, preparePeers, runProgram, useFakeServer } from './harness.ts'

const server = useFakeServer()

describe.skipIf(!preparePeers()).each(NODES)('on $name', ({ node }) => {
  it('two copies of the package have one client, one scope and one eye on errors', async () => {
    const other = mkdtempSync(join(tmpdir(), 'heartwood-copy-'))
    try {
      cpSync(realpathSync(join(peers, 'node_modules/@heartwood/node')), other, { recursive: true })
      const result = await runProgram('two-copies.mjs', { env: server.env, node, args: [pathToFileURL(join(other, 'dist/index.js')).href] })
      expect(result.code).toBe(1)
      expectAccounts(server, result, { captured: 4, sent: 4 })
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
    expect(server.events()).toMatchObject([
      { message: 'event 0', service: 'twice' },
      { message: 'event 1', service: 'twice' },
      { message: 'event 2', userId: 'u-1' },
      { level: 'fatal', error: { message: 'told once' } },
    ])
  })

  it('import and require in one program have one client and one scope', async () => {
    const result = await runProgram('esm-and-cjs.mjs', { env: server.env, node })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expectAccounts(server, result, { captured: 4, sent: 4 })
    expect(server.events()).toMatchObject([
      { message: 'event 0' },
      { message: 'event 1' },
      { message: 'event 2', userId: 'u-1' },
      { message: 'event 3', attributes: { from: 'before init' } },
    ])
  })

  it('workers deliver what is theirs and keep nothing alive', async () => {
    const result = await runProgram('workers.mjs', { env: server.env, node })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const counts = [...result.stdout.matchAll(/^STATS (.*)$/gm)].map(([, json = '{}']) => JSON.parse(json))
    expect(counts).toHaveLength(3)
    for (const stats of counts) expect(stats).toMatchObject({ captured: 10, sent: 10, buffered: 0 })
    expect(server.events()).toHaveLength(30)
    expect(server.repeated()).toEqual([])
  })
})
