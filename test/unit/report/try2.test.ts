import { test } from 'vitest';
import { mainnetResult, } from '../../fixtures/stored-result.js';
import { writeReport } from '#report/write';
test('x', async () => {
  for (let i = 0; i < 3; i++) {
  const t0 = performance.now(); const c = process.cpuUsage();
  await writeReport(`/tmp/shots/m`, mainnetResult());
  const d = process.cpuUsage(c);
  console.log('time', performance.now() - t0, d);
  }
});
