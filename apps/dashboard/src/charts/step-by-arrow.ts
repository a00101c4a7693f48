/** The bucket that an arrow key leads to, from the last one where none is chosen; undefined for other keys. */
export function stepByArrow(key: string, current: number | undefined, count: number): number | undefined {
  const step = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0
  if (step === 0) return undefined
  return Math.min(count - 1, Math.max(0, current === undefined ? count - 1 : current + step))
}
