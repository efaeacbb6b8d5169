import { test } from 'vitest';
import { mainnetResult, mainnetResultWith, hostileResult, emptyResult } from '../../fixtures/stored-result.js';
import { writeReport } from '#report/write';
test('x', async () => {
  for (const [n, s] of [['m', mainnetResult()], ['g', mainnetResultWith('go')], ['i', mainnetResultWith('inconclusive')],  ['h', hostileResult()], ['e', emptyResult()]] as const) {
  const t0 = performance.now();
  await writeReport(`/tmp/shots/${n}`, s);
  console.log('time', n, performance.now() - t0);
  }
});
