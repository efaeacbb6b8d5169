/**
 * The chain as it is built, where it departs from what its documents mean or we recommend: `chain.asBuilt`.
 *
 * Each switch is a row of the blueprint's section 21; what its sources say and what it breaks is told by `explain`.
 */
import { flag, section, whole } from './value.js';

/** What is told of one switch. */
export interface AsBuiltRow {
  readonly text: string; // what the chain does once it is on, a sentence
  readonly row: number; // of the blueprint's section 21
  readonly sources: string; // who says what, and what is recommended
  readonly breaks: string; // what follows from it
}

export const AS_BUILT = {
  libraryTiers: {
    text: 'Tier and score follow uptime hours alone.',
    row: 2,
    sources:
      'node: tier by hours, successes and score; library: tiers 1 to 5 above 0, from 24, 72, 168 and 720 hours on, score = hours / 720 (§3.1). Recommended: node.',
    breaks: 'Who was merely up for 72 hours is a candidate for the committee, without one success in consensus.',
  },
  bootstrapAsBuilt: {
    text: 'Everybody starts at tier TL0 without successes, and nobody can rise to TL3.',
    row: 3,
    sources:
      'node: a genesis account starts at TL0, and successes grow only for those who are paid as members of a committee; its tests assign tiers by hand (§3.1). Recommended: seeded histories.',
    breaks: 'Nobody may propose, so a literal genesis produces no block; who was slashed never returns.',
  },
  vrfThresholdAsBuilt: {
    text: 'A candidate is accepted below the threshold formula of the code.',
    row: 4,
    sources:
      'node: a formula of target and candidates; blueprint: at most the target number (§3.3, steps 4 and 5). Recommended: exactly the smallest weighted outputs, as many as the target.',
    breaks:
      'It does not bind until candidates are about 48 times the target: practically everybody from TL3 on is in the committee.',
  },
  committeePerBlock: {
    text: 'The committee is elected anew for every block.',
    row: 5,
    sources:
      'node: what is submitted must match the current tip, so every block draws; documents: once an epoch (§3.3). Recommended: once an epoch.',
    breaks: 'Committee, power and quorum change with every block, and differ between nodes that miss a submission.',
  },
  vrfBundle: {
    text: 'Entries that a bundle of VRF outputs holds at most; candidates beyond them are left out.',
    row: 6,
    sources: 'design text: 32; configuration: a target of 100 validators (§3.3). Recommended: 128.',
    breaks: 'At 32 two thirds of the validators that the chain aims at are never in the committee.',
  },
  leaderIgnoresRound: {
    text: 'The same validator leads again after a failed round.',
    row: 7,
    sources:
      'library: epoch and round are ignored; documents: nothing on rounds (§3.4). Recommended: round r is led by the r-th of the order.',
    breaks: 'A leader that is down is elected again after every timeout, and the height waits until it is back.',
  },
  leaderHighestVrf: {
    text: 'Among equals in tier and hours the highest VRF output leads, not the lowest.',
    row: 7,
    sources: 'library: the highest; node and documents: the lowest (§3.4). Recommended: the lowest.',
    breaks: 'Wherever tier and hours tie, another validator leads than the documents say.',
  },
  quorumCeil: {
    text: 'A quorum is ceil(2T/3) + 1 of the power T.',
    row: 8,
    sources:
      'node: ceil(2T/3) + 1; library: floor(2T/3) + 1; documents: at least two thirds (§4.1). Recommended: floor(2T/3) + 1.',
    breaks:
      'With real powers next to nothing; with unit powers it takes 4 of 4 and 6 of 7, and a lone validator never has it.',
  },
  libraryPower: {
    text: 'Voting power follows the weights of the library.',
    row: 8,
    sources:
      'library: tier × 100 × score × 1000 × max(1, timetoke / 10^6) × stake, capped at 64 bits; node: stake × (1000 + score × 1000) × (hours + 1) (§4.1). Recommended: node.',
    breaks: 'Power goes to others: tier multiplies it, a low score takes nearly all of it, hours count for little.',
  },
  noViewTimer: {
    text: 'No timer ends the wait for a silent leader.',
    row: 9,
    sources:
      'node: no local timer; library: a timer that any message restarts; documents: rounds of 6s, three extensions (§4.2). Recommended: the documents.',
    breaks: 'One silent leader halts the height for as long as it is silent.',
  },
  slashOnReorder: {
    text: 'A precommit that arrives before its prevote is punished.',
    row: 10,
    sources:
      'node: with consensus_enforcement every vote that the round refuses costs 25 % of the stake, this one too (§4.2). Recommended: off.',
    breaks: 'Honest validators are slashed because the network reorders, and only on some nodes.',
  },
  framing: {
    text: 'A forged vote is blamed on whom it names.',
    row: 10,
    sources:
      'node: a badly signed vote or a bad block punishes the voter or proposer it names, not the peer that sent it (§9.1). Recommended: the signature is checked before any blame.',
    breaks: 'Anybody can have an honest validator slashed and expelled.',
  },
  rewardBeforeQuorum: {
    text: 'Rewards are paid before the quorum test.',
    row: 13,
    sources:
      'node: the proposer pays first and undoes nothing when the quorum fails (§4.2, §8). Recommended: pay at the commit, once for each height.',
    breaks: 'Failed rounds pay as well: the more rounds fail, the faster the treasuries drain.',
  },
  doubleFee: {
    text: 'Fees are paid out and kept.',
    row: 13,
    sources:
      'node: fees are credited to treasury-fees and also enter the reward, which treasury-validator pays first (§8). Recommended: the fee pool pays them, once.',
    breaks: 'The treasury of the validators drains by the fees while the fee pool grows.',
  },
  witnessFeeTwice: {
    text: 'The fee pool pays its part of the witness reward twice.',
    row: 13,
    sources: 'node: of 100 units at 70/30 the code takes 70 and 60 and pays 100 (§8). Recommended: off.',
    breaks: 'The part of the fee pool vanishes once for every payout, as long as the pool can afford it.',
  },
  doubleSlash: {
    text: 'One offence costs two tiers.',
    row: 15,
    sources:
      'library: false proofs and conflicting votes are slashed a second time, by 1; one of its tests expects one tier (§9.2). Recommended: one tier.',
    breaks: 'From TL4 one offence leads to TL2, and so out of the committee.',
  },
  threeEvidenceClasses: {
    text: 'Evidence waits in three classes instead of five.',
    row: 16,
    sources:
      'slashing document: double signature, availability, witness; library: also censorship, before witness, and inactivity, last (§9.2). Recommended: five.',
    breaks: 'Missed votes wait behind witnesses, and silence is served as early as a false proof.',
  },
  witnessRefillBug: {
    text: 'Channels of witnesses let four messages a second through after their burst.',
    row: 17,
    sources:
      'code: one token each 250ms; documents: 128 tokens (64 for meta messages) each 250ms, 512 a second (§10). Recommended: the documents.',
    breaks: 'What witnesses send after a burst queues, and the oldest of it is dropped.',
  },
  gossipFrame256K: {
    text: 'No gossip message above 256 KiB travels.',
    row: 18,
    sources:
      'gossip: 256 KiB; blocks: up to 2 MiB, and proofs of about 350 kB (§10). Recommended: messages up to 4 MiB.',
    breaks: 'A block with its proof does not fit in one message; parts of chain.partSize may.',
  },
} as const satisfies Readonly<Record<string, AsBuiltRow>>;

