/**
 * A chain without faults, on which benches of consensus agree: one region, one-way delays N(250, 50) ms drawn for each
 * copy; building and executing take no time.
 */
import { type Chain, createChain } from '#model/chain';
import { startConsensus } from '#model/handlers/conditions';
import { drawPopulation } from '#model/validators/population';
import { loadScenarioText } from '#scenario/load';

/**
 * The chain at time 0, about to enter its first height.
 *
 * @param n - validators
 * @param blockTime - of a slot, as scenarios write it; heights follow at once where it is shorter than they take
 */
export function createFailureFree(n: number, blockTime: string): Chain {
  const { plan } = loadScenarioText(
    `
apiVersion: rollout-sim/v1
name: bench
question: How fast is consensus?
chain: { blockTime: ${blockTime}, build: 1us, execute: 1us }
network: { regions: [{ name: all }], delay: { normal: { mean: 250ms, deviation: 50ms } }, loss: 0, bandwidth: 1000Gbit/s }
validators: { stakeExponent: 0 }
channels: [{ name: mainnet, validators: 4, gates: [], dwell: 1h }]
`,
    'bench.yaml',
  );
  const population = drawPopulation(plan.validators, plan.network, 'bench', 'mainnet', n, plan.chain.asBuilt);
  const chain = createChain(plan, 'mainnet', population, 'bench', 0, 'chain/mainnet');
  startConsensus(chain, 0);
  return chain;
}
