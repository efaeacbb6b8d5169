/**
 * How estimates get their intervals and claims their evidence: for a number of replications fixed beforehand, or for one
 * that depends on what was seen. An interval of the first kind breaks its promise if the experiment stops on seeing it.
 */
import type { Claim } from '#scenario/claim';
import {
  meanSequence,
  meanSequencePValue,
  proportionSequence,
  proportionSequencePValue,
  quantileSequence,
  quantileSequencePValue,
} from '#stats/confidence-sequence';
import { type Bounds, clopperPearson, dkwMean, dkwQuantile, type Interval, orderQuantile } from '#stats/interval';
import {
  bandToThreshold,
  meanPValue,
  proportionPValue,
  quantileAsProportion,
  quantilePValue,
  type Statement,
} from '#stats/p-value';
import { sortValues } from '#stats/quantile';
import { hasRoom, sprtLevel } from '#stats/sprt';

/** A sample in the order of the replications and sorted. */
export interface Sample {
  readonly values: readonly number[];
  readonly sorted: ArrayLike<number>;
  readonly bounds: Bounds;
}

export interface Methods {
  readonly share: {
    readonly name: string;
    readonly interval: (k: number, n: number, confidence: number) => [low: number, high: number];
  };
  readonly mean: {
    readonly name: string;
    readonly interval: (sample: Sample, confidence: number) => Interval;
    readonly pValue: (sample: Sample, statement: Statement) => number;
    /** Values at which the evidence would reach `level` if it goes on as it did; may be infinite. */
    readonly needed: (sample: Sample, statements: readonly Statement[], level: number) => number;
  };
  readonly quantile: {
    readonly name: string;
    readonly interval: (sample: Sample, q: number, confidence: number) => Interval;
    /** Bounds of several quantiles of one sample. */
    readonly band: (sample: Sample, q: number, confidence: number) => Interval;
    readonly pValue: (sample: Sample, q: number, statement: Statement) => number;
  };
  /** The test of a share against a threshold: its name, and the level it reaches. */
  readonly test: (threshold: number) => {
    readonly name: string;
    readonly pValue: (k: number, n: number, statement: Statement) => number;
  };
  /** Levels at which a claim passes and fails. */
  readonly levels: (claim: Claim) => readonly [pass: number, fail: number];
}

const halves: Methods['levels'] = ({ confidence }) => [(1 - confidence) / 2, (1 - confidence) / 2];

/** For a number of replications that was fixed before the first. */
export const FIXED: Methods = {
  share: { name: 'Clopper–Pearson', interval: clopperPearson },
  mean: {
    name: 'DKW mean',
    interval: ({ sorted, bounds }, confidence) => dkwMean(sorted, bounds, confidence),
    pValue: ({ sorted, bounds }, statement) => meanPValue(sorted, bounds, statement),
    needed: ({ sorted, bounds }, statements, level) => {
      const room = Math.max(...statements.map((statement) => bandToThreshold(sorted, bounds, statement)));
      return Math.log(1 / level) / (2 * room * room);
    },
  },
  quantile: {
    name: 'order statistics',
    interval: ({ sorted, bounds }, q, confidence) => orderQuantile(sorted, q, confidence, bounds),
    band: ({ sorted, bounds }, q, confidence) => dkwQuantile(sorted, q, confidence, bounds),
    pValue: ({ sorted, bounds }, q, statement) => quantilePValue(sorted, q, bounds, statement),
  },
  test: () => ({ name: 'Clopper–Pearson', pValue: proportionPValue }),
  levels: halves,
};

/** For a number of replications that depends on what they showed: valid whenever the experiment stops. */
export const SEQUENTIAL: Methods = {
  share: { name: 'confidence sequence (mixture)', interval: proportionSequence },
  mean: {
    name: 'confidence sequence (betting)',
    interval: ({ values, bounds }, confidence) => meanSequence(values, bounds, confidence),
    pValue: ({ values, bounds }, statement) => meanSequencePValue(values, bounds, statement),
    needed: ({ values, bounds }, statements, level) => {
      const best = Math.min(...statements.map((statement) => meanSequencePValue(values, bounds, statement)));
      return best < 1 ? (values.length * Math.log(level)) / Math.log(best) : Number.POSITIVE_INFINITY;
    },
  },
  quantile: {
    name: 'confidence sequence (quantile)',
    interval: ({ sorted, bounds }, q, confidence) => quantileSequence(sorted, q, confidence, bounds),
    band: ({ sorted, bounds }, q, confidence) => quantileSequence(sorted, q, confidence, bounds),
    pValue: ({ sorted, bounds }, q, statement) => quantileSequencePValue(sorted, q, bounds, statement),
  },
  test: () => ({ name: 'confidence sequence (mixture)', pValue: proportionSequencePValue }),
  levels: halves,
};

/** Wald's test of shares and quantiles, and confidence sequences for all else. */
export interface SprtDesign {
  readonly alpha: number; // of passing a claim that is false by more than the zone
  readonly beta: number; // of failing a claim that is true by more than the zone
  readonly indifference: number; // half width of the zone around each threshold
}

/** A threshold too close to 0 or 1 for the zone is tested by the confidence sequence. */
export function sprtMethods({ alpha, beta, indifference: halfWidth }: SprtDesign): Methods {
  const test: Methods['test'] = (threshold) => {
    if (!hasRoom({ threshold, halfWidth })) return SEQUENTIAL.test(threshold);
    return {
      name: `SPRT, indifferent within ±${Number((100 * halfWidth).toPrecision(4))}%`,
      pValue: (k, n, statement) => sprtLevel(k, n, statement, halfWidth),
    };
  };
  return {
    ...SEQUENTIAL,
    test,
    levels: () => [alpha, beta],
    quantile: {
      ...SEQUENTIAL.quantile,
      pValue: (sample, q, statement) => {
        if (!hasRoom({ threshold: q, halfWidth })) return SEQUENTIAL.quantile.pValue(sample, q, statement);
        const proportion = quantileAsProportion(sample.sorted, q, statement);
        return sprtLevel(proportion.count, sample.sorted.length, proportion.statement, halfWidth);
      },
    },
  };
}

/** A sample of values in the order of the replications. */
export function sampleOf(values: readonly number[], bounds: Bounds): Sample {
  return { values, sorted: sortValues(values), bounds };
}
