/**
 * The commands, their arguments and flags. A command's own file is loaded when it is called and not before: `--help`
 * and `validate` start without the engine, the charts and the threads.
 */
import { availableParallelism } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { BAD_USAGE, DONE, EXIT_CODE_HELP } from './exit-code.js';
import { reportFailure } from './failure.js';
import {
  collectAxis,
  collectMargin,
  collectSetting,
  collectText,
  parseCount,
  parseFaulty,
  parseHeights,
  parseLevel,
  parseRange,
  parseSeed,
  parseShard,
  parseWall,
} from './options.js';
import { quoteCommand } from './shell.js';
import type { Terminal } from './terminal.js';
import { cleanText } from './text.js';

/** What a command is told beside its own words. */
export interface Context {
  readonly argv: readonly string[]; // all words after `rollout-sim`
  readonly version: string;
  readonly terminal: Terminal;
}

const INTRODUCTION =
  'Rehearses the rollout of a BFT chain upgrade: liveness, reward accuracy and rollback risk, simulated many times over and answered with honest intervals.';

/** As `KIND_NAMES` of the importer, which `--help` does not load. */
export const IMPORT_KINDS = ['blueprint', 'bundle', 'node', 'simulation', 'simnet'];

const FIRST_STEPS = `First steps:
  rollout-sim init                              writes rollout.yaml
  rollout-sim run rollout.yaml                  prints the estimates and a verdict, writes reports/<name>/
  rollout-sim explain                           lists what can be asked and set`;

/**
 * Runs one command line.
 *
 * @param argv - the words after `rollout-sim`
 * @returns the exit code
 */
export async function runProgram(argv: readonly string[], version: string, terminal: Terminal): Promise<number> {
  let code: number = DONE;
  const program = createProgram(argv, version, terminal, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError))
      return reportFailure(error, quoteCommand(['rollout-sim', ...argv]), terminal);
    return error.code === 'commander.helpDisplayed' || error.code === 'commander.version' ? DONE : BAD_USAGE;
  }
}

