import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heartwood-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Another process that tries to take the folder when it gets a line, says how that went, and stays. */
const starter = (): { child: ChildProcess; answer: Promise<string> } => {
  const script = `
    const { lockFolder } = await import(${JSON.stringify(new URL('folder-lock.ts', import.meta.url).href)})
    console.log('ready')
    process.stdin.once('data', () => {
      try { lockFolder(${JSON.stringify(folder)}); console.log('has it') } catch (error) { console.log(error.code) }
    })`
  const child = spawn(process.execPath, ['--conditions=@heartwood/source', '--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const answer = new Promise<string>((resolve) => {
    lines.on('line', (line) => (line === 'ready' ? child.stdin.write('go\n') : resolve(line)))
  })
  return { child, answer }
}

describe('the lock of a folder', () => {
  it('goes to one of several that start at once behind an owner that was killed, and its message names the one', async () => {
    // What a killed process of another container leaves.
    writeFileSync(join(folder, 'heartwood.lock'), JSON.stringify({ pid: 1, host: 'another-container' }))
    writeFileSync(join(folder, 'folder.lock'), '')
    const starters = [starter(), starter(), starter()]
    try {
      const answers = await Promise.all(starters.map(({ answer }) => answer))
      expect(answers.toSorted()).toEqual(['data-folder-locked', 'data-folder-locked', 'has it'])
      const winner = starters[answers.indexOf('has it')]?.child
      expect(() => lockFolder(folder)).toThrow(`process ${winner?.pid} on `)
      const gone = once(winner as ChildProcess, 'exit')
      winner?.kill('SIGKILL')
      await gone
      lockFolder(folder).release()
    } finally {
      for (const { child } of starters) child.kill('SIGKILL')
    }
  })

  it('is taken once in one process too, and can be taken again when it was given back', () => {
    const lock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow('in use')
    lock.release()
    expect(existsSync(join(folder, 'heartwood.lock'))).toBe(false)
    lockFolder(folder).release()
    expect(() => lockFolder(join(folder, 'absent'))).toThrow('cannot be written')
  })
})
