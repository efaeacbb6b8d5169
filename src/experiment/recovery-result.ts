/**
 * How nodes recovered their stores in all replications, by outcome.
 */
import { compareText } from '#base/order';
import type { Outcome, Recovered } from '#model/outcome';
import { type ShareInterval, toProportion } from './breakdown.js';
import type { Summary } from './result.js';
import { spreadOf } from './spread.js';

/** @param outcomes - in order of their numbers */
export function foldRecoveries(outcomes: readonly Outcome[], interval: ShareInterval): Summary['recoveries'] {
  const all = outcomes.flatMap(({ recovered }) => recovered);
  const names = [...new Set(all.map(({ outcome }) => outcome))].sort(compareText);
  return names.map((name) => {
    const is = ({ outcome }: Recovered) => outcome === name;
    const of = all.filter(is);
    const caught = of.flatMap(({ catchUp }) => catchUp ?? []);
    const seen = outcomes.filter(({ recovered }) => recovered.some(is)).length;
    return {
      outcome: name,
      replications: toProportion(seen, outcomes.length, interval),
      count: of.length,
      stateSyncs: of.filter(({ stateSync }) => stateSync).length,
      duration: spreadOf(of.map(({ duration }) => duration)),
      catchUp: caught.length === 0 ? null : spreadOf(caught),
      neverCaughtUp: of.length - caught.length,
    };
  });
}
