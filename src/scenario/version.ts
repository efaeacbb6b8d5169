/**
 * Versions of a release, and their order (Semantic Versioning 2.0.0, sections 2, 9 and 11).
 */
import { compareText } from '#base/order';

const IDENTIFIER = '(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)';
/** `2.1.0` or `2.1.0-rc.1`; build metadata has no part in the order and is not taken. */
export const VERSION_PATTERN = new RegExp(
  `^(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?$`,
);

/**
 * Which of two versions comes first.
 *
 * @param a - matches `VERSION_PATTERN`, as does `b`
 * @returns negative if `a` is older, positive if it is newer, 0 if they are equal
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  for (let i = 0; i < 3; i += 1) {
    const difference = comparePart(left.core[i] as string, right.core[i] as string);
    if (difference !== 0) return difference;
  }
  // Section 11.3: a version before its release is older than the release.
  if (left.suffix.length === 0 || right.suffix.length === 0) return right.suffix.length - left.suffix.length;
  const most = Math.max(left.suffix.length, right.suffix.length);
  for (let i = 0; i < most; i += 1) {
    const [one, other] = [left.suffix[i], right.suffix[i]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const difference = comparePart(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parse(version: string): { readonly core: readonly string[]; readonly suffix: readonly string[] } {
  const dash = version.indexOf('-');
  const core = dash < 0 ? version : version.slice(0, dash);
  return { core: core.split('.'), suffix: dash < 0 ? [] : version.slice(dash + 1).split('.') };
}

/** Section 11.4: numbers by value and before texts, texts by their characters. */
function comparePart(a: string, b: string): number {
  const [one, other] = [isNumber(a), isNumber(b)];
  if (one && other) return a.length - b.length || compareText(a, b);
  if (one !== other) return one ? -1 : 1;
  return compareText(a, b);
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text);
}
