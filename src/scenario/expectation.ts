/**
 * The expectations of a scenario as claims, and a word of warning about those that no result could ever show.
 */
import type { ExpectationInput } from './channel-schema.js';
import type { Claim } from './claim.js';
import type { ClaimNames } from './event.js';
import { parseClaim } from './expression.js';
import { addWarning, type Findings } from './findings.js';
import { insideText } from './place.js';
import { formatPath, type Path } from './tree.js';

export function resolveClaims(input: readonly ExpectationInput[], names: ClaimNames, findings: Findings): Claim[] {
  return input.flatMap(({ that, confidence }, i) => {
    const parsed = parseClaim(that, confidence, names);
    if ('claim' in parsed) return [parsed.claim];
    const path = pathOf(i, findings);
    for (const { offset, width, what, fix } of parsed.mistakes) {
      const place = insideText(findings.locator.value(path), that, offset, width);
      findings.problems.push({ place, path: formatPath(path), what, fix });
    }
    return [];
  });
}

/** An expectation is a text, or a map whose `that` is the text. */
function pathOf(index: number, findings: Findings): Path {
  const path = ['expect', index, 'that'];
  return findings.locator.at(path) === undefined ? ['expect', index] : path;
}

/**
 * Warns of claims on probabilities that would stay open even if every replication agreed with them.
 *
 * If all of n replications agree, the exact one-sided bound is α^(1/n) (Clopper & Pearson 1934): the least n is then
 * log α ÷ log p. α is half of 1 − confidence, since a verdict may err on either side; sharing it among several claims
 * only takes more.
 */
export function warnOfUnprovable(claims: readonly Claim[], replications: number, findings: Findings): void {
  claims.forEach(({ statistic, comparator, threshold, confidence }, i) => {
    if (statistic !== 'P') return;
    const agreed = comparator.startsWith('>') ? threshold : 1 - threshold;
    const needed = agreed <= 0 ? 1 : agreed >= 1 ? Number.POSITIVE_INFINITY : leastReplications(agreed, confidence);
    if (replications >= needed) return;
    const fix = Number.isFinite(needed) ? `Run at least ${needed}, or claim less.` : 'Claim less than certainty.';
    addWarning(findings, pathOf(i, findings), `${replications} replications cannot show this, even if all agree`, fix);
  });
}

function leastReplications(agreed: number, confidence: number): number {
  return Math.max(1, Math.ceil(Math.log((1 - confidence) / 2) / Math.log(agreed) - 1e-9));
}
