interface Weight {
  readonly what: string;
  readonly bytes: number;
  readonly max: number;
}
export function weights(): { readonly parts: readonly Weight[]; readonly complaints: readonly string[] };
export function checkBudgets(): readonly string[];
