/**
 * A scenario file into a plan: read, lay over the files below it, override, check, fill in, resolve.
 *
 * All problems of one reading are reported together. Sections that are broken keep only those checks from running that
 * need them; a broken syntax, or a missing file below, ends the reading at once, since what follows would be noise.
 */
import { basename } from 'node:path';
import { assert } from '#base/assert';
import { type Problem, UserError } from '#base/error';

import { fingerprintText } from '#base/fingerprint';
import { canonicalJson } from '#base/order';
import type { Fidelity, Plan } from '#model/plan';
import { listAssumptions } from './assumption.js';
import { resolveChain } from './chain.js';
import { resolveChannels } from './channel.js';
import { resolveChecklist } from './checklist.js';
import type { Claim } from './claim.js';
import { resolveBriefing } from './communication.js';
import { resolveClaims, warnOfUnprovable } from './expectation.js';
import { nameFaults, resolveFaults, UNEXPLAINED } from './fault.js';
import { type Assumption, createFindings, type Findings } from './findings.js';
import { checkPrerequisites, resolveGates } from './gate.js';
import { resolveHorizon, warnOfLateFaults } from './horizon.js';
import { resolveNetwork } from './network.js';
import { readLayers, readText } from './overlay.js';
import { applyOverride } from './override.js';
import { resolveOperations, unusedPeopleDefaults } from './people.js';
import { type Finding, toProblems } from './place.js';
import { createLocator, describeIssues } from './problem.js';
import { resolveProofs } from './proof.js';
import { plannedTime, resolveReadiness } from './readiness.js';
import { resolveRewards } from './reward.js';
import { channelTime } from './schedule.js';
import { FIDELITIES, NAME_PATTERN, type SectionName, type Sections, scenarioSchema } from './schema.js';
import { resolveStorage } from './storage.js';
import type { SweepWritten } from './sweep-schema.js';
import { find, type TreeMap, toPlain } from './tree.js';

export interface LoadOptions {
  /** `path=value` texts that override the file, in order. */
  readonly set?: readonly string[];
  readonly seed?: string;
  readonly replications?: number;
  readonly fidelity?: Fidelity;
}

export interface LoadedScenario {
  readonly file: string;
  readonly plan: Plan;
  readonly name: string;
  readonly question: string;
  readonly seed: string;
  readonly replications: number;
  readonly claims: readonly Claim[];
  /** Of what is simulated and asked: the resolved plan and the claims, not seed and replications. */
  readonly hash: string;
  /** Every default that was used, with its source. */
  readonly assumptions: readonly Assumption[];
  /** What `sweep` reads; nothing of it is simulated by `run`. */
  readonly sweep?: SweepWritten | undefined;
  /** What is allowed and yet probably not meant. */
  readonly warnings: readonly Problem[];
}

/**
 * Loads a scenario file.
 *
 * @param file - path of a YAML or JSON file
 * @throws UserError with all problems of the file, of the files below it and of the options
 */
export function loadScenario(file: string, options: LoadOptions = {}): LoadedScenario {
  return loadScenarioText(readText(file), file, options);
}

/**
 * Loads a scenario from its text.
 *
 * @param fileName - what to call it in problems; files it extends are looked for beside it
 * @throws UserError as `loadScenario`
 */
export function loadScenarioText(text: string, fileName: string, options: LoadOptions = {}): LoadedScenario {
  const { tree, mistakes, sources } = readLayers(text, fileName);
  if (tree?.kind !== 'map') throw new UserError(toProblems(mistakes));
  const overrides = (options.set ?? []).flatMap((override, i) => applyOverride(tree, override, sources + i));
  const findings = createFindings(createLocator(tree));
  findings.problems.push(...mistakes, ...overrides);
  const sections = checkSections(tree, findings);
  const resolved = resolveSections(sections, tree, findings);
  const optionProblems = checkOptions(options);
  if (findings.problems.length + optionProblems.length > 0) {
    throw new UserError([...toProblems(unique(findings.problems)), ...optionProblems]);
  }
  assert(resolved !== undefined && isComplete(sections), 'a scenario without problems can be resolved');
  const name = sections.name ?? nameFromFile(fileName);
  const { horizon, claims, ...parts } = resolved;
  const plan: Plan = { name, fidelity: options.fidelity ?? sections.fidelity, horizon, ...parts };
  const replications = options.replications ?? sections.replications;
  const given = Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  // Where a default depends on another key, it was noted where it was used.
  const noted = findings.assumptions.map(({ path }) => path);
  const unused = unusedPeopleDefaults(sections.operations);
  warnOfUnprovable(claims, replications, findings);
  return {
    file: fileName,
    plan,
    name,
    question: sections.question,
    seed: options.seed ?? sections.seed,
    replications,
    claims,
    hash: fingerprintText(canonicalJson({ plan, claims })),
    assumptions: [...listAssumptions(tree, plan, [...given, ...noted, ...unused]), ...findings.assumptions],
    sweep: sections.sweep,
    warnings: toProblems(findings.warnings),
  };
}

/** Checks every section by itself, so that those that are well can be used whatever is wrong with the others. */
function checkSections(tree: TreeMap, findings: Findings): Partial<Sections> {
  const plain = toPlain(tree) as Record<string, unknown>;
  const parsed = scenarioSchema.safeParse(plain, { jitless: true }); // each schema is used once: compiling costs more
  if (parsed.success) return parsed.data;
  findings.problems.push(...describeIssues(parsed.error.issues, [], findings.locator));
  const sections: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(scenarioSchema.shape)) {
    const section = schema.safeParse(Object.hasOwn(plain, key) ? plain[key] : undefined, { jitless: true });
    if (section.success) sections[key] = section.data;
  }
  return sections as Partial<Sections>;
}

