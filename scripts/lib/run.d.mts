export function run(
  tool: string,
  args: readonly string[],
  options?: { env?: Readonly<Record<string, string>>; show?: boolean; cwd?: string },
): Promise<{ readonly code: number; readonly output: string }>;
