/**
 * Switches of the chain as built: from the names of the blueprint to those of the plan, and into words.
 */
import type { AsBuiltPlan } from '#model/plan';
import { AS_BUILT, type AsBuiltKey } from './as-built-schema.js';
import { conditionalAt } from './defaults.js';
import { assume, type Findings } from './findings.js';
import type { Sections } from './schema.js';

/** What each field of the plan is called in a file. */
const KEY_OF: Readonly<Record<keyof AsBuiltPlan, AsBuiltKey>> = {
  libraryTiers: 'libraryTiers',
  bootstrap: 'bootstrapAsBuilt',
  vrfThreshold: 'vrfThresholdAsBuilt',
  committeePerBlock: 'committeePerBlock',
  vrfBundle: 'vrfBundle',
  leaderIgnoresRound: 'leaderIgnoresRound',
  leaderHighestVrf: 'leaderHighestVrf',
  quorumCeil: 'quorumCeil',
  libraryPower: 'libraryPower',
  noViewTimer: 'noViewTimer',
  slashOnReorder: 'slashOnReorder',
  framing: 'framing',
  rewardBeforeQuorum: 'rewardBeforeQuorum',
  doubleFee: 'doubleFee',
  witnessFeeTwice: 'witnessFeeTwice',
  doubleSlash: 'doubleSlash',
  threeEvidenceClasses: 'threeEvidenceClasses',
  witnessRefill: 'witnessRefillBug',
  gossipFrame: 'gossipFrame256K',
};

const FIELDS = Object.keys(KEY_OF) as (keyof AsBuiltPlan)[];

/** What is not written is off; the list of defaults says so in one line for all of them. */
export function resolveAsBuilt(written: Sections['chain']['asBuilt'], findings: Findings): AsBuiltPlan {
  const unwritten = Object.keys(AS_BUILT).filter((key) => written[key as AsBuiltKey] === undefined);
  const switches = unwritten.filter((key) => key !== 'vrfBundle').length;
  if (switches > 0) {
    const row = conditionalAt('chain.asBuilt');
    const all = switches === Object.keys(AS_BUILT).length - 1;
    assume(findings, 'chain.asBuilt', all ? row : { ...row, value: `the other ${switches} ${row.value}` });
  }
  const bundle =
    written.vrfBundle ?? assume<number>(findings, 'chain.asBuilt.vrfBundle', conditionalAt('chain.asBuilt.vrfBundle'));
  const entries = FIELDS.map((field) => [field, field === 'vrfBundle' ? bundle : (written[KEY_OF[field]] ?? false)]);
  return Object.fromEntries(entries) as unknown as AsBuiltPlan;
}

/** A line for each switch that is on, and for another bundle than the recommended one. */
export function describeAsBuilt(asBuilt: AsBuiltPlan): string[] {
  return FIELDS.flatMap((field) => {
    const value = asBuilt[field];
    const key = KEY_OF[field];
    if (value === false || (key === 'vrfBundle' && value === conditionalAt('chain.asBuilt.vrfBundle').value)) return [];
    const { text, row } = AS_BUILT[key];
    return [`As built (§21 row ${row}): ${key}${value === true ? '' : ` ${value}`}. ${text}`];
  });
}
