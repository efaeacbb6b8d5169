/**
 * Facts of this machine and this moment, for the manifest. Only here does the experiment look at a clock.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { Manifest } from './result.js';

interface PackageFile {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface Clock {
  readonly startedAt: string; // ISO 8601
  readonly elapsedMs: () => number;
}

export function startClock(): Clock {
  const start = performance.now();
  return { startedAt: new Date().toISOString(), elapsedMs: () => Math.round(performance.now() - start) };
}

export function describeHost(): Manifest['host'] {
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** The version of this program. */
export function engineVersion(): string {
  return readPackage().version;
}

/** Versions of this program, of what runs it and of the packages it was released with. */
export function describeVersions(): Record<string, string> {
  const { version, dependencies } = readPackage();
  return { 'rollout-sim': version, node: process.versions.node, v8: process.versions.v8, ...dependencies };
}

function readPackage(): PackageFile {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageFile;
}
