import type { Attributes, AttributeValue } from '../model/span.ts'
import { type JsonRecord, numberOf, recordOf, structureOf, textOf } from './json-value.ts'

/**
 * Reads the attributes of one span and remembers which of them were understood, so that the others can be kept (`rest`).
 * Every reader takes the names in order of preference; all names that are there count as understood.
 */
export class AttributeReader {
  readonly #attributes: Attributes
  /** Taken once: walking the names of an object with many of them is what costs most here. */
  readonly #names: readonly string[]
  /** A list, because it is asked but once; the names may repeat. */
  readonly #taken: string[] = []
  /** What stands before the first dot of each name: most questions for a prefix are answered by it. */
  #roots: ReadonlySet<string> | undefined

  constructor(attributes: Attributes) {
    this.#attributes = attributes
    this.#names = Object.keys(attributes)
  }

  has(...names: readonly string[]): boolean {
    for (const name of names) if (this.#attributes[name] !== undefined) return true
    return false
  }

  /** Whether any attribute's name starts with the prefix, which ends in a dot or holds one. */
  hasPrefix(prefix: string): boolean {
    this.#roots ??= rootsOf(this.#names)
    const end = prefix.indexOf('.')
    if (!this.#roots.has(end === -1 ? prefix : prefix.slice(0, end))) return false
    if (end === prefix.length - 1) return true
    for (const name of this.#names) if (name.startsWith(prefix)) return true
    return false
  }

  /** Looks without counting the attribute as understood. */
  peek(name: string): AttributeValue | undefined {
    return this.#attributes[name]
  }

  value(...names: readonly string[]): AttributeValue | undefined {
    let found: AttributeValue | undefined
    for (const name of names) {
      const value = this.#attributes[name]
      if (value === undefined) continue
      this.#taken.push(name)
      if (found === undefined && value !== null && value !== '') found = value
    }
    return found
  }

  /** '' when none of them is there. Values that are no text come as JSON. */
  text(...names: readonly string[]): string {
    return textOf(this.value(...names))
  }

  number(...names: readonly string[]): number | undefined {
    return numberOf(this.value(...names))
  }

  /** Undefined when absent; `"true"` counts as true. */
  flag(...names: readonly string[]): boolean | undefined {
    const value = this.value(...names)
    if (value === undefined) return undefined
    return value === true || value === 'true' || value === 1
  }

  /** A list of texts, also when it is written as JSON or as one text. */
  texts(...names: readonly string[]): string[] {
    const value = structureOf(this.value(...names))
    if (value === undefined) return []
    return (Array.isArray(value) ? value : [value]).map(textOf).filter((text) => text !== '')
  }

  /** What a JSON text or a structured value holds; a text that is no JSON structure comes as it is. */
  structure(...names: readonly string[]): unknown {
    return structureOf(this.value(...names))
  }

  record(...names: readonly string[]): JsonRecord | undefined {
    return recordOf(this.value(...names))
  }

  /** All attributes below a prefix but one, with the prefix cut off. */
  below(prefix: string, but?: string): Record<string, AttributeValue> {
    const found: Record<string, AttributeValue> = {}
    if (!this.hasPrefix(prefix)) return found
    for (const name of this.#names) {
      if (name === but || !name.startsWith(prefix)) continue
      const value = this.#attributes[name]
      if (value === undefined) continue
      this.#taken.push(name)
      found[name.slice(prefix.length)] = value
    }
    return found
  }

  /**
   * The lists and objects that a sender has flattened into names below a prefix: `p.0.role`, `p.1.role` → `[{role}, {role}]`.
   * Undefined when there are none.
   */
  tree(prefix: string): unknown {
    const root = new Map<string, Node>()
    for (const [path, value] of Object.entries(this.below(prefix))) plant(root, path.split('.'), value)
    return root.size === 0 ? undefined : grown(root)
  }

  /** Counts attributes as understood that say nothing new. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#taken.push(name)
  }

  /** The attributes that nobody has understood, in a new object. */
  rest(): Record<string, AttributeValue> {
    const rest: Record<string, AttributeValue> = {}
    const isTaken = membershipOf(this.#taken)
    for (const name of this.#names) if (!isTaken(name)) rest[name] = this.#attributes[name] ?? null
    return rest
  }
}

/** Below so many names looking through a list takes less than making a set of it. */
const FEW = 50

function membershipOf(names: readonly string[]): (name: string) => boolean {
  if (names.length <= FEW) return (name) => names.includes(name)
  const set = new Set(names)
  return (name) => set.has(name)
}

/** What stands before the first dot of names that came before ('' without a dot): senders use the same few. */
const knownRoots = new Map<string, string>()
const MAX_KNOWN_ROOTS = 5_000

function rootsOf(names: readonly string[]): Set<string> {
  const roots = new Set<string>()
  for (const name of names) roots.add(knownRoots.get(name) ?? rootOf(name))
  return roots
}

function rootOf(name: string): string {
  const root = name.slice(0, Math.max(0, name.indexOf('.')))
  if (knownRoots.size < MAX_KNOWN_ROOTS) knownRoots.set(name, root)
  return root
}

type Node = AttributeValue | Map<string, Node>

function plant(root: Map<string, Node>, path: readonly string[], value: AttributeValue): void {
  let node = root
  for (const step of path.slice(0, -1)) {
    const next = node.get(step)
    const branch = next instanceof Map ? next : new Map<string, Node>()
    if (branch !== next) node.set(step, branch)
    node = branch
  }
  const leaf = path.at(-1) ?? ''
  if (!(node.get(leaf) instanceof Map)) node.set(leaf, value)
}

/** A map with only whole numbers as names is a list; gaps close. */
function grown(node: Node): unknown {
  if (!(node instanceof Map)) return node
  const names = [...node.keys()]
  if (names.every((name) => /^\d+$/.test(name))) {
    return names.sort((a, b) => Number(a) - Number(b)).map((name) => grown(node.get(name) ?? null))
  }
  return Object.fromEntries(names.map((name) => [name, grown(node.get(name) ?? null)]))
}
