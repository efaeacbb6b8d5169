/**
 * Proofs: the circuits with what a file leaves out of them, or one law for all of them.
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import { CIRCUITS, type Circuit, type CircuitPlan, type FailoverPlan, type ProofsPlan } from '#model/proof-plan';
import { BACKENDS, type BackendName } from '#model/proofs/backend';
import { conditionalAt } from './defaults.js';
import { parseAmountLaw, parseLaw } from './distribution.js';
import { addProblem, addWarning, assume, type Findings } from './findings.js';
import type { Sections } from './schema.js';
import { parseDuration } from './units.js';

const NOTHING: Distribution = { kind: 'constant', value: 0 };

/** How often a node proves its own uptime; undefined where the section that says so is broken. */
export interface UptimePace {
  readonly blockTime: Micros | undefined;
  readonly uptimeProofs: Micros | undefined;
}

type FailoverInput = Exclude<Sections['proofs']['failover'], false>;

/** Notes the default of a key that the file leaves out, and gives its value. */
type Used = <T>(key: string) => T;

export function resolveProofs(input: Sections['proofs'], pace: UptimePace, findings: Findings): ProofsPlan {
  const { prove, circuits, referenceCommittee, submissions, failover, ...plain } = input;
  const used: Used = (key) => assume(findings, `proofs.${key}`, conditionalAt(`proofs.${key}`));
  const shared = { ...plain, failover: failover === false ? null : resolveFailover(failover, used, findings) };
  if (prove !== undefined) {
    refuseBeside({ circuits, referenceCommittee, submissions }, findings);
    return { ...shared, circuits: oneLaw(prove), referenceCommittee: 0, submissions: NOTHING };
  }
  return {
    ...shared,
    circuits: resolveCircuits(circuits ?? {}, pace, used),
    referenceCommittee: referenceCommittee ?? used('referenceCommittee'),
    submissions: submissions ?? parseAmountLaw(used('submissions')),
  };
}

function refuseBeside(others: Readonly<Record<string, unknown>>, findings: Findings): void {
  for (const [key, written] of Object.entries(others)) {
    if (written === undefined) continue;
    const what = `"${key}" does not go with "prove", which is the time of all circuits together`;
    const fix = 'Remove one of the two; the time of one circuit is circuits.consensus.prove and so on.';
    addProblem(findings, ['proofs', key], what, fix);
  }
}

/** One job for each block, of the consensus circuit: it takes the whole time, and aggregating takes none. */
function oneLaw(prove: Distribution): ProofsPlan['circuits'] {
  const none: CircuitPlan = { prove: NOTHING, perBlock: 0 };
  return {
    transaction: none,
    identity: none,
    uptime: none,
    state: none,
    pruning: none,
    consensus: { prove, perBlock: 1 },
    recursive: none,
  };
}

function resolveCircuits(
  written: NonNullable<Sections['proofs']['circuits']>,
  { blockTime, uptimeProofs }: UptimePace,
  used: Used,
): ProofsPlan['circuits'] {
  const perBlock = (name: Circuit): number => {
    if (name === 'recursive') return 0;
    const jobs = written[name]?.perBlock;
    if (jobs !== undefined) return jobs;
    const row = used<number>(`circuits.${name}.perBlock`);
    return name === 'uptime' ? (blockTime ?? 0) / (uptimeProofs ?? 1) : row;
  };
  const plans = CIRCUITS.map((name): [Circuit, CircuitPlan] => {
    const prove = written[name]?.prove ?? parseLaw(used(`circuits.${name}.prove`));
    return [name, { prove, perBlock: perBlock(name) }];
  });
  return Object.fromEntries(plans) as Record<Circuit, CircuitPlan>;
}

function resolveFailover({ backend, after, factor }: FailoverInput, used: Used, findings: Findings): FailoverPlan {
  const path = ['proofs', 'failover'];
  const name = backend ?? used<BackendName>('failover.backend');
  const { role, proves, production } = BACKENDS[name];
  if (role !== 'failover') {
    const why =
      role === 'primary' ? 'is the one that fails' : proves ? `is ${production} in production` : 'proves nothing';
    addProblem(findings, [...path, 'backend'], `${name} ${why}`, 'Write plonky3, or leave it out.');
  } else if (production !== 'allowed') {
    const fix = 'Its numbers hold for no release that can be built today; write "failover: false" to see one that can.';
    addWarning(findings, path, `the backend that takes over, ${name}, is ${production}`, fix);
  }
  return {
    after: after ?? parseDuration(used('failover.after')),
    factor: factor ?? used('failover.factor'),
  };
}
