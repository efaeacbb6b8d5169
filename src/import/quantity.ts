/**
 * Values of a source as a scenario writes them: units in texts; what is of the wrong kind is a problem at its place.
 */
import { MILLISECOND, SECOND } from '#base/time';
import type { Path } from '#scenario/tree';
import { formatExactDuration } from '#scenario/units';
import { quote } from '#scenario/value';
import { type Account, at, refuse } from './account.js';

interface Bounds {
  readonly least?: number;
  readonly most?: number;
}

/** A number at `path`; undefined if there is none, or after the problem is noted. */
export function readNumber(account: Account, path: Path, { least = 0, most }: Bounds = {}): number | undefined {
  const tree = at(account.tree, path);
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return undefined;
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  const range = most === undefined ? `a number of at least ${least}` : `a number from ${least} to ${most}`;
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    refuse(
      account,
      path,
      `${tree.kind === 'scalar' ? quote(tree.value) : `a ${tree.kind}`} is not a number`,
      `Write ${range}.`,
    );
    return undefined;
  }
  const number = Number(value);
  if (!Number.isFinite(number) || number < least || number > (most ?? Number.POSITIVE_INFINITY)) {
    refuse(account, path, `${value} is out of range`, `Write ${range}.`);
    return undefined;
  }
  return number;
}

/** A whole number at `path`, exact beyond 2^53. */
export function readWhole(account: Account, path: Path, bounds: Bounds = {}): number | bigint | undefined {
  const number = readNumber(account, path, bounds);
  if (number === undefined) return undefined;
  const tree = at(account.tree, path);
  const value = tree?.kind === 'scalar' ? tree.value : null;
  if (typeof value === 'bigint') return value;
  if (Number.isInteger(number)) return number;
  refuse(account, path, `${number} is not a whole number`, `Write ${Math.max(bounds.least ?? 0, Math.round(number))}.`);
  return undefined;
}

/** A whole number that counts something, within 2^53. */
export function readCount(account: Account, path: Path, bounds: Bounds = {}): number | undefined {
  const value = readWhole(account, path, { most: Number.MAX_SAFE_INTEGER, ...bounds });
  return value === undefined ? undefined : Number(value);
}

export function readText(account: Account, path: Path): string | undefined {
  const tree = at(account.tree, path);
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return undefined;
  if (tree.kind === 'scalar' && typeof tree.value === 'string') return tree.value;
  refuse(
    account,
    path,
    `${tree.kind === 'scalar' ? quote(tree.value) : `a ${tree.kind}`} is not a text`,
    'Write a text in quotes.',
  );
  return undefined;
}

export function readFlag(account: Account, path: Path): boolean | undefined {
  const tree = at(account.tree, path);
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return undefined;
  if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
  const written = tree.kind === 'scalar' ? quote(tree.value) : `a ${tree.kind}`;
  refuse(account, path, `${written} is neither true nor false`, 'Write true or false, without quotes.');
  return undefined;
}

const TIME_MAX = 1e13; // ms: some 300 years

export function readMillis(account: Account, path: Path, least = 0): number | undefined {
  return readNumber(account, path, { least, most: TIME_MAX });
}

export function readSeconds(account: Account, path: Path, least = 0): number | undefined {
  return readNumber(account, path, { least, most: TIME_MAX / 1_000 });
}

/** `6000` ms as `6s`. */
export function writeMillis(millis: number): string {
  return formatExactDuration(Math.round(millis * MILLISECOND));
}

/** `900` seconds as `15m`. */
export function writeSeconds(seconds: number): string {
  return formatExactDuration(Math.round(seconds * SECOND));
}

/** `0.07` as `7%`, without the dust of binary fractions. */
export function writeShare(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}