/** The tree of commands; `finish` is told the exit code of the one that ran. */
function createProgram(
  argv: readonly string[],
  version: string,
  terminal: Terminal,
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('rollout-sim')
    .description(INTRODUCTION)
    .version(version, '-V, --version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(cleanText(text.trimEnd())),
      getOutHasColors: () => terminal.color,
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.progressWidth,
    })
    .configureHelp({ subcommandTerm: describeCommand })
    .addHelpText('after', `\n${FIRST_STEPS}\n\n${EXIT_CODE_HELP}`);
  const context: Context = { argv, version, terminal };

  program
    .command('init')
    .description('write a starter scenario')
    .argument('[file]', 'the file to write', 'rollout.yaml')
    .option('--force', 'overwrite the file')
    .action(async (file, options) => finish((await import('./commands/init.js')).init(file, options, terminal)));

  program
    .command('import')
    .description("make a scenario of the chain's own files, with an account of every key")
    .argument('<file>', 'malachite.toml, a rollout bundle, node.toml, or a scenario of upstream, TOML or RON')
    .addOption(new Option('--out <file>', 'the scenario to write (default: <name>.yaml)'))
    .addOption(new Option('--as <kind>', 'what the file is, where its keys do not say').choices(IMPORT_KINDS))
    .option('--force', 'overwrite the file')
    .addOption(jsonOption('print the account as one JSON document'))
    .addOption(quietOption('print warnings and the name of the file only'))
    .action(async (file, options) => {
      finish((await import('./commands/import.js')).importFile(file, options, context));
    });

  program
    .command('validate')
    .description('check scenario files; every problem with place and fix')
    .argument('<files...>', 'scenario files')
    .addOption(settingOption())
    .addOption(jsonOption('print the problems as one JSON document'))
    .addOption(quietOption('print problems only'))
    .action(async (files, options) => {
      finish((await import('./commands/validate.js')).validate(files, options, terminal));
    });

  program
    .command('schema')
    .description('print the JSON Schema of scenario files')
    .option('--status', 'of the lines of status.jsonl instead')
    .action(async (options) => finish(await (await import('./commands/schema.js')).schema(options, terminal)));

  program
    .command('explain')
    .description('explain a metric, a scenario key or a word, or list them')
    .argument('[topic]', 'such as liveness.finality')
    .addOption(jsonOption())
    .action(async (topic, options) => {
      finish((await import('./commands/explain.js')).explainTopic(topic, options, terminal));
    });

  withScenarioOptions(program.command('plan'))
    .description('print the plan with every default and its source')
    .argument('<file>', 'scenario file')
    .addOption(jsonOption())
    .action(async (file, options) => finish((await import('./commands/plan.js')).plan(file, options, terminal)));

  withScenarioOptions(program.command('run'))
    .description('simulate the rollout many times; estimates, verdict, report')
    .argument('<file>', 'scenario file')
    .addOption(jobsOption())
    .addOption(new Option('--out <dir>', 'folder of the results (default: reports/<name>)'))
    .addOption(wallOption())
    .option('--resume', 'go on with what the journal in the folder of the results holds')
    .addOption(
      new Option('--shard <i/N>', 'run the i-th of N shares and write a part, for merge').argParser(parseShard),
    )
    .addOption(new Option('--executor <kind>', 'threads of this process, or a queue').choices(['threads', 'bullmq']))
    .addOption(new Option('--redis <url>', 'bullmq: server of the queue, such as redis://127.0.0.1:6379'))
    .addOption(new Option('--queue <name>', 'bullmq: name of the queue (default: rollout-sim)'))
    .addOption(new Option('--decide [method]', 'stop once the expectations are settled').choices(['sequence', 'sprt']))
    .addOption(
      new Option('--precision <metric=half>', 'stop once an interval is so narrow; may be repeated').argParser(
        collectMargin,
      ),
    )
    .addOption(new Option('--max-replications <n>', 'the most that may run (default: 1000)').argParser(parseCount(1)))
    .addOption(new Option('--round <n>', 'replications between two looks (default: 20)').argParser(parseCount(1)))
    .addOption(new Option('--indifference <share>', 'sprt: so near a threshold either will do').argParser(parseLevel))
    .addOption(new Option('--alpha <share>', 'sprt: risk of a wrong pass (default: 5%)').argParser(parseLevel))
    .addOption(new Option('--beta <share>', 'sprt: risk of a wrong fail (default: 5%)').argParser(parseLevel))
    .addOption(new Option('--rare <event>', 'the probability of a rare event instead, by splitting; writes rare.json'))
    .addOption(new Option('--level <name>', 'rare: what leads to it: halt, offline, stall, backlog, checks or faults'))
    .addOption(new Option('--effort <n>', 'rare: paths of each stage (default: 200)').argParser(parseCount(1)))
    .addOption(new Option('--repeats <n>', 'rare: independent repeats (default: 10)').argParser(parseCount(2)))
    .addOption(jsonOption('print summary.json and nothing else'))
    .addOption(quietOption('print the verdict only'))
    .action(async (file, options) => finish(await (await import('./commands/run.js')).run(file, options, context)));

  program
    .command('merge')
    .description('put the parts of run --shard together; estimates, verdict, report')
    .argument('<parts...>', 'parts, or folders that hold them')
    .addOption(new Option('--out <dir>', 'folder of the results (default: reports/<name>)'))
    .addOption(jsonOption('print summary.json and nothing else'))
    .addOption(quietOption('print the verdict only'))
    .action(async (parts, options) =>
      finish(await (await import('./commands/merge.js')).merge(parts, options, context)),
    );

  program
    .command('report')
    .description('print a stored result and write its report again')
    .argument('<dir>', 'folder of the results, such as reports/quickstart')
    .option('--rare', 'of a folder that holds a run as well: the estimate of run --rare')
    .addOption(jsonOption('print summary.json and nothing else'))
    .addOption(quietOption('print the verdict only'))
    .action(async (dir, options) => finish(await (await import('./commands/report.js')).report(dir, options, context)));

  program
    .command('worker')
    .description('take replications from a queue, for run --executor bullmq; until it is stopped')
    .addOption(new Option('--redis <url>', 'server of the queue').makeOptionMandatory())
    .addOption(new Option('--queue <name>', 'name of the queue').default('rollout-sim'))
    .addOption(new Option('--jobs <n>', 'replications at once').argParser(parseCount(1)).default(1))
    .action(async (options) => finish(await (await import('./commands/worker.js')).work(options, context)));

  withScenarioOptions(program.command('compare'))
    .description('two scenarios, or one and a change, on the same luck: what differs, and how surely')
    .argument('<a>', 'scenario file')
    .argument('[b]', 'another one; left out, the first with --with')
    .addOption(
      new Option('--with <path=value>', 'change one value of B alone; may be repeated').argParser(collectSetting),
    )
    .addOption(marginOption('judge whether a metric differs by no more; may be repeated'))
    .addOption(confidenceOption())
    .addOption(jobsOption())
    .addOption(new Option('--out <dir>', 'folder of compare.json (default: reports/compare-<a>-<b>)'))
    .addOption(jsonOption('print compare.json and nothing else'))
    .addOption(quietOption('print the verdict only'))
    .action(async (a, b, options) =>
      finish(await (await import('./commands/compare.js')).compare(a, b, options, context)),
    );

  withScenarioOptions(program.command('check'))
    .description('run again on the luck of a stored run; 12 where a metric became worse than allowed')
    .argument('<files...>', 'scenario files')
    .addOption(new Option('--baseline <dir>', 'folder of the stored runs, one for each name').makeOptionMandatory())
    .addOption(new Option('--save-baseline', 'run and store instead of comparing'))
    .addOption(marginOption('how much worse a metric may become; may be repeated'))
    .addOption(confidenceOption())
    .addOption(jobsOption())
    .addOption(new Option('--junit <file>', 'write the verdicts as JUnit XML as well'))
    .addOption(jsonOption())
    .addOption(quietOption('print what is wrong and the verdict only'))
    .addHelpText('after', `\n${MARGIN_HELP}`)
    .action(async (files, options) =>
      finish(await (await import('./commands/check.js')).check(files, options, context)),
    );
  withScenarioOptions(program.command('sweep'))
    .description('run a scenario at many points: curves over axes, or which inputs matter')
    .argument('<file>', 'scenario file')
    .addOption(axisOption('--grid <path=values>', 'an axis, such as network.loss=0%..4% step 1%; may be repeated'))
    .addOption(axisOption('--zip <path=values>', 'values that move in step with those of other --zip'))
    .addOption(axisOption('--list <path=value; …>', 'one point written out; may be repeated'))
    .addOption(
      new Option('--filter <condition>', 'keep points that meet it, such as "loss <= 2%"').argParser(collectText),
    )
    .addOption(
      new Option('--sensitivity <method>', 'how much each input matters, in place of axes').choices([
        'morris',
        'sobol',
      ]),
    )
    .addOption(axisOption('--input <path=from..to>', 'an uncertain input; "log" or "step 1" may follow'))
    .addOption(new Option('--samples <n>', 'walks of morris (10), rows of sobol (64)').argParser(parseCount(2)))
    .addOption(new Option('--metric <key>', 'a metric to draw; may be repeated').argParser(collectText))
    .addOption(jobsOption())
    .addOption(new Option('--out <dir>', 'folder of the results (default: reports/<name>-sweep)'))
    .addOption(wallOption())
    .option('--resume', 'go on with what the journal in the folder of the results holds')
    .addOption(jsonOption('print sweep.json and nothing else'))
    .addOption(quietOption('print the verdict only'))
    .action(async (file, options) => finish(await (await import('./commands/sweep.js')).sweep(file, options, context)));

  withScenarioOptions(program.command('replay'), ['seed', 'fidelity'])
    .description('tell one replication event by event, with its metrics')
    .argument('<file>', 'scenario file')
    .addOption(
      new Option('--replication <k>', 'number of the replication, from 0')
        .argParser(parseCount(0))
        .makeOptionMandatory(),
    )
    .addOption(new Option('--itf <dir>', 'write the steps of one validator as ITF traces, for conform'))
    .addOption(new Option('--validator <v>', 'whose steps, from 0 (default: 0)').argParser(parseCount(0)))
    .addOption(new Option('--heights <a..b>', 'of which heights (default: 1..10)').argParser(parseHeights))
    .addOption(jsonOption())
    .action(async (file, options) =>
      finish(await (await import('./commands/replay.js')).replay(file, options, context)),
    );

  withScenarioOptions(program.command('why'))
    .description('what is behind a failure, or behind each risk of a run, on the same luck without each cause')
    .argument('<file>', 'scenario file')
    .addOption(new Option('--replication <k>', 'one replication as a chain of causes, from 0').argParser(parseCount(0)))
    .option('--all', 'repeat also replications in which nothing fails')
    .addOption(confidenceOption())
    .addOption(jobsOption())
    .addOption(new Option('--out <dir>', 'folder of why.json and why.md (default: reports/<name>)'))
    .addOption(jsonOption('print why.json and nothing else'))
    .addOption(quietOption('print the verdict only'))
    .action(async (file, options) => finish(await (await import('./commands/why.js')).why(file, options, context)));

  withScenarioOptions(program.command('minimise'), ['seed', 'fidelity'])
    .description('the fewest and gentlest faults with which a replication still fails the same way')
    .argument('<file>', 'scenario file')
    .addOption(
      new Option('--replication <k>', 'number of the replication, from 0')
        .argParser(parseCount(0))
        .makeOptionMandatory(),
    )
    .addOption(new Option('--out <file>', 'the scenario to write (default: reports/<name>/minimal-<k>.yaml)'))
    .addOption(jsonOption())
    .addOption(quietOption('print the verdict only'))
    .action(async (file, options) =>
      finish(await (await import('./commands/minimise.js')).minimiseFile(file, options, context)),
    );

  program
    .command('explore')
    .description('draw mixes of faults and hold each against what the protocol promises')
    .argument('[file]', 'scenario whose chain and network the mixes keep; drawn as well without one')
    .addOption(new Option('--mixes <n>', 'mixes to draw').argParser(parseCount(1)).default(300))
    .addOption(new Option('--seed <text>', 'where all chance comes from').argParser(parseSeed).default('1'))
    .addOption(
      new Option('--faulty <f|f+1>', 'Byzantine validators: as many as are tolerated, or more')
        .argParser(parseFaulty)
        .default(0, 'f'),
    )
    .addOption(
      new Option('--validators <range>', 'validators of a mix').argParser(parseRange).default([4, 16], '4..16'),
    )
    .addOption(new Option('--mix <k>', 'print mix k as a scenario file, and what it shows').argParser(parseCount(0)))
    .addOption(jobsOption())
    .addOption(jsonOption())
    .addOption(quietOption('print what was found only'))
    .action(async (file, options) =>
      finish(await (await import('./commands/explore.js')).runExplore(file, options, context)),
    );

  program
    .command('conform')
    .description('hold the consensus against traces of its formal model')
    .argument('<files...>', 'ITF traces, plain or gzip')
    .addOption(jsonOption())
    .action(async (files, options) => {
      finish((await import('./commands/conform.js')).conform(files, options, terminal));
    });

  withScenarioOptions(program.command('verify-determinism'))
    .description('run every replication in two processes, in another order, and compare')
    .argument('<file>', 'scenario file')
    .addOption(jobsOption())
    .addOption(jsonOption())
    .addOption(quietOption('print the verdict only'))
    .action(async (file, options) => {
      finish(await (await import('./commands/verify-determinism.js')).verify(file, options, context));
    });

  withScenarioOptions(program.command('verify-fidelity'))
    .description('block level against message level on the same luck, with the tolerance; 13 where it is outside')
    .argument('<files...>', 'scenario files')
    .addOption(new Option('--horizon <duration>', 'end each replication after this simulated time, such as 2d'))
    .addOption(marginOption('another tolerance of a metric; may be repeated'))
    .addOption(
      new Option('--ks <share>', 'tolerance of the distance between distributions (default: 10%)').argParser(
        parseLevel,
      ),
    )
    .addOption(confidenceOption())
    .addOption(jobsOption())
    .addOption(jsonOption())
    .addOption(quietOption('print the verdicts only'))
    .action(async (files, options) => {
      finish(await (await import('./commands/verify-fidelity.js')).verifyFidelity(files, options, context));
    });

  program
    .command('doctor')
    .description('check this machine and this installation')
    .addOption(jsonOption())
    .action(async (options) => finish((await import('./commands/doctor.js')).doctor(options, terminal)));

  program
    .command('completion')
    .description('print the completion script of a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell) => {
      finish((await import('./commands/completion.js')).completion(shell, describeCommands(program), terminal));
    });

  return program;
}

