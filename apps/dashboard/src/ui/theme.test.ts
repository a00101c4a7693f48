import { LEVELS } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { dark, light, type Palette } from './theme.ts'

/** `map` over three numbers gives three, which its type does not say: hence the casts below. */
type Rgb = readonly [number, number, number]
const toLinear = (hex: string): Rgb =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(toLinear(a)), luminance(toLinear(b))]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** CIE L*a*b*, where distance is about what an eye sees. */
function toLab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const [x, y, z] = [
    f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    f(0.2126 * r + 0.7152 * g + 0.0722 * b),
    f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ]
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
const distance = (a: Rgb, b: Rgb): number => {
  const [x, y] = [toLab(a), toLab(b)]
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2])
}

/** Machado, Oliveira and Fernandes 2009, severity 1. */
const EYES: Record<string, readonly Rgb[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  greyscale: [
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
  ],
}
const seenBy = (matrix: readonly Rgb[], colour: string): Rgb => {
  const [r, g, b] = toLinear(colour)
  return matrix.map((row) => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b))) as unknown as Rgb
}

describe.each([
  ['light', light],
  ['dark', dark],
] as [string, Palette][])('the %s scheme', (_, palette) => {
  it('has text that can be read (AA) on every ground it stands on', () => {
    for (const ground of ['ground', 'surface', 'hover'] as const) {
      for (const name of ['text', 'muted', 'accent', 'danger', 'ok'] as const) {
        expect(contrast(palette[name], palette[ground]), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
      for (const level of LEVELS) expect(contrast(palette.level[level], palette[ground]), `${level} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
    const pairs = [
      ['onAccent', 'accent'],
      ['onAccent', 'accentHover'],
      ['onDanger', 'danger'],
      ['onDanger', 'dangerHover'],
      ['accent', 'accentSoft'],
      ['text', 'warnSoft'],
      ['text', 'dangerSoft'],
    ] as const
    for (const [text, ground] of pairs) expect(contrast(palette[text], palette[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
  })

  it('has levels that stay apart as bars in greyscale and for colour-blind eyes', () => {
    for (const [eyes, matrix] of Object.entries(EYES)) {
      for (const [index, a] of LEVELS.entries()) {
        for (const b of LEVELS.slice(index + 1)) {
          expect(distance(seenBy(matrix, palette.bar[a]), seenBy(matrix, palette.bar[b])), `${a} and ${b} in ${eyes}`).toBeGreaterThanOrEqual(7)
        }
      }
    }
  })
})
