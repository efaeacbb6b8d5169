/**
 * A rollout bundle: stages, each with its channel and the gates that are on in it.
 *
 * What upstream's own test pins holds here too: stages in the order of channels, each named as its channel, and a gate
 * that is on never goes off again. Source: blueprint.md sections 13.1 and 13.2, files `config/defaults/*.toml`.
 */
import type { GateName } from '#model/plan';
import { suggest } from '#scenario/suggest';
import type { Path } from '#scenario/tree';
import { type Account, add, at, has, ignore, refuse, set, use } from './account.js';
import { readGates } from './gates.js';
import { readText } from './quantity.js';
import type { Rule } from './rule.js';

const ADMISSION = 'who is admitted to the network is not modelled';
const DOCUMENTS = 'a document; that people prepare and know it is not modelled';

export const BUNDLE_RULES: readonly Rule[] = [
  ['version', 'version of the file format'],
  ['bundle', ''],
  ['description', ''],
  ['node_template', 'another file; import it by itself'],
  ['wallet_template', 'wallets are not modelled'],
  ['notes', 'a note'],
  ['stages.*.name', ''],
  ['stages.*.release_channel', ''],
  ['stages.*.change_window', 'a calendar; a channel starts here when the one before it has ended'],
  ['stages.*.feature_gates.*', ''],
  ['stages.*.release_checks', DOCUMENTS],
  ['stages.*.recovery_playbook', DOCUMENTS],
  ['network.admission.**', ADMISSION],
  ['admission_reconciler.**', ADMISSION],
];

const ORDER = ['development', 'testnet', 'canary', 'mainnet'];
/** Validators of each channel (§22); the canary's are a share of mainnet's, which has a default. */
const SIZES: Readonly<Record<string, number>> = { development: 8, testnet: 24, mainnet: 100 };
const ALONE = 100; // validators of the chain of a canary without mainnet

interface Stage {
  readonly channel: string;
  readonly on: readonly GateName[];
  readonly path: Path;
}

/** Takes stages and gates; each set of gates that a stage adds is a phase. */
export function convertBundle(account: Account): void {
  const stages = readStages(account);
  const bundle = readText(account, ['bundle']);
  if (bundle !== undefined) {
    set(account.scenario, 'name', bundle);
    use(account, ['bundle'], 'name');
  }
  const description = readText(account, ['description']);
  const asked = `Does the bundle reach ${stages.at(-1)?.channel ?? 'mainnet'} without a rollback?`;
  if (description === undefined) add(account, 'question', asked, 'to be made yours');
  else {
    set(account.scenario, 'question', `${description.replace(/[.\s]*$/, '.')} ${asked}`);
    use(account, ['description'], 'question');
  }
  if (account.problems.length > 0) return;
  const phases = layPhases(account, stages);
  if (phases.length > 0) set(account.scenario, 'gates', phases);
  const channels = stages.map(({ channel, on }) => {
    const alone = channel === 'canary' && !stages.some((stage) => stage.channel === 'mainnet');
    const size = alone
      ? { chainValidators: ALONE }
      : SIZES[channel] === undefined
        ? {}
        : { validators: SIZES[channel] };
    const gates = phases.filter(({ enables }) => enables.some((gate) => on.includes(gate))).map(({ name }) => name);
    return { name: channel, ...size, gates };
  });
  add(
    account,
    'channels',
    channels,
    '§22: validators of upstream scenarios; how long each dwells comes from defaults (§17)',
  );
}

function readStages(account: Account): Stage[] {
  const list = at(account.tree, ['stages']);
  if (list?.kind !== 'list' || list.items.length === 0) {
    refuse(account, ['stages'], 'no stage is there', 'Add [[stages]] with name, release_channel and feature_gates.');
    return [];
  }
  const stages: Stage[] = [];
  list.items.forEach((_, i) => {
    const path: Path = ['stages', i];
    const channel = readChannel(account, path);
    const on = readGates(account, [...path, 'feature_gates']);
    if (channel === undefined) return;
    checkOrder(account, path, channel, stages);
    const earlier = stages.at(-1);
    for (const gate of earlier?.on ?? []) {
      if (on.includes(gate)) continue;
      const place: Path = [...path, 'feature_gates', gate];
      const what = `${gate} is on in ${earlier?.channel} and off in ${channel}: demotion is allowed only by rollback (§13.2)`;
      refuse(account, has(account, place) ? place : [...path, 'feature_gates'], what, `Write ${gate} = true.`, true);
    }
    stages.push({ channel, on, path });
  });
  return stages;
}

/** The channel of a stage, which its name repeats (§13.1). */
function readChannel(account: Account, path: Path): string | undefined {
  const named: Path = [...path, 'name'];
  const released: Path = [...path, 'release_channel'];
  const name = readText(account, named);
  const channel = readText(account, released) ?? name;
  if (channel === undefined) {
    refuse(account, path, 'this stage has no name', `Add name = "${ORDER[Number(path[1])] ?? 'mainnet'}".`, true);
    return undefined;
  }
  const place = has(account, released) ? released : named;
  if (!ORDER.includes(channel)) {
    refuse(account, place, `"${channel}" is not a channel`, suggest(channel, ORDER, 'Channels'));
    return undefined;
  }
  if (name !== undefined && name !== channel) {
    refuse(
      account,
      place,
      `stage "${name}" releases to channel "${channel}": both must be equal (§13.1)`,
      `Write "${name}".`,
    );
  }
  for (const one of [named, released]) if (has(account, one)) use(account, one, `channels[${path[1]}].name`);
  return channel;
}

function checkOrder(account: Account, path: Path, channel: string, stages: readonly Stage[]): void {
  const earlier = stages.at(-1)?.channel;
  if (earlier === undefined || ORDER.indexOf(earlier) < ORDER.indexOf(channel)) return;
  const what = `${channel} comes after ${earlier}: channels are promoted ${ORDER.join(' → ')} (§13.1, §14)`;
  refuse(
    account,
    [...path, has(account, [...path, 'name']) ? 'name' : 'release_channel'],
    what,
    'Put the stages in this order.',
  );
}

interface Phase {
  readonly name: string;
  readonly enables: readonly GateName[];
  readonly after?: readonly string[];
}

/** One phase for what each stage adds, named after the stage; each comes after the one before. */
function layPhases(account: Account, stages: readonly Stage[]): Phase[] {
  const phases: Phase[] = [];
  const phaseOf = new Map<GateName, number>();
  for (const { channel, on } of stages) {
    const enables = on.filter((gate) => !phaseOf.has(gate));
    for (const gate of enables) phaseOf.set(gate, phases.length);
    if (enables.length === 0) continue;
    const before = phases.at(-1)?.name;
    phases.push({ name: `${channel}-gates`, enables, ...(before === undefined ? {} : { after: [before] }) });
  }
  stages.forEach(({ path, channel, on }, i) => {
    const map = at(account.tree, [...path, 'feature_gates']);
    for (const key of map?.kind === 'map' ? map.entries.keys() : []) {
      const place: Path = [...path, 'feature_gates', key];
      const phase = phaseOf.get(key as GateName) ?? -1;
      const begins = phases[phase]?.name === `${channel}-gates`;
      if (on.includes(key as GateName)) {
        use(account, place, [...(begins ? [`gates[${phase}].enables`] : []), `channels[${i}].gates`]);
      } else {
        ignore(account, place, `off in ${channel}`);
      }
    }
  });
  return phases;
}
