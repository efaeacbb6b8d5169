/**
 * Defaults of items of `readiness`.
 */
import { type Default, of } from './default-row.js';

export const READINESS_DEFAULTS: Readonly<Record<string, Default>> = {
  'readiness[].kind': of('other', 'assumption: evidence without further consequences'),
  'readiness[].fails': of('0%', 'assumption: what is handed in is accepted'),
  'readiness[].missing': of('0%', 'assumption: what is planned is delivered at some time'),
};

export const READINESS_CONDITIONAL_DEFAULTS: Readonly<Record<string, Default>> = {
  'readiness[].owner': of('its own', 'assumption: somebody who has nothing else to do'),
  'readiness[].rework': of('its duration', 'assumption: as long as the first time'),
  'readiness[].gates': of('the first channel; of coverage: every channel', '§17: preparation comes before the stages'),
};
