// As emit.mjs, the way a CommonJS program does it.
const { writeSync } = require('node:fs')
const { info, init, stats } = require('@heartwood/node')

init({ service: 'emit-cjs' })
process.on('exit', () => writeSync(1, `STATS ${JSON.stringify(stats())}\n`))
info('event 0', { n: 0 })
