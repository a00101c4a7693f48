/** Calendar arithmetic without `Date`: about ten times as fast, and it can say that 31 February does not exist. */

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Years whose microseconds are exact in a double and fit the engine's DateTime64(6). */
export const FIRST_YEAR = 1900
export const LAST_YEAR = 2254

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

export const isDate = (year: number, month: number, day: number): boolean => {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR && month >= 1 && month <= 12 && day >= 1)) return false
  return day <= (MONTH_LENGTHS[month - 1] ?? 0) || (month === 2 && day === 29 && isLeapYear(year))
}

/** A leap second (60) is taken and lands on the next minute. */
export const isTime = (hour: number, minute: number, second: number): boolean => hour <= 23 && minute <= 59 && second <= 60

/** Days since 1970-01-01 in the Gregorian calendar. */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** Milliseconds of a wall clock that stands in no zone (as if it were UTC); whole seconds only. */
export const wallMs = (year: number, month: number, day: number, hour: number, minute: number, second: number): number =>
  (daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000

/** 1…12 of an English month's first three letters at `at`, any case; 0 when there is none. */
export const monthAt = (text: string, at: number): number => {
  const a = text.charCodeAt(at) | 32
  const b = text.charCodeAt(at + 1) | 32
  const c = text.charCodeAt(at + 2) | 32
  switch ((a << 16) | (b << 8) | c) {
    case 0x6a616e:
      return 1
    case 0x666562:
      return 2
    case 0x6d6172:
      return 3
    case 0x617072:
      return 4
    case 0x6d6179:
      return 5
    case 0x6a756e:
      return 6
    case 0x6a756c:
      return 7
    case 0x617567:
      return 8
    case 0x736570:
      return 9
    case 0x6f6374:
      return 10
    case 0x6e6f76:
      return 11
    case 0x646563:
      return 12
    default:
      return 0
  }
}
