import { columnsOf, readTable } from '../table-file.ts'
import { SketchSet } from '../sketch-set.ts'
import { ANY_MODEL, type Reference } from './reference.ts'

/** A file with a column for each feature and, where models differ, a column `model`. Read once. */
export class FileReference implements Reference {
  readonly #file: string
  #sketches: SketchSet | undefined

  constructor(file: string) {
    this.#file = file
  }

  /** Rejects with `TableFileError`. */
  async refresh(): Promise<void> {
    this.#sketches ??= await sketchFile(this.#file)
  }

  sketches(): SketchSet {
    return this.#sketches ?? new SketchSet()
  }
}

async function sketchFile(file: string): Promise<SketchSet> {
  const rows = await readTable(file)
  const sketches = new SketchSet()
  const columns = [...columnsOf(rows)].filter((column) => column !== 'model')
  for (const row of rows) {
    const model = row.get('model')
    for (const column of columns) {
      const value = row.get(column)
      if (value !== undefined) sketches.add(model === undefined ? ANY_MODEL : String(model), column, value)
    }
  }
  return sketches
}
