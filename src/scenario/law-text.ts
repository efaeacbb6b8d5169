/**
 * Distributions in words.
 */
import { formatDuration } from '#base/time';
import type { Distribution } from '#kernel/distribution';

/** A law of durations in a few words. */
export function describeLaw(law: Distribution): string {
  switch (law.kind) {
    case 'constant':
      return formatDuration(law.value);
    case 'uniform':
      return `${law.min === 0 ? 'up' : formatDuration(law.min)} to ${formatDuration(law.max)}`;
    case 'exponential':
    case 'normal':
      return `about ${formatDuration(law.mean)} (${law.kind})`;
    case 'lognormal':
      return `about ${formatDuration(law.median)} (lognormal)`;
    case 'gamma':
      return `about ${formatDuration(law.shape * law.scale)} (gamma)`;
    case 'empirical':
      return `one of ${law.values.map(formatDuration).join(', ')}`;
    case 'mixture':
      return `a mixture of ${law.parts.map((part) => describeLaw(part.of)).join(', ')}`;
    case 'zipf':
      return `a rank of ${law.n} (zipf)`;
  }
}
