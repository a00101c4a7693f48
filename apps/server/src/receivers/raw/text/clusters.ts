import { levelInText, levelOfWord } from '../../native/decode-levels.ts'
import { CAPITALS, DIGITS, type LineReader, present } from './reading.ts'
import { readTagged } from './tagged.ts'

const BGL =
  /^(\S{1,40}) (\d{9,10}) (\d{4}\.\d\d\.\d\d) (\S{1,60}) (\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d{6}) (\S{1,60}) ([A-Z]{1,20}) ([A-Z_]{1,30}) ([A-Z]{1,12}) ?/
const BGL_LEVELS: { [word: string]: 'fatal' | 'error' | 'warn' } = { FAILURE: 'fatal', SEVERE: 'error', WARNING: 'warn' }
const NODE = /^(\S{1,40}) (\d{9,10}) (\d{4}\.\d\d\.\d\d) (\S{1,60}) ([A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d) (\S{1,100}) ?/
const HPC = /^(\d{1,10}) ([\w.-]{1,60}) ([\w.-]{1,60}) ([\w.-]{1,60}) (\d{9,10}) (\d) /

/** Machines of the large compute clusters: BlueGene/L, Thunderbird (Spirit, Liberty), and the HPC cluster of Los Alamos. All carry the epoch. */
export const clusterReader: LineReader = {
  name: 'compute cluster',
  dated: false,
  first: `-${DIGITS}${CAPITALS}`,
  read(line) {
    const head = line.length > 500 ? line.slice(0, 500) : line
    const bgl = BGL.exec(head)
    if (bgl) {
      const fraction = Number((bgl[5] ?? '').slice(-6))
      const word = bgl[9] ?? ''
      return {
        time: Number(bgl[2]) * 1e6 + fraction,
        level: BGL_LEVELS[word] ?? levelOfWord(word),
        message: line.slice(bgl[0].length),
        host: bgl[4],
        service: bgl[8]?.toLowerCase(),
        attributes: present({ alert: bgl[1] === '-' ? undefined : bgl[1], facility: bgl[7] }),
      }
    }
    const node = NODE.exec(head)
    if (node) {
      const event = readTagged(line.slice(node[0].length), Number(node[2]) * 1e6)
      event.host = node[4]
      event.level = levelInText(event.message)
      if (node[1] !== '-') event.attributes.alert = node[1]
      return event
    }
    const hpc = HPC.exec(head)
    if (!hpc) return undefined
    const message = line.slice(hpc[0].length)
    const attributes = present({ 'log.id': hpc[1], state: hpc[4], flag: Number(hpc[6]) })
    return { time: Number(hpc[5]) * 1e6, level: levelInText(message), message, host: hpc[2], service: hpc[3], attributes }
  },
}
