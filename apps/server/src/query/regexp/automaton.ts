import { type CharSet, type Edge, type Regexp, SCRIPTS } from './syntax.ts'

type Step =
  | { is: 'char'; test: (point: number) => boolean; next: number }
  | { is: 'split'; next: number; other: number }
  | { is: 'edge'; at: Edge; next: number }
  | { is: 'match' }

/**
 * Whether a text contains a match, in time linear in its length whatever the pattern is: live tails run patterns of strangers
 * on the thread that decodes events, where JavaScript's own engine could be made to hang.
 */
export function compileAutomaton(regexp: Regexp): (text: string) => boolean {
  const steps: Step[] = []
  const add = (step: Step): number => steps.push(step) - 1
  /** Builds backwards: each part is made knowing the step that follows it. */
  const build = (node: Regexp, next: number): number => {
    switch (node.is) {
      case 'chars':
        return add({ is: 'char', test: compileSet(node.set), next })
      case 'edge':
        return add({ is: 'edge', at: node.at, next })
      case 'sequence':
        return node.items.reduceRight((after, item) => build(item, after), next)
      case 'choice':
        return node.items.map((item) => build(item, next)).reduceRight((other, one) => add({ is: 'split', next: one, other }))
      case 'repeat': {
        let entry = next
        if (node.max === Number.POSITIVE_INFINITY) {
          const loop = add({ is: 'split', next, other: next })
          steps[loop] = { is: 'split', next: build(node.item, loop), other: next }
          entry = loop
        } else {
          for (let i = node.min; i < node.max; i++) entry = add({ is: 'split', next: build(node.item, entry), other: next })
        }
        for (let i = 0; i < node.min; i++) entry = build(node.item, entry)
        return entry
      }
    }
  }
  const start = build(regexp, add({ is: 'match' }))
  return (text) => run(steps, start, text)
}

function run(steps: readonly Step[], start: number, text: string): boolean {
  const seen = new Int32Array(steps.length).fill(-1)
  let current: number[] = []
  const stack: number[] = []
  /** Follows what needs no character. @returns whether the end was reached. */
  const enter = (list: number[], from: number, at: number): boolean => {
    stack.push(from)
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (seen[index] === at) continue
      seen[index] = at
      const step = steps[index]
      if (!step) continue
      if (step.is === 'match') {
        stack.length = 0
        return true
      }
      if (step.is === 'char') list.push(index)
      else if (step.is === 'split') stack.push(step.other, step.next)
      else if (isAt(step.at, text, at)) stack.push(step.next)
    }
    return false
  }
  if (enter(current, start, 0)) return true
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at) ?? 0
    at += point > 0xffff ? 2 : 1
    const following: number[] = []
    for (const index of current) {
      const step = steps[index]
      if (step?.is === 'char' && step.test(point) && enter(following, step.next, at)) return true
    }
    if (enter(following, start, at)) return true
    current = following
  }
  return false
}

const isWordUnit = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f || (unit >= 0x61 && unit <= 0x7a)

function isAt(edge: Edge, text: string, at: number): boolean {
  if (edge === 'start') return at === 0
  if (edge === 'end') return at === text.length
  if (edge === 'line-start') return at === 0 || text.charCodeAt(at - 1) === 0x0a
  if (edge === 'line-end') return at === text.length || text.charCodeAt(at) === 0x0a
  const between = isWordUnit(text.charCodeAt(at - 1)) !== isWordUnit(text.charCodeAt(at))
  return edge === 'word' ? between : !between
}

function compileSet(set: CharSet): (point: number) => boolean {
  const { ranges, negated } = set
  const classes = set.classes.map(({ name, negated }) => {
    const property = SCRIPTS.has(name) ? `Script=${name}` : name
    return new RegExp(`^\\${negated ? 'P' : 'p'}{${property}}$`, 'u')
  })
  const [only] = ranges
  if (only && ranges.length === 1 && classes.length === 0) {
    const [first, last] = only
    return negated ? (point) => point < first || point > last : (point) => point >= first && point <= last
  }
  return (point) => {
    for (const [first, last] of ranges) if (point >= first && point <= last) return !negated
    if (classes.length > 0) {
      const char = String.fromCodePoint(point)
      for (const one of classes) if (one.test(char)) return !negated
    }
    return negated
  }
}
