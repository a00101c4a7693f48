// Prints the SDK's counts as the very last thing, after its own work at exit. Synchronous: what a pipe takes later is lost at exit.
import { writeSync } from 'node:fs'

export const say = (line) => writeSync(1, `${line}\n`)
export const printStats = (stats) => say(`STATS ${JSON.stringify(stats())}`)
export const printStatsAtExit = (stats) => process.on('exit', () => printStats(stats))
