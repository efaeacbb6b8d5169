/**
 * Which build of the engine this is: two programs of one version may still differ, on a machine of a developer.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareText } from '#base/order';
import { engineVersion } from './host.js';

/** Floors whose code decides what a replication is. */
const FLOORS = ['base', 'kernel', 'stats', 'model'];

/** A program as it names itself to another. */
export interface Engine {
  readonly version: string;
  readonly build: string; // 16 hexadecimal digits, or `unbuilt`
}

/** This program. */
export function describeEngine(): Engine {
  return { version: engineVersion(), build: buildOf(builtFolder()) };
}

/** `0.1.0 (build 0123456789abcdef)`. */
export function formatEngine({ version, build }: Engine): string {
  return `${version} (build ${build})`;
}

/** The folder of the built files; from `src` it is the one of the last build. */
export function builtFolder(): string {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  return folder.replace(/([\\/])src([\\/])$/, '$1.dist$2');
}

/** A hash over the built files of the engine; `unbuilt` without any. */
export function buildOf(folder: string): string {
  const hash = createHash('sha256');
  let count = 0;
  for (const floor of FLOORS) {
    const home = join(folder, floor);
    if (!existsSync(home)) continue;
    const names = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
    for (const name of names.sort(compareText)) {
      hash.update(`${floor}/${name.replaceAll('\\', '/')}\n`).update(readFileSync(join(home, name)));
      count += 1;
    }
  }
  return count === 0 ? 'unbuilt' : hash.digest('hex').slice(0, 16);
}
