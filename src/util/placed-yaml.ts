import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type ParsedNode,
  visit,
} from 'yaml'

/** The text is no YAML; `message` begins `yaml: line N:`. */
export class YamlError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'YamlError'
  }
}

export interface Place {
  readonly line: number
  readonly column: number
}

type Path = readonly PropertyKey[]

/**
 * A YAML text whose scalars are kept as they were written (null where nothing, `~` or `null` was), with the place of each value.
 * For formats whose readers decide by the field what a scalar is: there an alert may be called `on` and a label be `1e3`.
 * Of several documents only the first counts.
 */
export class PlacedYaml {
  readonly value: unknown
  readonly #root: Node | null
  readonly #lines: LineCounter

  private constructor(value: unknown, root: Node | null, lines: LineCounter) {
    this.value = value
    this.#root = root
    this.#lines = lines
  }

  /** Throws `YamlError`. */
  static parse(text: string): PlacedYaml {
    const lines = new LineCounter()
    const documents = parseAllDocuments(text, {
      schema: 'failsafe',
      merge: true,
      lineCounter: lines,
      prettyErrors: false,
    })
    const document = Array.isArray(documents) ? documents[0] : undefined
    if (document === undefined) return new PlacedYaml(null, null, lines)
    const [error] = document.errors
    if (error !== undefined)
      throw new YamlError(`yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message}`, { cause: error })
    visit(document, {
      Scalar: (_key, node) => {
        if (node.type === 'PLAIN' && /^(?:~|null|Null|NULL|)$/.test(String(node.value))) node.value = null
      },
    })
    try {
      return new PlacedYaml(document.toJS({ maxAliasCount: 1_000 }), document.contents, lines)
    } catch (failure) {
      throw new YamlError(`yaml: ${failure instanceof Error ? failure.message : String(failure)}`, { cause: failure })
    }
  }

  /** Where the value of a path stands; for what is not there, where its owner stands. */
  place(path: Path): Place {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#find(path.slice(0, length))
      if (node?.range !== undefined && node.range !== null) return this.#placeOf(node.range[0])
    }
    return { line: 1, column: 1 }
  }

  /** Where the key stands in the map at the path. */
  keyPlace(path: Path, key: string): Place {
    const owner = this.#find(path)
    const pair = isMap(owner) ? owner.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
    const range = isScalar(pair?.key) ? pair.key.range : undefined
    return range === undefined || range === null ? this.place(path) : this.#placeOf(range[0])
  }

  /** What stands at the path, for messages: `!!seq`, `!!map` or the scalar. */
  describe(path: Path): string {
    const node = this.#find(path)
    if (isSeq(node)) return '!!seq'
    if (isMap(node)) return '!!map'
    return isScalar(node) ? `!!str \`${String(node.value)}\`` : 'nothing'
  }

  #find(path: Path): Node | undefined {
    let node: unknown = this.#root
    for (const key of path) {
      const target: unknown = isAlias(node) ? undefined : node
      if (isMap(target) || isSeq(target)) node = target.get(typeof key === 'number' ? key : String(key), true)
      else return undefined
    }
    return (node as ParsedNode | null | undefined) ?? undefined
  }

  #placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col }
  }
}
