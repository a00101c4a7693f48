import { expect, it } from 'vitest'
import { toCsv } from './download.ts'

it('writes CSV that spreadsheets read back and never run', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        ['1', 'x,"y"\nz'],
        ['=HYPERLINK(1)', '-5'],
      ],
    ),
  ).toBe('a,b\r\n1,"x,""y""\nz"\r\n\'=HYPERLINK(1),-5\r\n')
})
