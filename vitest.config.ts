import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers than that only make the real peers of the acceptance tests late.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'sdk/src/**/*.test.ts',
            'web/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: ['test/acceptance/**', '**/node_modules/**'],
        },
      },
      {
        extends: true,
        // The program itself, built: only these tests need `dist`. One file at a time and after the others: several compare times
        // with those of real peers, which a busy machine makes late.
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: 90_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          // Peers keep their own time; on a machine that is late a timeline is played once more before it counts as different.
          retry: 1,
        },
      },
    ],
  },
})
