import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who writes and takes files of a spool folder: one client in one process, told apart from all others that share the folder.
 * As text: `<machine>p<pid>s<start>r<random>`; the machine is a hash of host name, boot and pid namespace, so that pids are compared
 * only where they mean the same thing.
 */
export interface Writer {
  readonly machine: string
  readonly pid: number
  /** When the process began, in ticks since boot; `0` where the system does not say. A pid that is used again has another one. */
  readonly start: string
  readonly random: string
}

const FORM = /^([0-9a-f]{8})p(\d{1,10})s(\d{1,20})r([0-9a-f]{12})$/

export const formatWriter = ({ machine, pid, start, random }: Writer): string => `${machine}p${pid}s${start}r${random}`

export const tryParseWriter = (text: string): Writer | undefined => {
  const [, machine, pid, start, random] = FORM.exec(text) ?? []
  if (machine === undefined || pid === undefined || start === undefined || random === undefined) return undefined
  return { machine, pid: Number(pid), start, random }
}

const tryRead = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

/** Field 22 of /proc/PID/stat; the name of the program before it may hold spaces and parentheses. */
const startOf = (pid: number): string | undefined => {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

export const createWriter = (): Writer => {
  const boot = tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
  const namespace = tryRead(() => readlinkSync('/proc/self/ns/pid'))
  return {
    machine: createHash('sha256').update(`${hostname()}\n${boot}\n${namespace}`).digest('hex').slice(0, 8),
    pid: process.pid,
    start: startOf(process.pid) ?? '0',
    random: randomBytes(6).toString('hex'),
  }
}

/** Whether the writer's process is certainly gone. False also means: it cannot be told from here, as with a process of another container. */
export const isGone = (writer: Writer, self: Writer): boolean => {
  if (writer.machine !== self.machine) return false
  if (writer.pid === self.pid) return writer.start !== self.start
  try {
    process.kill(writer.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  const start = startOf(writer.pid)
  return start !== undefined && writer.start !== '0' && start !== writer.start
}
