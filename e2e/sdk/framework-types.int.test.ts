import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { peers, preparePeers } from './harness.ts'

describe.runIf(preparePeers())('Types of the Node SDK', () => {
  it('fit those of NestJS, Next and OpenTelemetry in a strict program', () => {
    const target = join(peers, 'programs/consumer')
    cpSync(join(import.meta.dirname, 'programs/consumer'), target, { recursive: true })
    const tsc = join(peers, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', join(target, 'tsconfig.frameworks.json')], { encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})
