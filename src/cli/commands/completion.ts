/**
 * `completion`: the script that lets a shell complete commands, flags and files.
 */
import { UserError } from '#base/error';
import { DONE } from '../exit-code.js';
import type { CommandWords } from '../program.js';
import type { Terminal } from '../terminal.js';

const WRITERS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: writeBash,
  zsh: writeZsh,
  fish: writeFish,
};

/** @throws UserError for a shell that is none of bash, zsh and fish */
export function completion(shell: string, commands: readonly CommandWords[], terminal: Terminal): number {
  const write = WRITERS[shell];
  if (write === undefined) {
    const what = `there is no completion for ${JSON.stringify(shell)}`;
    throw new UserError([{ file: 'completion', what, fix: `Give ${Object.keys(WRITERS).join(', ')}.` }]);
  }
  terminal.print(write(commands));
  return DONE;
}

function writeBash(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options }) => {
    return `    ${name}) words='${options.map(({ flag }) => flag).join(' ')} --help' ;;`;
  });
  return `# rollout-sim for bash: source <(rollout-sim completion bash)
_rollout_sim() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${commands.map(({ name }) => name).join(' ')} --help --version'
  else
    case "\${COMP_WORDS[1]}" in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
    case "$word" in -*) ;; *) words='' ;; esac
    case "\${COMP_WORDS[1]}" in completion) words='bash zsh fish' ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _rollout_sim rollout-sim`;
}

function writeZsh(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name, description }) => `    ${quote(`${name}:${description.replaceAll(':', ' ')}`)}`);
  const cases = commands.map(({ name, options }) => {
    const flags = options.map(({ flag, description, takesValue }) => {
      const star = flag === '--set' ? '*' : '';
      const text = description.replace(/[[\]:]/g, ' ');
      return quote(`${star}${flag}[${text}]${takesValue ? ':value:_files' : ''}`);
    });
    const files = name === 'completion' ? quote('1:shell:(bash zsh fish)') : quote('*:file:_files');
    return `    ${name}) _arguments ${[...flags, files].join(' ')} ;;`;
  });
  return `#compdef rollout-sim
# rollout-sim for zsh: rollout-sim completion zsh > a folder of $fpath, as _rollout_sim
_rollout_sim() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _rollout_sim ]; then
  _rollout_sim "$@"
else
  compdef _rollout_sim rollout-sim
fi`;
}

function writeFish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c rollout-sim -f -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
    ...options.map(({ flag, description, takesValue }) => {
      const value = takesValue ? ' -r' : '';
      return `complete -c rollout-sim -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}${value} -d ${quote(description)}`;
    }),
  ]);
  lines.push("complete -c rollout-sim -f -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'");
  return `# rollout-sim for fish: rollout-sim completion fish > ~/.config/fish/completions/rollout-sim.fish\n${lines.join('\n')}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
