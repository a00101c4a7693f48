import { readFileSync } from 'node:fs'

/** Whether there is a process of this number, whoever it belongs to. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Start of a process in ticks since the system began; `''` where the system does not tell, `ended` for a zombie. */
export const beganOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program stands in parentheses and may hold anything; behind it the state is the first field and the start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // One that was killed stays in the list until its parent asks for it, which in containers may be never: it holds nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '')
  } catch {
    return ''
  }
}
