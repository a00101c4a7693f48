import { LIMITS } from '@heartwood/protocol'

/** A dotted name of an attribute, and those below it. */
export interface NameNode {
  readonly name: string
  /** Where the own part begins when the sender's name itself has a dot; else -1. */
  readonly dottedFrom: number
  readonly children: Map<string, NameNode>
}

/** Names are sent by clients: without a ceiling, ids used as keys would grow the tree for ever. */
const MAX_NODES = 20_000

/**
 * Dotted names, built once and then found by walking from parent to key. A name made anew for each event would be joined and hashed
 * again in every map that it enters; that was a third of the cost of flattening.
 */
export class NameTree {
  readonly #root: NameNode = { name: '', dottedFrom: -1, children: new Map() }
  #nodes = 0

  top(key: string): NameNode {
    return this.#root.children.get(key) ?? this.#add(this.#root, key, key)
  }

  child(parent: NameNode, key: string): NameNode {
    return parent.children.get(key) ?? this.#add(parent, key, `${parent.name}.${key}`)
  }

  #add(parent: NameNode, key: string, full: string): NameNode {
    const node: NameNode = { name: cutName(full), dottedFrom: key.includes('.') ? full.length - key.length : -1, children: new Map() }
    if (this.#nodes >= MAX_NODES) {
      this.#root.children.clear()
      this.#nodes = 0
    }
    // A very long key is not worth remembering: the map would keep it whole.
    if (key.length <= LIMITS.attributeKey) {
      parent.children.set(key, node)
      this.#nodes++
    }
    return node
  }
}

/** Characters of a name that was cut: `…` and a digest that tells it from others with the same beginning. */
const DIGEST_LENGTH = 8

function cutName(name: string): string {
  const wellFormed = name.isWellFormed() ? name : name.toWellFormed()
  if (wellFormed.length <= LIMITS.attributeKey) return wellFormed
  return `${wellFormed.slice(0, LIMITS.attributeKey - 1 - DIGEST_LENGTH).toWellFormed()}…${digest(wellFormed)}`
}

/** FNV-1a, 32 bits: enough for the few long names of one event. */
function digest(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16).padStart(DIGEST_LENGTH, '0')
}
