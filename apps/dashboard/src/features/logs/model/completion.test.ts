import { expect, it } from 'vitest'
import { completionPlace } from './completion.ts'

it('knows whether the caret is in a name, in a value of a name, or where nothing can be offered', () => {
  const at = (text: string) => completionPlace(text.replace('|', ''), text.indexOf('|'))
  expect(at('|')).toEqual({ kind: 'name', from: 0, to: 0, text: '' })
  expect(at('timeout ser|')).toEqual({ kind: 'name', from: 8, to: 11, text: 'ser' })
  expect(at('service:|')).toEqual({ kind: 'value', field: 'service', from: 8, to: 8, text: '' })
  expect(at('service:ch|eck x')).toEqual({ kind: 'value', field: 'service', from: 8, to: 13, text: 'ch' })
  expect(at('"order id":"a b|"')).toEqual({ kind: 'value', field: 'order id', from: 11, to: 16, text: 'a b' })
  expect(at('(|')).toEqual({ kind: 'name', from: 1, to: 1, text: '' })
  expect(at('"a phr|ase"')).toBeUndefined()
})