/** A command in the list of commands: its name and its arguments. */
function describeCommand(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...names].join(' ');
}

const SCENARIO_OPTIONS = ['seed', 'replications', 'fidelity'] as const;

function withScenarioOptions(
  command: Command,
  names: readonly (typeof SCENARIO_OPTIONS)[number][] = SCENARIO_OPTIONS,
): Command {
  if (names.includes('seed')) {
    command.addOption(new Option('--seed <text>', "seed instead of the file's").argParser(parseSeed));
  }
  if (names.includes('replications')) {
    command.addOption(new Option('--replications <n>', "replications instead of the file's").argParser(parseCount(1)));
  }
  if (names.includes('fidelity')) {
    const option = new Option('--fidelity <level>', "level of detail instead of the file's");
    command.addOption(option.choices(['message', 'block', 'auto']));
  }
  return command.addOption(settingOption());
}

function settingOption(): Option {
  const option = new Option('--set <path=value>', 'change one value of the scenario; may be repeated');
  return option.argParser(collectSetting);
}

const MARGIN_HELP = `Margins by default: 5 points of a probability, 1 point of a share, 10% of a time or a count;
forks, violations, innocent punished, wrong pay and stuck chains in no replication at all;
metrics that only describe are not judged. --margin takes a value in the metric's unit,
relative:5%, never (in no replication) or none (not judged).`;

function marginOption(text: string): Option {
  return new Option('--margin <metric=value>', text).argParser(collectMargin);
}

function confidenceOption(): Option {
  return new Option('--confidence <share>', 'of the intervals').argParser(parseLevel).default(0.95, '95%');
}

function jobsOption(): Option {
  return new Option('--jobs <n>', 'worker threads')
    .argParser(parseCount(1))
    .default(availableParallelism(), 'all cores');
}

function wallOption(): Option {
  const option = new Option('--max-wall <duration>', 'stop after this time and keep what is done, such as 10m');
  return option.argParser(parseWall);
}

function axisOption(flags: string, text: string): Option {
  return new Option(flags, text).argParser(collectAxis);
}

function jsonOption(text = 'print one JSON document'): Option {
  return new Option('--json', text);
}

function quietOption(text: string): Option {
  return new Option('--quiet', text);
}

/** A command as completion scripts need it. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly flag: string; readonly description: string; readonly takesValue: boolean }[];
}

function describeCommands(program: Command): CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.map((option) => ({
      flag: option.long ?? option.flags,
      description: option.description,
      takesValue: option.required,
    })),
  }));
}
