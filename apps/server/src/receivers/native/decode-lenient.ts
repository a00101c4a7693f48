const QUOTE = 34
const BACKSLASH = 92

const isNameCode = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95

/** Index behind the closing quote of the string that opens at `at`; the end of the text when it is never closed. */
export const endOfString = (text: string, at: number): number => {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slash = quote - 1
    while (text.charCodeAt(slash) === BACKSLASH && slash > at) slash--
    if ((quote - 1 - slash) % 2 === 0) return quote + 1
  }
  return text.length
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: raw control characters in texts are what this looks for
const CONTROL = /[\u0000-\u001f]/g
const escapeControl = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Length of `NaN`, `Infinity` or `-Infinity` as a whole word at `at`, else 0. */
const bareWord = (text: string, at: number): number => {
  const word = text.startsWith('NaN', at) ? 3 : text.startsWith('Infinity', at) ? 8 : text.startsWith('-Infinity', at) ? 9 : 0
  return word > 0 && !isNameCode(text.charCodeAt(at - 1)) && !isNameCode(text.charCodeAt(at + word)) ? word : 0
}

/**
 * What JSON.parse refuses and clients in the wild send all the same, mended in one pass: bare `NaN` and `Infinity` become null, a comma
 * before a closing bracket goes, raw control characters inside strings are escaped.
 */
const mend = (text: string): string => {
  let mended = ''
  let copied = 0
  let comma = -1
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      const string = text.slice(at, end)
      const escaped = string.replace(CONTROL, escapeControl)
      if (escaped !== string) {
        mended += text.slice(copied, at) + escaped
        copied = end
      }
      comma = -1
      at = end
      continue
    }
    if ((code === 125 || code === 93) && comma >= copied) {
      mended += text.slice(copied, comma)
      copied = comma + 1
    }
    const word = code === 78 || code === 73 || code === 45 ? bareWord(text, at) : 0
    if (word > 0) {
      mended += `${text.slice(copied, at)}null`
      copied = at + word
    }
    if (code === 44) comma = at
    else if (code > 32) comma = -1
    at += Math.max(word, 1)
  }
  return copied === 0 ? text : mended + text.slice(copied)
}

/** The lenient read alone, for text that JSON.parse has refused; undefined when this cannot make sense of it either. */
export const parseMended = (text: string): unknown => {
  const mended = mend(text)
  if (mended === text) return undefined
  try {
    return JSON.parse(mended)
  } catch {
    return undefined
  }
}

/** Strict JSON first, then one lenient read; undefined when neither can make sense of it (JSON has no undefined). */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return parseMended(text)
  }
}

const LONG_OR_STRING = /"|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g

/** As {@link parseJson}, but whole numbers that a double cannot hold become texts, digit for digit: ids are often such numbers. */
export const parseExactly = (text: string): unknown => {
  let exact = ''
  let copied = 0
  LONG_OR_STRING.lastIndex = 0
  for (let found = LONG_OR_STRING.exec(text); found; found = LONG_OR_STRING.exec(text)) {
    const [word] = found
    if (word === '"') LONG_OR_STRING.lastIndex = endOfString(text, found.index)
    else if (!Number.isSafeInteger(Number(word))) {
      exact += `${text.slice(copied, found.index)}"${word}"`
      copied = found.index + word.length
    }
  }
  return copied === 0 ? undefined : parseJson(exact + text.slice(copied))
}
