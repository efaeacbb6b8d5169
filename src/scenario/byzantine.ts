/**
 * Byzantine faults: which keys go with which behaviour, and what the others mean where they are left out.
 */
import { DAY, type Micros } from '#base/time';
import type { Behaviour, ByzantineFault } from '#model/plan';
import { conditionalAt, FAULT_DEFAULTS } from './defaults.js';
import { parseLaw } from './distribution.js';
import type { ByzantineInput } from './fault-schema.js';
import { addProblem, assume, type Findings } from './findings.js';
import type { Path } from './tree.js';
import { parsePercent } from './units.js';

/** Longer than any replication, and small enough to add to any time of one. */
export const FOR_EVER: Micros = 100 * 365 * DAY;

/** The last height or round where no last one is written; JSON has no infinity. */
export const NO_END = Number.MAX_SAFE_INTEGER;

const GOES_WITH: Readonly<Record<'share' | 'delay' | 'perHeight', readonly Behaviour[]>> = {
  share: ['drop'],
  delay: ['delay'],
  perHeight: ['spam', 'forge', 'replay'],
};

type Conduct = Omit<ByzantineFault, 'name' | 'trigger' | 'probability' | 'target'>;

export function resolveByzantine(input: ByzantineInput, name: string, path: Path, findings: Findings): Conduct {
  const { behaviour } = input;
  for (const key of Object.keys(GOES_WITH) as (keyof typeof GOES_WITH)[]) {
    if (input[key] === undefined || GOES_WITH[key].includes(behaviour)) continue;
    const what = `"${key}" does not go with behaviour "${behaviour}"`;
    addProblem(findings, [...path, key], what, `Remove it; it goes with: ${GOES_WITH[key].join(', ')}.`);
  }
  const note = (key: string, used: Parameters<typeof assume>[2]): string =>
    assume<string>(findings, `faults.${name}.${key}`, used);
  const has = (key: keyof typeof GOES_WITH): boolean => GOES_WITH[key].includes(behaviour);
  const share = has('share') ? (input.share ?? parsePercent(note('share', FAULT_DEFAULTS.dropped))) : 0;
  const delay = has('delay') ? (input.delay ?? parseLaw(note('delay', FAULT_DEFAULTS.late))) : null;
  const perHeight = has('perHeight')
    ? (input.perHeight ?? assume<number>(findings, `faults.${name}.perHeight`, FAULT_DEFAULTS.perHeight))
    : 0;
  if (input.for === undefined) note('for', FAULT_DEFAULTS.lasting);
  return {
    kind: 'byzantine',
    behaviour,
    acts: input.acts ?? parsePercent(note('acts', conditionalAt('faults[].acts'))),
    heights: input.heights ?? [0, NO_END],
    rounds: input.rounds ?? [0, NO_END],
    share,
    delay,
    perHeight,
    duration: input.for ?? { kind: 'constant', value: FOR_EVER },
  };
}
