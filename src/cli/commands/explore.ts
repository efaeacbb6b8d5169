/**
 * `explore`: draws mixes of faults and holds what each shows against what the protocol promises.
 */
import { resolve } from 'node:path';
import { canonicalJson } from '#base/order';
import { type Exploration, exploreMix, type MixReport } from '#experiment/explore';
import { exploreMixes } from '#experiment/explorer';
import { drawMix, type MixBounds } from '#experiment/mix';
import { loadScenario } from '#scenario/load';
import { writeScenario } from '#scenario/write';
import { DONE, EXPECTATION_FAILED } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Context } from '../program.js';
import { quoteCommand } from '../shell.js';
import { cleanText, plural } from '../text.js';

export interface ExploreOptions extends OutputOptions {
  readonly mixes: number;
  readonly seed: string;
  readonly faulty: number; // Byzantine validators beyond those tolerated
  readonly validators: readonly [min: number, max: number];
  readonly jobs: number;
  readonly mix?: number;
}

/** Broken mixes that are told one by one. */
const TOLD = 10;

/** @returns 0 if no mix breaks a promise, 10 if one does */
export async function runExplore(
  file: string | undefined,
  options: ExploreOptions,
  { terminal, version }: Context,
): Promise<number> {
  if (file !== undefined) loadScenario(file); // its mistakes are told here, not once for each mix
  const { seed, validators, faulty: beyond, mixes, jobs } = options;
  const bounds: MixBounds = { seed, validators, beyond, base: file === undefined ? null : resolve(file) };
  if (options.mix !== undefined) {
    terminal.print(writeScenario(drawMix(bounds, options.mix)).trimEnd());
    const report = exploreMix(bounds, options.mix);
    if (options.quiet !== true) terminal.note(cleanText(describe(report)));
    return DONE;
  }
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) say(`rollout-sim ${version} · explore · seed ${seed} · ${plural(mixes, 'mix', 'mixes')}`);
  let drawnAt = 0;
  const found = await exploreMixes(bounds, mixes, jobs, (done) => {
    if (options.quiet === true || performance.now() - drawnAt < 200) return;
    drawnAt = performance.now();
    terminal.progress(`${done}/${mixes} mixes`);
  });
  terminal.progress('');
  const reproduce = (number: number): string => {
    const [least, most] = validators;
    const words = ['rollout-sim', 'explore', ...(file === undefined ? [] : [file]), '--seed', seed];
    if (beyond > 0) words.push('--faulty', `f+${beyond}`);
    return quoteCommand([...words, '--validators', `${least}..${most}`, '--mix', String(number)]);
  };
  if (options.json === true) terminal.printJson(canonicalJson(found, 2));
  else for (const line of tell(found)) terminal.print(cleanText(line));
  for (const report of found.broken.slice(0, TOLD)) {
    terminal.note(cleanText(`\n${describe(report)}\nReproduce: ${reproduce(report.number)} > mix.yaml`));
  }
  if (options.json !== true) terminal.print(`\nverdict: ${verdictOf(found)}`);
  return found.broken.length === 0 ? DONE : EXPECTATION_FAILED;
}

function describe(report: MixReport): string {
  const { number, validators, kinds, blocks, forks, violations, stuck, caught, failure } = report;
  const head = `mix ${number}: ${validators} validators, ${kinds.join(', ')}`;
  if (failure !== null) return `${head}: the simulator broke: ${failure}`;
  const seen = [plural(blocks, 'block'), plural(forks, 'fork'), plural(violations, 'violation')];
  if (stuck) seen.push('stuck after healing');
  if (caught > 0) seen.push(`${plural(caught, 'validator')} caught`);
  return `${head}: ${seen.join(', ')}`;
}

function tell(found: Exploration): string[] {
  const { bounds, mixes, forked, stuck, caught, blocks, events, kinds, pairs } = found;
  const power = bounds.beyond === 0 ? 'fewer than a third' : 'a third and more';
  const lines = [
    '',
    `${plural(mixes, 'mix', 'mixes')} of faults, ${power} of the power Byzantine; ${plural(blocks, 'block')}, ${plural(events, 'event')}`,
    '',
    `  mixes with a fork                 ${forked}`,
    `  mixes stuck after healing         ${stuck}`,
    `  mixes with somebody caught        ${caught}`,
    `  mixes that break a promise        ${found.broken.length}`,
    `  pairs of faults seen together     ${pairs.seen} of ${pairs.of}`,
    '',
    '  fault                             mixes',
  ];
  for (const { kind, mixes: count } of kinds) if (count > 0) lines.push(`  ${kind.padEnd(32)}  ${count}`);
  return lines;
}

function verdictOf(found: Exploration): string {
  if (found.broken.length > 0)
    return `${found.broken.length} of ${plural(found.mixes, 'mix', 'mixes')} break a promise`;
  if (found.bounds.beyond === 0) return 'no fork, and no height stuck after healing';
  return found.forked > 0 ? 'forks, as expected beyond the bound; all of them detected' : 'no fork found';
}
