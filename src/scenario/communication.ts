/**
 * Communication with its defaults, each noted where it is used.
 */
import type { BriefingPlan } from '#model/communication-plan';
import type { CommunicationInput } from './communication-schema.js';
import { conditionalAt } from './defaults.js';
import { parseLaw } from './distribution.js';
import { addProblem, assume, type Findings } from './findings.js';
import { suggest } from './suggest.js';
import { parseDuration, parsePercent } from './units.js';

/** @param channels - names of the scenario's channels, in order */
export function resolveBriefing(
  input: CommunicationInput['briefing'],
  channels: readonly string[],
  findings: Findings,
): BriefingPlan | undefined {
  if (input === undefined) return undefined;
  const path = 'communication.briefing';
  const used = <T = string>(key: string): T => assume<T>(findings, `${path}.${key}`, conditionalAt(`${path}.${key}`));
  if (input.channel !== undefined && !channels.includes(input.channel)) {
    const what = `there is no channel "${input.channel}"`;
    addProblem(findings, ['communication', 'briefing', 'channel'], what, suggest(input.channel, channels, 'Channels'));
  }
  return {
    channel: input.channel ?? channels.at(-1) ?? '',
    ahead: input.ahead ?? parseDuration(used('ahead')),
    notice: input.notice ?? parseDuration(used('notice')),
    missing: input.missing ?? parsePercent(used('missing')),
    delay: input.delay ?? parseLaw(used('delay')),
  };
}
