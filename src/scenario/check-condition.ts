/**
 * Conditions of checks: a comparison in the unit of the metric, such as `<= 8s`.
 */
import type { Comparator, Condition } from '#model/check-plan';
import type { MetricUnit } from '#model/metric';
import { CONDITION_PATTERN, FIX_CONDITION } from './check-schema.js';
import { addProblem, type Findings } from './findings.js';
import { parseQuantity, QUANTITY_EXAMPLE } from './quantity.js';
import type { Path } from './tree.js';
import { quote } from './value.js';

/** In what a condition is written. */
export interface Scale {
  readonly unit: MetricUnit;
  readonly name: string; // of the metric
  readonly isSigned: boolean; // whether values below 0 make sense
}

/** Reads one condition; a mistake goes to the findings. */
export function readCondition(text: string, scale: Scale, path: Path, findings: Findings): Condition | undefined {
  if (!CONDITION_PATTERN.test(text)) {
    addProblem(findings, path, `${quote(text)} is not a condition`, FIX_CONDITION);
    return undefined;
  }
  const [, comparator, written = ''] = /^(<=|>=|<|>) *(.+)$/.exec(text) ?? [];
  const isNegative = scale.isSigned && written.startsWith('-');
  const value = parseQuantity(isNegative ? written.slice(1) : written, scale.unit);
  if (value === undefined) {
    const what = `${quote(written)} is not in the unit of ${scale.name}`;
    addProblem(findings, path, what, `Write ${comparator ?? '<='} ${QUANTITY_EXAMPLE[scale.unit]}.`);
    return undefined;
  }
  return { comparator: comparator as Comparator, value: isNegative ? -value : value };
}

/** Whether some value meets both conditions. */
export function overlap(a: Condition, b: Condition): boolean {
  const below = (condition: Condition): boolean => condition.comparator.startsWith('<');
  if (below(a) === below(b)) return true;
  const [upper, lower] = below(a) ? [a, b] : [b, a];
  if (upper.value !== lower.value) return upper.value > lower.value;
  return upper.comparator === '<=' && lower.comparator === '>=';
}
