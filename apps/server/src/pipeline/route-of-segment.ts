const ID = ':id'
const UUID = /[{(]?\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b[)}]?/gi
/** Whole numbers, dates, coordinates, lists of ids: digits and what stands between them. */
const NUMERIC = /^[+-]?\d[\d.,:;_+-]*$/
const MOMENT = /^\d{4}-?\d\d-?\d\dT\d\d/
const VERSION = /^(?:v?\d{1,2}(?:\.\d{1,3}){1,2}|v\d{1,3}(?:p\d+)?(?:(?:alpha|beta|rc)\d*)?)$/i
const EMAIL = /^[^@]+@[^@]+\.[a-z]{2,63}$/i
const SHORT_WORD = /^[A-Za-z_-]{0,7}$/
/** `;jsessionid=…`, of which servers of Java put one behind any part of a path. */
const PARAMETERS = /;[\w.-]+=.*$/
/** `Users(42)`, `Users('ann')`. */
const KEYED = /\((?:\d+|'[^']*')\)$/
/** Words in which a number stands for no one of many. */
const STANDARD = /^(?:sha|aes|rfc|iso|utf|base|win|arm|amd|ipv|ed25519$|x509$|x86$|x64$|h26[345]$|[ehpr]s(?:256|384|512)$|p(?:256|384|521)$)/i
const FILE = /^(.+?)((?:\.(?:min|chunk|bundle|module|d))?\.[a-z][a-z0-9]{0,4}(?:\.(?:map|gz|br|zst))?)$/i
/** What bundlers put behind a name: eight characters of base64url, which need not have a digit. */
const BUILD = /([-.])([\w-]{8})$/
const CODE = /\.(?:m?js|css)(?:\.|$)/i
const COUNTED = /^([a-z]{1,24})([-_.:])(\w+)$/i
/** Longest text without a break that may be a word. */
const WORD = 40

/** What a part of a path between slashes is in a route: itself, `:id`, `:email`, or its words around `:id`. */
export function segmentOfRoute(segment: string): string {
  if (SHORT_WORD.test(segment)) return segment
  const bare = segment.includes(';') ? segment.replace(PARAMETERS, '') : segment
  const text = bare.includes('%') ? decoded(bare) : bare
  const route = normalised(text)
  return route === text ? bare : route
}

function normalised(text: string): string {
  if (VERSION.test(text)) return text
  if (text.includes('@') && EMAIL.test(text)) return ':email'
  if (text.endsWith(')') && KEYED.test(text)) return text.replace(KEYED, `(${ID})`)
  if (NUMERIC.test(text) || MOMENT.test(text) || isId(text)) return ID
  const file = FILE.exec(text)
  if (file?.[1] !== undefined && file[2] !== undefined) return fileName(file[1], file[2])
  const named = text.replace(UUID, ID)
  if (named !== text) return shortened(named)
  const counted = COUNTED.exec(text)
  if (counted?.[1] !== undefined && counted[2] !== undefined && counted[3] !== undefined) return countedName(text, counted[1], counted[2], counted[3])
  return isSlugOfOne(text) ? ID : text
}

/** `order-12345`, `ord_8fj39fk20d`: the word says of what, what stands behind it which one. */
function countedName(text: string, word: string, between: string, which: string): string {
  const digits = between === '_' || between === ':' ? 1 : 2
  const id = /^\d+$/.test(which) ? which.length >= digits : isId(which) || (between === '_' && isRandom(which))
  if (id && !isId(word)) return word + between + ID
  return isSlugOfOne(text) ? ID : text
}

/** A title or an unbroken secret with an id in it (`red-shoes-10429`, `42-red-shoes`, `aB3-9fk2Lm0Q-x`): all of it says which one. */
function isSlugOfOne(text: string): boolean {
  if (/^\d{2,}[-_]\D/.test(text)) return true
  const parts = text.split(/[-_.~+=:,]/)
  return parts.length > 1 && (/^\d{3,}$/.test(parts.at(-1) ?? '') || parts.some((part) => part.length >= 7 && isId(part)))
}

function fileName(stem: string, extension: string): string {
  const build = BUILD.exec(stem)
  if (build?.[1] !== undefined && build[2] !== undefined && isBuild(build[2], CODE.test(extension))) {
    return nameParts(stem.slice(0, build.index)) + build[1] + ID + extension
  }
  return nameParts(stem) + extension
}

const nameParts = (stem: string): string =>
  shortened(
    stem
      .replace(UUID, ID)
      .split(/([-_.~+@]|:id)/)
      .map((part) => (/^\d{3,}$/.test(part) || (part.length >= 5 && isId(part) && !/^\d+x\d+$/.test(part)) ? ID : part))
      .join(''),
  )

const shortened = (name: string): string => name.replace(/:id(?:[-_.~+@]?:id)+/g, ID)

function isBuild(hash: string, code: boolean): boolean {
  if (/[-_]/.test(hash)) return code && /[a-z0-9]/.test(hash) && /[A-Z]/.test(hash)
  return isId(hash) || (code && /.[A-Z]/.test(hash) && /[a-z0-9]/.test(hash)) || (/\d/.test(hash) && /[a-z]/.test(hash) && /[A-Z]/.test(hash))
}

/** Whether text without breaks is no word: hex, or letters and digits as no word mixes them. */
function isId(text: string): boolean {
  if (text.length < 4 || !/^(?:0x)?[A-Za-z0-9]+$/.test(text)) return text.length > WORD && !/[-_.]/.test(text)
  const digits = text.replace(/\D/g, '').length
  const hex = /^(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)
  if (digits === 0) return (hex && text.length >= 8) || text.length > WORD || (text.length >= 16 && islands(text) >= 2)
  if (VERSION.test(text) || STANDARD.test(text)) return text.length >= 24
  if (hex && (text.length >= 8 || (text.length >= 6 && digits >= 2) || (text.length === 7 && changes(text) === 2))) return true
  if (/^\d{2,}[a-z]/i.test(text) || /^[a-z]+\d{3,}$/i.test(text)) return true
  const mixed = changes(text)
  if (text.length >= 16 && (islands(text) >= 1 || !/[a-z]/.test(text))) return true
  return digits >= 2 && text.length >= 5 && (mixed >= 3 || (mixed === 2 && (text.length < 8 || text.length >= 10)))
}

/** Behind a prefix such as `ord_` less is enough: digits, or more consonants in a row than words have. */
const isRandom = (text: string): boolean =>
  text.length >= 4 && (changes(text) >= 2 || (text.length >= 8 && (/\d/.test(text) || /[b-df-hj-np-tv-xz]{5}/i.test(text))))

/** How often letters and digits take turns. */
const changes = (text: string): number => text.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0

/** Small letters alone among capitals, which no writing of words has twice. */
const islands = (text: string): number => text.match(/[A-Z][a-z](?=[A-Z]|$)/g)?.length ?? 0

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
