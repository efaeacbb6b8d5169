/**
 * The facts of the fingerprint in words, kept only when asked for: where two runs that should be equal first differ.
 *
 * Each line ends with the state of the hash after the fact, so whatever was hashed shows, whether the words tell it or not.
 */
import { formatFingerprint } from '#base/fingerprint';
import type { World } from './world.js';

/** Adds what was just hashed; callers ask for `factLog` first, so that words cost nothing otherwise. */
export function logFact(world: World, words: string): void {
  world.factLog?.push(`${world.now} µs: ${words} [${formatFingerprint(world.facts)}]`);
}
