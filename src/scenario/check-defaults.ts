/**
 * Defaults of checks. Those of a check that is written out are listed with the scenario; the others say that something is off.
 */
import { type Default, of } from './default-row.js';

export const CHECK_DEFAULTS: Readonly<Record<string, Default>> = {
  'channels[].checks[].window': of('5m', '§15.2: most alerts look back 5 min'),
  'channels[].checks[].interval': of('60s', '§22: checks 60 s apart'),
  'channels[].checks[].minSamples': of(1, 'assumption: no data never passes, one sample is data'),
  'channels[].checks[].consecutiveFailures': of(3, '§22: 3 checks in a row'),
};

export const CHECK_CONDITIONAL_DEFAULTS: Readonly<Record<string, Default>> = {
  'channels[].checks[].initialDelay': of('0s', 'assumption: a check looks from the start'),
  'channels[].checks[].noData': of('inconclusive', 'assumption: no data never passes'),
  'channels[].checks[].inconclusiveLimit': of(3, '§22: 3 checks, as many as failures in a row'),
  'channels[].checks[].mode': of('enforce', 'assumption: a check that is written is meant'),
  'channels[].checks[].onInconclusive': of('ignore', 'assumption: only a promotion waits for a success'),
  'channels[].checks[].compare': of('ratio', 'assumption: how many times worse the release is'),
};
