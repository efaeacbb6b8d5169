/**
 * `conform`: traces of the formal model of the consensus, replayed against ours.
 */
import { canonicalJson } from '#base/order';
import { conformTrace, formatConformance } from '#experiment/conform';
import { readTrace } from '#experiment/itf';
import { DONE, MISMATCH } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Terminal } from '../terminal.js';
import { cleanData, plural } from '../text.js';

/** @returns 0 if every trace agrees, 13 if one differs */
export function conform(files: readonly string[], options: OutputOptions, terminal: Terminal): number {
  const reports = files.map((file) => conformTrace(readTrace(file)));
  const differing = reports.filter(({ divergences }) => divergences > 0).length;
  if (options.json === true) {
    terminal.printJson(canonicalJson({ conforms: differing === 0, reports }, 2));
  } else {
    terminal.print(formatConformance(cleanData(reports)));
    const traces = plural(reports.length, 'trace');
    const verdict =
      differing === 0
        ? `${traces} agree with the model`
        : `${differing} of ${traces} ${differing === 1 ? 'differs' : 'differ'} from the model`;
    terminal.print(`\nverdict: ${verdict}`);
  }
  return differing === 0 ? DONE : MISMATCH;
}
