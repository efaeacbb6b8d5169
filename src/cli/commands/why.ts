/**
 * `why`: the causes behind what fails, of one replication as a chain, of a run as shares of each risk.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#base/error';
import { ReplicationError } from '#experiment/failure';
import { formatPart } from '#experiment/store';
import { explainRun } from '#experiment/why';
import { explainReplication } from '#experiment/why-replication';
import { loadScenario } from '#scenario/load';
import { alignRows } from '../difference.js';
import { DONE, INCOMPLETE } from '../exit-code.js';
import { noteWarnings, reportFailure } from '../failure.js';
import { type Interrupt, watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { formatHeading } from '../result.js';
import { quoteCommand } from '../shell.js';
import { cleanText } from '../text.js';
import {
  concludeReplication,
  concludeRun,
  describeReplication,
  describeRun,
  type Section,
  toMarkdown,
} from '../why-text.js';

export interface WhyOptions extends ScenarioOptions, OutputOptions {
  readonly replication?: number;
  readonly all?: boolean;
  readonly confidence: number;
  readonly jobs: number;
  readonly out?: string;
}

/** An answer in all its forms. */
interface Answer {
  readonly name: string; // of its files, without ending
  readonly document: unknown;
  readonly title: string;
  readonly sections: readonly Section[];
  readonly conclusion: string;
}

/** @returns 0 answered, 14 a worker died, 130 or 143 interrupted */
export async function why(file: string, options: WhyOptions, context: Context): Promise<number> {
  const { terminal, version, argv } = context;
  if (options.replication !== undefined && (options.all === true || options.replications !== undefined)) {
    const flag = options.all === true ? '--all' : '--replications';
    const fix = `Leave out ${flag}, or --replication.`;
    throw new UserError([{ file: flag, what: 'one replication is not a run', fix }]);
  }
  const loaded = loadScenario(file, overridesOf(options));
  const folder = options.out ?? join('reports', loaded.name);
  prepareFolder(folder);
  const { name, seed, replications } = loaded;
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) {
    const one = `rollout-sim ${version}  why ${name}  seed ${seed}  replication ${options.replication}`;
    const isOne = options.replication !== undefined;
    say(isOne ? cleanText(one) : formatHeading({ version, name, seed, replications }, terminal));
    noteWarnings(loaded.warnings, terminal);
  }
  const interrupt = watchInterrupts(() => terminal.note('Stopping: half an answer is none, nothing is kept.'));
  try {
    const found = await answer(loaded, options, context, interrupt);
    terminal.progress('');
    if (typeof found === 'number') return found;
    const written = writeAnswer(folder, found);
    if (options.json === true) terminal.printJson(formatPart(found.document));
    else {
      if (options.quiet !== true) for (const line of tell(found, written)) terminal.print(cleanText(line));
      terminal.print(cleanText(found.conclusion));
    }
    return DONE;
  } catch (error) {
    terminal.progress('');
    if (error instanceof UserError && interrupt.exitCode() !== null) return interrupt.exitCode() ?? DONE;
    if (!(error instanceof ReplicationError)) throw error;
    const code = reportFailure(error, quoteCommand(['rollout-sim', ...argv]), terminal);
    return error.kind === 'death' ? INCOMPLETE : code;
  } finally {
    interrupt.release();
  }
}

async function answer(
  loaded: ReturnType<typeof loadScenario>,
  { replication, all, confidence, jobs, quiet }: WhyOptions,
  { terminal, version }: Context,
  interrupt: Interrupt,
): Promise<Answer | number> {
  const { signal } = interrupt;
  if (replication !== undefined) {
    const found = await explainReplication(loaded, replication, { version, signal });
    return {
      name: `why-${replication}`,
      document: found,
      title: `Why: ${loaded.name}, replication ${replication}`,
      sections: describeReplication(found),
      conclusion: concludeReplication(found),
    };
  }
  let drawnAt = Number.NEGATIVE_INFINITY;
  const onProgress = (what: string, done: number, total: number): void => {
    if (quiet === true || performance.now() - drawnAt < 100) return;
    drawnAt = performance.now();
    terminal.progress(cleanText(`${what}  ${done}/${total} replications`));
  };
  const found = await explainRun(loaded, { jobs, confidence, version, all, signal, onProgress });
  if (typeof found === 'string') return interrupt.exitCode() ?? INCOMPLETE;
  return {
    name: 'why',
    document: found,
    title: `Why: ${loaded.name}`,
    sections: describeRun(found),
    conclusion: concludeRun(found),
  };
}

/** `<name>.json` and `<name>.md`, each written beside its place and renamed. */
function writeAnswer(folder: string, { name, document, title, sections, conclusion }: Answer): string {
  mkdirSync(folder, { recursive: true });
  const texts = { json: formatPart(document), md: cleanText(toMarkdown(title, sections, conclusion)) };
  for (const [ending, text] of Object.entries(texts)) {
    const beside = join(folder, `.${name}.${ending}.${process.pid}.tmp`);
    writeFileSync(beside, text, { flush: true });
    renameSync(beside, join(folder, `${name}.${ending}`));
  }
  return join(folder, `${name}.md`);
}

function tell({ sections }: Answer, written: string): string[] {
  const lines = sections.flatMap(({ title, head, rows }) => {
    return ['', title, ...alignRows(head.length === 0 ? rows : [head, ...rows])];
  });
  return [...lines, '', `Answer: ${written}`];
}
