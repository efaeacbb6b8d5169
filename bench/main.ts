/**
 * Runs the benches named on the command line, or all of them: `npm run bench`, `node .dist/bench/main.js queue`.
 */

interface Bench {
  readonly title: string;
  readonly run: () => Promise<void> | void;
}

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  calibration: () => import('./calibration.js'),
  consensus: () => import('./consensus.js'),
  coverage: () => import('./coverage.js'),
  draw: () => import('./draw.js'),
  queue: () => import('./queue.js'),
  shortcut: () => import('./shortcut.js'),
  splitting: () => import('./splitting.js'),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}. Name some of: ${Object.keys(BENCHES).join(' ')}`);
  process.exitCode = 2;
} else {
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const bench = await BENCHES[name]?.();
    if (bench === undefined) continue;
    console.log(`\n${bench.title}\n`);
    await bench.run();
  }
}
