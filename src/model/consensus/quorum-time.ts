/**
 * When the power behind arrivals becomes a quorum: a weighted order statistic, found without sorting.
 */

/**
 * The least time by which arrivals of at least `quorum` power are there.
 *
 * Selection by partition around a middle element (Hoare 1961, "Algorithm 65: Find"), with powers summed instead of
 * elements counted: O(count) on average.
 *
 * @param times - µs, of each arrival, Infinity for none; reordered
 * @param powers - of each arrival, integers ≥ 0; reordered alike
 * @param count - arrivals to look at, from the first
 * @returns Infinity where they are no quorum
 */
export function quorumTime(times: Float64Array, powers: Float64Array, count: number, quorum: number): number {
  let low = 0;
  let high = count - 1;
  let needed = quorum;
  while (low < high) {
    const pivot = times[(low + high) >> 1] as number;
    let i = low;
    let j = high;
    let power = 0; // of low … i − 1, none of which is later than the pivot
    while (i <= j) {
      while ((times[i] as number) < pivot) {
        power += powers[i] as number;
        i += 1;
      }
      while ((times[j] as number) > pivot) j -= 1;
      if (i > j) break;
      const time = times[i] as number;
      const weight = powers[i] as number;
      times[i] = times[j] as number;
      powers[i] = powers[j] as number;
      times[j] = time;
      powers[j] = weight;
      power += powers[i] as number;
      i += 1;
      j -= 1;
    }
    // now low … j ≤ pivot ≤ i … high, and what lies between equals the pivot
    let left = power;
    for (let k = j + 1; k < i; k += 1) left -= powers[k] as number;
    if (left >= needed) high = j;
    else if (power >= needed) return pivot;
    else {
      needed -= power;
      low = i;
    }
  }
  return low < count && low === high && (powers[low] as number) >= needed ? (times[low] as number) : Infinity;
}