const NEEDED: readonly SectionName[] = ['question', 'seed', 'replications', 'fidelity'];

function isComplete(sections: Partial<Sections>): sections is Sections {
  return NEEDED.every((key) => sections[key] !== undefined);
}

type Resolved = Omit<Plan, 'name' | 'fidelity'> & { readonly claims: readonly Claim[] };

/** What the sections mean together; undefined if one of them is broken. */
function resolveSections(sections: Partial<Sections>, tree: TreeMap, findings: Findings): Resolved | undefined {
  const { validators, witnesses, slashing, telemetry } = sections;
  const chain = sections.chain && resolveChain(sections.chain, findings);
  const pace = { blockTime: chain?.blockTime, uptimeProofs: validators?.uptimeProofs };
  const proofs = sections.proofs && resolveProofs(sections.proofs, pace, findings);
  const storage = sections.storage && resolveStorage(sections.storage, chain?.blockTime, findings);
  const rewards = sections.rewards && resolveRewards(sections.rewards, findings);
  const network = sections.network && resolveNetwork(sections.network, findings);
  const gates = sections.gates && resolveGates(sections.gates, findings);
  const channels = sections.channels && gates && resolveChannels(sections.channels, gates, findings);
  const whole = channels?.length === sections.channels?.length ? channels : undefined;
  const channelNames = namesIn(tree, 'channels');
  const operations = sections.operations && resolveOperations(sections.operations, channelNames, tree, findings);
  const readiness = sections.readiness && resolveReadiness(sections.readiness, channelNames, findings);
  const faults =
    sections.faults &&
    resolveFaults(sections.faults, {
      channels: whole,
      channelNames,
      phases: gates,
      crashRestart: operations?.crashRestart,
      findings,
    });
  const faultNames = faults?.map((fault) => fault.name) ?? faultNamesIn(tree);
  const causes = [...faultNames, ...namesIn(tree, 'readiness'), UNEXPLAINED];
  const phaseNames = gates?.map((phase) => phase.name) ?? namesIn(tree, 'gates');
  const claims =
    sections.expect && resolveClaims(sections.expect, { channels: channelNames, gates: phaseNames, causes }, findings);
  if (
    !(chain && network && validators && witnesses && proofs && rewards && slashing && storage) ||
    !(telemetry && operations && readiness && gates && whole && faults && claims)
  ) {
    return undefined;
  }
  const { checklist } = sections;
  const { missing, ...seen } = telemetry;
  const briefing = resolveBriefing(sections.communication?.briefing, channelNames, findings);
  const { auditLog, ...penalties } = slashing;
  checkPrerequisites(gates, whole, sections.release, auditLog, findings);
  const times = whole.map((channel) => channelTime(channel, chain, operations.restart));
  const phases = sections.phases ?? null;
  const horizon = resolveHorizon(sections.horizon, plannedTime(times, readiness), phases, findings);
  if (phases !== null) warnOfLateFaults(faults, phases, findings);
  return {
    horizon,
    chain,
    network,
    validators,
    witnesses,
    proofs,
    rewards,
    slashing: penalties,
    storage,
    telemetry: { ...seen, ...(missing === undefined ? {} : { missing }) },
    ...(briefing === undefined ? {} : { briefing }),
    ...(checklist === undefined ? {} : { checklist: resolveChecklist(checklist, findings) }),
    operations,
    readiness,
    gates,
    channels: whole,
    faults,
    phases,
    claims,
  };
}

/** The names in a list of the file, whatever else is wrong with it. */
function namesIn(tree: TreeMap, key: string): string[] {
  const items = toPlain(find(tree, [key]) ?? tree);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) => {
    const name = item !== null && typeof item === 'object' && 'name' in item ? item.name : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

function faultNamesIn(tree: TreeMap): string[] {
  const items = toPlain(find(tree, ['faults']) ?? tree);
  if (!Array.isArray(items)) return [];
  const named = items.map((item: unknown) => {
    const { kind, name } = (item ?? {}) as { kind?: unknown; name?: unknown };
    return { kind: String(kind), name: typeof name === 'string' ? name : undefined };
  });
  return nameFaults(named);
}

function checkOptions(options: LoadOptions): Problem[] {
  const problems: Problem[] = [];
  const { replications, fidelity, seed } = options;
  if (replications !== undefined && !(Number.isSafeInteger(replications) && replications >= 1)) {
    const what = `${replications} is not a number of replications`;
    problems.push({ file: '--replications', what, fix: 'Write a whole number of at least 1.' });
  }
  if (fidelity !== undefined && !Object.hasOwn(FIDELITIES, fidelity)) {
    const what = `"${fidelity}" is not a fidelity`;
    problems.push({ file: '--fidelity', what, fix: `Write one of: ${Object.keys(FIDELITIES).join(', ')}.` });
  }
  if (seed === '') problems.push({ file: '--seed', what: 'is empty', fix: 'Write any text.' });
  return problems;
}

/** The same problem may be seen from two sides, such as a region named twice in one pair. */
function unique(problems: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return problems.filter(({ place, path, what }) => {
    const key = `${place.source.order}:${place.line}:${place.column}:${path}:${what}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function nameFromFile(file: string): string {
  const name = basename(file)
    .replace(/\.(?:ya?ml|json)$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return NAME_PATTERN.test(name) ? name : 'scenario';
}
