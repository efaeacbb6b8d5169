import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '#base/error';
import { ReplicationError } from '#experiment/failure';
import { openHere, openPool, type Rehearser } from '#experiment/rehearser';
import { rehearse } from '../../fixtures/experiment/double.mjs';
import { PLAN } from './sample.js';

const WORKER = fileURLToPath(new URL('../../fixtures/experiment/double.mjs', import.meta.url));

let opened: Rehearser | null = null;
afterEach(async () => {
  await opened?.close();
  opened = null;
});

async function open(where: 'here' | 'pool', seed: string): Promise<Rehearser> {
  const start = { plan: PLAN, seed };
  opened = where === 'here' ? await openHere(start, rehearse) : await openPool(start, 2, WORKER);
  return opened;
}

async function failureOf(outcome: Promise<unknown>): Promise<ReplicationError> {
  const error = await outcome.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ReplicationError);
  return error as ReplicationError;
}

test('a pool answers as this thread does', async () => {
  const here = await open('here', 'one');
  const there = await openPool({ plan: PLAN, seed: 'one' }, 2, WORKER);
  for (const details of [false, true]) {
    const numbers = [0, 1, 2, 3, 4, 5];
    const answers = await Promise.all(numbers.map((number) => there.rehearse(number, details)));
    expect(answers).toEqual(await Promise.all(numbers.map((number) => here.rehearse(number, details))));
  }
  await there.close();
});

describe.each(['here', 'pool'] as const)('in the %s', (where) => {
  test('a broken claim names seed and replication and keeps its stack', async () => {
    const rehearser = await open(where, 'bug 3');
    const failure = await failureOf(rehearser.rehearse(3, false));
    expect(failure).toMatchObject({ kind: 'bug', seed: 'bug 3', replication: 3 });
    expect(failure.message).toBe('replication 3 of seed "bug 3" broke: broken claim: the double holds');
    expect(failure.stack).toContain('double.mjs');
    expect((await rehearser.rehearse(4, false)).replication).toBe(4); // the worker lives on
  });

  test('a metric that is no number is our bug, by its replication', async () => {
    const rehearser = await open(where, 'nan 2');
    const failure = await failureOf(rehearser.rehearse(2, false));
    expect(failure).toMatchObject({ kind: 'bug', replication: 2 });
    expect(failure.message).toContain('liveness.slotShare');
  });
});

test('a worker that ends is a death, not a silence', async () => {
  const rehearser = await open('pool', 'exit 1');
  const failure = await failureOf(rehearser.rehearse(1, false));
  expect(failure).toMatchObject({ kind: 'death', seed: 'exit 1', replication: 1 });
  expect(failure.message).toContain('lost its worker');
});

test('a pool closes at once while a replication hangs', { timeout: 15_000 }, async () => {
  const rehearser = await open('pool', 'stuck 0');
  const hanging = failureOf(rehearser.rehearse(0, false));
  await rehearser.rehearse(1, false);
  await rehearser.close();
  expect((await hanging).kind).toBe('death');
});

test('a worker that was not built is the user’s to build', async () => {
  const opening = openPool({ plan: PLAN, seed: 'one' }, 2, '/nowhere/worker.js');
  await expect(opening).rejects.toThrow(UserError);
  await expect(opening).rejects.toThrow('npm run build');
});
