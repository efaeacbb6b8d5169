/**
 * What every key of a scenario, every metric and every word means: gathered from where each fact stands, never copied.
 */
import { METRICS, type Metric, PROBE_METRICS } from '#model/metric';
import { BASELINES } from '#model/probe';
import { ALERT_CHECKS, type AlertCheck } from './alert-checks.js';
import { AS_BUILT, type AsBuiltKey } from './as-built-schema.js';
import { GATES, LEADER_ORDERS, LOCK_RULES, PRESETS, SKIP_RULES } from './chain-schema.js';
import { CHANNEL_DEFAULTS, type ChannelDefaults, STATISTIC_OF_UNIT } from './channel-defaults.js';
import { GATE_MODES } from './channel-schema.js';
import { CHECK_ACTIONS, CHECK_MODES, CHECK_OUTCOMES, CHECK_PRESETS, COMPARISONS, IGNORING } from './check-schema.js';
import { type Default, formatValue } from './default-row.js';
import { CONDITIONAL_DEFAULTS, DEFAULTS } from './defaults.js';
import { BEHAVIOURS, DIRECTIONS, FAULT_KINDS, MISFIRES, PRUNING_ORDERS, STORE_DAMAGES } from './fault-schema.js';
import { COLUMN_FAMILIES, MIGRATION_DEFECTS } from './migration-schema.js';
import { GOSSIPS, REGION_PRESETS, TOPOLOGIES } from './network-schema.js';
import { COVERAGES } from './people-schema.js';
import { PRESET_DEFAULTS } from './preset-defaults.js';
import { BACKEND_TEXTS, CIRCUIT_TEXTS } from './proof-schema.js';
import { QUANTITY_EXAMPLE } from './quantity.js';
import { EVIDENCE_KINDS } from './readiness-schema.js';
import { REWARD_BUGS, REWARD_RULES } from './reward-schema.js';
import { FIDELITIES, REMOVED, UNSUPPORTED } from './schema.js';
import { scenarioJsonSchema } from './schema-json.js';
import { SLASHING_PROFILES } from './slashing-schema.js';
import { PAUSE_REASONS } from './storage-schema.js';
import { EXIT_CODES, TERMS } from './term.js';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Explanation {
  readonly topic: string;
  /** What the topic is: `scenario key`, `metric`, `gate`, `exit code`, …; several joined by `, `. */
  readonly kind: string;
  readonly text: string; // sentences
  readonly facts: readonly Fact[];
}

/** The explanation of a topic, or undefined if there is none; `channels[0].dwell` is as good as `channels[].dwell`. */
export function explain(topic: string): Explanation | undefined {
  const wanted = normalise(topic);
  const found = entries().filter((entry) => normalise(entry.topic) === wanted || entry.alias === wanted);
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1) return { topic: first.topic, kind: first.kind, text: first.text, facts: first.facts };
  return {
    topic: first.topic,
    kind: found.map((entry) => entry.kind).join(', '),
    text: found.map((entry) => `As ${entry.kind}: ${entry.text}`).join(' '),
    facts: found.flatMap((entry) => entry.facts),
  };
}

/** Every topic, by kind and in the order of their sources. */
export function explainTopics(): string[] {
  return distinct(entries().map((entry) => entry.topic));
}

interface Entry extends Explanation {
  readonly alias?: string;
}

let known: readonly Entry[] | undefined;

