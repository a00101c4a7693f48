import { describe, expect, it } from 'vitest'
import { createGeo } from './geo.ts'

describe('geo', () => {
  it('knows places of both families from the bundled files, and nothing of private addresses', () => {
    const geo = createGeo()
    expect(geo.locate('8.8.8.8').country).toBe('US')
    expect(geo.locate('2001:4860:4860::8888').country).toMatch(/^[A-Z]{2}$/)
    expect(geo.locate('193.99.144.80')).toMatchObject({ country: 'DE' })
    for (const address of ['10.0.0.1', '::1', 'not an address']) expect(geo.locate(address)).toEqual({ country: '', region: '', city: '' })
  })

  it('says so once when the operator’s file cannot be read, and goes on without places', () => {
    const problems: string[] = []
    const geo = createGeo({ file: '/nowhere.mmdb', onProblem: (message) => problems.push(message) })
    expect(geo.locate('8.8.8.8').country).toBe('')
    expect(geo.locate('8.8.4.4').country).toBe('')
    expect(problems).toHaveLength(1)
  })
})
