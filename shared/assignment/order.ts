/**
 * A key between two others, so that a rule is put elsewhere by one edit of its own. Keys are fractions in base 62,
 * compared as texts; null: before all, or after all.
 */
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
export function between(after: string | null, before: string | null): string {
  return middle(after ?? "", before);
}
function middle(low: string, high: string | null): string {
  if (high !== null) {
    let same = 0;
    while (same < high.length && (low[same] ?? "0") === high[same]) same += 1;
    if (same > 0 && same < high.length) return high.slice(0, same) + middle(low.slice(same), high.slice(same));
    if (same === high.length) return middle(low, null); // they have one place: after both
  }
  const from = low === "" ? 0 : digits.indexOf(low.charAt(0));
  const to = high === null ? digits.length : digits.indexOf(high.charAt(0));
  if (to - from > 1) return digits.charAt(Math.round((from + to) / 2));
  if (high !== null && high.length > 1) return high.charAt(0);
  return digits.charAt(from) + middle(low.slice(1), null);
}
