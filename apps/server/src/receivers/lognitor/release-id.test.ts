import fc from 'fast-check'
import { expect, it } from 'vitest'
import { releaseIdOf, versionOfRelease } from './release-id.ts'

it('reads the version out of an id of ours, whatever it is, and nothing out of others', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (version) => {
      const id = releaseIdOf(version)
      expect(id).toMatch(/^rel_[\w-]+$/)
      if (Buffer.byteLength(version) <= 90) expect(versionOfRelease(id)).toBe(version)
      expect(versionOfRelease(`rel_${version}`)).toBeUndefined()
    }),
  )
})
