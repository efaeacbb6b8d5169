import { expect, test } from 'vitest';
import {
  TIMEOUT_PRECOMMIT,
  TIMEOUT_PREVOTE,
  TIMEOUT_PROPOSE,
  TIMEOUT_REBROADCAST,
  timeoutDuration,
} from '#model/consensus/timeouts';

const DEFAULTS = {
  propose: 3_000_000,
  proposeDelta: 500_000,
  prevote: 1_000_000,
  prevoteDelta: 500_000,
  precommit: 1_000_000,
  precommitDelta: 500_000,
  rebroadcast: 5_000_000,
  rebroadcastDelta: 1_500_000,
};

test.each([
  ['propose', TIMEOUT_PROPOSE, 3, 3.5, 8],
  ['prevote', TIMEOUT_PREVOTE, 1, 1.5, 6],
  ['precommit', TIMEOUT_PRECOMMIT, 1, 1.5, 6],
  ['rebroadcast', TIMEOUT_REBROADCAST, 5, 6.5, 20],
] as const)('the %s timeout grows linearly with the round', (_, kind, ...seconds) => {
  expect([0, 1, 10].map((round) => timeoutDuration(DEFAULTS, kind, round) / 1e6)).toEqual(seconds);
});
