/** East Asian wide and emoji: two cells on a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]$/u

const widthOf = (character: string): number => (ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Cells that a text without control characters takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** The text, cut to at most `width` cells; an ellipsis shows the cut. */
export function cutToWidth(text: string, width: number): string {
  if (width <= 0) return ''
  let used = 0
  let end = 0
  for (const character of text) {
    const next = used + widthOf(character)
    if (next > width) return `${cutBack(text.slice(0, end), used, width - 1)}…`
    used = next
    end += character.length
  }
  return text
}

function cutBack(text: string, used: number, width: number): string {
  const characters = [...text]
  let left = used
  while (left > width) left -= widthOf(characters.pop() ?? ' ')
  return characters.join('')
}

export const padToWidth = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - textWidth(text)))

// What is logged must not steer the terminal that shows it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

/** One line without control characters: line breaks become `↵`, the rest is shown as `·`. */
export const toOneLine = (text: string): string => text.replace(CONTROL, (run) => (/[\r\n\u2028\u2029]/.test(run) ? ' ↵ ' : run === '\t' ? ' ' : '·'))