export type AsBuiltKey = keyof typeof AS_BUILT;

const off = (key: AsBuiltKey) => flag.optional().describe(AS_BUILT[key].text);

export const asBuiltSchema = section({
  libraryTiers: off('libraryTiers'),
  bootstrapAsBuilt: off('bootstrapAsBuilt'),
  vrfThresholdAsBuilt: off('vrfThresholdAsBuilt'),
  committeePerBlock: off('committeePerBlock'),
  vrfBundle: whole(1, 'a number of entries').optional().describe(AS_BUILT.vrfBundle.text),
  leaderIgnoresRound: off('leaderIgnoresRound'),
  leaderHighestVrf: off('leaderHighestVrf'),
  quorumCeil: off('quorumCeil'),
  libraryPower: off('libraryPower'),
  noViewTimer: off('noViewTimer'),
  slashOnReorder: off('slashOnReorder'),
  framing: off('framing'),
  rewardBeforeQuorum: off('rewardBeforeQuorum'),
  doubleFee: off('doubleFee'),
  witnessFeeTwice: off('witnessFeeTwice'),
  doubleSlash: off('doubleSlash'),
  threeEvidenceClasses: off('threeEvidenceClasses'),
  witnessRefillBug: off('witnessRefillBug'),
  gossipFrame256K: off('gossipFrame256K'),
});