function entries(): readonly Entry[] {
  known ??= [
    ...keyEntries().map(tellSwitch),
    ...Object.entries(REMOVED).map(([path, fix]): Entry => {
      return { topic: path, kind: 'scenario key', text: `Gone. ${fix}`, facts: [] };
    }),
    ...METRICS.map(metricEntry),
    ...PROBE_METRICS.map((probe): Entry => {
      const facts = [{ label: 'unit of the probe', value: QUANTITY_EXAMPLE[probe.unit] }];
      const statistic = STATISTIC_OF_UNIT[probe.unit];
      facts.push({ label: 'in an expression', value: `${statistic}(${probe.key}, 10m)` });
      const baseline = BASELINES[probe.key];
      if (baseline !== undefined) facts.push({ label: 'against production', value: `yes, ${baseline}` });
      return { topic: probe.key, kind: 'probe metric', text: probe.text, facts };
    }),
    ...tableEntries(GATES, 'gate'),
    ...phaseEntries(),
    ...tableEntries(FAULT_KINDS, 'kind of fault'),
    ...tableEntries(BEHAVIOURS, 'Byzantine behaviour'),
    ...tableEntries(STORE_DAMAGES, 'damage of a store'),
    ...tableEntries(MISFIRES, 'misfire of a gate'),
    ...tableEntries(PRUNING_ORDERS, 'order to the pruning worker'),
    ...tableEntries(PAUSE_REASONS, 'reason to pause pruning'),
    ...tableEntries(DIRECTIONS, 'direction of a partition'),
    ...tableEntries(TOPOLOGIES, 'topology'),
    ...tableEntries(GOSSIPS, 'way of gossip'),
    ...tableEntries(REGION_PRESETS, 'set of regions'),
    ...tableEntries(PRESETS, 'preset of the consensus'),
    ...tableEntries(SKIP_RULES, 'rule of skipping rounds'),
    ...tableEntries(LOCK_RULES, 'rule of locked nodes'),
    ...tableEntries(CIRCUIT_TEXTS, 'circuit'),
    ...tableEntries(BACKEND_TEXTS, 'proof system'),
    ...tableEntries(COLUMN_FAMILIES, 'column family'),
    ...tableEntries(EVIDENCE_KINDS, 'kind of evidence'),
    ...tableEntries(COVERAGES, 'coverage of on-call'),
    ...tableEntries(MIGRATION_DEFECTS, 'defect of a migration'),
    ...tableEntries(LEADER_ORDERS, 'order of leaders'),
    ...tableEntries(REWARD_RULES, 'reward rule'),
    ...tableEntries(REWARD_BUGS, 'reward bug'),
    ...tableEntries(SLASHING_PROFILES, 'slashing profile'),
    ...tableEntries(CHECK_ACTIONS, 'check action'),
    ...tableEntries(IGNORING, 'check action'),
    ...tableEntries(CHECK_OUTCOMES, 'outcome of a check'),
    ...tableEntries(CHECK_MODES, 'check mode'),
    ...tableEntries(COMPARISONS, 'comparison of a check'),
    ...tableEntries(CHECK_PRESETS, 'preset of checks'),
    ...ALERT_CHECKS.map(alertEntry),
    ...tableEntries(GATE_MODES, 'gate mode'),
    ...tableEntries(FIDELITIES, 'fidelity'),
    ...Object.entries(EXIT_CODES).map(([code, text]): Entry => {
      return { topic: `exit ${code}`, alias: code, kind: 'exit code', text, facts: [] };
    }),
    ...tableEntries(TERMS, 'word'),
    ...UNSUPPORTED.map((path): Entry => {
      return { topic: path, kind: 'scenario key', text: 'Not supported by this version.', facts: [] };
    }),
  ];
  return known;
}

function normalise(topic: string): string {
  return topic.trim().replace(/\[\d*\]/g, '');
}

function tableEntries(table: Readonly<Record<string, string>>, kind: string): Entry[] {
  return Object.entries(table).map(([topic, text]) => ({ topic, kind, text, facts: [] }));
}

function metricEntry(metric: Metric): Entry {
  const { key, kind, unit, better, bounds, text } = metric;
  const [low, high] = bounds;
  const example =
    kind === 'probability' ? `P(${key}) <= 5%` : `mean(${key}) <= ${QUANTITY_EXAMPLE[unit].split(' ')[0]}`;
  const facts = [
    { label: 'kind', value: kind },
    {
      label: 'unit',
      value: kind === 'probability' ? 'share of replications' : `${unit}, such as ${QUANTITY_EXAMPLE[unit]}`,
    },
    { label: 'range', value: `${low} to ${high === null ? 'any size' : high === 'horizon' ? 'the horizon' : high}` },
    { label: 'better', value: better },
    { label: 'in a claim', value: example },
  ];
  return { topic: key, kind: 'metric', text: `${metric.label}. ${text}`, facts };
}

function alertEntry({ name, severity, check, sustain, exported, source }: AlertCheck): Entry {
  const { when, metric, statistic, window, success } = check;
  const rule = when ?? `${statistic}(${metric}, ${window}) ${success}`;
  const facts = [
    { label: 'succeeds while', value: String(rule) },
    { label: 'fires after', value: `${sustain}m` },
    { label: 'source', value: source },
  ];
  const blind = exported ? '' : ' As built it is blind: no code exports what it reads.';
  return { topic: name, kind: 'alert', text: `A ${severity} alert of the preset of checks.${blind}`, facts };
}

function phaseEntries(): Entry[] {
  const phases = DEFAULTS.gates?.value as readonly {
    name: string;
    enables: readonly string[];
    after?: readonly string[];
  }[];
  return phases.map(({ name, enables, after = [] }) => ({
    topic: name,
    kind: 'gate phase',
    text: `A phase of the default plan.`,
    facts: [
      { label: 'enables', value: enables.join(', ') },
      { label: 'after', value: after.length === 0 ? 'none' : after.join(', ') },
      { label: 'source', value: DEFAULTS.gates?.source ?? '' },
    ],
  }));
}

