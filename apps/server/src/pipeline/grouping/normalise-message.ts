/** Longer texts do not tell errors apart any better. */
const MAX_LENGTH = 1_000

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '<uuid>'],
  [/\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?/gi, '<time>'],
  [/0x[0-9a-f]+/gi, '<hex>'],
  [/(?<![\w-])(?=[0-9a-f]*\d)[0-9a-f]{8,}(?![\w-])/gi, '<hex>'],
  // Only quotes that stand before and behind whole words: `can't` opens nothing.
  [/(?<![\w'])'[^'\n]{0,200}'(?!\w)/g, '<text>'],
  [/(?<!\w)"[^"\n]{0,200}"(?!\w)/g, '<text>'],
  [/`[^`\n]{0,200}`|“[^”\n]{0,200}”|‘[^’\n]{0,200}’/g, '<text>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
]

/** A message without what changes from one occurrence to the next: ids, numbers, times, addresses, quoted texts; in lower case. */
export function normaliseMessage(message: string): string {
  let text = message.length > MAX_LENGTH ? message.slice(0, MAX_LENGTH) : message
  for (const [pattern, mark] of REPLACEMENTS) text = text.replace(pattern, mark)
  return text.trim().toLowerCase()
}
