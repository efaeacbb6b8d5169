/**
 * Names the tests that were skipped and why, after vitest's own report: a machine without a system package tests less,
 * and says so.
 */
import type { Reporter, TestModule } from 'vitest/node';

/** What vitest loads for `--reporter=./test/skip-reporter.ts`. */
export default function createSkipReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]): void {
      for (const module of modules) {
        for (const test of module.children.allTests('skipped')) {
          const result = test.result();
          const note = result.state === 'skipped' ? result.note : undefined;
          process.stdout.write(`skipped: ${test.fullName} (${note ?? 'no reason given'})\n`);
        }
      }
    },
  };
}
