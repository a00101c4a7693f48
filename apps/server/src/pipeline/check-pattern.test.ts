import { describe, expect, it } from 'vitest'
import { checkPattern } from './check-pattern.ts'
import { PATTERN_WINDOW } from './redaction.ts'

const GOOD = [
  '[\\w.+-]+@[\\w-]+\\.[\\w.]+',
  '\\b\\d{13,19}\\b',
  '\\b(?:\\d[ -]?){13,16}\\b',
  '(?:[0-9]{1,3}\\.){3}[0-9]{1,3}',
  'Bearer [A-Za-z0-9._-]+',
  'eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+',
  'password=\\S+',
  'sk_(?:live|test)_\\w+',
  '(?:foo|bar)+x',
  '\\d+@',
  '.*secret.*',
]
const BAD = ['(a+)+$', '(a|a)*x', '(a|b)*(a|b)*x', '\\w*\\w*\\w*x', 'a.*b.*c', '(?:a?){30}a', '(?:(?:a+b)+c)+', '(a)\\1', '(?=a)b', '[', '', 'x*']

describe('checkPattern', () => {
  it.each(GOOD)('takes %s', (source) => expect(checkPattern(source)).toBeUndefined())
  it.each(BAD)('refuses %j and says why', (source) => expect(checkPattern(source)).toMatch(/\w+/))

  it('lets nothing pass that is slow on texts made to be slow', () => {
    for (const source of GOOD) {
      for (const unit of ['a', '1', 'a.', '1 ', 'foo', '1.', 'aé', '-']) {
        const text = unit.repeat(PATTERN_WINDOW / unit.length)
        const start = performance.now()
        text.replace(new RegExp(source, 'gu'), '')
        expect(performance.now() - start).toBeLessThan(1_000)
      }
    }
  })
})
