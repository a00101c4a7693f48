import { type Command, writeLine } from '../context.ts'
import { checkBrokenParts, checkDamage, checkDataFolder, checkNode, checkOwner, checkSharedMemory, checkThreadPool } from '../doctor/check-machine.ts'
import { checkServer } from '../doctor/check-server.ts'
import type { Finding } from '../doctor/finding.ts'
import { EXIT } from '../errors.ts'
import { createPaint, type Style } from '../output/style.ts'
import { plural } from '../output/units.ts'
import { connect } from '../server/connection.ts'

const MARK: Record<Finding['state'], { sign: string; style: Style }> = {
  ok: { sign: '✓', style: 'green' },
  note: { sign: '·', style: 'gray' },
  warning: { sign: '!', style: 'yellow' },
  problem: { sign: '✗', style: 'red' },
}

/** Looks at the machine, the data folder and the server; works when the server does not. Exit code 1 when there is a problem. */
export const doctor = (version: string) => (): Command => async (context, options) => {
  const connection = connect(context, options)
  const { dataFolder, url } = connection.address
  const findings = [
    checkNode(process.versions.node),
    checkThreadPool(context.env.UV_THREADPOOL_SIZE),
    ...(await checkDataFolder(dataFolder)),
    checkOwner(dataFolder),
    ...(await checkDamage(dataFolder)),
    ...(await checkBrokenParts(dataFolder)),
    await checkSharedMemory(),
    ...(await checkServer(connection, version, context.signal)),
  ]
  if (context.signal.aborted) return EXIT.interrupted
  const problems = findings.filter((finding) => finding.state === 'problem').length
  if (options.json) await writeLine(context.stdout, JSON.stringify({ ok: problems === 0, url, dataFolder, version, findings }))
  else {
    const paint = createPaint(context, context.stdout)
    for (const { state, message, fix } of findings) {
      await writeLine(context.stdout, `${paint(MARK[state].style, MARK[state].sign)} ${message}${fix === undefined ? '' : `\n    ${fix}`}`)
    }
    await writeLine(context.stdout, problems === 0 ? '\nNothing is wrong.' : `\n${plural(problems, 'problem')} found.`)
  }
  return problems === 0 ? EXIT.done : EXIT.failed
}
