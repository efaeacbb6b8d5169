/**
 * Whom a bad message is blamed on: nobody, the peer that passed it on, or the one it names.
 *
 * By default the signature is checked before any blame: without a good one nothing is known of the named sender, and the
 * relaying peer takes the penalty of the network; and what arrives out of order is no offence. Two switches bring back
 * how the node was built: `framing` punishes the named sender all the same, and `slashOnReorder` every vote the round
 * refuses, such as a precommit that overtook its prevote. Sources: blueprint.md sections 4.2 (refused votes), 9.1
 * (framing), 9.2 (recommended order) and 21 #10.
 */
import type { Evidence, EvidenceKind } from './evidence.js';

export interface AccusationRules {
  readonly slashOnReorder: boolean;
  readonly framing: boolean;
}

export const ACCUSATION_RULES: AccusationRules = { slashOnReorder: false, framing: false };

/** A vote as it arrives. */
export interface ArrivingVote {
  readonly height: number;
  readonly round: number;
  readonly kind: 'prevote' | 'precommit';
  readonly voter: number; // the validator it names
  readonly relay: number; // the peer it came from
  readonly signed: boolean; // whether the signature is the named voter's
}

/** What the node that receives it knows; each node has a view of its own. */
export interface RoundView {
  readonly height: number;
  readonly round: number;
  readonly members: ReadonlySet<number>; // the committee as this node sees it
  readonly prevoted: ReadonlySet<number>; // whose prevote of this round arrived
  readonly precommitted: ReadonlySet<number>;
}

export type Refusal = 'signature' | 'round' | 'member' | 'order' | 'duplicate' | 'invalid';

export interface Verdict {
  readonly refusal: Refusal | null; // null: the message is taken
  readonly accused: Omit<Evidence, 'reporter'> | null;
  readonly peer: number | null; // takes the network's penalty for passing it on
}

const TAKEN: Verdict = { refusal: null, accused: null, peer: null };

/**
 * Judges a vote: signature, round, membership, repetition, order. Duplicates are ignored and blamed on nobody. Whether it
 * conflicts with an earlier one is for the pool of evidence to say.
 */
export function judgeVote(rules: AccusationRules, vote: ArrivingVote, view: RoundView): Verdict {
  if (!vote.signed) return unsigned(rules, 'refused-vote', vote.voter, vote.relay, vote);
  const refusal = refusalOf(rules, vote, view);
  if (refusal === null) return TAKEN;
  const blamed = rules.slashOnReorder && refusal !== 'duplicate';
  return { refusal, accused: blamed ? accuse('refused-vote', vote.voter, vote) : null, peer: null };
}

function refusalOf(rules: AccusationRules, vote: ArrivingVote, view: RoundView): Refusal | null {
  if (vote.height !== view.height || vote.round !== view.round) return 'round';
  if (!view.members.has(vote.voter)) return 'member';
  if ((vote.kind === 'prevote' ? view.prevoted : view.precommitted).has(vote.voter)) return 'duplicate';
  return rules.slashOnReorder && vote.kind === 'precommit' && !view.prevoted.has(vote.voter) ? 'order' : null;
}

/** A proposal as it arrives. */
export interface ArrivingProposal {
  readonly height: number;
  readonly round: number;
  readonly proposer: number; // the validator it names
  readonly relay: number;
  readonly signed: boolean;
  readonly fault: 'none' | 'proof' | 'block' | 'double-spend';
}

const PROPOSAL_KIND = {
  proof: 'false-proof',
  block: 'invalid-proposal',
  'double-spend': 'double-spend-proposal',
} as const;

/** Judges a proposal. A bad one with a good signature is its proposer's, and the peer should have looked as well. */
export function judgeProposal(rules: AccusationRules, proposal: ArrivingProposal): Verdict {
  const { fault, proposer, relay, signed } = proposal;
  if (!signed) {
    return unsigned(rules, fault === 'none' ? 'invalid-proposal' : PROPOSAL_KIND[fault], proposer, relay, proposal);
  }
  if (fault === 'none') return TAKEN;
  const peer = rules.framing || relay === proposer ? null : relay;
  return { refusal: 'invalid', accused: accuse(PROPOSAL_KIND[fault], proposer, proposal), peer };
}

/** Nothing that is badly signed says who sent it; as built, the named sender pays and the relaying peer does not. */
function unsigned(
  rules: AccusationRules,
  kind: EvidenceKind,
  named: number,
  relay: number,
  at: { readonly height: number; readonly round: number },
): Verdict {
  return rules.framing
    ? { refusal: 'signature', accused: accuse(kind, named, at), peer: null }
    : { refusal: 'signature', accused: null, peer: relay };
}

function accuse(
  kind: EvidenceKind,
  accused: number,
  { height, round }: { readonly height: number; readonly round: number },
): Omit<Evidence, 'reporter'> {
  return { kind, accused, height, round };
}