/** The part of a JSON Schema that is read here. */
interface Node {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly prefixItems?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly $ref?: string;
}

function keyEntries(): Entry[] {
  const root = scenarioJsonSchema() as Node & { readonly $defs?: Readonly<Record<string, Node>> };
  // A key may stand in several branches of a union, as `for` in every kind of fault.
  const found = new Map<string, Node[]>();
  const optional = new Set<string>();
  const visit = (node: Node, path: string): void => {
    for (const branch of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) visit(branch, path);
    if (node.items !== undefined) visit(node.items, `${path}[]`);
    for (const [key, inner] of Object.entries(node.properties ?? {})) {
      const topic = path === '' ? key : `${path}.${key}`;
      const target = inner.$ref === undefined ? undefined : root.$defs?.[inner.$ref.replace('#/$defs/', '')];
      found.set(topic, [...(found.get(topic) ?? []), { ...target, ...inner }]);
      if (node.required?.includes(key) !== true) optional.add(topic);
      visit(inner, topic);
    }
  };
  visit(root, '');
  return [...found].map(([topic, nodes]) => keyEntry(topic, nodes, !optional.has(topic)));
}

function keyEntry(topic: string, nodes: readonly Node[], required: boolean): Entry {
  const facts: Fact[] = [{ label: 'value', value: distinct(nodes.map(describeValue)).join(', or ') }];
  const row = DEFAULTS[topic] ?? CONDITIONAL_DEFAULTS[topic];
  if (row !== undefined) facts.push(defaultFact('default', row));
  for (const [preset, defaults] of Object.entries(PRESET_DEFAULTS)) {
    const used = Object.entries(defaults).find(([path]) => path === topic)?.[1];
    if (used !== undefined) facts.push(defaultFact(`default of ${preset}`, used));
  }
  for (const [profile, used] of channelDefaults(topic)) facts.push(defaultFact(`default of ${profile}`, used));
  if (required) facts.push({ label: 'required', value: 'yes' });
  const text = distinct(nodes.map((node) => node.description ?? '')).join(' ');
  return { topic, kind: 'scenario key', text, facts };
}

const SWITCHES = 'chain.asBuilt.';

/** Switches of the chain as built have a heading of their own, their row of the blueprint, and their bare name. */
function tellSwitch(entry: Entry): Entry {
  if (!entry.topic.startsWith(SWITCHES)) return entry;
  const alias = entry.topic.slice(SWITCHES.length);
  const { row, sources, breaks } = AS_BUILT[alias as AsBuiltKey];
  const facts = [
    ...entry.facts,
    { label: 'blueprint §21', value: `row ${row}` },
    { label: 'sources', value: sources },
    { label: 'breaks', value: breaks },
  ];
  return { ...entry, alias, kind: 'switch of the chain as built', facts };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function defaultFact(label: string, { value, source }: Default): Fact {
  return { label, value: `${formatValue(value)} (${source})` };
}

/** The defaults of a channel's key, which depend on the channel's name. */
function channelDefaults(topic: string): [profile: string, used: Default][] {
  const key = topic.replace('channels[].', '');
  const own: Readonly<Record<string, keyof ChannelDefaults>> = {
    dwell: 'dwell',
    gateDwell: 'gateDwell',
    gates: 'gates',
    maintenance: 'maintenance',
    'steps[].upgrade.batches': 'batches',
    'steps[].gate.batches': 'batches',
    'steps[].upgrade.pause': 'pause',
    'checks[].onFail': 'onFail',
  };
  const field = topic.startsWith('channels[].') ? own[key] : undefined;
  if (field === undefined) return [];
  return Object.entries(CHANNEL_DEFAULTS).map(([profile, defaults]) => [profile, defaults[field]]);
}

/** What a key accepts, in words. */
function describeValue(node: Node): string {
  if (node.title !== undefined) return node.title;
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return distinct(branches.map(describeValue)).join(', or ');
  switch (node.type) {
    case 'array':
      return node.prefixItems !== undefined || node.items === undefined
        ? 'a pair [min, max]'
        : `a list; each item: ${describeValue(node.items)}`;
    case 'object':
      return `a map of ${Object.keys(node.properties ?? {}).join(', ')}`;
    case 'integer':
    case 'number': {
      const least = node.minimum !== undefined && node.minimum > Number.MIN_SAFE_INTEGER ? ` from ${node.minimum}` : '';
      const most = node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER ? ` to ${node.maximum}` : '';
      return `${node.type === 'integer' ? 'a whole number' : 'a number'}${least}${most}`;
    }
    case 'boolean':
      return 'true or false';
    default:
      return 'a text';
  }
}
