import { storeContract } from '../../../test/storage/store-contract.ts'
import { createMemoryStore } from './memory-store.ts'

storeContract('memory', async () => ({
  open: async () => createMemoryStore(),
  isDurable: false,
  dispose: async () => {},
}))
