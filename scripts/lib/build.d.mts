export function buildWeb(): Promise<string | null>;
