/**
 * Phases of feature gates: their order, and the rules that any order has to keep.
 */
import { assert } from '#base/assert';
import type { ChannelPlan, GateName, GatePhasePlan } from '#model/plan';
import { addProblem, type Findings } from './findings.js';
import { resolveMigration } from './migration.js';
import type { Sections } from './schema.js';
import { suggest } from './suggest.js';
import type { Path } from './tree.js';
import { compareVersions } from './version.js';

/** A gate that makes no sense without another one. */
export interface GateRule {
  readonly gate: GateName;
  readonly needs: GateName;
  readonly text: string;
}

/** §13.2, order rules. That slashing needs an audit log is held against `slashing.auditLog`. */
export const GATE_RULES: readonly GateRule[] = [
  { gate: 'timetoke_rewards', needs: 'malachite_consensus', text: 'rewards need consensus' },
  { gate: 'pruning', needs: 'recursive_proofs', text: 'pruning needs recursive proofs' },
];

export function resolveGates(input: Sections['gates'], findings: Findings): readonly GatePhasePlan[] {
  const names = input.map((phase) => phase.name);
  const owner = new Map<GateName, string>();
  input.forEach((phase, i) => {
    if (names.indexOf(phase.name) !== i) {
      addProblem(findings, ['gates', i, 'name'], `a phase "${phase.name}" stands above already`, 'Rename one.');
    }
    phase.enables.forEach((gate, j) => {
      const other = owner.get(gate);
      if (other !== undefined) {
        addProblem(findings, ['gates', i, 'enables', j], `"${gate}" belongs to phase "${other}" already`, 'Keep one.');
      }
      owner.set(gate, phase.name);
    });
    (phase.after ?? []).forEach((name, j) => {
      const earlier = names.slice(0, i);
      if (earlier.includes(name)) return;
      const what = names.includes(name) ? `phase "${name}" comes no earlier` : `there is no phase "${name}"`;
      addProblem(findings, ['gates', i, 'after', j], what, suggest(name, earlier, 'Phases above'));
    });
  });
  return input.map(({ name, enables, after, minVersion, migration }, i) => ({
    name,
    enables,
    after: after ?? [],
    ...(minVersion === undefined ? {} : { minVersion }),
    migration: migration === undefined ? null : resolveMigration(migration, name, ['gates', i, 'migration'], findings),
  }));
}

/**
 * Holds the phases against the version under rollout and against what slashing needs (§13.2).
 *
 * @param channels - that switch phases on
 */
export function checkPrerequisites(
  phases: readonly GatePhasePlan[],
  channels: readonly ChannelPlan[],
  release: Sections['release'],
  auditLog: boolean,
  findings: Findings,
): void {
  const { version, previous } = release ?? {};
  if (version !== undefined && previous !== undefined && compareVersions(previous, version) >= 0) {
    const what = `version ${version} is not newer than the previous one, ${previous}`;
    addProblem(findings, ['release', 'version'], what, 'Write a newer version, or an older release.previous.');
  }
  phases.forEach(({ name, minVersion }, i) => {
    if (minVersion === undefined) return;
    const path = ['gates', i, 'minVersion'];
    const rule = `against gates.${name}.minVersion: ${minVersion}`;
    if (version === undefined) {
      addProblem(findings, path, `no release.version is stated that ${minVersion} could be held against`, 'Add it.');
    } else if (compareVersions(version, minVersion) < 0) {
      const what = `phase "${name}" is switched on with version ${version}, ${rule}`;
      addProblem(findings, path, what, `Roll out ${minVersion} or newer, or leave the phase out.`);
    }
  });
  if (auditLog) return;
  for (const channel of channels) {
    for (const step of channel.steps) {
      if (step.kind !== 'gate' || step.mode === 'shadow') continue;
      const phase = phases.find((one) => one.name === step.phase);
      if (phase?.enables.includes('consensus_enforcement') !== true) continue;
      const what = `channel "${channel.name}" enforces phase "${phase.name}" without an audit log: slashing needs audit (§13.2)`;
      addProblem(findings, ['slashing', 'auditLog'], what, 'Set up audit and appeals first, or leave the phase out.');
      return;
    }
  }
}

/**
 * Checks that `phase` may be switched on where `active` are; says which rule it breaks otherwise.
 *
 * @param path - of the step, or of the entry, that switches the phase on
 */
export function checkGateOrder(
  phase: GatePhasePlan,
  active: readonly string[],
  phases: readonly GatePhasePlan[],
  path: Path,
  findings: Findings,
): void {
  if (active.includes(phase.name)) {
    addProblem(findings, path, `phase "${phase.name}" is active already`, 'Switch each phase on once.');
    return;
  }
  for (const needed of phase.after) {
    if (active.includes(needed)) continue;
    const rule = `gates.${phase.name}.after: [${phase.after.join(', ')}]`;
    addProblem(
      findings,
      path,
      `phase "${phase.name}" comes before "${needed}", against ${rule}`,
      `Put "${needed}" first.`,
    );
  }
  const enabled = new Set<GateName>(phase.enables);
  for (const name of active) {
    const other = phases.find((candidate) => candidate.name === name);
    assert(other !== undefined, `phase ${name} is known`);
    for (const gate of other.enables) enabled.add(gate);
  }
  for (const rule of GATE_RULES) {
    if (!phase.enables.includes(rule.gate) || enabled.has(rule.needs)) continue;
    const provider = phases.find((candidate) => candidate.enables.includes(rule.needs));
    // The phase's own `after` has said it already.
    if (provider !== undefined && phase.after.includes(provider.name)) continue;
    const fix =
      provider === undefined ? `Enable ${rule.needs} in a phase of gates.` : `Put phase "${provider.name}" first.`;
    const what = `phase "${phase.name}" enables ${rule.gate} without ${rule.needs}: ${rule.text} (§13.2)`;
    addProblem(findings, path, what, fix);
  }
}
