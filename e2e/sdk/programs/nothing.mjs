// Imports the package and does not call `init`: nothing may happen.
import { error, info, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

printStatsAtExit(stats)
info('into the void')
error(new Error('likewise'))
