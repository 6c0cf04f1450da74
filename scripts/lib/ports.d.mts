export function portIsFree(port: number): Promise<boolean>;
export function freePort(): Promise<number>;
export function portOwner(port: number): { pid: number; command: string } | null;
