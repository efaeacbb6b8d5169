/**
 * What became of every check of a plan over all replications: how its evaluations went, how often it acted or would have,
 * and how often that was a false alarm.
 */
import type { CheckOutcome, CheckPlan } from '#model/check-plan';
import { unexportedMetrics } from '#model/check-rule';
import type { CheckRecord, Outcome } from '#model/outcome';
import type { Plan } from '#model/plan';
import { type ShareInterval, toProportion } from './breakdown.js';
import type { Summary } from './result.js';

/** In order of channels and checks; those whose channel was never reached are there too. */
export function foldChecks(plan: Plan, outcomes: readonly Outcome[], interval: ShareInterval): Summary['checks'] {
  const recordsOf = new Map<string, CheckRecord[]>();
  for (const record of outcomes.flatMap(({ checks }) => checks)) {
    const key = JSON.stringify([record.channel, record.check]);
    const known = recordsOf.get(key);
    if (known === undefined) recordsOf.set(key, [record]);
    else known.push(record);
  }
  return plan.channels.flatMap(({ name: channel, checks }) =>
    checks.map((checkPlan) => {
      const { name: check, mode, onFail } = checkPlan;
      const records = recordsOf.get(JSON.stringify([channel, check])) ?? [];
      const total = (count: (record: CheckRecord) => number) => records.reduce((sum, one) => sum + count(one), 0);
      const [successes, failures] = [total((one) => one.successes), total((one) => one.failures)];
      const inconclusive = total((one) => one.inconclusive);
      const verdicts = (verdict: CheckOutcome) => records.filter((one) => one.verdict === verdict).length;
      const share = (belongs: (record: CheckRecord) => boolean) =>
        toProportion(records.filter(belongs).length, outcomes.length, interval);
      return {
        channel,
        check,
        mode,
        onFail,
        blind: isBlind(plan, checkPlan),
        reached: records.length,
        evaluations: successes + failures + inconclusive,
        outcomes: { success: successes, failure: failures, inconclusive },
        verdicts: {
          success: verdicts('success'),
          failure: verdicts('failure'),
          inconclusive: verdicts('inconclusive'),
        },
        acted: share((one) => one.acted !== null),
        falseAlarms: share((one) => one.falseAlarm),
      };
    }),
  );
}

/** Whether a check cannot see at all: as built, or for want of an exporter that nobody misses before. */
function isBlind({ telemetry, checklist }: Plan, check: CheckPlan): boolean {
  if (telemetry.alertBlind && !check.exported) return true;
  return checklist?.alerts !== true && unexportedMetrics(telemetry, check).length > 0;
}
