import { spawn } from 'node:child_process'
import { launcher, type RunningServer } from './server.ts'

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `heartwood …` as a person beside the server's data folder would. */
export function heartwood(
  server: Pick<RunningServer, 'dataFolder'>,
  args: string[],
  options: { input?: string | Buffer; node?: string } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.node ?? process.execPath, [launcher, ...args, '--data', server.dataFolder], { stdio: ['pipe', 'pipe', 'pipe'] })
    const result: CommandResult = { code: null, stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      result.stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      result.stderr += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...result, code }))
    child.stdin.end(options.input ?? '')
  })
}
