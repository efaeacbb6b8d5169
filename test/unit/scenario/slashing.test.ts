import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { SLASHING_PROFILES } from '#scenario/slashing-schema';
import { linesOf, load, minimal } from './scenario-text.js';

test('penalties, appeals and votes are read', () => {
  const { plan } = load(
    minimal(
      'slashing: { dryRun: true, banDoubleSign: true, witnessReports: 75%, appeals: 20%, appealWindow: 24h, vote: 6h, overturned: 0.75 }\n',
    ),
  );
  expect(plan.slashing).toEqual({
    profile: 'hybrid-v1',
    dryRun: true,
    witnessReports: 0.75,
    banDoubleSign: true,
    appeals: 0.2,
    appealWindow: 24 * HOUR,
    vote: { kind: 'constant', value: 6 * HOUR },
    overturned: 0.75,
  });
});

test.each(Object.keys(SLASHING_PROFILES))('profile %s is read', (profile) => {
  expect(load(minimal(`slashing: { profile: ${profile} }\n`)).plan.slashing.profile).toBe(profile);
});

test('uptime is proven at most every ten minutes, and the score decays where the file says so', () => {
  const { plan } = load(minimal('validators: { uptimeProofs: 10m, scoreDecay: true }\n'));
  expect(plan.validators).toMatchObject({ uptimeProofs: 10 * MINUTE, scoreDecay: true });
  expect(linesOf(minimal('validators: { uptimeProofs: 599s }\n'))).toEqual([
    'test.yaml:5:29 validators.uptimeProofs: is shorter than the 10m that uptime proofs are apart at least. Write 10m or longer, such as 1h.',
  ]);
});

test.each([
  ['slashing: { profile: hybrid }', 'slashing.profile: "hybrid" is not known here. Did you mean "hybrid-v1"?'],
  ['slashing: { dryRun: maybe }', 'slashing.dryRun: "maybe" is not true or false.'],
  ['slashing: { banDoubleSign: 1 }', 'slashing.banDoubleSign: 1 is not true or false.'],
  ['slashing: { witnessReports: 0% }', 'slashing.witnessReports: must be more than 0.'],
  ['slashing: { appeals: 2 }', 'slashing.appeals: 2 is not a share.'],
  ['slashing: { appealWindow: 3 }', 'slashing.appealWindow: 3 is not a duration.'],
  ['slashing: { apeals: 50% }', 'Did you mean "appeals"?'],
  ['slashing: strict', 'slashing: "strict" is not a map. Write keys of: profile, '],
  ['validators: { uptimeProofs: 1 }', 'validators.uptimeProofs: 1 is not a duration.'],
  ['validators: { replaySuccess: 0 }', 'validators.replaySuccess: must be more than 0.'],
  ['validators: { replay: fast }', 'validators.replay: "fast" is not a duration'],
  ['validators: { scoreDecay: 5% }', 'validators.scoreDecay: "5%" is not true or false.'],
])('%s is one problem', (section, message) => {
  const lines = linesOf(minimal(`${section}\n`));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(message);
});
