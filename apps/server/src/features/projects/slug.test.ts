import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toSlug } from './slug.ts'

describe('toSlug', () => {
  it.each([
    ['My Shop', 'my-shop'],
    ['Größe & Maß', 'grosse-mass'],
    ['Łódź / Ørsted', 'lodz-orsted'],
    ['हिन्दी भाषा', 'हिन्दी-भाषा'],
    ['ガイド', 'ガイド'],
    ['Магазин №5', 'магазин-no5'],
    ['42', 'project-42'],
    ['🔥', 'project'],
    ['../../etc', 'etc'],
    ["'; drop table --", 'drop-table'],
  ])('turns %j into %j', (name, slug) => {
    expect(toSlug(name)).toBe(slug)
  })

  it('always gives something short that is no id and needs no quoting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (name) => {
        const slug = toSlug(name)
        expect(slug).toMatch(/^[\p{L}\p{M}\p{N}-]+$/u)
        expect(slug).not.toMatch(/^\d+$/)
        expect(slug).not.toMatch(/^-|-$/)
        expect([...slug].length).toBeLessThanOrEqual(68)
        expect(toSlug(slug)).toBe(slug)
      }),
    )
  })
})
