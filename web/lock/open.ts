/** An open lock: the key in memory, other tabs that may have it, and the clock that closes all of them together. */
import { limits } from "../../shared/kernel/limits.ts";
import type { Disk } from "../data/disk.ts";
import { diskName, openDisk, shelfName } from "../data/idb-disk.ts";
import { LockedDisk } from "../data/locked-disk.ts";
import { Shelf } from "../data/shelf.ts";
import type { Me } from "../data/types.ts";

type Said =
  | { readonly t: "key?" }
  | { readonly t: "key"; readonly key: CryptoKey }
  | { readonly t: "active" }
  | { readonly t: "close" };
const askMs = 300;
const lookMs = 1_000;
const channelOf = (member: string): BroadcastChannel => new BroadcastChannel(`baton-lock:${member}`);
const said = (channel: BroadcastChannel, what: Said): void => channel.postMessage(what);

/** The key of a tab in which the lock is open. Keys go between tabs whole and can't be read out. */
export function keyOfOtherTab(member: string): Promise<CryptoKey | null> {
  const channel = channelOf(member);
  return new Promise<CryptoKey | null>((resolve) => {
    setTimeout(() => resolve(null), askMs);
    channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.t === "key") resolve(data.key);
    };
    said(channel, { t: "key?" });
  }).finally(() => channel.close());
}
/** All tabs of the member start anew, locked, and with nothing in memory. */
export function closeAll(member: string): void {
  const channel = channelOf(member);
  said(channel, { t: "close" });
  channel.close();
}

/** Answers other tabs, and closes after so many minutes in which no tab was touched. */
export function stayOpen(member: string, key: CryptoKey, minutes: number | undefined): void {
  const channel = channelOf(member);
  let last = Date.now();
  let told = 0;
  let isShut = false; // a page that is about to go still answers: not with the key
  const shut = (): void => {
    isShut = true;
    location.reload();
  };
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.t === "key?" && !isShut) said(channel, { t: "key", key });
    if (data.t === "active") last = Date.now();
    if (data.t === "close") shut();
  };
  const idleMs = Math.min(minutes ?? limits.lockIdleMinutes, limits.lockIdleMinutes) * 60_000;
  // The wall clock counts: a timer sleeps with the device.
  const look = (): void => {
    if (Date.now() - last < idleMs) return;
    said(channel, { t: "close" });
    shut();
  };
  const touched = (): void => {
    look(); // before this touch counts
    last = Date.now();
    if (last - told < lookMs) return;
    told = last;
    said(channel, { t: "active" });
  };
  for (const what of ["pointerdown", "keydown", "wheel", "touchstart"])
    addEventListener(what, touched, { capture: true, passive: true });
  document.addEventListener("visibilitychange", look);
  setInterval(look, lookMs);
}

/** A disk of the member under the lock; what was there before the lock is sealed first. */
export async function sealed(disk: Disk, key: CryptoKey): Promise<Disk> {
  const locked = new LockedDisk(disk, key);
  const device: unknown = await disk.read((read) => read.get("meta", "device"));
  if (typeof device === "string") await locked.sealAll();
  return locked;
}
const cellsOf = (me: Me): Set<string> => new Set([me.cell, ...me.cells.map(({ cell }) => cell)]);
/** The copy is readable again; after that the lock may go. */
export async function unsealCopies(me: Me, key: CryptoKey): Promise<void> {
  for (const cell of cellsOf(me)) {
    const disk = await openDisk(diskName(cell, me.member));
    await new LockedDisk(disk, key).unsealAll();
    disk.close();
    await new Shelf(shelfName(diskName(cell, me.member)), key).unsealAll();
  }
}
/** How much waits to be sent: the rows are counted, not opened. */
export async function unsentBehind(me: Me): Promise<number> {
  let count = 0;
  for (const cell of cellsOf(me)) {
    const disk = await openDisk(diskName(cell, me.member));
    count += (await disk.read((read) => read.all("outbox"))).size;
    disk.close();
    count += await new Shelf(shelfName(diskName(cell, me.member))).count();
  }
  return count;
}
