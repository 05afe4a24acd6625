import { describe, expect, test } from 'vitest'
import type { StateStore } from '../../src/storage/state-store.ts'

let kinds = 0

export function stateContract(state: () => StateStore): void {
  const freshKind = (): string => `kind-${++kinds}`

  describe('state', () => {
    test('gives the documents of a kind by id', async () => {
      const kind = freshKind()
      const documents = new Map<string, unknown>([
        [`it's`, { text: '沉默\n"\\', list: [1, null, true], inner: { deep: 0.1 } }],
        ['null', null],
        ['text', ''],
      ])
      await state().putDocuments(kind, documents)
      expect(await state().documents(kind)).toEqual(documents)
    })

    test('of an unknown kind is empty', async () => {
      expect(await state().documents(freshKind())).toEqual(new Map())
    })

    test('keeps the last write of an id', async () => {
      const kind = freshKind()
      for (let i = 0; i < 5; i++) await state().putDocuments(kind, new Map([['a', i]]))
      expect(await state().documents(kind)).toEqual(new Map([['a', 4]]))
    })

    test('keeps the last of writes at the same time', async () => {
      const kind = freshKind()
      await Promise.all(Array.from({ length: 20 }, (_, i) => state().putDocuments(kind, new Map([['a', i]]))))
      expect(await state().documents(kind)).toEqual(new Map([['a', 19]]))
    })

    test('forgets what is undefined, until it is written again', async () => {
      const kind = freshKind()
      await state().putDocuments(
        kind,
        new Map<string, unknown>([
          ['a', 1],
          ['b', 2],
        ]),
      )
      await state().putDocuments(kind, new Map([['a', undefined]]))
      expect(await state().documents(kind)).toEqual(new Map([['b', 2]]))
      await state().putDocuments(kind, new Map([['a', 3]]))
      expect(await state().documents(kind)).toEqual(
        new Map([
          ['b', 2],
          ['a', 3],
        ]),
      )
    })

    test('shares no object with who wrote or read it', async () => {
      const kind = freshKind()
      const written = { list: [1] }
      await state().putDocuments(kind, new Map([['a', written]]))
      written.list.push(2)
      expect(await state().documents(kind)).toEqual(new Map([['a', { list: [1] }]]))
    })
  })
}
