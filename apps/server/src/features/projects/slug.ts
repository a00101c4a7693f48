const MAX_LENGTH = 60

/** Letters that Unicode does not take apart into a Latin letter and a mark. */
const LATIN: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i', ħ: 'h' }

/**
 * A short name for URLs and command lines: Latin letters without marks, letters of other scripts as they are, words joined by hyphens.
 * Never only digits, because those mean the id of a project.
 */
export function toSlug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[ßæœøđðłþıħ]/g, (letter) => LATIN[letter] ?? letter)
  const words = plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  const slug = [...words.join('-')].slice(0, MAX_LENGTH).join('').replace(/-+$/, '')
  if (slug === '') return 'project'
  return /^\d+$/.test(slug) ? `project-${slug}` : slug
}
