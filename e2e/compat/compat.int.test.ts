import { afterAll } from 'vitest'
import { tryLognitor } from './lognitor/lognitor.ts'
import { tryOutages } from './outages.ts'
import { printScoreboard } from './support/scoreboard.ts'
import { tryTimberlogs } from './timberlogs/timberlogs.ts'
import { tryTraceHub } from './tracehub/tracehub.ts'

// Published clients of other systems, unchanged, against the built server. One file, so that one table stands at the end.
afterAll(printScoreboard)
tryLognitor()
tryTimberlogs()
tryTraceHub()
tryOutages()
